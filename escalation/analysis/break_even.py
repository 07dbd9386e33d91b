"""The value of a number at which two scenarios are equally dangerous, and what lies on its two sides.

Both scenarios run the same worlds at every value, so that luck cancels and the difference of their odds moves smoothly
enough to be followed; see ``analysis.located`` for how roots and their intervals are found.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from escalation.analysis.chances import Floats, chances, checked_sizes, unseen
from escalation.analysis.factors import range_of, read_axis
from escalation.analysis.intervals import LEVEL
from escalation.analysis.located import Curve, locate
from escalation.analysis.odds import SCHEMA
from escalation.analysis.prepare import prepared, rules_of
from escalation.analysis.shaded import Cell, shaded_table
from escalation.analysis.sweep_result import Key
from escalation.scenario.axes import Axis, ticks
from escalation.scenario.design import central, draw
from escalation.scenario.faults import Fault, ScenarioFault
from escalation.scenario.points import grid as grid_of
from escalation.scenario.points import role_of
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import Progress

if TYPE_CHECKING:
    import pandas as pd

OVER: Final = "--over"
ALSO: Final = "--also"
WORLDS: Final = 10_000
WORLDS_ALSO: Final = 2_000
"""Worlds at every value where a second number makes many curves of one."""
GRID, GRID_ALSO = 11, 7
"""Values at which the whole range is looked at before roots are closed in on."""
LOOKS: Final = 10
"""Values looked at for a root and the ends of its interval, as a rule: for estimates of how long it takes."""

Source = Scenario | str | os.PathLike[str]


@dataclass(frozen=True)
class ContourRow:
    """The break-even along the first number where the second stands at ``value``."""

    value: float
    curve: Curve


@dataclass(frozen=True)
class BreakEvenResult:
    """Where ``a`` is as dangerous as ``b`` over ``key``, by the horizon.

    ``curve`` holds all that was seen with the second number at its own value; ``contour`` a curve for each value of
    ``also``. With ``draws`` the uncertain numbers are drawn that many times and the difference is the mean over the
    draws; without, they stand at their central values.
    """

    a: str
    b: str
    title_a: str
    title_b: str
    start: str
    key: Key
    low: float
    high: float
    curve: Curve
    also: Key | None
    contour: tuple[ContourRow, ...]
    worlds: int
    draws: int | None
    seed: int
    horizon: int
    rule: str

    def name_of(self, sign: int) -> str | None:
        """The scenario that is *safer* where the difference of the odds (a less b) has ``sign``; None for 0."""
        return None if sign == 0 else self.b if sign > 0 else self.a

    def to_json(self) -> dict[str, Any]:
        """The result as plain data; a sign is that of the odds of ``a`` less those of ``b``."""
        found: dict[str, Any] = {
            "schema": SCHEMA,
            "a": self.a,
            "b": self.b,
            "quantity": "odds of all-out war",
            "horizon_weeks": self.horizon,
            "seed": self.seed,
            "worlds": self.worlds,
            "draws": self.draws,
            "rule": self.rule,
            "level": LEVEL,
            "over": {**self.key.to_json(), "low": self.low, "high": self.high},
            **self.curve.to_json(),
        }
        for crossing in found["crossings"]:
            crossing["safer_below"] = self.name_of(crossing["sign_below"])
            crossing["safer_above"] = self.name_of(crossing["sign_above"])
        if self.also is not None:
            rows = [{"value": row.value, **row.curve.to_json()} for row in self.contour]
            found["contour"] = {"also": self.also.to_json(), "rows": rows}
        return found

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a value looked at: the key(s), the odds of both and their difference with its interval."""
        curves: list[tuple[dict[str, float], Curve]] = [({}, self.curve)]
        if self.also is not None:
            curves = [({self.also.key: row.value}, row.curve) for row in self.contour]
        return [
            {
                **second,
                self.key.key: point.value,
                f"war_odds_{self.a}": point.odds_a,
                f"war_odds_{self.b}": point.odds_b,
                "difference": point.difference,
                "low": point.low,
                "high": point.high,
            }
            for second, curve in curves
            for point in curve.points
        ]

    def to_frame(self) -> pd.DataFrame:
        """As ``to_rows``."""
        import pandas as pd

        return pd.DataFrame(self.to_rows())

    def _repr_html_(self) -> str:
        """The break-even values as a table, for notebooks."""
        rows = []
        curves = [(None, self.curve)] if self.also is None else [(row.value, row.curve) for row in self.contour]
        for second, curve in curves:
            for crossing in curve.crossings:
                ends = ["beyond" if end is None else f"{end:.4g}" for end in (crossing.low, crossing.high)]
                cells = [f"{crossing.value:.4g}", f"{ends[0]} to {ends[1]}"]
                cells += [self.name_of(sign) or "cannot be told" for sign in (crossing.below, crossing.above)]
                rows.append([Cell(text) for text in ([] if second is None else [f"{second:.4g}"]) + cells])
        head = [*([] if self.also is None else [self.also.key]), self.key.key, "95 % interval"]
        caption = f"{self.a} is as dangerous as {self.b} within {self.horizon} weeks"
        return shaded_table(caption, [*head, "safer below", "safer above"], rows, 0)


@dataclass(frozen=True)
class BreakEvenPlan:
    """A search that has been checked and not yet run."""

    a: Scenario
    b: Scenario
    key: str
    axis: Axis
    also: Axis | None
    worlds: int
    draws: int | None
    seed: int
    horizon: int

    @property
    def world_weeks(self) -> int:
        """About how many weeks of worlds it will take: roots are not known beforehand."""
        curves = 1 if self.also is None else 1 + len(self.also.values or ())
        looks = len(self.axis.values or ()) + LOOKS
        return 2 * curves * looks * self.worlds * (self.draws or 1) * self.horizon


