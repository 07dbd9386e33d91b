"""Attribution: planted causes come back exactly, and on real scenarios it agrees with runs of the single variants."""

from __future__ import annotations

import json

import numpy as np
import pytest

from escalation.analysis.attribution import CHANNELS, attribute, attributed, design_of, plan_attribution
from escalation.analysis.attribution_result import AttributionResult, Basis
from escalation.analysis.intervals import counted
from escalation.analysis.odds import run
from escalation.model.outcomes import ROUTES
from escalation.report.attribution import attribution_text, headline, necessity
from escalation.report.layout import WIDTH
from escalation.report.words import count
from escalation.scenario.faults import ScenarioFault
from escalation.scenario.loader import load
from escalation.worlds.cells import CellsRun, Group
from escalation.worlds.executors import Control

BASES: tuple[Basis, ...] = ("weighed", "counted")
ROUTE_OF_KIND = np.array([1, 2, 3, 4])
KEYS = ("a", "b", "c", "d", "nothing")
EIGHTH = 0.125


def planted(coalitions: np.ndarray, group: Group, control: Control) -> CellsRun:
    """Worlds of four kinds in turn, each with a route of its own, and their causes.

    0: war if a, or b and c. 1: war if b and c. 2: war unless d. 3: war whatever is on. A war's chances sum to 1/8.
    """
    kind = np.arange(group.first, group.first + group.size) % 4
    a, b, c, d = ((coalitions >> i & 1 == 1)[:, None] for i in range(4))
    war = np.select([kind == 0, kind == 1, kind == 2], [a | (b & c), b & c, ~d], True)
    route = np.where(war, ROUTE_OF_KIND[kind], 0).astype(np.int8)
    control.advance(len(coalitions) * group.size)
    return CellsRun(group.first, war.astype(np.int16), war * EIGHTH, route, len(coalitions))


def test_planted_causes_come_back_exactly_from_all_coalitions() -> None:
    done: list[int] = []
    found = attributed(KEYS, planted, 400, method="exact", progress=done.append)
    # a quarter of worlds of each kind: (2/3, 1/6, 1/6) + (0, 1/2, 1/2) - (d: 1)
    expected = [2 / 3 / 4, (1 / 6 + 1 / 2) / 4, (1 / 6 + 1 / 2) / 4, -1 / 4, 0.0]
    assert [cause.shapley.counted.value for cause in found.causes] == pytest.approx(expected, abs=1e-14)
    assert [cause.shapley.weighed.value for cause in found.causes] == pytest.approx(
        [EIGHTH * share for share in expected], abs=1e-14
    )
    assert (found.all_off.counted.value, found.all_on.counted.value) == (0.5, 0.75)
    assert (found.coalitions, sum(done)) == (32, 32 * 400)


@pytest.mark.parametrize("method", ["exact", "sampled"])
def test_what_vanishes_and_what_appears_is_exact_either_way(method: str) -> None:
    found = attributed(KEYS, planted, 400, method=method)  # type: ignore[arg-type]
    assert [cause.vanish.count for cause in found.causes if cause.vanish] == [0, 100, 100, 0, 0]
    assert [cause.appear for cause in found.causes] == [0, 0, 0, 100, 0]
    held = found.necessity
    assert (held.wars, held.persist, held.several, held.one, held.none) == (300, 100, 100, 0, 100)
    by_route = {route.route: route for route in found.routes}
    assert by_route[ROUTES[2]].vanish == {"a": 0, "b": 100, "c": 100, "d": 0, "nothing": 0}
    assert by_route[ROUTES[3]].wars == 0
    assert by_route[ROUTES[3]].shapley["d"] == pytest.approx(-0.25)
    assert by_route[ROUTES[4]].persist == 100
    wars = found.wars
    assert (wars.world % 4 == 1).tolist() == wars.needed[:, 1].tolist()
    assert (wars.world % 4 == 3).tolist() == wars.persists.tolist()


