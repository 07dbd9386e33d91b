"""Arms of a study: scenarios run over the same draws of parameters and the same worlds.

World ``d * n + i`` is replication i under parameter draw d, in every arm: two arms differ only by what their
scenarios differ in (common random numbers), and so do the estimates of a draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escalation.model.layout import WEEKS_A_MONTH
from escalation.scenario.design import draw
from escalation.scenario.loader import load
from escalation.scenario.scenario import Evidence
from escalation.worlds.ensemble import simulate
from escalation.worlds.outcomes import Outcomes, Snapshot

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """An arm: a shipped name or path, and overrides laid over it."""

    label: str
    scenario: str
    overrides: Mapping[str, object]


@dataclass(frozen=True)
class Estimate:
    """A quantity by draw of parameters, with the Monte-Carlo standard error within each draw; shapes (draws,)."""

    value: Floats
    error: Floats

    @property
    def mean(self) -> float:
        """Mean over the draws."""
        return float(self.value.mean())

    @property
    def noise(self) -> float:
        """Monte-Carlo standard error of that mean: no parameter uncertainty in it."""
        return float(np.sqrt((self.error**2).sum()) / len(self.error))


@dataclass(frozen=True)
class ArmOutcome:
    """Outcomes of one arm over ``draws`` draws of ``n`` worlds each."""

    label: str
    draws: int
    n: int
    outcomes: Outcomes

    def at(self, week: int) -> Snapshot:
        """The snapshot at ``week``."""
        return self.outcomes.at[week]

    def by_draw(self, values: NDArray[np.generic]) -> Floats:
        """Per-world values (worlds,) as an array (draws, n)."""
        return np.asarray(values, dtype=np.float64).reshape(self.draws, self.n)

    def odds(self, week: int) -> Estimate:
        """Odds of war by draw at ``week`` (conditional Monte Carlo)."""
        return _mean(self.by_draw(self.at(week).war_sum))

    def counted(self, week: int) -> float:
        """Share of all worlds in which war was drawn by ``week``."""
        return float(self.at(week).war.mean())

    def tally(self, week: int, name: str) -> Floats:
        """A tally at ``week`` as an array (draws, n)."""
        return self.by_draw(self.at(week).tally(name))


def _mean(values: Floats) -> Estimate:
    """Mean and its standard error along the worlds of each draw."""
    n = values.shape[1]
    spread = values.std(axis=1, ddof=1) if n > 1 else np.full(values.shape[0], np.nan)
    return Estimate(values.mean(axis=1), spread / np.sqrt(n))


def difference(a: ArmOutcome, b: ArmOutcome, week: int, times: float = 1.0) -> Estimate:
    """Odds of war in ``a`` less ``times`` those in ``b``, paired world by world."""
    return _mean(a.by_draw(a.at(week).war_sum) - times * b.by_draw(b.at(week).war_sum))


def ratio_of_sums(top: Floats, bottom: Floats) -> Estimate:
    """Ratio of sums over the worlds of each draw, (draws, n) each, with its delta-method standard error."""
    n = top.shape[1]
    total = np.maximum(bottom.mean(axis=1), 1e-12)
    value = top.mean(axis=1) / total
    residual = top - value[:, None] * bottom
    return Estimate(value, residual.std(axis=1, ddof=1) / np.sqrt(n) / total)


def log_rate_ratio(a: ArmOutcome, b: ArmOutcome, week: int) -> Estimate:
    """Natural log of the ratio of attack rates (attacks a week lived through), ``a`` over ``b``; paired delta method.

    Half an attack is added to both counts, so that a draw without attacks has a finite ratio.
    """
    attacks = [arm.tally(week, "attacks") for arm in (a, b)]
    weeks = [arm.tally(week, "weeks") for arm in (a, b)]
    n = attacks[0].shape[1]
    rates = [(x.sum(axis=1) + 0.5) / np.maximum(t.sum(axis=1), 1.0) for x, t in zip(attacks, weeks, strict=True)]
    influence = np.zeros_like(attacks[0])
    for sign, x, t, rate in zip((1.0, -1.0), attacks, weeks, rates, strict=True):
        exposure = np.maximum(t.mean(axis=1), 1e-12)
        influence += sign * (x - rate[:, None] * t) / (rate * exposure)[:, None]
    return Estimate(np.log(rates[0] / rates[1]), influence.std(axis=1, ddof=1) / np.sqrt(n))


def attacks_a_month(arm: ArmOutcome, week: int) -> Estimate:
    """Proxy attacks on the defender a month lived through, by draw."""
    return ratio_of_sums(arm.tally(week, "attacks") * WEEKS_A_MONTH, arm.tally(week, "weeks"))


def run_arms(
    arms: Sequence[Arm],
    draws: int,
    n: int,
    *,
    seed: int,
    horizon: int,
    evidence: Evidence = "start",
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> dict[str, ArmOutcome]:
    """Run every arm over ``draws`` draws of its priors, ``n`` worlds each, on shared draws; by label."""
    rows = np.repeat(np.arange(draws, dtype=np.int64), n)
    results: dict[str, ArmOutcome] = {}
    for arm in arms:
        scenario = load(arm.scenario, arm.overrides, evidence)
        values = draw(scenario, draws, seed)
        outcomes = simulate(
            scenario,
            draws * n,
            seed=seed,
            horizon=horizon,
            values=values,
            rows=rows,
            workers=workers,
            progress=progress,
        )
        results[arm.label] = ArmOutcome(arm.label, draws, n, outcomes)
    return results
