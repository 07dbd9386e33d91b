"""``errors.execution``: the executed rung differs from the intended one (eps_act, dossier section 6)."""

from __future__ import annotations

from typing import Any

from escalation.compiled import compiled, inner
from escalation.model.errors.scaling import Rates, probability
from escalation.model.layout import ACT_AVAILABLE, ACT_RUNG, EXECUTION_P, FORCE


def apply(general: Rates, m: Rates) -> None:
    """Scale the chance of a slip in ``general`` (rows, columns) in place by ``m`` (rows,)."""
    general[:, EXECUTION_P] = probability(general[:, EXECUTION_P], m)


@compiled
def neighbour(acts: Any, intended: int, n: int, way: int) -> int:
    """The nearest act on the menu ``acts`` (n, columns; by rung) on another rung, up (+1) or down (-1), or itself."""
    rung = acts[intended, ACT_RUNG]
    other = intended + way
    while 0 <= other < n and (acts[other, ACT_RUNG] == rung or acts[other, ACT_AVAILABLE] < 0.5):
        other += way
    if 0 <= other < n:
        return other
    return intended


@compiled
def executed(acts: Any, intended: int, n: int, u: float, u_way: float, p: float, skew: float) -> int:
    """The act that is carried out. Only the use of force can slip; all-out war, once meant, does not slip back."""
    rung = acts[intended, ACT_RUNG]
    if rung < FORCE or rung >= 10.0 or u >= p:
        return intended
    return neighbour(acts, intended, n, 1 if u_way < skew else -1)


@inner
def chance_of_war(acts: Any, intended: int, p: float, skew: float) -> float:
    """P(executed rung is 10) of an act on the menu ``acts`` (n, columns): it is all-out war, or one slip below it."""
    rung = acts[intended, ACT_RUNG]
    if rung >= 10.0:
        return 1.0
    above = neighbour(acts, intended, acts.shape[0], 1)
    if rung >= FORCE and above != intended and acts[above, ACT_RUNG] >= 10.0:
        brink: float = p * skew
        return brink
    return 0.0
