"""Reading a thesis file: arms, claims, facts and mechanisms, or every fault of it at once with its line."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from escalation.analysis.arms import Arm
from escalation.analysis.break_even import ALSO, plan_break_even
from escalation.analysis.claims import ABSOLUTE, Claim, Condition, days_of, week_of
from escalation.analysis.quantities import QUANTITIES
from escalation.analysis.thesis_schema import (
    LABEL_PATTERN,
    ArmEntry,
    ClaimEntry,
    ConditionEntry,
    DecompositionEntry,
    FactEntry,
    HeadEntry,
    LaboratoryEntry,
    MechanismEntry,
    OrderEntry,
    RecordEntry,
    StructureEntry,
    WatchEntry,
)
from escalation.scenario.collect import Collector, Tree
from escalation.scenario.experiments import FILE, experiment_path, studies
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.files import OVERRIDES, read_layer
from escalation.scenario.loader import load
from escalation.scenario.scenario import Scenario

DEFAULT: Final = "safer"
"""The shipped thesis that is tested unless another is named."""
HEAD: Final = tuple(entry.alias or name for name, entry in HeadEntry.model_fields.items())
TABLES: Final = (
    "arms",
    "claims",
    "facts",
    "record",
    "decomposition",
    "order",
    "watch",
    "structure",
    "mechanisms",
    "laboratory",
)
LEAST_DAYS: Final = 14


@dataclass(frozen=True)
class Fact:
    """A claim that no simulation can test, and why."""

    id: str
    statement: str
    reason: str


@dataclass(frozen=True)
class Mechanism:
    """A contested mechanism: ``off`` holds the keys that switch it off."""

    name: str
    title: str
    off: Mapping[str, object]
    why: str


@dataclass(frozen=True)
class Record:
    """What was seen before the start, by which draws of the parameters are weighed."""

    arm: str
    weeks_without_war: float
    attacks: float
    months: float
    harmless_unanswered: float
    lethal_answered: float
    says: str
    source: str


@dataclass(frozen=True)
class Watch:
    """A quantity of an arm that a reader has to know; ``says`` begins the sentence."""

    name: str
    condition: Condition
    says: str


@dataclass(frozen=True)
class Side:
    """Size of the runs under other modelling choices, up to ``week``."""

    draws: int = 32
    worlds: int = 16
    week: int = 52


@dataclass(frozen=True)
class Questions:
    """What is asked of the arm with the ``act`` beside the one ``without`` it, by ``week`` (``laboratory``).

    ``over`` is what the break-even is looked for over, ``also`` (perhaps empty) the second number of its contour.
    """

    act: str
    without: str
    over: str
    also: str
    week: int


@dataclass(frozen=True)
class Thesis:
    """A thesis file, checked. ``arms`` hold their scenarios, read; ``weeks`` are those that any claim asks for.

    ``cells`` of the decomposition are by (learning, errors) the arms (with the act, without it); empty without one.
    """

    name: str
    path: str
    title: str
    question: str
    source: str
    cautions: tuple[str, ...]
    arms: tuple[Arm, ...]
    claims: tuple[Claim, ...]
    facts: tuple[Fact, ...] = ()
    record: Record | None = None
    cells: Mapping[tuple[bool, bool], tuple[str, str]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    order_says: str = ""
    watches: tuple[Watch, ...] = ()
    side: Side = Side()
    mechanisms: tuple[Mechanism, ...] = ()
    questions: Questions | None = None
    says: Mapping[str, str] = field(default_factory=dict)
    """What arms stand for, by label, where the file says so."""
    shown: frozenset[str] = frozenset()
    """Labels of the arms that run to the last horizon and stand in the table of odds."""
    weeks: tuple[int, ...] = ()
    """The thesis' own horizons, at which odds, order and decomposition are told."""

    def scenario(self, label: str) -> Scenario:
        """The scenario of an arm. Raises KeyError for an unknown label."""
        for arm in self.arms:
            if arm.label == label:
                return arm.read()
        raise KeyError(label)


