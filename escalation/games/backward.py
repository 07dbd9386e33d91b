"""Backward induction (Zermelo 1913; Selten 1965): the subgame-perfect play of a tree of perfect information.

In exact numbers, so that a tie is a tie. A mover who is indifferent shares equally among its best actions; any other
sharing is subgame-perfect too as far as that mover goes, but may change what is best before it, so ties are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from escalation.games.paths import Unsolvable
from escalation.games.tree import CHANCE, Game


@dataclass(frozen=True)
class Induced:
    """``best``: for each of the game's ``personal`` information sets the indices of its best actions.

    ``values`` are what each player expects at the root.
    """

    best: tuple[tuple[int, ...], ...]
    values: tuple[Fraction, ...]

    def ties(self, game: Game) -> list[str]:
        """Where a mover is indifferent, one sentence each."""
        told = []
        for place, best in enumerate(self.best):
            if len(best) > 1:
                names = [repr(game.action_names[place][action]) for action in best]
                mover = game.player_names[game.infosets[place].player]
                told.append(
                    f"a tie at {game.infoset_names[place]!r}: {mover} is indifferent between {' and '.join(names)}"
                )
        return told


def backward_induction(game: Game) -> Induced:
    """The subgame-perfect play of ``game``. Raises ``Unsolvable`` for a tree of imperfect information."""
    if not game.is_perfect_information:
        where = next(
            name for infoset, name in zip(game.personal, game.infoset_names, strict=True) if len(infoset.nodes) > 1
        )
        raise Unsolvable(
            f"information is imperfect at {where!r}, so there is nothing to induce backwards from; "
            "the rule 'best-response' finds a sequential equilibrium, which is subgame-perfect"
        )
    ahead: list[tuple[Fraction, ...]] = [()] * len(game.nodes)
    best: list[tuple[int, ...]] = [()] * len(game.personal)
    nothing = (Fraction(0),) * len(game.players)
    # Children come after their parents in preorder.
    for place in reversed(range(len(game.nodes))):
        node = game.nodes[place]
        if node.infoset is None:
            value = nothing
        else:
            infoset = game.infosets[node.infoset]
            after = [ahead[child] for child in node.children]
            if infoset.player == CHANCE:
                shares = list(infoset.probabilities)
            else:
                own = [values[infoset.player] for values in after]
                top = max(own)
                chosen = tuple(action for action, each in enumerate(own) if each == top)
                best[node.infoset] = chosen
                shares = [Fraction(int(action in chosen), len(chosen)) for action in range(len(own))]
            value = tuple(
                sum((share * values[player] for share, values in zip(shares, after, strict=True)), Fraction(0))
                for player in range(len(game.players))
            )
        if node.outcome is not None:
            value = tuple(a + b for a, b in zip(value, game.outcomes[node.outcome].payoffs, strict=True))
        ahead[place] = value
    return Induced(tuple(best), ahead[0])
