"""Exponential, logarithm, logistic and normal quantile of our own: the same bits everywhere.

A library's ``exp`` differs in its last bit between NumPy builds and between compiled and interpreted code; one
differing bit flips a choice now and then, and then a digest. These use only additions, multiplications, a
division, ``sqrt`` and the bits of a number, which IEEE 754 fixes in one way. Relative error of ``exp`` and
``log``: below 4e-15 over their range (tests/test_maths.py).

But for the tails of the normal quantile none of them branches or calls a library, so that a compiler can take several
worlds at once.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from escalation.compiled import compiled, leaf

_PER_LN2: Final = 1.4426950408889634  # 1 / ln 2
_ROUND: Final = 6755399441055744.0  # 1.5 * 2**52: adding and taking away rounds to the nearest whole number
_LN2_HIGH: Final = 6.93147180369123816490e-01  # ln 2, split so that a whole number times _LN2_HIGH is exact
_LN2_LOW: Final = 1.90821492927058770002e-10
_FRACTION_BITS: Final = 52
_EXPONENT_BIAS: Final = 1023
_FRACTION_MASK: Final = (1 << _FRACTION_BITS) - 1
_HALF_BITS: Final = (_EXPONENT_BIAS - 1) << _FRACTION_BITS  # of the number 0.5
_SQRT_HALF: Final = 0.7071067811865476
_TAIL: Final = 0.02425  # where the normal quantile changes from one formula to the other


@leaf
def exp(x: float) -> float:
    """e to the x for x clipped to [-700, 700]: 2^k times a Taylor polynomial of degree 12 in x - k ln 2."""
    x = x if x > -700.0 else -700.0  # written so that a NaN ends up in range too
    x = x if x < 700.0 else 700.0
    rounded = x * _PER_LN2 + _ROUND
    k = rounded - _ROUND
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    a = (1.0 + r) + r2 * (0.5 + r * 0.16666666666666666)
    b = (0.041666666666666664 + r * 0.008333333333333333) + r2 * (0.001388888888888889 + r * 0.0001984126984126984)
    c = (2.48015873015873e-05 + r * 2.7557319223985893e-06) + r2 * (2.755731922398589e-07 + r * 2.505210838544172e-08)
    p = a + r4 * (b + r4 * (c + r4 * 2.08767569878681e-09))
    i = np.float64(rounded).view(np.int64)  # k in its lowest bits; those of _ROUND above are shifted out below
    power: float = np.int64((i + _EXPONENT_BIAS) << _FRACTION_BITS).view(np.float64)
    return p * power


@leaf
def log(x: float) -> float:
    """Natural logarithm of x > 0 (fdlibm's series in s = f/(2+f)); x is floored at 1e-300."""
    x = x if x > 1e-300 else 1e-300
    bits = np.float64(x).view(np.int64)
    mantissa: float = np.int64((bits & _FRACTION_MASK) | _HALF_BITS).view(np.float64)  # in [0.5, 1)
    exponent = np.float64((bits >> _FRACTION_BITS) - (_EXPONENT_BIAS - 1))
    low = mantissa < _SQRT_HALF
    f = (mantissa * 2.0 if low else mantissa) - 1.0
    exponent = exponent - 1.0 if low else exponent
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    t1 = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    t2 = z * (
        0.6666666666666735130 + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591))
    )
    half = 0.5 * f * f
    result: float = exponent * _LN2_HIGH - ((half - (s * (half + t1 + t2) + exponent * _LN2_LOW)) - f)
    return result


@leaf
def select(condition: bool, one: Any, other: Any) -> Any:
    """``one`` where the condition holds, else ``other``; both are worked out first.

    For a loop that may leave a number as it is: as ``x[i] = y[i] if c[i] else x[i]`` it would be compiled to a jump
    around the store, one world at a time.
    """
    return one if condition else other


@leaf
def logistic(x: float) -> float:
    """1 / (1 + e^-x), without overflow."""
    e = exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@leaf
def logit(p: float) -> float:
    """ln(p / (1-p)) with p kept inside [1e-12, 1-1e-12], so that a certainty stays finite."""
    p = min(max(p, 1e-12), 1.0 - 1e-12)
    return log(p) - log(1.0 - p)


@compiled
def normal(u: float) -> float:
    """Standard normal quantile of u in (0, 1): Acklam's rational approximation, relative error 1.2e-9."""
    return _normal_tail(u) if _in_tail(u) else _normal_middle(u)


@compiled
def normals(u: Any, out: Any, who: Any) -> None:
    """Fill ``out`` (n,) with the standard normal quantiles of ``u`` (n,); ``who`` (n,), whole numbers, is scratch.

    All by the middle formula, which goes several at a time, and then the one in twenty that is out in a tail.
    """
    for i in range(out.shape[0]):
        out[i] = _normal_middle(u[i])
    few = 0
    for i in range(out.shape[0]):  # without a jump, for which they are is hard to foresee
        who[few] = i
        few += 1 if _in_tail(u[i]) else 0
    for n in range(few):
        out[who[n]] = _normal_tail(u[who[n]])


@leaf
def _in_tail(u: float) -> bool:
    return (u < _TAIL) | (u > 1.0 - _TAIL)


@leaf
def _normal_middle(u: float) -> float:
    q = u - 0.5
    r = q * q
    top = -39.69683028665376 * r + 220.9460984245205
    top = (((top * r - 275.9285104469687) * r + 138.3577518672690) * r - 30.66479806614716) * r + 2.506628277459239
    low = -54.47609879822406 * r + 161.5858368580409
    low = (((low * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1.0
    return top * q / low


@compiled
def _normal_tail(u: float) -> float:
    below = u < 0.5
    q = math.sqrt(-2.0 * log(u if below else 1.0 - u))
    top = -0.007784894002430293 * q - 0.3223964580411365
    top = (((top * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
    low = 0.007784695709041462 * q + 0.3224671290700398
    low = ((low * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0
    return (top if below else -top) / low
