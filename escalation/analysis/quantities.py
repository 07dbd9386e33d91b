"""The measures that a claim can be about: named, documented, and the same for ``thesis`` and for ``claim``.

A measure is a mean or a ratio of sums over the worlds of a draw of the parameters, so that it comes with its
Monte-Carlo error within the draw, and so that two arms can be compared world by world. To add one: a line in ``_ALL``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.arms import ArmOutcome, Estimate, Floats, mean_of, ratio_of_sums
from escalation.model.layout import WEEKS_A_MONTH
from escalation.model.outcomes import ROUTE_MEANINGS, ROUTES
from escalation.worlds.outcomes import Snapshot

Flags = NDArray[np.bool_]
Worlds = Callable[[ArmOutcome, int], Floats]
"""An arm's per-world values at a week, shape (draws, n)."""
Unit = Literal["in 100", "rung", "a month", "a year", "dead", "probability", "nat"]

FORCE_FROM: Final = 5
"""Rung from which an act is a reply by force: holding or protesting is not revenge."""
HOMELAND_FROM: Final = 8
WEEKS_A_YEAR: Final = 12.0 * WEEKS_A_MONTH
FIRST_DAY: Final = 0
FIRST_WEEK: Final = 1


@dataclass(frozen=True)
class Quantity:
    """A measure of an arm at a week: ``scale`` x sum of ``top`` / sum of ``bottom`` over worlds, a mean without bottom.

    ``title`` goes into tables, ``meaning`` into the documentation. ``low`` and ``high`` bound what it can be.
    ``counts``: the top counts events, so that two arms can be compared by the logarithm of their rates. ``week``:
    the measure is of this week, whatever the horizon. ``alone``: how it is estimated where it is no ratio of sums; it
    can then not be compared.
    """

    name: str
    title: str
    meaning: str
    unit: Unit
    top: Worlds | None = None
    bottom: Worlds | None = None
    scale: float = 1.0
    low: float = 0.0
    high: float = math.inf
    counts: bool = False
    week: int | None = None
    alone: Callable[[ArmOutcome, int], Estimate] | None = None

    @property
    def comparable(self) -> bool:
        """Whether two arms can be compared by it."""
        return self.top is not None

    @property
    def share(self) -> bool:
        """Whether it is a probability or a share, and is told as so many in 100."""
        return self.unit in ("in 100", "probability")

    def of(self, arm: ArmOutcome, week: int) -> Estimate:
        """The measure by draw of the parameters."""
        if self.alone is not None:
            return self.alone(arm, week)
        top, bottom = self._parts(arm, week)
        if bottom is None:
            return mean_of(self.scale * top)
        found, nothing = ratio_of_sums(self.scale * top, bottom), _nothing(bottom)
        if not nothing.any():
            return found
        # a draw in which there was nothing to measure: the other draws' ratio, as uncertain as the measure can be
        common = float(self.scale * top.sum() / bottom.sum()) if bottom.any() else self._middle
        return Estimate(np.where(nothing, common, found.value), np.where(nothing, self._unknown(found), found.error))

    def less(self, a: ArmOutcome, b: ArmOutcome, week: int, times: float = 1.0, week_b: int | None = None) -> Estimate:
        """The measure in ``a`` less ``times`` that in ``b`` (at ``week_b`` if it is another), paired world by world.

        A draw in which either arm has nothing to measure tells of no difference, and is as uncertain as can be.
        """
        (top_a, bottom_a), (top_b, bottom_b) = self._parts(a, week), self._parts(b, week if week_b is None else week_b)
        if bottom_a is None or bottom_b is None:
            return mean_of(self.scale * top_a - times * (self.scale * top_b))
        first, second = ratio_of_sums(self.scale * top_a, bottom_a), ratio_of_sums(self.scale * top_b, bottom_b)
        influence = _residual(self.scale * top_a, bottom_a, first) - times * _residual(
            self.scale * top_b, bottom_b, second
        )
        n = influence.shape[1]
        error = influence.std(axis=1, ddof=1) / np.sqrt(n)
        none_a, none_b = _nothing(bottom_a), _nothing(bottom_b)
        unknown = np.hypot(none_a * self._unknown(first), times * none_b * self._unknown(second))
        value = np.where(none_a | none_b, 0.0, first.value - times * second.value)
        return Estimate(value, np.hypot(error, unknown))

    def log_ratio(self, a: ArmOutcome, b: ArmOutcome, week: int) -> Estimate:
        """Natural log of the ratio of rates, ``a`` over ``b``, paired; half an event is added to both counts.

        The half keeps the ratio finite in a draw without events. The error is by the delta method; a count of none
        shows no spread at all, and gets that of its half, 1 / (0 + 0.5) in the variance of a logarithm.
        """
        parts = [self._parts(arm, week) for arm in (a, b)]
        tops = [top for top, _ in parts]
        lived = [np.ones_like(top) if bottom is None else bottom for top, bottom in parts]
        n = tops[0].shape[1]
        rates = [(x.sum(axis=1) + 0.5) / np.maximum(t.sum(axis=1), 1.0) for x, t in zip(tops, lived, strict=True)]
        influence = np.zeros_like(tops[0])
        for sign, x, t, rate in zip((1.0, -1.0), tops, lived, rates, strict=True):
            exposure = np.maximum(t.mean(axis=1), 1e-12)
            influence += sign * (x - rate[:, None] * t) / (rate * exposure)[:, None]
        unseen = sum((np.where(_nothing(x), 1.0 / 0.5, 0.0) for x in tops), np.zeros(len(tops[0])))
        variance = influence.var(axis=1, ddof=1) / n + unseen
        return Estimate(np.log(rates[0] / rates[1]), np.sqrt(variance))

    @property
    def _middle(self) -> float:
        return (self.low + self.high) / 2.0 if math.isfinite(self.high) else self.low

    def _unknown(self, found: Estimate) -> float:
        """Standard error of a ratio of nothing to nothing: half of what it can be, or the largest seen in a draw."""
        return (self.high - self.low) / 2.0 if math.isfinite(self.high) else max(float(found.value.max()), 1.0)

    def _parts(self, arm: ArmOutcome, week: int) -> tuple[Floats, Floats | None]:
        if self.top is None:
            raise ValueError(f"{self.name} cannot be compared between arms")
        return self.top(arm, week), None if self.bottom is None else self.bottom(arm, week)


