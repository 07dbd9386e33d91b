"""``run --precision``: narrow enough, the same whatever runs it, and honest about what it spent."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escalation.analysis.odds import run
from escalation.analysis.sequences import FIRST_LOOK, Seen, counted, looks
from escalation.report.text import headline, run_text
from tests.cli.conftest import Here

WORDS = ("run", "strike", "--horizon", "2", "--json")


def ran(here: Here, *words: str) -> dict[str, Any]:
    done = here(*WORDS, *words)
    assert done.returncode == 0, done.stderr
    held: dict[str, Any] = json.loads(done.stdout)
    return held


@pytest.mark.parametrize("asked", ["0.015", "0.006"])
def test_the_interval_is_as_narrow_as_asked(here: Here, asked: str) -> None:
    held = ran(here, "--precision", asked)
    war, precision = held["war"], held["precision"]
    assert (war["high"] - war["low"]) / 2 == precision["half_width"] <= float(asked) == precision["asked"]
    assert war["low"] <= war["odds"] == war["wars"] / held["worlds"] <= war["high"]
    assert war["level"] == 0.95
    assert war["conditional"]["low"] <= war["conditional"]["odds"] <= war["conditional"]["high"]
    assert held["war_by_day"]["14"]["low"] == war["low"], "the last day is the horizon"
    taken = list(looks(10**6))[: precision["looks"]]
    assert precision["reached"] is True
    assert held["worlds"] == precision["worlds"] == taken[-1]
    assert precision["saved"] == precision["fixed_worlds"] / held["worlds"]


def test_it_stops_at_the_first_look_that_is_narrow_enough() -> None:
    seen: list[Seen] = []
    result = run("strike", precision=0.006, horizon=2, looked=seen.append)
    assert [at.half_width() <= 0.006 for at in seen] == [False] * (len(seen) - 1) + [True]
    assert len(seen) > 1
    assert seen[-1].n == result.worlds
    assert seen[-1] == result.stopping.seen if result.stopping else False
    fixed = run("strike", result.worlds, horizon=2)
    assert fixed.outcomes.digest() == result.outcomes.digest(), "the same worlds as in a run of that size"
    assert fixed.war.odds == result.war.odds
    limited = result.limited_war
    assert (limited.low, limited.high) == tuple(map(float, counted(limited.count, limited.n)))
    assert limited.high - limited.low > fixed.limited_war.high - fixed.limited_war.low


def test_workers_and_blocks_do_not_change_where_it_stops(here: Here) -> None:
    held = ran(here, "--precision", "0.008")
    for words in (("--workers", "1"), ("--workers", "3", "--block", "77")):
        assert ran(here, "--precision", "0.008", *words) == held


def test_the_most_worlds_end_it_with_a_note_and_exit_0(here: Here) -> None:
    done = here(*WORDS, "--precision", "0.0001", "-n", "1100")
    assert done.returncode == 0
    precision = json.loads(done.stdout)["precision"]
    assert (precision["reached"], precision["worlds"], precision["most_worlds"], precision["looks"]) == (
        False,
        1100,
        1100,
        2,
    )
    assert precision["half_width"] > 0.0001
    assert "only to ±" in done.stderr
    assert "--worlds" in done.stderr
    assert here(*WORDS, "--precision", "0.0001", "-n", "1100", "-q").stderr == ""


def test_fewer_worlds_than_a_first_look_are_counted(here: Here) -> None:
    held = ran(here, "--precision", "0.2", "-n", "100")
    assert held["worlds"] == 100 < FIRST_LOOK
    assert held["war"]["conditional"]["low"] == 0.0
    assert held["war"]["conditional"]["high"] == 1.0
    low, high = counted(held["war"]["wars"], 100, 0.975)
    assert (held["war"]["low"], held["war"]["high"]) == (float(low), float(high))


def test_it_goes_with_priors_settings_rules_and_a_folder(here: Here, tmp_path: Path) -> None:
    more = ["--priors", "--set", "errors.scale=0.5", "--rule", "quantal", "--out", "kept"]
    held = ran(here, "--precision", "0.02", *more)
    assert held["priors"] is True
    manifest = json.loads((tmp_path / "kept" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["precision"] == held["precision"]
    assert manifest["worlds"] == held["worlds"]
    with (tmp_path / "kept" / "results.csv").open(encoding="utf-8") as stream:
        last = list(csv.DictReader(stream))[-1]
    assert (float(last["war_low"]), float(last["war_high"])) == (held["war"]["low"], held["war"]["high"])
    with (tmp_path / "kept" / "worlds.csv").open(encoding="utf-8") as stream:
        assert sum(1 for _ in stream) == held["worlds"] + 1


def test_the_report_says_what_it_spent(here: Here) -> None:
    said = " ".join(here("run", "strike", "--horizon", "2", "--precision", "0.015").stdout.split())
    held = ran(here, "--precision", "0.015")["precision"]
    assert f"It took {held['worlds']:,} worlds and " in said
    assert "where ±1.5 was asked for" in said
    assert f"would have taken {held['fixed_worlds']:,}" in said
    assert "confidence sequences" in said


def test_no_estimate_is_given_an_interval_that_is_not_its_own(here: Here, tmp_path: Path) -> None:
    """Where weighing knows more than counting, the odds counted stand at an end of the interval of both."""
    result = run("strike", precision=0.02, horizon=2)
    assert result.stopping is not None
    seen = Seen(n=10_000, wars=675, war_sum=560.0, war_sum_sq=60.0)
    skewed = replace(result, stopping=replace(result.stopping, seen=seen))
    assert skewed.war.high == skewed.war.odds == 0.0675, "at its end"
    low, high = seen.odds()
    middle = skewed.stopping.middle if skewed.stopping else math.nan
    assert (middle - low, high - middle) == pytest.approx((seen.half_width(),) * 2)
    said = headline(skewed)
    assert f"{100 * low:.1f} to {100 * high:.1f} in 100 (95 % interval, its middle {100 * middle:.1f})" in said
    assert "Counted: 675 of 10,000 crises, 6.8 in 100; weighed: 5.6 in 100." in said
    table = run_text(skewed).split("Odds\n")[1].splitlines()
    assert table[0].split() == ["in", "100", "crises", "counted", "weighed", "95", "%", "interval"]
    assert table[1].split()[-5:] == ["6.75", "5.600", f"{100 * low:.2f}", "to", f"{100 * high:.2f}"]
    held = ran(here, "--precision", "0.02", "--out", "kept")
    page = (tmp_path / "kept" / "report.html").read_text(encoding="utf-8")
    assert f"its middle {100 * held['precision']['middle']:.1f}) by counting and weighing together" in page
    assert held["precision"]["middle"] == (held["war"]["low"] + held["war"]["high"]) / 2


def test_without_it_nothing_is_said_of_it(here: Here) -> None:
    assert "precision" not in ran(here, "-n", "40")
    assert "confidence sequence" not in here("run", "strike", "-n", "40", "--horizon", "2").stdout


def test_a_dry_run_names_the_most(here: Here) -> None:
    held = ran(here, "--precision", "0.01", "--dry-run")
    assert held["precision"] == {"asked": 0.01, "most_worlds": held["worlds"]}
    assert held["worlds"] == 1_000_000
    assert ran(here, "--precision", "0.01", "--dry-run", "-n", "3000")["worlds"] == 3000
    assert (
        "to ±1 in 100, at most 3,000 worlds"
        in here("run", "strike", "--precision", "0.01", "--dry-run", "-n", "3000").stdout
    )


def test_a_sweep_says_what_its_intervals_are_of(here: Here, tmp_path: Path) -> None:
    words = ("sweep", "strike", "--vary", "errors.scale=0,1", "--horizon", "2", "-n", "2000", "-q")
    plain = here(*words, "--out", str(tmp_path / "plain"))
    narrow = here(*words, "--precision", "0.02", "--out", str(tmp_path / "narrow"))
    whole, differences = "that of counting and weighing together", "Intervals of differences"
    for done, folder, told in ((plain, "plain", (False, False)), (narrow, "narrow", (True, True))):
        assert done.returncode == 0, done.stderr
        for text in (" ".join(done.stdout.split()), (tmp_path / folder / "report.html").read_text(encoding="utf-8")):
            assert (whole in text, differences in text) == told
