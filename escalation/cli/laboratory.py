"""What the laboratory's commands share: how long they take, and what they leave in ``--out``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import click

from escalation.cli.shell import emit_json, note

if TYPE_CHECKING:
    from escalation.scenario.scenario import Scenario
    from escalation.worlds.folder import Ran

SHORT_ROWS: Final = 14.0
"""A row of parameters costs as much as so many worlds more: few worlds a row cannot be worked out side by side."""

DRY_RUN: Final = click.option(
    "--dry-run", is_flag=True, help="Check everything, say how large the run is, and do not run."
)


class Result(Protocol):
    """What an analysis gives back."""

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

    seconds = LOADING_SECONDS + world_weeks * MICROSECONDS / 1e6 * (1.0 + SHORT_ROWS / worlds) / workers
    seconds += 0.0 if compiled.is_warm() else COMPILING_SECONDS
    if as_json:
        size = {"world_weeks": world_weeks, "workers": workers, "estimated_seconds": round(seconds, 1)}
        emit_json({**more, **size})
        return
    click.echo(
        f"{what}: {about}{world_weeks:,} world-weeks, about {seconds:,.0f} seconds with {workers} workers. "
        "Nothing was run."
    )


def write(
    folder: Path,
    ran: Ran,
    kind: str,
    scenarios: Sequence[Scenario],
    result: Result,
    text: str,
    *,
    quiet: bool,
    extra: Mapping[str, str] | None = None,
    **more: Any,
) -> None:
    """Write report.txt, results.csv, ``kind``.json, ``extra`` files, the scenarios and the manifest."""
    from escalation.worlds.folder import table, write_folder

    files = {
        "report.txt": text + "\n",
        "results.csv": table(result.to_rows()),
        f"{kind}.json": json.dumps(result.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        **(extra or {}),
    }
    different = {scenario.name: scenario for scenario in scenarios}
    write_folder(folder, ran, list(different.values()), files, kind=kind, **more)
    if not quiet:
        note(f"written to {folder}")
