"""What is printed and drawn of a sweep: computed, inside the width, and honest about what cannot be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escalation.analysis.crossing import BETWEEN, CHANCE, SURE, TOLD, sign_changes
from escalation.analysis.sequences import Seen
from escalation.analysis.sweep import sweep
from escalation.analysis.sweep_result import SweepResult
from escalation.report.beside import signs_words
from escalation.report.heatmap import drawable, sweep_figure
from escalation.report.layout import WIDTH
from escalation.report.page import sweep_charts, sweeps
from escalation.report.sweep import headline, sweep_text
from escalation.scenario.loader import load
from escalation.scenario.scenario import Scenario
from tests.sweeps import made_up

TWO = {"errors.scale": "0:2:5", "us.type.resolute": "0.1:0.9:5"}


@pytest.fixture(scope="module")
def strike() -> Scenario:
    return load("strike")


def rising(setting: Mapping[str, object]) -> float:
    return 0.02 + 0.05 * float(str(setting.get("errors.scale", 1.0)))


def plane(setting: Mapping[str, object]) -> float:
    return rising(setting) * (1.5 - float(str(setting["us.type.resolute"])))


PAIR = ("us.type.resolute", "fragility.f")


def resolute(setting: Mapping[str, object]) -> float:
    return 0.02 + float(str(setting["us.type.resolute"])) / 2


DESIGNS: dict[str, dict[str, Any]] = {
    "line": {"odds": rising, "vary": {"errors.scale": "0:2:5"}},
    "long line": {"odds": rising, "vary": {"errors.scale": "0:2:99"}},
    "matrix": {"odds": plane, "vary": TWO},
    "wide matrix": {"odds": plane, "vary": {"us.type.resolute": "0.1:0.9:3", "errors.scale": "0:2:37"}},
    "words": {"odds": rising, "vary": {"us.rule": "quantal,level-k,best-response", "events.strike.on": [True, False]}},
    "three": {"odds": plane, "vary": {**TWO, "us.rule": "quantal,level-k"}},
    "sample": {"odds": plane, "vary": dict.fromkeys(TWO), "sample": "lhs:60"},
    "priors": {"odds": rising, "sample": "priors:30"},
    "two priors": {"odds": resolute, "vary": dict.fromkeys(PAIR), "sample": "priors:30"},
    "against priors": {"odds": resolute, "sample": "priors:30", "against": lambda _: 0.2},
    "against": {"odds": rising, "vary": {"errors.scale": "0:2:5"}, "against": lambda _: 0.07},
    "against matrix": {"odds": plane, "vary": TWO, "against": lambda _: 0.07},
    "against wide": {
        "odds": plane,
        "vary": {"us.type.resolute": "0.1:0.9:3", "errors.scale": "0:2:37"},
        "against": lambda _: 0.07,
    },
    "against sample": {"odds": plane, "vary": dict.fromkeys(TWO), "sample": "lhs:30", "against": lambda _: 0.07},
    "holes": {"odds": plane, "vary": TWO, "missing": (3, 7)},
}


@pytest.fixture(scope="module")
def made(strike: Scenario) -> dict[str, SweepResult]:
    return {name: made_up(**design, scenario=strike) for name, design in DESIGNS.items()}


@pytest.mark.parametrize("name", DESIGNS)
def test_the_report_is_as_wide_as_those_of_other_commands(made: dict[str, SweepResult], name: str) -> None:
    lines = sweep_text(made[name]).splitlines()
    assert 80 < max(map(len, lines)) <= WIDTH
    assert len(lines) < 120


def test_the_headline_is_computed(made: dict[str, SweepResult]) -> None:
    said = headline(made["line"])
    assert "errors.scale moves the odds" in said
    assert "from 2.0 in 100 at 0 to 12.0 in 100 at 2." in said
    assert "errors.scale moves" in headline(made["matrix"])
    assert "most, from" in headline(made["matrix"])


def test_a_key_that_does_nothing_is_said_to_do_nothing(strike: Scenario) -> None:
    flat = made_up(lambda _: 0.05, {"errors.scale": "0:2:5"}, scenario=strike)
    assert "errors.scale is not shown to move the odds" in headline(flat)
    assert "may be chance" in headline(flat)
    assert "from 0 in 100 at 0" in headline(
        made_up(lambda s: rising(s) - 0.02, {"errors.scale": "0:2:5"}, scenario=strike)
    )


def test_roles_stand_in_the_head(made: dict[str, SweepResult]) -> None:
    text = sweep_text(made["matrix"])
    assert "errors.scale: a lever, 0 to 2; 1 in the scenario (multiplier)" in text
    assert "us.type.resolute: uncertain, 0.1 to 0.9; 0.33 in the scenario" in text
    assert "us.rule: structure" in sweep_text(made["words"])


def test_rows_carry_odds_interval_mark_and_bar(made: dict[str, SweepResult]) -> None:
    rows = re.findall(
        r"^ +([\d.]+) +([\d.]+) +([\d.]+) to ([\d.]+)  ([-=+])  (#+)$", sweep_text(made["line"]), re.MULTILINE
    )
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("0", "2.00", "-"),
        ("0.5", "4.50", "-"),
        ("1", "7.00", "="),
        ("1.5", "9.50", "+"),
        ("2", "12.00", "+"),
    ]
    lengths = [len(row[5]) for row in rows]
    assert lengths == sorted(lengths)
    assert lengths[0] == pytest.approx(lengths[-1] / 6, abs=1)


def test_a_matrix_marks_its_break_even_cells(made: dict[str, SweepResult]) -> None:
    result = made["matrix"]
    cells = re.findall(r"\d\.\d([-=+])", sweep_text(result))
    expected = [{"more": "+", "less": "-", "same": "="}[r.paired.verdict] for r in result.results if r.paired]
    assert cells == expected
    assert {"-", "=", "+"} == set(cells)


def test_a_cut_table_says_where_the_rest_is(made: dict[str, SweepResult], strike: Scenario) -> None:
    assert "59 points more: results.csv under --out DIR, or --json" in sweep_text(made["long line"])
    kept = made_up(rising, {"errors.scale": "0:2:50"}, scenario=strike, folder="runs/x")
    assert "10 points more: runs/x/results.csv" in sweep_text(kept)
    assert "... 20 points between" in sweep_text(made["sample"])


def test_the_reference_is_named_and_break_even_said(made: dict[str, SweepResult]) -> None:
    assert "beside strike as it stands (errors.scale 1)" in sweep_text(made["line"])
    against = " ".join(sweep_text(made["against"]).split())
    assert "beside nonresponse at the same point" in against
    assert "Break-even at errors.scale about 1, by interpolation" in against


def differences(result: SweepResult) -> list[tuple[str, str, str, str]]:
    """What ought to stand in the text for each point: the paired difference, the ends of its interval, its mark."""
    marks = {"more": "+", "less": "-", "same": "="}
    return [
        (f"{100 * pair.odds:+.2f}", f"{100 * pair.low:+.2f}", f"{100 * pair.high:+.2f}", marks[pair.verdict])
        for pair in (found.paired for found in result.results)
        if pair is not None
    ]


def test_each_point_is_printed_with_its_paired_difference(made: dict[str, SweepResult]) -> None:
    text = sweep_text(made["against"])
    assert "less nonresponse" in text
    assert re.findall(r"  ([-+][\d.]+) +([-+][\d.]+) to ([-+][\d.]+)  ([-+=])  #+", text) == differences(
        made["against"]
    )
    sample = sweep_text(made["against sample"])
    printed = re.findall(r"  ([-+][\d.]+) +([-+][\d.]+) to ([-+][\d.]+)  ([-+=])", sample)
    assert sorted(printed) == sorted(differences(made["against sample"]))
    matrix = sweep_text(made["against matrix"])
    assert "strike less nonresponse in the same worlds, in 100" in matrix
    cells = re.findall(r"([-+][\d.]+) \(([-+][\d.]+) to ([-+][\d.]+)\)([-+=])", matrix)
    assert sorted(cells) == sorted(differences(made["against matrix"]))
    assert len({cell[3] for cell in cells}) == 3
    assert "less nonresponse" not in sweep_text(made["line"])
    assert "37 points more: results.csv" in sweep_text(made["against wide"])


def test_the_headline_counts_where_the_odds_are_shown_to_differ(strike: Scenario, made: dict[str, SweepResult]) -> None:
    said = headline(made["against"])
    assert said.startswith(
        "The odds of all-out war within one year of 2 January 2020 under strike are shown to be higher than under "
        "nonresponse at two of five points, lower at two, and not shown to differ at one. "
    )
    assert "errors.scale moves the odds of all-out war under strike within" in said
    holes = made_up(rising, {"errors.scale": "0:2:5"}, scenario=strike, against=lambda _: 0.07, missing=(0, 4))
    assert "higher than under nonresponse at one of three points, lower at one, and not" in headline(holes)
    assert "; at two points worlds are missing." in headline(holes)
    level = made_up(lambda _: 0.07, {"errors.scale": "0:2:3"}, scenario=strike, against=lambda _: 0.07)
    assert (
        "higher than under nonresponse at none, lower at none, and not shown to differ at all three points."
        in headline(level)
    )
    one = made_up(rising, {"errors.scale": "2"}, scenario=strike, against=lambda _: 0.02)
    assert "higher than under nonresponse at the only point, lower at none" in headline(one)
    gone = made_up(rising, {"errors.scale": "2"}, scenario=strike, against=lambda _: 0.02, missing=(0,))
    assert headline(gone).startswith("Strike cannot be set beside nonresponse at any point: worlds are missing.")


@pytest.mark.parametrize("name", ["priors", "two priors", "against priors"])
def test_draws_are_told_as_drawn_at_once_with_their_spread_and_no_break_even(
    made: dict[str, SweepResult], name: str
) -> None:
    result, text = made[name], " ".join(sweep_text(made[name]).split())
    every = len(result.scenario.uncertain())
    what = (
        "us.type.resolute and fragility.f at once" if name == "two priors" else f"all {every} uncertain numbers at once"
    )
    assert f"30 draws of {what}, each from its prior" in text
    assert "break-even" not in text.lower()
    spread = result.odds_over_draws
    assert spread is not None
    middle, odds = 100 * spread.at(0.5).value, [found.war.odds for found in result.results if found.war is not None]
    assert f"Over 30 draws of {what}, the odds" in headline(result)
    assert f"have a median of {middle:.1f} in 100 (95 % interval " in headline(result)
    assert f"the draws run from {100 * min(odds):.1f} in 100 to {100 * max(odds):.1f} in 100." in headline(result)
    rows = re.findall(r"^ +(?:[\d]+ %|median) +([\d.]+) +[\d.]+ to [\d.]+$", sweep_text(result), re.MULTILINE)
    assert rows == [f"{100 * quantile.value:.2f}" for quantile in spread.quantiles]
    # what is named of more numbers than can be listed is what is shown to move the odds, and nothing else
    named = re.findall(r"^  ([\w.-]+): uncertain, ", sweep_text(result), re.MULTILINE)
    assert set(named) <= set(PAIR)
    assert len(named) == len(PAIR) or name != "two priors"


@pytest.mark.parametrize(("draws", "known"), [(71, False), (72, True)])
def test_between_what_nine_draws_of_ten_lie_is_told_of_draws_enough_alone(
    strike: Scenario, draws: int, known: bool
) -> None:
    result = made_up(resolute, dict.fromkeys(PAIR), sample=f"priors:{draws}", scenario=strike)
    spread = result.odds_over_draws
    assert spread is not None
    ends = (spread.at(0.05), spread.at(0.95))
    assert ((ends[0].low > 0.0), (ends[1].high < 1.0)) == (known, known)
    low, high = (100 * end.value for end in ends)
    assert (f"they lie from {low:.1f} in 100 to {high:.1f} in 100 (5 to 95 %)" in headline(result)) == known
    assert ("the draws run from" in headline(result)) == (not known)
    assert ("cannot bound the ends of the spread" in " ".join(sweep_text(result).split())) == (not known)


def test_the_luck_of_the_worlds_is_said_to_be_in_no_interval_of_the_spread(
    strike: Scenario, made: dict[str, SweepResult]
) -> None:
    text = " ".join(sweep_text(made["two priors"]).split())
    assert ", given these worlds); the draws run" in text
    assert "The luck of the worlds, which all draws share, is not in them." in text
    assert "part of that widens the spread, and part shifts all draws together. More worlds make that smaller" in text
    told = " ".join(sweep_text(replace(made["two priors"], shifts=(0.0123, None))).split())
    assert "shifts all draws together, their mean by ± 1.2 in 100 (95 %)." in told


def test_what_chance_alone_would_show_is_said_of_many_points_that_do_not_differ(strike: Scenario) -> None:
    def level(points: int, *, against: bool) -> SweepResult:
        other = (lambda _: 0.07) if against else None
        return made_up(lambda _: 0.07, {"errors.scale": f"0:2:{points}"}, scenario=strike, against=other)

    said = "if none of the 400 differed, about 20 would be expected to seem to by chance alone"
    assert said in headline(level(400, against=True))
    assert "of the 20 differed, about one would" in headline(level(20, against=True))
    assert "by chance alone" not in headline(level(19, against=True))
    assert "up to one in twenty" not in sweep_text(level(400, against=False))
    for against in (False, True):
        assert " ".join(sweep_text(level(400, against=against)).split()).count(said) == 1


def test_draws_from_the_priors_are_named_by_their_number(made: dict[str, SweepResult]) -> None:
    pattern = re.compile(r"^ +(\d+) .*?([\d.]+) +[\d.]+ to [\d.]+ +[-+][\d.]+ +[-+][\d.]+ to ", re.MULTILINE)
    rows = pattern.findall(sweep_text(made["against priors"]))
    wars = [found.war for found in made["against priors"].results]
    assert len(rows) == 30
    assert all(f"{100 * wars[int(draw)].odds:.2f}" == odds for draw, odds in rows)
    assert "strike less" not in sweep_text(made["priors"])
    differences = made["against priors"].difference_over_draws
    assert differences is not None
    rows = re.findall(r"^ +median +([-+][\d.]+) +[-+][\d.]+ to", sweep_text(made["against priors"]), re.MULTILINE)
    assert rows == [f"{100 * differences.at(0.5).value:+.2f}"]


def test_draws_that_are_missing_are_counted(strike: Scenario) -> None:
    said = headline(made_up(resolute, sample="priors:30", scenario=strike, missing=(4, 5)))
    assert "Over 28 draws of" in said
    assert "(two of 30 are missing)" in said


def test_failures_are_listed(strike: Scenario) -> None:
    about = {"run": "points", "part": 3, "worlds": 1000, "error": "ValueError", "message": "planted"}
    failures = ({**about, "points": [1], "settings": [{"errors.scale": 1.0}]},)
    text = sweep_text(made_up(rising, {"errors.scale": "0:2:3"}, scenario=strike, missing=(1,), failures=failures))
    assert "One point failed; the rest is kept:\n  errors.scale 1: ValueError: planted (1,000 worlds)" in text
    assert re.search(r"^ +1 +failed", text, re.MULTILINE)
    nothing = made_up(rising, {"errors.scale": "0:2:3"}, scenario=strike, missing=(0, 1, 2))
    assert "No point was run" in sweep_text(nothing)


def failing(*points: int, run: str = "points") -> tuple[dict[str, Any], ...]:
    about = {"run": run, "part": 0, "worlds": 1000, "error": "ValueError", "message": "planted"}
    return tuple({**about, "points": [at], "settings": [{"errors.scale": float(at)}]} for at in points)


def test_what_failed_and_what_is_kept(strike: Scenario) -> None:
    def said(missing: tuple[int, ...], failures: tuple[dict[str, Any], ...], points: int = 3) -> str:
        vary = {"errors.scale": f"0:2:{points}"}
        found = made_up(rising, vary, scenario=strike, missing=missing, failures=failures)
        lines = [line for line in sweep_text(found).splitlines() if " failed; " in line]
        return " ".join(lines)

    assert said((0, 1, 2), failing(0, 1, 2)) == "All three points failed; only the reference is kept:"
    assert said((0, 1), failing(0, 1), points=2) == "Both points failed; only the reference is kept:"
    assert said((0, 1), failing(0, 1)) == "Two points failed; the rest is kept:"
    assert said((), failing(0, run="reference")) == "The reference failed; the rest is kept:"
    assert said((), failing(0, 1, 2)) == "Three points failed; the rest is kept:"
    assert (
        said((0,), (*failing(0), *failing(0, run="reference")))
        == "One point and the reference failed; the rest is kept:"
    )


def test_a_matrix_says_what_its_question_marks_are(strike: Scenario, made: dict[str, SweepResult]) -> None:
    assert "?: of 25 points, two are not run yet" in sweep_text(made["holes"])
    some = made_up(plane, TWO, scenario=strike, missing=(3, 7), failures=failing(3))
    assert "?: of 25 points, one failed and one is not run yet" in sweep_text(some)
    assert "?:" not in sweep_text(made["matrix"])


# -- figures -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["line", "matrix", "words", "against", "holes"])
def test_a_figure_names_its_keys_and_roles(made: dict[str, SweepResult], name: str, tmp_path: Path) -> None:
    result = made[name]
    written = sweep_figure(result, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["heatmap.png", "heatmap.svg"]
    assert all(path.stat().st_size > 5_000 for path in written)
    drawn = _texts(tmp_path / "heatmap.svg")
    for key in result.keys:
        assert any(key.key in text for text in drawn)
    if name == "line":
        assert any("a lever" in text for text in drawn)
        assert any("strike as it stands: 7.0" in text for text in drawn)
    if name == "matrix":
        assert any("not told from break-even" in text for text in drawn)
        assert any("an uncertain number" in text for text in drawn)
    if name == "against":
        assert any("break-even: about 1" in text for text in drawn)
    if name == "holes":
        assert "not run yet" in drawn
        assert "failed" not in drawn


@pytest.mark.parametrize("vary", [TWO, {"errors.scale": "0:2:8"}])
def test_a_figure_tells_what_failed_from_what_is_not_run_yet(
    strike: Scenario, tmp_path: Path, vary: Mapping[str, object]
) -> None:
    odds = plane if len(vary) == 2 else rising
    sweep_figure(made_up(odds, vary, scenario=strike, missing=(3, 7), failures=failing(3)), tmp_path)
    assert {"failed", "not run yet"} <= set(_texts(tmp_path / "heatmap.svg"))
    sweep_figure(made_up(odds, vary, scenario=strike), tmp_path)
    assert not {"failed", "not run yet"} & set(_texts(tmp_path / "heatmap.svg"))


def _texts(svg: Path) -> list[str]:
    """Matplotlib draws letters as paths and leaves each text in a comment above them."""
    return [found.strip() for found in re.findall(r"<!-- (.*?) -->", svg.read_text(encoding="utf-8"), re.DOTALL)]


def test_the_same_figure_twice_is_the_same_file(made: dict[str, SweepResult], tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        sweep_figure(made["matrix"], tmp_path / name)
    assert (tmp_path / "a/heatmap.svg").read_bytes() == (tmp_path / "b/heatmap.svg").read_bytes()


def test_no_figure_is_drawn_of_other_designs_and_an_old_one_is_removed(
    made: dict[str, SweepResult], tmp_path: Path
) -> None:
    assert not any(drawable(made[name]) for name in ("three", "sample", "priors"))
    sweep_figure(made["line"], tmp_path)
    assert sweep_figure(made["three"], tmp_path) == []
    assert list(tmp_path.iterdir()) == []


# -- what moves the odds, and where break-even is drawn ----------------------------------------------------------------
def late(setting: Mapping[str, object]) -> float:
    """No war up to a scale of 1, then more and more: beside no war at all, a difference of exactly 0 and then above."""
    return max(0.0, 0.3 * (float(str(setting["errors.scale"])) - 1.0))


def wavy(setting: Mapping[str, object]) -> float:
    """As dangerous as 0.07 but for a world in a thousand, one way and the other."""
    return 0.07 + 0.001 * (-1) ** round(2 * float(str(setting["errors.scale"])))


GRIDS: dict[str, tuple[Any, set[str]]] = {
    "late": (late, set()),
    "wavy": (wavy, {CHANCE}),
    "plane": (plane, {TOLD, BETWEEN, CHANCE}),
    "steep": (lambda setting: 0.3 if float(str(setting["us.type.resolute"])) > 0.4 else 0.01, {TOLD}),
}


def drawn_of(result: SweepResult) -> dict[str, Any]:
    return {**result.to_json(), "headline": headline(result)}


@pytest.mark.parametrize("name", GRIDS)
def test_text_page_and_figure_say_and_draw_the_same_break_even(strike: Scenario, tmp_path: Path, name: str) -> None:
    odds, told = GRIDS[name]
    other = (lambda _: 0.0) if name == "late" else (lambda _: 0.07)
    result = made_up(odds, TWO, scenario=strike, against=other)
    text = " ".join(sweep_text(result).split())
    sweep_figure(result, tmp_path)
    drawn, note = _texts(tmp_path / "heatmap.svg"), sweep_charts.heat_map(drawn_of(result), list(TWO)).note
    assert {piece.sure for piece in sweep_charts.map_borders(drawn_of(result))} == told
    for sure, label, words in (
        (TOLD, "break-even", "Thick line"),
        (BETWEEN, "break-even, roughly here", "Dashed"),
        (CHANCE, "break-even, which may be chance", "Dotted"),
    ):
        assert (label in drawn, words in note) == (sure in told, sure in told)
    assert ("No two neighbours differ in sign: there is no break-even between these points." in text) == (not told)
    assert (any("no break-even" in line for line in drawn)) == (not told)
    assert "the break-even lies among them" not in text
    changes = sign_changes(result)
    assert len(sweep_charts.map_borders(drawn_of(result))) == sum(changes.values())
    assert signs_words(changes) in text
    assert signs_words(changes) in sweeps._beside(drawn_of(result), drawn_of(result)["rows"])


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((1, 0, 0), "between two points, both told from break-even."),
        ((0, 1, 0), "between two points, not both told from break-even, but with points that are on either side."),
        ((0, 0, 1), "between two points, not both told from break-even: that may be chance."),
        ((3, 0, 0), "between three pairs of neighbours, all told from break-even."),
        ((0, 0, 3), "between three pairs of neighbours, none of them both told from break-even: that may be chance."),
        ((2, 1, 0), "pairs of neighbours: two are told from break-even on both sides and one lies between points that"),
        ((1, 2, 4), "sides, two lie between points that are and four may be chance."),
    ],
)
def test_changes_of_sign_in_words(counts: tuple[int, int, int], said: str) -> None:
    assert said in signs_words(dict(zip(SURE, counts, strict=True)))


def test_break_even_on_one_axis_says_what_is_known_of_it(strike: Scenario) -> None:
    def said(odds: Any) -> str:
        return " ".join(
            sweep_text(made_up(odds, {"errors.scale": "0:2:5"}, scenario=strike, against=lambda _: 0.07)).split()
        )

    assert "those at 0.5 and at 1.5 are told apart, one more dangerous and one less." in said(rising)
    assert "0.25, 0.75, 1.25 and 1.75, by interpolation between the points; they may be chance" in said(wavy)
    assert "there is no break-even" in said(lambda _: 0.07)


def test_a_key_is_said_to_move_the_odds_by_a_test_that_is_named(strike: Scenario, made: dict[str, SweepResult]) -> None:
    words = "at 95 % over all pairs of values of all keys together"
    assert words in " ".join(sweep_text(made["matrix"]).split())
    assert words in sweeps._limits(drawn_of(made["matrix"]), 276)[1]
    aim = made_up(rising, {"errors.scale": "0:2:5", "errors.aim": "0:1:3"}, scenario=strike)
    assert headline(aim).endswith("; errors.aim is not shown to move them.")
    bound = replace(aim, contrasts=())
    assert "Worlds are missing: of errors.scale and errors.aim a bound" in " ".join(sweep_text(bound).split())


def test_few_points_are_told_from_few_worlds(strike: Scenario) -> None:
    flat = {"errors.scale": "0:2:5"}
    assert "chance in worlds so few." in headline(made_up(lambda _: 0.05, flat, scenario=strike))

    def steep(setting: Mapping[str, object]) -> float:
        return 0.5 + 0.4 * (-1) ** round(10 * float(str(setting["errors.aim"])))

    keys = dict.fromkeys(("errors.aim", "us.type.resolute"))
    assert "chance in points so few." in headline(made_up(steep, keys, sample="lhs:10", scenario=strike))
    some = made_up(lambda s: 0.3 + steep(s) / 50, keys, sample="lhs:10", scenario=strike, worlds=100)
    assert "chance in points and worlds so few." in headline(some)


def test_points_are_named_apart_and_the_gap_between_them_is_a_row(made: dict[str, SweepResult]) -> None:
    swept = drawn_of(made["three"])
    keys = [key["key"] for key in swept["keys"]]
    named, how = sweep_charts._names(swept, keys)
    assert len(set(named)) == len(named) == 50
    assert how == "errors.scale, us.type.resolute and us.rule"
    chart = sweep_charts.rows_chart(swept, keys)
    labels = [label.get_text() for label in chart.draw(False).axes[0].get_yticklabels()]
    assert len(labels) == 25
    assert labels[12] == "… 26 points between …"
    assert chart.note.endswith(" 26 points between them are left out.")
    many = [f"k{place}" for place in range(5)]
    wide = {"rows": [dict.fromkeys(many, place) for place in range(3)]}
    assert sweep_charts._names(wide, many)[0] == ["Point 0", "Point 1", "Point 2"]


def test_a_table_that_is_cut_goes_from_the_highest_odds_to_the_lowest(made: dict[str, SweepResult]) -> None:
    swept = drawn_of(made["three"])
    table = sweeps._table(swept, [key["key"] for key in swept["keys"]])
    odds = [float(row[3]) for row in table.rows]
    every = sorted((100 * row["war_odds"] for row in swept["rows"]), reverse=True)
    assert len(odds) == 24
    assert odds == sorted(odds, reverse=True)
    assert (odds[0], odds[-1]) == (pytest.approx(every[0], abs=0.01), pytest.approx(every[-1], abs=0.01))
    assert "of 50, evenly spread from the highest odds to the lowest" in table.caption


def test_the_page_draws_scale_star_and_reference(made: dict[str, SweepResult]) -> None:
    swept = drawn_of(made["matrix"])
    chart = sweep_charts.heat_map(swept, list(TWO))
    assert "Star: the scenario's own values." in chart.note
    assert sweep_charts._star(swept) == (pytest.approx((0.33 - 0.1) / 0.2), 2.0)
    for narrow in (True, False):
        figure = chart.draw(narrow)
        assert [axes.get_label() for axes in figure.axes] == ["", "<colorbar>"]
    off = drawn_of(made_up(plane, {**TWO, "errors.scale": "1.5,2"}, scenario=made["matrix"].scenario))
    assert sweep_charts._star(off) is None
    assert "Star" not in sweep_charts.heat_map(off, list(TWO)).note
    line = sweep_charts.line_chart(drawn_of(made["line"]), "errors.scale")
    assert "Dashed: “strike” as it stands. Dotted: 1 in the scenario." in line.note
    (axes,) = line.draw(False).axes
    assert [list(drawn.get_ydata()) for drawn in axes.lines if list(drawn.get_xdata()) == [0, 1]] == [
        [pytest.approx(7.0)] * 2
    ]
    against = sweep_charts.line_chart(drawn_of(made["against"]), "errors.scale")
    assert "Break-even at errors.scale about 1, by interpolation" in against.note
    assert any(list(drawn.get_xdata()) == [pytest.approx(1.0)] * 2 for drawn in against.draw(False).axes[0].lines)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((1, 2, 0), "one of three points is more dangerous, two less, and all are told apart"),
        ((0, 0, 3), "none of three points is more dangerous, none less, and three cannot be told apart"),
        ((2, 1, 1), "two of four points are more dangerous, one less, and one cannot be told apart"),
        ((0, 0, 1), "the only point is not told apart"),
    ],
)
def test_verdicts_are_counted_in_good_grammar(counts: tuple[int, int, int], said: str) -> None:
    assert sweeps._verdicts(*counts, "point") == said


def test_a_sweep_to_a_precision_states_the_middle_of_its_interval_as_run_does() -> None:
    sought: dict[str, Any] = {"worlds": 3000, "horizon": 4, "precision": 0.02}
    result = sweep("strike", {"errors.scale": "1,0"}, **sought)
    row, text = result.to_rows()[0], sweep_text(result)
    assert row["war_middle"] == Seen.of_totals(result.results[0].totals).middle()
    assert re.search(r"^ +0 +0\.00 ", text, re.MULTILINE)
    about = result.to_json()["reference"]["war"]
    assert about["low"] < about["middle"] == (about["low"] + about["high"]) / 2
    assert row["war_odds"] == row["wars"] / row["worlds"]
    assert re.search(rf"^ +1 +{100 * row['war_middle']:.2f} ", text, re.MULTILINE)
    assert sweeps._table(drawn_of(result), ["errors.scale"]).rows[0][1] == f"{100 * row['war_middle']:.2f}"
    said = " ".join(text.split())
    assert (
        "the odds beside it are its middle (0 where no war was counted); the odds counted lie in it, maybe at an end"
        in said
    )
    assert "and the marks made of them are those of a number of worlds fixed beforehand" in said
