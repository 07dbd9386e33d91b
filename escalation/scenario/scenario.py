"""A checked scenario: actors, acts, instruments, countries, events, and every number with its source."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from escalation.scenario.keys import dotted
from escalation.scenario.number import Number
from escalation.scenario.registry import ROLES, Owner, owned_by

Evidence = Literal["start", "all"]
ActorRole = Literal["defender", "challenger", "proxy", "ally"]


@dataclass(frozen=True, slots=True)
class Start:
    """The state on the first day; ``burn_in_weeks`` are simulated before it with war ruled out."""

    date: dt.date
    burn_in_weeks: int
    rung: int
    provocation_rung: int
    provocation_deaths: int
    source: str


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor; the fields after ``title`` are None where the role has none of them."""

    name: str
    role: ActorRole
    side: str
    title: str
    rule: str | None = None
    patron: str | None = None
    against: str | None = None
    host: str | None = None
    harass_with: str | None = None
    kill_with: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the defender or the challenger; ``country`` is a country's name or ``theatre``."""

    actor: str
    name: str
    title: str
    instrument: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A kind of weapon; its lethality is in the numbers."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country whose civilians are at risk."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event before the start; ``act`` is what the defender answered with."""

    name: str
    date: dt.date
    title: str
    provocation_rung: int
    deaths: float
    blamed: bool
    act: str
    leader: bool
    on: bool
    source: str
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class Event:
    """What happens in a given week; ``size`` is the size of talk or assurance, the rung of a threat, or sigma."""

    name: str
    on: bool
    week: int
    title: str
    kind: str
    actor: str | None
    act: str | None
    size: float
    weeks: int
    source: str
    as_of: dt.date


@dataclass(frozen=True, repr=False)
class Scenario:
    """A complete scenario; equal to another when all but ``path`` is the same.

    ``actors`` stand defender first, then challenger, proxies and allies; ``acts`` of each actor by rung and then
    by their order in the file. ``given`` holds the numbers as the files give them, in the registry's order;
    ``numbers`` is the same with the ``later`` parts in force when ``evidence`` is ``all``.
    """

    name: str
    title: str
    question: str
    abstract: bool
    start: Start
    actors: tuple[Actor, ...]
    acts: Mapping[str, tuple[Act, ...]]
    instruments: tuple[Instrument, ...]
    countries: tuple[Country, ...]
    past: tuple[PastEvent, ...]
    events: tuple[Event, ...]
    given: Mapping[str, Number]
    evidence: Evidence = "start"
    path: str = field(default="", compare=False)

    def __repr__(self) -> str:
        """Its name and the beginning of its digest: all that it holds would be 260,000 characters."""
        return f"<Scenario {self.name} ({self.digest()[:16]})>"

    @cached_property
    def numbers(self) -> dict[str, Number]:
        """Every number in force, by dotted key."""
        if self.evidence == "start":
            return dict(self.given)
        return {key: number.on_all_evidence() for key, number in self.given.items()}

    @property
    def defender(self) -> Actor:
        """The actor that deters."""
        return self.actors[0]

    @property
    def challenger(self) -> Actor:
        """The actor that is to be deterred."""
        return self.actors[1]

    def in_role(self, role: ActorRole) -> tuple[Actor, ...]:
        """Actors of a role, in order."""
        return tuple(actor for actor in self.actors if actor.role == role)

    def sides(self) -> tuple[str, ...]:
        """The sides by which deaths are counted, in the order of the actors."""
        return tuple(dict.fromkeys(actor.side for actor in self.actors))

    def instances(self, owner: Owner) -> tuple[str, ...]:
        """Names of the owners of one kind; ``""`` for the world, ``<actor>.<act>`` for an act."""
        if owner == "world":
            return ("",)
        if owner == "instrument":
            return tuple(instrument.name for instrument in self.instruments)
        if owner == "country":
            return tuple(country.name for country in self.countries)
        if owner == "act":
            return tuple(f"{act.actor}.{act.name}" for acts in self.acts.values() for act in acts)
        return tuple(actor.name for actor in self.actors if actor.role == owner)

    def column(self, owner: Owner, instance: str, key: str) -> Number:
        """One number by its owner, e.g. ``column("act", "us.hold", "rung")``. Raises KeyError if there is none."""
        return self.numbers[dotted(owner, instance, key)]

    def by_owner(self, owner: Owner, instance: str = "") -> tuple[Number, ...]:
        """All numbers of one owner, in the registry's order. Raises KeyError for an unknown instance."""
        return tuple(self.column(owner, instance, quantity.key) for quantity in owned_by(owner))

    def with_role(self, role: str) -> list[Number]:
        """Numbers that are ``constant``, ``uncertain`` or ``lever``."""
        return [number for number in self.numbers.values() if number.role == role]

    def uncertain(self) -> list[Number]:
        """Numbers that have a prior."""
        return self.with_role("uncertain")

    def levers(self) -> list[Number]:
        """Numbers that an analyst is meant to turn."""
        return self.with_role("lever")

    def resolved_toml(self) -> str:
        """The whole scenario as one TOML text that extends nothing and loads back to an equal scenario."""
        from escalation.scenario.resolved import to_toml

        return to_toml(self)

    def digest(self) -> str:
        """SHA-256 of the resolved text and of the evidence in force, as 64 hexadecimal digits."""
        text = f"{self.evidence}\n{self.resolved_toml()}"
        return hashlib.sha256(text.encode()).hexdigest()

    def with_overrides(self, overrides: Mapping[str, object]) -> Scenario:
        """The scenario with keys overridden as by ``--set``. Raises ScenarioFault with every fault."""
        from escalation.scenario.loader import override

        return override(self, overrides)


__all__ = [
    "ROLES",
    "Act",
    "Actor",
    "ActorRole",
    "Country",
    "Event",
    "Evidence",
    "Instrument",
    "PastEvent",
    "Scenario",
    "Start",
]
