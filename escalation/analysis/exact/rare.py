"""Rare odds: an estimate that needs no war to be seen, with an interval that holds whatever the number of worlds.

Conditional Monte Carlo adds up each decision's chance of war before war is drawn. Where war is rare, that sum may hang
on a few worlds in a million (those that slip into limited war, from which war is close), and a normal interval that has
not seen them is far too sure. So neither bound rests on a central limit:

- from below, a test by betting (Waudby-Smith and Ramdas 2024, JRSS B 86: 1-27): were the odds m or
  less, no bet on the sums would be better than fair, and a capital of 1 would grow to 1/alpha with probability alpha at
  most. The sums need be positive only, and may have any tail;
- from above, the exact interval of the wars counted (Clopper and Pearson 1934, Biometrika 26: 404-413).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.worlds.outcomes import Snapshot

Floats = NDArray[np.float64]

STAKES: Final = np.geomspace(1e-3, 0.9, 12)
"""Shares of the capital at stake, over which the bet is spread."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An estimate of the odds by weighing, with an interval that holds for any number of ``worlds``."""

    odds: float
    low: float
    high: float
    worlds: int

    def holds(self, exact: float, lost: float = 0.0) -> bool:
        """Whether the exact odds, which may be too low by ``lost``, lie inside."""
        return self.low <= exact + lost and exact <= self.high

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"odds": self.odds, "low": self.low, "high": self.high, "worlds": self.worlds}


def weighed(end: Snapshot, level: float) -> Weighed:
    """The odds of war by the end, from every world's sum of conditional chances and from the wars counted."""
    alpha = (1.0 - level) / 2.0
    wars, n = int(end.war.sum()), len(end.war_sum)
    return Weighed(float(end.war_sum.mean()), least(end.war_sum, alpha), most(wars, n, alpha), n)


def least(sums: Floats, alpha: float) -> float:
    """A bound below the mean of positive ``sums`` (worlds,), true but with probability ``alpha``: by betting."""
    low, high = 0.0, float(sums.mean())
    if high <= 0.0:
        return 0.0
    # by bisection on a log scale, as the capital falls with the mean that is bet against
    under, over = np.log(high) - 40.0, np.log(high)
    for _ in range(60):
        middle = (under + over) / 2.0
        if _capital(sums, float(np.exp(middle))) >= np.log(1.0 / alpha):
            under, low = middle, float(np.exp(middle))
        else:
            over = middle
    return low


def _capital(sums: Floats, mean: float) -> float:
    """Logarithm of what a capital of 1 has become by betting that the ``sums`` have more than ``mean``."""
    logs = np.array([np.log1p(stake * (sums / mean - 1.0)).sum() for stake in STAKES])
    return float(logs.max() + np.log(np.exp(logs - logs.max()).mean()))


def most(count: int, n: int, alpha: float) -> float:
    """The upper bound of Clopper and Pearson for ``count`` of ``n``, true but with probability ``alpha``."""
    from scipy.stats import beta

    return 1.0 if count == n else float(beta.ppf(1.0 - alpha, count + 1, n - count))
