"""What is told of a scenario, the difference of two, the starting file, and the schema for editors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from escalation.scenario.describe import counts, describe, diff
from escalation.scenario.json_schema import json_schema
from escalation.scenario.loader import check, load
from escalation.scenario.registry import QUANTITIES
from escalation.scenario.resolved import to_tree
from escalation.scenario.scenario import Scenario
from escalation.scenario.template import template


def test_describe_is_json_in_the_contracts_shape(dyad: Scenario) -> None:
    told = json.loads(json.dumps(describe(dyad)))
    assert told["scenario"] == "balakot"
    assert {"name", "role", "side"} <= set(told["actors"][0])
    assert [row["key"] for row in told["parameters"]] == list(dyad.numbers)
    assert {"key", "value", "unit", "role", "prior", "source"} <= set(told["parameters"][0])
    assert {event["name"] for event in told["events"]} == {event.name for event in dyad.events}
    assert told["errors"]["aim"] == 1.0
    assert len(told["errors"]) == 10


def test_ties_say_who_controls_attacks_and_hosts_whom(dyad: Scenario) -> None:
    ties = {(tie["actor"], tie["tie"]): tie["to"] for tie in describe(dyad)["ties"]}
    assert ties["jem", "controlled by"] == "pakistan"
    assert ties["jem", "attacks, besides the defender"] == "afghanistan_government"
    assert ties["jem", "attacks in"] == "kashmir"
    assert ties["afghanistan_government", "country"] == "afghanistan"


def test_counts_add_up(dyad: Scenario) -> None:
    found = counts(dyad)
    assert found["numbers"] == found["uncertain"] + found["levers"] + found["constants"] == len(dyad.numbers)
    assert found["judgement"] == sum("judgement" in number.source for number in dyad.numbers.values())
    assert 0 < found["judgement"] + found["default"] < found["numbers"]


def test_diff(dyad: Scenario) -> None:
    assert diff(dyad, dyad) == []
    other = dyad.with_overrides({"errors.aim": 2, "events.strike.on": False, "start.rung": 3})
    assert diff(dyad, other) == [
        ("start.rung", "4", "3"),
        ("events.strike.on", "true", "false"),
        ("errors.aim", "1 multiplier on [0, 10]", "2 multiplier on [0, 10]"),
    ]


def test_diff_names_what_one_side_lacks(balakot: Path, dyad: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "less.toml"
    (tmp_path / "balakot.toml").write_text(balakot.read_text(encoding="utf-8"), encoding="utf-8")
    path.write_text('schema = 1\nextends = "balakot.toml"\n[actors.jem]\nremove = true\n', encoding="utf-8")
    rows = {key: (a, b) for key, a, b in diff(dyad, load(path))}
    assert rows["actors.jem.patron"] == ("pakistan", None)
    assert rows["jem.control"][1] is None


def test_the_template_passes_check_as_written(balakot: Path, dyad: Scenario, tmp_path: Path) -> None:
    (tmp_path / "balakot.toml").write_text(balakot.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(template("mine", "balakot.toml", dyad), encoding="utf-8")
    assert [str(fault) for fault in check(path)] == []
    mine = load(path)
    changed = {key for key, _, _ in diff(dyad, mine)}
    assert changed == {"title", "india.type.resolute"}
    text = path.read_text(encoding="utf-8")
    for word in ("extends", "[events.strike]", "errors.scale", "[actors.NAME]", "remove = true", "judgement"):
        assert word in text


def test_a_name_with_quotes_makes_no_broken_file(balakot: Path, dyad: Scenario, tmp_path: Path) -> None:
    (tmp_path / "balakot.toml").write_text(balakot.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "odd.toml"
    path.write_text(template('a "b" \\c', "balakot.toml", dyad), encoding="utf-8")
    assert check(path) == []


# -- the schema, held against files by a small validator of its vocabulary -----------------------------------------


def wrong(schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], at: str = "") -> list[str]:
    if "$ref" in schema:
        return wrong(root["definitions"][schema["$ref"].rsplit("/", 1)[-1]], value, root, at)
    if "anyOf" in schema:
        tries = [wrong(choice, value, root, at) for choice in schema["anyOf"]]
        return [] if [] in tries else min(tries, key=len)
    if "const" in schema and value != schema["const"]:
        return [f"{at}: not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: not in {schema['enum']}"]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "number": (int, float)}
    kind = schema.get("type")
    if schema.get("format") == "date":
        return [] if hasattr(value, "isoformat") else [f"{at}: not a date"]
    if kind is not None and (not isinstance(value, kinds[kind]) or (kind == "number" and isinstance(value, bool))):
        return [f"{at}: not of type {kind}"]
    faults = []
    if "pattern" in schema and not re.search(schema["pattern"], value):
        faults.append(f"{at}: does not match")
    if (
        value is not True
        and not schema.get("minimum", float("-inf"))
        <= (value if isinstance(value, (int, float)) else 0)
        <= schema.get("maximum", float("inf"))
        and isinstance(value, (int, float))
    ):
        faults.append(f"{at}: out of bounds")
    if isinstance(value, list):
        for item in value:
            faults += wrong(schema.get("items", {}), item, root, at)
    if isinstance(value, dict):
        faults += _wrong_object(schema, value, root, at)
    return faults


def _wrong_object(schema: Mapping[str, Any], value: dict[str, Any], root: Mapping[str, Any], at: str) -> list[str]:
    faults = [f"{at}.{name}: missing" for name in schema.get("required", ()) if name not in value]
    for name, item in value.items():
        here = f"{at}.{name}".strip(".")
        known = schema.get("properties", {}).get(name)
        patterns = [below for pattern, below in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
        if known is not None:
            faults += wrong(known, item, root, here)
        elif patterns:
            faults += wrong(patterns[0], item, root, here)
        elif schema.get("additionalProperties") is False:
            faults.append(f"{here}: unknown")
    return faults


def test_the_schema_takes_the_fixture(dyad: Scenario) -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert wrong(schema, to_tree(dyad), schema) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("errors.aim", 11),
        ("errors.aym", 1),
        ("pakistan.power", {"value": 1.0, "unit": "util"}),
        ("pakistan.power", {"value": 99.0}),
        ("pakistan.power", {"value": 1.0, "prior": "betta(1, 2)"}),
        ("start.rung", 10),
        ("start.rung", "five"),
        ("actors.jem.role", "proxi"),
        ("actors.jem.patrn", "x"),
        ("events.strike.kind", "tolk"),
        ("events.strike.week", 0),
        ("acts.india.hold.rung", 11),
        ("title", 3),
        ("jem.type", 1),
    ],
)
def test_the_schema_refuses_what_check_refuses(dyad: Scenario, key: str, value: Any) -> None:
    schema = json_schema()
    tree: Any = to_tree(dyad)
    below = tree
    *groups, last = key.split(".")
    for group in groups:
        below = below[group]
    below[last] = value
    assert wrong(schema, tree, schema) != []


def test_the_schema_of_an_extension_requires_little(dyad: Scenario) -> None:
    schema = json_schema()
    small = {"schema": 1, "extends": "base", "errors": {"scale": 0}, "events": {"strike": {"on": False}}}
    assert wrong(schema, small, schema) == []
    assert wrong(schema, small | {"past": {"x": {"remove": True}}}, schema) == []
    assert wrong(schema, {"extends": "base"}, schema) == [".schema: missing"]


def test_every_quantity_is_explained_in_the_schema() -> None:
    text = json.dumps(json_schema(), ensure_ascii=False)
    missing = [q.key for q in QUANTITIES if json.dumps(q.meaning, ensure_ascii=False)[1:-1] not in text]
    assert missing == []
    assert "$defs" not in text
