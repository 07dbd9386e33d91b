"""An extensive-form game, as it stands: players, chance, information sets, moves, and payoffs along the way.

After Kuhn (1953) as Gambit holds it: an outcome may hang on any node, also an interior one and on several; a play pays
the sum of the outcomes it passes. A game is checked where it is made (``games.build`` and ``games.efg`` make them) and
never changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final

CHANCE: Final = -1
"""The player index of a chance move."""

NO_OUTCOME: Final = "(no outcome)"
"""Stands for the outcome of a play that ends where no outcome was put."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is paid to each player; ``number`` is unique in a game, ``label`` may be empty or shared."""

    number: int
    label: str
    payoffs: tuple[Fraction, ...]

    @property
    def name(self) -> str:
        """The label, or ``outcome.number`` where there is none; outcomes of one label are counted together."""
        return self.label or f"outcome.{self.number}"


@dataclass(frozen=True, slots=True)
class InfoSet:
    """Nodes that their mover cannot tell apart; ``number`` counts from 1 within the player, as in Gambit's files.

    ``probabilities`` are those of a chance move (``player`` is CHANCE), and empty for a player's.
    """

    player: int
    number: int
    label: str
    actions: tuple[str, ...]
    nodes: tuple[int, ...]
    probabilities: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A node in preorder; ``infoset`` and ``outcome`` are indices into the game's, ``branch`` the parent's action.

    The root has ``parent`` and ``branch`` -1; an end has no ``infoset`` and no ``children``.
    """

    label: str
    parent: int
    branch: int
    children: tuple[int, ...]
    infoset: int | None
    outcome: int | None


@dataclass(frozen=True)
class Game:
    """A whole game: ``nodes`` in preorder, the root first; ``outcomes`` by number.

    ``infosets`` hold the players' in order of player and number, then those of chance.
    """

    title: str
    players: tuple[str, ...]
    nodes: tuple[Node, ...]
    infosets: tuple[InfoSet, ...]
    outcomes: tuple[Outcome, ...]
    comment: str = ""

    @cached_property
    def personal(self) -> tuple[InfoSet, ...]:
        """The players' information sets, chance's left out; the first ones of ``infosets``."""
        return tuple(infoset for infoset in self.infosets if infoset.player != CHANCE)

    @cached_property
    def player_names(self) -> tuple[str, ...]:
        """A name for each player: its label, or its number where that is empty or used twice."""
        return names_or_numbers(self.players)

    @cached_property
    def infoset_names(self) -> tuple[str, ...]:
        """A name for each of ``personal``: its label, or ``player.number`` where that is empty or used twice."""
        numbered = [f"{self.player_names[infoset.player]}.{infoset.number}" for infoset in self.personal]
        seen = Counter(infoset.label for infoset in self.personal)
        names = [
            infoset.label if infoset.label and seen[infoset.label] == 1 else number
            for infoset, number in zip(self.personal, numbered, strict=True)
        ]
        return tuple(names if len(set(names)) == len(names) else numbered)

    @cached_property
    def action_names(self) -> tuple[tuple[str, ...], ...]:
        """Names of the actions of each of ``infosets``: labels, or numbers where those are empty or used twice."""
        return tuple(names_or_numbers(infoset.actions) for infoset in self.infosets)

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """Indices of the terminal nodes, in preorder."""
        return tuple(place for place, node in enumerate(self.nodes) if node.infoset is None)

    @cached_property
    def is_perfect_information(self) -> bool:
        """Whether whoever moves always knows all that has happened."""
        return all(len(infoset.nodes) == 1 for infoset in self.personal)

    def end_name(self, place: int) -> str:
        """The name under which a play that ends at node ``place`` is counted: of the last outcome that it passes."""
        passed = (node.outcome for node in self.path(place) if node.outcome is not None)
        last = next(passed, None)
        return NO_OUTCOME if last is None else self.outcomes[last].name

    def payoffs(self, place: int) -> tuple[Fraction, ...]:
        """What the play to node ``place`` has paid: the sum over the outcomes on its path, one number a player."""
        total = [Fraction(0)] * len(self.players)
        for node in self.path(place):
            if node.outcome is not None:
                paid = self.outcomes[node.outcome].payoffs
                total = [sum_so_far + more for sum_so_far, more in zip(total, paid, strict=True)]
        return tuple(total)

    def path(self, place: int) -> Iterator[Node]:
        """The node ``place`` and those before it, up to the root."""
        while place >= 0:
            node = self.nodes[place]
            yield node
            place = node.parent


def names_or_numbers(labels: Sequence[str]) -> tuple[str, ...]:
    """``labels`` where they tell things apart; the number from 1 for one that is empty or used twice.

    >>> names_or_numbers(["L", "R"]), names_or_numbers(["", "R", "R"])
    (('L', 'R'), ('1', '2', '3'))
    """
    seen = Counter(labels)
    names = [label if label and seen[label] == 1 else str(number) for number, label in enumerate(labels, 1)]
    return tuple(names if len(set(names)) == len(names) else map(str, range(1, len(names) + 1)))
