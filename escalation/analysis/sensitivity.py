"""Which uncertain numbers the odds of war hang on, or the difference of two scenarios: Morris screening, Sobol'
indices.

Every input is sampled from its prior (or a range that was asked for); see ``analysis.elementary`` and
``analysis.indices`` for the two methods, and for how the noise of a yes/no outcome is taken out.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.chances import Chances, Response, checked_sizes
from escalation.analysis.elementary import elementary, root
from escalation.analysis.factors import Factors, factors_of
from escalation.analysis.indices import parts, share_of
from escalation.analysis.intervals import LEVEL, z_of
from escalation.analysis.odds import SCHEMA
from escalation.analysis.prepare import prepared, rules_of
from escalation.analysis.shaded import Cell, shaded_table
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import Progress

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Method = Literal["morris", "sobol"]
Source = Scenario | str | os.PathLike[str]

METHODS: Final[tuple[Method, ...]] = ("morris", "sobol")
DUMMY: Final = "luck"
"""Name of the input that does nothing but hand the crisis other worlds."""
TRAJECTORIES, WORLDS = 96, 8
ROWS, WORLDS_SOBOL = 512, 16


@dataclass(frozen=True, slots=True)
class Effect:
    """A factor's elementary effects: changes of the quantity when it moves to another quarter of its distribution.

    ``size`` is their root mean square with its 95 % interval, noise taken out; ``mean`` the mean effect of *raising* it
    (None for a factor of several numbers, which move in their own directions); ``spread`` the standard deviation of the
    effects, noise taken out: not zero where the effect hangs on the other inputs. ``plain`` is the usual mean of
    absolute effects, noise and all. ``told``: whether it is more than noise, at 95 % over all factors together.
    """

    factor: str
    keys: tuple[str, ...]
    size: float
    size_low: float
    size_high: float
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    spread: float
    plain: float
    told: bool


@dataclass(frozen=True, slots=True)
class Index:
    """A factor's shares of the variance of the quantity, noise taken out, with their 95 % intervals.

    ``first`` is what it explains alone, ``total`` what would be left if all but it were known: the two differ by its
    interactions. ``plain_first`` and ``plain_total`` are the usual estimates, which take noise for effect. ``told``:
    whether ``total`` is more than noise, at 95 % over all factors together.
    """

    factor: str
    keys: tuple[str, ...]
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float
    plain_first: float
    plain_total: float
    told: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A factor as a bar of a chart: its ``value`` (size, or total index) with its interval, and whether it is told."""

    factor: str
    value: float
    low: float
    high: float
    told: bool


