"""A scenario reduced to one whose weeks are a finite Markov chain, and what was dropped for that.

What is drawn from a continuous law is held at its middle, what accumulates for ever is held at its level, and what is
remembered for long is forgotten in a week. All that is left is as it was: the menus, the payoffs, the two types of
either side, the decision rules, slips, misattribution, accidents, one proxy, cooling and collapse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from escalation.scenario.design import Values, central
from escalation.scenario.scenario import Scenario

KEPT_EVENTS: Final = ("act", "threat")
FORGOTTEN: Final = 1e-3
"""Half-life in weeks that leaves nothing of an obligation after a week (2^-1000)."""

DROPPED: Final[tuple[tuple[str, tuple[tuple[str, float], ...]], ...]] = (
    ("learning: both sides keep the beliefs that they start with", (("learning.scale", 0.0),)),
    ("noise of what is perceived (its bias stays)", (("perception.sd", 0.0),)),
    (
        "noise of the estimates of fragility and of the other side's aims (their biases stay)",
        (("fragility.sd", 0.0), ("survival.sd", 0.0)),
    ),
    (
        "spread of the dead about the number meant (that an attack may kill, or not, stays)",
        (("instruments.*.sd", 0.0), ("identification.sd", 0.0)),
    ),
    ("slack in where the proxies aim", (("{proxy}.slack_sd", 0.0),)),
    (
        "disarray after the controller's death",
        (
            ("decapitation.control_loss", 0.0),
            ("decapitation.rate_ratio", 1.0),
            ("decapitation.lethality_ratio", 1.0),
        ),
    ),
    (
        "memory of an obligation beyond the week in which it arose",
        (("{challenger}.obligation.half_life", FORGOTTEN),),
    ),
    ("sanctions and fear that grow with each show of force", (("sanctions.step", 0.0), ("survival.build_up", 0.0))),
    ("fear for survival after a leader's death", (("survival.leader_killed", 0.0),)),
    ("the nuclear clock", (("nuclear.speed", 0.0), ("nuclear.setback", 0.0))),
    ("public support that falls with the dead", (("{defender}.public.slope", 0.0),)),
    ("the worth of a name for resolve, which shrinks with the term", (("{defender}.reputation.value", 0.0),)),
    ("the rally after a strike on the homeland", (("fragility.rally", 0.0),)),
    (
        "allies: they neither hedge to any effect nor strike",
        (("diplomacy.mediation", 0.0), ("{ally}.basing", 0.0), ("{ally}.strike.value", 0.0)),
    ),
)


@dataclass(frozen=True)
class Reduced:
    """A scenario and one row of values whose weeks are a finite chain; ``dropped`` says what was left out."""

    scenario: Scenario
    values: Values
    dropped: tuple[str, ...]


def reduced(scenario: Scenario, horizon: int) -> Reduced:
    """``scenario`` at its central values, reduced for ``horizon`` weeks.

    Raises ``ValueError`` for a horizon below 1.
    """
    if horizon < 1:
        raise ValueError(f"horizon: {horizon}; legal: 1 or more")
    dropped: list[str] = []
    switches: dict[str, object] = {}
    if scenario.start.burn_in_weeks:
        switches["start.burn_in_weeks"] = 0
        dropped.append("the weeks before the start")
    for event in scenario.events:
        if event.on and event.week <= horizon and event.kind not in KEPT_EVENTS:
            switches[f"events.{event.name}.on"] = False
            dropped.append(f"the event of week {event.week}: {event.title}")
    plain = scenario.with_overrides(switches) if switches else scenario
    values = central(plain)
    changes: dict[str, float] = {}
    for what, settings in DROPPED:
        found = {key: value for key, value in _found(plain, values, settings) if values[key][0] != value}
        if found:
            changes |= found
            dropped.append(what)
    proxies = plain.in_role("proxy")
    quiet = {f"{proxy.name}.{key}": 0.0 for proxy in proxies[1:] for key in ("rate", "unauthorised")}
    if quiet:
        changes |= quiet
        dropped.append("all proxies but the first: " + ", ".join(proxy.title for proxy in proxies[1:]))
    if proxies and proxies[0].against:
        changes[f"{proxies[0].name}.aim_defender"] = 1.0
        dropped.append(f"attacks of {proxies[0].title} on allies")
    return Reduced(plain, values.replace(changes), tuple(dropped))


def _found(scenario: Scenario, values: Values, settings: tuple[tuple[str, float], ...]) -> Iterator[tuple[str, float]]:
    """The scenario's keys that the patterns mean, with what they are set to."""
    names: dict[str, tuple[str, ...]] = {
        "defender": (scenario.defender.name,),
        "challenger": (scenario.challenger.name,),
    }
    names |= {role: tuple(actor.name for actor in scenario.in_role(role)) for role in ("proxy", "ally")}
    for pattern, value in settings:
        role = pattern.partition("{")[2].partition("}")[0]
        for name in names.get(role, ("",)):
            wanted = pattern.replace(f"{{{role}}}", name)
            for key in values:
                if fnmatchcase(key, wanted):
                    yield key, value