def plan_break_even(
    a: Source,
    b: Source,
    over: str,
    *,
    also: str | None = None,
    worlds: int | None = None,
    draws: int | None = None,
    seed: int = 0,
    horizon: int = 52,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> BreakEvenPlan:
    """Check all that ``break_even`` is asked for. Raises ScenarioFault and ``ValueError`` as it does."""
    if worlds is None:
        worlds = WORLDS if also is None else WORLDS_ALSO
        worlds = worlds if draws is None else max(worlds // draws, 2)
    checked_sizes([("worlds", worlds, 2), ("horizon", horizon, 1), *([("draws", draws, 2)] if draws else [])])
    first = prepared(a, rule=rule, overrides=overrides)
    second = prepared(b, rule=rule, overrides=overrides)
    key, axis = _axis(first, second, over, OVER, GRID if also is None else GRID_ALSO)
    beside = None
    if also is not None:
        other, beside = _axis(first, second, also, ALSO, GRID_ALSO)
        if other == key:
            raise ScenarioFault([Fault(ALSO, None, key, "it is what --over moves", "another key")])
    return BreakEvenPlan(first, second, key, axis, beside, worlds, draws, seed, horizon)


def _axis(a: Scenario, b: Scenario, text: str, where: str, count: int) -> tuple[str, Axis]:
    """A key and its values: ``KEY``, ``KEY=LO:HI`` or ``KEY=LO:HI:N``, each perhaps with ``:log``."""
    key, equals, spec = text.partition("=")
    key = key.strip()
    read = read_axis(key, spec if equals else None, where)
    low, high = range_of((a, b), key, read, where)
    if read.values is None:
        log = ":log" if read.log else ""
        read = ticks(key, f"{low!r}:{high!r}:{count}{log}")
    for scenario in (a, b):
        grid_of(scenario, [read], where)
    return key, read


def break_even(
    a: Source,
    b: Source,
    over: str,
    *,
    also: str | None = None,
    worlds: int | None = None,
    draws: int | None = None,
    seed: int = 0,
    horizon: int = 52,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> BreakEvenResult:
    """Find where ``a`` is as dangerous as ``b`` as ``over`` (``KEY``, ``KEY=LO:HI`` or ``KEY=LO:HI:N``) moves.

    ``over`` without a range takes the number's plausible one; ``also`` (likewise) asks for the break-even at each of
    several values of a second number. ``worlds`` (10,000, or 2,000 with ``also``) are run at every value, in both;
    with ``draws`` the uncertain numbers are drawn so many times, and ``worlds`` are those of each draw (so many that
    the product is the same by default). Raises ScenarioFault for a bad scenario or key, ``ValueError`` for a size that
    is too small.
    """
    plan = plan_break_even(
        a,
        b,
        over,
        also=also,
        worlds=worlds,
        draws=draws,
        seed=seed,
        horizon=horizon,
        rule=rule,
        overrides=overrides,
    )
    return run_break_even(plan, workers=workers, progress=progress)


def run_break_even(plan: BreakEvenPlan, *, workers: int = 2, progress: Progress | None = None) -> BreakEvenResult:
    """Run a search that has been checked."""

    def curve(fixed: Mapping[str, float]) -> Curve:
        def pair(value: float) -> tuple[Floats, Floats]:
            moved = {**fixed, plan.key: value}
            return _odds(plan, plan.a, moved, workers, progress), _odds(plan, plan.b, moved, workers, progress)

        return locate(pair, _numbers(plan.axis), log=plan.axis.log, unseen=unseen(plan.worlds * (plan.draws or 1)))

    contour: tuple[ContourRow, ...] = ()
    if plan.also is not None:
        contour = tuple(ContourRow(value, curve({plan.also.key: value})) for value in _numbers(plan.also))
    values = _numbers(plan.axis)
    return BreakEvenResult(
        a=plan.a.name,
        b=plan.b.name if plan.b.name != plan.a.name else f"{plan.b.name} #2",
        title_a=plan.a.title,
        title_b=plan.b.title,
        start=plan.a.start.date.isoformat(),
        key=_key(plan.a, plan.key),
        low=values[0],
        high=values[-1],
        curve=curve({}),
        also=None if plan.also is None else _key(plan.a, plan.also.key),
        contour=contour,
        worlds=plan.worlds,
        draws=plan.draws,
        seed=plan.seed,
        horizon=plan.horizon,
        rule=rules_of(plan.a),
    )


def _odds(
    plan: BreakEvenPlan, scenario: Scenario, moved: Mapping[str, float], workers: int, progress: Progress | None
) -> Floats:
    """The odds of war in each world, or in each draw of the uncertain numbers, with some numbers set; (units,)."""
    values = central(scenario) if plan.draws is None else draw(scenario, plan.draws, plan.seed)
    first = np.arange(values.rows, dtype=np.int64) * plan.worlds
    found = chances(
        scenario,
        values.replace(moved),
        first,
        plan.worlds,
        seed=plan.seed,
        horizon=plan.horizon,
        workers=workers,
        progress=progress,
    )
    return found[0] if plan.draws is None else np.asarray(found.mean(axis=1))


def _numbers(axis: Axis) -> list[float]:
    return [float(value) for value in axis.values or () if isinstance(value, (int, float))]


def _key(scenario: Scenario, key: str) -> Key:
    number = scenario.numbers[key]
    return Key(key, role_of(scenario, key), number.unit, number.quantity.meaning, number.value)
