"""The run analysis: intervals against published values, and a result that agrees with its own worlds."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.analysis import anchor as anchors
from escalation.analysis.intervals import mean, newcombe, ratio, wilson, z_of
from escalation.analysis.odds import LIVES, RunResult, run
from escalation.model.layout import WEEKS_A_MONTH
from escalation.scenario.faults import ScenarioFault

WORLDS, WEEKS = 300, 13


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run("strike", WORLDS, horizon=WEEKS)


# -- intervals -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_table(successes: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17: 857-872, Table I, method 3."""
    assert wilson(successes, n) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 10**6), st.data())
def test_wilson_holds_the_share_and_mirrors(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = wilson(k, n)
    assert 0.0 <= low <= k / n <= high <= 1.0
    assert wilson(n - k, n) == pytest.approx((1.0 - high, 1.0 - low), abs=1e-12)


@pytest.mark.parametrize("bad", [(-1, 5), (6, 5), (0, 0)])
def test_wilson_refuses_what_is_no_share(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="legal"):
        wilson(*bad)


def test_the_level_widens_an_interval() -> None:
    assert z_of(0.95) == pytest.approx(1.959964, abs=1e-6)
    narrow, wide = wilson(10, 100, 0.5), wilson(10, 100, 0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    with pytest.raises(ValueError, match="level"):
        z_of(1.0)


def test_newcombes_paired_interval_is_the_published_one() -> None:
    """Newcombe 1998, Statistics in Medicine 17: 2635-2650, method 10: 36, 12, 2, 0 give 0.0569 to 0.3404."""
    assert newcombe(36, 2, 12, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)
    assert newcombe(36, 12, 2, 0) == pytest.approx((-0.3404, -0.0569), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(1, 500))
def test_newcombes_paired_interval_holds_the_difference(both: int, a: int, b: int, neither: int) -> None:
    low, high = newcombe(both, a, b, neither)
    assert -1.0 <= low <= (b - a) / (both + a + b + neither) <= high <= 1.0


def test_pairing_narrows_the_interval_of_a_difference() -> None:
    together, apart = newcombe(90, 10, 20, 880), newcombe(0, 100, 110, 790)
    assert together[1] - together[0] < apart[1] - apart[0]


def test_means_and_ratios_have_normal_intervals() -> None:
    values = np.array([0.0, 0.0, 1.0, 3.0])
    found = mean(values)
    half = 1.959964 * values.std(ddof=1) / 2.0
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 1.0 - half, 1.0 + half), abs=1e-6)
    same = ratio(np.array([2, 4, 6]), np.array([1, 2, 3]), 10.0)
    assert (same.value, same.low, same.high) == pytest.approx((20.0, 20.0, 20.0))
    assert math.isinf(mean(np.array([1.0])).high)
    with pytest.raises(ValueError, match="nothing"):
        ratio(np.array([1]), np.array([0]))


# -- the run ---------------------------------------------------------------------------------------------------
def test_a_run_counts_its_own_worlds(result: RunResult) -> None:
    frame, end = result.to_frame(), result.outcomes.end
    assert len(frame) == WORLDS
    assert list(frame["world"]) == list(range(WORLDS))
    assert int((frame["ending"] == "war").sum()) == result.war.count == int(end.war.sum())
    assert result.war.odds == result.war.count / WORLDS
    assert result.conditional.value == pytest.approx(float(end.war_sum.mean()))
    assert result.attacks_per_month.value == pytest.approx(
        frame["attacks"].sum() / frame["weeks"].sum() * WEEKS_A_MONTH
    )
    assert result.deaths["civilian"] == pytest.approx(sum(result.civilian_deaths.values()))
    assert result.deaths["Iran's partners"] == pytest.approx(frame["dead_proxies"].mean())


def test_shares_sum_to_one(result: RunResult) -> None:
    assert sum(result.endings.values()) == pytest.approx(1.0)
    assert list(result.endings) == list(LIVES)
    assert sum(result.peak_rung.values()) == pytest.approx(1.0)
    assert sum(result.reply_rung.values()) == pytest.approx(1.0)
    if result.war.count:
        assert sum(result.routes.values()) == pytest.approx(1.0)


def test_odds_rise_with_the_days(result: RunResult) -> None:
    assert list(result.war_by_day) == [14, 90]
    first, second = (counted.odds for counted, _ in result.war_by_day.values())
    assert first <= second == result.war.odds
    assert [row["days"] for row in result.to_rows()] == [14, 90]
    assert [row["days"] for row in run("strike", 4, horizon=5).to_rows()] == [14, 35]


