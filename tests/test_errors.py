"""The nine error channels: 0 switches one off, the scale multiplies all, and more of it means more errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation import draws
from escalation.model.errors import (
    attribution,
    control,
    execution,
    fragility,
    identification,
    perception,
    survival,
)
from escalation.model.errors.scaling import magnitude, probability
from escalation.model.layout import (
    ACT_AVAILABLE,
    ACT_RUNG,
    ATTACKS,
    COLUMNS,
    EXECUTION_P,
    FIRST_PROXY,
    FRAGILITY_BIAS,
    FRAGILITY_SD,
    I_SD,
    I_STRAY,
    IDENTIFICATION_P,
    KAPPA,
    LETHAL_ATTACKS,
    ORDER,
    ORDERED_NOW,
    P_BLAME,
    P_MISS,
    P_UNAUTHORISED,
    PERCEPTION_BIAS,
    PERCEPTION_SD,
    Q_BIAS,
    Q_SD,
    RUBICON,
    SIGNAL_NOISE,
    TALLIES,
    WAR_SUM,
)
from escalation.model.tables import build
from escalation.scenario.faults import ScenarioFault
from escalation.scenario.loader import load
from escalation.scenario.registry import ERROR_CHANNELS, QUANTITIES
from tests.model.lab import arm, called, crisis, prepared, z_score

PROBABILITY, MAGNITUDE = "probability", "magnitude"
SCALED = {
    # channel: (table, column, how)
    "aim": (("instruments", I_STRAY, PROBABILITY), ("instruments", I_SD, MAGNITUDE)),
    "identification": (("general", IDENTIFICATION_P, PROBABILITY),),
    "attribution": (("general", P_BLAME, PROBABILITY), ("general", P_MISS, PROBABILITY)),
    "execution": (("general", EXECUTION_P, PROBABILITY),),
    "perception": (("general", PERCEPTION_BIAS, MAGNITUDE), ("general", PERCEPTION_SD, MAGNITUDE)),
    "signal": (("general", SIGNAL_NOISE, PROBABILITY),),
    "fragility": (
        ("general", FRAGILITY_BIAS, MAGNITUDE),
        ("general", FRAGILITY_SD, MAGNITUDE),
        ("general", RUBICON, MAGNITUDE),
    ),
    "survival": (("general", Q_BIAS, MAGNITUDE), ("general", Q_SD, MAGNITUDE)),
    "control": (("proxies", P_UNAUTHORISED, MAGNITUDE),),
}


def column(settings: dict[str, object], table: str, index: int) -> np.ndarray:
    scenario, values = prepared("strike", settings, 8)
    return np.array(getattr(build(scenario, values), table)[..., index])


def scaled(rates: np.ndarray, m: float, how: str) -> np.ndarray:
    """The contract's two rules, written apart from the package."""
    return 1.0 - (1.0 - rates) ** m if how == PROBABILITY else rates * m


def test_the_channels_are_the_contracts_nine() -> None:
    assert set(SCALED) == set(ERROR_CHANNELS)
    assert len(ERROR_CHANNELS) == 9


@pytest.mark.parametrize("m", [0.0, 0.5, 1.0, 2.0, 10.0])
@pytest.mark.parametrize("channel", ERROR_CHANNELS)
def test_a_channel_scales_its_rates_by_the_contracts_rule(channel: str, m: float) -> None:
    for table, index, how in SCALED[channel]:
        sourced = column({}, table, index)
        by_channel = column({f"errors.{channel}": m}, table, index)
        np.testing.assert_allclose(by_channel, scaled(sourced, m, how), atol=1e-13)
        by_scale = column({"errors.scale": m}, table, index)
        np.testing.assert_array_equal(by_scale, by_channel)
        if m == 1.0:
            np.testing.assert_array_equal(by_channel, sourced)


@pytest.mark.parametrize("channel", ERROR_CHANNELS)
def test_scale_and_channel_multiply(channel: str) -> None:
    for table, index, how in SCALED[channel]:
        both = column({"errors.scale": 3.0, f"errors.{channel}": 2.0}, table, index)
        np.testing.assert_allclose(both, scaled(column({}, table, index), 6.0, how), atol=1e-13)


@pytest.mark.parametrize("channel", ERROR_CHANNELS)
def test_a_channel_leaves_every_other_rate_alone(channel: str) -> None:
    scenario, values = prepared("strike", {}, 4)
    before = build(scenario, values)
    after = build(scenario, values.replace({f"errors.{channel}": 0.0}))
    own = {(table, index) for table, index, _ in SCALED[channel]}
    dial = {("general", list(_general()).index(f"errors.{channel}"))}
    for table in ("general", "proxies", "allies", "instruments", "defender_acts", "challenger_acts", "countries"):
        one, other = getattr(before, table), getattr(after, table)
        for index in range(one.shape[-1]):
            if (table, index) not in own | dial:
                np.testing.assert_array_equal(one[..., index], other[..., index])


