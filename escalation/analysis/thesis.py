"""A thesis tested: its claims over the priors of every uncertain number, and what its act's effect is made of.

What is claimed, of which arms, against what and by when stands in a thesis file (``thesis_file``); nothing of any
thesis is here. Every claim is asked on shared draws; parameter uncertainty (the spread over draws of the parameters)
and Monte-Carlo noise (within a draw) are reported apart. How far the verdicts hang on the choice of the model is
``structure``. The act's effect is decomposed over the full {act, no act} x {learning on, off} x {errors on, off}, on
one set of draws. No sign is presupposed.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from escalation.analysis import structure as structural
from escalation.analysis.arms import Arm, ArmOutcome, Floats, difference, run_arms
from escalation.analysis.claims import ClaimResult, days_of, evaluate
from escalation.analysis.course import Courses, course, paired_wars, toll
from escalation.analysis.laboratory import FULL, USUAL, Laboratory, LaboratoryPlan, plan_laboratory, run_laboratory
from escalation.analysis.quantities import QUANTITIES
from escalation.analysis.shrinkage import shrink
from escalation.analysis.structure import Structure
from escalation.analysis.thesis_file import DEFAULT, Fact, Record, Thesis, evidence_of, read_thesis
from escalation.model.rules import RULES
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.worlds.certificates import Certified, summary
from escalation.worlds.outcomes import DAYS_OF_WEEK

if TYPE_CHECKING:
    import pandas as pd

SCHEMA: Final = 1
DRAWS, WORLDS = 48, 56
FULL_DRAWS, FULL_WORLDS = 512, 128
LEAST_DRAWS: Final = 8
YEAR: Final = 52


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
    """The act's effect on the odds of war in one cell of {learning} x {errors}: ``act`` less ``without`` it.

    ``act_arm`` and ``without_arm`` are the arms' labels.
    """

    learning: bool
    errors: bool
    horizon_days: int
    act: float
    without: float
    difference: float
    low: float
    high: float
    monte_carlo_error: float
    probability_safer: float
    act_arm: str
    without_arm: str


@dataclass(frozen=True)
class Watched:
    """A quantity of an arm that a reader has to know: ``says`` begins the sentence, ``by_day`` ends it."""

    name: str
    says: str
    arm: str
    quantity: str
    share: bool
    by_day: Mapping[int, float]


@dataclass(frozen=True)
class ThesisResult:
    """What a thesis run found.

    ``draws`` x ``worlds_per_draw`` x ``arms`` is its size, each arm to its own last week (``horizon_weeks`` at most).
    """

    name: str
    title: str
    question: str
    source: str
    cautions: tuple[str, ...]
    draws: int
    worlds_per_draw: int
    arms: int
    seed: int
    horizon_weeks: int
    rule: str
    actor_weeks: int
    odds: tuple[ArmOdds, ...]
    claims: tuple[ClaimResult, ...]
    facts: tuple[Fact, ...]
    """Claims that no simulation can test, and why."""
    decomposition: tuple[ActEffect, ...]
    order_arms: tuple[str, ...]
    order_says: str
    order: Mapping[int, float]
    """By horizon in days: share of draws whose raw estimates of the odds rise along ``order_arms``."""
    watched: tuple[Watched, ...]
    all_evidence: tuple[ClaimResult, ...]
    """The claims that are also asked on all evidence to 2026."""
    record_says: str
    effective_draws: float
    """Effective number of draws (Kish) once weighed by the record before the start."""
    arm_titles: Mapping[str, str] = field(default_factory=dict)
    """What each arm stands for, in words."""
    evidence: tuple[dt.date, dt.date] | None = None
    """To when the evidence goes that the claims rest on, and to when all evidence; None where none are asked on it."""
    arm_scenarios: Mapping[str, str] = field(default_factory=dict)
    """The name of each arm's scenario."""
    courses: Courses | None = None
    """War week by week, the worlds paired, and the dead, of the arms that the thesis is about."""
    structure: Structure | None = None
    """The verdicts under other modelling choices, once they have been run."""
    laboratory: Laboratory | None = None
    """Why the answer is what it is, and what would flip it, once that has been asked."""
    certified: Mapping[str, tuple[Certified, ...]] = field(default_factory=dict)
    """By arm, the draws that a rule that plans had solved; arms whose rules do not plan are not there."""

    @property
    def tested(self) -> int:
        """How many claims at how many horizons were tested: with so many, some verdicts err by chance."""
        return len(self.claims)

    @property
    def err_by_chance(self) -> float:
        """How many of the verdicts that support or refute are wrong on average, by their own probabilities."""
        return sum(claim.wrong for claim in self.claims)

    @property
    def days(self) -> list[int]:
        """The horizons at which odds are told, in days."""
        return sorted({odds.horizon_days for odds in self.odds})

    def claim(self, id: str, horizon_days: int) -> ClaimResult:
        """One claim at one horizon. Raises ``KeyError`` if it was not tested."""
        for claim in self.claims:
            if (claim.id, claim.horizon_days) == (id, horizon_days):
                return claim
        raise KeyError(f"{id} at {horizon_days} days")

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON object; what is not there (yet) is absent, never null."""
        return {
            "schema": SCHEMA,
            "thesis": self.name,
            "title": self.title,
            "question": self.question,
            "source": self.source,
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
            "verdicts_wrong_by_chance": self.err_by_chance,
            "claims": [asdict(claim) for claim in self.claims],
            "not_testable": [asdict(fact) for fact in self.facts],
            "odds": [asdict(odds) for odds in self.odds],
            "decomposition": [asdict(effect) for effect in self.decomposition],
            "arm_titles": dict(self.arm_titles),
            "arm_scenarios": dict(self.arm_scenarios),
            "cautions": list(self.cautions),
            "order_arms": list(self.order_arms),
            "order": {str(days): probability for days, probability in self.order.items()},
            "watched": {one.name: {str(days): value for days, value in one.by_day.items()} for one in self.watched},
            "watching": [
                {"name": one.name, "says": one.says, "share": one.share, "by_day": dict(one.by_day)}
                for one in self.watched
            ],
            "all_evidence": [asdict(claim) for claim in self.all_evidence],
            **({"given_record": {"effective_draws": self.effective_draws}} if self.record_says else {}),
            **({"foresight": {arm: summary(found) for arm, found in self.certified.items()}} if self.certified else {}),
            **({} if self.courses is None else self.courses.to_json()),
            **({} if self.structure is None else self.structure.to_json()),
            **({} if self.laboratory is None else self.laboratory.to_json()),
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


def record_weights(arm: ArmOutcome, week: int, record: Record) -> Floats:
    """Likelihood of the record before the start under each draw, shape (draws,), largest 1.

    Read off the arm's first year, as a stand-in for the year before: weeks without all-out war; attacks in so many
    months; no harmless attack answered by force; every lethal one answered. Nothing later enters.
    """
    lived = np.maximum(arm.tally(week, "weeks").sum(axis=1), 1.0)
    hazard = arm.by_draw(arm.at(week).war_sum).sum(axis=1) / lived
    log_likelihood = -hazard * record.weeks_without_war

    def share(answered: str, weeks: str) -> Floats:
        top, bottom = arm.tally(week, answered).sum(axis=1), arm.tally(week, weeks).sum(axis=1)
        return np.asarray((top + 0.5) / (bottom + 1.0))

    log_likelihood += record.harmless_unanswered * np.log1p(-share("zero_answered", "zero_weeks"))
    log_likelihood += record.lethal_answered * np.log(share("lethal_answered", "lethal_weeks"))
    rate = np.maximum(QUANTITIES["attacks_per_month"].of(arm, week).value, 1e-3)
    log_likelihood += record.attacks * np.log(rate) - rate * record.months
    return np.asarray(np.exp(log_likelihood - log_likelihood.max()))


@dataclass(frozen=True)
class Plan:
    """A thesis made ready to run: its arms overridden, and how far each has to run for which claims."""

    thesis: Thesis
    arms: tuple[Arm, ...]
    draws: int
    worlds: int
    seed: int
    horizon: int
    rule: str
    """Decision rule of the principals."""
    full: bool
    side: bool
    """Whether the verdicts are also asked under other modelling choices, and what they come of."""

    @property
    def weeks(self) -> tuple[int, ...]:
        """The thesis' horizons, as far as this run reaches."""
        return tuple(week for week in self.thesis.weeks if week <= self.horizon)

    @property
    def fewer(self) -> int:
        """Draws of the run on all evidence."""
        return max(self.draws // 2, LEAST_DRAWS)

    @property
    def until(self) -> dict[str, int]:
        """The last week of each arm that is needed; arms of the order, the record and so on run to the end."""
        thesis, end = self.thesis, max(self.weeks, default=0)
        last: dict[str, int] = {arm.label: 0 for arm in self.arms}
        for claim in thesis.claims:
            for week in claim.weeks:
                if week <= self.horizon:
                    for label, own in claim.until(week).items():
                        last[label] = max(last[label], own)
        whole = {*thesis.shown, *thesis.order, *(label for cell in thesis.cells.values() for label in cell)}
        whole |= {label for watch in thesis.watches for label in watch.condition.needed}
        whole |= set(_pair(thesis) or ())
        if thesis.record is not None:
            whole.add(thesis.record.arm)
        return last | dict.fromkeys(whole, end)

    @property
    def late(self) -> tuple[Arm, ...]:
        """The arms that are also run on all evidence."""
        needed = {label for claim in self.thesis.claims if claim.all_evidence for label in claim.needed}
        if needed and self.thesis.record is not None:
            needed.add(self.thesis.record.arm)
        return tuple(arm for arm in self.arms if arm.label in needed)

    @property
    def world_weeks(self) -> int:
        """World-weeks of the whole run, burn-ins left out: what a progress bar counts up to."""
        until = self.until
        main = self.draws * sum(until.values()) + self.fewer * sum(until[arm.label] for arm in self.late)
        side = 0
        if self.side:
            draws, worlds = self.side_size
            side = structural.world_weeks(self.thesis, self.horizon, self.rule, draws, worlds, self.full)
        asked = self.laboratory
        return main * self.worlds + side + (0 if asked is None else asked.world_weeks)

    @cached_property
    def laboratory(self) -> LaboratoryPlan | None:
        """What is asked of one pair of arms, at a size that goes with that of the run; None where nothing is."""
        questions = self.thesis.questions
        if questions is None or not self.side:
            return None
        by_label = {arm.label: arm.read() for arm in self.arms}
        share = self.draws * self.worlds / (DRAWS * WORLDS)
        size = FULL if self.full else USUAL if share >= 1.0 else USUAL.cut(share)
        act, without = by_label[questions.act], by_label[questions.without]
        claims = self.thesis.claims
        return plan_laboratory(questions, act, without, claims=claims, size=size, seed=self.seed, horizon=self.horizon)

    @property
    def side_size(self) -> tuple[int, int]:
        """Draws, and worlds a draw, of the runs under other modelling choices: never more than those of the run."""
        side = self.thesis.side
        if self.full:
            return max(side.draws, self.draws // 4), max(side.worlds, self.worlds // 4)
        return min(side.draws, self.draws), min(side.worlds, self.worlds)


def plan_thesis(
    file: Thesis | str | os.PathLike[str] = DEFAULT,
    *,
    draws: int | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 208,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    full: bool = False,
    side: bool = True,
) -> Plan:
    """A thesis (shipped name, path, or read already) made ready, checked. Arguments as in ``thesis``.

    Raises ScenarioFault for a bad file, rule or override, ``ValueError`` for fewer than 8 draws or 2 worlds, or a
    horizon (weeks) short of the first of the thesis.
    """
    draws = draws or (FULL_DRAWS if full else DRAWS)
    worlds = worlds or (FULL_WORLDS if full else WORLDS)
    found = file if isinstance(file, Thesis) else read_thesis(file)
    if rule is not None and rule not in RULES:
        raise ScenarioFault(
            [Fault("--rule", None, "", f"no rule {rule!r}", f"legal: {', '.join(RULES)}", closest(rule, RULES))]
        )
    first = min(found.weeks)
    for name, number, least in (("draws", draws, LEAST_DRAWS), ("worlds", worlds, 2), ("horizon", horizon, first)):
        if number < least:
            raise ValueError(f"{name}: {number}; legal: {least} or more")
    arms = tuple(_overridden(arm, rule, overrides or {}) for arm in found.arms)
    own = rule or str(arms[0].read().defender.rule)
    return Plan(found, arms, draws, worlds, seed, horizon, own, full, side)


def _overridden(arm: Arm, rule: str | None, overrides: Mapping[str, object]) -> Arm:
    """An arm with a rule and numbers set in every arm, but where the thesis file has set them itself."""
    scenario = arm.read()
    ours: dict[str, object] = {key: value for key, value in overrides.items() if key not in arm.settings}
    if rule is not None:
        principals = (scenario.defender, scenario.challenger)
        ours |= {f"{actor.name}.rule": rule for actor in principals if actor.rule != rule}
    return replace(arm, scenario=scenario.with_overrides(ours) if ours else scenario)


def thesis(
    file: Thesis | str | os.PathLike[str] = DEFAULT,
    *,
    draws: int | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 208,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    workers: int = 2,
    full: bool = False,
    side: bool = True,
    progress: Callable[[int], None] | None = None,
) -> ThesisResult:
    """Test a thesis over ``draws`` draws of the priors with ``worlds`` worlds each.

    ``file`` is a shipped name, the path of a file, or a thesis that has been read. ``full`` takes the larger default
    size. ``rule`` sets both principals' decision rule, ``overrides`` any number in every arm. With ``side`` every
    verdict is also asked under other decision rules and without each contested mechanism, and what the file's
    ``[laboratory]`` asks is answered. ``progress`` is called with world-weeks done. Raises as ``plan_thesis``.
    """
    plan = plan_thesis(
        file,
        draws=draws,
        worlds=worlds,
        seed=seed,
        horizon=horizon,
        rule=rule,
        overrides=overrides,
        full=full,
        side=side,
    )
    result = run_claims(plan, workers=workers, progress=progress)
    if side:
        result = with_structure(result, plan, workers=workers, progress=progress)
    return with_laboratory(result, plan, workers=workers, progress=progress)


def run_claims(plan: Plan, *, workers: int = 2, progress: Callable[[int], None] | None = None) -> ThesisResult:
    """The thesis over the priors, without the other modelling choices."""
    found, until = plan.thesis, plan.until
    marks = sorted({*DAYS_OF_WEEK, *plan.weeks, *until.values(), *(w for c in found.claims for w in c.weeks)} - {0})
    shared: dict[str, Any] = {"seed": plan.seed, "horizon": plan.horizon, "workers": workers, "progress": progress}
    arms = run_arms(plan.arms, plan.draws, plan.worlds, until=until, marks=marks, **shared)
    late = run_arms(plan.late, plan.fewer, plan.worlds, until=until, marks=marks, evidence="all", **shared)
    weeks = plan.weeks
    weights = _weights(found.record, arms, plan)
    late_weights = _weights(found.record, late, plan) if late else None
    actors = len(plan.arms[0].read().actors)
    world_weeks = replace(plan, side=False).world_weeks
    order = {
        days_of(week): _rising([arms[label].odds(week).value for label in found.order]) for week in weeks if found.order
    }
    return ThesisResult(
        name=found.name,
        title=found.title,
        question=found.question,
        source=found.source,
        cautions=found.cautions,
        draws=plan.draws,
        worlds_per_draw=plan.worlds,
        arms=len(plan.arms),
        seed=plan.seed,
        horizon_weeks=plan.horizon,
        rule=plan.rule,
        actor_weeks=world_weeks * actors,
        odds=tuple(_odds(arm, week, weights) for arm in arms.values() for week in weeks if week in arm.outcomes.at),
        claims=tuple(
            evaluate(claim, arms, week, weights)
            for claim in found.claims
            for week in claim.weeks
            if week <= plan.horizon
        ),
        facts=found.facts,
        decomposition=tuple(
            _effect(arms, cell, learning, errors, week)
            for week in weeks
            for (learning, errors), cell in found.cells.items()
        ),
        order_arms=found.order,
        order_says=found.order_says,
        order=order,
        watched=tuple(
            Watched(
                watch.name,
                watch.says,
                watch.condition.arms[0],
                watch.condition.measure.title,
                watch.condition.measure.share,
                {days_of(week): watch.condition.size(arms, week).mean for week in weeks},
            )
            for watch in found.watches
        ),
        all_evidence=tuple(
            evaluate(claim, late, week, late_weights)
            for claim in found.claims
            if claim.all_evidence
            for week in claim.weeks
            if week <= plan.horizon
        ),
        record_says="" if found.record is None else found.record.says,
        effective_draws=float(weights.sum() ** 2 / (weights**2).sum()),
        arm_titles={arm.label: _title(found, arm) for arm in plan.arms},
        arm_scenarios={arm.label: arm.read().name for arm in plan.arms},
        certified={label: arm.outcomes.certified for label, arm in arms.items() if arm.outcomes.certified},
        evidence=evidence_of(plan.late),
        courses=_courses(found, arms, weeks) if weeks else None,
    )


def _title(found: Thesis, arm: Arm) -> str:
    """The scenario's title up to the colon, and how the arm differs from it."""
    short = arm.read().title.partition(":")[0]
    differs = found.says.get(arm.label) or ", ".join(sorted(arm.settings))
    return f"{short}: {differs}" if differs else short


def _courses(found: Thesis, arms: Mapping[str, ArmOutcome], weeks: Sequence[int]) -> Courses:
    """The arms of the order, or else those of the headline claims, as far as they run to the end."""
    asked = found.order or tuple(label for claim in found.claims if claim.headline for label in claim.reported.needed)
    end, year = weeks[-1], max((week for week in weeks if week <= YEAR), default=weeks[0])
    whole = [arms[label] for label in dict.fromkeys(asked) if end in arms[label].outcomes.at]
    pair = _pair(found)
    return Courses(
        tuple(course(arm, end) for arm in whole),
        tuple(paired_wars(arms[pair[1]], arms[pair[0]], week, days_of(week)) for week in weeks) if pair else (),
        tuple(toll(arm, found.scenario(arm.label), year, days_of(year)) for arm in whole),
    )


def _pair(found: Thesis) -> tuple[str, str] | None:
    """The arms with and without the act, if the file names such a pair."""
    if found.cells:
        return found.cells[True, True]
    return None if found.questions is None else (found.questions.act, found.questions.without)


def with_structure(
    result: ThesisResult,
    plan: Plan,
    *,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> ThesisResult:
    """The result with every verdict asked under other modelling choices; an interrupt keeps what is done."""
    draws, worlds = plan.side_size
    found = structural.structure(
        plan.thesis,
        plan.arms,
        seed=plan.seed,
        horizon=plan.horizon,
        rule=plan.rule,
        draws=draws,
        worlds=worlds,
        workers=workers,
        full=plan.full,
        progress=progress,
    )
    return replace(result, structure=found)


def with_laboratory(
    result: ThesisResult,
    plan: Plan,
    *,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> ThesisResult:
    """The result with what its file asks of one pair of arms: causes, break-even, sensitivity, boxes."""
    asked = plan.laboratory
    if asked is None:
        return result
    return replace(result, laboratory=run_laboratory(asked, workers=workers, progress=progress))


def _weights(record: Record | None, arms: Mapping[str, ArmOutcome], plan: Plan) -> Floats:
    draws = next(iter(arms.values())).draws
    if record is None:
        return np.ones(draws)
    reached = arms[record.arm].outcomes
    return record_weights(arms[record.arm], YEAR if YEAR in reached.at else max(reached.at), record)


def _rising(odds: Sequence[Floats]) -> float:
    """Share of draws in which the odds rise from each to the next."""
    return float(np.all([low < high for low, high in pairwise(odds)], axis=0).mean())


def _odds(arm: ArmOutcome, week: int, weights: Floats) -> ArmOdds:
    odds = arm.odds(week)
    spread = shrink(odds.value, odds.error)
    used = weights[: arm.draws]
    return ArmOdds(
        arm.label,
        days_of(week),
        odds.mean,
        max(spread.low, 0.0),
        min(spread.high, 1.0),
        odds.noise,
        arm.counted(week),
        float((used * odds.value).sum() / used.sum()),
        QUANTITIES["attacks_per_month"].of(arm, week).mean,
    )


def _effect(
    arms: Mapping[str, ArmOutcome], cell: tuple[str, str], learning: bool, errors: bool, week: int
) -> ActEffect:
    act, without = (arms[label] for label in cell)
    effect = difference(act, without, week)
    spread = shrink(effect.value, effect.error)
    return ActEffect(
        learning,
        errors,
        days_of(week),
        act.odds(week).mean,
        without.odds(week).mean,
        effect.mean,
        spread.low,
        spread.high,
        effect.noise,
        spread.below,
        *cell,
    )
