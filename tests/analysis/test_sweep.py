"""Sweeps: every point is what a run of it would be, differences are paired, and what is said of them can be wrong."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import escalation
from escalation.analysis.compare import compare
from escalation.analysis.contrasts import clustered, contrasts
from escalation.analysis.crossing import BETWEEN, CHANCE, TOLD, Border, BreakEven, borders, break_even, crossings, evens
from escalation.analysis.intervals import newcombe, z_of
from escalation.analysis.movers import movers
from escalation.analysis.odds import run
from escalation.analysis.spread import SHARES
from escalation.analysis.sweep import SweepPlan, interrupted, paired, plan_sweep, run_sweep, sweep
from escalation.analysis.sweep_result import LESS, MORE, SAME, SweepResult
from escalation.scenario.faults import ScenarioFault
from escalation.worlds import sweep as engine
from escalation.worlds.sweep import Standing
from tests.sweeps import made_up, totals

SMALL: dict[str, Any] = {"worlds": 120, "horizon": 6, "seed": 4}
VARY = {"errors.scale": "0:3:3", "us.rule": "quantal,level-k"}


@pytest.fixture(scope="module")
def swept() -> SweepResult:
    return sweep("strike", VARY, **SMALL)


def scale(setting: Mapping[str, object]) -> float:
    return float(str(setting["errors.scale"]))


# -- the points ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("point", [0, 3, 5])
def test_a_point_is_what_a_run_of_it_is(swept: SweepResult, point: int) -> None:
    alone = run("strike", overrides=swept.points.at(point), **SMALL)
    there = swept.results[point]
    assert there.war == alone.war
    assert there.limited_war == alone.limited_war
    assert there.conditional is not None
    found = (there.conditional.value, there.conditional.low, there.conditional.high)
    assert found == pytest.approx((alone.conditional.value, alone.conditional.low, alone.conditional.high), abs=1e-12)
    assert there.deaths == pytest.approx(alone.deaths)
    assert {day: counted for day, (counted, _) in there.war_by_day.items()} == {
        day: counted for day, (counted, _) in alone.war_by_day.items()
    }


def test_differences_are_paired_as_those_of_compare(swept: SweepResult) -> None:
    ready = escalation.load("strike")
    for point in (0, 5):
        arms = compare(ready, ready.with_overrides(swept.points.at(point)), **SMALL)
        expected, found = arms.differences[0], swept.results[point].paired
        assert found is not None
        assert (found.odds, found.low, found.high) == (expected.odds, expected.low, expected.high)
        assert (found.only_a, found.only_b, found.n) == (expected.only_a, expected.only_b, expected.n)


def test_the_scenarios_own_point_does_not_differ_from_it(swept: SweepResult) -> None:
    own = sweep("strike", {"errors.scale": "1"}, **SMALL).results[0]
    assert own.paired is not None
    assert (own.paired.odds, own.paired.only_a, own.paired.only_b, own.paired.verdict) == (0.0, 0, 0, SAME)
    assert swept.reference is not None
    assert own.war == swept.reference.points[0].war


def test_against_sets_both_scenarios_at_the_same_point() -> None:
    found = sweep("strike", {"errors.scale": "0:3:2"}, against="nonresponse", **SMALL)
    for point in range(2):
        arms = compare("nonresponse", "strike", overrides=found.points.at(point), **SMALL)
        pair = found.results[point].paired
        assert pair is not None
        assert (pair.only_a, pair.only_b) == (arms.differences[0].only_a, arms.differences[0].only_b)
    assert found.to_json()["reference"] == {"scenario": "nonresponse", "same_points": True}


def test_precision_runs_each_point_until_it_is_known() -> None:
    found = sweep("strike", {"errors.scale": "0,3"}, worlds=9000, horizon=4, precision=0.02)
    for result in found.results:
        assert result.war is not None
        assert (result.war.high - result.war.low) / 2 <= 0.02 or result.worlds == 9000
        assert result.war.low <= result.war.odds <= result.war.high
    assert found.reference is not None
    assert found.reference.points[0].worlds >= max(result.worlds for result in found.results)
    assert found.to_json()["precision"] == 0.02


# -- what comes back --------------------------------------------------------------------------------------------
def test_the_json_holds_the_contract(swept: SweepResult) -> None:
    held = json.loads(json.dumps(swept.to_json(), allow_nan=False))
    assert {"schema", "scenario", "seed", "points", "worlds", "rows", "folder", "digest"} <= set(held)
    assert (held["points"], held["worlds"], held["shape"], len(held["rows"])) == (6, 120, [3, 2], 6)
    assert [(key["key"], key["role"]) for key in held["keys"]] == [("errors.scale", "lever"), ("us.rule", "structure")]
    first = held["rows"][0]
    assert list(first)[:6] == ["errors.scale", "us.rule", "war_odds", "war_low", "war_high", "worlds"]
    assert first["war_odds"] == first["wars"] / first["worlds"]
    assert [name for name in first if name.startswith("war_odds_")] == ["war_odds_14"]


def test_a_frame_has_one_row_a_point(swept: SweepResult) -> None:
    frame = swept.to_frame()
    assert len(frame) == 6
    assert frame["errors.scale"].tolist() == [0.0, 0.0, 1.5, 1.5, 3.0, 3.0]
    again = sweep("strike", points=frame[["errors.scale", "us.rule"]], **SMALL)
    assert again.to_frame()["wars"].tolist() == frame["wars"].tolist()


def test_a_grid_has_its_axes_in_xarray(swept: SweepResult) -> None:
    pytest.importorskip("xarray")
    grid = swept.to_xarray()
    assert dict(grid.sizes) == {"errors.scale": 3, "us.rule": 2}
    assert grid["errors.scale"].attrs["units"] == "multiplier"
    assert float(grid.war_odds[2, 1]) == swept.to_rows()[5]["war_odds"]
    listed = made_up(lambda _: 0.1, {"errors.scale": None}, sample="lhs:5").to_xarray()
    assert dict(listed.sizes) == {"point": 5}


def test_without_xarray_the_extra_is_named(swept: SweepResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xarray", None)
    with pytest.raises(ImportError, match=r"escalation\[grid\]"):
        swept.to_xarray()


def test_a_notebook_gets_a_shaded_table() -> None:
    html = made_up(scale_tenth, {"errors.scale": "0:2:3", "us.rule": "quantal,level-k"})._repr_html_()
    assert html.count("<tr>") == 4
    assert "background-color" in html
    assert "<b>20.0</b>" in html
    long = made_up(scale_tenth, {"errors.scale": "0:2:300"})._repr_html_()
    assert "100 more rows" in long


def scale_tenth(setting: Mapping[str, object]) -> float:
    return scale(setting) / 10


# -- folders and failures --------------------------------------------------------------------------------------
def test_a_folder_is_resumed_to_the_same_digest(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    first = sweep("strike", {"errors.scale": "0:3:3"}, out=folder, **SMALL)
    told: list[Standing] = []
    again = sweep("strike", {"errors.scale": "0:3:3"}, out=folder, resume=True, progress=told.append, **SMALL)
    assert again.digest == first.digest
    assert again.to_rows() == first.to_rows()
    assert (told[-1].done, told[-1].kept) == (4 * 120, 4 * 120)
    written = pd.read_csv(folder / "results.csv")
    assert written["war_odds"].tolist() == first.to_frame()["war_odds"].tolist()


def test_a_part_that_fails_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    real = engine.run_task

    def failing(task: Any, control: Any) -> Any:
        if task.settings[0] == (0.0,) and task.size > 1000:
            raise RuntimeError("planted")
        return real(task, control)

    monkeypatch.setattr(engine, "run_task", failing)
    found = sweep("strike", {"errors.scale": "0,3"}, worlds=1024, horizon=2)
    assert [failure["message"] for failure in found.failures] == ["planted"]
    rows = found.to_rows()
    assert (rows[0]["worlds"], rows[0]["war_odds"], rows[0]["difference_odds"]) == (0, None, None)
    assert rows[1]["worlds"] == 1024
    assert json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize("precision", [None, 0.02])
def test_what_a_stopped_sweep_had_come_to_is_read_from_its_folder(tmp_path: Path, precision: float | None) -> None:
    plan = plan_sweep("strike", {"errors.scale": "0,1,3"}, worlds=1024, horizon=3)
    folder = tmp_path / "swept"
    whole = run_sweep(plan, out=folder, precision=precision)
    assert interrupted(plan, folder, precision) == replace(whole, digest=whole.digest)
    parts = sorted((folder / "parts").iterdir())
    assert len(parts) == 3
    parts[1].unlink()
    part = interrupted(plan, folder, precision)
    assert part is not None
    assert part.missing == {1: "not run yet"}
    assert [part.results[i] for i in (0, 2)] == [whole.results[i] for i in (0, 2)]
    assert part.differences["unknown"] == 1
    assert pd.read_csv(folder / "results.csv")["worlds"].tolist() == [found.worlds for found in part.results]
    other = plan_sweep("strike", {"errors.scale": "0,1,2"}, worlds=1024, horizon=3)
    (folder / "results.csv").unlink()
    assert interrupted(other, folder, precision) is None
    assert interrupted(plan, tmp_path / "nowhere", precision) is None
    assert not (folder / "results.csv").exists()


def test_a_point_short_of_worlds_is_not_paired(tmp_path: Path) -> None:
    plan = plan_sweep("strike", {"errors.scale": "0,3"}, worlds=3000, horizon=2)
    folder = tmp_path / "swept"
    run_sweep(plan, out=folder)
    parts = sorted((folder / "parts").iterdir())
    parts[1].unlink()
    part = interrupted(plan, folder)
    assert part is not None
    assert part.missing == {}
    assert 0 < part.results[0].worlds < 3000 == part.results[1].worlds
    assert part.results[0].paired is None
    assert part.results[1].paired is not None


# -- plans -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("vary", "more", "said"),
    [
        ({"us.rule": "quantal,levelk"}, {}, "did you mean 'level-k'"),
        ({"events.strike.on": [True]}, {"against": "accord"}, "--against accord: events.strike.on"),
        ({"errors.scale": "0:1:2"}, {"against": "strik"}, "did you mean 'strike'"),
        ({"errors.scale": "0:1:2"}, {"rule": "quantel"}, "did you mean 'quantal'"),
    ],
)
def test_a_plan_is_refused_before_anything_runs(vary: Mapping[str, object], more: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioFault) as caught:
        plan_sweep("strike", vary, **more)
    assert said in str(caught.value)


def test_a_plan_counts_the_reference() -> None:
    alone = plan_sweep("strike", {"errors.scale": "0:1:5"}, worlds=10, horizon=3)
    beside = plan_sweep("strike", {"errors.scale": "0:1:5"}, worlds=10, horizon=3, against="nonresponse")
    assert isinstance(alone, SweepPlan)
    assert (alone.all_worlds, alone.world_weeks, beside.all_worlds) == (60, 180, 100)
    for bad in ({"worlds": 0}, {"horizon": 0}):
        with pytest.raises(ValueError, match="1 or more"):
            plan_sweep("strike", {"errors.scale": "0:1:5"}, **bad)
    with pytest.raises(ValueError, match="points alone"):
        plan_sweep("strike", {"errors.scale": "0:1:5"}, points=[{"errors.scale": 1}])
    with pytest.raises(ScenarioFault, match=r"points: us\.rule: no rule 'levelk'"):
        plan_sweep("strike", points=[{"us.rule": "levelk"}])
    with pytest.raises(ValueError, match="other keys"):
        plan_sweep("strike", points=[{"errors.scale": 1}, {"errors.aim": 1}])


# -- pairs, movers, crossings ----------------------------------------------------------------------------------
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60), st.integers(0, 5))
def test_pairs_are_counted_over_the_worlds_that_both_have(worlds: list[tuple[bool, bool]], more: int) -> None:
    b, a = (np.array(column) for column in zip(*worlds, strict=True))
    found = paired(b, np.concatenate([a, np.ones(more, dtype=bool)]))
    assert found is not None
    only_a, only_b, both = int((a & ~b).sum()), int((b & ~a).sum()), int((a & b).sum())
    assert (found.only_a, found.only_b, found.n) == (only_a, only_b, len(worlds))
    assert (found.low, found.high) == newcombe(both, only_a, only_b, len(worlds) - both - only_a - only_b)
    assert paired(b, a[:0]) is None


def test_verdicts_follow_the_interval() -> None:
    found = made_up(scale_tenth, {"errors.scale": "0,1,2"})
    assert [result.paired.verdict for result in found.results if result.paired] == [LESS, SAME, MORE]


def test_the_json_counts_what_is_shown_to_differ() -> None:
    found = made_up(scale_tenth, {"errors.scale": "0,1,2,3"}, against=lambda _: 0.1, missing=(3,))
    assert found.to_json()["differences"] == {"higher": 1, "lower": 1, "not_shown_to_differ": 1, "unknown": 1}
    pair = found.results[2].paired
    assert pair is not None
    row = found.to_json()["rows"][2]
    assert (row["difference_odds"], row["difference_low"], row["difference_high"]) == (pair.odds, pair.low, pair.high)


def test_a_prior_sample_has_a_distribution_over_its_draws_and_no_other_points_have() -> None:
    draws = made_up(half_resolute, sample="priors:40", against=lambda _: 0.1, missing=(7,))
    held = draws.to_json()["distribution"]
    odds = [row["war_odds"] for row in draws.to_rows() if row["war_odds"] is not None]
    assert (held["odds"]["draws"], [row["share"] for row in held["odds"]["quantiles"]]) == (39, list(SHARES))
    for row in held["odds"]["quantiles"]:
        assert row["value"] == pytest.approx(np.quantile(odds, row["share"]))
        assert row["low"] <= row["value"] <= row["high"]
    assert held["difference"]["quantiles"][2]["value"] == pytest.approx(np.quantile(odds, 0.5) - 0.1)
    widths = [row["war_high"] - row["war_low"] for row in draws.to_rows() if row["war_odds"] is not None]
    assert held["odds"]["noise"] == pytest.approx(np.median(widths) / 2)
    assert "distribution" not in made_up(scale_tenth, {"errors.scale": "0,1"}).to_json()
    assert made_up(half_resolute, sample="priors:2", missing=(0, 1)).to_json()["distribution"] == {
        "odds": None,
        "difference": None,
    }


def half_resolute(setting: Mapping[str, object]) -> float:
    return float(str(setting["us.type.resolute"])) / 2


def test_the_key_that_moves_the_odds_is_found_and_an_inert_one_is_not() -> None:
    found = movers(made_up(scale_tenth, {"errors.aim": "0:1:4", "errors.scale": "0:2:5"}))
    assert [(mover.key, mover.told) for mover in found] == [("errors.scale", True), ("errors.aim", False)]
    assert (found[0].low, found[0].high, found[0].odds_low, found[0].odds_high) == (0.0, 2.0, 0.0, 0.2)
    sample = movers(made_up(scale_tenth, dict.fromkeys(["errors.aim", "errors.scale"]), sample="lhs:60"))
    assert [(mover.key, mover.told) for mover in sample] == [("errors.scale", True), ("errors.aim", False)]


@pytest.mark.parametrize("coupled", [0.0, 0.9])
def test_noise_alone_moves_nothing(coupled: float) -> None:
    """Points with the same odds, a part ``coupled`` of whose worlds share their fate, are told apart in few sweeps."""
    luck = np.random.default_rng(8)
    base = made_up(scale_tenth, {"errors.scale": "0:2:5"})
    assert base.reference is not None
    told = 0
    for _ in range(200):
        wars = luck.random((6, 400)) < 0.1
        wars = np.where(luck.random((6, 400)) < coupled, wars[:1], wars)
        results = tuple(
            replace(old, totals=totals(old.totals.layout, war), paired=paired(war, wars[5]))
            for old, war in zip(base.results, wars[:5], strict=True)
        )
        told += movers(replace(base, results=results, contrasts=()))[0].told
    assert told <= 20


def test_an_effect_that_is_the_same_way_in_every_world_is_told_and_named_by_its_test() -> None:
    """A strong key beside a weak one that never makes a world safer: a bound by margins misses what pairs show."""

    def both(setting: Mapping[str, object]) -> float:
        return 0.35 * scale(setting) + 0.06 * float(str(setting["us.type.resolute"])) * (scale(setting) > 0)

    found = made_up(both, {"us.type.resolute": "0.1:0.9:7", "errors.scale": "0:2:7"}, worlds=300)
    assert [(mover.key, mover.told, mover.by) for mover in movers(found)] == [
        ("errors.scale", True, "worlds"),
        ("us.type.resolute", True, "worlds"),
    ]
    weak = movers(replace(found, contrasts=()))[1]
    assert (weak.key, weak.told, weak.by) == ("us.type.resolute", False, "bound")


@pytest.mark.parametrize(("sets", "most"), [(1, 5), (7, 5)])
def test_keys_that_do_nothing_are_told_apart_in_few_sweeps(sets: int, most: int) -> None:
    """Settings of the other key share a world's luck, so that their pairs count as one, as they would not by number."""
    luck, told = np.random.default_rng(3), 0
    for _ in range(200):
        odds = luck.beta(0.3, 3.0, (1, 1, 300))  # a world's own danger, common to all its points
        bits = np.repeat(luck.random((4, 1, 300)), sets, axis=1) < odds
        found = contrasts(bits.mean(axis=2).ravel(), (4, sets), lambda point, bits=bits: bits.reshape(-1, 300)[point])
        pairs = 6 + sets * (sets - 1) // 2
        told += any(one.z > z_of(1.0 - 0.05 / pairs) for one in found)
    assert told <= 200 * 0.05 + most


