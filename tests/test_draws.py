"""Keyed draws: known answers, uniformity, independence of the order and number of draws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from escalation import draws


def splitmix(z: int) -> int:
    """The finaliser of splitmix64 in whole numbers, written apart from the package."""
    mask = (1 << 64) - 1
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def by_hand(seed: int, world: int, step: int, turn: int, actor: int, purpose: int) -> float:
    mask = (1 << 64) - 1
    key = splitmix(splitmix(seed) ^ ((world + 1) * 0x9E3779B97F4A7C15 & mask))
    index = (((step + 1024) * 8 + turn) * 64 + actor) * 64 + purpose
    bits = splitmix(key ^ (index * 0xD1342543DE82EF95 & mask))
    return (bits >> 11) * 2.0**-53 + 2.0**-54


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 10**9),
    st.integers(-1000, 5000),
    st.integers(0, 7),
    st.integers(0, 63),
    st.integers(0, 63),
)
def test_a_draw_is_the_stated_hash(seed: int, world: int, step: int, turn: int, actor: int, purpose: int) -> None:
    key = draws.world_keys(seed, np.array([world]))[0]
    u = draws.uniform(key, step, turn, actor, purpose)
    assert u == by_hand(seed, world, step, turn, actor, purpose)
    assert 0.0 < u < 1.0


def test_published_values_of_the_finaliser() -> None:
    """First outputs of splitmix64 from state 1234567 (Vigna's reference code, as in Rosetta Code's task)."""
    state, golden = 1234567, 0x9E3779B97F4A7C15
    outputs = [int(draws.mix(np.uint64((state + (i + 1) * golden) & (2**64 - 1)))) for i in range(3)]
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_keys_of_a_block_do_not_depend_on_the_block() -> None:
    whole = draws.world_keys(3, np.arange(100))
    parts = np.concatenate([draws.world_keys(3, np.arange(7)), draws.world_keys(3, np.arange(7, 100))])
    np.testing.assert_array_equal(whole, parts)
    assert len(np.unique(whole)) == 100


def sample(**vary: range) -> np.ndarray:
    axes = {"step": range(1), "turn": range(1), "actor": range(1), "purpose": range(1), **vary}
    key = draws.world_keys(0, np.arange(1))[0]
    cells = itertools.product(axes["step"], axes["turn"], axes["actor"], axes["purpose"])
    return np.array([draws.uniform(key, *cell) for cell in cells])


@pytest.mark.parametrize(
    "vary",
    [
        {"step": range(-100, 3000)},
        {"step": range(100), "turn": range(8), "actor": range(4)},
        {"actor": range(64), "purpose": range(64)},
    ],
)
def test_draws_are_uniform_and_uncorrelated(vary: dict[str, range]) -> None:
    u = sample(**vary)
    counts = np.histogram(u, bins=32, range=(0.0, 1.0))[0]
    assert stats.chisquare(counts).pvalue > 1e-4
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    for lag in (1, 2, 7, 64):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4.5 / np.sqrt(len(u))


def test_draws_are_uniform_across_worlds_and_seeds() -> None:
    for seeds, worlds in (((0,), 5000), (range(500), 10)):
        keys = np.concatenate([draws.world_keys(seed, np.arange(worlds)) for seed in seeds])
        u = np.array([draws.uniform(key, 1, 0, 1, draws.CHOICE) for key in keys])
        assert stats.kstest(u, "uniform").pvalue > 1e-4
        assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4.5 / np.sqrt(len(u))


def test_purposes_have_numbers_of_their_own() -> None:
    bounds = ("STEP_OFFSET", "MAX_ROUNDS", "MAX_ACTORS", "MAX_PURPOSES")
    numbers = {name: value for name, value in vars(draws).items() if name.isupper() and isinstance(value, int)}
    purposes = sorted(value for name, value in numbers.items() if name not in bounds)
    assert purposes == list(range(len(purposes)))
    assert max(purposes) < draws.MAX_PURPOSES
    assert len({by_hand(0, 0, 1, 0, 1, purpose) for purpose in purposes}) == len(purposes)


def test_no_two_cells_of_a_year_share_a_key() -> None:
    u = sample(step=range(-90, 53), turn=range(8), actor=range(4), purpose=range(4))
    assert len(np.unique(u)) == len(u)


def test_a_parameter_is_drawn_by_its_name_and_row() -> None:
    rows = np.arange(2000)
    mine = draws.parameter_uniform(4, rows, "us.type.resolute")
    np.testing.assert_array_equal(mine[::-1], draws.parameter_uniform(4, rows[::-1], "us.type.resolute"))
    np.testing.assert_array_equal(mine[500:600], draws.parameter_uniform(4, np.arange(500, 600), "us.type.resolute"))
    other = draws.parameter_uniform(4, rows, "us.type.resolutf")
    assert abs(np.corrcoef(mine, other)[0, 1]) < 0.1
    assert abs(np.corrcoef(mine, draws.parameter_uniform(5, rows, "us.type.resolute"))[0, 1]) < 0.1
    assert stats.kstest(mine, "uniform").pvalue > 1e-4
    assert ((mine > 0.0) & (mine < 1.0)).all()


def test_parameter_draws_are_not_the_worlds_draws() -> None:
    rows = np.arange(1000)
    parameters = draws.parameter_uniform(0, rows, "errors.aim")
    worlds = np.array([draws.uniform(key, 0, 0, 1, draws.TYPE) for key in draws.world_keys(0, np.arange(1000))])
    assert abs(np.corrcoef(parameters, worlds)[0, 1]) < 0.15


def test_recorded_draws() -> None:
    """Recorded once: a change here changes every digest."""
    assert by_hand(0, 0, 0, 0, 0, 0) == draws.uniform(draws.world_keys(0, np.arange(1))[0], 0, 0, 0, 0)
    assert draws.uniform(draws.world_keys(0, np.arange(1))[0], 0, 0, 1, draws.TYPE).hex() == RECORDED[0]
    assert draws.uniform(draws.world_keys(7, np.arange(41, 42))[0], 12, 3, 2, draws.CHOICE).hex() == RECORDED[1]
    assert draws.parameter_uniform(7, np.array([3]), "errors.aim")[0].hex() == RECORDED[2]


RECORDED = ("0x1.8a9fadd4c1c11p-2", "0x1.0f5edd1ec1eacp-1", "0x1.48c1f03bd3e85p-2")