def _general() -> dict[str, int]:
    from escalation.model.layout import GENERAL

    return GENERAL


@given(st.floats(0.0, 1.0), st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_probabilities_rise_with_the_multiplier_and_stay_probabilities(p: float, m: float, more: float) -> None:
    low, high = sorted((m, more))
    one, other = (float(probability(np.array([p]), np.array([x]))[0]) for x in (low, high))
    assert 0.0 <= one <= 1.0
    assert one <= other + 1e-13
    assert probability(np.array([p]), np.array([0.0]))[0] == 0.0
    assert probability(np.array([p]), np.array([1.0]))[0] == p


@given(st.integers(1, 10), st.floats(0.0, 1.0))
def test_a_whole_multiplier_is_that_many_chances_to_err(m: int, p: float) -> None:
    spared = 1.0
    for _ in range(m):
        spared *= 1.0 - p
    assert probability(np.array([p]), np.array([float(m)]))[0] == pytest.approx(1.0 - spared, abs=1e-12)


@given(st.floats(-5.0, 5.0), st.floats(0.0, 10.0))
def test_a_bias_is_scaled_in_proportion(x: float, m: float) -> None:
    assert magnitude(np.array([x]), np.array([m]))[0] == x * m


# -- what each channel does to single draws -----------------------------------------------------------------------
@given(st.floats(5.0, 10.0), st.floats(0.001, 0.999))
def test_no_perception_error_sees_what_is(rung: float, u: float) -> None:
    assert perception.perceived(rung, u, 0.0, 0.0) == rung
    assert 1.0 <= perception.perceived(rung, u, 2.0, 3.0) <= 10.0
    assert perception.perceived(3.0, u, 2.0, 3.0) == 3.0


def test_attribution_errs_both_ways() -> None:
    assert attribution.blamed(True, 0.5, 0.0, 0.0)
    assert not attribution.blamed(False, 0.5, 0.0, 0.0)
    assert attribution.blamed(False, 0.5, 0.6, 0.0)
    assert not attribution.blamed(True, 0.5, 0.0, 0.6)


def menu(*rungs: float) -> np.ndarray:
    acts = np.zeros((len(rungs), len(COLUMNS["act"])))
    acts[:, ACT_RUNG] = rungs
    acts[:, ACT_AVAILABLE] = 1.0
    return acts


def test_only_force_slips_and_by_one_rung() -> None:
    acts = menu(1, 3, 6, 7, 7, 8, 10)
    n = len(acts)
    assert [execution.executed(acts, a, n, 0.0, 0.0, 1.0, 1.0) for a in range(n)] == [0, 1, 3, 5, 5, 6, 6]
    assert [execution.executed(acts, a, n, 0.0, 0.9, 1.0, 0.5) for a in range(n)] == [0, 1, 1, 2, 2, 4, 6]
    assert [execution.executed(acts, a, n, 0.5, 0.0, 0.5, 1.0) for a in range(n)] == list(range(n))


def test_a_slip_stays_on_the_menu() -> None:
    acts = menu(1, 6, 7, 8, 10)
    acts[2:4, ACT_AVAILABLE] = 0.0
    assert execution.executed(acts, 1, 5, 0.0, 0.0, 1.0, 1.0) == 4
    acts[4, ACT_AVAILABLE] = 0.0
    assert execution.executed(acts, 1, 5, 0.0, 0.0, 1.0, 1.0) == 1


def test_a_policy_of_answering_militias_only_holds() -> None:
    assert not crisis("proportional", {}, worlds=512, weeks=26).tally("strikes").any()


CHANCE_OF_WAR = called(execution.chance_of_war)


@given(st.lists(st.floats(0.001, 1.0), min_size=7, max_size=7), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_chance_of_war_is_the_share_of_draws_that_end_in_war(w: list[float], p: float, skew: float) -> None:
    acts = menu(1, 3, 6, 7, 8, 9, 10)
    choice = np.array(w) / sum(w)
    by_hand = 0.0
    for a in range(7):
        for slips, way in ((p * skew, 1), (p * (1.0 - skew), -1), (1.0 - p, 0)):
            u, u_way = (2.0, 0.0) if way == 0 else (-1.0, -1.0 if way == 1 else 2.0)
            done = execution.executed(acts, a, 7, u, u_way, p, skew)
            by_hand += choice[a] * slips * (acts[done, ACT_RUNG] >= 10.0)
    brink = np.array([CHANCE_OF_WAR(acts, a, p, skew) for a in range(7)])
    assert choice @ brink == pytest.approx(by_hand, abs=1e-12)


@given(st.floats(0.0, 0.99), st.floats(0.0, 70.0))
def test_misidentification_over_days(p: float, days: float) -> None:
    assert identification.chance(p, days) == pytest.approx(1.0 - (1.0 - p) ** days, abs=1e-9)


def test_a_week_of_alert_at_two_in_a_hundred() -> None:
    """Dossier section 14: seven alert-days at .02 give .13."""
    assert identification.chance(0.02, 7.0) == pytest.approx(0.13, abs=0.005)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_control_scales_with_slack(hazard: float, kappa: float) -> None:
    assert control.chance(hazard, kappa, 1.0) == pytest.approx(1.0 - np.exp(-hazard * (1.0 - kappa)), abs=1e-12)
    assert control.chance(hazard, 1.0, 1.0) == 0.0


def test_the_unbiased_estimate_is_the_truth() -> None:
    assert fragility.estimate(0.03, 0.0, 0.0, 0.0, 1.7) == pytest.approx(0.03, rel=1e-9)
    assert fragility.estimate(0.03, 0.0, 1.96, 0.0, 0.0) == pytest.approx(0.18, abs=0.005)
    assert survival.estimate(-1.0, 0.0, 0.0, 1.7) == pytest.approx(1.0 / (1.0 + np.e), rel=1e-9)
    assert survival.estimate(-1.0, 1.0, 0.5, 2.0) == pytest.approx(1.0 / (1.0 + np.exp(-1.0)), rel=1e-9)


# -- what each channel does to a crisis ---------------------------------------------------------------------------
MORE = {
    # channel: (quantity that rises with it, what is held fixed)
    "aim": "lethal_attacks",
    "identification": "accidents",
    "execution": "errors_executed",
    "control": "lethal_attacks",
    "fragility": "war",
    "survival": "war",
}


@pytest.mark.parametrize("channel", MORE)
def test_more_of_a_channel_gives_more_errors(channel: str) -> None:
    runs = [crisis("strike", {f"errors.{channel}": m}, worlds=1024, weeks=8, draws=16) for m in (0.0, 3.0, 8.0)]
    name = MORE[channel]
    series = [r.state.S[WAR_SUM] if name == "war" else r.state.N[TALLIES.index(name)].astype(float) for r in runs]
    assert series[0].mean() < series[1].mean() < series[2].mean()
    assert z_score(series[2] - series[0]) > 3.0


@pytest.mark.parametrize(("channel", "tally"), [("identification", "accidents"), ("execution", "errors_executed")])
def test_zero_leaves_none_at_all(channel: str, tally: str) -> None:
    assert not crisis("strike", {f"errors.{channel}": 0.0}, worlds=512, weeks=13).tally(tally).any()


def test_without_aim_errors_harassment_kills_no_one() -> None:
    held = {"errors.aim": 0.0, "errors.control": 0.0, "iran.order.start": 5.0, "*.slack_sd": 0.0, "*.own_rung": 5.0}
    model = crisis("nonresponse", held, worlds=256, weeks=1)
    assert model.tally("attacks").any()
    assert not model.tally("lethal_attacks").any()


def test_a_rocket_without_orders_draws_blame_like_those_with_orders() -> None:
    # no digest shows this: blame moves the chance of war long before it moves a war
    held = {"errors.control": 10.0, "kataib_hezbollah.rate": 0.0, "kataib_hezbollah.unauthorised": 0.05}
    model = crisis("nonresponse", held, worlds=2048, weeks=0)
    S, proxy = model.state.S, model.proxies[0]
    S[ORDER] = 5.0
    proxy.step()
    K, actor = model.state.K[proxy.index], FIRST_PROXY + proxy.index
    harmless = (K[ATTACKS] == 1.0) & (K[LETHAL_ATTACKS] == 0.0)
    luck = np.array([draws.uniform(key, model.key_step, 0, actor, draws.ORDERED) for key in model.state.key])
    assert harmless.sum() > 50
    assert np.array_equal(K[ORDERED_NOW, harmless] > 0.5, (luck < K[KAPPA])[harmless])


# -- the legal range ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("channel", ["scale", *ERROR_CHANNELS])
@pytest.mark.parametrize("value", [-0.1, 10.5])
def test_multipliers_outside_zero_to_ten_are_refused(channel: str, value: float) -> None:
    with pytest.raises(ScenarioFault, match=channel):
        load("strike", {f"errors.{channel}": value})


@pytest.mark.parametrize("channel", ["scale", *ERROR_CHANNELS])
def test_multipliers_from_zero_to_ten_are_legal_and_one_by_default(channel: str) -> None:
    for value in (0, 10):
        assert load("strike", {f"errors.{channel}": value}).numbers[f"errors.{channel}"].value == value
    assert arm("strike").numbers[f"errors.{channel}"].value == 1.0
    declared = next(q for q in QUANTITIES if q.key == f"errors.{channel}")
    assert (declared.low, declared.high, declared.unit) == (0.0, 10.0, "multiplier")
