"""A scenario made ready for a run: loaded, overridden, its decision rules looked up on the shelf."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from escalation.model.rules import RULES
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.files import read_layer
from escalation.scenario.loader import load
from escalation.scenario.scenario import Actor, Scenario


def prepared(
    scenario: Scenario | str | os.PathLike[str],
    *,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    abstract: bool = False,
) -> Scenario:
    """The scenario with ``overrides`` laid over it (as ``--set`` does) and ``rule`` given to both principals.

    Raises ScenarioFault with every fault of the file, for a rule that is not on the shelf, and, unless ``abstract``
    is true, for a scenario that is only there to be extended.
    """
    if isinstance(scenario, Scenario):
        ready = scenario.with_overrides(overrides) if overrides else scenario
    else:
        ready = load(scenario, overrides)
    if rule is not None:
        if rule not in RULES:
            raise ScenarioFault([_no_rule("--rule", None, "", rule)])
        principals = (ready.defender, ready.challenger)
        changed = {f"{actor.name}.rule": rule for actor in principals if actor.rule != rule}
        ready = ready.with_overrides(changed) if changed else ready
    faults = [_rule_fault(ready, actor) for actor in (ready.defender, ready.challenger) if actor.rule not in RULES]
    if ready.abstract and not abstract:
        legal = f"run one that extends it: extends = {ready.name!r}"
        faults.append(Fault(ready.path, None, "abstract", "this scenario is only there to be extended", legal))
    if faults:
        raise ScenarioFault(faults)
    return ready


def rules_of(scenario: Scenario) -> str:
    """The rule by which both principals decide, or ``actor: rule`` for each where they differ."""
    defender, challenger = scenario.defender, scenario.challenger
    if defender.rule == challenger.rule:
        return str(defender.rule)
    return f"{defender.name}: {defender.rule}, {challenger.name}: {challenger.rule}"


def _rule_fault(scenario: Scenario, actor: Actor) -> Fault:
    key = f"actors.{actor.name}.rule"
    path = Path(scenario.path)
    layer = read_layer(path, scenario.path)[0] if path.is_file() else None
    line = layer.lines.get(key) if layer is not None else None
    return _no_rule(scenario.path, line, key, str(actor.rule))


def _no_rule(file: str, line: int | None, key: str, given: str) -> Fault:
    return Fault(file, line, key, f"no rule {given!r}", f"legal: {', '.join(RULES)}", closest(given, RULES))
