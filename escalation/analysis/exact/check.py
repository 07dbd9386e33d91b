"""``verify --exact``: exact odds by week beside the simulated ones, in an interval that holds for all weeks at once.

Each week is judged by counting wars or, where counting could not have told ("reach"), by splitting; a week in which
neither could is not said to agree.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from escalation.analysis.exact.chain import Chain, solved
from escalation.analysis.exact.closed import reciprocity, reciprocity_closed, ruin_closed, ruin_solved, stationary
from escalation.analysis.exact.rare import Weighed, most, weighed
from escalation.analysis.exact.reach import SURE, TOLD, Reach, of_count, of_roots
from escalation.analysis.exact.reduction import reduced
from escalation.analysis.intervals import Share, counted
from escalation.analysis.prepare import rules_of
from escalation.analysis.rare import Rare, odds_of, rare_odds
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import Progress, simulate

if TYPE_CHECKING:
    import pandas as pd

TOGETHER: Final = 0.999
"""Level at which all weeks' intervals hold at once (Bonferroni)."""
HORIZON: Final = 13
WORLDS: Final = 100_000
ROOTS: Final = 25_000
"""Fewest worlds to split: with fewer the interval misses more often than ``TOGETHER`` says (docs/exact.md)."""
WIDTH: Final = 100


AGREES, OUTSIDE, UNTOLD = "agrees", "OUTSIDE", "cannot tell"
"""Verdicts on a week."""
COUNTING, SPLITTING = "counting", "splitting"


@dataclass(frozen=True)
class Week:
    """The exact odds of war by a week, which may be too low by ``lost``, and the measure that judges them.

    ``counted`` is at the level at which all weeks hold together, and so are ``low`` and ``high`` of the estimate of
    ``judge``, whose reach is ``reach``.
    """

    week: int
    exact: float
    lost: float
    counted: Share
    judge: str
    odds: float
    low: float
    high: float
    reach: Reach

    @property
    def inside(self) -> bool:
        """Whether the exact odds lie inside the interval of the judge and inside that of the wars counted."""
        return all(
            low <= self.exact + self.lost and self.exact <= high
            for low, high in ((self.low, self.high), (self.counted.low, self.counted.high))
        )

    @property
    def verdict(self) -> str:
        """That the odds agree is said only where the judge could have come to the other verdict."""
        if not self.inside:
            return OUTSIDE
        return AGREES if self.reach.tells(self.exact) else UNTOLD

    def to_json(self) -> dict[str, Any]:
        """As plain data: a reach that ends nowhere is null."""
        return {
            "week": self.week,
            "exact": self.exact,
            "not_followed": self.lost,
            "wars": self.counted.count,
            "expected": self.exact * self.counted.n,
            "odds": self.counted.odds,
            "low": self.counted.low,
            "high": self.counted.high,
            "inside": self.inside,
            "verdict": self.verdict,
            "judged_by": self.judge,
            "judged": {"odds": self.odds, "low": self.low, "high": self.high},
            "found_out": {
                "below": self.reach.below or None,
                "above": self.reach.above if math.isfinite(self.reach.above) else None,
            },
        }


