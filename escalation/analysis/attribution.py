"""Which error caused which war: causes switched off in coalitions over the same worlds, and Shapley values of the odds.

Two ways (``analysis.shapley``). *Exact*: all 2^k coalitions in every world. *Sampled*: the worlds are cut into groups,
each group puts the causes on a circle of its own, and runs the circle's arcs: for nine causes 74 coalitions a world
instead of 512, so that the same time buys seven times the worlds; what is lost is the noise of the sampled orders,
which is in the intervals, because they rest on the spread between groups. Whichever it is, everything is paired over
worlds: a world has the same luck, and under ``priors`` the same numbers, in every coalition.

A war is said to *vanish without* a cause where the same world, its luck unchanged, does not come to war with that cause
off: a statement about the model's worlds, in which one can look, and about no other.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.attribution_result import (
    Attribution,
    AttributionResult,
    Basis,
    Cause,
    Method,
    Necessity,
    Reading,
    RouteCauses,
    WarCauses,
)
from escalation.analysis.intervals import LEVEL, Estimate, chances, counted, mean_of_groups, mean_of_sums, newcombe
from escalation.analysis.prepare import prepared
from escalation.analysis.shapley import MOST_EXACT, MOST_PLAYERS, Design, arcs, checked, circle, exact
from escalation.draws import parameter_uniform
from escalation.model.outcomes import ROUTES
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.points import is_structural
from escalation.scenario.registry import ERROR_CHANNELS
from escalation.scenario.scenario import Scenario
from escalation.worlds.cells import Cell, CellsRun, Group, groups, over_groups, run_cells, same_as
from escalation.worlds.ensemble import Progress
from escalation.worlds.executors import Control

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHANNELS: Final = tuple(f"errors.{channel}" for channel in ERROR_CHANNELS)
"""The causes unless others are named: the nine error channels."""
WORLDS: Final = 10_000
PRIOR_WORLDS: Final = 1_000
"""Fewer where every world has numbers of its own, which is slower by an order of magnitude."""
PRIORS_COST: Final = 10
"""How many times as much a week costs where every world has its own numbers, as measured on the shipped scenarios."""
BUDGET: Final = 40_000_000
"""World-weeks up to which all coalitions are run, if no method is named: half a minute to a minute on two cores."""
GROUP: Final = 256
"""Worlds that share an order, as a rule: enough for compiled loops, few enough for many orders."""
LEAST_GROUPS: Final = 16
OVER: Final = "--over"
_BASES: Final[tuple[Basis, ...]] = ("weighed", "counted")


class Game(Protocol):
    """What is asked for: the same worlds with only the causes of each coalition (bit i: cause i) left on."""

    def __call__(self, coalitions: Ints, group: Group, control: Control) -> CellsRun:
        """Worlds of ``group`` in each coalition, in that order."""


@dataclass(frozen=True)
class AttributionPlan:
    """An attribution that has been checked and can be run: ``keys`` are switched off, ``off`` holds what off is."""

    scenario: Scenario
    keys: tuple[str, ...]
    off: Mapping[str, object]
    worlds: int
    seed: int
    horizon: int
    priors: bool
    method: Method
    variants: dict[int, Scenario] = field(default_factory=dict, repr=False)
    """The scenario by which of its events are off (bit i: cause i), as far as they have been made."""

    @property
    def coalitions(self) -> int:
        """Coalitions looked at in every world."""
        return 1 << len(self.keys) if self.method == "exact" else arcs(len(self.keys))

    @property
    def world_weeks(self) -> int:
        """World-weeks, if no two coalitions are the same scenario."""
        return self.coalitions * self.worlds * self.horizon

    @property
    def cost(self) -> int:
        """The same in world-weeks at central values, which are cheaper than those over the priors."""
        return self.world_weeks * (PRIORS_COST if self.priors else 1)

    def distinct(self) -> int:
        """Coalitions of the first group that have to be run: the others are the same scenario as one of them."""
        parts = parts_of(self.worlds, self.method)
        cells = self.cells(design_of(len(self.keys), self.method, self.seed, 0).coalitions)
        found = same_as(cells, 0, parts[0].size, seed=self.seed, priors=self.priors)
        return len(np.unique(found))

    def cells(self, coalitions: Ints) -> list[Cell]:
        """The scenario with the causes that are not in each coalition switched off."""
        structural = [is_structural(self.scenario, key) for key in self.keys]
        variants = self.variants
        mask = sum(1 << i for i, held in enumerate(structural) if held)
        cells = []
        for coalition in coalitions.tolist():
            off = mask & ~coalition
            if not off:
                variants[off] = self.scenario
            elif off not in variants:
                changes = {key: self.off[key] for i, key in enumerate(self.keys) if off >> i & 1}
                variants[off] = self.scenario.with_overrides(changes)
            settings = {key: 0.0 for i, key in enumerate(self.keys) if not structural[i] and not coalition >> i & 1}
            cells.append(Cell(variants[off], settings))
        return cells


def plan_attribution(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int | None = None,
    *,
    over: Sequence[str] | None = None,
    method: Method | None = None,
    seed: int = 0,
    horizon: int = 52,
    priors: bool = False,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> AttributionPlan:
    """Check what is asked for, and choose the method by its cost if none is named.

    Raises ScenarioFault for a bad scenario or cause, ``ValueError`` for sizes below 1 and for all coalitions of more
    causes than ``MOST_EXACT``.
    """
    ready = prepared(scenario, rule=rule, overrides=overrides)
    keys = tuple(over) if over else CHANNELS
    off = _switched_off(ready, keys)
    worlds = worlds if worlds is not None else PRIOR_WORLDS if priors else WORLDS
    for name, number in (("worlds", worlds), ("horizon", horizon)):
        if number < 1:
            raise ValueError(f"{name}: {number}; legal: 1 or more")
    if method is None:
        every = AttributionPlan(ready, keys, off, worlds, seed, horizon, priors, "exact")
        cheap = len(keys) <= MOST_EXACT and every.cost <= BUDGET
        # a circle of three causes or fewer has all coalitions
        method = "exact" if cheap or len(keys) <= 3 else "sampled"
    if method == "exact" and len(keys) > MOST_EXACT:
        raise ValueError(f"all coalitions of {len(keys)} causes; legal: of {MOST_EXACT} at most, or sampled ones")
    return AttributionPlan(ready, keys, off, worlds, seed, horizon, priors, method)


def attribute(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int | None = None,
    *,
    over: Sequence[str] | None = None,
    method: Method | None = None,
    seed: int = 0,
    horizon: int = 52,
    priors: bool = False,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> AttributionResult:
    """Attribute the odds of war in a scenario, and each of its wars, to what can be switched off in it.

    ``over`` names the causes, by default the nine error channels: numbers that may be 0, and switches of events. The
    rest as in ``plan_attribution`` and ``odds.run``; no result depends on ``workers``.
    """
    plan = plan_attribution(
        scenario,
        worlds,
        over=over,
        method=method,
        seed=seed,
        horizon=horizon,
        priors=priors,
        rule=rule,
        overrides=overrides,
    )
    return run_attribution(plan, workers=workers, progress=progress)


def run_attribution(plan: AttributionPlan, *, workers: int = 2, progress: Progress | None = None) -> AttributionResult:
    """Run what was planned; ``progress`` is told of the world-weeks done, ``plan.world_weeks`` in all."""

    def game(coalitions: Ints, group: Group, control: Control) -> CellsRun:
        return run_cells(
            plan.cells(coalitions),
            group.first,
            group.size,
            seed=plan.seed,
            horizon=plan.horizon,
            priors=plan.priors,
            control=control,
        )

    meanings = [_meaning(plan.scenario, key) for key in plan.keys]
    found = attributed(
        plan.keys, game, plan.worlds, method=plan.method, seed=plan.seed, meanings=meanings, workers=workers,
        progress=progress,
    )  # fmt: skip
    return AttributionResult(plan.scenario, plan.seed, plan.horizon, plan.priors, found)


# -- what can be switched off ------------------------------------------------------------------------------------
def _switched_off(scenario: Scenario, keys: Sequence[str]) -> dict[str, object]:
    """Key -> what it is set to: 0, or false for a switch. Raises ScenarioFault with every fault."""
    if len(keys) > MOST_PLAYERS:
        raise ScenarioFault([Fault(OVER, None, "", f"{len(keys)} causes", f"at most {MOST_PLAYERS}")])
    switches = {f"events.{event.name}.on" for event in scenario.events} | {f"past.{e.name}.on" for e in scenario.past}
    faults = []
    off: dict[str, object] = {}
    for key in keys:
        number = scenario.numbers.get(key)
        if key in off:
            faults.append(Fault(OVER, None, key, "given twice", "each cause once"))
        elif key in switches:
            off[key] = False
        elif number is None:
            legal = "the key of a number that may be 0, events.NAME.on or past.NAME.on"
            near = closest(key, [*scenario.numbers, *switches])
            faults.append(Fault(OVER, None, key, "nothing that can be switched off", legal, near))
        elif not number.quantity.low <= 0.0 <= number.quantity.high:
            quantity = number.quantity
            legal = f"a number that may be 0; this one is {quantity.low:g} to {quantity.high:g} ({quantity.unit})"
            faults.append(Fault(OVER, None, key, "it cannot be 0", legal))
        else:
            off[key] = 0.0
    if faults:
        raise ScenarioFault(faults)
    try:
        # the scenario's own reader may have something against all of them at 0
        scenario.with_overrides(off)
    except ScenarioFault as fault:
        told = [Fault(OVER, None, f.key, f"set to 0: {f.what}", f.legal, f.suggestion) for f in fault.faults]
        raise ScenarioFault(told) from None
    return off


def _meaning(scenario: Scenario, key: str) -> str:
    if key in scenario.numbers:
        return scenario.numbers[key].quantity.meaning
    kind, name, _ = key.split(".")
    titles = {event.name: event.title for event in scenario.events}
    return titles[name] if kind == "events" else {event.name: event.title for event in scenario.past}[name]


# -- the game ----------------------------------------------------------------------------------------------------
def parts_of(worlds: int, method: Method) -> list[Group]:
    """The groups of worlds: enough of them for a spread where each has an order of its own."""
    count = -(-worlds // GROUP)
    return groups(worlds, min(max(count, LEAST_GROUPS), worlds) if method == "sampled" else count)


def design_of(players: int, method: Method, seed: int, group: int) -> Design:
    """All coalitions, or the arcs of the group's own circle, keyed by (seed, group, place) as all draws are."""
    if method == "exact":
        return exact(players)
    row = np.array([group], dtype=np.int64)
    draws = [float(parameter_uniform(seed, row, f"attribution order {place}")[0]) for place in range(players)]
    return circle(np.argsort(draws, kind="stable").tolist())


