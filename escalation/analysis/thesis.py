"""The op-ed's thesis, tested: S1, S2 and the claims around them, and what the act's effect is made of.

The op-ed asserts an order, W(accord) << W(strike) < W(nonresponse). It is asked over the priors of every uncertain
number, at 14 days, 90 days, 1 and 4 years, on shared draws: parameter uncertainty (the spread over draws of the
parameters) and Monte-Carlo noise (within a draw) are reported apart.

The act's effect is decomposed over the full {act, no act} x {learning on, off} x {errors on, off}, on one set of
draws. No sign is presupposed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from escalation.analysis.arms import Arm, ArmOutcome, attacks_a_month, difference, run_arms
from escalation.analysis.claims import CLAIMS, LITERATURE, ClaimResult, Floats, evaluate
from escalation.analysis.shrinkage import shrink
from escalation.scenario.loader import load
from escalation.worlds.outcomes import DAYS_OF_WEEK

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
DRAWS, WORLDS = 48, 56
FULL_DRAWS, FULL_WORLDS = 512, 128

_FROZEN = {"learning.scale": 0}
_NO_ERRORS = {"errors.scale": 0}
_LITERATURE_SLOPE: Mapping[str, object] = {
    "kataib_hezbollah.sanctions_slope": {
        "value": 1.1,
        "role": "uncertain",
        "prior": "normal(1.1, 0.35)",
        "range": [0.4, 1.8],
        "source": "Lektzian & Sprecher 2007: relative risk 1.5 to 6, central 3; its natural logarithm",
    },
    "kataib_hezbollah.rate": {
        "value": 0.27,
        "role": "uncertain",
        "prior": "lognormal(0.27, 0.6)",
        "range": [0.05, 1.0],
        "source": "0.05 e^(2.8 - 1.1): the rate under sanctions is held, the accord's follows from the relative risk",
    },
}

SHIPPED_ARMS = (
    Arm("accord", "accord", {}),
    Arm("nonresponse", "nonresponse", {}),
    Arm("strike", "strike", {}),
    Arm("proportional", "proportional", {}),
    Arm("strike-assurance", "strike-assurance", {}),
    Arm("strike-no-control-loss", "strike-no-control-loss", {}),
    Arm("strike-no-errors", "strike-no-errors", {}),
    Arm("strike-no-learning", "strike-no-learning", {}),
)
"""The scenarios of the contract."""
TWIN_ARMS = (
    Arm("nonresponse-no-errors", "nonresponse", _NO_ERRORS),
    Arm("nonresponse-no-learning", "nonresponse", _FROZEN),
    Arm("strike-neither", "strike", {**_NO_ERRORS, **_FROZEN}),
    Arm("nonresponse-neither", "nonresponse", {**_NO_ERRORS, **_FROZEN}),
)
"""What the decomposition needs besides."""
LITERATURE_ARMS = (
    Arm("accord" + LITERATURE, "accord", _LITERATURE_SLOPE),
    Arm("strike" + LITERATURE, "strike", _LITERATURE_SLOPE),
)
EVIDENCE_ARMS = SHIPPED_ARMS[:3]
"""What is also run on all evidence to 2026, for S1 and S2."""

_CELLS = {
    (True, True): ("strike", "nonresponse"),
    (True, False): ("strike-no-errors", "nonresponse-no-errors"),
    (False, True): ("strike-no-learning", "nonresponse-no-learning"),
    (False, False): ("strike-neither", "nonresponse-neither"),
}

HARMLESS_BEFORE = 21
"""Attacks on Americans in Iraq without deaths, May 2018 to 27 December 2019, none answered by force (record)."""
ATTACKS_BEFORE, MONTHS_BEFORE = 11, 1.97
"""Attacks from 28 October to 27 December 2019 (record of attack counts)."""
WEEKS_OF_PRESSURE = 60.0
"""From the sanctions of 5 November 2018 to 2 January 2020: weeks of maximum pressure without all-out war."""


@dataclass(frozen=True)
class ArmOdds:
    """Odds of war of one arm at one horizon.

    ``low`` and ``high`` bound the central 95 % over the priors (noise taken out); ``monte_carlo_error`` is the
    standard error of ``odds`` that more worlds would remove; ``counted`` is wars over worlds; ``given_record`` weighs
    the draws by the record before the start.
    """

    arm: str
    horizon_days: int
    odds: float
    low: float
    high: float
    monte_carlo_error: float
    counted: float
    given_record: float
    attacks_per_month: float


@dataclass(frozen=True)
class ActEffect:
    """The strike's effect on the odds of war in one cell of {learning} x {errors}: strike less non-response."""

    learning: bool
    errors: bool
    horizon_days: int
    strike: float
    nonresponse: float
    difference: float
    low: float
    high: float
    monte_carlo_error: float
    probability_safer: float


