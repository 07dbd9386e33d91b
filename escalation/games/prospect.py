"""Cumulative prospect theory over the plays an action leads to (Tversky and Kahneman 1992, J. Risk Uncertainty 5: 297).

About a reference point, value is v(d) = d^c for gains and -L (-d)^c for losses; with plays ranked, gains are weighted
by W+(P(at least this good)) - W+(P(better)), losses by W-(P(at least this bad)) - W-(P(worse)), where
W(p) = p^g / (p^g + (1 - p)^g)^(1/g). The defaults are the medians of their subjects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from escalation.games.paths import Floats, Paths

_TINY: Final = 1e-300


@dataclass(frozen=True)
class Prospect:
    """A worth (``games.worth``): ``reference`` in payoff units for all players, the rest dimensionless."""

    reference: float = 0.0
    aversion: float = 2.25
    curvature: float = 0.88
    gains: float = 0.61
    losses: float = 0.69

    def __call__(self, paths: Paths, weights: Floats) -> tuple[Floats, Floats]:
        """Worth of each action (k,) and its derivative by the weight of each pair; ranks never depend on weights."""
        value = self.value(paths.pair_payoff - self.reference)
        worth, slopes = np.zeros(paths.count), np.zeros(len(weights))
        order = np.lexsort((-value, paths.pair_action))
        for action, ranked in enumerate(np.split(order, paths.pair_starts[1:])):
            worth[action], slopes[ranked] = self._lottery(value[ranked], weights[ranked])
        return worth, slopes

    def value(self, change: Floats) -> Floats:
        """v of a ``change`` from the reference, in payoff units to the power ``curvature``."""
        size = np.abs(change) ** self.curvature
        return np.where(change >= 0.0, size, -self.aversion * size)

    def _lottery(self, value: Floats, weight: Floats) -> tuple[float, Floats]:
        """Worth of one lottery and its derivative by each ``weight``, up to a constant; ``value`` falls.

        By Abel's summation, worth is a sum over the steps from each play to the next worse one. Near 1 the weighting
        function magnifies what rounding leaves, so complements are summed from their own end, and derivatives counted
        from the likeliest play.
        """
        better = np.cumsum(weight)[:-1]
        worse = np.cumsum(weight[:0:-1])[::-1]
        gain, loss = np.maximum(value, 0.0), np.minimum(value, 0.0)
        gain_steps, loss_steps = -np.diff(gain), -np.diff(loss)
        worth = gain[-1] + loss[0]
        worth += gain_steps @ decision_weight(better, worse, self.gains)
        worth -= loss_steps @ decision_weight(worse, better, self.losses)
        steps = gain_steps * decision_slope(better, worse, self.gains)
        steps += loss_steps * decision_slope(worse, better, self.losses)
        likeliest = int(np.argmax(weight))
        slopes = np.zeros(len(weight))
        slopes[:likeliest] = np.cumsum(steps[:likeliest][::-1])[::-1]
        slopes[likeliest + 1 :] = -np.cumsum(steps[likeliest:])
        return float(worth), slopes


def decision_weight(p: Floats, q: Floats, power: float) -> Floats:
    """W(p), the decision weight of a cumulative probability; ``q`` is 1 - p."""
    top = p**power
    return np.asarray(top / (top + q**power) ** (1.0 / power))


def decision_slope(p: Floats, q: Floats, power: float) -> Floats:
    """W'(p), kept finite near 0 and 1, where it grows without bound."""
    p, q = np.maximum(p, _TINY), np.maximum(q, _TINY)
    both = p**power + q**power
    top = p ** (power - 1.0) * (power * both - p**power) + p**power * q ** (power - 1.0)
    return np.asarray(top / both ** (1.0 / power + 1.0))
