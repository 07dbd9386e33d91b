"""The workers of a Dask cluster: one that is there, or one that is started on this machine.

Dask is asked by threads of their own, one a question. The first thread, in which Ctrl-C is raised, would leave it
half-way: with a lock held, or with complaints of what nobody waits for any more.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent import futures
from importlib import import_module
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
_HAS_MASKS: Final = hasattr(signal, "pthread_sigmask")


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
            distributed = _ask(import_module, "distributed")
        except ImportError:
            needed = "a cluster needs Dask: pip install 'escalation[distributed]'"
            raise NoCluster(needed) from None
        self._own: Any = None
        self._client: Any = None
        self._under_way: list[Any] = []
        begun = None
        try:
            with Kept() as interrupts:
                begun = _asked(self._begin, distributed, address, workers)
                _answered(begun, interrupts)
        except (OSError, ValueError, RuntimeError) as error:
            what = "none starts on this machine" if address == LOCAL else f"no Dask scheduler answers at {address}"
            raise NoCluster(f"{what}: {error}") from None
        except BaseException:
            if begun is not None:
                begun.add_done_callback(lambda _: _asked(self._let_go_quietly))
            raise

    def _begin(self, distributed: Any, address: str, workers: int) -> None:
        """Become a client of the cluster, which is started if it is to be this process's own.

        The worker processes inherit that this thread does not hear Ctrl-C: it is the first process's to handle.
        """
        if address == LOCAL:
            _start_tracker()
            # no dashboard, no address but the loopback, and any port: nothing is opened to others. What goes wrong in a
            # task comes back with it: the log has what scheduler and workers say of each other as they end
            self._own = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                silence_logs=logging.CRITICAL,
            )
            with contextlib.suppress(ImportError):  # no part of what Dask says that it offers
                from distributed.gc import disable_gc_diagnosis

                # it logs how long Python collects garbage, from a function in which an interrupt is lost
                disable_gc_diagnosis()
        try:
            self._client = distributed.Client(self._own or address, timeout=20)
        except BaseException:
            self._let_go_quietly()
            raise

    @property
    def workers(self) -> int:
        """How many tasks run at a time, by the workers that are there now."""
        return max(self.there, 1)

    @property
    def there(self) -> int:
        """How many workers there are now; where there is none, what is asked for waits for the first."""
        return int(sum(_ask(self._client.nthreads).values()))

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
            # a result can be lost with its worker after it was told of: then this waits until another has it. In this
            # thread the future ends, for its finalizer is another place in which an interrupt would be lost
            return running.pop(future), outcome_of(future)

        try:
            while topped_up(running, waiting, AHEAD * self.workers, lambda task: _ask(submit, task)):
                yield _ask(first)
        finally:
            self._under_way += list(running)
            finished.clear()  # nobody waits for the first of them any more

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            # to take leave takes seconds, or longer where nothing answers; who ends before it has let go all the same
            later = threading.Timer(_LATER, self._let_go_quietly)
            later.daemon = True
            later.start()
        else:
            _ask(self._let_go)

    def _let_go(self) -> None:
        if self._under_way:
            self._client.cancel(self._under_way)
            self._under_way.clear()
        if self._client is not None:
            self._client.close()
        if self._own is not None:
            self._own.close()

    def _let_go_quietly(self) -> None:
        # at the end of the process Dask takes leave of its own accord, and one of both comes too late
        with contextlib.suppress(Exception):
            self._let_go()


def executor(workers: int = 2, cluster: str | None = None) -> Threads | Cluster:
    """``workers`` threads, or the Dask cluster at an address (``local``: ``workers`` processes under Dask).

    Raises as ``Cluster`` does.
    """
    return Threads(workers) if cluster is None else Cluster(cluster, workers)


def _alone(function: Function[Any, Any], task: Any) -> Any:
    return function(task, Control(_never, nobody))


def _never() -> bool:
    return False


def _ask(what: Callable[..., Result], *given: Any) -> Result:
    """What Dask answers; raises ``KeyboardInterrupt`` before it has, if one comes."""
    with Kept() as interrupts:
        return _answered(_asked(what, *given), interrupts)


def _asked(what: Callable[..., Result], *given: Any) -> futures.Future[Result]:
    """Have Dask asked by a thread that no interrupt reaches.

    It ends with its answer. Whoever does not wait for that leaves it behind; the end of the process does not wait.
    """
    answer = futures.Future[Result]()

    def ask() -> None:
        if _HAS_MASKS:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            answer.set_result(what(*given))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=ask, name="dask", daemon=True).start()
    return answer


def _answered(asked: futures.Future[Result], interrupts: Kept) -> Result:
    while not asked.done():
        interrupts.heed()
        futures.wait([asked], timeout=_HEED)
    return asked.result()


def _start_tracker() -> None:
    """Start the process that looks after what processes share, before there is a worker.

    It unblocks what the thread that starts it was told to block, which a worker would inherit.
    """
    if _HAS_MASKS:
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
