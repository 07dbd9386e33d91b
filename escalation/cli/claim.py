"""``escalation claim``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.shell import BAD_USAGE, DONE, NOT_SUPPORTED, coloured, emit_json, note, progress


@click.command("claim")
@options.together(
    options.scenario,
    click.argument("claim", metavar="CLAIM"),
    click.option(
        "--draws", type=click.IntRange(min=8), default=48, show_default=True, help="Draws of the uncertain numbers."
    ),
    click.option(
        "-n", "--worlds", type=click.IntRange(min=2), default=32, show_default=True, help="Worlds for each draw."
    ),
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    options.as_json,
    options.quiet,
)
def command(
    scenario: str,
    claim: str,
    draws: int,
    worlds: int,
    seed: int,
    horizon: int,
    overrides: options.Overrides,
    rule: str | None,
    workers: int,
    as_json: bool,
    quiet: bool,
) -> int:
    """Whether CLAIM holds of SCENARIO: supported, contradicted or undecided, and over how much of what is plausible.

    CLAIM is a quantity, < or >, and a number: "war < 0.2", "war@90 < 5 %", "attacks_per_month < 5"; or the same
    quantity in another scenario: "war(strike) < war(nonresponse)", "war > 2 * war(accord)". @DAYS is the horizon,
    --horizon where there is none. The quantities are listed in docs/theses.md.

    Exit code 0 if it is supported, 4 if not, 2 if it cannot be read.
    """
    from escalation.analysis.claim import answer, question
    from escalation.analysis.expression import ExpressionFault

    try:
        asked = question(scenario, claim, horizon=horizon, rule=rule, overrides=overrides)
    except ExpressionFault as fault:
        note(str(fault))
        return BAD_USAGE
    with progress(asked.world_weeks(draws, worlds), quiet) as advance:
        found = answer(asked, draws=draws, worlds=worlds, seed=seed, workers=workers, progress=advance)
    if as_json:
        emit_json(found.to_json())
    else:
        from escalation.report.claim import claim_text

        click.echo(claim_text(found, coloured()))
    return DONE if found.supported else NOT_SUPPORTED
