"""Structural uncertainty: every verdict again under another decision rule, and with each contested mechanism off.

A verdict over the priors is one over one model. Here each claim is asked of other models, one modelling choice
changed at a time, on the same draws of the parameters and the same worlds, at a smaller size that is said beside the
table: by each decision rule, without each contested mechanism of the thesis file, and with every uncertain number
spread evenly over its plausible range instead of as its prior has it. Where a decided verdict does not survive one
such change, it is an artefact of that choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
from escalation.worlds.outcomes import Outcomes, Snapshot

Kind = Literal["as written", "rule", "mechanism", "space"]

AS_WRITTEN: Final = "as written"
EVENLY: Final = "evenly over the plausible ranges"
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
    """One claim under one modelling choice.

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


@dataclass(frozen=True)
class Structure:
    """Every claim under every modelling choice, and the size at which it was asked."""

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

    def cell(self, id: str, name: str) -> Variant | None:
        """One claim under one choice."""
        return next((variant for variant in self.variants if (variant.id, variant.name) == (id, name)), None)

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

        def rows(*kinds: Kind) -> list[dict[str, Any]]:
            return [
                {
                    ("rule" if v.kind == "rule" else "choice") if key == "name" else key: value
                    for key, value in asdict(v).items()
                }
                for v in self.variants
                if v.kind in kinds
            ]

        return {
            "by_rule": rows("rule"),
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


@dataclass(frozen=True)
class _Setting:
    """A choice made ready: columns to set, or a rule to give to both principals."""

    choice: Choice
    columns: Mapping[str, float]
    rule: str | None = None
    evenly: bool = False


def rules_to_run(own: str, full: bool) -> tuple[list[str], dict[str, str]]:
    """The rules beside the model's ``own``, and those left out with the reason."""
    left_out = {} if full else {rule: why for rule, why in SLOW.items() if rule in RULES and rule != own}
    return [rule for rule in RULES if rule != own and rule not in left_out], left_out


def horizon_of(claim: Claim, last: int) -> int | None:
    """The longest of a claim's horizons within ``last`` weeks."""
    return max((week for week in claim.weeks if week <= last), default=None)


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
    asked = [(claim, week) for claim in thesis.claims if (week := horizon_of(claim, last)) is not None]
    own = rule or _rule_of(arms[0].read())
    rules, left_out = rules_to_run(own, full)
    stacked = [
        _Setting(Choice("as written", AS_WRITTEN, "the model as written"), {}),
        _Setting(Choice("space", EVENLY, EVENLY), {}, evenly=True),
        *(
            _Setting(Choice("mechanism", one.name, one.title), {key: float(v) for key, v in one.off.items()})  # type: ignore[arg-type]
            for one in thesis.mechanisms
        ),
    ]
    passes = [stacked, *([_Setting(Choice("rule", name, name), {}, name)] for name in rules)]
    until = _until(asked)
    shelf: Shelf = {}
    done: list[Choice] = []
    found: list[tuple[Choice, str, int, Verdict, tuple[float, float, float]]] = []
    complete = True
    try:
        for settings in passes:
            outcomes: list[dict[str, ArmOutcome]] = [{} for _ in settings]
            for arm in arms:
                if arm.label not in until:
                    continue
                ran = _run(arm, settings, draws, n, seed, until[arm.label], workers, progress, shelf)
                for held, outcome in zip(outcomes, ran, strict=True):
                    held[arm.label] = outcome
            for setting, held in zip(settings, outcomes, strict=True):
                for claim, week in asked:
                    found.append(
                        (setting.choice, claim.id, days_of(claim.reported.at(week)), *_asked(claim, held, week))
                    )
                done.append(setting.choice)
    except KeyboardInterrupt:
        complete = False
    return Structure(draws, n, last, own, tuple(done), tuple(_judged(found)), left_out, complete)


def world_weeks(thesis: Thesis, horizon: int, rule: str, draws: int, worlds: int, full: bool) -> int:
    """World-weeks that ``structure`` will report."""
    last = min(thesis.side.week, horizon)
    asked = [(claim, week) for claim in thesis.claims if (week := horizon_of(claim, last)) is not None]
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


def _asked(claim: Claim, arms: Mapping[str, ArmOutcome], week: int) -> tuple[Verdict, tuple[float, float, float]]:
    holds = claim.holds(arms, week)
    over = shrink(holds.value, holds.error)
    return verdict(over.below, probability_refuted(claim, arms, week)), (over.below, over.below_low, over.below_high)


def _judged(found: Sequence[tuple[Choice, str, int, Verdict, tuple[float, float, float]]]) -> list[Variant]:
    """The variants, each held against the model as written."""
    written = {id: (said, interval) for choice, id, _, said, interval in found if choice.kind == AS_WRITTEN}
    variants = []
    for choice, id, days, said, (middle, low, high) in found:
        base, (base_middle, _, _) = written[id]
        moved = said != base and abs(middle - base_middle) >= MOVED
        artefact = moved and base != "inconclusive"
        variants.append(Variant(choice.kind, choice.name, id, days, said, middle, low, high, moved, artefact))
    return variants


def _run(
    arm: Arm,
    settings: Sequence[_Setting],
    draws: int,
    n: int,
    seed: int,
    horizon: int,
    workers: int,
    progress: Callable[[int], None] | None,
    shelf: Shelf,
) -> list[ArmOutcome]:
    """One arm under several settings in one run: the settings are rows beside each other, their worlds the same."""
    scenario = arm.read()
    rule = settings[0].rule
    if rule is not None:
        actors = tuple(replace(actor, rule=rule) if actor.rule is not None else actor for actor in scenario.actors)
        scenario = replace(scenario, actors=actors)
    drawn = draw(scenario, draws, seed, shelf=shelf)
    each = [
        (spread_evenly(scenario, drawn, draws, seed) if setting.evenly else drawn).replace(setting.columns)
        for setting in settings
    ]
    many = len(each)
    rows = np.repeat(np.arange(many * draws, dtype=np.int64), n)
    numbers = np.arange(draws * n, dtype=np.int64)
    outcomes = run_rows(
        scenario,
        _beside(each),
        rows,
        np.tile(numbers, many),
        seed=seed,
        horizon=horizon,
        workers=workers,
        progress=progress,
    )
    size = draws * n
    return [
        ArmOutcome(arm.label, draws, n, _slice(outcomes, place * size, size), scenario, values, numbers)
        for place, values in enumerate(each)
    ]


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


def spread_evenly(scenario: Scenario, drawn: Values, rows: int, seed: int) -> Values:
    """The uncertain numbers spread evenly over their plausible ranges, with the uniforms that the priors invert.

    Evenly in the logarithm where the prior is log-normal or log-uniform, and the range is above 0.
    """
    index = np.arange(rows, dtype=np.int64)
    columns = {}
    for number in scenario.uncertain():
        if number.prior is None or number.range is None:
            continue
        low, high = number.range
        u = parameter_uniform(seed, index, number.key)
        log = number.prior.family in _LOG_FAMILIES and low > 0.0
        columns[number.key] = low * np.exp(u * np.log(high / low)) if log else low + u * (high - low)
    return drawn.replace(columns)
