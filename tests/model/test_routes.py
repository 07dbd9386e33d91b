"""Route labels: a world forced to war by one motive or error carries that label."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from escalation.model.outcomes import ROUTE_MEANINGS, ROUTES
from tests.model.lab import crisis, peace

QUIET: dict[str, object] = {
    # no motive, no error and no autonomous risk but what a case adds
    **peace(),
    "errors.scale": 1.0,
    "*.unauthorised": 0.0,
    "identification.p_day": 0.0,
    "execution.p": 0.0,
    "perception.bias": 0.0,
    "perception.sd": 0.0,
    "us.madness.u": 0.0,
    "us.grievance.*": 0.0,
    "us.grievance.resolute_factor": 1.0,
    "us.public.slope": 0.0,
    "iran.preempt.loss_first": 0.0,
    "iran.preempt.loss_struck": 0.0,
    "iran.pressure.slope": 0.0,
    "iran.obligation.per_rung": 0.0,
    "iran.obligation.leader": 0.0,
    "iran.obligation.log_deaths": 0.0,
    "choice.rationality": 1.0,
}
TO_ALL_OUT: dict[str, object] = {"acts.us.all_out.answer": 1000.0, "acts.us.all_out.cost": 50.0}

CASES: dict[str, Mapping[str, object]] = {
    "fragility gamble": {"us.gamble.gain": 1000.0, "fragility.f": 0.9, "start.rung": 6},
    "preventive strike": {"us.prevention.value": 1000.0, "nuclear.breakout": 1.0, "acts.us.all_out.cost": 0.0},
    "casualty shock": {
        **TO_ALL_OUT,
        "us.grievance.death": 900.0,
        "start.rung": 6,
        "start.provocation_rung": 6,
        "start.provocation_deaths": 5,
    },
    "provocation": {
        **TO_ALL_OUT,
        "us.grievance.harassment": 900.0,
        "us.blame.discount": 1.0,
        "start.rung": 6,
        "start.provocation_rung": 6,
    },
    "misperception": {
        **TO_ALL_OUT,
        "us.grievance.high_value": 400.0,
        "us.blame.discount": 1.0,
        "perception.bias": 3.0,
        "*.rate": 60.0,
        "*.aim_defender": 1.0,
        "attribution.p_blame": 0.0,
        "instruments.*.p_stray": 0.0,
        "instruments.*.p_kill": 0.0,
    },
    "misattribution": {
        **TO_ALL_OUT,
        "us.grievance.harassment": 900.0,
        "us.blame.discount": 0.0,
        "attribution.p_blame": 1.0,
        "*.rate": 60.0,
        "*.aim_defender": 1.0,
        "instruments.*.p_stray": 0.0,
        "instruments.*.p_kill": 0.0,
    },
    "accident": {
        **TO_ALL_OUT,
        "us.grievance.death": 900.0,
        "identification.p_day": 0.9,
        "identification.victim_civilian": 0.0,
        "identification.victim_own": 0.0,
        "start.rung": 7,
    },
    "execution error": {
        "execution.p": 1.0,
        "execution.skew": 1.0,
        "acts.us.campaign.gain": 900.0,
        "acts.us.all_out.cost": 900.0,
        "start.rung": 6,
    },
    "ally-triggered": {
        "israel.strike.value": 1000.0,
        "israel.entrapment": 500.0,
        "nuclear.breakout": 1.0,
        "acts.us.*.cost": 900.0,
        "acts.us.hold.cost": 0.0,
        "acts.us.all_out.cost": 0.0,
        "acts.iran.*.cost": 900.0,
        "acts.iran.hold.cost": 0.0,
    },
    "loss of control": {"brinkmanship.h1": 10.0, "us.alert": 5.0, "start.rung": 6},
    "revenge": {
        "iran.obligation.per_rung": 1000.0,
        "iran.obligation.visibility": 100.0,
        "acts.iran.*.visibility": 0.0,
        "acts.iran.all_out.visibility": 1.0,
    },
    "pre-emption": {"iran.preempt.loss_struck": 1000.0, "survival.q0": 0.95, "start.rung": 6},
    "sanctions pressure": {
        "sanctions.level": 1.0,
        "iran.pressure.slope": 1000.0,
        "acts.iran.*.pressure": 0.0,
        "acts.iran.all_out.pressure": 1.0,
    },
    "choice noise": {"choice.rationality": 0.0, "start.rung": 6},
}


@pytest.mark.parametrize("route", CASES)
def test_a_war_carries_the_label_of_its_motive(route: str) -> None:
    # an obligation to avenge needs an act to avenge
    arm = "strike" if route == "revenge" else "nonresponse"
    model = crisis(arm, {**QUIET, **CASES[route]}, worlds=128, weeks=6)
    routes = model.tally("route")[model.tally("ending") == 1]
    assert len(routes) > 12, "the motive brings war"
    counts = {ROUTES[code]: int(number) for code, number in enumerate(np.bincount(routes, minlength=len(ROUTES)))}
    assert counts[route] >= 0.9 * len(routes), {name: n for name, n in counts.items() if n}


def test_without_the_motive_there_is_no_war() -> None:
    model = crisis("nonresponse", QUIET, worlds=128, weeks=6)
    assert not (model.tally("ending") == 1).any()


def test_every_label_is_explained_and_can_be_forced() -> None:
    assert set(ROUTE_MEANINGS) == set(ROUTES) - {"none"}
    assert set(CASES) == set(ROUTE_MEANINGS)
