"""The chance of war at many points of the unit cube, world by world: what the laboratory's analyses look at.

An analysis takes any ``Response``; the one made here runs the model. Points that are given the same first world share
their luck, so that what one of them has more than another is the numbers' doing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.factors import Factors
from escalation.scenario.design import Values
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import Progress, simulate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AT_ONCE: Final = 65_536
"""Worlds whose outcomes are held at a time, at about 1.2 kB each."""


class Response(Protocol):
    """A quantity at points of the unit cube, by world."""

    def __call__(self, unit: Floats, first: Ints, /) -> Floats:
        """The quantity at ``unit`` (points, keys) in worlds ``first`` (points,) and after, shape (points, worlds)."""


@dataclass(frozen=True)
class Chances:
    """Each world's chance of war by the horizon (``war_sum``) in ``a``, less that in ``b`` where there is one.

    ``worlds`` a point; numbers that are no factor stand at their central values.
    """

    factors: Factors
    a: Scenario
    b: Scenario | None
    worlds: int
    seed: int
    horizon: int
    workers: int = 2
    progress: Progress | None = None

    def __call__(self, unit: Floats, first: Ints, /) -> Floats:
        """As ``Response``."""
        found = self.of(self.a, unit, first)
        return found if self.b is None else found - self.of(self.b, unit, first)

    def of(self, scenario: Scenario, unit: Floats, first: Ints) -> Floats:
        """The chance of war in one scenario, shape (points, worlds)."""
        moved = self.factors.columns(scenario, unit)
        values = {key: number.value for key, number in scenario.numbers.items()}
        return chances(
            scenario,
            Values(len(unit), {**values, **moved}),
            first,
            self.worlds,
            seed=self.seed,
            horizon=self.horizon,
            workers=self.workers,
            progress=self.progress,
        )


def chances(
    scenario: Scenario,
    values: Values,
    first: Ints,
    worlds: int,
    *,
    seed: int,
    horizon: int,
    workers: int = 2,
    progress: Progress | None = None,
) -> Floats:
    """Each world's chance of war under each row of ``values``, shape (rows, worlds).

    Row r runs worlds ``first[r] .. first[r] + worlds - 1``. Rows are run some at a time, so that few outcomes are held.
    """
    if worlds > AT_ONCE:
        halves = ((first, worlds // 2), (first + worlds // 2, worlds - worlds // 2))
        common: Any = {"seed": seed, "horizon": horizon, "workers": workers, "progress": progress}
        return np.concatenate([chances(scenario, values, at, part, **common) for at, part in halves], axis=1)
    parts = []
    step = max(AT_ONCE // worlds, 1)
    for begin in range(0, values.rows, step):
        chosen = np.arange(begin, min(begin + step, values.rows))
        numbers = (first[chosen, None] + np.arange(worlds, dtype=np.int64)).ravel()
        outcomes = simulate(
            scenario,
            len(chosen) * worlds,
            seed=seed,
            horizon=horizon,
            values=values.take(chosen),
            rows=np.repeat(np.arange(len(chosen), dtype=np.int64), worlds),
            numbers=numbers,
            workers=workers,
            progress=progress,
        )
        parts.append(outcomes.end.war_sum.reshape(len(chosen), worlds))
    return np.concatenate(parts)


def squares_without_noise(differences: Floats) -> Floats:
    """Unbiased square of each row's true mean, shape (rows,), from ``differences`` (rows, worlds), two worlds or more.

    The mean over pairs of two *different* worlds: their noise is independent, so that it drops out of the product,
    whereas the square of the mean is too large by the variance of the mean (a U-statistic; Hoeffding 1948).
    """
    n = differences.shape[1]
    total = differences.sum(axis=1)
    return np.asarray((total * total - (differences * differences).sum(axis=1)) / (n * (n - 1)))


def unseen(worlds: int) -> float:
    """Standard error, of a mean over ``worlds``, of what may be too rare to have been seen in any of them.

    A war in one world that another scenario does not have may happen with a chance of up to about 3 / ``worlds`` and
    not be seen (the rule of three; Hanley and Lippman-Hand 1983, JAMA 249: 1743-1745), so that a spread estimated from
    the worlds alone is too narrow where wars are rare. This is as though there had been two worlds more: one with such
    a war on the one side, and one on the other.
    """
    return math.sqrt(2.0) / worlds


def checked_sizes(least: Sequence[tuple[str, int, int]]) -> None:
    """Raises ``ValueError`` for a size (name, number, least legal) that is too small."""
    for name, number, lowest in least:
        if number < lowest:
            raise ValueError(f"{name}: {number}; legal: {lowest} or more")
