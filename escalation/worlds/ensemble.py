"""Many worlds: blocks of a crisis, run one after another or by threads, and joined in the order of their worlds.

Every draw is keyed by world, so block size, worker count and order never change a result (tests/test_laws.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from escalation.model import start
from escalation.model.arrays import Floats, Ints, Tables
from escalation.model.crisis import Crisis
from escalation.model.layout import WAR_SUM
from escalation.model.tables import build
from escalation.scenario.design import Values, central, draw
from escalation.scenario.scenario import Scenario
from escalation.worlds.outcomes import DAYS_OF_WEEK, Outcomes, Snapshot, joined

BLOCK = 1024
"""Worlds a block: its state (about 0.6 MB) stays in the second-level cache."""

Progress = Callable[[int], None]
"""Called with the number of world-weeks just finished."""


@dataclass(frozen=True)
class Plan:
    """A scenario made ready to run: tables and past for each parameter row, and each world's row."""

    scenario: Scenario
    tables: Tables
    past: Floats
    rows: Ints

    @property
    def worlds(self) -> int:
        """How many worlds."""
        return len(self.rows)


def plan(
    scenario: Scenario,
    worlds: int,
    *,
    seed: int = 0,
    priors: bool = False,
    first_world: int = 0,
    values: Values | None = None,
    rows: Ints | None = None,
) -> Plan:
    """Tables for ``worlds`` worlds of ``scenario``.

    By default all worlds share the central values. ``priors`` draws every uncertain number per world, keyed by the
    world (the same draw for a world in every arm). ``values`` and ``rows`` (worlds,) give parameter rows by hand.
    Raises ``ValueError`` for an abstract scenario or no worlds.
    """
    if scenario.abstract:
        raise ValueError(f"{scenario.name} is only there to be extended; run one that extends it")
    if worlds < 1:
        raise ValueError(f"worlds: {worlds}; legal: 1 or more")
    if values is None:
        values = draw(scenario, worlds, seed, first_world) if priors else central(scenario)
    if rows is None:
        rows = np.arange(worlds, dtype=np.int64) % values.rows
    tables = build(scenario, values)
    return Plan(scenario, tables, start.reputation(scenario, tables), rows)


def run_block(
    ready: Plan, first: int, size: int, *, seed: int, first_world: int, horizon: int, marks: Sequence[int]
) -> Outcomes:
    """Run worlds ``first .. first + size - 1`` of a plan; snapshots at weeks ``marks`` and at the horizon."""
    crisis = Crisis(
        ready.scenario,
        size,
        tables=ready.tables,
        past=ready.past,
        rows=ready.rows[first : first + size],
        seed=seed,
        first_world=first_world + first,
    )
    at: dict[int, Snapshot] = {}
    for week in range(1, horizon + 1):
        if crisis.running:
            crisis.step()
        if week in marks or week == horizon:
            at[week] = Snapshot(crisis.state.N.copy(), crisis.state.S[WAR_SUM].copy())
    countries = tuple(country.name for country in ready.scenario.countries)
    outcome = Outcomes(ready.scenario.name, seed, first_world + first, horizon, countries, at, crisis.state.civilians)
    crisis.release()
    return outcome


def simulate(
    scenario: Scenario,
    worlds: int = 10_000,
    *,
    seed: int = 0,
    horizon: int = 52,
    priors: bool = False,
    first_world: int = 0,
    values: Values | None = None,
    rows: Ints | None = None,
    block: int = BLOCK,
    workers: int = 2,
    progress: Progress | None = None,
) -> Outcomes:
    """Run ``worlds`` worlds of ``scenario`` for ``horizon`` weeks.

    ``values``, ``rows``, ``priors`` and ``first_world`` as in ``plan``. Snapshots are taken at weeks 2, 13, 52 and 208
    as far as the horizon reaches, and at the horizon. Raises ``ValueError`` for a horizon, block or worker count
    below 1.
    """
    for name, number in (("horizon", horizon), ("block", block), ("workers", workers)):
        if number < 1:
            raise ValueError(f"{name}: {number}; legal: 1 or more")
    ready = plan(scenario, worlds, seed=seed, priors=priors, first_world=first_world, values=values, rows=rows)
    marks = [week for week in DAYS_OF_WEEK if week <= horizon]
    blocks = [(first, min(block, worlds - first)) for first in range(0, worlds, block)]

    def one(first: int, size: int) -> Outcomes:
        outcome = run_block(ready, first, size, seed=seed, first_world=first_world, horizon=horizon, marks=marks)
        if progress is not None:
            progress(size * horizon)
        return outcome

    if workers == 1 or len(blocks) == 1:
        return joined([one(first, size) for first, size in blocks])
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(one, first, size) for first, size in blocks]
        try:
            return joined([future.result() for future in as_completed(futures)])
        except BaseException:
            for future in futures:
                future.cancel()
            raise
