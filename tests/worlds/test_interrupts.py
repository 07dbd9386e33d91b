"""Ctrl-C is not lost where Python would only tell of it, nor heard where it is another's to handle."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from escalation.worlds.cluster import Cluster, NoCluster
from escalation.worlds.executors import Control
from escalation.worlds.interrupts import Kept
from tests.timing import within_a_second


@pytest.fixture(autouse=True)
def heard_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    after = signal.signal(signal.SIGINT, before)
    assert after is before


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
def sleeps(seconds: float, _: Control) -> float:
    """Sleep for some seconds."""
    time.sleep(seconds)
    return seconds


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    with Cluster("local", 2) as ready:
        yield ready


DEAF = """
import re, signal
from contextlib import closing
from pathlib import Path
from escalation.worlds.cluster import Cluster

def blocked(*_):
    return int(re.search(r"^SigBlk:\\s*(\\w+)", Path("/proc/self/status").read_text(), re.MULTILINE)[1], 16)

if __name__ == "__main__":
    with Cluster("local", 2) as ready, closing(ready.map(blocked, range(4))) as done:
        print(*(signals >> (signal.SIGINT - 1) & 1 for _, signals in done))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process does not hear is read from /proc")
def test_the_workers_do_not_hear_what_the_first_process_handles(tmp_path: Path, root: Path) -> None:
    """In a process of its own, in which no other test has started what unblocks it."""
    pytest.importorskip("distributed")
    (tmp_path / "deaf.py").write_text(DEAF, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "deaf.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout == "1 1 1 1\n", done.stderr


def test_no_collection_calls_what_loses_an_interrupt(cluster: Cluster) -> None:
    assert not [call for call in gc.callbacks if "distributed" in str(getattr(call, "__module__", ""))]


def test_an_interrupt_waits_for_no_worker_nor_does_what_follows(cluster: Cluster) -> None:
    def interrupted() -> None:
        soon = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
        with closing(cluster.map(sleeps, [3.0])) as done:
            soon.start()
            next(done)

    def once(attempt: int) -> float:
        time.sleep(4.0 * (attempt > 0))  # a worker ends what it is on
        since = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert cluster.there == 2
        with closing(cluster.map(sleeps, [0.0])) as done:
            assert list(done) == [(0.0, 0.0)]
        return time.monotonic() - since

    within_a_second(once)


def test_a_cluster_that_cannot_be_begun_is_not_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    begun = []

    class Own:
        def __init__(self, **_: object) -> None:
            begun.append(self)
            self.closed = False

        def close(self) -> None:
            self.closed = True

    def nobody(*_: object, **__: object) -> None:
        raise OSError("nobody answers")

    monkeypatch.setattr(distributed, "LocalCluster", Own)
    monkeypatch.setattr(distributed, "Client", nobody)
    with pytest.raises(NoCluster, match="none starts on this machine: nobody answers"):
        Cluster("local", 2)
    (own,) = begun
    assert own.closed


def test_an_interrupt_while_a_cluster_begins_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    closed, interrupted = threading.Event(), threading.Event()

    class Own:
        def __init__(self, **_: object) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupted.wait(60)

        def close(self) -> None:
            closed.set()

    class Client:
        def __init__(self, *_: object, **__: object) -> None: ...
        def close(self) -> None: ...

    monkeypatch.setattr(distributed, "LocalCluster", Own)
    monkeypatch.setattr(distributed, "Client", Client)
    with pytest.raises(KeyboardInterrupt):
        Cluster("local", 2)
    interrupted.set()
    assert closed.wait(60)
