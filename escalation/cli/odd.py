"""``escalation odd``."""

from __future__ import annotations

from pathlib import Path

import click

from escalation.cli import options
from escalation.cli.shell import emit_json


@click.command("odd")
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write it there instead of printing it.")
@options.as_json
def command(out: str | None, as_json: bool) -> None:
    """The model's description in ODD form (Grimm et al. 2020), generated from the code and the base scenario."""
    from escalation.report.odd import odd
    from escalation.worlds.folder import write_text

    page = odd()
    if out is not None:
        try:
            write_text(Path(out), page)
        except OSError as error:
            raise click.UsageError(f"--out: {out}: {error.strerror}.") from None
        click.echo(f"{out} is written.", err=as_json)
    if as_json:
        emit_json({"odd": page})
    elif out is None:
        click.echo(page, nl=False)
