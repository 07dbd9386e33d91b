"""The share of true effects below zero, with the noise taken out: planted truths come back."""

from __future__ import annotations

import numpy as np
import pytest

from escalation.analysis.shrinkage import shrink


@pytest.mark.parametrize("share", [0.2, 0.5, 0.85])
def test_a_planted_share_of_negative_effects_comes_back(share: float) -> None:
    rng = np.random.default_rng(1)
    true = np.where(rng.random(400) < share, -1.0, 1.0) * rng.uniform(0.5, 1.5, 400)
    errors = np.full(400, 0.4)
    found = shrink(true + rng.normal(0.0, errors), errors)
    assert found.below == pytest.approx(share, abs=0.06)
    assert found.below_low <= (true < 0).mean() <= found.below_high


def test_noise_does_not_pass_for_a_spread_of_signs() -> None:
    """All true effects are slightly negative: counting says about two thirds, the deconvolution far more."""
    rng = np.random.default_rng(2)
    errors = np.full(500, 1.0)
    found = shrink(-0.5 + rng.normal(0.0, errors), errors)
    assert found.raw < 0.75
    assert found.below > 0.85


def test_pure_noise_stays_undecided() -> None:
    rng = np.random.default_rng(3)
    errors = np.full(96, 1.0)
    found = shrink(rng.normal(0.0, errors), errors)
    assert 0.1 < found.below < 0.9
    assert found.below_high - found.below_low > 0.4


def test_the_central_range_is_narrower_than_the_estimates_and_holds_the_truth() -> None:
    rng = np.random.default_rng(4)
    true = rng.normal(2.0, 1.0, 500)
    errors = np.full(500, 1.0)
    estimates = true + rng.normal(0.0, errors)
    found = shrink(estimates, errors)
    raw = np.quantile(estimates, [0.025, 0.975])
    assert found.high - found.low < raw[1] - raw[0]
    assert found.low == pytest.approx(np.quantile(true, 0.025), abs=0.5)
    assert found.high == pytest.approx(np.quantile(true, 0.975), abs=0.5)


def test_weights_move_the_share() -> None:
    effects = np.array([-1.0] * 50 + [1.0] * 50)
    errors = np.full(100, 0.01)
    favoured = np.where(effects < 0, 9.0, 1.0)
    assert shrink(effects, errors).below == pytest.approx(0.5, abs=0.05)
    assert shrink(effects, errors, favoured).below > 0.8


def test_no_risk_anywhere_says_nothing() -> None:
    found = shrink(np.zeros(10), np.zeros(10))
    assert (found.below, found.below_low, found.below_high) == (0.5, 0.0, 1.0)


def test_one_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="legal: 2 or more"):
        shrink(np.zeros(1), np.zeros(1))
