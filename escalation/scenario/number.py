"""One number of a scenario: a value with its unit, role, prior, range, source and date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final, Literal

from escalation.scenario.prior import Prior
from escalation.scenario.registry import Quantity

Role = Literal["constant", "uncertain", "lever"]
Range = tuple[float, float]

EVIDENCE_DATE: Final = dt.date(2020, 1, 2)
"""A number rests on evidence up to this day; what came after goes into its ``later`` part."""
DEFAULT_SOURCE: Final = "default of the program"


@dataclass(frozen=True, slots=True)
class Later:
    """The same number on all the evidence, including what came after :data:`EVIDENCE_DATE`."""

    value: float
    prior: Prior | None
    range: Range | None
    source: str
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class Number:
    """A checked number; ``value`` is the central one, ``quantity`` says what it is and what is legal."""

    key: str
    value: float
    unit: str
    role: Role
    prior: Prior | None
    range: Range | None
    source: str
    as_of: dt.date
    note: str
    later: Later | None
    quantity: Quantity

    @property
    def is_judgement(self) -> bool:
        """Whether the source owns up to judgement."""
        return "judgement" in self.source.casefold()

    @property
    def is_default(self) -> bool:
        """Whether no file gives the number."""
        return self.source == DEFAULT_SOURCE

    def on_all_evidence(self) -> Number:
        """The number with its ``later`` part in force; itself when it has none."""
        if self.later is None:
            return self
        later = self.later
        role: Role = "uncertain" if later.prior is not None else "lever" if self.role == "lever" else "constant"
        return replace(
            self,
            value=later.value,
            role=role,
            prior=later.prior,
            range=later.range if later.range is not None else self.range,
            source=later.source,
            as_of=later.as_of,
        )

    def __str__(self) -> str:
        spread = f" ~ {self.prior}" if self.prior is not None else ""
        limits = f" on [{self.range[0]:g}, {self.range[1]:g}]" if self.range is not None else ""
        return f"{self.value:g} {self.unit}{spread}{limits}"


def default_number(key: str, quantity: Quantity) -> Number:
    """The registry's default as a number. Raises ValueError where the registry has none."""
    if quantity.default is None:
        raise ValueError(f"{key} has no default")
    return Number(
        key=key,
        value=quantity.default,
        unit=quantity.unit,
        role="constant",
        prior=None,
        range=None,
        source=DEFAULT_SOURCE,
        as_of=EVIDENCE_DATE,
        note="",
        later=None,
        quantity=quantity,
    )
