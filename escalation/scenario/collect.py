"""Gathering the faults of a merged scenario, each with the file and line where its key was set."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from escalation.scenario.faults import Fault, closest
from escalation.scenario.files import Layer
from escalation.scenario.schema import NAME_PATTERN, Entry, LaterEntry

E = TypeVar("E", bound=Entry)
Tree: TypeAlias = Mapping[str, object]


class Collector:
    """Reads entries and gathers faults; ``layers`` say where each key was set."""

    def __init__(self, merged: Tree, layers: list[Layer]) -> None:
        self.merged = merged
        self.layers = layers
        self.faults: list[Fault] = []

    # -- faults ---------------------------------------------------------------------------------------------

    def locate(self, key: str, *others: str) -> tuple[str, int | None]:
        """File and line where ``key`` is set last, else where the nearest table around it or another key is."""
        for start in (key, *others):
            steps = start.split(".") if start else []
            prefixes = [".".join(steps[:depth]) for depth in range(len(steps), 0, -1)]
            for layer in reversed(self.layers):
                for prefix in prefixes:
                    if prefix in layer.lines and (prefix == key or not isinstance(_at(layer.data, prefix), Mapping)):
                        return layer.shown, layer.lines[prefix]
            for prefix in prefixes:
                for layer in reversed(self.layers):
                    if prefix in layer.lines:
                        return layer.shown, layer.lines[prefix]
        return next(layer for layer in reversed(self.layers) if layer.is_file).shown, 1

    def fault(
        self, key: str, what: str, legal: str = "", suggestion: str = "", *, near: str = "", at: str = ""
    ) -> None:
        """Report a fault of ``key``, on the line of ``at`` if given; ``near`` helps where neither is set."""
        file, line = self.locate(at or key, *filter(None, [near]))
        self.faults.append(Fault(file, line, key, what, legal, suggestion))

    def unknown(self, key: str, candidates: Iterable[str], kind: str = "key") -> None:
        names = list(candidates)
        word = key.rsplit(".", 1)[-1]
        legal = f"legal: {', '.join(names)}" if 0 < len(names) <= 20 else ""
        self.fault(key, f"unknown {kind}", legal, closest(word, names))

    def reference(self, key: str, target: str | None, kind: str, names: Iterable[str]) -> None:
        known = list(names)
        if target is not None and target not in known:
            legal = f"legal: {', '.join(known)}" if known else f"the file has no {kind}"
            self.fault(key, f"no {kind} {target!r}", legal, closest(target, known))

    # -- tables and entries ---------------------------------------------------------------------------------

    def table(self, key: str, needed: bool = True) -> Tree:
        """A table of named tables; faulty entries are reported and left out."""
        value = self.merged.get(key)
        if value is None:
            if needed:
                self.fault(key, "missing table", f"[{key}.NAME] for each")
            return {}
        return self.named(key, value)

    def named(self, key: str, value: object) -> Tree:
        if not isinstance(value, Mapping):
            self.fault(key, "not a table", f"[{key}.NAME] for each")
            return {}
        kept = {}
        for name, entry in value.items():
            here = f"{key}.{name}"
            if not re.fullmatch(NAME_PATTERN, name):
                self.fault(here, f"{name!r} is not a name", "small letters, digits and '_', a letter first")
            elif not isinstance(entry, Mapping):
                self.fault(here, "not a table", f"[{here}]")
            else:
                kept[name] = entry
        return kept

    def entry(self, model: type[E], key: str, raw: object, near: str = "") -> E | None:
        """The table read by its model; None after its faults are reported."""
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self.entry_fault(model, key, detail, near)
            return None

    def entry_fault(self, model: type[Entry], key: str, detail: ErrorDetails, near: str) -> None:
        names = [str(step) for step in detail["loc"] if isinstance(step, str)]
        inner = LaterEntry if len(names) > 1 and names[0] == "later" else model
        fields = {f.alias or name: f for name, f in inner.model_fields.items()}
        here = ".".join([part for part in (key, *names) if part])
        last = names[-1] if names else ""
        legal = fields[last].description or "" if last in fields else ""
        given = detail.get("input")
        kind = detail["type"]
        if kind == "extra_forbidden":
            self.unknown(here, fields, "field")
        elif kind == "missing":
            self.fault(here, "missing", legal, near=near)
        elif kind == "literal_error":
            choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
            near_word = closest(given, choices) if isinstance(given, str) else ""
            self.fault(here, f"unknown value {shown(given)}", legal, near_word)
        elif kind in ("finite_number", "greater_than_equal", "less_than_equal"):
            self.fault(here, f"{shown(given)} is out of range", legal)
        else:
            self.fault(here, f"{shown(given)} is not legal here", legal or detail["msg"])


def shown(value: object) -> str:
    """A value as a fault quotes it: as TOML would write it, and short."""
    if isinstance(value, Mapping):
        return "a table"
    text = str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, float) else repr(value)
    if isinstance(value, dt.date):
        text = value.isoformat()
    return text if len(text) <= 60 else text[:57] + "…"


def _at(tree: object, key: str) -> object:
    for step in key.split("."):
        tree = tree.get(step) if isinstance(tree, Mapping) else None
    return tree
