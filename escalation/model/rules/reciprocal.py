"""Reciprocity: Richardson's (1960) reaction with tit-for-tat's generosity (Molander 1985; Nowak and Sigmund 1992).

Target rung = rho * perceived rung + (1 - rho) * 1; the act is drawn from a discrete normal of one rung's width about
it, and with probability ``generosity`` the provocation is let pass. Payoffs are not read: perception bias feeds
straight into the spiral, amplified by rho / (1 - rho) (dossier section 6).
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import inner
from escalation.maths import exp
from escalation.model.layout import ACT_RUNG


@inner
def probabilities(acts: Any, perceived: Any, rho: float, generosity: float, lanes: int, total: Any, out: Any) -> None:
    """Fill ``out`` (n, lanes) for the menu ``acts`` (n, columns) in answer to the rung ``perceived`` (lanes,).

    ``total`` (lanes,) is scratch.
    """
    n = out.shape[0]
    for i in range(lanes):
        total[i] = 0.0
    for a in range(n):
        rung = acts[a, ACT_RUNG]
        for i in range(lanes):
            distance = rung - (rho * perceived[i] + (1.0 - rho))
            out[a, i] = exp(-0.5 * distance * distance)
            total[i] += out[a, i]
    for a in range(n):
        for i in range(lanes):
            out[a, i] *= (1.0 - generosity) / total[i]
    for i in range(lanes):
        out[0, i] += generosity
