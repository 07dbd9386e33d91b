"""Finding scenario files, reading them, and following what they extend."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import escalation
from escalation.scenario.faults import Fault, closest
from escalation.scenario.source_map import source_lines

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 12
CONTRACT_ORDER: Final = (
    "accord",
    "nonresponse",
    "strike",
    "proportional",
    "strike-assurance",
    "strike-no-control-loss",
    "strike-no-errors",
    "strike-no-learning",
)
OVERRIDES: Final = "--set"
"""Stands for the command line's overrides where a file's name would."""

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)\s*$")


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of a chain of extensions; ``lines`` maps a dotted key to its line, None where there is none."""

    shown: str
    data: Mapping[str, object]
    lines: Mapping[str, int | None]

    @property
    def is_file(self) -> bool:
        """False for the overrides of the command line."""
        return self.shown != OVERRIDES

    @property
    def label(self) -> str:
        """What a number that this layer sets names as its source; no folder, so that digests travel."""
        return os.path.basename(self.shown)


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a shipped file, enough to list it."""

    name: str
    title: str
    question: str
    abstract: bool


def shipped_dir() -> Path:
    """The folder of the shipped scenarios: inside the installed package, else beside it in a checkout."""
    package = Path(escalation.__file__).parent
    inside = package / "shipped" / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def shipped_path(name: str) -> Path:
    """The file of a shipped scenario, abstract ones too. Raises KeyError for an unknown name."""
    path = shipped_dir() / f"{name}.toml"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) or not path.is_file():
        raise KeyError(name)
    return path


def shipped() -> list[str]:
    """Names of the scenarios that can be run, in the contract's order and then by name."""
    return [header.name for header in shipped_headers() if not header.abstract]


def shipped_headers() -> list[Header]:
    """Heads of all shipped files, abstract ones too, in the order of :func:`shipped`. A broken file has no title."""
    rank = {name: place for place, name in enumerate(CONTRACT_ORDER)}
    paths = sorted(shipped_dir().glob("*.toml"), key=lambda p: (rank.get(p.stem, len(rank)), p.stem))
    return [_header(path, path.stat().st_mtime_ns) for path in paths]


@cache
def _header(path: Path, _modified: int) -> Header:
    layer, _ = read_layer(path, str(path))
    data = layer.data if layer is not None else {}
    return Header(
        name=path.stem,
        title=str(data.get("title", "")),
        question=str(data.get("question", "")),
        abstract=data.get("abstract") is True,
    )


def find(name_or_path: str | os.PathLike[str]) -> tuple[Path, str] | Fault:
    """The file that a name or a path stands for, and how to show it; or the fault that there is none."""
    given = os.fspath(name_or_path)
    path = Path(given)
    if not _looks_like_path(given):
        try:
            found = shipped_path(given)
        except KeyError:
            if not path.is_file():
                legal = f"a path, or one of {', '.join(shipped())}"
                return Fault(given, None, "", "no such scenario", legal, closest(given, _all_names()))
        else:
            return found, _short(found)
    return path, given


def _looks_like_path(given: str) -> bool:
    return os.sep in given or "/" in given or given.endswith(".toml")


def _all_names() -> list[str]:
    return [path.stem for path in shipped_dir().glob("*.toml")]


def _short(path: Path) -> str:
    """Relative where the file is below the working folder."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def read_layer(path: Path, shown: str) -> tuple[Layer | None, list[Fault]]:
    """Read one file; either the layer or the faults that keep it from being read."""
    try:
        if not path.is_file():
            what = "a folder, not a file" if path.is_dir() else "not a file" if path.exists() else "no such file"
            return None, [Fault(shown, None, "", what)]
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return None, [Fault(shown, None, "", f"cannot be read: {reason}")]
    return parse_layer(content, shown)


def parse_layer(content: bytes, shown: str) -> tuple[Layer | None, list[Fault]]:
    """Parse a file's bytes; either the layer or the faults that keep it from being read."""
    if len(content) > MAX_BYTES:
        return None, [Fault(shown, 1, "", "too large for a scenario", f"at most {MAX_BYTES} bytes")]
    if b"\0" in content:
        return None, [Fault(shown, 1, "", "a binary file", "a scenario is TOML text")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, [Fault(shown, line, "", "not UTF-8", "a scenario is TOML text in UTF-8")]
    try:
        data = tomllib.loads(text)
        lines = source_lines(text)
    except RecursionError:
        return None, [Fault(shown, 1, "", "nested too deep", f"at most {MAX_DEPTH} levels")]
    except ValueError as error:
        return None, [_syntax_fault(shown, text, str(error))]
    deep = next((key for key in lines if key.count(".") >= MAX_DEPTH), None)
    if deep is not None:
        short = ".".join(deep.split(".")[:4]) + ".…"
        return None, [Fault(shown, lines[deep], short, "nested too deep", f"at most {MAX_DEPTH} levels")]
    if not data:
        legal = 'a scenario has schema = 1, a title, and extends = "base" or tables of its own'
        return None, [Fault(shown, 1, "", "the file is empty", legal)]
    return Layer(shown, data, lines), []


def _syntax_fault(shown: str, text: str, message: str) -> Fault:
    place = _PLACE.search(message)
    last = text.count("\n") + (not text.endswith("\n"))
    line = int(place[1]) if place is not None and place[1] else last if place is not None else 1
    reason = message[: place.start()] if place is not None else message
    if "Cannot overwrite" in reason:
        reason = "a key that is set twice"
    elif "Cannot declare" in reason:
        reason = f"a table that is opened twice ({reason})"
    return Fault(shown, line, "", f"not TOML: {reason[:200]}", "a key may be set once, as KEY = VALUE")


def read_chain(path: Path, shown: str) -> tuple[list[Layer], list[Fault]]:
    """The file and all that it extends, the root first; with faults, what could be read."""
    layers: list[Layer] = []
    seen: list[Path] = []
    while True:
        layer, faults = read_layer(path, shown)
        if layer is None:
            if layers and len(faults) == 1 and faults[0].line is None:
                child = layers[0]
                faults = [Fault(child.shown, child.lines.get("extends"), "extends", f"{shown}: {faults[0].what}")]
            return layers, faults
        layers.insert(0, layer)
        seen.append(path.resolve())
        if "extends" not in layer.data:
            return layers, []
        parent = _parent(layer, path)
        if isinstance(parent, Fault):
            return layers, [parent]
        path, shown = parent
        if path.resolve() in seen:
            circle = seen[seen.index(path.resolve()) :]
            names = " -> ".join([step.name for step in circle] + [path.name])
            line = layer.lines.get("extends")
            return layers, [Fault(layer.shown, line, "extends", f"goes round in a circle: {names}")]


def _parent(layer: Layer, path: Path) -> tuple[Path, str] | Fault:
    line = layer.lines.get("extends")
    target = layer.data["extends"]
    legal = "a shipped scenario's name, or a path relative to this file"
    if not isinstance(target, str) or not target.strip() or "\0" in target:
        return Fault(layer.shown, line, "extends", "not a name or a path", legal)
    beside = path.parent / target
    if _looks_like_path(target):
        return beside, os.path.normpath(os.path.join(os.path.dirname(layer.shown), target))
    try:
        found = shipped_path(target)
    except KeyError:
        if beside.is_file():
            return beside, os.path.join(os.path.dirname(layer.shown), target)
        return Fault(layer.shown, line, "extends", f"no scenario {target!r}", legal, closest(target, _all_names()))
    return found, _short(found)
