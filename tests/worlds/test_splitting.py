"""Splitting: nothing changes where nothing is copied, nothing is biased where something is, and roots stand alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from escalation import draws
from escalation.model.layout import ENDED, WAR_SUM
from escalation.scenario.loader import load
from escalation.scenario.scenario import Scenario
from escalation.worlds import importance, splitting
from escalation.worlds.ensemble import plan, simulate
from escalation.worlds.splitting import CELLS, EXCHANGE, RUNGS, SHAPE, WEEK, Census, Floats, Herd, Split, split

HORIZON = 6
ONES = np.ones(CELLS)
FAILURE = 5.0
"""Standard errors that an unbiased estimate may be off: passed by luck once in 1.7 million tests."""


def copies_of(seed: int) -> Floats:
    """A table that no one would choose: copies and thinning by chance, hardly any of it whole numbers."""
    return np.exp(np.random.default_rng(seed).uniform(np.log(0.4), np.log(8.0), CELLS))


@cache
def scenario(name: str = "strike", rule: str = "quantal") -> Scenario:
    return load(name, {"us.rule": rule, "iran.rule": rule})


def made(
    copies: Floats, worlds: int, *, weeks: tuple[int, ...] = (HORIZON,), workers: int = 2, **options: object
) -> Split:
    ready = plan(scenario(), worlds, **options)  # type: ignore[arg-type]
    return split(ready, copies, seed=0, horizon=max(weeks), weeks=weeks, workers=workers)


@pytest.mark.parametrize("options", [{}, {"priors": True}])
def test_copies_are_of_the_types_that_compiled_code_was_looked_up_for(options: dict[str, bool]) -> None:
    """``Crisis`` binds what it holds by the form of its lanes alone."""
    from numba import typeof

    herd = Herd(plan(scenario(), 60, **options), 0, 60, copies_of(4), 0)  # type: ignore[arg-type]
    begun = {herd.state.lanes.world.ndim: typeof(herd.state)}
    held = herd.state
    for _ in range(HORIZON):
        herd.live()
        form = herd.state.lanes.world.ndim
        assert typeof(herd.state) == begun.setdefault(form, typeof(herd.state))
    assert herd.state is not held


# -- the law ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("options", [{}, {"priors": True}])
def test_without_copies_the_roots_are_the_worlds(options: dict[str, bool]) -> None:
    worlds = 300
    plain = simulate(scenario(), worlds, horizon=HORIZON, **options)  # type: ignore[arg-type]
    found = made(ONES, worlds, weeks=(2, HORIZON), **options)
    for i, week in enumerate((2, HORIZON)):
        np.testing.assert_allclose(found.sums[i], plain.at[week].war_sum, rtol=1e-12, atol=1e-15)
    assert found.world_weeks == int(plain.end.tally("weeks").sum())


@pytest.mark.parametrize("table", [0, 1])
@pytest.mark.parametrize("name", ["strike", "accord"])
def test_whatever_is_copied_the_odds_are_the_same(name: str, table: int) -> None:
    few, many = 6_000, 60_000
    plain = simulate(scenario(name), many, horizon=HORIZON, first_world=few).end.war_sum
    ready = plan(scenario(name), few)
    found = split(ready, copies_of(table), seed=0, horizon=HORIZON, weeks=(HORIZON,))
    sums = found.sums[0]
    assert found.world_weeks > 1.2 * few * HORIZON
    error = np.sqrt(sums.var() / few + plain.var() / many)
    assert abs(sums.mean() - plain.mean()) < FAILURE * error


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["farsighted", "level-k", "audience"])
def test_other_rules_are_split_as_well(rule: str) -> None:
    ruled, few, many = scenario("strike", rule), 3_000, 20_000
    plain = simulate(ruled, many, horizon=3, first_world=few).end.war_sum
    sums = split(plan(ruled, few), copies_of(2), seed=0, horizon=3, weeks=(3,)).sums[0]
    assert abs(sums.mean() - plain.mean()) < FAILURE * np.sqrt(sums.var() / few + plain.var() / many)


def test_a_check_of_bias_would_find_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies that are always rounded up are found out by the test above."""
    monkeypatch.setattr(draws, "uniforms", lambda keys, *moment: np.full(len(keys), 0.9))
    few, many = 6_000, 60_000
    plain = simulate(scenario(), many, horizon=HORIZON, first_world=few).end.war_sum
    sums = made(np.minimum(copies_of(0), 2.0), few).sums[0]
    assert abs(sums.mean() - plain.mean()) > FAILURE * np.sqrt(sums.var() / few + plain.var() / many)


def test_weight_is_kept_on_average() -> None:
    """Over many roots the weight of the worlds that run, and have ended, adds up to that of the roots."""
    herd = Herd(plan(scenario(), 4000), 0, 4000, copies_of(3), 0)
    for _ in range(4):
        herd.live()
    alive = simulate(scenario(), 20_000, horizon=4).end.tally("ending") == 0
    weights = np.bincount(herd.lines.root, herd.lines.weight, 4000)
    assert herd.lines.weight.max() > 1.5 * herd.lines.weight.min()
    assert weights.mean() == pytest.approx(alive.mean(), abs=FAILURE * weights.std() / np.sqrt(4000))
    assert (herd.state.S[ENDED] == 0.0).all()
    np.testing.assert_array_equal(herd.lines.told, herd.state.S[WAR_SUM])


