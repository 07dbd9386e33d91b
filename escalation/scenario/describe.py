"""A scenario told to a reader, and the difference between two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from escalation.scenario.number import Number
from escalation.scenario.registry import ERROR_CHANNELS
from escalation.scenario.scenario import Actor, Event, PastEvent, Scenario

Json: TypeAlias = dict[str, Any]

_TIES = {
    "patron": "controlled by",
    "against": "attacks, besides the defender",
    "host": "attacks in",
    "harass_with": "harasses with",
    "kill_with": "kills with",
    "country": "country",
}


def describe(scenario: Scenario) -> Json:
    """The scenario as plain data that ``json.dumps`` takes.

    Keys: ``scenario, title, question, evidence, digest, start, actors [{name, role, side, title, rule}],
    ties [{actor, tie, to}], acts {actor: [{name, title, rung, instrument, country}]},
    parameters [{key, value, unit, role, prior, range, source, as_of, note, judgement, default, meaning, section}],
    past, events, errors {channel: multiplier}, counts {numbers, uncertain, levers, constants, judgement, default}``.
    Values are in the unit beside them, dates in ISO form.
    """
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "evidence": scenario.evidence,
        "digest": scenario.digest(),
        "start": _plain(scenario.start),
        "actors": [_actor(actor) for actor in scenario.actors],
        "ties": [tie for actor in scenario.actors for tie in _ties(actor)],
        "acts": {actor: _acts(scenario, actor) for actor in scenario.acts},
        "parameters": [_parameter(number) for number in scenario.numbers.values()],
        "past": [_plain(past) for past in scenario.past],
        "events": [_plain(event) for event in scenario.events],
        "errors": {name: scenario.numbers[f"errors.{name}"].value for name in ("scale", *ERROR_CHANNELS)},
        "counts": counts(scenario),
    }


def counts(scenario: Scenario) -> dict[str, int]:
    """How many numbers there are, and of which kind; ``judgement`` counts those whose source says so."""
    numbers = scenario.numbers.values()
    return {
        "numbers": len(numbers),
        "uncertain": len(scenario.uncertain()),
        "levers": len(scenario.levers()),
        "constants": len(scenario.with_role("constant")),
        "judgement": sum(number.is_judgement for number in numbers),
        "default": sum(number.is_default for number in numbers),
    }


def diff(a: Scenario, b: Scenario) -> list[tuple[str, str | None, str | None]]:
    """What differs, as (dotted key, in ``a``, in ``b``); None where one has no such key. Sources are not compared."""
    left, right = dict(_facts(a)), dict(_facts(b))
    keys = dict.fromkeys([*left, *right])
    return [(key, left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)]


def _facts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield "title", scenario.title
    yield from _flat("start", scenario.start)
    for actor in scenario.actors:
        yield from _flat(f"actors.{actor.name}", actor)
    for group in scenario.acts.values():
        for act in group:
            yield from _flat(f"acts.{act.actor}.{act.name}", act)
    for past in scenario.past:
        yield from _flat(f"past.{past.name}", past)
    for event in scenario.events:
        yield from _flat(f"events.{event.name}", event)
    for key, number in scenario.numbers.items():
        yield key, str(number)


def _flat(prefix: str, entry: Any) -> Iterator[tuple[str, str]]:
    for name, value in _plain(entry).items():
        if name not in ("name", "source", "as_of") and value is not None:
            yield f"{prefix}.{name}", str(value).lower() if isinstance(value, bool) else str(value)


def _plain(entry: Any) -> Json:
    values = {field.name: getattr(entry, field.name) for field in fields(entry)}
    if isinstance(entry, (Event, PastEvent)):
        values = {key: value for key, value in values.items() if value is not None}
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def _actor(actor: Actor) -> Json:
    known: Mapping[str, object] = {
        "name": actor.name,
        "role": actor.role,
        "side": actor.side,
        "title": actor.title,
        "rule": actor.rule,
    }
    return {key: value for key, value in known.items() if value is not None}


def _ties(actor: Actor) -> list[Json]:
    return [
        {"actor": actor.name, "tie": tie, "to": getattr(actor, field)}
        for field, tie in _TIES.items()
        if getattr(actor, field) is not None
    ]


def _acts(scenario: Scenario, actor: str) -> list[Json]:
    return [
        {
            "name": act.name,
            "title": act.title,
            "rung": scenario.column("act", f"{actor}.{act.name}", "rung").value,
            "instrument": act.instrument,
            "country": act.country,
        }
        for act in scenario.acts[actor]
    ]


def _parameter(number: Number) -> Json:
    return {
        "key": number.key,
        "value": number.value,
        "unit": number.unit,
        "role": number.role,
        "prior": None if number.prior is None else str(number.prior),
        "range": None if number.range is None else list(number.range),
        "source": number.source,
        "as_of": number.as_of.isoformat(),
        "note": number.note,
        "judgement": number.is_judgement,
        "default": number.is_default,
        "meaning": number.quantity.meaning,
        "section": number.quantity.section,
    }
