"""Gambit's ``.nfg`` files: games in strategic form, read in both versions and written.

The format (Gambit's documentation, "The strategic game (.nfg) file format"): a head ``NFG 1 R "title" { "player" ...
}``, the strategies as names (``{ { "U" "D" } { "L" "R" } }``) or as counts (``{ 2 2 }``), a comment; then either one
payoff a player for each profile, or a list of outcomes and the number of one for each profile (0 pays nothing). The
first player's strategy runs fastest.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Final

from escalation.games.numbers import shown as number
from escalation.games.table import Table
from escalation.games.tokens import Reader, quoted, read_text
from escalation.games.tree import Outcome

MOST_CELLS: Final = 500_000


def read(path: Path, shown: str | None = None) -> Table:
    """The table in the file ``path``. Raises ``ScenarioFault`` with ``file:line: what; what was expected``."""
    shown = str(path) if shown is None else shown
    return parse(read_text(path, shown), shown)


def parse(text: str, shown: str = "game.nfg") -> Table:
    """The table that ``text`` describes; ``shown`` is what faults call its file. Raises ``ScenarioFault``."""
    reader = Reader(text, shown)
    reader.word("NFG", what="NFG, the first word of a strategic game")
    reader.word("1", what="1, the version of the format")
    reader.word("R", "D", what="R or D, the kind of numbers")
    title = reader.label("the title").text
    opened = reader.next
    players = reader.labels("the players' names")
    if not players:
        reader.fault(opened, "no players", "at least one name")
    strategies = _strategies(reader, len(players))
    comment = reader.optional_label()
    if reader.at("{"):
        outcomes = _outcomes(reader, len(players))
        cells = _cells(reader, strategies, len(outcomes))
    else:
        outcomes = _payoffs(reader, strategies)
        cells = tuple(range(len(outcomes)))
    return Table(title, players, strategies, cells, outcomes, comment)


def write(table: Table) -> str:
    """``table`` as the text of an ``.nfg`` file; ``parse`` makes the same table of it.

    With payoffs where each profile has an outcome of its own without a label, else with outcomes.
    """
    names = " ".join(quoted(player) for player in table.players)
    lines = [f"NFG 1 R {quoted(table.title)} {{ {names} }}", "", "{"]
    lines += [f"{{ {' '.join(quoted(name) for name in own)} }}" for own in table.strategies]
    lines += ["}", quoted(table.comment), ""]
    plain = table.cells == tuple(range(len(table.outcomes))) and not any(outcome.label for outcome in table.outcomes)
    if plain:
        lines += [" ".join(number(payoff) for payoff in outcome.payoffs) for outcome in table.outcomes]
    else:
        paid = [", ".join(number(payoff) for payoff in outcome.payoffs) for outcome in table.outcomes]
        lines.append("{")
        lines += [f"{{ {quoted(outcome.label)} {row} }}" for outcome, row in zip(table.outcomes, paid, strict=True)]
        lines += ["}", " ".join("0" if cell is None else str(table.outcomes[cell].number) for cell in table.cells)]
    return "\n".join(lines) + "\n"


def _strategies(reader: Reader, players: int) -> tuple[tuple[str, ...], ...]:
    opened = reader.mark("{", "before the strategies")
    found: list[tuple[str, ...]] = []
    while not reader.at("}"):
        if reader.at("{"):
            inner = reader.next
            names = reader.labels("a player's strategies")
            if not names:
                reader.fault(inner, "a player without strategies", "at least one")
            found.append(names)
        else:
            count = reader.whole("a player's strategies: names between braces, or how many", 1)
            if count > MOST_CELLS:
                reader.fault(opened, f"a player with {count} strategies", f"at most {MOST_CELLS}")
            found.append(tuple(str(each) for each in range(1, count + 1)))
    if len(found) != players:
        reader.fault(opened, f"strategies of {len(found)} players", f"those of {players}")
    if prod(len(names) for names in found) > MOST_CELLS:
        reader.fault(opened, "a table that is too large", f"at most {MOST_CELLS} profiles")
    reader.take()
    return tuple(found)


def _payoffs(reader: Reader, strategies: tuple[tuple[str, ...], ...]) -> tuple[Outcome, ...]:
    count = prod(len(names) for names in strategies)
    outcomes = []
    for place in range(count):
        payoffs = []
        for player in range(len(strategies)):
            payoffs.append(reader.number(f"payoff {player + 1} of {len(strategies)} of profile {place + 1} of {count}"))
            if reader.at(","):
                reader.take()
        outcomes.append(Outcome(place + 1, "", tuple(payoffs)))
    reader.end(f"after the payoffs of {count} profiles")
    return tuple(outcomes)


def _outcomes(reader: Reader, players: int) -> tuple[Outcome, ...]:
    reader.mark("{", "before the outcomes")
    outcomes: list[Outcome] = []
    while reader.at("{"):
        opened = reader.take()
        label = reader.label("the outcome's label").text
        payoffs = []
        while not reader.at("}"):
            payoffs.append(reader.number("a payoff"))
            if reader.at(","):
                reader.take()
        if len(payoffs) != players:
            reader.fault(opened, f"{len(payoffs)} payoffs", f"{players}, one for each player")
        reader.take()
        outcomes.append(Outcome(len(outcomes) + 1, label, tuple(payoffs)))
    reader.mark("}", "after the outcomes")
    return tuple(outcomes)


def _cells(reader: Reader, strategies: tuple[tuple[str, ...], ...], outcomes: int) -> tuple[int | None, ...]:
    count = prod(len(names) for names in strategies)
    cells: list[int | None] = []
    for place in range(count):
        token = reader.next
        found = reader.whole(f"the outcome's number of profile {place + 1} of {count}", 0)
        if found > outcomes:
            reader.fault(token, f"outcome {found}", f"0 to {outcomes}")
        cells.append(found - 1 if found else None)
    reader.end(f"after the outcomes of {count} profiles")
    return tuple(cells)
