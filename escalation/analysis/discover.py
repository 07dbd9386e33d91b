"""In which part of the plausible space a claim fails: boxes of a few uncertain numbers, tried on fresh draws.

Every draw of the uncertain numbers gives only a noisy estimate, so that no draw is labelled with certainty: what a box
is to enclose is each draw's *probability* that the thing holds there, from its estimate, its Monte-Carlo error and the
distribution of all true effects (``analysis.shrinkage``). Boxes are found on half of the draws
(``analysis.prim``), sides that may be chance are dropped on a quarter, and how dense they are is told from the last
quarter, which had no part in the search.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.chances import Chances, Response, checked_sizes, unseen
from escalation.analysis.factors import Factors, factors_of
from escalation.analysis.intervals import LEVEL, wilson
from escalation.analysis.odds import SCHEMA
from escalation.analysis.prepare import prepared, rules_of
from escalation.analysis.prim import DOUBT, Side, inside, peel, pruned, quasi_p
from escalation.analysis.shaded import Cell, shaded_table
from escalation.analysis.shrinkage import chance_below, shrink
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import Progress

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Source = Scenario | str | os.PathLike[str]

DRAWS, WORLDS = 1_200, 64
LEAST_DRAWS: Final = 60
BOXES: Final = 3
"""Most boxes looked for; each after the first among the draws that no box before it holds."""
SHUFFLES: Final = 4_999
_PLAIN: Final = ("1", "share", "probability", "multiplier", "ratio", "logit", "log-sd", "nat", "level", "flag")
_UNITS: Final = {"1/week": "a week", "1/month": "a month", "week": "weeks", "person": "dead"}
"""Units that a sentence does without, and those that it says otherwise."""
_FIND, _PRUNE, _TRY = (0, 1), 2, 3
"""Of every four draws, those on which boxes are found, on which doubtful sides are dropped, and that are held out."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a box asks of a number: above ``low``, at or below ``high``, in its ``unit``.

    ``quasi_p`` is how often chance would make the box as dense if this were asked of nothing (held-out draws).
    """

    key: str
    unit: str
    meaning: str
    low: float | None
    high: float | None
    quasi_p: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How a box does on some draws: ``inside`` of ``draws`` lie in it.

    ``density`` is the expected share of those in which the thing holds, with its 95 % interval; ``coverage`` the share
    of all draws in which it holds that lie in the box; ``support`` the share of all draws that do; ``base`` the share
    of all draws in which it holds.
    """

    draws: int
    inside: int
    density: float
    low: float
    high: float
    coverage: float
    support: float
    base: float


@dataclass(frozen=True, slots=True)
class Box:
    """A box, how it did on the draws that it was ``found`` on and on those that it was ``tried`` on.

    ``p`` is how often shuffled draws would be as much denser in the box than outside, among the held-out draws.
    """

    restrictions: tuple[Restriction, ...]
    found: Fit
    tried: Fit
    p: float

    @property
    def holds(self) -> bool:
        """Whether it does better than chance on held-out draws."""
        return self.p <= DOUBT


@dataclass(frozen=True)
class Sample:
    """The draws: ``values`` (draws, keys), ``estimate`` and ``error`` and ``probability`` (draws,), ``tried``
    (draws,)."""

    keys: tuple[str, ...]
    values: Floats
    estimate: Floats
    error: Floats
    probability: Floats
    tried: NDArray[np.bool_]


