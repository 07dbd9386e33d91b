"""``escalation list``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.shell import emit_json


@click.command("list")
@options.as_json
def command(as_json: bool) -> None:
    """The shipped scenarios, by the names under which the other commands take them."""
    from escalation.scenario.loader import shipped_headers

    headers = [header for header in shipped_headers() if not header.abstract]
    if as_json:
        rows = [{"name": h.name, "title": h.title, "question": h.question} for h in headers]
        emit_json({"scenarios": rows})
        return
    widest = max((len(header.name) for header in headers), default=0)
    for header in headers:
        click.echo(f"{header.name:<{widest}}  {header.title}")
