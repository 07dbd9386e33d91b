"""``escalation attribute``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from escalation.cli import options
from escalation.cli.folders import claimed, words
from escalation.cli.shell import INTERRUPTED, coloured, emit_json, note, progress, usage_faults

if TYPE_CHECKING:
    from pathlib import Path

    from escalation.analysis.attribution import AttributionPlan
    from escalation.analysis.attribution_result import AttributionResult, Method
    from escalation.worlds.folder import Ran


@click.command("attribute")
@options.together(
    options.scenario,
    click.option(
        "--over",
        multiple=True,
        metavar="KEY",
        help="What to switch off: a number that may be 0, events.NAME.on or past.NAME.on; repeated for each. By "
        "default the nine error channels.",
    ),
    click.option(
        "--method",
        type=click.Choice(["exact", "sampled"]),
        help="All coalitions, or those of sampled orders. By default all where that is cheap.",
    ),
    click.option(
        "-n",
        "--worlds",
        type=click.IntRange(min=1),
        help="How many worlds to run, each in every coalition.  [default: 10000; 1000 with --priors]",
    ),
    options.priors,
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    options.out("Write manifest.json, scenario.toml, results.csv (a row a cause) and wars.csv (a row a war) there."),
    options.as_json,
    options.quiet,
    click.option("--dry-run", is_flag=True, help="Check everything, say how large it is, and do not run."),
)
def command(
    scenario: str,
    over: tuple[str, ...],
    method: Method | None,
    worlds: int | None,
    priors: bool,
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
    """Which error caused which war in SCENARIO: error channels switched off, alone and together, in the same worlds.

    Prints each channel's share of the odds of war (its Shapley value), the wars that vanish without it, and routes to
    war against causes. SCENARIO is a shipped name (escalation list) or the path of a file.
    """
    from escalation.analysis.attribution import plan_attribution, run_attribution
    from escalation.report.attribution import attribution_text
    from escalation.worlds.folder import Ran

    with usage_faults():
        plan = plan_attribution(
            scenario,
            worlds,
            over=over,
            method=method,
            seed=seed,
            horizon=horizon,
            priors=priors,
            rule=rule,
            overrides=overrides,
        )
    if dry_run:
        _tell_size(plan, workers, as_json)
        return
    folder = claimed(out)
    ran = Ran.now(words(), seed)
    if not quiet:
        note(_size(plan, workers))
    with progress(plan.world_weeks, quiet) as advance:
        result = run_attribution(plan, workers=workers, progress=advance)
    if folder is not None:
        _write(folder, ran, result)
        if not quiet:
            note(f"written to {folder}")
    if as_json:
        emit_json(result.to_json())
    else:
        again = options.again(seed, horizon, priors, overrides, rule)
        click.echo(attribution_text(result, given=shlex.quote(scenario), again=again, colour=coloured()))
    if not result.found.complete:
        note(f"interrupted: this is what {result.found.worlds:,} of {plan.worlds:,} worlds say")
        raise click.exceptions.Exit(INTERRUPTED)


def _seconds(plan: AttributionPlan, workers: int, distinct: int) -> float:
    from escalation import compiled
    from escalation.cli.run import COMPILING_SECONDS, LOADING_SECONDS, MICROSECONDS

    seconds = LOADING_SECONDS + plan.cost * distinct / plan.coalitions * MICROSECONDS / 1e6 / workers
    return seconds if compiled.is_warm() else seconds + COMPILING_SECONDS


def _size(plan: AttributionPlan, workers: int) -> str:
    from escalation.report.words import of_workers

    distinct = plan.distinct()
    same = "" if distinct == plan.coalitions else f", {distinct:,} of them distinct,"
    ways = "all" if plan.method == "exact" else "sampled"
    return (
        f"{plan.scenario.name}: {ways} coalitions of {len(plan.keys)} causes, {plan.coalitions:,} a world{same} in "
        f"{plan.worlds:,} worlds of {plan.horizon:,} weeks: {plan.world_weeks:,} world-weeks, about "
        f"{_seconds(plan, workers, distinct):,.0f} seconds with {of_workers(workers)}."
    )


def _tell_size(plan: AttributionPlan, workers: int, as_json: bool) -> None:
    if not as_json:
        click.echo(f"{_size(plan, workers)} Nothing was run.")
        return
    distinct = plan.distinct()
    emit_json(
        {
            "scenario": plan.scenario.name,
            "causes": list(plan.keys),
            "method": plan.method,
            "coalitions": plan.coalitions,
            "distinct": distinct,
            "worlds": plan.worlds,
            "horizon_weeks": plan.horizon,
            "world_weeks": plan.world_weeks,
            "workers": workers,
            "estimated_seconds": round(_seconds(plan, workers, distinct), 1),
        }
    )


def _write(folder: Path, ran: Ran, result: AttributionResult) -> None:
    import json

    from escalation.worlds.folder import table, write_folder

    told = json.dumps(result.to_json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    files = {"results.csv": table(result.to_rows()), "wars.csv": table(result.war_rows()), "attribution.json": told}
    more = {
        "kind": "attribute",
        "horizon_weeks": result.horizon,
        "worlds": result.found.worlds,
        "rule": result.rule,
        "priors": result.priors,
        "method": result.found.method,
    }
    write_folder(folder, ran, [result.scenario], files, **more)
