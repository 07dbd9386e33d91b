"""Many worlds: blocks of a crisis, run one after another or by threads, and joined in the order of their worlds.

Every draw is keyed by world, so block size, worker count and order never change a result (tests/test_laws.py). A sweep
runs the same blocks (``run_block``) and keeps their totals only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from escalation import baton
from escalation.model import lanes, start, warm
from escalation.model.arrays import LANES, Floats, Ints, Lanes, Tables
from escalation.model.crisis import Crisis
from escalation.model.tables import build
from escalation.scenario.design import Values, central, draw
from escalation.scenario.scenario import Scenario
from escalation.worlds.certificates import Certified, certified, merged
from escalation.worlds.executors import Control, Stopped, Threads
from escalation.worlds.outcomes import DAYS_OF_WEEK, Outcomes, Snapshot, blank
from escalation.worlds.thinning import Thinned

BLOCK = 4096
"""Most worlds a block: enough that the fixed cost of a week is small, few enough that its state stays in the caches."""

Progress = Callable[[int], None]
"""Called with the number of world-weeks just finished."""


@dataclass(frozen=True)
class Plan:
    """A scenario made ready to run: tables and past for each parameter row, and each world's row and number.

    ``lanes`` are the numbers by world where they are known for good: all worlds have one row, or they make up a block
    and have a row each, which the past has asked for already.
    """

    scenario: Scenario
    tables: Tables
    past: Floats
    rows: Ints
    numbers: Ints
    lanes: Lanes | None = None

    @property
    def worlds(self) -> int:
        """How many worlds."""
        return len(self.rows)

    def numbers_by_world(self, size: int) -> Lanes | None:
        """The numbers by world of a block of ``size`` worlds, if they are known."""
        if self.lanes is not None and self.tables.general.shape[0] == 1:
            return lanes.of_one_row(self.lanes, size)
        return self.lanes if size == self.worlds else None


def plan(
    scenario: Scenario,
    worlds: int,
    *,
    seed: int = 0,
    priors: bool = False,
    first_world: int = 0,
    values: Values | None = None,
    rows: Ints | None = None,
    numbers: Ints | None = None,
) -> Plan:
    """Tables for ``worlds`` worlds of ``scenario``.

    By default all worlds share the central values. ``priors`` draws every uncertain number per world, keyed by the
    world (the same draw for a world in every arm). ``values`` and ``rows`` (worlds,) give parameter rows by hand,
    ``numbers`` (worlds,) which world each is, where they do not count up from ``first_world``: worlds of one number
    share their luck. Raises ``ValueError`` for an abstract scenario or no worlds.
    """
    _check(scenario, worlds)
    if values is None:
        values = draw(scenario, worlds, seed, first_world) if priors else central(scenario)
    if rows is None:
        rows = np.arange(worlds, dtype=np.int64) % values.rows
    if numbers is None:
        numbers = np.arange(first_world, first_world + worlds, dtype=np.int64)
    return planned(scenario, values, rows, numbers)


def _check(scenario: Scenario, worlds: int) -> None:
    if scenario.abstract:
        raise ValueError(f"{scenario.name} is only there to be extended; run one that extends it")
    if worlds < 1:
        raise ValueError(f"worlds: {worlds}; legal: 1 or more")


def planned(scenario: Scenario, values: Values, rows: Ints, numbers: Ints) -> Plan:
    """A plan of the worlds ``numbers``, each with its row of ``values``: the points of a sweep share world numbers."""
    warm.up(values.rows > start.FEW_ROWS)
    tables = build(scenario, values)
    own = start.FEW_ROWS < values.rows == len(rows) <= BLOCK and np.array_equal(rows, np.arange(len(rows)))
    known = lanes.of(tables, rows, 1.0) if own else None
    past = start.reputation(scenario, tables, known)
    if values.rows == 1:
        known = lanes.of(tables, rows[:1], 1.0)
    return Plan(scenario, tables, past, rows, numbers, known)


def even(worlds: int, block: int, workers: int) -> int:
    """Size of blocks of at most ``block`` worlds, as many for each worker, so that none waits for another's last.

    No result depends on it. The last block may be smaller, and where worlds are few there may be fewer.
    """
    rounds = -(-worlds // (workers * block))
    return -(-worlds // (workers * rounds))


def cuts(rows: Ints, block: int) -> Iterator[tuple[int, int]]:
    """First world and size of blocks of at most ``block`` worlds with these parameter ``rows``.

    A block ends where the row does if its worlds fill a tile: worlds of one row run faster (``model.lanes``).
    """
    first = 0
    while first < len(rows):
        mine = rows[first : first + block]
        changes = np.flatnonzero(mine != mine[0])
        size = int(changes[0]) if len(changes) and changes[0] >= LANES else len(mine)
        yield first, size
        first += size


@dataclass(frozen=True)
class Block:
    """What a block of worlds came to: a snapshot by marked week, and ``civilians`` (countries, worlds) dead.

    ``weekly`` (weeks, worlds) is ``Snapshot.war_sum`` at the end of every week, where it was asked for.
    """

    at: dict[int, Snapshot]
    civilians: Ints
    weekly: Floats | None = None


class Crises:
    """Crises for the blocks of a plan, by any number of threads.

    One that is through with its worlds is kept, if they share a row and it holds all of them, and goes on in as many
    others. A context manager, at whose end all are let go of, and later those of threads that nobody waited for.
    """

    def __init__(self, ready: Plan, seed: int) -> None:
        self.ready, self.seed = ready, seed
        self._kept: list[Crisis] = []
        self._over = False
        self._lock = threading.Lock()

    @contextmanager
    def of(self, first: int, size: int, heed: Callable[[], None]) -> Iterator[Crisis]:
        """A crisis in worlds ``first .. first + size - 1`` of the plan, on their first day; ``heed`` as it has it."""
        ready, chosen = self.ready, slice(first, first + size)
        rows, numbers, known = ready.rows[chosen], ready.numbers[chosen], ready.numbers_by_world(size)
        crisis = self._taken(size)
        if crisis is None:
            crisis = Crisis(
                ready.scenario,
                size,
                tables=ready.tables,
                past=ready.past,
                rows=rows,
                seed=self.seed,
                numbers=numbers,
                numbers_by_world=known,
                heed=heed,
            )
        else:
            crisis.heed = heed
            crisis.again(rows, numbers, known)
        kept = False
        try:
            yield crisis
            # numbers by world take more room than all else
            kept = crisis.worlds == size and len(crisis.state.runs) == 1 and self._keeps(crisis)
        finally:
            if not kept:
                crisis.release()

    def _keeps(self, crisis: Crisis) -> bool:
        baton.let_go()
        with self._lock:
            if not self._over:
                self._kept.append(crisis)
            return not self._over

    def _taken(self, size: int) -> Crisis | None:
        with self._lock:
            for place, crisis in enumerate(self._kept):
                if crisis.worlds == size:
                    return self._kept.pop(place)
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._over = True
        while self._kept:
            self._kept.pop().release()


def run_block(
    crises: Crises,
    first: int,
    size: int,
    *,
    horizon: int,
    marks: Collection[int],
    control: Control,
    weekly: bool = False,
) -> Block:
    """Run worlds ``first .. first + size - 1`` of a plan; snapshots at weeks ``marks`` and at the horizon.

    ``weekly`` keeps the chances of war of every week, which takes far less room than so many snapshots. Raises
    ``Stopped`` in the week in which ``control`` asks for it.
    """

    def heed() -> None:
        if control.stop():
            raise Stopped

    with crises.of(first, size, heed) as crisis:
        at: dict[int, Snapshot] = {}
        thinned = Thinned(crisis)
        by_week = np.empty((horizon, size)) if weekly else None
        for week in range(1, horizon + 1):
            heed()
            thinned.step(horizon - week)
            if week in marks or week == horizon:
                at[week] = thinned.snapshot()
            if by_week is not None:
                by_week[week - 1] = thinned.war_sum
        return Block(at, thinned.civilians.copy(), by_week)


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
    numbers: Ints | None = None,
    block: int = BLOCK,
    workers: int = 2,
    progress: Progress | None = None,
) -> Outcomes:
    """Run ``worlds`` worlds of ``scenario`` for ``horizon`` weeks.

    ``values``, ``rows``, ``numbers``, ``priors`` and ``first_world`` as in ``plan``. Snapshots are taken at weeks 2,
    13, 52 and 208 as far as the horizon reaches, and at the horizon. Raises ``ValueError`` for a horizon, block or
    worker count below 1.
    """
    for name, number in (("horizon", horizon), ("block", block), ("workers", workers)):
        if number < 1:
            raise ValueError(f"{name}: {number}; legal: 1 or more")
    _check(scenario, worlds)
    whole: Crises | None = None
    if priors and values is None and rows is None and numbers is None:
        # a row a world takes kilobytes: drawn block by block, by the workers
        warm.up(worlds > start.FEW_ROWS)
    else:
        ready = plan(
            scenario,
            worlds,
            seed=seed,
            priors=priors,
            first_world=first_world,
            values=values,
            rows=rows,
            numbers=numbers,
        )
        whole = Crises(ready, seed)
    countries = tuple(country.name for country in scenario.countries)
    marks = [week for week in DAYS_OF_WEEK if week <= horizon]
    size = even(worlds, block, workers)
    blocks = [(first, min(size, worlds - first)) for first in range(0, worlds, size)]

    # each worker writes what its blocks come to in its place: to join them took a twentieth of the run, by one thread
    at = {week: blank(worlds) for week in sorted({*marks, horizon})}
    civilians = np.empty((len(countries), worlds), dtype=np.int64)

    def crises_of(first: int, size: int) -> AbstractContextManager[Crises]:
        if whole is not None:
            return nullcontext(whole)
        return Crises(plan(scenario, size, seed=seed, priors=True, first_world=first_world + first), seed)

    def one(task: tuple[int, int], control: Control) -> tuple[Certified, ...]:
        first, size = task
        place = 0 if whole is None else first
        with crises_of(first, size) as crises:
            ran = run_block(crises, place, size, horizon=horizon, marks=marks, control=control)
        for week, snapshot in ran.at.items():
            at[week].put(first, snapshot)
        civilians[:, first : first + size] = ran.civilians
        control.advance(size * horizon)
        drawn = first_world + first - place if priors else 0
        return certified(scenario, crises.ready.tables, crises.ready.rows[place : place + size], drawn)

    solved = []
    with (
        whole or nullcontext(),
        Threads(workers) as executor,
        closing(executor.map(one, blocks, progress)) as finished,
    ):
        for _, outcome in finished:
            if isinstance(outcome, Exception):
                raise outcome
            solved.append(outcome)
    return Outcomes(scenario.name, seed, first_world, horizon, countries, at, civilians, merged(*solved))