@dataclass(frozen=True)
class ThesisResult:
    """What the thesis run found. ``horizon_weeks`` x ``draws`` x ``worlds_per_draw`` x arms is its size."""

    draws: int
    worlds_per_draw: int
    arms: int
    seed: int
    horizon_weeks: int
    rule: str
    actor_weeks: int
    odds: tuple[ArmOdds, ...]
    claims: tuple[ClaimResult, ...]
    decomposition: tuple[ActEffect, ...]
    order: Mapping[int, float]
    """By horizon in days: share of draws whose raw estimates have W(accord) < W(strike) < W(nonresponse)."""
    struck_anyway: Mapping[int, float]
    """By horizon in days: share of non-response worlds in which the US strikes the Iranian state all the same."""
    all_evidence: tuple[ClaimResult, ...]
    """S1 and S2 on all evidence to 2026."""
    effective_draws: float
    """Effective number of draws (Kish) once weighed by the record before the start."""

    @property
    def tested(self) -> int:
        """How many claims at how many horizons were tested: with so many, some verdicts err by chance."""
        return len(self.claims)

    def claim(self, id: str, horizon_days: int) -> ClaimResult:
        """One claim at one horizon. Raises ``KeyError`` if it was not tested."""
        for claim in self.claims:
            if (claim.id, claim.horizon_days) == (id, horizon_days):
                return claim
        raise KeyError(f"{id} at {horizon_days} days")

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON object."""
        return {
            "schema": SCHEMA,
            "seed": self.seed,
            "horizon_weeks": self.horizon_weeks,
            "rule": self.rule,
            "size": {
                "draws": self.draws,
                "worlds_per_draw": self.worlds_per_draw,
                "arms": self.arms,
                "actor_weeks": self.actor_weeks,
            },
            "claims_tested": self.tested,
            "claims": [asdict(claim) for claim in self.claims],
            "odds": [asdict(odds) for odds in self.odds],
            "decomposition": [asdict(effect) for effect in self.decomposition],
            "struck_anyway": {str(days): share for days, share in self.struck_anyway.items()},
            "order": {str(days): probability for days, probability in self.order.items()},
            "all_evidence": [asdict(claim) for claim in self.all_evidence],
            "given_record": {"effective_draws": self.effective_draws},
        }

    def to_frame(self) -> pd.DataFrame:
        """Claims as a table, a row per claim and horizon."""
        import pandas as pd

        rows = []
        for claim in self.claims:
            row = asdict(claim)
            rows.append(row | {f"effect_{key}": value for key, value in row.pop("effect").items()})
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(index=False))


def record_weights(nonresponse: ArmOutcome, week: int) -> Floats:
    """Likelihood of the record before 2 January 2020 under each draw, shape (draws,), largest 1.

    Read off the non-response arm's first year, as a stand-in for the year before: no all-out war in 60 weeks of
    maximum pressure; 11 attacks in two months; none of 21 attacks without deaths answered by force; the one lethal
    attack (K-1) answered. Nothing later enters.
    """
    lived = np.maximum(nonresponse.tally(week, "weeks").sum(axis=1), 1.0)
    hazard = nonresponse.by_draw(nonresponse.at(week).war_sum).sum(axis=1) / lived
    log_likelihood = -hazard * WEEKS_OF_PRESSURE

    def share(answered: str, weeks: str) -> Floats:
        top, bottom = nonresponse.tally(week, answered).sum(axis=1), nonresponse.tally(week, weeks).sum(axis=1)
        return np.asarray((top + 0.5) / (bottom + 1.0))

    log_likelihood += HARMLESS_BEFORE * np.log1p(-share("zero_answered", "zero_weeks"))
    log_likelihood += np.log(share("lethal_answered", "lethal_weeks"))
    rate = np.maximum(attacks_a_month(nonresponse, week).value, 1e-3)
    log_likelihood += ATTACKS_BEFORE * np.log(rate) - rate * MONTHS_BEFORE
    return np.asarray(np.exp(log_likelihood - log_likelihood.max()))


def _odds(arm: ArmOutcome, week: int, weights: Floats) -> ArmOdds:
    odds = arm.odds(week)
    spread = shrink(odds.value, odds.error)
    used = weights[: arm.draws]
    return ArmOdds(
        arm.label,
        DAYS_OF_WEEK[week],
        odds.mean,
        max(spread.low, 0.0),
        min(spread.high, 1.0),
        odds.noise,
        arm.counted(week),
        float((used * odds.value).sum() / used.sum()),
        attacks_a_month(arm, week).mean,
    )


def _effect(arms: Mapping[str, ArmOutcome], learning: bool, errors: bool, week: int) -> ActEffect:
    strike, nonresponse = (arms[label] for label in _CELLS[learning, errors])
    effect = difference(strike, nonresponse, week)
    spread = shrink(effect.value, effect.error)
    return ActEffect(
        learning,
        errors,
        DAYS_OF_WEEK[week],
        strike.odds(week).mean,
        nonresponse.odds(week).mean,
        effect.mean,
        spread.low,
        spread.high,
        effect.noise,
        spread.below,
    )


def _with(arms: tuple[Arm, ...], overrides: Mapping[str, object]) -> list[Arm]:
    return [Arm(arm.label, arm.scenario, {**overrides, **arm.overrides}) for arm in arms]


def thesis(
    *,
    draws: int | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 208,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    workers: int = 2,
    full: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ThesisResult:
    """Test the thesis over ``draws`` draws of the priors with ``worlds`` worlds each.

    ``full`` takes the larger default size. ``rule`` sets both principals' decision rule, ``overrides`` any number in
    every arm. ``progress`` is called with world-weeks done. Raises ``ValueError`` for fewer than 8 draws, 2 worlds or
    2 weeks.
    """
    draws = draws or (FULL_DRAWS if full else DRAWS)
    worlds = worlds or (FULL_WORLDS if full else WORLDS)
    for name, number, least in (("draws", draws, 8), ("worlds", worlds, 2), ("horizon", horizon, 2)):
        if number < least:
            raise ValueError(f"{name}: {number}; legal: {least} or more")
    common: dict[str, object] = dict(overrides or {})
    base = load("nonresponse")
    if rule is not None:
        common |= {f"{actor.name}.rule": rule for actor in (base.defender, base.challenger)}
    every = _with(SHIPPED_ARMS + TWIN_ARMS + LITERATURE_ARMS, common)
    arms = run_arms(every, draws, worlds, seed=seed, horizon=horizon, workers=workers, progress=progress)
    fewer = max(draws // 2, 8)
    late = run_arms(
        _with(EVIDENCE_ARMS, common),
        fewer,
        worlds,
        seed=seed,
        horizon=horizon,
        evidence="all",
        workers=workers,
        progress=progress,
    )
    weeks = [week for week in DAYS_OF_WEEK if week <= horizon]
    year = 52 if horizon >= 52 else max(weeks)
    weights = record_weights(arms["nonresponse"], year)
    late_weights = record_weights(late["nonresponse"], year)
    order = {}
    for week in weeks:
        accord, strike, without = (arms[label].odds(week).value for label in ("accord", "strike", "nonresponse"))
        order[DAYS_OF_WEEK[week]] = float(((accord < strike) & (strike < without)).mean())
    size = (len(every) * draws + len(EVIDENCE_ARMS) * fewer) * worlds * horizon * len(base.actors)
    return ThesisResult(
        draws=draws,
        worlds_per_draw=worlds,
        arms=len(every),
        seed=seed,
        horizon_weeks=horizon,
        rule=rule or "quantal",
        actor_weeks=size,
        odds=tuple(_odds(arm, week, weights) for arm in arms.values() for week in weeks),
        claims=tuple(evaluate(claim, arms, week, DAYS_OF_WEEK[week], weights) for claim in CLAIMS for week in weeks),
        decomposition=tuple(_effect(arms, learning, errors, week) for week in weeks for learning, errors in _CELLS),
        order=order,
        struck_anyway={
            DAYS_OF_WEEK[week]: float((arms["nonresponse"].tally(week, "strikes") > 0).mean()) for week in weeks
        },
        all_evidence=tuple(
            evaluate(claim, late, week, DAYS_OF_WEEK[week], late_weights)
            for claim in CLAIMS
            if claim.id in ("S1", "S2")
            for week in weeks
        ),
        effective_draws=float(weights.sum() ** 2 / (weights**2).sum()),
    )


def world_weeks(draws: int, worlds: int, horizon: int) -> int:
    """World-weeks of a run, burn-ins left out: what a progress bar counts up to."""
    arms = len(SHIPPED_ARMS) + len(TWIN_ARMS) + len(LITERATURE_ARMS)
    return (arms * draws + len(EVIDENCE_ARMS) * max(draws // 2, 8)) * worlds * horizon
