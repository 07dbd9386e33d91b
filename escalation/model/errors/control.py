"""``errors.control``: unauthorised lethal acts of proxies, at hazard nu (1 - kappa) a week (dossier section 10)."""

from __future__ import annotations

from escalation.compiled import compiled
from escalation.maths import exp
from escalation.model.errors.scaling import Rates, magnitude
from escalation.model.layout import P_UNAUTHORISED


def apply(proxies: Rates, m: Rates) -> None:
    """Scale the hazard in ``proxies`` (rows, proxies, columns) in place by ``m`` (rows,)."""
    proxies[:, :, P_UNAUTHORISED] = magnitude(proxies[:, :, P_UNAUTHORISED], m[:, None])


@compiled
def chance(hazard: float, kappa: float, dt: float) -> float:
    """Chance of an unauthorised lethal attack in ``dt`` weeks under control ``kappa``."""
    return 1.0 - exp(-max(hazard, 0.0) * (1.0 - kappa) * dt)
