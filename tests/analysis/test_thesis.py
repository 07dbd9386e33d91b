"""The thesis run: its JSON, its books, and that its verdicts can come out either way."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from escalation.analysis.arms import Arm, difference, run_arms
from escalation.analysis.claims import chance_wrong, evaluate, probability_refuted, verdict
from escalation.analysis.quantities import QUANTITIES
from escalation.analysis.structure import AS_WRITTEN, EVENLY
from escalation.analysis.thesis import ThesisResult, record_weights, thesis
from escalation.analysis.thesis_file import Thesis, read_thesis
from escalation.model.layout import TALLIES
from escalation.model.rules import RULES
from escalation.report import thesis as report
from escalation.scenario.loader import load, shipped

OLDEST = ("S1", "S2", "C2", "C9", "C10", "C13", "C14", "C19")
"""The claims that were tested before claims were data."""


@pytest.fixture(scope="module")
def safer() -> Thesis:
    return read_thesis("safer")


@pytest.fixture(scope="module")
def result(safer: Thesis) -> ThesisResult:
    return thesis(safer, draws=8, worlds=8, horizon=13, workers=2)


def test_every_claim_stands_once_at_every_horizon(result: ThesisResult, safer: Thesis) -> None:
    found = [(claim.id, claim.horizon_days) for claim in result.claims]
    assert len(found) == len(set(found)) == result.tested
    assert len(found) == sum(week <= 13 for claim in safer.claims for week in claim.weeks)
    for id in OLDEST:
        assert {(id, 14), (id, 90)} <= set(found)


def test_all_the_claims_of_the_op_ed_are_tested_or_said_to_be_facts(safer: Thesis) -> None:
    tested = {claim.id for claim in safer.claims if claim.id.startswith("C")}
    facts = {fact.id for fact in safer.facts}
    assert tested | facts == {f"C{number}" for number in range(1, 22)}
    assert not tested & facts
    assert all(claim.confirms and claim.refutes for claim in safer.claims)
    assert all(fact.reason for fact in safer.facts)


def test_claims_ask_all_that_their_list_asks(safer: Thesis) -> None:
    """And say which half of them the model is built to give."""
    claims = {claim.id: claim for claim in safer.claims}
    assert {one.quantity for one in claims["C8"].conditions} == {"attacks_per_month", "attack_rung"}
    assert {one.quantity for one in claims["C19"].conditions} == {"civilian_share", "civilian_share_short_of_war"}
    assert claims["C19"].reported.direction == "above", "told is the arm in which it is hardest to hold"
    for id in ("C17", "C18"):
        assert "by construction" in claims[id].confirms
    slopes = {key: number for key, number in load("nonresponse").numbers.items() if key.endswith(".sanctions_slope")}
    assert all(one.range is not None and one.range[0] >= 0.0 for one in slopes.values())


def test_the_verdicts_are_what_they_were_when_claims_were_code(result: ThesisResult) -> None:
    """Digit by digit but for the last ones, which the order of a sum may move. Kept in ``verdicts.json``."""
    kept = json.loads((Path(__file__).parent / "verdicts.json").read_text(encoding="utf-8"))
    assert {key.split()[0] for key in kept["claims"]} == set(OLDEST)
    for key, held in kept["claims"].items():
        id, days = key.split()
        claim = result.claim(id, int(days))
        effect = claim.effect
        assert (claim.verdict, claim.comparator) == (held["verdict"], held["comparator"])
        probabilities = [claim.probability, claim.probability_low, claim.probability_high, claim.given_record]
        assert probabilities == pytest.approx(held["probability"], rel=1e-9, abs=1e-12), key
        sizes = [effect.value, effect.low, effect.high, effect.monte_carlo_error]
        assert sizes == pytest.approx(held["effect"], rel=1e-9, abs=1e-12), key
    for cell, held in zip(result.decomposition, kept["decomposition"], strict=True):
        assert [cell.learning, cell.errors, cell.horizon_days] == held[:3]
        assert [cell.difference, cell.probability_safer] == pytest.approx(held[3:], rel=1e-9, abs=1e-12)
    assert {str(days): share for days, share in result.order.items()} == kept["order"]
    (watched,) = result.watched
    assert {str(days): share for days, share in watched.by_day.items()} == kept["struck_anyway"]


def test_the_json_is_the_contract_s(result: ThesisResult) -> None:
    written = json.loads(json.dumps(result.to_json()))
    assert written["verdicts_wrong_by_chance"] == pytest.approx(sum(claim["wrong"] for claim in written["claims"]))
    for claim in written["claims"]:
        assert {"id", "statement", "comparator", "horizon_days", "verdict", "probability", "effect"} <= claim.keys()
        assert {"quantity", "value", "low", "high"} <= claim["effect"].keys()
        assert claim["verdict"] in ("supported", "refuted", "inconclusive")
        assert claim["comparator"] in (*shipped(), "absolute")
        assert 0.0 <= claim["probability"] <= 1.0
    assert written["claims_tested"] == len(written["claims"])
    assert {(cell["learning"], cell["errors"]) for cell in written["decomposition"]} == {
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    }
    assert {"crossings", "points", "over", "contour"} <= written["break_even"].keys()
    assert (written["break_even"]["a"], written["break_even"]["b"]) == ("strike", "nonresponse")
    assert {"attribution", "sensitivity", "discovery", "crossover"} <= written.keys()
    assert None not in written.values()
    assert written["not_testable"]
    by_rule = {row["rule"] for row in written["by_rule"]}
    assert by_rule | set(written["structure"]["rules_left_out"]) == set(RULES)
    for row in written["by_rule"] + written["by_mechanism"] + written["over_ranges"]:
        assert {"id", "horizon_days", "verdict", "probability", "moved", "artefact"} <= row.keys()


def test_the_decomposition_agrees_with_the_arms(result: ThesisResult) -> None:
    odds = {(each.arm, each.horizon_days): each.odds for each in result.odds}
    for cell in result.decomposition:
        if cell.learning and cell.errors:
            assert cell.act == odds["strike", cell.horizon_days]
            assert cell.without == odds["nonresponse", cell.horizon_days]
        assert cell.difference == pytest.approx(cell.act - cell.without, abs=1e-12)


def test_all_shipped_scenarios_are_arms(result: ThesisResult, safer: Thesis) -> None:
    assert set(shipped()) <= {arm.label for arm in safer.arms}
    assert set(shipped()) <= {odds.arm for odds in result.odds}


def test_odds_only_grow_with_the_horizon(result: ThesisResult) -> None:
    by_arm: dict[str, list[float]] = {}
    for odds in result.odds:
        by_arm.setdefault(odds.arm, []).append(odds.odds)
    assert all(values == sorted(values) for values in by_arm.values())


def test_the_same_seed_gives_the_same_result(result: ThesisResult, safer: Thesis) -> None:
    again = thesis(safer, draws=8, worlds=8, horizon=13, workers=1, side=False).to_json()
    assert not {"by_rule", "break_even", "attribution"} & again.keys()
    assert {key: value for key, value in result.to_json().items() if key in again} == again


def test_the_courses_and_the_pairs_agree_with_the_odds(result: ThesisResult) -> None:
    """Week by week and world by world, counted, they are the very worlds of the odds."""
    assert result.courses is not None
    counted = {(odds.arm, odds.horizon_days): odds.counted for odds in result.odds}
    for course in result.courses.arms:
        assert course.weeks == tuple(range(14))
        assert course.odds[0] == 0.0
        assert list(course.odds) == sorted(course.odds)
        assert course.odds[2] == pytest.approx(counted[course.arm, 14], abs=1e-12)
        assert course.odds[13] == pytest.approx(counted[course.arm, 90], abs=1e-12)
        bounds = zip(course.low, course.odds, course.high, strict=True)
        assert all(0.0 <= low <= odds <= high <= 1.0 for low, odds, high in bounds)
    for pair in result.courses.pairs:
        a, b = ((pair.both + only) / pair.worlds for only in (pair.only_a, pair.only_b))
        assert (pair.a, pair.b) == ("nonresponse", "strike")
        assert a == pytest.approx(counted["nonresponse", pair.horizon_days], abs=1e-12)
        assert b == pytest.approx(counted["strike", pair.horizon_days], abs=1e-12)
        assert pair.low <= b - a <= pair.high
    assert {toll.arm for toll in result.courses.tolls} == {"accord", "strike", "nonresponse"}
    assert all(next(iter(toll.dead)) == "civilian" for toll in result.courses.tolls)


def test_beside_each_verdict_stands_every_other_choice_of_the_model(result: ThesisResult, safer: Thesis) -> None:
    found = result.structure
    assert found is not None
    assert found.complete
    names = [
        AS_WRITTEN,
        EVENLY,
        *(one.name for one in safer.mechanisms),
        *(rule for rule in RULES if rule != "quantal"),
    ]
    assert [choice.name for choice in found.choices] == [name for name in names if name not in found.left_out]
    asked = [(claim.id, claim.horizon_days) for claim in result.claims]
    assert len(asked) == len(set(asked))
    for choice in found.choices:
        own = [one for one in found.variants if (one.kind, one.name) == (choice.kind, choice.name)]
        assert [(one.id, one.horizon_days) for one in own] == asked
        for one in own:
            assert found.cell(one.id, one.name, one.horizon_days, kind=one.kind) == one


def test_the_model_as_written_is_the_same_beside_the_others_as_alone(result: ThesisResult, safer: Thesis) -> None:
    """At the same size: the rows of the other choices stand beside it and change nothing."""
    assert result.structure is not None
    for variant in result.structure.of("as written"):
        alone = result.claim(variant.id, variant.horizon_days)
        assert variant.probability == pytest.approx(alone.probability, abs=1e-12), variant.id


def test_a_mechanism_that_is_off_already_changes_nothing(result: ThesisResult) -> None:
    """C14 without errors of any one channel, against all off: what has no effect in an arm leaves it as it is."""
    found = result.structure
    assert found is not None
    written, learning = found.cell("C4", AS_WRITTEN), found.cell("C4", "learning")
    assert written is not None
    assert learning is not None
    assert learning.probability == written.probability, "the first day comes before any learning"
    fragility = found.cell("C15", "fragility")
    assert fragility is not None
    assert fragility.moot, "both arms are the same one without the misjudgement of fragility"
    assert not fragility.artefact
    assert [variant.moot for variant in found.of("as written")] == [False] * len(found.of("as written"))


def test_verdicts_follow_their_probability() -> None:
    assert [verdict(p) for p in (0.0, 0.1, 0.11, 0.89, 0.9, 1.0)] == [
        "refuted",
        "refuted",
        "inconclusive",
        "inconclusive",
        "supported",
        "supported",
    ]


def _planted(war: dict[str, float], draws: int = 24, n: int = 40) -> dict[str, object]:
    """Arms whose odds of war are planted, with the noise of ``n`` worlds."""
    rng = np.random.default_rng(0)
    luck = rng.random((draws, n))
    arms: dict[str, object] = {}
    for label, odds in war.items():
        snapshot = SimpleNamespace(war_sum=np.clip(odds + 0.02 * (luck - 0.5), 0.0, 1.0).ravel())
        tallies = {name: np.zeros(draws * n) for name in TALLIES}

        def by_draw(values: np.ndarray) -> np.ndarray:
            return np.asarray(values, dtype=float).reshape(draws, n)

        arms[label] = SimpleNamespace(
            label=label,
            draws=draws,
            n=n,
            at=lambda week, snapshot=snapshot: snapshot,
            by_draw=by_draw,
            tally=lambda week, name, tallies=tallies: by_draw(tallies[name]),
        )
    return arms


@pytest.mark.parametrize(
    ("strike", "without", "accord", "s1", "s2"),
    [
        (0.05, 0.10, 0.01, "supported", "supported"),
        (0.10, 0.05, 0.01, "refuted", "supported"),
        (0.05, 0.10, 0.04, "supported", "refuted"),
        (0.10, 0.05, 0.20, "refuted", "refuted"),
    ],
)
def test_s1_and_s2_can_each_come_out_either_way(
    safer: Thesis, strike: float, without: float, accord: float, s1: str, s2: str
) -> None:
    arms = _planted({"strike": strike, "nonresponse": without, "accord": accord})
    claims = {claim.id: claim for claim in safer.claims}
    weights = np.ones(24)
    assert evaluate(claims["S1"], arms, 13, weights).verdict == s1  # type: ignore[arg-type]
    assert evaluate(claims["S2"], arms, 13, weights).verdict == s2  # type: ignore[arg-type]


def test_a_verdict_is_wrong_as_often_as_its_own_probability_has_it() -> None:
    said = [("supported", 0.96, None), ("refuted", 0.03, None), ("inconclusive", 0.5, None), ("refuted", 0.001, 0.92)]
    wrong = [chance_wrong(*each) for each in said]  # type: ignore[arg-type]
    assert wrong == pytest.approx([0.04, 0.03, 0.0, 0.08]), "the last is refuted by a threshold of its own"


def test_a_refutation_with_a_threshold_of_its_own_is_as_sure_as_that(safer: Thesis) -> None:
    """Odds about C2's upper threshold: hardly ever below 10 in 100, and not always above 30."""
    (alarm,) = (claim for claim in safer.claims if claim.id == "C2")
    arms = _planted({"strike": 0.3007})
    found, past = evaluate(alarm, arms, 52), probability_refuted(alarm, arms, 52)  # type: ignore[arg-type]
    assert past is not None
    assert found.wrong == (1.0 - past if found.verdict == "refuted" else 0.0)
    sure = evaluate(alarm, _planted({"strike": 0.4}), 52)  # type: ignore[arg-type]
    assert (sure.verdict, sure.wrong < 0.1) == ("refuted", True)


