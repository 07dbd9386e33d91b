"""``errors.identification``: lethal misidentification on alert (PS752, January 2020).

P(at least one in D alert-days) = 1 - (1 - eps_id)^D, with D growing with the alert level at rung 7 and above.
"""

from __future__ import annotations

from escalation.compiled import compiled
from escalation.maths import exp, log
from escalation.model.errors.scaling import Rates, probability
from escalation.model.layout import IDENTIFICATION_P


def apply(general: Rates, m: Rates) -> None:
    """Scale the daily chance in ``general`` (rows, columns) in place by ``m`` (rows,)."""
    general[:, IDENTIFICATION_P] = probability(general[:, IDENTIFICATION_P], m)


@compiled
def chance(p_day: float, alert_days: float) -> float:
    """Chance of at least one lethal misidentification in ``alert_days`` days on alert."""
    if p_day <= 0.0 or alert_days <= 0.0:
        return 0.0
    return 1.0 - exp(alert_days * log(1.0 - min(p_day, 1.0 - 1e-12)))
