"""Loading scenarios: by name or path, with overrides, with every fault at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.files import (
    OVERRIDES,
    Header,
    Layer,
    find,
    parse_layer,
    read_chain,
    shipped,
    shipped_dir,
    shipped_headers,
    shipped_path,
)
from escalation.scenario.keys import number_keys
from escalation.scenario.merge import merge
from escalation.scenario.scenario import Evidence, Scenario

__all__ = [
    "Header",
    "ScenarioFault",
    "check",
    "load",
    "loads",
    "override",
    "shipped",
    "shipped_dir",
    "shipped_headers",
    "shipped_path",
]

_EVENT_FIELDS = ("on", "week", "size", "weeks")
_START_FIELDS = ("rung", "provocation_rung", "provocation_deaths", "burn_in_weeks")


def load(
    name_or_path: str | os.PathLike[str],
    overrides: Mapping[str, object] | None = None,
    evidence: Evidence = "start",
) -> Scenario:
    """A shipped scenario by name, or a file by path, with all that it extends merged in.

    ``overrides`` maps dotted keys to values as ``--set`` does; ``evidence="all"`` puts the numbers' ``later``
    parts in force. Raises ScenarioFault with every fault found.
    """
    found = find(name_or_path)
    if isinstance(found, Fault):
        raise ScenarioFault([found])
    path, shown = found
    layers, faults = read_chain(path, shown)
    return _build(layers, faults, overrides, path.stem, shown, evidence)


def loads(text: str, shown: str = "<text>", evidence: Evidence = "start") -> Scenario:
    """A scenario from TOML text that extends nothing but shipped scenarios. Raises ScenarioFault."""
    layer, faults = parse_layer(text.encode(), shown)
    if layer is None:
        raise ScenarioFault(faults)
    layers = [layer]
    target = layer.data.get("extends")
    if target is not None:
        try:
            path = shipped_path(target if isinstance(target, str) else "")
        except KeyError:
            legal = f"a shipped scenario's name: {', '.join(shipped())}"
            raise ScenarioFault([Fault(shown, layer.lines["extends"], "extends", "unknown", legal)]) from None
        below, faults = read_chain(path, str(path))
        layers = [*below, layer]
    return _build(layers, faults, None, Path(shown).stem, shown, evidence)


def check(path: str | os.PathLike[str]) -> list[Fault]:
    """Every fault of a scenario file (or shipped scenario); an empty list when it is sound."""
    try:
        load(path)
    except ScenarioFault as fault:
        return list(fault.faults)
    return []


def override(scenario: Scenario, overrides: Mapping[str, object]) -> Scenario:
    """A scenario with keys overridden as by ``--set``. Raises ScenarioFault with every fault."""
    from escalation.scenario.resolved import to_tree

    layer = Layer(scenario.path or scenario.name, to_tree(scenario), {})
    return _build([layer], [], overrides, scenario.name, scenario.path, scenario.evidence)


def _build(
    layers: list[Layer],
    faults: list[Fault],
    overrides: Mapping[str, object] | None,
    name: str,
    shown: str,
    evidence: Evidence,
) -> Scenario:
    from escalation.scenario.validate import build

    if faults:
        raise ScenarioFault(faults)
    if overrides:
        below, _ = merge(layers)
        layer, faults = _override_layer(below, overrides)
        layers = [*layers, layer]
    merged, merge_faults = merge(layers)
    scenario, build_faults = build(merged, layers, name, shown, evidence)
    faults = _sorted([*faults, *merge_faults, *build_faults], layers)
    if scenario is None or faults:
        raise ScenarioFault(faults)
    return scenario


def _sorted(faults: list[Fault], layers: list[Layer]) -> list[Fault]:
    """By file, the one asked for first, then by line; each once."""
    rank = {layer.shown: -place for place, layer in enumerate(layers)}
    return sorted(dict.fromkeys(faults), key=lambda fault: (rank.get(fault.file, 1), fault.line or 0))


def _override_layer(below: Mapping[str, object], overrides: Mapping[str, object]) -> tuple[Layer, list[Fault]]:
    """The overrides as a layer over the files; with a fault for each key that is not to be set."""
    homes = _settable(below)
    data: dict[str, object] = {}
    lines: dict[str, int | None] = {}
    faults = []
    for key, value in overrides.items():
        home = homes.get(key)
        if home is None:
            legal = "a number's key, ACTOR.rule, events.NAME.on, past.NAME.on, start.rung and the like"
            faults.append(Fault(OVERRIDES, None, key, "unknown key", legal, closest(key, homes)))
            continue
        branch = data
        *groups, last = home.split(".")
        for group in groups:
            branch = branch.setdefault(group, {})  # type: ignore[assignment]
        branch[last] = _plain(value)
        lines[home] = None
        if isinstance(value, Mapping):
            lines |= {f"{home}.{name}": None for name in value}
    return Layer(OVERRIDES, data, lines), faults


def _settable(below: Mapping[str, object]) -> dict[str, str]:
    """Every key that may be overridden, and where it stands in the file."""
    homes = {key: key for key in number_keys(below)}
    homes |= {f"start.{name}": f"start.{name}" for name in _START_FIELDS}
    switches = [f"events.{event}.{name}" for event in _below(below, "events") for name in _EVENT_FIELDS]
    switches += [f"past.{past}.on" for past in _below(below, "past")]
    homes |= {key: key for key in switches}
    for name, entry in _below(below, "actors").items():
        if isinstance(entry, Mapping) and entry.get("role") in ("defender", "challenger"):
            homes[f"{name}.rule"] = f"actors.{name}.rule"
    return homes


def _below(tree: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = tree.get(key)
    return value if isinstance(value, Mapping) else {}


def _plain(value: object) -> object:
    """A NumPy scalar as Python's own number, a tuple as a list; as TOML would give them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    item = getattr(value, "item", None)
    return item() if callable(item) else value
