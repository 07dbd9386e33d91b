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

from escalation.compiled import compiled, loop
from escalation.maths import exp, log
from escalation.model.lanes import at

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
    none = 1.0
    for _ in range(n):
        none *= 1.0 - p
    return rest_of_binomial(n, p, none, u)


@compiled
def rest_of_binomial(n: int, p: float, none: float, u: float) -> int:
    """The same where the chance of 0, ``none`` = (1 - p)^n, is known already."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    mass = none
    total = mass
    k = 0
    odds = p / (1.0 - p)
    while u > total and k < n:
        mass *= odds * (n - k) / (k + 1.0)
        k += 1
        total += mass
    return k


@loop
def few(chance: Any, none: Any, u: Any, n: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` with the binomial quantile of each ``u`` up to 4, which stands for 4 or more; arrays (lanes,).

    ``n`` is one number or one a lane; ``none`` is the chance of 0, as in ``rest_of_binomial``.
    """
    for i in range(lanes):
        most, p = at(n, i), chance[i]
        odds = p / (1.0 - p if p < 1.0 else 1.0)
        level, mass = u[i], none[i]
        total = mass
        k = 1.0 if (level > total) & (most > 0) else 0.0
        mass *= odds * most
        total += mass
        k = 2.0 if (level > total) & (most > 1) else k
        mass *= odds * (most - 1.0) / 2.0
        total += mass
        k = 3.0 if (level > total) & (most > 2) else k
        mass *= odds * (most - 2.0) / 3.0
        total += mass
        k = 4.0 if (level > total) & (most > 3) else k
        k = k if p > 0.0 else 0.0
        out[i] = k if p < 1.0 else most


@loop
def none_of(chance: Any, n: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` with (1 - ``chance``)^n for ``n`` from 0 to 4 by lane, multiplied up as in ``binomial``."""
    for i in range(lanes):
        one = 1.0 - chance[i]
        two = one * one
        three = two * one
        low = (one if n[i] > 0.5 else 1.0) if n[i] < 1.5 else two
        out[i] = low if n[i] < 2.5 else (three if n[i] < 3.5 else three * one)
