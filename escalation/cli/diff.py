"""``escalation diff``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.shell import emit_json


@click.command("diff")
@click.argument("a")
@click.argument("b")
@options.as_json
def command(a: str, b: str, as_json: bool) -> None:
    """What differs between the scenarios A and B: every switch, event and number, but not the sources."""
    from escalation.scenario.describe import diff
    from escalation.scenario.loader import load

    rows = diff(load(a), load(b))
    if as_json:
        emit_json({"a": a, "b": b, "differences": [{"key": k, "a": left, "b": right} for k, left, right in rows]})
        return
    if not rows:
        click.echo(f"{a} and {b} do not differ.")
    for key, left, right in rows:
        click.echo(key)
        click.echo(f"  {a}: {_shown(left)}")
        click.echo(f"  {b}: {_shown(right)}")


def _shown(value: str | None) -> str:
    return "(none)" if value is None else value
