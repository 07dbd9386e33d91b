"""Figures carry intervals that cover, and nothing is made of nothing."""

from __future__ import annotations

import numpy as np
import pytest

from escalation.history import estimate


def test_a_share_of_nothing_is_not_a_figure() -> None:
    assert estimate.share(0, 0) is None
    assert estimate.ratio([0.0, 0.0], [0.0, 0.0]) is None
    assert estimate.mean([1.0]) is None
    assert estimate.ratio_of_ratios(([1.0, 1.0], [1.0, 1.0]), ([0.0, 0.0], [1.0, 1.0])) is None


def test_a_share_keeps_within_zero_and_one() -> None:
    for hits in (0, 3, 20):
        found = estimate.share(hits, 20)
        assert found is not None
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0
        assert found.n == 20


@pytest.mark.parametrize("kind", ["ratio", "ratio_of_ratios", "mean"])
def test_intervals_cover_as_often_as_they_say(kind: str) -> None:
    rng = np.random.default_rng(7)
    covered, trials = 0, 400
    for _ in range(trials):
        lived = rng.integers(20, 53, 300)
        some, more = rng.poisson(0.5 * lived), rng.poisson(0.8 * lived)
        found, truth = {
            "ratio": (estimate.ratio(some, lived), 0.5),
            "ratio_of_ratios": (estimate.ratio_of_ratios((some, lived), (more, lived)), 0.625),
            "mean": (estimate.mean(lived), 36.0),
        }[kind]
        assert found is not None
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / trials <= 0.98


def test_a_ratio_of_an_arm_with_itself_is_one_without_noise() -> None:
    rng = np.random.default_rng(1)
    arm = (rng.poisson(3.0, 100), np.full(100, 13))
    found = estimate.ratio_of_ratios(arm, arm)
    assert found is not None
    assert (found.low, found.value, found.high) == pytest.approx((1.0, 1.0, 1.0))
