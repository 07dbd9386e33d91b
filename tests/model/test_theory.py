"""Closed forms as the lambda -> infinity limits of the stage game, and the laws of its parts.

Each threshold of the literature is found by bisection on the model's own expected utilities and held against the
formula; nothing of the formula is in the model's code.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from escalation.model import casualties, learning, start
from escalation.model.layout import (
    ACT_RUNG,
    COLUMNS,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    D_ANCHOR,
    DECAY_COUNTRY,
    DECAY_LEADER,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    WAR_SUM,
    Q,
)
from escalation.model.rules import quantal, reciprocal
from escalation.model.tables import build
from tests.model.lab import Game, arm, called, crisis, flips_at, peace, prepared, sigmoid

# -- section 2: madness and assurance ---------------------------------------------------------------------------
KEEP_ALL = tuple(
    f"{side}.{act}"
    for side, acts in {
        "us": ("hold", "strike_proxies", "strike_personnel", "strike_homeland"),
        "iran": ("hold", "strike_warned"),
    }.items()
    for act in acts
)


def madness(u: float, alpha_a: float, alpha_0: float, gain: float = 0.0, pi: float = 1.0) -> Game:
    """A defender that strikes at some rate r when attacked; every strike costs the challenger C = 10."""
    game = Game(
        KEEP_ALL,
        {
            "choice.rationality": 10.0,
            "us.madness.u": u,
            "us.madness.alpha_attack": alpha_a,
            "us.madness.alpha_restraint": alpha_0,
            "us.grievance.harassment": 5.0,
            "acts.us.strike_proxies.answer": 5.0,
            "acts.us.strike_proxies.cost": 5.05,
            "acts.us.strike_personnel.cost": 40.0,
            "acts.us.strike_homeland.cost": 40.0,
            "acts.us.strike_proxies.harm": 10.0,
            "acts.us.strike_personnel.harm": 10.0,
            "acts.us.strike_homeland.harm": 10.0,
            "acts.iran.strike_warned.gain": gain,
        },
    )
    game.believe(PI_COUNTRY, pi)
    return game


def punished(game: Game) -> tuple[float, float]:
    """r_a and r_0: chances of a strike when attacked and when not."""
    game.challenger()
    rungs = game.crisis.tables.defender_acts[0, :, ACT_RUNG]
    attack = game.names["iran"].index("strike_warned")
    strikes = rungs >= 6.0
    return float(game.reply[attack, strikes].sum()), float(game.reply[0, strikes].sum())


@pytest.mark.parametrize(("u", "alpha_a", "alpha_0"), [(0.0, 0.3, 0.1), (0.4, 0.3, 0.05), (0.7, 0.2, 0.6)])
def test_the_challenger_attacks_when_the_gain_beats_what_restraint_would_save(
    u: float, alpha_a: float, alpha_0: float
) -> None:
    """b > (r_a - r_0) C (deterrence-assurance condition)."""
    r_a, r_0 = punished(madness(u, alpha_a, alpha_0))

    def attacks(gain: float) -> bool:
        worth = madness(u, alpha_a, alpha_0, gain).challenger()
        return worth["strike_warned"] > worth["hold"]

    assert flips_at(attacks, -20.0, 20.0) == pytest.approx((r_a - r_0) * 10.0, abs=1e-9)


@pytest.mark.parametrize("alpha_a", [0.05, 0.2, 0.5])
def test_madness_deters_only_below_the_assurance_threshold(alpha_a: float) -> None:
    """d(r_a - r_0)/du = (1-r) alpha_a - alpha_0: madness deters only if alpha_0 < (1-r) alpha_a."""
    r, r_0 = punished(madness(0.0, alpha_a, 0.0))
    assert 0.1 < r < 0.9
    assert r_0 < 1e-9

    def deters(alpha_0: float) -> bool:
        sane, mad = (punished(madness(u, alpha_a, alpha_0)) for u in (0.1, 0.6))
        return mad[0] - mad[1] > sane[0] - sane[1]

    assert flips_at(deters, 0.0, 1.0) == pytest.approx((1.0 - r) * alpha_a, rel=1e-9)
    mad = punished(madness(0.5, alpha_a, 0.1))
    assert mad == pytest.approx((r + 0.5 * (1.0 - r) * alpha_a, 0.05), rel=1e-9)


# -- section 3: critical risk -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("win", "submit", "disaster"), [(10.0, 0.0, -30.0), (5.0, -5.0, -100.0), (20.0, 1.0, -1.0)])
def test_critical_risk(win: float, submit: float, disaster: float) -> None:
    """The defender stands firm iff the risk of disaster is below r* = (V-S)/(V-D) (Ellsberg 1959; Powell 1990).

    The risk is the chance 1 - phi that the challenger is of the type that answers with a barrage.
    """

    def stands_firm(risk: float) -> bool:
        game = Game(
            ("us.hold", "us.strike_homeland", "iran.hold", "iran.regional_barrage"),
            {
                "acts.us.hold.gain": submit,
                "acts.us.strike_homeland.gain": win,
                "iran.obligation.per_rung": 10.0,
                "iran.obligation.visibility": 5.0,
                "acts.iran.regional_barrage.visibility": 1.0,
                "acts.iran.regional_barrage.cost": 60.0,
                "iran.unrestrained_factor": 0.1,
                "acts.iran.regional_barrage.harm": win - disaster,
            },
        )
        game.believe(PHI, 1.0 - risk)
        worth = game.defender()
        return worth["strike_homeland"] > worth["hold"]

    expected = (win - submit) / (win - disaster)
    assert flips_at(stands_firm, 1e-6, 1.0 - 1e-6) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("h1", [0.001, 0.0015, 0.002])
def test_the_autonomous_hazard_alone_gives_the_icb_range(h1: float) -> None:
    """Ten weeks, six at rung 6, three at 7, one at 8: war with P = .047 to .091 (dossier section 3, by its formula)."""
    _, values = prepared("nonresponse")
    growth = values["brinkmanship.growth"][0]
    total = h1 * sum(weeks * math.exp(growth * (rung - 5.0)) for rung, weeks in ((6, 6), (7, 3), (8, 1)))
    assert 0.04 < 1.0 - math.exp(-total) < 0.1


@pytest.mark.parametrize("rung", [5, 6, 8])
def test_the_autonomous_hazard_follows_its_formula(rung: int) -> None:
    h1, growth = 0.002, 0.9
    settings = {**peace(), "errors.scale": 1.0, "*.unauthorised": 0.0, "identification.p_day": 0.0, "start.rung": rung}
    settings |= {"brinkmanship.h1": h1, "brinkmanship.growth": growth, "us.alert": 2.0, "ladder.cooling": 0.0}
    settings |= {"diplomacy.mediation": 0.0, "acts.us.*.cost": 900.0, "acts.us.hold.cost": 0.0, "us.madness.u": 0.0}
    settings |= {"acts.iran.*.cost": 900.0, "acts.iran.hold.cost": 0.0}
    model = crisis("nonresponse", settings, worlds=8, weeks=1)
    hazard = 2.0 * h1 * math.exp(growth * (rung - 5.0))
    np.testing.assert_allclose(model.state.S[WAR_SUM], 1.0 - math.exp(-hazard), rtol=1e-9)


# -- section 4: perfect deterrence ------------------------------------------------------------------------------
WIN, CONFLICT = 12.0, -8.0


def threshold(status_quo: float) -> float:
    """The belief in the defender's resolve below which the challenger challenges, by bisection."""

    def deterred(pi: float) -> bool:
        game = Game(
            ("us.hold", "us.strike_proxies", "iran.hold", "iran.strike_warned"),
            {
                "iran.accord.rent": status_quo,
                "sanctions.level": 0.0,
                "acts.iran.strike_warned.gain": WIN,
                "us.grievance.harassment": 5.0,
                "us.grievance.resolute_factor": 2.0,
                "acts.us.strike_proxies.answer": 100.0,
                "acts.us.strike_proxies.cost": 7.5,
                "acts.us.strike_proxies.harm": WIN - CONFLICT,
            },
        )
        game.believe(PI_COUNTRY, pi)
        worth = game.challenger()
        return worth["hold"] > worth["strike_warned"]

    return flips_at(deterred, 1e-6, 1.0 - 1e-6)


