"""Keyed draws and the laws drawn from, on Python's own integers and floats.

``escalation.draws`` says what the draws are. Logarithm, exponential and normal quantile are the standard library's,
written in C; they differ from ``escalation.maths`` in the last bits (the quantile by up to 1e-9), which turns a
decision about once in a billion.
"""

from math import exp, floor, log
from statistics import NormalDist

from escalation.draws import MAX_ACTORS, MAX_PURPOSES, MAX_ROUNDS, STEP_OFFSET

MASK = 0xFFFFFFFFFFFFFFFF
ODD = 0xD1342543DE82EF95
M1 = 0xBF58476D1CE4E5B9
M2 = 0x94D049BB133111EB

SQRT_HALF = 0.7071067811865476
normal = NormalDist().inv_cdf


def place(turn, actor, purpose):
    """Where a draw stands within its step: added to ``start_of(step)`` it names the draw."""
    return ((turn * MAX_ACTORS + actor) * MAX_PURPOSES + purpose) * ODD & MASK


def start_of(step):
    return (step + STEP_OFFSET) * MAX_ROUNDS * MAX_ACTORS * MAX_PURPOSES * ODD & MASK


def uniform(key, index):
    """The uniform of world ``key`` at ``index``, the sum of a ``start_of`` and a ``place``."""
    z = key ^ (index & MASK)
    z = ((z ^ (z >> 30)) * M1) & MASK
    z = ((z ^ (z >> 27)) * M2) & MASK
    return ((z ^ (z >> 31)) >> 11) * 1.1102230246251565e-16 + 5.551115123125783e-17


def logistic(x):
    return 1.0 / (1.0 + exp(-x)) if x > -700.0 else 0.0


def logit(p):
    p = min(max(p, 1e-12), 1.0 - 1e-12)
    return log(p) - log(1.0 - p)


def moved(value, by):
    value += by
    return -15.0 if value < -15.0 else 15.0 if value > 15.0 else value


def toll(scale, sd, exposed, u):
    if sd <= 0.0:
        deaths = scale
    elif u < 0.5:
        deaths = scale * (2.0 * u) ** (sd * SQRT_HALF)
    else:
        deaths = scale * (2.0 * (1.0 - u)) ** (-sd * SQRT_HALF)
    return min(max(floor(deaths + 0.5), 1), max(floor(exposed), 1))


def whole(mean, u):
    base = floor(mean)
    return base + 1 if u < mean - base else base


def binomial(n, p, u):
    """Binomial quantile of ``u``; ``n`` is at least 1."""
    if p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    total = mass = (1.0 - p) ** n
    if u <= total:
        return 0
    odds = p / (1.0 - p)
    k = 0
    while u > total and k < n:
        mass *= odds * (n - k) / (k + 1.0)
        k += 1
        total += mass
    return k
