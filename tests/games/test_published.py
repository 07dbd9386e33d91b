"""Fits and tables in print, to the digits printed, or with the miss and its reason."""

from __future__ import annotations

import math

import numpy as np
import pytest

from escalation.games import catalog
from escalation.games.build import Branch as Node
from escalation.games.build import bimatrix, end, game, move
from escalation.games.catalog import Observed, Printed
from escalation.games.homotopy import Branch
from escalation.games.likelihood import Counts, fit
from escalation.games.observed import compare
from escalation.games.paths import paths
from escalation.games.prospect import Prospect
from escalation.games.solve import Settings, solve
from escalation.games.table import Table
from escalation.games.tree import Game
from tests.games.printed import CAMERER_HO_CHONG, GOEREE_LOUIS

LAMBDA_DIGITS = 1.01e-4
"""Goeree and Louis print four decimals, and differ by one in the last from what maximises in two of five cases."""
LIKELIHOOD_DIGITS = 0.051


def printed() -> list[str]:
    return [name for name in catalog.names() for each in catalog.load(name).answers if isinstance(each, Printed)]


def sample(name: str) -> tuple[Branch, Counts]:
    entry = catalog.load(name)
    seen = next(each for each in entry.answers if isinstance(each, Observed))
    counts = {who: {a: float(share) * seen.plays for a, share in each.items()} for who, each in seen.shares.items()}
    return Branch(paths(entry.game)), counts


def likelihood(name: str, rationality: float) -> float:
    branch, counts = sample(name)
    at = branch.at(rationality)
    return sum(
        number * float(at[branch.paths.starts[place] + branch.paths.actions[place].index(action)])
        for place, who in enumerate(branch.paths.infosets)
        for action, number in counts.get(who, {}).items()
    )


def test_four_games_have_printed_fits() -> None:
    assert printed() == [f"goeree-louis-{each}" for each in ("ds1", "ds2", "km", "nl")]


@pytest.mark.parametrize("name", printed())
def test_the_fit_is_the_printed_one(name: str) -> None:
    entry = catalog.load(name)
    seen, known = (next(a for a in entry.answers if isinstance(a, kind)) for kind in (Observed, Printed))
    assert isinstance(seen, Observed)
    assert isinstance(known, Printed)
    at_theirs = likelihood(name, float(known.rationality))
    assert at_theirs == pytest.approx(float(known.log_likelihood), abs=LIKELIHOOD_DIGITS)
    found = compare(entry, seen).fit
    if not known.fault:
        assert found.rationality == pytest.approx(float(known.rationality), abs=LAMBDA_DIGITS)
        assert found.log_likelihood == pytest.approx(float(known.log_likelihood), abs=LIKELIHOOD_DIGITS)
        return
    # A second peak, which is the higher by far; theirs is one too, as the likelihood falls beside it.
    assert found.log_likelihood > at_theirs + 7.0
    assert at_theirs > likelihood(name, 1e-3) > likelihood(name, 1e-2)


def test_the_second_peak_is_an_equilibrium_by_plain_arithmetic() -> None:
    """x = softmax(lambda A x) at lambda 0.690, and 480 choices are likelier there than in blind play."""
    payoffs = np.array([[75, 5, 190], [155, 5, 180], [5, 15, 200]])
    rationality = compare(
        entry := catalog.load("goeree-louis-ds2"), next(a for a in entry.answers if isinstance(a, Observed))
    ).fit.rationality
    assert rationality == pytest.approx(0.690, abs=5e-4)
    x = np.array(list(solve(entry.game, "quantal", rationality).strategies["Row"].values()))
    z = np.exp(rationality * (payoffs @ x - (payoffs @ x).max()))
    assert x == pytest.approx(z / z.sum(), abs=1e-12)
    assert np.array([93, 157, 230]) @ np.log(x) == pytest.approx(-520.10, abs=5e-3)
    assert 480 * math.log(1 / 3) == pytest.approx(-527.33, abs=5e-3)


def test_one_lambda_for_all_four_games_is_the_printed_one() -> None:
    found = fit([sample(name) for name in printed()])
    assert found.rationality == pytest.approx(0.0125, abs=LAMBDA_DIGITS)
    assert found.log_likelihood == pytest.approx(-1784.3, abs=LIKELIHOOD_DIGITS)


@pytest.mark.parametrize("fitted", GOEREE_LOUIS)
def test_other_games_are_predicted_as_in_print(fitted: str) -> None:
    """At the lambda fitted to one game, or to all."""
    if fitted == "pooled":
        rationality = fit([sample(name) for name in printed()]).rationality
    elif fitted == "ds2":
        rationality = 0.0
    else:
        rationality = fit([sample(f"goeree-louis-{fitted}")]).rationality
    for other, known in GOEREE_LOUIS[fitted].items():
        assert likelihood(f"goeree-louis-{other}", rationality) == pytest.approx(known, abs=LIKELIHOOD_DIGITS), other


