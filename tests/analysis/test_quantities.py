"""The errors of the measures: as wide as what few worlds, or none with the event, leave open."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from escalation.analysis.quantities import QUANTITIES


def arm(**tallies: np.ndarray) -> SimpleNamespace:
    """An arm whose tallies are planted, (draws, n) each."""
    return SimpleNamespace(tally=lambda week, name: np.asarray(tallies[name], dtype=float))


def counts(*events: int, n: int = 40) -> np.ndarray:
    """So many events in each draw, one a world."""
    return np.array([[1.0] * many + [0.0] * (n - many) for many in events])


@pytest.mark.parametrize("shares", [(0.3, 0.5, 0.2), (0.05, 0.5, 0.45), (0.1, 0.15, 0.75)])
def test_the_lead_of_unbounded_replies_is_as_uncertain_as_it_scatters(shares: tuple[float, float, float]) -> None:
    """2,000 draws of one multinomial: the scatter of the lead is known to 1.6 %; four of those are allowed."""
    rng = np.random.default_rng(0)
    replies = rng.choice([0.0, 6.0, 9.0], p=shares, size=(2_000, 100))
    found = QUANTITIES["reply_unbounded"].of(arm(reply_rung=replies), 13)  # type: ignore[arg-type]
    assert np.sqrt((found.error**2).mean()) == pytest.approx(found.value.std(), rel=0.065)


def test_a_lead_without_exception_is_not_certain() -> None:
    found = QUANTITIES["reply_unbounded"].of(arm(reply_rung=np.zeros((2, 25))), 13)  # type: ignore[arg-type]
    assert found.value.tolist() == [1.0, 1.0]
    assert found.error == pytest.approx([1.0 / 25] * 2)


def test_no_event_at_all_is_not_known_more_surely_than_one() -> None:
    """Strikes in one arm against the other: 0 v 1, 0 v 3, 1 v 3, 0 v 0."""
    weeks = np.full((4, 40), 52.0)
    a, b = arm(strikes=counts(0, 0, 1, 0), weeks=weeks), arm(strikes=counts(1, 3, 3, 0), weeks=weeks)
    found = QUANTITIES["strikes_per_year"].log_ratio(a, b, 52)  # type: ignore[arg-type]
    assert found.value == pytest.approx(np.log([0.5 / 1.5, 0.5 / 3.5, 1.5 / 3.5, 1.0]))
    assert (found.error[:2] > np.sqrt(2.0)).all(), "the variance of half an event's logarithm alone is 2"
    assert found.error[2] < found.error[0]
    assert found.error[3] == pytest.approx(2.0)
    turned = QUANTITIES["strikes_per_year"].log_ratio(b, a, 52)  # type: ignore[arg-type]
    assert turned.error == pytest.approx(found.error)


def test_a_share_of_nothing_is_not_nought() -> None:
    """Three draws: half of the answers on the state, none of them, and no answer at all."""
    share = QUANTITIES["answered_on_state"]
    some = arm(lethal_answered=counts(8, 8, 0), state_answered=counts(4, 0, 0))
    found = share.of(some, 52)  # type: ignore[arg-type]
    assert found.value == pytest.approx([0.5, 0.0, 4 / 16])
    assert found.error[2] == 0.5
    full = arm(lethal_answered=counts(8, 8, 8), state_answered=counts(8, 8, 8))
    apart = share.less(full, some, 52)  # type: ignore[arg-type]
    assert apart.value == pytest.approx([0.5, 1.0, 0.0]), "nothing is told by the third draw"
    assert apart.error[2] == pytest.approx(0.5)
    nowhere = arm(lethal_answered=counts(0, 0), state_answered=counts(0, 0))
    assert share.of(nowhere, 52).value.tolist() == [0.5, 0.5]  # type: ignore[arg-type]
    assert share.less(nowhere, nowhere, 52).error == pytest.approx([np.sqrt(0.5)] * 2)  # type: ignore[arg-type]
