"""A sweep's folder survives what can happen to it: kills, Ctrl-C, a full disk, damaged files, other commands."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from escalation.scenario.points import Points
from escalation.worlds import folder as files
from escalation.worlds import tasks
from escalation.worlds.executors import Control, Threads
from escalation.worlds.folder import FolderTaken, claim
from escalation.worlds.locks import Lock
from escalation.worlds.store import DiskFull, read_failures
from escalation.worlds.sweep import PointsRun, run_points
from escalation.worlds.tasks import Task
from tests.test_architecture import read
from tests.timing import within_a_second
from tests.worlds.study import HORIZON, PART, plant, points, scenario, store, sweep

WORLDS = 30
KILLS = 50 if os.environ.get("SOAK") else 3
LONG = 200
"""Worlds a point of the sweeps that are killed or fill a disk."""


@pytest.fixture(scope="module")
def undisturbed() -> PointsRun:
    return sweep(WORLDS)


@pytest.fixture(scope="module")
def long() -> PointsRun:
    return sweep(LONG)


def parts_in(folder: Path) -> list[Path]:
    return sorted((folder / "parts").glob("*.npz"))


def status_of(folder: Path) -> str:
    return str(json.loads((folder / "manifest.json").read_text())["status"])


# -- what is written --------------------------------------------------------------------------------------------
def test_the_folder_says_what_was_run_and_reads_back(tmp_path: Path, undisturbed: PointsRun) -> None:
    run = sweep(WORLDS, store=store(tmp_path / "s"))
    assert run.digest == undisturbed.digest
    held = json.loads((tmp_path / "s" / "manifest.json").read_text())
    assert (held["status"], held["kind"], held["digest"]) == ("complete", "sweep", run.digest)
    assert held["scenarios"][0]["digest"] == scenario().digest()
    assert held["study"]["points"] == points().digest()
    assert (held["seed"], held["worlds"], held["horizon_weeks"], held["points"]) == (0, WORLDS, HORIZON, 8)
    assert (tmp_path / "s" / "scenario.toml").read_text() == scenario().resolved_toml()
    lines = (tmp_path / "s" / "points.csv").read_text().splitlines()
    assert lines[:2] == ["us.rule,errors.scale,us.type.resolute", "quantal,0.0,0.3"]
    assert len(parts_in(tmp_path / "s")) == -(-8 * WORLDS // PART)
    assert not list((tmp_path / "s").rglob(".*"))
    again = sweep(WORLDS, store=store(tmp_path / "s", resume=True))
    assert (again.kept, again.ran) == (8 * WORLDS, 0)
    assert again.totals == run.totals
    np.testing.assert_array_equal(again.war_bits(5), run.war_bits(5))


def test_parts_are_plain_arrays(tmp_path: Path) -> None:
    sweep(WORLDS, store=store(tmp_path / "s"))
    with np.load(parts_in(tmp_path / "s")[0], allow_pickle=False) as held:
        assert {name: held[name].dtype.kind for name in held} == {"mark": "U", "place": "i", "sums": "i", "war": "u"}


def test_precision_takes_up_where_it_stopped_and_may_ask_for_more(tmp_path: Path) -> None:
    run = sweep(200, precision=lambda totals: totals.n >= 30, store=store(tmp_path / "s"))
    assert status_of(tmp_path / "s") == "complete"
    more = sweep(200, precision=lambda totals: totals.n >= 70, store=store(tmp_path / "s", resume=True))
    assert more.kept >= run.worlds
    assert more.totals == sweep(200, precision=lambda totals: totals.n >= 70).totals


# -- kills ------------------------------------------------------------------------------------------------------
def start(
    folder: Path, worlds: int = LONG, pause: float = 0.0, horizon: int = HORIZON, part: int = PART
) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    sizes = [str(number) for number in (worlds, pause, horizon, part)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.worlds.study", str(folder), *sizes],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(ready: Callable[[], bool], running: subprocess.Popen[str], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not ready() and running.poll() is None and time.monotonic() < end:
        time.sleep(0.002)


@pytest.mark.slow
def test_a_sweep_that_is_killed_again_and_again_comes_to_the_same(tmp_path: Path, long: PointsRun) -> None:
    chance = random.Random(time.time_ns())
    folder = tmp_path / "s"
    kept: set[str] = set()
    for _ in range(KILLS):
        if len(kept) > 30:
            finish(folder, long)
            shutil.rmtree(folder)
            kept = set()
        running = start(folder, pause=0.002)
        wanted = len(kept) + chance.randrange(1, 14)
        wait_for(lambda wanted=wanted: len(parts_in(folder)) >= wanted, running)
        time.sleep(chance.random() * 0.05)
        running.kill()
        running.communicate()
        there = {path.name for path in parts_in(folder)}
        assert kept < there, "nothing finished is lost or written anew, and there is more of it"
        kept = there
    finish(folder, long)


def finish(folder: Path, long: PointsRun) -> None:
    before = parts_in(folder)
    stamps = {path: path.stat().st_mtime_ns for path in before}
    assert status_of(folder) == "running"
    last = store(folder, resume=True)
    run = sweep(LONG, store=last)
    assert run.digest == long.digest
    assert run.totals == long.totals
    assert run.kept == sum(min(PART, 8 * LONG - int(path.name[:6]) * PART) for path in before), "nothing is repeated"
    assert {path: path.stat().st_mtime_ns for path in before} == stamps
    assert last.notes == []
    assert status_of(folder) == "complete"
    assert not list(folder.rglob(".*"))


@pytest.mark.slow
def test_ctrl_c_stops_the_work_within_a_second_and_keeps_what_is_done(tmp_path: Path) -> None:
    """When the first part is there the next has just begun, with seconds of work ahead of it."""

    def once(attempt: int) -> float:
        folder = tmp_path / str(attempt)
        running = start(folder, worlds=20_000, horizon=20, part=20_000)
        wait_for(lambda: bool(parts_in(folder)), running)
        before = parts_in(folder)
        since = time.monotonic()
        running.send_signal(signal.SIGINT)
        assert running.stdout is not None
        assert running.stdout.readline() == "interrupted\n"
        seconds = time.monotonic() - since  # up to here it is our work; the interpreter's own end follows
        out, errors = running.communicate(timeout=60)
        assert (out, running.returncode) == ("", 130), errors
        assert status_of(folder) == "incomplete"
        assert before
        assert set(before) <= set(parts_in(folder))
        assert len(parts_in(folder)) < 8
        assert not list(folder.rglob(".*"))
        return seconds

    within_a_second(once)


# -- a full disk ------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_a_small_disk_that_fills_up(tmp_path: Path, long: PointsRun) -> None:
    """A tmpfs of 240 kB, in a mount namespace of its own."""
    small = tmp_path / "small"
    small.mkdir()
    folder, kept = small / "s", tmp_path / "kept"
    run = f"{sys.executable} -m tests.worlds.study {folder} {LONG} 0 {HORIZON} {PART}"
    script = f"mount -t tmpfs -o size=240k tmpfs {small} && {{ {run}; code=$?; cp -r {folder} {kept}; exit $code; }}"
    root = Path(__file__).parents[2]
    try:
        done = subprocess.run(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("no unshare(1) here; the fault is planted in the next test")
    if not kept.exists() and ("unshare" in done.stderr or "mount" in done.stderr):
        pytest.skip(f"no mount namespace here; the fault is planted in the next test: {done.stderr.strip()}")
    assert done.returncode == 1, done.stderr
    assert f"no room left for {folder}" in done.stdout
    assert f"escalation sweep strike --out {folder} --resume" in done.stdout
    assert 0 < len(parts_in(kept)) < long.study.parts
    resumed = sweep(LONG, store=store(kept, resume=True))
    assert resumed.kept > 0
    assert resumed.digest == long.digest


def test_no_room_at_any_write_leaves_a_folder_to_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    undisturbed = sweep(6)
    synced = os.fsync
    failed_at = 0
    while True:
        failed_at += 1
        left = [failed_at]

        def fsync(handle: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] <= 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            synced(handle)

        folder = tmp_path / str(failed_at)
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", fsync)
            said = ""
            try:
                sweep(6, store=store(folder))
            except DiskFull as fault:
                said = str(fault)
        if not said:
            break
        assert said.startswith(f"[Errno {errno.ENOSPC}] no room left for {folder}")
        assert said.endswith("--resume")
        assert not list(folder.rglob(".*"))
        assert sweep(6, store=store(folder, resume=True)).digest == undisturbed.digest
    assert failed_at > 2 * (4 + undisturbed.study.parts), "two for each file: its data, and its name"


# -- damage -----------------------------------------------------------------------------------------------------
def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def rename(path: Path) -> None:
    path.rename(path.with_name("part-of-something.npz"))


def renumber(path: Path) -> None:
    path.rename(path.with_name(f"000099{path.name[6:]}"))


@pytest.mark.parametrize("damage", [flip, cut, empty, rename, renumber])
def test_a_damaged_part_is_found_and_computed_anew(
    tmp_path: Path, undisturbed: PointsRun, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "s"
    sweep(WORLDS, store=store(folder))
    before = parts_in(folder)
    damage(before[3])
    kept = store(folder, resume=True)
    run = sweep(WORLDS, store=kept)
    assert run.digest == undisturbed.digest
    assert run.ran == PART
    assert len(kept.notes) == 1
    assert "computed anew" in kept.notes[0]
    assert parts_in(folder) == before


def test_a_part_of_another_sweep_is_not_taken(tmp_path: Path, undisturbed: PointsRun) -> None:
    folder, other = tmp_path / "s", tmp_path / "other"
    sweep(WORLDS, store=store(folder))
    sweep(WORLDS, store=store(other), seed=1)
    parts_in(folder)[0].unlink()
    shutil.copy(parts_in(other)[0], folder / "parts")
    kept = store(folder, resume=True)
    assert sweep(WORLDS, store=kept).digest == undisturbed.digest
    assert "another sweep" in kept.notes[0]


def test_leftovers_are_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    sweep(WORLDS, store=store(folder))
    (folder / ".manifest.json.abc.tmp").write_text("{")
    (folder / "parts" / ".000001.npz.abc.tmp").write_text("half")
    sweep(WORLDS, store=store(folder, resume=True))
    assert not list(folder.rglob(".*"))


def test_resume_begins_where_there_is_nothing(tmp_path: Path, undisturbed: PointsRun) -> None:
    (tmp_path / "empty").mkdir()
    killed = tmp_path / "killed-before-the-manifest"
    killed.mkdir()
    (killed / ".lock").write_text("1")
    (killed / ".manifest.json.abc.tmp").write_text("{")
    for folder in (tmp_path / "absent", tmp_path / "empty", killed):
        assert sweep(WORLDS, store=store(folder, resume=True)).digest == undisturbed.digest


# -- refusals ---------------------------------------------------------------------------------------------------
def turned(listed: Points) -> Points:
    return replace(listed, settings=listed.settings[::-1])


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"seed": 7}, "seed: 0 there, 7 asked for"),
        ({"horizon": 5}, "horizon weeks: 3 there, 5 asked for"),
        ({"worlds": 31}, "worlds: 30 there, 31 asked for"),
        ({"points": Points("list", ("errors.scale",), ((1.0,),))}, "errors.scale as asked for"),
        ({"points": replace(points(), settings=points().settings[:3])}, "points: 8 there, 3 asked for"),
        (
            {"points": turned(points())},
            "the first that differs is point 0: us.rule quantal, errors.scale 0.0, us.type.",
        ),
        ({"scenario": "war.sd"}, "war.sd: 0.5 there, 0.6 asked for"),
        ({"model": "feedfacefeedface"}, "other code than this (version "),
        ({"model": "feedfacefeedface"}, "model feedfacefeedface), and worlds of two models are never mixed"),
        ({"precision": lambda totals: True}, "precision: this is run with --precision, that sweep without"),
    ],
)
def test_another_sweep_is_refused_and_what_differs_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], differs: str
) -> None:
    folder = tmp_path / "s"
    sweep(WORLDS, store=store(folder))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if "model" in change:
        monkeypatch.setattr(tasks, "model_version", lambda: change["model"])
    case = scenario() if "scenario" not in change else scenario().with_overrides({change["scenario"]: 0.6})
    sizes = {"horizon": HORIZON, "seed": 0, **{key: change[key] for key in ("seed", "horizon") if key in change}}
    with Threads(1) as ready, pytest.raises(FolderTaken) as refused:
        run_points(
            case,
            change.get("points", points()),
            change.get("worlds", WORLDS),
            executor=ready,
            part=PART,
            store=store(folder, resume=True),
            precision=change.get("precision"),
            **sizes,
        )
    assert differs in str(refused.value)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_an_unfinished_sweep_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "s"
    fail_in(monkeypatch, 3)
    assert sweep(WORLDS, store=store(folder)).failed
    with pytest.raises(FolderTaken, match=r"not finished; go on with it: escalation sweep .* --resume"):
        sweep(WORLDS, store=store(folder))
    with pytest.raises(FolderTaken, match="not finished"):
        claim(folder)


def test_a_finished_sweep_may_be_written_over_as_any_run(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    sweep(WORLDS, store=store(folder))
    run = sweep(20, store=store(folder))
    assert run.kept == 0
    assert len(parts_in(folder)) == run.study.parts


def test_the_folder_of_a_run_is_no_sweep_to_go_on_with(tmp_path: Path) -> None:
    files.write_folder(claim(tmp_path / "r"), store(tmp_path)._ran, [scenario()], {})
    with pytest.raises(FolderTaken, match="holds a run, not a sweep"):
        sweep(WORLDS, store=store(tmp_path / "r", resume=True))


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    for resume in (False, True):
        with pytest.raises(FolderTaken, match="something else"):
            sweep(WORLDS, store=store(tmp_path, resume=resume))


def test_other_libraries_are_noted(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    sweep(WORLDS, store=store(folder))
    held = json.loads((folder / "manifest.json").read_text())
    held["versions"]["numba"] = "0.1"
    files.write_json(folder / "manifest.json", held)
    kept = store(folder, resume=True)
    sweep(WORLDS, store=kept)
    assert [note for note in kept.notes if note.startswith("numba was 0.1")] == kept.notes != []


# -- one writer -------------------------------------------------------------------------------------------------
def test_two_writers_do_not_share_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    with Lock(folder), pytest.raises(FolderTaken, match=f"being written by process {os.getpid()}"):
        sweep(WORLDS, store=store(folder))
    assert not list(folder.iterdir())
    sweep(WORLDS, store=store(folder))


def test_a_lock_whose_holder_has_died_holds_nothing(tmp_path: Path) -> None:
    hold = "import sys; from pathlib import Path; from escalation.worlds.locks import Lock\n"
    hold += "Lock(Path(sys.argv[1])).__enter__(); print('held', flush=True); sys.stdin.read()"
    root = Path(__file__).parents[2]
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(FolderTaken, match=f"process {holder.pid}"), Lock(tmp_path):
        pass
    holder.kill()
    holder.communicate()
    assert (tmp_path / ".lock").exists()
    with Lock(tmp_path):
        pass
    assert not (tmp_path / ".lock").exists()


# -- failures ---------------------------------------------------------------------------------------------------
def fail_in(monkeypatch: pytest.MonkeyPatch, *parts: int) -> None:
    right = tasks.run_task

    def run_task(task: Task, control: Control) -> tasks.Part:
        if task.number in parts:
            raise ZeroDivisionError("planted")
        return right(task, control)

    monkeypatch.setattr("escalation.worlds.sweep.run_task", run_task)


def test_failures_are_listed_run_alone_and_cleared(tmp_path: Path, undisturbed: PointsRun) -> None:
    folder = tmp_path / "s"
    with pytest.MonkeyPatch.context() as planted:
        fail_in(planted, 2, 5)
        run = sweep(WORLDS, store=store(folder))
    assert [failure.part for failure in run.failed] == [2, 2, 5]
    assert status_of(folder) == "incomplete"
    assert [(f["part"], f["points"], f["worlds"], f["error"]) for f in read_failures(folder)] == [
        (2, [1], 12, "ZeroDivisionError"),
        (2, [2], 12, "ZeroDivisionError"),
        (5, [4], 24, "ZeroDivisionError"),
    ]
    with pytest.MonkeyPatch.context() as planted:
        fail_in(planted, 5)
        again = sweep(WORLDS, store=store(folder, resume=True))
    assert [failure["part"] for failure in read_failures(folder)] == [5]
    assert again.ran == 2 * PART
    last = sweep(WORLDS, store=store(folder, resume=True))
    assert (last.ran, last.digest) == (PART, undisturbed.digest)
    assert not (folder / "failures.jsonl").exists()
    assert status_of(folder) == "complete"


@pytest.mark.parametrize(("block", "workers", "part"), [(1, 2, 10_000), (7, 3, 100), (256, 1, 50), (4096, 2, PART)])
def test_points_that_fail_amid_parts_are_all_that_is_run_again(
    tmp_path: Path, block: int, workers: int, part: int
) -> None:
    folder, sizes = tmp_path / "s", {"block": block, "workers": workers, "part": part}
    wrong = points().settings[2], points().settings[5]
    with pytest.MonkeyPatch.context() as planted:
        plant(planted, *wrong)
        run = sweep(WORLDS, store=store(folder), **sizes)
    assert [totals.n for totals in run.totals] == [0 if point in (2, 5) else WORLDS for point in range(8)]
    assert status_of(folder) == "incomplete"
    listed = read_failures(folder)
    assert {tuple(failure["points"]) for failure in listed} == {(2,), (5,)}
    assert listed[0]["settings"] == [points().at(2)]
    kept = parts_in(folder)
    with pytest.MonkeyPatch.context() as planted:
        ran = plant(planted, wrong[1])
        again = sweep(WORLDS, store=store(folder, resume=True), **sizes)
    assert {setting for settings in ran for setting in settings} == set(wrong)
    assert again.kept == 6 * WORLDS
    assert {tuple(failure["points"]) for failure in read_failures(folder)} == {(5,)}
    last = sweep(WORLDS, store=store(folder, resume=True), **sizes)
    assert (last.kept, last.ran) == (7 * WORLDS, WORLDS)
    whole = sweep(WORLDS, **sizes)
    assert last.digest == whole.digest
    assert last.totals == whole.totals
    for point in range(8):
        np.testing.assert_array_equal(last.war_bits(point), whole.war_bits(point))
    assert set(kept) < set(parts_in(folder))
    assert status_of(folder) == "complete"
    assert not (folder / "failures.jsonl").exists()


def test_a_damaged_piece_is_computed_anew(tmp_path: Path, undisturbed: PointsRun) -> None:
    folder = tmp_path / "s"
    with pytest.MonkeyPatch.context() as planted:
        plant(planted, points().settings[3])
        sweep(WORLDS, store=store(folder), part=10_000)
    flip(parts_in(folder)[0])
    run = sweep(WORLDS, store=store(folder, resume=True), part=10_000)
    assert run.digest == undisturbed.digest
    assert 0 < run.kept < 7 * WORLDS


def test_many_failures_are_listed_when_the_sweep_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is written once a second at most, and at the end."""
    folder, written = tmp_path / "s", []
    write = files.write_text
    monkeypatch.setattr(files, "write_text", lambda path, text: written.append(path.name) or write(path, text))
    plant(monkeypatch, *points().settings)
    sweep(WORLDS, store=store(folder))
    assert len(read_failures(folder)) > len(points())
    assert written.count("failures.jsonl") < len(points())


def test_every_source_that_makes_a_part_is_in_the_version_of_the_model(root: Path) -> None:
    modules = read(root / "escalation")
    hashed, seen, ahead = {*tasks.model_sources()}, set[str](), ["escalation.worlds.tasks"]
    while ahead:
        name = ahead.pop()
        if name in modules and name not in seen:
            seen.add(name)
            ahead += [imported for _, imported in modules[name].imports]
    assert "escalation.model.rules.prospect" in seen
    assert [name for name in sorted(seen) if modules[name].path not in hashed] == []
    assert not [path for path in hashed if path.parent.name in ("cli", "report", "analysis")]