# -- roots and keys -----------------------------------------------------------------------------------------------
def test_neither_blocks_nor_workers_nor_other_roots_change_a_root(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made(copies_of(1), 200).sums
    monkeypatch.setattr(splitting, "BLOCK", 37)
    np.testing.assert_array_equal(made(copies_of(1), 200, workers=1).sums, whole)
    np.testing.assert_array_equal(made(copies_of(1), 50, first_world=100).sums, whole[:, 100:150])


def test_copies_have_keys_of_their_own() -> None:
    keys = np.repeat(draws.world_keys(0, np.arange(50)), 40)
    copies = np.tile(np.arange(40), 50)
    moments = [(3, 0, 0), (3, 0, 1), (3, 1, 1), (4, 0, 0)]
    made_here = [draws.copy_keys(keys, *moment, copies) for moment in moments]
    for found in made_here:
        np.testing.assert_array_equal(found[copies == 0], keys[copies == 0])
    others = np.concatenate([found[copies > 0] for found in made_here])
    assert len(np.unique(np.concatenate([others, keys]))) == len(others) + 50
    one = draws.uniform(keys[7], 3, 2, 1, draws.COPIES)
    assert draws.uniforms(keys, 3, 2, 1, draws.COPIES)[7] == one


def test_copies_of_one_world_part() -> None:
    herd = Herd(plan(scenario(), 1), 0, 1, np.full(CELLS, 64.0), 0)
    for _ in range(3):
        herd.live()
    assert herd.worlds > 30
    assert len(np.unique(herd.state.key)) == herd.worlds
    assert len(np.unique(herd.state.S, axis=1).T) > 0.9 * herd.worlds


@pytest.mark.parametrize("bad", [np.zeros(CELLS), np.ones(3)])
def test_a_table_that_is_none_is_refused(bad: Floats) -> None:
    with pytest.raises(ValueError, match="copies"):
        split(plan(scenario(), 1), bad, seed=0, horizon=1, weeks=(1,))
    with pytest.raises(ValueError, match="horizon"):
        split(plan(scenario(), 1), ONES, seed=0, horizon=0, weeks=())


# -- the table ----------------------------------------------------------------------------------------------------
def ladder(visits: Floats, moves: Floats, gained: Floats) -> Census:
    """A census of the rungs at the start of weeks, of one pair of types."""
    whole = Census()
    whole.visits[:RUNGS] = whole.weight[:RUNGS] = visits
    whole.moves[:RUNGS, :RUNGS] = moves
    whole.gained[:RUNGS], whole.gained_sq[:RUNGS] = gained, gained * gained / np.maximum(visits, 1.0)
    return whole


def test_equal_flow_gives_a_rung_the_inverse_of_how_often_it_is_reached() -> None:
    visits = np.zeros(RUNGS)
    visits[[0, 5, 8]] = 9890.0, 100.0, 10.0
    copies = importance.equal_flow(ladder(visits, np.zeros((RUNGS, RUNGS)), np.zeros(RUNGS))).reshape(SHAPE)[WEEK, 0, 0]
    flow = importance.FLOW * 10_000.0
    assert copies[:6] == pytest.approx([1.0] + [flow / 110.0] * 5)
    assert copies[8] == pytest.approx(flow / 10.0)
    assert copies[9] == pytest.approx(copies[8] * importance.STEEP)
    assert copies.max() <= importance.MOST


def test_the_noise_of_a_cell_is_what_a_week_from_it_brings() -> None:
    """From rung 1 one week in ten leads to rung 9, whence war comes with chance 1/2: by hand over two weeks."""
    visits, moves, gained = np.zeros(RUNGS), np.zeros((RUNGS, RUNGS)), np.zeros(RUNGS)
    visits[[0, 8]] = 1000.0, 100.0
    moves[0, 0], moves[0, 8] = 900.0, 100.0
    gained[8] = 50.0
    found = importance.noises(ladder(visits, moves, gained), 2).reshape(SHAPE)[WEEK, 0, 0]
    assert found[8] == pytest.approx(0.5)
    assert found[0] == pytest.approx(np.sqrt(0.1 * 0.5**2 / 2))


def test_an_exchange_counts_in_the_week_that_it_is_in() -> None:
    """From rung 1 an exchange at rung 8 begins one week in ten; it goes on half the time, and brings 1/4 each time."""
    whole = Census()
    at = np.arange(CELLS).reshape(SHAPE)
    calm, hot = at[WEEK, 0, 0, 0], at[EXCHANGE, 0, 0, 7]
    whole.visits[[calm, hot]] = whole.weight[[calm, hot]] = 1000.0, 200.0
    whole.moves[calm, hot], whole.moves[hot, hot] = 100.0, 100.0
    whole.gained[hot], whole.gained_sq[hot] = 50.0, 12.5
    found = importance.noises(whole, 1)
    assert found[hot] == pytest.approx(np.sqrt(0.25**2 + 0.5 * 0.5**2))
    assert found[calm] == pytest.approx(np.sqrt(0.1 * 0.5**2))


def test_a_danger_that_the_pilot_missed_keeps_its_defence() -> None:
    visits, moves, gained = np.zeros(RUNGS), np.zeros((RUNGS, RUNGS)), np.zeros(RUNGS)
    visits[[4, 8]] = 1000.0, 5.0
    moves[4, 4], gained[4] = 1000.0, 1.0
    census, flow = ladder(visits, moves, gained), np.linspace(1.0, 90.0, CELLS)
    table = importance.least_noise(census, census.weight, flow, 5)
    assert (table >= importance.DEFENCE * flow - 1e-12).all()
    assert (table >= 1.0).all()
    nothing = importance.least_noise(ladder(visits, moves, np.zeros(RUNGS)), census.weight, flow, 5)
    np.testing.assert_allclose(nothing, np.maximum(importance.DEFENCE * flow, 1.0))


def test_pilot_worlds_are_no_worlds_of_a_run() -> None:
    assert importance.FIRST_WORLD > 2**31
