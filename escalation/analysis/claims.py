"""The op-ed's claims that the thesis run tests: what each asserts, against what, and how sure the model is of it.

Every claim is turned into one quantity by draw of parameters and horizon that is negative where the claim holds;
its distribution over the priors, with the Monte-Carlo noise taken out (``shrinkage``), gives the probability.
Statements are paraphrases of the op-ed (E. Tsurkov, Forward, 3 January 2020).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.arms import ArmOutcome, Estimate, difference, log_rate_ratio, ratio_of_sums
from escalation.analysis.shrinkage import shrink

Floats = NDArray[np.float64]
Verdict = Literal["supported", "refuted", "inconclusive"]
Arms = Mapping[str, ArmOutcome]

SUPPORTED_FROM = 0.9
REFUTED_TO = 0.1

ALARM = 0.10
"""C2: a one-year risk below this makes predictions of world war alarmist (base rate: 5 to 11 % a crisis)."""
ALARM_REFUTED = 0.30
"""C2: a one-year risk above this refutes the claim; between the two it is left open."""
SMALL = 0.05
"""C10: a risk of war within 14 days below this is small."""
COUNTERFACTUALS = ("accord", "nonresponse", "strike")
"""C19 is asked of the two counterfactuals and of the strike."""
FACTOR = 2.0
"""S2, C13: "significantly higher" is at least this many times."""
LITERATURE = " (literature slope)"
"""Label suffix of arms whose sanctions slope is the literature's relative risk."""


@dataclass(frozen=True)
class Effect:
    """Size of an effect: mean over the priors, the central 95 % over the priors, and Monte-Carlo noise apart."""

    quantity: str
    value: float
    low: float
    high: float
    monte_carlo_error: float


@dataclass(frozen=True)
class ClaimResult:
    """One claim at one horizon. ``probability`` is over the priors; ``given_record`` weighs them by the past."""

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


@dataclass(frozen=True)
class Claim:
    """A claim: ``holds`` is the estimate that is negative where it holds, ``effect`` the one that is reported."""

    id: str
    statement: str
    comparator: str
    quantity: str
    holds: Callable[[Arms, int], Estimate]
    effect: Callable[[Arms, int], Estimate]
    refutes: Callable[[Arms, int], Estimate] | None = None
    """Negative where the claim is refuted, if that is more than not holding."""
    bounds: tuple[float, float] = (-math.inf, math.inf)
    """What the effect can be: a weighed estimate of a probability may stray over 1 by its noise."""


def verdict(probability: float, refuted: float | None = None) -> Verdict:
    """Supported from 0.9, refuted from 0.1 down, otherwise inconclusive.

    ``refuted`` is the probability that the claim is refuted, where that is more than that it does not hold.
    """
    if probability >= SUPPORTED_FROM:
        return "supported"
    if refuted is not None:
        return "refuted" if refuted >= SUPPORTED_FROM else "inconclusive"
    return "refuted" if probability <= REFUTED_TO else "inconclusive"


def _negated(estimate: Estimate) -> Estimate:
    return Estimate(-estimate.value, estimate.error)


def _less(estimate: Estimate, threshold: float) -> Estimate:
    return Estimate(estimate.value - threshold, estimate.error)


FORCE_FROM = 5
"""Rung from which an act is a reply by force: holding or protesting is not revenge."""


def _bounded_reply(arms: Arms, week: int) -> Estimate:
    """Negative where Iran does avenge, below rung 8 as a rule, and the odds of war within 14 days are small.

    Where the modal outcome is a reply of rungs 5 to 7: the excess of the 14-day odds over what is small. Elsewhere (no
    reply, or rung 8 and up): the lead of that outcome.
    """
    arm = arms["strike"]
    odds = _less(arm.odds(2), SMALL)
    reply = arm.tally(week, "reply_rung")
    n = reply.shape[1]
    bounded = ((reply >= FORCE_FROM) & (reply < 8)).mean(axis=1)
    other = np.maximum((reply < FORCE_FROM).mean(axis=1), (reply >= 8).mean(axis=1))
    error = np.sqrt(np.maximum(other * (1.0 - other), 1.0 / n) / n)
    astray = other > bounded
    return Estimate(np.where(astray, other - bounded, odds.value), np.where(astray, error, odds.error))


def _mean_reply(arms: Arms, week: int) -> Estimate:
    reply = arms["strike"].tally(week, "reply_rung")
    return ratio_of_sums(np.where(reply >= FORCE_FROM, reply, 0.0), (reply >= FORCE_FROM).astype(np.float64))


def _civilian_share(arms: Arms, week: int) -> Estimate:
    """Civilians' share of the dead in the arm where it is least, of the shipped scenarios that were run."""
    shares = [_share_in(arms[label], week) for label in COUNTERFACTUALS if label in arms]
    values = np.stack([share.value for share in shares])
    least = values.argmin(axis=0)
    pick = np.arange(values.shape[1])
    return Estimate(values[least, pick], np.stack([share.error for share in shares])[least, pick])