def test_the_statistic_of_one_pair_a_world_is_mcnemars() -> None:
    assert clustered(np.array([1] * 9 + [-1] * 2 + [0] * 50)) == pytest.approx(7 / math.sqrt(11))
    assert clustered(np.array([3, -1])) == pytest.approx(2 / math.sqrt(10))
    assert clustered(np.zeros(5, dtype=np.int64)) == 0.0


def test_contrasts_are_over_the_worlds_that_all_points_have_and_left_out_where_some_are_missing() -> None:
    wars = [np.array([0, 0, 1], dtype=bool), np.array([1, 1, 1, 0], dtype=bool)]
    (found,) = contrasts(np.array([1 / 3, 0.75]), (2,), lambda point: wars[point])
    assert (found.least, found.most, found.worlds, found.z) == (0, 1, 3, pytest.approx(math.sqrt(2)))
    assert contrasts(np.array([1 / 3, 0.75]), (2,), lambda point: wars[point] if point else None) == ()


def test_a_sweep_holds_its_keys_against_its_own_worlds(swept: SweepResult) -> None:
    assert [mover["by"] for mover in swept.to_json()["movers"]] == ["worlds", "worlds"]
    assert {found.worlds for found in swept.contrasts} == {120}
    wars = swept.to_frame()["wars"].to_numpy().reshape(3, 2)
    assert (swept.contrasts[0].least, swept.contrasts[0].most) == (wars.sum(1).argmin(), wars.sum(1).argmax())


