"""Cognitive hierarchy (Camerer, Ho and Chong 2004): the other side is thought to reason fewer steps.

With probability exp(-tau) (Poisson's share of level 0) the other side is expected to repeat the act it did last,
the status-quo actor that many expected in early 2026; otherwise it replies as the quantal rule says.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import inner
from escalation.maths import exp
from escalation.model.rules.quantal import logit_choice


@inner
def probabilities(
    own: Any,
    loss: Any,
    harm: Any,
    last_reply: Any,
    rationality: float,
    tau: float,
    lanes: int,
    total: Any,
    out: Any,
) -> None:
    """Fill ``out`` (n, lanes) from ``own`` (n, lanes), overwritten, and the ``loss`` (n, lanes) by foreseen replies.

    The naive expect the other side's last act again: ``last_reply`` (lanes,) is its index, ``harm`` (m,) its cost.
    """
    naive = exp(-tau)
    for a in range(out.shape[0]):
        for i in range(lanes):
            own[a, i] -= naive * harm[last_reply[i]] + (1.0 - naive) * loss[a, i]
    logit_choice(own, lanes, rationality, total, out)
