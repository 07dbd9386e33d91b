"""``escalation compare``."""

from __future__ import annotations

import shlex

import click

from escalation.cli import options
from escalation.cli.folders import all_or_nothing
from escalation.cli.shell import coloured, emit_json, foreseen_by, progress


@click.command("compare")
@options.together(
    click.argument("scenarios", nargs=-1, required=True, metavar="A B [C]..."),
    options.worlds,
    options.priors,
    options.seed,
    options.horizon(),
    options.overrides,
    options.rule,
    options.workers,
    options.block,
    click.option(
        "--decompose",
        is_flag=True,
        help="Take the difference of two apart (learning, errors, loss of control, their interaction), and find the "
        "week from which B has had fewer wars: eight or sixteen variants are run besides.",
    ),
    options.as_json,
    options.quiet,
)
def command(
    scenarios: tuple[str, ...],
    worlds: int,
    priors: bool,
    seed: int,
    horizon: int,
    overrides: options.Overrides,
    rule: str | None,
    workers: int,
    block: int,
    decompose: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Scenarios side by side over the same worlds: how many wars B averts and causes beside A.

    Every world has the same luck (and, with --priors, the same numbers) in every arm; --set holds in every arm.
    Ctrl-C keeps nothing.
    """
    if len(scenarios) < 2:
        raise click.UsageError("name two scenarios or more, such as: escalation compare nonresponse strike")
    if decompose and len(scenarios) > 2:
        raise click.UsageError(
            "--decompose: name two scenarios, such as: escalation compare nonresponse strike --decompose"
        )
    if decompose and worlds < 2:
        raise click.UsageError("--decompose: legal: 2 worlds or more")
    from escalation.analysis.compare import compare
    from escalation.analysis.prepare import prepared
    from escalation.report.text import compare_text

    ready = [prepared(scenario, rule=rule, overrides=overrides) for scenario in scenarios]
    size = worlds * horizon * len(ready)
    if decompose:
        from escalation.analysis.decompose import world_weeks

        size += world_weeks(ready[0], ready[1], worlds, horizon)
    foreseen = [foreseen_by(scenario, worlds, priors) for scenario in ready]
    points = sum(filter(None, foreseen)) or None
    with all_or_nothing(), progress(size, quiet, points, workers) as advance:
        result = compare(
            *ready,
            worlds=worlds,
            seed=seed,
            horizon=horizon,
            priors=priors,
            decompose=decompose,
            block=block,
            workers=workers,
            progress=advance,
        )
    if as_json:
        emit_json(result.to_json())
        return
    again = options.again(seed, horizon, priors, overrides, rule)
    given = [shlex.quote(scenario) for scenario in scenarios]
    click.echo(compare_text(result, given=given, again=again, colour=coloured()))
