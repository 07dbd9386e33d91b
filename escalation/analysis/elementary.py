"""Morris screening of a noisy quantity: elementary effects on paired draws, with the noise taken out.

A trajectory starts at a random point and moves one factor at a time, in random order, to another quarter of its
distribution (after Morris 1991, Technometrics 33: 161-174; he always moves by half of a grid, which misses whatever
repeats itself over half of the range, so that here the quarter and the place in it are random). All points of a
trajectory are run in the same worlds, and each trajectory in worlds of its own, so that trajectories are independent of
each other. The size of an effect is the root of its mean square, worked out over pairs of different worlds; the usual
mean of absolute effects (Campolongo, Cariboni and Saltelli 2007, Env. Modelling & Software 22: 1509-1518) takes noise
for effect and is given beside it.

The *dummy* is a factor that does nothing to the crisis: where it moves, the rest of the trajectory is run in other
worlds. What it seems to do is noise, and at its largest, for the worlds of a real factor are shared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.chances import Response, squares_without_noise

Floats = NDArray[np.float64]

LEVELS = 4
"""Quarters of each distribution; a move goes to another of them."""


@dataclass(frozen=True)
class Elementary:
    """Effects by trajectory and factor, the dummy last: ``effects`` and ``squares`` (trajectories, factors + 1).

    An effect is that of raising the factor (its first number, where it holds several). ``squares`` are free of noise
    (and may come out below zero); ``base`` (trajectories,) is the quantity at the starts.
    """

    effects: Floats
    squares: Floats
    base: Floats


def elementary(
    response: Response, groups: Sequence[Sequence[int]], trajectories: int, worlds: int, seed: int
) -> Elementary:
    """Elementary effects of factors, each of which moves the coordinates in its group; two ``worlds`` or more."""
    rng = np.random.default_rng([seed, 0x4D6F72])
    factors, keys = len(groups), sum(len(group) for group in groups)
    points = np.empty((trajectories, factors + 2, keys))
    first = np.empty((trajectories, factors + 2), dtype=np.int64)
    order = np.array([rng.permutation(factors + 1) for _ in range(trajectories)])
    for t in range(trajectories):
        level = rng.integers(0, LEVELS, keys) + rng.random(keys)
        luck = 2 * t * worlds
        points[t, 0], first[t, 0] = level, luck
        for step, factor in enumerate(order[t]):
            if factor == factors:
                luck += worlds
            else:
                places = list(groups[factor])
                level[places] = (level[places] + rng.integers(1, LEVELS, len(places))) % LEVELS
            points[t, step + 1], first[t, step + 1] = level, luck
    found = response(points.reshape(-1, keys) / LEVELS, first.ravel()).reshape(trajectories, factors + 2, worlds)
    moves = np.diff(found, axis=1)
    heads = [group[0] for group in groups]
    effects, squares = np.empty((trajectories, factors + 1)), np.empty((trajectories, factors + 1))
    for t in range(trajectories):
        effects[t, order[t]] = moves[t].mean(axis=1)
        squares[t, order[t]] = squares_without_noise(moves[t])
        effects[t, :factors] *= np.where(points[t, -1, heads] > points[t, 0, heads], 1.0, -1.0)
    return Elementary(effects, squares, found[:, 0].mean(axis=1))


def root(square: float) -> float:
    """The root, of nothing where noise has made a square negative."""
    return math.sqrt(max(square, 0.0))
