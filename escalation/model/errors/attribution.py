"""``errors.attribution``: blaming the patron for a proxy's own act, and the reverse (dossier section 10)."""

from __future__ import annotations

from escalation.compiled import leaf
from escalation.maths import select
from escalation.model.errors.scaling import Rates, probability
from escalation.model.layout import P_BLAME, P_MISS


def apply(general: Rates, m: Rates) -> None:
    """Scale both mistakes in ``general`` (rows, columns) in place by ``m`` (rows,)."""
    general[:, P_BLAME] = probability(general[:, P_BLAME], m)
    general[:, P_MISS] = probability(general[:, P_MISS], m)


@leaf
def blamed(ordered: bool, u: float, p_blame: float, p_miss: float) -> bool:
    """Whether the patron is held responsible, given whether it truly ordered the attack."""
    return bool(select(ordered, u >= p_miss, u < p_blame))
