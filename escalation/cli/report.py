"""``escalation report``."""

from __future__ import annotations

from pathlib import Path

import click

from escalation.cli import options


@click.command("report")
@options.together(
    click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False)),
)
def command(folder: str) -> None:
    """Write the page of a run folder anew from what it holds, without running anything; prints the page's path.

    DIR is what --out of run, sweep or thesis left; of a sweep that was stopped the page shows what is done so far. The
    page is report.html, one file that needs no network; its figures lie beside it in figures/ as PNG and PDF.
    """
    from escalation.analysis.unfinished import is_unfinished
    from escalation.report.page.build import write_page
    from escalation.scenario.faults import ScenarioFault
    from escalation.worlds.folder import FolderTaken
    from escalation.worlds.locks import Lock
    from escalation.worlds.runs import NoRun

    try:
        if is_unfinished(Path(folder)):
            with Lock(Path(folder)):
                _tell_so_far(Path(folder))
        written = write_page(Path(folder))
    except FolderTaken as fault:
        raise click.UsageError(f"{fault}.") from None
    except (NoRun, ScenarioFault) as fault:
        raise click.UsageError(f"{folder}: {fault}.") from None
    except OSError as error:
        raise click.UsageError(f"{folder}: {error.strerror}.") from None
    click.echo(written[0])


def _tell_so_far(folder: Path) -> None:
    """Write what an unfinished sweep has come to; where that cannot be told, what it once wrote must do."""
    from escalation.analysis.unfinished import so_far
    from escalation.report.sweep_folder import write_sweep
    from escalation.worlds.runs import SWEEP, NoRun

    try:
        found = so_far(folder)
    except NoRun:
        if not (folder / SWEEP).is_file():
            raise
    else:
        write_sweep(found, folder)
