"""``escalation solve``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escalation.cli import options
from escalation.cli.shell import coloured, emit_json, note
from escalation.scenario.faults import Fault, ScenarioFault

if TYPE_CHECKING:
    from escalation.games.likelihood import Fit
    from escalation.games.solve import Settings
    from escalation.games.table import Table
    from escalation.games.tree import Game


def _rationality(_: click.Context, __: click.Parameter, text: str) -> float:
    """Lambda: a number from 0 up, or ``inf``. Raises ``click.BadParameter``."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number) or number < 0.0:
        raise click.BadParameter(f"{text!r}: legal is a number from 0 up, or inf for no errors")
    return number


@click.command("solve")
@click.argument("game")
@options.together(
    click.option("--rule", metavar="NAME", default="quantal", show_default=True, help="How players choose; see below."),
    click.option(
        "--rationality",
        callback=_rationality,
        metavar="LAMBDA",
        default="1",
        show_default=True,
        help="How strongly payoffs bear on choice, per payoff unit: 0 is blind, inf without errors.",
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
    options.as_json,
)
def command(
    game: str,
    rule: str,
    rationality: float,
    level: int,
    tau: float,
    reference: float,
    counts: str | None,
    export: str | None,
    as_json: bool,
) -> None:
    """Solve the game in GAME, a file of Gambit's (.efg, a tree; .nfg, a table), and certify the solution.

    Rules: quantal (logit quantal response), best-response (its limit without errors, an equilibrium),
    backward-induction (trees of perfect information), level-k, cognitive-hierarchy, prospect.
    """
    from escalation.games.find import find
    from escalation.games.homotopy import Lost
    from escalation.games.paths import Unsolvable
    from escalation.games.prospect import Prospect
    from escalation.games.solve import Settings, solve

    found = find(game)
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
        _export(found, export)
    if as_json:
        emit_json(solution.to_json() if fit is None else solution.to_json() | {"fit": fit.to_json()})
        return
    from escalation.report.solution import solution_text

    click.echo(solution_text(found, solution, fit, coloured()))


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


def _export(game: Game | Table, target: str) -> None:
    """Write ``game`` for Gambit: a tree as .efg, a table as .nfg. Raises ``click.UsageError``."""
    from escalation.games import efg, nfg
    from escalation.games.labels import refused
    from escalation.games.table import Table
    from escalation.worlds.folder import write_text

    ending = ".nfg" if isinstance(game, Table) else ".efg"
    if not target.endswith(ending):
        what = "a table" if isinstance(game, Table) else "a tree"
        raise click.UsageError(f"--export {target}: {what} is written to a file whose name ends in {ending}")
    if not Path(target).parent.is_dir():
        raise click.UsageError(f"--export {target}: no such folder")
    write_text(Path(target), nfg.write(game) if isinstance(game, Table) else efg.write(game))
    note(f"written: {target}")
    odd = refused(game)
    if odd:
        note(f"Gambit takes printable ASCII with single spaces only, and will refuse {', '.join(map(repr, odd[:5]))}")
