"""``escalation thesis`` on an analyst's own file, whose arms are one scenario set otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from escalation.analysis.thesis import plan_thesis
from escalation.report.page import world
from escalation.report.page.beside import beside
from escalation.report.page.parts import Command, Text

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


def test_a_world_of_a_changed_scenario_is_told_without_a_command(mine: str) -> None:
    plan = plan_thesis(mine, draws=8, worlds=24, horizon=6, overrides={"us.gamble.gain": 60.0})
    held = beside(plan, workers=1)
    assert held.keys() == {"world.json"}
    told = world.section(json.loads(held["world.json"]))
    assert told is not None
    assert not any(isinstance(block, Command) for block in told.blocks)
    assert not any("as a story" in block.text for block in told.blocks if isinstance(block, Text))
