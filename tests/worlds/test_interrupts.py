"""Ctrl-C is not lost where Python would only tell of it, nor heard where it is another's to handle."""

from __future__ import annotations

import gc
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from escalation.worlds.cluster import Cluster
from escalation.worlds.executors import Control
from escalation.worlds.interrupts import Kept


@pytest.fixture(autouse=True)
def heard_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, before)


def collected(phase: str, info: dict[str, int]) -> None:
    """What the collector calls: an exception that is raised here is told of, and lost."""
    if phase == "stop":
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_the_collector_would_lose_is_kept() -> None:
    gc.callbacks.append(collected)
    try:
        with Kept() as interrupts:
            gc.collect()
            with pytest.raises(KeyboardInterrupt):
                interrupts.heed()
            interrupts.heed()  # once
    finally:
        gc.callbacks.remove(collected)


def test_one_that_nobody_has_asked_for_is_raised_at_the_end() -> None:
    with pytest.raises(KeyboardInterrupt), Kept():
        signal.raise_signal(signal.SIGINT)


def test_who_heard_it_before_hears_it_later() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with Kept() as interrupts:
            signal.raise_signal(signal.SIGINT)
            assert heard == []
            interrupts.heed()
            assert heard == [signal.SIGINT]
        assert heard == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_where_none_is_heard_none_comes() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Kept() as interrupts:
            signal.raise_signal(signal.SIGINT)
            interrupts.heed()
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_changes_nothing() -> None:
    seen = []

    def other() -> None:
        with Kept() as interrupts:
            seen.append(signal.getsignal(signal.SIGINT))
            interrupts.heed()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


# -- a cluster --------------------------------------------------------------------------------------------------
def blocked(_: int, __: Control) -> int:
    """The signals that the first thread of a worker's process does not hear, as bits."""
    found = re.search(r"^SigBlk:\s*(\w+)", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1], 16) if found else 0


def sleeps(seconds: float, _: Control) -> float:
    """Sleep for some seconds."""
    time.sleep(seconds)
    return seconds


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    with Cluster("local", 2) as ready:
        yield ready


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process does not hear is read from /proc")
def test_the_workers_do_not_hear_what_the_first_process_handles(cluster: Cluster) -> None:
    with closing(cluster.map(blocked, [1, 2])) as done:
        for _, signals in done:
            assert isinstance(signals, int)
            assert signals >> (signal.SIGINT - 1) & 1


def test_no_collection_calls_what_loses_an_interrupt(cluster: Cluster) -> None:
    assert not [call for call in gc.callbacks if "distributed" in str(getattr(call, "__module__", ""))]


def test_an_interrupt_does_not_wait_for_the_worker(cluster: Cluster) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    soon = threading.Timer(0.3, interrupt)
    soon.start()
    since = time.monotonic()
    with pytest.raises(KeyboardInterrupt), closing(cluster.map(sleeps, [5.0])) as done:
        next(done)
    assert time.monotonic() - since < 2.0


def test_one_that_comes_between_two_results_is_raised_at_the_next(cluster: Cluster) -> None:
    with closing(cluster.map(sleeps, [0.0, 0.0, 0.0])) as done:
        assert next(done) == (0.0, 0.0)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            next(done)
