"""``errors.signal``: incoherent policy blurs what an act tells of the actor's type (eps_s, C6)."""

from __future__ import annotations

from escalation.model.errors.scaling import Rates, probability
from escalation.model.layout import SIGNAL_NOISE


def apply(general: Rates, m: Rates) -> None:
    """Scale the signal noise in ``general`` (rows, columns) in place by ``m`` (rows,)."""
    general[:, SIGNAL_NOISE] = probability(general[:, SIGNAL_NOISE], m)