@pytest.mark.parametrize("status_quo", [0.0, 2.0, 6.0, 11.0])
def test_perfect_deterrence_threshold(status_quo: float) -> None:
    """Deterred iff p_D >= t = (c_win - c_SQ)/(c_win - c_conflict) (Zagare and Kilgour 2000)."""
    assert threshold(status_quo) == pytest.approx((WIN - status_quo) / (WIN - CONFLICT), rel=1e-6)


def test_accord_rent_deters_as_punishment_does() -> None:
    """dt/dc_SQ = -1/(c_win - c_conflict) < 0: the formal link between accord and strike."""
    slope = (threshold(5.0) - threshold(3.0)) / 2.0
    assert slope == pytest.approx(-1.0 / (WIN - CONFLICT), rel=1e-5)


# -- section 5: audience costs ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("alpha", "war"), [(2.0, -6.0), (5.0, -20.0)])
def test_audience_costs_lock_the_challenger_in(alpha: float, war: float) -> None:
    """Fights rather than quits iff w > -alpha e, with e the rungs backed down from: e* = -w/alpha (Fearon 1994)."""

    def fights(committed: float) -> bool:
        settings = {"iran.audience.alpha": alpha, "acts.iran.all_out.cost": -war}
        game = Game(("us.hold", "iran.hold", "iran.all_out"), settings)
        game.S[COMMIT_CHALLENGER] = committed
        worth = game.challenger()
        return worth["all_out"] > worth["hold"]

    assert flips_at(fights, 1.0, 10.0) - 1.0 == pytest.approx(-war / alpha, rel=1e-9)


