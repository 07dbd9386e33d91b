"""One made-up pair of scenarios, asked by all of the laboratory: its one cause comes back from each, and no other.

The strike is more dangerous where the loss of control is in the upper 40 % of its prior, and safer elsewhere; nothing
else that is uncertain matters. In the null case nothing does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from escalation.analysis.discover import plan_discovery, searched
from escalation.analysis.located import locate
from escalation.analysis.sensitivity import SensitivityPlan, analyse, plan_sensitivity
from tests.planted import Chance, luck

CAUSE = "decapitation.control_loss"
VARY = ["decapitation.control_loss", "decapitation.rate_ratio", "learning", "fragility.f", "iran.power", "us.madness"]
BREAK_EVEN = 0.6


def odds(coordinate: np.ndarray) -> np.ndarray:
    """The odds under the strike, by where the loss of control stands in its prior; without it they are 0.3."""
    return 0.3 + 0.5 * (coordinate - BREAK_EVEN)


def apart(chance: Chance, worlds: int) -> object:
    """Strike less non-response in the same worlds, a fifth of which have luck of their own under the strike."""

    def respond(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        shared, own = luck(first, worlds, 1), luck(first, worlds, 2)
        under_strike = np.where(luck(first, worlds, 3) < 0.2, own, shared)
        return (under_strike < chance(unit)[:, None]).astype(float) - (shared < 0.3)

    return respond


def planned() -> tuple[SensitivityPlan, int]:
    plan = plan_sensitivity("strike", against="nonresponse", vary=VARY, draws=60, worlds=24)
    return plan, plan.factors.keys.index(CAUSE)


def test_sensitivity_names_the_cause_and_no_other() -> None:
    plan, place = planned()
    response = apart(lambda u: odds(u[:, place]), 24)
    assert [found.factor for found in analyse(plan, response).told] == [CAUSE]  # type: ignore[arg-type]
    shares = analyse(replace(plan, method="sobol", samples=256), response)  # type: ignore[arg-type]
    assert [found.factor for found in shares.told] == [CAUSE]
    cause = shares.indices[0]
    # the shared worlds leave no noise at all in what the other inputs do not move
    assert (cause.first, cause.total) == (1.0, 1.0)


def test_break_even_finds_the_value() -> None:
    shared, own = luck(np.array([0]), 20_000, 1)[0], luck(np.array([0]), 20_000, 2)[0]
    under_strike = np.where(luck(np.array([0]), 20_000, 3)[0] < 0.2, own, shared)
    curve = locate(
        lambda x: ((under_strike < odds(np.array(x))).astype(float), (shared < 0.3).astype(float)),
        np.linspace(0.0, 1.0, 6).tolist(),
    )
    (crossing,) = curve.crossings
    assert crossing.shown
    assert crossing.low is not None
    assert crossing.high is not None
    # its standard error is about 0.004; that the interval holds the root in 95 % of runs is tested beside its search
    assert abs(crossing.value - BREAK_EVEN) < 0.02
    assert crossing.low < crossing.value < crossing.high < crossing.low + 0.05


def test_discovery_finds_the_region() -> None:
    plan = plan_discovery("strike", against="nonresponse", vary=VARY, draws=600, worlds=40)
    place = plan.factors.keys.index(CAUSE)
    found = searched(plan, apart(lambda u: odds(u[:, place]), 40))  # type: ignore[arg-type]
    (side,) = found.boxes[0].restrictions
    assert side.key == CAUSE
    assert side.high is None
    number = plan.a.numbers[CAUSE]
    assert number.prior is not None
    assert number.range is not None
    low, high = number.prior.quantile(np.array([BREAK_EVEN - 0.15, BREAK_EVEN + 0.15]), *number.range)
    assert side.low is not None
    assert low < side.low < high
    # the expected density counts draws near the edge, of which 40 worlds tell little, at their probabilities
    assert found.boxes[0].tried.density > 1.8 * found.boxes[0].tried.base


def test_nothing_comes_back_where_nothing_was_planted() -> None:
    plan, _ = planned()
    flat = apart(lambda u: np.full(len(u), 0.3), 24)
    assert analyse(plan, flat).told == ()  # type: ignore[arg-type]
    assert analyse(replace(plan, method="sobol", samples=256), flat).told == ()  # type: ignore[arg-type]
    search = plan_discovery("strike", against="nonresponse", vary=VARY, draws=400, worlds=40)
    assert searched(search, apart(lambda u: np.full(len(u), 0.3), 40)).boxes == ()  # type: ignore[arg-type]
