"""``escalation new``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from escalation.cli import options
from escalation.cli.shell import emit_json


@click.command("new")
@click.argument("name")
@click.option(
    "--extends", "parent", default="strike", show_default=True, metavar="SCENARIO", help="What the new file extends."
)
@options.as_json
def command(name: str, parent: str, as_json: bool) -> None:
    """Write NAME.toml, a commented scenario file that passes check as it is. Never overwrites a file."""
    from escalation.scenario.loader import load, shipped_headers
    from escalation.scenario.template import template

    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    below = load(parent)
    shipped = any(header.name == parent for header in shipped_headers())
    extended = parent if shipped else Path(os.path.relpath(parent, path.parent)).as_posix()
    text = template(path.stem, extended, below)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise click.UsageError(f"{path} is already there; nothing was written.") from None
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be written: {error.strerror}.") from None
    if as_json:
        emit_json({"file": str(path), "extends": extended})
        return
    click.echo(f"{path} is written. Next:\n  escalation check {path}\n  escalation run {path}")