def test_missing_points_are_left_out_of_what_moves() -> None:
    found = movers(made_up(scale_tenth, {"errors.scale": "0:2:3", "errors.aim": "0,1"}, missing=(0,)))
    assert (found[0].key, found[0].odds_low, found[0].odds_high) == ("errors.scale", 0.0, 0.2)
    assert movers(made_up(scale_tenth, {"errors.scale": "0:1:2"}, missing=(0, 1))) == []


@given(st.floats(-5, 5), st.integers(3, 20))
def test_a_straight_line_crosses_zero_where_it_does(root: float, count: int) -> None:
    values = np.linspace(-5.1, 5.1, count).tolist()
    assert crossings(values, [3 * (value - root) for value in values]) == pytest.approx([root], abs=1e-9)


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([1, 2, 3], []),
        ([-1, 1, -1], [0.5, 1.5]),
        ([-1, 0, 1], [1.0]),
        ([1, 0, 1], []),
        ([0, 0, 0], []),
        ([0, -1, 1], [1.5]),
    ],
)
def test_crossings(differences: list[float], expected: list[float]) -> None:
    assert crossings([0.0, 1.0, 2.0], differences) == expected


def test_break_even_is_where_the_scenario_is_as_dangerous_as_the_other() -> None:
    (found,) = break_even(made_up(scale_tenth, {"errors.scale": "0:2:5"}, against=lambda _: 0.125))
    assert (found.value, found.between) == (pytest.approx(1.25), (1.0, 1.5))
    assert break_even(made_up(scale_tenth, {"errors.scale": "0:2:5"})) == []
    hill = made_up(lambda setting: 0.2 - 0.1 * abs(scale(setting) - 1.5), {"errors.scale": "0:3:7"})
    assert [found.value for found in break_even(hill)] == pytest.approx([2.0])
    assert not any(
        math.isnan(found.value) for found in break_even(made_up(scale_tenth, {"errors.scale": "0:2:5"}, missing=(1,)))
    )


