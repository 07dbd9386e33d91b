"""The baselines of ``make bench`` are the same crisis: they give the model's whole numbers. No time is tested here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks import contest, machine, one_world, page, phases, probes, scale
from benchmarks.contest import Times, ratio
from benchmarks.one_world.case import Case
from escalation.model import nature
from escalation.model.layout import TALLIES
from escalation.scenario.loader import load, override
from escalation.worlds.ensemble import simulate

SEED = 3


def differing(name: str, first: int, worlds: int, horizon: int) -> list[str]:
    """Whole numbers in which one-world Mesa and the model differ; worlds ``first`` and on."""
    scenario = load(name)
    outcome = simulate(scenario, worlds, seed=SEED, horizon=horizon, first_world=first, workers=1)
    case = Case(scenario)
    faults = []
    for w in range(worlds):
        world = one_world.run(case, first + w, seed=SEED, horizon=horizon)
        for tally, mine, theirs in zip(TALLIES, world.tallies, outcome.end.tallies[:, w], strict=True):
            if mine != theirs:
                faults.append(f"world {first + w}, {tally}: {mine}, not {theirs}")
        if world.civilians != outcome.civilians[:, w].tolist():
            faults.append(f"world {first + w}: civilians")
        assert world.war_sum == pytest.approx(outcome.end.war_sum[w], abs=1e-6)
    return faults


@pytest.mark.parametrize("name", ["strike", "nonresponse"])
def test_one_world_mesa_gives_the_outcomes_of_the_model(name: str) -> None:
    assert differing(name, 0, 20, 52) == []


def test_one_world_mesa_follows_scheduled_events() -> None:
    assert differing("strike-assurance", 40, 6, 20) == []
    assert differing("nonresponse", 40, 4, 60) == []  # a leader changes in week 55


@pytest.mark.slow
def test_one_world_mesa_comes_to_war_by_the_same_routes() -> None:
    assert differing("strike", 0, 300, 52) == []


def test_one_world_mesa_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="quantal rule only"):
        Case(override(load("strike"), {"us.rule": "level-k"}))


FUSED = """
import json, sys
import numpy as np
np.seterr(over="ignore")
from benchmarks import fused
from escalation.scenario.loader import load
from escalation.worlds.ensemble import plan
name, worlds, horizon, tile = sys.argv[1], *map(int, sys.argv[2:])
found = fused.simulate(plan(load(name), worlds), seed=3, horizon=horizon, tile=tile)
print(json.dumps([found.N.tolist(), found.civilians.tolist(), fused.war_sum(found).tolist()]))
"""


def fused_outcome(root: Path, compiled: bool, *arguments: object) -> list[list[list[int]]]:
    done = subprocess.run(
        [sys.executable, "-c", FUSED, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(root), "ESCALATION_COMPILE": "1" if compiled else "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[list[int]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", ["strike", "nonresponse"])
def test_the_fused_loop_gives_the_outcomes_of_the_model(root: Path, name: str) -> None:
    # uncompiled, for to compile it takes far longer; a tile that is not full at the end
    tallies, civilians, war_sum = fused_outcome(root, False, name, 5, 6, 3)
    outcome = simulate(load(name), 5, seed=SEED, horizon=6, workers=1)
    assert np.array_equal(tallies, outcome.end.tallies)
    assert np.array_equal(civilians, outcome.civilians)
    assert np.array_equal(war_sum, outcome.end.war_sum)


@pytest.mark.skipif(
    not os.environ.get("SOAK"), reason="compiles for minutes; `make soak` runs it, and `make bench` checks the same"
)
def test_the_fused_loop_compiled_gives_the_outcomes_of_the_model(root: Path) -> None:
    tallies, civilians, war_sum = fused_outcome(root, True, "strike", 700, 60, 256)
    outcome = simulate(load("strike"), 700, seed=SEED, horizon=60, workers=1)
    assert np.array_equal(tallies, outcome.end.tallies)
    assert np.array_equal(civilians, outcome.civilians)
    assert np.array_equal(war_sum, outcome.end.war_sum)


def test_watching_the_phases_changes_nothing_and_leaves_nothing_behind() -> None:
    scenario, drift = load("strike"), nature.drift
    alone = simulate(scenario, 3, seed=SEED, horizon=4, workers=1)
    spent: Counter[str] = Counter()
    with phases.watched(spent):
        watched = simulate(scenario, 3, seed=SEED, horizon=4, workers=1)
    assert watched.digest() == alone.digest()
    assert set(spent) == set(phases.PHASES)
    assert nature.drift is drift


def test_ratios_are_of_the_time_for_a_live_week() -> None:
    slow = Times(10, live_weeks=[100, 50, 100], cpu=[2.0, 2.0, 8.0], wall=[2.0, 2.0, 8.0])
    fast = Times(1000, live_weeks=[10_000, 10_000, 10_000], cpu=[1.0, 1.0, 1.0], wall=[1.0, 1.0, 1.0])
    assert ratio(slow, fast) == pytest.approx((400.0, 200.0, 800.0))


def made_up(cpu: float, grid: float | None = None) -> page.Measured:
    """A measurement in which the model takes ``cpu`` seconds for what the fused loop does in one."""

    def times(seconds: float) -> Times:
        return Times(500_000, live_weeks=[50_000] * 3, cpu=[seconds] * 3, wall=[seconds] * 3)

    return page.Measured(
        scenario="strike",
        actors=10,
        horizon=52,
        date="2026-11-22",
        command="python -m benchmarks",
        long=True,
        facts={"processor": "a processor", "Python": "3.11"},
        contest={"one-world Mesa": times(500.0), "model": times(cpu), "fused": times(1.0)},
        workers={1: times(4.0), 2: times(2.0)},
        apart=[1.75] * 3,
        phases={"defender": 3.0, "challenger": 1.0},
        uncompiled=0.01,
        memory={1000: 399.0},
        start_up={"escalation --help": 0.1, "first use: one crisis, compiling": 19.0},
        part={"seconds": 5.0, "weeks": 1e6, "bytes": 2400.0, "resident": 270.0, "megabytes": 12.0},
        grid=grid,
    )


def test_workers_and_processes_take_turns() -> None:
    by_workers, apart = contest.worker_contest(load(probes.SCENARIO), 2, 2, 300, lambda _: None)
    assert {count: len(times.wall) for count, times in by_workers.items()} == {1: 2, 2: 2}
    assert by_workers[1].live_weeks == by_workers[2].live_weeks
    assert len(apart) == 2
    assert min(apart) > 0.0


def test_the_page_marks_the_goals_that_are_missed() -> None:
    met = page.render(made_up(1.5))
    assert "MISSED" not in met
    assert "| times the time of the fused loop | 1.50 (1.50 to 1.50) | at most 1.7 | met |" in met
    assert "Two workers are 2.00 times as fast as one (2.00 to 2.00)." in met
    assert "| two workers over one, 3 rounds of 4 s of work | 2.00 (2.00 to 2.00) | at least 1.9 | met |" in met
    assert "do 1.75 times as much\nas one in these rounds (1.75 to 1.75)" in met
    missed = page.render(made_up(2.5))
    assert "| times as fast as one-world Mesa | 200 (200 to 200) | at least 250 | **MISSED** |" in missed
    assert missed.count("MISSED") == 2


def test_four_million_crises_are_a_sweep_where_one_was_run_and_else_a_rate() -> None:
    assert "| 4,000,000 crises, by the rate of two workers | 16 s | under 90 s | met |" in page.render(made_up(1.5))
    run = page.render(made_up(1.5, grid=91.0))
    assert "| 4,000,000 crises, a sweep of 20 by 20 points | 91 s | under 90 s | **MISSED** |" in run


def test_the_figures_of_the_scale_page_are_renewed_between_its_marks(root: Path) -> None:
    page_text = (root / "docs" / "scale.md").read_text(encoding="utf-8")
    text = scale.written(page_text, made_up(1.5))
    assert scale.written(text, made_up(1.5)) == text
    before, after = page_text.split(scale.BEGIN)[0], page_text.split(scale.END)[1]
    assert text.startswith(before)
    assert text.endswith(after)
    # 1e6 weeks in 5 s: 10⁹ crises of 52 weeks take 260,000 s
    assert "| time of a week of one world, in a part of a sweep | 5.00 µs |" in text
    assert "| 10⁹ | 72 | 36.1 h |" in text
    with pytest.raises(ValueError, match="not both there"):
        scale.written("no marks", made_up(1.5))


def test_the_machine_is_told_without_names_of_hosts_or_folders(root: Path) -> None:
    told = " ".join(machine.facts().values())
    assert os.uname().nodename not in told
    assert str(root) not in told


def test_the_page_is_written_by_the_command_only(root: Path) -> None:
    text = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    assert text.startswith("# Performance\n\nWritten by `python -m benchmarks")
    for section in ("## What is compared", "## Two workers", "## Where a week goes", "## Memory", "## Start-up"):
        assert section in text