@pytest.mark.parametrize("method", ["exact", "sampled"])
def test_shares_add_up_a_null_player_has_nothing_and_routes_sum_to_shares(method: str) -> None:
    found = attributed(KEYS, planted, 333, method=method)  # type: ignore[arg-type]
    for basis in BASES:
        assert abs(found.residual[basis]) < 1e-15
        shares = [cause.shapley.on(basis).value for cause in found.causes]
        assert sum(shares) == pytest.approx(found.total.on(basis).value, abs=1e-15)
        nothing = found.cause("nothing").shapley.on(basis)
        assert (nothing.value, nothing.low, nothing.high) == (0.0, 0.0, 0.0)
    for cause in found.causes:
        total = sum(route.shapley[cause.key] for route in found.routes)
        assert total == pytest.approx(cause.shapley.counted.value, abs=1e-14)


def test_sampled_shares_lie_about_the_true_ones_by_their_intervals() -> None:
    truth = attributed(KEYS, planted, 400, method="exact")
    hit = []
    for seed in range(12):
        found = attributed(KEYS, planted, 400, method="sampled", seed=seed)
        for cause in found.causes[:4]:
            share = cause.shapley.weighed
            hit.append(share.low <= truth.cause(cause.key).shapley.weighed.value <= share.high)
            assert share.value == pytest.approx(truth.cause(cause.key).shapley.weighed.value, abs=0.02)
    # 48 intervals at 95 %: fewer than 40 hits has a chance below one in a thousand even if shares were independent
    assert sum(hit) >= 40


def test_the_noise_of_orders_is_what_groups_differ_by_beyond_their_worlds() -> None:
    def same_in_all_worlds(coalitions: np.ndarray, group: Group, _: Control) -> CellsRun:
        # war iff exactly two of four are on, or all: a share depends on the order, and on no world
        size = np.array([int(coalition).bit_count() for coalition in coalitions])
        paired = np.isin(coalitions, [0b0011, 0b1100, 0b0111, 0b1011]) | (size == 4)
        war = np.repeat(paired[:, None], group.size, axis=1)
        return CellsRun(group.first, war.astype(np.int16), war * 1.0, np.zeros(war.shape, dtype=np.int8), len(size))

    found = attributed("abcd", same_in_all_worlds, 400, method="sampled")
    errors = [cause.sampling_error["weighed"] for cause in found.causes]
    assert max(errors) > 0.01
    for cause in found.causes:
        share = cause.shapley.weighed
        # worlds add nothing, so that the interval is the orders' own
        assert share.high - share.low == pytest.approx(2 * 2.13 * cause.sampling_error["weighed"], rel=0.01, abs=1e-12)


@pytest.mark.parametrize(("after", "kept"), [(5, 5), (1, None)])
def test_an_interrupt_keeps_the_groups_that_are_done(after: int, kept: int | None) -> None:
    def stopped(coalitions: np.ndarray, group: Group, control: Control) -> CellsRun:
        if group.number == after:
            raise KeyboardInterrupt
        return planted(coalitions, group, control)

    if kept is None:
        with pytest.raises(KeyboardInterrupt):
            attributed(KEYS, stopped, 400, method="sampled", workers=1)
        return
    found = attributed(KEYS, stopped, 400, method="sampled", workers=1)
    assert (found.complete, found.groups, found.worlds) == (False, kept, kept * 25)
    assert found.necessity.wars == int(0.75 * kept * 25 + 0.75)


def test_each_group_has_an_order_of_its_own_and_keeps_it() -> None:
    orders = {tuple(design_of(9, "sampled", 0, group).coalitions.tolist()) for group in range(40)}
    assert len(orders) > 35
    again = design_of(9, "sampled", 0, 7).coalitions
    assert design_of(9, "sampled", 0, 7).coalitions.tolist() == again.tolist()


# -- real scenarios ----------------------------------------------------------------------------------------------
SMALL = {"horizon": 13, "worlds": 160}
THREE = ("errors.aim", "errors.identification", "errors.fragility")


