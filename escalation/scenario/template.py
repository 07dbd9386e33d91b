"""The text of a starting file for ``escalation new``."""

from __future__ import annotations

from escalation.scenario.registry import ERROR_CHANNELS, Quantity, owned_by
from escalation.scenario.scenario import Scenario
from escalation.scenario.schema import SCHEMA


def template(name: str, parent: str, below: Scenario) -> str:
    """A commented scenario file that extends ``parent`` (loaded as ``below``) and passes ``check`` as written.

    What it shows, it takes from the parent: its actors, an uncertain number, an event.
    """
    channels = ", ".join(ERROR_CHANNELS)
    return _TEMPLATE.format(
        schema=SCHEMA,
        name=name,
        parent=parent,
        title=_quoted(f"{name}: what differs from {parent}, in a line"),
        actors=", ".join(f"{actor.name} ({actor.role})" for actor in below.actors),
        channels=channels,
        number=_number_example(below),
        event=_event_example(below),
        needs="\n".join(_needs(below)),
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _number_example(below: Scenario) -> str:
    defender = below.defender.name
    uncertain = below.uncertain() or list(below.numbers.values())
    number = next((n for n in uncertain if n.key.startswith(f"{defender}.")), uncertain[0])
    table = f'{{ value = {number.value!r}, unit = "{number.unit}", role = "constant", '
    table += f'source = "judgement: say whose, or name the paper", as_of = {number.as_of} }}'
    return f"# {number.quantity.meaning}; in {below.name}: {number}\n{number.key} = {table}"


def _event_example(below: Scenario) -> str:
    if not below.events:
        return "# (the extended scenario has no events)"
    event = below.events[0]
    return f"# {event.title}\n[events.{event.name}]\non = {str(event.on).lower()}\nweek = {event.week}"


def _needs(below: Scenario) -> list[str]:
    rows: list[str] = []
    for actor in below.actors:
        if all(f"{actor.role}:" not in row for row in rows):
            needed = [quantity for quantity in owned_by(actor.role) if quantity.default is None]
            rows.append(f"#   {actor.role}: {len(needed)} numbers, e.g. {_sample(needed)}")
    return rows


def _sample(quantities: list[Quantity]) -> str:
    return ", ".join(f"{quantity.key} [{quantity.unit}]" for quantity in quantities[:3])


_TEMPLATE = """\
# A scenario for the program escalation. Check it with `escalation check`, see all that it holds with
# `escalation describe`, and run it with `escalation run`, giving the path of this file.
schema = {schema}
title = {title}
question = "What do you want to know?"

# Everything that this file doesn't name comes from here: a shipped scenario's name, or a path relative to this file.
extends = "{parent}"

# Numbers are set by their dotted key, above the first [table] or inside the table of their first word.
# A bare value overrides one and drops its prior. Every error channel is a multiplier from 0 to 10:
# {channels}.
# `errors.scale` multiplies all of them: 0 is a world without errors.
errors.scale = 1.0

# A number of your own says its unit, its role (constant, uncertain or lever), its source and the day of the latest
# evidence behind it. An uncertain one has a prior and a plausible range:
#   {{ value = 0.35, unit = "probability", role = "uncertain", prior = "beta(7, 13)", range = [0.05, 0.8],
#     source = "…", as_of = 2020-01-02 }}       (on one line)
{number}

# Events of the extended scenario can be switched off, moved or deleted (remove = true); to add one, give it a title,
# a week, a kind (act, leader_change, shock, talk, assurance, threat, sanctions), a source and an as_of.
{event}

# Another dyad. The actors here are {actors}.
# To write another pair of states, leave out `extends` and give
#   [start]              date, rung, provocation_rung, source
#   [actors.NAME]        role, side, title; one defender, one challenger, any number of proxies and allies
#   [NAME]               the numbers of each actor, by its role:
{needs}
#   [acts.ACTOR.NAME]    title, instrument, country and numbers: at least two acts each, one of them on rung 1
#   [instruments.NAME], [countries.NAME], [past.NAME], [events.NAME]
# `escalation check` names whatever is still missing; no Python is needed.
"""
