"""The interval of weighed odds: closed forms, and how often it misses where few worlds carry the sum."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from escalation.analysis.intervals import UNSEEN, chances, chances_of, mean, quantile, z_of
from escalation.analysis.spread import SharedLuck
from escalation.scenario.loader import load
from escalation.worlds.ensemble import simulate

Floats = NDArray[np.float64]

REPLICATIONS, ERROR = 1000, 0.05
MOST_MISSES = stats.binom(REPLICATIONS, ERROR).ppf(0.9999) / REPLICATIONS
"""What a true error of 5 % stays below in 9,999 of 10,000 simulations."""


def misses(draw: Floats, truth: float) -> tuple[float, float]:
    """Share of the samples ``draw`` (replications, worlds) whose interval misses, and whose normal one does."""
    found = [chances_of(row) for row in draw]
    normal = [mean(row) for row in draw]
    return (
        float(np.mean([not one.low <= truth <= one.high for one in found])),
        float(np.mean([not one.low <= truth <= one.high for one in normal])),
    )


# -- coverage -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("n", [50, 1000, 20_000, 100_000])
@pytest.mark.parametrize("met", [0.5, 3.0, 8.0, 40.0])
@pytest.mark.parametrize("kind", ["two points", "exponential", "beta"])
@pytest.mark.parametrize("floor", [0.0, 1e-4])
def test_a_few_worlds_that_carry_the_sum_are_held(n: int, met: float, kind: str, floor: float) -> None:
    """``met`` such worlds on average, among n: certain of war, dangers that add up without end, or mostly small ones.

    Only the few are drawn, for the others are all alike.
    """
    if met >= n:
        pytest.skip("no few among so few")
    rng = np.random.default_rng(round(n + 10 * met))
    draw = {
        "two points": np.ones,
        "exponential": lambda size: rng.exponential(size=size),
        "beta": lambda size: rng.beta(0.2, 0.8, size=size),
    }[kind]
    share, each = met / n, 0.2 if kind == "beta" else 1.0
    truth = share * each + (1.0 - share) * floor
    missed = 0
    for few in rng.binomial(n, share, size=REPLICATIONS):
        sums = draw(few)
        total, squares = sums.sum() + floor * (n - few), (sums * sums).sum() + floor * floor * (n - few)
        found = chances(n, float(total), float(squares))
        missed += not found.low * (1.0 - 1e-9) <= truth <= found.high
    assert missed / REPLICATIONS <= MOST_MISSES


def test_the_normal_interval_fails_that_test_and_so_does_one_without_the_unseen_world() -> None:
    rng = np.random.default_rng(3)
    n, met = 1000, 1.0
    few = rng.binomial(n, met / n, size=REPLICATIONS)
    half = z_of(0.95) * np.sqrt(few / n * (1 - few / n) / n)
    normal = np.mean((few / n + half < met / n) | (few / n - half > met / n))
    bare = np.mean([not (f := chances(n, k, k, unseen=1e-9)).low <= met / n <= f.high for k in few.astype(float)])
    assert normal > 2 * MOST_MISSES
    assert bare > 2 * MOST_MISSES


def test_worlds_that_live_on_need_the_unseen_world_to_weigh_two() -> None:
    """Chances that add up without end: the docstring's reason for 2 and not 1."""
    rng = np.random.default_rng(4)
    n, met, above = 2000, 8.0, {1.0: 0, UNSEEN: 0}
    for few in rng.binomial(n, met / n, size=4 * REPLICATIONS):
        sums = rng.exponential(size=few)
        for unseen in above:
            above[unseen] += chances_of(np.append(sums, np.zeros(n - few)), unseen=unseen).high < met / n
    assert above[1.0] > 1.5 * ERROR / 2 * 4 * REPLICATIONS > above[UNSEEN]


@cache
def shipped(name: str) -> Floats:
    """Sums of chances of worlds of a shipped scenario within 90 days: the population to draw from."""
    return simulate(load(name), 40_000, horizon=13).end.war_sum


@pytest.mark.parametrize(("n", "replications"), [(50, 1000), (1000, 1000), (10_000, 400), (100_000, 100)])
@pytest.mark.parametrize("name", ["strike", "nonresponse"])
def test_the_sums_of_shipped_scenarios_are_held(name: str, n: int, replications: int) -> None:
    sums = shipped(name)
    rng = np.random.default_rng(n)
    missed, _ = misses(sums[rng.integers(len(sums), size=(replications, n))], float(sums.mean()))
    assert missed <= stats.binom(replications, ERROR).ppf(0.9999) / replications


