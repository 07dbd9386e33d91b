"""What the laboratory's commands share: how long they take, and what they leave in ``--out``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import click

from escalation.cli.folders import all_or_nothing, claimed, words
from escalation.cli.shell import Advance, coloured, emit_json, note, progress

if TYPE_CHECKING:
    from escalation.scenario.scenario import Scenario
    from escalation.worlds.folder import Ran

SHORT_ROWS: Final = 14.0
"""A row of parameters costs as much as so many worlds more: few worlds a row cannot be worked out side by side."""

DRY_RUN: Final = click.option(
    "--dry-run", is_flag=True, help="Check everything, say how large the run is, and do not run."
)


class Plan(Protocol):
    """An analysis that has been checked."""

    @property
    def seed(self) -> int:
        """Seed of its worlds."""

    @property
    def horizon(self) -> int:
        """Weeks of each."""

    @property
    def worlds(self) -> int:
        """How many at each of its points."""

    @property
    def world_weeks(self) -> int:
        """How large it is."""


class Result(Protocol):
    """What an analysis gives back."""

    @property
    def rule(self) -> str:
        """How the sides decided."""

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON."""

    def to_rows(self) -> list[dict[str, Any]]:
        """The rows of results.csv."""


def tell_size(
    what: str, world_weeks: int, worlds: int, workers: int, as_json: bool, more: Mapping[str, object], about: str = ""
) -> None:
    """What ``--dry-run`` prints of an analysis with ``worlds`` worlds a row of parameters."""
    from escalation import compiled
    from escalation.cli.run import COMPILING_SECONDS, LOADING_SECONDS, MICROSECONDS
    from escalation.report.words import of_workers

    seconds = LOADING_SECONDS + world_weeks * MICROSECONDS / 1e6 * (1.0 + SHORT_ROWS / worlds) / workers
    seconds += 0.0 if compiled.is_warm() else COMPILING_SECONDS
    if as_json:
        size = {"world_weeks": world_weeks, "workers": workers, "estimated_seconds": round(seconds, 1)}
        emit_json({**more, **size})
        return
    click.echo(
        f"{what}: {about}{world_weeks:,} world-weeks, about {seconds:,.0f} seconds with {of_workers(workers)}. "
        "Nothing was run."
    )


Found = TypeVar("Found", bound=Result)


def carry_out(
    kind: str,
    plan: Plan,
    scenarios: Sequence[Scenario],
    run: Callable[[Advance], Found],
    text: Callable[[Found, bool], str],
    *,
    out: str | None,
    as_json: bool,
    quiet: bool,
    extra: Callable[[Found], Mapping[str, str]] = lambda _: {},
    **more: Any,
) -> None:
    """``run`` an analysis, of which Ctrl-C keeps nothing; write it to ``out`` if that is asked for, and print it.

    ``text`` is what is printed of it, in colour or not; ``extra`` files by name and ``more`` entries of the manifest
    are those that other analyses do not have.
    """
    from escalation.worlds.folder import Ran

    folder = claimed(out)
    ran = Ran.now(words(), plan.seed)
    with all_or_nothing(folder), progress(plan.world_weeks, quiet) as advance:
        result = run(advance)
    if folder is not None:
        size = {"horizon_weeks": plan.horizon, "rule": result.rule, **more, "worlds": plan.worlds}
        _write(folder, ran, kind, scenarios, result, text(result, False), quiet=quiet, extra=extra(result), **size)
    if as_json:
        emit_json(result.to_json())
    else:
        click.echo(text(result, coloured()))


def _write(
    folder: Path,
    ran: Ran,
    kind: str,
    scenarios: Sequence[Scenario],
    result: Result,
    text: str,
    *,
    quiet: bool,
    extra: Mapping[str, str],
    **more: Any,
) -> None:
    """Write report.txt, results.csv, ``kind``.json, ``extra`` files, the scenarios and the manifest."""
    from escalation.worlds.folder import table, write_folder

    files = {
        "report.txt": text + "\n",
        "results.csv": table(result.to_rows()),
        f"{kind}.json": json.dumps(result.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        **extra,
    }
    different = {scenario.name: scenario for scenario in scenarios}
    write_folder(folder, ran, list(different.values()), files, kind=kind, **more)
    if not quiet:
        note(f"written to {folder}")
