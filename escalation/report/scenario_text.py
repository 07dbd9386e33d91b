"""What ``describe`` prints: who the actors are, what is scheduled, and every number with its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from escalation.report.layout import bold, columns, dim, wrapped
from escalation.report.words import day
from escalation.scenario.describe import describe
from escalation.scenario.scenario import Scenario


def describe_text(scenario: Scenario, colour: bool = False) -> str:
    """The whole scenario as text, at most 100 columns wide."""
    data = describe(scenario)
    return "\n".join(_lines(scenario, data, colour))


def _lines(scenario: Scenario, data: dict[str, Any], colour: bool) -> Iterator[str]:
    yield bold(scenario.title, colour)
    if scenario.question:
        yield from wrapped(scenario.question)
    start = scenario.start
    burn_in = f", after {start.burn_in_weeks} weeks of burn-in without war" if start.burn_in_weeks else ""
    yield from wrapped(
        f"Starts on {day(start.date)}{burn_in}, on rung {start.rung} of 10. Digest {data['digest'][:16]}."
    )
    counts = data["counts"]
    yield from wrapped(
        f"{counts['numbers']} numbers: {counts['uncertain']} uncertain, {counts['levers']} levers, "
        f"{counts['constants']} constants; {counts['judgement']} rest on judgement, {counts['default']} are defaults "
        "of the program."
    )
    yield from ("", dim("Actors", colour))
    yield from columns([(a["name"], a["role"], a["side"], a["title"] + _rule(a)) for a in data["actors"]], left=4)
    yield from ("", dim("Ties", colour))
    yield from columns([(tie["actor"], tie["tie"], tie["to"]) for tie in data["ties"]], left=3)
    for actor, acts in data["acts"].items():
        yield from ("", dim(f"What {actor} can do", colour))
        rows = [(f"{act['rung']:>4g}", act["name"], act["title"] + _with(act)) for act in acts]
        yield from columns([("rung", "", ""), *rows], left=3)
    if data["events"]:
        yield from ("", dim("Scheduled", colour))
        planned = [(f"week {e['week']}", "on" if e["on"] else "off", e["kind"], e["title"]) for e in data["events"]]
        yield from columns(planned, left=4)
    if data["past"]:
        yield from ("", dim("What the past has taught", colour))
        rows = [(past["date"], past["act"] + ("" if past["on"] else " (off)"), past["title"]) for past in data["past"]]
        yield from columns(rows, left=3)
    yield from _parameters(data["parameters"], colour)


def _rule(actor: dict[str, Any]) -> str:
    return f" (rule: {actor['rule']})" if "rule" in actor else ""


def _with(act: dict[str, Any]) -> str:
    return f" ({act['instrument']}, {act['country']})" if act["instrument"] else ""


def _parameters(parameters: list[dict[str, Any]], colour: bool) -> Iterator[str]:
    group = ""
    for number in parameters:
        head = _group(number["key"])
        if head != group:
            group = head
            yield from ("", dim(head, colour))
        limits = f" on [{number['range'][0]:g}, {number['range'][1]:g}]" if number["range"] else ""
        prior = f" ~ {number['prior']}" if number["prior"] else ""
        kind = "" if number["role"] == "uncertain" else f", {number['role']}"
        yield from wrapped(f"{number['key']} = {number['value']:g} {number['unit']}{kind}{prior}{limits}", "  ", "    ")
        if number["default"]:
            yield from wrapped(f"{number['meaning']}. Default.", "      ")
            continue
        noted = f" ({number['note']})" if number["note"] else ""
        yield from wrapped(f"{number['meaning']}. Source: {number['source']}{noted}; {number['as_of']}.", "      ")


def _group(key: str) -> str:
    """The table that a number stands in: ``errors``, ``us``, ``acts.us.hold``."""
    steps = key.split(".")
    depth = {"acts": 3, "instruments": 2, "countries": 2}.get(steps[0], 1)
    return ".".join(steps[:depth])
