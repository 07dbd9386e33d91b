"""``escalation break-even``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.laboratory import DRY_RUN, carry_out, tell_size


@click.command("break-even")
@options.together(
    click.argument("a", metavar="A"),
    click.argument("b", metavar="B"),
    click.option(
        "--over",
        required=True,
        metavar="KEY[=LO:HI]",
        help="The number that moves; without a range over its plausible one, a lever from its least to twice what it "
        "is. LO:HI:N looks at N values first; LO:HI:log by equal ratios.",
    ),
    click.option(
        "--also", metavar="KEY[=LO:HI:N]", help="A second number: the break-even of the first at N values of it."
    ),
    click.option(
        "-n",
        "--worlds",
        type=click.IntRange(min=2),
        help="Worlds of each scenario at each value (with --draws, of each draw).  [default: 10,000 in all; 2,000 with "
        "--also]",
    ),
    click.option(
        "--draws", type=click.IntRange(min=2), help="Draw the uncertain numbers so many times, and take the mean."
    ),
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    options.out("Write manifest.json, the scenarios, report.txt, results.csv and break-even.json there."),
    options.as_json,
    options.quiet,
    DRY_RUN,
)
def command(
    a: str,
    b: str,
    over: str,
    also: str | None,
    worlds: int | None,
    draws: int | None,
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
    """Where A is as dangerous as B: the value of a number at which their odds of war are equal.

    Both run the same worlds at every value; the break-even comes with the interval in which other worlds would put it,
    and with who is safer on which side. None or several are said as they are. Ctrl-C keeps nothing.
    """
    from escalation.analysis.break_even import plan_break_even, run_break_even
    from escalation.report.break_even import break_even_text

    plan = plan_break_even(
        a,
        b,
        over,
        also=also,
        worlds=worlds,
        draws=draws,
        seed=seed,
        horizon=horizon,
        rule=rule,
        overrides=overrides,
    )
    if dry_run:
        size = {"a": plan.a.name, "b": plan.b.name, "over": plan.key, "worlds": plan.worlds, "draws": plan.draws}
        told = f"break-even of {plan.a.name} and {plan.b.name} over {plan.key}"
        tell_size(told, plan.world_weeks, plan.worlds, workers, as_json, {**size, "horizon_weeks": horizon}, "about ")
        return
    carry_out(
        "break-even",
        plan,
        [plan.a, plan.b],
        lambda advance: run_break_even(plan, workers=workers, progress=advance),
        lambda result, colour: break_even_text(result, colour=colour),
        out=out,
        as_json=as_json,
        quiet=quiet,
    )
