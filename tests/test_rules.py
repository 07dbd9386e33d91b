"""The shelf of decision rules: what every rule must do, what each says of itself, and each one's own property."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.model.arrays import Tables, desk
from escalation.model.layout import ACT_AVAILABLE, ACT_RUNG, COLUMNS, RATIONALITY
from escalation.model.payoffs import COMMIT
from escalation.model.rules import CODES, RULES, code, prospect, reciprocal
from escalation.model.stage import choose, restrict
from escalation.model.tables import build
from tests.model.lab import Game, called, crisis, flips_at, prepared

N, M = 5, 4
RUNGS = (1.0, 3.0, 6.0, 8.0, 10.0)
REPLIES = (1.0, 3.0, 6.0, 8.0)


CHOOSE, RESTRICT, RECIPROCATE = called(choose), called(restrict), called(reciprocal.probabilities)


def tables(**numbers: float) -> Tables:
    """The model's tables with some numbers set; ``choice__rationality`` stands for ``choice.rationality``."""
    scenario, values = prepared("strike", {key.replace("__", "."): value for key, value in numbers.items()})
    return build(scenario, values)


def acts(rungs: tuple[float, ...] = RUNGS) -> np.ndarray:
    out = np.zeros((len(rungs), len(COLUMNS["act"])))
    out[:, ACT_RUNG] = rungs
    out[:, ACT_AVAILABLE] = 1.0
    return out


def chosen(
    rule: str,
    own: np.ndarray,
    reply: np.ndarray,
    harm: np.ndarray,
    perceived: float = 5.0,
    last: int = 0,
    beyond: np.ndarray | None = None,
    alpha: float = 1.0,
    commit: float = 0.0,
    **numbers: float,
) -> np.ndarray:
    """Choice probabilities of a rule in a game of N acts and M replies; ``beyond`` (N,) is what follows the replies."""
    plans = RULES[rule].plans
    D, out = desk(N, M, 1, ahead=int(plans)), np.zeros((N, 1))
    D.reply[:, :, 0], D.harm[:] = reply, harm
    D.loss[:, 0] = reply @ harm
    D.faced[COMMIT] = commit
    if plans:
        D.ahead[:, :, 0] = (0.0 if beyond is None else beyond) - D.loss[:, 0]
    general, menu = tables(**numbers).general[0], acts()
    seen, acted = np.array([perceived]), np.array([last])
    CHOOSE(general, CODES[rule], menu, acts(REPLIES), alpha, D, 0, own[:, None].copy(), seen, acted, 1, out)
    return out[:, 0]


def game(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 10.0, N), rng.dirichlet(np.ones(M), N), np.sort(rng.uniform(0.0, 40.0, M))


menus = st.integers(0, 10_000).map(game)


# -- every rule -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", RULES)
@given(menus, st.floats(1.0, 10.0), st.integers(0, M - 1))
def test_choice_probabilities_are_probabilities(
    rule: str, menu: tuple[np.ndarray, np.ndarray, np.ndarray], perceived: float, last: int
) -> None:
    out = chosen(rule, *menu, perceived=perceived, last=last)
    assert np.isfinite(out).all()
    assert (out >= 0.0).all()
    assert out.sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("rule", RULES)
@given(st.floats(-900.0, 900.0), menus)
def test_extreme_payoffs_break_nothing(rule: str, high: float, menu: tuple[np.ndarray, ...]) -> None:
    own, reply, harm = menu
    own = own.copy()
    own[2] = high
    out = chosen(rule, own, reply, harm, choice__rationality=100.0)
    assert np.isfinite(out).all()
    assert out.sum() == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("rule", RULES)