def test_audience_costs_lock_the_defender_in() -> None:
    def fights(committed: float) -> bool:
        settings = {"us.audience.alpha": 3.0, "acts.us.strike_homeland.cost": 9.0, "us.grievance.harassment": 1e-6}
        game = Game(("us.hold", "us.strike_homeland", "iran.hold"), settings)
        game.S[COMMIT_DEFENDER] = committed
        worth = game.defender(rung=5.0)
        return worth["strike_homeland"] > worth["hold"]

    assert flips_at(fights, 1.0, 8.0) - 1.0 == pytest.approx(3.0, rel=1e-9)


def test_a_vow_is_met_by_a_visible_reply_with_no_dead() -> None:
    """C10: with a price on dead the warned missile strike satisfies the obligation and the deadly one does not pay."""
    from escalation.model.payoffs import can_meet

    _, values = prepared("strike", {"iran.obligation.visibility": 5.0, "iran.obligation.dead_weight": 3.0})
    G = build(arm("strike"), values).general
    assert can_meet(G[0], 1.0, 7.0, 0.0) == pytest.approx(35.0)
    assert can_meet(G[0], 1.0, 7.0, 40.0) == pytest.approx(35.0 - 3.0 * math.log(41.0))
    assert can_meet(G[0], 0.1, 7.0, 0.0) == pytest.approx(3.5)
    assert can_meet(G[0], 1.0, 4.0, 0.0) == 0.0


# -- section 6: the spiral --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("rho", "bias"), [(0.5, 0.4), (0.8, 0.2), (0.8, 0.0), (0.9, 0.1)])
def test_perception_bias_is_amplified_by_reciprocity(rho: float, bias: float) -> None:
    """e* = [(1-rho) e_target + rho beta]/(1-rho): at rho = 0.8 a bias of 0.2 rung adds 0.8 rung."""
    menu = np.zeros((2001, len(COLUMNS["act"])))
    menu[:, ACT_RUNG] = np.linspace(-10.0, 14.0, 2001)
    total, out = np.zeros(1), np.zeros((2001, 1))
    answer = called(reciprocal.probabilities)
    rung = 5.0
    for _ in range(400):
        answer(menu, np.array([rung + bias]), rho, 0.0, 1, total, out)
        rung = float(out[:, 0] @ menu[:, ACT_RUNG])
    assert rung == pytest.approx(1.0 + rho * bias / (1.0 - rho), abs=1e-6)


