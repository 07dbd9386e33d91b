"""The odds of war in one scenario: many worlds, and every figure with its interval."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.anchor import Anchor, anchor
from escalation.analysis.intervals import Estimate, Share, chances_of, ratio, share, wilson
from escalation.analysis.prepare import prepared, rules_of
from escalation.analysis.rare import Rare, rare_odds, refusal
from escalation.analysis.sequences import Seen, Stopping, counted_share, looks
from escalation.ladder import LADDER
from escalation.model.layout import FORCE, HOMELAND, TALLIES, WEEKS_A_MONTH
from escalation.model.outcomes import ENDINGS, ROUTES
from escalation.scenario.scenario import Scenario
from escalation.worlds.certificates import told
from escalation.worlds.ensemble import BLOCK, Progress, simulate
from escalation.worlds.outcomes import DAYS_OF_WEEK, Outcomes, Snapshot, joined

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LIVES", "RunResult", "run", "wilson"]

SCHEMA = 1
WORLDS = 10_000
"""Worlds of a run of a size fixed beforehand, unless another is asked for."""
MOST_WORLDS = 1_000_000
"""Worlds at which a run to a precision gives up, unless another number is given: they take about 1.5 GB."""
CIVILIAN = "civilian"
_DEAD_OF_ROLE = {
    "defender": "dead_defender",
    "challenger": "dead_challenger",
    "proxy": "dead_proxies",
    "ally": "dead_allies",
}

DEAD = ("dead_civilian", *_DEAD_OF_ROLE.values())
"""The tallies that count the dead."""

LIVES: dict[str, str] = {
    "war": "all-out war",
    "regime fell": "the challenger's regime fell from within",
    "limited war fought": "still running, limited war (rung 9) has been fought",
    "open crisis": "still running, home territory has been struck (rung 8)",
    "simmering": "still running, none of these, and force is usual (mean standing rung 4.5 or more)",
    "calm": "still running, none of these",
}
"""How a world stands at the horizon, worst first; each world is counted once. See ``lives``."""


def lives(end: Snapshot) -> NDArray[np.int64]:
    """Index into ``LIVES`` of each world (worlds,), from its tallies: ending, limited war, peak and mean rung."""
    ending, weeks = end.tally("ending"), np.maximum(end.tally("weeks"), 1)
    conditions = [
        ending == ENDINGS.index("war"),
        ending == ENDINGS.index("regime fell"),
        end.limited_war,
        end.tally("peak") > HOMELAND,
        end.tally("rung_sum") >= FORCE * weeks,
    ]
    return np.asarray(np.select(conditions, list(range(len(conditions))), len(conditions)), dtype=np.int64)


@dataclass(frozen=True)
class RunResult:
    """What came of ``outcomes.worlds`` worlds of a scenario over ``outcomes.horizon`` weeks.

    Intervals are Monte-Carlo noise only, at 95 %. With ``priors`` the odds are averaged over the uncertain numbers;
    how far they spread over them is what ``thesis`` reports.

    Where the run stopped itself (``stopping``), the intervals of the odds are confidence sequences
    (``analysis.sequences``), each valid at every look. That of the attacks a month is as in any run: nothing stopped on
    it, and an interval that rests on a central limit stays sound at a stopping time (Anscombe 1952, Proceedings of the
    Cambridge Philosophical Society 48: 600-607).
    """

    scenario: Scenario
    outcomes: Outcomes
    priors: bool
    stopping: Stopping | None = None
    rare: Rare | None = None
    """The same odds by splitting, where they were asked for."""

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def worlds(self) -> int:
        """How many worlds were run."""
        return self.outcomes.worlds

    @property
    def rule(self) -> str:
        """The decision rule, or the two rules."""
        return rules_of(self.scenario)

    @cached_property
    def war(self) -> Share:
        """Share of worlds in all-out war by the horizon."""
        return self._counted(self.outcomes.end)

    @cached_property
    def conditional(self) -> Estimate:
        """The same odds by conditional Monte Carlo: each exchange's chance of war, summed before it is drawn."""
        return self._weighed(self.outcomes.end)

    @cached_property
    def limited_war(self) -> Share:
        """Share of worlds in limited war (rung 9) or worse by the horizon."""
        return self._limited(self.outcomes.end)

    @cached_property
    def war_by_day(self) -> dict[int, tuple[Share, Estimate]]:
        """Odds counted and conditional by day 14, 90, 365 and 1460, as far as the horizon reaches."""
        return {day: (counted, conditional) for day, (counted, conditional, _) in self._by_day().items()}

    @cached_property
    def rare_by_day(self) -> dict[int, Estimate]:
        """Odds by splitting, by the same days; none unless they were asked for."""
        return {day: split for day, (_, _, split) in self._by_day().items() if split is not None}

    @cached_property
    def routes(self) -> dict[str, float]:
        """Share of wars by the route they came; the commonest first, those that did not happen left out."""
        end = self.outcomes.end
        counts = np.bincount(end.tally("route")[end.war], minlength=len(ROUTES))
        order = np.argsort(-counts, kind="stable")
        return {ROUTES[i]: float(counts[i] / counts.sum()) for i in order if counts[i] > 0}

    @cached_property
    def endings(self) -> dict[str, float]:
        """Share of worlds by how they stand at the horizon (``LIVES``)."""
        counts = np.bincount(lives(self.outcomes.end), minlength=len(LIVES))
        return {name: float(counts[i] / self.worlds) for i, name in enumerate(LIVES)}

    @cached_property
    def peak_rung(self) -> dict[int, float]:
        """Share of worlds by the highest standing rung reached."""
        return self._by_rung("peak")

    @cached_property
    def reply_rung(self) -> dict[int, float]:
        """Share of the worlds in which the defender struck (rung 7 or more) by the challenger's highest reply."""
        return self._by_rung("reply_rung", self.outcomes.end.tally("struck_week") > 0)

    @cached_property
    def attacks_per_month(self) -> Estimate:
        """Proxies' attacks on the defender a month lived through."""
        end = self.outcomes.end
        return ratio(end.tally("attacks"), end.tally("weeks"), WEEKS_A_MONTH)

    @cached_property
    def deaths(self) -> dict[str, float]:
        """Mean dead a world: civilians first, then by side. Roles of one side are added up.

        Where actors of one role stand on several sides, their dead cannot be told apart: the sides are named together.
        """
        end = self.outcomes.end
        return deaths_by_side(self.scenario, {tally: float(end.tally(tally).mean()) for tally in DEAD})

    @cached_property
    def civilian_deaths(self) -> dict[str, float]:
        """Mean civilian dead a world by country."""
        means = self.outcomes.civilians.mean(axis=1)
        return {name: float(value) for name, value in zip(self.outcomes.countries, means, strict=True)}

    @cached_property
    def anchor(self) -> Anchor:
        """The proxy channel's odds by data alone, to hold beside the odds."""
        end = self.outcomes.end
        attacks, lethal = int(end.tally("attacks").sum()), int(end.tally("lethal_attacks").sum())
        return anchor(self.attacks_per_month.value, attacks, lethal, self.outcomes.horizon)

    def to_json(self) -> dict[str, Any]:
        """The result as plain data: the keys of the contract, and the anchor, civilians by country and the title."""
        return {
            "schema": SCHEMA,
            "scenario": self.name,
            "title": self.scenario.title,
            "seed": self.outcomes.seed,
            "worlds": self.worlds,
            "horizon_weeks": self.outcomes.horizon,
            "rule": self.rule,
            "priors": self.priors,
            "war": self.war_json(),
            "war_by_day": {
                str(day): {
                    **counted.to_json(),
                    "conditional": estimate_json(conditional, "odds"),
                    **({} if split is None else {"splitting": estimate_json(split, "odds")}),
                }
                for day, (counted, conditional, split) in self._by_day().items()
            },
            "limited_war": {**self.limited_war.to_json(), "level": self.limited_war.level},
            "routes": self.routes,
            "endings": self.endings,
            "peak_rung": {str(rung): part for rung, part in self.peak_rung.items()},
            "reply_rung": {str(rung): part for rung, part in self.reply_rung.items()},
            "attacks_per_month": estimate_json(self.attacks_per_month, "mean"),
            "deaths": self.deaths,
            "civilian_deaths": self.civilian_deaths,
            "anchor": self.anchor.to_json(),
            "digest": self.outcomes.digest(),
            **told(self.outcomes.certified),
            **({"precision": self.stopping.to_json()} if self.stopping is not None else {}),
        }

    def war_json(self) -> dict[str, Any]:
        """``{odds, low, high, level, wars, conditional}``, and ``splitting`` where it was asked for."""
        conditional = {**estimate_json(self.conditional, "odds"), "n": self.conditional.n}
        told = {**self.war.to_json(), "level": self.war.level, "wars": self.war.count, "conditional": conditional}
        if self.rare is None:
            return told
        return {**told, "splitting": {**self.rare.to_json(), "worth_it": self.rare.worth_it}}

    def to_frame(self) -> pd.DataFrame:
        """One row a world: its number, how it stands, its route, every tally and its conditional sum."""
        import pandas as pd

        end, outcomes = self.outcomes.end, self.outcomes
        columns: dict[str, Any] = {"world": np.arange(outcomes.first_world, outcomes.first_world + outcomes.worlds)}
        columns |= {name: end.tally(name) for name in TALLIES}
        columns["ending"] = [list(LIVES)[i] for i in lives(end)]
        columns["route"] = [ROUTES[i] for i in end.tally("route")]
        columns |= {f"civilians_{name}": row for name, row in zip(outcomes.countries, outcomes.civilians, strict=True)}
        columns["war_sum"] = end.war_sum
        return pd.DataFrame(columns)

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a reported day (and the horizon): the odds of war with their intervals, as in ``results.csv``."""
        marks = {day: week for week, day in DAYS_OF_WEEK.items() if week in self.outcomes.at}
        marks.setdefault(7 * self.outcomes.horizon, self.outcomes.horizon)
        if DAYS_OF_WEEK.get(self.outcomes.horizon):
            marks.pop(7 * self.outcomes.horizon, None)
            marks[DAYS_OF_WEEK[self.outcomes.horizon]] = self.outcomes.horizon
        rows = []
        for day, week in sorted(marks.items()):
            at = self.outcomes.at[week]
            war, limited, conditional = self._counted(at), self._limited(at), self._weighed(at)
            split = None if self.rare is None else self.rare.by_week(week)
            rows.append(
                {
                    "scenario": self.name,
                    "days": day,
                    "worlds": self.worlds,
                    "wars": war.count,
                    "war_odds": war.odds,
                    "war_low": war.low,
                    "war_high": war.high,
                    "conditional_odds": conditional.value,
                    "conditional_low": conditional.low,
                    "conditional_high": conditional.high,
                    "limited_war_odds": limited.odds,
                    "limited_war_low": limited.low,
                    "limited_war_high": limited.high,
                    **(
                        {}
                        if split is None
                        else {"splitting_odds": split.value, "splitting_low": split.low, "splitting_high": split.high}
                    ),
                }
            )
        return rows

    def _by_day(self) -> dict[int, tuple[Share, Estimate, Estimate | None]]:
        marks = {day: (week, self.outcomes.at[week]) for week, day in DAYS_OF_WEEK.items() if week in self.outcomes.at}
        return {
            day: (self._counted(at), self._weighed(at), None if self.rare is None else self.rare.by_week(week))
            for day, (week, at) in marks.items()
        }

    def _counted(self, at: Snapshot) -> Share:
        return share(at.war) if self.stopping is None else self._seen(at).share()

    def _weighed(self, at: Snapshot) -> Estimate:
        return chances_of(at.war_sum) if self.stopping is None else self._seen(at).weighed()

    def _seen(self, at: Snapshot) -> Seen:
        # At the horizon, the very figures that the run stopped on: a sum of floats depends on its order.
        return self.stopping.seen if self.stopping is not None and at is self.outcomes.end else Seen.of(at)

    def _limited(self, at: Snapshot) -> Share:
        happened = at.limited_war
        return share(happened) if self.stopping is None else counted_share(int(happened.sum()), len(happened))

    def _by_rung(self, tally: str, among: NDArray[np.bool_] | None = None) -> dict[int, float]:
        values = self.outcomes.end.tally(tally)
        values = values if among is None else values[among]
        counts = np.bincount(values, minlength=len(LADDER) + 1)
        total = max(int(counts.sum()), 1)
        return {rung: float(count / total) for rung, count in enumerate(counts) if count > 0}

    def _repr_html_(self) -> str:
        """The headline and the odds by day, for notebooks."""
        rows = "".join(
            f"<tr><td>{day} days</td><td>{counted.odds:.4f}</td><td>{counted.low:.4f} to {counted.high:.4f}</td>"
            f"<td>{conditional.value:.4g}</td>{'' if split is None else f'<td>{split.value:.4g}</td>'}</tr>"
            for day, (counted, conditional, split) in self._by_day().items()
        )
        split_head = "" if self.rare is None else "<th>by splitting</th>"
        head = f"<tr><th>within</th><th>odds of war</th><th>95 % interval</th><th>conditional</th>{split_head}</tr>"
        war = f"{self.war.count} of {self.worlds} worlds of {escaped(self.scenario.title)} became all-out war"
        return f"<p>{war} within {self.outcomes.horizon} weeks.</p><table>{head}{rows}</table>"


def run(
    scenario: Scenario | str | os.PathLike[str],
    worlds: int | None = None,
    *,
    precision: float | None = None,
    rare: bool = False,
    seed: int = 0,
    horizon: int = 52,
    priors: bool = False,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    block: int = BLOCK,
    workers: int = 2,
    progress: Progress | None = None,
    looked: Callable[[Seen], None] | None = None,
) -> RunResult:
    """Run ``worlds`` worlds (10,000 by default) of a scenario (a name, a path or a loaded one) for ``horizon`` weeks.

    With ``precision`` it runs until the half-width of the interval of the odds of war is that small, and no more than
    ``worlds`` worlds (a million by default); ``looked`` is told what each look has seen. ``rare`` splits as many worlds
    again (``analysis.rare``), for odds too rare to be met. ``priors`` draws every uncertain number once a world;
    ``rule`` and ``overrides`` as in ``prepared``. The result does not depend on ``block`` or ``workers``. Raises
    ScenarioFault for a bad scenario and ``ValueError`` for sizes below 1, a precision that is not between 0 and 0.5, or
    one beside ``rare``.
    """
    if precision is not None and rare:
        raise ValueError("precision and rare: legal is one or the other")
    ready = prepared(scenario, rule=rule, overrides=overrides)
    if rare and (fault := refusal(ready, WORLDS if worlds is None else worlds, priors)):
        raise ValueError(fault)

    def worlds_from(first: int, number: int) -> Outcomes:
        return simulate(
            ready,
            number,
            seed=seed,
            horizon=horizon,
            priors=priors,
            first_world=first,
            block=block,
            workers=workers,
            progress=progress,
        )

    if precision is None:
        number = WORLDS if worlds is None else worlds
        outcomes = worlds_from(0, number)
        if not rare:
            return RunResult(ready, outcomes, priors)
        by_splitting = rare_odds(
            ready, number, seed=seed, horizon=horizon, priors=priors, workers=workers, progress=progress
        )
        return RunResult(ready, outcomes, priors, rare=by_splitting)
    most = MOST_WORLDS if worlds is None else worlds
    stopping, parts = Stopping(precision, most), []
    for total in looks(most):
        parts.append(worlds_from(stopping.seen.n, total - stopping.seen.n))
        stopping = stopping.after(Seen.of(parts[-1].end))
        if looked is not None:
            looked(stopping.seen)
        if stopping.reached:
            break
    return RunResult(ready, joined(parts), priors, stopping)


def deaths_by_side(scenario: Scenario, means: Mapping[str, float]) -> dict[str, float]:
    """Mean dead, civilians first and then by side, from the mean of each tally of ``DEAD``."""
    dead = {CIVILIAN: means["dead_civilian"]}
    for role, tally in _DEAD_OF_ROLE.items():
        sides = dict.fromkeys(actor.side for actor in scenario.actors if actor.role == role)
        if sides:
            side = " and ".join(sides)
            dead[side] = dead.get(side, 0.0) + means[tally]
    return dead


def estimate_json(estimate: Estimate, name: str) -> dict[str, float | None]:
    """``{name, low, high}``; a bound that one world cannot give is null."""
    bounds = {"low": estimate.low, "high": estimate.high}
    return {name: estimate.value, **{key: value if math.isfinite(value) else None for key, value in bounds.items()}}


def escaped(text: str) -> str:
    """Text made safe for HTML."""
    from html import escape

    return escape(text)