@pytest.mark.parametrize(("odds", "said"), [(0.05, "supported"), (0.2, "inconclusive"), (0.4, "refuted")])
def test_between_two_thresholds_a_claim_is_left_open(safer: Thesis, odds: float, said: str) -> None:
    (alarm,) = (claim for claim in safer.claims if claim.id == "C2")
    assert evaluate(alarm, _planted({"strike": odds}), 52).verdict == said  # type: ignore[arg-type]


def test_equal_arms_differ_by_exactly_nothing() -> None:
    arms = run_arms([Arm("a", "strike", {}), Arm("b", "strike", {})], draws=8, n=4, seed=3, horizon=3, workers=1)
    assert np.all(difference(arms["a"], arms["b"], 3).value == 0.0)
    for quantity in QUANTITIES.values():
        if quantity.comparable and quantity.week is None:
            apart = quantity.less(arms["a"], arms["b"], 3)
            assert np.all(apart.value == 0.0), quantity.name
            measured = np.ones(8) if quantity.bottom is None else quantity.bottom(arms["a"], 3).sum(axis=1)
            assert np.all((apart.error == 0.0) == (measured > 0.0)), quantity.name
        if quantity.counts:
            assert np.all(quantity.log_ratio(arms["a"], arms["b"], 3).value == 0.0), quantity.name


