"""``escalation run``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from escalation.cli import options
from escalation.cli.folders import all_or_nothing, claimed, words
from escalation.cli.shell import SECONDS_A_POINT, coloured, emit_json, foreseen_by, note, progress

if TYPE_CHECKING:
    from escalation.analysis.odds import RunResult
    from escalation.analysis.sequences import Seen
    from escalation.cli.shell import Advance
    from escalation.scenario.scenario import Scenario
    from escalation.worlds.folder import Ran

MICROSECONDS: Final = 0.5
"""What a week of one world costs on one core, as measured on the shipped scenarios; half of it or twice on yours."""
PRIORS_MICROSECONDS: Final = 1.5
"""The same where each world has numbers of its own, with drawing them."""
COPYING: Final = 1.7
"""What a week of one world costs where worlds are copied, in microseconds; more workers hardly help, for much of it is
done by one at a time."""
COPYING_PRIORS: Final = 9.0
"""The same where each world has numbers of its own, which are copied too."""
LOADING_SECONDS: Final = 2.0
COMPILING_SECONDS: Final = 17.0


@click.command("run")
@options.together(
    options.scenario,
    options.worlds,
    click.option(
        "--precision",
        type=click.FloatRange(0.0, 0.5, min_open=True, max_open=True),
        metavar="HALF_WIDTH",
        help="Run until the odds of war are known to plus or minus HALF_WIDTH, such as 0.005, by an interval that is "
        "valid at every look; --worlds is then the most to run (a million if it is not given).",
    ),
    click.option(
        "--rare",
        is_flag=True,
        help="For rare odds, down to one in a million: split as many worlds again, copying those that come nearer to "
        "war.",
    ),
    options.priors,
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    options.block,
    options.out("Write report.html, manifest.json, scenario.toml, run.json, results.csv and worlds.csv there."),
    options.as_json,
    options.quiet,
    click.option("--dry-run", is_flag=True, help="Check everything, say how large the run is, and do not run."),
)
@click.pass_context
def command(
    context: click.Context,
    scenario: str,
    worlds: int,
    precision: float | None,
    rare: bool,
    priors: bool,
    seed: int,
    horizon: int,
    overrides: options.Overrides,
    rule: str | None,
    workers: int,
    block: int,
    out: str | None,
    as_json: bool,
    quiet: bool,
    dry_run: bool,
) -> None:
    """The odds of war in SCENARIO: how many of how many worlds come to all-out war, and how.

    SCENARIO is a shipped name (escalation list) or the path of a file.
    """
    if rare and precision is not None:
        raise click.UsageError("--rare goes without --precision")
    from escalation.analysis.prepare import prepared

    ready = prepared(scenario, rule=rule, overrides=overrides)
    if rare:
        from escalation.analysis.rare import refusal

        if fault := refusal(ready, worlds, priors):
            raise click.UsageError(f"--rare: {fault}")
    if dry_run and precision is None:
        _tell_size(ready, worlds, horizon, workers, as_json, priors, rare=rare)
        return
    from escalation.analysis.odds import MOST_WORLDS, run
    from escalation.report.text import not_reached, run_text
    from escalation.worlds.folder import Ran

    if precision is not None and context.get_parameter_source("worlds") is ParameterSource.DEFAULT:
        worlds = MOST_WORLDS
    if dry_run:
        _tell_size(ready, worlds, horizon, workers, as_json, priors, precision)
        return
    folder = claimed(out)
    ran = Ran.now(words(), seed)
    size = _in_bar(worlds, horizon, rare) if precision is None else None
    foreseen = foreseen_by(ready, worlds, priors)
    with all_or_nothing(folder), progress(size, quiet, foreseen, workers) as advance:
        result = run(
            ready,
            worlds,
            precision=precision,
            rare=rare,
            seed=seed,
            horizon=horizon,
            priors=priors,
            block=block,
            workers=workers,
            progress=advance,
            looked=_teller(advance),
        )
    if result.stopping is not None and not result.stopping.reached and not quiet:
        note(not_reached(result.stopping))
    if folder is not None:
        _write(folder, ran, result)
        if not quiet:
            note(f"written to {folder}")
    if as_json:
        emit_json(result.to_json())
    else:
        again = options.again(seed, horizon, priors, overrides, rule)
        click.echo(run_text(result, given=shlex.quote(scenario), again=again, colour=coloured()))


def _teller(advance: Advance) -> Callable[[Seen], None]:
    """Shows, beside the bar, the odds so far and how far they are known."""

    def look(seen: Seen) -> None:
        advance.tell(f"odds so far {100 * seen.middle():.2f} in 100, known to ±{100 * seen.half_width():.2f}")

    return look


def _in_bar(worlds: int, horizon: int, rare: bool) -> int:
    """World-weeks that the bar counts: those of copies are counted with their root's."""
    if not rare:
        return worlds * horizon
    from escalation.analysis.rare import PILOT

    return (2 * worlds + PILOT) * horizon


