"""Laying one scenario file over the one that it extends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from escalation.scenario.faults import Fault, closest
from escalation.scenario.files import Layer
from escalation.scenario.number import EVIDENCE_DATE

Tree = dict[str, object]

REMOVABLE: Final = {"actors": 2, "past": 2, "events": 2, "instruments": 2, "countries": 2, "acts": 3}
"""Tables whose entries an extending file may delete, and the depth at which these entries stand."""
NOT_INHERITED: Final = frozenset({"name", "extends", "abstract"})


def merge(layers: list[Layer]) -> tuple[Tree, list[Fault]]:
    """All layers as one tree, the first being the root; with the faults of their ``remove`` marks.

    A number is replaced whole by a bare value, or field by field by a table; where its value changes, what
    belonged to the old value (prior, later, note, and the source unless a new one is given) goes.
    """
    merged: Tree = {}
    faults: list[Fault] = []
    for layer in layers:
        for key in NOT_INHERITED if layer.is_file else ():
            merged.pop(key, None)
        data = _without_removed(merged, layer, faults)
        merged = _overlay(merged, data, layer.label)
    return merged, faults


def is_number(value: object) -> bool:
    """Whether a tree's node is a number's table (and not a group that has a number called ``value``)."""
    return isinstance(value, Mapping) and "value" in value and not isinstance(value["value"], Mapping)


def _overlay(below: Mapping[str, object], above: Mapping[str, object], label: str) -> Tree:
    merged: Tree = dict(below)
    for key, value in above.items():
        old = below.get(key)
        if isinstance(old, Mapping) and is_number(old):
            merged[key] = _override(old, value, label)
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = _overlay(old, value, label)
        elif isinstance(value, Mapping):
            merged[key] = _overlay({}, value, label)
        else:
            merged[key] = value
    return merged


def _override(old: Mapping[str, object], new: object, label: str) -> object:
    if isinstance(new, (int, float)) and not isinstance(new, bool):
        return _override(old, {"value": new}, label)
    if not isinstance(new, Mapping):
        return new
    if "value" not in new:
        return {**old, **new}
    kept = {key: value for key, value in old.items() if key not in ("prior", "later", "note")}
    kept |= {"source": f"set by {label}", "as_of": EVIDENCE_DATE}
    if "prior" not in new and kept.get("role") == "uncertain":
        kept["role"] = "constant"
    if not _inside(new["value"], kept.get("range")):
        kept.pop("range", None)
        if "range" not in new and "prior" not in new:
            kept["role"] = "constant"
    return {**kept, **new}


def _inside(value: object, limits: object) -> bool:
    if not isinstance(limits, list) or len(limits) != 2:
        return False
    low, high = limits
    return all(isinstance(x, (int, float)) for x in (value, low, high)) and low <= value <= high


def _without_removed(merged: Tree, layer: Layer, faults: list[Fault]) -> Mapping[str, object]:
    """Carry out the layer's ``remove = true`` marks on ``merged``; what is left of the layer's data."""
    data: Tree = dict(layer.data)
    for table, depth in REMOVABLE.items():
        group = data.get(table)
        if isinstance(group, Mapping):
            data[table] = _prune(merged, merged, group, (table,), depth, layer, faults)
    return data


def _prune(
    root: Tree,
    below: Mapping[str, object],
    group: Mapping[str, object],
    path: tuple[str, ...],
    depth: int,
    layer: Layer,
    faults: list[Fault],
) -> Tree:
    kept: Tree = {}
    inherited = below.get(path[-1])
    names = dict(inherited) if isinstance(inherited, Mapping) else {}
    for name, entry in group.items():
        here = (*path, name)
        if not isinstance(entry, Mapping):
            kept[name] = entry
        elif len(here) < depth:
            kept[name] = _prune(root, names, entry, here, depth, layer, faults)
        elif "remove" not in entry:
            kept[name] = entry
        else:
            fault = _remove_fault(entry, names, name, here, layer)
            if fault is not None:
                faults.append(fault)
            _delete(root, here)
    return kept


def _remove_fault(
    entry: Mapping[str, object], names: Mapping[str, object], name: str, here: tuple[str, ...], layer: Layer
) -> Fault | None:
    key = ".".join(here)
    line = layer.lines.get(f"{key}.remove")
    if entry["remove"] is not True or len(entry) > 1:
        return Fault(layer.shown, line, f"{key}.remove", "not a clean removal", "remove = true stands alone")
    if name not in names:
        what = "removes what no file below has"
        return Fault(layer.shown, line, f"{key}.remove", what, suggestion=closest(name, names))
    return None


def _delete(root: Tree, path: tuple[str, ...]) -> None:
    """Delete the entry from the merged tree; with an actor go its numbers and its acts."""
    paths = [path]
    if path[0] == "actors":
        paths += [(path[1],), ("acts", path[1])]
    for steps in paths:
        _delete_at(root, steps)


def _delete_at(tree: Tree, steps: tuple[str, ...]) -> None:
    below = tree.get(steps[0])
    if len(steps) == 1:
        tree.pop(steps[0], None)
    elif isinstance(below, Mapping):
        copy = dict(below)
        _delete_at(copy, steps[1:])
        tree[steps[0]] = copy
