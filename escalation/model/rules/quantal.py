"""Logit quantal response (McKelvey and Palfrey 1995, 1998), the default rule.

P(a) = exp(lam EU_a) / sum_b exp(lam EU_b): better acts are likelier, none is sure. lam -> 0 is a uniform draw,
lam -> infinity a best reply; lam is itself an error rate, in 1/util, and is stated as such.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import inner
from escalation.maths import exp


@inner
def weights(values: Any, lanes: int, rationality: float, total: Any, out: Any) -> None:
    """Fill ``out`` (n, lanes) with exp(lam (v - max v)) of ``values`` (n, lanes), and ``total`` (lanes,) with its sum.

    ``out`` may be ``values``. Divided by ``total`` these are the logit probabilities.
    """
    best = total
    for i in range(lanes):
        best[i] = values[0, i]
    for a in range(1, out.shape[0]):
        value = values[a]
        for i in range(lanes):
            best[i] = max(best[i], value[i])
    for a in range(out.shape[0]):
        value, weight = values[a], out[a]
        for i in range(lanes):
            weight[i] = exp(rationality * (value[i] - best[i]))
    for i in range(lanes):
        total[i] = 0.0
    for a in range(out.shape[0]):
        weight = out[a]
        for i in range(lanes):
            total[i] += weight[i]


@inner
def logit_choice(values: Any, lanes: int, rationality: float, total: Any, out: Any) -> None:
    """Fill ``out`` (n, lanes) with the logit probabilities of ``values`` (n, lanes); ``total`` (lanes,) is scratch."""
    weights(values, lanes, rationality, total, out)
    for i in range(lanes):
        total[i] = 1.0 / total[i]
    for a in range(out.shape[0]):
        chance = out[a]
        for i in range(lanes):
            chance[i] *= total[i]


@inner
def probabilities(own: Any, loss: Any, rationality: float, lanes: int, total: Any, out: Any) -> None:
    """Fill ``out`` (n, lanes) from ``own`` worth (n, lanes) less the ``loss`` (n, lanes) expected of the replies.

    ``own`` is left holding the expected utilities; ``total`` (lanes,) is scratch.
    """
    for a in range(out.shape[0]):
        for i in range(lanes):
            own[a, i] -= loss[a, i]
    logit_choice(own, lanes, rationality, total, out)