def _residual(top: Floats, bottom: Floats, ratio: Estimate) -> Floats:
    """Each world's part in the error of a ratio of sums, shape (draws, n)."""
    total = np.maximum(bottom.mean(axis=1), 1e-12)
    return np.asarray((top - ratio.value[:, None] * bottom) / total[:, None])


def _nothing(summed: Floats) -> Flags:
    """Draws in which nothing was there in any world, shape (draws,)."""
    return np.asarray(summed.sum(axis=1) <= 0.0)


# -- what is counted ---------------------------------------------------------------------------------------------
def tally(name: str) -> Worlds:
    """A tally of ``model.layout.TALLIES``."""
    return lambda arm, week: arm.tally(week, name)


def _where(test: Callable[[Snapshot], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]) -> Worlds:
    return lambda arm, week: arm.by_draw(test(arm.at(week)))


def _war_sum(arm: ArmOutcome, week: int) -> Floats:
    return arm.by_draw(arm.at(week).war_sum)


def _by_route(route: str) -> Worlds:
    index = ROUTES.index(route)
    return _where(lambda at: at.war & (at.tally("route") == index))


def _dead(arm: ArmOutcome, week: int) -> Floats:
    """All the dead of a world."""
    sides = ("dead_defender", "dead_challenger", "dead_proxies", "dead_allies")
    civilian = arm.tally(week, "dead_civilian")
    return np.asarray(civilian + sum((arm.tally(week, side) for side in sides), np.zeros_like(civilian)))


def _civilian_share(arm: ArmOutcome, week: int) -> Floats:
    civilian, everyone = arm.tally(week, "dead_civilian"), _dead(arm, week)
    return np.divide(civilian, everyone, out=np.zeros_like(civilian), where=everyone > 0)


def _any_dead(arm: ArmOutcome, week: int) -> Floats:
    return np.asarray((_dead(arm, week) > 0).astype(np.float64))


def _without_war(worlds: Worlds) -> Worlds:
    return lambda arm, week: np.asarray(worlds(arm, week) * ~arm.by_draw(arm.at(week).war).astype(bool))


def _forceful(arm: ArmOutcome, week: int) -> Floats:
    return np.asarray((arm.tally(week, "reply_rung") >= FORCE_FROM).astype(np.float64))


def _forceful_rung(arm: ArmOutcome, week: int) -> Floats:
    reply = arm.tally(week, "reply_rung")
    return np.where(reply >= FORCE_FROM, reply, 0.0)


def _struck(arm: ArmOutcome, week: int) -> Floats:
    return np.asarray((arm.tally(week, "struck_week") > 0).astype(np.float64))


