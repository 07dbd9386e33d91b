"""``escalation solve SCENARIO``: the stage game of a scenario or of one of its worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from escalation.cli import options
from escalation.cli.shell import coloured, emit_json, say_foresight, tell_of_compiling

if TYPE_CHECKING:
    from escalation.scenario.scenario import Scenario
    from escalation.worlds.moment import Moment


def solve_scenario(
    argument: str,
    *,
    actor: str | None,
    rule: str | None,
    rationality: float | None,
    overrides: options.Overrides,
    world: int | None,
    week: int | None,
    seed: int,
    priors: bool,
    export: str | None,
    as_json: bool,
) -> None:
    """Solve the stage game that ``actor`` faces and print it. Raises ``ScenarioFault`` and ``click.UsageError``."""
    from escalation.analysis.prepare import prepared
    from escalation.analysis.stage_solution import solve_stage
    from escalation.games.homotopy import Lost

    ready = prepared(argument, rule=rule, overrides=overrides)
    role = _role(ready, actor)
    if world is None and (week is not None or priors or seed):
        raise click.UsageError("--week, --seed and --priors name a world's moment: give its number, --world N")
    tell_of_compiling()
    moment = _moment(ready, role, world, week or 1, seed, priors)
    try:
        solved = solve_stage(moment, rationality)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None
    except Lost as fault:
        raise click.ClickException(f"{argument}: {fault}; what lies before it can be solved") from None
    say_foresight()
    if export is not None:
        from escalation.cli.game_export import export_game

        export_game(solved.game.tree, export)
    if as_json:
        emit_json(solved.to_json())
        return
    from escalation.report.stage import stage_text

    click.echo(stage_text(solved, coloured()))


def _role(scenario: Scenario, actor: str | None) -> str:
    """The role of the principal called ``actor``: the defender where none is given."""
    from escalation.scenario.faults import closest

    names = {scenario.defender.name: "defender", scenario.challenger.name: "challenger"}
    if actor is None:
        return "defender"
    if actor not in names:
        near = closest(actor, names)
        hint = f" (did you mean {near!r}?)" if near else ""
        raise click.UsageError(f"--actor {actor}: legal: {', '.join(names)}{hint}")
    return names[actor]


def _moment(scenario: Scenario, role: str, world: int | None, week: int, seed: int, priors: bool) -> Moment:
    from escalation.worlds.moment import OverBefore, moment_of, start_of

    if world is None:
        return start_of(scenario, role)
    try:
        return moment_of(scenario, role, world, week, seed=seed, priors=priors)
    except OverBefore as fault:
        raise click.UsageError(str(fault)) from None
