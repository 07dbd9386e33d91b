"""``verify --exact``: exact odds by week beside the simulated ones, in an interval that holds for all weeks at once."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from escalation.analysis.exact.chain import Chain, solved
from escalation.analysis.exact.closed import reciprocity, reciprocity_closed, ruin_closed, ruin_solved, stationary
from escalation.analysis.exact.rare import Weighed, weighed
from escalation.analysis.exact.reduction import reduced
from escalation.analysis.intervals import Share, counted
from escalation.analysis.prepare import rules_of
from escalation.analysis.rare import Rare, rare_odds
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
    closed: tuple[tuple[str, float, float], ...]
    """What it is, the closed form, and what the sparse solve gives."""

    @property
    def inside(self) -> tuple[bool, ...]:
        """Whether each week's exact odds lie inside the simulated interval, allowing for what was not followed."""
        odds = zip(self.chain.war, self.chain.lost, self.simulated, strict=True)
        return tuple(bool(war <= s.high and war + lost >= s.low) for war, lost, s in odds)

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
    def agrees(self) -> bool:
        """Whether all weeks, the weighed odds and those by splitting are inside, and the closed forms are met."""
        met = all(abs(form - found) < 1e-9 for _, form, found in self.closed)
        return self.weighs and self.splits and all(self.inside) and met

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
            "agrees": self.agrees,
        }

    def rows(self) -> list[dict[str, Any]]:
        """One row a week: exact and simulated odds of war so far."""
        columns = zip(self.chain.war, self.chain.lost, self.simulated, self.inside, strict=True)
        return [
            {
                "week": week,
                "exact": float(war),
                "not_followed": float(lost),
                "wars": share.count,
                "odds": share.odds,
                "low": share.low,
                "high": share.high,
                "inside": inside,
            }
            for week, (war, lost, share, inside) in enumerate(columns, 1)
        ]

    def to_frame(self) -> pd.DataFrame:
        """``rows`` as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def _repr_html_(self) -> str:
        """The table, for notebooks."""
        return str(self.to_frame().to_html(index=False))

    def to_text(self) -> str:
        """For a terminal."""
        inside, weeks = sum(self.inside), len(self.inside)
        verdict = "agree" if self.agrees else "do NOT agree"
        head = (
            f"Exact and simulated odds of all-out war {verdict}: in {inside} of {weeks} weeks the exact odds lie "
            f"inside the interval of {self.worlds:,} simulated worlds that holds for all weeks together at "
            f"{TOGETHER:.1%}."
        )
        chain = self.chain
        what = (
            f"{self.scenario.title}, reduced to a Markov chain of {chain.states:,} states and {chain.links:,} "
            f"transitions from week to week. Rule: {rules_of(self.scenario)}. Seed {self.seed}. What is "
            f"hardly likely at all was not followed: {chain.lost[-1]:.1e} in all, by which the odds may be too low."
        )
        lines = [*textwrap.wrap(head, WIDTH), "", *textwrap.wrap(what, WIDTH), ""]
        lines.append(f"  {'week':>4}  {'exact':>12}  {'simulated':>12}  {'interval':<26}  wars")
        for row in self.rows():
            interval = f"{row['low']:.4g} to {row['high']:.4g}"
            mark = "" if row["inside"] else "  OUTSIDE"
            lines.append(
                f"  {row['week']:>4}  {row['exact']:>12.4g}  {row['odds']:>12.4g}  {interval:<26}  {row['wars']}{mark}"
            )
        rare, exact = self.weighed, float(chain.war[-1])
        where = "inside" if self.weighs else "OUTSIDE"
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
