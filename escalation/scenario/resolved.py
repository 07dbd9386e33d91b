"""A scenario written out in full, as a tree and as TOML."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from escalation.scenario.keys import dotted, prefix_of
from escalation.scenario.number import Later, Number
from escalation.scenario.registry import OWNERS, Owner, owned_by
from escalation.scenario.scenario import Scenario
from escalation.scenario.schema import SCHEMA

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Tree = dict[str, object]

_IN_THE_TABLES_NAME = frozenset({"name", "actor"})


def to_tree(scenario: Scenario) -> Tree:
    """The scenario as the tree that its resolved TOML parses to."""
    tree: Tree = {}
    for path, table in _tables(scenario):
        below = tree
        for step in path:
            below = below.setdefault(step, {})  # type: ignore[assignment]
        for key, value in table.items():
            *groups, last = key.split(".")
            branch: Any = below
            for group in groups:
                branch = branch.setdefault(group, {})
            branch[last] = value
    return tree


def to_toml(scenario: Scenario) -> str:
    """The scenario as TOML text: one table for each thing, one line for each number."""
    blocks = []
    for path, table in _tables(scenario):
        head = [f"[{'.'.join(path)}]"] if path else []
        blocks.append("\n".join(head + [f"{key} = {_literal(value)}" for key, value in table.items()]))
    return "\n\n".join(blocks) + "\n"


def _tables(scenario: Scenario) -> Iterator[tuple[tuple[str, ...], Tree]]:
    head: Tree = {"schema": SCHEMA, "name": scenario.name, "title": scenario.title, "question": scenario.question}
    yield (), head | ({"abstract": True} if scenario.abstract else {}) | _numbers(scenario, "world", "")
    yield ("start",), _fields(scenario.start)
    for actor in scenario.actors:
        yield ("actors", actor.name), _fields(actor)
    for owner in OWNERS:
        for instance in scenario.instances(owner) if owner != "world" else ():
            yield tuple(prefix_of(owner, instance).split(".")), _titles(scenario, owner, instance)
    for past in scenario.past:
        yield ("past", past.name), _fields(past)
    for event in scenario.events:
        yield ("events", event.name), _fields(event, "actor")


def _titles(scenario: Scenario, owner: Owner, instance: str) -> Tree:
    numbers = _numbers(scenario, owner, instance)
    if owner == "instrument":
        return {"title": next(i.title for i in scenario.instruments if i.name == instance)} | numbers
    if owner == "country":
        return {"title": next(c.title for c in scenario.countries if c.name == instance)} | numbers
    if owner == "act":
        actor, name = instance.split(".")
        return _fields(next(act for act in scenario.acts[actor] if act.name == name)) | numbers
    return numbers


def _fields(entry: DataclassInstance, *keep: str) -> Tree:
    found: Tree = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if value is not None and (field.name not in _IN_THE_TABLES_NAME or field.name in keep):
            found[field.name] = value
    return found


def _numbers(scenario: Scenario, owner: Owner, instance: str) -> Tree:
    return {q.key: _number(scenario.given[dotted(owner, instance, q.key)]) for q in owned_by(owner)}


def _number(number: Number) -> Tree:
    table: Tree = {"value": number.value, "unit": number.unit, "role": number.role}
    table |= _spread(number) | {"source": number.source, "as_of": number.as_of}
    if number.note:
        table["note"] = number.note
    if number.later is not None:
        later = number.later
        table["later"] = {"value": later.value, **_spread(later), "source": later.source, "as_of": later.as_of}
    return table


def _spread(number: Number | Later) -> Tree:
    spread: Tree = {}
    if number.prior is not None:
        spread["prior"] = str(number.prior)
    if number.range is not None:
        spread["range"] = list(number.range)
    return spread


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_literal(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_literal(item)}' for key, item in value.items())} }}"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
