"""Points of a sweep: designs are what they say, and whatever the scenario would not take is refused before a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.scenario.axes import ticks
from escalation.scenario.design import draw
from escalation.scenario.faults import ScenarioFault
from escalation.scenario.loader import load, override
from escalation.scenario.points import MOST_POINTS, Points, alone, design, is_structural, rechecked, role_of
from escalation.scenario.points_file import read_experiment, read_points
from escalation.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def strike() -> Scenario:
    return load("strike")


def refused(scenario: Scenario, vary: Mapping[str, object] | None = None, sample: str | None = None) -> str:
    with pytest.raises(ScenarioFault) as caught:
        design(scenario, vary, sample=sample)
    return str(caught.value)


# -- axes ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("spec", "values"),
    [
        ("0:2:5", (0.0, 0.5, 1.0, 1.5, 2.0)),
        ("0:0.3:4", (0.0, 0.1, 0.2, 0.3)),
        ("1:100:3:log", (1.0, 10.0, 100.0)),
        ("1, 2.5", (1, 2.5)),
        ("quantal,level-k", ("quantal", "level-k")),
        ("'quantal'", ("quantal",)),
        ("true,false", (True, False)),
        ([0, 1.5], (0, 1.5)),
        (np.linspace(0, 1, 3), (0.0, 0.5, 1.0)),
        (np.float64(0.5), (0.5,)),
    ],
)
def test_an_axis_reads_as_it_is_written(spec: object, values: tuple[object, ...]) -> None:
    assert ticks("key", spec).values == values


@given(low=st.floats(-1e3, 1e3, allow_subnormal=False), width=st.floats(1e-3, 1e3), count=st.integers(2, 50))
def test_a_spread_holds_both_ends_and_rises(low: float, width: float, count: int) -> None:
    high = low + width
    values = ticks("key", f"{low!r}:{high!r}:{count}").values
    assert values is not None
    assert (values[0], values[-1], len(values)) == (low, high, count)
    assert list(values) == sorted(values)  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", "nothing after"),
        ("2:0:3", "LO must be below HI"),
        ("0:1:1", "both ends"),
        ("0:1:x", "both ends"),
        ("0:1:2:3", "not a range"),
        ("0:b:3", "an end is not a number"),
        ("0:1:3:log", "above 0"),
        ("nan:1:3", "LO must be below HI"),
        ("1,,2", "missing"),
        ("1,1", "given twice"),
        ("a b", "neither a TOML value nor a word"),
        ([], "no values"),
        ([[1]], "not one value"),
    ],
)
def test_a_bad_axis_says_why(spec: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ticks("key", spec)


# -- designs ---------------------------------------------------------------------------------------------------
def test_a_grid_is_a_product_whose_first_axis_varies_slowest(strike: Scenario) -> None:
    points = design(strike, {"errors.scale": "0:2:3", "us.rule": "quantal,level-k"})
    assert (points.kind, points.keys, points.shape, len(points)) == ("grid", ("errors.scale", "us.rule"), (3, 2), 6)
    assert points.settings[:3] == ((0.0, "quantal"), (0.0, "level-k"), (1.0, "quantal"))
    assert points.axes() == ((0.0, 1.0, 2.0), ("quantal", "level-k"))
    assert points.at(5) == {"errors.scale": 2.0, "us.rule": "level-k"}


def test_numbers_are_floats_and_the_rest_as_toml_has_it(strike: Scenario) -> None:
    points = design(strike, {"errors.scale": [1], "start.rung": "2:4:3", "events.strike.on": [True, False]})
    assert points.settings[0] == (1.0, 2, True)
    assert [type(value) for value in points.settings[0]] == [float, int, bool]
    for setting in points.settings:
        override(strike, dict(zip(points.keys, setting, strict=True)))


def test_a_latin_hypercube_has_one_point_in_every_slice(strike: Scenario) -> None:
    points = design(strike, {"errors.scale": "0:2", "us.type.resolute": None}, sample="lhs:40", seed=3)
    low, high = strike.numbers["us.type.resolute"].range or (math.nan, math.nan)
    for column, (a, b) in enumerate([(0.0, 2.0), (low, high)]):
        values = np.array([setting[column] for setting in points.settings], dtype=float)
        assert sorted(np.floor(40 * (values - a) / (b - a)).clip(0, 39)) == list(range(40))


def test_a_sobol_sample_is_balanced_in_both_halves_of_every_axis(strike: Scenario) -> None:
    points = design(strike, {"errors.scale": "0:2", "errors.aim": "1:10:log"}, sample="sobol:64")
    scale, aim = (np.array(column, dtype=float) for column in zip(*points.settings, strict=True))
    cells = np.unique(np.stack([scale > 1.0, aim > math.sqrt(10.0)]), axis=1, return_counts=True)[1]
    assert cells.tolist() == [16, 16, 16, 16]


@pytest.mark.parametrize("sample", ["lhs:8", "sobol:8", "priors:8"])
def test_a_sample_is_keyed_by_its_seed(strike: Scenario, sample: str) -> None:
    vary = {"fragility.f": None}
    first, again, other = (design(strike, vary, sample=sample, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first.digest() == again.digest() != other.digest()


def test_priors_draw_what_run_priors_draws(strike: Scenario) -> None:
    every = design(strike, sample="priors:3", seed=5)
    assert every.keys == tuple(number.key for number in strike.uncertain())
    drawn = draw(strike, 3, 5)
    assert every.settings[2] == tuple(drawn[key][2] for key in every.keys)
    some = design(strike, {"fragility.f": None}, sample="priors:3", seed=5)
    assert [setting[0] for setting in some.settings] == drawn["fragility.f"].tolist()


def test_the_scenario_alone_is_its_own_values(strike: Scenario) -> None:
    points = design(
        strike, {"errors.scale": "0:1:2", "us.rule": "level-k", "start.rung": "2", "events.strike.on": "false"}
    )
    own = alone(strike, points)
    assert own.at(0) == {
        "errors.scale": 1.0,
        "us.rule": "quantal",
        "start.rung": strike.start.rung,
        "events.strike.on": True,
    }
    assert override(strike, own.at(0)).start == strike.start


def test_a_digest_tells_keys_values_and_order_apart() -> None:
    base = Points("list", ("a",), ((1.0,), (2.0,)))
    others = [
        Points("list", ("b",), base.settings),
        Points("list", ("a",), ((2.0,), (1.0,))),
        Points("list", ("a",), ((1.0,),)),
    ]
    assert len({points.digest() for points in (base, *others)}) == 4
    assert Points("grid", base.keys, base.settings, (2,)).digest() == base.digest()


def test_roles_are_those_of_the_scenario(strike: Scenario) -> None:
    keys = ("errors.scale", "us.type.resolute", "war.sd", "us.rule", "start.rung")
    assert [role_of(strike, key) for key in keys] == ["lever", "uncertain", "uncertain", "structure", "structure"]
    structural = [
        is_structural(strike, key) for key in ("errors.scale", "acts.us.hold.cost", "acts.us.hold.rung", "us.rule")
    ]
    assert structural == [False, False, True, True]


# -- refusals --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("vary", "sample", "said"),
    [
        ({"errors.scal": "0:1:2"}, None, "did you mean 'errors.scale'"),
        ({"errors.scal": None}, "lhs:4", "did you mean 'errors.scale'"),
        ({"errors.scal": None}, "priors:4", "did you mean 'errors.scale'"),
        ({"errors.scale": "0:20:3"}, None, "errors.scale: 20 is out of range; from 0 to 10 (multiplier)"),
        ({"errors.scale": "0:20"}, "lhs:50", "is out of range; from 0 to 10"),
        ({"errors.scale": "a,b"}, None, "'a' is not a number"),
        ({"errors.scale": [True]}, None, "True is not a number"),
        ({"acts.us.hold.available": "0.5"}, None, "0.5 is not a flag; 0 or 1"),
        ({"start.rung": "1.5"}, None, "--vary: start.rung: 1.5 is not legal"),
        ({"acts.us.hold.rung": "2"}, None, "acts.us.hold.rung=2.0: acts.us: no act on rung 1"),
        ({"errors.scale": "0:1"}, None, "a grid needs the values"),
        ({"errors.scale": None}, None, "a grid needs the values"),
        ({"errors.scale": "0:1:3"}, "lhs:4", "values are for a grid"),
        ({"us.rule": None}, "lhs:4", "no number"),
        ({"acts.us.hold.cost": None}, "lhs:4", "no plausible range"),
        ({"errors.scale": None}, "priors:4", "has no prior"),
        ({"fragility.f": "0:0.1"}, "priors:4", "a range is for lhs and sobol"),
        (None, "lhs:4", "lhs of nothing"),
        (None, None, "nothing to vary"),
        (None, "lsh:4", "did you mean 'lhs'"),
        (None, "lhs", "lhs:N, sobol:N or priors:N"),
        ({"errors.scale": None}, "lhs:0", "1 or more"),
        ({"errors.scale": None}, "sobol:12", "8 or 16"),
        ({"errors.scale": None}, f"lhs:{MOST_POINTS + 1}", "at most"),
        ({"errors.scale": "0:1:2000", "errors.aim": "0:1:2000"}, None, "at most"),
    ],
)
def test_what_the_scenario_would_not_take_is_refused(
    strike: Scenario, vary: Mapping[str, object] | None, sample: str | None, said: str
) -> None:
    assert said in refused(strike, vary, sample)


def test_points_are_checked_again_for_another_scenario(strike: Scenario) -> None:
    points = design(strike, {"events.strike.on": [True, False]})
    with pytest.raises(ScenarioFault, match=r"accord: events\.strike\.on: unknown key"):
        rechecked(load("accord"), points, "accord")


# -- files -----------------------------------------------------------------------------------------------------
def test_a_list_is_read_from_a_file(strike: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text('errors.scale, us.rule\n0, quantal\n\n2.5, "level-k"\n', encoding="utf-8")
    points = read_points(file, strike)
    assert points == Points("list", ("errors.scale", "us.rule"), ((0.0, "quantal"), (2.5, "level-k")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: empty"),
        ("errors.scale\n", ":1: no points"),
        ("errors.scale,\n1,2\n", ":1: a key is missing"),
        ("errors.scale,errors.scale\n1,2\n", ":1: errors.scale: given twice"),
        ("errors.scal\n1\n", ":1: errors.scal: unknown key"),
        ("errors.scale\n1\n\n11\n", ":4: errors.scale: 11 is out of range"),
        ("errors.scale\n1\n2,3\n", ":3: 2 values"),
        ("errors.scale\n1\nx y\n", ":3: errors.scale: 'x y' is neither"),
        ("start.rung\n2\n1.5\n", ":3: start.rung: 1.5 is not legal"),
    ],
)
def test_a_bad_list_is_told_by_file_and_line(strike: Scenario, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "points.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioFault) as caught:
        read_points(file, strike)
    assert f"{file}{said}" in str(caught.value)


def test_a_list_that_cannot_be_read_is_a_fault(strike: Scenario, tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("absent.csv", "binary.csv"):
        with pytest.raises(ScenarioFault, match=name):
            read_points(tmp_path / name, strike)


def test_an_experiment_holds_a_sweep(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("schema = 1\n", encoding="utf-8")
    file = tmp_path / "experiment.toml"
    file.write_text(
        '[sweep]\nscenario = "mine.toml"\nagainst = "accord"\nworlds = 50\n[sweep.vary]\nerrors.scale = "0:2:3"\n'
        '"us.rule" = ["quantal"]\n',
        encoding="utf-8",
    )
    found = read_experiment(file)
    assert found is not None
    assert found.fields == {
        "scenario": str(tmp_path / "mine.toml"),
        "against": "accord",
        "worlds": 50,
        "vary": {"errors.scale": "0:2:3", "us.rule": ["quantal"]},
    }
    assert read_experiment(tmp_path / "mine.toml") is None
    assert read_experiment("strike") is None


def test_every_fault_of_an_experiment_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text('[sweep]\nworlds = 0\nvery = "x"\nsample = 3\n[other]\n', encoding="utf-8")
    with pytest.raises(ScenarioFault) as caught:
        read_experiment(file)
    said = str(caught.value)
    for part in (
        ":2: sweep.worlds: 0",
        ":3: sweep.very: unknown key",
        "'vary'",
        ":4: sweep.sample",
        ":5: other",
        "sweep.scenario: missing",
    ):
        assert part in said