def test_every_measure_stays_within_its_bounds() -> None:
    (arm,) = run_arms([Arm("a", "strike", {})], draws=3, n=16, seed=3, horizon=4, workers=1).values()
    for quantity in QUANTITIES.values():
        found = quantity.of(arm, 4)
        assert found.value.shape == found.error.shape == (3,), quantity.name
        assert np.isfinite(found.value).all(), quantity.name
        # a weighed estimate of a probability may stray over 1 by its noise
        slack = 1.0 if quantity.name == "war" else 1e-9
        assert (found.value >= quantity.low).all(), quantity.name
        assert (found.value <= quantity.high + slack).all(), quantity.name


def test_weights_of_the_record_prefer_draws_that_fit_it(safer: Thesis) -> None:
    arms = run_arms([Arm("n", "nonresponse", {})], draws=24, n=8, seed=0, horizon=13, workers=2)
    assert safer.record is not None
    weights = record_weights(arms["n"], 13, safer.record)
    assert weights.max() == 1.0
    assert (weights > 0.0).all()
    odds = arms["n"].odds(13).value
    assert (weights * odds).sum() / weights.sum() < odds.mean()


def test_the_text_names_comparator_and_horizon_and_never_claims_observation(result: ThesisResult) -> None:
    text = report.text(result)
    said = " ".join(text.split())
    assert "not observations" in said
    assert "strike less nonresponse" in said
    assert "within 14 days" in said
    assert "8 draws" in said
    assert max(len(line) for line in text.splitlines()) <= report.WIDTH
    for claim in result.claims:
        assert f"{claim.id}: " in text
        assert claim.confirms in said
        assert claim.refutes in said
    for fact in result.facts:
        assert fact.reason in said
    assert f"{result.tested} verdicts were reached" in said
    assert "wrong by chance" in said
    assert "a chance of up to about 3 in 8" in said
    assert result.structure is not None
    for choice in result.structure.choices:
        assert (choice.title if choice.kind == "mechanism" else choice.name) in said