def test_the_normal_interval_misses_the_sums_of_a_shipped_scenario() -> None:
    sums = shipped("nonresponse")
    rng = np.random.default_rng(1)
    honest, normal = misses(sums[rng.integers(len(sums), size=(REPLICATIONS, 50))], float(sums.mean()))
    assert honest <= MOST_MISSES < normal / 2


# -- closed forms -------------------------------------------------------------------------------------------------
def test_sums_of_nought_and_one_have_the_poisson_interval() -> None:
    """With an unseen world of 1, in many worlds: half the chi-squared quantiles of 2 k and 2 k + 2 (Garwood 1936)."""
    n = 10**8
    for k in (1, 4, 30):
        found = chances(n, k, k, unseen=1.0)
        exact = stats.chi2.ppf(0.025, 2 * k) / 2, stats.chi2.isf(0.025, 2 * k + 2) / 2
        assert (n * found.low, n * found.high) == pytest.approx(exact, rel=1e-6)


def test_many_worlds_have_the_normal_interval() -> None:
    sums = np.random.default_rng(2).beta(2.0, 5.0, 10**6)
    found, normal = chances_of(sums), mean(sums)
    assert (found.low, found.high) == pytest.approx((normal.low, normal.high), abs=3e-6)


def test_no_chance_of_war_is_not_known_to_be_none() -> None:
    found = chances(1000, 0.0, 0.0)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(-UNSEEN * math.log(0.025) / 1001, rel=1e-3)
    with pytest.raises(ValueError, match="worlds"):
        chances(0, 0.0, 0.0)


@given(st.integers(1, 10**7), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_it_holds_the_mean_and_stays_between_nought_and_one(n: int, middle: float, spread: float) -> None:
    total = n * middle
    squares = total * middle + spread * (total - total * middle)
    found = chances(n, total, squares)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.95])
@pytest.mark.parametrize("n", [1, 9, 50, 400])
def test_the_interval_of_a_quantile_holds_it_as_often_as_it_says(n: int, share: float) -> None:
    # of uniform draws the value below which a share lies is the share itself
    draws = np.random.default_rng(n).random((REPLICATIONS, n))
    found = [quantile(row, share, 0.0, 1.0) for row in draws]
    missed = np.mean([not one.low <= share <= one.high for one in found])
    assert missed <= MOST_MISSES
    assert missed > 0.01 or n < 50  # not held by being far too wide
    assert all(one.low <= one.value <= one.high for one in found)


def test_a_quantile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        quantile(np.zeros(0), 0.5, 0.0, 1.0)
    one = quantile(np.array([0.3]), 0.5, -1.0, 1.0)
    assert (one.value, one.low, one.high) == (0.3, -1.0, 1.0)


@pytest.mark.parametrize("draws", [10, 400])
def test_the_shift_that_draws_share_covers_their_mean_however_many_they_are(draws: int) -> None:
    """World w is at war in a draw where its luck lies below the odds: luck that no number of draws averages out."""
    rng = np.random.default_rng(7)
    odds, worlds, tries = np.linspace(0.05, 0.35, draws), 400, 400
    held, widths = 0, []
    for _ in range(tries):
        luck, shared = rng.random(worlds), SharedLuck()
        bits = [luck < share for share in odds]
        for one in bits:
            shared.take(one)
        shift = shared.shift()
        assert shift is not None
        widths.append(shift)
        held += abs(float(np.mean(bits)) - float(odds.mean())) <= shift
    assert 0.92 <= held / tries <= 0.98
    assert float(np.mean(widths)) == pytest.approx(1.96 * luck_of_one_world(odds) / math.sqrt(worlds), rel=0.03)


def luck_of_one_world(odds: np.ndarray) -> float:
    """The standard deviation of the share of draws at war in a world, whose luck is even."""
    luck = (np.arange(100_000) + 0.5) / 100_000
    return float((luck[:, None] < odds).mean(axis=1).std())


def test_no_shift_is_told_where_worlds_say_nothing_of_it() -> None:
    none, calm, uneven = SharedLuck(), SharedLuck(), SharedLuck()
    calm.take(np.zeros(10, dtype=np.bool_))
    for size in (10, 11):
        uneven.take(np.arange(size) > 5)
    assert [found.shift() for found in (none, calm, uneven)] == [None, None, None]
