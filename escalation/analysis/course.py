"""What the worlds of a study's arms tell beside the odds: war week by week, the worlds paired, and the dead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from escalation.analysis.arms import ArmOutcome
from escalation.analysis.intervals import LEVEL, z_of
from escalation.analysis.odds import DEAD, deaths_by_side
from escalation.scenario.scenario import Scenario

DIGITS = 6
"""Decimals of what is written out: a curve of four years is hundreds of numbers."""


@dataclass(frozen=True)
class Course:
    """Share of an arm's worlds at war by each of ``weeks``, counted, with its Monte-Carlo interval at 95 %."""

    arm: str
    weeks: tuple[int, ...]
    odds: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as plain data, rounded."""
        curves = {name: [round(value, DIGITS) for value in getattr(self, name)] for name in ("odds", "low", "high")}
        return {"arm": self.arm, "weeks": list(self.weeks), **curves}


@dataclass(frozen=True)
class PairedWars:
    """Worlds at war under both of two arms by a horizon, under one alone, and the interval of the difference.

    ``low`` and ``high`` bound the odds of ``b`` less those of ``a`` over these draws of the numbers: Monte-Carlo noise.
    """

    a: str
    b: str
    horizon_days: int
    worlds: int
    both: int
    only_a: int
    only_b: int
    low: float
    high: float


@dataclass(frozen=True)
class Toll:
    """Mean dead a world in one arm by a horizon, wars included: civilians first, then by side."""

    arm: str
    horizon_days: int
    dead: Mapping[str, float]


@dataclass(frozen=True)
class Courses:
    """All of it for the arms that a thesis is about: each arm's course and toll, and one pair at every horizon."""

    arms: tuple[Course, ...]
    pairs: tuple[PairedWars, ...]
    tolls: tuple[Toll, ...]

    def to_json(self) -> dict[str, Any]:
        """``course``, ``pairs`` and ``toll`` of the thesis' JSON."""
        return {
            "course": [arm.to_json() for arm in self.arms],
            "pairs": [asdict(pair) for pair in self.pairs],
            "toll": [asdict(toll) for toll in self.tolls],
        }


def course(arm: ArmOutcome, horizon: int) -> Course:
    """War in ``arm`` week by week up to ``horizon``, from 0 at the start."""
    snapshot = arm.at(horizon)
    came = arm.by_draw(np.where(snapshot.war, snapshot.tally("war_week"), horizon + 1))
    weeks = np.arange(horizon + 1)
    # by draw and week: the share of the draw's worlds at war
    share = np.stack([(came <= week).mean(axis=1) for week in weeks], axis=1)
    odds = share.mean(axis=0)
    noise = z_of(LEVEL) * np.sqrt((share * (1.0 - share) / max(arm.n - 1, 1)).sum(axis=0)) / arm.draws
    return Course(
        arm.label,
        tuple(int(week) for week in weeks),
        tuple(float(value) for value in odds),
        tuple(float(value) for value in np.maximum(odds - noise, 0.0)),
        tuple(float(value) for value in np.minimum(odds + noise, 1.0)),
    )


def paired_wars(a: ArmOutcome, b: ArmOutcome, week: int, days: int) -> PairedWars:
    """The worlds of two arms, paired, by ``week``."""
    war_a, war_b = (arm.by_draw(arm.at(week).war) for arm in (a, b))
    gap = war_b - war_a
    noise = z_of(LEVEL) * np.sqrt((gap.var(axis=1, ddof=1) / a.n).sum()) / a.draws if a.n > 1 else 1.0
    middle = float(gap.mean())
    return PairedWars(
        a.label,
        b.label,
        days,
        gap.size,
        int((war_a * war_b).sum()),
        int((gap < 0).sum()),
        int((gap > 0).sum()),
        max(middle - float(noise), -1.0),
        min(middle + float(noise), 1.0),
    )


def toll(arm: ArmOutcome, scenario: Scenario, week: int, days: int) -> Toll:
    """Who has died in ``arm`` by ``week``, on average."""
    snapshot = arm.at(week)
    return Toll(arm.label, days, deaths_by_side(scenario, {name: float(snapshot.tally(name).mean()) for name in DEAD}))
