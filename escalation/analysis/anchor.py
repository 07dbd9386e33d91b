"""The back-of-envelope figure that stands beside the odds: the proxy channel's rate of war (dossier section 15).

    W(H) = 1 - exp(-lambda H p_lethal P(direct exchange | lethal) P(war | exchange))

lambda (attacks a month) and p_lethal (share of attacks that kill) are the run's own; the other two factors are data:

- P(direct exchange of state force | lethal attack): 1 of 4 before mid-2026, Beta(1.5, 3.5) with Jeffreys' prior;
- P(war | militarised dispute with at least one military death), 1979-2014: 17 of 200 = 0.085, Beta(17.5, 183.5)
  (Gibler, Miller and Little 2016, *International Studies Quarterly* 60(4), data set GML-MID 2.x).

It counts one channel only and knows no deliberate route: it shows the order of magnitude that data alone suggest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from escalation.draws import parameter_uniform
from escalation.model.layout import WEEKS_A_MONTH
from escalation.scenario.prior import parse

EXCHANGES, LETHAL_ATTACKS = 1, 4
WARS, FATAL_DISPUTES = 17, 200
LEVEL = 0.9
_SAMPLES = 20_000
_SEED = 0


@dataclass(frozen=True, slots=True)
class Anchor:
    """Odds of war by the proxy channel alone; the interval at ``level`` is over what the factors may be."""

    odds: float
    low: float
    high: float
    level: float
    attacks_per_month: float
    lethal_share: float

    def to_json(self) -> dict[str, float]:
        """All fields by name."""
        return {
            "odds": self.odds,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "attacks_per_month": self.attacks_per_month,
            "lethal_share": self.lethal_share,
        }


def anchor(attacks_per_month: float, attacks: int, lethal: int, weeks: int) -> Anchor:
    """The anchor over ``weeks`` weeks from a run's rate and its counts of attacks and of lethal ones.

    The interval is the central 90 % of 20,000 draws of the three uncertain factors (fixed seed), of which the share
    of lethal attacks has Jeffreys' posterior.
    """
    months = weeks / WEEKS_A_MONTH
    killing = lethal / attacks if attacks > 0 else 0.0
    central = attacks_per_month * killing * EXCHANGES / LETHAL_ATTACKS * WARS / FATAL_DISPUTES
    chain = np.full(_SAMPLES, attacks_per_month)
    chain *= _jeffreys("lethal", lethal, attacks)
    chain *= _jeffreys("exchange", EXCHANGES, LETHAL_ATTACKS)
    chain *= _jeffreys("war", WARS, FATAL_DISPUTES)
    low, high = np.quantile(1.0 - np.exp(-months * chain), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    odds = float(1.0 - np.exp(-months * central))
    return Anchor(odds, float(low), float(high), LEVEL, attacks_per_month, killing)


def _jeffreys(name: str, successes: int, trials: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Draws of a share's posterior after ``successes`` of ``trials`` under Jeffreys' prior."""
    prior = parse(f"beta({successes + 0.5}, {trials - successes + 0.5})")
    rows = np.arange(_SAMPLES, dtype=np.int64)
    return prior.quantile(parameter_uniform(_SEED, rows, f"anchor.{name}"), 0.0, 1.0)
