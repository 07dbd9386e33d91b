"""Where a difference that is known with noise passes through zero: root finding on shared draws, with an interval.

Given the worlds, the mean of a paired difference is a plain function of the number that moves, so that its roots are
found by bracketing on a coarse grid and Brent's method (Brent 1973, *Algorithms for Minimization without Derivatives*,
ch. 4). How far other worlds would have moved a root is told by inverting the test at every value: the values at which
the interval of the difference includes zero are those that the root cannot be told from (Neyman 1937, Phil. Trans. R.
Soc. A 236: 333-380). A root that wiggles are made of stands inside a stretch of this kind and is no finding; a crossing
is one where the difference has one sign for sure on one side of the stretch and the other sign on the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.crossing import crossings
from escalation.analysis.intervals import LEVEL, z_of

Floats = NDArray[np.float64]
Pair = Callable[[float], tuple[Floats, Floats]]
"""A value of the number -> the outcome in each unit (worlds, or draws) of the two sides, (units,) each."""

TOLERANCE: Final = 1e-3
"""Of the range: how closely a root is told. The interval is wider in all but enormous runs."""
MOST_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One value: the odds of both sides, and ``difference`` (a less b) with its 95 % interval."""

    value: float
    odds_a: float
    odds_b: float
    difference: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 where a is more dangerous for sure, -1 where b is, 0 where they cannot be told apart."""
        return int(self.low > 0.0) - int(self.high < 0.0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values from ``low`` to ``high`` throughout which ``sign`` is that of the points in it (see ``CurvePoint``)."""

    low: float
    high: float
    sign: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A break-even: ``value``, and the ``low`` and ``high`` values between which other worlds would put it, at 95 %.

    ``below`` and ``above`` are the signs of the difference on its two sides. Where one is 0 the range ends before the
    difference can be told from zero: the sample's curve crosses here, and that is not shown to be more than chance;
    the bound on that side is None.
    """

    value: float
    low: float | None
    high: float | None
    below: int
    above: int

    @property
    def shown(self) -> bool:
        """Whether the difference has opposite signs on the two sides for sure."""
        return self.below * self.above == -1


@dataclass(frozen=True)
class Curve:
    """The difference over the range: ``points`` by rising value, the ``stretches`` that fill it, the ``crossings``."""

    points: tuple[CurvePoint, ...]
    stretches: tuple[Stretch, ...]
    crossings: tuple[Crossing, ...]

    def to_json(self) -> dict[str, Any]:
        """``{crossings, stretches, points}``."""
        return {
            "crossings": [
                {
                    "value": crossing.value,
                    "low": crossing.low,
                    "high": crossing.high,
                    "shown": crossing.shown,
                    "sign_below": crossing.below,
                    "sign_above": crossing.above,
                }
                for crossing in self.crossings
            ],
            "stretches": [{"low": part.low, "high": part.high, "sign": part.sign} for part in self.stretches],
            "points": [
                {
                    "value": point.value,
                    "odds_a": point.odds_a,
                    "odds_b": point.odds_b,
                    "difference": point.difference,
                    "low": point.low,
                    "high": point.high,
                    "sign": point.sign,
                }
                for point in self.points
            ],
        }


def locate(pair: Pair, grid: Sequence[float], *, log: bool = False, unseen: float = 0.0) -> Curve:
    """Look at ``pair`` on a rising ``grid`` of two values or more, then closer wherever the difference passes zero.

    ``log``: lines between points are drawn in the logarithm of the value. ``unseen``: a standard error of the
    difference beside that which its units show (``chances.unseen``).
    """
    search = _Search(pair, log, unseen)
    for value in grid:
        search.at(value)
    for low, high in search.brackets():
        search.root(low, high)
    search.sharpen()
    points = search.points()
    return Curve(points, tuple(_stretches(points, log)), tuple(_crossings(points, log)))


class _Search:
    """Every value looked at so far."""

    def __init__(self, pair: Pair, log: bool, unseen: float) -> None:
        self._unseen = unseen
        self._pair = pair
        self._log = log
        self._seen: dict[float, CurvePoint] = {}

    def at(self, value: float) -> CurvePoint:
        if value not in self._seen:
            a, b = self._pair(value)
            difference = a - b
            middle = float(difference.mean())
            error = float(difference.std(ddof=1)) / math.sqrt(len(difference))
            half = z_of(LEVEL) * math.hypot(error, self._unseen)
            self._seen[value] = CurvePoint(
                value, float(a.mean()), float(b.mean()), middle, middle - half, middle + half
            )
        return self._seen[value]

    def points(self) -> tuple[CurvePoint, ...]:
        return tuple(self._seen[value] for value in sorted(self._seen))

    def brackets(self) -> list[tuple[float, float]]:
        """Of each run of points that are not told from zero, with its two neighbours, the change of sign to report."""
        points = self.points()
        found = []
        for first, last in _runs(points):
            run = [point for point in points[first : last + 1] if point.difference != 0.0]
            changes = [(p, q) for p, q in pairwise(run) if p.difference * q.difference < 0.0]
            if changes and (points[first].sign or points[last].sign):
                p, q = changes[_chosen(points[first].sign, points[last].sign, len(changes))]
                found.append((p.value, q.value))
        return found

    def root(self, low: float, high: float) -> None:
        """Close in on a root between two values at which the difference has opposite signs."""
        from scipy.optimize import brentq

        known = self.points()
        span = _flat(known[-1].value, self._log) - _flat(known[0].value, self._log)

        def height(x: float) -> float:
            return self.at(_back(x, self._log, low, high)).difference

        brentq(
            height,
            _flat(low, self._log),
            _flat(high, self._log),
            xtol=TOLERANCE * span,
            rtol=1e-12,
            maxiter=MOST_STEPS,
            disp=False,
        )

    def sharpen(self) -> None:
        """Look once at each end of the interval of each crossing, where it lies between two points."""
        for crossing in _crossings(self.points(), self._log):
            for edge in (crossing.low, crossing.high):
                if edge is not None:
                    self.at(edge)


def _flat(value: float, log: bool) -> float:
    return math.log(value) if log else value


def _back(x: float, log: bool, low: float, high: float) -> float:
    return min(max(math.exp(x) if log else x, low), high)


def _runs(points: Sequence[CurvePoint]) -> list[tuple[int, int]]:
    """First and last place of each run of points without a sign, with the neighbours that have one, if any.

    Neighbours of opposite signs with nothing between them are a run too.
    """
    signs = [point.sign for point in points]
    found = []
    place = 0
    while place < len(points) - 1:
        if signs[place] != 0 and signs[place + 1] == signs[place]:
            place += 1
            continue
        last = place + 1
        while last < len(points) - 1 and signs[last] == 0:
            last += 1
        found.append((place, last))
        place = last
    return found


def _edge(outer: CurvePoint, inner: CurvePoint, log: bool) -> float:
    """Where the bound that excludes zero at ``outer`` reaches it, on the line to ``inner``."""
    bounds = (outer.low, inner.low) if outer.sign > 0 else (outer.high, inner.high)
    part = bounds[0] / (bounds[0] - bounds[1])
    low, high = sorted((outer.value, inner.value))
    return _back(_flat(outer.value, log) * (1.0 - part) + _flat(inner.value, log) * part, log, low, high)


def _ends(points: Sequence[CurvePoint], first: int, last: int, log: bool) -> tuple[float | None, float | None]:
    """Between which values the points of a run are not told from zero; None where the range ends in the run."""
    low = _edge(points[first], points[first + 1], log) if points[first].sign else None
    high = _edge(points[last], points[last - 1], log) if points[last].sign else None
    return low, high


def _crossings(points: Sequence[CurvePoint], log: bool) -> list[Crossing]:
    found = []
    for first, last in _runs(points):
        below, above = points[first].sign, points[last].sign
        if below != 0 and below == above:
            continue
        run = points[first : last + 1]
        roots = crossings([_flat(point.value, log) for point in run], [point.difference for point in run])
        if not roots or not (below or above):
            continue
        low, high = _ends(points, first, last, log)
        value = _back(roots[_chosen(below, above, len(roots))], log, run[0].value, run[-1].value)
        found.append(Crossing(value, low, high, below, above))
    return found


def _chosen(below: int, above: int, count: int) -> int:
    """Which of ``count`` roots of a run stands for all: the middle one, or that next to the only side with a sign."""
    return count // 2 if below and above else 0 if below else count - 1


def _stretches(points: Sequence[CurvePoint], log: bool) -> list[Stretch]:
    """The whole range, cut where the sign of the points changes."""
    found: list[Stretch] = []
    begin = points[0].value
    for first, last in _runs(points):
        low, high = _ends(points, first, last, log)
        if low is not None:
            found.append(Stretch(begin, low, points[first].sign))
        begin = points[-1].value if high is None else high
        found.append(Stretch(points[0].value if low is None else low, begin, 0))
    if points[-1].sign != 0:
        found.append(Stretch(begin, points[-1].value, points[-1].sign))
    return found
