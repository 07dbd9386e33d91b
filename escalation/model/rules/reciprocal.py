"""Reciprocity: Richardson's (1960) reaction with tit-for-tat's generosity (Molander 1985; Nowak and Sigmund 1992).

Target rung = rho * perceived rung + (1 - rho) * 1; the act is drawn from a discrete normal of one rung's width about
it, and with probability ``generosity`` the provocation is let pass. Payoffs are not read: perception bias feeds
straight into the spiral, amplified by rho / (1 - rho) (dossier section 6).
"""

from __future__ import annotations

from typing import Any, Final

from escalation.compiled import compiled
from escalation.maths import exp
from escalation.model.layout import ACT_RUNG
from escalation.model.rules.traits import Traits

NAME: Final = "reciprocal"
TRAITS: Final = Traits(forward_looking=False, stochastic=True, reads_payoffs=False, citation="Richardson 1960")


@compiled
def probabilities(acts: Any, n: int, perceived: float, rho: float, generosity: float, work: Any, out: Any) -> None:
    """Fill ``out`` (n,) for the menu ``acts`` (n, columns) in answer to the ``perceived`` rung."""
    target = rho * perceived + (1.0 - rho)
    total = 0.0
    for a in range(n):
        distance = acts[a, ACT_RUNG] - target
        work[a] = -0.5 * distance * distance
        out[a] = exp(work[a])
        total += out[a]
    for a in range(n):
        out[a] *= (1.0 - generosity) / total
    out[0] += generosity
