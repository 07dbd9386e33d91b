"""``escalation thesis``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from escalation.cli import options
from escalation.cli.folders import claimed, words
from escalation.cli.shell import INTERRUPTED, emit_json, foreseen_by, note, progress, usage_faults

if TYPE_CHECKING:
    from escalation.analysis.thesis import Plan, ThesisResult
    from escalation.scenario.scenario import Scenario
    from escalation.worlds.folder import Ran


@click.command("thesis")
@options.together(
    click.argument("file", metavar="[FILE]", default="safer"),
    click.option("--draws", type=click.IntRange(min=8), help="Draws of the uncertain numbers."),
    click.option("-n", "--worlds", type=click.IntRange(min=2), help="Worlds for each draw, in each arm."),
    options.seed,
    options.horizon(208),
    options.rule,
    options.overrides,
    options.workers,
    click.option(
        "--full", is_flag=True, help="The larger default size, also under other models, and the slow decision rules."
    ),
    click.option(
        "--as-written",
        is_flag=True,
        help="The claims in the model as it is written only: no other models, and nothing on what the answer hangs on.",
    ),
    options.out(
        "Write report.html, figures, manifest.json, thesis.toml, the scenarios, report.txt, "
        "results.csv and thesis.json "
        "there."
    ),
    options.as_json,
    options.quiet,
)
def command(
    file: str,
    draws: int | None,
    worlds: int | None,
    seed: int,
    horizon: int,
    rule: str | None,
    overrides: options.Overrides,
    workers: int,
    full: bool,
    as_written: bool,
    out: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Test the claims of a thesis over the priors of all uncertain numbers: who is right, and how sure that is.

    FILE is a shipped thesis (escalation list) or the path of one; without it, the op-ed's. Every claim has its
    comparator, horizon, effect and verdict; parameter uncertainty and Monte-Carlo noise are kept apart. Beside each
    verdict stands what becomes of it under other decision rules and without each contested mechanism. --set holds in
    every arm.
    """
    from escalation.analysis.thesis import plan_thesis, run_claims, with_laboratory, with_structure
    from escalation.report.thesis import text
    from escalation.worlds.folder import Ran

    with usage_faults():
        plan = plan_thesis(
            file,
            draws=draws,
            worlds=worlds,
            seed=seed,
            horizon=horizon,
            rule=rule,
            overrides=overrides,
            full=full,
            side=not as_written,
        )
    folder = claimed(out)
    ran = Ran.now(words(), seed)
    cut_off = ""
    foreseen = sum(filter(None, (foreseen_by(arm.read(), plan.draws, priors=True) for arm in plan.arms))) or None
    with progress(plan.world_weeks, quiet, foreseen, workers) as advance:
        result = run_claims(plan, workers=workers, progress=advance)
        if plan.side:
            advance.tell("other models")
            result = with_structure(result, plan, workers=workers, progress=advance)
        if result.structure is None or result.structure.complete:
            advance.tell("what it hangs on")
            try:
                result = with_laboratory(result, plan, workers=workers, progress=advance)
            except KeyboardInterrupt:
                cut_off = "interrupted: the verdicts are whole, what they hang on is left out"
        else:
            cut_off = "interrupted: the verdicts are whole, the other models are what was done by then"
    if as_json:
        emit_json(result.to_json())
    else:
        click.echo(text(result))
    if folder is not None:
        page = _write(folder, ran, plan, result, workers, whole=not cut_off)
        if not quiet:
            note(f"written to {folder}; the page to read: {page}")
    if cut_off:
        note(cut_off)
        raise click.exceptions.Exit(INTERRUPTED)


def _write(folder: Path, ran: Ran, plan: Plan, result: ThesisResult, workers: int, *, whole: bool) -> Path:
    """Everything that the folder holds, the page last; its path. Nothing more is run unless the run is ``whole``."""
    from escalation.report.page.beside import beside
    from escalation.report.page.build import write_page
    from escalation.report.thesis import write
    from escalation.worlds.folder import write_folder

    write(result, folder)
    more = beside(plan, workers=workers) if whole else {}
    scenarios: dict[str, Scenario] = {}
    for arm in sorted(plan.arms, key=lambda arm: bool(arm.settings)):  # as it is where any arm has it so
        scenarios.setdefault(arm.read().name, arm.read())
    write_folder(
        folder,
        ran,
        list(scenarios.values()),
        {"thesis.toml": Path(plan.thesis.path).read_text(encoding="utf-8"), **more},
        kind="thesis",
        thesis=plan.thesis.name,
        horizon_weeks=plan.horizon,
        draws=plan.draws,
        worlds_per_draw=plan.worlds,
        rule=result.rule,
    )
    return write_page(folder)[0]