@pytest.fixture(scope="module")
def three() -> AttributionResult:
    return attribute("strike", over=THREE, **SMALL)  # type: ignore[arg-type]


def test_the_ends_are_the_scenario_as_it_stands_and_with_all_off(three: AttributionResult) -> None:
    as_it_stands = run("strike", SMALL["worlds"], horizon=SMALL["horizon"])
    off = run("strike", SMALL["worlds"], horizon=SMALL["horizon"], overrides=dict.fromkeys(THREE, 0))
    for reading, single in ((three.found.all_on, as_it_stands), (three.found.all_off, off)):
        assert reading.counted.value == single.war.odds
        assert reading.weighed.value == pytest.approx(single.conditional.value, abs=1e-15)
        assert (reading.counted.low, reading.counted.high) == (single.war.low, single.war.high)


def test_wars_vanish_as_they_do_in_a_run_without_the_cause(three: AttributionResult) -> None:
    size = {"worlds": SMALL["worlds"], "horizon": SMALL["horizon"]}
    on = run("strike", **size).outcomes.end
    without = run("strike", **size, overrides={"errors.aim": 0}).outcomes.end
    cause = three.found.cause("errors.aim")
    assert cause.vanish == counted(int((on.war & ~without.war).sum()), int(on.war.sum()))
    assert cause.appear == int((without.war & ~on.war).sum())
    assert three.found.wars.world.tolist() == np.flatnonzero(on.war).tolist()
    assert three.found.wars.needed[:, 0].tolist() == (~without.war[on.war]).tolist()
    assert cause.last.weighed.value == pytest.approx(float((on.war_sum - without.war_sum).mean()), abs=1e-15)


def test_all_nine_off_is_no_errors_at_all() -> None:
    found = attribute("strike", 40, horizon=6, method="sampled").found
    scaled = run("strike", 40, horizon=6, overrides={"errors.scale": 0})
    assert tuple(cause.key for cause in found.causes) == CHANNELS
    assert found.all_off.weighed.value == pytest.approx(scaled.conditional.value, abs=1e-15)


def test_an_inert_channel_has_exactly_nothing_and_is_not_run_twice() -> None:
    found = attribute("strike", 64, horizon=6, over=THREE, overrides={"identification.p_day": 0}).found
    inert = found.cause("errors.identification")
    for basis in BASES:
        for reading in (inert.shapley, inert.alone, inert.last):
            assert reading.on(basis).value == 0.0
        assert (inert.shapley.on(basis).low, inert.shapley.on(basis).high) == (0.0, 0.0)
    assert inert.appear == 0
    assert (found.coalitions, found.distinct) == (8, 4)


def test_with_errors_off_all_coalitions_are_one_scenario() -> None:
    plan = plan_attribution("strike-no-errors", 30, horizon=4, method="sampled")
    assert (plan.coalitions, plan.distinct()) == (74, 1)


def test_other_things_can_be_switched_off() -> None:
    result = attribute("strike", 60, horizon=6, over=("events.strike.on", "learning.scale"))
    off = run("nonresponse", 60, horizon=6, overrides={"learning.scale": 0})
    assert result.found.all_off.weighed.value == pytest.approx(off.conditional.value, abs=1e-15)
    assert "airport" in result.found.causes[0].meaning


@pytest.mark.parametrize("priors", [False, True])
def test_workers_change_nothing(priors: bool) -> None:
    size = {"horizon": 3, "over": ("errors.aim", "learning.scale", "errors.signal", "errors.control")}
    one, two = (
        attribute("strike", 20, method="sampled", priors=priors, workers=workers, **size).to_json()  # type: ignore[arg-type]
        for workers in (1, 2)
    )
    assert one == two


