"""Gambit's ``.efg`` files: extensive games, read and written.

The format (Gambit's documentation, "The extensive game (.efg) file format"): a head ``EFG 2 R "title" { "player" ... }
"comment"``, then the nodes in preorder, one ``c``, ``p`` or ``t`` each. Information sets and outcomes carry numbers and
are described where they first stand; later they may be named by number only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from escalation.games.build import ROUNDING, normalised
from escalation.games.numbers import shown as number
from escalation.games.tokens import Reader, Token, quoted, read_text
from escalation.games.tree import CHANCE, Game, InfoSet, Node, Outcome


def read(path: Path, shown: str | None = None) -> Game:
    """The game in the file ``path``. Raises ``ScenarioFault`` with ``file:line: what; what was expected``."""
    shown = str(path) if shown is None else shown
    return parse(read_text(path, shown), shown)


def parse(text: str, shown: str = "game.efg") -> Game:
    """The game that ``text`` describes; ``shown`` is what faults call its file. Raises ``ScenarioFault``."""
    reader = Reader(text, shown)
    reader.word("EFG", what="EFG, the first word of an extensive game")
    reader.word("2", what="2, the version of the format")
    reader.word("R", "D", what="R or D, the kind of numbers")
    title = reader.label("the title").text
    opened = reader.next
    players = reader.labels("the players' names")
    if not players:
        reader.fault(opened, "no players", "at least one name")
    return _Tree(reader, title, players, reader.optional_label()).read()


def write(game: Game) -> str:
    """``game`` as the text of an ``.efg`` file; ``parse`` makes the same game of it."""
    names = " ".join(quoted(player) for player in game.players)
    lines = [f"EFG 2 R {quoted(game.title)} {{ {names} }}", quoted(game.comment), ""]
    return "\n".join([*lines, *(_line(game, node) for node in game.nodes)]) + "\n"


def _line(game: Game, node: Node) -> str:
    outcome = "0" if node.outcome is None else _outcome(game.outcomes[node.outcome])
    if node.infoset is None:
        return f"t {quoted(node.label)} {outcome}"
    infoset = game.infosets[node.infoset]
    if infoset.player == CHANCE:
        pairs = zip(infoset.actions, infoset.probabilities, strict=True)
        actions = " ".join(f"{quoted(action)} {number(probability)}" for action, probability in pairs)
        mover = f"c {quoted(node.label)}"
    else:
        actions = " ".join(quoted(action) for action in infoset.actions)
        mover = f"p {quoted(node.label)} {infoset.player + 1}"
    return f"{mover} {infoset.number} {quoted(infoset.label)} {{ {actions} }} {outcome}"


def _outcome(outcome: Outcome) -> str:
    payoffs = ", ".join(number(payoff) for payoff in outcome.payoffs)
    return f"{outcome.number} {quoted(outcome.label)} {{ {payoffs} }}"


@dataclass
class _Set:
    """An information set while its nodes are being read."""

    player: int
    number: int
    label: str
    actions: tuple[str, ...]
    probabilities: tuple[Fraction, ...]
    line: int
    nodes: list[int] = field(default_factory=list)


@dataclass
class _Open:
    """A node while its children are being read."""

    label: str
    parent: int
    branch: int
    infoset: _Set | None
    outcome: Outcome | None
    children: list[int] = field(default_factory=list)


class _Tree:
    """Reads the nodes of one file."""

    def __init__(self, reader: Reader, title: str, players: tuple[str, ...], comment: str) -> None:
        self.reader, self.title, self.players, self.comment = reader, title, players, comment
        self.nodes: list[_Open] = []
        self.sets: dict[tuple[int, int], _Set] = {}
        self.outcomes: dict[int, Outcome] = {}
        self.outcome_lines: dict[int, int] = {}

    def read(self) -> Game:
        waiting = [(-1, -1)]
        while waiting:
            parent, branch = waiting.pop()
            place = len(self.nodes)
            node = self._node(parent, branch)
            self.nodes.append(node)
            if parent >= 0:
                self.nodes[parent].children.append(place)
            if node.infoset is not None:
                node.infoset.nodes.append(place)
                waiting.extend((place, action) for action in reversed(range(len(node.infoset.actions))))
        self.reader.end("after the last node of the tree")
        return self._game()

    def _node(self, parent: int, branch: int) -> _Open:
        expected = "a node: c, p or t"
        if parent >= 0:
            above = self.nodes[parent].infoset
            assert above is not None, "only a move has children"
            expected += f" (what follows {quoted(above.actions[branch])} of the move on line {above.line})"
        kind = self.reader.word("c", "p", "t", what=expected).text
        label = self.reader.label("the node's label").text
        infoset = None
        if kind == "c":
            infoset = self._infoset(CHANCE)
        elif kind == "p":
            token = self.reader.next
            player = self.reader.whole("the player's number", 1)
            if player > len(self.players):
                self.reader.fault(token, f"player {player}", f"1 to {len(self.players)}")
            infoset = self._infoset(player - 1)
        return _Open(label, parent, branch, infoset, self._outcome())

    def _infoset(self, player: int) -> _Set:
        token = self.reader.next
        number = self.reader.whole("the information set's number", 1)
        known = self.sets.get((player, number))
        if not self.reader.at("label"):
            if known is None:
                owner = "chance" if player == CHANCE else f"player {player + 1}"
                what = f"information set {number} of {owner} is new here"
                self.reader.fault(token, what, "its label in double quotes, and its actions")
            return known
        label = self.reader.take().text
        actions, probabilities = self._actions(player)
        if known is None:
            known = _Set(player, number, label, actions, probabilities, token.line)
            self.sets[player, number] = known
            return known
        for what, now, before in (
            ("label", label, known.label),
            ("actions", actions, known.actions),
            ("probabilities", probabilities, known.probabilities),
        ):
            if now != before:
                self.reader.fault(
                    token,
                    f"information set {number} with other {what} than on line {known.line}",
                    "the same, or the number only",
                )
        return known

    def _actions(self, player: int) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        opened = self.reader.mark("{", "before the actions")
        actions, probabilities = [], []
        while not self.reader.at("}"):
            actions.append(self.reader.label("an action").text)
            if player == CHANCE:
                probabilities.append(self._probability())
        self.reader.take()
        if not actions:
            self.reader.fault(opened, "no actions", "at least one")
        if player != CHANCE:
            return tuple(actions), ()
        missing = Fraction(1 - sum(probabilities))
        if abs(missing) > ROUNDING:
            total = float(1 - missing)
            self.reader.fault(opened, f"probabilities that sum to {total:.9g}", "a sum of 1")
        return tuple(actions), normalised(probabilities)

    def _probability(self) -> Fraction:
        token = self.reader.next
        probability = self.reader.number("the action's probability")
        if not 0 <= probability <= 1:
            self.reader.fault(token, f"the probability {token.text}", "0 to 1")
        return probability

    def _outcome(self) -> Outcome | None:
        token = self.reader.next
        number = self.reader.whole("the outcome's number", 0)
        known = self.outcomes.get(number)
        if not self.reader.at("label"):
            if number > 0 and known is None:
                self.reader.fault(token, f"outcome {number} is new here", "its label in double quotes, and its payoffs")
            return known
        label = self.reader.take()
        if number == 0:
            self.reader.fault(label, "a label for outcome 0, which is none", "nothing after the 0")
        outcome = Outcome(number, label.text, self.reader.numbers(len(self.players), "the payoffs"))
        return self._described(token, outcome)

    def _described(self, token: Token, outcome: Outcome) -> Outcome:
        known = self.outcomes.setdefault(outcome.number, outcome)
        first = self.outcome_lines.setdefault(outcome.number, token.line)
        if known != outcome:
            what = f"outcome {outcome.number} with another label or other payoffs than on line {first}"
            self.reader.fault(token, what, "the same, or the number only")
        return known

    def _game(self) -> Game:
        # Chance is player -1 and comes last.
        order = sorted(self.sets, key=lambda key: (key[0] % (len(self.players) + 1), key[1]))
        place_of = {key: place for place, key in enumerate(order)}
        infosets = tuple(
            InfoSet(found.player, found.number, found.label, found.actions, tuple(found.nodes), found.probabilities)
            for found in (self.sets[key] for key in order)
        )
        outcome_place = {number: place for place, number in enumerate(sorted(self.outcomes))}
        nodes = tuple(
            Node(
                node.label,
                node.parent,
                node.branch,
                tuple(node.children),
                None if node.infoset is None else place_of[node.infoset.player, node.infoset.number],
                None if node.outcome is None else outcome_place[node.outcome.number],
            )
            for node in self.nodes
        )
        outcomes = tuple(self.outcomes[number] for number in sorted(self.outcomes))
        return Game(self.title, self.players, nodes, infosets, outcomes, self.comment)
