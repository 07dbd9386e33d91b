"""PRIM: boxes in which something happens more often, found by peeling (Friedman and Fisher 1999, Statistics and
Computing 9: 123-143), and how sure one is of each of their sides (Bryant and Lempert 2010, Technological Forecasting
and Social Change 77: 34-49).

Where analysts choose a box on the peeling trajectory by eye, here the one with the largest weighted relative accuracy
is taken: its support times how much denser it is than the whole (Lavrac, Flach and Zupan 1999, ILP-99: 174-185).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PEEL: Final = 0.08
"""The part of the points in the box that one peel may take away."""
LEAST_SUPPORT: Final = 0.05
"""Peeling stops where fewer of all points than this would be left."""
LEAST_POINTS: Final = 15
DOUBT: Final = 0.05
"""A side is dropped whose quasi-p-value, times the number of sides, is larger."""


@dataclass(frozen=True, slots=True)
class Side:
    """What a box asks of one input: above ``low``, at or below ``high``; None where it asks nothing."""

    low: float | None = None
    high: float | None = None

    def holds(self, values: Floats) -> Bools:
        """Which of ``values`` (points,) lie within."""
        inside = np.ones(len(values), dtype=np.bool_)
        if self.low is not None:
            inside &= values > self.low
        if self.high is not None:
            inside &= values <= self.high
        return inside


Sides = Mapping[int, Side]
"""Input -> what a box asks of it; an input that is not there may be anything."""


def inside(values: Floats, sides: Sides, without: int | None = None) -> Bools:
    """Which points of ``values`` (points, inputs) lie in a box, ``without`` looking at one input, (points,)."""
    held = np.ones(len(values), dtype=np.bool_)
    for place, side in sides.items():
        if place != without:
            held &= side.holds(values[:, place])
    return held


def peel(values: Floats, target: Floats) -> dict[int, Side]:
    """The box of the peeling trajectory whose weighted relative accuracy is the largest; empty where none has any.

    ``values`` (points, inputs); ``target`` (points,), each from 0 to 1: the probability that the thing happens there.
    """
    base, total = float(target.mean()), len(target)
    least = max(LEAST_POINTS, int(LEAST_SUPPORT * total))
    sides: dict[int, Side] = {}
    held = np.ones(total, dtype=np.bool_)
    best: tuple[float, dict[int, Side]] = (0.0, {})
    while (found := _next(values, target, held, least)) is not None:
        place, side = found
        old = sides.get(place, Side())
        sides[place] = Side(
            old.low if side.low is None else side.low,
            old.high if side.high is None else side.high,
        )
        held &= side.holds(values[:, place])
        accuracy = float(held.mean()) * (float(target[held].mean()) - base)
        if accuracy > best[0]:
            best = (accuracy, dict(sides))
    return best[1]


def _next(values: Floats, target: Floats, held: Bools, least: int) -> tuple[int, Side] | None:
    """The peel that leaves the densest box, of the lower and the upper edge of every input; None if none gains.

    What is taken away is about ``PEEL`` of the box and no more; equal values stay together.
    """
    chosen, aims = values[held], target[held]
    count = len(aims)
    step = max(int(PEEL * count), 1)
    if count - step < least:
        return None
    best: tuple[float, int, Side] | None = None
    order = np.sort(chosen, axis=0)
    low, high = order[step - 1], order[count - step - 1]
    for keep, bounds, lower in ((chosen > low, low, True), (chosen <= high, high, False)):
        sizes = keep.sum(axis=0)
        means = (keep * aims[:, None]).sum(axis=0) / np.maximum(sizes, 1)
        means[(sizes < least) | (sizes == count)] = -1.0
        place = int(np.argmax(means))
        if means[place] > float(aims.mean()) and (best is None or means[place] > best[0]):
            bound = float(bounds[place])
            best = (float(means[place]), place, Side(low=bound) if lower else Side(high=bound))
    return None if best is None else (best[1], best[2])


def by_chance(target: Floats, held: Bools) -> float:
    """How often as many points taken blindly would have as high a mean of ``target`` as those that are ``held``.

    The quasi-p-value of Bryant and Lempert, who count labels of 0 and 1, for probabilities: the mean of a sample
    without replacement is about normal (Hajek 1960). Exact where all or none are held.
    """
    count, total = int(held.sum()), len(held)
    spread = float(target.std(ddof=1)) if total > 1 else 0.0
    if count in (0, total) or spread == 0.0:
        return 1.0
    error = spread * math.sqrt((1.0 / count) * (1.0 - count / total))
    return 0.5 * math.erfc((float(target[held].mean()) - float(target.mean())) / error / math.sqrt(2.0))


def quasi_p(values: Floats, target: Floats, sides: Sides, place: int) -> float:
    """How often chance alone would make a box as dense as it is if one of its sides were put anywhere."""
    wider = inside(values, sides, without=place)
    return by_chance(target[wider], inside(values, sides)[wider])


def pruned(values: Floats, target: Floats, sides: Sides) -> dict[int, Side]:
    """The box without the sides that could well be chance, the most doubtful dropped first.

    Of points that had no part in the search: on its own points a box has sides that only fit their noise.
    """
    kept = dict(sides)
    while kept:
        doubts = {place: quasi_p(values, target, kept, place) for place in kept}
        worst = max(doubts, key=lambda place: doubts[place])
        if doubts[worst] * len(sides) <= DOUBT:
            break
        del kept[worst]
    return kept
