"""One world recorded and told: the same world as in a run, bit for bit, and a story that leaves nothing out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from escalation.analysis.odds import run
from escalation.analysis.prepare import prepared
from escalation.model.layout import TALLIES
from escalation.report.layout import WIDTH
from escalation.report.log import WorldLog, record
from escalation.report.motives import MOTIVES
from escalation.report.narrative import narrate
from escalation.report.transcript import transcript
from escalation.scenario.loader import load

ROOT = Path(__file__).resolve().parents[2]
DYAD = ROOT / "tests" / "scenario" / "data" / "balakot.toml"


def logs(name: str, worlds: int, **settings: object) -> list[WorldLog]:
    scenario = prepared(name)
    return [record(scenario, world, **settings) for world in range(worlds)]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def told() -> list[WorldLog]:
    return logs("strike", 40, horizon=26)


@pytest.mark.parametrize(("name", "priors"), [("strike", False), ("nonresponse", True), ("accord", True)])
def test_a_world_told_is_the_world_of_the_run(name: str, priors: bool) -> None:
    batch = run(name, 8, seed=3, horizon=10, priors=priors).outcomes
    for world in (0, 5, 7):
        log = record(load(name), world, seed=3, horizon=10, priors=priors)
        assert list(log.tallies.values()) == list(batch.end.tallies[:, world])
        assert list(log.tallies) == list(TALLIES)
        assert log.war_sum == batch.end.war_sum[world]
        assert list(log.civilians.values()) == list(batch.civilians[:, world])


def test_the_log_accounts_for_every_tally(told: list[WorldLog]) -> None:
    for log in told:
        weeks, tallies = log.weeks, log.tallies
        assert len(weeks) == tallies["weeks"]
        assert sum(attack.attacks for week in weeks for attack in week.attacks) == tallies["attacks"]
        assert sum(attack.lethal for week in weeks for attack in week.attacks) == tallies["lethal_attacks"]
        for who, tally in (("civilians", "dead_civilian"), ("defender", "dead_defender"), ("proxies", "dead_proxies")):
            assert sum(week.dead.get(who, 0) for week in weeks) == tallies[tally]
        moves = [move for week in weeks for move in week.moves]
        strikes = sum(move.role == "defender" and move.executed_rung >= 7 for move in moves)
        assert strikes == tallies["strikes"]
        assert sum(move.executed != move.intended for move in moves) == tallies["errors_executed"]
        assert sum(move.war_chance for move in moves) == pytest.approx(log.war_sum, rel=1e-9, abs=1e-15)
        assert max(week.rung for week in weeks) == tallies["peak"]
        assert sum(week.accidents for week in weeks) == tallies["accidents"]
        assert {move.motive for move in moves} <= set(MOTIVES)


def test_the_log_keeps_three_rungs_of_every_act(told: list[WorldLog]) -> None:
    moves = [move for log in told for week in log.weeks for move in week.moves]
    assert any(move.perceived_rung != move.executed_rung for move in moves)
    assert any(move.intended_rung != move.executed_rung for move in moves)
    assert all(1 <= move.perceived_rung <= 10 for move in moves)
    assert all(0.0 < move.belief_after < 1.0 for move in moves)


def test_the_strike_is_done_by_the_scenario(told: list[WorldLog]) -> None:
    for log in told:
        first = next(move for move in log.weeks[0].moves if move.role == "defender")
        assert (first.forced, first.executed, log.weeks[0].events) == (True, "strike_personnel", ["red_line", "strike"])
        assert not any(move.forced for week in log.weeks[1:] for move in week.moves)


def test_without_errors_acts_are_what_they_seem() -> None:
    for log in logs("strike-no-errors", 6, horizon=20):
        for move in (move for week in log.weeks for move in week.moves):
            assert move.intended == move.executed
            assert move.perceived_rung == move.executed_rung


def test_the_story_follows_the_log(told: list[WorldLog]) -> None:
    for log in told:
        story = narrate(log)
        lines = story.splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert lines[0] == f"{log.scenario.title}: world {log.world} of seed 0"
        flat = " ".join(story.split())
        assert "Week 1, 2 January 2020" in flat
        assert "A drone strike at Baghdad airport kills Qassem Soleimani" in flat
        if log.ending == "war":
            assert f"All-out war came in week {log.tallies['war_week']}" in flat
            assert f"“{log.route}”" in flat
        elif log.ending == "regime fell":
            assert "fell from within" in flat
        else:
            assert "No all-out war within 26 weeks" in flat
        said = sum(line.strip().startswith(("Week ", "Weeks ")) for line in lines)
        assert 1 <= said <= len(log.weeks)


def test_quiet_weeks_are_folded() -> None:
    story = narrate(record(load("accord"), 88, horizon=52))
    assert any(line.startswith("Weeks ") for line in story.splitlines())
    assert len(story.splitlines()) < 52


def test_the_log_is_json(told: list[WorldLog]) -> None:
    held = json.loads(json.dumps(told[0].to_json(), allow_nan=False))
    assert held["weeks"][0]["date"] == "2020-01-02"
    assert {"intended", "executed", "perceived_rung"} <= set(held["weeks"][0]["moves"][0])


def test_a_transcript_has_a_line_for_every_week(told: list[WorldLog]) -> None:
    for log in told:
        weeks = [line for line in transcript(log) if line[0].isdigit()]
        assert len(weeks) == len(log.weeks)


def test_another_dyad_is_told_in_its_own_names() -> None:
    scenario = load(DYAD)
    story = narrate(record(scenario, 0, horizon=8))
    assert scenario.title in story
    for word in ("Iran", "United States", "Tehran", "Washington"):
        assert word not in story


def test_what_is_no_world_is_refused() -> None:
    with pytest.raises(ValueError, match="world -1"):
        record(load("strike"), -1)
