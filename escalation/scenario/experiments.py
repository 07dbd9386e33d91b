"""The shipped studies: a folder each in ``experiments/``, with a thesis file and a README."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import escalation

FILE: Final = "thesis.toml"


@dataclass(frozen=True, slots=True)
class Study:
    """The head of a shipped thesis file, enough to list it."""

    name: str
    title: str
    question: str


def experiments_dir() -> Path:
    """The folder of the shipped studies: inside the installed package, else beside it in a checkout."""
    package = Path(escalation.__file__).parent
    inside = package / "shipped" / "experiments"
    return inside if inside.is_dir() else package.parent / "experiments"


def experiment_path(name: str) -> Path:
    """The thesis file of a shipped study. Raises KeyError for an unknown name."""
    path = experiments_dir() / name / FILE
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) or not path.is_file():
        raise KeyError(name)
    return path


def is_thesis(file: str) -> bool:
    """Whether a file that can be read is a thesis: claims or arms are what no scenario has."""
    try:
        data = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return "claims" in data or "arms" in data


def studies() -> list[Study]:
    """Heads of the shipped thesis files, by name. A broken file has no title."""
    found = []
    for path in sorted(experiments_dir().glob(f"*/{FILE}")):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            data = {}
        found.append(Study(path.parent.name, str(data.get("title", "")), str(data.get("question", ""))))
    return found
