"""Reading the numbers of a merged scenario, with everything that is wrong with each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from escalation.scenario.collect import Collector, Tree, shown
from escalation.scenario.files import Layer
from escalation.scenario.keys import Branch, dotted, prefix_of, tree_of
from escalation.scenario.merge import is_number
from escalation.scenario.number import EVIDENCE_DATE, Later, Number, Range, Role, default_number
from escalation.scenario.prior import Prior, parse
from escalation.scenario.registry import Owner, Quantity, owned_by
from escalation.scenario.schema import LaterEntry, NumberEntry


class NumberReader(Collector):
    """A collector that keeps the sound numbers in ``numbers``, by dotted key."""

    def __init__(self, merged: Tree, layers: list[Layer]) -> None:
        super().__init__(merged, layers)
        self.numbers: dict[str, Number] = {}

    def owner_numbers(self, owner: Owner, instance: str, raw: Tree, near: str = "") -> None:
        """Read every number of an owner from the table ``raw``; report unknown and missing ones."""
        prefix = prefix_of(owner, instance)
        self.walk(tree_of(owner), prefix, raw)
        for quantity in owned_by(owner):
            key = dotted(owner, instance, quantity.key)
            if key in self.numbers or _reaches(raw, quantity.key):
                continue
            if quantity.default is not None:
                self.numbers[key] = default_number(key, quantity)
            else:
                self.fault(key, "missing number", f"a table {{ value, unit, … }}, {_legal(quantity)}", near=near)

    def walk(self, branch: Branch, prefix: str, raw: Tree) -> None:
        for name, value in raw.items():
            key = f"{prefix}.{name}" if prefix else name
            below = branch.get(name)
            if below is None:
                self.unknown(key, branch)
            elif isinstance(below, Quantity):
                self.number(key, value, below)
            elif not isinstance(value, Mapping) or (is_number(value) and "value" not in below):
                self.fault(key, "a group of numbers, not a number", f"legal below it: {', '.join(below)}")
            else:
                self.walk(below, key, value)

    def number(self, key: str, raw: object, quantity: Quantity) -> None:
        """Read one number, and keep it unless it has a fault."""
        before = len(self.faults)
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            raw = self.bare(key, raw, quantity)
            if raw is None:
                return
        elif isinstance(raw, Mapping) and quantity.default is not None:
            raw = {**self.over_default(key, quantity.default, quantity), **raw}
        if not isinstance(raw, Mapping):
            table = f"{{ value, unit = {quantity.unit!r}, role, source, as_of }}"
            self.fault(key, f"{shown(raw)} is not a number", f"a table {table}, {_legal(quantity)}")
            return
        entry = self.entry(NumberEntry, key, raw)
        if entry is None:
            self.loose_number(key, raw, quantity)
            return
        if entry.unit != quantity.unit:
            self.fault(f"{key}.unit", f"wrong unit {entry.unit!r}", f"the unit is {quantity.unit!r}", quantity.unit)
        if entry.role == "constant" and entry.prior is not None:
            self.fault(f"{key}.prior", "a constant has no prior", "uncertain numbers only")
        if entry.role == "lever" and entry.prior is not None:
            self.fault(f"{key}.prior", "a lever has no prior", "uncertain numbers only")
        if entry.role == "uncertain" and entry.prior is None:
            self.fault(f"{key}.prior", "missing", "an uncertain number has a prior such as 'beta(2, 10)'")
        if entry.role != "constant" and entry.range is None:
            self.fault(f"{key}.range", "missing", f"a number that is {entry.role} has a range [low, high]")
        limits = self.limits(key, entry.value, entry.range, quantity)
        prior = self.prior(key, entry.prior, limits)
        self.dated(f"{key}.as_of", entry.as_of)
        later = self.later(f"{key}.later", entry.later, limits, entry.role, quantity)
        if len(self.faults) == before:
            self.numbers[key] = Number(
                key=key,
                value=float(entry.value),
                unit=entry.unit,
                role=entry.role,
                prior=prior,
                range=limits,
                source=entry.source,
                as_of=entry.as_of,
                note=entry.note or "",
                later=later,
                quantity=quantity,
            )

    def loose_number(self, key: str, raw: Tree, quantity: Quantity) -> None:
        """What can still be said of a number's table that lacks fields or has wrong ones."""
        unit, value, limits = raw.get("unit"), raw.get("value"), raw.get("range")
        if isinstance(unit, str) and unit.strip() and unit != quantity.unit:
            self.fault(f"{key}.unit", f"wrong unit {unit!r}", f"the unit is {quantity.unit!r}", quantity.unit)
        if not _finite(value):
            return
        pair = limits if isinstance(limits, list) and len(limits) == 2 and all(map(_finite, limits)) else None
        checked = self.limits(key, value, pair, quantity)  # type: ignore[arg-type]
        if isinstance(raw.get("prior"), str):
            self.prior(key, str(raw["prior"]), checked)

    def bare(self, key: str, value: float, quantity: Quantity) -> Tree | None:
        """A bare value over the registry's default; None, with a fault, where there is nothing to override."""
        if quantity.default is None:
            table = f"{{ value, unit = {quantity.unit!r}, role, source, as_of }}"
            what = "a bare value overrides nothing here"
            self.fault(key, what, f"the number needs its source: a table {table}, {_legal(quantity)}")
            return None
        return self.over_default(key, value, quantity)

    def over_default(self, key: str, value: float, quantity: Quantity) -> Tree:
        """The number's table when only its value is given: the registry's default is what it is laid over."""
        file, _ = self.locate(key)
        label = next(layer.label for layer in self.layers if layer.shown == file)
        source = f"set by {label}"
        return {"value": value, "unit": quantity.unit, "role": "constant", "source": source, "as_of": EVIDENCE_DATE}

    def limits(self, key: str, value: float, pair: list[float] | None, quantity: Quantity) -> Range | None:
        """Check a value and its range against the legal bounds; the range if it is sound."""
        legal = _legal(quantity)
        where = f"{key}.value"
        if not quantity.low <= value <= quantity.high:
            self.fault(key, f"{value:g} is out of range", legal, at=where)
        elif quantity.unit == "flag" and value not in (0, 1):
            self.fault(key, f"{value:g} is not a flag", "0 or 1", at=where)
        if pair is None:
            return None
        low, high = pair
        if low > high:
            self.fault(f"{key}.range", f"[{low:g}, {high:g}] falls", "[low, high] with low below high")
        elif low < quantity.low or high > quantity.high:
            self.fault(f"{key}.range", f"[{low:g}, {high:g}] leaves the legal bounds", legal)
        elif not low <= value <= high:
            if quantity.low <= value <= quantity.high:
                self.fault(key, f"{value:g} is outside its own range", f"from {low:g} to {high:g}", at=where)
        else:
            return float(low), float(high)
        return None

    def prior(self, key: str, text: str | None, limits: Range | None) -> Prior | None:
        if text is None:
            return None
        try:
            prior = parse(text)
        except ValueError as error:
            self.fault(f"{key}.prior", str(error))
            return None
        if limits is None:
            return prior
        low, high = limits
        if not prior.has_mass(low, high):
            self.fault(f"{key}.prior", f"{prior} lies outside the range", f"some mass from {low:g} to {high:g}")
        return prior

    def later(
        self, key: str, entry: LaterEntry | None, limits: Range | None, role: Role, quantity: Quantity
    ) -> Later | None:
        if entry is None:
            return None
        if entry.as_of <= EVIDENCE_DATE:
            self.fault(f"{key}.as_of", f"{entry.as_of} is not later", f"after {EVIDENCE_DATE}")
        if entry.prior is not None and role != "uncertain":
            self.fault(f"{key}.prior", f"the number is {role}", "uncertain numbers only")
        pair = entry.range if entry.range is not None else list(limits) if limits is not None else None
        within = self.limits(key, entry.value, pair, quantity)
        return Later(
            value=float(entry.value),
            prior=self.prior(key, entry.prior, within),
            range=within if entry.range is not None else None,
            source=entry.source,
            as_of=entry.as_of,
        )

    def dated(self, key: str, as_of: dt.date) -> None:
        if as_of > EVIDENCE_DATE:
            what = f"{as_of}: the number leaks from the future"
            self.fault(key, what, f"evidence up to {EVIDENCE_DATE}; what came after goes into later = {{ … }}")


def _reaches(raw: object, key: str) -> bool:
    """Whether the tree holds anything at a dotted key, or something other than a group on the way."""
    for step in key.split("."):
        if not isinstance(raw, Mapping):
            return True
        if step not in raw:
            return False
        raw = raw[step]
    return True


def _legal(quantity: Quantity) -> str:
    return f"from {quantity.low:g} to {quantity.high:g} ({quantity.unit})"


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")
