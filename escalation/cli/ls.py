"""``escalation ls``."""

from __future__ import annotations

from pathlib import Path

import click

from escalation.cli import options
from escalation.cli.shell import coloured, emit_json


@click.command("ls")
@options.together(
    click.argument("folder", metavar="[DIR]", default=".", type=click.Path(exists=True, file_okay=False)),
    options.as_json,
)
def command(folder: str, as_json: bool) -> None:
    """The runs that have been written below DIR (this folder by default), the newest first.

    Each with its kind and scenario, points and worlds, state, time, odds of war, size on disk and digest. Odds are
    those counted, but of a run made with --rare those by splitting. A folder that
    cannot be read is listed as broken, with what is wrong.
    """
    from escalation.report.folders import folders_text
    from escalation.worlds.runs import found

    runs = found(Path(folder))
    if as_json:
        emit_json({"runs": [run.to_json() for run in runs]})
    elif runs:
        click.echo(folders_text(runs, coloured()))
    else:
        click.echo(f"No run was written below {folder}. To write one: escalation run strike --out runs/strike")
