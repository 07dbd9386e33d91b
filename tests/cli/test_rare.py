"""``run --rare``: what it prints, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from escalation.report.words import so_many
from tests.cli.conftest import Here

WORDS = ("run", "nonresponse", "--set", "choice.rationality=0.6", "-n", "2500", "--horizon", "4")

RARER = ("--set", "fragility.bias=0")


def test_rare_odds_are_in_the_json_and_in_the_folder(here: Here, tmp_path: Path) -> None:
    done = here(*WORDS, "--rare", "--json", "--out", "folder")
    assert done.returncode == 0, done.stderr
    held = json.loads(done.stdout)
    split = held["war"]["splitting"]
    assert 0.0 < split["low"] < split["odds"] < split["high"]
    assert json.loads((tmp_path / "folder" / "run.json").read_text()) == held
    assert "Splitting worlds that come nearer to war" in (tmp_path / "folder" / "report.html").read_text()
    rows = list(csv.DictReader((tmp_path / "folder" / "results.csv").open()))
    assert float(rows[-1]["splitting_odds"]) == split["odds"]
    assert json.loads(here(*WORDS, "--rare", "--json", "--workers", "1", "--block", "50").stdout) == held


def test_where_it_is_not_worth_it_that_is_said(here: Here, tmp_path: Path) -> None:
    """In one line, on the page and in the JSON, at odds above one in 1,000; and not below."""
    often, seldom = ("run", "strike", "-n", "2500", "--horizon", "4", "--rare"), (*WORDS, "--rare", *RARER)
    for words, worth_it in ((often, False), (seldom, True)):
        folder = words[1]
        split = json.loads(here(*words, "--json", "--out", folder).stdout)["war"]["splitting"]
        assert split["worth_it"] is worth_it is (split["odds"] <= 1e-3)
        lines = here(*words).stdout.splitlines()
        page = (tmp_path / folder / "report.html").read_text(encoding="utf-8")
        said = "Not worth its work: above 1.0 in 1,000"
        assert sum(said in line for line in lines) == (said in page) == (not worth_it)
        assert all(len(line) <= 100 for line in lines if said in line)


def test_ls_shows_the_odds_by_splitting(here: Here) -> None:
    """Marked as such; the counted ones, where no war was met, would be 0."""
    split = json.loads(here(*WORDS, *RARER, "--rare", "--json", "--out", "rare").stdout)["war"]["splitting"]
    here(*WORDS, *RARER, "--out", "plain")
    runs = {run["folder"]: run for run in json.loads(here("ls", "--json").stdout)["runs"]}
    assert runs["rare"]["war_odds"] == runs["plain"]["war_odds"] == {"least": 0.0, "greatest": 0.0}
    assert runs["rare"]["war_odds_by_splitting"] == split["odds"] > 0.0
    assert runs["plain"]["war_odds_by_splitting"] is None
    lines = {line.split()[0]: line for line in here("ls").stdout.splitlines()}
    assert f"{so_many(split['odds'])} by splitting" in lines["rare"]
    assert "by splitting" not in lines["plain"]


def test_rare_goes_without_precision(here: Here) -> None:
    done = here(*WORDS, "--rare", "--precision", "0.01")
    assert done.returncode == 2
    assert "--rare goes without --precision" in done.stderr


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("-n", "2499"), "2,500 or more"),
        (("--priors", "--rule", "farsighted"), "goes without a rule that plans"),
    ],
)
def test_what_is_not_split_is_refused_before_anything_is_run(here: Here, words: tuple[str, ...], what: str) -> None:
    done = here(*WORDS, "--rare", *words)
    assert done.returncode == 2
    assert what in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    "words", [WORDS, ("run", "strike", "-n", "2500", "--horizon", "13"), (*WORDS, "-n", "5000", "--priors")]
)
def test_a_dry_run_foresees_the_work(here: Here, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Within 1.35, the pilot's and that of copies too: they multiply it by 1.7 to 2.8, of which 2.2 is foreseen."""
    foreseen = json.loads(here(*words, "--rare", "--dry-run", "--json").stdout)["world_weeks"]
    done = json.loads(here(*words, "--rare", "--json", "--out", "folder").stdout)
    worlds = list(csv.DictReader((tmp_path / "folder" / "worlds.csv").open()))
    lived = done["war"]["splitting"]["world_weeks"] + sum(int(world["weeks"]) for world in worlds)
    assert lived / 1.35 < foreseen < 1.35 * lived
    assert "with the pilot's and those of copies" in here(*words, "--rare", "--dry-run").stdout


def test_a_dry_run_allows_for_what_copying_takes(here: Here) -> None:
    """More workers hardly help, and numbers of one's own are copied too."""
    plain, rare, many, priors = (
        json.loads(here(*WORDS, "--dry-run", "--json", *more).stdout)
        for more in ((), ("--rare",), ("--rare", "--workers", "8"), ("--rare", "--priors"))
    )
    copied = rare["world_weeks"] - plain["world_weeks"]
    for held in (rare, many):
        assert held["estimated_seconds"] - plain["estimated_seconds"] > 1e-6 * copied
    assert priors["estimated_seconds"] - plain["estimated_seconds"] > 5e-6 * copied