@given(menus)
def test_a_rule_leaves_its_inputs_alone_and_repeats_itself(rule: str, menu: tuple[np.ndarray, ...]) -> None:
    kept = [array.copy() for array in menu]
    first, second = chosen(rule, *menu), chosen(rule, *menu)  # type: ignore[arg-type]
    np.testing.assert_array_equal(first, second)
    for array, copy in zip(menu, kept, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("rule", RULES)
def test_the_trait_reads_payoffs_holds(rule: str) -> None:
    own, reply, harm = game(1)
    better = own.copy()
    better[3] += 60.0
    changed = chosen(rule, own, reply, harm)[3] != chosen(rule, better, reply, harm)[3]
    assert changed == RULES[rule].reads_payoffs


@pytest.mark.parametrize("rule", RULES)
def test_the_trait_forward_looking_holds(rule: str) -> None:
    """Looking ahead is to shun the act that draws the harmful reply, all else being equal."""
    own, harm = np.zeros(N), np.array([0.0, 1.0, 5.0, 60.0])
    mild = np.tile([1.0, 0.0, 0.0, 0.0], (N, 1))
    grim = mild.copy()
    grim[2] = [0.0, 0.0, 0.0, 1.0]
    shuns = chosen(rule, own, grim, harm)[2] < chosen(rule, own, mild, harm)[2]
    assert shuns == RULES[rule].forward_looking


@pytest.mark.parametrize("rule", RULES)
def test_the_trait_stochastic_holds(rule: str) -> None:
    own, reply, harm = game(2)
    full_support = (chosen(rule, own, reply, harm) > 0.0).all()
    assert full_support == RULES[rule].stochastic


@pytest.mark.parametrize("rule", RULES)
def test_the_trait_memory_holds(rule: str) -> None:
    """To go by the past is to choose otherwise after another act, though it has left every payoff as it was."""
    own, reply, harm = game(3)
    mild = chosen(rule, own, reply, harm, perceived=3.0, last=0)
    grim = chosen(rule, own, reply, harm, perceived=8.0, last=3)
    assert (not np.array_equal(mild, grim)) == RULES[rule].memory


@pytest.mark.parametrize("rule", RULES)
def test_the_trait_plans_holds(rule: str) -> None:
    """To plan is to shun an act for what comes after the reply to it."""
    own, reply, harm = game(4)
    doom = np.zeros(N)
    doom[np.argmax(chosen(rule, own, reply, harm))] = -80.0
    changed = not np.array_equal(chosen(rule, own, reply, harm), chosen(rule, own, reply, harm, beyond=doom))
    assert changed == RULES[rule].plans


@pytest.mark.parametrize("rule", [rule for rule, traits in RULES.items() if traits.reads_payoffs])
@given(menus)
def test_a_better_act_is_not_chosen_less(rule: str, menu: tuple[np.ndarray, ...]) -> None:
    own, reply, harm = menu
    better = own.copy()
    better[1] += 5.0
    assert chosen(rule, better, reply, harm)[1] >= chosen(rule, own, reply, harm)[1] - 1e-12


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_cites_and_runs_a_crisis(rule: str) -> None:
    assert RULES[rule].citation
    model = crisis("strike", {"us.rule": rule, "iran.rule": rule}, worlds=32, weeks=3)
    assert np.isfinite(model.state.S).all()
    assert model.defender.rule == rule


def test_an_unknown_rule_is_named_with_the_legal_ones() -> None:
    with pytest.raises(ValueError, match="best-response"):
        code("best")


def test_rules_are_not_told_of_their_own_trembles() -> None:
    """Errors belong to the world: no rule takes an executed act, an error rate or a true type."""
    for name in RULES:
        module = __import__(f"escalation.model.rules.{name.replace('-', '_')}", fromlist=["probabilities"])
        parameters = inspect.signature(getattr(module.probabilities, "py_func", module.probabilities)).parameters
        assert not {"X", "S", "executed", "intended", "kind", "key", "u"} & set(parameters)


# -- each rule's own property -----------------------------------------------------------------------------------
@given(menus)
def test_best_response_is_the_limit_of_quantal(menu: tuple[np.ndarray, ...]) -> None:
    own, reply, harm = menu
    worth = own - reply @ harm
    if np.diff(np.sort(worth))[-1] > 0.5:
        sharp = chosen("quantal", own, reply, harm, choice__rationality=100.0)
        np.testing.assert_allclose(chosen("best-response", own, reply, harm), sharp, atol=1e-9)


def test_best_response_shares_ties() -> None:
    own, reply, harm = np.array([3.0, 3.0, 1.0, 3.0, 0.0]), np.full((N, M), 0.25), np.zeros(M)
    np.testing.assert_allclose(chosen("best-response", own, reply, harm), [1 / 3, 1 / 3, 0, 1 / 3, 0])


@given(menus)
def test_quantal_without_rationality_is_uniform(menu: tuple[np.ndarray, ...]) -> None:
    np.testing.assert_allclose(chosen("quantal", *menu, choice__rationality=0.0), 1.0 / N)  # type: ignore[arg-type]


@given(menus)
def test_quantal_odds_are_exponential_in_utility(menu: tuple[np.ndarray, ...]) -> None:
    own, reply, harm = menu
    out = chosen("quantal", own, reply, harm, choice__rationality=0.2)
    worth = own - reply @ harm
    np.testing.assert_allclose(np.log(out[1] / out[0]), 0.2 * (worth[1] - worth[0]), rtol=1e-9, atol=1e-9)


@given(menus, st.integers(0, M - 1))
def test_a_high_level_thinker_is_quantal(menu: tuple[np.ndarray, ...], last: int) -> None:
    own, reply, harm = menu
    deep = chosen("level-k", own, reply, harm, last=last, choice__level_tau=20.0)
    np.testing.assert_allclose(deep, chosen("quantal", own, reply, harm), atol=1e-6)


def test_a_shallow_thinker_expects_the_last_act_again() -> None:
    """tau = 0: whatever is done, the other side repeats itself, so that the replies drop out of the choice."""
    own, reply, harm = game(3)
    out = chosen("level-k", own, reply, harm, last=2, choice__level_tau=0.0)
    np.testing.assert_allclose(out, chosen("quantal", own, np.zeros((N, M)), harm), atol=1e-12)


def test_level_k_weighs_level_zero_by_poissons_share() -> None:
    own, reply, harm = game(4)
    tau = 1.5
    naive = np.exp(-tau)
    worth = own - (naive * harm[1] + (1.0 - naive) * reply @ harm)
    lam = tables().general[0, RATIONALITY]
    weights = np.exp(lam * (worth - worth.max()))
    np.testing.assert_allclose(
        chosen("level-k", own, reply, harm, last=1, choice__level_tau=tau), weights / weights.sum(), rtol=1e-9
    )


def prospects(lottery: list[float], prize: float, stake: float, aversion: float) -> np.ndarray:
    """Hold (worth 0) against a gamble that wins ``prize`` or loses ``stake``."""
    own, reply, harm = np.full(N, -900.0), np.zeros((N, M)), np.array([0.0, prize + stake, 0.0, 0.0])
    own[0], own[2] = 0.0, prize
    reply[:, 0] = 1.0
    reply[2] = [*lottery, 0.0, 0.0]
    linear = {"choice__curvature": 1.0, "choice__weighting": 1.0}
    return chosen("prospect", own, reply, harm, choice__loss_aversion=aversion, choice__rationality=1.0, **linear)


def test_loss_aversion_flips_a_choice() -> None:
    """An even bet of 10 against 6 is taken at aversion 1 and refused at 2.25: the flip is at 10/6."""
    assert prospects([0.5, 0.5], 10.0, 6.0, 1.0)[2] > 0.5
    assert prospects([0.5, 0.5], 10.0, 6.0, 2.25)[2] < 0.5
    assert prospects([0.5, 0.5], 10.0, 6.0, 10.0 / 6.0)[2] == pytest.approx(0.5, abs=1e-3)


@given(menus)
def test_prospect_without_its_biases_is_quantal(menu: tuple[np.ndarray, ...]) -> None:
    plain = {"choice__curvature": 1.0, "choice__weighting": 1.0, "choice__loss_aversion": 1.0}
    np.testing.assert_allclose(
        chosen("prospect", *menu, **plain),  # type: ignore[arg-type]
        chosen("quantal", *menu),  # type: ignore[arg-type]
        atol=1e-9,
    )


def test_prospect_takes_risks_in_losses_and_shuns_them_in_gains() -> None:
    """Reflection: against a sure thing of the same mean, an even lottery is liked in losses, disliked in gains."""
    worth = {}
    for sign in (1.0, -1.0):
        own, harm = np.full(N, -900.0), np.array([0.0, 20.0, 0.0, 0.0])
        reply = np.zeros((N, M))
        reply[:, 0] = 1.0
        own[0] = 10.0 * sign
        own[2] = 20.0 if sign > 0 else 0.0
        reply[2] = [0.5, 0.5, 0.0, 0.0]
        out = chosen("prospect", own, reply, harm, choice__weighting=1.0, choice__rationality=1.0)
        worth[sign] = out[2] - out[0]
    assert worth[1.0] < 0.0 < worth[-1.0]


@given(st.floats(0.0, 1.0), st.floats(0.3, 1.0))
def test_decision_weights_are_tversky_and_kahnemans(p: float, g: float) -> None:
    expected = 0.0 if p == 0.0 else p**g / (p**g + (1.0 - p) ** g) ** (1.0 / g)
    assert prospect.weight(p, g) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_small_chances_weigh_more_and_large_ones_less() -> None:
    assert prospect.weight(0.01, 0.65) > 0.01
    assert prospect.weight(0.9, 0.65) < 0.9


@given(st.floats(-100.0, 100.0))
def test_the_value_function_is_tversky_and_kahnemans(x: float) -> None:
    expected = x**0.88 if x >= 0.0 else -2.25 * (-x) ** 0.88
    assert prospect.value(x, 2.25, 0.88) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_reciprocity_returns_what_it_sees_and_generosity_lets_pass() -> None:
    menu, total, held = acts((1.0, 3.0, 6.0, 8.0, 9.0)), np.zeros(1), np.zeros((N, 1))
    out = held[:, 0]
    means = []
    for perceived in (1.0, 4.0, 8.0):
        RECIPROCATE(menu, np.array([perceived]), 0.9, 0.0, 1, total, held)
        means.append(out @ menu[:, ACT_RUNG])
    assert means == sorted(means)
    RECIPROCATE(menu, np.array([8.0]), 0.9, 0.0, 1, total, held)
    stern = out.copy()
    RECIPROCATE(menu, np.array([8.0]), 0.9, 0.4, 1, total, held)
    np.testing.assert_allclose(out[1:], 0.6 * stern[1:], rtol=1e-12)
    assert out[0] == pytest.approx(0.4 + 0.6 * stern[0], rel=1e-12)


def test_a_generous_pair_escalates_less() -> None:
    both = {"us.rule": "reciprocal", "iran.rule": "reciprocal"}
    stern, kind = (crisis("strike", {**both, "choice.generosity": g}, worlds=512, weeks=6) for g in (0.0, 0.4))
    assert kind.tally("peak").mean() < stern.tally("peak").mean()


def test_who_cannot_back_down_is_locked_in_at_fearons_rung() -> None:
    """With nothing to do but quit or fight, war worth w, the choice flips where alpha e = -w (dossier section 5)."""
    own, nothing, harm = np.array([0.0, -900.0, -900.0, -900.0, -12.0]), np.zeros((N, M)), np.zeros(M)
    nothing[:, 0] = 1.0
    for alpha in (1.5, 1.8, 2.4):

        def fights(e: float, alpha: float = alpha) -> bool:
            sharp = {"choice__rationality": 100.0}
            return bool(chosen("audience", own, nothing, harm, perceived=e, alpha=alpha, **sharp)[4] > 0.5)

        assert flips_at(fights, 4.6, 10.0) == pytest.approx(12.0 / alpha, abs=1e-3)


def test_a_firm_opponent_makes_an_act_of_force_dearer_before_an_audience() -> None:
    """Tied hands cost what is better of going on to war and backing down, and only if the other side stands firm."""
    own, harm = np.array([0.0, -900.0, 0.0, -900.0, -30.0]), np.zeros(M)
    yields, firm = np.tile([1.0, 0.0, 0.0, 0.0], (N, 1)), np.tile([1.0, 0.0, 0.0, 0.0], (N, 1))
    firm[2] = [0.0, 0.0, 0.0, 1.0]
    lam = {"choice__rationality": 0.3}
    easy = chosen("audience", own, yields, harm, perceived=1.0, alpha=2.0, **lam)
    tied = chosen("audience", own, firm, harm, perceived=1.0, alpha=2.0, **lam)
    assert np.log(easy[2] / easy[0]) == pytest.approx(0.0, abs=1e-9)
    assert np.log(tied[2] / tied[0]) == pytest.approx(-0.3 * min(2.0 * 6.0, 30.0), rel=1e-9)


@given(menus)
def test_without_an_audience_it_is_quantal(menu: tuple[np.ndarray, ...]) -> None:
    out = chosen("audience", *menu, perceived=8.0, alpha=0.0)  # type: ignore[arg-type]
    np.testing.assert_allclose(out, chosen("quantal", *menu), atol=1e-12)  # type: ignore[arg-type]


# -- a restricted menu ------------------------------------------------------------------------------------------
@given(st.lists(st.floats(0.001, 1.0), min_size=N, max_size=N), st.integers(1, N - 1))
def test_barred_acts_are_not_taken_and_the_rest_keeps_its_odds(weights: list[float], barred: int) -> None:
    menu = acts()
    menu[barred, ACT_AVAILABLE] = 0.0
    choice = np.array(weights) / sum(weights)
    before = choice.copy()
    RESTRICT(menu, 10.0, 1, np.zeros(1), choice[:, None])
    assert choice[barred] == 0.0
    assert choice.sum() == pytest.approx(1.0, abs=1e-12)
    kept = [a for a in range(N) if a != barred]
    np.testing.assert_allclose(choice[kept], before[kept] / before[kept].sum(), rtol=1e-9)


def test_a_ceiling_bars_what_is_above_it() -> None:
    choice = np.full(N, 1.0 / N)
    RESTRICT(acts(), 8.0, 1, np.zeros(1), choice[:, None])
    np.testing.assert_allclose(choice, [0.25, 0.25, 0.25, 0.25, 0.0])


@pytest.mark.parametrize("rule", ["best-response", "quantal"])
def test_a_barred_best_act_leaves_the_best_of_the_rest(rule: str) -> None:
    """A policy of militias only answers militias when it would rather have struck the patron; it does not hold."""
    eager: dict[str, object] = {"us.rule": rule, "choice.rationality": 100.0, "us.madness.u": 0.0}
    eager |= {"us.grievance.death": 60.0, "us.grievance.harassment": 20.0, "acts.us.strike_homeland.answer": 500.0}
    eager |= {"acts.us.strike_homeland.cost": 0.0, "acts.us.strike_proxies.cost": 5.0, "execution.p": 0.0}
    eager |= {"start.provocation_rung": 6, "start.provocation_deaths": 3, "events.red_line.on": False}
    intended: list[np.ndarray] = []

    def look(model, phase):  # type: ignore[no-untyped-def]
        if phase == "defender" and not intended:
            rungs = model.tables.defender_acts[0, :, ACT_RUNG]
            intended.append(rungs[model.defender.acts.astype(int)])

    crisis("proportional", eager, worlds=16, weeks=1, observer=look)
    assert (intended[0] >= 6.0).all(), intended[0]


def test_the_models_own_game_has_proper_replies() -> None:
    bench = Game(("us.hold", "us.strike_proxies", "iran.hold", "iran.strike_warned"), {}, rationality=0.3)
    bench.challenger()
    np.testing.assert_allclose(bench.reply.sum(axis=1), 1.0, atol=1e-12)
    assert (bench.reply >= 0.0).all()
    bench.defender(6.0, 2.0)
    np.testing.assert_allclose(bench.reply.sum(axis=1), 1.0, atol=1e-12)
