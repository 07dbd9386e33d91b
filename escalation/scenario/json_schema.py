"""A JSON Schema (draft 7) of scenario files, for editors that check and complete TOML."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from escalation.scenario.keys import Branch, tree_of
from escalation.scenario.prior import FAMILIES
from escalation.scenario.registry import ROLES, Owner, Quantity
from escalation.scenario.schema import (
    NAME_PATTERN,
    ActEntry,
    ActorEntry,
    EventEntry,
    HeaderEntry,
    NumberEntry,
    PastEntry,
    StartEntry,
    TitledEntry,
)

Schema: TypeAlias = dict[str, Any]

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_PRIOR: Final = rf"^\s*({'|'.join(FAMILIES)})\s*\([^()]*\)\s*$"
_REMOVE: Final[Schema] = {"const": True, "description": "delete what the extended file has under this name"}


def json_schema() -> Schema:
    """The schema of one file. Nothing is required in it but ``schema``, as the rest may come from what it extends."""
    header = _fields(HeaderEntry)
    actor_numbers = {"anyOf": [{"$ref": f"#/definitions/{role}"} for role in ROLES]}
    tables = {
        "start": {"type": "object", "properties": _fields(StartEntry), "additionalProperties": False},
        "actors": _named(_table(ActorEntry)),
        "instruments": _named(_table(TitledEntry, "instrument")),
        "acts": _named(_named(_table(ActEntry, "act"))),
        "countries": _named(_table(TitledEntry, "country")),
        "past": _named(_table(PastEntry)),
        "events": _named(_table(EventEntry)),
    }
    return {
        "$schema": _DRAFT,
        "title": "Scenario of the program escalation",
        "type": "object",
        "properties": header | tables | _groups(tree_of("world")),
        "patternProperties": {NAME_PATTERN: actor_numbers},
        "additionalProperties": False,
        "required": ["schema"],
        "definitions": {role: _group(tree_of(role)) for role in ROLES},
    }


def _named(entry: Schema) -> Schema:
    return {"type": "object", "patternProperties": {NAME_PATTERN: entry}, "additionalProperties": False}


def _table(model: type[BaseModel], owner: Owner | None = None) -> Schema:
    numbers = _groups(tree_of(owner)) if owner is not None else {}
    properties = {**_fields(model), "remove": _REMOVE, **numbers}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _groups(branch: Branch) -> dict[str, Schema]:
    return {name: _number(below) if isinstance(below, Quantity) else _group(below) for name, below in branch.items()}


def _group(branch: Branch) -> Schema:
    return {"type": "object", "properties": _groups(branch), "additionalProperties": False}


def _number(quantity: Quantity) -> Schema:
    bounds: Schema = {"minimum": quantity.low, "maximum": quantity.high}
    value: Schema = {"type": "number", **bounds}
    span = {"type": "array", "items": value, "minItems": 2, "maxItems": 2}
    fields = _fields(NumberEntry)
    special: dict[str, Schema] = {
        "value": value,
        "unit": {"const": quantity.unit},
        "prior": {"type": "string", "pattern": _PRIOR},
        "range": span,
    }
    later = dict(fields["later"])
    later["properties"] = {**later["properties"], "value": value, "prior": special["prior"], "range": span}
    described = {key: {**fields[key], **schema} for key, schema in special.items()}
    text = f"{quantity.meaning} [{quantity.unit}, {quantity.low:g} to {quantity.high:g}, {quantity.section}]"
    table = {"type": "object", "properties": {**fields, **described, "later": later}, "additionalProperties": False}
    return {"description": text, "anyOf": [value, table]}


def _fields(model: type[BaseModel]) -> dict[str, Schema]:
    """The model's properties, with references put in place and without pydantic's titles and nulls."""
    schema = model.model_json_schema(by_alias=True)
    definitions: dict[str, Schema] = schema.get("$defs", {})
    return {name: _simple(field, definitions) for name, field in schema["properties"].items()}


def _simple(node: Schema, definitions: dict[str, Schema]) -> Schema:
    choices = [choice for choice in node.get("anyOf", []) if choice != {"type": "null"}]
    plain = {key: value for key, value in node.items() if key not in ("title", "anyOf", "$ref", "default")}
    if "default" in node and node["default"] is not None:
        plain["default"] = node["default"]
    target = choices[0] if len(choices) == 1 else node
    if choices and len(choices) == 1:
        plain = {**{key: value for key, value in target.items() if key not in ("title", "$ref")}, **plain}
    if "$ref" in target:
        below = definitions[target["$ref"].rsplit("/", 1)[-1]]
        inner = {name: _simple(field, definitions) for name, field in below["properties"].items()}
        plain = {**plain, "type": "object", "properties": inner, "additionalProperties": False}
    return plain
