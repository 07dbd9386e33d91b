"""Discovery: planted boxes come back, in their inputs and about their bounds; where there is none, none is found."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import escalation
from escalation.analysis.discover import DiscoveryPlan, plan_discovery, searched
from escalation.analysis.prim import Side, inside, peel, pruned
from escalation.analysis.shrinkage import chance_below
from escalation.scenario.faults import ScenarioFault
from tests.planted import Chance, certain, luck, wars

CAUSES = ["fragility.f", "fragility.bias", "us.madness.u", "iran.power", "us.alert=0:2", "nuclear.breakout"]


def plan(draws: int = 600, worlds: int = 30) -> DiscoveryPlan:
    """Forty inputs of which the first two will be the causes."""
    vary = [*CAUSES[:4], "instruments", "survival"]
    found = plan_discovery("strike", against="nonresponse", vary=vary, draws=draws, worlds=worlds)
    assert len(found.factors.keys) > 40
    return found


def paired(difference: Chance, worlds: int) -> object:
    """Worlds of which a yes in one scenario and a no in the other happen by luck: mean ``difference``."""

    def respond(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        a = luck(first, worlds) < 0.3 + np.maximum(difference(unit), 0.0)[:, None]
        b = luck(first, worlds) < 0.3 + np.maximum(-difference(unit), 0.0)[:, None]
        return a.astype(float) - b.astype(float)

    return respond


def test_a_planted_box_comes_back_from_noisy_draws() -> None:
    """A is more dangerous where f is in its upper half and the bias in its upper 60 %: in 30 % of the space."""
    box = lambda u: (u[:, 0] > 0.5) & (u[:, 1] > 0.4)  # noqa: E731
    asked = plan()
    found = searched(asked, paired(lambda u: np.where(box(u), 0.2, -0.2), asked.worlds))  # type: ignore[arg-type]
    first = found.boxes[0]
    assert {one.key for one in first.restrictions} == {"fragility.f", "fragility.bias"}
    assert first.tried.density > 0.8
    assert first.tried.coverage > 0.75
    assert first.p < 0.01
    assert found.base == pytest.approx(0.3, abs=0.06)
    numbers = asked.a.numbers
    for key, planted in (("fragility.f", 0.5), ("fragility.bias", 0.4)):
        (one,) = (r for r in first.restrictions if r.key == key)
        prior, span = numbers[key].prior, numbers[key].range
        assert prior is not None
        assert span is not None
        assert one.high is None
        assert one.low is not None
        about = prior.quantile(np.array([planted - 0.1, planted + 0.1]), *span)
        assert about[0] < one.low < about[1]
        assert one.quasi_p < 0.05


def test_the_other_side_can_be_asked_for() -> None:
    asked = replace(plan(), safer=True)
    found = searched(asked, paired(lambda u: np.where(u[:, 0] < 0.3, -0.2, 0.2), asked.worlds))  # type: ignore[arg-type]
    assert found.thing == "strike is safer than nonresponse"
    (one,) = found.boxes[0].restrictions
    assert one.key == "fragility.f"
    assert one.low is None


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_where_nothing_is_hidden(seed: int) -> None:
    """A null case: the sign is tossed for each draw, by nothing that is known of it."""
    asked = replace(plan(draws=300), seed=seed)

    def tossed(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        sign = np.where(luck(first, 1, seed=77 + seed) < 0.3, 0.3, -0.3)
        return sign + 0.01 * luck(first, asked.worlds)

    assert searched(asked, tossed).boxes == ()


def test_rare_wars_that_were_not_seen_do_not_make_a_region_safe() -> None:
    """A null case: no difference anywhere, but where f is low it is made of small gains and rare wars.

    In most draws from there no such war is among forty worlds: their spread, taken at its word, would call them safer.
    """
    asked = replace(plan(draws=400, worlds=40), safer=True)

    def rare(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        chance = luck(first, 40)
        low = np.where(chance < 0.01, 0.5, -0.5 * 0.01 / 0.99)
        return np.where(unit[:, :1] < 0.5, low, np.where(chance < 0.5, 0.5, -0.5))

    assert searched(asked, rare).boxes == ()


def test_a_claim_that_always_fails_has_no_box() -> None:
    asked = plan(draws=120)
    found = searched(asked, certain(lambda u: np.full(len(u), 0.1), asked.worlds))
    assert found.boxes == ()
    assert found.base == pytest.approx(1.0, abs=0.05)


def test_odds_above_a_threshold() -> None:
    asked = plan_discovery("strike", vary=CAUSES[:4], above=0.4, draws=400, worlds=30)
    found = searched(asked, wars(lambda u: 0.2 + 0.4 * (u[:, 3] < 0.35), asked.worlds))
    (one,) = found.boxes[0].restrictions
    assert one.key == "iran.power"
    assert one.low is None
    assert found.thing == "the odds of all-out war in strike are above 40 in 100"
    assert plan_discovery("strike").above is None


def test_peeling_finds_a_box_without_noise() -> None:
    values = np.random.default_rng(1).random((2000, 10))
    truth = (values[:, 2] > 0.6) & (values[:, 7] <= 0.5)
    sides = pruned(values, truth.astype(float), peel(values, truth.astype(float)))
    assert set(sides) == {2, 7}
    held = inside(values, sides)
    assert (truth & held).sum() / held.sum() > 0.9
    assert (truth & held).sum() / truth.sum() > 0.9


def test_equal_values_stay_together() -> None:
    values = np.repeat(np.arange(5.0), 40)[:, None]
    sides = peel(values, (values[:, 0] >= 3.0).astype(float))
    assert inside(values, sides).sum() % 40 == 0


def test_nothing_to_peel() -> None:
    values = np.random.default_rng(1).random((100, 3))
    assert peel(values, np.full(100, 0.5)) == {}
    assert peel(values, np.ones(100)) == {}


def test_a_side_is_open_below_and_closed_above() -> None:
    assert Side(0.2, 0.6).holds(np.array([0.2, 0.3, 0.6, 0.7])).tolist() == [False, True, True, False]


def test_the_chance_of_a_sign_is_calibrated() -> None:
    """Effects from -2 to 2, of which 70 % are above zero, with noise of 1: a chance of p comes true in about p."""
    rng = np.random.default_rng(2)
    truth = 2.0 * rng.random(4000) * np.where(rng.random(4000) < 0.7, 1.0, -1.0)
    chance = chance_below(truth + rng.normal(size=4000), np.ones(4000))
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)):
        chosen = (chance >= low) & (chance <= high)
        assert chosen.sum() > 200
        assert (truth[chosen] < 0).mean() == pytest.approx(chance[chosen].mean(), abs=0.1)
    assert np.all(chance_below(np.zeros(5), np.zeros(5)) == 0.5)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"draws": 10}, "draws: 10"),
        ({"above": 0.3, "against": "nonresponse"}, "above"),
        ({"above": 1.5}, "between 0 and 1"),
        ({"safer": True}, "than what"),
    ],
)
def test_a_wrong_setting_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        plan_discovery("strike", **settings)  # type: ignore[arg-type]


def test_a_wrong_key_is_refused() -> None:
    with pytest.raises(ScenarioFault, match="no uncertain number has this key"):
        plan_discovery("strike", vary=["fragilty"])


def test_the_model() -> None:
    found = escalation.discover(
        "strike", against="nonresponse", vary=["fragility", "iran"], draws=60, worlds=4, horizon=3
    )
    assert found.held_out == 15
    assert 0.0 <= found.base <= 1.0
    json.dumps(found.to_json(), allow_nan=False)
    frame = found.to_frame()
    assert len(frame) == 60
    assert frame["held_out"].sum() == 15
    assert "strike is more dangerous than nonresponse" in found._repr_html_()
