"""Rare odds by splitting: worlds on the way to war are copied, so that its rare forerunners are met (``run --rare``).

The estimate is the mean over independent roots of their weighted sums of chances of war (``worlds.splitting``), with a
table of copies learnt from pilot worlds of its own (``worlds.importance``): unbiased, whatever the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from escalation.analysis.intervals import LEVEL, UNSEEN, Estimate, Floats, chances_of
from escalation.scenario.design import Values
from escalation.scenario.scenario import Scenario
from escalation.worlds import importance
from escalation.worlds.certificates import plans
from escalation.worlds.ensemble import Progress, plan
from escalation.worlds.outcomes import DAYS_OF_WEEK
from escalation.worlds.splitting import Split, split

PILOT: Final = importance.ROUNDS * importance.ROOTS
"""Pilot worlds that the copies are learnt from."""
ROOTS: Final = 2_500
"""Fewest worlds to split: as few as the interval was tried with (docs/exact.md)."""
HEAVIER: Final = 4.0
"""How many times as heavy as the heaviest root seen one that was not seen may be: tried, in docs/exact.md."""
PAYS: Final = 1e-3
"""Odds above which weighing comes to the same error with less computing: measured, in docs/exact.md."""
COPIED: Final = 2.2
"""World-weeks that splitting lives through, copies and all, for one of a root: 1.7 to 2.8 in the pilot and after it
(strike, nonresponse and accord over 2 to 104 weeks, odds of 0.0001 to 0.2, with priors and without)."""


@dataclass(frozen=True)
class Rare:
    """The odds of war by splitting ``split.roots`` worlds; ``pilot_weeks`` world-weeks went into the table of copies.

    Intervals are those of ``intervals.chances``, but that the world not seen is taken to be ``HEAVIER`` times as heavy
    as the heaviest root seen. So they hold as far as the pilot met what leads to war (docs/exact.md); of a kind of
    world that is not met at all, any number of worlds n can only say that it is rarer than about 4 / n.
    """

    split: Split
    pilot_weeks: int

    @property
    def worlds(self) -> int:
        """How many independent worlds the estimate rests on."""
        return self.split.roots

    @property
    def world_weeks(self) -> int:
        """All world-weeks lived through: of roots, copies and the pilot."""
        return self.split.world_weeks + self.pilot_weeks

    @property
    def worth_it(self) -> bool:
        """Whether odds are so rare that splitting pays."""
        return self.odds().value <= PAYS

    @property
    def heaviest(self) -> float:
        """Share of the odds that the heaviest root carries."""
        sums = self.split.sums[-1]
        return float(sums.max() / sums.sum()) if sums.any() else 0.0

    def by_week(self, week: int, level: float = LEVEL) -> Estimate:
        """The odds by the end of a reported week. Raises ``ValueError`` for a week that is not told of."""
        return odds_of(self.sums(week), level)

    def sums(self, week: int) -> Floats:
        """The roots' sums (roots,) by the end of a reported week. Raises ``ValueError`` for one not told of."""
        sums: Floats = self.split.sums[self.split.weeks.index(week)]
        return sums

    def odds(self, level: float = LEVEL) -> Estimate:
        """The odds by the horizon."""
        return self.by_week(self.split.weeks[-1], level)

    def to_json(self, level: float = LEVEL) -> dict[str, Any]:
        """``{odds, low, high, level, n, world_weeks, heaviest}``."""
        odds = self.odds(level)
        return {
            "odds": odds.value,
            "low": odds.low,
            "high": odds.high,
            "level": odds.level,
            "n": odds.n,
            "world_weeks": self.world_weeks,
            "heaviest": self.heaviest,
        }


def odds_of(sums: Floats, level: float = LEVEL) -> Estimate:
    """The odds from the weighted sums of chances of war of independent roots, (roots,)."""
    return chances_of(sums, level, HEAVIER * float(sums.max()) or UNSEEN)


def refusal(scenario: Scenario, worlds: int, priors: bool) -> str:
    """Why such worlds are not split; empty if they are."""
    if worlds < ROOTS:
        return f"worlds to split: {worlds:,}; legal: {ROOTS:,} or more, as few as the interval was tried with"
    if priors and plans(scenario):
        return "splitting worlds of the priors goes without a rule that plans: leave out one of the two"
    return ""


def foreseen_weeks(worlds: int, horizon: int) -> int:
    """World-weeks that splitting ``worlds`` worlds is likely to take: of roots, copies and the pilot."""
    return round(COPIED * (worlds + PILOT) * horizon)


def rare_odds(
    scenario: Scenario,
    worlds: int,
    *,
    seed: int = 0,
    horizon: int = 52,
    priors: bool = False,
    values: Values | None = None,
    weeks: Iterable[int] = tuple(DAYS_OF_WEEK),
    workers: int = 2,
    progress: Progress | None = None,
) -> Rare:
    """Split ``worlds`` worlds of ``scenario``, told of at those of ``weeks`` that are reached and at the horizon.

    ``values`` and ``priors`` as in ``worlds.ensemble.plan``. No result depends on ``workers``. Raises ``ValueError``
    for fewer worlds than ``ROOTS``, other sizes below 1, and a rule that plans beside ``priors``: a copy takes its
    world's row along, and foresight would be solved anew for each.
    """
    if fault := refusal(scenario, worlds, priors):
        raise ValueError(fault)
    marks = sorted({week for week in weeks if week < horizon} | {horizon})
    ready = plan(scenario, worlds, seed=seed, priors=priors, values=values)
    copies, pilot = importance.learn(
        scenario, seed=seed, horizon=horizon, priors=priors, values=values, workers=workers, progress=progress
    )
    made = split(ready, copies, seed=seed, horizon=horizon, weeks=marks, workers=workers, progress=progress)
    return Rare(made, pilot)
