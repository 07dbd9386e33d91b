"""Made-up crises with known causes, for the laboratory's tests: nothing is simulated.

Each gives, at points of the unit cube, yes/no outcomes of worlds whose luck is keyed by the world, as the model's is:
world w goes to war at a point where its luck is below the chance there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from escalation.analysis.factors import Factor, Factors

Chance = Callable[[np.ndarray], np.ndarray]
"""Points (points, keys) -> the chance of war at each, (points,)."""


def luck(first: np.ndarray, worlds: int, seed: int = 0) -> np.ndarray:
    """Even numbers from 0 to 1, shape (points, worlds), a pure function of the world's number."""
    numbers = (first[:, None] + np.arange(worlds)).astype(np.uint64)
    with np.errstate(over="ignore"):
        z = (numbers + np.uint64(1 + 1000003 * seed)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))) / 2.0**64


def wars(chance: Chance, worlds: int, seed: int = 0) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A ``Response`` of yes/no outcomes, 1.0 for war."""
    return lambda unit, first: (luck(first, worlds, seed) < chance(unit)[:, None]).astype(float)


def certain(chance: Chance, worlds: int = 2) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A ``Response`` that is the chance itself in every world."""
    return lambda unit, _: np.repeat(chance(unit)[:, None], worlds, axis=1)


def inputs(*names: str) -> Factors:
    """One factor a name, of one number each."""
    return Factors(tuple(Factor(name, (name,)) for name in names))


def ishigami(unit: np.ndarray) -> np.ndarray:
    """Ishigami and Homma (1990) with a = 7, b = 0.1; inputs beyond the third do nothing."""
    x = np.pi * (2.0 * unit[:, :3] - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


ISHIGAMI_FIRST = (0.3139, 0.4424, 0.0)
ISHIGAMI_TOTAL = (0.5576, 0.4424, 0.2437)
"""Exact indices (Saltelli et al. 2008, *Global Sensitivity Analysis: The Primer*, table 4.6)."""


def g_function(unit: np.ndarray, a: tuple[float, ...]) -> np.ndarray:
    """Sobol's g: the smaller a_i, the more input i matters; inputs beyond ``a`` do nothing."""
    weights = np.array(a)
    return np.prod((np.abs(4.0 * unit[:, : len(a)] - 2.0) + weights) / (1.0 + weights), axis=1)


def g_indices(a: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Exact first-order and total indices of g (Sobol' 2003)."""
    parts = 1.0 / (3.0 * (1.0 + np.array(a)) ** 2)
    whole = np.prod(1.0 + parts) - 1.0
    return parts / whole, parts * np.prod(1.0 + parts) / (1.0 + parts) / whole
