"""A sweep comes to the same whatever the blocks, parts, workers and executors, and to what its points alone come to."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import mesa
import numpy as np
import pytest

from escalation.scenario.loader import override
from escalation.scenario.points import Points
from escalation.worlds import tasks
from escalation.worlds.cluster import Cluster, NoCluster, executor
from escalation.worlds.ensemble import cuts, simulate
from escalation.worlds.executors import Control, Executor, Processes, Stopped, Threads, _collected
from escalation.worlds.sweep import Failure, PointsRun, Standing, _Tally, run_points
from escalation.worlds.tasks import Study, Task, batches, part_size
from escalation.worlds.totals import Totals
from tests.timing import within_a_second
from tests.worlds.jobs import dies, dies_once, odd, waits
from tests.worlds.study import HORIZON, plant, points, scenario, sweep

WORLDS = 40


@pytest.fixture(scope="module")
def whole() -> PointsRun:
    """The sweep in one part, one block and one thread."""
    return sweep(WORLDS, workers=1, block=10_000, part=10_000)


# -- nothing moves the result -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("block", "workers", "part"), [(1, 2, 64), (7, 1, 24), (7, 3, 100), (256, 2, 56), (4096, 3, 24), (4096, 2, 1000)]
)
def test_blocks_parts_and_workers_change_nothing(whole: PointsRun, block: int, workers: int, part: int) -> None:
    run = sweep(WORLDS, workers=workers, block=block, part=part)
    assert run.totals == whole.totals
    assert run.digest == whole.digest
    for point in range(len(points())):
        np.testing.assert_array_equal(run.war_bits(point), whole.war_bits(point))


def test_processes_change_nothing(whole: PointsRun) -> None:
    assert sweep(WORLDS, executor=Processes(2), part=100).totals == whole.totals


@pytest.mark.slow
def test_dask_changes_nothing_even_where_a_worker_is_lost(whole: PointsRun) -> None:
    pytest.importorskip("distributed")
    cluster = Cluster("local", 2)
    killed: list[int] = []

    def kill_one(standing: Standing) -> None:
        if standing.done and not killed:
            (pid, *_) = cluster._client.run(os.getpid).values()
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    run = sweep(WORLDS, executor=cluster, progress=kill_one)
    assert killed
    assert run.failed == ()
    assert run.totals == whole.totals


def test_a_process_that_is_lost_is_replaced_and_its_task_begun_again(tmp_path: Path) -> None:
    with Processes(1) as ready, closing(ready.map(dies_once, [(str(tmp_path / "died"), n) for n in range(3)])) as done:
        assert sorted(task[1] * 10 for task, result in done if result == task[1]) == [0, 10, 20]


def test_only_the_task_that_kills_its_process_ends_in_an_error() -> None:
    with Processes(2) as ready, closing(ready.map(dies, range(8))) as done:
        found = dict(done)
    assert isinstance(found.pop(1), BrokenProcessPool)
    assert found == {number: number for number in range(8) if number != 1}


def test_each_point_is_the_scenario_with_its_settings(whole: PointsRun) -> None:
    for point in (0, 3, 6):
        alone = simulate(override(scenario(), points().at(point)), WORLDS, horizon=HORIZON, workers=1)
        totals = whole.totals[point]
        assert totals.n == WORLDS
        assert list(totals.tallies.values()) == alone.end.tallies.sum(axis=1).tolist()
        assert list(totals.civilians.values()) == alone.civilians.sum(axis=1).tolist()
        assert totals.war_sum[HORIZON] == pytest.approx(alone.end.war_sum.sum(), abs=1e-12)
        np.testing.assert_array_equal(whole.war_bits(point), alone.end.war)
    assert len({totals.fingerprint for totals in whole.totals}) == len(points())


def test_points_share_their_worlds() -> None:
    twice = Points("list", ("errors.scale",), ((1.0,), (1.0,)))
    with Threads(1) as ready:
        run = run_points(scenario(), twice, 30, horizon=HORIZON, executor=ready, part=40)
        seeded = run_points(scenario(), twice, 30, horizon=HORIZON, executor=ready, part=40, seed=1)
    assert run.totals[0] == run.totals[1]
    assert run.totals[0] != seeded.totals[0]
    assert run.digest != seeded.digest


def test_the_rung_of_an_act_is_no_mere_number() -> None:
    """Acts stand in the order of their rungs, and an order's rung says which instrument proxies use."""
    act = scenario().acts[scenario().challenger.name][-1]
    key = f"acts.{act.actor}.{act.name}.rung"
    moved = Points("list", (key,), ((2.0,), (9.0,)))
    with Threads(1) as ready:
        run = run_points(scenario(), moved, 30, horizon=HORIZON, executor=ready)
    for point in range(2):
        alone = simulate(override(scenario(), moved.at(point)), 30, horizon=HORIZON, workers=1)
        assert list(run.totals[point].tallies.values()) == alone.end.tallies.sum(axis=1).tolist()


