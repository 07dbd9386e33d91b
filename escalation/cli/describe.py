"""``escalation describe``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.shell import coloured, emit_json


@click.command("describe")
@options.scenario
@options.overrides
@options.as_json
def command(scenario: str, overrides: options.Overrides, as_json: bool) -> None:
    """What SCENARIO holds: actors and ties, acts, events, and every number with its prior and its source."""
    from escalation.scenario.loader import load

    ready = load(scenario, overrides)
    if as_json:
        from escalation.scenario.describe import describe

        emit_json(describe(ready))
        return
    from escalation.report.scenario_text import describe_text

    click.echo(describe_text(ready, coloured()))
