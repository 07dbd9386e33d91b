"""Observed choices from a CSV file: ``infoset,action,count``, a line an action; a table's ``infoset`` is the player."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from escalation.games.likelihood import Counts, counted
from escalation.games.paths import Paths
from escalation.games.tokens import read_text
from escalation.scenario.faults import Fault, ScenarioFault

HEAD: Final = ["infoset", "action", "count"]


def read(path: Path, shown: str, paths: Paths) -> Counts:
    """The counts in ``path``, checked against the game's names. Raises ``ScenarioFault`` with ``file:line``."""
    rows = csv.reader(io.StringIO(read_text(path, shown)))
    head = next(rows, [])
    if [name.strip() for name in head] != HEAD:
        raise _fault(shown, 1, f"the head {','.join(head)!r}", ",".join(HEAD))
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(HEAD):
            raise _fault(shown, rows.line_num, f"{len(row)} cells", ", ".join(HEAD))
        infoset, action, text = (cell.strip() for cell in row)
        try:
            number = float(text)
        except ValueError:
            raise _fault(shown, rows.line_num, f"the count {text!r}", "a number of choices") from None
        try:
            counted(paths, {infoset: {action: number}})
        except ValueError as fault:
            raise ScenarioFault([Fault(shown, rows.line_num, "", str(fault))]) from None
        if action in found.setdefault(infoset, {}):
            raise _fault(shown, rows.line_num, f"{action!r} at {infoset!r} again", "one line an action")
        found[infoset][action] = number
    if not found:
        raise _fault(shown, 1, "no choices", "a line for each action that was chosen")
    return found


def _fault(shown: str, line: int, what: str, expected: str) -> ScenarioFault:
    return ScenarioFault([Fault(shown, line, "", what, f"expected {expected}")])
