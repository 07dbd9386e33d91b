"""Sobol' indices of a noisy quantity, such as a yes/no outcome, with the noise taken out.

First-order and total indices by Jansen's differences (Jansen 1999, Comp. Phys. Comm. 117: 35-43; Saltelli et al. 2010,
ibid. 181: 259-270) over two independent samples A and B and, for every factor, A with that factor taken from B. A plain
estimate of a yes/no outcome is silently wrong, because each square holds the noise of drawing: with one world a point
an input that does nothing has a total index near one half. Here each row of the samples has its own worlds, shared by
all its points, and a square is worked out over pairs of *different* worlds (``squares_without_noise``), whose noise
drops out. Rows are independent of each other, so that the delta method over rows gives intervals; Sobol' points are
spread more evenly than that, so that these are a little wide.

The *dummy* is a factor that does nothing to the crisis but hand it other worlds: what it seems to matter is noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.chances import Response, squares_without_noise

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """What the indices are made of, by row: ``variance`` (rows,), and by factor, the dummy last, (rows, factors + 1).

    The mean of ``variance`` is the variance of the quantity over the factors, those of ``first`` and ``total`` the
    parts of it that the indices are. ``plain`` hold the same without regard to noise. ``mean`` (rows,) is the quantity.
    """

    variance: Floats
    first: Floats
    total: Floats
    plain_variance: Floats
    plain_first: Floats
    plain_total: Floats
    mean: Floats


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share of the variance and its standard error."""

    value: float
    error: float


def parts(response: Response, groups: Sequence[Sequence[int]], rows: int, worlds: int, seed: int) -> Parts:
    """Run the samples: ``rows`` (a power of two) x (factors + 3) points of ``worlds`` (two or more) worlds."""
    from scipy.stats import qmc

    keys = sum(len(group) for group in groups)
    sample = qmc.Sobol(2 * keys, rng=np.random.default_rng([seed, 0x536F62])).random(rows)
    a, b = sample[:, :keys], sample[:, keys:]
    mixed = [a.copy() for _ in groups]
    for one, group in zip(mixed, groups, strict=True):
        one[:, list(group)] = b[:, list(group)]
    unit = np.stack([a, b, *mixed, a], axis=1)
    first = np.repeat(2 * worlds * np.arange(rows, dtype=np.int64)[:, None], unit.shape[1], axis=1)
    first[:, -1] += worlds  # the dummy: the point itself, in other worlds
    found = response(unit.reshape(-1, keys), first.ravel()).reshape(rows, -1, worlds)
    at_a, at_b, moved = found[:, 0], found[:, 1], found[:, 2:]

    def halves(differences: Floats) -> tuple[Floats, Floats]:
        return squares_without_noise(differences) / 2.0, differences.mean(axis=1) ** 2 / 2.0

    variance, plain_variance = halves(at_a - at_b)
    total, first_order = np.empty((rows, len(groups) + 1)), np.empty((rows, len(groups) + 1))
    plain_total, plain_first = np.empty_like(total), np.empty_like(total)
    for factor in range(len(groups) + 1):
        total[:, factor], plain_total[:, factor] = halves(at_a - moved[:, factor])
        rest, plain_rest = halves(at_b - moved[:, factor])
        first_order[:, factor], plain_first[:, factor] = variance - rest, plain_variance - plain_rest
    mean = (at_a.mean(axis=1) + at_b.mean(axis=1)) / 2.0
    return Parts(variance, first_order, total, plain_variance, plain_first, plain_total, mean)


def share_of(part: Floats, variance: Floats) -> Ratio:
    """The mean of ``part`` over that of ``variance``, (rows,) each, with the delta method's standard error."""
    whole = float(variance.mean())
    value = float(part.mean()) / whole
    spread = float((part - value * variance).std(ddof=1))
    return Ratio(value, spread / math.sqrt(len(part)) / abs(whole))
