"""How many an attack kills: one law for all instruments (dossier section 9).

    K = 0 with probability p0, else K ~ k0 * exp(X),  X ~ Laplace with standard deviation s_w,

rounded, at least 1, at most the number exposed. Log-Laplace is the double Pareto law (Reed 2001): about the meant
scale k0 on both sides, with a power-law tail P(k) ~ k^-alpha, alpha = 1 + sqrt(2)/s_w. So the dossier's two
descriptions, a calibration error by weapon and a power law with exponent 2.2 to 2.6 (Clauset, Young and Gleditsch
2007), are one law: s_w = 1.0 gives alpha = 2.41. Notice of hours cuts the chance to kill by omega:
p0' = 1 - (1 - p0)(1 - omega).
"""

from __future__ import annotations

import math
from typing import Any, Final

from escalation.compiled import compiled
from escalation.maths import exp, log

_SQRT_HALF: Final = 0.7071067811865476


@compiled
def toll(scale: float, sd: float, exposed: float, u: float) -> float:
    """Deaths of one attack that kills, by inversion of ``u``: a whole number from 1 to ``exposed``."""
    if sd <= 0.0:
        deaths = scale
    elif u < 0.5:
        deaths = scale * exp(sd * _SQRT_HALF * log(2.0 * u))
    else:
        deaths = scale * exp(-sd * _SQRT_HALF * log(2.0 * (1.0 - u)))
    return min(max(math.floor(deaths + 0.5), 1.0), max(math.floor(exposed), 1.0))


@compiled
def whole(mean: float, u: float) -> float:
    """A whole number with the given mean: its floor, or one more with the fractional part as probability."""
    base = math.floor(mean)
    return base + (1.0 if u < mean - base else 0.0)


@compiled
def binomial(n: int, p: float, u: float) -> int:
    """Binomial quantile of ``u`` by summing the mass function upwards."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    mass = exp(n * log(1.0 - p))
    total = mass
    k = 0
    odds = p / (1.0 - p)
    while u > total and k < n:
        mass *= odds * (n - k) / (k + 1.0)
        k += 1
        total += mass
    return k


@compiled
def binomials(n: Any, p: Any, u: Any, out: Any) -> None:
    """Fill ``out`` with the binomial quantile of each ``u``, all of shape (worlds,): the same as ``binomial``.

    Four terms of the sum for every world at once, then the few worlds that need more one by one.
    """
    for i in range(out.shape[0]):
        size, chance, level = n[i], p[i], u[i]
        mass = exp(size * log(1.0 - chance))
        odds = chance / (1.0 - chance)
        total = mass
        k = 1.0 if (level > total) & (size > 0.0) else 0.0
        mass *= odds * size
        total += mass
        k = 2.0 if (level > total) & (size > 1.0) else k
        mass *= odds * (size - 1.0) / 2.0
        total += mass
        k = 3.0 if (level > total) & (size > 2.0) else k
        mass *= odds * (size - 2.0) / 3.0
        total += mass
        k = 4.0 if (level > total) & (size > 3.0) else k
        out[i] = k if (chance > 0.0) & (chance < 1.0) else (size if chance > 0.0 else 0.0)
    for i in range(out.shape[0]):
        if out[i] == 4.0 and n[i] > 4.0:
            out[i] = binomial(int(n[i]), p[i], u[i])