def test_more_points_than_tables_fit_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    many = Points("list", ("errors.scale",), tuple((i / 10,) for i in range(9)))
    runs = []
    for rows in (2, 100):
        monkeypatch.setattr(tasks, "MOST_ROWS", rows)
        with Threads(1) as ready:
            runs.append(run_points(scenario(), many, 3, horizon=HORIZON, executor=ready, part=20))
    assert runs[0].totals == runs[1].totals


# -- parts ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("worlds", "part"), [(40, 24), (40, 40), (7, 100), (1, 3), (1000, 64)])
def test_parts_cover_every_world_once(worlds: int, part: int) -> None:
    study = Study(scenario(), points(), worlds, 0, 3, part)
    flat = []
    for number in range(study.parts):
        point, first, size = study.span(number)
        assert 0 <= first < worlds
        begin = point * worlds + first
        flat += range(begin, begin + size)
        assert list(study.points_of(number)) == sorted({world // worlds for world in range(begin, begin + size)})
    assert flat == list(range(study.total))


def test_parts_grow_with_the_sweep_and_batches_with_the_point() -> None:
    assert part_size(100) == 1024
    assert part_size(4_000_000) == 16_384
    assert -(-(10**9) // part_size(10**9)) <= 4096
    sizes = [size for _, size in batches(100_000, 16_384)]
    assert sum(sizes) == 100_000
    assert sizes[:3] == [4096, 2048, 3072]
    assert max(sizes) == 16_384


@pytest.mark.parametrize("wrong", [{"part": 0}, {"horizon": 0}, {"block": 0}])
def test_sizes_below_one_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="legal: 1 or more"):
        sweep(4, **wrong)
    with pytest.raises(ValueError, match="legal: 1 or more"):
        sweep(0)
    with pytest.raises(ValueError, match="legal: 1 or more"):
        Threads(0)


# -- precision --------------------------------------------------------------------------------------------------
def enough(totals: Totals) -> bool:
    """As good as drawn, from what the worlds came to."""
    return totals.fingerprint[0] % 4 == 0


def test_a_point_stops_at_the_first_batch_that_is_enough_whoever_was_first() -> None:
    runs = [sweep(150, workers=workers, block=block, precision=enough) for workers, block in ((1, 64), (3, 5))]
    assert runs[0].totals == runs[1].totals
    assert runs[0].enough == runs[1].enough
    sizes = [run.n for run in runs[0].totals]
    assert len(set(sizes)) > 1, "some points need more than others"
    ends = {first + size for first, size in batches(150, 24)}
    for point, totals in enumerate(runs[0].totals):
        assert totals.n in ends
        assert enough(totals) == runs[0].enough[point]
        assert runs[0].war_bits(point).sum() == totals.wars[HORIZON]
        assert len(runs[0].war_bits(point)) == totals.n


def test_a_point_stops_at_the_cap() -> None:
    run = sweep(50, precision=lambda _: False)
    assert [totals.n for totals in run.totals] == [50] * len(points())
    assert not any(run.enough)
    assert run.totals == sweep(50).totals


# -- what goes wrong --------------------------------------------------------------------------------------------
def test_a_part_that_fails_is_listed_and_the_rest_goes_on(whole: PointsRun, monkeypatch: pytest.MonkeyPatch) -> None:
    # part 2 of 24 worlds ends in point 1
    broken_in(monkeypatch, 2)
    run = sweep(WORLDS)
    (failure,) = run.failed
    assert (failure.part, failure.points, failure.worlds) == (2, (1,), 24)
    assert (failure.error, failure.message) == ("ZeroDivisionError", "planted")
    assert "planted" in failure.traceback
    assert run.totals[1].n == WORLDS - 24
    assert [run.totals[i] == whole.totals[i] for i in range(8)] == [True, False, *[True] * 6]
    with pytest.raises(ValueError, match="have failed"):
        run.war_bits(1)


@pytest.mark.parametrize(
    ("block", "workers", "part"), [(1, 1, 1000), (7, 2, 100), (256, 3, 90), (4096, 2, 1000), (4096, 1, 24)]
)
def test_a_point_that_fails_amid_a_part_fails_alone(
    whole: PointsRun, monkeypatch: pytest.MonkeyPatch, block: int, workers: int, part: int
) -> None:
    plant(monkeypatch, points().settings[2], points().settings[5])
    run = sweep(WORLDS, block=block, workers=workers, part=part)
    assert {failure.points for failure in run.failed} == {(2,), (5,)}
    assert sum(failure.worlds for failure in run.failed) == 2 * WORLDS, "all parts of both, and no other world"
    assert run.failed[0].settings == (points().at(2),)
    assert [totals.n for totals in run.totals] == [0 if point in (2, 5) else WORLDS for point in range(8)]
    for point in (0, 1, 3, 4, 6, 7):
        assert run.totals[point] == whole.totals[point]
        np.testing.assert_array_equal(run.war_bits(point), whole.war_bits(point))


def refused() -> Points:
    """The points, of which the model refuses one: there is no such rule."""
    settings = list(points().settings)
    settings[3] = ("no-such-rule", *settings[3][1:])
    return Points("list", points().keys, tuple(settings))


def test_a_point_that_the_model_refuses_fails_alone_in_processes_too(whole: PointsRun) -> None:
    with Processes(2) as ready:
        run = run_points(scenario(), refused(), WORLDS, horizon=HORIZON, executor=ready, part=1000)
    assert [(failure.points, failure.worlds) for failure in run.failed] == [((3,), WORLDS)]
    assert "no-such-rule" in run.failed[0].message
    assert [run.totals[i] == whole.totals[i] for i in range(8)] == [point != 3 for point in range(8)]


@pytest.mark.slow
def test_a_point_that_the_model_refuses_fails_alone_under_dask_too(whole: PointsRun) -> None:
    pytest.importorskip("distributed")
    with Cluster("local", 2) as ready:
        run = run_points(scenario(), refused(), WORLDS, horizon=HORIZON, executor=ready, part=1000)
    assert [(failure.points, failure.worlds) for failure in run.failed] == [((3,), WORLDS)]
    assert [run.totals[i] == whole.totals[i] for i in range(8)] == [point != 3 for point in range(8)]


def test_the_points_of_a_part_in_pieces_are_its_worlds() -> None:
    study = Study(scenario(), points(), 40, 0, 3, 100)
    task = study.task(1)
    assert (task.points, task.first, task.size) == (range(2, 5), 20, 100)
    pieces = [task.only(range(point, point + 1)) for point in task.points]
    assert [(piece.points, piece.first, piece.size) for piece in pieces] == [
        (range(2, 3), 20, 20),
        (range(3, 4), 0, 40),
        (range(4, 5), 0, 40),
    ]
    assert [half.points for half in task.halves()] == [range(2, 3), range(3, 5)]
    assert pieces[0].halves() == ()


def test_all_points_of_a_worker_with_another_model_fail_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_task(_: Task, __: Control) -> tasks.Part:
        raise tasks.WrongModel("another")

    monkeypatch.setattr("escalation.worlds.sweep.run_task", run_task)
    run = sweep(WORLDS, part=160)
    assert [failure.points for failure in run.failed] == [(0, 1, 2, 3), (4, 5, 6, 7)]


def test_where_all_points_fail_the_rest_is_not_tried_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("escalation.worlds.sweep.HOPELESS", 2)
    plant(monkeypatch, *points().settings)
    run = sweep(WORLDS, workers=1, part=1000)
    assert sorted(point for failure in run.failed for point in failure.points) == list(range(8))
    assert max(len(failure.points) for failure in run.failed) > 1
    assert run.failed[-1].settings == tuple(points().at(point) for point in run.failed[-1].points)


def test_batches_before_the_one_that_failed_count_whoever_was_first() -> None:
    study = Study(scenario(), points(), 150, 0, HORIZON, 24, batched=True)
    width, control = len(study.batches), Control(lambda: False, lambda _: None)
    first, second = (tasks.run_task(study.task(3 * width + batch), control) for batch in (0, 1))
    failure = Failure(3 * width + 2, (3,), (points().at(3),), 24, "ZeroDivisionError", "planted", "")
    early, late = (_Tally(study, lambda totals: totals.n >= 140) for _ in range(2))
    for tally, order in ((early, (failure, first, second)), (late, (first, second, failure))):
        for what in order:
            tally.give_up(what) if isinstance(what, Failure) else tally.take(what)
        assert not [task for task in tally.missing(24) if task.points == range(3, 4)]
    np.testing.assert_array_equal(early.sums, late.sums)
    assert early.counted[0] == first.size + second.size


def test_a_point_whose_batch_fails_stops_there(monkeypatch: pytest.MonkeyPatch) -> None:
    width = len(batches(150, 24))
    broken_in(monkeypatch, 3 * width + 1)
    run = sweep(150, precision=lambda totals: totals.n >= 60)
    assert [failure.points for failure in run.failed] == [(3,)]
    assert [totals.n for totals in run.totals] == [78, 78, 78, 24, 78, 78, 78, 78]
    assert [not yes for yes in run.enough] == [point == 3 for point in range(8)]


def broken_in(monkeypatch: pytest.MonkeyPatch, *parts: int) -> None:
    right = tasks.run_task

    def run_task(task: Task, control: Control) -> tasks.Part:
        if task.number in parts:
            raise ZeroDivisionError("planted")
        return right(task, control)

    monkeypatch.setattr("escalation.worlds.sweep.run_task", run_task)


def test_a_worker_with_another_model_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Study(scenario(), points(), 4, 0, 3, 24).task(0)
    monkeypatch.setattr(tasks, "model_version", lambda: "another")
    with pytest.raises(tasks.WrongModel, match="another"):
        tasks.run_task(task, Control(lambda: False, lambda _: None))


def test_work_stops_in_the_week_in_which_it_is_asked_to() -> None:
    asked = iter([False, False, True])
    task = Study(scenario(), points(), 4, 0, 50, 24).task(0)
    with pytest.raises(Stopped):
        tasks.run_task(task, Control(lambda: next(asked), lambda _: None))


@pytest.mark.parametrize("make", [Threads, Processes])
def test_closing_stops_what_is_under_way_and_reads_no_more_tasks(make: type[Threads | Processes]) -> None:
    read: list[int] = []

    def endless() -> Iterator[int]:
        for number in range(10**9):
            read.append(number)
            yield number

    def once(_: int) -> float:
        read.clear()
        with make(2) as ready:
            mapped = ready.map(waits, endless())
            assert next(mapped) == (0, 0)
            since = time.monotonic()
            mapped.close()
            seconds = time.monotonic() - since
        assert len(read) <= 5
        assert not multiprocessing.active_children()
        return seconds

    within_a_second(once)


def test_errors_come_back_beside_results() -> None:
    with Threads(2) as ready, closing(ready.map(odd, range(6))) as done:
        found = dict(done)
    assert [isinstance(found[number], ValueError) for number in range(6)] == [True, False] * 3


def test_a_cluster_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster, match=r"pip install 'escalation\[distributed\]'"):
        executor(2, "local")
    ready: Executor = executor(2)
    assert ready.workers == 2


# -- progress ---------------------------------------------------------------------------------------------------
def test_progress_counts_up_to_all_worlds() -> None:
    seen: list[Standing] = []
    run = sweep(WORLDS, block=8, progress=seen.append)
    done = [standing.done for standing in seen]
    assert done[0] == 0
    assert done == sorted(done)
    assert len(set(done)) > run.study.parts, "told block by block"
    last = seen[-1]
    assert last.done == last.most == last.counted == run.worlds
    assert last.wars == sum(totals.wars[HORIZON] for totals in run.totals)
    assert last.odds == last.wars / last.counted
    assert last.left == 0.0
    assert seen[0].odds is None
    assert seen[0].left is None


# -- memory -----------------------------------------------------------------------------------------------------
MEMORY = """
import re, sys
from pathlib import Path
from tests.worlds.jobs import dies_once, odd, waits
from tests.worlds.study import sweep
sweep(16, part=256, horizon=1)

def megabytes():  # not ru_maxrss, which begins at what the tests themselves took
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

before = megabytes()
sweep(int(sys.argv[1]), part=4096, block=1024, horizon=1)
print(megabytes() - before)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_sweep(root: Path) -> None:
    small, large = (_megabytes(root, worlds) for worlds in (4_000, 16_000))
    assert large < 400
    assert large - small < 10


def _megabytes(root: Path, worlds: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(worlds)],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return float(done.stdout)


def test_a_block_ends_where_a_row_with_a_tile_of_worlds_does() -> None:
    assert list(cuts(np.repeat([0, 1], [300, 700]), 512)) == [(0, 300), (300, 512), (812, 188)]
    assert list(cuts(np.repeat(np.arange(9), 56), 256)) == [(0, 256), (256, 248)]
    assert list(cuts(np.zeros(5, dtype=np.int64), 2)) == [(0, 2), (2, 2), (4, 1)]


def test_a_crisis_that_cannot_be_set_up_is_let_go() -> None:
    """Mesa 3.3 keeps every model with an agent alive, unless it is released."""
    kept = getattr(mesa.Agent, "_ids", {})
    before = len(kept)
    with Threads(1) as ready:
        run = run_points(scenario(), refused(), WORLDS, horizon=HORIZON, executor=ready, part=1000)
    assert len(run.failed) == 1
    assert len(kept) == before


def test_what_is_done_beside_an_interrupt_is_collected_before_it() -> None:
    running = {Future[int](): number for number in range(8)}
    interrupted, failed = list(running)[2], list(running)[5]
    for future, number in running.items():
        if future not in (interrupted, failed):
            future.set_result(number)
    interrupted.set_exception(KeyboardInterrupt())
    failed.set_exception(ValueError())
    assert [running[future] for future in _collected(running, set(running))] == [0, 1, 3, 4, 5, 6, 7, 2]
