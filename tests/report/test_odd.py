"""The model's page in ODD form: complete, and current."""

from __future__ import annotations

from pathlib import Path

import pytest

from escalation.model.layout import ALLY_FIELDS, PROXY_FIELDS, STATE_FIELDS, TALLIES
from escalation.model.outcomes import ROUTE_MEANINGS
from escalation.model.rules import RULES
from escalation.report.odd import odd
from escalation.report.odd_words import ALLY, PROXY, STATE, TALLY
from escalation.scenario.loader import load
from escalation.scenario.registry import ERROR_CHANNELS


@pytest.fixture(scope="module")
def page() -> str:
    return odd()


@pytest.mark.parametrize(
    ("words", "names"), [(STATE, STATE_FIELDS), (PROXY, PROXY_FIELDS), (ALLY, ALLY_FIELDS), (TALLY, TALLIES)]
)
def test_every_variable_is_explained_and_nothing_else(words: dict[str, str], names: tuple[str, ...]) -> None:
    assert tuple(words) == names


def test_the_seven_elements_stand_in_order(page: str) -> None:
    heads = [line for line in page.splitlines() if line.startswith("## ")]
    elements = (
        "Purpose and patterns",
        "Entities, state variables and scales",
        "Process overview and scheduling",
        "Design concepts",
        "Initialisation",
        "Input data",
        "Submodels",
    )
    assert heads[:7] == [f"## {number}. {name}" for number, name in enumerate(elements, 1)]


def test_every_number_channel_rule_and_route_is_in_it(page: str) -> None:
    for number in load("base").numbers.values():
        assert f"`{number.key}`" in page
    for channel in ERROR_CHANNELS:
        assert f"`errors.{channel}`" in page
    for name in (*RULES, *ROUTE_MEANINGS):
        assert name in page


def test_the_page_in_the_repository_is_current(page: str, root: Path) -> None:
    path = root / "docs" / "model.md"
    if not path.exists():
        pytest.skip("docs/model.md is not there yet: make docs")
    assert path.read_text(encoding="utf-8") == page, "docs/model.md is out of date: make docs"
