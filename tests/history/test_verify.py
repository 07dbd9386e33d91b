"""The table *model against record*: what counts, what a verdict means, labels that the scenario's sources bear out."""

from __future__ import annotations

import dataclasses
import json

import pytest

from escalation.history import record
from escalation.history.estimate import Estimate
from escalation.history.rows import SPECS, Spec
from escalation.history.verify import WIDTH, VerifyResult, verdict, verify, work
from escalation.scenario.loader import load

WORLDS = 40
FITTED = ("fitted", "computed from", "State Department", "50 %")
"""What the source of a number says that was set to the record, or to the judgement beside it."""


@pytest.fixture(scope="module")
def result() -> VerifyResult:
    return verify(WORLDS, 1)


def test_every_target_is_compared(result: VerifyResult) -> None:
    assert {row.target.name for row in result.rows} == set(record.targets())
    assert [row.target.name for row in result.rows] == [spec.target for spec in SPECS]


def test_progress_reports_the_work_that_was_announced() -> None:
    done: list[int] = []
    verify(8, progress=done.append)
    assert sum(done) == work(8)


def test_only_emergent_rows_with_a_range_count(result: VerifyResult) -> None:
    inside, tested = result.score()
    assert tested == sum(
        row.label == "emergent" and row.verdict in ("inside", "miss", "undecided") for row in result.rows
    )
    assert inside == sum(row.counts and row.verdict == "inside" for row in result.rows)
    sure, firm = result.score(evidence_only=True)
    assert (sure, firm) <= (inside, tested)
    assert 0 < firm < tested


def test_a_fitted_row_scores_nothing(result: VerifyResult) -> None:
    fitted = dataclasses.replace(result, rows=tuple(dataclasses.replace(row, label="fitted") for row in result.rows))
    assert fitted.score() == (0, 0)


def test_every_miss_is_printed_as_one_and_explained(result: VerifyResult) -> None:
    missed = [row for row in result.rows if row.verdict == "miss"]
    text = result.to_text()
    table = text.split("Notes")[0]
    assert table.count("MISS") == len(missed)
    assert all(row.explanation for row in missed)
    assert text.count("why: ") == len(missed)
    assert not any(row.explanation for row in result.rows if row.verdict != "miss")


def test_the_text_keeps_its_width_and_says_when_the_evidence_is_from(result: VerifyResult) -> None:
    lines = result.to_text().splitlines()
    assert max(map(len, lines)) <= WIDTH
    for row in result.rows:
        assert row.target.as_of.isoformat() in result.to_text()


def test_json_is_plain_and_complete(result: VerifyResult) -> None:
    tree = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert tree["schema"] == 1
    assert (tree["worlds"], tree["seed"], tree["evidence"]) == (WORLDS, 1, "start")
    assert len(tree["rows"]) == len(result.rows)
    inside, tested = result.score()
    assert tree["emergent"] == {"inside": inside, "tested": tested}
    for row in tree["rows"]:
        assert row["label"] in ("input", "fitted", "emergent")
        assert row["record"]["as_of"]
        assert row["record"]["source"]


def test_the_same_seed_gives_the_same_table(result: VerifyResult) -> None:
    assert verify(WORLDS, 1, workers=1).to_json() == result.to_json()


def test_too_few_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="2 or more"):
        verify(1)


def _estimate(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half, 100)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (_estimate(3.0, 9.0), "inside"),
        (_estimate(2.0, 0.0), "inside"),
        (_estimate(1.9, 0.05), "miss"),
        (_estimate(1.9, 0.2), "undecided"),
        (_estimate(5.0, 0.5), "miss"),
        (_estimate(float("inf"), 0.0), "miss"),
        (None, "not seen"),
    ],
)
def test_a_verdict_follows_from_value_and_interval(model: Estimate | None, expected: str) -> None:
    target = dataclasses.replace(record.targets()["attack_ratio"], low=2.0, high=4.0)
    assert verdict(model, target) == expected
    assert verdict(model, dataclasses.replace(target, low=None, high=None)) in ("no range", "not seen")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.target}: {spec.variant}")
def test_labels_are_borne_out_by_the_sources(spec: Spec) -> None:
    numbers = load("strike").numbers
    sources = [numbers[key].source for key in spec.rests_on]
    tuned = [source for source in sources if any(word in source for word in FITTED)]
    assert bool(tuned) == (spec.label == "fitted"), sources


def test_all_evidence_may_be_used_when_asked_for() -> None:
    assert verify(8, evidence="all").evidence == "all"
