"""``escalation schema``."""

from __future__ import annotations

import click

from escalation.cli.shell import emit_json


@click.command("schema")
@click.option("--json", is_flag=True, expose_value=False, help="The output is JSON in any case.")
def command() -> None:
    """Print a JSON Schema of scenario files, for editors that check and complete TOML."""
    from escalation.scenario.json_schema import json_schema

    emit_json(json_schema())
