"""A crisis that begins anew in other worlds is one that was made for them."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from escalation import baton
from escalation.model.arrays import Ints
from escalation.model.crisis import Crisis
from escalation.scenario.design import draw
from escalation.scenario.loader import load
from escalation.worlds import ensemble
from escalation.worlds.ensemble import Block, Crises, plan, run_block, simulate
from escalation.worlds.executors import Control

WORLDS = 300
ONE, OTHER = np.zeros(WORLDS, dtype=np.int64), np.ones(WORLDS, dtype=np.int64)
MIXED = np.arange(WORLDS, dtype=np.int64) % 3
BOTH_RULES = ("us.rule", "iran.rule")


def numbers_from(first: int) -> Ints:
    return np.arange(first, first + WORLDS, dtype=np.int64)


def assert_lives_alike(mine: Crisis, theirs: Crisis, weeks: int) -> None:
    """Equal bit by bit from the first day on, and in what is told of them."""
    for week in range(weeks + 1):
        for name in ("S", "K", "A", "N", "civilians", "key", "row", "runs"):
            np.testing.assert_array_equal(getattr(mine.state, name), getattr(theirs.state, name), f"{name}, {week}")
        assert (mine.week, mine.running, mine.alive) == (theirs.week, theirs.running, theirs.alive)
        mine.step()
        theirs.step()


@pytest.mark.parametrize(
    ("arm", "settings", "before", "after"),
    [
        ("strike", {}, ONE, ONE),
        ("strike", {}, ONE, OTHER),
        ("strike", {}, np.sort(MIXED), MIXED),
        ("strike", {}, MIXED, ONE),
        ("strike", {}, ONE, MIXED),
        ("accord", {}, ONE, OTHER),
        ("strike", {"errors.scale": 3.0}, OTHER, ONE),
        ("strike", dict.fromkeys(BOTH_RULES, "prospect"), ONE, OTHER),
    ],
    ids=[
        "same row",
        "another row",
        "rows laid out anew",
        "lanes to row",
        "row to lanes",
        "burn-in",
        "deadly",
        "prospect",
    ],
)
@pytest.mark.parametrize("step_days", [7, 1])
def test_other_worlds(arm: str, settings: dict[str, Any], before: Ints, after: Ints, step_days: int) -> None:
    scenario = load(arm, settings)
    values = draw(scenario, 3, 4, 0)

    def made(rows: Ints, first: int) -> Crisis:
        return Crisis(
            scenario, WORLDS, values=values, rows=rows, seed=8, numbers=numbers_from(first), step_days=step_days
        )

    crisis = made(before, 70)
    for _ in range(30):
        crisis.step()
    for side in (crisis.defender, crisis.challenger):  # scratch is written before it is read
        for array in side.desk:
            array[:] = np.nan if array.dtype == np.float64 else array
    crisis.running, crisis.alive = False, 0
    crisis.again(after, numbers_from(1000))
    assert_lives_alike(crisis, made(after, 1000), 20)


def test_a_narrated_world_is_told_from_its_first_week() -> None:
    """With a burn-in, of which only the end is told."""
    scenario = load("accord")

    def told(crisis: Crisis) -> dict[str, list[Any]]:
        for _ in range(4):
            crisis.step()
        found: dict[str, list[Any]] = crisis.datacollector.model_vars
        return found

    crisis = Crisis(scenario, 1, seed=8)
    assert told(crisis)["week"] == [1, 2, 3, 4, 5]
    crisis.again(np.zeros(1, dtype=np.int64), np.array([70]))
    assert told(crisis) == told(Crisis(scenario, 1, seed=8, first_world=70))


@pytest.mark.parametrize(
    "rows",
    [np.repeat([[1, 0]], WORLDS, 0)[:, 0], np.broadcast_to(1, WORLDS), np.ones(WORLDS, dtype=np.int32)],
    ids=["strided", "one number", "32 bits"],
)
def test_rows_of_any_form(rows: Any) -> None:
    """Compiled code is bound to one form of them."""
    scenario = load("strike")
    values = draw(scenario, 2, 4, 0)
    crisis = Crisis(scenario, WORLDS, values=values, rows=ONE)
    crisis.again(rows, numbers_from(0))
    assert_lives_alike(crisis, Crisis(scenario, WORLDS, values=values, rows=OTHER), 5)


def test_rows_that_are_written_over_afterwards() -> None:
    scenario = load("strike")
    values, rows = draw(scenario, 2, 4, 0), ONE.copy()
    crisis = Crisis(scenario, WORLDS, values=values, rows=rows)
    rows[:] = 1
    crisis.again(rows, numbers_from(0))
    assert_lives_alike(crisis, Crisis(scenario, WORLDS, values=values, rows=OTHER), 5)


def test_a_rule_that_plans_looks_ahead_anew() -> None:
    scenario = load("strike", dict.fromkeys(BOTH_RULES, "farsighted"))
    values = draw(scenario, 2, 4, 0)

    def made(row: int) -> Crisis:
        rows = np.full(4, row, dtype=np.int64)
        return Crisis(scenario, 4, values=values, rows=rows, numbers=np.arange(4))

    crisis = made(0)
    crisis.step()
    crisis.again(np.ones(4, dtype=np.int64), np.arange(4))
    assert_lives_alike(crisis, made(1), 3)


def test_worlds_that_do_not_fit_are_refused() -> None:
    for rows, numbers, message in (
        (ONE, numbers_from(0)[1:], r"numbers: shape \(299,\); 300 worlds"),
        (OTHER, numbers_from(0), r"rows: shape \(300,\) up to 1; 300 worlds, 1 rows"),
    ):
        crisis = Crisis(load("strike"), WORLDS)
        with pytest.raises(ValueError, match=message):
            crisis.again(rows, numbers)
        assert crisis.state is None


def used(crises: Crises, first: int, size: int, weeks: int = 1) -> Crisis:
    with crises.of(first, size, lambda: None) as crisis:
        for _ in range(weeks):
            crisis.step()
        return crisis


def test_blocks_of_a_size_go_on_in_one_crisis() -> None:
    with Crises(plan(load("strike"), 1000), 3) as crises:
        first = used(crises, 0, 400)
        assert used(crises, 400, 400) is first
        smaller = used(crises, 800, 200)
        assert smaller is not first
        assert used(crises, 0, 400) is first
        with crises.of(0, 400, lambda: None) as one, crises.of(400, 400, lambda: None) as two:
            assert one is not two
    assert first.state is smaller.state is None


def test_what_a_block_came_to_is_its_own() -> None:
    """The next block of its crisis writes over all that is left there."""
    control = Control(lambda: False, lambda _: None)
    with Crises(plan(load("strike", {"errors.scale": 3.0}), 600), 3) as crises:

        def run(first: int) -> Block:
            return run_block(crises, first, 300, horizon=30, marks=[2], control=control, weekly=True)

        def told(block: Block) -> list[NDArray[Any]]:
            assert block.weekly is not None
            snapshots = [part for shot in block.at.values() for part in (shot.tallies, shot.war_sum)]
            return [*snapshots, block.civilians, block.weekly]

        first = run(0)
        before = [array.copy() for array in told(first)]
        second = run(300)
        for array, was, other in zip(told(first), before, told(second), strict=True):
            np.testing.assert_array_equal(array, was)
            assert not np.shares_memory(array, other)
            assert not np.array_equal(array, other)


def test_a_block_has_its_own_stop_and_leaves_the_baton() -> None:
    with Crises(plan(load("strike"), 600), 3) as crises:
        heeds: list[Any] = [lambda: None, lambda: None]
        for place, heed in enumerate(heeds):
            with crises.of(300 * place, 300, heed) as crisis:
                assert crisis.heed is heed
                baton.BATON[baton.HELD] = 1
            assert baton.BATON[baton.HELD] == 0


def test_what_is_not_kept_is_let_go_of() -> None:
    def fails(crises: Crises) -> Crisis:
        with crises.of(0, 400, lambda: None) as crisis:
            found.append(crisis)
            raise RuntimeError

    found: list[Crisis] = []
    scenario = load("strike")
    with Crises(plan(scenario, 400), 3) as crises:
        with pytest.raises(RuntimeError):
            fails(crises)
        with crises.of(0, 400, lambda: None) as thinned:
            thinned.hold(thinned.state)
            thinned.worlds = 399
        assert found[0].state is thinned.state is None
        assert used(crises, 0, 400) is not found[0]
    with Crises(plan(scenario, 400, values=draw(scenario, 400, 3, 0)), 3) as crises:
        assert used(crises, 0, 400).state is None  # a row a world, whose numbers take more room than all else


def test_a_thread_that_nobody_waited_for_lets_go_of_its_own() -> None:
    with Crises(plan(load("strike"), 400), 3) as crises:
        late = crises.of(0, 400, lambda: None)
        crisis = late.__enter__()
    late.__exit__(None, None, None)
    assert crisis.state is None


def test_nothing_is_kept_after_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    plain = Crisis.__init__

    def init(crisis: Crisis, *arguments: Any, **named: Any) -> None:
        plain(crisis, *arguments, **named)
        made.append(weakref.ref(crisis.state.S))

    monkeypatch.setattr(ensemble.Crisis, "__init__", init)
    simulate(load("strike"), 1200, horizon=2, block=100, workers=2)
    gc.collect()
    assert 1 <= len(made) <= 2  # one a worker
    assert not any(array() is not None for array in made)


@pytest.mark.parametrize("rule", ["quantal", "farsighted"])
def test_a_released_crisis_holds_no_arrays_until_the_collector_finds_it(rule: str) -> None:
    """Its agents and it know each other, so that it is not freed before; nothing large may wait for that."""
    scenario = load("strike", dict.fromkeys(BOTH_RULES, rule))
    crisis = Crisis(scenario, WORLDS)
    one = sum(field.nbytes for field in crisis.state if isinstance(field, np.ndarray))
    crisis.step()  # what all share is there, and compiled
    crisis.release()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(3):
            crisis = Crisis(scenario, WORLDS)
            crisis.step()
            crisis.release()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert held < one / 2
