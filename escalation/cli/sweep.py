"""``escalation sweep``."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from escalation.cli import options
from escalation.cli.folders import words
from escalation.cli.shell import (
    INTERRUPTED,
    OUR_FAULT,
    SECONDS_A_POINT,
    SOME_FAILED,
    coloured,
    emit_json,
    emit_pieces,
    note,
    say_ahead,
)
from escalation.scenario.faults import ScenarioFault

if TYPE_CHECKING:
    from escalation.analysis.sweep import SweepPlan
    from escalation.analysis.sweep_result import SweepResult
    from escalation.scenario.points_file import Experiment
    from escalation.worlds.executors import Executor

SECONDS_A_ROW = 2e-4
"""What a point takes beside its worlds: to pair it, to write it down and to tell of it."""
SECONDS_A_VALUE = 4e-6
"""The same for each of its keys."""
PLANNED = ("points", "sample", "worlds", "seed", "horizon", "against", "overrides", "rule")
VARY_HELP = (
    "What varies: LO:HI:N (both ends included), LO:HI:N:log, or a,b,c. Several make a grid, the first varying slowest. "
    "With --sample: KEY=LO:HI, or KEY alone for its plausible range."
)


def vary_of(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, str | None]:
    """``KEY=SPEC`` texts as a mapping of dotted key to what is said of it. Raises ``click.BadParameter``."""
    vary: dict[str, str | None] = {}
    for text in texts:
        key, equals, spec = text.partition("=")
        key = key.strip()
        if not key:
            raise click.BadParameter(f"{text!r}: legal is KEY=LO:HI:N, such as errors.scale=0:2:5")
        if key in vary:
            raise click.BadParameter(f"{key} is given twice")
        vary[key] = spec if equals else None
    return vary


def no_priors(context: click.Context, __: click.Parameter, asked: bool) -> None:
    """``--priors``, as other commands have it, is no option of a sweep. Raises ``click.UsageError``."""
    if asked:
        legal = "legal: --sample priors:N, which draws every uncertain number N times"
        raise click.UsageError(f"--priors: a sweep has its draws as points; {legal}.", context)


@click.command("sweep")
@options.together(
    options.scenario,
    click.option("--vary", multiple=True, metavar="KEY[=SPEC]", callback=vary_of, help=VARY_HELP),
    click.option(
        "--points", type=click.Path(dir_okay=False), metavar="FILE.csv", help="A list: a head of keys, a row a point."
    ),
    click.option("--sample", metavar="DESIGN:N", help="lhs:N, sobol:N (N a power of two), or priors:N."),
    click.option("--priors", is_flag=True, hidden=True, expose_value=False, callback=no_priors),
    click.option("--against", metavar="SCENARIO", help="Set each point beside this scenario at the same point."),
    click.option(
        "-n",
        "--worlds",
        type=click.IntRange(min=1),
        show_default="1000; with --precision a million",
        help="Worlds a point; with --precision the most.",
    ),
    click.option(
        "--precision",
        type=click.FloatRange(0.0, 0.5, min_open=True, max_open=True),
        metavar="HALF_WIDTH",
        help="Run each point until its interval is this narrow, or to --worlds at most.",
    ),
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    click.option("--block", type=click.IntRange(min=1), help="Worlds a block; no result depends on it."),
    click.option("--cluster", metavar="ADDRESS", help="Run on a Dask cluster; 'local' starts one of --workers."),
    options.out("Write results.csv, the figures and all that a resumed run needs there."),
    click.option("--resume", is_flag=True, help="Go on with what is in --out."),
    options.as_json,
    options.quiet,
    click.option("--dry-run", is_flag=True, help="Check everything, say how large the sweep is, and do not run."),
)
@click.pass_context
def command(context: click.Context, /, scenario: str, **given: Any) -> None:
    """The odds of war in SCENARIO at many points, all in the same worlds.

    SCENARIO is a shipped name (escalation list), the path of a file, or an experiment: a TOML file whose [sweep] table
    names the scenario and what to vary. What is given here wins over what is written there.
    """
    from escalation.analysis.sweep import plan_sweep, worlds_of
    from escalation.scenario.points_file import read_experiment

    experiment = read_experiment(scenario)
    if experiment is not None:
        scenario, given = _with_experiment(context, experiment, given)
    if given["resume"] and given["out"] is None:
        raise click.UsageError("--resume needs --out DIR, the folder to go on with")
    if given["points"] is not None and (given["vary"] or given["sample"]):
        raise click.UsageError("--points is the whole design: legal is --points alone, or --vary and --sample")
    given = {**given, "worlds": worlds_of(given["worlds"], given["precision"])}
    try:
        plan = plan_sweep(scenario, given["vary"], **{name: given[name] for name in PLANNED})
    except ScenarioFault as fault:
        if experiment is None:
            raise
        typed = {*context.params["vary"], *context.params["overrides"]}
        raise ScenarioFault(f if f.key in typed else experiment.blamed(f) for f in fault.faults) from None
    if given["dry_run"]:
        _tell_size(plan, given)
        return
    result = _run(plan, given)
    if given["as_json"]:
        emit_pieces(result.json_pieces())
    else:
        from escalation.report.sweep import sweep_text

        click.echo(sweep_text(result, colour=coloured()))
    if result.failures:
        from escalation.report.missing import failed_words

        again = f"; only what failed is run again by: {_resume()}" if given["out"] is not None else ""
        note(f"{failed_words(result).replace(';', ',')}{again}")
        raise click.exceptions.Exit(SOME_FAILED)


def _run(plan: SweepPlan, given: Mapping[str, Any]) -> SweepResult:
    """Run it, draw it into ``--out``, and say what has to be said of the folder."""
    from escalation.analysis.bars import bar
    from escalation.analysis.sweep import run_sweep
    from escalation.report.sweep_folder import finish_folder
    from escalation.worlds.cluster import Cluster, NoCluster
    from escalation.worlds.folder import FolderTaken
    from escalation.worlds.store import DiskFull

    quiet, out = given["quiet"], None if given["out"] is None else Path(given["out"])

    def begin(workers: Executor) -> None:
        if not quiet:
            if isinstance(workers, Cluster) and not workers.there:
                note(f"--cluster: no worker has come to {given['cluster']} yet; waiting for one")
            say_ahead(_foreseen(plan), given["workers"])

    settings = {name: given[name] for name in ("workers", "block", "cluster", "precision", "resume")}
    try:
        with bar(hidden=quiet) as tell:
            result = run_sweep(
                plan, **settings, out=out, progress=tell, command=words(), begin=begin, finish=finish_folder
            )
    except KeyboardInterrupt:
        kept = "nothing was kept, for want of --out" if out is None else f"what is done is kept; go on: {_resume()}"
        note(f"interrupted: {kept}")
        if out is not None and not quiet:
            note(f"the page of what is done: {shlex.join(['escalation', 'report', str(out)])}")
        raise click.exceptions.Exit(INTERRUPTED) from None
    except FolderTaken as fault:
        raise click.UsageError(f"--out: {fault}") from None
    except NoCluster as fault:
        raise click.UsageError(f"--cluster: {fault}") from None
    except DiskFull as fault:
        note(str(fault.strerror))
        raise click.exceptions.Exit(OUR_FAULT) from None
    except OSError as error:
        if out is None:
            raise
        raise click.UsageError(f"--out: {out}: {error.strerror}.") from None
    if not quiet:
        for text in result.notes:
            note(text)
        if out is not None:
            note(f"written to {out}")
    return result


def _foreseen(plan: SweepPlan) -> int | None:
    """How many points foresight has to solve; None where no rule plans."""
    from escalation.model.rules import PLANNERS

    found = 0
    for scenario, points in ((plan.scenario, plan.points), (plan.beside, plan.beside_points)):
        own = {f"{actor.name}.rule": actor.rule for actor in (scenario.defender, scenario.challenger)}
        places = [(points.keys.index(key) if key in points.keys else None, rule) for key, rule in own.items()]
        found += sum(
            any((rule if at is None else setting[at]) in PLANNERS for at, rule in places) for setting in points.settings
        )
    return found or None


def _resume() -> str:
    typed = words()
    return shlex.join(typed if "--resume" in typed else [*typed, "--resume"])


def _tell_size(plan: SweepPlan, given: Mapping[str, Any]) -> None:
    """What ``--dry-run`` prints: how much there is to do, to hold and to write, and what varies."""
    from escalation import compiled
    from escalation.analysis.sweep_result import keys_of
    from escalation.cli.laboratory import SHORT_ROWS
    from escalation.cli.run import COMPILING_SECONDS, LOADING_SECONDS, MICROSECONDS
    from escalation.report.sweep import sizes_text
    from escalation.worlds.size import size_of

    precision = given["precision"]
    size = size_of(plan.studies(precision is not None), workers=given["workers"], block=given["block"])
    a_week = MICROSECONDS * (1.0 + SHORT_ROWS / plan.worlds)
    seconds = LOADING_SECONDS + plan.world_weeks * a_week / 1e6 / given["workers"]
    seconds += len(plan.points) * (SECONDS_A_ROW + len(plan.points.keys) * SECONDS_A_VALUE)
    seconds += 0.0 if compiled.is_warm() else COMPILING_SECONDS
    foreseen = _foreseen(plan)
    solving = 0.0 if foreseen is None else foreseen * SECONDS_A_POINT / given["workers"]
    seconds += solving
    found = {
        "scenario": plan.scenario.name,
        "kind": plan.points.kind,
        "points": len(plan.points),
        "worlds": plan.worlds,
        "reference": {"scenario": plan.beside.name, "points": len(plan.beside_points)},
        "all_worlds": plan.all_worlds,
        "horizon_weeks": plan.horizon,
        "world_weeks": plan.world_weeks,
        "parts": size.parts,
        "memory_bytes": size.memory,
        "disk_bytes": size.disk,
        "workers": given["workers"],
        "estimated_seconds": round(seconds, 1),
        **({} if foreseen is None else {"foresight": {"points": foreseen, "estimated_seconds": round(solving, 1)}}),
        **({} if precision is None else {"precision": {"asked": precision, "most_worlds": plan.worlds}}),
        "uncertain_numbers": len(plan.scenario.uncertain()),
        "keys": [key.to_json() for key in keys_of(plan.scenario, plan.points)],
    }
    if given["as_json"]:
        emit_json(found)
    else:
        click.echo(sizes_text(plan.points, keys_of(plan.scenario, plan.points), found))


def _with_experiment(
    context: click.Context, experiment: Experiment, given: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The scenario and the options, those of an experiment file filled in where the command line is silent."""
    fields = dict(experiment.fields)
    typed = {name for name in given if _typed(context, name)}
    if "points" in typed:
        fields = {name: value for name, value in fields.items() if name not in ("vary", "sample")}
    if typed & {"vary", "sample"}:
        fields.pop("points", None)
    merged = dict(given)
    for name, value in fields.items():
        if name in ("vary", "overrides"):
            assert isinstance(value, Mapping)
            merged[name] = {**value, **given[name]}
        elif name != "scenario" and name not in typed:
            merged[name] = value
    return str(fields["scenario"]), merged


def _typed(context: click.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source not in (None, click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP)
