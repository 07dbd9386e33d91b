"""``escalation explain``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.shell import coloured, emit_json, tell_of_compiling


@click.command("explain")
@options.together(
    options.scenario,
    click.option("--world", type=click.IntRange(min=0), required=True, metavar="N", help="Which world of the run."),
    options.priors,
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.as_json,
    options.quiet,
)
def command(
    scenario: str,
    world: int,
    priors: bool,
    seed: int,
    horizon: int,
    overrides: options.Overrides,
    rule: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Tell one world of SCENARIO week by week: who meant what, what happened, who saw what, and why.

    World N is the one that a run with the same options holds under that number. --json gives the log instead, with
    the rung of every act as intended, executed and perceived.
    """
    from escalation.analysis.prepare import prepared
    from escalation.report.log import record
    from escalation.report.narrative import narrate

    ready = prepared(scenario, rule=rule, overrides=overrides)
    if not quiet:
        tell_of_compiling()
    log = record(ready, world, seed=seed, horizon=horizon, priors=priors)
    if as_json:
        emit_json(log.to_json())
    else:
        click.echo(narrate(log, coloured()))
