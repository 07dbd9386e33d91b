"""What a sweep gives back: the odds of war at every point, each with its interval and set beside a reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from escalation.analysis.contrasts import Contrast
from escalation.analysis.gridded import dataset
from escalation.analysis.intervals import LEVEL, Estimate, Share, chances, counted
from escalation.analysis.movers import Mover, movers
from escalation.analysis.odds import DEAD, SCHEMA, deaths_by_side, estimate_json
from escalation.analysis.prepare import rules_of
from escalation.analysis.shaded import Cell, shaded_table
from escalation.analysis.spread import Spread, spread
from escalation.scenario.points import STRUCTURE, Points, alone, role_of
from escalation.scenario.scenario import Scenario
from escalation.worlds.certificates import Certified, told
from escalation.worlds.outcomes import DAYS_OF_WEEK
from escalation.worlds.totals import Totals

if TYPE_CHECKING:
    import pandas as pd
    import xarray

MORE, LESS, SAME = "more", "less", "same"
FAILED, NOT_RUN = "failed", "not run yet"
"""Why a point has no odds."""
REFERENCE = "reference"
"""What failures of the reference's worlds are listed under, and the folder, inside a sweep's own, of its worlds."""
MOST_KEYS_SHOWN = 6
MOST_ROWS_SHOWN = 200
"""Columns and rows of a notebook's table; the rest is in ``to_frame()``."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key that varies: what it is and what the scenario says of it; ``own`` is the scenario's own value."""

    key: str
    role: str
    unit: str
    meaning: str
    own: object

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers of the scenario."""
        return self.role != STRUCTURE

    def to_json(self) -> dict[str, Any]:
        """``{key, role, unit, meaning, own}``."""
        return {"key": self.key, "role": self.role, "unit": self.unit, "meaning": self.meaning, "own": self.own}


@dataclass(frozen=True, slots=True)
class Paired:
    """Odds of war at a point less those of the reference in the same ``n`` worlds, with the interval at 95 %.

    ``only_a`` worlds have war under the reference alone, ``only_b`` at the point alone.
    """

    odds: float
    low: float
    high: float
    only_a: int
    only_b: int
    n: int

    @property
    def verdict(self) -> str:
        """``more`` or ``less`` dangerous than the reference where the interval excludes 0, else ``same``."""
        return MORE if self.low > 0.0 else LESS if self.high < 0.0 else SAME


@dataclass(frozen=True)
class PointResult:
    """One point: its ``setting`` (keys,), the totals of its worlds, and how it differs from the reference.

    ``bounds`` replaces Wilson's interval where the number of worlds was not fixed beforehand; ``enough`` says that it
    ended for being as precise as was asked. The odds of a point of which no world was run are missing: ``war`` and all
    that follows from it is None.
    """

    scenario: Scenario
    setting: tuple[object, ...]
    totals: Totals
    paired: Paired | None = None
    bounds: tuple[float, float] | None = None
    enough: bool = False

    @property
    def worlds(self) -> int:
        """How many worlds were run."""
        return self.totals.n

    @cached_property
    def war(self) -> Share | None:
        """Share of worlds in all-out war by the horizon."""
        if not self.worlds:
            return None
        share = counted(self.totals.wars[self._end], self.worlds)
        if self.bounds is None:
            return share
        return Share(share.odds, *self.bounds, share.level, share.count, share.n)

    @property
    def middle(self) -> float | None:
        """The middle of the interval of ``war``."""
        return None if self.war is None else (self.war.low + self.war.high) / 2.0

    @cached_property
    def stated(self) -> Share | None:
        """``war`` as it is printed. With ``bounds``, at whose end it may lie, it is their middle, as ``run`` prints it.

        Where no war was counted it is 0 still.
        """
        war, middle = self.war, self.middle
        if war is None or middle is None or self.bounds is None or war.count == 0:
            return war
        return replace(war, odds=middle)

    @cached_property
    def conditional(self) -> Estimate | None:
        """The same odds by conditional Monte Carlo (``worlds.outcomes.Snapshot.war_sum``)."""
        return self._conditional(self._end)

    @cached_property
    def limited_war(self) -> Share | None:
        """Share of worlds in limited war (rung 9) or worse by the horizon."""
        return counted(self.totals.limited[self._end], self.worlds) if self.worlds else None

    @cached_property
    def war_by_day(self) -> dict[int, tuple[Share, Estimate | None]]:
        """Odds counted and conditional by day 14, 90, 365 and 1460, as far as the horizon reaches."""
        if not self.worlds:
            return {}
        wars = self.totals.wars
        marks = {day: week for week, day in DAYS_OF_WEEK.items() if week in wars}
        return {day: (counted(wars[week], self.worlds), self._conditional(week)) for day, week in marks.items()}

    @cached_property
    def deaths(self) -> dict[str, float]:
        """Mean dead a world, civilians first and then by side."""
        if not self.worlds:
            return {}
        tallies = self.totals.tallies
        return deaths_by_side(self.scenario, {name: tallies[name] / self.worlds for name in DEAD})

    @property
    def _end(self) -> int:
        return self.totals.layout.weeks[-1]

    def _conditional(self, week: int) -> Estimate | None:
        n = self.worlds
        if not n:
            return None
        return chances(n, self.totals.war_sum[week], self.totals.war_sum_sq[week])


