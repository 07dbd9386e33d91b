"""Other models beside the one as written: which rules are run, how numbers are spread evenly, what counts as moved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from escalation.analysis import structure
from escalation.analysis.arms import Arm
from escalation.analysis.claims import verdict
from escalation.analysis.structure import Setting, rules_to_run, run_settings, spread_evenly
from escalation.analysis.thesis import ThesisResult, thesis
from escalation.model.rules import RULES
from escalation.report.thesis import text
from escalation.scenario.design import draw
from escalation.scenario.loader import load

THESIS = """\
schema = 1
title = "Errors"
question = "Do errors matter?"
source = "a test"
horizons = [14]

[arms.strike]
scenario = "strike"
shown = true

[arms.careful]
scenario = "strike"
set = { "errors.scale" = 0 }
shown = true

[claims.WAR]
statement = "Errors make war likelier."
quantity = "war"
arm = "strike"
comparator = "careful"
direction = "above"
confirms = "more wars with errors"
refutes = "fewer"

[mechanisms.errors]
title = "errors"
set = { "errors.scale" = 0 }

[mechanisms.peace]
title = "motive for all-out war"
set = { "acts.us.all_out.available" = 0, "acts.iran.all_out.available" = 0 }
"""


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(structure, "SLOW", {rule: "a test says so" for rule in RULES if rule != "quantal"})
    return "a test says so"


def test_slow_rules_are_left_out_and_named_unless_all_is_asked_for(slow: str) -> None:
    assert rules_to_run("quantal", full=False) == ([], {rule: slow for rule in RULES if rule != "quantal"})
    assert rules_to_run("quantal", full=True) == ([rule for rule in RULES if rule != "quantal"], {})


@pytest.fixture
def result(slow: str, tmp_path: Path) -> ThesisResult:
    path = tmp_path / "mine.toml"
    path.write_text(THESIS, encoding="utf-8")
    return thesis(path, draws=24, worlds=8, horizon=2, workers=1)


def test_what_switches_the_claim_s_own_dial_off_leaves_nothing_to_ask(result: ThesisResult) -> None:
    found = result.structure
    assert found is not None
    written, off, peace = (found.cell("WAR", name) for name in (structure.AS_WRITTEN, "errors", "peace"))
    assert written is not None
    assert off is not None
    assert peace is not None
    assert not written.moot
    assert (off.moot, off.moved, off.artefact) == (True, False, False), "both arms are without errors"
    assert peace.moot, "no one can go to war"
    said = " ".join(text(result).split())
    assert "same" in said
    assert all(f"The rule {rule} is left out: a test says so" in said for rule in RULES if rule != "quantal")


def test_each_horizon_is_held_against_itself() -> None:
    """A verdict decided within 14 days and open within a year is an artefact at the one horizon, not at the other."""
    written, other = (structure.Choice(kind, kind, kind) for kind in ("as written", "mechanism"))  # type: ignore[arg-type]

    def said(probability: float) -> structure._Said:
        return structure._Said(verdict(probability), probability, 0.0, 1.0, moot=False)

    found = structure._judged(
        [
            (written, "A", 14, said(0.95)),
            (written, "A", 365, said(0.5)),
            (other, "A", 14, said(0.5)),
            (other, "A", 365, said(0.5)),
        ]
    )
    assert [(one.horizon_days, one.artefact) for one in found if one.name == "mechanism"] == [(14, True), (365, False)]


def test_even_spreads_stay_in_the_plausible_range_and_share_the_uniforms_of_the_priors() -> None:
    strike = load("strike")
    drawn = draw(strike, 400, seed=1)
    even = spread_evenly(strike, drawn, seed=1)
    for number in strike.uncertain():
        assert number.range is not None
        low, high = number.range
        values = even[number.key]
        assert (values >= low).all(), number.key
        assert (values <= high).all(), number.key
        # both rise with the same uniform
        order = np.argsort(values, kind="stable")
        assert (np.diff(drawn[number.key][order]) >= -1e-12 * abs(high)).all(), number.key
    odds = even["us.type.resolute"]
    assert abs(odds.mean() - 0.425) < 0.04, "in the middle of 0.05 to 0.8, five standard errors at the most"
    gain = even["us.gamble.gain"]
    assert abs(np.log(gain).mean() - np.log(30 * 110) / 2) < 0.1, "log-normal: evenly in the logarithm"


def test_a_row_beside_others_is_the_row_alone() -> None:
    arm = Arm("strike", "strike", {})
    alone = run_settings(arm, [Setting()], 2, 8, seed=5, horizon=3, workers=1)
    settings = [Setting("central"), Setting(columns={"errors.aim": 0.0}), Setting()]
    beside = run_settings(arm, settings, 2, 8, seed=5, horizon=3, workers=2)
    assert np.array_equal(beside[2].at(3).tallies, alone[0].at(3).tallies)
    assert not np.array_equal(beside[1].at(3).tallies, alone[0].at(3).tallies)
