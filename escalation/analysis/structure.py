"""Structural uncertainty: every verdict again under another decision rule, and with each contested mechanism off.

A verdict over the priors is one over one model. Here each claim is asked of other models, one modelling choice
changed at a time, on the same draws of the parameters and the same worlds, at a smaller size that is said beside the
table: by each decision rule, without each contested mechanism of the thesis file, and with every uncertain number
spread evenly over its plausible range instead of as its prior has it. Where a decided verdict does not survive one
such change, it is an artefact of that choice. Each claim is asked at each of its horizons: a verdict that is
decided within 14 or 90 days may hang on a choice that leaves it alone within a year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np

from escalation.analysis.arms import Arm, ArmOutcome, run_rows
from escalation.analysis.claims import Claim, Verdict, days_of, probability_refuted, verdict
from escalation.analysis.shrinkage import shrink
from escalation.analysis.thesis_file import Thesis
from escalation.draws import parameter_uniform
from escalation.model.rules import RULES
from escalation.scenario.design import Shelf, Values, draw
from escalation.scenario.scenario import Scenario
from escalation.worlds.outcomes import DAYS_OF_WEEK, Outcomes, Snapshot

Kind = Literal["as written", "rule", "mechanism", "space"]

AS_WRITTEN: Final = "as written"
EVENLY: Final = "evenly over the ranges"
SLOW: Final[dict[str, str]] = {"farsighted": "a draw of the parameters takes it seconds to solve"}
"""Rules that are left out at the default size, and why."""
MOVED: Final = 0.2
"""By how much a probability has to move for a change of verdict to be laid at a modelling choice."""
_LOG_FAMILIES: Final = ("lognormal", "loguniform")


@dataclass(frozen=True)
class Choice:
    """One modelling choice: a decision rule, keys that switch a mechanism off, or another spread of the numbers."""

    kind: Kind
    name: str
    title: str


@dataclass(frozen=True)
class Variant:
    """One claim at one horizon under one modelling choice.

    ``moved``: the verdict is not that of the model as written, and the two probabilities are ``MOVED`` apart or more
    (all choices share parameters and worlds, so that what is left between them by chance is less). ``artefact``: so
    moved is a claim that the model as written decides.
    """

    kind: Kind
    name: str
    id: str
    horizon_days: int
    verdict: Verdict
    probability: float
    probability_low: float
    probability_high: float
    moved: bool
    artefact: bool
    moot: bool = False
    """Under this choice the arms do not differ in any draw: what the claim is about is off, or does not happen."""


@dataclass(frozen=True)
class Structure:
    """Every claim, at each of its horizons, under every modelling choice, and the size at which it was asked."""

    draws: int
    worlds_per_draw: int
    horizon_weeks: int
    rule: str
    """Decision rule of the model as written."""
    choices: tuple[Choice, ...]
    variants: tuple[Variant, ...]
    left_out: Mapping[str, str]
    """Rules that were not run, and why."""
    complete: bool = True
    """False where the run was interrupted: what had been done by then is kept."""

    def of(self, kind: Kind) -> list[Variant]:
        """The variants of one kind, in order."""
        return [variant for variant in self.variants if variant.kind == kind]

    def cell(self, id: str, name: str, horizon_days: int | None = None, kind: Kind | None = None) -> Variant | None:
        """One claim under one choice, at its longest horizon unless another is named.

        A rule and a mechanism may have one name (``audience``): ``kind`` tells them apart.
        """
        found = [
            variant
            for variant in self.variants
            if (variant.id, variant.name) == (id, name)
            and horizon_days in (None, variant.horizon_days)
            and kind in (None, variant.kind)
        ]
        return max(found, key=lambda variant: variant.horizon_days, default=None)

    @property
    def deciding(self) -> list[Variant]:
        """Where one modelling choice decides a claim that the model as written leaves open."""
        return [variant for variant in self.variants if variant.moved and not variant.artefact]

    @property
    def artefacts(self) -> list[Variant]:
        """Where a decided verdict hangs on one modelling choice."""
        return [variant for variant in self.variants if variant.artefact]

    def to_json(self) -> dict[str, Any]:
        """``by_rule``, ``by_mechanism``, ``evenly`` and ``structure`` of the thesis' JSON."""

        def rows(kind: Kind, key: str = "choice") -> list[dict[str, Any]]:
            found = (
                {key if name == "name" else name: value for name, value in asdict(v).items()} for v in self.of(kind)
            )
            return [{name: value for name, value in row.items() if name != "kind"} for row in found]

        own = [{**row, "rule": self.rule} for row in rows("as written", "rule")]
        return {
            "by_rule": [*own, *rows("rule", "rule")],
            "by_mechanism": rows("mechanism"),
            "over_ranges": rows("space"),
            "structure": {
                "draws": self.draws,
                "worlds_per_draw": self.worlds_per_draw,
                "horizon_weeks": self.horizon_weeks,
                "rule": self.rule,
                "choices": [asdict(choice) for choice in self.choices],
                "as_written": rows("as written"),
                "rules_left_out": dict(self.left_out),
                "complete": self.complete,
            },
        }


