"""What an act's effect on the odds of war is made of, and when it pays its immediate risk back.

Two scenarios, with and without the act, are run over the same worlds in every cell of {act, no act} x {learning on,
off} x {errors on, off} x {loss of control on, off}. The effect in each cell is a difference paired world by world; what
each factor adds by itself is Harsanyi's dividend of it, and all that two or more add only together is their
interaction. Parts add up to the whole by construction, and no sign is presupposed.

The crossover is read off the paired difference of the odds by week. Its interval is a bootstrap over worlds: each
resample weighs every world by a Poisson count of mean 1 (Hanley and MacGibbon 2006, Computer Methods and Programs in
Biomedicine 82: 151-160), keyed by world and resample, so that worlds can be let go as soon as they are added up.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.attribution_result import Reading
from escalation.analysis.decomposition_result import (
    Crossover,
    Decomposition,
    DecompositionResult,
    FactorialCell,
    Part,
    WeeklyOdds,
)
from escalation.analysis.intervals import LEVEL, Estimate, chances, counted, mean_of_sums, z_of
from escalation.analysis.prepare import prepared, rules_of
from escalation.analysis.shapley import checked, dividends, exact
from escalation.draws import parameter_uniform
from escalation.scenario.scenario import Scenario
from escalation.worlds.cells import Cell, CellsRun, Group, groups, over_groups, run_cells
from escalation.worlds.ensemble import BLOCK, Progress
from escalation.worlds.executors import Control
from escalation.worlds.outcomes import DAYS_OF_WEEK

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Game = Callable[[Group, Control], CellsRun]

LEARNING: Final = "learning"
ERRORS: Final = "errors"
CONTROL: Final = "control loss"
BARE: Final = "bare"
INTERACTION: Final = "interaction"
TOTAL: Final = "total"
FACTORS: Final[dict[str, str]] = {
    LEARNING: "learning.scale",
    ERRORS: "errors.scale",
    CONTROL: "decapitation.control_loss",
}
"""What is switched off by setting it to 0. The loss of control is a factor only where one of the scenarios has it."""
RESAMPLES: Final = 1000
_POISSON: Final = np.cumsum([math.exp(-1.0) / math.factorial(count) for count in range(16)])
"""Chances that a Poisson count of mean 1 is at most 0, 1, ... 15; that it is more is rarer than any uniform drawn."""


def factors_of(a: Scenario, b: Scenario) -> dict[str, str]:
    """The factors of a pair: the loss of control, or any other, is left out where it is 0 in both for sure."""

    def live(scenario: Scenario, key: str) -> bool:
        number = scenario.numbers[key]
        return number.value != 0.0 or number.prior is not None

    always = (LEARNING, ERRORS)
    return {name: key for name, key in FACTORS.items() if name in always or live(a, key) or live(b, key)}


def cells_of(a: Scenario, b: Scenario, factors: Mapping[str, str]) -> list[Cell]:
    """The factorial: all cells without the act, then all with it, by which factors are on (bit i: factor i)."""
    keys = list(factors.values())
    return [
        Cell(scenario, {key: 0.0 for i, key in enumerate(keys) if not on >> i & 1})
        for scenario in (a, b)
        for on in range(1 << len(keys))
    ]


def world_weeks(a: Scenario, b: Scenario, worlds: int, horizon: int) -> int:
    """World-weeks of a decomposition, if no two cells are the same scenario."""
    return 2 * (1 << len(factors_of(a, b))) * worlds * horizon


def decompose(
    a: Scenario | str | os.PathLike[str],
    b: Scenario | str | os.PathLike[str],
    worlds: int = 10_000,
    *,
    seed: int = 0,
    horizon: int = 52,
    priors: bool = False,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    names: tuple[str, str] | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> DecompositionResult:
    """Take the effect of ``b`` beside ``a`` apart, and find the week from which ``b`` has had fewer wars.

    Arguments as in ``compare``; ``names`` are what the two are called. No result depends on ``workers``. Raises
    ScenarioFault for a bad scenario, ``ValueError`` for fewer than two worlds, which have no spread, or one week.
    """
    for name, number, least in (("worlds", worlds, 2), ("horizon", horizon, 1)):
        if number < least:
            raise ValueError(f"{name}: {number}; legal: {least} or more")
    first, second = (prepared(scenario, rule=rule, overrides=overrides) for scenario in (a, b))
    factors = factors_of(first, second)
    cells = cells_of(first, second, factors)

    def game(group: Group, control: Control) -> CellsRun:
        return run_cells(
            cells,
            group.first,
            group.size,
            seed=seed,
            horizon=horizon,
            priors=priors,
            weekly=True,
            control=control,
        )

    decomposition, crossover = taken_apart(
        names or (first.name, second.name),
        factors,
        game,
        worlds,
        horizon,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    return DecompositionResult(seed, horizon, priors, rules_of(second), decomposition, crossover)


def taken_apart(
    names: tuple[str, str],
    factors: Mapping[str, str],
    game: Game,
    worlds: int,
    horizon: int,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    workers: int = 2,
    progress: Progress | None = None,
) -> tuple[Decomposition, Crossover]:
    """As ``decompose``, from any ``game`` that plays the cells of ``cells_of`` in a group of worlds, week by week.

    Raises ``ArithmeticError`` if the parts do not add up, which would be a fault of ours.
    """
    weeks = (*(week for week in DAYS_OF_WEEK if week < horizon), horizon)
    size = max(BLOCK // (2 << len(factors)), 1)

    def one(group: Group, control: Control) -> _Sums:
        return _sums(game(group, control), weeks, len(factors), seed, resamples)

    total: _Sums | None = None
    for part in over_groups(groups(worlds, -(-worlds // size)), one, workers=workers, progress=progress):
        total = part if total is None else total + part
    assert total is not None
    return _decomposition(names, factors, weeks, total), _crossover(names, horizon, total, resamples)


@dataclass(frozen=True)
class _Sums:
    """Sums over worlds, added up group by group.

    ``odds`` and ``effects`` have shape (2: the value and its square, 2: weighed and counted, weeks, quantities): the
    quantities of ``odds`` are the cells, those of ``effects`` are ``_quantities``. ``weekly`` (4, all weeks): odds in a
    and b with all factors on, their difference and its square. ``resampled`` (resamples, all weeks) sums the weighed
    difference under each resample's ``weights`` (resamples,).
    """

    n: int
    distinct: int
    odds: Floats
    effects: Floats
    weekly: Floats
    resampled: Floats
    weights: Floats

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(
            self.n + other.n,
            max(self.distinct, other.distinct),
            self.odds + other.odds,
            self.effects + other.effects,
            self.weekly + other.weekly,
            self.resampled + other.resampled,
            self.weights + other.weights,
        )


def _quantities(effects: Floats) -> Floats:
    """From the effect in each cell (cells, ...): all dividends, the interaction, all factors' Shapley values, total."""
    parts = dividends(effects)
    count = int(math.log2(len(effects)))
    higher = [i for i in range(len(parts)) if i.bit_count() >= 2]
    together = parts[higher].sum(axis=0, keepdims=True)
    return np.concatenate([parts, together, exact(count).values(effects), effects[-1:]])


