"""``errors.perception``: perceived rung = rung + beta + eta, eta ~ N(0, s^2) (Jervis 1976; dossier section 6)."""

from __future__ import annotations

from escalation.compiled import compiled
from escalation.maths import normal
from escalation.model.errors.scaling import Rates, magnitude
from escalation.model.layout import FORCE, PERCEPTION_BIAS, PERCEPTION_SD


def apply(general: Rates, m: Rates) -> None:
    """Scale bias and noise in ``general`` (rows, columns) in place by ``m`` (rows,)."""
    general[:, PERCEPTION_BIAS] = magnitude(general[:, PERCEPTION_BIAS], m)
    general[:, PERCEPTION_SD] = magnitude(general[:, PERCEPTION_SD], m)


@compiled
def perceived(rung: float, u: float, bias: float, sd: float) -> float:
    """The rung as the other side sees it, in [1, 10]. Acts short of force are seen as they are."""
    if rung < FORCE:
        return rung
    return min(max(rung + bias + sd * normal(u), 1.0), 10.0)
