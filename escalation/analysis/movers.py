"""Which of the keys that vary move the odds of war, and by how much, as far as that is told from noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.intervals import LEVEL, z_of
from escalation.analysis.sweep_result import SweepResult

GROUPS: Final = 5
"""A sample is split into this many groups of points by each key; the first and last are set side by side."""
LEAST_GROUP: Final = 4

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Mover:
    """A key's effect: the mean ``odds_low`` where it is at ``low``, and ``odds_high`` at ``high``.

    On a grid these are the two values of the axis with the least and the greatest mean odds over the other axes; in a
    sample or a list the mean of the key in its lowest and highest fifth. ``told``: whether they differ by more than
    noise, at 95 % over all keys together. ``monotone``: whether the odds go one way along the axis.
    """

    key: str
    low: object
    high: object
    odds_low: float
    odds_high: float
    told: bool
    monotone: bool = True

    @property
    def size(self) -> float:
        """How far apart the odds are."""
        return abs(self.odds_high - self.odds_low)


def movers(result: SweepResult) -> list[Mover]:
    """The effect of every key that takes more than one value, largest first; those told from noise before the rest.

    Points without worlds are left out.
    """
    odds = result.odds[:, 0]
    if np.isnan(odds).all():
        return []
    found = _by_groups(result, odds) if result.points.shape is None else _along_axes(result, odds)
    return sorted(found, key=lambda mover: (not mover.told, -mover.size))


def _along_axes(result: SweepResult, odds: Floats) -> list[Mover]:
    shape = result.points.shape or ()
    varied = [axis for axis, length in enumerate(shape) if length > 1]
    noise = _noise(result, odds)
    places = np.arange(math.prod(shape)).reshape(shape)
    found = []
    for axis in varied:
        # (values of the axis, settings of the others), without the settings at which a point has no worlds
        rows = np.moveaxis(places, axis, 0).reshape(shape[axis], -1)
        rows = rows[:, ~np.isnan(odds[rows]).any(axis=0)]
        if rows.shape[1] == 0:
            continue
        along = odds[rows].mean(axis=1)
        least, most = int(along.argmin()), int(along.argmax())
        first, last = sorted((least, most))
        values = result.points.axes()[axis]
        # the two are the extremes of many: every pair of values of every axis might have been told apart
        pairs = len(varied) * math.comb(len(values), 2)
        steps = np.diff(along)
        found.append(
            Mover(
                result.points.keys[axis],
                values[first],
                values[last],
                float(along[first]),
                float(along[last]),
                float(along[most] - along[least]) > z_of(1.0 - (1.0 - LEVEL) / pairs) * noise(rows[least], rows[most]),
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
        place: [result.points.settings[point][place] for point in known]
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
            )
        )
    return found
