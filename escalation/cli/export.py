"""``escalation export``."""

from __future__ import annotations

from pathlib import Path

import click

from escalation.cli import options
from escalation.cli.shell import note


@click.command("export")
@options.together(
    click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False)),
    click.option(
        "--format",
        "form",
        type=click.Choice(["parquet", "netcdf"]),
        required=True,
        help="Parquet: a row a world, or a point of a sweep. NetCDF: a sweep on its grid.",
    ),
    click.option("--to", type=click.Path(dir_okay=False), metavar="FILE", help="Where to write; by default into DIR."),
    options.quiet,
)
def command(folder: str, form: str, to: str | None, quiet: bool) -> None:
    """The table of a run folder for other programs, as Parquet or NetCDF; prints the file's path.

    Both need an extra: pip install 'escalation[parquet]' or 'escalation[grid]'.
    """
    from escalation.analysis.gridded import ExtraMissing
    from escalation.analysis.handover import export
    from escalation.worlds.folder import STATUS_COMPLETE
    from escalation.worlds.runs import NoRun, read

    try:
        written = export(Path(folder), form, None if to is None else Path(to))
    except (NoRun, ExtraMissing) as fault:
        raise click.UsageError(f"{folder}: {fault}.") from None
    except OSError as error:
        raise click.UsageError(f"{to or folder}: {error.strerror}.") from None
    state = read(Path(folder)).state
    if state != STATUS_COMPLETE and not quiet:
        note(f"{folder} is {state}: what has not been run is missing from {written}")
    click.echo(written)