def read_thesis(name_or_path: str | os.PathLike[str] = DEFAULT) -> Thesis:
    """A shipped thesis by name, or a file (or the folder that holds it) by path. Raises ScenarioFault."""
    path, shown, name = _find(os.fspath(name_or_path))
    layer, faults = read_layer(path, shown)
    if layer is None:
        raise ScenarioFault(faults)
    reader = _Reader(layer.data, [layer])
    thesis = reader.thesis(name, path)
    if thesis is None or reader.faults:
        raise ScenarioFault(
            sorted(dict.fromkeys(reader.faults), key=lambda fault: (fault.file != shown, fault.line or 0))
        )
    return thesis


def evidence_of(arms: Sequence[Arm]) -> tuple[dt.date, dt.date] | None:
    """The start of the arms, and the day of the latest evidence on any of their numbers; None without any arm."""
    scenarios = [arm.read() for arm in arms]
    latest = [number.on_all_evidence().as_of for scenario in scenarios for number in scenario.given.values()]
    return (scenarios[0].start.date, max(latest)) if latest else None


def _find(given: str) -> tuple[Path, str, str]:
    """The file, how to show it, and its name."""
    path = Path(given)
    if os.sep not in given and "/" not in given and not given.endswith(".toml"):
        try:
            found = experiment_path(given)
        except KeyError:
            if not path.exists():
                names = [study.name for study in studies()]
                legal = f"a path, or one of {', '.join(names)}"
                raise ScenarioFault([Fault(given, None, "", "no such thesis", legal, closest(given, names))]) from None
        else:
            return found, _short(found), given
    if path.is_dir():
        path, given = path / FILE, os.path.join(given, FILE)
    return path, given, path.parent.resolve().name if path.name == FILE else path.stem


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


