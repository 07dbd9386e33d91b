"""How often an effect has a sign, when each draw of the parameters gives it only with Monte-Carlo noise.

Counting the draws whose *estimate* is negative mixes two uncertainties: with few worlds a draw, half of the tiny
effects come out with the wrong sign. Here the distribution of the true effects is estimated with the noise taken
out (after Stephens 2017, *Biostatistics* 18(2), "False discovery rates: a new deal"): true effects follow a mixture
of uniforms on [0, a] and [-a, 0] over a grid of widths a, and estimates are normal about them with their own
standard errors; on the scale of z = effect / standard error, because here a draw with high odds has large effects and
much noise at once (the exchangeable-z variant). The weights are not maximised, which would bet the unidentified part
(effects much smaller than their noise) on one sign, but averaged over their posterior (Dirichlet prior, even between
the signs; Gibbs sampling, Diebolt and Robert 1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WIDTHS = 10
_CONCENTRATION = 0.2
"""Dirichlet pseudo-count of each component: four draws' worth in all, even between the signs."""
_SWEEPS, _BURN_IN = 600, 100


@dataclass(frozen=True)
class Shrunk:
    """The distribution of true effects over the draws.

    ``below`` is the share of true effects below zero, ``below_low`` and ``below_high`` its 95 % credible interval;
    ``low`` and ``high`` bound the central 95 % of true effects; ``raw`` is the naive share.
    """

    below: float
    below_low: float
    below_high: float
    low: float
    high: float
    raw: float


def _likelihood(d: Floats, s: Floats, widths: Floats) -> Floats:
    """Density of each estimate under each component, shape (draws, 2 widths): negative components first."""
    from scipy.stats import norm

    z = d[:, None] / s[:, None]
    edge = widths[None, :] / s[:, None]
    positive = (norm.cdf(z) - norm.cdf(z - edge)) / widths
    negative = (norm.cdf(z + edge) - norm.cdf(z)) / widths
    return np.asarray(np.maximum(np.concatenate([negative, positive], axis=1), 1e-300))


def _sample(d: Floats, s: Floats, widths: Floats, weights: Floats, seed: int) -> tuple[Floats, Floats]:
    """Gibbs sampling: share of effects below zero by sweep, (sweeps,), and true effects by sweep, (sweeps, draws).

    ``weights`` (draws,) count each draw of the parameters; a draw of weight 0.3 counts for 0.3 of one.
    """
    from scipy.special import ndtr, ndtri

    rng = np.random.default_rng(seed)
    likelihood = _likelihood(d, s, widths)
    components = likelihood.shape[1]
    floor = np.concatenate([-widths, np.zeros(_WIDTHS)])
    ceiling = np.concatenate([np.zeros(_WIDTHS), widths])
    pi = np.full(components, 1.0 / components)
    below = np.empty(_SWEEPS)
    # what a sweep has chosen is kept, and the effects are worked out for all sweeps at once
    kept, uniforms = np.empty((_SWEEPS, len(d)), dtype=np.int64), np.empty((_SWEEPS, len(d)))
    for sweep in range(_SWEEPS + _BURN_IN):
        cumulative = np.cumsum(likelihood * pi, axis=1)
        u = rng.random(len(d)) * cumulative[:, -1]
        chosen = (cumulative < u[:, None]).sum(axis=1)
        counts = np.bincount(chosen, weights=weights, minlength=components)
        pi = rng.dirichlet(_CONCENTRATION + counts)
        if sweep >= _BURN_IN:
            below[sweep - _BURN_IN] = pi[:_WIDTHS].sum()
            kept[sweep - _BURN_IN] = chosen
            uniforms[sweep - _BURN_IN] = rng.random(len(d))
    low, high = floor[kept], ceiling[kept]
    edges = ndtr((low - d) / s), ndtr((high - d) / s)
    z = ndtri(np.clip(edges[0] + uniforms * (edges[1] - edges[0]), 1e-12, 1.0 - 1e-12))
    return below, np.clip(d + s * z, low, high)


def shrink(estimates: Floats, errors: Floats, weights: Floats | None = None, seed: int = 0) -> Shrunk:
    """Distribution of true effects behind ``estimates`` (draws,) with standard ``errors`` (draws,).

    ``weights`` (draws,) weigh the draws (default: evenly). ``seed`` seeds the sampler. Raises
    ``ValueError`` for fewer than two draws.
    """
    d, s = np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    if d.size < 2:
        raise ValueError(f"{d.size} draws of the parameters; legal: 2 or more")
    w = np.ones(d.size) if weights is None else np.asarray(weights, dtype=np.float64)
    w = w / w.sum()
    raw = float((w * (d < 0.0)).sum())
    w = w / float((w**2).sum())  # Kish's effective number of draws, shared out by weight
    if not (np.any(d) or np.any(s)):
        return Shrunk(0.5, 0.0, 1.0, 0.0, 0.0, raw)
    z, s, widths = _scaled(d, s)
    below, effects = _sample(z, np.ones_like(z), widths, w, seed)
    effects = effects * s
    interval = np.quantile(below, [0.025, 0.975])
    order = np.argsort(effects, axis=None)
    share = np.broadcast_to(w / w.sum() / _SWEEPS, effects.shape).ravel()[order]
    low, high = np.interp([0.025, 0.975], np.cumsum(share), effects.ravel()[order])
    return Shrunk(float(below.mean()), float(interval[0]), float(interval[1]), float(low), float(high), raw)


def chance_below(estimates: Floats, errors: Floats, seed: int = 0) -> Floats:
    """The probability that each draw's own true effect is below zero, (draws,); arguments as in ``shrink``.

    What is known of the other draws is taken into account: an estimate within its noise is as likely to be below zero
    as small effects are on the whole. Where there is neither effect nor noise anywhere it is one half.
    """
    d, s = np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    if not (np.any(d) or np.any(s)):
        return np.full(d.shape, 0.5)
    z, _, widths = _scaled(d, s)
    _, effects = _sample(z, np.ones_like(z), widths, np.ones_like(z), seed)
    return np.asarray((effects < 0.0).mean(axis=0))


def _scaled(d: Floats, s: Floats) -> tuple[Floats, Floats, Floats]:
    """Estimates in units of their errors, the errors (none of them nothing), and the widths of the components."""
    s = np.maximum(s, 1e-6 * max(float(np.abs(d).max()), float(s.max())))
    z = d / s
    return z, s, np.geomspace(0.25, max(1.5 * float(np.abs(z).max()), 4.0), _WIDTHS)
