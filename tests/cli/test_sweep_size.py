"""What ``sweep`` takes in memory and on disk: little, however many points there are, and what ``--dry-run`` says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MEASURED = """
import ctypes, gc, re, sys
from pathlib import Path
from click.testing import CliRunner
from escalation.cli.main import cli

def told(*words):
    done = CliRunner().invoke(cli, ["sweep", "nonresponse", *words, "-q"])
    assert done.exit_code == 0, done.output
    return done.stdout

def megabytes(of):
    return int(re.search(of + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

words = sys.argv[1:]
dry = told(*words, "--dry-run", "--json")
# all libraries are there, and what they have let go of is given back
plane = ["--vary", "errors.scale=0,1", "--vary", "errors.aim=0.5,1"]
for number, few in enumerate((plane[:2], plane, ["--sample", "priors:2"])):
    told(*few, "-n", "600", "--horizon", "1", "--out", f"warm{number}")
gc.collect()
ctypes.CDLL(None).malloc_trim(0)
before = megabytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # begin the peak anew
told(*words, "--out", "out")
print(megabytes("VmHWM") - before, dry.replace("\\n", " "))
"""
MANY_POINTS = ("--points", "points.csv", "-n", "5", "--horizon", "1")
MANY_WORLDS = ("--vary", "errors.scale=0:2:4", "-n", "150000", "--horizon", "2")
MANY_KEYS = ("--sample", "priors:1500", "-n", "20", "--horizon", "1")
MIXED = ("--points", "points.csv", "-n", "20", "--horizon", "2", "--block", "16384", "--workers", "4")
PRECISE = ("--vary", "errors.scale=0:2:4", "-n", "90000", "--horizon", "2", "--precision", "0.001")
PLANE = ("--vary", "errors.scale=0:2:30", "--vary", "errors.aim=0.5:1:30", "-n", "300", "--horizon", "2")
PICTURES = ("heatmap.svg", "heatmap.png", "report.html", "figures")
"""As large for few points as for many."""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize(
    ("words", "most"),
    [(MANY_POINTS, 120), (MANY_WORLDS, 50), (MANY_KEYS, 80), (PLANE, 100), (MIXED, 200), (PRECISE, 50)],
    ids=["points", "worlds", "keys", "plane", "mixed", "precise"],
)
def test_memory_and_disk_are_small_and_what_the_dry_run_says(
    words: tuple[str, ...], most: int, tmp_path: Path, root: Path
) -> None:
    rows = (f"{place % 1999 / 999},{0.1 + place % 1777 / 2222}" for place in range(20_000))
    (tmp_path / "points.csv").write_text("errors.scale,fragility.f\n" + "\n".join(rows) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    memory, _, dry = done.stdout.partition(" ")
    said = json.loads(dry)
    assert float(memory) < most
    assert float(memory) / 2 < said["memory_bytes"] / 1e6 < 2 * float(memory)
    files = (path for path in (tmp_path / "out").rglob("*") if path.is_file() and not {*PICTURES} & {*path.parts})
    disk = sum(path.stat().st_size for path in files)
    assert disk / 2 < said["disk_bytes"] < 2 * disk
