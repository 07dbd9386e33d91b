"""Confidence sequences: closed forms, and what they miss when they are looked at forty times.

The worlds of the simulations have a few possible sums of chances each (``Worlds``), so that a look at a million of
them costs as much as a look at ten.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from escalation.analysis.intervals import wilson, z_of
from escalation.analysis.sequences import (
    FIRST_LOOK,
    GROWTH,
    PLANNED,
    Seen,
    Stopping,
    conditional,
    counted,
    enough_at,
    fixed_worlds,
    looks,
    together,
)
from escalation.worlds.totals import Layout, Totals

Floats = NDArray[np.float64]

REPLICATIONS, LOOKS, ERROR = 2000, 40, 0.05
MOST_MISSES = stats.binom(REPLICATIONS, ERROR).ppf(0.999) / REPLICATIONS
"""What a true error of 5 % stays below in 999 of 1,000 simulations."""


@dataclass(frozen=True)
class Worlds:
    """Worlds whose sums of chances take the values ``sums``, in the ``shares`` given; war comes with that chance."""

    sums: Floats
    shares: Floats

    @property
    def odds(self) -> float:
        return float(self.sums @ self.shares)

    def watched(self, seed: int) -> tuple[NDArray[np.int64], ...]:
        """n (looks,), and wars, sums and sums of squares, each (replications, looks)."""
        rng = np.random.default_rng(seed)
        n = np.array(list(itertools.islice(looks(10**12), LOOKS)))
        shape = (REPLICATIONS, LOOKS)
        wars, total, total_sq = np.zeros(shape, dtype=np.int64), np.zeros(shape), np.zeros(shape)
        for look, more in enumerate(np.diff(n, prepend=0)):
            counts = rng.multinomial(more, self.shares, size=REPLICATIONS)
            wars[:, look] = rng.binomial(counts, self.sums).sum(axis=1)
            total[:, look], total_sq[:, look] = counts @ self.sums, counts @ self.sums**2
        return n, wars.cumsum(axis=1), total.cumsum(axis=1), total_sq.cumsum(axis=1)


def decided(odds: float) -> Worlds:
    """All is decided before the last chance: the sum of chances is war itself."""
    return Worlds(np.array([0.0, 1.0]), np.array([1.0 - odds, odds]))


def skewed(odds: float, a: float, b: float, small: float = 0.1) -> Worlds:
    """Nearly all worlds have next to no chance of war; the rest, a few, have beta(a, b) ones."""
    few = odds * (1.0 - small) * (a + b) / a
    large = stats.beta(a, b).ppf((np.arange(60) + 0.5) / 60)
    tiny = stats.expon(scale=odds * small / (1.0 - few)).ppf((np.arange(20) + 0.5) / 20)
    shares = np.concatenate([np.full(20, (1.0 - few) / 20), np.full(60, few / 60)])
    return Worlds(np.concatenate([tiny, large]), shares / shares.sum())


def hidden(odds: float, rare: float) -> Worlds:
    """All worlds are alike, but for a few in which war is certain: early looks see no spread at all."""
    return Worlds(np.array([odds, 1.0]), np.array([1.0 - rare, rare]))


POPULATIONS = {
    "decided, 1 in 1,000": decided(0.001),
    "decided, 1 in 100": decided(0.01),
    "decided, 1 in 2": decided(0.5),
    "skewed, 3 in 10,000": skewed(0.0003, 0.5, 0.5),
    "skewed, 1 in 1,000": skewed(0.001, 0.5, 2.0),
    "skewed, 1 in 100": skewed(0.01, 0.5, 2.0),
    "skewed, 1 in 10": skewed(0.1, 1.0, 1.0),
    "hidden, 1 in 1,000": hidden(0.0005, 0.0005),
    "hidden, 1 in 100": hidden(0.01, 0.0003),
}


def missed(truth: float, low: Floats, high: Floats) -> float:
    """Share of replications in which any look misses the truth."""
    return float(((low > truth) | (high < truth)).any(axis=1).mean())


# -- coverage --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", POPULATIONS)
def test_no_more_than_the_stated_error_over_all_looks(name: str) -> None:
    worlds = POPULATIONS[name]
    n, wars, total, total_sq = worlds.watched(seed=len(name))
    assert missed(worlds.odds, *together(n, wars, total, total_sq)) <= MOST_MISSES
    assert missed(worlds.odds, *conditional(n, total, total_sq)) <= MOST_MISSES


@pytest.mark.parametrize("odds", [0.001, 0.1, 0.5])
def test_counting_alone_keeps_to_it_too(odds: float) -> None:
    worlds = decided(odds)
    n, wars, _, _ = worlds.watched(seed=4)
    assert missed(odds, *counted(wars, n, 1.0 - ERROR)) <= MOST_MISSES


@pytest.mark.parametrize("name", ["decided, 1 in 100", "skewed, 1 in 10"])
def test_fixed_size_intervals_fail_the_same_test(name: str) -> None:
    worlds = POPULATIONS[name]
    n, wars, total, total_sq = worlds.watched(seed=1)
    bounds = np.vectorize(wilson)(wars, n)
    assert missed(worlds.odds, *bounds) > 4 * MOST_MISSES
    mean = total / n
    half = z_of(0.95) * np.sqrt((total_sq / n - mean**2) / n)
    assert missed(worlds.odds, mean - half, mean + half) > 4 * MOST_MISSES


@pytest.mark.parametrize("name", ["decided, 1 in 1,000", "skewed, 3 in 10,000", "hidden, 1 in 100"])
def test_without_the_certain_world_the_asymptotic_interval_fails_it_too(name: str) -> None:
    worlds = POPULATIONS[name]
    n, _, total, total_sq = worlds.watched(seed=1)
    assert missed(worlds.odds, *conditional(n, total, total_sq, certain=0.0)) > 2 * MOST_MISSES


def test_stopping_when_it_is_narrow_enough_does_not_spoil_it() -> None:
    worlds = POPULATIONS["skewed, 1 in 100"]
    low, high = together(*worlds.watched(seed=2))
    narrow = (high - low) / 2.0 <= 0.004
    assert narrow[:, -1].all()
    stop = narrow.argmax(axis=1)[:, None]
    at_stop = [np.take_along_axis(bound, stop, axis=1) for bound in (low, high)]
    assert missed(worlds.odds, *at_stop) <= MOST_MISSES
    assert len(set(stop.ravel().tolist())) > 1, "runs stop at looks of their own"


# -- closed forms ----------------------------------------------------------------------------------------------
def test_the_counted_interval_of_no_war_is_a_power() -> None:
    """B(1/2, n + 1/2) / B(1/2, 1/2) (1 - p)^-n = 1 / error, solved by hand for no war in one world and in two."""
    for n, mixed in ((1, 1 / 2), (2, 3 / 8)):
        low, high = counted(0, n, 0.95)
        assert (float(low), float(high)) == pytest.approx((0.0, 1.0 - (mixed * 0.05) ** (1 / n)))
    mirrored = counted(2, 2, 0.95)
    assert tuple(map(float, mirrored)) == pytest.approx(((3 / 8 * 0.05) ** (1 / 2), 1.0))


def test_the_conditional_interval_is_the_papers_at_its_narrowest() -> None:
    """At the planned size v - log v = 1 - 2 log(error) for v = n rho^2 + 1, and n half^2 / variance is v itself."""
    v = 1.0
    for _ in range(200):
        v = 1.0 - 2.0 * math.log(0.05) + math.log(v)
    low, high = conditional(PLANNED, PLANNED * 0.5, PLANNED * 0.34, 0.95, certain=0.0)
    assert ((high - low) / 2.0) ** 2 * PLANNED / 0.09 == pytest.approx(v, rel=1e-9)
    for times, wider in ((0.1, 1.23), (10.0, 1.06)):
        n = PLANNED * times
        rho_squared = (v - 1.0) / PLANNED
        tuned_here = math.sqrt(0.09 * v / n)
        here = math.sqrt(0.09 * 2 * (n * rho_squared + 1) / (n**2 * rho_squared))
        here *= math.sqrt(math.log(math.sqrt(n * rho_squared + 1) / 0.05))
        if n >= FIRST_LOOK:
            low, high = conditional(n, n * 0.5, n * 0.34, 0.95, certain=0.0)
            assert (high - low) / 2.0 == pytest.approx(here, rel=1e-9)
        assert here / tuned_here == pytest.approx(wider, abs=0.03)


def test_before_the_first_look_counting_alone_speaks() -> None:
    few = FIRST_LOOK - 1
    assert tuple(map(float, conditional(few, 3.0, 1.0))) == (0.0, 1.0)
    assert Seen(few, 5, 3.0, 1.0).odds() == tuple(map(float, counted(5, few, 0.975)))


@given(st.integers(1, 10**9), st.data())
def test_the_counted_interval_holds_the_share_and_mirrors(n: int, data: st.DataObject) -> None:
    wars = data.draw(st.integers(0, n))
    low, high = map(float, counted(wars, n))
    assert 0.0 <= low <= wars / n <= high <= 1.0
    assert low < high
    other = tuple(map(float, counted(n - wars, n)))
    assert other == pytest.approx((1.0 - high, 1.0 - low), rel=1e-6, abs=1e-9)


@given(st.integers(FIRST_LOOK, 10**7), st.data())
def test_both_together_hold_the_odds_that_are_reported(n: int, data: st.DataObject) -> None:
    wars = data.draw(st.integers(0, n))
    mean = data.draw(st.floats(0.0, 1.0))
    low, high = map(float, together(n, wars, n * mean, n * mean))
    assert 0.0 <= low <= wars / n <= high <= 1.0


def test_estimates_that_do_not_meet_are_both_held() -> None:
    n = 10**6
    low, high = map(float, together(n, n // 2, n * 0.1, n * 0.0101))
    by_chance = conditional(n, n * 0.1, n * 0.0101, 0.975)
    by_count = counted(n // 2, n, 0.975)
    assert (low, high) == pytest.approx((float(by_chance[0]), float(by_count[1])))


@pytest.mark.parametrize("bad", [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_share_is_refused(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="legal"):
        counted(*bad)


# -- stopping --------------------------------------------------------------------------------------------------
def test_looks_grow_and_end_at_the_most() -> None:
    assert list(looks(500)) == [500]
    assert list(looks(FIRST_LOOK)) == [FIRST_LOOK]
    taken = list(looks(100_000))
    assert (taken[0], taken[-1]) == (FIRST_LOOK, 100_000)
    assert all(b <= math.ceil(a * GROWTH) for a, b in itertools.pairwise(taken))
    assert taken[:-1] == list(looks(99_999))[:-1], "looks do not depend on how many there may be"


@pytest.mark.parametrize(("odds", "half"), [(0.0, 0.01), (0.001, 0.0005), (0.1, 0.005), (0.5, 0.02)])
def test_fixed_worlds_is_the_least_that_is_narrow_enough(odds: float, half: float) -> None:
    n, z2 = fixed_worlds(odds, half), z_of(0.95) ** 2

    def width(n: int) -> float:
        return math.sqrt(z2 * odds * (1 - odds) / n + z2**2 / (4 * n**2)) / (1 + z2 / n)

    assert width(n) <= half < width(n - 1)
    if odds == 0.1:
        low, high = wilson(round(n * odds), n)
        assert (high - low) / 2.0 == pytest.approx(half, rel=1e-3)


def test_a_run_that_weighs_saves_worlds_where_war_is_rare() -> None:
    """Every world's sum of chances is about 0.001, so that weighing knows in 20,000 worlds what counting does not."""
    stopping = Stopping(0.0005, 10**6).after(Seen(20_000, 20, 20.0, 0.04))
    assert stopping.reached
    assert stopping.saved == stopping.fixed_worlds / 20_000 > 5.0
    held = stopping.to_json()
    assert (held["worlds"], held["looks"], held["reached"]) == (20_000, 1, True)
    assert held["half_width"] <= held["asked"]


@pytest.mark.parametrize("half", [0.0, -0.1, 0.5, 1.0, math.nan])
def test_a_precision_out_of_range_is_refused(half: float) -> None:
    with pytest.raises(ValueError, match="precision"):
        Stopping(half, 10)
    with pytest.raises(ValueError, match="precision"):
        enough_at(half)


def test_a_sweeps_rule_looks_at_totals() -> None:
    layout = Layout.of(2, ("us",))
    sums = layout.blank(1)[0]
    sums[layout.slices["n"]] = 4000
    totals = Totals(layout, sums)
    assert Seen.of_totals(totals) == Seen(4000, 0, 0.0, 0.0)
    half = Seen.of_totals(totals).half_width()
    assert enough_at(half)(totals)
    assert not enough_at(half * 0.999)(totals)
