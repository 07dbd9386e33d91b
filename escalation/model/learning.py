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

from escalation.compiled import compiled, inner, leaf
from escalation.maths import exp, log
from escalation.model.layout import ACT_RUNG, FORCE


@leaf
def log_likelihood_ratio(p_first: float, p_second: float, noise: float, n: int) -> float:
    """ln[L(a|first)/L(a|second)], each blurred by signal noise over ``n`` actions."""
    floor = max(noise, 1e-9) / n
    return log((1.0 - noise) * p_first + floor) - log((1.0 - noise) * p_second + floor)


@inner
def log_likelihood_ratios(first: Any, second: Any, noise: float, n: int, lanes: int, out: Any) -> None:
    """Fill ``out`` (lanes,) with the log-likelihood ratio of each lane."""
    for i in range(lanes):
        out[i] = log_likelihood_ratio(first[i], second[i], noise, n)


@inner
def likelihoods(acts: Any, choice: Any, done: Any, seen: Any, sd: float, lanes: int, first: Any, second: Any) -> None:
    """Fill ``first`` and ``second`` (lanes,): how likely each type was to be seen as the observer saw it.

    ``choice`` (2, n, lanes) are the types' choice probabilities, ``done`` (lanes,) the act, ``seen`` (lanes,) the rung
    perceived. The observer knows that it errs, though not which way: L(seen|type) = sum_b P(b|type) f(seen - rung_b),
    with f the noise of perception, normalised over the acts of force on the menu ``acts`` (n, columns). Acts short of
    force are seen as they are.
    """
    width = max(sd, 0.05)
    for i in range(lanes):
        a = done[i]
        first[i] = choice[0, a, i]
        second[i] = choice[1, a, i]
        if acts[a, ACT_RUNG] < FORCE:
            continue
        weights, one, other = 0.0, 0.0, 0.0
        for b in range(acts.shape[0]):
            if acts[b, ACT_RUNG] >= FORCE:
                z = (seen[i] - acts[b, ACT_RUNG]) / width
                weight = exp(-0.5 * z * z)
                weights += weight
                one += weight * choice[0, b, i]
                other += weight * choice[1, b, i]
        if weights > 0.0:
            first[i] = one / weights
            second[i] = other / weights


@compiled
def relaxed(value: float, rest: float, rate: float, dt: float) -> float:
    """``value`` after ``dt`` weeks of decay towards ``rest`` at ``rate`` a week."""
    return rest + (value - rest) * exp(-rate * dt)


@leaf
def moved(value: float, by: float) -> float:
    """A belief's logit after evidence ``by``, kept within 15: nobody is surer than 3 in ten million."""
    return min(max(value + by, -15.0), 15.0)
