"""Claims, and what a run says of them: the verdict, how sure it is, and the size of the effect.

A claim is turned into one number by draw of parameters and horizon that is negative where the claim holds; its
distribution over the priors, with the Monte-Carlo noise taken out (``shrinkage``), gives the probability. What is
claimed stands in a thesis file (``thesis_file``); nothing of it is here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from escalation.analysis.arms import ArmOutcome, Estimate, Floats
from escalation.analysis.quantities import QUANTITIES, Quantity
from escalation.analysis.shrinkage import shrink
from escalation.worlds.outcomes import DAYS_OF_WEEK

Verdict = Literal["supported", "refuted", "inconclusive"]
Direction = Literal["below", "above"]
Compare = Literal["difference", "log-ratio"]
Arms = Mapping[str, ArmOutcome]

SUPPORTED_FROM: Final = 0.9
REFUTED_TO: Final = 0.1
ABSOLUTE: Final = "absolute"
"""The comparator of a claim that is about one arm by itself."""


@dataclass(frozen=True)
class Effect:
    """Size of an effect: mean over the priors, the central 95 % over the priors, and Monte-Carlo noise apart.

    ``quantity`` says in words what it is, ``unit`` in what it is told (``quantities.Unit``, or ``log ratio``).
    """

    quantity: str
    value: float
    low: float
    high: float
    monte_carlo_error: float
    unit: str = "in 100"


@dataclass(frozen=True)
class ClaimResult:
    """One claim at one horizon. ``probability`` is over the priors; ``given_record`` weighs them by the past.

    ``comparator`` is a scenario's name or "absolute"; ``arm`` and ``against`` are the arms' own labels.
    """

    id: str
    statement: str
    comparator: str
    horizon_days: int
    verdict: Verdict
    probability: float
    probability_low: float
    probability_high: float
    given_record: float
    effect: Effect
    number: str = ""
    """The claim's number in the list that the thesis is taken from."""
    arm: str = ""
    against: str = ""
    confirms: str = ""
    """What would confirm it."""
    refutes: str = ""
    """What would refute it."""
    headline: bool = False
    wrong: float = 0.0
    """How probable it is that a verdict that decides is wrong; 0 where it decides nothing."""


@dataclass(frozen=True)
class Condition:
    """``quantity`` in ``arms``, less ``factor`` times that in ``against`` if there is one, lies beyond ``threshold``.

    Of several arms the one counts, draw by draw, in which it is hardest to hold. ``week`` is a week of its own,
    whatever the horizon.
    """

    quantity: str
    arms: tuple[str, ...]
    against: str | None
    direction: Direction
    threshold: float = 0.0
    factor: float = 1.0
    compare: Compare = "difference"
    week: int | None = None

    @property
    def measure(self) -> Quantity:
        """The quantity itself."""
        return QUANTITIES[self.quantity]

    @property
    def needed(self) -> tuple[str, ...]:
        """Labels of the arms that it reads."""
        return self.arms if self.against is None else (*self.arms, self.against)

    def at(self, week: int) -> int:
        """The week that it reads when asked at ``week``."""
        own = self.measure.week if self.measure.week is not None else self.week
        return week if own is None else own

    def size(self, arms: Arms, week: int, factor: float = 1.0) -> Estimate:
        """What is measured, by draw: in the arm, or in the arm less (or over) that in the comparator."""
        when, measure = self.at(week), self.measure
        found = []
        for label in self.arms:
            if self.against is None:
                found.append(measure.of(arms[label], when))
            elif self.compare == "log-ratio":
                found.append(measure.log_ratio(arms[label], arms[self.against], when))
            else:
                found.append(measure.less(arms[label], arms[self.against], when, factor))
        return found[0] if len(found) == 1 else self._hardest(found)

    def _hardest(self, found: list[Estimate]) -> Estimate:
        values = np.stack([estimate.value for estimate in found])
        chosen = values.argmin(axis=0) if self.direction == "above" else values.argmax(axis=0)
        pick = np.arange(values.shape[1])
        return Estimate(values[chosen, pick], np.stack([estimate.error for estimate in found])[chosen, pick])

    def holds(self, arms: Arms, week: int) -> Estimate:
        """Negative where it holds."""
        return self._beyond(self.size(arms, week, self.factor), self.threshold)

    def refuted(self, arms: Arms, week: int, threshold: float) -> Estimate:
        """Negative where the other side of ``threshold`` is reached."""
        opposite: Direction = "above" if self.direction == "below" else "below"
        return replace(self, direction=opposite)._beyond(self.size(arms, week, self.factor), threshold)

    def _beyond(self, size: Estimate, threshold: float) -> Estimate:
        less = Estimate(size.value - threshold, size.error) if threshold else size
        return less if self.direction == "below" else Estimate(-less.value, less.error)


