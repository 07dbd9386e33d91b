"""A complete scenario that is not the program's own, and files made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from escalation.scenario.loader import load
from escalation.scenario.scenario import Scenario

BALAKOT = Path(__file__).parent / "data" / "balakot.toml"


@dataclass(frozen=True)
class Edited:
    """A changed copy of the fixture; ``line`` is the first line that holds the text put in."""

    path: Path
    line: int


Edit = Callable[[str, str], Edited]


@pytest.fixture
def balakot() -> Path:
    """The fixture's path."""
    return BALAKOT


@pytest.fixture(scope="session")
def dyad() -> Scenario:
    """The fixture, loaded."""
    return load(BALAKOT)


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """``edit(old, new)``: a copy of the fixture in which ``old``, which stands there once, is ``new``."""

    def change(old: str, new: str) -> Edited:
        text = BALAKOT.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the fixture"
        path = tmp_path / "edited.toml"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return Edited(path, text[: text.index(old)].count("\n") + 1)

    return change


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """``write(name, text)``: a scenario file in an empty folder."""

    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make
