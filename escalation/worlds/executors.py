"""Who does the work: threads of this process, or other processes of this machine (``cluster``: a Dask cluster's).

All take a function and tasks, and give each task back with its result, or with the error that it ended in, as they
finish. Tasks are taken up only as workers come free (two a worker are under way at most), so that a sweep of any size
holds few of them. Which executor runs a task never changes what comes out of it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Set
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool
from ctypes import c_bool
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar

from escalation import baton

if TYPE_CHECKING:
    from concurrent.futures import Future

Task = TypeVar("Task")
Result = TypeVar("Result")
Entry = TypeVar("Entry")
Submitted = TypeVar("Submitted")

AHEAD: Final = 2
"""Tasks under way a worker: the one that it is on, and the next."""
ATTEMPTS: Final = 4
"""How often a task is begun whose process was lost under it, before the task itself is blamed."""
PATIENCE: Final = 0.3
"""Seconds that what is under way is given to stop, between two blocks, where the rest is not waited for."""


class Stopped(Exception):
    """The work was asked to stop."""


@dataclass(frozen=True)
class Control:
    """What a task is handed beside its work: whether to ``stop``, and whom to tell how many units are done."""

    stop: Callable[[], bool]
    advance: Callable[[int], None]


Function = Callable[[Task, Control], Result]
Finished = tuple[Task, "Result | Exception"]


def nobody(_: int) -> None:
    """Tell nobody."""


class Executor(Protocol):
    """Runs tasks. ``workers`` of them at a time; a context manager that lets go of its workers at the end."""

    @property
    def workers(self) -> int:
        """How many tasks run at a time."""

    def map(
        self, function: Function[Task, Result], tasks: Iterable[Task], progress: Callable[[int], None] | None = None
    ) -> Generator[Finished[Task, Result], None, None]:
        """Each task with its result, or with the exception that it raised, as they finish.

        ``tasks`` is read only as far as workers need it. Closing the generator stops what is under way. ``progress``
        is told of units done while a task runs, by executors that share memory with it.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Threads:
    """Threads of this process: compiled code lets go of the interpreter, so that they run side by side.

    A thread that does not stop when asked, as the compiler does not, is waited for only as long as one is patient:
    after an interrupt it is left to end by itself, and what it comes to is not looked at.
    """

    def __init__(self, workers: int = 2) -> None:
        """Raises ``ValueError`` for fewer than one worker."""
        self.workers = at_least_one(workers)
        self._stop = threading.Event()
        self._pool = futures.ThreadPoolExecutor(self.workers, thread_name_prefix="worlds")

    def map(
        self, function: Function[Task, Result], tasks: Iterable[Task], progress: Callable[[int], None] | None = None
    ) -> Generator[Finished[Task, Result], None, None]:
        """As ``Executor.map``."""
        self._stop.clear()
        control = Control(self._stop.is_set, progress or nobody)
        waiting = iter(tasks)
        running: dict[Future[Any], Any] = {}
        with baton.shared_by(self.workers):
            try:
                while topped_up(
                    running, waiting, AHEAD * self.workers, lambda task: self._pool.submit(function, task, control)
                ):
                    done, _ = futures.wait(running, return_when=futures.FIRST_COMPLETED)
                    for future in _collected(running, done):
                        yield running.pop(future), outcome_of(future)
            finally:
                self._stop.set()
                for future in running:
                    future.cancel()
                futures.wait(running, timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._pool.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)


class Processes:
    """Fresh processes of this machine. A task that loses its process is begun anew, ``ATTEMPTS`` times in all.

    A process that dies breaks the pool, with all that is under way: so a lost task is begun anew alone, to tell which
    of them it was.
    """

    def __init__(self, workers: int = 2) -> None:
        """Raises ``ValueError`` for fewer than one worker."""
        import multiprocessing

        self.workers = at_least_one(workers)
        # forking a process that has threads can deadlock, so they are spawned
        self._context = multiprocessing.get_context("spawn")
        # no lock: a process that is lost while it holds one would keep it
        self._stop: c_bool = self._context.RawValue(c_bool, False)
        self._pool = self._fresh()

    def _fresh(self) -> futures.ProcessPoolExecutor:
        return futures.ProcessPoolExecutor(
            self.workers, mp_context=self._context, initializer=_begin, initargs=(self._stop,)
        )

    def _submit(self, function: Function[Task, Result], task: Task) -> Future[Any]:
        """Hand a task over, to a fresh pool where a lost process has broken the old one."""
        try:
            return self._pool.submit(_call, function, task)
        except BrokenProcessPool:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._fresh()
            return self._pool.submit(_call, function, task)

    def map(
        self, function: Function[Task, Result], tasks: Iterable[Task], progress: Callable[[int], None] | None = None
    ) -> Generator[Finished[Task, Result], None, None]:
        """As ``Executor.map``; nothing is told while a task runs."""
        self._stop.value = False
        waiting = iter(tasks)
        running: dict[Future[Any], Any] = {}
        lost: list[Any] = []
        try:
            while topped_up(
                running, waiting, 0 if lost else AHEAD * self.workers, lambda task: self._submit(function, task)
            ):
                done, _ = futures.wait(running, return_when=futures.FIRST_COMPLETED)
                for future in _collected(running, done):
                    task, outcome = running.pop(future), outcome_of(future)
                    if isinstance(outcome, BrokenProcessPool):
                        lost.append(task)
                    else:
                        yield task, outcome
                while lost and not running:
                    task = lost.pop()
                    yield task, self._by_itself(function, task)
        finally:
            self._stop.value = True
            for future in running:
                future.cancel()
            futures.wait(running)

    def _by_itself(self, function: Function[Task, Result], task: Task) -> Result | Exception:
        """What becomes of a task that has lost its process once, while nothing else is under way."""
        outcome: Result | Exception
        for _ in range(ATTEMPTS - 1):
            outcome = outcome_of(self._submit(function, task))
            if not isinstance(outcome, BrokenProcessPool):
                break
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.value = True
        self._pool.shutdown(wait=True, cancel_futures=True)


# -- in the workers ---------------------------------------------------------------------------------------------
_stop_of_process = c_bool(False)


def _begin(stop: c_bool) -> None:
    """Make a new process ready: Ctrl-C reaches it too, and is the parent's to handle."""
    global _stop_of_process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stop_of_process = stop


def _call(function: Function[Any, Any], task: Any) -> Any:
    return function(task, Control(lambda: _stop_of_process.value, nobody))


# -- helpers ----------------------------------------------------------------------------------------------------
def topped_up(
    running: dict[Submitted, Entry], waiting: Iterator[Entry], most: int, submit: Callable[[Entry], Submitted]
) -> bool:
    """Take up tasks until ``most`` are under way; whether any is."""
    while len(running) < most:
        try:
            task = next(waiting)
        except StopIteration:
            break
        running[submit(task)] = task
    return bool(running)


def _collected(running: Mapping[Future[Any], Any], done: Set[Future[Any]]) -> list[Future[Any]]:
    """Those ``done``, as they were begun, an interrupt last: what has been done beside it is not lost."""
    begun = [future for future in running if future in done]
    return sorted(begun, key=lambda future: not isinstance(future.exception(), Exception | None))


def outcome_of(future: Any) -> Any:
    """What a finished task came to: its result, or the error that it ended in."""
    try:
        return future.result()
    except Exception as error:
        return error


def at_least_one(workers: int) -> int:
    """``workers``; raises ``ValueError`` for fewer than one."""
    if workers < 1:
        raise ValueError(f"workers: {workers}; legal: 1 or more")
    return workers
