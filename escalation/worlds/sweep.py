"""A sweep run: parts handed to workers, kept as they finish, and added up point by point.

A part that fails is halved, and its halves again, until each point that fails stands alone: the others are kept.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, overload

import numpy as np
from numpy.typing import NDArray

from escalation.scenario.points import Points
from escalation.scenario.scenario import Scenario
from escalation.worlds.certificates import Certified, merged
from escalation.worlds.ensemble import BLOCK
from escalation.worlds.executors import Executor
from escalation.worlds.tasks import PART, Part, Study, Task, WrongModel, part_size, run_task
from escalation.worlds.totals import Ints, Layout, Totals, digest_of

if TYPE_CHECKING:
    from escalation.worlds.store import Store

Enough = Callable[[Totals], bool]


HOPELESS: Final = 100
"""Points that fail one after the other before it is taken that all do: what is left fails a part at a time."""


@dataclass(frozen=True)
class Failure:
    """A point whose worlds in a part ended in an error: which, its settings by key, how many worlds, what went wrong.

    A worker that holds another model fails whole parts, and so does whatever comes after ``HOPELESS`` points have
    failed and none been run: then there may be several ``points``, and ``settings``.
    """

    part: int
    points: tuple[int, ...]
    settings: tuple[dict[str, object], ...]
    worlds: int
    error: str
    message: str
    traceback: str


@dataclass(frozen=True)
class Standing:
    """How far a sweep is: worlds ``done`` of ``most``, of which ``kept`` were found done; ``wars`` in ``counted``.

    Under ``precision`` ``most`` is what it would take if no point stopped before its cap; ``counted`` lags behind
    ``done`` by the parts that are under way. ``seconds`` are those since the sweep was begun or taken up again.
    """

    done: int
    most: int
    kept: int
    wars: int
    counted: int
    seconds: float

    @property
    def rate(self) -> float:
        """Worlds a second, in this sitting."""
        return (self.done - self.kept) / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left at this rate; None before there is one."""
        return (self.most - self.done) / self.rate if self.rate > 0.0 else None

    @property
    def odds(self) -> float | None:
        """Wars over worlds so far, of all points; None before the first part."""
        return self.wars / self.counted if self.counted else None


Progress = Callable[[Standing], None]
"""Told of the standing after each block (threads) or part; perhaps by a worker's thread, never by two at once."""


class PointTotals(Sequence[Totals]):
    """The totals of each point: rows of one array (points, columns), an object each while it is looked at."""

    def __init__(self, layout: Layout, sums: Ints) -> None:
        self._layout = layout
        self._sums = sums

    def __len__(self) -> int:
        return len(self._sums)

    @overload
    def __getitem__(self, point: int) -> Totals: ...
    @overload
    def __getitem__(self, point: slice) -> PointTotals: ...
    def __getitem__(self, point: int | slice) -> Totals | PointTotals:
        made = PointTotals if isinstance(point, slice) else Totals
        return made(self._layout, self._sums[point])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PointTotals):
            return NotImplemented
        return self._layout == other._layout and bool(np.array_equal(self._sums, other._sums))

    def __hash__(self) -> int:
        return hash((self._layout, self._sums.tobytes()))


