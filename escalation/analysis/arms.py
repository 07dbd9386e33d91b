"""Arms of a study: scenarios run over the same draws of parameters and the same worlds.

World ``d * n + i`` is replication i under parameter draw d, in every arm: two arms differ only by what their
scenarios differ in (common random numbers), and so do the estimates of a draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from escalation.scenario.design import Shelf, Values, draw
from escalation.scenario.loader import load
from escalation.scenario.scenario import Evidence, Scenario
from escalation.worlds.outcomes import DAYS_OF_WEEK, Outcomes, Snapshot, joined

if TYPE_CHECKING:
    from escalation.worlds.executors import Control

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """An arm: a shipped name or path (or the scenario itself), and overrides laid over it."""

    label: str
    scenario: str | Scenario
    overrides: Mapping[str, object]
    settings: frozenset[str] = frozenset()
    """Keys that the arm itself has set in a scenario that was read already: no one's to override."""

    def read(self, evidence: Evidence = "start") -> Scenario:
        """The scenario with the overrides laid over it. Raises ScenarioFault."""
        if isinstance(self.scenario, str):
            return load(self.scenario, self.overrides, evidence)
        ready = self.scenario.with_overrides(self.overrides) if self.overrides else self.scenario
        return ready if ready.evidence == evidence else replace(ready, evidence=evidence)


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
    """Outcomes of one arm over ``draws`` draws of ``n`` worlds each; ``values`` are the draws of its numbers.

    An arm that is asked for its first day only is not run: its ``outcomes`` have no weeks.
    """

    label: str
    draws: int
    n: int
    outcomes: Outcomes
    scenario: Scenario
    values: Values
    numbers: NDArray[np.int64]
    """World numbers, (draws x n,): what its draws are keyed by."""

    def at(self, week: int) -> Snapshot:
        """The snapshot at ``week``."""
        return self.outcomes.at[week]

    def by_draw(self, values: NDArray[np.generic]) -> Floats:
        """Per-world values (worlds,) as an array (draws, n)."""
        return np.asarray(values, dtype=np.float64).reshape(self.draws, self.n)

    def odds(self, week: int) -> Estimate:
        """Odds of war by draw at ``week`` (conditional Monte Carlo)."""
        return mean_of(self.by_draw(self.at(week).war_sum))

    def counted(self, week: int) -> float:
        """Share of all worlds in which war was drawn by ``week``."""
        return float(self.at(week).war.mean())

    def tally(self, week: int, name: str) -> Floats:
        """A tally at ``week`` as an array (draws, n)."""
        return self.by_draw(self.at(week).tally(name))


def mean_of(values: Floats) -> Estimate:
    """Mean and its standard error along the worlds of each draw.

    The error is that which the worlds show: where none, or all, of them have the event it is nothing. What may be too
    rare to have been seen (``chances.unseen``) is left out here, and said beside the figures; break-even and discovery,
    which look for a change of sign where wars are rare, add it.
    """
    n = values.shape[1]
    spread = values.std(axis=1, ddof=1) if n > 1 else np.full(values.shape[0], np.nan)
    return Estimate(values.mean(axis=1), spread / np.sqrt(n))


def difference(a: ArmOutcome, b: ArmOutcome, week: int, times: float = 1.0) -> Estimate:
    """Odds of war in ``a`` less ``times`` those in ``b``, paired world by world."""
    return mean_of(a.by_draw(a.at(week).war_sum) - times * b.by_draw(b.at(week).war_sum))


def ratio_of_sums(top: Floats, bottom: Floats) -> Estimate:
    """Ratio of sums over the worlds of each draw, (draws, n) each, with its delta-method standard error."""
    n = top.shape[1]
    total = np.maximum(bottom.mean(axis=1), 1e-12)
    value = top.mean(axis=1) / total
    residual = top - value[:, None] * bottom
    return Estimate(value, residual.std(axis=1, ddof=1) / np.sqrt(n) / total)


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
    until: Mapping[str, int] | None = None,
    marks: Sequence[int] = tuple(DAYS_OF_WEEK),
) -> dict[str, ArmOutcome]:
    """Run every arm over ``draws`` draws of its priors, ``n`` worlds each, on shared draws; by label.

    ``until`` gives arms that need not run to the ``horizon`` their own last week, 0 for not at all. Outcomes are kept
    at weeks ``marks`` and at the last.
    """
    numbers = np.arange(draws * n, dtype=np.int64)
    rows = np.repeat(np.arange(draws, dtype=np.int64), n)
    shelf: Shelf = {}
    results: dict[str, ArmOutcome] = {}
    for arm in arms:
        scenario = arm.read(evidence)
        values = draw(scenario, draws, seed, shelf=shelf)
        last = min(horizon, (until or {}).get(arm.label, horizon))
        outcomes = run_rows(
            scenario, values, rows, numbers, seed=seed, horizon=last, workers=workers, progress=progress, marks=marks
        )
        results[arm.label] = ArmOutcome(arm.label, draws, n, outcomes, scenario, values, numbers)
    return results


def run_rows(
    scenario: Scenario,
    values: Values,
    rows: NDArray[np.int64],
    numbers: NDArray[np.int64],
    *,
    seed: int,
    horizon: int,
    workers: int,
    progress: Callable[[int], None] | None = None,
    marks: Sequence[int] = tuple(DAYS_OF_WEEK),
) -> Outcomes:
    """Run worlds ``numbers``, each with its row of ``values``; numbers may repeat, to share draws between rows.

    With a ``horizon`` of 0 nothing is run, and the outcomes have no weeks.
    """
    from escalation.worlds.certificates import certified
    from escalation.worlds.ensemble import BLOCK, Crises, even, planned, run_block
    from escalation.worlds.executors import Threads

    worlds = len(rows)
    countries = tuple(country.name for country in scenario.countries)
    if horizon < 1:
        return Outcomes(scenario.name, seed, 0, 0, countries, {}, np.zeros((len(countries), worlds), dtype=np.int64))
    ready = planned(scenario, values, rows, numbers)
    kept = [week for week in marks if week <= horizon]
    size = even(worlds, BLOCK, workers)

    def one(first: int, control: Control) -> Outcomes:
        many = min(size, worlds - first)
        ran = run_block(crises, first, many, horizon=horizon, marks=kept, control=control)
        control.advance(many * horizon)
        return Outcomes(scenario.name, seed, first, horizon, countries, ran.at, ran.civilians)

    parts: list[Outcomes] = []
    with (
        Crises(ready, seed) as crises,
        Threads(workers) as executor,
        closing(executor.map(one, range(0, worlds, size), progress)) as finished,
    ):
        for _, outcome in finished:
            if isinstance(outcome, Exception):
                raise outcome
            parts.append(outcome)
    return replace(joined(parts), certified=certified(scenario, ready.tables, ready.rows))