def _share_in(arm: ArmOutcome, week: int) -> Estimate:
    """Civilians' share of the dead, averaged over worlds with any: war worlds would drown the rest in one ratio."""
    civilian = arm.tally(week, "dead_civilian")
    sides = ("dead_defender", "dead_challenger", "dead_proxies", "dead_allies")
    everyone = civilian + sum((arm.tally(week, side) for side in sides), np.zeros_like(civilian))
    share = np.divide(civilian, everyone, out=np.zeros_like(civilian), where=everyone > 0)
    return ratio_of_sums(share, (everyone > 0).astype(np.float64))


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "S1",
        "The strike makes all-out war less likely than going on without it.",
        "nonresponse",
        "odds of war, strike less non-response",
        lambda arms, week: difference(arms["strike"], arms["nonresponse"], week),
        lambda arms, week: difference(arms["strike"], arms["nonresponse"], week),
    ),
    Claim(
        "S2",
        "War is at least twice as likely after the strike as it would be under the accord (era-rate sanctions slope).",
        "accord",
        "odds of war, strike less accord",
        lambda arms, week: _negated(difference(arms["strike"], arms["accord"], week, FACTOR)),
        lambda arms, week: difference(arms["strike"], arms["accord"], week),
    ),
    Claim(
        "C2",
        "Predictions of a world war are alarmist: the odds of all-out war stay below 10 in 100 (refuted above 30; the "
        "thresholds are meant for one year).",
        "absolute",
        "odds of war, strike",
        lambda arms, week: _less(arms["strike"].odds(week), ALARM),
        lambda arms, week: arms["strike"].odds(week),
        lambda arms, week: _negated(_less(arms["strike"].odds(week), ALARM_REFUTED)),
        (0.0, 1.0),
    ),
    Claim(
        "C9",
        "The strike lowers the rate of attacks by Iran's partners.",
        "nonresponse",
        "log ratio of attack rates, strike over non-response",
        lambda arms, week: log_rate_ratio(arms["strike"], arms["nonresponse"], week),
        lambda arms, week: log_rate_ratio(arms["strike"], arms["nonresponse"], week),
    ),
    Claim(
        "C10",
        "Iran avenges the strike by force below rung 8, and the odds of war within 14 days stay below 5 in 100.",
        "absolute",
        "mean rung of replies by force",
        _bounded_reply,
        _mean_reply,
    ),
    Claim(
        "C13",
        "As S2, with sanctions raising attacks by the literature's relative risk instead of the era's rates; no "
        "independent check: the accord arm differs in channels, fears and the nuclear clock as well.",
        "accord",
        "odds of war, strike less accord",
        lambda arms, week: _negated(difference(arms["strike" + LITERATURE], arms["accord" + LITERATURE], week, FACTOR)),
        lambda arms, week: difference(arms["strike" + LITERATURE], arms["accord" + LITERATURE], week),
    ),
    Claim(
        "C14",
        "Errors can carry two sides that do not want war into it: without errors the odds are lower.",
        "strike-no-errors",
        "odds of war, strike less strike without errors",
        lambda arms, week: _negated(difference(arms["strike"], arms["strike-no-errors"], week)),
        lambda arms, week: difference(arms["strike"], arms["strike-no-errors"], week),
    ),
    Claim(
        "C19",
        "Civilians are more than half of the dead, in the strike and in both counterfactuals.",
        "absolute",
        "civilians' share of the dead where it is least",
        lambda arms, week: _negated(_less(_civilian_share(arms, week), 0.5)),
        _civilian_share,
    ),
)


def evaluate(claim: Claim, arms: Arms, week: int, days: int, weights: Floats) -> ClaimResult:
    """Evaluate ``claim`` at ``week``; ``weights`` (draws,) weigh the draws by the record before the start."""
    holds, reported = claim.holds(arms, week), claim.effect(arms, week)
    draws = len(holds.value)
    over_priors = shrink(holds.value, holds.error)
    spread = shrink(reported.value, reported.error)
    given_record = shrink(holds.value, holds.error, weights[:draws])
    refuted = None
    if claim.refutes is not None:
        against = claim.refutes(arms, week)
        refuted = shrink(against.value, against.error).below
    low, high = max(spread.low, claim.bounds[0]), min(spread.high, claim.bounds[1])
    effect = Effect(claim.quantity, reported.mean, low, high, reported.noise)
    return ClaimResult(
        claim.id,
        claim.statement,
        claim.comparator,
        days,
        verdict(over_priors.below, refuted),
        over_priors.below,
        over_priors.below_low,
        over_priors.below_high,
        given_record.below,
        effect,
    )
