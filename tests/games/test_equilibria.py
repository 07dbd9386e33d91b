"""Limits and certificates against nashpy (pure Python, two players), exact trees, and theorems."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.games.backward import backward_induction
from escalation.games.beliefs import posterior
from escalation.games.build import bimatrix, end, game, move
from escalation.games.homotopy import Branch, Lost
from escalation.games.judge import array_of
from escalation.games.limit import limit
from escalation.games.paths import Unsolvable, paths
from escalation.games.regret import regrets
from escalation.games.solve import solve
from escalation.games.table import Table
from tests.games.randoms import random_bimatrix, random_tree

nashpy = pytest.importorskip("nashpy")

SEEDS = st.integers(0, 2**32 - 1)


def matrices(table: Table) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = table.shape
    pay = np.array([[float(v) for v in outcome.payoffs] for outcome in table.outcomes])
    return pay[:, 0].reshape(columns, rows).T, pay[:, 1].reshape(columns, rows).T


@settings(max_examples=25)
@given(SEEDS, st.booleans())
def test_regret_is_nothing_at_nashpys_equilibria(seed: int, cooperative: bool) -> None:
    table = random_bimatrix(seed, cooperative=cooperative)
    p = paths(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nashpy warns of degenerate games
        found = list(nashpy.Game(*matrices(table)).support_enumeration())
    for row, column in found:
        assert regrets(p, np.concatenate([row, column])) == pytest.approx([0.0, 0.0], abs=1e-9)


@settings(max_examples=25)
@given(SEEDS, st.booleans())
def test_the_limit_is_an_equilibrium_and_among_nashpys(seed: int, cooperative: bool) -> None:
    table = random_bimatrix(seed, cooperative=cooperative)
    a, b = matrices(table)
    solution = solve(table, "best-response")
    x, y = (np.array(list(choice.values())) for choice in solution.strategies.values())
    # Gains by hand, from the matrices: an epsilon of the stakes.
    assert float(np.max(a @ y) - x @ a @ y) <= 1e-6 * np.ptp(a)
    assert float(np.max(x @ b) - x @ b @ y) <= 1e-6 * np.ptp(b)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [np.concatenate(pair) for pair in nashpy.Game(a, b).support_enumeration()]
    # Where there is only one, it is ours. Enumeration by supports finds all only in games that are not degenerate.
    ours = np.concatenate([x, y])
    if len(theirs) == 1 and not any(has_ties(a, b, profile) for profile in (ours, theirs[0])):
        assert ours == pytest.approx(theirs[0], abs=1e-6)


def has_ties(a: np.ndarray, b: np.ndarray, profile: np.ndarray) -> bool:
    """Whether either strategy has more best replies than it mixes over, which makes the game degenerate there."""
    x, y = profile[: len(a)], profile[len(a) :]
    return any(
        np.count_nonzero(worth >= worth.max() - 1e-6) > np.count_nonzero(strategy > 1e-6)
        for strategy, worth in ((x, x @ b), (y, a @ y))
    )


def test_a_game_with_ties_is_told() -> None:
    a, b = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 0.0], [1.0, 2.0]])
    assert has_ties(a, b, np.array([1.0, 0.0, 1.0, 0.0]))
    assert not has_ties(a, b, np.array([0.0, 1.0, 0.0, 1.0]))


@settings(max_examples=15)
@given(SEEDS)
def test_the_value_of_zero_sum_games_is_nashpys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(-9, 10, size=(3, 3)).astype(float)
    cells = [[(int(v), -int(v)) for v in row] for row in a]
    solution = solve(bimatrix("z", ("R", ["1", "2", "3"]), ("C", ["1", "2", "3"]), cells), "best-response")
    row, column = nashpy.Game(a).linear_program()
    # The value is unique where the strategies need not be.
    assert solution.payoffs["R"] == pytest.approx(float(row @ a @ column), abs=1e-6)


@settings(max_examples=25)
@given(SEEDS)
def test_the_limit_of_a_tree_is_sequentially_rational(seed: int) -> None:
    made = random_tree(seed, players=3)
    solution = solve(made, "best-response")
    assert solution.residual <= 1e-6
    assert max(solution.regret.values()) <= 1e-6


@settings(max_examples=25)
@given(SEEDS)
def test_backward_induction_leaves_no_regret_anywhere(seed: int) -> None:
    made = random_tree(seed, perfect=True)
    solution = solve(made, "backward-induction")
    assert solution.residual == pytest.approx(0.0, abs=1e-12)
    assert max(solution.regret.values()) == pytest.approx(0.0, abs=1e-12)
    induced = backward_induction(made)
    assert list(solution.payoffs.values()) == pytest.approx([float(value) for value in induced.values], abs=1e-12)
    # Ties or none: it is the end of the branch, followed here as for trees of imperfect information.
    ours = solve(made, "best-response").strategies
    assert ours == solution.strategies
    followed = limit(Branch(paths(made)))
    assert followed.x == pytest.approx(array_of(paths(made), ours), abs=1e-9)


def test_a_best_response_is_best_however_little_it_gains() -> None:
    # One player, to whom the worst choice is a million times worse than the second is worse than the best: alone ...
    worths = {"good": 1, "less": 0, "bad": -1_000_000}
    alone = game("t", ["A"], move("A", "here", {name: end(name, worth) for name, worth in worths.items()}))
    # ... and beside another who sees nothing, so that nothing can be induced backwards.
    beside = bimatrix("t", ("A", list(worths)), ("B", ["l", "r"]), [[(worth, 0)] * 2 for worth in worths.values()])
    for made in (alone, beside):
        assert list(next(iter(solve(made, "best-response").strategies.values())).values()) == [1.0, 0.0, 0.0]


def test_a_best_response_is_found_where_the_stakes_lie_elsewhere() -> None:
    # B gains a millionth by the move that costs A; what a thousand is paid for lies where no one goes.
    after = move("B", "b", {"gain": end("gain", 0, 1e-6), "not": end("not", 2, 0)})
    made = game("t", ["A", "B"], move("A", "a", {"out": end("out", 1, 1000), "in": after}))
    solution = solve(made, "best-response")
    assert solution.strategies == solve(made, "backward-induction").strategies
    assert solution.strategies["a"]["out"] == 1.0


@pytest.mark.parametrize("crash", [10, 10**4, 10**7])
def test_a_mixture_is_found_however_small(crash: int) -> None:
    cells = [[(0, 0), (-1, 1)], [(1, -1), (-crash, -crash)]]
    made = bimatrix("Chicken", ("A", ["swerve", "straight"]), ("B", ["swerve", "straight"]), cells)
    solution = solve(made, "best-response")
    for choice in solution.strategies.values():
        assert choice["straight"] == pytest.approx(1 / crash, rel=1e-9)
    assert max(solution.regret.values()) < 1e-12


def test_a_limit_that_cannot_be_told_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # Followed no further than to where the second best still has its share.
    monkeypatch.setattr("escalation.games.limit.FAR", (1e5,))
    beside = bimatrix("t", ("A", ["good", "less", "bad"]), ("B", ["l"]), [[(1, 0)], [(0, 0)], [(-1_000_000, 0)]])
    with pytest.raises(Lost, match="an action is kept that loses 1e-06 of what is at stake"):
        limit(Branch(paths(beside)))


def test_ties_are_exact_and_told() -> None:
    third = Fraction(1, 3)
    made = game(
        "t",
        ["A", "B"],
        move(
            "A",
            "first",
            {
                # 0.1 + 0.2 and 0.3 are a tie in fractions though not in floats.
                "l": move("B", "left", {"x": end("x", 0, 0.3), "y": end("y", 2, 0.2)}, paid=end("paid", 0, 0.1)),
                "r": move("B", "right", {"x": end("x2", third, 1), "y": end("y2", 3, 1)}),
            },
        ),
    )
    induced = backward_induction(made)
    assert induced.best == ((1,), (0,), (0, 1))
    assert induced.ties(made) == ["a tie at 'right': B is indifferent between 'x' and 'y'"]
    assert induced.values == (Fraction(5, 3), 1)
    assert solve(made, "backward-induction").notes == tuple(induced.ties(made))


def test_backward_induction_wants_perfect_information() -> None:
    with pytest.raises(Unsolvable, match="imperfect at"):
        backward_induction(next(made for made in map(random_tree, range(9)) if not made.is_perfect_information))


def test_bayes_rule() -> None:
    assert posterior(np.array([0.25, 0.75]), np.array([0.8, 0.2])) == pytest.approx([4 / 7, 3 / 7], abs=1e-15)
    with pytest.raises(ValueError, match="silent"):
        posterior(np.array([0.5, 0.5]), np.array([0.0, 0.0]))


def test_beliefs_off_the_path_are_limits_of_the_quantal_ones() -> None:
    # Selten's horse: the limit has A and B play across, so that C is never asked; it must then believe with 2/3 that B
    # went down, for only so is it torn between R and L, as it is all along the branch.
    def last(label: str, left: tuple[int, int, int], right: tuple[int, int, int]) -> object:
        return move("C", "asked", {"L": end(f"{label} L", *left), "R": end(f"{label} R", *right)})

    horse = game(
        "Selten's horse",
        ["A", "B", "C"],
        move(
            "A",
            "a",
            {
                "across": move("B", "b", {"across": end("across", 1, 1, 1), "down": last("b", (4, 4, 0), (0, 0, 1))}),
                "down": last("a", (3, 2, 2), (0, 0, 0)),
            },
        ),
    )
    ended = solve(horse, "best-response")
    assert ended.strategies["a"]["across"] == ended.strategies["b"]["across"] == pytest.approx(1.0, abs=1e-9)
    assert ended.beliefs["asked"]["across, down"] == pytest.approx(2 / 3, abs=1e-3)
    assert max(ended.regret.values()) <= 1e-9
    # By Bayes' rule on the branch itself.
    near = solve(horse, "quantal", 3.0)
    down_b = near.strategies["a"]["across"] * near.strategies["b"]["down"]
    share = down_b / (down_b + near.strategies["a"]["down"])
    assert near.beliefs["asked"]["across, down"] == pytest.approx(share, abs=1e-12)