def test_the_table_of_claims_keeps_its_columns_apart_and_tells_arms(result: ThesisResult) -> None:
    one = next(claim for claim in result.claims if claim.against)
    alone = replace(one, against="x", id="A", verdict="refuted")
    text = report.text(replace(result, claims=(alone,), record_says=""))
    head, row = re.findall(r"^claim +against +by.*\n.*$", text, re.M)[0].split("\n")
    assert row.split()[:2] == ["A", "x"]
    assert "P|record" not in text
    assert "One verdict was reached" in text
    assert head.index("verdict") == row.index("refuted")
    size = replace(alone, against="", comparator="absolute", effect=replace(one.effect, value=0.2, low=0.1, high=0.3))
    assert "0.2 (0.1 to 0.3)" in report.text(replace(result, claims=(size,)))


def test_a_thesis_without_a_record_weighs_nothing_by_it(result: ThesisResult) -> None:
    assert result.to_json()["given_record"] == {"effective_draws": result.effective_draws}
    assert "given_record" not in replace(result, record_says="").to_json()


def test_the_text_says_which_verdict_hangs_on_one_choice(result: ThesisResult) -> None:
    assert result.structure is not None
    base = result.structure.of("as written")[0]
    decided = replace(base, verdict="supported")
    undone = replace(base, kind="mechanism", name="aim", verdict="refuted", moved=True, artefact=True)
    planted = replace(result, structure=replace(result.structure, variants=(decided, undone)))
    said = " ".join(report.text(planted).split())
    at = f"{base.id} at {base.horizon_days} days"
    assert f"{at} (supported as written) is refuted without errors of aim" in said


def test_the_folder_holds_report_table_and_json(result: ThesisResult, tmp_path: Path) -> None:
    written = report.write(result, tmp_path)
    assert {path.name for path in written} == {
        "report.txt",
        "results.csv",
        "thesis.json",
    }
    assert all(path.stat().st_size > 0 for path in written)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written}
    table = (tmp_path / "results.csv").read_text().splitlines()
    assert table[0].startswith("arm,horizon_days,war_odds")
    assert len(table) == 1 + len(result.odds)


@pytest.mark.parametrize("wrong", [{"draws": 4}, {"worlds": 1}, {"horizon": 1}])
def test_too_small_a_run_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="legal"):
        thesis(**wrong)  # type: ignore[arg-type]
