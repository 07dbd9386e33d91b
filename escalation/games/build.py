"""Writing games in Python: a tree is nested calls, one a node, as one would draw it.

    entry = game(
        "Chain store, one town (Selten 1978)",
        ["Entrant", "Monopolist"],
        move("Entrant", "entry?", {
            "out": end("left alone", 1, 5),
            "in": move("Monopolist", "entered", {
                "fight": end("price war", 0, 0),
                "share": end("shared", 2, 2),
            }),
        }),
    )

Moves of one player under one label are one information set. Ends under one label that pay the same are one outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeAlias

from escalation.games.numbers import Numeric, exact
from escalation.games.table import Table
from escalation.games.tree import CHANCE, Game, InfoSet, Node, Outcome

ROUNDING: Final = Fraction(1, 10**6)
"""How far chances may sum from one before it is a mistake and not a rounding."""


@dataclass(frozen=True)
class End:
    """An end of the play, or what is paid at a move on the way (``paid``)."""

    label: str
    payoffs: tuple[Fraction, ...]
    node: str = ""


@dataclass(frozen=True)
class Move:
    """A choice of ``player``, or of chance where ``player`` is None; then ``chances`` go with the actions."""

    player: str | None
    label: str
    branches: Mapping[str, Branch]
    chances: tuple[Fraction, ...] = ()
    paid: End | None = None
    node: str = ""


Branch: TypeAlias = Move | End


def end(label: str, *payoffs: Numeric, node: str = "") -> End:
    """The play ends in the outcome ``label``; ``payoffs`` in the order of the players. ``node`` names the node."""
    return End(label, tuple(exact(payoff) for payoff in payoffs), node)


def move(player: str, label: str, branches: Mapping[str, Branch], *, paid: End | None = None, node: str = "") -> Move:
    """``player`` chooses among ``branches`` (action -> what follows) at the information set ``label``.

    ``paid`` is an outcome collected at this node, on top of what follows.
    """
    return Move(player, label, dict(branches), paid=paid, node=node)


def chance(
    label: str, branches: Mapping[str, tuple[Numeric, Branch]], *, paid: End | None = None, node: str = ""
) -> Move:
    """Chance draws among ``branches``: action -> (probability, what follows). See :func:`normalised`."""
    chances = normalised([probability for probability, _ in branches.values()])
    return Move(None, label, {name: after for name, (_, after) in branches.items()}, chances, paid, node)


def normalised(probabilities: Iterable[Numeric]) -> tuple[Fraction, ...]:
    """Probabilities as fractions that sum to one exactly.

    What floats or decimals miss to one, within 1e-6, goes to the largest. Raises ``ValueError`` for more, and for a
    negative one.
    """
    parts = [exact(probability) for probability in probabilities]
    missing = Fraction(1 - sum(parts))
    if any(part < 0 for part in parts):
        raise ValueError(f"a negative probability: {float(min(parts)):g}")
    if abs(missing) > ROUNDING:
        raise ValueError(f"probabilities sum to {float(1 - missing):.12g}, not to 1")
    largest = parts.index(max(parts))
    parts[largest] += missing
    return tuple(parts)


def game(title: str, players: Sequence[str], root: Branch, comment: str = "") -> Game:
    """The game whose tree starts at ``root``. Raises ``ValueError`` naming the node that does not fit."""
    if len(set(players)) != len(players) or not all(players):
        raise ValueError(f"players {list(players)}: each needs a name of its own")
    maker = _Maker(tuple(players))
    maker.add(root, -1, -1)
    return maker.finish(title, comment)


@dataclass
class _Open:
    """An information set while nodes are still being added to it."""

    player: int
    label: str
    actions: tuple[str, ...]
    chances: tuple[Fraction, ...]
    nodes: list[int] = field(default_factory=list)


@dataclass
class _Maker:
    players: tuple[str, ...]
    nodes: list[tuple[str, int, int, list[int], _Open | None, int | None]] = field(default_factory=list)
    sets: dict[tuple[int, object], _Open] = field(default_factory=dict)
    outcomes: dict[tuple[str, tuple[Fraction, ...]], Outcome] = field(default_factory=dict)

    def add(self, branch: Branch, parent: int, action: int) -> int:
        """Add ``branch`` and all that follows, in preorder; no recursion, so that a game may be deep."""
        waiting = [(branch, parent, action)]
        first = len(self.nodes)
        while waiting:
            branch, parent, action = waiting.pop()
            place = len(self.nodes)
            paid = branch if isinstance(branch, End) else branch.paid
            outcome = None if paid is None else self._outcome(paid)
            infoset = None if isinstance(branch, End) else self._infoset(branch, place)
            self.nodes.append((branch.node, parent, action, [], infoset, outcome))
            if parent >= 0:
                self.nodes[parent][3].append(place)
            if isinstance(branch, Move):
                after = list(enumerate(branch.branches.values()))
                waiting.extend((child, place, number) for number, child in reversed(after))
        return first

    def _outcome(self, paid: End) -> int:
        if len(paid.payoffs) != len(self.players):
            raise ValueError(f"{paid.label!r} pays {len(paid.payoffs)} players; the game has {len(self.players)}")
        number = len(self.outcomes) + 1
        return (
            self.outcomes.setdefault((paid.label, paid.payoffs), Outcome(number, paid.label, paid.payoffs)).number - 1
        )

    def _infoset(self, move: Move, place: int) -> _Open:
        if move.player is not None and move.player not in self.players:
            raise ValueError(f"{move.label!r}: no player {move.player!r}; legal: {', '.join(self.players)}")
        if not move.branches:
            raise ValueError(f"{move.label!r} has no actions")
        player = CHANCE if move.player is None else self.players.index(move.player)
        # A move without a label, and each move of chance, is a set of its own.
        key = move.label if move.label and player != CHANCE else place
        actions = tuple(move.branches)
        found = self.sets.setdefault((player, key), _Open(player, move.label, actions, move.chances))
        if found.actions != actions:
            raise ValueError(f"{move.label!r} has the actions {list(found.actions)} and {list(actions)}")
        found.nodes.append(place)
        return found

    def finish(self, title: str, comment: str) -> Game:
        """The game, its information sets numbered within each player as they come."""
        # Chance is player -1 and comes last.
        ordered = sorted(self.sets.values(), key=lambda infoset: infoset.player % (len(self.players) + 1))
        numbers: dict[int, int] = {}
        infosets = []
        for infoset in ordered:
            numbers[infoset.player] = number = numbers.get(infoset.player, 0) + 1
            places = tuple(infoset.nodes)
            infosets.append(InfoSet(infoset.player, number, infoset.label, infoset.actions, places, infoset.chances))
        index = {id(infoset): place for place, infoset in enumerate(ordered)}
        nodes = tuple(
            Node(label, parent, branch, tuple(children), None if infoset is None else index[id(infoset)], outcome)
            for label, parent, branch, children, infoset, outcome in self.nodes
        )
        return Game(title, self.players, nodes, tuple(infosets), tuple(self.outcomes.values()), comment)


def table(
    title: str,
    strategies: Mapping[str, Sequence[str]],
    payoffs: Mapping[tuple[str, ...], Sequence[Numeric]],
    comment: str = "",
) -> Table:
    """A table from ``strategies`` (player -> names) and ``payoffs`` (profile -> one number a player).

    Raises ``ValueError`` for a profile that is missing or that there is not.
    """
    names = tuple(tuple(own) for own in strategies.values())
    empty = Table(title, tuple(strategies), names, (), (), comment)
    profiles = [tuple(own[choice] for own, choice in zip(names, profile, strict=True)) for profile in empty.profiles()]
    if set(profiles) != set(payoffs):
        odd = sorted(set(profiles) ^ set(payoffs))
        raise ValueError(f"payoffs are wanted for each profile once; look at {', '.join(map(str, odd[:3]))}")
    outcomes = tuple(
        Outcome(number, "", tuple(exact(value) for value in payoffs[profile]))
        for number, profile in enumerate(profiles, 1)
    )
    short = next((outcome for outcome in outcomes if len(outcome.payoffs) != len(names)), None)
    if short is not None:
        raise ValueError(f"{len(short.payoffs)} payoffs for {len(names)} players")
    return Table(title, tuple(strategies), names, tuple(range(len(outcomes))), outcomes, comment)


def bimatrix(
    title: str,
    rows: tuple[str, Sequence[str]],
    columns: tuple[str, Sequence[str]],
    cells: Sequence[Sequence[tuple[Numeric, Numeric]]],
    comment: str = "",
) -> Table:
    """A table of two players as it is printed: ``rows`` and ``columns`` are (player, strategies), ``cells`` by row."""
    payoffs: dict[tuple[str, ...], Sequence[Numeric]] = {
        (row, column): cell
        for row, line in zip(rows[1], cells, strict=True)
        for column, cell in zip(columns[1], line, strict=True)
    }
    return table(title, {rows[0]: rows[1], columns[0]: columns[1]}, payoffs, comment)
