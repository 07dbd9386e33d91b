"""A game with some of its numbers changed: for thresholds, tried on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from escalation.games.build import normalised
from escalation.games.numbers import Numeric, exact
from escalation.games.tree import CHANCE, Game


def with_chances(game: Game, chances: Mapping[str, Sequence[Numeric]]) -> Game:
    """The game in which the chance moves of these labels draw with these probabilities, in the order of their actions.

    Raises ``ValueError`` for a label that no chance move has, or probabilities that do not fit.
    """
    left = set(chances)
    infosets = []
    for infoset in game.infosets:
        if infoset.player == CHANCE and infoset.label in chances:
            left.discard(infoset.label)
            probabilities = normalised(chances[infoset.label])
            if len(probabilities) != len(infoset.actions):
                raise ValueError(f"{infoset.label!r} draws among {len(infoset.actions)}, not {len(probabilities)}")
            infoset = replace(infoset, probabilities=probabilities)
        infosets.append(infoset)
    if left:
        raise ValueError(f"no chance move is called {sorted(left)[0]!r}")
    return replace(game, infosets=tuple(infosets))


def with_payoff(game: Game, outcome: str, player: str, payoff: Numeric) -> Game:
    """The game in which ``outcome`` pays ``player`` this much. Raises ``ValueError`` for an unknown outcome."""
    place = game.player_names.index(player)
    if outcome not in {known.label for known in game.outcomes}:
        raise ValueError(f"no outcome is called {outcome!r}")
    changed = (
        replace(known, payoffs=(*known.payoffs[:place], exact(payoff), *known.payoffs[place + 1 :]))
        if known.label == outcome
        else known
        for known in game.outcomes
    )
    return replace(game, outcomes=tuple(changed))