def test_under_priors_the_ends_are_runs_under_priors() -> None:
    found = attribute("strike", 12, horizon=4, over=("errors.scale",), priors=True).found
    for reading, overrides in ((found.all_on, {}), (found.all_off, {"errors.scale": 0})):
        single = run("strike", 12, horizon=4, priors=True, overrides=overrides)
        assert reading.weighed.value == pytest.approx(single.conditional.value, abs=1e-15)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (("errors.am",), "did you mean 'errors.aim'"),
        (("errors.aim", "errors.aim"), "given twice"),
        (("acts.us.hold.rung",), "it cannot be 0"),
        (("us.rule",), "nothing that can be switched off"),
        (tuple(f"x{i}" for i in range(41)), "at most 40"),
    ],
)
def test_what_cannot_be_switched_off_is_refused(over: tuple[str, ...], said: str) -> None:
    with pytest.raises(ScenarioFault, match=said):
        plan_attribution("strike", over=over)


def test_the_method_goes_by_the_cost() -> None:
    assert plan_attribution("strike").method == "sampled"
    assert plan_attribution("strike", 500).method == "exact"
    assert plan_attribution("strike", 500, priors=True).method == "sampled"
    assert plan_attribution("strike", over=THREE).method == "exact"
    assert plan_attribution("strike", 500, over=[*CHANNELS, "learning.scale", "errors.scale"]).method == "sampled"
    many = [key for key, number in plan_attribution("strike").scenario.numbers.items() if number.quantity.low == 0.0]
    with pytest.raises(ValueError, match="13 causes; legal: of 12 at most"):
        plan_attribution("strike", over=[*CHANNELS, *[key for key in many if key not in CHANNELS][:4]], method="exact")
    for wrong in ({"worlds": 0}, {"horizon": 0}):
        with pytest.raises(ValueError, match="legal: 1 or more"):
            plan_attribution("strike", **wrong)  # type: ignore[arg-type]


def test_the_result_is_plain_data_a_table_and_a_page(three: AttributionResult) -> None:
    held = json.loads(json.dumps(three.to_json(), allow_nan=False))
    assert [cause["key"] for cause in held["causes"]] == list(THREE)
    assert {"method", "coalitions", "headline", "residual", "routes", "wars"} <= set(held)
    assert sum(route["wars"] for route in held["routes"]) == held["wars"]["wars"]
    frame = three.to_frame()
    assert list(frame["key"]) == list(THREE)
    assert "errors.aim" in three._repr_html_()
    assert len(three.war_rows()) == held["wars"]["wars"]


def test_the_text_is_narrow_and_says_what_was_computed(three: AttributionResult) -> None:
    text = attribution_text(three, given="strike", again="--horizon 13")
    assert max(map(len, text.splitlines())) <= WIDTH
    first = three.found.ranked()[0]
    assert first.key in headline(three)
    assert necessity(three).startswith(f"Of {count(three.found.necessity.wars, 'war')}, ")
    assert "--set errors.fragility=0" in text
    for cause in three.found.causes:
        assert cause.key in text


def test_the_text_is_narrow_for_frequent_wars_and_long_names() -> None:
    long = [key for key, number in load("strike").numbers.items() if number.quantity.low <= 0.0 and len(key) > 30][:11]
    assert len(long) == 11

    def often(coalitions: np.ndarray, group: Group, _: Control) -> CellsRun:
        # each of the eleven brings war in a twelfth of the worlds, by fourteen routes in turn
        numbers = np.arange(group.first, group.first + group.size)
        war = (coalitions[:, None] >> (numbers % 12) & 1) == 1
        route = np.where(war, 1 + numbers % 14, 0).astype(np.int8)
        return CellsRun(group.first, war.astype(np.int16), war * 1.0, route, len(coalitions))

    found = attributed(long, often, 5000, method="sampled")
    text = attribution_text(AttributionResult(load("strike"), 0, 208, True, found))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "the others are in --json" in text


def test_where_there_is_no_war_the_text_says_so() -> None:
    result = attribute("accord", 20, horizon=1, over=("errors.aim",))
    text = attribution_text(result)
    assert result.found.necessity.wars == 0
    assert "vanish" not in text
    assert max(map(len, text.splitlines())) <= WIDTH