# -- section 7: pre-emption -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("first", "struck"), [(45.0, 60.0), (10.0, 40.0)])
def test_preemption_threshold(first: float, struck: float) -> None:
    """Pre-empts iff q > q* = L_f/L_s."""

    def preempts(q: float) -> bool:
        game = Game(
            ("us.hold", "iran.hold", "iran.regional_barrage"),
            {
                "iran.preempt.loss_first": first,
                "iran.preempt.loss_struck": struck,
                "acts.iran.regional_barrage.first_strike": 1.0,
            },
        )
        game.believe(Q, q)
        worth = game.challenger()
        return worth["regional_barrage"] > worth["hold"]

    assert flips_at(preempts, 1e-6, 1.0 - 1e-6) == pytest.approx(first / struck, rel=1e-6)


# -- section 8: the gamble --------------------------------------------------------------------------------------
def test_the_gamble_on_collapse() -> None:
    """Push iff f_hat G > c: with no reply to fear the threshold is c/G."""

    def pushes(f: float) -> bool:
        settings = {"us.gamble.gain": 50.0, "acts.us.all_out.collapse": 1.0, "acts.us.all_out.cost": 10.0}
        game = Game(("us.hold", "us.all_out", "iran.hold"), {**settings, "fragility.f": f, "sanctions.level": 1.0})
        worth = game.defender()
        return worth["all_out"] > worth["hold"]

    assert flips_at(pushes, 0.001, 0.9) == pytest.approx(10.0 / 50.0, rel=1e-9)


# -- section 9: casualties --------------------------------------------------------------------------------------
@given(
    st.floats(0.5, 200.0), st.floats(0.0, 3.0), st.floats(1.0, 5000.0), st.floats(1e-12, 1.0 - 1e-12), st.floats(0, 1)
)
def test_tolls_are_whole_capped_and_rise_with_the_draw(
    scale: float, sd: float, exposed: float, u: float, share: float
) -> None:
    dead = casualties.toll(scale, sd, exposed, u)
    assert dead == math.floor(dead)
    assert 1.0 <= dead <= math.floor(exposed)
    assert casualties.toll(scale, sd, exposed, u * share + 1e-13) <= dead + 1.0


@pytest.mark.parametrize("sd", [0.8, 1.0, 1.2])
def test_the_tail_is_a_power_law(sd: float) -> None:
    """P(K >= k) falls as k^-(alpha-1) with alpha = 1 + sqrt(2)/s: 2.41 at s = 1 (Clauset et al. 2007: 2.2 to 2.6)."""
    u = (np.arange(2_000_000) + 0.5) / 2_000_000
    top = u[u > 0.9]
    deaths = np.array([casualties.toll(20.0, sd, 1e9, float(x)) for x in top[:: 1 if len(top) < 2e5 else 2]])
    tail = 1.0 - top[:: 1 if len(top) < 2e5 else 2]
    slope = np.polyfit(np.log(deaths), np.log(tail), 1)[0]
    assert 1.0 - slope == pytest.approx(1.0 + math.sqrt(2.0) / sd, abs=0.02)


def test_the_middle_of_the_toll_is_the_meant_number() -> None:
    deaths = [casualties.toll(40.0, 0.5, 1e6, u) for u in np.linspace(0.0005, 0.9995, 1000)]
    assert np.median(deaths) == pytest.approx(40.0, abs=1.0)
    assert np.log(deaths).std() == pytest.approx(0.5, rel=0.03)
    assert casualties.toll(40.0, 0.0, 1e6, 0.9) == 40.0


@given(st.integers(0, 14), st.floats(0.0, 1.0), st.floats(1e-9, 1.0 - 1e-9))
def test_the_binomial_is_scipys(n: int, p: float, u: float) -> None:
    if 1e-9 < p < 1.0 - 1e-9:
        mine = casualties.binomial(n, p, u)
        exact = stats.binom(n, p)
        assert exact.cdf(mine - 1) - 1e-9 <= u <= exact.cdf(mine) + 1e-9
    assert casualties.binomial(n, 0.0, u) == 0
    assert casualties.binomial(n, 1.0, u) == n


