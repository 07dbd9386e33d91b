"""The laboratory's commands, at tiny sizes: their sizes, their JSON, their folders, and what they refuse."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from escalation.analysis.odds import run
from tests.cli.conftest import Here
from tests.timing import within_a_second

BREAK_EVEN = ("break-even", "strike", "nonresponse", "--over", "errors.scale=0.5:2:2", "-n", "40", "--horizon", "2")
SENSITIVITY = ("sensitivity", "strike", "--vary", "fragility.f", "--draws", "4", "-n", "2", "--horizon", "2")
DISCOVER = ("discover", "strike", "--vary", "fragility", "--draws", "60", "-n", "2", "--horizon", "2")


@pytest.mark.parametrize(
    ("words", "kind"),
    [(BREAK_EVEN, "break-even"), (SENSITIVITY, "sensitivity"), (DISCOVER, "discovery")],
    ids=["break-even", "sensitivity", "discover"],
)
def test_a_run_leaves_a_folder(here: Here, tmp_path: Path, words: tuple[str, ...], kind: str) -> None:
    done = here(*words, "--json", "--out", "run")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["schema"] == 1
    assert printed["horizon_weeks"] == 2
    folder = tmp_path / "run"
    assert json.loads((folder / f"{kind}.json").read_text()) == printed
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["kind"] == kind
    with (folder / "results.csv").open(newline="") as stream:
        assert next(csv.reader(stream))
    report = (folder / "report.txt").read_text()
    assert "2 January 2020" in report
    listed = here("ls")
    assert kind in listed.stdout
    assert "complete" in listed.stdout


@pytest.mark.parametrize("words", [BREAK_EVEN, SENSITIVITY, DISCOVER], ids=["break-even", "sensitivity", "discover"])
def test_a_dry_run_runs_nothing(here: Here, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = here(*words, "--dry-run", "--out", "run")
    assert done.stdout.endswith("Nothing was run.\n")
    assert not (tmp_path / "run").exists()
    size = json.loads(here(*words, "--dry-run", "--json").stdout)
    assert size["world_weeks"] > 0
    assert size["estimated_seconds"] > 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("break-even", "strike", "nonresponse"), "--over"),
        (("break-even", "strike", "nonresponse", "--over", "errors.scal"), "did you mean 'errors.scale'"),
        (("break-even", "strike", "nowhere", "--over", "errors.scale"), "nowhere"),
        (("sensitivity", "strike", "--vary", "fragility.ff"), "--vary: fragility.ff: no uncertain number"),
        (("sensitivity", "strike", "--method", "sobol", "--draws", "100"), "a power of two"),
        (("discover", "strike", "--safer"), "than what"),
        (("discover", "strike", "--against", "nonresponse", "--above", "0.2"), "without another scenario"),
        (("discover", "strike", "--draws", "5"), "--draws"),
    ],
)
def test_what_is_wrong_is_said(here: Here, words: tuple[str, ...], says: str) -> None:
    done = here(*words)
    assert done.returncode != 0
    assert says in done.stderr


INTERRUPTED = """
import os, signal, sys, threading, time
def interrupt():
    while not any(thread.name.startswith("worlds") for thread in threading.enumerate()):
        time.sleep(0.01)
    time.sleep(0.5)
    print(time.monotonic(), file=sys.stderr)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
from escalation.cli.main import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("break-even", "strike", "nonresponse", "--over", "errors.scale=0:2:9", "-n", "40000", "--out", "run"),
        ("sensitivity", "strike", "--draws", "256", "-n", "200", "--out", "run"),
        ("discover", "strike", "--draws", "4000", "-n", "20", "--out", "run"),
        ("compare", "nonresponse", "strike", "--decompose", "-n", "60000"),
    ],
    ids=["break-even", "sensitivity", "discover", "compare"],
)
def test_an_interrupt_ends_at_once_and_leaves_nothing(tmp_path: Path, root: Path, words: tuple[str, ...]) -> None:
    for priors in (False, True):  # the compiler, at a build's first use, is not to be interrupted
        run("strike", 20, horizon=1, priors=priors)

    def once(_: int) -> float:
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        ended = time.monotonic()
        assert (done.returncode, done.stdout) == (130, ""), done.stderr
        since, said = done.stderr.splitlines()[-2:]
        assert said == "interrupted: nothing was kept, and nothing written"
        assert not list(tmp_path.iterdir())
        return ended - float(since)

    within_a_second(once)
