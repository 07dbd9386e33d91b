"""Which of the keys that vary move the odds of war, and by how much, as far as that is told from noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.contrasts import axes_of
from escalation.analysis.intervals import LEVEL, z_of

if TYPE_CHECKING:
    from escalation.analysis.sweep_result import SweepResult

GROUPS: Final = 5
"""A sample is split into this many groups of points by each key; the first and last are set side by side."""
LEAST_GROUP: Final = 4
WORLDS, BOUND, POINTS = "worlds", "bound", "points"
"""What a key's effect is held against: the luck of the worlds, a bound on it, or the spread between points."""

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Mover:
    """A key's effect: the mean ``odds_low`` where it is at ``low``, and ``odds_high`` at ``high``.

    On a grid these are the two values of the axis with the least and the greatest mean odds over the other axes; in a
    sample or a list the mean of the key in its lowest and highest fifth. ``told``: whether they differ by more than
    noise, at 95 % over all keys together. ``by``: what noise was taken to be. ``monotone``: whether the odds go one way
    along the axis.
    """

    key: str
    low: object
    high: object
    odds_low: float
    odds_high: float
    told: bool
    by: str
    monotone: bool = True

    @property
    def size(self) -> float:
        """How far apart the odds are."""
        return abs(self.odds_high - self.odds_low)

    def to_json(self) -> dict[str, Any]:
        """``{key, low, high, odds_low, odds_high, told, by}``."""
        names = ("key", "low", "high", "odds_low", "odds_high", "told", "by")
        return {name: getattr(self, name) for name in names}


def movers(result: SweepResult) -> list[Mover]:
    """The effect of every key that takes more than one value, largest first; those told from noise before the rest.

    Points without worlds are left out.
    """
    odds = np.array([math.nan if found.stated is None else found.stated.odds for found in result.results])
    if np.isnan(odds).all():
        return []
    found = _by_groups(result, odds) if result.points.shape is None else _along_axes(result, odds)
    return sorted(found, key=lambda mover: (not mover.told, -mover.size))


def few_worlds(result: SweepResult) -> bool:
    """Whether more than half of the spread of the odds between points may be the luck of their worlds."""
    wars = [found.war for found in result.results if found.war is not None]
    odds = np.array([war.odds for war in wars])
    luck = np.array([war.odds * (1.0 - war.odds) / war.n for war in wars])
    return len(wars) > 0 and float(luck.mean()) > float(odds.var()) / 2.0


def _along_axes(result: SweepResult, odds: Floats) -> list[Mover]:
    """Each key's extremes, told apart world by world (``contrasts.clustered``), or by a bound where worlds are missing.

    The two are the extremes of many: any pair of values of any key might have been told apart, and each is given its
    share of the error (Bonferroni).
    """
    shape = result.points.shape or ()
    pairs = sum(math.comb(length, 2) for length in shape)
    if pairs == 0:
        return []
    bound, noise = z_of(1.0 - (1.0 - LEVEL) / pairs), _noise(result, odds)
    contrasts = {(found.place, found.least, found.most): found for found in result.contrasts}
    found = []
    for axis in axes_of(odds, shape):
        least, most = axis.least, axis.most
        first, last = sorted((least, most))
        values, along = result.points.axes()[axis.place], axis.along
        contrast = contrasts.get((axis.place, least, most))
        if contrast is not None:
            told = contrast.z > bound
        else:
            told = float(along[most] - along[least]) > bound * noise(axis.points[least], axis.points[most])
        steps = np.diff(along)
        found.append(
            Mover(
                result.points.keys[axis.place],
                values[first],
                values[last],
                float(along[first]),
                float(along[last]),
                told,
                BOUND if contrast is None else WORLDS,
                bool((steps >= 0).all() or (steps <= 0).all()),
            )
        )
    return found


def _noise(result: SweepResult, odds: Floats) -> Callable[[Places, Places], float]:
    """A bound on the standard error of the difference of mean odds between two rows of points, matched one by one.

    The points share their worlds, so that averaging over them adds none: the errors are averaged, not their squares.
    Two points part in no more worlds than each parts from the reference, where they share one; that, with one world
    added, or the error of two separate samples, whichever is less.
    """
    worlds = np.array([found.worlds for found in result.results], dtype=np.float64)
    smoothed = (odds * worlds + 1.0) / (worlds + 2.0)
    alone = smoothed * (1.0 - smoothed) / np.maximum(worlds, 1.0)
    shared = result.reference is not None and not result.reference.against
    parted = np.array(
        [found.paired.only_a + found.paired.only_b if shared and found.paired else math.inf for found in result.results]
    )

    def noise(a: Places, b: Places) -> float:
        fewest = np.minimum(worlds[a], worlds[b])
        separate = np.sqrt(alone[a] + alone[b])
        together = np.sqrt(parted[a] + parted[b] + 1.0) / fewest
        return float(np.minimum(separate, together).mean())

    return noise


def _by_groups(result: SweepResult, odds: Floats) -> list[Mover]:
    known = np.flatnonzero(~np.isnan(odds))
    size = max(len(known) // GROUPS, LEAST_GROUP)
    columns = {
        place: [result.results[point].setting[place] for point in known]
        for place, key in enumerate(result.keys)
        if key.numeric
    }
    varied = {place: column for place, column in columns.items() if len(set(column)) > 1}
    if len(known) < 2 * size or not varied:
        return []
    from scipy.stats import t

    # Student's, with the fewest degrees of freedom that the difference of two means of ``size`` may have
    bound = float(t.ppf(1.0 - (1.0 - LEVEL) / (2 * len(varied)), size - 1))
    found = []
    for place, column in varied.items():
        values = np.array(column, dtype=np.float64)
        order = np.argsort(values, kind="stable")
        low, high = order[:size], order[-size:]
        a, b = odds[known[low]], odds[known[high]]
        noise = math.sqrt((float(a.var(ddof=1)) + float(b.var(ddof=1))) / size)
        found.append(
            Mover(
                result.points.keys[place],
                float(values[low].mean()),
                float(values[high].mean()),
                float(a.mean()),
                float(b.mean()),
                abs(float(b.mean() - a.mean())) > bound * noise > 0.0,
                POINTS,
            )
        )
    return found
