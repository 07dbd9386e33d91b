"""What a decomposition finds: the parts of an act's effect, and when the act pays its immediate risk back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.attribution_result import Reading
from escalation.analysis.intervals import LEVEL, Estimate
from escalation.analysis.odds import estimate_json

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FactorialCell:
    """One cell of {act, no act} x {factors on, off}: the odds of war within so many weeks."""

    scenario: str
    act: bool
    on: Mapping[str, bool]
    week: int
    odds: Reading

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "scenario": self.scenario,
            "act": self.act,
            "on": dict(self.on),
            "week": self.week,
            "odds": self.odds.to_json(),
        }


@dataclass(frozen=True)
class Part:
    """A part of the act's effect on the odds of war within so many weeks; odds, not per cent.

    ``name``: ``bare`` (the effect with every factor off), a factor, ``interaction`` or ``total``. ``alone`` is what it
    adds by itself; the bare effect, the factors alone and the interaction sum to the total. ``shared`` is the same with
    the interaction shared out equally among the factors that take part in it (Shapley's values); the bare effect and
    the factors' shares sum to the total too. The interaction has no ``shared``.
    """

    name: str
    week: int
    alone: Reading
    shared: Reading | None

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        found: dict[str, Any] = {"part": self.name, "week": self.week, "alone": self.alone.to_json()}
        return found if self.shared is None else {**found, "shared": self.shared.to_json()}


@dataclass(frozen=True)
class Decomposition:
    """The effect of ``b`` beside ``a`` on the odds of war, taken apart; ``weeks`` are the horizons looked at.

    ``factors``: name -> the key that is set to 0 to switch it off. ``interactions``: the parts of the interaction, by
    the factors that take part, ``errors x control loss``. ``residual`` is the most that the parts of any week are off
    their total by, rounding errors only. No sign is presupposed: a part below zero makes war rarer.
    """

    a: str
    b: str
    worlds: int
    factors: Mapping[str, str]
    weeks: tuple[int, ...]
    cells: tuple[FactorialCell, ...]
    parts: tuple[Part, ...]
    interactions: tuple[Part, ...]
    distinct: int
    residual: float

    def part(self, name: str, week: int | None = None) -> Part:
        """One part, by default at the last horizon. Raises ``KeyError``."""
        for part in self.parts:
            if (part.name, part.week) == (name, self.weeks[-1] if week is None else week):
                return part
        raise KeyError(f"{name} at week {week}")

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "a": self.a,
            "b": self.b,
            "worlds": self.worlds,
            "factors": dict(self.factors),
            "weeks": list(self.weeks),
            "cells": [cell.to_json() for cell in self.cells],
            "parts": [part.to_json() for part in self.parts],
            "interactions": [part.to_json() for part in self.interactions],
            "distinct": self.distinct,
            "level": LEVEL,
            "residual": self.residual,
        }


@dataclass(frozen=True, eq=False)
class WeeklyOdds:
    """Cumulative odds of war by week (weighed), of both scenarios and of their paired difference, ``b`` less ``a``.

    All have shape (weeks,), week 1 first. ``low`` and ``high`` hold for each week by itself; ``band_low`` and
    ``band_high`` hold for all weeks together.
    """

    odds_a: Floats
    odds_b: Floats
    difference: Floats
    low: Floats
    high: Floats
    band_low: Floats
    band_high: Floats

    def to_json(self) -> list[dict[str, float]]:
        """One object a week."""
        names = ("odds_a", "odds_b", "difference", "low", "high", "band_low", "band_high")
        columns = {name: getattr(self, name).tolist() for name in names}
        return [
            {"week": week + 1, **{name: column[week] for name, column in columns.items()}}
            for week in range(len(self.difference))
        ]


@dataclass(frozen=True, eq=False)
class Crossover:
    """When ``b`` pays back the risk that it brings at once: the first week from which fewer wars have come than in
    ``a``, and that remains so to the horizon.

    ``week`` is None where that is never within the horizon. ``low`` and ``high`` bound it (bootstrap over worlds,
    percentiles at ``level``); None stands for beyond the horizon. ``probability`` is the share of resamples that cross
    within it. ``sure_from`` is the first week in which the difference is below zero by a band that holds for all weeks
    together; None for never. The lump is at its ``peak`` (greatest difference) in ``peak_week``; its interval is
    that of the band, which holds though the week was chosen for its height.
    """

    a: str
    b: str
    worlds: int
    horizon: int
    week: int | None
    low: int | None
    high: int | None
    probability: float
    sure_from: int | None
    peak_week: int
    peak: Estimate
    level: float
    resamples: int
    weekly: WeeklyOdds

    def to_json(self) -> dict[str, Any]:
        """The same as plain data; weeks that are never reached are null."""
        return {
            "a": self.a,
            "b": self.b,
            "worlds": self.worlds,
            "horizon_weeks": self.horizon,
            "week": self.week,
            "low": self.low,
            "high": self.high,
            "probability": self.probability,
            "sure_from": self.sure_from,
            "peak_week": self.peak_week,
            "peak": estimate_json(self.peak, "value"),
            "level": self.level,
            "resamples": self.resamples,
            "weekly": self.weekly.to_json(),
        }


@dataclass(frozen=True, eq=False)
class DecompositionResult:
    """A decomposition and a crossover, from one set of draws."""

    seed: int
    horizon: int
    priors: bool
    rule: str
    decomposition: Decomposition
    crossover: Crossover

    def to_json(self) -> dict[str, Any]:
        """Both as plain data, as ``compare --decompose --json`` adds them."""
        return {"decomposition": self.decomposition.to_json(), "crossover": self.crossover.to_json()}

    def to_frame(self) -> pd.DataFrame:
        """One row a part and week, both ways and on both bases."""
        import pandas as pd

        return pd.DataFrame(self.to_rows())

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a part and week."""
        rows = []
        for part in self.decomposition.parts:
            row: dict[str, Any] = {"part": part.name, "week": part.week}
            for way, reading in (("alone", part.alone), ("shared", part.shared)):
                for basis in ("weighed", "counted"):
                    estimate = getattr(reading, basis) if reading is not None else None
                    row[f"{way}_{basis}"] = estimate.value if estimate is not None else None
                    row[f"{way}_{basis}_low"] = estimate.low if estimate is not None else None
                    row[f"{way}_{basis}_high"] = estimate.high if estimate is not None else None
            rows.append(row)
        return rows

    def _repr_html_(self) -> str:
        """The parts at the horizon as a table, for notebooks."""
        head = "<tr><th>part</th><th>change in the odds of war</th><th>95 % interval</th></tr>"
        week = self.decomposition.weeks[-1]
        rows = "".join(
            f"<tr><td>{part.name}</td><td>{part.alone.weighed.value:+.4f}</td>"
            f"<td>{part.alone.weighed.low:+.4f} to {part.alone.weighed.high:+.4f}</td></tr>"
            for part in self.decomposition.parts
            if part.week == week
        )
        return f"<table>{head}{rows}</table>"


__all__ = ["Crossover", "Decomposition", "DecompositionResult", "FactorialCell", "Part", "WeeklyOdds"]
