"""Beliefs read off the first week are those of the full week, and the past teaches what it should."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from escalation.history import beliefs
from escalation.model.crisis import Crisis
from escalation.model.layout import ACT_RUNG, CHALLENGER_EXECUTED, DEFENDER_EXECUTED, DEFENDER_PERCEIVED, PHI
from escalation.scenario.design import central, draw
from escalation.scenario.loader import load
from escalation.worlds.ensemble import plan

WORLDS = 64


@pytest.mark.parametrize("scenario", ["nonresponse", "strike", "strike-assurance"])
@pytest.mark.parametrize("priors", [False, True])
def test_the_first_week_is_the_crisis_s_own(scenario: str, priors: bool) -> None:
    ready = plan(load(scenario), WORLDS, seed=3, priors=priors)
    week = beliefs.first_week(ready, seed=3)
    seen: dict[str, np.ndarray] = {}

    def watch(crisis: Crisis, phase: str) -> None:
        S = crisis.state.S
        if phase == "defender" and crisis.turn == 0:
            done = S[DEFENDER_EXECUTED].astype(int)
            seen["defender"] = crisis.tables.defender_acts[ready.rows, done, ACT_RUNG]
            seen["taken"] = S[DEFENDER_PERCEIVED].copy()
            seen["pi"] = crisis.challenger.belief_resolute
        if phase == "challenger" and crisis.turn == 0:
            done = S[CHALLENGER_EXECUTED].astype(int)
            seen["challenger"] = crisis.tables.challenger_acts[ready.rows, done, ACT_RUNG]
            seen["phi"] = S[PHI].copy()

    crisis = Crisis(
        ready.scenario, WORLDS, tables=ready.tables, past=ready.past, rows=ready.rows, seed=3, observer=watch
    )
    crisis.step()
    np.testing.assert_array_equal(week.defender_rung, seen["defender"])
    np.testing.assert_array_equal(week.defender_seen, seen["taken"])
    np.testing.assert_array_equal(week.challenger_rung, seen["challenger"])
    np.testing.assert_allclose(week.pi_after, seen["pi"], rtol=1e-12)
    np.testing.assert_allclose(week.phi_after, 1.0 / (1.0 + np.exp(-seen["phi"])), rtol=1e-12)


def test_a_burn_in_has_no_first_week() -> None:
    with pytest.raises(ValueError, match="burn-in"):
        beliefs.first_week(plan(load("accord"), 4))


def test_belief_on_the_first_day_is_the_one_that_worlds_start_with() -> None:
    scenario = load("strike")
    values = draw(scenario, 8, 5)
    by_hand = beliefs.belief_on(scenario, values, scenario.start.date)
    frozen = scenario.with_overrides({"events.strike.on": False, "events.red_line.on": False})
    week = beliefs.first_week(plan(frozen, 8, seed=5, values=values), seed=5)
    # a week of drift lies between: the slow decays move a belief by a few thousandths
    np.testing.assert_allclose(week.pi_before, by_hand, atol=0.02)


def test_before_anything_was_seen_belief_is_the_anchor() -> None:
    scenario = load("strike")
    values = draw(scenario, 8, 0)
    early = beliefs.belief_on(scenario, values, dt.date(1980, 1, 1))
    np.testing.assert_allclose(early, values["us.reputation.anchor"], rtol=1e-9)


def test_the_resolute_type_answers_more() -> None:
    scenario = load("nonresponse")
    values = draw(scenario, 16, 0)
    after = beliefs.choices(plan(scenario, 16, values=values), rung=6.0, dead=1.0, blamed=True)
    np.testing.assert_allclose(after.resolute.sum(axis=1), 1.0)
    np.testing.assert_allclose(after.weak.sum(axis=1), 1.0)
    force = after.rungs >= 5.5
    assert ((after.resolute * force).sum(axis=1) >= (after.weak * force).sum(axis=1) - 1e-9).all()
    assert after.names[0] == "hold"


def test_the_casualty_threshold_is_the_first_number_of_dead_that_does_it() -> None:
    scenario = load("nonresponse")
    eager = central(scenario).replace({"us.grievance.log_deaths": 8.0, "acts.us.strike_homeland.cost": 17.0})
    ready = plan(scenario, 1, values=eager)
    (dead,) = beliefs.homeland_threshold(ready)
    assert np.isfinite(dead)
    reached = beliefs.choices(ready, rung=6.0, dead=dead, blamed=True).chance(8.0)[0]
    assert reached >= 0.5
    if dead > 1:
        assert beliefs.choices(ready, rung=6.0, dead=dead - 1.0, blamed=True).chance(8.0)[0] < 0.5


def test_a_lesson_s_half_life_is_ln_two_over_its_decay_where_the_decays_are_one() -> None:
    values = central(load("strike")).replace({"learning.decay_leader": 0.02, "learning.decay_country": 0.02})
    assert beliefs.lesson_half_life(values)[0] == pytest.approx(np.log(2.0) / 0.02)
