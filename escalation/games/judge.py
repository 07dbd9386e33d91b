"""A profile that was found elsewhere, with the certificates that solvers give to their own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from escalation.games.beliefs import beliefs
from escalation.games.paths import Floats, Paths
from escalation.games.regret import chances, logs, losses, payoffs, regrets
from escalation.games.solution import Solution
from escalation.games.tree import Game


def array_of(paths: Paths, strategies: Mapping[str, Mapping[str, float]]) -> Floats:
    """Action probabilities (k,) of ``strategies``: information set -> action -> probability, all of them."""
    return np.array(
        [
            strategies[name][action]
            for name, actions in zip(paths.infosets, paths.actions, strict=True)
            for action in actions
        ]
    )


def judged(
    paths: Paths, solution: Solution, strategies: Mapping[str, Mapping[str, float]], rule: str, errs: bool
) -> Solution:
    """``solution`` with some of its ``strategies`` replaced: what comes of it, and what could still be gained.

    Beliefs are those of the whole. The residual is that of ``solution``, and so says nothing of choices that were
    replaced and are meant to err (``errs``); where they are not, it is no less than the largest loss at them, as a
    share of what is at stake for their mover.
    """
    merged = {**solution.strategies, **strategies}
    x = array_of(paths, merged)
    ends = np.bincount(paths.counted[paths.possible], weights=chances(paths, x), minlength=len(paths.endings))
    worth = paths.expected(paths.weights(logs(x)))
    lost = losses(paths, x, worth) / paths.stakes[paths.mover]
    own = [paths.infosets.index(name) for name in strategies]
    missed = 0.0 if errs else float(lost[own].max())

    def by_player(values: Floats) -> dict[str, float]:
        return {name: float(value) for name, value in zip(paths.players, values, strict=True)}

    return Solution(
        rule=rule,
        rationality=solution.rationality,
        strategies=merged,
        outcomes={name: float(chance) for name, chance in zip(paths.endings, ends, strict=True)},
        residual=max(solution.residual, missed),
        regret=by_player(regrets(paths, x)),
        payoffs=by_player(payoffs(paths, x)),
        worth={
            name: {action: float(worth[paths.starts[place] + k]) for k, action in enumerate(paths.actions[place])}
            for place, name in enumerate(paths.infosets)
        },
        beliefs=beliefs(paths.game, paths, logs(x)) if isinstance(paths.game, Game) else {},
        notes=solution.notes,
    )
