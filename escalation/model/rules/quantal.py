"""Logit quantal response (McKelvey and Palfrey 1995, 1998), the default rule.

P(a) = exp(lam EU_a) / sum_b exp(lam EU_b): better acts are likelier, none is sure. lam -> 0 is a uniform draw,
lam -> infinity a best reply; lam is itself an error rate, in 1/util, and is stated as such.
"""

from __future__ import annotations

from typing import Any, Final

from escalation.compiled import compiled
from escalation.maths import exp
from escalation.model.rules.traits import Traits

NAME: Final = "quantal"
TRAITS: Final = Traits(forward_looking=True, stochastic=True, reads_payoffs=True, citation="McKelvey & Palfrey 1995")


@compiled
def logit_choice(values: Any, n: int, rationality: float, out: Any) -> None:
    """Fill ``out`` (n,) with the logit probabilities of ``values`` (n,) at precision ``rationality``."""
    best = values[0]
    for a in range(1, n):
        best = max(best, values[a])
    total = 0.0
    for a in range(n):
        out[a] = exp(rationality * (values[a] - best))
        total += out[a]
    for a in range(n):
        out[a] /= total


@compiled
def expected(own: Any, reply: Any, harm: Any, n: int, m: int, out: Any) -> None:
    """Expected utility: ``own`` (n,) less the ``harm`` (m,) of the replies expected, ``reply`` (n, m)."""
    for a in range(n):
        loss = 0.0
        for b in range(m):
            loss += reply[a, b] * harm[b]
        out[a] = own[a] - loss


@compiled
def probabilities(own: Any, reply: Any, harm: Any, n: int, m: int, rationality: float, work: Any, out: Any) -> None:
    """Fill ``out`` (n,) with the choice probabilities; ``work`` (n,) is left holding the expected utilities."""
    expected(own, reply, harm, n, m, work)
    logit_choice(work, n, rationality, out)