@dataclass(frozen=True)
class PointsRun:
    """What a sweep came to. ``totals`` stand one a point, short of the worlds that have ``failed``.

    ``kept`` worlds were found in the folder, ``ran`` were run now; under ``precision`` ``enough`` says which points
    stopped because they were precise enough, and a few of the worlds run may lie past the stop and count nowhere.
    """

    study: Study
    totals: Sequence[Totals]
    failed: tuple[Failure, ...]
    enough: tuple[bool, ...]
    kept: int
    ran: int
    certified: tuple[Certified, ...]
    """The points that a rule that plans had solved."""
    bits: dict[int, NDArray[np.uint8]] = field(repr=False)
    """By part: war at the horizon, packed."""

    @property
    def digest(self) -> str:
        """SHA-256 over the points and what each came to; the same however the work was done."""
        return digest_of(self.study.points.digest(), self.totals)

    @property
    def worlds(self) -> int:
        """Worlds that count, of all points."""
        return sum(total.n for total in self.totals)

    def whole(self, point: int) -> bool:
        """Whether none of a point's worlds has failed, nor is still to be run: its worlds are the first of the sweep's.

        Under ``precision`` any number of them may be.
        """
        n = self.totals[point].n
        return point not in self._broken and (n == self.study.worlds or (self.study.batched and n > 0))

    @cached_property
    def _broken(self) -> frozenset[int]:
        return frozenset(point for failure in self.failed for point in failure.points)

    def war_bits(self, point: int) -> NDArray[np.bool_]:
        """Which worlds of a point came to war by the horizon, shape (n,), by replication: points pair world by world.

        Raises ``ValueError`` where some of the point's worlds are missing, for then they would not pair.
        """
        if not self.whole(point):
            raise ValueError(f"point {point}: some of its worlds have failed, or are still to be run")
        n = self.totals[point].n
        study, found, begin = self.study, [], 0
        while begin < n:
            number = _part_of(study, point, begin)
            at, first, size = study.span(number)
            offset = (point - at) * study.worlds + begin - first
            taken = min(size - offset, n - begin)
            packed = self.bits[number][offset // 8 : -(-(offset + taken) // 8)]
            found.append(np.unpackbits(packed)[offset % 8 : offset % 8 + taken])
            begin += taken
        return np.concatenate(found).astype(np.bool_)


def _part_of(study: Study, point: int, world: int) -> int:
    """The part that holds a world of a point."""
    if not study.batched:
        return (point * study.worlds + world) // study.part
    starts = [first for first, _ in study.batches]
    return point * len(starts) + int(np.searchsorted(starts, world, side="right")) - 1


def run_points(
    scenario: Scenario,
    points: Points,
    worlds: int,
    *,
    seed: int = 0,
    horizon: int = 52,
    executor: Executor,
    block: int | None = None,
    store: Store | None = None,
    precision: Enough | None = None,
    progress: Progress | None = None,
    part: int | None = None,
) -> PointsRun:
    """Run ``worlds`` worlds of ``scenario`` at every point for ``horizon`` weeks, all points on the same draws.

    With ``precision`` a point's batches are looked at in order, and it ends with the first after which the totals so
    far are ``enough``, or at ``worlds``: what comes out does not depend on which worker was first. With ``store`` parts
    are kept in a folder as they finish, and those that it holds are not run again. ``part`` is the worlds a part, by
    default ``part_size``; ``block`` is cut to it. A point that fails is listed, the rest goes on.

    Raises ``ValueError`` for sizes below 1, and whatever ``store`` raises on a folder that it cannot take or fill.
    Leaves a folder that can be resumed whatever happens, ``KeyboardInterrupt`` included.
    """
    if block is not None and block < 1:
        raise ValueError(f"block: {block}; legal: 1 or more")
    batched = precision is not None
    size = part if part is not None else PART if batched else part_size(worlds * max(len(points), 1))
    study = Study(scenario, points, worlds, seed, horizon, size, batched)
    with ExitStack() as stack:
        tally = _Tally(study, precision)
        if store is not None:
            stack.enter_context(store.begun(study))
            for found in store.parts():
                tally.take(found)
        teller = _Teller(study, tally, progress)
        failed: list[Failure] = []
        in_vain, halves = 0, list[Task]()
        tasks = _halves_first(tally.missing(BLOCK if block is None else block), halves)
        while True:
            with closing(executor.map(run_task, tasks, teller.block)) as finished:
                for task, outcome in finished:
                    if not isinstance(outcome, Exception):
                        in_vain = 0
                        if store is not None:
                            store.keep(outcome)
                        tally.take(outcome)
                    elif not isinstance(outcome, WrongModel) and in_vain < HOPELESS and (two := task.halves()):
                        halves += two
                        continue
                    else:
                        in_vain += 1
                        failure = _failure(study, task, outcome)
                        failed.append(failure)
                        tally.give_up(failure)
                        if store is not None:
                            store.fail(failure)
                    teller.part(task.size)
            teller.stopped()
            if not halves:
                break
            tasks = _halves_first((), halves)
        run = _came_to(tally, failed, teller.kept, teller.done - teller.kept)
        if store is not None:
            store.end(run)
    return run


def so_far(study: Study, parts: Iterable[Part], failed: Iterable[Failure], precision: Enough | None) -> PointsRun:
    """What ``parts`` of a sweep come to, that was stopped before the others were run; nothing is run for it."""
    tally = _Tally(study, precision)
    for part in parts:
        tally.take(part)
    return _came_to(tally, failed, tally.size, 0)


def _came_to(tally: _Tally, failed: Iterable[Failure], kept: int, ran: int) -> PointsRun:
    study = tally.study
    return PointsRun(
        study=study,
        totals=PointTotals(study.layout, tally.sums),
        failed=tuple(sorted(failed, key=lambda failure: (failure.part, failure.points))),
        enough=tuple(bool(yes) for yes in tally.enough),
        kept=kept,
        ran=ran,
        certified=merged(tally.certified),
        bits=tally.bits,
    )


class _Tally:
    """What has been counted: sums by point, and which parts are still to run."""

    def __init__(self, study: Study, precision: Enough | None) -> None:
        self.study = study
        self.precision = precision
        self.sums: Ints = study.layout.blank(len(study.points))
        self.bits: dict[int, NDArray[np.uint8]] = {}
        self.enough = np.zeros(len(study.points), dtype=np.bool_)
        self.size = 0
        self.certified: list[Certified] = []
        self._held: dict[int, list[range]] = defaultdict(list)
        self._ended = np.zeros(len(study.points), dtype=np.bool_)
        self._given_up = np.zeros(len(study.points), dtype=np.bool_)
        self._next = np.zeros(len(study.points), dtype=np.int64)
        self._early: dict[int, dict[int, Part]] = defaultdict(dict)

    def take(self, part: Part) -> None:
        """Count a part, if it is not there yet; under ``precision`` once all earlier batches of its point are."""
        held, points = self._held[part.number], part.points
        if any(points.start < there.stop and there.start < points.stop for there in held):
            return
        held.append(points)
        self._note_war(part)
        self.size += part.size
        self.certified += part.certified
        if self.precision is None:
            self._add(part)
            return
        point, batch = divmod(part.number, len(self.study.batches))
        early = self._early[point]
        early[batch] = part
        while not self._ended[point] and (following := early.pop(int(self._next[point]), None)) is not None:
            self._add(following)
            self._next[point] += 1
            self.enough[point] = self.precision(Totals(self.study.layout, self.sums[point].copy()))
            self._ended[point] = self.enough[point] or self._next[point] == len(self.study.batches)
        if self._ended[point] or not early:
            del self._early[point]

    def _note_war(self, part: Part) -> None:
        point, first, size = self.study.span(part.number)
        if part.size == size:
            self.bits[part.number] = part.war
            return
        war = np.unpackbits(self.bits[part.number]) if part.number in self.bits else np.zeros(size, dtype=np.uint8)
        at = max((part.first_point - point) * self.study.worlds - first, 0)
        war[at : at + part.size] = np.unpackbits(part.war)[: part.size]
        self.bits[part.number] = np.packbits(war)

    def _add(self, part: Part) -> None:
        self.sums[part.first_point : part.first_point + len(part.sums)] += part.sums

    def give_up(self, failure: Failure) -> None:
        """Ask for no more batches of a point of which one has failed."""
        if self.precision is not None:
            self._given_up[list(failure.points)] = True

    @property
    def counted(self) -> tuple[int, int]:
        """Worlds and wars counted so far, of all points."""
        slices = self.study.layout.slices
        last = slices["wars"].stop - 1
        return int(self.sums[:, slices["n"]].sum()), int(self.sums[:, last].sum())

    def missing(self, block: int) -> Iterator[Task]:
        """Parts still to run, or what is missing of them, looked at as workers come free.

        Under ``precision`` the points take turns, a batch each, so that a batch is seldom begun before the one ahead of
        it has been looked at.
        """
        held = {number: sorted(ranges, key=lambda points: points.start) for number, ranges in self._held.items()}
        if self.precision is None:
            for number in range(self.study.parts):
                task = self.study.task(number, block)
                yield from (task.only(points) for points in _gaps(task.points, held.get(number, [])))
            return
        width = len(self.study.batches)
        for batch in range(width):
            for point in np.flatnonzero(~(self._ended | self._given_up)):
                number = int(point) * width + batch
                if not (self._ended[point] or self._given_up[point]) and number not in held:
                    yield self.study.task(number, block)


class _Teller:
    """Tells of progress: worlds of blocks as they are done, made up to whole parts at their end."""

    def __init__(self, study: Study, tally: _Tally, progress: Progress | None) -> None:
        self.kept = self.done = tally.size
        self._most = study.total
        self._tally = tally
        self._progress = progress
        self._under_way = 0
        self._lock = threading.Lock()
        self._since = time.monotonic()
        self._counted = tally.counted
        self._tell()

    def block(self, worlds: int) -> None:
        """A worker has done some worlds of a part."""
        with self._lock:
            self._under_way += worlds
            self._tell()

    def stopped(self) -> None:
        """Nothing is under way; what had been done of parts that failed is forgotten."""
        with self._lock:
            self._under_way = 0

    def part(self, size: int) -> None:
        """A part of so many worlds has ended."""
        with self._lock:
            self.done += size
            self._under_way = max(self._under_way - size, 0)
            self._counted = self._tally.counted
            self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            counted, wars = self._counted
            done = min(self.done + self._under_way, self._most)
            seconds = time.monotonic() - self._since
            self._progress(Standing(done, self._most, self.kept, wars, counted, seconds))


def _halves_first(tasks: Iterable[Task], halves: list[Task]) -> Iterator[Task]:
    """``tasks``, and before each of them the ``halves`` that have come up, so that a bad point is soon found."""
    for task in tasks:
        while halves:
            yield halves.pop()
        yield task
    while halves:
        yield halves.pop()


def _failure(study: Study, task: Task, error: Exception) -> Failure:
    lines = "".join(traceback.format_exception(error))
    points = tuple(task.points)
    settings = tuple(study.points.at(point) for point in points)
    return Failure(task.number, points, settings, task.size, type(error).__name__, str(error), lines)


def _gaps(points: range, held: Sequence[range]) -> Iterator[range]:
    """The runs of ``points`` that lie between those ``held``, which stand in order."""
    start = points.start
    for there in held:
        if start < there.start:
            yield range(start, there.start)
        start = there.stop
    if start < points.stop:
        yield range(start, points.stop)
