"""One line for a journalist: the little language, its faults, and that every answer can come out."""

from __future__ import annotations

import json

import pytest

import escalation
from escalation.analysis.claim import ClaimAnswer, claim, question
from escalation.analysis.expression import ExpressionFault, Term, parse
from escalation.report.claim import claim_text
from escalation.scenario.faults import ScenarioFault

SMALL = {"draws": 24, "worlds": 4, "horizon": 2, "workers": 1}


@pytest.mark.parametrize(
    ("text", "quantity", "direction", "right"),
    [
        ("war < 0.2", "war", "below", 0.2),
        ("war<=.2", "war", "below", 0.2),
        ("  limited_war > 10 % ", "limited_war", "above", 0.1),
        ("0.2 > war", "war", "below", 0.2),
        ("1e-1 <= war", "war", "above", 0.1),
        ("attacks_per_month >= 5", "attacks_per_month", "above", 5.0),
        ("2 * war < 0.4", "war", "below", 0.2),
        ("belief_gain > -0.1", "belief_gain", "above", -0.1),
        ("-10% < belief_gain", "belief_gain", "above", -0.1),
    ],
)
def test_a_claim_is_read(text: str, quantity: str, direction: str, right: float) -> None:
    found = parse(text)
    assert found.left == Term(quantity, None, None)
    assert (found.direction, found.right) == (direction, pytest.approx(right))


def test_sides_name_scenarios_days_and_factors() -> None:
    found = parse("war(strike)@90 > 2 * war@365 (accord)")
    assert found.left == Term("war", "strike", 13)
    assert found.right == Term("war", "accord", 52, 2.0)
    assert parse("3*war(a) < 6*war(b)").right == Term("war", "b", None, 2.0)


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("", 0, "a quantity is missing"),
        ("war", 3, "no relation"),
        ("war =  0.2", 4, "not a relation"),
        ("war == 0.2", 4, "not a relation"),
        ("war < ", 6, "a quantity is missing"),
        ("wars < 0.2", 0, "no quantity 'wars'"),
        ("war < 0.2 or 1", 10, "the claim should end here"),
        ("0.1 < 0.2", 0, "no quantity on either side"),
        ("war@13 < 0.2", 4, "13 days is no horizon"),
        ("war@x < 0.2", 4, "no number of days"),
        ("war@0 < 0.2", 4, "0 days is no horizon"),
        ("war(strike < 0.2", 3, "the bracket is not closed"),
        ("war() < 0.2", 4, "no scenario between the brackets"),
        ("war < limited_war", 6, "limited_war beside war"),
        ("war < war", 6, "both sides are the same"),
        ("war < -war(accord)", 6, "not a quantity"),
        ("war < -1 * war(accord)", 6, "no factor"),
        ("0 * war < 1", 0, "no factor"),
        ("reply_unbounded(strike) < reply_unbounded(accord)", 26, "cannot be compared"),
        ("lesson@90 > 1", 7, "has a day of its own"),
        ("__import__('os') < 1", 0, "no quantity '__import__'"),
        ("w" * 600, 0, "600 characters"),
    ],
)
def test_a_bad_claim_gets_a_caret_and_what_is_legal(text: str, at: int, what: str) -> None:
    with pytest.raises(ExpressionFault) as caught:
        parse(text)
    fault = caught.value
    assert (fault.at, what in fault.what) == (at, True), fault
    shown, below = str(fault).split("\n")
    assert shown == text
    assert below.startswith(" " * at + "^ ")
    assert "legal: " in below


@pytest.fixture(scope="module")
def rare() -> ClaimAnswer:
    return claim("strike", "war < 0.99", **SMALL)  # type: ignore[arg-type]


def test_what_holds_nearly_everywhere_is_supported(rare: ClaimAnswer) -> None:
    assert (rare.verdict, rare.supported) == ("supported", True)
    assert rare.share >= 0.9
    assert rare.share_low <= rare.share <= rare.share_high
    assert rare.horizon_days == 14
    held = json.loads(json.dumps(rare.to_json()))
    assert {"claim", "scenario", "verdict", "share", "share_of_ranges", "effect", "central"} <= set(held)
    assert "against" not in held
    said = claim_text(rare)
    assert said.startswith("Supported: ")
    assert "of the plausible parameter space" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 100
    assert len(rare.to_frame()) == 1


def test_what_holds_nearly_nowhere_is_contradicted() -> None:
    found = claim("strike", "attacks_per_month > 200", **SMALL)  # type: ignore[arg-type]
    assert found.verdict == "contradicted"
    assert found.share <= 0.1
    assert claim_text(found).startswith("Contradicted: ")


def test_what_holds_in_half_of_it_is_undecided(rare: ClaimAnswer) -> None:
    found = claim("strike", f"war < {rare.effect.value:.4f}", **SMALL)  # type: ignore[arg-type]
    assert found.verdict == "undecided"
    assert claim_text(found).startswith("Undecided: ")


def test_two_scenarios_are_compared_world_by_world() -> None:
    found = claim("strike", "limited_war > limited_war(strike-no-errors)", **SMALL)  # type: ignore[arg-type]
    assert (found.scenario, found.against) == ("strike", "strike-no-errors")
    other = claim("strike-no-errors", "limited_war(strike) > limited_war", **SMALL)  # type: ignore[arg-type]
    assert other.share == found.share
    assert found.effect.value > 0.0


def test_the_scenario_of_the_command_is_read_even_where_each_side_names_its_own() -> None:
    with pytest.raises(ScenarioFault, match="nosuchscenario"):
        question("nosuchscenario", "war(strike) < 0.9")


@pytest.mark.parametrize("text", ["war(strike) < war", "war < war(strike)", "war@365 > 2 * war(strike)"])
def test_a_scenario_is_not_compared_with_itself(text: str) -> None:
    with pytest.raises(ExpressionFault, match="both sides are strike at 365 days"):
        question("strike", text, horizon=52)
    assert len(question("strike", "war@90 < war(strike)").sides) == 1, "another day is another matter"


def test_no_interval_leaves_what_the_measure_can_be(rare: ClaimAnswer) -> None:
    seldom = claim("strike", "war_by_preventive_strike < 0.5", **SMALL)  # type: ignore[arg-type]
    for found in (rare, seldom):
        assert 0.0 <= found.central_low <= found.central <= found.central_high <= 1.0


def test_the_same_arm_at_two_days_is_run_once() -> None:
    later = claim("strike", "limited_war@21 > limited_war@14", **SMALL)  # type: ignore[arg-type]
    assert later.effect.value >= 0.0
    assert later.scenario == later.against


def test_it_is_public_and_refuses_what_is_too_small() -> None:
    assert escalation.claim is claim
    with pytest.raises(ValueError, match="legal"):
        claim("strike", "war < 1", draws=4)
