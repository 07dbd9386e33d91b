"""How odds, or differences of odds, spread over the draws of a prior sample.

There every number that varies does so at once: no number has an axis of its own, and none has a break-even.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.intervals import Estimate, ends_of_quantile, mean, quantile

SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of the draws, of which a spread says what lies below them."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles over ``draws`` draws, one for each of ``SHARES``, with intervals for there being so few draws.

    Those intervals are given the worlds: all draws have the same ones, whose luck is not in them. Each draw is an
    estimate of its own, and ``noise`` the median half-width of their 95 % intervals. Of that, what draws do not share
    widens their spread; what they share moves it as a whole, and ``shift`` is how far it may move its mean (half-width
    at 95 %), None where it is not known. Both shrink with more worlds, not with more draws. ``least`` and ``most`` are
    the ends of what was seen.
    """

    draws: int
    quantiles: tuple[Estimate, ...]
    noise: float
    least: float
    most: float
    shift: float | None = None

    def at(self, share: float) -> Estimate:
        """The quantile of one of ``SHARES``. Raises ``ValueError`` for another share."""
        return self.quantiles[SHARES.index(share)]

    def bounded(self, share: float) -> bool:
        """Whether there are draws enough for both ends of the interval of one of ``SHARES`` to be draws."""
        low, high = ends_of_quantile(self.draws, share)
        return low > 0 and high <= self.draws

    @property
    def tails_known(self) -> bool:
        """Whether there are draws enough to say between what nine of ten lie: both those intervals are bounded."""
        return self.bounded(SHARES[0]) and self.bounded(SHARES[-1])

    def to_json(self) -> dict[str, Any]:
        """``{draws, noise, shift, tails_known, least, most, quantiles: [{share, value, low, high, bounded}]}``."""
        rows = [
            {"share": share, "value": found.value, "low": found.low, "high": found.high, "bounded": self.bounded(share)}
            for share, found in zip(SHARES, self.quantiles, strict=True)
        ]
        about = {"draws": self.draws, "noise": self.noise, "shift": self.shift, "tails_known": self.tails_known}
        return {**about, "least": self.least, "most": self.most, "quantiles": rows}


class SharedLuck:
    """Sums, over the draws of a prior sample, of what each of their common worlds came to."""

    def __init__(self) -> None:
        self._sums: NDArray[np.int64] | None = None
        self._draws = 0
        self._alike = True

    def take(self, outcome: NDArray[Any]) -> None:
        """Count a draw: 0 or 1 of each world, or a difference of two such, (worlds,)."""
        if self._sums is None:
            self._sums = np.zeros(len(outcome), dtype=np.int64)
        self._alike = self._alike and len(outcome) == len(self._sums)
        if self._alike:
            self._sums += outcome
            self._draws += 1

    def shift(self) -> float | None:
        """How far chance in the worlds may move the mean over these draws: the half-width of its interval at 95 %.

        The worlds are independent, the draws in one are not: the interval is that of a mean over worlds, each with the
        mean of its draws. None without draws, where the worlds do not differ (one world, or no war in any), for they
        then say nothing of their luck, and where the draws have not the same number of worlds.
        """
        if self._sums is None or not self._alike or np.ptp(self._sums) == 0:
            return None
        found = mean(self._sums / self._draws)
        return (found.high - found.low) / 2


def spread(
    found: Sequence[tuple[float, float, float]], least: float, most: float, shift: float | None = None
) -> Spread | None:
    """The spread of estimates, each with the ends of its interval; none can lie beyond ``least`` and ``most``.

    None without any.
    """
    if not found:
        return None
    values = np.array([value for value, _, _ in found], dtype=np.float64)
    noise = median((high - low) / 2 for _, low, high in found)
    quantiles = tuple(quantile(values, share, least, most) for share in SHARES)
    return Spread(len(found), quantiles, noise, float(values.min()), float(values.max()), shift)