def _sums(ran: CellsRun, weeks: Sequence[int], factors: int, seed: int, resamples: int) -> _Sums:
    assert ran.weekly is not None
    cells = 1 << factors
    odds, effects = [], []
    for week in weeks:
        for worth in (ran.weekly[:, week - 1], (ran.war & (ran.war_week <= week)).astype(np.float64)):
            odds.append(worth)
            effects.append(_quantities(worth[cells:] - worth[:cells]))

    def squared(values: list[Floats]) -> Floats:
        held = np.stack(values)
        sums = np.stack([held.sum(axis=2), (held * held).sum(axis=2)])
        return sums.reshape(2, len(weeks), 2, -1).transpose(0, 2, 1, 3)

    a, b = ran.weekly[cells - 1], ran.weekly[2 * cells - 1]
    difference = b - a
    weekly = np.stack([a.sum(axis=1), b.sum(axis=1), difference.sum(axis=1), (difference * difference).sum(axis=1)])
    weights = _weights(seed, ran.first_world, ran.worlds, resamples)
    return _Sums(
        ran.worlds, ran.distinct, squared(odds), squared(effects), weekly, weights @ difference.T, weights.sum(axis=1)
    )


def _weights(seed: int, first: int, size: int, resamples: int) -> Floats:
    """Poisson counts of mean 1, (resamples, worlds): how often each world is in each resample."""
    numbers = np.arange(first, first + size, dtype=np.int64)
    drawn = np.stack([parameter_uniform(seed, numbers, f"resample {i}") for i in range(resamples)])
    return np.searchsorted(_POISSON, drawn).astype(np.float64)