def attributed(
    keys: Sequence[str],
    game: Game,
    worlds: int,
    *,
    method: Method,
    seed: int = 0,
    meanings: Sequence[str] | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Attribution:
    """Play ``game`` over ``worlds`` worlds and share its worth out among the causes ``keys``.

    An interrupt ends it with the groups of worlds that are done, if two are: which they are does not depend on what
    came out of them. Raises ``ArithmeticError`` if the shares do not add up, which would be a fault of ours.
    """
    players = len(keys)

    def one(group: Group, control: Control) -> _Tally:
        design = design_of(players, method, seed, group.number)
        return _tally(design, game(design.coalitions, group, control))

    tallies: list[_Tally] = []
    complete = True
    try:
        for tally in over_groups(parts_of(worlds, method), one, workers=workers, progress=progress):
            tallies.append(tally)
    except KeyboardInterrupt:
        if len(tallies) < 2:
            raise
        complete = False
    return _summed(keys, meanings or keys, tallies, method, complete)


@dataclass(frozen=True)
class _Sums:
    """Sum and sum of squares over a group's worlds of each of several quantities, shapes (quantities,)."""

    total: Floats
    squares: Floats

    @classmethod
    def of(cls, values: Floats) -> _Sums:
        """``values`` has shape (quantities, worlds)."""
        return cls(values.sum(axis=1), (values * values).sum(axis=1))


@dataclass(frozen=True)
class _Step:
    """Two coalitions side by side, several times over: chances summed, and worlds by where there is war, (4, steps).

    The rows of ``worlds``: war in both, only in the first, only in the second, in neither.
    """

    weighed: _Sums
    worlds: Ints

    @classmethod
    def between(cls, ran: CellsRun, first: Ints, second: Ints) -> _Step:
        """From the coalitions at places ``first`` to those at places ``second``, (steps,) each."""
        a, b = ran.war[first], ran.war[second]
        worlds = np.stack([(x & y).sum(axis=1) for x, y in ((a, b), (a, ~b), (~a, b), (~a, ~b))])
        return cls(_Sums.of(ran.war_sum[second] - ran.war_sum[first]), worlds)


@dataclass(frozen=True)
class _Tally:
    """What is kept of a group of worlds."""

    n: int
    coalitions: int
    distinct: int
    shapley: dict[Basis, _Sums]
    alone: _Step
    last: _Step
    total: _Step
    ends: _Sums
    """Chances of war with all off and with all on."""
    by_route: Floats
    """Shapley values of the number of wars by route, (routes, causes)."""
    wars: WarCauses


def _tally(design: Design, ran: CellsRun) -> _Tally:
    worths: dict[Basis, Floats] = {"weighed": ran.war_sum, "counted": ran.war.astype(np.float64)}
    last = len(design) - 1
    alone, without = design.alone(), design.without_one()
    war = ran.war[last]
    lost = war & ~ran.war[without]
    hits = np.stack([(ran.war & (ran.route == route)).sum(axis=1) for route in range(len(ROUTES))], axis=1)
    at = np.flatnonzero(war)
    none, full = np.zeros_like(alone), np.full_like(alone, last)
    return _Tally(
        n=ran.worlds,
        coalitions=len(design),
        distinct=ran.distinct,
        shapley={basis: _Sums.of(design.values(worth)) for basis, worth in worths.items()},
        alone=_Step.between(ran, none, alone),
        last=_Step.between(ran, without, full),
        total=_Step.between(ran, none[:1], full[:1]),
        ends=_Sums.of(ran.war_sum[[0, last]]),
        by_route=design.values(hits.astype(np.float64)).T,
        wars=WarCauses(at + ran.first_world, ran.route[last, at], lost[:, at].T, ran.war[0, at]),
    )


def _summed(
    keys: Sequence[str], meanings: Sequence[str], tallies: Sequence[_Tally], method: Method, complete: bool
) -> Attribution:
    n = sum(tally.n for tally in tallies)
    wars = WarCauses(*(np.concatenate([getattr(t.wars, name) for t in tallies]) for name in _WAR_FIELDS))
    last = np.sum([tally.last.worlds for tally in tallies], axis=0)
    shares = {basis: _Shares(method, [tally.shapley[basis] for tally in tallies], tallies) for basis in _BASES}
    causes = []
    for place, (key, meaning) in enumerate(zip(keys, meanings, strict=True)):
        weighed, drawn = shares["weighed"], shares["counted"]
        # without a trace in any chance of war it is a null player, and its 0 is exact
        traced = weighed.squares(place) > 0.0
        causes.append(
            Cause(
                key=key,
                meaning=meaning,
                shapley=Reading(weighed.value(place), drawn.value(place, rare=traced)),
                alone=_step([tally.alone for tally in tallies], place, n),
                last=_step([tally.last for tally in tallies], place, n),
                sampling_error={basis: shares[basis].of_orders(place) for basis in _BASES},
                vanish=counted(int(last[2, place]), len(wars.world)) if len(wars.world) else None,
                appear=int(last[1, place]),
            )
        )
    total = _step([tally.total for tally in tallies], 0, n)
    residual = {
        basis: checked(np.array([cause.shapley.on(basis).value for cause in causes]), total.on(basis).value)
        for basis in _BASES
    }
    noise = {basis: sum(_width(cause.shapley.on(basis)) for cause in causes) for basis in _BASES}
    both, only_off, only_on = (int(sum(int(t.total.worlds[row, 0]) for t in tallies)) for row in range(3))
    return Attribution(
        method=method,
        complete=complete,
        worlds=n,
        coalitions=tallies[0].coalitions,
        distinct=max(tally.distinct for tally in tallies),
        groups=len(tallies),
        headline="weighed" if noise["weighed"] <= noise["counted"] else "counted",
        all_on=Reading(chances(n, *_added([t.ends for t in tallies], 1)), _share(both + only_on, n)),
        all_off=Reading(chances(n, *_added([t.ends for t in tallies], 0)), _share(both + only_off, n)),
        total=total,
        causes=tuple(causes),
        routes=_routes(keys, tallies, wars, n),
        necessity=_necessity(wars),
        wars=wars,
        residual=residual,
    )


_WAR_FIELDS: Final = ("world", "route", "needed", "persists")


def _width(estimate: Estimate) -> float:
    return (estimate.high - estimate.low) ** 2


def _added(sums: Sequence[_Sums], place: int) -> tuple[float, float]:
    """The sum and the sum of squares over all groups."""
    total, squares = (math.fsum(float(getattr(one, name)[place]) for one in sums) for name in ("total", "squares"))
    return total, squares


def _over_worlds(sums: Sequence[_Sums], place: int, n: int) -> Estimate:
    return mean_of_sums(n, *_added(sums, place))


def _share(count: int, n: int) -> Estimate:
    found = counted(count, n)
    return Estimate(found.odds, found.low, found.high, found.level, n)


def _step(steps: Sequence[_Step], place: int, n: int) -> Reading:
    """The paired difference that a step makes, second less first."""
    both, only_first, only_second, neither = (int(sum(int(s.worlds[row, place]) for s in steps)) for row in range(4))
    low, high = newcombe(both, only_first, only_second, neither)
    drawn = Estimate((only_second - only_first) / n, low, high, LEVEL, n)
    return Reading(_over_worlds([step.weighed for step in steps], place, n), drawn)


class _Shares:
    """Shapley values on one basis, from the sums over each group."""

    def __init__(self, method: Method, sums: Sequence[_Sums], tallies: Sequence[_Tally]) -> None:
        self.method = method
        self.sums = sums
        self.sizes = np.array([tally.n for tally in tallies])
        self.n = int(self.sizes.sum())

    def squares(self, place: int) -> float:
        """Sum over worlds of the squared value."""
        return math.fsum(float(one.squares[place]) for one in self.sums)

    def value(self, place: int, *, rare: bool = False) -> Estimate:
        """The value with its interval.

        ``rare``: if no world shows a change although one could, the interval says how common such worlds may still be,
        for a value is at most the share of worlds that it changes.
        """
        if rare and self.squares(place) == 0.0:
            most = counted(0, self.n).high
            return Estimate(0.0, -most, most, LEVEL, self.n)
        if self.method == "exact":
            return _over_worlds(self.sums, place, self.n)
        return mean_of_groups(self.sizes, np.array([one.total[place] for one in self.sums]))

    def of_orders(self, place: int) -> float:
        """Standard error of a value that comes of sampling one order a group.

        It is what a one-way analysis of variance leaves between groups once the worlds' own noise is taken out: an
        estimate, 0 where that leaves nothing.
        """
        count = len(self.sizes)
        if self.method == "exact" or count < 2 or self.n <= count:
            return 0.0
        totals = np.array([one.total[place] for one in self.sums])
        within = max(self.squares(place) - float((totals * totals / self.sizes).sum()), 0.0) / (self.n - count)
        off = totals - totals.sum() / self.n * self.sizes
        between = float((off * off).sum()) * count / (count - 1) / self.n**2
        return math.sqrt(max(between - within / self.n, 0.0))


def _routes(keys: Sequence[str], tallies: Sequence[_Tally], wars: WarCauses, n: int) -> tuple[RouteCauses, ...]:
    """Routes by their wars, the commonest first; those without wars or shares are left out."""
    shares = np.sum([tally.by_route for tally in tallies], axis=0) / n
    found = []
    for index, route in enumerate(ROUTES):
        mine = wars.route == index
        if not mine.any() and not shares[index].any():
            continue
        found.append(
            RouteCauses(
                route=route,
                wars=int(mine.sum()),
                persist=int(wars.persists[mine].sum()),
                vanish={key: int(wars.needed[mine, i].sum()) for i, key in enumerate(keys)},
                shapley={key: float(shares[index, i]) for i, key in enumerate(keys)},
            )
        )
    return tuple(sorted(found, key=lambda route: -route.wars))


def _necessity(wars: WarCauses) -> Necessity:
    needs, gone = wars.needed.sum(axis=1), ~wars.persists
    return Necessity(
        wars=len(needs),
        persist=int(wars.persists.sum()),
        several=int((gone & (needs >= 2)).sum()),
        one=int((gone & (needs == 1)).sum()),
        none=int((gone & (needs == 0)).sum()),
    )
