"""The paired comparison: shared worlds, differences that add up, and nothing where nothing differs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from escalation.analysis.compare import CompareResult, compare, difference, labels
from escalation.analysis.odds import run

WORLDS, WEEKS = 400, 6


@pytest.fixture(scope="module")
def result() -> CompareResult:
    return compare("nonresponse", "strike", "strike-no-errors", worlds=WORLDS, horizon=WEEKS)


def test_every_pair_is_compared_world_by_world(result: CompareResult) -> None:
    assert [(d.a, d.b) for d in result.differences] == [
        ("nonresponse", "strike"),
        ("nonresponse", "strike-no-errors"),
        ("strike", "strike-no-errors"),
    ]
    arms = {arm.name: arm.outcomes.end for arm in result.arms}
    for d in result.differences:
        a, b = arms[d.a], arms[d.b]
        assert d.only_a == int(np.sum(a.war & ~b.war))
        assert d.only_b == int(np.sum(b.war & ~a.war))
        assert d.odds == pytest.approx(b.war.mean() - a.war.mean())
        assert d.low <= d.odds <= d.high
        assert d.conditional.value == pytest.approx(float((b.war_sum - a.war_sum).mean()))


def test_an_arm_of_a_comparison_is_the_run_of_that_scenario(result: CompareResult) -> None:
    alone = run("strike", WORLDS, horizon=WEEKS)
    assert result.arms[1].outcomes.digest() == alone.outcomes.digest()


def test_a_scenario_does_not_differ_from_itself() -> None:
    twins = compare("strike", "strike", worlds=100, horizon=3)
    (same,) = twins.differences
    assert labels(twins.arms) == ["strike #1", "strike #2"]
    assert (same.odds, same.only_a, same.only_b, same.conditional.value) == (0.0, 0, 0, 0.0)
    assert (same.conditional.low, same.conditional.high) == (0.0, 0.0)


def test_overrides_rule_and_priors_hold_in_every_arm() -> None:
    both = compare(
        "nonresponse", "strike", worlds=20, horizon=2, priors=True, rule="level-k", overrides={"errors.aim": 0}
    )
    assert {arm.rule for arm in both.arms} == {"level-k"}
    assert {arm.scenario.numbers["errors.aim"].value for arm in both.arms} == {0.0}
    assert both.to_json()["priors"] is True


def test_the_json_has_the_contracts_keys(result: CompareResult) -> None:
    held = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert held["paired"] is True
    assert [arm["scenario"] for arm in held["arms"]] == ["nonresponse", "strike", "strike-no-errors"]
    assert {"odds", "low", "high", "level", "wars", "conditional"} == set(held["arms"][0]["war"])
    assert {"a", "b", "odds", "low", "high", "only_a", "only_b"} <= set(held["differences"][0])
    assert len(result.to_frame()) == 3


def test_what_cannot_be_paired_is_refused() -> None:
    with pytest.raises(ValueError, match="two scenarios"):
        compare("strike")
    a, b = run("strike", 5, horizon=1), run("strike", 6, horizon=1)
    with pytest.raises(ValueError, match="not run over the same worlds"):
        difference(a, b, "a", "b")
