"""How odds, or differences of odds, spread over the draws of a prior sample.

There every number that varies does so at once: no number has an axis of its own, and none has a break-even.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import numpy as np

from escalation.analysis.intervals import Estimate, quantile

SHARES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of the draws, of which a spread says what lies below them."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles over ``draws`` draws, one for each of ``SHARES``, with intervals for there being so few draws.

    Each draw is an estimate of its own: ``noise`` is the median half-width of their 95 % intervals, by about which the
    spread is wider than that of the true odds.
    """

    draws: int
    quantiles: tuple[Estimate, ...]
    noise: float

    def at(self, share: float) -> Estimate:
        """The quantile of one of ``SHARES``. Raises ``ValueError`` for another share."""
        return self.quantiles[SHARES.index(share)]

    def to_json(self) -> dict[str, Any]:
        """``{draws, noise, quantiles: [{share, value, low, high}]}``."""
        rows = [
            {"share": share, "value": found.value, "low": found.low, "high": found.high}
            for share, found in zip(SHARES, self.quantiles, strict=True)
        ]
        return {"draws": self.draws, "noise": self.noise, "quantiles": rows}


def spread(found: Sequence[tuple[float, float, float]], least: float, most: float) -> Spread | None:
    """The spread of estimates, each with the ends of its interval; none can lie beyond ``least`` and ``most``.

    None without any.
    """
    if not found:
        return None
    values = np.array([value for value, _, _ in found], dtype=np.float64)
    noise = median((high - low) / 2 for _, low, high in found)
    return Spread(len(found), tuple(quantile(values, share, least, most) for share in SHARES), noise)