@dataclass(frozen=True)
class Reference:
    """What the points are set beside, in the same worlds: the scenario as it stands, or another at the same points.

    ``points`` holds one result for the scenario as it stands, else one a point.
    """

    name: str
    against: bool
    points: tuple[PointResult, ...]

    def at(self, point: int) -> PointResult:
        """The reference of one point."""
        return self.points[point if self.against else 0]


@dataclass(frozen=True)
class SweepResult:
    """The odds of war over ``points``, with intervals at 95 % for Monte-Carlo noise alone.

    ``failures`` says which points failed, in which part of the work; those worlds are missing from ``results``. With
    ``precision`` each point ran until its interval had that half-width, or to ``worlds`` at most.
    """

    scenario: Scenario
    points: Points
    results: tuple[PointResult, ...]
    reference: Reference | None
    seed: int
    horizon: int
    worlds: int
    digest: str
    failures: tuple[Mapping[str, Any], ...] = ()
    folder: str | None = None
    precision: float | None = None
    notes: tuple[str, ...] = ()
    """What a folder had to say: damaged parts that were run anew, other versions of libraries."""
    certified: tuple[Certified, ...] = ()
    """The points that a rule that plans had solved; the reference's are not among them."""
    shifts: tuple[float | None, float | None] = (None, None)
    """Of draws: how far the luck of their common worlds may move the mean of their odds, and of their differences."""
    contrasts: tuple[Contrast, ...] = ()
    """Of a grid: how far apart each key's extremes are, world by world."""

    def __len__(self) -> int:
        return len(self.results)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The keys that vary, in the order of the settings."""
        return keys_of(self.scenario, self.points)

    @cached_property
    def differences(self) -> dict[str, int]:
        """How many points are shown to have higher or lower odds than their reference, or neither; of the rest it is
        unknown. Each by the 95 % interval of its own paired difference.
        """
        verdicts = [None if found.paired is None else found.paired.verdict for found in self.results]
        names = {"higher": MORE, "lower": LESS, "not_shown_to_differ": SAME, "unknown": None}
        return {name: verdicts.count(verdict) for name, verdict in names.items()}

    @cached_property
    def movers(self) -> tuple[Mover, ...]:
        """Which keys move the odds, as far as that is told from noise: see ``movers.movers``."""
        return tuple(movers(self))

    @property
    def drawn(self) -> bool:
        """Whether the points are draws from the priors, in each of which every number that varies does so at once."""
        return self.points.kind == "priors"

    @cached_property
    def odds_over_draws(self) -> Spread | None:
        """How the odds of war spread over draws from the priors; None for other points, and without worlds."""
        wars = [found.stated for found in self.results if found.stated is not None]
        found = [(war.odds, war.low, war.high) for war in wars]
        return spread(found, 0.0, 1.0, self.shifts[0]) if self.drawn else None

    @cached_property
    def difference_over_draws(self) -> Spread | None:
        """How the paired differences do, each of a draw from its reference."""
        pairs = [found.paired for found in self.results if found.paired is not None]
        found = [(pair.odds, pair.low, pair.high) for pair in pairs]
        return spread(found, -1.0, 1.0, self.shifts[1]) if self.drawn else None

    @cached_property
    def failed(self) -> frozenset[int]:
        """The points of which worlds failed; some may have odds, from other worlds."""
        return self._failed_in("points")

    @cached_property
    def failed_beside(self) -> frozenset[int]:
        """The reference's points of which worlds failed."""
        return self._failed_in(REFERENCE)

    @cached_property
    def missing(self) -> dict[int, str]:
        """The points without odds, none of their worlds having been run to the end, and why."""
        gone = [place for place, found in enumerate(self.results) if found.war is None]
        return {place: FAILED if place in self.failed else NOT_RUN for place in gone}

    @cached_property
    def short(self) -> tuple[int, ...]:
        """The points with odds from fewer worlds than were asked for: stopped, or failed, before they were enough."""
        return tuple(place for place, found in enumerate(self.results) if self._is_short(found, place in self.failed))

    @cached_property
    def short_beside(self) -> tuple[int, ...]:
        """The points that are set beside a reference in fewer worlds of it than were asked for."""
        if self.reference is None:
            return ()
        known = [place for place, found in enumerate(self.results) if found.paired is not None]
        return tuple(place for place in known if self._is_short(self.reference.at(place), failed=False))

    def _is_short(self, found: PointResult, failed: bool) -> bool:
        return found.worlds > 0 and (failed or (found.worlds < self.worlds and not found.enough))

    def _failed_in(self, run: str) -> frozenset[int]:
        return frozenset(point for failure in self.failures if failure["run"] == run for point in failure["points"])

    @property
    def rule(self) -> str:
        """The decision rule of the scenario, or the two rules; a swept rule is in the settings."""
        return rules_of(self.scenario)

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a point, as in ``results.csv``; what cannot be known is None."""
        return [self._row(point) for point in range(len(self))]

    def to_frame(self) -> pd.DataFrame:
        """One row a point: the keys, then the odds with their intervals."""
        import pandas as pd

        return pd.DataFrame(self.to_rows())

    def to_json(self) -> dict[str, Any]:
        """The sweep as plain data."""
        return {
            "schema": SCHEMA,
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "seed": self.seed,
            "horizon_weeks": self.horizon,
            "rule": self.rule,
            "kind": self.points.kind,
            "keys": [key.to_json() for key in self.keys],
            "shape": None if self.points.shape is None else list(self.points.shape),
            "points": len(self),
            "worlds": self.worlds,
            **({} if self.precision is None else {"precision": self.precision}),
            "level": LEVEL,
            "reference": self._reference_json(),
            **({} if self.reference is None else {"differences": self.differences}),
            "movers": [mover.to_json() for mover in self.movers],
            **self._distribution_json(),
            "rows": self.to_rows(),
            "missing": {
                "failed": self._missing_as(FAILED),
                "not_run": self._missing_as(NOT_RUN),
                "short": list(self.short),
                "short_beside": list(self.short_beside),
            },
            "failures": [dict(failure) for failure in self.failures],
            **told(self.certified),
            "folder": self.folder,
            "digest": self.digest,
        }

    def to_xarray(self) -> xarray.Dataset:
        """The rows as an ``xarray.Dataset``: on the axes of a grid, else along ``point`` with the keys beside it.

        Raises ``ExtraMissing`` where xarray is not installed.
        """
        about = {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "seed": self.seed,
            "horizon_weeks": self.horizon,
            "digest": self.digest,
        }
        return dataset(self.scenario, self.points.keys, self.to_rows(), self.points.shape, about)

    def _row(self, point: int) -> dict[str, Any]:
        found = self.results[point]
        row: dict[str, Any] = self.points.at(point)
        row |= _share_columns("war", found.war)
        if self.precision is not None:
            row["war_middle"] = found.middle
        row |= {"worlds": found.worlds, "wars": None if found.war is None else found.war.count}
        row |= _estimate_columns("conditional", found.conditional)
        days = [day for week, day in DAYS_OF_WEEK.items() if week in found.totals.wars]
        for day in days:
            row[f"war_odds_{day}"] = found.war_by_day[day][0].odds if found.worlds else None
        row |= _share_columns("limited_war", found.limited_war)
        for side in deaths_by_side(self.scenario, dict.fromkeys(DEAD, 0.0)):
            row[f"deaths_{side}"] = found.deaths.get(side)
        if self.reference is not None:
            beside, paired = self.reference.at(point), found.paired
            row["reference_odds"] = None if beside.war is None else beside.war.odds
            if self.precision is not None:
                row["reference_middle"] = beside.middle
            for name in ("odds", "low", "high"):
                row[f"difference_{name}"] = None if paired is None else getattr(paired, name)
            row["only_reference"] = None if paired is None else paired.only_a
            row["only_point"] = None if paired is None else paired.only_b
        return row

    def _reference_json(self) -> dict[str, Any] | None:
        if self.reference is None:
            return None
        about: dict[str, Any] = {"scenario": self.reference.name, "same_points": self.reference.against}
        if not self.reference.against:
            own = self.reference.points[0]
            about["setting"] = dict(zip(self.points.keys, own.setting, strict=True))
            about["worlds"] = own.worlds
            about["war"] = None if own.war is None else {**own.war.to_json(), "wars": own.war.count}
            if own.war is not None and self.precision is not None:
                about["war"]["middle"] = own.middle
        return about

    def _missing_as(self, why: str) -> list[int]:
        return [place for place, reason in self.missing.items() if reason == why]

    def _distribution_json(self) -> dict[str, Any]:
        if not self.drawn:
            return {}
        both = {"odds": self.odds_over_draws, "difference": self.difference_over_draws}
        return {"distribution": {name: None if found is None else found.to_json() for name, found in both.items()}}

    def _repr_html_(self) -> str:
        """The odds in 100 as a table for notebooks, shaded by size; what differs from the reference in bold."""
        cells = [self._cell(place) for place in range(len(self))]
        shape = self.points.shape
        if shape is not None and len(shape) == 2:
            down, across = self.points.axes()
            head = [f"{self.points.keys[0]} \\ {self.points.keys[1]}", *map(shown, across)]
            width = shape[1]
            rows = [[Cell(shown(value)), *cells[i * width : (i + 1) * width]] for i, value in enumerate(down)]
        else:
            few = self.points.keys[:MOST_KEYS_SHOWN]
            head = [*few, "war in 100"]
            rows = [
                [*(Cell(shown(value)) for value in result.setting[: len(few)]), cell]
                for result, cell in zip(self.results, cells, strict=True)
            ]
        caption = f"All-out war in 100 crises within {self.horizon} weeks: {self.scenario.title}"
        return shaded_table(caption, head, rows[:MOST_ROWS_SHOWN], len(rows) - MOST_ROWS_SHOWN)

    def _cell(self, place: int) -> Cell:
        result = self.results[place]
        if result.stated is None:
            return Cell(self.missing[place])
        most = max(found.stated.odds for found in self.results if found.stated is not None)
        strong = result.paired is not None and result.paired.verdict != SAME
        text = f"{100 * result.stated.odds:.1f}"
        hint = f"{100 * result.stated.low:.1f} to {100 * result.stated.high:.1f}, {result.worlds:,} worlds"
        return Cell(text, result.stated.odds / most if most > 0.0 else 0.0, strong, hint)


def shown(value: object) -> str:
    """A setting as a reader would write it: ``0.5``, ``true``, ``quantal``."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def keys_of(scenario: Scenario, points: Points) -> tuple[Key, ...]:
    """What a scenario says of the keys that vary over ``points``."""
    own = alone(scenario, points).settings[0]
    return tuple(_key(scenario, key, value) for key, value in zip(points.keys, own, strict=True))


