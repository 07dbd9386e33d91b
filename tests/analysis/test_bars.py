"""The progress bar of a sweep, as a terminal shows it."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from escalation.analysis.bars import bar
from escalation.worlds.sweep import Standing

MILLION = 1_000_000


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_rate_is_of_the_worlds_of_this_sitting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million worlds lay in the folder, and another half in the reference's."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with bar() as tell:
        time.sleep(0.2)
        for done, kept in ((0, MILLION), (100, MILLION), (200, MILLION), (200, 3 * MILLION // 2)):
            tell(Standing(kept + done, 2 * MILLION, kept, 0, 0, 0.0))
            time.sleep(0.2)
        tell(Standing(3 * MILLION // 2 + 300, 2 * MILLION, 3 * MILLION // 2, 0, 0, 0.0))
    shown = terminal.getvalue()
    assert "75%" in shown
    rates = re.findall(r"([\d.]+)([kM]?) worlds/s", shown)
    assert rates
    assert all(unit == "" and float(number) < 1000 for number, unit in rates), rates
