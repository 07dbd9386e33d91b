"""Laws that every model and every change must keep: reproducibility, locality of causes, absorption, unbiasedness."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path
from textwrap import dedent

import mesa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation import draws
from escalation.model.actors.roles import Ally, Challenger, Defender, Proxy
from escalation.model.crisis import Crisis
from escalation.model.errors import control
from escalation.model.layout import (
    ALLY_FIELDS,
    ATTACKS,
    ENDED,
    F_NOISE,
    FIRST_PROXY,
    KAPPA,
    KILLED,
    P_UNAUTHORISED,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    Q_NOISE,
    STATE_FIELDS,
    TALLIES,
    TAU,
    THETA,
    UNAUTHORISED,
    WAR_SUM,
    Q,
)
from escalation.scenario.loader import loads
from escalation.scenario.registry import ERROR_CHANNELS
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import simulate
from escalation.worlds.outcomes import Outcomes
from tests.model.lab import arm, crisis, peace, prepared, sigmoid

ARMS = (
    "accord",
    "nonresponse",
    "strike",
    "proportional",
    "strike-assurance",
    "strike-no-control-loss",
    "strike-no-errors",
    "strike-no-learning",
)
TO_WAR = {
    # numbers under which war is common, for laws about war
    "us.gamble.gain": 150.0,
    "fragility.f": 0.1,
}


def short(scenario: Scenario, worlds: int = 64, weeks: int = 4, **more: object) -> Outcomes:
    return simulate(scenario, worlds, horizon=weeks, **more)  # type: ignore[arg-type]


# -- randomness (contract, section 4) ---------------------------------------------------------------------------
@pytest.mark.parametrize("priors", [False, True])
def test_block_size_and_workers_never_change_a_result(priors: bool) -> None:
    scenario = arm("strike")
    reference = short(scenario, 300, priors=priors, block=2048, workers=1)
    for block, workers in ((1, 1), (7, 1), (7, 3), (256, 2), (64, 2), (299, 3)):
        other = short(scenario, 300, priors=priors, block=block, workers=workers)
        assert other.digest() == reference.digest()
        np.testing.assert_array_equal(other.end.war_sum, reference.end.war_sum)
        for week, snapshot in reference.at.items():
            np.testing.assert_array_equal(other.at[week].tallies, snapshot.tallies)


@pytest.mark.parametrize("priors", [False, True])
@pytest.mark.parametrize("name", ["strike", "accord"])
def test_a_world_of_a_batch_equals_that_world_run_alone(name: str, priors: bool) -> None:
    scenario = arm(name)
    batch = short(scenario, 40, priors=priors)
    for world in (0, 1, 17, 39):
        alone = short(scenario, 1, priors=priors, first_world=world)
        np.testing.assert_array_equal(alone.end.tallies[:, 0], batch.end.tallies[:, world])
        np.testing.assert_array_equal(alone.civilians[:, 0], batch.civilians[:, world])
        assert alone.end.war_sum[0] == batch.end.war_sum[world]


def test_a_crisis_can_be_entered_at_any_world() -> None:
    batch, alone = crisis("strike", worlds=20, weeks=6), crisis("strike", worlds=1, weeks=6, first_world=13)
    np.testing.assert_array_equal(alone.state.S[:, 0], batch.state.S[:, 13])
    np.testing.assert_array_equal(alone.state.N[:, 0], batch.state.N[:, 13])


def test_seeds_differ_and_repeat() -> None:
    scenario = arm("strike")
    assert short(scenario, seed=5).digest() == short(scenario, seed=5).digest()
    assert short(scenario, seed=5).digest() != short(scenario, seed=6).digest()


def test_a_longer_horizon_holds_the_shorter_one() -> None:
    scenario = arm("strike")
    np.testing.assert_array_equal(short(scenario, weeks=2).end.tallies, short(scenario, weeks=6).at[2].tallies)


def test_an_arm_that_is_a_copy_has_the_same_digest() -> None:
    strike = arm("strike")
    copy = arm("nonresponse")
    assert short(strike).digest() == short(strike.with_overrides({"errors.scale": 1.0})).digest()
    assert short(strike.with_overrides({"events.strike.on": False})).digest() == short(copy).digest()


def test_arms_share_every_draw() -> None:
    """Types, noises and the militias' first week are the same: the arms differ by do(strike) alone."""
    seen: dict[str, list[np.ndarray]] = {}

    def keep(name: str):  # type: ignore[no-untyped-def]
        def look(model: Crisis, phase: str) -> None:
            if phase in ("proxies", "attribution"):
                seen.setdefault(name, []).extend(
                    [model.state.S.copy(), model.state.K.copy(), model.state.A.copy(), model.state.N.copy()]
                )

        return look

    for name in ("nonresponse", "strike", "strike-no-learning"):
        crisis(name, worlds=128, weeks=1, draws=16, observer=keep(name))
    for mine, theirs in zip(seen["nonresponse"], seen["strike"], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for field in (THETA, TAU, F_NOISE, Q_NOISE):
        np.testing.assert_array_equal(seen["strike"][0][field], seen["strike-no-learning"][0][field])


def test_types_are_shared_by_arms_with_another_past() -> None:
    accord, strike = crisis("accord", worlds=200, weeks=0), crisis("strike", worlds=200, weeks=0)
    for field in (THETA, TAU):
        np.testing.assert_array_equal(accord.state.S[field], strike.state.S[field])


def test_do_strike_edits_no_belief() -> None:
    """What the strike teaches is a likelihood: with learning frozen the belief in resolve is the same in both arms."""
    frozen = {"learning.scale": 0.0}
    left, right = crisis("strike", frozen, weeks=1), crisis("nonresponse", frozen, weeks=1)
    for field in (PI_COUNTRY, PI_LEADER, PHI):
        np.testing.assert_array_equal(left.state.S[field], right.state.S[field])


# -- locality of causes -----------------------------------------------------------------------------------------
def first_week(muted: tuple[str, ...]) -> dict[str, dict[str, np.ndarray]]:
    seen: dict[str, dict[str, np.ndarray]] = {}

    def look(model: Crisis, phase: str) -> None:
        X = model.state  # the first look at each phase: an exchange repeats some of them later in the week
        seen.setdefault(phase, {})
        seen[phase] = seen[phase] or {"S": X.S.copy(), "K": X.K.copy(), "A": X.A.copy(), "N": X.N.copy()}

    crisis("strike", worlds=200, weeks=1, draws=8, muted=muted, observer=look)
    return seen


@pytest.mark.parametrize("proxy", ["kataib_hezbollah", "hezbollah", "houthis", "hamas"])
def test_muting_a_proxy_leaves_what_is_not_downstream_alone(proxy: str) -> None:
    whole, without = first_week(()), first_week((proxy,))
    names = [actor.name for actor in arm("strike").in_role("proxy")]
    index = names.index(proxy)
    others = [p for p in range(len(names)) if p != index]
    np.testing.assert_array_equal(whole["proxies"]["K"][others], without["proxies"]["K"][others])
    assert not without["proxies"]["K"][index, [ATTACKS, KILLED]].any()
    for field in (THETA, TAU, F_NOISE, Q_NOISE, PI_COUNTRY, PI_LEADER, PHI, Q):
        np.testing.assert_array_equal(whole["proxies"]["S"][field], without["proxies"]["S"][field])
    # a world that this proxy left alone in week 1 does not notice that it is gone
    idle = (whole["proxies"]["N"] == without["proxies"]["N"]).all(axis=0)
    idle &= (whole["proxies"]["A"] == without["proxies"]["A"]).all(axis=(0, 1))
    idle &= whole["proxies"]["S"][UNAUTHORISED] == without["proxies"]["S"][UNAUTHORISED]
    assert idle.any()
    np.testing.assert_array_equal(whole["close"]["S"][:, idle], without["close"]["S"][:, idle])
    np.testing.assert_array_equal(whole["close"]["N"][:, idle], without["close"]["N"][:, idle])


@pytest.mark.parametrize("ally", ["israel", "iraq_government"])
def test_muting_an_ally_leaves_all_before_it_alone(ally: str) -> None:
    whole, without = first_week(()), first_week((ally,))
    for array in ("S", "K", "A", "N"):
        np.testing.assert_array_equal(whole["challenger"][array], without["challenger"][array])
    names = [actor.name for actor in arm("strike").in_role("ally")]
    others = [j for j in range(len(names)) if names[j] != ally]
    own = [ALLY_FIELDS.index(name) for name in ("alignment", "hedging", "struck")]
    for j in others:
        np.testing.assert_array_equal(whole["allies"]["A"][j, own], without["allies"]["A"][j, own])


def untouched_by(channel: str, weeks: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which worlds never drew an error of ``channel``, and all tallies with the channel on and off."""
    hit = np.zeros(512, dtype=bool)

    def look(model: Crisis, phase: str) -> None:
        if channel == "control" and phase == "proxies":
            hit[:] |= loose(model)
        elif channel != "control" and phase == "close":
            hit[:] |= model.tally({"identification": "accidents", "execution": "errors_executed"}[channel]) > 0

    def loose(model: Crisis) -> np.ndarray:
        X, T = model.state, model.tables
        out = np.zeros(model.worlds, dtype=bool)
        for p in range(X.K.shape[0]):
            for w in range(model.worlds):
                u = draws.uniform(X.key[w], model.key_step, 0, FIRST_PROXY + p, draws.UNAUTHORISED)
                hazard = T.proxies[X.row[w], p, P_UNAUTHORISED]
                out[w] |= u < control.chance(hazard, X.K[p, KAPPA, w], model.dt)
        return out

    on = crisis("strike", worlds=512, weeks=weeks, observer=look)
    off = crisis("strike", {f"errors.{channel}": 0.0}, worlds=512, weeks=weeks)
    return ~hit, on.state.N, off.state.N


@pytest.mark.parametrize("channel", ["identification", "execution", "control"])
def test_switching_a_channel_off_removes_only_that_channel(channel: str) -> None:
    spared, on, off = untouched_by(channel)
    assert spared.any()
    assert not spared.all()
    np.testing.assert_array_equal(on[:, spared], off[:, spared])
    assert (on[:, ~spared] != off[:, ~spared]).any()


RATES_OF = {
    "aim": ("instruments.*.p_stray", "instruments.*.sd"),
    "identification": ("identification.p_day",),
    "attribution": ("attribution.p_blame", "attribution.p_miss"),
    "execution": ("execution.p",),
    "perception": ("perception.bias", "perception.sd"),
    "signal": ("learning.signal_noise",),
    "fragility": ("fragility.bias", "fragility.sd", "fragility.rubicon"),
    "survival": ("survival.bias", "survival.sd"),
    "control": ("*.unauthorised",),
}


@pytest.mark.parametrize("channel", ERROR_CHANNELS)
def test_a_channel_acts_through_its_own_rates_and_nothing_else(channel: str) -> None:
    silent = dict.fromkeys(RATES_OF[channel], 0.0)
    off = crisis("strike", {**silent, f"errors.{channel}": 0.0}, worlds=128, weeks=6)
    tenfold = crisis("strike", {**silent, f"errors.{channel}": 10.0}, worlds=128, weeks=6)
    np.testing.assert_array_equal(off.state.S, tenfold.state.S)
    np.testing.assert_array_equal(off.state.N, tenfold.state.N)
    sourced = crisis("strike", {f"errors.{channel}": 10.0}, worlds=128, weeks=6)
    assert (sourced.state.S != off.state.S).any(), "with its rates as sourced the channel does something"


def test_scale_zero_is_every_channel_at_zero() -> None:
    one = crisis("strike", {"errors.scale": 0.0}, worlds=128, weeks=8, draws=16)
    each = crisis("strike", {f"errors.{channel}": 0.0 for channel in ERROR_CHANNELS}, worlds=128, weeks=8, draws=16)
    np.testing.assert_array_equal(one.state.S, each.state.S)
    np.testing.assert_array_equal(one.state.N, each.state.N)


# -- compiled or not --------------------------------------------------------------------------------------------
UNCOMPILED = """
from escalation.compiled import ENABLED
from escalation.scenario.loader import load
from escalation.worlds.ensemble import simulate
assert not ENABLED
for name in ("strike", "accord"):
    for priors in (False, True):
        print(simulate(load(name), 8, horizon=3, priors=priors, workers=1).digest())
"""


@pytest.mark.slow
def test_uncompiled_functions_give_the_same_digest(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", UNCOMPILED],
        env={**os.environ, "ESCALATION_COMPILE": "0", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = [
        simulate(arm(name), 8, horizon=3, priors=priors).digest()
        for name in ("strike", "accord")
        for priors in (False, True)
    ]
    assert done.stdout.split() == expected


# -- no war without cause ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("draws", [0, 32])
def test_no_hostility_and_no_errors_give_exactly_no_war(draws: int) -> None:
    model = crisis("nonresponse", {**peace(), "errors.scale": 0.0}, worlds=256, weeks=60, draws=draws)
    assert (model.state.S[WAR_SUM] == 0.0).all()
    assert not (model.tally("ending") == 1).any()
    assert (model.tally("peak") == 1).all()
    for name in TALLIES:
        if name.startswith("dead_") or name in ("attacks", "accidents", "strikes", "errors_executed"):
            assert not model.tally(name).any(), name
    assert not model.state.civilians.any()


def test_errors_alone_can_break_that_peace() -> None:
    """The law above is not vacuous: with militias out of control there are dead even then."""
    loose = {**peace(), "errors.scale": 1.0, "errors.control": 10.0, "*.unauthorised": 0.5, "*.aim_defender": 1.0}
    model = crisis("nonresponse", loose, worlds=256, weeks=20)
    assert model.tally("dead_defender").any()
    assert (model.state.S[WAR_SUM] > 0.0).any()


def test_hostility_alone_can_break_that_peace() -> None:
    attacked = {**peace(), "errors.scale": 0.0, "*.rate": 10.0, "*.control": 0.0, "*.aim_defender": 1.0}
    model = crisis("nonresponse", attacked, worlds=256, weeks=20)
    assert model.tally("attacks").any()
    assert (model.state.S[WAR_SUM] > 0.0).any()


# -- absorption -------------------------------------------------------------------------------------------------
def test_an_ended_world_is_frozen() -> None:
    scenario, values = prepared("strike", {**TO_WAR, "fragility.fall_rate": 0.02})
    model = Crisis(scenario, 512, values=values)
    for _ in range(6):
        model.step()
    ended = model.state.S[ENDED] > 0.0
    assert ended.any()
    assert not ended.all()
    tallies, civilians = model.state.N[:, ended].copy(), model.state.civilians[:, ended].copy()
    total = model.state.S[WAR_SUM, ended].copy()
    for _ in range(12):
        model.step()
    np.testing.assert_array_equal(model.state.N[:, ended], tallies)
    np.testing.assert_array_equal(model.state.civilians[:, ended], civilians)
    np.testing.assert_array_equal(model.state.S[WAR_SUM, ended], total)


def test_the_tallies_of_a_war_agree_with_each_other() -> None:
    model = crisis("strike", TO_WAR, worlds=512, weeks=10)
    war = model.tally("ending") == 1
    assert war.any()
    assert (model.tally("peak")[war] == 10).all()
    assert (model.tally("peak")[~war] < 10).all()
    assert (model.tally("war_week")[war] == model.tally("weeks")[war]).all()
    assert (model.tally("limited_week")[war] >= 1).all()
    assert (model.tally("limited_week")[war] <= model.tally("war_week")[war]).all()
    assert (model.tally("route")[war] > 0).all()
    assert (model.tally("route")[~war] == 0).all()
    assert (model.tally("war_week")[~war] == 0).all()


def test_a_crisis_stops_when_every_world_has_ended() -> None:
    model = crisis("strike", {"brinkmanship.h1": 10.0, "us.alert": 10.0}, worlds=64, weeks=30)
    assert not model.running
    assert (model.tally("ending") > 0).all()
    assert model.week < 30


def test_civilian_dead_by_country_add_up() -> None:
    model = crisis("strike", TO_WAR, worlds=256, weeks=10, draws=16)
    np.testing.assert_array_equal(model.state.civilians.sum(axis=0), model.tally("dead_civilian"))
    assert (model.state.civilians >= 0).all()


def test_no_tally_is_negative_and_all_state_is_finite() -> None:
    model = crisis("strike", {"errors.scale": 10.0}, worlds=256, weeks=26, draws=64)
    assert (model.state.N >= 0).all()
    for field, row in zip(STATE_FIELDS, model.state.S, strict=True):
        assert np.isfinite(row).all(), field


# -- beliefs and probabilities ----------------------------------------------------------------------------------
def beliefs(model: Crisis) -> dict[str, np.ndarray]:
    S = model.state.S
    return {"pi": sigmoid(S[PI_COUNTRY] + S[PI_LEADER]), "phi": sigmoid(S[PHI]), "q": sigmoid(S[Q])}


@pytest.mark.parametrize("scale", [0.0, 1.0, 10.0])
@pytest.mark.parametrize("rule", ["quantal", "best-response", "level-k", "prospect", "reciprocal"])
def test_beliefs_stay_inside_zero_and_one(rule: str, scale: float) -> None:
    settings = {"errors.scale": scale, "us.rule": rule, "iran.rule": rule, "learning.conservatism": 1.0}
    model = crisis("strike", {**settings, "learning.decay_country": 0.001}, worlds=128, weeks=40, draws=32)
    for name, belief in beliefs(model).items():
        assert np.isfinite(belief).all(), name
        assert (belief > 0.0).all(), name
        assert (belief < 1.0).all(), name


@pytest.mark.parametrize("rule", ["quantal", "best-response", "level-k", "prospect", "reciprocal"])
@pytest.mark.parametrize("name", ["proportional", "accord"])
def test_a_restricted_menu_leaves_proper_probabilities(name: str, rule: str) -> None:
    """Acts that are off the menu are never taken, and the chances of the others stay finite and sum to one."""
    eager = {"us.rule": rule, "iran.rule": rule, "us.gamble.gain": 300.0, "us.grievance.harassment": 60.0}
    seen: list[np.ndarray] = []

    def look(model: Crisis, phase: str) -> None:
        if phase == "defender":
            seen.extend(model.defender.desk.choice.sum(axis=1).T)
        if phase == "challenger":
            seen.extend(model.challenger.desk.choice.sum(axis=1).T)

    model = crisis(name, eager, worlds=64, weeks=4, draws=16, observer=look)
    sums = np.array(seen)
    assert np.isfinite(sums).all()
    np.testing.assert_allclose(sums[sums.sum(axis=1) > 0], 1.0, atol=1e-12)
    assert np.isfinite(model.state.S).all()
    if name == "proportional":
        assert not (model.tally("strikes") > model.tally("errors_executed")).any()


# -- the two estimates of the odds ------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["strike", "nonresponse"])
def test_the_conditional_estimate_is_unbiased(name: str) -> None:
    scenario, values = prepared(name, {**TO_WAR, "brinkmanship.h1": 0.005, "execution.p": 0.2})
    run = simulate(scenario, 6000, horizon=13, values=values)
    for snapshot in run.at.values():
        difference = snapshot.war_sum - snapshot.war
        assert snapshot.war.any()
        assert abs(difference.mean()) < 4.0 * difference.std() / np.sqrt(run.worlds)


def test_the_conditional_estimate_is_the_less_noisy_one() -> None:
    run = simulate(arm("nonresponse"), 4000, horizon=13)
    assert run.end.war_sum.var() < run.end.war.var()


def test_a_war_that_the_scenario_forces_is_in_both_estimates() -> None:
    forced = loads(
        dedent("""
        schema = 1
        title = "War by decree"
        extends = "nonresponse"
        [events.decree]
        week = 1
        title = "all-out war, by do()"
        kind = "act"
        actor = "us"
        act = "all_out"
        source = "a test"
        as_of = 2020-01-01
        """)
    )
    run = short(forced, 32, weeks=2)
    assert run.end.war.all()
    assert run.end.war_sum.min() >= 1.0 - 1e-9


# -- the length of the step -------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("name", ["strike", "nonresponse"])
def test_daily_steps_agree_with_weekly_ones(name: str) -> None:
    """The odds of war are no artefact of the week: at 14 days and at 26 weeks the two agree within a factor of 1.5.

    Reprisals take days: the week holds up to seven exchange rounds, a day two. What is left is that harassment of
    several days is answered once a week or day by day.
    """
    scenario, values = prepared(name)
    odds = {}
    for days in (7, 1):
        model = Crisis(scenario, 4096, values=values, step_days=days)
        for week in (2, 26):
            while model.week <= week:
                model.step()
            odds[days, week] = model.state.S[WAR_SUM].mean(), model.state.S[WAR_SUM].std() / 64.0
    for week in (2, 26):
        (weekly, noise), (daily, more) = odds[7, week], odds[1, week]
        slack = 4.0 * np.hypot(noise, more)
        assert daily < 1.5 * weekly + slack, odds
        assert weekly < 1.5 * daily + slack, odds


def test_a_step_is_a_day_or_a_week() -> None:
    with pytest.raises(ValueError, match="legal: 1 or 7"):
        Crisis(arm("strike"), step_days=3)


# -- Mesa's conventions -----------------------------------------------------------------------------------------
def test_a_crisis_is_a_mesa_model() -> None:
    model = Crisis(arm("strike"), seed=3)
    assert isinstance(model, mesa.Model)
    assert isinstance(model.rng, np.random.Generator)
    assert model.running
    assert set(model.agents_by_type) == {Defender, Challenger, Proxy, Ally}
    assert len(model.agents) == len(arm("strike").actors)
    assert {agent.name for agent in model.agents_by_type[Proxy]} == {a.name for a in arm("strike").in_role("proxy")}
    model.step()
    model.step()
    assert model.steps == 2
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == 2
    assert {"week", "war", "mean_rung", "belief_resolute", "belief_restrained"} <= set(frame.columns)
    assert frame["belief_resolute"].between(0, 1).all()


def test_agents_are_views_of_the_arrays() -> None:
    model = crisis("strike", worlds=32, weeks=1)
    assert model.tally("strikes").min() >= 1
    assert model.defender.acts.shape == (32,)
    np.testing.assert_array_equal(model.proxies[0].attacks, model.state.K[0, ATTACKS])
    assert ((model.allies[0].hedging == 0.0) | (model.allies[0].hedging == 1.0)).all()
    assert ((model.challenger.belief_resolute > 0.0) & (model.defender.belief_restrained > 0.0)).all()
    assert ((model.proxies[0].control >= 0.0) & (model.allies[0].alignment >= 0.0)).all()


def test_a_released_crisis_leaves_memory() -> None:
    arrays = []
    for seed in range(20):
        model = crisis("strike", worlds=64, weeks=1, seed=seed)
        arrays.append(weakref.ref(model.state.S))
        model.release()
        del model
    gc.collect()
    assert not any(array() is not None for array in arrays)


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="rows"):
        Crisis(arm("strike"), 4, rows=np.array([0, 0, 0, 1]))
    with pytest.raises(ValueError, match="worlds: 0"):
        simulate(arm("strike"), 0)
    with pytest.raises(ValueError, match="horizon: 0"):
        simulate(arm("strike"), 4, horizon=0)


@given(st.integers(0, 2**31), st.integers(0, 200))
def test_worlds_are_numbered_from_any_start(seed: int, first: int) -> None:
    batch = short(arm("nonresponse"), 3, weeks=1, seed=seed, first_world=first)
    alone = short(arm("nonresponse"), 1, weeks=1, seed=seed, first_world=first + 2)
    np.testing.assert_array_equal(batch.end.tallies[:, 2], alone.end.tallies[:, 0])


@pytest.mark.parametrize("name", ARMS)
def test_every_shipped_arm_runs(name: str) -> None:
    run = short(arm(name), 64, weeks=3, priors=True)
    assert run.worlds == 64
    assert set(run.at) == {2, 3}
    assert (run.end.tally("weeks") >= 1).all()
