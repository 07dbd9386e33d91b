"""``escalation verify``."""

from __future__ import annotations

from typing import Literal

import click

from escalation.cli import options
from escalation.cli.shell import NOT_SUPPORTED, OUR_FAULT, emit_json, progress

RECORD_WORLDS, EXACT_WORLDS, EXACT_HORIZON = 2_000, 100_000, 13
DISAGREES = OUR_FAULT
"""Exit code where exact and simulated odds do not agree; where it cannot be told whether they do, NOT_SUPPORTED."""


@click.command("verify")
@options.together(
    click.argument("scenario", required=False),
    click.option(
        "--exact",
        is_flag=True,
        help="Solve a reduced crisis of SCENARIO (strike by default) exactly, as a Markov chain, and hold its "
        "simulation against that; exit code 1 if they disagree, 4 if so few worlds cannot tell.",
    ),
    click.option(
        "-n",
        "--worlds",
        type=click.IntRange(min=2),
        help=f"Worlds an arm, at central values and again over the priors [default: {RECORD_WORLDS}]; with --exact "
        f"worlds of the reduced crisis [default: {EXACT_WORLDS}].",
    ),
    options.seed,
    click.option(
        "--evidence",
        type=click.Choice(["start", "all"]),
        default="start",
        show_default=True,
        help="Numbers as of the start of the crisis, or on all evidence since.",
    ),
    click.option(
        "--horizon",
        type=click.IntRange(1, 104),
        metavar="WEEKS",
        help=f"With --exact: weeks to solve and run [default: {EXACT_HORIZON}].",
    ),
    options.overrides,
    options.rule,
    options.workers,
    options.as_json,
    options.quiet,
)
@click.pass_context
def command(
    context: click.Context,
    scenario: str | None,
    exact: bool,
    worlds: int | None,
    seed: int,
    evidence: Literal["start", "all"],
    horizon: int | None,
    overrides: options.Overrides,
    rule: str | None,
    workers: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Hold the model against the record: every figure labelled input, fitted or emergent; a miss is called a miss.

    With --exact, hold the simulation against exact odds.
    """
    if not exact:
        for given, name in ((scenario, "SCENARIO"), (horizon, "--horizon"), (rule, "--rule"), (overrides, "--set")):
            if given:
                raise click.UsageError(f"{name} goes with --exact")
        _record(worlds or RECORD_WORLDS, seed, evidence, workers, as_json, quiet)
        return
    from escalation.analysis.exact import verify_exact
    from escalation.analysis.exact.check import UNTOLD, roots_of
    from escalation.analysis.prepare import prepared
    from escalation.analysis.rare import PILOT
    from escalation.scenario.loader import load

    ready = prepared(load(scenario or "strike", overrides, evidence=evidence), rule=rule)
    worlds, horizon = worlds or EXACT_WORLDS, horizon or EXACT_HORIZON
    with progress((worlds + roots_of(worlds) + PILOT) * horizon, quiet) as advance:
        result = verify_exact(ready, worlds, seed=seed, horizon=horizon, workers=workers, progress=advance)
    if as_json:
        emit_json(result.to_json())
    else:
        click.echo(result.to_text())
    if not result.agrees:
        context.exit(NOT_SUPPORTED if result.verdict == UNTOLD else DISAGREES)


def _record(
    worlds: int, seed: int, evidence: Literal["start", "all"], workers: int, as_json: bool, quiet: bool
) -> None:
    from escalation.history.runs import work
    from escalation.history.verify import verify

    with progress(work(worlds), quiet) as advance:
        result = verify(worlds, seed, evidence, workers=workers, progress=advance)
    if as_json:
        emit_json(result.to_json())
    else:
        click.echo(result.to_text())
