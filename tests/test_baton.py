"""Who waits awake for the interpreter, for how long, and that nothing depends on it."""

import threading
from collections.abc import Iterator

import pytest

from escalation import baton
from escalation.baton import BATON, HELD, LOOKS, put_down, take_up
from escalation.compiled import ENABLED, Bound, compiled
from escalation.model.crisis import Crisis
from escalation.scenario.loader import load
from escalation.worlds.ensemble import simulate
from escalation.worlds.executors import Threads

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
    with baton.shared_by(2):
        yield
    assert BATON[LOOKS] == 0
    baton.let_go()


def test_a_kernel_ends_with_the_baton_until_the_worker_is_done() -> None:
    kernel(BATON)
    assert BATON[HELD] == 1
    kernel(BATON)  # its own: put down at the beginning
    assert BATON[HELD] == 1
    baton.let_go()
    assert BATON[HELD] == 0


def test_nobody_waits_for_want_of_a_core_however_many_executors_there_are() -> None:
    seen = []

    def work(task: int, control: object) -> None:
        seen.append(int(BATON[LOOKS]))

    before = int(BATON[LOOKS])
    assert before > 0
    with Threads(1) as third:
        assert len(list(third.map(work, [1]))) == 1
    assert seen == [0]
    assert BATON[LOOKS] == before


def test_one_alone_waits_for_nobody() -> None:
    with baton.shared_by(-1):  # one of the two
        kernel(BATON)
        assert BATON[LOOKS] == BATON[HELD] == 0


def test_there_is_nothing_to_wait_for_without_an_interpreter_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baton, "_has_lock", lambda: False)
    with baton.shared_by(0):
        assert BATON[LOOKS] == 0


def test_who_waits_has_it_as_soon_as_it_is_put_down() -> None:
    ending(BATON)  # compiled
    BATON[HELD], looks = 1, int(BATON[LOOKS])
    BATON[LOOKS] = 10**12
    waiting = threading.Thread(target=ending, args=(BATON,), daemon=True)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    baton.let_go()
    waiting.join(30.0)
    BATON[LOOKS] = looks
    assert not waiting.is_alive()
    assert BATON[HELD] == 1


def test_one_that_is_never_put_down_stops_nobody() -> None:
    BATON[HELD] = 1
    ending(BATON)
    kernel(BATON)
    baton.let_go()
    assert BATON[HELD] == 0


@pytest.mark.parametrize("rule", ["quantal", "prospect"])
def test_every_kernel_of_the_week_passes_it_on(monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    scenario = load("strike", {"us.rule": rule, "iran.rule": rule})
    crisis = Crisis(scenario, 64)
    plain, taken, put = Bound.__call__, [], []

    def call(bound: Bound, function: object, *others: object) -> object:
        # by turns: does it take the baton up where it is free, and put it down where no one waits for it?
        told, patience = (taken, 1_000) if len(taken) <= len(put) else (put, 0)
        BATON[HELD], BATON[LOOKS] = int(told is put), patience
        result = plain(bound, function, *others)
        told.append((function.__name__, int(BATON[HELD])))
        return result

    monkeypatch.setattr(Bound, "__call__", call)
    for _ in range(3):
        crisis.step()
    assert all(held for _, held in taken), taken
    assert not any(held for _, held in put), put
    expected = {"drift", "act", "attribute", "take_turn", "accidents", "close"}
    assert {name for name, _ in taken} | {name for name, _ in put} >= expected
    crisis.release()
    assert BATON[HELD] == 0


def test_no_result_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = set()
    monkeypatch.setattr(baton, "_cores", lambda: 8)
    for looks in (0, 1, 5_000):
        monkeypatch.setattr(baton, "_patience", lambda looks=looks: looks)
        digests.add(simulate(load("strike"), 600, horizon=6, block=100, workers=2).digest())
    assert len(digests) == 1


def test_patience_is_about_as_long_as_it_takes_to_be_woken() -> None:
    """However long a processor rests between two looks; not a test of the machine's speed, but of the count."""
    assert 100 <= baton._patience() <= 1_000_000
    assert baton._patience() == baton._patience()


def test_it_lies_in_cache_lines_of_its_own() -> None:
    first, line = BATON.ctypes.data, 64
    lines = [(first + 8 * place) // line for place in (HELD, LOOKS)]
    assert lines[0] != lines[1]
    for number in lines:  # nothing before or behind the array is in either
        assert first <= number * line
        assert (number + 1) * line <= first + BATON.nbytes
