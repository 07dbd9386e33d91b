"""The end of the principal branch as lambda grows without bound: one equilibrium picked out of many.

McKelvey and Palfrey's logit solution (1995; of a tree 1998, theorem 4: a sequential equilibrium). Probabilities near it
go like x + c / lambda, so two far points give the limit to second order; what falls to nothing is set to zero, and what
is left is brought to where all that is still done is worth the same.

How far is far depends on the game: what an action loses by shows once lambda times the loss is large. So the branch is
followed on until all that is kept is as good as the best, and the limit is not given out where that never comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escalation.games.homotopy import Branch, Lost
from escalation.games.paths import Floats
from escalation.games.regret import chances, logs

FAR: Final = (1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11)
"""Lambda times the stakes, in turn; the nearer, the less rounding tells."""
NOTHING: Final = (1e-6, 1e-9, 1e-12)
"""Probabilities below which an action may be one that falls to nothing, in the order in which they are tried."""
REACHED: Final = 1e-12
EXACT: Final = 1e-12
"""What an action that is kept may lose by, as a share of its mover's stakes, to be no worse than the best."""
CLOSE: Final = 1e-9
"""What it may lose by at most where play does not come, and elsewhere where nothing better is found.

Beliefs off the path hang on ratios of probabilities that vanish, which rounding spoils the sooner, the larger lambda.
"""
MOST_POLISHING: Final = 12
MOST_MOVED: Final = 1e-3
"""Of any probability by polishing; further, it would be another equilibrium."""


@dataclass(frozen=True)
class Limit:
    """``x`` (k,) at the limit, and what each action is worth there (k,), in the units of the branch's worth.

    ``reached`` (sets,): whether play comes there. Where it does not, beliefs are those of ``far``, the log
    probabilities at the furthest ``rationality`` that was looked at. ``missed``: the most that any action which is kept
    loses by, as a share of its mover's stakes; ``exact``: whether that is nothing.
    """

    x: Floats
    worth: Floats
    reached: NDArray[np.bool_]
    far: Floats
    rationality: float
    missed: float
    exact: bool


def limit(branch: Branch) -> Limit:
    """The limit of the branch. Raises ``Lost`` as ``Branch.at`` does, and where what is kept is not best."""
    best: Limit | None = None
    try:
        for found in _candidates(branch):
            if found.exact:
                return found
            if best is None or found.missed < best.missed:
                best = found
    except Lost:
        if best is None:
            raise
    if best is None or not best.missed <= CLOSE:
        least = "" if best is None else f": an action is kept that loses {best.missed:.2g} of what is at stake"
        raise Lost(f"the limit of the branch was not found{least}")
    return best


def _candidates(branch: Branch) -> Iterator[Limit]:
    """What the limit may be, from further and further along the branch. Raises ``Lost`` as ``Branch.at`` does."""
    paths = branch.paths
    for scaled in FAR:
        near, far = branch.at(scaled / paths.stake), branch.at(2.0 * scaled / paths.stake)
        x_near, x_far = np.exp(near), np.exp(far)
        worth_near, worth_far = (branch.worth(paths, paths.weights(log_x))[0] for log_x in (near, far))
        off_path = 2.0 * worth_far - worth_near
        for nothing in NOTHING:
            for x in (2.0 * x_far - x_near, x_far):
                kept = np.where(x < nothing, 0.0, x)
                if not np.all(paths.by_set(kept) > 0.5):
                    continue  # rounding has had the better of it
                found = _judged(branch, kept / paths.by_set(kept)[paths.set_of], far, off_path, 2.0 * scaled)
                yield found
                polished = _polished(branch, found)
                if polished is not None:
                    yield _judged(branch, polished, far, off_path, 2.0 * scaled)


def _judged(branch: Branch, x: Floats, far: Floats, off_path: Floats, scaled: float) -> Limit:
    """``x`` with the worth of each action: given ``x`` where play comes, else the limit of the worth ``off_path``."""
    paths = branch.paths
    chance = np.zeros(len(paths.chance))
    chance[paths.possible] = chances(paths, x)
    through = np.asarray(paths.on_play.T @ chance)
    reached = paths.by_set(through) > REACHED
    on_path, _ = branch.worth(paths, paths.weights(logs(x)))
    worth = np.where(reached[paths.set_of], on_path, off_path)
    lost = np.where(x > 0.0, paths.best(worth)[paths.set_of] - worth, 0.0) / paths.stakes[paths.player_of]
    allowed = np.where(reached[paths.set_of], EXACT, CLOSE)
    return Limit(x, worth, reached, far, scaled / paths.stake, float(lost.max()), bool(np.all(lost <= allowed)))


def _polished(branch: Branch, found: Limit) -> Floats | None:
    """The probabilities near those ``found`` at which all that is done where play comes is worth the same.

    By Newton's method in log probabilities; where there are many, those that the least squares come to.
    """
    paths = branch.paths
    kept = found.x > 0.0
    mixed = (paths.by_set(kept.astype(float)) > 1.0) & found.reached
    free = np.flatnonzero(kept & mixed[paths.set_of])
    if not len(free):
        return None
    sets = paths.set_of[free]
    first = np.flatnonzero(np.diff(sets, prepend=-1))
    heads = free[first][np.searchsorted(sets[first], sets)]
    x = found.x
    for _ in range(MOST_POLISHING):
        weights = paths.weights(logs(x))
        worth, slopes = branch.worth(paths, weights)
        by_log = paths.derivative(weights, slopes) / paths.stake
        # The first action of each set stands for the sum of probabilities, the others for their indifference to it.
        right = (worth[free] - worth[heads]) / paths.stake
        matrix = (by_log[free] - by_log[heads])[:, free]
        right[first] = np.bincount(sets, weights=x[free])[sets[first]] - 1.0
        matrix[first] = np.where(sets[first, None] == sets[None, :], x[free], 0.0)
        move = np.linalg.lstsq(matrix, -right, rcond=1e-13)[0]
        if not np.all(np.abs(move) < 1.0):
            return None
        after = x.copy()
        after[free] *= np.exp(move)
        if not np.max(np.abs(after - found.x)) < MOST_MOVED:
            return None
        x = after
        if np.max(np.abs(move)) < 1e-15:
            break
    return np.asarray(x / paths.by_set(x)[paths.set_of])