def _key(scenario: Scenario, key: str, own: object) -> Key:
    number = scenario.numbers.get(key)
    if number is None:
        return Key(key, STRUCTURE, "", _structure(scenario, key), own)
    return Key(key, role_of(scenario, key), number.unit, number.quantity.meaning, own)


def _structure(scenario: Scenario, key: str) -> str:
    """What a key that is no number stands for."""
    kind, _, rest = key.partition(".")
    if kind == "events":
        name, _, field = rest.rpartition(".")
        title = next((event.title for event in scenario.events if event.name == name), name)
        return f"{field} of the event: {title}"
    if kind == "past":
        name = rest.rpartition(".")[0]
        return "known: " + next((past.title for past in scenario.past if past.name == name), name)
    if kind == "start":
        return f"{rest.replace('_', ' ')} on the first day"
    title = next((actor.title for actor in scenario.actors if actor.name == kind), kind)
    return f"decision rule of {title}"


def _share_columns(name: str, share: Share | None) -> dict[str, Any]:
    values = (None, None, None) if share is None else (share.odds, share.low, share.high)
    return dict(zip((f"{name}_odds", f"{name}_low", f"{name}_high"), values, strict=True))


def _estimate_columns(name: str, estimate: Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return {f"{name}_{end}": None for end in ("odds", "low", "high")}
    return {f"{name}_{end}": value for end, value in estimate_json(estimate, "odds").items()}
