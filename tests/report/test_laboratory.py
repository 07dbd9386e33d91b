"""What the laboratory says: every sentence is worked out from the result, on results made up from known laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from escalation.analysis.break_even import BreakEvenResult, ContourRow
from escalation.analysis.discover import plan_discovery, searched
from escalation.analysis.located import Curve, locate
from escalation.analysis.sensitivity import SensitivityPlan, analyse, plan_sensitivity
from escalation.analysis.sweep_result import Key
from escalation.report.break_even import break_even_text
from escalation.report.break_even import headline as break_even_headline
from escalation.report.discovery import discovery_text
from escalation.report.discovery import headline as discovery_headline
from escalation.report.sensitivity import headline as sensitivity_headline
from escalation.report.sensitivity import sensitivity_text
from tests.planted import certain, wars

KEY = Key("errors.scale", "lever", "multiplier", "multiplies every error channel below", 1.0)


def noisy(middle: float) -> np.ndarray:
    """A thousand worlds whose mean is ``middle`` and whose spread is one tenth."""
    return middle + 0.1 * np.resize([-1.0, 1.0], 1000)


def made(curve: Curve, **more: object) -> BreakEvenResult:
    low, high = curve.points[0].value, curve.points[-1].value
    found = BreakEvenResult(
        a="strike",
        b="nonresponse",
        title_a="A strike",
        title_b="No strike",
        start="2020-01-02",
        key=KEY,
        low=low,
        high=high,
        curve=curve,
        also=None,
        contour=(),
        worlds=1000,
        draws=None,
        seed=0,
        horizon=52,
        rule="quantal",
    )
    return replace(found, **more)  # type: ignore[arg-type]


def crossing_at(value: float) -> Curve:
    return locate(lambda x: (noisy(0.5 + 0.2 * (x - value)), np.full(1000, 0.5)), [0.0, 0.5, 1.0, 1.5, 2.0])


def test_a_break_even_is_told_with_both_sides() -> None:
    text = break_even_headline(made(crossing_at(1.2)))
    assert text.startswith(
        "Strike is as dangerous as nonresponse within one year of 2 January 2020 where errors.scale is 1.2 (95 % "
        "interval 1.17 to 1.23): strike is safer below 1.17"
    )
    assert text.endswith("and nonresponse is safer above 1.23.")


def test_no_break_even_is_told_as_none() -> None:
    always = locate(lambda x: (noisy(0.7), np.full(1000, 0.5)), [0.0, 1.0, 2.0])
    assert break_even_headline(made(always)) == (
        "There is no break-even: nonresponse is safer than strike within one year of 2 January 2020 with errors.scale "
        "from 0 to 2."
    )
    never = locate(lambda x: (noisy(0.5), np.full(1000, 0.5)), [0.0, 1.0, 2.0])
    assert "cannot be told apart" in break_even_headline(made(never))
    assert "No break-even is shown" in break_even_headline(made(never))


def test_a_crossing_that_may_be_chance_is_told_as_such() -> None:
    edge = locate(lambda x: (noisy(0.5 + 0.2 * (x - 0.005)), np.full(1000, 0.5)), [0.0, 0.5, 1.0])
    (crossing,) = edge.crossings
    assert not crossing.shown
    text = break_even_headline(made(edge))
    assert "No break-even of errors.scale from 0 to 1 is shown" in text
    assert "either might be the safer" in text


def test_several_break_evens_are_listed() -> None:
    wave = locate(
        lambda x: (noisy(0.5 + 0.2 * np.cos(np.pi * x)), np.full(1000, 0.5)), np.linspace(0.0, 2.0, 9).tolist()
    )
    text = break_even_headline(made(wave))
    assert "errors.scale is 0.5 (" in text
    assert "and 1.5 (" in text
    assert text.count("nonresponse is safer") == 2


def test_the_contour_is_a_row_a_value() -> None:
    rows = (ContourRow(0.0, crossing_at(0.8)), ContourRow(1.0, crossing_at(5.0)))
    also = Key("us.alert", "lever", "1", "alert level", 1.0)
    text = break_even_text(made(crossing_at(1.2), also=also, contour=rows, draws=40))
    assert "Break-even of errors.scale by us.alert" in text
    assert "strike is safer throughout" in text
    assert "40 draws of the uncertain numbers" in text
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.fixture(scope="module")
def screening() -> SensitivityPlan:
    return plan_sensitivity("strike", vary=["fragility.f", "fragility.bias", "iran.power"], draws=40, worlds=16)


def test_the_causes_are_named_in_order(screening: SensitivityPlan) -> None:
    response = wars(lambda u: 0.2 + 0.5 * u[:, 0] - 0.2 * u[:, 1], 16)
    text = sensitivity_headline(analyse(screening, response))
    assert text.startswith("Of three inputs two matter for the odds of all-out war in strike within one year")
    assert "fragility.f does most" in text
    assert "and raising the number raises it; then fragility.bias (" in text
    whole = sensitivity_text(analyse(screening, response))
    assert "(luck)" in whole
    assert max(len(line) for line in whole.splitlines()) <= 100


def test_shares_are_named_in_order(screening: SensitivityPlan) -> None:
    plan = replace(screening, method="sobol", samples=256)
    found = analyse(plan, wars(lambda u: 0.2 + 0.5 * u[:, 0] - 0.2 * u[:, 1], 16))
    text = sensitivity_headline(found)
    assert "fragility.f does most" in text
    assert "of the variance" in text
    assert "standard deviation over them, noise taken out" in " ".join(sensitivity_text(found).split())


def test_nothing_is_told_as_nothing(screening: SensitivityPlan) -> None:
    flat = certain(lambda u: np.full(len(u), 0.2), 16)
    assert sensitivity_headline(analyse(screening, flat)).startswith("None of three inputs moves the odds")
    shares = analyse(replace(screening, method="sobol", samples=64), flat)
    assert "that they vary at all cannot be told from noise" in " ".join(sensitivity_text(shares).split())


def test_a_box_is_told_with_its_certainty() -> None:
    plan = plan_discovery("strike", against="nonresponse", vary=["decapitation", "learning"], draws=300, worlds=30)
    place = plan.factors.keys.index("decapitation.control_loss")
    found = searched(plan, certain(lambda u: np.where(u[:, place] > 0.6, 0.2, -0.2), 30))
    text = discovery_headline(found)
    assert text.startswith("Strike is more dangerous than nonresponse within one year of 2 January 2020 in 4")
    assert "where decapitation.control_loss > 0." in text
    whole = discovery_text(found)
    assert "quasi-p" in whole
    assert "were held out of the search" in whole
    assert max(len(line) for line in whole.splitlines()) <= 100


def test_no_box_is_told_as_none() -> None:
    plan = plan_discovery("strike", against="nonresponse", vary=["decapitation"], draws=60, worlds=30)
    found = searched(plan, certain(lambda u: np.full(len(u), 0.1), 30))
    assert discovery_headline(found).endswith("does better than chance: where, cannot be said.")
    assert found.boxes == ()
