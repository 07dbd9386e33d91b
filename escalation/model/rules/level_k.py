"""Cognitive hierarchy (Camerer, Ho and Chong 2004): the other side is thought to reason fewer steps.

With probability exp(-tau) (Poisson's share of level 0) the other side is expected to repeat the act it did last,
the status-quo actor that many expected in early 2026; otherwise it replies as the quantal rule says.
"""

from __future__ import annotations

from typing import Any, Final

from escalation.compiled import compiled
from escalation.maths import exp
from escalation.model.rules.quantal import logit_choice
from escalation.model.rules.traits import Traits

NAME: Final = "level-k"
TRAITS: Final = Traits(forward_looking=True, stochastic=True, reads_payoffs=True, citation="Camerer, Ho & Chong 2004")


@compiled
def probabilities(
    own: Any,
    reply: Any,
    harm: Any,
    n: int,
    m: int,
    rationality: float,
    tau: float,
    last_reply: int,
    work: Any,
    out: Any,
) -> None:
    """Fill ``out`` (n,); ``last_reply`` is the index of the other side's last act."""
    naive = exp(-tau)
    for a in range(n):
        loss = naive * harm[last_reply]
        for b in range(m):
            loss += (1.0 - naive) * reply[a, b] * harm[b]
        work[a] = own[a] - loss
    logit_choice(work, n, rationality, out)
