"""Sensitivity: known indices come back from exact and from yes/no outcomes; what does nothing is not told."""

from __future__ import annotations

import json

import numpy as np
import pytest

import escalation
from escalation.analysis.chances import squares_without_noise
from escalation.analysis.factors import factors_of
from escalation.analysis.indices import parts
from escalation.analysis.sensitivity import (
    SensitivityResult,
    plan_sensitivity,
    run_sensitivity,
    screened,
    shares,
)
from escalation.scenario.faults import ScenarioFault
from escalation.scenario.loader import load
from tests.planted import (
    ISHIGAMI_FIRST,
    ISHIGAMI_TOTAL,
    certain,
    g_function,
    g_indices,
    inputs,
    ishigami,
    luck,
    wars,
)

ISHIGAMI = inputs("x1", "x2", "x3", "nothing")
A = (0.0, 1.0, 4.5, 9.0)
G = inputs("g1", "g2", "g3", "g4", "nothing")


def as_chance(values: np.ndarray) -> np.ndarray:
    """Ishigami runs from -10.75 to 17.75, so that this lies within 0.05 and 0.95: affine, which moves no index."""
    return 0.05 + 0.9 * (values + 10.75) / 28.5


def test_exact_indices_of_ishigami() -> None:
    found, _, _ = shares(certain(ishigami), ISHIGAMI, 2048, 2, seed=1)
    # standard errors here are below 0.03
    assert [index.first for index in found[:3]] == pytest.approx(ISHIGAMI_FIRST, abs=0.06)
    assert [index.total for index in found[:3]] == pytest.approx(ISHIGAMI_TOTAL, abs=0.06)
    assert (found[3].first, found[3].total) == (0.0, 0.0)


def test_exact_indices_of_g() -> None:
    found, _, _ = shares(certain(lambda u: g_function(u, A)), G, 2048, 2, seed=1)
    first, total = g_indices(A)
    assert [index.first for index in found[:4]] == pytest.approx(first, abs=0.06)
    assert [index.total for index in found[:4]] == pytest.approx(total, abs=0.06)
    assert [index.told for index in found] == [True, True, True, True, False, False]


def test_indices_of_a_yes_or_no_outcome() -> None:
    found, _, deviation = shares(wars(lambda u: as_chance(ishigami(u)), 32), ISHIGAMI, 1024, 32, seed=1)
    for index, first, total in zip(found, ISHIGAMI_FIRST, ISHIGAMI_TOTAL, strict=False):
        # the interval at 95 %, widened by half: six of them are looked at
        assert abs(index.first - first) < 0.75 * (index.first_high - index.first_low)
        assert abs(index.total - total) < 0.75 * (index.total_high - index.total_low)
        assert index.total_high - index.total_low < 0.25
    assert [index.told for index in found] == [True, True, True, False, False]
    assert deviation == pytest.approx(np.sqrt(13.845) * 0.9 / 28.5, rel=0.1)


def test_g_from_a_yes_or_no_outcome() -> None:
    # g runs from 0 to 2 * 1.5 * (2 + 4.5) / 5.5 * (2 + 9) / 10, below 4
    found, _, _ = shares(wars(lambda u: 0.02 + g_function(u, A) / 4.1, 16), G, 1024, 16, seed=2)
    first, total = g_indices(A)
    for index, one, other in zip(found, first, total, strict=False):
        assert abs(index.first - one) < 0.75 * (index.first_high - index.first_low)
        assert abs(index.total - other) < 0.75 * (index.total_high - index.total_low)
    assert [index.told for index in found[:2]] == [True, True]