def test_a_break_even_is_known_between_the_nearest_points_told_apart_with_opposite_signs() -> None:
    values, differences = [3.0, 0.0, 1.0, 2.0], [4.0, -4.0, -1.0, 1.0]
    assert evens(values, differences, [True, True, False, False]) == [BreakEven(1.5, (0.0, 3.0))]
    assert evens(values, differences, [True, False, True, True]) == [BreakEven(1.5, (1.0, 2.0))]
    assert evens(values, differences, [True, False, False, False]) == [BreakEven(1.5, None)]
    assert evens([0.0, 1.0, 2.0, 3.0], [4.0, -1.0, 1.0, 4.0], [True, False, False, True])[1].between is None
    assert evens(values, differences, [True] * 4, own=1.5) == []
    noisy = evens([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [-4.0, -1.0, 1.0, -1.0, 1.0, 4.0], [True, *[False] * 4, True])
    assert [(found.value, found.between) for found in noisy] == [(1.5, (0.0, 5.0)), (2.5, None), (3.5, (0.0, 5.0))]


@pytest.mark.parametrize(
    ("line", "told", "places"),
    [
        ([0, 1, 2], [], {}),
        ([-1, 1, 1], [0, 1], {0.5: TOLD}),
        ([-1, 1, 1], [0, 2], {0.5: BETWEEN}),
        ([-1, 1, 1], [0], {0.5: CHANCE}),
        ([-1, 1, 1], [], {0.5: CHANCE}),
        ([-3, 0, 1], [0, 2], {1.5: BETWEEN}),
        ([-1, 0, 0, 3], [0], {0.5: CHANCE}),
        ([1, 0, 1], [0, 2], {}),
        ([-1, math.nan, 1], [0, 2], {}),
        ([-1, 1, -1], [0, 1, 2], {0.5: TOLD, 1.5: TOLD}),
        ([-4, -1, 1, -1, 1, 4], [0, 5], {1.5: BETWEEN, 2.5: CHANCE, 3.5: BETWEEN}),
    ],
)
def test_break_even_runs_between_neighbours_of_opposite_signs(
    line: list[float], told: list[int], places: dict[float, str]
) -> None:
    surface, flags = np.array([line], dtype=np.float64), np.array([[place in told for place in range(len(line))]])
    expected = [Border(place, -0.5, place, 0.5, sure) for place, sure in places.items()]
    assert borders(surface, flags) == expected
    assert borders(surface.T, flags.T) == [Border(b.y0, b.x0, b.y1, b.x1, b.sure) for b in expected]
    assert borders(surface, flags, columns=False) == borders(surface.T, flags.T, rows=False) == []