# -- the parts ---------------------------------------------------------------------------------------------------
def _decomposition(
    names: tuple[str, str], factors: Mapping[str, str], weeks: tuple[int, ...], sums: _Sums
) -> Decomposition:
    n, cells, labels = sums.n, 1 << len(factors), list(factors)

    def reading(array: Floats, mark: int, quantity: int) -> Reading:
        return Reading(*(mean_of_sums(n, *array[:, basis, mark, quantity].tolist()) for basis in range(2)))

    def odds(mark: int, cell: int) -> Reading:
        wars = counted(round(float(sums.odds[0, 1, mark, cell])), n)
        total, squares = sums.odds[:, 0, mark, cell].tolist()
        return Reading(chances(n, total, squares), Estimate(wars.odds, wars.low, wars.high, wars.level, n))

    found: list[Part] = []
    interactions: list[Part] = []
    residual = 0.0
    for mark, week in enumerate(weeks):
        parts = [Part(BARE, week, *2 * (reading(sums.effects, mark, 0),))]
        for i, name in enumerate(labels):
            alone, shared = (reading(sums.effects, mark, q) for q in (1 << i, cells + 1 + i))
            parts.append(Part(name, week, alone, shared))
        parts.append(Part(INTERACTION, week, reading(sums.effects, mark, cells), None))
        total = Part(TOTAL, week, *2 * (reading(sums.effects, mark, cells + 1 + len(labels)),))
        residual = max(residual, _off(parts, total))
        found += [*parts, total]
        for order in range(2, len(labels) + 1):
            for among in combinations(range(len(labels)), order):
                which = sum(1 << i for i in among)
                name = " x ".join(labels[i] for i in among)
                interactions.append(Part(name, week, reading(sums.effects, mark, which), None))
    return Decomposition(
        a=names[0],
        b=names[1],
        worlds=n,
        factors=dict(factors),
        weeks=weeks,
        cells=tuple(
            FactorialCell(
                names[act],
                bool(act),
                {name: bool(on >> i & 1) for i, name in enumerate(labels)},
                week,
                odds(mark, act * cells + on),
            )
            for mark, week in enumerate(weeks)
            for act in range(2)
            for on in range(cells)
        ),
        parts=tuple(found),
        interactions=tuple(interactions),
        distinct=sums.distinct,
        residual=residual,
    )


def _off(parts: Sequence[Part], total: Part) -> float:
    """The most that the parts are off their total by, both ways and on both bases. Raises ``ArithmeticError``."""
    ways = [[part.alone for part in parts], [part.shared for part in parts if part.shared is not None]]
    return max(
        abs(checked(np.array([one.on(basis).value for one in way]), total.alone.on(basis).value))
        for way in ways
        for basis in ("weighed", "counted")
    )


# -- the crossover -----------------------------------------------------------------------------------------------
def lasting_below(difference: Floats) -> Ints:
    """First week (from 1) from which ``difference`` (..., weeks) is below zero to the end; weeks + 1 for never."""
    below = np.logical_and.accumulate(difference[..., ::-1] < 0.0, axis=-1)
    return np.asarray(difference.shape[-1] + 1 - below.sum(axis=-1), dtype=np.int64)


def _crossover(names: tuple[str, str], horizon: int, sums: _Sums, resamples: int) -> Crossover:
    n = sums.n
    odds_a, odds_b, difference, squares = sums.weekly / n
    error = np.sqrt(np.maximum(squares - difference**2, 0.0) / (n - 1))
    # a resample that drew no world at all says nothing; it can only be met with a handful of worlds
    drew = sums.weights > 0.0
    resampled = sums.resampled[drew] / sums.weights[drew, None]
    weeks = lasting_below(resampled)
    low, high = np.quantile(weeks, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="inverted_cdf").tolist()
    width = _together(resampled, difference, error) * error
    pointwise = z_of(LEVEL) * error
    band = WeeklyOdds(
        odds_a,
        odds_b,
        difference,
        difference - pointwise,
        difference + pointwise,
        difference - width,
        difference + width,
    )
    sure = np.flatnonzero(band.band_high < 0.0)
    top = int(difference.argmax())
    week = int(lasting_below(difference))

    def within(week: int) -> int | None:
        return week if week <= horizon else None

    return Crossover(
        a=names[0],
        b=names[1],
        worlds=n,
        horizon=horizon,
        week=within(week),
        low=within(int(low)),
        high=within(int(high)),
        probability=float((weeks <= horizon).mean()),
        sure_from=int(sure[0]) + 1 if len(sure) else None,
        peak_week=top + 1,
        peak=Estimate(float(difference[top]), float(band.band_low[top]), float(band.band_high[top]), LEVEL, n),
        level=LEVEL,
        resamples=int(drew.sum()),
        weekly=band,
    )


def _together(resampled: Floats, difference: Floats, error: Floats) -> float:
    """How many standard errors wide a band must be to hold in all weeks together: the sup-t quantile.

    Montiel Olea and Plagborg-Moller (2019), Journal of Applied Econometrics 34: 1-17. Never less than for one week.
    """
    moved = error > 0.0
    if not moved.any():
        return 0.0
    worst = (np.abs(resampled - difference)[:, moved] / error[moved]).max(axis=1)
    return max(float(np.quantile(worst, LEVEL)), z_of(LEVEL))
