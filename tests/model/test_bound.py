"""Compiled functions bound to a block: their types are looked up once, so they must never change."""

import numpy as np
import pytest

from escalation.compiled import ENABLED, Bound, _form, compiled
from escalation.model import aside
from escalation.model.crisis import Crisis
from escalation.scenario.design import draw
from escalation.scenario.loader import load

pytestmark = pytest.mark.skipif(not ENABLED, reason="types matter to compiled code only")


@compiled
def weighed(numbers, weight, step):
    total = 0.0
    for i in range(numbers.shape[0]):
        total += numbers[i] * weight
    return total + step


def test_a_bound_call_is_the_same_call() -> None:
    numbers = np.arange(5.0)
    bound = Bound(numbers)
    assert bound(weighed, 0.5, 3) == weighed(numbers, 0.5, 3) == 8.0
    assert bound(weighed, np.float64(0.5), np.int64(4)) == 9.0
    other = np.ones(7)
    assert bound.to(other)(weighed, 2.0, 0) == 14.0
    assert bound(weighed, 0.5, 3) == 8.0  # what it was bound to stays
    assert bound(lambda numbers, by: numbers.sum() * by, 2.0) == 20.0  # left uncompiled


def test_forms_of_other_types_are_told_apart() -> None:
    reals, wholes = Bound(np.arange(3.0)), Bound(np.arange(3))
    assert reals(weighed, 1.0, 0) == wholes(weighed, 1.0, 0) == 3.0
    assert reals._codes is not wholes._codes


def test_the_form_tells_apart_what_the_compiler_does() -> None:
    """Arrays of other types, orders, and rights; whether an array owns its data is no matter."""
    from numba import typeof

    numbers = np.arange(12.0)
    fixed = numbers.copy()
    fixed.flags.writeable = False
    askew = np.zeros(97, dtype=np.uint8)[1:].view(np.float64)
    kinds = [
        numbers, numbers[2:5], numbers[::2], fixed, askew, numbers.reshape(3, 4), numbers.reshape(3, 4).T,
        np.arange(12), np.arange(12, dtype=np.int32), np.arange(12, dtype=np.uint64), numbers > 3.0, 1, 1.0, True,
    ]  # fmt: skip
    for one in kinds:
        for other in kinds:
            assert _form(one) != _form(other) or typeof(one) == typeof(other)
    assert _form(numbers) == _form(numbers[2:5])
    assert _form(np.arange(3)) != _form(np.arange(3, dtype=np.int64).astype(">i8"))


def test_what_does_not_convert_is_refused() -> None:
    bound = Bound(np.arange(5.0))
    bound(weighed, 0.5, 3)
    with pytest.raises(TypeError):
        bound(weighed, "half", 3)


@pytest.mark.parametrize("rows", [1, 2, 40], ids=["one row", "two rows", "a row a world"])
def test_worlds_taken_out_of_a_block_have_its_types(rows: int) -> None:
    """``Crisis`` takes this for granted: it binds what an exchange takes out by the form of its lanes."""
    from numba import typeof

    scenario, worlds = load("strike"), 40
    crisis = Crisis(scenario, worlds, values=draw(scenario, rows, 1, 0), rows=np.sort(np.arange(worlds) % rows))
    whole = crisis.state
    seen = set()
    for index in (np.array([3]), np.arange(8), np.arange(1, 40, 2), np.arange(40)):
        part = aside.some(whole, index)
        twice = aside.some(part, np.zeros(1, dtype=np.int64))
        for taken in (part, twice):
            if taken.lanes.world.ndim == whole.lanes.world.ndim:
                assert typeof(taken) == typeof(whole)
            seen.add((taken.lanes.world.ndim, str(typeof(taken))))
    assert len(seen) == len({form for form, _ in seen})
