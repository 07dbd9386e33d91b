"""Turning a merged tree into a Scenario, or into the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from escalation.scenario.collect import Tree
from escalation.scenario.faults import Fault, closest
from escalation.scenario.files import Layer
from escalation.scenario.keys import dotted, tree_of
from escalation.scenario.number import Number
from escalation.scenario.number_reader import NumberReader
from escalation.scenario.registry import ROLES, Owner, owned_by
from escalation.scenario.scenario import (
    Act,
    Actor,
    Country,
    Event,
    Evidence,
    Instrument,
    PastEvent,
    Scenario,
    Start,
)
from escalation.scenario.schema import (
    ActEntry,
    ActorEntry,
    Entry,
    EventEntry,
    HeaderEntry,
    PastEntry,
    StartEntry,
    TitledEntry,
)

HEADER: Final = ("schema", "name", "title", "question", "extends", "abstract")
TABLES: Final = ("start", "actors", "instruments", "acts", "countries", "past", "events")
RESERVED: Final = frozenset({*HEADER, *TABLES, *tree_of("world"), "theatre", "civilian"})
DEFAULT_RULE: Final = "quantal"
THEATRE: Final = "theatre"
CIVILIAN: Final = "civilian"

_OWN_FIELDS: Final = {
    "defender": ("rule",),
    "challenger": ("rule",),
    "proxy": ("patron", "against", "host", "harass_with", "kill_with"),
    "ally": ("country",),
}
_NEEDED_FIELDS: Final = {"proxy": ("patron", "host", "harass_with", "kill_with"), "ally": ("country",)}
_SIZES: Final = {"sanctions": (0.0, 1.0), "threat": (1.0, 10.0)}


def build(
    merged: Tree, layers: list[Layer], name: str, path: str, evidence: Evidence
) -> tuple[Scenario | None, list[Fault]]:
    """Check a merged tree; the scenario when there is no fault, and all the faults."""
    checker = _ScenarioReader(merged, layers)
    scenario = checker.scenario(name, path, evidence)
    return (None if checker.faults else scenario), checker.faults


class _ScenarioReader(NumberReader):
    def scenario(self, name: str, path: str, evidence: Evidence) -> Scenario | None:
        header = self.entry(HeaderEntry, "", {k: v for k, v in self.merged.items() if k in HEADER})
        start = self.start()
        raw_actors = self.table("actors")
        actors = self.actors(raw_actors)
        self.top_level(raw_actors)
        self.owner_numbers("world", "", {k: v for k, v in self.merged.items() if k in tree_of("world")})
        for actor_name, entry in raw_actors.items():
            self.actor_numbers(actor_name, entry)
        instruments = self.titled("instruments", "instrument")
        countries = self.titled("countries", "country")
        acts = self.acts(actors, instruments, countries)
        self.ties(actors, instruments, countries)
        past = self.past(actors, acts, start)
        events = self.events(actors, acts)
        self.civilians(countries)
        if header is None or start is None or self.faults:
            return None
        ordered = self.ordered(acts, actors)
        return Scenario(
            name=header.name or name,
            title=header.title,
            question=header.question or "",
            abstract=header.abstract,
            start=start,
            actors=tuple(sorted(actors.values(), key=lambda actor: ROLES.index(actor.role))),
            acts=ordered,
            instruments=tuple(Instrument(key, title) for key, title in instruments.items()),
            countries=tuple(Country(key, title) for key, title in countries.items()),
            past=past,
            events=events,
            given=self.in_order(actors, ordered, instruments, countries),
            evidence=evidence,
            path=path,
        )

    def top_level(self, actors: Tree) -> None:
        known = [*actors, *TABLES, *tree_of("world"), *HEADER]
        for key in self.merged:
            if key not in known:
                legal = f"an actor ({', '.join(actors)}) or one of {', '.join(tree_of('world'))}"
                self.fault(key, "unknown key", legal, closest(key, known))

    def start(self) -> Start | None:
        raw = self.merged.get("start")
        if raw is None:
            self.fault("start", "missing table", "[start] with date, rung, provocation_rung and source")
            return None
        entry = self.entry(StartEntry, "start", raw)
        return None if entry is None else Start(**entry.model_dump())

    def actors(self, raw: Tree) -> dict[str, Actor]:
        found = {}
        for name, value in raw.items():
            key = f"actors.{name}"
            if name in RESERVED:
                self.fault(key, f"{name!r} has another meaning in a scenario", "another name")
            entry = self.entry(ActorEntry, key, value)
            if entry is None:
                continue
            own = _OWN_FIELDS[entry.role]
            for field in ("rule", "patron", "against", "host", "harass_with", "kill_with", "country"):
                if getattr(entry, field) is not None and field not in own:
                    self.fault(f"{key}.{field}", f"not a field of {_a(entry.role)}", f"legal: {', '.join(own)}")
            for field in _NEEDED_FIELDS.get(entry.role, ()):
                if getattr(entry, field) is None:
                    self.fault(f"{key}.{field}", "missing", ActorEntry.model_fields[field].description or "")
            if entry.side.casefold() == CIVILIAN:
                self.fault(f"{key}.side", "civilians are no side", "another name")
            fields = entry.model_dump()
            if entry.role in ("defender", "challenger"):
                fields["rule"] = entry.rule or DEFAULT_RULE
            found[name] = Actor(name=name, **fields)
        for role in ("defender", "challenger"):
            self.exactly_one(role, raw)
        return found

    def exactly_one(self, role: str, raw: Tree) -> None:
        names = [name for name, entry in raw.items() if isinstance(entry, Mapping) and entry.get("role") == role]
        if not names:
            self.fault("actors", f"no {role}", f"exactly one actor with role = {role!r}")
        for name in names[1:]:
            self.fault(f"actors.{name}.role", f"a second {role} beside {names[0]}", f"exactly one {role}")

    def actor_numbers(self, name: str, entry: object) -> None:
        role = entry.get("role") if isinstance(entry, Mapping) else None
        owner = next((known for known in ROLES if known == role), None)
        raw = self.merged.get(name, {})
        if owner is None or name in RESERVED:
            return
        if not isinstance(raw, Mapping):
            self.fault(name, "not a table", f"[{name}] with the numbers of {_a(owner)}")
            return
        self.owner_numbers(owner, name, raw, near=f"actors.{name}")

    def titled(self, table: str, owner: Owner) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, raw in self.table(table).items():
            assert isinstance(raw, Mapping)
            fields, numbers = _split(raw, TitledEntry)
            if owner == "country" and name == THEATRE:
                self.fault(f"{table}.{name}", "'theatre' stands for all countries", "another name")
            entry = self.entry(TitledEntry, f"{table}.{name}", fields)
            self.owner_numbers(owner, name, numbers)
            found[name] = entry.title if entry is not None else ""
        return found

    def acts(
        self, actors: Mapping[str, Actor], instruments: Tree, countries: Tree
    ) -> dict[str, dict[str, ActEntry | None]]:
        movers = [actor.name for actor in actors.values() if actor.role in ("defender", "challenger")]
        found: dict[str, dict[str, ActEntry | None]] = {name: {} for name in movers}
        groups = self.table("acts")
        for actor, group in groups.items():
            if actor not in movers and actor not in _names(self.merged.get("actors")):
                self.unknown(f"acts.{actor}", movers, "actor")
                continue
            if actor not in movers and actor in actors:
                self.fault(f"acts.{actor}", "only the defender and the challenger have acts", ", ".join(movers))
                continue
            for name, raw in self.named(f"acts.{actor}", group).items():
                assert isinstance(raw, Mapping)
                key = f"acts.{actor}.{name}"
                fields, numbers = _split(raw, ActEntry)
                entry = self.entry(ActEntry, key, fields)
                self.owner_numbers("act", f"{actor}.{name}", numbers)
                found.setdefault(actor, {})[name] = entry
                if entry is not None:
                    self.reference(f"{key}.instrument", entry.instrument, "instrument", instruments)
                    self.reference(f"{key}.country", entry.country, "country", [*countries, THEATRE])
        for actor in movers:
            if len(found[actor]) < 2:
                self.fault(f"acts.{actor}", f"{len(found[actor])} acts", "at least two", near=f"actors.{actor}")
            elif not any(self.may_rest(f"acts.{actor}.{name}.rung") for name in found[actor]):
                self.fault(f"acts.{actor}", "no act on rung 1", "one act with rung 1, such as to hold")
        return found

    def may_rest(self, key: str) -> bool:
        return key not in self.numbers or self.numbers[key].value == 1.0

    def ties(self, actors: Mapping[str, Actor], instruments: Tree, countries: Tree) -> None:
        challengers = [actor.name for actor in actors.values() if actor.role == "challenger"]
        allies = [actor.name for actor in actors.values() if actor.role == "ally"]
        for actor in actors.values():
            key = f"actors.{actor.name}"
            if actor.role == "proxy":
                self.reference(f"{key}.patron", actor.patron, "challenger", challengers)
                self.reference(f"{key}.against", actor.against, "ally", allies)
                self.reference(f"{key}.host", actor.host, "country", countries)
                self.reference(f"{key}.harass_with", actor.harass_with, "instrument", instruments)
                self.reference(f"{key}.kill_with", actor.kill_with, "instrument", instruments)
                self.only_target(actor)
            elif actor.role == "ally":
                self.reference(f"{key}.country", actor.country, "country", countries)

    def only_target(self, actor: Actor) -> None:
        aim = self.numbers.get(f"{actor.name}.aim_defender")
        if actor.against is None and aim is not None and (aim.value != 1.0 or aim.prior is not None):
            legal = f"name an ally, or set {actor.name}.aim_defender to a constant 1"
            self.fault(f"actors.{actor.name}.against", "missing, though some attacks miss the defender", legal)

    def past(self, actors: Mapping[str, Actor], acts: Mapping[str, Tree], start: Start | None) -> tuple[PastEvent, ...]:
        defender = next((actor.name for actor in actors.values() if actor.role == "defender"), None)
        found = []
        for name, raw in self.table("past", needed=False).items():
            key = f"past.{name}"
            entry = self.entry(PastEntry, key, raw)
            if entry is None:
                continue
            if defender is not None:
                self.reference(f"{key}.act", entry.act, f"act of {defender}", acts.get(defender, {}))
            if start is not None and entry.date > start.date:
                self.fault(f"{key}.date", f"{entry.date} is not past", f"up to the start, {start.date}")
            self.dated(f"{key}.as_of", entry.as_of)
            found.append(PastEvent(name=name, **entry.model_dump()))
        return tuple(found)

    def events(self, actors: Mapping[str, Actor], acts: Mapping[str, Tree]) -> tuple[Event, ...]:
        found = []
        for name, raw in self.table("events", needed=False).items():
            key = f"events.{name}"
            entry = self.entry(EventEntry, key, raw)
            if entry is None:
                continue
            if entry.kind in ("act", "leader_change", "threat") and entry.actor is None:
                self.fault(f"{key}.actor", "missing", f"an event of kind {entry.kind!r} names an actor")
            movers = [actor.name for actor in actors.values() if actor.role in ("defender", "challenger")]
            self.reference(f"{key}.actor", entry.actor, "actor", movers if entry.kind == "act" else actors)
            if entry.kind != "act" and entry.act is not None:
                self.fault(f"{key}.act", f"an event of kind {entry.kind!r} has no act", "kind = 'act' only")
            elif entry.kind == "act" and entry.act is None:
                self.fault(f"{key}.act", "missing", "an event of kind 'act' names an act")
            elif entry.act is not None and entry.actor is not None and entry.actor in acts:
                self.reference(f"{key}.act", entry.act, f"act of {entry.actor}", acts[entry.actor])
            low, high = _SIZES.get(entry.kind, (0.0, 10.0))
            if not low <= entry.size <= high:
                self.fault(f"{key}.size", f"{entry.size:g} is out of range", f"from {low:g} to {high:g}")
            found.append(Event(name=name, **entry.model_dump()))
        return tuple(found)

    def civilians(self, countries: Mapping[str, str]) -> None:
        for key in ("civilian_weight", "war_weight"):
            weights = [self.numbers.get(f"countries.{name}.{key}") for name in countries]
            if weights and all(number is not None and number.value == 0.0 for number in weights):
                self.fault("countries", f"every {key} is 0", "at least one above 0")

    def ordered(
        self, acts: Mapping[str, Mapping[str, ActEntry | None]], actors: Mapping[str, Actor]
    ) -> dict[str, tuple[Act, ...]]:
        found = {}
        for actor in sorted(acts, key=lambda name: ROLES.index(actors[name].role)):
            by_rung = sorted(acts[actor], key=lambda name: self.numbers[f"acts.{actor}.{name}.rung"].value)
            entries = [(name, acts[actor][name]) for name in by_rung]
            found[actor] = tuple(
                Act(actor, name, entry.title, entry.instrument, entry.country)
                for name, entry in entries
                if entry is not None
            )
        return found

    def in_order(
        self,
        actors: Mapping[str, Actor],
        acts: Mapping[str, tuple[Act, ...]],
        instruments: Tree,
        countries: Tree,
    ) -> dict[str, Number]:
        instances: list[tuple[Owner, str]] = [("world", "")]
        for role in ROLES:
            instances += [(role, actor.name) for actor in actors.values() if actor.role == role]
        instances += [("instrument", name) for name in instruments]
        instances += [("act", f"{act.actor}.{act.name}") for group in acts.values() for act in group]
        instances += [("country", name) for name in countries]
        keys = [dotted(owner, instance, q.key) for owner, instance in instances for q in owned_by(owner)]
        return {key: self.numbers[key] for key in keys}


def _split(raw: Tree, model: type[Entry]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A table's own fields and its numbers."""
    fields = {key: value for key, value in raw.items() if key in model.model_fields}
    return fields, {key: value for key, value in raw.items() if key not in model.model_fields}


def _names(value: object) -> list[str]:
    return list(value) if isinstance(value, Mapping) else []


def _a(role: str) -> str:
    return f"an {role}" if role == "ally" else f"a {role}"
