"""What ``ls`` prints: the run folders, one a line, and what is wrong with those that cannot be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from escalation.report.layout import columns, dim
from escalation.report.words import base_of, in_base, so_many
from escalation.worlds.runs import RunFolder

DIGITS_OF_DIGEST = 12
_UNITS = ("B", "kB", "MB", "GB", "TB")


def folders_text(runs: Sequence[RunFolder], colour: bool = False) -> str:
    """The folders in the order given, aligned; names of scenarios beyond two are counted."""
    head = ("folder", "what", "seed", "state", "written", "war", "size", "digest")
    head_line, *lines = columns([head, *(_row(run) for run in runs)], left=6, indent="")
    told = [dim(head_line, colour)]
    for run, line in zip(runs, lines, strict=True):
        told += [line, *([f"  {run.fault}"] if run.fault else [])]
        told += [f"  go on with it: {run.resume}"] if run.resume else []
    return "\n".join(told)


def _row(run: RunFolder) -> tuple[str, ...]:
    state = run.state
    if run.failed:
        state += f", {run.failed:,} failed"
    digest = (run.digest or "")[:DIGITS_OF_DIGEST]
    seed = "" if run.seed is None else str(run.seed)
    return (str(run.path), _what(run), seed, state, _when(run.written), _odds(run), bytes_of(run.size), digest)


def _what(run: RunFolder) -> str:
    names = " ".join(run.scenarios) if len(run.scenarios) <= 2 else f"{len(run.scenarios)} scenarios"
    sizes = [f"{count:,}" for count in (run.points, run.worlds) if count is not None]
    size = f"({' x '.join(sizes)})" if sizes else ""
    return " ".join(part for part in (run.kind or "", names, size) if part)


def _odds(run: RunFolder) -> str:
    if run.splitting is not None:
        return f"{so_many(run.splitting) if run.splitting else '0'} by splitting"
    if run.odds is None:
        return ""
    least, greatest = run.odds
    if least == greatest:
        return so_many(greatest) if greatest else "0"
    base = base_of(greatest)
    return f"{in_base(least, base)} to {in_base(greatest, base)} in {base:,}"


def _when(time: dt.datetime) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M")


def bytes_of(size: int) -> str:
    """A size as one says it: ``812 B``, ``4.2 MB``."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000.0, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 or value >= 9.95 else f"{value:.1f} {_UNITS[unit]}"
