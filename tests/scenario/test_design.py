"""Parameter rows: central values, keyed draws from the priors, broadcast numbers."""

from __future__ import annotations

import numpy as np
import pytest

from escalation.draws import parameter_uniform
from escalation.scenario.design import Values, central, draw
from escalation.scenario.scenario import Scenario


def test_central_values(dyad: Scenario) -> None:
    values = central(dyad)
    assert values.rows == 1
    assert {key: column.item() for key, column in values.items()} == {
        key: number.value for key, number in dyad.numbers.items()
    }


def test_a_row_is_the_same_in_any_block(dyad: Scenario) -> None:
    whole = draw(dyad, 100, seed=7)
    parts = [draw(dyad, 30, seed=7, first_row=0), draw(dyad, 70, seed=7, first_row=30)]
    for key, column in whole.items():
        np.testing.assert_array_equal(column, np.concatenate([part[key] for part in parts]))
    other = draw(dyad, 100, seed=8)
    assert (other["india.type.resolute"] != whole["india.type.resolute"]).all()


def test_only_uncertain_numbers_move_and_stay_in_range(dyad: Scenario) -> None:
    values = draw(dyad, 500, seed=0)
    uncertain = {number.key: number for number in dyad.uncertain()}
    for key, column in values.items():
        assert column.shape == (500,)
        assert column.dtype == np.float64
        if key in uncertain:
            low, high = uncertain[key].range or (np.nan, np.nan)
            assert low <= column.min() < column.max() <= high
            assert not values.fixed(key)
        else:
            assert (column == dyad.numbers[key].value).all()
            assert values.fixed(key)


def test_draws_invert_the_keyed_uniform(dyad: Scenario) -> None:
    number = dyad.numbers["india.type.resolute"]
    assert number.prior is not None
    u = parameter_uniform(3, np.arange(5, 25), number.key)
    expected = number.prior.quantile(u, 0.1, 0.95)
    np.testing.assert_array_equal(draw(dyad, 20, seed=3, first_row=5)[number.key], expected)


def test_two_scenarios_share_the_draws_of_a_shared_prior(dyad: Scenario) -> None:
    other = dyad.with_overrides({"errors.aim": 3, "pakistan.type.restrained": 0.5})
    mine, theirs = draw(dyad, 50, seed=1), draw(other, 50, seed=1)
    np.testing.assert_array_equal(mine["india.type.resolute"], theirs["india.type.resolute"])
    assert theirs.fixed("pakistan.type.restrained")


def test_values_set_by_hand(dyad: Scenario) -> None:
    values = draw(dyad, 4, seed=0).replace({"errors.aim": [0.0, 1.0, 2.0, 3.0], "errors.scale": 2.0})
    np.testing.assert_array_equal(values["errors.aim"], [0, 1, 2, 3])
    np.testing.assert_array_equal(values["errors.scale"], [2, 2, 2, 2])
    again = values.take(np.array([3, 3, 0]))
    assert again.rows == 3
    np.testing.assert_array_equal(again["errors.aim"], [3, 3, 0])
    np.testing.assert_array_equal(again["errors.scale"], [2, 2, 2])
    with pytest.raises(KeyError, match="aym"):
        values.replace({"errors.aym": 1.0})
    with pytest.raises(ValueError, match=r"broadcast"):
        values.replace({"errors.aim": [1.0, 2.0]})
    with pytest.raises(ValueError, match="rows must be at least 1"):
        Values(0, {})
