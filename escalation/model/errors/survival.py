"""``errors.survival``: Tehran over-reads the wish to end its regime (bias and noise on q; C16, dossier section 7)."""

from __future__ import annotations

from escalation.compiled import leaf
from escalation.maths import logistic
from escalation.model.errors.scaling import Rates, magnitude
from escalation.model.layout import Q_BIAS, Q_SD


def apply(general: Rates, m: Rates) -> None:
    """Scale bias and noise in ``general`` (rows, columns) in place by ``m`` (rows,)."""
    for column in (Q_BIAS, Q_SD):
        general[:, column] = magnitude(general[:, column], m)


@leaf
def estimate(logit_q: float, bias: float, sd: float, noise: float) -> float:
    """The challenger's reading of q; ``noise`` is a standard normal (a slow AR(1))."""
    return logistic(logit_q + bias + sd * noise)