def test_the_usual_estimate_is_wrong_and_this_one_is_not() -> None:
    """With fresh luck at every point an input that does nothing scores about one half; the correction takes it away."""
    chance = lambda u: 0.4 + 0.2 * u[:, 0]  # noqa: E731

    def unpaired(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        return (luck(8 * np.arange(len(unit)) + 10**6, 2) < chance(unit)[:, None]).astype(float)

    found, _, _ = shares(unpaired, inputs("cause", "nothing"), 8192, 2, seed=3)
    nothing = found[1]
    assert nothing.plain_total > 0.4
    assert not nothing.told
    assert nothing.total_low < 0.0 < nothing.total_high


def test_the_dummy_shows_the_noise_that_is_taken_out() -> None:
    found, _, _ = shares(wars(lambda u: 0.3 + 0.4 * u[:, 0], 2), inputs("cause", "nothing"), 1024, 2, seed=4)
    dummy = found[-1]
    assert dummy.plain_total > 0.4
    assert dummy.total_low < 0.0 < dummy.total_high


def test_intervals_hold_what_they_promise() -> None:
    """Of 80 studies of one yes/no outcome, 95 % intervals of a total index hold the truth in 76, give or take."""
    chance = lambda u: 0.1 + 0.4 * u[:, 0] + 0.3 * u[:, 1]  # noqa: E731
    truth = 0.16 / 0.25
    held = 0
    for seed in range(80):
        found, _, _ = shares(wars(chance, 4, seed), inputs("x1", "x2"), 256, 4, seed)
        held += found[0].total_low <= truth <= found[0].total_high
    assert held >= 70  # 76 expected; fewer than 70 would come about once in 250 times at 95 %


def test_squares_have_no_noise_left() -> None:
    rng = np.random.default_rng(1)
    rows = 0.3 + rng.normal(size=(200_000, 3))
    assert squares_without_noise(rows).mean() == pytest.approx(0.09, abs=0.01)
    assert (rows.mean(axis=1) ** 2).mean() == pytest.approx(0.09 + 1.0 / 3.0, abs=0.01)


def test_a_constant_outcome_has_no_sensitivity() -> None:
    factors = inputs("x1", "x2")
    indices, _, deviation = shares(certain(lambda u: np.full(len(u), 0.2)), factors, 64, 2, seed=0)
    assert deviation == 0.0
    assert all((index.first, index.total, index.told) == (0.0, 0.0, False) for index in indices)
    effects, _ = screened(certain(lambda u: np.full(len(u), 0.2)), factors, 16, 2, seed=0)
    assert all((effect.size, effect.mean or 0.0, effect.told) == (0.0, 0.0, False) for effect in effects)


def test_noise_alone_is_not_told() -> None:
    """A null case: odds that hang on nothing, drawn afresh wherever an input moves; no input may be told."""

    def reshuffled(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        return (luck(7 * np.arange(len(unit)), 4, seed=9) < 0.3).astype(float)

    factors = inputs(*(f"x{i}" for i in range(20)))
    effects, _ = screened(reshuffled, factors, 60, 4, seed=5)
    assert not any(effect.told for effect in effects)
    indices, _, _ = shares(reshuffled, factors, 256, 4, seed=5)
    assert not any(index.told for index in indices)


def test_screening_finds_the_planted_causes_and_their_signs() -> None:
    names = [f"x{i}" for i in range(30)]

    def chance(u: np.ndarray) -> np.ndarray:
        return 0.45 + 0.2 * u[:, 3] - 0.2 * u[:, 11] + (u[:, 20] - 0.5) * (u[:, 21] - 0.5)

    effects, _ = screened(wars(chance, 16), inputs(*names), 80, 16, seed=1)
    told = {effect.factor for effect in effects if effect.told}
    assert told == {"x3", "x11", "x20", "x21"}
    x3, x11, x20 = effects[3], effects[11], effects[20]
    assert x3.mean is not None
    assert x11.mean is not None
    assert x3.mean > 0.0 > x11.mean
    assert all(effect.size >= abs(effect.mean or 0.0) for effect in (x3, x11))
    # moves by 1/4 (half of them), 1/2 (a third) and 3/4 (a sixth) of the range: 5/24 in mean square
    assert x3.size == pytest.approx(0.2 * np.sqrt(5.0 / 24.0), rel=0.2)
    # x20 acts through x21 alone: no mean effect, all spread
    assert x20.spread == pytest.approx(x20.size, rel=0.25)
    assert x3.spread < 0.5 * x3.size


def test_screening_of_a_periodic_function() -> None:
    """Ishigami's second input repeats itself over half of its range, where moves by half of it see nothing."""
    effects, _ = screened(certain(ishigami), ISHIGAMI, 40, 2, seed=1)
    assert [effect.told for effect in effects] == [True, True, True, False, False]
    assert effects[3].size == 0.0


@pytest.fixture(scope="module")
def screening() -> SensitivityResult:
    return escalation.sensitivity(
        "strike", vary=["fragility.f", "war.deaths_defender", "instruments"], draws=6, worlds=8, horizon=3
    )


def test_the_model_is_screened(screening: SensitivityResult) -> None:
    by_name = {effect.factor: effect for effect in screening.effects}
    assert set(by_name) == {"fragility.f", "war.deaths_defender", "instruments"}
    # deaths in a war that absorbs cannot make it likelier
    assert by_name["war.deaths_defender"].size == 0.0
    assert len(by_name["instruments"].keys) > 10
    assert by_name["instruments"].mean is None
    assert screening.points == 6 * 5
    assert json.loads(json.dumps(screening.to_json(), allow_nan=False))["method"] == "morris"
    assert list(screening.to_frame()["factor"])[-1] == "luck"
    assert "fragility.f" in screening._repr_html_()


def test_no_result_depends_on_the_workers(screening: SensitivityResult) -> None:
    plan = plan_sensitivity(
        "strike", vary=["fragility.f", "war.deaths_defender", "instruments"], draws=6, worlds=8, horizon=3
    )
    assert run_sensitivity(plan, workers=1).to_json() == screening.to_json()


def test_the_difference_of_a_scenario_from_itself_hangs_on_nothing() -> None:
    found = escalation.sensitivity("strike", against="strike", vary=["fragility.f"], draws=4, worlds=4, horizon=2)
    assert found.mean == 0.0
    assert found.effects[0].size == 0.0
    assert not found.varies


def test_indices_of_the_model() -> None:
    found = escalation.sensitivity("strike", method="sobol", vary=["fragility", "war"], draws=16, worlds=4, horizon=2)
    by_name = {index.factor: index for index in found.indices}
    assert by_name["war"].total == 0.0
    assert found.points == 16 * 5
    json.dumps(found.to_json(), allow_nan=False)


def test_numbers_are_grouped_by_their_first_word() -> None:
    strike = load("strike")
    groups = factors_of([strike], together=True).factors
    assert {"fragility", "us", "instruments"} <= {group.name for group in groups}
    assert sum(len(group.keys) for group in groups) == len(strike.uncertain())
    unit = np.full((1, len(strike.uncertain())), 0.5)
    columns = factors_of([strike]).columns(strike, unit)
    fragility = strike.numbers["fragility.f"]
    assert fragility.prior is not None
    assert fragility.range is not None
    assert columns["fragility.f"][0] == fragility.prior.quantile(np.array([0.5]), *fragility.range)[0]


def test_a_range_is_gone_over_evenly() -> None:
    strike = load("strike")
    factors = factors_of([strike], {"errors.scale": "0:2", "us.alert": "1:4:log"})
    columns = factors.columns(strike, np.array([[0.25, 0.5]]))
    assert columns["errors.scale"].tolist() == [0.5]
    assert columns["us.alert"].tolist() == [2.0]


@pytest.mark.parametrize(
    ("vary", "says"),
    [
        ({"fragility.ff": None}, "did you mean 'fragility.f'"),
        ({"errors.scale": None}, "it has no prior"),
        ({"errors.scale": "0:20"}, "out of range"),
        ({"errors.scale": "0:2:5"}, "names steps"),
        ({"us.rule": "0:1"}, "us.rule"),
        ({"fragility": None, "fragility.f": None}, "is in fragility too"),
    ],
)
def test_a_wrong_input_is_refused(vary: dict[str, str | None], says: str) -> None:
    with pytest.raises(ScenarioFault, match=says):
        factors_of([load("strike")], vary)


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ({"draws": 2}, "draws: 2"),
        ({"worlds": 1}, "worlds: 1"),
        ({"method": "sobol", "draws": 100}, "a power of two"),
        ({"method": "fast"}, "legal: morris, sobol"),
    ],
)
def test_a_wrong_size_is_refused(sizes: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        plan_sensitivity("strike", **sizes)  # type: ignore[arg-type]


def test_rows_are_paired_within_and_apart_between() -> None:
    seen: list[np.ndarray] = []

    def spy(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        seen.append(first)
        return np.zeros((len(unit), 3))

    parts(spy, ((0,), (1,)), 4, 3, seed=0)
    first = seen[0].reshape(4, 5)
    assert (first[:, :4] == first[:, :1]).all()
    used = np.concatenate([first[:, [0, 4]].ravel() + i for i in range(3)])
    assert len(set(used.tolist())) == used.size
