"""Levels of thought, against hand-worked replies and Camerer, Ho and Chong's arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest

from escalation.games.build import bimatrix, end, game, move
from escalation.games.levels import gap, hierarchy, level_k, mixture, poisson
from escalation.games.paths import Unsolvable, paths
from escalation.games.solve import Settings, solve
from tests.games.randoms import random_tree

PENNIES = bimatrix("Pennies", ("Row", ["U", "D"]), ("Column", ["L", "R"]), [[(9, 0), (0, 1)], [(0, 1), (1, 0)]])


def test_levels_reply_to_the_level_below() -> None:
    levels = [np.exp(level_k(paths(PENNIES), k, math.inf)[-1]).round(12).tolist() for k in range(4)]
    # Row likes its 9 against blind play; Column is indifferent to it; then they chase each other.
    assert levels == [[0.5, 0.5, 0.5, 0.5], [1, 0, 0.5, 0.5], [1, 0, 0, 1], [0, 1, 0, 1]]
    noisy = solve(PENNIES, "level-k", 0.3, Settings(level=1))
    assert noisy.strategies["Row"]["U"] == pytest.approx(1 / (1 + math.exp(-0.3 * 4)), abs=1e-12)


def test_shares_of_levels_are_poisson() -> None:
    shares = poisson(1.5)
    assert sum(shares) == pytest.approx(1.0, abs=1e-15)
    assert shares[3] == pytest.approx(math.exp(-1.5) * 1.5**3 / 6, abs=1e-9)
    assert poisson(0.0) == [1.0]


def test_a_hierarchy_replies_to_all_levels_below() -> None:
    # An entry game with one place: entering pays 1 alone and -1 with another; staying out pays 0. (The levels by hand.)
    entry = bimatrix("Entry", ("A", ["in", "out"]), ("B", ["in", "out"]), [[(-2, -2), (1, 0)], [(0, 1), (0, 0)]])
    levels, whole = hierarchy(paths(entry), 1.5, math.inf)
    shares = poisson(1.5)
    # Against blind play entering is worth -1/2: level 1 stays out. Level 2 meets entry with chance 1/2 f0 / (f0 + f1),
    # which is 1/5, and enters.
    first = [round(float(np.exp(level[0])), 9) for level in levels[:3]]
    assert first == [0.5, 0.0, 1.0]
    total = sum(share * float(np.exp(level[0])) for share, level in zip(shares, levels, strict=True))
    assert float(np.exp(whole[0])) == pytest.approx(total, abs=1e-12)
    assert solve(entry, "cognitive-hierarchy", math.inf).strategies["A"]["in"] == pytest.approx(total, abs=1e-12)


def test_in_a_tree_plans_are_mixed_not_choices() -> None:
    stop, go = end("stop", 1, 0), end("both", 5, 1)
    made = game(
        "t",
        ["A", "B"],
        move(
            "A",
            "one",
            {
                "stop": stop,
                "go": move(
                    "B", "two", {"stop": end("b", 0, 2), "go": move("A", "three", {"stop": go, "go": end("c", 0, 0)})}
                ),
            },
        ),
    )
    p = paths(made)
    never = np.log(np.array([1 - 1e-9, 1e-9, 0.1, 0.9, 0.5, 0.5]))
    always = np.log(np.array([1e-9, 1 - 1e-9, 0.9, 0.1, 0.5, 0.5]))
    mixed = np.exp(mixture(p, [never, always], [0.5, 0.5]))
    order = p.infosets.index("three")
    # Whoever is met at the third move is the kind that goes.
    assert mixed[p.starts[order]] == pytest.approx(0.9, abs=1e-6)
    assert mixed[p.starts[p.infosets.index("one")]] == pytest.approx(0.5, abs=1e-8)


def test_certificates_hold_on_random_trees_and_fail_elsewhere() -> None:
    for seed in range(4):
        p = paths(random_tree(seed, players=3))
        levels = level_k(p, 2, 1.3)
        assert gap(p, levels[2], levels[1], 1.3) < 1e-12
        assert gap(p, levels[1], levels[2], 1.3) > 1e-6


def test_a_player_who_forgets_cannot_plan() -> None:
    leaf = end("x", 0)
    forgets = game("t", ["A"], move("A", "i", {a: move("A", "j", {"c": leaf, "d": leaf}) for a in ("a", "b")}))
    with pytest.raises(Unsolvable, match="perfect recall"):
        solve(forgets, "level-k")


def test_a_hierarchy_whose_mean_is_nothing_is_blind() -> None:
    blind = solve(random_tree(3), "cognitive-hierarchy", 2.0, Settings(tau=0.0))
    for choice in blind.strategies.values():
        assert list(choice.values()) == pytest.approx([1.0 / len(choice)] * len(choice), abs=1e-12)
    assert blind.residual == 0.0
