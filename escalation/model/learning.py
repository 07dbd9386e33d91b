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

from typing import Final

from escalation.compiled import compiled, leaf
from escalation.maths import exp, log

SUREST: Final = 15.0
"""Largest logit of a belief: nobody is surer than 3 in ten million."""


@leaf
def log_likelihood_ratio(p_first: float, p_second: float, noise: float, n: int) -> float:
    """ln[L(a|first)/L(a|second)], each blurred by signal noise over ``n`` actions."""
    floor = max(noise, 1e-9) / n
    return log((1.0 - noise) * p_first + floor) - log((1.0 - noise) * p_second + floor)


@compiled
def relaxed(value: float, rest: float, rate: float, dt: float) -> float:
    """``value`` after ``dt`` weeks of decay towards ``rest`` at ``rate`` a week."""
    return rest + (value - rest) * exp(-rate * dt)


@leaf
def moved(value: float, by: float) -> float:
    """A belief's logit after evidence ``by``, kept within ``SUREST``."""
    return min(max(value + by, -SUREST), SUREST)
