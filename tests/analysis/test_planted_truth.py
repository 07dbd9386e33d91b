"""One made-up pair of scenarios, asked by all of the laboratory: its one cause comes back from each, and no other.

The strike is more dangerous where the loss of control is in the upper 40 % of its prior, and safer elsewhere; nothing
else that is uncertain matters. In the null case nothing does. Two of the inert numbers reshuffle the luck of some
worlds under the strike, as a number of the model does that moves acts but not the odds: their effects are noise, and
not exactly nothing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from escalation.analysis.attribution import attributed
from escalation.analysis.discover import plan_discovery, searched
from escalation.analysis.located import locate
from escalation.analysis.sensitivity import SensitivityPlan, analyse, plan_sensitivity
from escalation.worlds.cells import CellsRun, Group
from escalation.worlds.executors import Control
from tests.planted import Chance, luck

CAUSE = "decapitation.control_loss"
VARY = ["decapitation.control_loss", "decapitation.rate_ratio", "learning", "fragility.f", "iran.power", "us.madness"]
BREAK_EVEN = 0.6
INERT = (3, 4)
"""Places of the numbers that reshuffle luck: fragility.f and iran.power."""
OWN = 0.2
"""Share of worlds with luck of their own under the strike."""


def odds(coordinate: np.ndarray) -> np.ndarray:
    """The odds under the strike, by where the loss of control stands in its prior; without it they are 0.3."""
    return 0.3 + 0.5 * (coordinate - BREAK_EVEN)


def under_strike(inert: np.ndarray, first: np.ndarray, worlds: int) -> np.ndarray:
    """Luck under the strike, (points, worlds): a world's own, if it has one, is dealt anew by ``inert`` (points, 2)."""
    deal = (4.0 * np.minimum(inert, 0.999)).astype(int) @ np.array([4, 1])
    own = np.choose(deal[:, None], [luck(first, worlds, 10 + each) for each in range(16)])
    return np.where(luck(first, worlds, 3) < OWN, own, luck(first, worlds, 1))


def apart(chance: Chance, worlds: int) -> object:
    """Strike less non-response in the same worlds, a fifth of which have luck of their own under the strike."""

    def respond(unit: np.ndarray, first: np.ndarray) -> np.ndarray:
        struck = under_strike(unit[:, INERT], first, worlds)
        return (struck < chance(unit)[:, None]).astype(float) - (luck(first, worlds, 1) < 0.3)

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
    assert cause.first > 0.8
    assert cause.total > 0.8
    middle, first = np.full((2, 6), 0.5), np.zeros(2, dtype=np.int64)
    moved = np.where(np.eye(6)[list(INERT)] > 0.0, 1.0, middle)
    effects = response(moved, first) - response(middle, first)  # type: ignore[operator]
    assert effects.any(axis=1).all(), "what is not told is there, as noise"


def test_attribution_names_the_cause_and_no_other() -> None:
    """On: every number at the upper end of its prior; off: at the lower. The cause is worth half of all worlds."""

    def run(coalitions: np.ndarray, group: Group, control: Control) -> CellsRun:
        on = (coalitions[:, None] >> np.arange(len(VARY)) & 1).astype(float)
        struck = under_strike(on[:, INERT], np.full(len(on), group.first), group.size)
        war = struck < odds(on[:, VARY.index(CAUSE)])[:, None]
        control.advance(war.size)
        return CellsRun(group.first, war.astype(np.int16), war.astype(float), war.astype(np.int8), len(coalitions))

    found = attributed(tuple(VARY), run, 2_000, method="exact")
    worth = {cause.key: cause.shapley.counted for cause in found.causes}
    assert worth[CAUSE].low < 0.5 < worth[CAUSE].high < worth[CAUSE].low + 0.06
    for key, one in worth.items():
        if key != CAUSE:
            # simultaneous or not, a 95 % interval of a null player may miss nought by a little: half a width of slack
            assert one.low - (one.high - one.low) / 2 <= 0.0 <= one.high + (one.high - one.low) / 2, key
            assert abs(one.value) < 0.02, key
    assert any(worth[VARY[place]].value != 0.0 for place in INERT), "noise, and not exactly nothing"


def test_break_even_finds_the_value() -> None:
    first = np.array([0])
    shared, struck = luck(first, 20_000, 1)[0], under_strike(np.zeros((1, 2)), first, 20_000)[0]
    curve = locate(
        lambda x: ((struck < odds(np.array(x))).astype(float), (shared < 0.3).astype(float)),
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
