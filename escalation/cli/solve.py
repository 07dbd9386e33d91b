"""``escalation solve``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from escalation.cli import options
from escalation.cli.shell import coloured, emit_json
from escalation.scenario.faults import Fault, ScenarioFault

if TYPE_CHECKING:
    from escalation.games.likelihood import Fit
    from escalation.games.solve import Settings
    from escalation.games.table import Table
    from escalation.games.tree import Game

OPTIONS_OF: Final = {"level-k": ("level",), "cognitive-hierarchy": ("tau",), "prospect": ("reference",)}
"""Options that one rule alone reads."""


def _rationality(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """Lambda: a number from 0 up, or ``inf``. Raises ``click.BadParameter``."""
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number) or number < 0.0:
        raise click.BadParameter(f"{text!r}: legal is a number from 0 up, or inf for no errors")
    return number


@click.command("solve")
@click.argument("game", required=False)
@options.together(
    click.option("--list", "listed", is_flag=True, help="Name the reference games."),
    click.option("--rule", metavar="NAME", help="How players choose; see below.  [default: quantal; a scenario's own]"),
    click.option(
        "--rationality",
        callback=_rationality,
        metavar="LAMBDA",
        help="How strongly payoffs bear on choice, per payoff unit: 0 is blind, inf without errors.  "
        "[default: 1; a scenario's own]",
    ),
    click.option(
        "--level", type=click.IntRange(0, 100), default=2, show_default=True, help="Steps of thought, for level-k."
    ),
    click.option(
        "--tau",
        type=click.FloatRange(0.0, 20.0),
        default=1.5,
        show_default=True,
        help="Mean steps of thought, for cognitive-hierarchy.",
    ),
    click.option(
        "--reference",
        type=float,
        default=0.0,
        show_default=True,
        help="Payoff that is neither gain nor loss, for prospect.",
    ),
    click.option(
        "--counts",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Observed choices (CSV: infoset, action, count): estimate lambda from them, for quantal and prospect.",
    ),
    click.option("--export", type=click.Path(dir_okay=False), metavar="FILE", help="Write the game for Gambit."),
    click.option("--actor", metavar="NAME", help="Of a scenario: who moves.  [default: its defender]"),
    click.option("--world", type=click.IntRange(min=0), metavar="N", help="Of a scenario: a world, not its start."),
    click.option("--week", type=click.IntRange(min=1), metavar="W", help="Of a world: the week.  [default: 1]"),
    options.priors,
    options.seed,
    options.overrides,
    options.as_json,
)
@click.pass_context
def command(
    ctx: click.Context,
    game: str | None,
    listed: bool,
    rule: str | None,
    rationality: float | None,
    level: int,
    tau: float,
    reference: float,
    counts: str | None,
    export: str | None,
    actor: str | None,
    world: int | None,
    week: int | None,
    priors: bool,
    seed: int,
    overrides: options.Overrides,
    as_json: bool,
) -> None:
    """Solve GAME and certify the solution: a reference game (--list), a file of Gambit's, or a scenario's stage game.

    Of a scenario it is the game that one side faces this week, at the scenario's start or in week W of world N, solved
    by the side's own rule; --rule then names a rule of the model. A file ends in .efg (a tree) or .nfg (a table).

    Rules of other games: quantal (logit quantal response), best-response (its limit without errors, an equilibrium),
    backward-induction (trees of perfect information), level-k, cognitive-hierarchy, prospect.

    Of a reference game that people have played it also shows what they did beside the lambda that fits it.
    """
    if listed:
        from escalation.cli.list import list_games

        list_games(as_json)
        return
    if game is None:
        raise click.UsageError("Missing argument 'GAME'; --list names the reference games.", ctx)
    if _is_scenario(game):
        _refuse(ctx, ("level", "tau", "reference", "counts"), "a game that is no scenario's")
        from escalation.cli.solve_scenario import solve_scenario

        solve_scenario(
            game,
            actor=actor,
            rule=rule,
            rationality=rationality,
            overrides=overrides,
            world=world,
            week=week,
            seed=seed,
            priors=priors,
            export=export,
            as_json=as_json,
        )
        return
    _refuse(ctx, ("actor", "world", "week", "priors", "seed", "overrides"), "the stage game of a scenario")
    rule = rule or "quantal"
    for whose, names in OPTIONS_OF.items():
        if rule != whose:
            _refuse(ctx, names, f"the rule {whose}, not to {rule}")
    if counts is not None:
        _refuse(ctx, ("rationality",), "a lambda that is not estimated from --counts")
    from escalation.games import catalog
    from escalation.games.find import find
    from escalation.games.homotopy import Lost
    from escalation.games.paths import Unsolvable
    from escalation.games.prospect import Prospect
    from escalation.games.solve import Settings, solve

    found = find(game)
    rationality = 1.0 if rationality is None else rationality
    settings = Settings(level, tau, Prospect(reference=reference))
    fit = None
    try:
        if counts is not None:
            fit = _fit(found, counts, rule, settings)
            rationality = fit.rationality
        solution = solve(found, rule, rationality, settings)
    except ScenarioFault:
        raise
    except Unsolvable as fault:
        raise ScenarioFault([Fault(game, None, "", str(fault))]) from None
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None
    except Lost as fault:
        raise click.ClickException(f"{game}: {fault}; what lies before it can be solved") from None
    if export is not None:
        from escalation.cli.game_export import export_game

        export_game(found, export)
    entry = catalog.load(game) if game in catalog.names() else None
    if as_json:
        from escalation.games.observed import published

        fitted = {} if fit is None else {"fit": fit.to_json()}
        emit_json(solution.to_json() | fitted | ({} if entry is None else published(entry)))
        return
    from escalation.report.catalog import asked, head, known
    from escalation.report.solution import solution_text

    lines = [solution_text(found, solution, fit, coloured())]
    if entry is not None:
        before = asked(entry, solution) if fit is None else []
        lines = [*head(entry), *before, *lines, *known(entry, coloured())]
    click.echo("\n".join(lines))


def _is_scenario(argument: str) -> bool:
    """Whether ``argument`` is meant to name a scenario: a shipped one or a file of TOML."""
    from escalation.scenario.files import shipped_headers

    return argument.endswith(".toml") or argument in {header.name for header in shipped_headers()}


def _refuse(ctx: click.Context, names: tuple[str, ...], whose: str) -> None:
    """Raises ``click.UsageError`` for an option that was given and has no meaning here."""
    for parameter in ctx.command.params:
        given = parameter.name is not None and ctx.get_parameter_source(parameter.name)
        if parameter.name in names and given == click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} belongs to {whose}", ctx)


def _fit(game: Game | Table, counts: str, rule: str, settings: Settings) -> Fit:
    """Lambda from the choices in the file ``counts``. Raises ``ScenarioFault`` and ``ValueError``."""
    from escalation.games.counts import read
    from escalation.games.homotopy import Branch
    from escalation.games.likelihood import fit
    from escalation.games.paths import paths
    from escalation.games.worth import expected

    if rule not in ("quantal", "prospect"):
        raise ValueError(f"--counts estimates lambda for quantal and prospect, not for {rule}")
    branch = Branch(paths(game), expected if rule == "quantal" else settings.prospect)
    return fit([(branch, read(Path(counts), counts, branch.paths))])