@given(st.floats(0.0, 50.0), st.floats(1e-9, 1.0 - 1e-9))
def test_whole_numbers_keep_their_mean(mean: float, u: float) -> None:
    assert casualties.whole(mean, u) in (math.floor(mean), math.floor(mean) + 1.0)
    grid = (np.arange(2000) + 0.5) / 2000
    assert np.mean([casualties.whole(mean, float(x)) for x in grid]) == pytest.approx(mean, abs=6e-4)


# -- section 1: learning ----------------------------------------------------------------------------------------
@given(st.floats(0.01, 0.99), st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0.0, 0.9))
def test_learning_is_bayes_rule_with_signal_noise(prior: float, p: float, q: float, noise: float) -> None:
    n = 7
    likelihood = [(1.0 - noise) * x + noise / n for x in (p, q)]
    by_hand = prior * likelihood[0] / (prior * likelihood[0] + (1.0 - prior) * likelihood[1])
    ratio = learning.log_likelihood_ratio(p, q, noise, n)
    posterior = sigmoid(np.array([math.log(prior / (1.0 - prior)) + ratio]))[0]
    assert posterior == pytest.approx(by_hand, rel=1e-6)


def test_pure_noise_teaches_nothing_and_certainty_stays_finite() -> None:
    assert learning.log_likelihood_ratio(0.9, 0.1, 1.0, 7) == pytest.approx(0.0, abs=1e-12)
    assert math.isfinite(learning.log_likelihood_ratio(1.0, 0.0, 0.0, 7))


def test_a_belief_decays_to_its_anchor_at_its_rate() -> None:
    assert learning.relaxed(2.0, -1.0, 0.1, 3.0) == pytest.approx(-1.0 + 3.0 * math.exp(-0.3))
    assert learning.relaxed(2.0, -1.0, 0.0, 50.0) == 2.0
    step = learning.relaxed(learning.relaxed(2.0, -1.0, 0.1, 1.0), -1.0, 0.1, 2.0)
    assert step == pytest.approx(learning.relaxed(2.0, -1.0, 0.1, 3.0), rel=1e-12)