@dataclass(frozen=True)
class DiscoveryResult:
    """Where ``thing`` holds: that ``a`` is more dangerous than ``b`` (or safer), or its odds above ``above``.

    ``threshold_is_mean``: ``above`` is the mean over the draws, not asked for. ``boxes`` did better than chance on
    held-out draws; ``refused`` is the first that did not, if one was found. ``base`` is
    the share of the plausible space in which the thing holds, with its 95 % credible interval.
    """

    a: str
    b: str | None
    title: str
    start: str
    safer: bool
    above: float | None
    threshold_is_mean: bool
    boxes: tuple[Box, ...]
    refused: Box | None
    base: float
    base_low: float
    base_high: float
    draws: int
    held_out: int
    worlds: int
    seed: int
    horizon: int
    rule: str
    sample: Sample = field(repr=False, compare=False)

    @property
    def thing(self) -> str:
        """What the boxes enclose, as a clause."""
        if self.b is None:
            return f"the odds of all-out war in {self.a} are above {100 * (self.above or 0.0):.3g} in 100"
        return f"{self.a} is {'safer' if self.safer else 'more dangerous'} than {self.b}"

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "schema": SCHEMA,
            "a": self.a,
            "b": self.b,
            "thing": self.thing,
            "above": self.above,
            "horizon_weeks": self.horizon,
            "seed": self.seed,
            "rule": self.rule,
            "draws": self.draws,
            "held_out": self.held_out,
            "worlds": self.worlds,
            "base": self.base,
            "base_low": self.base_low,
            "base_high": self.base_high,
            "boxes": [_box_json(box) for box in self.boxes],
            "refused": None if self.refused is None else _box_json(self.refused),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a restriction of each box, with how its box does on held-out draws; first, as box 0, all draws."""
        nothing: dict[str, Any] = {"key": "", "low": None, "high": None, "unit": "", "quasi_p": None}
        whole = Fit(self.draws, self.draws, self.base, self.base_low, self.base_high, 1.0, 1.0, self.base)
        rows = [{"box": 0, **nothing, **_fit_row(whole), "p": None}]
        for number, box in enumerate(self.boxes, 1):
            for one in box.restrictions:
                asked = {name: getattr(one, name) for name in nothing}
                rows.append({"box": number, **asked, **_fit_row(box.tried), "p": box.p})
        return rows

    def to_frame(self) -> pd.DataFrame:
        """One row a draw: its numbers, the estimate with its error, the probability, whether it was held out."""
        import pandas as pd

        sample = self.sample
        columns: dict[str, Any] = {key: sample.values[:, place] for place, key in enumerate(sample.keys)}
        columns |= {"estimate": sample.estimate, "error": sample.error, "probability": sample.probability}
        return pd.DataFrame({**columns, "held_out": sample.tried})

    def _repr_html_(self) -> str:
        """The boxes as a table, for notebooks."""
        rows = [
            [Cell(f"{number}"), Cell(" and ".join(_in_words(one) for one in box.restrictions))]
            + [Cell(f"{value:.2f}") for value in (box.tried.density, box.tried.coverage, box.tried.support)]
            + [Cell(f"{box.p:.4f}")]
            for number, box in enumerate(self.boxes, 1)
        ]
        head = ["box", "where", "density", "coverage", "support", "p"]
        return shaded_table(f"{self.thing}: {self.base:.2f} of all draws", head, rows, 0)


@dataclass(frozen=True)
class DiscoveryPlan:
    """A search that has been checked and not yet run."""

    a: Scenario
    b: Scenario | None
    factors: Factors
    safer: bool
    above: float | None
    draws: int
    worlds: int
    seed: int
    horizon: int

    @property
    def world_weeks(self) -> int:
        """Weeks of all worlds, were none at war before the horizon."""
        return self.draws * self.worlds * self.horizon * (1 if self.b is None else 2)


def plan_discovery(
    a: Source,
    *,
    against: Source | None = None,
    safer: bool = False,
    above: float | None = None,
    vary: Mapping[str, str | None] | Iterable[str] | None = None,
    draws: int | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 52,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> DiscoveryPlan:
    """Check all that ``discover`` is asked for. Raises ScenarioFault and ``ValueError`` as it does."""
    draws, worlds = draws or DRAWS, worlds or WORLDS
    checked_sizes([("draws", draws, LEAST_DRAWS), ("worlds", worlds, 2), ("horizon", horizon, 1)])
    if against is not None and above is not None:
        raise ValueError("above: legal without another scenario to be set beside")
    if against is None and safer:
        raise ValueError("safer: than what? legal with another scenario to be set beside")
    if above is not None and not 0.0 < above < 1.0:
        raise ValueError(f"above: {above}; legal: odds between 0 and 1")
    first = prepared(a, rule=rule, overrides=overrides)
    second = None if against is None else prepared(against, rule=rule, overrides=overrides)
    factors = factors_of([first] if second is None else [first, second], vary)
    return DiscoveryPlan(first, second, factors, safer, above, draws, worlds, seed, horizon)


def discover(
    a: Source,
    *,
    against: Source | None = None,
    safer: bool = False,
    above: float | None = None,
    vary: Mapping[str, str | None] | Iterable[str] | None = None,
    draws: int | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 52,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> DiscoveryResult:
    """Find where ``a`` is more dangerous than ``against`` (or ``safer``), or its odds of war ``above`` a threshold.

    Without ``against`` and ``above`` the threshold is the mean of the odds over the draws. ``vary`` names the numbers
    that are drawn (``factors_of``), by default all that are uncertain; the rest stand at their central values. Each of
    ``draws`` (1,200) draws runs ``worlds`` (64) worlds, the same in both scenarios. Raises ScenarioFault for a bad
    scenario or key, ``ValueError`` for what is not legal.
    """
    plan = plan_discovery(
        a,
        against=against,
        safer=safer,
        above=above,
        vary=vary,
        draws=draws,
        worlds=worlds,
        seed=seed,
        horizon=horizon,
        rule=rule,
        overrides=overrides,
    )
    return run_discovery(plan, workers=workers, progress=progress)


def run_discovery(plan: DiscoveryPlan, *, workers: int = 2, progress: Progress | None = None) -> DiscoveryResult:
    """Run a search that has been checked."""
    response = Chances(plan.factors, plan.a, plan.b, plan.worlds, plan.seed, plan.horizon, workers, progress)
    return searched(plan, response)


def searched(plan: DiscoveryPlan, response: Response) -> DiscoveryResult:
    """The search over any ``response``; ``plan`` says what its inputs are called."""
    from scipy.stats import qmc

    keys = plan.factors.keys
    rng = np.random.default_rng([plan.seed, 0x5052494D])
    unit = qmc.LatinHypercube(len(keys), rng=rng).random(plan.draws)
    found = response(unit, np.arange(plan.draws, dtype=np.int64) * plan.worlds)
    estimate = found.mean(axis=1)
    error = np.hypot(found.std(axis=1, ddof=1) / np.sqrt(plan.worlds), unseen(plan.worlds))
    above = plan.above
    if plan.b is None and above is None:
        above = float(estimate.mean())
    effect = estimate - (above or 0.0)
    below, spread = chance_below(effect, error, seed=plan.seed), shrink(effect, error, seed=plan.seed)
    probability = below if plan.safer else 1.0 - below
    base, base_low, base_high = spread.below, spread.below_low, spread.below_high
    if not plan.safer:
        base, base_low, base_high = 1.0 - base, 1.0 - base_high, 1.0 - base_low
    stage = np.arange(plan.draws) % 4
    boxes, refused = _boxes(plan, unit, probability, stage, rng)
    scenario = plan.a
    columns = {**({} if plan.b is None else plan.factors.columns(plan.b, unit)), **plan.factors.columns(scenario, unit)}
    return DiscoveryResult(
        a=scenario.name,
        b=None if plan.b is None else plan.b.name,
        title=scenario.title,
        start=scenario.start.date.isoformat(),
        safer=plan.safer,
        above=above,
        threshold_is_mean=plan.b is None and plan.above is None,
        boxes=tuple(boxes),
        refused=refused,
        base=base,
        base_low=base_low,
        base_high=base_high,
        draws=plan.draws,
        held_out=int((stage == _TRY).sum()),
        worlds=plan.worlds,
        seed=plan.seed,
        horizon=plan.horizon,
        rule=rules_of(scenario),
        sample=Sample(
            keys, np.stack([columns[key] for key in keys], axis=1), estimate, error, probability, stage == _TRY
        ),
    )


def _boxes(
    plan: DiscoveryPlan, unit: Floats, probability: Floats, stage: NDArray[np.int64], rng: np.random.Generator
) -> tuple[list[Box], Box | None]:
    """Boxes that do better than chance on the held-out draws, and the first that does not."""
    left = np.ones(len(unit), dtype=np.bool_)
    boxes: list[Box] = []
    while len(boxes) < BOXES:
        train, weigh, test = left & np.isin(stage, _FIND), left & (stage == _PRUNE), left & (stage == _TRY)
        if min(weigh.sum(), test.sum()) < LEAST_DRAWS // 4:
            break
        sides = pruned(unit[weigh], probability[weigh], peel(unit[train], probability[train]))
        if not sides:
            break
        box = Box(
            _restrictions(plan, sides, unit[test], probability[test]),
            _fit(unit[train], probability[train], sides),
            _fit(unit[test], probability[test], sides),
            _by_shuffling(unit[test], probability[test], sides, rng),
        )
        if not box.holds:
            return boxes, box
        boxes.append(box)
        left &= ~inside(unit, sides)
    return boxes, None


def _restrictions(
    plan: DiscoveryPlan, sides: Mapping[int, Side], unit: Floats, probability: Floats
) -> tuple[Restriction, ...]:
    """The sides in the units of their numbers, the surest first."""
    keys = plan.factors.keys
    scenarios = [plan.a] if plan.b is None else [plan.a, plan.b]
    found = []
    for place, side in sides.items():
        key = keys[place]
        number = next(one.numbers[key] for one in scenarios if key in one.numbers)
        found.append(
            Restriction(
                key=key,
                unit=number.unit,
                meaning=number.quantity.meaning,
                low=None if side.low is None else _at(plan, place, side.low),
                high=None if side.high is None else _at(plan, place, side.high),
                quasi_p=quasi_p(unit, probability, sides, place),
            )
        )
    return tuple(sorted(found, key=lambda one: one.quasi_p))


def _at(plan: DiscoveryPlan, place: int, bound: float) -> float:
    """The number at a coordinate."""
    unit = np.full((1, len(plan.factors.keys)), 0.5)
    unit[0, place] = bound
    key = plan.factors.keys[place]
    for scenario in (plan.a, plan.b):
        columns = {} if scenario is None else plan.factors.columns(scenario, unit)
        if key in columns:
            return float(columns[key][0])
    raise KeyError(key)


def _fit(unit: Floats, probability: Floats, sides: Mapping[int, Side]) -> Fit:
    held = inside(unit, sides)
    count, whole = int(held.sum()), float(probability.sum())
    happened = float(probability[held].sum())
    low, high = _wilson(happened, count) if count else (0.0, 1.0)
    return Fit(
        draws=len(unit),
        inside=count,
        density=happened / count if count else 0.0,
        low=low,
        high=high,
        coverage=happened / whole if whole > 0.0 else 0.0,
        support=count / len(unit),
        base=whole / len(unit),
    )


def _wilson(happened: float, count: int) -> tuple[float, float]:
    """Wilson's interval of an expected count, between those of the whole numbers beside it."""
    below = min(int(happened), count)
    above = min(below + 1, count)
    part = happened - below
    (low, high), (next_low, next_high) = wilson(below, count), wilson(above, count)
    return low + part * (next_low - low), high + part * (next_high - high)


