"""``escalation attribute`` and ``compare --decompose`` as a user meets them."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, Here

SMALL = ("-n", "40", "--horizon", "4", "-q")
TWO = ("--over", "errors.aim", "--over", "errors.fragility")


def held(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def test_it_prints_a_narrow_report_and_one_json_object(here: Here) -> None:
    done = here("attribute", "strike", *TWO, *SMALL)
    assert done.returncode == 0
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "owe to each cause" in done.stdout
    found = held(here("attribute", "strike", *TWO, *SMALL, "--json"))
    assert (found["scenario"], found["method"], found["coalitions"], found["worlds"]) == ("strike", "exact", 4, 40)
    assert (
        abs(sum(cause["shapley"]["weighed"]["value"] for cause in found["causes"]) - found["total"]["weighed"]["value"])
        < 1e-15
    )


def test_the_folder_holds_causes_wars_and_a_manifest_that_ls_reads(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["escalation", "attribute", "strike"])
    found = held(here("attribute", "strike", *TWO, "-n", "200", "--horizon", "13", "-q", "--json", "--out", "runs/why"))
    folder = Path("runs/why")
    assert json.loads((folder / "attribution.json").read_text(encoding="utf-8")) == found
    with (folder / "wars.csv").open(encoding="utf-8", newline="") as stream:
        wars = list(csv.DictReader(stream))
    assert len(wars) == found["wars"]["wars"] > 0
    assert sum(int(war["errors.aim"]) for war in wars) == found["causes"][0]["vanish"]["wars"]
    with (folder / "results.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["key"] for row in csv.DictReader(stream)] == ["errors.aim", "errors.fragility"]
    assert "attribute strike" in here("ls").stdout


def test_the_cost_is_said_before_it_is_run_and_a_dry_run_runs_nothing(here: Here) -> None:
    done = here("attribute", "strike", *TWO, "-n", "40", "--horizon", "4")
    assert "4 a world in 40 worlds of 4 weeks: 640 world-weeks" in done.stderr
    dry = here("attribute", "strike", "--dry-run")
    assert "sampled coalitions of 9 causes, 74 a world in 10,000 worlds of 52 weeks" in dry.stdout
    assert "Nothing was run." in dry.stdout
    found = held(here("attribute", "strike-no-errors", "--dry-run", "--json"))
    assert (found["coalitions"], found["distinct"], found["world_weeks"]) == (74, 1, 74 * 10_000 * 52)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("attribute", "strik"), "did you mean 'strike'"),
        (("attribute", "strike", "--over", "errors.am"), "--over: errors.am: nothing that can be switched off"),
        (("attribute", "strike", "--method", "all"), "'exact', 'sampled'"),
        (("compare", "strike", "accord", "nonresponse", "--decompose"), "--decompose: name two scenarios"),
        (("compare", "strike", "accord", "--decompose", "-n", "1"), "2 worlds or more"),
    ],
)
def test_mistakes_are_told_and_nothing_is_run(here: Here, words: tuple[str, ...], said: str) -> None:
    done = here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_compare_takes_a_difference_apart(here: Here) -> None:
    done = here("compare", "nonresponse", "strike", "--decompose", *SMALL)
    assert done.returncode == 0
    assert "What strike less nonresponse is made of" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    found = held(here("compare", "nonresponse", "strike", "--decompose", *SMALL, "--json"))
    assert found["decomposition"]["factors"]["errors"] == "errors.scale"
    assert len(found["crossover"]["weekly"]) == 4
    assert {"decomposition", "crossover"}.isdisjoint(held(here("compare", "nonresponse", "strike", *SMALL, "--json")))