def _reply_unbounded(arm: ArmOutcome, week: int) -> Estimate:
    """Lead of the commoner of "no reply by force" and "a reply at rung 8 or more" over "a reply at rungs 5 to 7"."""
    reply = arm.tally(week, "reply_rung")
    n = reply.shape[1]
    bounded = ((reply >= FORCE_FROM) & (reply < HOMELAND_FROM)).mean(axis=1)
    other = np.maximum((reply < FORCE_FROM).mean(axis=1), (reply >= HOMELAND_FROM).mean(axis=1))
    # two shares of one multinomial: what the one gains the other loses, so that their covariance adds to the variance
    lead = other - bounded
    return Estimate(lead, np.sqrt(np.maximum(other + bounded - lead**2, 1.0 / n) / n))


def _belief(arm: ArmOutcome, week: int) -> Floats:
    from escalation.history.beliefs import belief_on

    by_draw = belief_on(arm.scenario, arm.values, arm.scenario.start.date)
    return np.repeat(by_draw[:, None], arm.n, axis=1)


def _first_week(field: str) -> Worlds:
    """A field of ``history.beliefs.FirstWeek``, by world."""

    def worlds(arm: ArmOutcome, week: int) -> Floats:
        from escalation.history.beliefs import first_week
        from escalation.worlds.ensemble import planned

        rows = np.repeat(np.arange(arm.draws, dtype=np.int64), arm.n)
        found = first_week(planned(arm.scenario, arm.values, rows, arm.numbers), seed=arm.outcomes.seed)
        return arm.by_draw(getattr(found, field))

    return worlds


def _rise(after: str, before: str) -> Worlds:
    first, second = _first_week(after), _first_week(before)
    return lambda arm, week: np.asarray(first(arm, week) - second(arm, week))


_WEEKS = tally("weeks")

