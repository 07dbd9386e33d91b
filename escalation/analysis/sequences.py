"""Confidence sequences: intervals of the odds of war that hold at every look at once, so that a run may stop on them.

An interval for a fixed number of worlds (``analysis.intervals``) fails far more often than it says if it is looked at
until it is narrow enough. The intervals here hold, at the stated level, at all looks together, whatever makes the run
stop.

Two of them watch the same worlds, each with half of the error, and what both allow is reported (union bound):

- *counted*: wars among worlds. The likelihood of the worlds, mixed over all odds, over that at the true odds is a
  martingale, so by Ville's inequality it ever passes 1 / error with probability ``error`` at most, exactly, from the
  first world on (Robbins 1970, Annals of Mathematical Statistics 41: 1397-1409; Howard, Ramdas, McAuliffe and Sekhon
  2021, Annals of Statistics 49: 1055-1080). The mixture is Jeffreys' beta(1/2, 1/2).
- *conditional*: the mean of each world's sum of chances of war (``worlds.outcomes.Snapshot.war_sum``), unbiased for the
  same odds and, where war hangs on many small chances, far less noisy. Its interval is the asymptotic confidence
  sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024, Annals of Statistics 52: 2613-2640), theorem 2.2,
  used from ``FIRST_LOOK`` worlds on and tuned to be narrowest at ``PLANNED`` worlds.

"Asymptotic" is a promise about many worlds, and sums of chances are skewed: most of the odds may lie in a few worlds
that the first looks have not met, and then the spread that they see is far too small. So one world that was certain to
go to war is added to the sums before the interval is taken (in the manner of Agresti and Coull 1998, The American
Statistician 52: 119-126). Without it the interval misses the truth in up to nine runs of ten, with it in at most 2 in
100 of those for which it was tried (tests/analysis/test_sequences.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from escalation.analysis.intervals import LEVEL, Estimate, Share, z_of
from escalation.worlds.outcomes import Snapshot
from escalation.worlds.totals import Totals

Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats]

FIRST_LOOK: Final = 1024
"""Worlds at the first look, and the fewest for which the asymptotic interval is used."""
GROWTH: Final = 1.25
"""How many times as many worlds the next look has."""
PLANNED: Final = 10_000
"""Worlds at which the conditional interval is tuned to be narrowest: ten times fewer cost 23 % of width, more 6 %."""
_LEAST: Final = 1e-300
"""Odds next to 0, whose logarithm is still finite."""
_MOST: Final = 1.0 - 2.0**-53


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look has before it: ``n`` worlds, ``wars`` among them, and the sum and sum of squares of ``war_sum``."""

    n: int = 0
    wars: int = 0
    war_sum: float = 0.0
    war_sum_sq: float = 0.0

    @classmethod
    def of(cls, at: Snapshot) -> Seen:
        """What one snapshot of worlds shows."""
        chances = at.war_sum
        return cls(len(chances), int(at.war.sum()), float(chances.sum()), float((chances * chances).sum()))

    @classmethod
    def of_totals(cls, totals: Totals) -> Seen:
        """What the totals of a point show at the horizon."""
        week = totals.layout.weeks[-1]
        return cls(totals.n, totals.wars[week], totals.war_sum[week], totals.war_sum_sq[week])

    def __add__(self, other: Seen) -> Seen:
        """Both sets of worlds."""
        return Seen(
            self.n + other.n,
            self.wars + other.wars,
            self.war_sum + other.war_sum,
            self.war_sum_sq + other.war_sum_sq,
        )

    def odds(self, level: float = LEVEL) -> tuple[float, float]:
        """(low, high) of the odds of war, by both estimates together: see ``together``. (0, 1) without worlds."""
        if self.n == 0:
            return 0.0, 1.0
        low, high = together(self.n, self.wars, self.war_sum, self.war_sum_sq, level)
        return float(low), float(high)

    def half_width(self, level: float = LEVEL) -> float:
        """Half of the width of ``odds``."""
        low, high = self.odds(level)
        return (high - low) / 2.0

    def middle(self, level: float = LEVEL) -> float:
        """The middle of ``odds``: the one estimate that is as far from either end as ``half_width`` says."""
        low, high = self.odds(level)
        return (low + high) / 2.0

    def share(self, level: float = LEVEL) -> Share:
        """Wars among the worlds, with the interval of ``odds``. Raises ``ZeroDivisionError`` without worlds."""
        low, high = self.odds(level)
        return Share(self.wars / self.n, low, high, level, self.wars, self.n)

    def weighed(self, level: float = LEVEL) -> Estimate:
        """The conditional odds with their own interval. Raises ``ZeroDivisionError`` without worlds."""
        low, high = conditional(self.n, self.war_sum, self.war_sum_sq, level)
        value = self.war_sum / self.n
        return Estimate(value, min(float(low), value), max(float(high), value), level, self.n)


