"""``escalation list``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.shell import emit_json


@click.command("list")
@click.option("--games", is_flag=True, help="The reference games that solve takes, instead.")
@options.as_json
def command(games: bool, as_json: bool) -> None:
    """The shipped scenarios and theses, by the names under which the other commands take them."""
    if games:
        list_games(as_json)
        return
    from escalation.scenario.experiments import studies
    from escalation.scenario.loader import shipped_headers

    headers = [header for header in shipped_headers() if not header.abstract]
    theses = studies()
    if as_json:
        scenarios, found = (
            [{"name": one.name, "title": one.title, "question": one.question} for one in some]
            for some in (headers, theses)
        )
        emit_json({"scenarios": scenarios, "theses": found})
        return
    widest = max(len(name) for name in [*(one.name for one in headers), *(one.name for one in theses)])
    for header in headers:
        click.echo(f"{header.name:<{widest}}  {header.title}")
    click.echo("\nTheses (escalation thesis NAME)")
    for thesis in theses:
        click.echo(f"{thesis.name:<{widest}}  {thesis.title}")


def list_games(as_json: bool) -> None:
    """Print the catalogue of reference games."""
    from escalation.games import catalog

    entries = [catalog.load(name) for name in catalog.names()]
    if as_json:
        rows = [{"name": e.name, "title": e.title, "citation": e.citation, "teaches": e.teaches} for e in entries]
        emit_json({"games": rows})
        return
    widest = max(len(entry.name) for entry in entries)
    for entry in entries:
        click.echo(f"{entry.name:<{widest}}  {entry.title} ({entry.provenance.rpartition('/')[0]})")
