"""A solved game as plain text: what is played, what comes of it, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping

from escalation.games.find import shown_size
from escalation.games.likelihood import Fit
from escalation.games.solution import Solution
from escalation.games.solve import RULES
from escalation.games.table import Table
from escalation.games.tree import Game
from escalation.report.layout import bold, columns, dim, wrapped


def solution_text(game: Game | Table, solution: Solution, fit: Fit | None, colour: bool) -> str:
    """``solution`` of ``game``; ``fit`` where lambda was estimated from choices."""
    rule = RULES[solution.rule]
    under = "" if solution.rationality is None else f", lambda = {solution.rationality:.6g} per payoff unit"
    lines = [
        *([bold(game.title, colour)] if game.title else []),
        dim(shown_size(game), colour),
        "",
        *wrapped(f"Rule {solution.rule}{under}: {rule.said_of(game)} ({rule.citation})."),
        "",
    ]
    if fit is not None:
        lines += [*_fit(fit), ""]
    movers = _movers(game)
    heads = ("player", "strategy") if isinstance(game, Table) else ("information set", "action")
    rows = [[heads[0], *([] if isinstance(game, Table) else ["player"]), heads[1], "probability", "worth"]]
    for infoset, choice in solution.strategies.items():
        for place, (action, probability) in enumerate(choice.items()):
            name, mover = (infoset, movers[infoset]) if place == 0 else ("", "")
            worth = solution.worth[infoset][action]
            rows.append(
                [name, *([] if isinstance(game, Table) else [mover]), action, _chance(probability), f"{worth:.4g}"]
            )
    lines += columns(rows, left=len(rows[0]) - 2)
    lines += ["", *columns([["outcome", "probability"], *_shares(solution.outcomes)])]
    if solution.beliefs:
        lines += ["", "Beliefs, where the mover cannot tell nodes apart:"]
        believed = [["information set", "node", "probability"]]
        for infoset, belief in solution.beliefs.items():
            for place, (node, probability) in enumerate(belief.items()):
                believed.append([infoset if place == 0 else "", node, _chance(probability)])
        lines += columns(believed, left=2)
    lines += ["", *columns([["player", "payoff", "regret"], *_players(solution)])]
    lines += ["", *wrapped(f"Residual {solution.residual:.1e}: {_residual(solution)}.")]
    lines += wrapped("Regret is the most that a player could still gain by another plan, the others' play held.")
    for note in solution.notes:
        lines += wrapped(f"Note: {note}.")
    return "\n".join(lines)


def _residual(solution: Solution) -> str:
    if solution.rationality is None and not solution.rule.startswith(("level", "cognitive")):
        return "the largest loss at an information set, as a share of what is at stake there"
    return "the largest difference between a probability and the one that the rule prescribes given all others"


def _fit(fit: Fit) -> list[str]:
    interval = f"{fit.low:.4g} and up" if fit.high is None else f"{fit.low:.4g} to {fit.high:.4g}"
    lines = wrapped(
        f"Lambda is the likeliest for {fit.observations:,.0f} choices; {100 * fit.level:.0f} % interval {interval}."
    )
    lines += wrapped(
        f"Log-likelihood {fit.log_likelihood:.2f}; choosing blindly {fit.blind:.2f}, "
        f"the observed shares themselves {fit.saturated:.2f}."
    )
    if fit.at_edge:
        lines += wrapped("The choices are explained best without errors: lambda has no finite estimate.")
    return lines


def _movers(game: Game | Table) -> Mapping[str, str]:
    if isinstance(game, Table):
        return {name: name for name in game.player_names}
    return {
        name: game.player_names[infoset.player] for name, infoset in zip(game.infoset_names, game.personal, strict=True)
    }


def _shares(outcomes: Mapping[str, float]) -> list[list[str]]:
    return [[name, _chance(chance)] for name, chance in outcomes.items()]


def _players(solution: Solution) -> list[list[str]]:
    return [[name, f"{payoff:.4g}", f"{solution.regret[name]:.2g}"] for name, payoff in solution.payoffs.items()]


def _chance(probability: float) -> str:
    """Six decimals, or as much as shows that it is not nothing."""
    if 0.0 < probability < 5e-7:
        return f"{probability:.1e}"
    return f"{probability:.6f}"
