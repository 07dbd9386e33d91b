"""Best response: the limit of quantal response without error; ties are shared evenly."""

from __future__ import annotations

from typing import Any, Final

from escalation.compiled import compiled
from escalation.model.rules.quantal import expected
from escalation.model.rules.traits import Traits

NAME: Final = "best-response"
TRAITS: Final = Traits(forward_looking=True, stochastic=False, reads_payoffs=True, citation="Nash 1950")


@compiled
def probabilities(own: Any, reply: Any, harm: Any, n: int, m: int, work: Any, out: Any) -> None:
    """Fill ``out`` (n,) with equal shares on the acts of highest expected utility."""
    expected(own, reply, harm, n, m, work)
    best = work[0]
    for a in range(1, n):
        best = max(best, work[a])
    ties = 0
    for a in range(n):
        if work[a] >= best - 1e-9:
            ties += 1
    for a in range(n):
        out[a] = 1.0 / ties if work[a] >= best - 1e-9 else 0.0
