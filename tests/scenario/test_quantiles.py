"""Draws of many numbers at once against one prior at a time, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from escalation.compiled import ENABLED
from escalation.draws import parameter_uniform
from escalation.scenario.design import draw
from escalation.scenario.files import shipped
from escalation.scenario.loader import load
from escalation.scenario.number import Number
from escalation.scenario.prior import Prior, parse
from escalation.scenario.quantiles import WORTH, Quantiles, quantiles

MANY = 4 * WORTH
CASES = [
    ("beta(7, 13)", 0.05, 0.8),
    ("beta(0.5, 0.5)", 0.0, 1.0),
    ("beta(2, 28.5)", 0.0, 0.5),
    ("beta(11.88, 0.12)", 0.64, 0.999),
    ("lognormal(3, 0.7)", 0.5, 20.0),
    ("lognormal(60000, 0.9)", 3000.0, 600000.0),
    ("loguniform(0.01, 10)", 0.05, 2.0),
    ("uniform(-1, 3)", -0.5, 2.5),
    ("normal(0, 2)", -5.0, 5.0),
    ("normal(0.3, 0.4)", 1.9, 2.5),
    ("gamma(0.5, 10)", 0.0, 0.3),
    ("triangular(0.5, 0.9, 1)", 0.5, 1.0),
    ("uniform(0, 1e12)", 0.0, 1e12),
    ("uniform(-1e-9, 1e-9)", -1e-9, 1e-9),
]
compiled_only = pytest.mark.skipif(not ENABLED, reason="uncompiled, laws are inverted one by one")


def one_by_one(number: Number, rows: int, seed: int) -> np.ndarray:
    assert number.prior is not None
    assert number.range is not None
    return number.prior.quantile(parameter_uniform(seed, np.arange(rows), number.key), *number.range)


def drawn(prior: Prior, low: float, high: float, rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A draw by polynomials, if they are worth it, and the same one by inversion."""
    found = Quantiles(((prior, (low, high)),)).draw(seed, np.arange(rows), ["number"])[0]
    return found, prior.quantile(parameter_uniform(seed, np.arange(rows), "number"), low, high)


@pytest.mark.parametrize("name", shipped())
def test_a_draw_of_all_numbers_is_that_of_each(name: str) -> None:
    scenario = load(name)
    for rows in (5, MANY):  # laws inverted, and polynomials
        values = draw(scenario, rows, seed=11)
        for number in scenario.uncertain():
            np.testing.assert_array_equal(values[number.key], one_by_one(number, rows, 11), err_msg=number.key)


@pytest.mark.parametrize(("text", "low", "high"), CASES)
def test_every_law_comes_out_bit_by_bit(text: str, low: float, high: float) -> None:
    found, expected = drawn(parse(text), low, high, 100_000)
    np.testing.assert_array_equal(found, expected)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["beta", "gamma", "lognormal", "normal", "loguniform"]),
    st.floats(0.2, 60.0),
    st.floats(0.05, 30.0),
    st.floats(0.0, 0.98),
    st.floats(0.01, 1.0),
    st.integers(0, 2**63),
)
def test_any_law_stays_in_its_range_and_comes_out_bit_by_bit(
    family: str, first: float, second: float, start: float, width: float, seed: int
) -> None:
    prior = parse(f"{family}({first!r}, {second if family != 'loguniform' else first * (1.0 + second)!r})")
    end = min(start + width, 0.999)
    assume(end - start > 1e-3)
    whole = (0.0, 1.0) if family == "beta" else (-1e6, 1e6) if family == "normal" else (1e-300, 1e300)
    low, high = (float(bound) for bound in prior.quantile(np.array([start, end]), *whole))
    assume(low < high and prior.has_mass(low, high))
    found, expected = drawn(prior, low, high, MANY, seed)
    assert low <= found.min() <= found.max() <= high
    np.testing.assert_array_equal(found, expected)


@compiled_only
def test_hardly_a_draw_is_inverted() -> None:
    scenario = load("strike")
    numbers = scenario.uncertain()
    known = Quantiles(tuple((number.prior, number.range) for number in numbers))  # type: ignore[misc]
    inverted = []
    exact = known._exact
    known._exact = lambda which, u: inverted.append(u.size) or exact(which, u)  # type: ignore[method-assign, func-returns-value]
    known.draw(0, np.arange(MANY), [number.key for number in numbers])
    assert sum(inverted) < 0.005 * MANY * len(numbers)


@compiled_only
def test_a_polynomial_that_errs_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """The law above can fail: with no error allowed for, some digit comes out another."""
    monkeypatch.setattr("escalation.scenario.quantiles.CLOSE", 1e-9)
    monkeypatch.setattr("escalation.scenario.quantiles.SLACK", 0.0)
    monkeypatch.setattr("escalation.scenario.quantiles.NOISE", 0.0)
    found, expected = drawn(parse("beta(3, 7)"), 0.0, 0.8, 100_000)
    assert (found != expected).any()
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_few_draws_or_many_the_rows_are_the_same() -> None:
    spread = ((parse("beta(3, 7)"), (0.0, 0.8)), (parse("gamma(2, 3)"), (0.1, 2.0)))
    keys = ["a", "b"]
    known = Quantiles(spread)
    early = known.draw(4, np.arange(100), keys)
    whole = known.draw(4, np.arange(MANY), keys)
    late = known.draw(4, np.arange(50, 100), keys)
    np.testing.assert_array_equal(early, whole[:, :100])
    np.testing.assert_array_equal(late, whole[:, 50:100])
    assert quantiles(spread) is quantiles(spread)
