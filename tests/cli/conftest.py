"""The command line run in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from escalation.cli.main import cli as program


@dataclass(frozen=True)
class Done:
    """What a command left: exit code and both streams."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """``here("list")``: the command in this process and an empty folder, which spares the start of a new one."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Done:
        done = CliRunner().invoke(program, list(words), prog_name="escalation")
        return Done(done.exit_code, done.stdout, done.stderr)

    return run


Here = Callable[..., Done]
