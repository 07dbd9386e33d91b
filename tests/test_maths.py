"""Our own exponential, logarithm, logistic and normal quantile: close to the library's, and the same bits compiled."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from escalation import maths

ERROR = 4e-15
"""Relative error that the module states for exp and log."""


def plain(function: Callable[[float], float]) -> Callable[[float], float]:
    """The Python that a compiled function is written in."""
    result: Callable[[float], float] = getattr(function, "py_func", function)
    return result


@given(st.floats(-700.0, 700.0))
def test_exp(x: float) -> None:
    assert maths.exp(x) == pytest.approx(math.exp(x), rel=ERROR, abs=0.0)


@given(st.floats(1e-300, 1e300))
def test_log(x: float) -> None:
    assert maths.log(x) == pytest.approx(math.log(x), rel=ERROR, abs=1e-300)


@given(st.floats(0.5, 2.0))
def test_log_near_one(x: float) -> None:
    assert maths.log(x) == pytest.approx(math.log(x), rel=ERROR, abs=1e-300)


def test_the_ends_are_clipped_not_infinite() -> None:
    assert maths.exp(1e6) == maths.exp(700.0)
    assert maths.exp(-1e6) == maths.exp(-700.0)
    assert maths.exp(-1e6) > 0.0
    assert maths.log(0.0) == maths.log(1e-300)
    assert maths.exp(0.0) == 1.0
    assert maths.log(1.0) == 0.0


@given(st.floats(-600.0, 600.0))
def test_logistic(x: float) -> None:
    assert maths.logistic(x) == pytest.approx(float(special.expit(x)), rel=2 * ERROR)
    assert maths.logistic(x) + maths.logistic(-x) == pytest.approx(1.0, abs=1e-15)


@given(st.floats(1e-9, 1.0 - 1e-9))
def test_logit_undoes_logistic(p: float) -> None:
    assert maths.logistic(maths.logit(p)) == pytest.approx(p, rel=1e-12)
    assert maths.logit(p) == pytest.approx(float(special.logit(p)), rel=1e-9, abs=1e-14)


def test_logit_of_a_certainty_is_finite() -> None:
    assert maths.logit(0.0) == pytest.approx(-27.63, abs=0.01)
    assert maths.logit(1.0) == pytest.approx(27.63, abs=0.01)


@given(st.floats(1e-16, 1.0 - 1e-15))
def test_normal_quantile(u: float) -> None:
    assert maths.normal(u) == pytest.approx(float(stats.norm.ppf(u)), rel=1.3e-9, abs=1e-9)


def test_normal_quantile_rises() -> None:
    grid = np.linspace(1e-6, 1.0 - 1e-6, 20001)
    values = np.array([maths.normal(float(u)) for u in grid])
    assert (np.diff(values) > 0.0).all()


@pytest.mark.parametrize("name", ["exp", "log", "logistic", "logit", "normal"])
def test_compiled_and_plain_give_the_same_bits(name: str) -> None:
    compiled = getattr(maths, name)
    rng = np.random.default_rng(1)
    points = {
        "exp": rng.uniform(-710.0, 710.0, 3000),
        "log": np.exp(rng.uniform(-690.0, 690.0, 3000)),
        "logistic": rng.normal(0.0, 20.0, 3000),
        "logit": rng.uniform(0.0, 1.0, 3000),
        "normal": rng.uniform(0.0, 1.0, 3000),
    }[name]
    one = np.array([compiled(float(x)) for x in points])
    other = np.array([plain(compiled)(float(x)) for x in points])
    np.testing.assert_array_equal(one.view(np.uint64), other.view(np.uint64))


def test_known_bits() -> None:
    """Recorded once: a change here changes every digest."""
    assert [maths.exp(x).hex() for x in (1.0, -0.3, 42.0)] == [
        "0x1.5bf0a8b145769p+1",
        "0x1.7b4c869c37c05p-1",
        "0x1.8232558201159p+60",
    ]
    assert [maths.log(x).hex() for x in (2.0, 10.0, 0.3)] == [
        "0x1.62e42fefa39efp-1",
        "0x1.26bb1bbb55516p+1",
        "-0x1.34378fcbda721p+0",
    ]