def counted(wars: ArrayLike, n: ArrayLike, level: float = LEVEL) -> Bounds:
    """(low, high) of the odds from ``wars`` of ``n`` worlds, arrays of one shape (or numbers); exact at every look.

    The bounds are where the log of the mixture martingale passes that of 1 / (1 - level), found by root finding on
    either side of wars / n, which they always hold. Raises ``ValueError`` unless 0 <= wars <= n and n >= 1.
    """
    from scipy.optimize.elementwise import find_root
    from scipy.special import betaln

    s, m = np.broadcast_arrays(np.asarray(wars, dtype=np.float64), np.asarray(n, dtype=np.float64))
    if np.any(m < 1) or np.any(s < 0) or np.any(s > m):
        raise ValueError("legal is 0 <= wars <= n, n >= 1")
    base = betaln(s + 0.5, m - s + 0.5) - betaln(0.5, 0.5) + math.log(_error(level))

    def passed(p: Floats, s: Floats, m: Floats, base: Floats) -> Floats:
        return np.asarray(base - s * np.log(p) - (m - s) * np.log1p(-p))

    def root(side: NDArray[np.bool_], left: Floats, right: Floats) -> Floats:
        found: Any = find_root(passed, (left[side], right[side]), args=(s[side], m[side], base[side]))
        if not np.all(found.success):
            raise ArithmeticError("a bound of a confidence sequence was not found")
        return np.asarray(found.x)

    middle = np.clip(s / m, _LEAST, _MOST)
    low, high = np.zeros(s.shape), np.ones(s.shape)
    some, spared = s > 0, s < m
    low[some] = root(some, np.full(s.shape, _LEAST), middle)
    high[spared] = root(spared, middle, np.full(s.shape, _MOST))
    return low, high


def conditional(
    n: ArrayLike, total: ArrayLike, total_sq: ArrayLike, level: float = LEVEL, *, certain: float = 1.0
) -> Bounds:
    """(low, high) of the odds from the sum and sum of squares over ``n`` worlds of their sums of chances.

    Arrays of one shape (or numbers). ``certain`` worlds that went to war for certain are added first (see the module).
    (0, 1) for fewer than FIRST_LOOK worlds.
    """
    worlds = np.asarray(n, dtype=np.float64) + certain
    mean = (np.asarray(total, dtype=np.float64) + certain) / worlds
    variance = np.maximum((np.asarray(total_sq, dtype=np.float64) + certain) / worlds - mean * mean, 0.0)
    error = _error(level)
    lived = worlds * _rho_squared(error)
    half = np.sqrt(variance * 2.0 * (lived + 1.0) / (worlds * lived) * np.log(np.sqrt(lived + 1.0) / error))
    used = np.asarray(n) >= FIRST_LOOK
    return np.where(used, np.maximum(mean - half, 0.0), 0.0), np.where(used, np.minimum(mean + half, 1.0), 1.0)


def counted_share(count: int, n: int, level: float = LEVEL) -> Share:
    """``count`` of ``n`` worlds in which something came about, with the interval of ``counted``."""
    low, high = counted(count, n, level)
    return Share(count / n, float(low), float(high), level, count, n)


