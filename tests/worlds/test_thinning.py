"""Worlds that are over are let go of, and nothing that comes out tells."""

import numpy as np
import pytest

from escalation.model.crisis import Crisis
from escalation.model.layout import WAR_SUM
from escalation.scenario.design import central, draw
from escalation.scenario.loader import load
from escalation.worlds.thinning import Thinned

WORLDS, WEEKS = 1200, 120
DEADLY = {"errors.scale": 3.0}


@pytest.mark.parametrize("priors", [False, True], ids=["a row for all", "a row a world"])
def test_what_is_let_go_is_kept(priors: bool) -> None:
    scenario = load("strike", DEADLY)
    values = draw(scenario, WORLDS, 3, 0) if priors else central(scenario)
    whole, other = (Crisis(scenario, WORLDS, values=values, seed=3) for _ in range(2))
    thinned = Thinned(other)
    held = []
    for week in range(1, WEEKS + 1):
        if whole.running:
            whole.step()
        thinned.step(WEEKS - week)
        held.append(other.worlds)
        assert np.array_equal(thinned.war_sum, whole.state.S[WAR_SUM])
        if week in (2, 50, 90, WEEKS):
            seen = thinned.snapshot()
            assert np.array_equal(seen.tallies, whole.state.N)
            assert np.array_equal(seen.war_sum, whole.state.S[WAR_SUM])
    assert np.array_equal(thinned.civilians, whole.state.civilians)
    assert np.array_equal(thinned.war_sum, whole.state.S[WAR_SUM])
    assert len(set(held)) > 2  # let go more than once, so that places of places were kept
    assert held[-1] < 0.8 * WORLDS


def test_snapshots_stay_as_they_were_taken() -> None:
    crisis = Crisis(load("strike", DEADLY), 600, seed=1)
    thinned = Thinned(crisis)
    thinned.step(100)
    early = thinned.snapshot()
    before = early.tallies.copy()
    for week in range(60):
        thinned.step(60 - week)
    assert np.array_equal(early.tallies, before)
    assert not np.array_equal(thinned.snapshot().tallies, before)


def test_no_copy_is_made_that_does_not_pay() -> None:
    crisis = Crisis(load("strike", DEADLY), 600, seed=1)
    thinned = Thinned(crisis)
    for _ in range(80):
        thinned.step(0)
    assert crisis.worlds == 600 > crisis.alive


def test_a_rule_that_plans_keeps_its_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it sees ahead is solved by world held, and would be solved anew."""
    assert Crisis(load("strike", {"us.rule": "farsighted"}), 4, seed=1).plans
    assert not Crisis(load("strike"), 4).plans
    monkeypatch.setattr(Crisis, "plans", property(lambda _: True))
    crisis = Crisis(load("strike", DEADLY), 600, seed=1)
    thinned = Thinned(crisis)
    for week in range(80):
        thinned.step(200 - week)
    assert crisis.worlds == 600 > crisis.alive + 256
