"""Cumulative prospect theory over the replies expected (Tversky and Kahneman 1992), then logit.

v(x) = x^c, -L (-x)^c about the status quo; rank-dependent decision weights w(p) = p^g / (p^g + (1-p)^g)^(1/g) on the
cumulative chance of the worst outcomes. Each act is the lottery of own worth less the harm of each reply. In the
domain of losses it takes risks (Levy 1997). One departure: the reference point is the status quo for both sides,
not the accord's income for the challenger and no dead for the defender.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import compiled, inner
from escalation.maths import exp, log
from escalation.model.rules.quantal import logit_choice


@compiled
def value(x: float, aversion: float, curvature: float) -> float:
    """Value of a gain or loss ``x`` (utils) about the status quo."""
    if x > 0.0:
        return exp(curvature * log(x))
    if x < 0.0:
        return -aversion * exp(curvature * log(-x))
    return 0.0


@compiled
def weight(p: float, g: float) -> float:
    """Decision weight of a cumulative probability ``p``."""
    if p <= 0.0:
        return 0.0
    if p >= 1.0:
        return 1.0
    a = exp(g * log(p))
    b = exp(g * log(1.0 - p))
    return a / exp(log(a + b) / g)


@inner
def probabilities(
    own: Any,
    reply: Any,
    node: Any,
    harm: Any,
    rationality: float,
    aversion: float,
    curvature: float,
    g: float,
    lanes: int,
    order: Any,
    total: Any,
    out: Any,
) -> None:
    """Fill ``out`` (n, lanes); ``own`` (n, lanes) is left holding the prospects' worth. Act a draws the
    replies ``reply[node[a]]``.

    ``order`` (m,) is scratch for the ranking of replies from the most harmful down, ``total`` (lanes,) likewise.
    """
    n, m = out.shape[0], harm.shape[0]
    for b in range(m):
        k = b
        while k > 0 and harm[order[k - 1]] < harm[b]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = b
    for a in range(n):
        for i in range(lanes):
            worth = 0.0
            cumulative = 0.0
            before = 0.0
            for k in range(m):
                b = order[k]
                cumulative += reply[node[a], b, i]
                after = weight(cumulative, g)
                worth += (after - before) * value(own[a, i] - harm[b], aversion, curvature)
                before = after
            own[a, i] = worth
    logit_choice(own, lanes, rationality, total, out)