@dataclass(frozen=True)
class SensitivityResult:
    """What the odds of war in ``scenario`` hang on, or those less the odds in ``against``, by the horizon.

    ``effects`` (Morris) or ``indices`` (Sobol'), the largest first; the other is empty. ``dummy`` is the input that
    does nothing. ``mean`` is the quantity's mean over the inputs with its interval, ``deviation`` (Sobol' only) its
    standard deviation over them, noise taken out. ``samples`` are trajectories or rows of ``points`` points in all.
    """

    method: Method
    scenario: str
    title: str
    start: str
    against: str | None
    effects: tuple[Effect, ...]
    indices: tuple[Index, ...]
    dummy: Effect | Index
    mean: float
    mean_low: float
    mean_high: float
    deviation: float | None
    varies: bool
    samples: int
    points: int
    worlds: int
    seed: int
    horizon: int
    rule: str

    @property
    def factors(self) -> tuple[Effect | Index, ...]:
        """What was found of each factor, by either method, the largest first."""
        return self.effects or self.indices

    @property
    def bars(self) -> tuple[Bar, ...]:
        """One bar a factor, the largest first; the dummy is not among them."""
        return tuple(_bar(found) for found in self.factors)

    @property
    def floor(self) -> float:
        """The noise floor: as much as an input that does nothing may seem to matter, at 95 %."""
        return max(_bar(self.dummy).high, 0.0)

    @property
    def told(self) -> tuple[Effect | Index, ...]:
        """The factors that matter by more than noise, the largest first."""
        return tuple(found for found in self.factors if found.told)

    @property
    def quantity(self) -> str:
        """What is asked of."""
        odds = f"odds of all-out war in {self.scenario}"
        return odds if self.against is None else f"{odds} less those in {self.against}"

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "schema": SCHEMA,
            "method": self.method,
            "scenario": self.scenario,
            "against": self.against,
            "quantity": self.quantity,
            "horizon_weeks": self.horizon,
            "seed": self.seed,
            "rule": self.rule,
            "samples": self.samples,
            "points": self.points,
            "worlds": self.worlds,
            "level": LEVEL,
            "mean": self.mean,
            "mean_low": self.mean_low,
            "mean_high": self.mean_high,
            "deviation": self.deviation,
            "varies": self.varies,
            "noise_floor": self.floor,
            "dummy": asdict(self.dummy),
            "factors": [asdict(found) for found in self.factors],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a factor, the dummy last; the numbers of a factor joined by spaces."""
        found = [asdict(one) for one in (*self.factors, self.dummy)]
        return [{**row, "keys": " ".join(row["keys"])} for row in found]

    def to_frame(self) -> pd.DataFrame:
        """As ``to_rows``."""
        import pandas as pd

        return pd.DataFrame(self.to_rows())

    def _repr_html_(self) -> str:
        """The factors as a table, for notebooks, those told from noise in bold."""
        top = max((bar.value for bar in self.bars), default=0.0) or 1.0
        rows = [
            [
                Cell(bar.factor, None, bar.told),
                Cell(f"{bar.value:.4f}", max(bar.value, 0.0) / top, bar.told),
                Cell(f"{bar.low:.4f} to {bar.high:.4f}"),
            ]
            for bar in (*self.bars[:40], _bar(self.dummy))
        ]
        head = ["input", "size of effect" if self.method == "morris" else "total index", "95 % interval"]
        return shaded_table(self.quantity, head, rows, len(self.bars) - 40)


@dataclass(frozen=True)
class SensitivityPlan:
    """An analysis that has been checked and not yet run."""

    method: Method
    a: Scenario
    b: Scenario | None
    factors: Factors
    samples: int
    worlds: int
    seed: int
    horizon: int

    @property
    def points(self) -> int:
        """Points of all samples."""
        return self.samples * (len(self.factors.factors) + (2 if self.method == "morris" else 3))

    @property
    def world_weeks(self) -> int:
        """Weeks of all worlds, were none at war before the horizon."""
        return self.points * self.worlds * self.horizon * (1 if self.b is None else 2)


def plan_sensitivity(
    scenario: Source,
    *,
    against: Source | None = None,
    vary: Mapping[str, str | None] | Iterable[str] | None = None,
    method: Method = "morris",
    draws: int | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 52,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> SensitivityPlan:
    """Check all that ``sensitivity`` is asked for. Raises ScenarioFault and ``ValueError`` as it does."""
    if method not in METHODS:
        raise ValueError(f"method: {method!r}; legal: {', '.join(METHODS)}")
    draws = draws or (TRAJECTORIES if method == "morris" else ROWS)
    worlds = worlds or (WORLDS if method == "morris" else WORLDS_SOBOL)
    least = 4 if method == "morris" else 8
    checked_sizes([("draws", draws, least), ("worlds", worlds, 2), ("horizon", horizon, 1)])
    if method == "sobol" and draws & (draws - 1):
        below = 1 << (draws.bit_length() - 1)
        raise ValueError(f"draws: {draws}; legal: a power of two, which keeps the points even: {below} or {2 * below}")
    a = prepared(scenario, rule=rule, overrides=overrides)
    b = None if against is None else prepared(against, rule=rule, overrides=overrides)
    factors = factors_of([a] if b is None else [a, b], vary, together=method == "sobol")
    return SensitivityPlan(method, a, b, factors, draws, worlds, seed, horizon)


def sensitivity(
    scenario: Source,
    *,
    against: Source | None = None,
    vary: Mapping[str, str | None] | Iterable[str] | None = None,
    method: Method = "morris",
    draws: int | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 52,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> SensitivityResult:
    """Which inputs the odds of war hang on, or, ``against`` another scenario, the difference of the two.

    Inputs are all uncertain numbers, one by one under ``morris`` and by the first word of their keys under ``sobol``,
    or those that ``vary`` names (see ``factors_of``); numbers that are no input stand at their central values.
    ``draws`` are trajectories (96) or rows (512, a power of two), each with ``worlds`` (8 or 16) worlds at every point.
    Raises ScenarioFault for a bad scenario or key, ``ValueError`` for a size or method that is not legal.
    """
    plan = plan_sensitivity(
        scenario,
        against=against,
        vary=vary,
        method=method,
        draws=draws,
        worlds=worlds,
        seed=seed,
        horizon=horizon,
        rule=rule,
        overrides=overrides,
    )
    return run_sensitivity(plan, workers=workers, progress=progress)


def run_sensitivity(plan: SensitivityPlan, *, workers: int = 2, progress: Progress | None = None) -> SensitivityResult:
    """Run an analysis that has been checked."""
    response = Chances(plan.factors, plan.a, plan.b, plan.worlds, plan.seed, plan.horizon, workers, progress)
    return analyse(plan, response)


def analyse(plan: SensitivityPlan, response: Response) -> SensitivityResult:
    """The analysis of any ``response``; ``plan`` says what its inputs are called."""
    if plan.method == "morris":
        effects, quantity = screened(response, plan.factors, plan.samples, plan.worlds, plan.seed)
        indices: tuple[Index, ...] = ()
        dummy: Effect | Index = effects[-1]
        effects = tuple(sorted(effects[:-1], key=lambda effect: -effect.size))
        deviation, varies = None, any(effect.told for effect in effects)
    else:
        indices, quantity, deviation = shares(response, plan.factors, plan.samples, plan.worlds, plan.seed)
        effects, dummy = (), indices[-1]
        varies = deviation > 0.0
        indices = tuple(sorted(indices[:-1], key=lambda index: -index.total))
    half = z_of(LEVEL) * float(quantity.std(ddof=1)) / math.sqrt(len(quantity))
    middle = float(quantity.mean())
    return SensitivityResult(
        method=plan.method,
        scenario=plan.a.name,
        title=plan.a.title,
        start=plan.a.start.date.isoformat(),
        against=None if plan.b is None else plan.b.name,
        effects=effects,
        indices=indices,
        dummy=dummy,
        mean=middle,
        mean_low=middle - half,
        mean_high=middle + half,
        deviation=deviation,
        varies=varies,
        samples=plan.samples,
        points=plan.points,
        worlds=plan.worlds,
        seed=plan.seed,
        horizon=plan.horizon,
        rule=rules_of(plan.a),
    )


def screened(
    response: Response, factors: Factors, trajectories: int, worlds: int, seed: int
) -> tuple[tuple[Effect, ...], Floats]:
    """Morris screening: an effect a factor in their order, the dummy last; and the quantity at the starts."""
    from scipy.stats import t as student

    found = elementary(response, factors.groups, trajectories, worlds, seed)
    names = [*((factor.name, factor.keys) for factor in factors.factors), (DUMMY, ())]
    usual = float(student.ppf(0.5 + LEVEL / 2.0, trajectories - 1))
    # two one-sided looks at the square's mean and one two-sided look at the effect's, over all factors together
    strict = float(student.ppf(1.0 - (1.0 - LEVEL) / (4.0 * len(factors.factors)), trajectories - 1))
    effects = []
    for place, (name, keys) in enumerate(names):
        square, effect = found.squares[:, place], found.effects[:, place]
        middle, error = _mean(square)
        raised, raised_error = _mean(effect)
        alone = len(keys) == 1
        told = middle > strict * error or (alone and abs(raised) > strict * raised_error)
        half = usual * raised_error
        # no root mean square is below the mean, which is told better where the squares of few worlds are nearly all 0
        nearest = max(abs(raised) - half, 0.0)
        least, most = (abs(raised), abs(raised) + half) if nearest > 0.0 else (0.0, 0.0)
        # the product of two different trajectories' effects is the mean effect's square without noise
        paired = (effect.sum() ** 2 - (effect**2).sum()) / (trajectories * (trajectories - 1))
        effects.append(
            Effect(
                factor=name,
                keys=keys,
                size=max(root(middle), least),
                size_low=max(root(middle - usual * error), nearest),
                size_high=max(root(middle + usual * error), most),
                mean=raised if alone else None,
                mean_low=raised - half if alone else None,
                mean_high=raised + half if alone else None,
                spread=root(middle - paired) if alone else root(middle),
                plain=float(np.abs(effect).mean()),
                told=bool(told) and place < len(factors.factors),
            )
        )
    return tuple(effects), found.base


def shares(
    response: Response, factors: Factors, rows: int, worlds: int, seed: int
) -> tuple[tuple[Index, ...], Floats, float]:
    """Sobol' indices, one a factor in their order, the dummy last; the quantity by row; its standard deviation.

    The deviation is 0 where the variance cannot be told from none; the shares of nothing are then unknown: 0, with
    intervals from 0 to 1.
    """
    found = parts(response, factors.groups, rows, worlds, seed)
    names = [*((factor.name, factor.keys) for factor in factors.factors), (DUMMY, ())]
    whole, error = _mean(found.variance)
    if not whole > z_of(LEVEL) * error:
        unknown = (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        return tuple(Index(name, keys, *unknown, False) for name, keys in names), found.mean, 0.0
    usual, strict = z_of(LEVEL), z_of(1.0 - 2.0 * (1.0 - LEVEL) / len(factors.factors) / 2.0)
    indices = []
    for place, (name, keys) in enumerate(names):
        first = share_of(found.first[:, place], found.variance)
        total = share_of(found.total[:, place], found.variance)
        plain = float(found.plain_variance.mean())
        indices.append(
            Index(
                factor=name,
                keys=keys,
                first=first.value,
                first_low=first.value - usual * first.error,
                first_high=first.value + usual * first.error,
                total=total.value,
                total_low=total.value - usual * total.error,
                total_high=total.value + usual * total.error,
                plain_first=float(found.plain_first[:, place].mean()) / plain,
                plain_total=float(found.plain_total[:, place].mean()) / plain,
                told=bool(total.value > strict * total.error) and place < len(factors.factors),
            )
        )
    return tuple(indices), found.mean, math.sqrt(whole)


def _mean(values: Floats) -> tuple[float, float]:
    """Mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))


def _bar(found: Effect | Index) -> Bar:
    if isinstance(found, Effect):
        return Bar(found.factor, found.size, found.size_low, found.size_high, found.told)
    return Bar(found.factor, found.total, found.total_low, found.total_high, found.told)