@dataclass(frozen=True)
class Claim:
    """A claim as a thesis file states it.

    It holds where every one of ``conditions`` does; ``reported`` is the one whose size is printed, and is itself the
    condition of a claim that has only one. ``refuted`` is a threshold of its own beyond which the claim is refuted,
    where that is more than that it does not hold.
    """

    id: str
    statement: str
    comparator: str
    reported: Condition
    conditions: tuple[Condition, ...]
    weeks: tuple[int, ...]
    refuted: float | None = None
    number: str = ""
    confirms: str = ""
    refutes: str = ""
    all_evidence: bool = False
    headline: bool = False

    @property
    def needed(self) -> frozenset[str]:
        """Labels of the arms that it reads."""
        return frozenset(label for condition in (self.reported, *self.conditions) for label in condition.needed)

    def until(self, week: int) -> dict[str, int]:
        """The last week that it reads of each arm, when asked at ``week``."""
        last: dict[str, int] = {}
        for condition in (self.reported, *self.conditions):
            # A measure of the first day or week is worked out without running the arm.
            own = condition.at(week) if condition.measure.week is None else 0
            for label in condition.needed:
                last[label] = max(last.get(label, 0), own)
        return last

    def holds(self, arms: Arms, week: int) -> Estimate:
        """Negative where it holds: the first condition that fails or, where none does, the last."""
        *before, last = [condition.holds(arms, week) for condition in self.conditions]
        for estimate in reversed(before):
            fails = estimate.value > 0.0
            last = Estimate(np.where(fails, estimate.value, last.value), np.where(fails, estimate.error, last.error))
        return last


def verdict(probability: float, refuted: float | None = None) -> Verdict:
    """Supported from 0.9, refuted from 0.1 down, otherwise inconclusive.

    ``refuted`` is the probability that the claim is refuted, where that is more than that it does not hold.
    """
    if probability >= SUPPORTED_FROM:
        return "supported"
    if refuted is not None:
        return "refuted" if refuted >= SUPPORTED_FROM else "inconclusive"
    return "refuted" if probability <= REFUTED_TO else "inconclusive"


def chance_wrong(said: Verdict, probability: float, refuted: float | None = None) -> float:
    """How probable it is that verdict ``said`` is wrong; arguments as in ``verdict``. Nothing decided cannot be."""
    if said == "inconclusive":
        return 0.0
    if said == "supported":
        return 1.0 - probability
    return probability if refuted is None else 1.0 - refuted


def days_of(week: int) -> int:
    """A reported week in days: 52 is 365, as the contract has it; others are seven times the week."""
    return DAYS_OF_WEEK.get(week, 7 * week)


def week_of(days: int) -> int | None:
    """The week that a number of days stands for, None if it is no whole week."""
    weeks = {day: week for week, day in DAYS_OF_WEEK.items()}
    if days in weeks:
        return weeks[days]
    return days // 7 if days >= 0 and days % 7 == 0 else None


def effect_of(claim: Claim, arms: Arms, week: int) -> Effect:
    """Size of what the claim reports, with its spread over the priors."""
    condition = claim.reported
    reported, measure = condition.size(arms, week), condition.measure
    spread = shrink(reported.value, reported.error)
    is_ratio = condition.compare == "log-ratio" and condition.against is not None
    unit = "log ratio" if is_ratio else measure.unit
    low, high = measure.low, measure.high
    if is_ratio:
        low, high = -math.inf, math.inf
    elif condition.against is not None:
        low, high = measure.low - measure.high, measure.high - measure.low
    return Effect(
        in_words(condition), reported.mean, max(spread.low, low), min(spread.high, high), reported.noise, unit
    )


def in_words(condition: Condition) -> str:
    """What a condition measures, in words."""
    title, arm = condition.measure.title, " or ".join(condition.arms)
    if len(condition.arms) > 1:
        where = "least" if condition.direction == "above" else "most"
        arm = f"whichever of {', '.join(condition.arms)} has {where}"
    if condition.against is None:
        return f"{title}, {arm}"
    if condition.compare == "log-ratio":
        return f"log ratio of {title}, {arm} over {condition.against}"
    return f"{title}, {arm} less {condition.against}"


def evaluate(claim: Claim, arms: Arms, week: int, weights: Floats | None = None) -> ClaimResult:
    """Evaluate ``claim`` at ``week``; ``weights`` (draws,) weigh the draws by the record before the start."""
    holds = claim.holds(arms, week)
    draws = len(holds.value)
    over_priors = shrink(holds.value, holds.error)
    given_record = over_priors if weights is None else shrink(holds.value, holds.error, weights[:draws])
    refuted = probability_refuted(claim, arms, week)
    said = verdict(over_priors.below, refuted)
    return ClaimResult(
        claim.id,
        claim.statement,
        claim.comparator,
        days_of(claim.reported.at(week)),
        said,
        over_priors.below,
        over_priors.below_low,
        over_priors.below_high,
        given_record.below,
        effect_of(claim, arms, week),
        claim.number,
        " and ".join(claim.reported.arms),
        claim.reported.against or "",
        claim.confirms,
        claim.refutes,
        claim.headline,
        chance_wrong(said, over_priors.below, refuted),
    )


def probability_refuted(claim: Claim, arms: Arms, week: int) -> float | None:
    """How probable it is that the claim's own threshold of refutation is passed; None if it has none."""
    if claim.refuted is None:
        return None
    against = claim.reported.refuted(arms, week, claim.refuted)
    return shrink(against.value, against.error).below
