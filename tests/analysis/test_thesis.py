"""The thesis run: its JSON, its books, and that its verdicts can come out either way."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from escalation.analysis.arms import Arm, difference, log_rate_ratio, run_arms
from escalation.analysis.claims import CLAIMS, evaluate, verdict
from escalation.analysis.thesis import SHIPPED_ARMS, ThesisResult, record_weights, thesis
from escalation.model.layout import TALLIES
from escalation.report import thesis as report
from escalation.scenario.loader import shipped

HORIZONS = [14, 90]


@pytest.fixture(scope="module")
def result() -> ThesisResult:
    return thesis(draws=8, worlds=8, horizon=13, workers=2)


def test_every_claim_stands_once_at_every_horizon(result: ThesisResult) -> None:
    found = [(claim.id, claim.horizon_days) for claim in result.claims]
    assert len(found) == len(set(found)) == result.tested
    assert set(found) == {(claim.id, days) for claim in CLAIMS for days in HORIZONS}
    assert {claim.id for claim in CLAIMS} == {"S1", "S2", "C2", "C9", "C10", "C13", "C14", "C19"}


def test_the_json_is_the_contract_s(result: ThesisResult) -> None:
    written = json.loads(json.dumps(result.to_json()))
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
    assert "break_even" not in written
    assert "by_rule" not in written


def test_the_decomposition_agrees_with_the_arms(result: ThesisResult) -> None:
    odds = {(each.arm, each.horizon_days): each.odds for each in result.odds}
    for cell in result.decomposition:
        if cell.learning and cell.errors:
            assert cell.strike == odds["strike", cell.horizon_days]
            assert cell.nonresponse == odds["nonresponse", cell.horizon_days]
        assert cell.difference == pytest.approx(cell.strike - cell.nonresponse, abs=1e-12)


def test_all_shipped_scenarios_are_arms(result: ThesisResult) -> None:
    assert {arm.label for arm in SHIPPED_ARMS} == set(shipped())
    assert {arm.label for arm in SHIPPED_ARMS} <= {odds.arm for odds in result.odds}


def test_odds_only_grow_with_the_horizon(result: ThesisResult) -> None:
    by_arm: dict[str, list[float]] = {}
    for odds in result.odds:
        by_arm.setdefault(odds.arm, []).append(odds.odds)
    assert all(values == sorted(values) for values in by_arm.values())


def test_the_same_seed_gives_the_same_result(result: ThesisResult) -> None:
    assert thesis(draws=8, worlds=8, horizon=13, workers=1).to_json() == result.to_json()


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
def test_s1_and_s2_can_each_come_out_either_way(strike: float, without: float, accord: float, s1: str, s2: str) -> None:
    arms = _planted({"strike": strike, "nonresponse": without, "accord": accord})
    claims = {claim.id: claim for claim in CLAIMS}
    weights = np.ones(24)
    assert evaluate(claims["S1"], arms, 13, 90, weights).verdict == s1  # type: ignore[arg-type]
    assert evaluate(claims["S2"], arms, 13, 90, weights).verdict == s2  # type: ignore[arg-type]


def test_equal_arms_differ_by_exactly_nothing() -> None:
    arms = run_arms([Arm("a", "strike", {}), Arm("b", "strike", {})], draws=8, n=4, seed=3, horizon=3, workers=1)
    assert np.all(difference(arms["a"], arms["b"], 3).value == 0.0)
    assert np.all(log_rate_ratio(arms["a"], arms["b"], 3).value == 0.0)


def test_weights_of_the_record_prefer_draws_that_fit_it() -> None:
    arms = run_arms([Arm("n", "nonresponse", {})], draws=24, n=8, seed=0, horizon=13, workers=2)
    weights = record_weights(arms["n"], 13)
    assert weights.max() == 1.0
    assert (weights > 0.0).all()
    odds = arms["n"].odds(13).value
    assert (weights * odds).sum() / weights.sum() < odds.mean()


def test_the_text_names_comparator_and_horizon_and_never_claims_observation(result: ThesisResult) -> None:
    text = report.text(result)
    said = " ".join(text.split())
    assert "not observations" in said
    assert "than without it" in said
    assert "within 14 days" in said
    assert "8 draws" in said
    assert max(len(line) for line in text.splitlines()) <= report.WIDTH
    for claim in CLAIMS:
        assert f"{claim.id}: " in text


def test_the_folder_holds_report_table_json_and_figures(result: ThesisResult, tmp_path: Path) -> None:
    written = report.write(result, tmp_path)
    assert {path.name for path in written} == {
        "report.txt",
        "results.csv",
        "thesis.json",
        "odds.svg",
        "odds.png",
        "odds.pdf",
    }
    assert all(path.stat().st_size > 0 for path in written)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written}
    table = (tmp_path / "results.csv").read_text().splitlines()
    assert table[0].startswith("arm,horizon_days,war_odds")
    assert len(table) == 1 + len(result.odds)
    svg = (tmp_path / "odds.svg").read_bytes()
    report.write(result, tmp_path)
    assert (tmp_path / "odds.svg").read_bytes() == svg


@pytest.mark.parametrize("wrong", [{"draws": 4}, {"worlds": 1}, {"horizon": 1}])
def test_too_small_a_run_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="legal"):
        thesis(**wrong)  # type: ignore[arg-type]
