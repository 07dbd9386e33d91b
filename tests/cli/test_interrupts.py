"""Ctrl-C in ``escalation sweep``, sent to a process of its own: how soon it ends, what it says and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from escalation.analysis.sweep import sweep
from tests.timing import ATTEMPTS, within_a_second

MORE = 30 if os.environ.get("SOAK") else 0


def test_an_interrupt_ends_within_a_second_and_keeps_what_is_done(tmp_path: Path, root: Path) -> None:
    words = ["sweep", "strike", "--vary", "errors.scale=0:1:3", "-n", "60000", "-q", "--json"]
    command = [sys.executable, "-m", "escalation", *words, "--out", "out"]
    settings: dict[str, Any] = {"env": {**os.environ, "PYTHONPATH": str(root)}, "text": True}

    def once(attempt: int) -> float:
        where = tmp_path / str(attempt)
        where.mkdir()
        with started(command, where, settings) as running:
            wait_for_a_part(running, where / "out")
            seconds = interrupted(running)
            stdout, stderr = running.communicate(timeout=60)
        assert (running.returncode, stdout) == (130, ""), stderr
        assert stderr.startswith("interrupted: what is done is kept; go on: escalation sweep strike")
        assert stderr.endswith("--out out --resume\n")
        assert stderr.count("\n") == 1, "nothing but that is said"
        return seconds

    within_a_second(once)
    where = max(tmp_path.iterdir())
    out = where / "out"
    assert not {"results.csv", "sweep.json", "report.html", ".lock"} & {path.name for path in out.iterdir()}
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["status"] == "incomplete"
    kept = {path: path.stat().st_mtime_ns for path in out.glob("parts/*.npz")}
    resumed = subprocess.run([*command, "--resume"], cwd=where, capture_output=True, check=False, **settings)
    whole = sweep("strike", {"errors.scale": "0:1:3"}, worlds=60000)
    assert json.loads(resumed.stdout)["digest"] == whole.digest
    assert kept
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "nothing that was done is done again"
    assert 'class="banner"' not in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_interrupt_of_the_first_use_does_not_wait_for_the_compiler(tmp_path: Path, root: Path) -> None:
    seconds = []
    for attempt, what in enumerate((["sweep", "strike", "--vary", "errors.scale=0:1:3"], ["run", "strike"])):
        cache = tmp_path / f"cache{attempt}"
        command = [sys.executable, "-m", "escalation", *what]
        settings = {"env": {**os.environ, "PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(cache)}, "text": True}
        with started(command, tmp_path, settings) as running:
            assert running.stderr is not None
            assert running.stderr.readline().startswith("compiling for this machine")
            time.sleep(3)
            assert running.poll() is None
            seconds.append(interrupted(running))
            _, stderr = running.communicate(timeout=60)
        assert (running.returncode, "Traceback" in stderr) == (130, False), stderr
        time.sleep(1)
        left = subprocess.run(["ps", "-eo", "sid,stat,args"], capture_output=True, text=True, check=True).stdout
        alive = [line for line in left.splitlines() if line.split()[0] == str(running.pid) and " Z" not in line]
        assert alive == [], "the second process that compiles ends with the first"
    assert min(seconds) < 1.0


def test_an_interrupt_of_a_local_cluster_is_as_quick_and_as_quiet(tmp_path: Path, root: Path) -> None:
    """Ctrl-C of a terminal reaches the workers too."""
    pytest.importorskip("distributed")
    words = ["sweep", "strike", "--vary", "errors.scale=0:1:3", "-n", "30000", "--horizon", "13", "-q"]
    command = [sys.executable, "-m", "escalation", *words, "--out", "out", "--cluster", "local"]
    settings = {"env": {**os.environ, "PYTHONPATH": str(root)}, "text": True}

    def once(attempt: int) -> float:
        where = tmp_path / str(attempt)
        where.mkdir()
        with started(command, where, settings) as running:
            wait_for_a_part(running, where / "out")
            time.sleep(attempt * 0.02)
            seconds = interrupted(running, group=True)
            _, stderr = running.communicate(timeout=60)
        assert running.returncode == 130, stderr
        assert stderr.startswith("interrupted: what is done is kept"), stderr
        assert stderr.count("\n") == 1, stderr
        return seconds

    within_a_second(once)
    for attempt in range(ATTEMPTS, MORE):
        assert once(attempt) < 2.0


@contextmanager
def started(command: list[str], where: Path, settings: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """The command as a group of processes of its own, as a shell starts it; at the end none of them is left."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=where, stdout=pipe, stderr=pipe, start_new_session=True, **settings) as running:
        try:
            yield running
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def wait_for_a_part(running: subprocess.Popen[str], out: Path) -> None:
    until = time.monotonic() + 240
    while not any(out.glob("parts/*.npz")):
        assert time.monotonic() < until
        assert running.poll() is None, running.communicate(timeout=60)[1]
        time.sleep(0.02)


def interrupted(running: subprocess.Popen[str], group: bool = False) -> float:
    """Send what Ctrl-C sends; seconds until the command is gone."""
    since = time.monotonic()
    if group:
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.send_signal(signal.SIGINT)
    running.wait(timeout=120)
    return time.monotonic() - since
