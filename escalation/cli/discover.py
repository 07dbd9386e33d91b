"""``escalation discover``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.laboratory import DRY_RUN, carry_out, tell_size
from escalation.cli.sensitivity import VARY_HELP
from escalation.cli.shell import usage_faults
from escalation.cli.sweep import vary_of


@click.command("discover")
@options.together(
    click.argument("a", metavar="A"),
    click.option("--against", metavar="B", help="Look for where A is more dangerous than B."),
    click.option("--safer", is_flag=True, help="With --against: look for where A is safer than B instead."),
    click.option(
        "--above",
        type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
        metavar="ODDS",
        help="Without --against: look for where the odds of war are above this.  [default: their mean]",
    ),
    click.option("--vary", multiple=True, metavar="KEY[=LO:HI]", callback=vary_of, help=VARY_HELP),
    click.option("--draws", type=click.IntRange(min=60), help="Draws of the uncertain numbers.  [default: 1,200]"),
    click.option("-n", "--worlds", type=click.IntRange(min=2), help="Worlds for each draw.  [default: 64]"),
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    options.out("Write manifest.json, the scenarios, report.txt, results.csv, draws.csv and discovery.json there."),
    options.as_json,
    options.quiet,
    DRY_RUN,
)
def command(
    a: str,
    against: str | None,
    safer: bool,
    above: float | None,
    vary: dict[str, str | None],
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
    """In which part of the plausible space A is more dangerous than B: boxes of a few uncertain numbers.

    Boxes are found on three quarters of the draws and tried on the rest; one that does no better than chance there is
    not told. Ctrl-C keeps nothing.
    """
    from escalation.analysis.discover import plan_discovery, run_discovery
    from escalation.report.discovery import discovery_text

    with usage_faults("--"):
        plan = plan_discovery(
            a,
            against=against,
            safer=safer,
            above=above,
            vary=vary,
            draws=draws,
            worlds=worlds,
            seed=seed,
            horizon=horizon,
            rule=rule,
            overrides=overrides,
        )
    if dry_run:
        size = {"a": plan.a.name, "b": None if plan.b is None else plan.b.name, "numbers": len(plan.factors.keys)}
        size |= {"draws": plan.draws, "worlds": plan.worlds, "horizon_weeks": horizon}
        about = f"{plan.draws:,} draws of {len(plan.factors.keys)} numbers x {plan.worlds} worlds, "
        tell_size(f"discovery in {plan.a.name}", plan.world_weeks, plan.worlds, workers, as_json, size, about)
        return
    carry_out(
        "discovery",
        plan,
        [plan.a] if plan.b is None else [plan.a, plan.b],
        lambda advance: run_discovery(plan, workers=workers, progress=advance),
        lambda result, colour: discovery_text(result, colour=colour),
        out=out,
        as_json=as_json,
        quiet=quiet,
        extra=lambda result: {"draws.csv": result.to_frame().to_csv(index=False, lineterminator="\n")},
        draws=plan.draws,
    )