_ALL: tuple[Quantity, ...] = (
    Quantity(
        "war",
        "odds of all-out war",
        "chance of all-out war (rung 10), each exchange's chance summed before war is drawn (conditional Monte Carlo)",
        "in 100",
        _war_sum,
        high=1.0,
    ),
    Quantity(
        "limited_war",
        "odds of limited war or worse",
        "share of worlds that come to rung 9 or 10",
        "in 100",
        _where(lambda at: at.limited_war),
        high=1.0,
    ),
    Quantity("peak_rung", "highest rung", "mean of the highest standing rung", "rung", tally("peak"), high=10.0),
    Quantity(
        "standing_rung", "standing rung", "standing rung averaged over weeks lived", "rung", tally("rung_sum"), _WEEKS
    ),
    Quantity(
        "attacks_per_month",
        "attacks a month",
        "attacks of proxies on the defender a month lived through",
        "a month",
        tally("attacks"),
        _WEEKS,
        WEEKS_A_MONTH,
        counts=True,
    ),
    Quantity(
        "lethal_attacks_per_month",
        "lethal attacks a month",
        "attacks of proxies that kill the defender's people, a month lived through",
        "a month",
        tally("lethal_attacks"),
        _WEEKS,
        WEEKS_A_MONTH,
        counts=True,
    ),
    Quantity(
        "lethal_share",
        "share of attacks that kill",
        "attacks of proxies that kill the defender's people, of all their attacks on it",
        "in 100",
        tally("lethal_attacks"),
        tally("attacks"),
        high=1.0,
    ),
    Quantity(
        "attack_rung",
        "meant rung of attacks",
        "rung that proxies mean their attacks on the defender to have, averaged over attacks",
        "rung",
        tally("attack_rung_sum"),
        tally("attacks"),
        high=10.0,
    ),
    Quantity(
        "reply_by_force",
        "share of strikes answered by force",
        "of the worlds in which the defender struck (rung 7 or more), those in which the challenger answers at rung 5 "
        "or more",
        "in 100",
        _forceful,
        _struck,
        high=1.0,
    ),
    Quantity(
        "reply_rung",
        "mean rung of replies by force",
        "highest rung of the challenger's reply to the defender's first strike, where it answers by force",
        "rung",
        _forceful_rung,
        _forceful,
        high=10.0,
    ),
    Quantity(
        "reply_size",
        "mean rung of the reply",
        "highest rung of the challenger's reply to the defender's first strike, no reply counting as 0",
        "rung",
        tally("reply_rung"),
        _struck,
        high=10.0,
    ),
    Quantity(
        "reply_unbounded",
        "lead of unbounded replies",
        "lead of the commoner of 'no reply by force' and 'a reply at rung 8 or more' over 'a reply at rungs 5 to 7'",
        "in 100",
        low=-1.0,
        high=1.0,
        alone=_reply_unbounded,
    ),
    Quantity(
        "reply_dead",
        "defender's dead in the reply",
        "the defender's dead in the challenger's replies to its first strike, a world in which it struck",
        "dead",
        tally("reply_dead"),
        _struck,
    ),
    Quantity(
        "struck",
        "share of worlds in which the defender strikes",
        "worlds with an act of the defender at rung 7 or more: on the challenger's people or soil",
        "in 100",
        _where(lambda at: at.tally("strikes") > 0),
        high=1.0,
    ),
    Quantity(
        "strikes_per_year",
        "strikes a year",
        "the defender's acts of rung 7 or more a year lived through, those that a scenario orders included",
        "a year",
        tally("strikes"),
        _WEEKS,
        WEEKS_A_YEAR,
        counts=True,
    ),
    Quantity(
        "restrained_replies",
        "bounded replies",
        "the challenger's replies below rung 8 to strikes on it, a world",
        "a year",
        tally("restrained_replies"),
        _WEEKS,
        WEEKS_A_YEAR,
        counts=True,
    ),
    Quantity(
        "harmless_answered",
        "share of harmless attacks answered",
        "weeks with attacks but no dead that the defender answers by force",
        "in 100",
        tally("zero_answered"),
        tally("zero_weeks"),
        high=1.0,
    ),
    Quantity(
        "deaths_answered",
        "share of lethal attacks answered",
        "weeks with dead that the defender answers by force",
        "in 100",
        tally("lethal_answered"),
        tally("lethal_weeks"),
        high=1.0,
    ),
    Quantity(
        "answered_on_state",
        "share of answers that fall on the state itself",
        "of the answers to lethal attacks, those against the challenger's own people or soil",
        "in 100",
        tally("state_answered"),
        tally("lethal_answered"),
        high=1.0,
    ),
    Quantity(
        "hedging",
        "share of weeks in which an ally hedges",
        "weeks lived through in which any of the defender's allies hedges",
        "in 100",
        tally("hedged_weeks"),
        _WEEKS,
        high=1.0,
    ),
    Quantity(
        "accidents_per_year",
        "lethal misidentifications a year",
        "accidents that kill, a year lived through",
        "a year",
        tally("accidents"),
        _WEEKS,
        WEEKS_A_YEAR,
        counts=True,
    ),
    Quantity(
        "civilian_share",
        "civilians' share of the dead",
        "civilians among the dead, averaged over the worlds with any: war would drown the rest in one ratio",
        "in 100",
        _civilian_share,
        _any_dead,
        high=1.0,
    ),
    Quantity(
        "civilian_share_short_of_war",
        "civilians' share of the dead without war",
        "the same in worlds that did not come to all-out war",
        "in 100",
        _without_war(_civilian_share),
        _without_war(_any_dead),
        high=1.0,
    ),
    *(
        Quantity(f"dead_{who}", f"dead: {title}", f"mean dead a world: {title}", "dead", tally(f"dead_{who}"))
        for who, title in {
            "civilian": "civilians",
            "defender": "the defender's forces",
            "challenger": "the challenger's forces",
            "proxies": "the proxies' fighters",
            "allies": "the allies' forces",
        }.items()
    ),
    Quantity(
        "belief_in_resolve",
        "belief in the defender's resolve, first day",
        "pi on the first day, from the anchor and the named past events",
        "probability",
        _belief,
        high=1.0,
        week=FIRST_DAY,
    ),
    Quantity(
        "lesson",
        "what the first act says of resolve",
        "log-likelihood ratio, resolute over weak, of the defender's first act as the challenger took it",
        "nat",
        _first_week("taught"),
        low=-math.inf,
        week=FIRST_WEEK,
    ),
    Quantity(
        "belief_gain",
        "change of the belief in resolve, first week",
        "pi after the first act less pi before it",
        "probability",
        _rise("pi_after", "pi_before"),
        low=-1.0,
        high=1.0,
        week=FIRST_WEEK,
    ),
    Quantity(
        "restraint_gain",
        "change of the belief in restraint, first week",
        "phi, the defender's belief that the challenger is restrained, after the first reply less before it",
        "probability",
        _rise("phi_after", "phi_before"),
        low=-1.0,
        high=1.0,
        week=FIRST_WEEK,
    ),
    *(
        Quantity(
            f"war_by_{route.replace(' ', '_').replace('-', '_')}",
            f"odds of war by {route}",
            f"share of worlds whose war came by this route: {ROUTE_MEANINGS[route]}",
            "in 100",
            _by_route(route),
            high=1.0,
        )
        for route in ROUTES[1:]
    ),
    *(
        Quantity(
            f"share_by_{route.replace(' ', '_').replace('-', '_')}",
            f"share of wars by {route}",
            f"of the worlds that came to war, those by this route: {ROUTE_MEANINGS[route]}",
            "in 100",
            _by_route(route),
            _where(lambda at: at.war),
            high=1.0,
        )
        for route in ROUTES[1:]
    ),
)

QUANTITIES: Final[dict[str, Quantity]] = {quantity.name: quantity for quantity in _ALL}
"""Every measure by name."""