@dataclass(frozen=True)
class ExactResult:
    """A reduced crisis, solved and simulated. ``simulated`` is by week, each at the level that all hold together."""

    scenario: Scenario
    seed: int
    worlds: int
    dropped: tuple[str, ...]
    chain: Chain
    simulated: tuple[Share, ...]
    weighed: Weighed
    rare: Rare
    """By splitting, told of at every week."""
    closed: tuple[tuple[str, float, float], ...]
    """What it is, the closed form, and what the sparse solve gives."""

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        """Each week with its judge: whichever figure is outside; else counting where that can tell, splitting where
        that can and counting where neither can.
        """
        return tuple(self._week(week) for week in range(1, len(self.simulated) + 1))

    def _week(self, week: int) -> Week:
        exact, lost = float(self.chain.war[week - 1]), float(self.chain.lost[week - 1])
        share = self.simulated[week - 1]
        by_count = of_count(exact, lost, share.n, share.level)
        count = Week(week, exact, lost, share, COUNTING, share.odds, share.low, share.high, by_count)
        sums = self.rare.sums(week)
        found = odds_of(sums, share.level)
        by_roots = of_roots(exact, lost, sums, share.level)
        split = Week(week, exact, lost, share, SPLITTING, found.value, found.low, found.high, by_roots)
        if not count.inside:
            return count
        if not split.inside:
            return split
        return split if by_roots.tells(exact) and not by_count.tells(exact) else count

    @property
    def inside(self) -> tuple[bool, ...]:
        """Whether each week's exact odds lie inside the intervals about it, allowing for what was not followed."""
        return tuple(week.inside for week in self.weeks)

    @property
    def weighs(self) -> bool:
        """Whether the exact odds by the last week lie inside the bounds about the weighed ones."""
        return self.weighed.holds(float(self.chain.war[-1]), float(self.chain.lost[-1]))

    @property
    def splits(self) -> bool:
        """Whether the exact odds by the last week lie inside the interval about those by splitting."""
        odds, exact = self.rare.odds(TOGETHER), float(self.chain.war[-1])
        return bool(odds.low <= exact + float(self.chain.lost[-1]) and exact <= odds.high)

    @property
    def verdict(self) -> str:
        """``OUTSIDE`` if anything is outside, ``UNTOLD`` if nothing is and a week cannot be told, else ``AGREES``."""
        met = all(abs(form - found) < 1e-9 for _, form, found in self.closed)
        verdicts = {week.verdict for week in self.weeks}
        if OUTSIDE in verdicts or not (self.weighs and self.splits and met):
            return OUTSIDE
        return UNTOLD if UNTOLD in verdicts else AGREES

    @property
    def agrees(self) -> bool:
        """Whether every week could be told and is inside, weighed and split odds too, and closed forms are met."""
        return self.verdict == AGREES

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "schema": 1,
            "scenario": self.scenario.name,
            "rule": rules_of(self.scenario),
            "seed": self.seed,
            "worlds": self.worlds,
            "dropped": list(self.dropped),
            "states": self.chain.states,
            "transitions": self.chain.links,
            "level_together": TOGETHER,
            "weeks": self.rows(),
            "weighed": self.weighed.to_json(),
            "splitting": self.rare.to_json(TOGETHER),
            "closed_forms": [{"what": what, "closed": form, "solved": found} for what, form, found in self.closed],
            "inside": sum(self.inside),
            "verdict": self.verdict,
            "agrees": self.agrees,
        }

    def rows(self) -> list[dict[str, Any]]:
        """One row a week: exact and simulated odds of war so far, and the verdict."""
        return [week.to_json() for week in self.weeks]

    def to_frame(self) -> pd.DataFrame:
        """``rows`` as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def _repr_html_(self) -> str:
        """The table, for notebooks."""
        return str(self.to_frame().to_html(index=False))

    def to_text(self) -> str:
        """For a terminal."""
        verdicts = [week.verdict for week in self.weeks]
        weeks, agree, untold = len(verdicts), verdicts.count(AGREES), verdicts.count(UNTOLD)
        said = {AGREES: "agree", OUTSIDE: "do NOT agree", UNTOLD: "cannot all be told apart by so few worlds"}
        head = (
            f"Exact and simulated odds of all-out war {said[self.verdict]}: in {agree} of {weeks} weeks the exact odds "
            f"lie inside the interval of {self.worlds:,} simulated worlds, or of {self.rare.worlds:,} that were split, "
            f"each of which holds for all weeks together at {TOGETHER:.1%}"
        )
        head += f"; in {untold} too little was seen to tell." if untold else "."
        chain = self.chain
        what = (
            f"{self.scenario.title}, reduced to a Markov chain of {chain.states:,} states and {chain.links:,} "
            f"transitions from week to week. Rule: {rules_of(self.scenario)}. Seed {self.seed}. What is "
            f"hardly likely at all was not followed: {chain.lost[-1]:.1e} in all, by which the odds may be too low."
        )
        lines = [*textwrap.wrap(head, WIDTH), "", *textwrap.wrap(what, WIDTH), ""]
        lines += _table([HEAD, *(_row(week) for week in self.weeks)])
        reach = (
            "If below, if above: odds that would have been found out "
            f"{round(20 * SURE)} times in 20, had the simulator had them; by splitting, too low by fewer roots on the "
            "way to war, too high by each being worth more. Splitting is the judge where counting would not have found "
            f"out odds {TOLD:g} times too low or too high; where neither would, the verdict is that it cannot tell. "
            "Whatever is outside is said to be, whoever judges."
        )
        lines += textwrap.wrap(reach, WIDTH, initial_indent="  ", subsequent_indent="  ")
        rare, exact = self.weighed, float(chain.war[-1])
        where = "inside" if self.weighs else "OUTSIDE"
        if self.weighs and most(0, rare.worlds, (1.0 - TOGETHER) / 2.0) >= exact:
            where += ", though with no war at all it would have been too: so many worlds cannot show odds too low"
        tail = (
            f"By the last week, weighing each decision's chance of war before it is drawn: {rare.odds:.4g} (between "
            f"{rare.low:.4g} and {rare.high:.4g}, bounds that hold at {TOGETHER:.1%} for any number of worlds, however "
            f"rare war is); exact {exact:.4g}, {where}."
        )
        split, where = self.rare.odds(TOGETHER), "inside" if self.splits else "OUTSIDE"
        tail += (
            f" Splitting {self.rare.worlds:,} worlds that come nearer to war: {split.value:.4g} (interval "
            f"{split.low:.4g} to {split.high:.4g} at {TOGETHER:.1%}; the heaviest world carries "
            f"{self.rare.heaviest:.1%} of it), {where}."
        )
        lines += ["", *textwrap.wrap(tail, WIDTH)]
        lines += ["", "Textbook chains by the same solver, against their closed forms"]
        lines += [f"  {what}: {form:.10f}, solved {found:.10f}" for what, form, found in self.closed]
        lines += ["", "Dropped, so that the chain is finite (both sides of the comparison are without it)"]
        for dropped in self.dropped:
            lines += textwrap.wrap(dropped, WIDTH, initial_indent="  - ", subsequent_indent="    ")
        return "\n".join(lines)


HEAD: Final = ("week", "exact", "judged by", "odds", "interval", "wars", "if below", "if above", "verdict")


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _row(week: Week) -> tuple[str, ...]:
    below, above = week.reach.below, week.reach.above
    return (
        f"{week.week}",
        f"{week.exact:.4g}",
        week.judge,
        f"{week.odds:.3g}",
        f"{week.low:.3g} to {week.high:.3g}",
        f"{week.counted.count}",
        f"{below:.3g}" if below > 0.0 else "none",
        f"{above:.3g}" if math.isfinite(above) else "none",
        week.verdict,
    )


def verify_exact(
    scenario: Scenario,
    worlds: int = WORLDS,
    *,
    seed: int = 0,
    horizon: int = HORIZON,
    workers: int = 2,
    progress: Progress | None = None,
) -> ExactResult:
    """Reduce ``scenario``, solve it exactly for ``horizon`` weeks, simulate ``worlds`` worlds of it, and split some.

    Raises ``ValueError`` for sizes below 1 (2 for ``worlds``).
    """
    if worlds < 2:
        raise ValueError(f"worlds: {worlds}; legal: 2 or more")
    plain = reduced(scenario, horizon)
    chain = solved(plain, horizon)
    outcomes = simulate(
        plain.scenario, worlds, seed=seed, horizon=horizon, values=plain.values, workers=workers, progress=progress
    )
    rare = rare_odds(
        plain.scenario,
        roots_of(worlds),
        seed=seed,
        horizon=horizon,
        values=plain.values,
        weeks=range(1, horizon + 1),
        workers=workers,
        progress=progress,
    )
    week = outcomes.end.tally("war_week")
    level = 1.0 - (1.0 - TOGETHER) / horizon
    wars = np.cumsum(np.bincount(week[week > 0], minlength=horizon + 1))[1:]
    return ExactResult(
        scenario=plain.scenario,
        seed=seed,
        worlds=worlds,
        dropped=plain.dropped,
        chain=chain,
        simulated=tuple(counted(int(count), worlds, level) for count in wars),
        weighed=weighed(outcomes.end, TOGETHER),
        rare=rare,
        closed=closed_forms(),
    )


def roots_of(worlds: int) -> int:
    """Worlds that are split beside ``worlds`` that are not: with their copies and the pilot about as much work."""
    return max(worlds // 4, ROOTS)


def closed_forms() -> tuple[tuple[str, float, float], ...]:
    """Textbook chains: what, the closed form, and what the solver gives."""
    found = []
    for p, start, top in ((0.5, 3, 10), (0.3, 6, 10), (0.55, 2, 10)):
        what = f"gambler's ruin on {top} rungs from rung {start}, up with {p}"
        found.append((what, ruin_closed(p, start, top), float(ruin_solved(p, top)[start])))
    for slip, generosity in ((0.05, 0.0), (0.05, 0.1), (0.01, 0.3)):
        shares = stationary(reciprocity(slip, generosity))
        what = f"share of blows between reciprocators, slip {slip}, generosity {generosity}"
        found.append((what, reciprocity_closed(slip, generosity), float(shares[1] + shares[3])))
    return tuple(found)
