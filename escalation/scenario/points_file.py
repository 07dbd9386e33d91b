"""Lists of points from CSV files, and sweeps from experiment files."""

from __future__ import annotations

import csv
import io
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from escalation.scenario.axes import literal
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.files import OVERRIDES
from escalation.scenario.points import SAMPLE, VARY, Points, listed
from escalation.scenario.scenario import Scenario
from escalation.scenario.source_map import source_lines

TABLE: Final = "sweep"
_FIELDS: Final[dict[str, tuple[type, str]]] = {
    "scenario": (str, "a shipped scenario's name, or a path beside this file"),
    "vary": (dict, "{ key = 'LO:HI:N' }, or a list of values for a key"),
    "points": (str, "the path of a CSV file beside this file"),
    "sample": (str, "lhs:N, sobol:N or priors:N"),
    "worlds": (int, "a whole number from 1"),
    "seed": (int, "a whole number from 0"),
    "horizon": (int, "weeks, a whole number from 1"),
    "against": (str, "a shipped scenario's name, or a path beside this file"),
    "overrides": (dict, "{ key = value }, as --set"),
    "rule": (str, "a decision rule's name"),
}
_LEAST: Final = {"worlds": 1, "seed": 0, "horizon": 1}
_PATHS: Final = ("scenario", "against", "points")


@dataclass(frozen=True)
class Experiment:
    """A sweep as its file describes it; ``fields`` holds what is said, paths made whole, ``lines`` where."""

    shown: str
    fields: Mapping[str, object]
    lines: Mapping[str, int]

    def blamed(self, fault: Fault) -> Fault:
        """A fault of an option that this file gave, told of the file and its line."""
        if fault.file == VARY:
            line = self.lines.get(f"{TABLE}.vary.{fault.key}", self.lines.get(f"{TABLE}.vary"))
        elif fault.file == SAMPLE:
            line = self.lines.get(f"{TABLE}.sample")
        elif fault.file == OVERRIDES:
            line = self.lines.get(f"{TABLE}.overrides.{fault.key}", self.lines.get(f"{TABLE}.overrides"))
        else:
            return fault
        return Fault(self.shown, line, fault.key, fault.what, fault.legal, fault.suggestion)


def read_points(path: str | os.PathLike[str], scenario: Scenario, rules: Collection[str] | None = None) -> Points:
    """A list of points: a head of dotted keys, and a row of values for each point; blank lines are skipped.

    ``rules`` as in ``points.listed``. Raises ScenarioFault, each fault with its file and line.
    """
    shown = os.fspath(path)
    rows = _rows(shown)
    if not rows:
        raise ScenarioFault([Fault(shown, 1, "", "empty", "a head of keys, and one row a point")])
    head_line, keys = rows[0]
    faults = [
        Fault(shown, head_line, key, what, "each key once, by its dotted name")
        for place, key in enumerate(keys)
        if (what := "a key is missing" if not key else "given twice" if key in keys[:place] else "")
    ]
    if len(rows) == 1:
        faults.append(Fault(shown, head_line, "", "no points", "one row a point below the head"))
    values = []
    for line, cells in rows[1:]:
        if len(cells) != len(keys):
            faults.append(Fault(shown, line, "", f"{len(cells)} values", f"one for each of {len(keys)} keys"))
            continue
        row = []
        for key, cell in zip(keys, cells, strict=True):
            try:
                row.append(literal(cell))
            except ValueError as error:
                faults.append(Fault(shown, line, key, str(error)))
        values.append(row)
    if faults:
        raise ScenarioFault(faults)
    lines = [line for line, _ in rows[1:]]
    try:
        return listed(scenario, keys, values, lambda point: (shown, lines[point]), rules)
    except ScenarioFault as fault:
        raise ScenarioFault(
            Fault(
                f.file,
                head_line if f.line is None and f.file == shown else f.line,
                f.key,
                f.what,
                f.legal,
                f.suggestion,
            )
            for f in fault.faults
        ) from None


def _rows(shown: str) -> list[tuple[int, list[str]]]:
    """(line, cells) of every row that is not blank."""
    try:
        text = Path(shown).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioFault([Fault(shown, None, "", error.strerror or "unreadable", "a readable CSV file")]) from None
    except UnicodeDecodeError:
        raise ScenarioFault([Fault(shown, None, "", "not UTF-8 text", "a CSV file in UTF-8")]) from None
    return list(_cells(io.StringIO(text, newline="")))


def _cells(stream: io.StringIO) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(stream, skipinitialspace=True)
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield reader.line_num, cells


# -- experiments -----------------------------------------------------------------------------------------------
def read_experiment(path: str | os.PathLike[str]) -> Experiment | None:
    """The ``[sweep]`` table of a TOML file; None for a file that has none, such as a scenario, or no file at all.

    Raises ScenarioFault with every fault of the table.
    """
    shown = os.fspath(path)
    file = Path(shown)
    if not file.is_file():
        return None
    text = file.read_bytes()
    try:
        tree = tomllib.loads(text.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None  # the scenario's reader says what is wrong, and where
    table = tree.get(TABLE)
    if not isinstance(table, dict):
        return None
    lines = source_lines(text.decode())
    faults = [
        Fault(shown, lines.get(key), key, "unknown table", f"[{TABLE}] alone", closest(key, [TABLE]))
        for key in tree
        if key != TABLE
    ]
    for name, value in table.items():
        what, legal, near = _wrong(name, value)
        if what:
            faults.append(Fault(shown, lines.get(f"{TABLE}.{name}"), f"{TABLE}.{name}", what, legal, near))
    if "scenario" not in table:
        faults.append(Fault(shown, lines.get(TABLE), f"{TABLE}.scenario", "missing", _FIELDS["scenario"][1]))
    if faults:
        raise ScenarioFault(faults)
    fields = {name: _beside(file, value) if name in _PATHS else value for name, value in table.items()}
    return Experiment(shown, {**fields, **_flat(fields)}, lines)


def _wrong(name: str, value: object) -> tuple[str, str, str]:
    """(what is wrong, what is legal, what may have been meant) of one field; empty where nothing is."""
    if name not in _FIELDS:
        return "unknown key", f"legal: {', '.join(_FIELDS)}", closest(name, _FIELDS)
    kind, legal = _FIELDS[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        return f"{value!r} is not legal here", legal, ""
    if isinstance(value, int) and value < _LEAST[name]:
        return f"{value} is out of range", legal, ""
    return "", "", ""


def _beside(file: Path, value: object) -> object:
    """A path as seen from the experiment file's folder; a shipped name, which is no file there, as it is."""
    there = file.parent / str(value)
    return str(there) if there.is_file() else value


def _flat(fields: Mapping[str, object]) -> dict[str, object]:
    """``vary`` and ``overrides`` with dotted keys, whether the file wrote ``"a.b" = 1`` or ``a.b = 1``."""
    found: dict[str, object] = {}
    for name in ("vary", "overrides"):
        tree = fields.get(name)
        if isinstance(tree, dict):
            found[name] = dict(_leaves(tree, ""))
    return found


def _leaves(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