def test_the_week_updates_pi_by_that_rule() -> None:
    """One quiet step of the whole model against the equation worked out by hand."""
    seen = {}

    def look(model, phase):  # type: ignore[no-untyped-def]
        from escalation.model.layout import P_RESOLUTE, P_WEAK

        S = model.state.S
        if phase == "attribution":
            seen["before"] = S[PI_COUNTRY].copy(), S[PI_LEADER].copy()
        if phase == "defender" and "after" not in seen:
            seen["after"] = S[PI_COUNTRY].copy(), S[PI_LEADER].copy()
            seen["p"] = S[P_RESOLUTE].copy(), S[P_WEAK].copy()

    model = crisis("strike", worlds=64, weeks=1, observer=look)
    _, values = prepared("strike")
    noise = 1.0 - (1.0 - values["learning.signal_noise"][0])
    w, share = values["learning.conservatism"][0], values["learning.leader_share"][0]
    n = model.tables.defender_acts.shape[1]
    p, q = ((1.0 - noise) * x + noise / n for x in seen["p"])
    gained = w * np.log(p / q)
    np.testing.assert_allclose(seen["after"][0] - seen["before"][0], (1.0 - share) * gained, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(seen["after"][1] - seen["before"][1], share * gained, rtol=1e-9, atol=1e-12)


def pi_at_start(settings: dict[str, object]) -> np.ndarray:
    S = crisis("nonresponse", settings, worlds=32, weeks=0, draws=32).state.S
    return sigmoid(S[PI_COUNTRY] + S[PI_LEADER])


LET_PASS = [event.name for event in arm("nonresponse").past if event.act == "hold"]


def test_forgetting_past_non_responses_raises_the_belief_in_resolve() -> None:
    """C5: the years of letting attacks pass cost reputation."""
    remembered = pi_at_start({})
    forgotten = pi_at_start({f"past.{name}.on": False for name in LET_PASS})
    assert LET_PASS
    assert (forgotten > remembered).all()
    accord_years = pi_at_start({"past.restraint_2009_2017.on": False})
    assert (accord_years > remembered).all()


@pytest.mark.parametrize("event", LET_PASS)
def test_each_attack_let_pass_teaches_weakness(event: str) -> None:
    assert (pi_at_start({f"past.{event}.on": False}) >= pi_at_start({})).all()


@pytest.mark.parametrize("event", ["k1_2019", "praying_mantis_1988"])
def test_each_answer_by_force_teaches_resolve(event: str) -> None:
    assert event not in LET_PASS
    assert pi_at_start({f"past.{event}.on": False}).mean() < pi_at_start({}).mean()


def test_a_death_let_pass_tells_more_than_a_rocket_let_pass() -> None:
    """Conditioning on the trigger: not answering a rocket that killed no one is weak evidence."""
    scenario, values = prepared("nonresponse", {f"past.{e.name}.on": False for e in arm("nonresponse").past}, 32)
    tables = build(scenario, values)
    rows = np.arange(32)
    scratch = start.empty(tables, np.zeros(32, dtype=np.uint64), rows)
    start.settle(tables, scratch, 1.0, 1.0, 0.0, 0.5)
    event, taught = arm("nonresponse").past[0], {}
    for dead, rung in ((0, 5), (1, 6), (20, 6)):
        out = np.zeros((2, 32))
        faced = dataclasses.replace(event, provocation_rung=rung, deaths=dead, blamed=False, leader=True)
        start.remember(tables, scratch, faced, 0, 0.0, out)
        taught[dead] = out.sum(axis=0)
    assert (taught[0] < 0.0).all()
    assert taught[1].mean() < taught[0].mean()


def test_the_past_fades_faster_for_the_leader_than_for_the_country() -> None:
    scenario, values = prepared("nonresponse")
    general = build(scenario, values).general
    assert general[0, DECAY_LEADER] > general[0, DECAY_COUNTRY]
    near = start.reputation(scenario, build(scenario, values))
    far = start.reputation(
        scenario, build(scenario, values.replace({"learning.decay_country": 0.1, "learning.decay_leader": 1.0}))
    )
    assert (np.abs(far) < np.abs(near)).all()
    assert np.isfinite(general[0, D_ANCHOR])


def test_a_new_leader_starts_without_the_old_ones_name() -> None:
    quick = arm("nonresponse", (("events.change_of_leaders.week", 2),))
    from escalation.model.crisis import Crisis

    seen = {}

    def look(model, phase):  # type: ignore[no-untyped-def]
        if model.week == 2 and phase == "event:change_of_leaders":
            seen["leader"] = model.state.S[PI_LEADER].copy()
            seen["country"] = model.state.S[PI_COUNTRY].copy()
        if model.week == 1 and phase == "close":
            seen["before"] = model.state.S[PI_LEADER].copy()
            seen["country before"] = model.state.S[PI_COUNTRY].copy()

    model = Crisis(quick, 32, observer=look)
    model.step()
    model.step()
    running = model.tally("war_week") != 1
    assert (seen["before"] != 0.0).any()
    assert (seen["leader"][running] == 0.0).all()
    np.testing.assert_allclose(seen["country"][running], seen["country before"][running], rtol=0.05)


# -- section 13: quantal response -------------------------------------------------------------------------------
LOGIT = called(quantal.logit_choice)


@given(st.lists(st.floats(-50.0, 50.0), min_size=2, max_size=10), st.floats(0.0, 5.0))
def test_the_logit_limits(values: list[float], rationality: float) -> None:
    n = len(values)
    array, held, total = np.array(values), np.zeros((n, 1)), np.zeros(1)
    out = held[:, 0]
    LOGIT(array[:, None], 1, rationality, total, held)
    assert out.sum() == pytest.approx(1.0, abs=1e-12)
    weights = np.exp(rationality * (array - array.max()))
    np.testing.assert_allclose(out, weights / weights.sum(), rtol=1e-10, atol=1e-300)
    LOGIT(array[:, None], 1, 0.0, total, held)
    np.testing.assert_allclose(out, 1.0 / n, rtol=1e-12)
    best = np.flatnonzero(array >= array.max() - 1e-6)
    LOGIT(array[:, None], 1, 1e9, total, held)
    assert out[best].sum() == pytest.approx(1.0, abs=1e-9)
