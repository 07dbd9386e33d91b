"""The end of the principal branch as lambda grows without bound: one equilibrium picked out of many.

McKelvey and Palfrey's logit solution (1995; of a tree 1998, theorem 4: a sequential equilibrium). Probabilities near it
go like x + c / lambda, so two far points give the limit to second order; what falls to nothing is set to zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escalation.games.homotopy import Branch
from escalation.games.paths import Floats, Paths
from escalation.games.regret import chances, logs, losses

FAR: Final = 1e5
"""Lambda times the stakes; much further, rounding would tell more than theory."""
NOTHING: Final = 1e-6


REACHED: Final = 1e-12


@dataclass(frozen=True)
class Limit:
    """``x`` (k,) at the limit, and what each action is worth there (k,), in the units of the branch's worth.

    ``reached`` (sets,): whether play comes there. Where it does not, beliefs are those of ``far``, the log
    probabilities at the furthest ``rationality`` that was looked at.
    """

    x: Floats
    worth: Floats
    reached: NDArray[np.bool_]
    far: Floats
    rationality: float


def limit(branch: Branch) -> Limit:
    """The limit of the branch. Raises ``Lost`` as ``Branch.at`` does."""
    paths = branch.paths
    near, far = branch.at(FAR / paths.stake), branch.at(2.0 * FAR / paths.stake)
    x_near, x_far = np.exp(near), np.exp(far)
    worth_near, worth_far = (branch.worth(paths, paths.weights(log_x))[0] for log_x in (near, far))
    off_path = 2.0 * worth_far - worth_near
    found = (_settled(paths, 2.0 * x_far - x_near), _settled(paths, x_far), x_far)
    tried = [_judged(branch, x, far, off_path) for x in found]
    return min(tried, key=lambda found: float(losses(paths, found.x, found.worth).max()))


def _judged(branch: Branch, x: Floats, far: Floats, off_path: Floats) -> Limit:
    """``x`` with the worth of each action: given ``x`` where play comes, else the limit of the worth ``off_path``."""
    paths = branch.paths
    chance = np.zeros(len(paths.chance))
    chance[paths.possible] = chances(paths, x)
    through = np.asarray(paths.on_play.T @ chance)
    reached = paths.by_set(through) > REACHED
    on_path, _ = branch.worth(paths, paths.weights(logs(x)))
    worth = np.where(reached[paths.set_of], on_path, off_path)
    return Limit(x, worth, reached, far, 2.0 * FAR / paths.stake)


def _settled(paths: Paths, x: Floats) -> Floats:
    x = np.where(x < NOTHING, 0.0, x)
    return np.asarray(x / paths.by_set(x)[paths.set_of])
