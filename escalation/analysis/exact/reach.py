"""What a measure of the odds could have told from the exact ones: a verdict says nothing unless it could be the other.

A simulator that errs has odds of its own. A measure finds it out where the exact odds come out outside the interval
about what it measures. The *reach* of a measure is the odds nearest to the exact ones, on either side, with which that
happens 19 times in 20 (``SURE``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from escalation.analysis.intervals import Floats, chances, wilson
from escalation.analysis.rare import HEAVIER, odds_of

SURE: Final = 0.95
"""Chance with which odds beyond the reach come out outside."""
TOLD: Final = 10.0
"""A measure can tell where odds so many times too high, and so many times too low, are beyond its reach."""
PART: Final = (1.0 - SURE) / 2.0
"""Chance that odds too low by fewer roots are missed for their number; as much again for the weight of the heaviest."""
TOP: Final = 10
"""Heaviest roots by which the weight of others not seen is foreseen."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Odds ``below`` and ``above`` the exact ones, at which an error is found out; 0 and infinity if it is nowhere.

    Beyond ``above`` it is found out too. So it is beyond ``below`` or, where splitting meets nothing that leads to war,
    left without a verdict: of a measure that saw nothing both are 0 and infinity.
    """

    below: float
    above: float

    def tells(self, exact: float) -> bool:
        """Whether odds ``TOLD`` times too high and too low are beyond the reach; 0 cannot be too low."""
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


def of_roots(exact: float, lost: float, sums: Floats, level: float) -> Reach:
    """The reach of odds by splitting, from the ``sums`` (roots,) of those split; the exact odds may be too low by
    ``lost``.

    Odds are too low where fewer roots carry them, and the fewer, the wider is the interval about them: see ``_fewer``.
    Too high, they are so by more roots, or by heavier ones; the latter is the harder to see, for the interval grows
    with them, and is what ``above`` supposes.
    """
    found, usual = odds_of(sums, level), odds_of(sums, 2.0 * SURE - 1.0)  # the latter is left one time in 20 each way
    above = math.inf
    if min(found.low, usual.low) > 0.0:
        above = found.value * (exact + lost) / found.low * found.value / usual.low
    return Reach(_fewer(exact, sums, level), above)


def _fewer(exact: float, sums: Floats, level: float) -> float:
    """The highest odds that are found out to be too low, had fewer roots such a weight as those of ``sums``; 0 if none.

    What carries the odds is taken for equal roots, as many as have the mean and the variance of ``sums`` (the effective
    number of Kish 1965: the sum squared over the sum of squares), in a Poisson number; how heavy the heaviest may be is
    foreseen by ``_heaviest``. Found out are numbers from one to the most whose interval ends below ``exact``: of none
    at all the interval is that of roots of which nothing is known.
    """
    from scipy.optimize import brentq
    from scipy.special import gammainc, gammaincinv, gammaln

    n, total, squares = len(sums), float(sums.sum()), float((sums * sums).sum())
    if total <= 0.0:
        return 0.0
    weight = squares / total

    def high(count: int) -> float:
        unseen = HEAVIER * _heaviest(sums, count * weight / total)
        return chances(n, count * weight, count * weight * weight, level, unseen).high

    most = _first(n, lambda count: count > 0 and high(count) >= exact) - 1
    if most < 1:
        return 0.0

    def spare(expected: float) -> float:
        return float(PART - gammainc(most + 1, expected)) - math.exp(-expected)

    likeliest = math.exp(float(gammaln(most + 1)) / most)  # to come to one or more, and to ``most`` at most
    if spare(likeliest) < 0.0:
        return 0.0
    too_many = float(gammaincinv(most + 1, 2.0 * PART))
    return float(brentq(spare, likeliest, too_many)) * weight / n


def _heaviest(sums: Floats, share: float) -> float:
    """What the heaviest of ``share`` times as many roots exceeds with chance ``PART``, if above the ``TOP`` heaviest of
    ``sums`` weights fall off like a power (Hill 1975; Weissman 1978): another simulator's may be heavier than any seen.
    """
    heavy = np.sort(sums[sums > 0.0])[::-1]
    top = min(TOP, len(heavy) - 1)
    if top < 1:
        return float(heavy[0])
    power = float(np.log(heavy[:top] / heavy[top]).mean())
    return float(max(heavy[0], heavy[top] * (top * share / PART) ** power))


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
