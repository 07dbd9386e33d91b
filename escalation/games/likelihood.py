"""How rational were they? The lambda that makes observed choices likeliest, with its likelihood interval.

l(lambda) = sum_k n_k log x_k(lambda) along the principal branch, over one game or several played by like people. The
interval holds the lambdas whose 2 (l(best) - l(lambda)) is below the chi-squared quantile with one degree of freedom
(Wilks 1938): as lambda is the only parameter, its profile likelihood is the likelihood itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtri

from escalation.games.homotopy import Branch
from escalation.games.paths import Floats, Paths
from escalation.scenario.faults import closest

Counts = Mapping[str, Mapping[str, float]]
"""Information set (of a table: player) -> action -> how often it was chosen."""

FARTHEST: Final = 1e4
"""Lambda times the stakes up to which the branch is searched."""

FLAT: Final = 1e-9
"""Differences of log-likelihood that are rounding."""


@dataclass(frozen=True)
class Fit:
    """The likeliest ``rationality`` and its interval at ``level``; ``high`` is None where even FARTHEST lies inside.

    ``log_likelihood`` is that of the fit, ``blind`` that of choosing blindly (lambda = 0), ``saturated`` that of the
    observed shares themselves; ``observations`` counts choices. ``at_edge``: choices are best explained without errors,
    and ``rationality`` is merely the farthest that was looked at.
    """

    rationality: float
    low: float
    high: float | None
    level: float
    log_likelihood: float
    blind: float
    saturated: float
    observations: float
    at_edge: bool

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def counted(paths: Paths, counts: Counts) -> Floats:
    """``counts`` as one number an action (k,). Raises ``ValueError`` naming what is not in the game."""
    found = np.zeros(paths.count)
    for infoset, chosen in counts.items():
        if infoset not in paths.infosets:
            near = closest(infoset, paths.infosets)
            hint = f" (did you mean {near!r}?)" if near else ""
            raise ValueError(f"no information set {infoset!r}; legal: {', '.join(paths.infosets)}{hint}")
        place = paths.infosets.index(infoset)
        for action, number in chosen.items():
            if action not in paths.actions[place]:
                legal = ", ".join(paths.actions[place])
                raise ValueError(f"no action {action!r} at {infoset!r}; legal: {legal}")
            if not 0.0 <= number < float("inf"):
                raise ValueError(f"{number} choices of {action!r} at {infoset!r}; legal: 0 or more")
            found[int(paths.starts[place]) + paths.actions[place].index(action)] += number
    return found


def fit(samples: Sequence[tuple[Branch, Counts]], level: float = 0.95) -> Fit:
    """The one lambda for all ``samples`` (a branch and the choices made in its game).

    Raises ``ValueError`` for counts that do not fit their game, and ``Lost`` as ``Branch.at`` does.
    """
    data = [(branch, counted(branch.paths, counts)) for branch, counts in samples]
    if not sum(float(n.sum()) for _, n in data) > 0.0:
        raise ValueError("no choices were counted")

    def likelihood(rationality: float) -> float:
        return sum(float(n[n > 0.0] @ branch.at(rationality)[n > 0.0]) for branch, n in data)

    grid = _grid([branch for branch, _ in data])
    values = np.array([likelihood(rationality) for rationality in grid])
    best, top = _top(likelihood, grid, values)
    at_edge = bool(values[-1] >= top - FLAT)
    best = float(grid[-1]) if at_edge else best
    cut = top - float(chdtri(1.0, 1.0 - level)) / 2.0
    low, high = _interval(likelihood, grid, values, best, cut)
    return Fit(
        rationality=best,
        low=low,
        high=high,
        level=level,
        log_likelihood=top,
        blind=float(values[0]),
        saturated=sum(_saturated(branch.paths, n) for branch, n in data),
        observations=float(sum(n.sum() for _, n in data)),
        at_edge=at_edge,
    )


def _grid(branches: Sequence[Branch]) -> Floats:
    """Lambdas from 0 to the farthest, as dense as the branches' own steps."""
    farthest = max(FARTHEST / branch.paths.stake for branch in branches)
    found = {0.0, farthest}
    for branch in branches:
        furthest = 0.0
        for _, after in branch.pairs():
            here = after.scaled / branch.paths.stake
            if here >= farthest:
                break
            if here > furthest:
                furthest = here
                found.add(here)
    return np.array(sorted(found))


def _top(likelihood: Callable[[float], float], grid: Floats, values: Floats) -> tuple[float, float]:
    """The highest point: each rise of the grid is refined, for there may be several."""
    best, top = float(grid[np.argmax(values)]), float(values.max())
    for place in range(len(grid)):
        left, right = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        if values[place] == values[max(place - 1, 0) : place + 2].max():
            found = minimize_scalar(
                lambda rationality: -likelihood(rationality),
                bounds=(left, right),
                method="bounded",
                options={"xatol": 1e-9 * max(right, 1e-6)},
            )
            if -found.fun > top:
                best, top = float(found.x), -float(found.fun)
    return best, top


def _interval(
    likelihood: Callable[[float], float], grid: Floats, values: Floats, best: float, cut: float
) -> tuple[float, float | None]:
    """From the first to the last lambda that is not rejected."""
    inside = np.concatenate([grid[values >= cut], [best]])
    first, last = float(inside.min()), float(inside.max())
    low, high = first, None
    below, above = grid[grid < first], grid[grid > last]
    if len(below):
        low = float(brentq(lambda rationality: likelihood(rationality) - cut, below.max(), first))
    if len(above):
        high = float(brentq(lambda rationality: likelihood(rationality) - cut, last, above.min()))
    return low, high


def _saturated(paths: Paths, n: Floats) -> float:
    total = 0.0
    for start, end in pairwise(paths.starts):
        own = n[start:end]
        seen = own[own > 0.0]
        if len(seen):
            total += float(seen @ np.log(seen / own.sum()))
    return total
