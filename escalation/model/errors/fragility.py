"""``errors.fragility``: Washington's estimate of the regime's fragility is biased and noisy (C15).

    f_hat = logistic( logit f + b_p (sigma - 1) + beta_f + nu ),  nu ~ N(0, s_f^2)

(dossier section 8; the bias grows by ``fragility.rubicon`` once a limited war is being fought, Johnson and Tierney
2011). The noise is a slow AR(1) with unit variance: an intelligence picture lasts for months, and a fresh draw
every week would hand out fifty lottery tickets a year.
"""

from __future__ import annotations

from escalation.compiled import leaf
from escalation.maths import logistic, logit
from escalation.model.errors.scaling import Rates, magnitude
from escalation.model.layout import FRAGILITY_BIAS, FRAGILITY_SD, RUBICON


def apply(general: Rates, m: Rates) -> None:
    """Scale bias, its rise and noise in ``general`` (rows, columns) in place by ``m`` (rows,)."""
    for column in (FRAGILITY_BIAS, FRAGILITY_SD, RUBICON):
        general[:, column] = magnitude(general[:, column], m)


@leaf
def estimate(f: float, pressure: float, bias: float, sd: float, noise: float) -> float:
    """The defender's estimate f_hat; ``pressure`` is b_p (sigma - 1), ``noise`` a standard normal."""
    return logistic(logit(f) + pressure + bias + sd * noise)
