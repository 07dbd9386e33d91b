"""``escalation.sweep(out=...)`` leaves the folder that the command leaves, with a command that goes on with it."""

from __future__ import annotations

import inspect
import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import escalation
from escalation.analysis.sweep import sweep as unwritten
from escalation.cli.main import cli

SMALL: dict[str, Any] = {"worlds": 40, "horizon": 3, "progress": False}


def ran(words: list[str]) -> Any:
    done = CliRunner().invoke(cli, [*words[1:], "-q"])
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize(
    ("scenario", "asked"),
    [
        (
            "strike",
            {"vary": {"errors.scale": "0:2:3", "us.rule": ["quantal", "level-k"]}, "overrides": {"errors.aim": 2}},
        ),
        ("strike", {"vary": {"errors.scale": np.linspace(0.1, 0.7, 3)}, "against": "nonresponse", "rule": "level-k"}),
        ("made", {"points": [{"errors.scale": 0.1}, {"errors.scale": 1 / 3}], "overrides": {"errors.aim": 2}}),
        ("strike", {"vary": {"fragility.f": None}, "sample": "priors:3", "precision": 0.2, "seed": 3}),
    ],
)
def test_the_folder_of_a_call_is_that_of_its_command(
    scenario: str, asked: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told: Any = escalation.load("strike") if scenario == "made" else scenario
    result = escalation.sweep(told, out="called", **{**SMALL, **asked})
    command = json.loads(Path("called/manifest.json").read_text(encoding="utf-8"))["command"]
    assert command[:2] == ["escalation", "sweep"]
    ran([*command, "--resume"])
    ran([*command[:-1], "typed"])
    for name in ("results.csv", "points.csv", "scenario.toml"):
        assert Path("typed", name).read_bytes() == Path("called", name).read_bytes()
    there, here = (json.loads(Path(at, "sweep.json").read_text(encoding="utf-8")) for at in ("typed", "called"))
    assert there["digest"] == here["digest"] == result.digest
    assert {path.name for path in Path("typed").iterdir()} == {path.name for path in Path("called").iterdir()}


def test_a_report_is_made_of_the_folder_of_a_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    escalation.sweep("strike", {"errors.scale": "0:2:3"}, out="a b", **SMALL)
    page = Path("a b/report.html").read_text(encoding="utf-8")
    assert shlex.quote("a b").replace("'", "&#39;") in page
    Path("a b/report.html").unlink()
    done = CliRunner().invoke(cli, ["report", "a b"])
    assert done.exit_code == 0, done.output
    assert Path("a b/report.html").read_text(encoding="utf-8") == page


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert escalation.sweep("strike", {"errors.scale": "0:2:3"}, **SMALL).folder is None
    assert not list(tmp_path.iterdir())
    assert inspect.signature(escalation.sweep) == inspect.signature(unwritten)
    assert escalation.sweep.__doc__ == unwritten.__doc__