class _Reader(Collector):
    def thesis(self, name: str, path: Path) -> Thesis | None:
        head = self.entry(HeadEntry, "", {key: value for key, value in self.merged.items() if key in HEAD})
        for key in self.merged:
            if key not in (*HEAD, *TABLES):
                self.fault(key, "unknown key", f"legal: {', '.join((*HEAD, *TABLES))}", closest(key, (*HEAD, *TABLES)))
        weeks = self.weeks("horizons", head.horizons) if head is not None else ()
        arms = self.arms(path)
        self.labels = [*_names(self.merged.get("arms"))]
        facts = self.entries("facts", FactEntry)
        claims = self.claims(weeks)
        mechanisms = self.mechanisms(arms)
        record, decomposition, order = (
            self.single("record", RecordEntry),
            self.single("decomposition", DecompositionEntry),
            self.single("order", OrderEntry),
        )
        size = self.single("structure", StructureEntry)
        last = self.weeks("structure.horizon", [size.horizon]) if size is not None else ()
        watches = self.watches()
        laboratory = self.single("laboratory", LaboratoryEntry)
        asked = self.weeks("laboratory.horizon", [laboratory.horizon]) if laboratory is not None else ()
        if laboratory is not None:
            self.arm_named("laboratory.act", laboratory.act)
            self.arm_named("laboratory.without", laboratory.without)
            self.axes(laboratory, arms)
        cells: dict[tuple[bool, bool], tuple[str, str]] = {}
        if record is not None:
            self.arm_named("record.arm", record.arm)
        if order is not None:
            for label in order.arms:
                self.arm_named("order.arms", label)
        if decomposition is not None:
            for on, cell in _CELLS.items():
                pair = getattr(decomposition, cell)
                for label in pair:
                    self.arm_named(f"decomposition.{cell}", label)
                cells[on] = (pair[0], pair[1])
        for identity in set(claims) & set(facts):
            self.fault(f"facts.{identity}", "a claim and a fact of one name", "each name once")
        if head is None or self.faults:
            return None
        return Thesis(
            name=name,
            path=self.layers[0].shown,
            title=head.title,
            question=head.question,
            source=head.source,
            cautions=tuple(head.cautions),
            arms=tuple(arms.values()),
            claims=tuple(claims.values()),
            facts=tuple(Fact(key, entry.statement, entry.reason) for key, entry in facts.items()),
            record=None if record is None else Record(**record.model_dump()),
            cells=cells,
            order=() if order is None else tuple(order.arms),
            order_says="" if order is None else order.says,
            watches=watches,
            side=Side() if size is None else Side(size.draws, size.worlds, last[0]),
            mechanisms=mechanisms,
            says=self.says,
            questions=None
            if laboratory is None
            else Questions(laboratory.act, laboratory.without, laboratory.over, laboratory.also, asked[0]),
            shown=frozenset(self.shown),
            weeks=weeks,
        )

    # -- small things --------------------------------------------------------------------------------------------
    def named_tables(self, key: str, value: object) -> Tree:
        """The tables below a key, by their names; what is no table is reported and left out."""
        if not isinstance(value, Mapping):
            self.fault(key, "not a table", f"[{key}.NAME] for each")
            return {}
        kept = {}
        for name, entry in value.items():
            if not re.fullmatch(LABEL_PATTERN, name):
                self.fault(f"{key}.{name}", f"{name!r} is not a name", "letters, digits, '-' and '_', a letter first")
            elif not isinstance(entry, Mapping):
                self.fault(f"{key}.{name}", "not a table", f"[{key}.{name}]")
            else:
                kept[name] = entry
        return kept

    def entries(self, key: str, model: type[Any]) -> dict[str, Any]:
        """Every table below ``key`` that its model accepts."""
        found = {}
        for name, raw in self.named_tables(key, self.merged.get(key, {})).items():
            entry = self.entry(model, f"{key}.{name}", raw)
            if entry is not None:
                found[name] = entry
        return found

    def single(self, key: str, model: type[Any]) -> Any:
        if key not in self.merged:
            return None
        if not isinstance(self.merged[key], Mapping):
            self.fault(key, "not a table", f"[{key}]")
            return None
        return self.entry(model, key, self.merged[key])

    def weeks(self, key: str, days: Iterable[int]) -> tuple[int, ...]:
        found = []
        for number in days:
            week = week_of(number)
            if week is None or number < LEAST_DAYS:
                self.fault(key, f"{number} days is no horizon", "14, 90, 365, 1460, or a multiple of 7 from 14")
            elif week in found:
                self.fault(key, f"{number} days twice", "each horizon once")
            else:
                found.append(week)
        return tuple(sorted(found))

    def arm_named(self, key: str, label: str) -> None:
        self.reference(key, label, "arm", self.labels)

    def quantity(self, key: str, name: str) -> bool:
        self.reference(key, name, "quantity", QUANTITIES)
        return name in QUANTITIES

    # -- arms ----------------------------------------------------------------------------------------------------
    def arms(self, path: Path) -> dict[str, Arm]:
        if "arms" not in self.merged:
            self.fault("arms", "missing table", "[arms.NAME] for each arm, with its scenario")
        found: dict[str, Arm] = {}
        self.shown: set[str] = set()
        self.says: dict[str, str] = {}
        bases: dict[str, Scenario | None] = {}
        for label, entry in self.entries("arms", ArmEntry).items():
            if label == ABSOLUTE:
                self.fault(f"arms.{label}", f"{ABSOLUTE!r} stands for no comparator", "another name")
            beside = path.parent / entry.scenario
            if entry.shown:
                self.shown.add(label)
            if entry.says:
                self.says[label] = entry.says
            given = str(beside) if beside.is_file() else entry.scenario
            if given not in bases:
                bases[given] = self.base(f"arms.{label}.scenario", given)
            base = bases[given]
            if base is None:
                continue
            settings = _flat(entry.set)
            try:
                changed = base.with_overrides(settings) if settings else base
                found[label] = Arm(label, changed, {}, frozenset(settings))
            except ScenarioFault as fault:
                self.blamed(f"arms.{label}.set", fault)
        return found

    def base(self, key: str, given: str) -> Scenario | None:
        try:
            scenario = load(given)
        except ScenarioFault as fault:
            if len(fault.faults) == 1 and fault.faults[0].line is None:
                one = fault.faults[0]
                self.fault(key, f"{given!r}: {one.what}", one.legal, one.suggestion)
            else:
                self.faults += fault.faults
            return None
        if scenario.abstract:
            self.fault(key, f"{given!r} is only there to be extended", "a scenario that extends it")
            return None
        return scenario

    def blamed(self, key: str, fault: ScenarioFault) -> None:
        """Faults of overrides, told of the line that sets the key."""
        for one in fault.faults:
            inner = f"{key}.{one.key}" if one.file == OVERRIDES else key
            what = one.what if one.file == OVERRIDES else f"{one.key}: {one.what}"
            file, line = self.locate(inner, key)
            self.faults.append(Fault(file, line, inner, what, one.legal, one.suggestion))

    def axes(self, asked: LaboratoryEntry, arms: Mapping[str, Arm]) -> None:
        """What the break-even of ``[laboratory]`` is to be looked for over, as ``break-even`` would read it."""
        if asked.act not in arms or asked.without not in arms:
            return
        act, without = (arms[label].read() for label in (asked.act, asked.without))
        try:
            plan_break_even(act, without, asked.over, also=asked.also or None)
        except ScenarioFault as fault:
            for one in fault.faults:
                self.blamed(f"laboratory.{'also' if one.file == ALSO else 'over'}", ScenarioFault([one]))

    def mechanisms(self, arms: Mapping[str, Arm]) -> tuple[Mechanism, ...]:
        found = []
        for name, entry in self.entries("mechanisms", MechanismEntry).items():
            settings = _flat(entry.set)
            if not settings:
                self.fault(f"mechanisms.{name}.set", "nothing is set", "the keys that switch the mechanism off")
            for key, value in settings.items():
                self.switch(f"mechanisms.{name}.set", key, value, arms)
            found.append(Mechanism(name, entry.title, settings, entry.why))
        return tuple(found)

    def switch(self, where: str, key: str, value: object, arms: Mapping[str, Arm]) -> None:
        """A key that switches a mechanism off has to be a number of every arm, and the value legal."""
        for label, arm in arms.items():
            numbers = arm.read().numbers
            if key not in numbers:
                near = closest(key, numbers)
                return self.fault(
                    f"{where}.{key}", f"no number of arm {label!r}", "a number's dotted key", near, near=where
                )
            legal = numbers[key].quantity
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not legal.low <= value <= legal.high:
                bounds = f"a number from {legal.low:g} to {legal.high:g} ({legal.unit})"
                return self.fault(f"{where}.{key}", f"{value!r} is not legal here", bounds, near=where)
        return None

    # -- claims --------------------------------------------------------------------------------------------------
    def claims(self, weeks: tuple[int, ...]) -> dict[str, Claim]:
        if not _names(self.merged.get("claims")):
            self.fault("claims", "no claim", "[claims.ID] for each, with arm, quantity, direction and the like")
        found = {}
        raw = self.named_tables("claims", self.merged.get("claims", {}))
        entries = {name: self.entry(ClaimEntry, f"claims.{name}", table) for name, table in raw.items()}
        for identity, entry in entries.items():
            if entry is None:
                self.loose(f"claims.{identity}", raw[identity])
                continue
            claim = self.claim(identity, entry, weeks)
            if claim is not None:
                found[identity] = claim
        return found

    def loose(self, key: str, raw: object) -> None:
        """What can still be said of a claim's table that lacks fields or has wrong ones."""
        assert isinstance(raw, Mapping)
        if isinstance(raw.get("quantity"), str):
            self.quantity(f"{key}.quantity", raw["quantity"])
        for field_name, more in (("arm", []), ("comparator", [ABSOLUTE])):
            given = raw.get(field_name)
            for label in given if isinstance(given, list) else [given]:
                if isinstance(label, str):
                    self.reference(f"{key}.{field_name}", label, "arm", [*self.labels, *more])

    def claim(self, identity: str, entry: ClaimEntry, weeks: tuple[int, ...]) -> Claim | None:
        key, before = f"claims.{identity}", len(self.faults)
        conditions = []
        for name, raw in self.named_tables(f"{key}.conditions", entry.conditions).items():
            one = self.entry(ConditionEntry, f"{key}.conditions.{name}", raw)
            if one is not None:
                week = (
                    None
                    if one.horizon is None
                    else next(iter(self.weeks(f"{key}.conditions.{name}.horizon", [one.horizon])), None)
                )
                condition = self.condition(f"{key}.conditions.{name}", one, one.direction, week)
                if condition is not None:
                    conditions.append(condition)
        if entry.direction is None and not entry.conditions:
            self.fault(f"{key}.direction", "missing", "'below' or 'above', or conditions that have one")
        if entry.conditions and entry.refuted is not None:
            self.fault(
                f"{key}.refuted", "a claim of several conditions has no threshold of its own", "one or the other"
            )
        reported = self.condition(key, entry, entry.direction or "below", None)
        own = weeks if entry.horizons is None else self.weeks(f"{key}.horizons", entry.horizons)
        if reported is None or len(self.faults) > before:
            return None
        fixed = reported.measure.week
        if fixed is not None:
            own = (fixed,)
            if entry.horizons is not None:
                self.fault(
                    f"{key}.horizons", f"{entry.quantity} is of day {7 * fixed}, whatever the horizon", "no horizons"
                )
        if entry.refuted is not None and _inside_out(reported, entry.refuted):
            self.fault(
                f"{key}.refuted",
                f"{entry.refuted:g} lies within what is claimed",
                f"on the far side of {entry.threshold:g}",
            )
        return Claim(
            id=identity,
            statement=entry.statement,
            comparator=ABSOLUTE if reported.against is None else self.scenario_name(reported.against),
            reported=reported,
            conditions=tuple(conditions) or (reported,),
            weeks=own,
            refuted=entry.refuted,
            number=entry.number or identity,
            confirms=entry.confirms,
            refutes=entry.refutes,
            all_evidence=entry.all_evidence,
            headline=entry.headline,
        )

    def condition(
        self, key: str, entry: ClaimEntry | ConditionEntry, direction: Any, week: int | None
    ) -> Condition | None:
        arms = (entry.arm,) if isinstance(entry.arm, str) else tuple(entry.arm)
        known = self.quantity(f"{key}.quantity", entry.quantity)
        if not arms:
            self.fault(f"{key}.arm", "no arm", "an arm's name, or a list of them")
        for label in arms:
            self.arm_named(f"{key}.arm", label)
        against = None if entry.comparator == ABSOLUTE else entry.comparator
        if against is not None:
            self.reference(f"{key}.comparator", against, "arm", [*self.labels, ABSOLUTE])
            if arms == (against,):
                self.fault(f"{key}.comparator", "the arm itself", "another arm, or 'absolute'")
        if against is None and "factor" in entry.model_fields_set:
            self.fault(f"{key}.factor", "a factor of nothing", "only with a comparator")
        if known:
            measure = QUANTITIES[entry.quantity]
            if against is not None and not measure.comparable:
                self.fault(f"{key}.comparator", f"{entry.quantity} cannot be compared between arms", "'absolute'")
            if entry.compare == "log-ratio" and not (measure.counts and against is not None):
                counting = ", ".join(name for name, one in QUANTITIES.items() if one.counts)
                self.fault(f"{key}.compare", "no ratio of counts", f"with a comparator, and one of {counting}")
        if not known or not arms:
            return None
        return Condition(entry.quantity, arms, against, direction, entry.threshold, entry.factor, entry.compare, week)

    def scenario_name(self, label: str) -> str:
        """The name of an arm's scenario: a shipped one's, or the file's."""
        arms = self.merged["arms"]
        assert isinstance(arms, Mapping)
        return Path(str(arms[label]["scenario"])).stem

    def watches(self) -> tuple[Watch, ...]:
        found = []
        for name, entry in self.entries("watch", WatchEntry).items():
            known = self.quantity(f"watch.{name}.quantity", entry.quantity)
            self.arm_named(f"watch.{name}.arm", entry.arm)
            if known:
                found.append(Watch(name, Condition(entry.quantity, (entry.arm,), None, "below"), entry.says))
        return tuple(found)


_CELLS: Final = {
    (True, True): "as_written",
    (True, False): "no_errors",
    (False, True): "no_learning",
    (False, False): "neither",
}


def _inside_out(condition: Condition, refuted: float) -> bool:
    """Whether a threshold of refutation lies on the claim's own side."""
    return refuted < condition.threshold if condition.direction == "below" else refuted > condition.threshold


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Overrides by dotted key, whether the file wrote ``"a.b" = 1`` or ``a.b = 1``; a number's own table is kept."""
    found: dict[str, object] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and "value" not in value:
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _names(value: object) -> list[str]:
    return list(value) if isinstance(value, Mapping) else []


__all__ = ["DEFAULT", "Fact", "Mechanism", "Record", "Side", "Thesis", "Watch", "days_of", "evidence_of", "read_thesis"]
