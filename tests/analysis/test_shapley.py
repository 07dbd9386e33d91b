"""Shapley values: by their definition, by their axioms, and the sampled design against all coalitions."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from escalation.analysis.shapley import MOST_EXACT, Design, arcs, checked, circle, dividends, exact

RNG = np.random.default_rng(5)
TINY = 1e-13


def by_definition(worths: np.ndarray, players: int) -> np.ndarray:
    """The mean over all orders of what each player adds when it joins."""
    total = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        coalition = 0
        for player in order:
            total[player] += worths[coalition | 1 << player] - worths[coalition]
            coalition |= 1 << player
    return total / len(orders)


@pytest.mark.parametrize("players", [1, 2, 3, 5])
def test_all_coalitions_give_the_mean_over_all_orders(players: int) -> None:
    worths = RNG.normal(size=1 << players)
    assert exact(players).values(worths) == pytest.approx(by_definition(worths, players), abs=TINY)


def test_all_circles_together_give_the_mean_over_all_orders() -> None:
    worths = RNG.normal(size=32)
    circles = [circle([0, *rest]) for rest in permutations(range(1, 5))]
    means = np.mean([design.values(worths[design.coalitions]) for design in circles], axis=0)
    assert means == pytest.approx(by_definition(worths, 5), abs=TINY)


@pytest.mark.parametrize("players", [1, 2, 3])
def test_a_circle_of_three_or_fewer_has_all_coalitions(players: int) -> None:
    worths = RNG.normal(size=1 << players)
    design = circle(list(range(players)))
    assert sorted(design.coalitions) == list(range(1 << players))
    assert design.values(worths[design.coalitions]) == pytest.approx(exact(players).values(worths), abs=TINY)


def designs(players: int) -> list[Design]:
    return [exact(players), circle(RNG.permutation(players).tolist())]


@pytest.mark.parametrize("players", [1, 2, 4, 9])
def test_designs_begin_with_none_end_with_all_and_hold_each_alone_and_all_but_each(players: int) -> None:
    for design in designs(players):
        assert (design.coalitions[0], design.coalitions[-1]) == (0, design.full)
        assert len(set(design.coalitions.tolist())) == len(design)
        assert [design.coalitions[place] for place in design.alone()] == [1 << i for i in range(players)]
        assert [design.coalitions[place] for place in design.without_one()] == [
            design.full - (1 << i) for i in range(players)
        ]
    assert len(designs(players)[1]) == arcs(players)


def test_on_a_circle_each_player_joins_at_every_place_equally_often() -> None:
    design = circle([3, 1, 4, 0, 2])
    sizes = np.array([int(coalition).bit_count() for coalition in design.coalitions])
    for i in range(5):
        assert np.bincount(sizes[design.before[i]], weights=design.weights[i]) == pytest.approx([0.2] * 5)
        joined = design.coalitions[design.after[i]] - design.coalitions[design.before[i]]
        assert set(joined.tolist()) == {1 << i}


@pytest.mark.parametrize("players", [2, 4, 9])
def test_the_values_add_up_a_null_player_has_nothing_and_games_add(players: int) -> None:
    worths, others = RNG.normal(size=(2, 1 << players))
    null = 1
    worths = worths[np.arange(1 << players) & ~(1 << null)]
    for design in designs(players):
        mine, yours = worths[design.coalitions], others[design.coalitions]
        values = design.values(mine)
        assert abs(checked(values, mine[-1] - mine[0])) < TINY
        assert values[null] == 0.0
        assert design.values(mine + yours) == pytest.approx(values + design.values(yours), abs=TINY)


def test_players_alike_have_equal_values() -> None:
    coalitions = np.arange(64)
    # players 1 and 4 count alike, player 0 otherwise, and all that matters is how many of them there are
    worths = np.sqrt(3.0 * (coalitions & 1) + (coalitions >> 1 & 1) + (coalitions >> 4 & 1)) * (
        1 + (coalitions >> 5 & 1)
    )
    values = exact(6).values(worths)
    assert values[1] == pytest.approx(values[4], abs=TINY)
    assert values[0] > values[1] > 0.0
    assert (values[2], values[3]) == (0.0, 0.0)


def test_dividends_of_its_parts_make_a_coalition() -> None:
    worths = RNG.normal(size=(16, 3))
    parts = dividends(worths)
    for coalition in range(16):
        inside = [part for part in range(16) if part & ~coalition == 0]
        assert parts[inside].sum(axis=0) == pytest.approx(worths[coalition], abs=TINY)


def test_parts_that_do_not_add_up_are_caught() -> None:
    with pytest.raises(ArithmeticError, match="add up"):
        checked(np.array([0.1, 0.2]), 0.3001)
    with pytest.raises(ArithmeticError, match="add up"):
        checked(np.array([0.1, np.nan]), 0.3)


def test_what_cannot_be_a_design_is_refused() -> None:
    for players in (0, MOST_EXACT + 1):
        with pytest.raises(ValueError, match="legal"):
            exact(players)
    for order in ([], [0, 0], [1, 2]):
        with pytest.raises(ValueError, match="each once"):
            circle(order)
    with pytest.raises(ValueError, match="power of two"):
        dividends(np.zeros(6))
    with pytest.raises(KeyError):
        circle([0, 1, 2, 3]).place(0b0101)
