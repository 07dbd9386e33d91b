"""The run folders below a folder: what each says of itself, as far as it can be read."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from escalation.worlds.folder import (
    FAILURES,
    INCOMPLETE,
    MANIFEST,
    PARTS,
    RUNNING,
    STATUS_COMPLETE,
    held_manifest,
    resume_command,
)
from escalation.worlds.locks import is_held

RESULTS: Final = "results.csv"
WORLDS: Final = "worlds.csv"
SWEEP: Final = "sweep.json"
ROWS: Final = "rows"
"""What is long in it: the points, which are written and read one by one."""
PAGE: Final = "report.html"
TRACES: Final = (RESULTS, WORLDS, PARTS)
"""Beside a resolved scenario, what a run leaves: a folder that holds both and no sound manifest is a broken one."""
WAR_ODDS: Final = "war_odds"
SPLITTING_ODDS: Final = "splitting_odds"
DEPTH: Final = 3
"""How many folders down run folders are looked for."""

BROKEN: Final = "broken"


class NoRun(ValueError):
    """A folder is not one that a run has left, or cannot be read; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """What a run folder says of itself; None where it does not say.

    ``state`` is ``complete``, ``running`` (a process is writing it now), ``incomplete`` or ``broken`` (``fault`` says
    how); ``failed`` counts the failures that it lists; ``odds`` are the least and the greatest odds of war in its
    results, the same for one run, and ``splitting`` those by splitting, where a run has them; ``resume`` is the command
    that goes on with an incomplete one.
    """

    path: Path
    state: str
    written: dt.datetime
    size: int
    kind: str | None = None
    scenarios: tuple[str, ...] = ()
    seed: int | None = None
    worlds: int | None = None
    points: int | None = None
    failed: int = 0
    odds: tuple[float, float] | None = None
    splitting: float | None = None
    digest: str | None = None
    fault: str | None = None
    resume: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The same as plain data, sizes in bytes."""
        odds = None if self.odds is None else {"least": self.odds[0], "greatest": self.odds[1]}
        return {
            "folder": str(self.path),
            "kind": self.kind,
            "scenarios": list(self.scenarios),
            "seed": self.seed,
            "worlds": self.worlds,
            "points": self.points,
            "state": self.state,
            "failed_parts": self.failed,
            "written": self.written.isoformat(timespec="seconds"),
            "war_odds": odds,
            "war_odds_by_splitting": self.splitting,
            "digest": self.digest,
            "bytes": self.size,
            "fault": self.fault,
            "resume": self.resume,
        }


def found(folder: Path) -> list[RunFolder]:
    """Every run folder at or below ``folder``, the newest first. Raises ``NotADirectoryError`` where there is none."""
    if not folder.is_dir():
        raise NotADirectoryError(folder)
    return sorted((read(path) for path in _run_folders(folder, DEPTH)), key=lambda run: run.written, reverse=True)


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder. Raises ``NoRun``."""
    try:
        held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoRun(f"there is no {MANIFEST}") from None
    except OSError as error:
        raise NoRun(f"{MANIFEST} cannot be read: {error.strerror}") from None
    except ValueError:
        raise NoRun(f"{MANIFEST} is not JSON") from None
    if not isinstance(held, dict) or not isinstance(held.get("versions"), dict) or "escalation" not in held["versions"]:
        raise NoRun(f"{MANIFEST} is not of this program")
    return held


def read(folder: Path) -> RunFolder:
    """What a run folder says of itself; one that cannot be read is ``broken``, and nothing is raised."""
    written = dt.datetime.fromtimestamp(_stamp(folder), dt.UTC)
    try:
        return _told(folder, manifest_of(folder), written)
    except NoRun as fault:
        return RunFolder(folder, BROKEN, written, _size(folder), fault=str(fault))


def _told(folder: Path, held: Mapping[str, Any], written: dt.datetime) -> RunFolder:
    state, fault, odds, splitting = str(held.get("status", STATUS_COMPLETE)), None, None, None
    if state != STATUS_COMPLETE:
        state = RUNNING if is_held(folder) else INCOMPLETE
    try:
        odds, splitting = _odds(folder / RESULTS), _splitting(folder / RESULTS)
    except FileNotFoundError:
        if state == STATUS_COMPLETE and (folder / PARTS).is_dir():
            state = INCOMPLETE  # a sweep that was killed between its last part and its table
        fault = f"{RESULTS} is missing" if state == STATUS_COMPLETE else None
    except (OSError, ValueError, csv.Error) as error:
        fault = f"{RESULTS} cannot be read: {error}"
    return RunFolder(
        folder,
        BROKEN if fault else state,
        _time(held.get("finished") or held.get("started")) or written,
        _size(folder),
        kind=_kind(held),
        scenarios=names_of(held.get("scenarios")),
        seed=_whole(held.get("seed")),
        worlds=_whole(held.get("worlds")),
        points=_whole(held.get("points")),
        failed=_lines(folder / FAILURES),
        odds=odds,
        splitting=splitting,
        digest=held["digest"] if isinstance(held.get("digest"), str) else None,
        fault=fault,
        resume=resume_command(held) if state == INCOMPLETE and not fault else None,
    )


def _kind(held: Mapping[str, Any]) -> str | None:
    """What the manifest says it is, or the command by which it was begun."""
    command = held.get("command")
    words = [held.get("kind"), *(command[1:2] if isinstance(command, list) else [])]
    return next((word for word in words if isinstance(word, str)), None)


def _run_folders(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    names = {entry.name for entry in entries}
    resolved = any(name.startswith("scenario") and name.endswith(".toml") for name in names)
    if (resolved and not names.isdisjoint(TRACES)) or held_manifest(folder) is not None:
        yield folder
    elif depth > 0:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                yield from _run_folders(Path(entry.path), depth - 1)


def _odds(path: Path) -> tuple[float, float] | None:
    """Least and greatest odds of war: over the points of a sweep, at the last day of one scenario's run."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        if WAR_ODDS not in (rows.fieldnames or ()):
            return None
        scenarios, day, ends = set[str | None](), None, dict[str | None, tuple[float, float]]()
        for row in rows:
            if not row[WAR_ODDS]:
                continue
            scenarios.add(row.get("scenario") or row.get("arm"))
            day, odds = row.get("days"), float(row[WAR_ODDS])
            least, most = ends.get(day, (odds, odds))
            ends[day] = min(least, odds), max(most, odds)
    return ends[day] if len(scenarios) == 1 else None


def _splitting(path: Path) -> float | None:
    """Odds of war by splitting at the last day of a run made with ``--rare``."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        if SPLITTING_ODDS not in (rows.fieldnames or ()):
            return None
        told = [float(row[SPLITTING_ODDS]) for row in rows if row[SPLITTING_ODDS]]
    return told[-1] if told else None


def _size(folder: Path) -> int:
    total = 0
    for where, _, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(where) / name).lstat().st_size
            except OSError:
                continue
    return total


def _stamp(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _time(text: object) -> dt.datetime | None:
    try:
        time = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def names_of(scenarios: object) -> tuple[str, ...]:
    """The names of a manifest's scenarios."""
    if not isinstance(scenarios, list):
        return ()
    return tuple(str(held["name"]) for held in scenarios if isinstance(held, dict) and "name" in held)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _lines(path: Path) -> int:
    try:
        return sum(1 for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip())
    except OSError:
        return 0