def _copied(worlds: int, horizon: int, rare: bool) -> int:
    if not rare:
        return 0
    from escalation.analysis.rare import foreseen_weeks

    return foreseen_weeks(worlds, horizon)


def _tell_size(
    scenario: Scenario,
    worlds: int,
    horizon: int,
    workers: int,
    as_json: bool,
    priors: bool,
    precision: float | None = None,
    *,
    rare: bool = False,
) -> None:
    from escalation import compiled
    from escalation.report.words import of_workers

    name, foreseen = scenario.name, foreseen_by(scenario, worlds, priors)
    plain, copied = worlds * horizon, _copied(worlds, horizon, rare)
    copying = (COPYING_PRIORS if priors else COPYING) * copied
    seconds = LOADING_SECONDS + (plain * (PRIORS_MICROSECONDS if priors else MICROSECONDS) / workers + copying) / 1e6
    seconds += COMPILING_SECONDS * ((not compiled.is_warm()) + (priors and not compiled.is_warm(rows=True)))
    solving = 0.0 if foreseen is None else foreseen * SECONDS_A_POINT / min(workers, foreseen)
    seconds += solving
    size: dict[str, object] = {
        "scenario": name,
        "worlds": worlds,
        "horizon_weeks": horizon,
        "world_weeks": plain + copied,
    }
    if foreseen is not None:
        size["foresight"] = {"points": foreseen, "estimated_seconds": round(solving, 1)}
    if as_json:
        asked = {} if precision is None else {"precision": {"asked": precision, "most_worlds": worlds}}
        emit_json({**size, "workers": workers, "estimated_seconds": round(seconds, 1), **asked})
        return
    with_copies = " with the pilot's and those of copies" if rare else ""
    about = "about " if rare else ""
    most = "" if precision is None else f"to ±{100 * precision:g} in 100, at most "
    ahead = ""
    if foreseen is not None:
        points = "1 point" if foreseen == 1 else f"{foreseen:,} points"
        ahead = f", {solving:,.0f} of them to solve {points} for foresight"
    click.echo(
        f"{name}: {most}{worlds:,} worlds of {horizon:,} weeks, {about}{plain + copied:,} world-weeks{with_copies}, "
        f"about {seconds:,.0f} seconds with {of_workers(workers)}{ahead}. Nothing was run."
    )


def _write(folder: Path, ran: Ran, result: RunResult) -> None:
    from escalation.report.page.build import write_page
    from escalation.worlds.certificates import told
    from escalation.worlds.folder import as_json, table, write_folder

    frame = result.to_frame()
    files = {
        "run.json": as_json(result.to_json()),
        "results.csv": table(result.to_rows()),
        "worlds.csv": frame.to_csv(index=False, lineterminator="\n"),
    }
    more = {
        "kind": "run",
        "horizon_weeks": result.outcomes.horizon,
        "worlds": result.worlds,
        "rule": result.rule,
        "priors": result.priors,
        "rare": result.rare is not None,
        "digest": result.outcomes.digest(),
        **told(result.outcomes.certified),
        **({} if result.stopping is None else {"precision": result.stopping.to_json()}),
    }
    write_folder(folder, ran, [result.scenario], files, **more)
    write_page(folder)
