"""Why a folder is not that of the sweep that is asked for, in words, and what to do about it."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from escalation.scenario.points import Points
from escalation.worlds import folder as files
from escalation.worlds.tasks import Study

POINTS: Final = "points.csv"
SCENARIO: Final = "scenario.toml"
_SHOWN: Final = 3
"""Differences between two scenarios, and keys of two lists of points, that a refusal names."""
_DERIVED: Final = ("part_worlds", "batched")
"""What follows from other entries of a sweep's identity, and is told by what it follows from."""


def difference(folder: Path, held: Mapping[str, Any], study: Study, reference: str) -> str:
    """Why ``folder``, whose manifest is ``held``, cannot be gone on with as ``study``; empty where it can."""
    there, asked = held.get("study"), study.identity()
    if not isinstance(there, dict):
        return f"{folder} holds a run, not a sweep to go on with; name another folder"
    differing = [name for name, value in asked.items() if there.get(name) != value]
    told = [
        f"{name.replace('_', ' ')}: {_short(there.get(name))} there, {_short(asked[name])} asked for"
        for name in differing
        if name not in (*_DERIVED, "points", "model")
    ]
    if held.get("reference", reference) != reference:
        told.append(f"reference: {held['reference']} there, {reference} asked for")
    if "scenario" in differing:
        told += _changed(folder / SCENARIO, study.scenario.resolved_toml())
    if "points" in differing:
        told += [f"points: {text}" for text in _other_points(folder / POINTS, held, study.points)]
    if "batched" in differing:
        with_it, without = ("that sweep", "this") if there.get("batched") else ("this", "that sweep")
        told.append(f"precision: {with_it} is run with --precision, {without} without")
    if differing == ["part_worlds"]:
        told.append(f"part worlds: {there.get('part_worlds')} there, {asked['part_worlds']} asked for")
    model = _other_model(held, asked["model"], there.get("model")) if "model" in differing else ""
    if model and not told:
        return f"{folder} holds this sweep, but {model}"
    if model:
        told.append(f"program: {model}")
    what = "\n  ".join(told)
    return f"{folder} holds another sweep; name another folder. It differs in\n  {what}" if told else ""


def points_csv(study: Study) -> Iterator[str]:
    """The points as a table, line by line: a head of keys, a row a point."""
    keys = study.points.keys
    return files.table_lines(dict(zip(keys, map(_cell, setting), strict=True)) for setting in study.points.settings)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _other_points(path: Path, held: Mapping[str, Any], asked: Points) -> Iterator[str]:
    """In what two lists of points differ: their keys; else how many they are, and the first that is another."""
    keys = held.get("keys")
    if isinstance(keys, list) and keys != list(asked.keys):
        yield f"{_some(keys)} varies there, {_some(asked.keys)} as asked for"
        return
    number = held.get("points")
    if number != len(asked):
        yield f"{number} there, {len(asked)} asked for"
    try:
        rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        next(rows)
        for place, (there, here) in enumerate(zip_longest(rows, asked.settings)):
            written = None if here is None else [str(_cell(value)) for value in here]
            if there != written:
                both = f"{_at(asked, there)} there, {_at(asked, written)} asked for"
                yield f"the first that differs is point {place}: {both}"
                return
    except (OSError, ValueError, csv.Error, StopIteration):
        return


def _at(points: Points, row: list[str] | None) -> str:
    """A point in words, by the first of its keys."""
    if row is None:
        return "none"
    cells = [f"{key} {value}" for key, value in zip(points.keys, row, strict=False)]
    return ", ".join(cells[:_SHOWN]) + (" and more" if len(cells) > _SHOWN else "")


def _some(keys: Iterable[str]) -> str:
    listed = list(keys)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def _other_model(held: Mapping[str, Any], here: str, there: object) -> str:
    """That other code made the folder: which, as far as it is known, and what to do."""
    now = {"escalation": files.versions()["escalation"], "git_commit": files.git_commit()}
    before = {"escalation": held.get("versions", {}).get("escalation"), "git_commit": held.get("git_commit")}
    made, runs = (
        ", ".join(
            [
                f"version {known['escalation']}",
                *([f"commit {known['git_commit'][:12]}"] if isinstance(known["git_commit"], str) else []),
                f"model {model}",
            ]
        )
        for known, model in ((before, there), (now, here))
    )
    return (
        f"it was made by other code than this ({made}; this is {runs}), and worlds of two models are never mixed. "
        "Go on with the code that began it, or name another folder to run it anew"
    )


def _short(value: object) -> str:
    """Digests by their beginning, which is enough to tell two apart."""
    text = str(value)
    return text[:16] if re.fullmatch(r"[0-9a-f]{64}", text) else text


def _changed(path: Path, asked: str) -> list[str]:
    """The first values in which the folder's scenario and the one asked for differ."""
    try:
        there = dict(_leaves(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, tomllib.TOMLDecodeError):
        return []
    here = dict(_leaves(tomllib.loads(asked)))
    found = [
        f"  {key}: {there.get(key, 'nothing')} there, {here.get(key, 'nothing')} asked for"
        for key in dict.fromkeys([*here, *there])
        if here.get(key) != there.get(key)
    ]
    more = [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return found[:_SHOWN] + more


def _leaves(tree: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}".removesuffix(".value"), value
