"""Intervals for shares, means, ratios and paired differences: every number is printed with one of these."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[Any]

LEVEL = 0.95
_LEAST: Final = 1e-12
"""Shape of a gamma law that is next to nothing at all but the very end of its upper tail."""
UNSEEN: Final = 2.0
"""Sum of chances of the one world that is added to those seen before an upper bound is taken: see ``chances``."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``n`` with its interval at ``level``; all between 0 and 1."""

    odds: float
    low: float
    high: float
    level: float
    count: int
    n: int

    def to_json(self) -> dict[str, float]:
        """``{odds, low, high}``."""
        return {"odds": self.odds, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean (or ratio) over ``n`` worlds with its interval at ``level``, in the quantity's own unit."""

    value: float
    low: float
    high: float
    level: float
    n: int


def z_of(level: float) -> float:
    """The standard normal quantile that leaves ``level`` between it and its negative. Raises ``ValueError``."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: {level}; legal: between 0 and 1")
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def wilson(successes: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927, JASA 22: 209-212): (low, high), inside [0, 1].

    Raises ``ValueError`` unless 0 <= successes <= n and n >= 1.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n}: legal is 0 <= successes <= n, n >= 1")
    z = z_of(level)
    p = successes / n
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else (middle - half) / (1 + z * z / n)
    high = 1.0 if successes == n else (middle + half) / (1 + z * z / n)
    return max(low, 0.0), min(high, 1.0)


def share(happened: NDArray[np.bool_], level: float = LEVEL) -> Share:
    """The share of worlds in which something ``happened`` (worlds,), with its Wilson interval."""
    return counted(int(happened.sum()), len(happened), level)


def counted(count: int, n: int, level: float = LEVEL) -> Share:
    """``count`` of ``n`` worlds with the Wilson interval. Raises ``ValueError`` as ``wilson`` does."""
    low, high = wilson(count, n, level)
    return Share(count / n, low, high, level, count, n)


def mean(values: Numbers, level: float = LEVEL) -> Estimate:
    """Mean of per-world ``values`` (worlds,) with a normal interval; one world has no spread."""
    n = len(values)
    middle = float(values.mean())
    half = z_of(level) * float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf
    return Estimate(middle, middle - half, middle + half, level, n)


def mean_of_sums(n: int, total: float, squares: float, level: float = LEVEL) -> Estimate:
    """As ``mean``, from the number of worlds, the sum of their values and the sum of the squares."""
    middle = total / n
    spread = math.sqrt(max(squares - total * middle, 0.0) / (n - 1)) if n > 1 else math.inf
    half = z_of(level) * spread / math.sqrt(n)
    return Estimate(middle, middle - half, middle + half, level, n)


def chances(n: int, total: float, squares: float, level: float = LEVEL, unseen: float = UNSEEN) -> Estimate:
    """The odds of war from ``n`` worlds' sums of chances of war: their ``total`` and the sum of their ``squares``.

    Few worlds may carry most of the sum, so that a normal interval is far too narrow until they are met. This one is
    the gamma interval of Fay and Feuer (1997, Statistics in Medicine 16: 791-801), about the mean: the sum is taken to
    be gamma distributed with the mean and variance seen, of the worlds and one more, of no chance of war for the lower
    bound and of ``unseen`` for the upper one. Where few of many worlds have a sum of 1, the others 0, and
    ``unseen`` is 1, it is the exact Poisson interval; where many worlds carry the sum it is the normal one.

    The sum of a world that is bound for war has mean 1 and, since it lives through chances that add up to h with
    probability exp(-h) at most, no heavier tail than an exponential: ``UNSEEN`` is 2, with which even those worlds are
    held (tests/analysis/test_intervals.py; with 1 the upper bound misses them twice as often as it should). Nothing
    narrower than about 7 / n above 0 can hold where no world came near war. Raises ``ValueError`` for no worlds.
    """
    if n < 1:
        raise ValueError(f"worlds: {n}; legal: 1 or more")
    from scipy.special import gammainccinv, gammaincinv

    z_of(level)
    tail, value = (1.0 - level) / 2.0, total / n

    def of(extra: float, quantile: Any) -> float:
        middle = total + extra
        spread = max(squares + extra * extra - middle * middle / (n + 1), 0.0)
        scale = spread / middle if middle > 0.0 else 0.0
        return middle if scale <= 0.0 else float(quantile(max(middle / scale, _LEAST), tail)) * scale

    low, high = of(0.0, gammaincinv) / n, of(unseen, gammainccinv) / (n + 1)
    return Estimate(value, min(low, value), max(min(high, 1.0), value), level, n)


def chances_of(sums: Numbers, level: float = LEVEL, unseen: float = UNSEEN) -> Estimate:
    """As ``chances``, from the sums themselves, (worlds,)."""
    return chances(len(sums), float(sums.sum()), float((sums * sums).sum()), level, unseen)


def mean_of_groups(sizes: Numbers, sums: Numbers, level: float = LEVEL) -> Estimate:
    """Mean over all worlds from the ``sums`` over groups of them (groups,), with an interval that needs no more.

    Whatever the worlds of a group share (a sampled order, say) is noise too, and is in it: the spread is that between
    the groups, which are independent, and the interval Student's with one degree fewer than there are groups (Cochran
    1977, 9A.2). One group has no spread.
    """
    groups, n = len(sizes), int(sizes.sum())
    middle = float(sums.sum()) / n
    half = math.inf
    if groups > 1:
        from scipy.special import stdtrit

        z_of(level)
        off = sums - middle * sizes
        error = math.sqrt(float((off * off).sum()) * groups / (groups - 1)) / n
        half = float(stdtrit(groups - 1, 0.5 + level / 2.0)) * error
    return Estimate(middle, middle - half, middle + half, level, n)


def ratio(top: Numbers, bottom: Numbers, times: float = 1.0, level: float = LEVEL) -> Estimate:
    """``times`` sum(top) / sum(bottom) over worlds, (worlds,) each, clipped at 0.

    The interval is the linearised one of a ratio estimator (Cochran 1977, *Sampling Techniques*, 6.4). Raises
    ``ValueError`` where the bottom sums to 0.
    """
    n, base = len(top), float(bottom.mean())
    if base <= 0.0:
        raise ValueError("a ratio to nothing")
    value = float(top.mean()) / base
    half = math.inf
    if n > 1:
        half = z_of(level) * float((top - value * bottom).std(ddof=1)) / math.sqrt(n) / base
    return Estimate(times * value, max(times * (value - half), 0.0), times * (value + half), level, n)


def newcombe(both: int, only_a: int, only_b: int, neither: int, level: float = LEVEL) -> tuple[float, float]:
    """Interval (low, high) of the paired difference P(b) - P(a) from the four counts of pairs.

    Method 10 of Newcombe (1998, Statistics in Medicine 17: 2635-2650): two Wilson intervals, joined with the
    correlation of the pairs, corrected for continuity where it is positive. Raises ``ValueError`` without pairs.
    """
    n = both + only_a + only_b + neither
    a, b = both + only_a, both + only_b
    p_a, p_b = (a / n, b / n) if n > 0 else (0.0, 0.0)
    low_a, high_a = wilson(a, n, level)
    low_b, high_b = wilson(b, n, level)
    agreement = float(both * neither - only_a * only_b)
    if agreement > 0.0:
        agreement = max(agreement - n / 2.0, 0.0)
    margins = a * (n - a) * b * (n - b)
    phi = agreement / math.sqrt(margins) if margins > 0 else 0.0
    down_b, up_b, down_a, up_a = p_b - low_b, high_b - p_b, p_a - low_a, high_a - p_a
    below = down_b**2 - 2 * phi * down_b * up_a + up_a**2
    above = up_b**2 - 2 * phi * up_b * down_a + down_a**2
    difference = p_b - p_a
    low, high = difference - math.sqrt(max(below, 0.0)), difference + math.sqrt(max(above, 0.0))
    return max(low, -1.0), min(high, 1.0)


def quantile(values: Numbers, share: float, least: float, most: float, level: float = LEVEL) -> Estimate:
    """The value below which a ``share`` of what was drawn lies, from independent draws (draws,).

    The interval needs no law: its ends are order statistics, by the binomial number of draws that lie below the true
    value (David and Nagaraja 2003, *Order Statistics*, 7.1); where the draws are too few, ``least`` and ``most``, which
    no value can pass. An error that all draws share, and that shifts them together, is not in it. Raises ``ValueError``
    for no draws.
    """
    n = len(values)
    low, high = ends_of_quantile(n, share, level)
    ordered = [least, *np.sort(values).tolist(), most]
    return Estimate(float(np.quantile(values, share)), ordered[low], ordered[high], level, n)


def ends_of_quantile(n: int, share: float, level: float = LEVEL) -> tuple[int, int]:
    """Which of ``n`` draws in order, from 1, are the ends of the interval of ``quantile``.

    0 or n + 1 where the draws are too few for one of them to be that end. Raises ``ValueError`` for no draws.
    """
    if n < 1:
        raise ValueError(f"draws: {n}; legal: 1 or more")
    from scipy.stats import binom

    z_of(level)
    tail = (1.0 - level) / 2.0
    return int(binom.ppf(tail, n, share)), int(binom.ppf(1.0 - tail, n, share)) + 1