Numbers = Literal["priors", "evenly", "central"]
"""Where the uncertain numbers stand: drawn from their priors, spread evenly over their ranges, or at their values."""


@dataclass(frozen=True)
class Setting:
    """What one run beside others changes: where the numbers stand, columns to set, or both principals' rule."""

    numbers: Numbers = "priors"
    columns: Mapping[str, float] = field(default_factory=dict)
    rule: str | None = None


def rules_to_run(own: str, full: bool) -> tuple[list[str], dict[str, str]]:
    """The rules beside the model's ``own``, and those left out with the reason."""
    left_out = {} if full else {rule: why for rule, why in SLOW.items() if rule in RULES and rule != own}
    return [rule for rule in RULES if rule != own and rule not in left_out], left_out


def asked_within(claims: Sequence[Claim], last: int) -> list[tuple[Claim, int]]:
    """Every claim at every one of its horizons within ``last`` weeks: a run to the longest passes the others."""
    return [(claim, week) for claim in claims for week in sorted(claim.weeks) if week <= last]


def structure(
    thesis: Thesis,
    arms: Sequence[Arm],
    *,
    seed: int,
    horizon: int,
    rule: str | None = None,
    draws: int | None = None,
    worlds: int | None = None,
    workers: int = 2,
    full: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Structure:
    """Ask every claim of ``thesis`` under every other modelling choice, in ``arms`` (those of the thesis, overridden).

    ``draws`` and ``worlds`` default to the file's ``[structure]``; ``horizon`` bounds its horizon. ``progress`` is
    called with world-weeks done. An interrupt ends it with what is done: ``complete`` is then false.
    """
    draws, n = draws or thesis.side.draws, worlds or thesis.side.worlds
    last = min(thesis.side.week, horizon)
    asked = asked_within(thesis.claims, last)
    own = rule or _rule_of(arms[0].read())
    rules, left_out = rules_to_run(own, full)
    stacked = [
        (Choice("as written", AS_WRITTEN, "as written"), Setting()),
        (Choice("space", EVENLY, EVENLY), Setting("evenly")),
        *(
            (Choice("mechanism", one.name, one.title), Setting(columns={key: float(v) for key, v in one.off.items()}))  # type: ignore[arg-type]
            for one in thesis.mechanisms
        ),
    ]
    passes = [stacked, *([(Choice("rule", name, name), Setting(rule=name))] for name in rules)]
    until = _until(asked)
    shelf: Shelf = {}
    done: list[Choice] = []
    found: list[tuple[Choice, str, int, _Said]] = []
    complete = True
    try:
        for choices in passes:
            settings = [setting for _, setting in choices]
            outcomes: list[dict[str, ArmOutcome]] = [{} for _ in settings]
            for arm in arms:
                if arm.label not in until:
                    continue
                last_of_arm = until[arm.label]
                ran = run_settings(
                    arm,
                    settings,
                    draws,
                    n,
                    seed=seed,
                    horizon=last_of_arm,
                    workers=workers,
                    progress=progress,
                    shelf=shelf,
                )
                for held, outcome in zip(outcomes, ran, strict=True):
                    held[arm.label] = outcome
            for (choice, _), held in zip(choices, outcomes, strict=True):
                for claim, week in asked:
                    found.append((choice, claim.id, days_of(claim.reported.at(week)), _asked(claim, held, week)))
                done.append(choice)
    except KeyboardInterrupt:
        complete = False
    return Structure(draws, n, last, own, tuple(done), tuple(_judged(found)), left_out, complete)


def world_weeks(thesis: Thesis, horizon: int, rule: str, draws: int, worlds: int, full: bool) -> int:
    """World-weeks that ``structure`` will report."""
    last = min(thesis.side.week, horizon)
    asked = asked_within(thesis.claims, last)
    many = 2 + len(thesis.mechanisms) + len(rules_to_run(rule, full)[0])
    return many * draws * worlds * sum(_until(asked).values())


def _until(asked: Sequence[tuple[Claim, int]]) -> dict[str, int]:
    """The last week that is read of each arm."""
    until: dict[str, int] = {}
    for claim, week in asked:
        for label, last in claim.until(week).items():
            until[label] = max(until.get(label, 0), last)
    return until


def _rule_of(scenario: Scenario) -> str:
    return str(scenario.defender.rule)


@dataclass(frozen=True)
class _Said:
    verdict: Verdict
    middle: float
    low: float
    high: float
    moot: bool


def _asked(claim: Claim, arms: Mapping[str, ArmOutcome], week: int) -> _Said:
    holds = claim.holds(arms, week)
    over = shrink(holds.value, holds.error)
    said = verdict(over.below, probability_refuted(claim, arms, week))
    # no error is asked for: a draw without events has one, in two arms that are the same one too
    moot = claim.reported.against is not None and not holds.value.any()
    return _Said(said, over.below, over.below_low, over.below_high, moot)


def _judged(found: Sequence[tuple[Choice, str, int, _Said]]) -> list[Variant]:
    """The variants, each held against the model as written."""
    written = {(id, days): said for choice, id, days, said in found if choice.kind == AS_WRITTEN}
    variants = []
    for choice, id, days, said in found:
        base = written[id, days]
        moved = not said.moot and said.verdict != base.verdict and abs(said.middle - base.middle) >= MOVED
        artefact = moved and base.verdict != "inconclusive"
        interval = (said.middle, said.low, said.high)
        variants.append(
            Variant(choice.kind, choice.name, id, days, said.verdict, *interval, moved, artefact, said.moot)
        )
    return variants


def run_settings(
    arm: Arm,
    settings: Sequence[Setting],
    draws: int,
    n: int,
    *,
    seed: int,
    horizon: int,
    workers: int,
    progress: Callable[[int], None] | None = None,
    shelf: Shelf | None = None,
    marks: Sequence[int] = tuple(DAYS_OF_WEEK),
) -> list[ArmOutcome]:
    """One arm under several settings in one run: the settings are rows beside each other, their worlds the same.

    The settings share one rule: that of the first.
    """
    scenario = arm.read()
    rule = settings[0].rule
    if rule is not None:
        actors = tuple(replace(actor, rule=rule) if actor.rule is not None else actor for actor in scenario.actors)
        scenario = replace(scenario, actors=actors)
    drawn = draw(scenario, draws, seed, shelf=shelf)
    each = [_values(setting, scenario, drawn, seed).replace(setting.columns) for setting in settings]
    many, size = len(each), draws * n
    rows = np.repeat(np.arange(many * draws, dtype=np.int64), n)
    numbers = np.arange(size, dtype=np.int64)
    outcomes = run_rows(
        scenario,
        _beside(each),
        rows,
        np.tile(numbers, many),
        seed=seed,
        horizon=horizon,
        workers=workers,
        progress=progress,
        marks=marks,
    )
    return [
        ArmOutcome(arm.label, draws, n, _slice(outcomes, place * size, size), scenario, values, numbers)
        for place, values in enumerate(each)
    ]


def _values(setting: Setting, scenario: Scenario, drawn: Values, seed: int) -> Values:
    if setting.numbers == "central":
        return Values(drawn.rows, {key: number.value for key, number in scenario.numbers.items()})
    return drawn if setting.numbers == "priors" else spread_evenly(scenario, drawn, seed)


def _beside(each: Sequence[Values]) -> Values:
    """The rows of all, one after another; a number that is the same in all stays one cell."""
    first = each[0]
    columns: dict[str, Any] = {}
    for key in first:
        alike = all(values.fixed(key) and values[key][0] == first[key][0] for values in each)
        columns[key] = first[key][0] if alike else np.concatenate([values[key] for values in each])
    return Values(sum(values.rows for values in each), columns)


def _slice(outcomes: Outcomes, first: int, size: int) -> Outcomes:
    kept = slice(first, first + size)
    at = {week: Snapshot(shot.tallies[:, kept], shot.war_sum[kept]) for week, shot in outcomes.at.items()}
    return replace(outcomes, first_world=0, at=at, civilians=outcomes.civilians[:, kept])


def spread_evenly(scenario: Scenario, drawn: Values, seed: int) -> Values:
    """The uncertain numbers spread evenly over their plausible ranges, with the uniforms that the priors invert.

    Evenly in the logarithm where the prior is log-normal or log-uniform, and the range is above 0.
    """
    index = np.arange(drawn.rows, dtype=np.int64)
    columns = {}
    for number in scenario.uncertain():
        if number.prior is None or number.range is None:
            continue
        low, high = number.range
        u = parameter_uniform(seed, index, number.key)
        log = number.prior.family in _LOG_FAMILIES and low > 0.0
        columns[number.key] = low * np.exp(u * np.log(high / low)) if log else low + u * (high - low)
    return drawn.replace(columns)
