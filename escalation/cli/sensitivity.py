"""``escalation sensitivity``."""

from __future__ import annotations

from typing import cast

import click

from escalation.cli import options
from escalation.cli.laboratory import DRY_RUN, carry_out, tell_size
from escalation.cli.shell import usage_faults
from escalation.cli.sweep import vary_of

VARY_HELP = (
    "Only these inputs: KEY over its prior, KEY=LO:HI evenly over a range, or the first words of several keys "
    "(instruments), which then move as one. May be repeated."
)


@click.command("sensitivity")
@options.together(
    options.scenario,
    click.option(
        "--against", metavar="SCENARIO", help="Ask of the difference of the odds from those of this scenario."
    ),
    click.option("--vary", multiple=True, metavar="KEY[=LO:HI]", callback=vary_of, help=VARY_HELP),
    click.option(
        "--method",
        type=click.Choice(["morris", "sobol"]),
        default="morris",
        show_default=True,
        help="morris: the size of every input's effect. sobol: its share of the variance, by default of all numbers "
        "whose keys have the same first word together.",
    ),
    click.option(
        "--draws",
        type=click.IntRange(min=4),
        help="Trajectories (morris) or rows (sobol, a power of two).  [default: 96 or 512]",
    ),
    click.option("-n", "--worlds", type=click.IntRange(min=2), help="Worlds at each point.  [default: 8 or 16]"),
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    options.out("Write manifest.json, the scenarios, report.txt, results.csv and sensitivity.json there."),
    options.as_json,
    options.quiet,
    DRY_RUN,
)
def command(
    scenario: str,
    against: str | None,
    vary: dict[str, str | None],
    method: str,
    draws: int | None,
    worlds: int | None,
    seed: int,
    horizon: int,
    overrides: options.Overrides,
    rule: str | None,
    workers: int,
    out: str | None,
    as_json: bool,
    quiet: bool,
    dry_run: bool,
) -> None:
    """Which uncertain numbers the odds of war in SCENARIO hang on, over their priors, and by how much.

    The noise of counting wars is taken out, and an input that does nothing shows how much of it there is.
    Ctrl-C keeps nothing.
    """
    from escalation.analysis.sensitivity import Method, plan_sensitivity, run_sensitivity
    from escalation.report.sensitivity import sensitivity_text

    with usage_faults("--"):
        plan = plan_sensitivity(
            scenario,
            against=against,
            vary=vary,
            method=cast(Method, method),
            draws=draws,
            worlds=worlds,
            seed=seed,
            horizon=horizon,
            rule=rule,
            overrides=overrides,
        )
    if dry_run:
        inputs = len(plan.factors.factors)
        size = {"scenario": plan.a.name, "against": None if plan.b is None else plan.b.name, "method": method}
        size |= {"inputs": inputs, "draws": plan.samples, "points": plan.points, "worlds": plan.worlds}  # type: ignore[dict-item]
        about = f"{inputs} inputs, {plan.points:,} points of {plan.worlds} worlds, "
        told = f"sensitivity ({method}) of {plan.a.name}"
        tell_size(told, plan.world_weeks, plan.worlds, workers, as_json, {**size, "horizon_weeks": horizon}, about)
        return
    carry_out(
        "sensitivity",
        plan,
        [plan.a] if plan.b is None else [plan.a, plan.b],
        lambda advance: run_sensitivity(plan, workers=workers, progress=advance),
        lambda result, colour: sensitivity_text(result, colour=colour),
        out=out,
        as_json=as_json,
        quiet=quiet,
        draws=plan.samples,
    )