def together(
    n: ArrayLike, wars: ArrayLike, total: ArrayLike, total_sq: ArrayLike, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """(low, high) of the odds by both estimates, each with half of the error: what both allow.

    It is widened to hold wars / n, the odds that are reported; where the two do not meet, it holds both.
    """
    each = 1.0 - _error(level) / 2.0
    by_count, by_chance = counted(wars, n, each), conditional(n, total, total_sq, each)
    low, high = np.maximum(by_count[0], by_chance[0]), np.minimum(by_count[1], by_chance[1])
    apart = low > high
    low = np.where(apart, np.minimum(by_count[0], by_chance[0]), low)
    high = np.where(apart, np.maximum(by_count[1], by_chance[1]), high)
    odds = np.asarray(wars, dtype=np.float64) / np.asarray(n, dtype=np.float64)
    return np.minimum(low, odds), np.maximum(high, odds)


def looks(most: int) -> Iterator[int]:
    """Worlds in all at each look: FIRST_LOOK, then GROWTH times as many, up to ``most``, which is the last."""
    number = 0
    while (worlds := math.ceil(FIRST_LOOK * GROWTH**number)) < most:
        yield worlds
        number += 1
    yield most


def enough_at(half_width: float) -> Callable[[Totals], bool]:
    """A rule for ``worlds.sweep``: whether a point's totals give its odds to within ``half_width``."""
    _checked(half_width)

    def enough(totals: Totals) -> bool:
        return Seen.of_totals(totals).half_width() <= half_width

    return enough


def fixed_worlds(odds: float, half_width: float, level: float = LEVEL) -> int:
    """The fewest worlds, fixed beforehand, whose Wilson interval at ``odds`` is as narrow as ``half_width``."""
    z2 = z_of(level) ** 2
    noise = odds * (1.0 - odds)
    root = math.sqrt((z2 * noise) ** 2 + 4.0 * (half_width * z2) ** 2 * (0.25 - noise))
    return max(math.ceil((z2 * noise + root) / (2.0 * half_width**2) - z2), 1)


@dataclass(frozen=True)
class Stopping:
    """How a run to a precision stands: the half-width ``asked`` for and the ``most`` worlds allowed, and its looks.

    Raises ``ValueError`` for a half-width that is not between 0 and 0.5.
    """

    asked: float
    most: int
    looks: int = 0
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        _checked(self.asked)

    def after(self, more: Seen) -> Stopping:
        """One look later, having seen ``more`` worlds."""
        return replace(self, looks=self.looks + 1, seen=self.seen + more)

    @cached_property
    def half_width(self) -> float:
        """The half-width come to."""
        return self.seen.half_width()

    @property
    def middle(self) -> float:
        """The middle of the interval, of which the half-width is either side: neither wars counted nor weighed odds."""
        return self.seen.middle()

    @property
    def reached(self) -> bool:
        """Whether that is as narrow as asked for."""
        return self.half_width <= self.asked

    @property
    def fixed_worlds(self) -> int:
        """Worlds that counting wars alone would have needed for this half-width, in a run of a size fixed beforehand.

        At the conditional odds, which are known better than the counted ones.
        """
        return fixed_worlds(min(self.seen.war_sum / self.seen.n, 1.0), self.half_width)

    @property
    def saved(self) -> float:
        """``fixed_worlds`` over the worlds spent: below 1, looking cost more than weighing saved."""
        return self.fixed_worlds / self.seen.n

    def to_json(self) -> dict[str, Any]:
        """What was asked, what came of it and what it cost."""
        return {
            "asked": self.asked,
            "middle": self.middle,
            "half_width": self.half_width,
            "reached": self.reached,
            "worlds": self.seen.n,
            "most_worlds": self.most,
            "looks": self.looks,
            "fixed_worlds": self.fixed_worlds,
            "saved": self.saved,
        }


def _checked(half_width: float) -> None:
    if not 0.0 < half_width < 0.5:
        raise ValueError(f"precision: {half_width}; legal: between 0 and 0.5")


def _error(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: {level}; legal: between 0 and 1")
    return 1.0 - level


@cache
def _rho_squared(error: float) -> float:
    """The rho^2 that makes the interval narrowest at PLANNED worlds: the paper's exact choice, by Lambert's W."""
    from scipy.special import lambertw

    return (-float(lambertw(-(error**2) / math.e, -1).real) - 1.0) / PLANNED
