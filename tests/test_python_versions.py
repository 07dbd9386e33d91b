"""The same digests on another Python: 3.11 and 3.13 (and with them Mesa 3.3 and 3.5) agree bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from escalation.worlds.ensemble import simulate
from tests.model.lab import arm

PROGRAM = """
import sys
from escalation.scenario.loader import load
from escalation.worlds.ensemble import simulate
print(*sys.version_info[:2], sep=".")
for priors in (False, True):
    print(simulate(load("strike"), 64, horizon=8, priors=priors).digest())
"""
# read when the tests are collected: the shared fixture clears the ESCALATION_ environment
NAMED = os.environ.get("ESCALATION_OTHER_PYTHON")


def other_python(root: Path) -> str:
    """An interpreter of another version that has the dependencies; skips, with the reason, where there is none."""
    if NAMED:
        return NAMED
    for version in ("3.13", "3.11", "3.12"):
        if version == f"{sys.version_info[0]}.{sys.version_info[1]}":
            continue
        candidate = root / f".venv-{version}" / "bin" / "python"
        if candidate.exists():
            return str(candidate)
    pytest.skip("no second Python: `make check-both` makes one, or name it in ESCALATION_OTHER_PYTHON")


@pytest.mark.slow
def test_digests_are_equal_on_two_pythons(root: Path, tmp_path: Path) -> None:
    python = other_python(root)
    done = subprocess.run(
        [python, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    version, *digests = done.stdout.split()
    if version == f"{sys.version_info[0]}.{sys.version_info[1]}":
        pytest.skip(f"{python} is the same Python {version}")
    assert digests == [simulate(arm("strike"), 64, horizon=8, priors=priors).digest() for priors in (False, True)]
