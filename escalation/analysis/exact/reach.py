"""What a measure of the odds could have told from the exact ones: a verdict says nothing unless it could be the other.

A simulator that errs has odds of its own. A measure finds it out where the exact odds come out outside the interval
about what it measures. The *reach* of a measure is the odds, on either side of the exact ones, from which on that
happens 19 times in 20 (``SURE``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from escalation.analysis.intervals import Estimate, wilson

SURE: Final = 0.95
"""Chance with which odds beyond the reach come out outside."""
TOLD: Final = 10.0
"""A measure can tell where odds so many times too high, and so many times too low, are beyond its reach."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Odds ``below`` and ``above`` the exact ones, from which on an error is found out; 0 and infinity if none are."""

    below: float
    above: float

    def tells(self, exact: float) -> bool:
        """Whether odds ``TOLD`` times too high, and as many times too low, would be found out; 0 cannot be too low."""
        if exact <= 0.0:
            return math.isfinite(self.above)
        return self.below * TOLD >= exact and self.above <= exact * TOLD


def of_count(exact: float, lost: float, n: int, level: float) -> Reach:
    """The reach of wars counted in ``n`` worlds, with Wilson's interval; the exact odds may be too low by ``lost``."""
    from scipy.stats import beta

    few = _first(n, lambda count: wilson(count, n, level)[1] >= exact)  # counts below it are too few
    many = _first(n, lambda count: wilson(count, n, level)[0] > exact + lost)
    below = float(beta.ppf(1.0 - SURE, few, n - few + 1)) if few > 0 else 0.0
    above = float(beta.ppf(SURE, many, n - many + 1)) if many <= n else math.inf
    return Reach(below, above)


def of_scale(exact: float, lost: float, found: Estimate, usual: Estimate) -> Reach:
    """The reach of weighted sums of chances, whose intervals grow and shrink with them.

    ``found`` is the estimate with the interval that it is judged by, ``usual`` the same with one that it leaves one
    time in twenty on either side. Both are taken to scale with the odds, which holds for an error that makes every way
    to war more or less likely alike.
    """
    if min(found.low, usual.low) <= 0.0:
        return Reach(0.0, math.inf)
    value = found.value
    return Reach(
        value * exact / found.high * value / usual.high, value * (exact + lost) / found.low * value / usual.low
    )


def _first(n: int, holds: Callable[[int], bool]) -> int:
    """The least count from 0 to ``n`` for which ``holds`` is true, being so from there on; n + 1 if it is for none."""
    least, most = 0, n + 1
    while least < most:
        middle = (least + most) // 2
        if holds(middle):
            most = middle
        else:
            least = middle + 1
    return least
