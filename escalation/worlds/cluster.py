"""The workers of a Dask cluster: one that is there, or one that is started on this machine.

Dask is asked by a thread of its own. The first thread, in which Ctrl-C is raised, would leave it half-way: with a lock
held, or with complaints of what nobody waits for any more.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent import futures
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from escalation.worlds.executors import (
    AHEAD,
    Control,
    Finished,
    Function,
    Threads,
    at_least_one,
    nobody,
    outcome_of,
    topped_up,
)
from escalation.worlds.interrupts import Kept

Task = TypeVar("Task")
Result = TypeVar("Result")

LOCAL: Final = "local"
_HEED: Final = 0.05
"""Seconds between two looks whether an interrupt has come."""
_LATER: Final = 1.0
"""Seconds until a cluster is taken leave of after an interrupt, by a process that goes on."""


class NoCluster(Exception):
    """There is no cluster to run on: Dask is not installed, or nothing answers at the address."""


class Cluster:
    """Workers of a Dask cluster at ``address``; ``local`` starts ``workers`` processes on this machine's loopback.

    Dask gives the tasks of a lost worker to another (``distributed.scheduler.allowed-failures`` times).
    """

    def __init__(self, address: str, workers: int = 2) -> None:
        """Raises ``NoCluster`` where Dask is missing or nothing answers, ``ValueError`` for fewer than one worker."""
        workers = at_least_one(workers)
        try:
            import distributed
        except ImportError:
            needed = "a cluster needs Dask: pip install 'escalation[distributed]'"
            raise NoCluster(needed) from None
        self._own: Any = None
        self._left: list[Any] = []
        # to start it a thread unblocks what it was told to block: so that is done before there is one
        resource_tracker.ensure_running()
        self._asking = futures.ThreadPoolExecutor(1, thread_name_prefix="dask", initializer=_block_interrupts)
        try:
            with Kept() as interrupts:
                self._client = self._ask(interrupts, self._begin, distributed, address, workers)
        except (OSError, ValueError) as error:
            self._asking.shutdown(wait=False)
            raise NoCluster(f"no Dask scheduler answers at {address}: {error}") from None

    def _begin(self, distributed: Any, address: str, workers: int) -> Any:
        """A client of the cluster, which is started if it is to be this process's own.

        The worker processes inherit that this thread does not hear Ctrl-C: it is the first process's to handle.
        """
        if address == LOCAL:
            from distributed.gc import disable_gc_diagnosis

            # no dashboard, no address but the loopback, and any port: nothing is opened to others
            self._own = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.ERROR,
            )
            # it logs how long Python collects garbage, from a function in which an interrupt is lost
            disable_gc_diagnosis()
        return distributed.Client(self._own or address, timeout=20)

    def _ask(self, interrupts: Kept, what: Callable[..., Result], *given: Any) -> Result:
        """What Dask answers; raises ``KeyboardInterrupt`` before it has, if one comes."""
        asked = self._asking.submit(what, *given)
        while True:
            interrupts.heed()
            if futures.wait([asked], timeout=_HEED).done:
                return asked.result()

    @property
    def workers(self) -> int:
        """How many tasks run at a time, by the workers that are there now."""
        return max(self.there, 1)

    @property
    def there(self) -> int:
        """How many workers there are now; where there is none, what is asked for waits for the first."""
        with Kept() as interrupts:
            return self._ask(interrupts, self._count)

    def _count(self) -> int:
        return int(sum(self._client.nthreads().values()))

    def map(
        self, function: Function[Task, Result], tasks: Iterable[Task], progress: Callable[[int], None] | None = None
    ) -> Generator[Finished[Task, Result], None, None]:
        """As ``Executor.map``; nothing is told while a task runs.

        What is under way when it is closed is called off at the end; a worker finishes the task that it is on.
        """
        from distributed import as_completed

        running: dict[Any, Any] = {}
        waiting = iter(tasks)
        finished = as_completed(loop=self._client.loop)

        def submit(task: Any) -> Any:
            future = self._client.submit(_alone, function, task, pure=False)
            finished.add(future)
            return future

        def first() -> tuple[Any, Any]:
            future = next(finished)
            # a result can be lost with its worker after it was told of: then this waits until another has it
            return future, outcome_of(future)

        try:
            with Kept() as interrupts:
                while topped_up(
                    running,
                    waiting,
                    AHEAD * max(self._ask(interrupts, self._count), 1),
                    lambda task: self._ask(interrupts, submit, task),
                ):
                    future, outcome = self._ask(interrupts, first)
                    yield running.pop(future), outcome
        finally:
            self._left += running

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            # to take leave takes seconds, or longer where nothing answers; who ends before it has let go all the same
            later = threading.Timer(_LATER, self._let_go)
            later.daemon = True
            later.start()
        else:
            with Kept() as interrupts:
                self._ask(interrupts, self._let_go)
        self._asking.shutdown(wait=False)

    def _let_go(self) -> None:
        if self._left:
            self._client.cancel(self._left)
        self._client.close()
        if self._own is not None:
            self._own.close()


def executor(workers: int = 2, cluster: str | None = None) -> Threads | Cluster:
    """``workers`` threads, or the Dask cluster at an address (``local``: ``workers`` processes under Dask).

    Raises as ``Cluster`` does.
    """
    return Threads(workers) if cluster is None else Cluster(cluster, workers)


def _alone(function: Function[Any, Any], task: Any) -> Any:
    return function(task, Control(_never, nobody))


def _never() -> bool:
    return False


def _block_interrupts() -> None:
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
