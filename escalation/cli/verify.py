"""``escalation verify``."""

from __future__ import annotations

from typing import Literal

import click

from escalation.cli import options
from escalation.cli.shell import emit_json, progress


@click.command("verify")
@options.together(
    click.option(
        "-n",
        "--worlds",
        type=click.IntRange(min=2),
        default=2000,
        show_default=True,
        help="Worlds an arm, at central values and again over the priors.",
    ),
    options.seed,
    click.option(
        "--evidence",
        type=click.Choice(["start", "all"]),
        default="start",
        show_default=True,
        help="Numbers as of the start of the crisis, or on all evidence since.",
    ),
    options.workers,
    options.as_json,
    options.quiet,
)
def command(
    worlds: int, seed: int, evidence: Literal["start", "all"], workers: int, as_json: bool, quiet: bool
) -> None:
    """Hold the model against the record: every figure labelled input, fitted or emergent; a miss is called a miss."""
    from escalation.history.runs import work
    from escalation.history.verify import verify

    with progress(work(worlds), quiet) as advance:
        result = verify(worlds, seed, evidence, workers=workers, progress=advance)
    if as_json:
        emit_json(result.to_json())
    else:
        click.echo(result.to_text())
