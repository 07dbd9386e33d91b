"""A figure of the model with its 95 % interval and its n: shares, ratios over worlds, means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escalation.history.record import share_interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """``low`` and ``high`` bound the Monte-Carlo noise alone; ``n`` counts ``of`` (worlds, attacks, draws ...).

    A figure that is computed exactly has ``low == value == high``; infinite means beyond what was searched.
    """

    value: float
    low: float
    high: float
    n: int
    of: str = "worlds"


def exact(value: float, n: int = 1, of: str = "row of central values") -> Estimate:
    """A figure without Monte-Carlo noise."""
    return Estimate(value, value, value, n, of)


def share(hits: int, trials: int, of: str = "worlds") -> Estimate | None:
    """A share with its Wilson interval; None where nothing was tried."""
    if trials == 0:
        return None
    low, high = share_interval(hits, trials, "wilson")
    return Estimate(hits / trials, low, high, trials, of)


def mean(values: ArrayLike, of: str = "worlds") -> Estimate | None:
    """A mean with its normal interval; None of fewer than two values."""
    x = np.asarray(values, dtype=np.float64)
    if x.size < 2:
        return None
    half = _Z * float(x.std(ddof=1)) / float(np.sqrt(x.size))
    middle = float(x.mean())
    return Estimate(middle, middle - half, middle + half, int(x.size), of)


def ratio(top: ArrayLike, bottom: ArrayLike) -> Estimate | None:
    """Sum of ``top`` over sum of ``bottom``, both by world: the ratio estimator and its linearised interval.

    None where the bottom sums to nothing.
    """
    x, y = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    if y.sum() <= 0.0 or x.size < 2:
        return None
    value = float(x.sum() / y.sum())
    half = _Z * float(np.sqrt(x.size / (x.size - 1.0) * ((x - value * y) ** 2).sum()) / y.sum())
    return Estimate(value, max(value - half, 0.0), value + half, int(x.size))


def ratio_of_ratios(top: tuple[ArrayLike, ArrayLike], bottom: tuple[ArrayLike, ArrayLike]) -> Estimate | None:
    """One ratio of sums over another, both on the same worlds (paired), with the interval of its logarithm.

    None where a sum is nothing.
    """
    arrays = [np.asarray(part, dtype=np.float64) for part in (*top, *bottom)]
    sums = [float(part.sum()) for part in arrays]
    if min(sums) <= 0.0 or arrays[0].size < 2:
        return None
    n = arrays[0].size
    weights = [part / total for part, total in zip(arrays, sums, strict=True)]
    influence = weights[0] - weights[1] - weights[2] + weights[3]
    half = _Z * float(np.sqrt(n / (n - 1.0) * (influence**2).sum()))
    value = sums[0] / sums[1] / (sums[2] / sums[3])
    return Estimate(value, value * float(np.exp(-half)), value * float(np.exp(half)), n)
