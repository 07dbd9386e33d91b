"""Why a thesis' answer is what it is, and what would flip it: the analyses that its file asks for, of one pair of arms.

Each analysis is a command of its own (``attribute``, ``break-even``, ``sensitivity``, ``discover``), which takes a
larger size by default; here they share the time of one report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from escalation.analysis.attribution import AttributionPlan, plan_attribution, run_attribution
from escalation.analysis.attribution_result import AttributionResult
from escalation.analysis.break_even import BreakEvenPlan, BreakEvenResult, plan_break_even, run_break_even
from escalation.analysis.claims import Claim
from escalation.analysis.decompose import decompose
from escalation.analysis.decompose import world_weeks as weeks_of_decomposition
from escalation.analysis.decomposition_result import Crossover
from escalation.analysis.discover import DiscoveryPlan, DiscoveryResult, plan_discovery, run_discovery
from escalation.analysis.sensitivity import SensitivityPlan, SensitivityResult, plan_sensitivity, run_sensitivity
from escalation.analysis.thesis_file import Questions
from escalation.scenario.scenario import Scenario

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Size:
    """Worlds of the attribution; trajectories and worlds of the screening; worlds of the break-even at each point;
    draws and worlds of the search for boxes; worlds of the crossover.

    The screening is of the odds with the act: with hundreds of uncertain numbers the difference of two arms would take
    many times as many trajectories to tell any from noise.
    """

    attribution: int
    trajectories: int
    screening: int
    break_even: int
    draws: int
    worlds: int
    crossover: int

    def cut(self, share: float) -> Size:
        """A smaller size for a smaller run, as far as the analyses can go."""
        return Size(
            max(round(self.attribution * share), 32),
            max(round(self.trajectories * share), 4),
            max(round(self.screening * share), 2),
            max(round(self.break_even * share), 16),
            max(round(self.draws * share), 60),
            max(round(self.worlds * share), 2),
            max(round(self.crossover * share), 32),
        )


USUAL: Final = Size(
    attribution=2048, trajectories=32, screening=24, break_even=600, draws=900, worlds=24, crossover=1024
)
FULL: Final = Size(
    attribution=10_000, trajectories=96, screening=32, break_even=2_000, draws=1_200, worlds=48, crossover=8_192
)


@dataclass(frozen=True)
class Laboratory:
    """The answers, all of the same pair at the same horizon."""

    attribution: AttributionResult
    break_even: BreakEvenResult
    sensitivity: SensitivityResult
    discovery: DiscoveryResult
    crossover: Crossover
    claim: str = ""
    """The claim that is false in the boxes; see ``contrary``."""

    def to_json(self) -> dict[str, Any]:
        """A key for each, as their commands print them."""
        return {
            "attribution": self.attribution.to_json(),
            "break_even": self.break_even.to_json(),
            "sensitivity": self.sensitivity.to_json(),
            "discovery": {**self.discovery.to_json(), **({"claim": self.claim} if self.claim else {})},
            "crossover": self.crossover.to_json(),
        }


@dataclass(frozen=True)
class LaboratoryPlan:
    """The analyses, checked and ready to run."""

    attribution: AttributionPlan
    break_even: BreakEvenPlan
    sensitivity: SensitivityPlan
    discovery: DiscoveryPlan
    worlds: int
    """Worlds of the crossover, which runs to the ``horizon`` of the thesis."""
    horizon: int
    claim: str = ""
    """The claim that is false in the boxes that are looked for; empty where there is none (see ``contrary``)."""

    @property
    def world_weeks(self) -> int:
        """About what they take in all."""
        parts = (self.attribution, self.break_even, self.sensitivity, self.discovery)
        crossover = weeks_of_decomposition(self.discovery.a, self.break_even.b, self.worlds, self.horizon)
        return sum(part.world_weeks for part in parts) + crossover


def contrary(claims: Sequence[Claim], questions: Questions) -> tuple[str, bool]:
    """The claim that boxes are looked for against, and whether it fails where the act is the safer.

    It is the first headline claim that says of the two arms which has the higher odds of war. Without one the claim is
    empty, and it is asked where the act is the safer.
    """
    act, without = questions.act, questions.without
    for claim in claims:
        said = claim.reported
        plain = said.quantity == "war" and said.factor == 1.0 and said.threshold == 0.0 and claim.conditions == (said,)
        if claim.headline and plain and (said.arms, said.against) in (((act,), without), ((without,), act)):
            return claim.id, (said.direction == "above") == (said.against == without)
    return "", True


def plan_laboratory(
    questions: Questions,
    act: Scenario,
    without: Scenario,
    *,
    claims: Sequence[Claim] = (),
    size: Size = USUAL,
    seed: int = 0,
    horizon: int = 52,
) -> LaboratoryPlan:
    """Check what is asked of two scenarios. Raises ScenarioFault for a key that they have not.

    The answers name the two by their arms: two arms may be of one scenario.
    """
    act, without = replace(act, name=questions.act), replace(without, name=questions.without)
    claim, safer = contrary(claims, questions)
    week = min(questions.week, horizon)
    common: dict[str, Any] = {"seed": seed, "horizon": week}
    return LaboratoryPlan(
        plan_attribution(act, size.attribution, method="sampled", **common),
        plan_break_even(act, without, questions.over, also=questions.also or None, worlds=size.break_even, **common),
        plan_sensitivity(act, draws=size.trajectories, worlds=size.screening, **common),
        plan_discovery(act, against=without, safer=safer, draws=size.draws, worlds=size.worlds, **common),
        size.crossover,
        horizon,
        claim,
    )


def run_laboratory(plan: LaboratoryPlan, *, workers: int = 2, progress: Progress | None = None) -> Laboratory:
    """Run them one after another. An interrupt of any ends them all, ``KeyboardInterrupt``."""
    shared: dict[str, Any] = {"workers": workers, "progress": progress}
    attribution = run_attribution(plan.attribution, **shared)
    if not attribution.found.complete:
        raise KeyboardInterrupt  # by itself it would end with the worlds that were done
    return Laboratory(
        attribution,
        run_break_even(plan.break_even, **shared),
        run_sensitivity(plan.sensitivity, **shared),
        run_discovery(plan.discovery, **shared),
        decompose(
            plan.break_even.b, plan.break_even.a, plan.worlds, seed=plan.discovery.seed, horizon=plan.horizon, **shared
        ).crossover,
        plan.claim,
    )
