"""Quantal response equilibrium: closed forms, limits in lambda, and equations worked out a second way."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from escalation.games.build import bimatrix, chance, end, game, move, table
from escalation.games.homotopy import Branch
from escalation.games.paths import Unsolvable, paths
from escalation.games.prospect import Prospect
from escalation.games.regret import losses, regrets
from escalation.games.solve import RULES, Settings, solve
from escalation.games.tree import CHANCE, Game
from escalation.games.worth import expected
from tests.games.randoms import random_bimatrix, random_tree

SEEDS = st.integers(0, 2**32 - 1)
PENNIES = bimatrix("Pennies", ("Row", ["U", "D"]), ("Column", ["L", "R"]), [[(9, 0), (0, 1)], [(0, 1), (1, 0)]])


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -700.0 else 0.0


def logit(values: list[float], rationality: float) -> list[float]:
    best = max(values)
    weights = [math.exp(rationality * (value - best)) for value in values]
    return [weight / sum(weights) for weight in weights]


# -- closed forms ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rationality", [0.0, 0.3, 1.0, 4.0, 40.0, 1e3, 1e5])
def test_matching_pennies_solves_its_two_equations(rationality: float) -> None:
    # p = 1/(1+exp(-lam(9q - (1-q)))), q = 1/(1+exp(-lam((1-p) - p))): one root, bracketed.
    def column(p: float) -> float:
        return logistic(rationality * (1.0 - 2.0 * p))

    p = brentq(lambda p: p - logistic(rationality * (10.0 * column(p) - 1.0)), 0.0, 1.0, xtol=1e-15)
    solution = solve(PENNIES, "quantal", rationality)
    assert solution.strategies["Row"]["U"] == pytest.approx(p, abs=1e-9)
    assert solution.strategies["Column"]["L"] == pytest.approx(column(p), abs=1e-6)
    assert solution.residual < 1e-9


@pytest.mark.parametrize("rationality", [0.5, 3.0, 300.0])
def test_a_dominance_game_is_a_logit(rationality: float) -> None:
    dilemma = bimatrix("PD", ("A", ["c", "d"]), ("B", ["c", "d"]), [[(3, 3), (0, 4)], [(4, 0), (1, 1)]])
    solution = solve(dilemma, "quantal", rationality)
    # Defection pays one more whatever the other does.
    assert solution.strategies["A"]["d"] == pytest.approx(logistic(rationality), abs=1e-12)
    assert sum(solution.outcomes.values()) == pytest.approx(1.0, abs=1e-12)
    assert solution.outcomes["d, d"] == pytest.approx(logistic(rationality) ** 2, abs=1e-12)


@pytest.mark.parametrize("rationality", [0.2, 2.0, 25.0])
def test_signals_are_read_by_bayes_rule(rationality: float) -> None:
    # A strong type (chance 1/4) or a weak one threatens or not; a threat is met without knowing the type.
    def sender(kind: str, win: int, fight: int) -> object:
        meet = move(
            "Receiver",
            "threat",
            {"yield": end("yields", win, 0), "resist": end(f"fight {kind}", fight, -1 if kind == "strong" else 2)},
        )
        return move("Sender", kind, {"threaten": meet, "wait": end("nothing", 0, 1)})

    signal = game(
        "Signal",
        ["Sender", "Receiver"],
        chance("type", {"strong": ("1/4", sender("strong", 3, 1)), "weak": ("3/4", sender("weak", 3, -2))}),
    )
    solution = solve(signal, "quantal", rationality)
    strong, weak, met = (solution.strategies[name] for name in ("strong", "weak", "threat"))
    resist = met["resist"]
    assert strong["threaten"] == pytest.approx(logistic(rationality * (3 * (1 - resist) + resist)), abs=1e-9)
    assert weak["threaten"] == pytest.approx(logistic(rationality * (3 * (1 - resist) - 2 * resist)), abs=1e-9)
    belief = 0.25 * strong["threaten"] / (0.25 * strong["threaten"] + 0.75 * weak["threaten"])
    assert solution.beliefs["threat"]["strong, threaten"] == pytest.approx(belief, abs=1e-12)
    assert resist == pytest.approx(logistic(rationality * (-belief + 2 * (1 - belief))), abs=1e-9)


@settings(max_examples=25)
@given(SEEDS, st.sampled_from([0.0, 0.1, 1.0, 10.0]))
def test_perfect_information_is_logit_backwards(seed: int, rationality: float) -> None:
    made = random_tree(seed, perfect=True)
    solution = solve(made, "quantal", rationality)
    for name, expected_choice in logit_backwards(made, rationality).items():
        assert list(solution.strategies[name].values()) == pytest.approx(expected_choice, abs=1e-9)


def logit_backwards(made: Game, rationality: float) -> dict[str, list[float]]:
    """Node by node from the ends, in plain floats."""
    found = {}
    worth: list[list[float]] = [[]] * len(made.nodes)
    for place in reversed(range(len(made.nodes))):
        node = made.nodes[place]
        value = [0.0] * len(made.players)
        if node.infoset is not None:
            infoset = made.infosets[node.infoset]
            after = [worth[child] for child in node.children]
            if infoset.player == CHANCE:
                shares = [float(probability) for probability in infoset.probabilities]
            else:
                shares = logit([each[infoset.player] for each in after], rationality)
                found[made.infoset_names[node.infoset]] = shares
            value = [sum(s * each[i] for s, each in zip(shares, after, strict=True)) for i in range(len(value))]
        if node.outcome is not None:
            value = [v + float(paid) for v, paid in zip(value, made.outcomes[node.outcome].payoffs, strict=True)]
        worth[place] = value
    return found


# -- the branch ------------------------------------------------------------------------------------------------
@settings(max_examples=25)
@given(SEEDS, st.sampled_from([0.05, 0.7, 5.0, 200.0]))
def test_every_point_solves_the_equations_written_out(seed: int, rationality: float) -> None:
    made = random_tree(seed, players=3)
    solution = solve(made, "quantal", rationality)
    assert solution.residual < 1e-9
    # The equations once more, by the nodes of the tree: reach, belief, expectation, logit.
    names = dict(zip(made.infoset_names, made.personal, strict=True))
    chance_of = {id(infoset): infoset.probabilities for infoset in made.infosets if infoset.player == CHANCE}

    def shares(place: int) -> list[float]:
        infoset = made.infosets[place]
        if infoset.player == CHANCE:
            return [float(p) for p in chance_of[id(infoset)]]
        return list(solution.strategies[made.infoset_names[place]].values())

    reach = [1.0] * len(made.nodes)
    for place, node in enumerate(made.nodes):
        if node.parent >= 0:
            reach[place] = reach[node.parent] * shares(made.nodes[node.parent].infoset or 0)[node.branch]
    worth = [np.zeros(len(made.players))] * len(made.nodes)
    for place in reversed(range(len(made.nodes))):
        node = made.nodes[place]
        total = np.zeros(len(made.players))
        if node.infoset is not None:
            for share, child in zip(shares(node.infoset), node.children, strict=True):
                total = total + share * worth[child]
        if node.outcome is not None:
            total = total + np.array([float(paid) for paid in made.outcomes[node.outcome].payoffs])
        worth[place] = total
    for name, infoset in names.items():
        belief = np.array([reach[node] for node in infoset.nodes])
        if belief.sum() < 1e-200:
            continue
        belief = belief / belief.sum()
        values = [
            float(
                sum(
                    b * worth[made.nodes[node].children[a]][infoset.player]
                    for b, node in zip(belief, infoset.nodes, strict=True)
                )
            )
            for a in range(len(infoset.actions))
        ]
        assert list(solution.strategies[name].values()) == pytest.approx(logit(values, rationality), abs=1e-7)


@settings(max_examples=8)
@given(SEEDS)
def test_jacobians_are_the_derivatives(seed: int) -> None:
    p = paths(random_tree(seed))
    rng = np.random.default_rng(seed)
    log_x = p.softmax(rng.normal(size=p.count))
    for worth in (expected, Prospect(reference=0.5)):
        branch = Branch(p, worth)
        _, jacobian, by_scaled = branch._equations(log_x, 1.5)
        step = 1e-6
        for column in range(p.count):
            shift = np.zeros(p.count)
            shift[column] = step
            slope = (branch.residual(log_x + shift, 1.5) - branch.residual(log_x - shift, 1.5)) / (2 * step)
            assert jacobian[:, column] == pytest.approx(slope, abs=1e-6)
        slope = (branch.residual(log_x, 1.5 + step) - branch.residual(log_x, 1.5 - step)) / (2 * step)
        assert by_scaled == pytest.approx(slope, abs=1e-6)


def test_blind_choice_is_uniform_and_the_branch_starts_there() -> None:
    for made in (random_tree(3), random_bimatrix(3)):
        solution = solve(made, "quantal", 0.0)
        for choice in solution.strategies.values():
            assert list(choice.values()) == pytest.approx([1.0 / len(choice)] * len(choice), abs=1e-15)


def test_the_branch_turns_back_where_it_must() -> None:
    # Found among random games: lambda times the stakes rises to 19.4, falls to 10.0 and rises again without end.
    cells = [[(2, 6), (8, 8), (8, 2)], [(2, 6), (9, 5), (9, 3)], [(5, 5), (1, 3), (4, 0)]]
    branch = Branch(paths(bimatrix("Folded", ("A", ["a", "b", "c"]), ("B", ["x", "y", "z"]), cells)))
    middle = 15.0 / branch.paths.stake
    asked_first = branch.at(middle)
    branch.at(100.0)
    scaled = np.array([point.scaled for point in branch.points])
    back = np.flatnonzero(np.diff(scaled) < 0.0)
    assert scaled[back[0]] == pytest.approx(19.4, abs=0.1)
    assert scaled[back[-1] + 1] == pytest.approx(10.0, abs=0.1)
    # Play does not jump where it turns, and of the three equilibria at one lambda the first that is met is given.
    assert max(float(np.max(np.abs(b.x - a.x))) for a, b in pairwise(branch.points)) < 0.2
    met = [
        branch.between(a, b, middle) for a, b in pairwise(branch.points) if (a.scaled - 15.0) * (b.scaled - 15.0) < 0.0
    ]
    assert len(met) == 3
    assert min(float(np.max(np.abs(np.exp(a) - np.exp(b)))) for a, b in pairwise(met)) > 0.05
    for log_x in (asked_first, branch.at(middle)):
        assert log_x == pytest.approx(met[0], abs=1e-9)


def test_a_symmetric_game_tells_of_the_crossing() -> None:
    chicken = bimatrix("Chicken", ("A", ["s", "d"]), ("B", ["s", "d"]), [[(0, 0), (7, 2)], [(2, 7), (6, 6)]])
    solution = solve(chicken, "quantal", 5.0)
    assert any("crosses" in note for note in solution.notes)
    a, b = solution.strategies.values()
    assert a["s"] == pytest.approx(b["s"], abs=1e-10)
    # Its limit is the mixed equilibrium: 6 - 6p... both worth the same at s = 1/3.
    assert solve(chicken, "best-response").strategies["A"]["s"] == pytest.approx(1 / 3, abs=1e-8)


def test_units_do_not_matter() -> None:
    cents = table(
        "cents",
        {"Row": ["U", "D"], "Column": ["L", "R"]},
        {("U", "L"): (900, 0), ("U", "R"): (0, 100), ("D", "L"): (0, 100), ("D", "R"): (100, 0)},
    )
    for rationality in (0.1, 3.0, 1000.0):
        one, other = solve(PENNIES, "quantal", rationality), solve(cents, "quantal", rationality / 100)
        assert one.strategies["Row"]["U"] == pytest.approx(other.strategies["Row"]["U"], abs=1e-10)


def test_what_chance_rules_out_counts_for_nothing() -> None:
    def after(kind: str, pays: int) -> object:
        return move("A", "blind", {"l": end(f"{kind} l", pays), "r": end(f"{kind} r", 0)})

    made = game(
        "t",
        ["A"],
        chance(
            "",
            {"yes": (1, after("yes", 1)), "no": (0, move("A", "never", {"x": end("never", 5), "y": after("no", -9)}))},
        ),
    )
    solution = solve(made, "quantal", 2.0)
    assert solution.strategies["never"]["x"] > 0.99
    assert solution.outcomes["never"] == 0.0
    # "blind" after "never" follows an own move, so that the player forgets; it is told.
    assert any("forgets" in note for note in solution.notes)


def test_games_that_cannot_be_solved_say_why() -> None:
    leaf = end("x", 0)
    twice = game("t", ["A"], move("A", "i", {"a": move("A", "i", {"a": leaf, "b": leaf}), "b": leaf}))
    with pytest.raises(Unsolvable, match="more than once"):
        solve(twice)
    with pytest.raises(Unsolvable, match="no player ever moves"):
        solve(game("t", ["A"], leaf))
    with pytest.raises(ValueError, match="did you mean 'quantal'"):
        solve(PENNIES, "quantol")
    with pytest.raises(ValueError, match="0 or more"):
        solve(PENNIES, "quantal", -1.0)
    with pytest.raises(Unsolvable, match="no order of moves"):
        solve(PENNIES, "backward-induction")


# -- all rules -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "backward-induction"])
@pytest.mark.parametrize("seed", range(4))
def test_every_rule_gives_probabilities_and_a_certificate(rule: str, seed: int) -> None:
    for made in (random_tree(seed, players=3), random_bimatrix(seed)):
        solution = solve(made, rule, 1.5)
        for choice in solution.strategies.values():
            assert sum(choice.values()) == pytest.approx(1.0, abs=1e-12)
            assert min(choice.values()) >= 0.0
        assert sum(solution.outcomes.values()) == pytest.approx(1.0, abs=1e-12)
        assert solution.residual < 1e-6
        assert min(solution.regret.values()) >= 0.0
        assert list(solution.to_json())[:5] == ["rule", "rationality", "strategies", "outcomes", "residual"]
        assert len(solution.to_frame()) == sum(map(len, solution.strategies.values()))
        assert "<table>" in solution._repr_html_()


def test_a_certificate_fails_for_what_is_not_a_solution() -> None:
    p = paths(PENNIES)
    x = np.array([0.9, 0.1, 0.2, 0.8])
    log_x = np.log(x)
    branch = Branch(p)
    assert np.max(np.abs(branch.residual(log_x, 1.0 * p.stake))) > 0.1
    assert regrets(p, x) == pytest.approx([0.1 * (1.8 - 0.8), 0.9 - (0.2 * 0.1 + 0.8 * 0.9)], abs=1e-12)
    assert losses(p, x, p.expected(p.weights(log_x)))[0] == pytest.approx(0.1 * 1.0, abs=1e-12)


# -- prospects -------------------------------------------------------------------------------------------------
def test_a_prospect_without_distortion_is_expected_payoff() -> None:
    neutral = Settings(prospect=Prospect(aversion=1.0, curvature=1.0, gains=1.0, losses=1.0))
    for made in (random_tree(11), random_bimatrix(11)):
        plain, same = solve(made, "quantal", 0.8), solve(made, "prospect", 0.8, neutral)
        for name, choice in plain.strategies.items():
            assert list(same.strategies[name].values()) == pytest.approx(list(choice.values()), abs=1e-9)


def test_a_prospect_is_weighed_by_hand() -> None:
    lottery = chance(
        "luck", {"win": (0.1, end("win", 100)), "lose": (0.3, end("lose", -50)), "none": (0.6, end("none", 0))}
    )
    made = game("t", ["A"], move("A", "choice", {"gamble": lottery, "keep": end("keep", 5)}))
    solution = solve(made, "prospect", 0.1)

    def weight(p: float, g: float) -> float:
        return p**g / (p**g + (1 - p) ** g) ** (1 / g)

    gamble = weight(0.1, 0.61) * 100**0.88 - weight(0.3, 0.69) * 2.25 * 50**0.88
    assert solution.worth["choice"]["gamble"] == pytest.approx(gamble, abs=1e-10)
    assert solution.worth["choice"]["keep"] == pytest.approx(5**0.88, abs=1e-12)
    assert solution.strategies["choice"]["keep"] == pytest.approx(logistic(0.1 * (5**0.88 - gamble)), abs=1e-10)
    # From a reference of 100 all is loss.
    assert solve(made, "prospect", 0.1, Settings(prospect=Prospect(reference=100.0))).worth["choice"]["keep"] < 0