def test_the_json_has_the_contracts_keys(result: RunResult) -> None:
    held = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert {"schema", "scenario", "seed", "worlds", "horizon_weeks", "rule", "routes", "endings", "digest"} <= set(held)
    assert set(held["war"]) == {"odds", "low", "high", "level", "wars", "conditional"}
    assert {"odds", "low", "high"} <= set(held["war"]["conditional"])
    assert {"odds", "low", "high"} <= set(held["war_by_day"]["14"])
    assert {"odds", "low", "high"} <= set(held["limited_war"])
    assert {"mean", "low", "high"} == set(held["attacks_per_month"])
    assert list(held["deaths"]) == ["civilian", "United States", "Iran", "Iran's partners", "US allies"]
    assert len(held["digest"]) == 64


def test_one_world_has_no_spread_but_still_is_json() -> None:
    held = json.loads(json.dumps(run("strike", 1, horizon=2).to_json(), allow_nan=False))
    assert held["war"]["conditional"]["high"] > 0.9
    assert held["attacks_per_month"]["high"] is None


def test_rare_odds_stand_beside_the_others() -> None:
    plain, rare = run("strike", 2500, horizon=13), run("strike", 2500, horizon=13, rare=True)
    assert rare.outcomes.digest() == plain.outcomes.digest()
    assert rare.conditional == plain.conditional
    held = json.loads(json.dumps(rare.to_json(), allow_nan=False))
    split = held["war"]["splitting"]
    assert set(split) == {"odds", "low", "high", "level", "n", "world_weeks", "heaviest", "worth_it"}
    assert 0.0 < split["low"] < split["odds"] < split["high"] < 1.0
    assert split["n"] == 2500
    assert (
        held["war_by_day"]["90"]["splitting"]["odds"] == split["odds"] > held["war_by_day"]["14"]["splitting"]["odds"]
    )
    assert "splitting" not in plain.to_json()["war"]
    assert rare.to_rows()[-1]["splitting_odds"] == split["odds"]
    assert set(rare.to_rows()[0]) - set(plain.to_rows()[0]) == {"splitting_odds", "splitting_low", "splitting_high"}
    again = run("strike", 2500, horizon=13, rare=True, workers=1)
    assert again.rare is not None
    assert rare.rare is not None
    np.testing.assert_array_equal(again.rare.split.sums, rare.rare.split.sums)
    with pytest.raises(ValueError, match="rare"):
        run("strike", 300, horizon=2, precision=0.1, rare=True)


def test_blocks_and_workers_do_not_change_a_run() -> None:
    digests = {run("strike", 50, horizon=3, block=b, workers=w).outcomes.digest() for b, w in ((7, 2), (50, 1))}
    assert len(digests) == 1


def test_a_rule_and_overrides_reach_the_run() -> None:
    changed = run("strike", 20, horizon=2, rule="level-k", overrides={"errors.scale": 0})
    assert changed.rule == "level-k"
    assert changed.scenario.numbers["errors.scale"].value == 0.0
    mixed = run("strike", 20, horizon=2, overrides={"us.rule": "reciprocal"})
    assert mixed.rule == "us: reciprocal, iran: quantal"


def test_faults_of_a_run_are_named() -> None:
    with pytest.raises(ScenarioFault, match=r"no rule 'quantel'.*did you mean 'quantal'"):
        run("strike", 10, rule="quantel")
    with pytest.raises(ScenarioFault, match="only there to be extended"):
        run("base", 10)
    with pytest.raises(ValueError, match="worlds: 0"):
        run("strike", 0)


# -- the anchor ------------------------------------------------------------------------------------------------
def test_the_anchor_is_the_dossiers_arithmetic() -> None:
    """Eight attacks a month, 1.5 % lethal, 1 of 4, 17 of 200: 3.1 % a year before the exponential (section 15)."""
    found = anchors.anchor(8.0, 20_000, 300, 52)
    hazard = 8.0 * 12.0 * 0.015 * 0.25 * 0.085
    assert hazard == pytest.approx(0.0306, abs=1e-4)
    assert found.odds == pytest.approx(1.0 - math.exp(-hazard * 52 * 7 / 365.25), rel=1e-9)
    assert found.low < found.odds < found.high
    assert anchors.anchor(8.0, 20_000, 300, 52) == found


def test_the_anchor_of_no_attacks_is_zero() -> None:
    found = anchors.anchor(0.0, 0, 0, 52)
    assert (found.odds, found.low, found.high) == (0.0, 0.0, 0.0)
