"""``escalation thesis`` on an analyst's own file, whose arms are one scenario set otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from escalation.analysis import laboratory
from escalation.analysis.thesis import plan_thesis
from escalation.history import verify
from escalation.report.page import world
from escalation.report.page.beside import beside
from escalation.report.page.parts import Command, Text
from tests.cli.conftest import Here

MINE = """\
schema = 1
title = "x"
question = "Do errors matter?"
source = "a test"
horizons = [21, 42]

[arms.careless]
scenario = "strike"
shown = true

[arms.careful]
scenario = "strike"
says = "better aim"
shown = true
set = { "errors.aim" = 0 }

[claims.A]
statement = "Errors of aim make war likelier."
quantity = "war"
arm = "careless"
comparator = "careful"
direction = "above"
confirms = "more wars with errors"
refutes = "fewer"
headline = true

[structure]
draws = 8
worlds = 2
horizon = 14

[laboratory]
act = "careless"
without = "careful"
over = "errors.execution=0:2"
also = "errors.perception=0:2"
horizon = 42
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    return str(tmp_path / "mine.toml")


def test_what_is_asked_of_two_arms_of_one_scenario_names_the_arms(mine: str) -> None:
    asked = plan_thesis(mine, draws=8, worlds=2, horizon=6).laboratory
    assert asked is not None
    assert (asked.attribution.scenario.name, asked.sensitivity.a.name) == ("careless", "careless")
    assert (asked.break_even.a.name, asked.break_even.b.name) == ("careless", "careful")
    assert (asked.discovery.a.name, asked.discovery.b and asked.discovery.b.name) == ("careless", "careful")


@pytest.mark.parametrize(
    ("old", "new", "claim", "safer"),
    [
        ("", "", "A", True),
        ('direction = "above"', 'direction = "below"', "A", False),
        ('arm = "careless"\ncomparator = "careful"', 'arm = "careful"\ncomparator = "careless"', "A", False),
        ('quantity = "war"', 'quantity = "attacks_per_month"', "", True),
        ('direction = "above"', 'direction = "above"\nfactor = 2', "", True),
    ],
)
def test_boxes_are_looked_for_where_the_headline_claim_fails(
    tmp_path: Path, old: str, new: str, claim: str, safer: bool
) -> None:
    path = tmp_path / "asked.toml"
    path.write_text(MINE.replace(old, new), encoding="utf-8")
    asked = plan_thesis(str(path), draws=8, worlds=2, horizon=6).laboratory
    assert asked is not None
    assert (asked.claim, asked.discovery.safer) == (claim, safer)


def test_a_world_of_a_changed_scenario_is_told_without_a_command(mine: str) -> None:
    plan = plan_thesis(mine, draws=8, worlds=24, horizon=6, overrides={"us.gamble.gain": 60.0})
    held = beside(plan, workers=1)
    assert held.keys() == {"world.json"}
    told = world.section(json.loads(held["world.json"]))
    assert told is not None
    assert not any(isinstance(block, Command) for block in told.blocks)
    assert not any("as a story" in block.text for block in told.blocks if isinstance(block, Text))


@pytest.mark.parametrize(
    ("overrides", "rule", "held"), [({}, None, True), ({"us.gamble.gain": 60.0}, None, False), ({}, "level-k", False)]
)
def test_the_record_is_shown_only_where_the_model_is_the_one_held_against_it(
    monkeypatch: pytest.MonkeyPatch, overrides: dict[str, object], rule: str | None, held: bool
) -> None:
    def verified(*_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(to_json=dict)

    monkeypatch.setattr(verify, "verify", verified)
    plan = replace(plan_thesis("safer", draws=8, worlds=2, overrides=overrides, rule=rule), side=True)
    unasked = replace(plan, thesis=replace(plan.thesis, questions=None))
    assert ("record.json" in beside(unasked)) is held


@pytest.mark.parametrize("where", ["run_attribution", "run_break_even"])
def test_an_interrupt_of_what_the_answer_hangs_on_keeps_all_that_was_done(
    here: Here, tmp_path: Path, mine: str, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Within the attribution, which by itself would end with what it has, and outside it."""

    def interrupted(*_: object, **__: object) -> SimpleNamespace:
        if where != "run_attribution":
            raise KeyboardInterrupt
        return SimpleNamespace(found=SimpleNamespace(complete=False))

    def none(*_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(found=SimpleNamespace(complete=True))

    monkeypatch.setattr(laboratory, "run_attribution", none)
    monkeypatch.setattr(laboratory, where, interrupted)
    done = here("thesis", mine, "--draws", "8", "-n", "2", "--horizon", "3", "--out", "t")
    assert done.returncode == 130
    assert "what they hang on is left out" in done.stderr
    assert "Errors of aim make war likelier" in done.stdout
    held = json.loads((tmp_path / "t" / "thesis.json").read_text(encoding="utf-8"))
    assert held["claims"]
    assert held["structure"]["complete"] is True
    assert "attribution" not in held
    page = (tmp_path / "t" / "report.html").read_text(encoding="utf-8")
    assert "What became of the claims" in page