def _by_shuffling(unit: Floats, probability: Floats, sides: Mapping[int, Side], rng: np.random.Generator) -> float:
    """One-sided permutation test of the mean probability in the box (Phipson and Smyth 2010: never exactly zero)."""
    held = inside(unit, sides)
    count = int(held.sum())
    if count == 0:
        return 1.0
    seen = probability[held].sum()
    shuffled = rng.permuted(np.tile(probability, (SHUFFLES, 1)), axis=1)[:, :count].sum(axis=1)
    return float((1 + (shuffled >= seen - 1e-12).sum()) / (1 + SHUFFLES))


def _in_words(one: Restriction) -> str:
    unit = "" if one.unit in _PLAIN else f" {_UNITS.get(one.unit, one.unit)}"
    if one.low is not None and one.high is not None:
        return f"{one.low:.3g} < {one.key} <= {one.high:.3g}{unit}"
    return f"{one.key} > {one.low:.3g}{unit}" if one.low is not None else f"{one.key} <= {one.high:.3g}{unit}"


def words_of(restrictions: Sequence[Restriction]) -> list[str]:
    """Each restriction as one reads it: ``decapitation.control_loss > 0.42``."""
    return [_in_words(one) for one in restrictions]


def _fit_row(fit: Fit) -> dict[str, float]:
    return {
        "density": fit.density,
        "density_low": fit.low,
        "density_high": fit.high,
        "coverage": fit.coverage,
        "support": fit.support,
        "base": fit.base,
    }


def _box_json(box: Box) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(box), "holds": box.holds, "level": LEVEL}
