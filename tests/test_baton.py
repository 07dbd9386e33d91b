"""Who waits awake for the interpreter, for how long, and that nothing depends on it."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from escalation import baton
from escalation.baton import BATON, put_down, take_up
from escalation.compiled import ENABLED, Bound, compiled
from escalation.model.crisis import Crisis
from escalation.scenario.loader import load
from escalation.worlds.ensemble import simulate
from escalation.worlds.executors import Threads

HELD, LOOKS = 0, 8

pytestmark = pytest.mark.skipif(not ENABLED, reason="threads run side by side in compiled code only")


@compiled
def kernel(baton):
    put_down(baton)
    take_up(baton)


@compiled
def ending(baton):
    take_up(baton)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(baton, "_cores", lambda: 2)
    before = BATON.copy()
    baton.share(2)
    yield
    BATON[:] = before


def test_a_kernel_ends_with_the_baton_until_the_worker_is_done() -> None:
    kernel(BATON)
    assert BATON[HELD] == 1
    kernel(BATON)  # its own: put down at the beginning
    assert BATON[HELD] == 1
    baton.let_go()
    assert BATON[HELD] == 0


@pytest.mark.parametrize("workers", [1, 3])
def test_nobody_waits_alone_or_for_want_of_a_core(workers: int) -> None:
    with Threads(workers) as executor:
        assert len(list(executor.map(lambda task, control: task, [1]))) == 1
    kernel(BATON)
    assert BATON[LOOKS] == BATON[HELD] == 0


def test_who_waits_has_it_as_soon_as_it_is_put_down() -> None:
    BATON[HELD], BATON[LOOKS] = 1, 10**12
    waiting = threading.Thread(target=ending, args=(BATON,))
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    baton.let_go()
    waiting.join(30.0)
    assert not waiting.is_alive()
    assert BATON[HELD] == 1


def test_one_that_is_never_put_down_stops_nobody() -> None:
    BATON[HELD] = 1
    ending(BATON)
    kernel(BATON)
    baton.let_go()
    assert BATON[HELD] == 0


def test_every_kernel_of_the_week_passes_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    crisis = Crisis(load("strike"), 64)
    plain, passed = Bound.__call__, []

    def call(bound: Bound, function: object, *others: object) -> object:
        baton.let_go()
        result = plain(bound, function, *others)
        passed.append((function.__name__, int(BATON[HELD])))
        return result

    monkeypatch.setattr(Bound, "__call__", call)
    for _ in range(2):
        crisis.step()
    assert {name for name, _ in passed} >= {"drift", "act", "attribute", "take_turn", "accidents", "close"}
    assert all(held for _, held in passed), passed
    crisis.release()
    assert BATON[HELD] == 0


def test_no_result_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = set()
    for patience in (0, 1, baton.PATIENCE):
        monkeypatch.setattr(baton, "PATIENCE", patience)
        digests.add(simulate(load("strike"), 600, horizon=6, block=100, workers=2).digest())
        assert BATON[LOOKS] == patience
    assert len(digests) == 1


def test_it_lies_in_cache_lines_of_its_own() -> None:
    assert (LOOKS - HELD) * np.dtype(np.int64).itemsize >= 64
