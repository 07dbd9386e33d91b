"""Learning the other side's type from what it does (dossier section 1; C4, C5, C7).

    logit pi' = (1-d) logit pi + d logit pi_0 + w ln[ L(a|R,x) / L(a|K,x) ],
    L(a|type,x) = (1 - eps_s) P(a|type,x) + eps_s / n

with P the types' own choice probabilities in the stage game: no log-likelihood ratio is put in by hand. The same
update serves both sides: the challenger learns whether the defender is resolute (pi), and the defender whether the
challenger stays restrained (phi, the restraint trap). What an act teaches is split between a slow country-level
reputation and a fast leader-level one, which ends with the leader (Renshon, Dafoe and Huth 2018).

The dossier's Beta count for phi (one more restrained reply, one more success) is the special case in which every
reply tells as much as every other; ``verify`` prints both.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import compiled
from escalation.maths import exp, log
from escalation.model.layout import ACT_RUNG, FORCE


@compiled
def log_likelihood_ratio(p_first: float, p_second: float, noise: float, n: int) -> float:
    """ln[L(a|first)/L(a|second)], each blurred by signal noise over ``n`` actions."""
    floor = max(noise, 1e-9) / n
    return log((1.0 - noise) * p_first + floor) - log((1.0 - noise) * p_second + floor)


@compiled
def seen_likelihood(acts: Any, choice: Any, done: int, seen: float, sd: float) -> float:
    """How likely a type with choice probabilities ``choice`` (n,) was to be seen as the observer saw it.

    The observer knows that it errs, though not which way: L(seen|type) = sum_b P(b|type) f(seen - rung_b), with f
    the noise of perception, normalised over the acts of force on the menu ``acts`` (n, columns). Acts short of force
    are seen as they are.
    """
    p: float = choice[done]
    if acts[done, ACT_RUNG] < FORCE:
        return p
    width = max(sd, 0.05)
    total = 0.0
    weights = 0.0
    for b in range(choice.shape[0]):
        rung = acts[b, ACT_RUNG]
        if rung >= FORCE:
            z = (seen - rung) / width
            weight = exp(-0.5 * z * z)
            total += weight * choice[b]
            weights += weight
    return total / weights if weights > 0.0 else p


@compiled
def relaxed(value: float, rest: float, rate: float, dt: float) -> float:
    """``value`` after ``dt`` weeks of decay towards ``rest`` at ``rate`` a week."""
    return rest + (value - rest) * exp(-rate * dt)


@compiled
def moved(value: float, by: float) -> float:
    """A belief's logit after evidence ``by``, kept within 15: nobody is surer than 3 in ten million."""
    return min(max(value + by, -15.0), 15.0)
