"""``escalation thesis``."""

from __future__ import annotations

import click

from escalation.cli import options
from escalation.cli.folders import claimed, words
from escalation.cli.shell import emit_json, note, progress


@click.command("thesis")
@options.together(
    click.option("--draws", type=click.IntRange(min=8), help="Draws of the uncertain numbers."),
    click.option("-n", "--worlds", type=click.IntRange(min=2), help="Worlds for each draw, in each arm."),
    options.seed,
    options.horizon(208),
    options.rule,
    options.overrides,
    options.workers,
    click.option("--full", is_flag=True, help="The larger default size."),
    options.out("Write manifest.json, the scenarios, report.txt, results.csv, thesis.json and a figure there."),
    options.as_json,
    options.quiet,
)
def command(
    draws: int | None,
    worlds: int | None,
    seed: int,
    horizon: int,
    rule: str | None,
    overrides: options.Overrides,
    workers: int,
    full: bool,
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Test the op-ed's claims over the priors of all uncertain numbers: who is right, and how sure that is.

    Every claim has its comparator, horizon, effect and verdict; parameter uncertainty and Monte-Carlo noise are
    kept apart. --set holds in every arm.
    """
    if horizon < 2:
        raise click.BadParameter("the first reported day is 14: legal is 2 weeks or more", param_hint="--horizon")
    from escalation.analysis.prepare import prepared
    from escalation.analysis.thesis import DRAWS, FULL_DRAWS, FULL_WORLDS, SHIPPED_ARMS, WORLDS, thesis, world_weeks
    from escalation.report.thesis import text, write
    from escalation.worlds.folder import Ran, write_folder

    draws = draws or (FULL_DRAWS if full else DRAWS)
    worlds = worlds or (FULL_WORLDS if full else WORLDS)
    arms = [prepared(arm.scenario, rule=rule, overrides={**overrides, **arm.overrides}) for arm in SHIPPED_ARMS]
    folder = claimed(out)
    ran = Ran.now(words(), seed)
    with progress(world_weeks(draws, worlds, horizon), quiet) as advance:
        result = thesis(
            draws=draws,
            worlds=worlds,
            seed=seed,
            horizon=horizon,
            rule=rule,
            overrides=overrides,
            workers=workers,
            progress=advance,
        )
    if folder is not None:
        write(result, folder)
        write_folder(
            folder,
            ran,
            arms,
            {},
            kind="thesis",
            horizon_weeks=horizon,
            draws=draws,
            worlds_per_draw=worlds,
            rule=result.rule,
        )
        if not quiet:
            note(f"written to {folder}")
    if as_json:
        emit_json(result.to_json())
    else:
        click.echo(text(result))
