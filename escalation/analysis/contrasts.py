"""Whether the odds at two values of a key of a grid differ by more than the luck of their worlds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = Callable[[int], NDArray[np.bool_] | None]
"""Which worlds of a point came to war, (worlds,); None where some of them are missing."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A key of a grid: its place, and the points, (values, settings of the other keys) of which all have odds.

    ``along`` is the mean odds at each value; ``least`` and ``most`` are the values where they are so.
    """

    place: int
    points: NDArray[np.intp]
    along: Floats

    @property
    def least(self) -> int:
        """The value with the least mean odds, by its place on the axis."""
        return int(self.along.argmin())

    @property
    def most(self) -> int:
        """The value with the greatest, by its place on the axis."""
        return int(self.along.argmax())


@dataclass(frozen=True, slots=True)
class Contrast:
    """The odds at the value ``most`` of the key at ``place`` less those at ``least``, in the ``worlds`` common to both.

    ``z`` is how many standard errors that is, were there no difference.
    """

    place: int
    least: int
    most: int
    worlds: int
    z: float


def axes_of(odds: Floats, shape: Sequence[int]) -> Iterator[Axis]:
    """The keys of a grid that take more than one value; settings at which a point has no odds (NaN) are left out."""
    places = np.arange(math.prod(shape)).reshape(shape)
    for axis, length in enumerate(shape):
        points = np.moveaxis(places, axis, 0).reshape(length, -1)
        points = points[:, ~np.isnan(odds[points]).any(axis=0)]
        if length > 1 and points.shape[1] > 0:
            yield Axis(axis, points, odds[points].mean(axis=1))


def contrasts(odds: Floats, shape: Sequence[int], bits: Bits) -> tuple[Contrast, ...]:
    """Each key's greatest mean odds against its least, world by world, over a grid.

    A key is left out where worlds of one of its points are missing.
    """
    found = []
    for axis in axes_of(odds, shape):
        high, low = (_wars(axis.points[value], bits) for value in (axis.most, axis.least))
        if high is not None and low is not None:
            n = min(len(high), len(low))
            found.append(Contrast(axis.place, axis.least, axis.most, n, clustered(high[:n] - low[:n])))
    return tuple(found)


def clustered(differences: NDArray[np.int64]) -> float:
    """The statistic of matched pairs in clusters, standard normal where there is no difference; 0 where none differs.

    Each world is a cluster, and its pairs are the settings of the other keys: ``differences`` (worlds,) counts those
    with war at one value alone less those with war at the other alone. All points have the same worlds, which are
    independent: the sum over worlds is set against the root of its squares (Durkalski, Palesch, Lipsitz and Rust 2003,
    Statistics in Medicine 22: 2417-2428; of one pair a world it is McNemar's test). It can be no greater than the root
    of the number of worlds in which something differs.
    """
    squares = float((differences * differences).sum())
    return float(differences.sum()) / math.sqrt(squares) if squares > 0.0 else 0.0


def _wars(points: NDArray[np.intp], bits: Bits) -> NDArray[np.int64] | None:
    """At how many of ``points`` each world came to war, over the worlds that all have."""
    total: NDArray[np.int64] | None = None
    for point in points.tolist():
        war = bits(point)
        if war is None:
            return None
        if total is None:
            total = war.astype(np.int64)
        else:
            n = min(len(total), len(war))
            total = total[:n] + war[:n]
    return total
