"""Priors: their quantiles against SciPy's distributions, and what is wrong with bad ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from escalation.scenario.prior import FAMILIES, parse, round_significant

CASES = [
    ("beta(7, 13)", stats.beta(7, 13), 0.05, 0.8),
    ("beta(0.5, 0.5)", stats.beta(0.5, 0.5), 0.0, 1.0),
    ("lognormal(3, 0.7)", stats.lognorm(0.7, scale=3), 0.5, 20.0),
    ("loguniform(0.01, 10)", stats.loguniform(0.01, 10), 0.05, 2.0),
    ("uniform(-1, 3)", stats.uniform(-1, 4), -0.5, 2.5),
    ("normal(0.3, 0.4)", stats.norm(0.3, 0.4), -0.2, 1.5),
    ("gamma(3, 2)", stats.gamma(3, scale=1 / 2), 0.1, 8.0),
    ("triangular(0.5, 0.9, 1)", stats.triang(0.8, loc=0.5, scale=0.5), 0.55, 0.99),
]


@pytest.mark.parametrize(("text", "law", "low", "high"), CASES)
def test_quantiles_are_those_of_the_truncated_law(text: str, law, low: float, high: float) -> None:
    u = np.linspace(0.0005, 0.9995, 997)
    expected = law.ppf(law.cdf(low) + u * (law.cdf(high) - law.cdf(low)))
    found = parse(text).quantile(u, low, high)
    np.testing.assert_allclose(found, expected, rtol=2e-8, atol=1e-12)
    assert found.shape == u.shape
    assert parse(text).mass(low, high) == pytest.approx(law.cdf(high) - law.cdf(low), rel=1e-12)


@pytest.mark.parametrize(("text", "law", "low", "high"), CASES)
def test_quantiles_rise_and_stay_inside(text: str, law, low: float, high: float) -> None:
    found = parse(text).quantile(np.array([1e-17, 0.1, 0.5, 0.9, 1 - 1e-16]), low, high)
    assert (np.diff(found) > 0).all()
    assert found[0] >= low
    assert found[-1] <= high


def test_every_family_has_a_case() -> None:
    assert {text.split("(")[0] for text, *_ in CASES} == set(FAMILIES)


@pytest.mark.parametrize(("text", "law", "low", "high"), CASES)
def test_text_reads_back(text: str, law, low: float, high: float) -> None:
    assert str(parse(text)) == text
    assert parse(str(parse(text))) == parse(text)


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_any_parameters_read_back(a: float, b: float) -> None:
    prior = parse(f"gamma({a!r}, {b!r})")
    assert prior.parameters == (a, b)
    assert parse(str(prior)) == prior


@given(st.floats(0.3, 50), st.floats(0.3, 50), st.floats(0, 0.9), st.floats(0.01, 1))
def test_the_glance_never_overstates_where_the_law_is_thin(a: float, b: float, low: float, width: float) -> None:
    high = min(low + width, 1.0)
    exact = stats.beta(a, b).cdf(high) - stats.beta(a, b).cdf(low)
    assert parse(f"beta({a!r}, {b!r})").has_mass(low, high) == (exact >= 1e-6) or 1e-7 < exact < 1e-5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bta(1, 2)", "did you mean 'beta'"),
        ("beta(1)", "1 parameters; beta(a, b) has 2"),
        ("beta(1, 2", "is not a prior"),
        ("", "is not a prior"),
        ("beta(x, 2)", "not all numbers"),
        ("beta(nan, 2)", "not all finite"),
        ("beta(0, 2)", "a and b must be above 0"),
        ("normal(0, -1)", "sd must be above 0"),
        ("uniform(2, 1)", "low must be below high"),
        ("loguniform(0, 1)", "low must be above 0"),
        ("triangular(0, 2, 1)", "must rise"),
        ("lognormal(-1, 1)", "median and log_sd must be above 0"),
    ],
)
def test_a_bad_prior_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse(text)
    assert words in str(caught.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_keeps_ten_digits(x: float) -> None:
    rounded = float(round_significant(np.array([x]))[0])
    if 1e-300 <= abs(x) < 1e290:
        assert rounded == pytest.approx(float(f"{x:.9e}"), rel=2e-10)
    if 1e-280 <= abs(x) < 1e280:
        assert float(round_significant(np.array([x * (1 + 1e-15)]))[0]) == pytest.approx(rounded, rel=1.1e-9)


def test_rounding_swallows_the_last_bits() -> None:
    x = np.array([0.1234567890123, 123456.7890123, 3.3e-7, 0.0, -2.5])
    np.testing.assert_array_equal(round_significant(x), round_significant(np.nextafter(x, 1e9)) * (x != 0))