def test_constants_by_column_change_no_quantal_response() -> None:
    one, two = (catalog.load(f"goeree-louis-{each}").game for each in ("ds1", "ds2"))
    for rationality in (0.01, 0.3, 3.0):
        mine, theirs = (solve(each, "quantal", rationality).strategies["Row"] for each in (one, two))
        assert list(mine.values()) == pytest.approx(list(theirs.values()), abs=1e-9)


def averse(power: float) -> Table:
    """Goeree, Holt and Palfrey's game 4 with utilities x^power, from 0 at its least payoff to 1 at its largest."""

    def utility(paid: float) -> float:
        return float((paid**power - 10**power) / (370**power - 10**power))

    made = catalog.load("goeree-holt-palfrey-4").game
    assert isinstance(made, Table)
    pay = {
        names: made.outcomes[cell or 0].payoffs
        for cell, names in zip(made.cells, ((r, c) for c in "LR" for r in "UD"), strict=True)
    }
    cells = [[tuple(utility(float(v)) for v in pay[r, c]) for c in "LR"] for r in "UD"]
    return bimatrix("averse", ("Row", ["U", "D"]), ("Column", ["L", "R"]), cells)


def test_errors_with_risk_aversion_are_gambits_of_goeree_holt_and_palfrey() -> None:
    """mpGWH.do has Gambit fit lambda for each r in steps of 0.01, and quotes what it finds at the best, r = 0.45:

    lambda 6.723996 and a log-likelihood of -1.338799 a play.
    """
    shares = {"Row": {"U": 0.47, "D": 0.53}, "Column": {"L": 0.65, "R": 0.35}}
    fits = {r: fit([(Branch(paths(averse(1 - r / 100))), shares)]) for r in range(-10, 96, 1)}
    best = max(fits, key=lambda r: fits[r].log_likelihood)
    assert best == 45
    assert fits[best].rationality == pytest.approx(6.723996, abs=1e-4)
    assert fits[best].log_likelihood == pytest.approx(-1.338799, abs=1e-6)
    # Without risk aversion no errors go their way.
    assert fits[0].rationality == 0.0
    # The same through the rule `prospect`: utilities to the power 0.55 and no weighting, lambda in their unit.
    worth = Prospect(curvature=0.55, gains=1.0, losses=1.0)
    raw = fit([(Branch(paths(catalog.load("goeree-holt-palfrey-4").game), worth), named(shares))])
    assert raw.rationality * (370**0.55 - 10**0.55) == pytest.approx(fits[45].rationality, rel=1e-5)


def named(shares: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    words = {"U": "Up", "D": "Down", "L": "Left", "R": "Right"}
    return {who: {words[a]: share for a, share in each.items()} for who, each in shares.items()}


MATRICES = {
    "costa-gomes": (
        ["T", "TM", "BM", "B"],
        ["L", "R"],
        [[(45, 66), (82, 31)], [(22, 14), (57, 55)], [(30, 42), (28, 37)], [(15, 60), (61, 88)]],
    ),
    "binmore": (
        ["T", "M", "B"],
        ["L", "C", "R"],
        [[(0, 0), (2, -2), (-1, 1)], [(2, -2), (0, 0), (-1, 1)], [(-1, 1), (-1, 1), (0, 0)]],
    ),
}


@pytest.mark.parametrize("name", CAMERER_HO_CHONG)
def test_the_tables_of_the_cognitive_hierarchy(name: str) -> None:
    known, tau, estimate = CAMERER_HO_CHONG[name]
    rows, columns, cells = MATRICES[name]
    made = bimatrix(name, ("Row", rows), ("Column", columns), cells)

    def miss(steps: float) -> float:
        found = solve(made, "cognitive-hierarchy", math.inf, Settings(tau=steps)).strategies
        return max(abs(a - b) for a, b in zip(known, (v for c in found.values() for v in c.values()), strict=True))

    assert miss(tau) < 0.006
    assert miss(estimate) > 0.01


def stag_hunt(players: int, safe: str) -> Game:
    """Each hunts the stag or takes ``safe``; who hunts without all the others gets nothing. Nobody sees another."""

    def grow(hunters: tuple[bool, ...]) -> Node:
        if len(hunters) == players:
            return end("", *(safe if not hunts else int(all(hunters)) for hunts in hunters))
        who = f"P{len(hunters)}"
        return move(who, who, {"stag": grow((*hunters, True)), "hare": grow((*hunters, False))})

    return game("stag hunt", [f"P{k}" for k in range(players)], grow(()))


@pytest.mark.parametrize(("players", "mostly"), [(2, "stag"), (3, "hare")])
def test_in_larger_groups_fewer_hunt_the_stag(players: int, mostly: str) -> None:
    """Camerer, Ho and Chong (2004), section III.B: 89 in 100 for tau = 1.5, with a hare between 1/4 and 1/2."""
    found = solve(stag_hunt(players, "0.3"), "cognitive-hierarchy", math.inf, Settings(tau=1.5)).strategies["P0"]
    assert found[mostly] == pytest.approx(0.89, abs=5e-3)
