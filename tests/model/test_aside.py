"""Worlds set aside and put back: the same whatever room they are copied into, and the same that were called before."""

from __future__ import annotations

import numpy as np
import pytest

from escalation.model.arrays import Worlds, together
from escalation.model.aside import ROOMS_UP_TO, Aside, some
from escalation.model.crisis import Crisis, unanswered
from escalation.model.layout import ALERT, ENDED, FRESH, FRESH_CHALLENGER
from escalation.scenario.design import draw
from escalation.scenario.loader import load

STRIKE = load("strike")
WORLDS = 600


def block(rows: int, worlds: int = WORLDS) -> Crisis:
    crisis = Crisis(STRIKE, worlds, values=draw(STRIKE, rows, 3, 0), rows=np.sort(np.arange(worlds) % rows))
    for _ in range(3):
        crisis.step()
    return crisis


def assert_same(mine: Worlds, theirs: Worlds) -> None:
    """Equal, but for lanes that no world is in."""
    for name in ("S", "K", "A", "N", "civilians", "key", "row", "runs"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name), name)
    assert (mine.lanes.menu, mine.lanes.steep) == (theirs.lanes.menu, theirs.lanes.steep)
    np.testing.assert_array_equal(mine.lanes.tiles, theirs.lanes.tiles)
    used = mine.lanes.tiles[-1, 1]
    for name in ("world", "defender", "challenger", "nodes", "proxies", "allies"):
        one, other = getattr(mine.lanes, name), getattr(theirs.lanes, name)
        last = slice(used) if mine.lanes.world.ndim > 2 else slice(None)
        np.testing.assert_array_equal(one[:-1], other[:-1])
        np.testing.assert_array_equal(one[-1][..., last], other[-1][..., last])


@pytest.mark.parametrize("rows", [1, 2, WORLDS], ids=["one row", "two rows", "a row a world"])
def test_room_that_is_used_again_holds_what_fresh_room_would(rows: int) -> None:
    whole, aside, luck = block(rows).state, Aside(WORLDS), np.random.default_rng(5)
    for size in (8, 16, 8, 8, 24, 16, ROOMS_UP_TO, ROOMS_UP_TO + 8, 8, ROOMS_UP_TO + 8, ROOMS_UP_TO):
        index = luck.integers(0, WORLDS, size)
        assert_same(aside.take(whole, index), some(whole, index))
        whole.S[FRESH] += 1.0  # what is copied is as it stands


@pytest.mark.parametrize("worlds", range(1, 21))
def test_who_is_called_out(worlds: int) -> None:
    """Those with an act to answer, again from the first until registers are full; the acts of others are forgotten."""
    state, luck = block(1, worlds).state, np.random.default_rng(worlds)
    for _ in range(20):
        state.S[FRESH] = np.where(luck.random(worlds) < 0.4, float(FRESH_CHALLENGER), 0.0)
        state.S[ALERT], state.S[ENDED] = luck.choice([3.0, 8.0], worlds), luck.choice([0.0, 1.0], worlds)
        hot = np.flatnonzero(unanswered(state.S))
        called = Aside(worlds).called_out(state)
        full = min(-(-len(hot) // 8) * 8, worlds)
        np.testing.assert_array_equal(called, hot[np.arange(full) % max(len(hot), 1)] if len(hot) else [])
        np.testing.assert_array_equal(np.flatnonzero(state.S[FRESH]), hot)


def test_those_that_still_run_are_counted() -> None:
    crisis = Crisis(STRIKE, 700, seed=2)
    counts = []
    for _ in range(30):
        crisis.step()
        assert crisis.alive == np.count_nonzero(crisis.state.S[ENDED] == 0.0)
        counts.append(crisis.alive)
    assert counts[-1] < 700


def test_arrays_in_one_piece_of_memory_are_apart_and_begin_at_cache_lines() -> None:
    shapes = [((3, 5), np.float64), ((7,), np.int64), ((2, 0), np.float64), ((1,), np.float64), ((2, 8), np.int64)]
    arrays = together(shapes)
    for (shape, kind), array in zip(shapes, arrays, strict=True):
        assert (array.shape, array.dtype, array.any()) == (shape, kind, False)
        assert array.ctypes.data % 64 == 0
        assert array.flags.c_contiguous
        assert array.flags.writeable
    for number, array in enumerate(arrays):
        array[...] = number + 1
    kept = arrays[1]
    assert [set(array.ravel()) for array in arrays] == [{1.0}, {2}, set(), {4.0}, {5}]
    del arrays, array
    assert (kept == 2).all()
