"""Agreement with Gambit, through pygambit, a development dependency only (``make gambit`` installs it and runs this).

The whole catalogue is read by Gambit, and random games are. Version 16.7 cannot read agent quantal responses back on
trees and can crash there, so those are certified instead: our profile is set in Gambit, which works out what each
action is worth and what is believed, and the choices have to be the logit of those worths. Where all move once and
whatever is chosen (one set each is not enough: agents weigh payoffs given that they are asked, strategies do not),
agent and strategic form are the same, and Gambit's own quantal response has to be ours.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.analysis.prepare import prepared
from escalation.analysis.stage_game import stage_game
from escalation.games import catalog, efg, nfg
from escalation.games.build import Branch, chance, end, game, move
from escalation.games.catalog import Equilibrium, Observed
from escalation.games.labels import refused
from escalation.games.observed import compare
from escalation.games.paths import paths
from escalation.games.regret import payoffs, regrets
from escalation.games.solution import Solution
from escalation.games.solve import solve
from escalation.games.table import Table
from escalation.games.tree import Game
from escalation.worlds.moment import start_of
from tests.games.randoms import odd_table, random_bimatrix, random_tree

gambit = pytest.importorskip("pygambit", reason="pygambit is missing: make gambit installs it and runs this")

TABLES = [name for name in catalog.names() if isinstance(catalog.load(name).game, Table)]
TREES = [name for name in catalog.names() if name not in TABLES]
SEEDS = st.integers(0, 2**32 - 1)
PLAIN = ("a", "b", 'the "red" line', "0", "1/3", "{ } ,")
"""Labels that Gambit takes: printable ASCII, single spaces inside."""


def theirs(made: Game | Table) -> object:
    if isinstance(made, Table):
        return gambit.read_nfg(io.StringIO(nfg.write(made)))
    return gambit.read_efg(io.StringIO(efg.write(made)))


def set_in(game_: object, made: Game | Table, strategies: Mapping[str, Mapping[str, object]]) -> object:
    """Gambit's profile with these choices: behavior of a tree, strategies of a table; exact if the numbers are."""
    exact = all(isinstance(share, Fraction) for choice in strategies.values() for share in choice.values())
    if isinstance(made, Table):
        profile = game_.mixed_strategy_profile(rational=exact)
        for player in made.players:
            profile[player] = list(strategies[player].values())
        return profile
    profile = game_.mixed_behavior_profile(rational=exact)
    for number, infoset in own_sets(game_, made).items():
        profile[infoset] = [strategies[made.infoset_names[number]][action.label] for action in infoset.actions]
    return profile


def own_sets(game_: object, made: Game) -> dict[int, object]:
    """Gambit's information set for each of ours, by number."""
    known = {(infoset.player.label, infoset.label): infoset for infoset in game_.infosets}
    return {number: known[made.players[infoset.player], infoset.label] for number, infoset in enumerate(made.personal)}


def simultaneous(seed: int, players: int) -> Game:
    """Chance, then all choose once without seeing another: agent and strategic form are the same."""
    rng = np.random.default_rng(seed)
    names = "ABC"[:players]
    counts = [int(count) for count in rng.integers(2, 4, size=players)]

    def grow(place: int) -> Branch:
        if place == players:
            return end("", *map(int, rng.integers(-9, 10, size=players)))
        return move(names[place], names[place].lower(), {f"{k}": grow(place + 1) for k in range(counts[place])})

    return game(f"one move each {seed}", list(names), chance("", {"x": ("1/3", grow(0)), "y": ("2/3", grow(0))}))


def chosen(solution: Solution, read: object, found: object) -> list[tuple[float, float]]:
    """Our probability of each strategy beside that in Gambit's mixed profile ``found``."""
    ours = list(solution.strategies.values())
    assert len(read.players) == len(ours)
    return [
        (mine, float(found[player.label][strategy.label]))
        for player, choice in zip(read.players, ours, strict=True)
        for strategy, mine in zip(player.strategies, choice.values(), strict=True)
    ]


def assert_logit_by_gambit(made: Game, rationality: float) -> None:
    """Gambit's worths of our quantal response make it one: at each set x is their logit, and beliefs are Bayes'."""
    solution = solve(made, "quantal", rationality)
    game_ = theirs(made)
    profile = set_in(game_, made, solution.strategies)
    for number, infoset in own_sets(game_, made).items():
        name = made.infoset_names[number]
        worth = np.array([float(profile.action_value(action)) for action in infoset.actions])
        x = np.array([solution.strategies[name][action.label] for action in infoset.actions])
        odds = np.exp(rationality * (worth - worth.max()))
        assert x == pytest.approx(odds / odds.sum(), abs=1e-9), name
        # Up to a constant: here what was paid on the way is counted, there it is not.
        own = np.array(list(solution.worth[name].values()))
        assert own - own.max() == pytest.approx(worth - worth.max(), abs=1e-9 * (np.ptp(worth) + 1.0)), name
        believed = [float(profile.belief(node)) for node in infoset.members]
        ours = solution.beliefs.get(name, {"the only node": 1.0})
        assert sorted(ours.values()) == pytest.approx(sorted(believed), abs=1e-9), name
    for player in made.players:
        assert solution.payoffs[player] == pytest.approx(float(profile.payoff(player)), abs=1e-9)
    if max_plans(made) < 10_000:  # Gambit tries each plan of each player
        assert max(solution.regret.values()) == pytest.approx(float(profile.max_regret()), abs=1e-9)


def max_plans(made: Game) -> int:
    """How many plans the player with the most has."""
    return max(
        math.prod(len(infoset.actions) for infoset in made.personal if infoset.player == player)
        for player in range(len(made.players))
    )


# -- the catalogue -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", catalog.names())
def test_gambit_reads_the_whole_catalogue(name: str) -> None:
    made = catalog.load(name).game
    for text in (catalog.load(name).path.read_text(encoding="utf-8"), None):
        read = theirs(made) if text is None else reader(made)(io.StringIO(text))
        assert [player.label for player in read.players] == list(made.players)
        if isinstance(made, Table):
            assert [len(player.strategies) for player in read.players] == list(made.shape)
            for cell, choice in zip(made.cells, made.profiles(), strict=True):
                where = [names[k] for names, k in zip(made.strategies, choice, strict=True)]
                paid = made.outcomes[cell].payoffs if cell is not None else (0,) * len(made.players)
                assert [Fraction(str(read[where][player])) for player in made.players] == list(paid)
        else:
            assert len(list(read.nodes)) == len(made.nodes)
            assert [len(list(infoset.members)) for infoset in own_sets(read, made).values()] == [
                len(infoset.nodes) for infoset in made.personal
            ]


def reader(made: Game | Table) -> object:
    return gambit.read_nfg if isinstance(made, Table) else gambit.read_efg


EQUILIBRIA = [
    pytest.param(name, answer, id=f"{name}-{number}")
    for name in catalog.names()
    for number, answer in enumerate(catalog.load(name).answers)
    if isinstance(answer, Equilibrium)
]


@pytest.mark.parametrize(("name", "answer"), EQUILIBRIA)
def test_known_equilibria_have_no_regret_in_gambits_fractions(name: str, answer: Equilibrium) -> None:
    made = catalog.load(name).game
    profile = set_in(theirs(made), made, answer.strategies)
    assert profile.max_regret() == 0


@pytest.mark.parametrize("name", TABLES)
def test_known_equilibria_of_tables_are_among_gambits(name: str) -> None:
    made = catalog.load(name).game
    game_ = theirs(made)
    listed = [
        [[profile[player.label][s.label] for s in player.strategies] for player in game_.players]
        for profile in gambit.nash.enummixed_solve(game_).equilibria
    ]
    for answer in catalog.load(name).answers:
        if isinstance(answer, Equilibrium):
            assert [list(answer.strategies[player].values()) for player in made.players] in listed


@pytest.mark.parametrize("name", catalog.names())
def test_limits_of_the_catalogue_have_no_regret_by_gambit(name: str) -> None:
    made = catalog.load(name).game
    profile = set_in(theirs(made), made, solve(made, "best-response").strategies)
    stake = max(float(paid) for o in made.outcomes for paid in o.payoffs) - min(
        float(paid) for o in made.outcomes for paid in o.payoffs
    )
    assert float(profile.max_regret()) < 1e-6 * stake


# Up to where other branches cross that of chicken: just past a crossing Gambit is off by some 1e-3.
@pytest.mark.parametrize("rationality", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_the_catalogue_have_gambits_quantal_response(name: str, rationality: float) -> None:
    made = catalog.load(name).game
    lam = rationality / max(1.0, *(abs(float(paid)) for o in made.outcomes for paid in o.payoffs))
    read = theirs(made)
    (found,) = gambit.qre.logit_solve_lambda(read, lam=[lam])
    for mine, other in chosen(solve(made, "quantal", lam), read, found.profile):
        assert mine == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("rationality", [0.2, 1.0])
@pytest.mark.parametrize("name", TREES)
def test_trees_of_the_catalogue_are_logit_by_gambits_worths(name: str, rationality: float) -> None:
    made = catalog.load(name).game
    assert isinstance(made, Game)
    assert_logit_by_gambit(made, rationality)


@pytest.mark.parametrize("role", ["defender", "challenger"])
def test_the_stage_game_of_a_scenario_is_logit_by_gambits_worths(role: str) -> None:
    stage = stage_game(start_of(prepared("strike"), role))
    assert refused(stage.tree) == []
    assert_logit_by_gambit(stage.tree, stage.rationality)


FITTED = [
    name
    for name in TABLES
    if any(isinstance(answer, Observed) for answer in catalog.load(name).answers)
    and name not in ("goeree-holt-symmetric", "goeree-holt-palfrey-4")  # no lambda is likeliest, or 0 is
]


@pytest.mark.parametrize("name", FITTED)
def test_the_likeliest_lambda_is_gambits(name: str) -> None:
    entry = catalog.load(name)
    seen = next(answer for answer in entry.answers if isinstance(answer, Observed))
    ours = compare(entry, seen).fit
    read = theirs(entry.game)
    data = read.mixed_strategy_profile()
    both = {"Row": seen.shares["Row"], "Column": seen.shares.get("Column", seen.shares["Row"])}
    for player, shares in both.items():
        data[player] = [float(share) * seen.plays for share in shares.values()]
    # Gambit does not come to the end of the branch of NL, which others cross; there it is asked for the first peak.
    found = gambit.qre.logit_estimate(data, local_max=name == "goeree-louis-nl")
    # In a symmetric game, whose choices are those of one role, Gambit is told them twice.
    times = 2 / len(seen.shares)
    assert found.lam == pytest.approx(ours.rationality, rel=5e-4)
    assert found.log_like == pytest.approx(times * ours.log_likelihood, abs=1e-3)


# -- random games ------------------------------------------------------------------------------------------------------
@settings(max_examples=25)
@given(SEEDS)
def test_gambit_reads_what_we_write(seed: int) -> None:
    made = random_tree(seed, players=3)
    read = theirs(made)
    assert [player.label for player in read.players] == list(made.players)
    assert len(list(read.nodes)) == len(made.nodes)
    assert len(list(read.infosets)) == len(made.personal)
    assert len(list(read.outcomes)) == len(made.outcomes)
    own = {(infoset.player, infoset.label): infoset for infoset in made.personal}
    numbers = {player.label: place for place, player in enumerate(read.players)}
    for infoset in read.infosets:
        mine = own[numbers[infoset.player.label], infoset.label]
        assert [action.label for action in infoset.actions] == list(mine.actions)
        assert len(list(infoset.members)) == len(mine.nodes)


def test_labels_that_gambit_refuses_are_known() -> None:
    for label in ("é", " a", "a ", "a  b", "two\nlines"):
        made = game("t", ["A"], move("A", "i", {label: end("x", 1), "other": end("y", 0)}))
        assert refused(made) == [label]
        with pytest.raises(ValueError, match="Invalid label"):
            theirs(made)
    assert refused(random_tree(1)) == []


@settings(max_examples=15)
@given(SEEDS)
def test_gambits_writing_is_read_as_the_same_game(seed: int) -> None:
    made = random_tree(seed)
    # Outcome labels are made unique by Gambit; all else stays.
    back = efg.parse(theirs(made).to_efg())
    assert [(n.parent, n.branch, n.infoset) for n in back.nodes] == [
        (n.parent, n.branch, n.infoset) for n in made.nodes
    ]
    assert [back.payoffs(place) for place in back.ends] == [made.payoffs(place) for place in made.ends]
    assert back.infosets == made.infosets
    table = odd_table(seed, PLAIN)
    again = nfg.parse(theirs(table).to_nfg())
    assert again.cells == table.cells
    assert [outcome.payoffs for outcome in again.outcomes] == [outcome.payoffs for outcome in table.outcomes]


@settings(max_examples=30)
@given(SEEDS, st.sampled_from([0.1, 1.0]))
def test_tables_have_gambits_logit_equilibrium(seed: int, rationality: float) -> None:
    made = random_bimatrix(seed)
    (found,) = gambit.qre.logit_solve_lambda(theirs(made), lam=[rationality])
    solution = solve(made, "quantal", rationality)
    for player in made.players:
        for strategy, probability in solution.strategies[player].items():
            assert found.profile[player][strategy] == pytest.approx(probability, abs=1e-6)


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([2, 3]))
def test_trees_have_it_where_agent_and_strategic_form_coincide(seed: int, players: int) -> None:
    made = simultaneous(seed, players)
    read = theirs(made)
    (found,) = gambit.qre.logit_solve_lambda(read, lam=[0.4], use_strategic=True)
    for mine, other in chosen(solve(made, "quantal", 0.4), read, found.profile):
        assert mine == pytest.approx(other, abs=1e-6)


@settings(max_examples=25)
@given(SEEDS, st.sampled_from([2, 3]), st.booleans())
def test_random_trees_are_logit_by_gambits_worths(seed: int, players: int, perfect: bool) -> None:
    assert_logit_by_gambit(random_tree(seed, players=players, perfect=perfect), 0.5)


@settings(max_examples=15)
@given(SEEDS)
def test_limits_of_random_trees_have_no_regret_by_gambit(seed: int) -> None:
    made = random_tree(seed)
    profile = set_in(theirs(made), made, solve(made, "best-response").strategies)
    assert float(profile.max_regret()) < 1e-5


@settings(max_examples=15)
@given(SEEDS)
def test_payoffs_and_regret_of_a_profile_are_gambits(seed: int) -> None:
    made = random_bimatrix(seed)
    rng = np.random.default_rng(seed)
    p = paths(made)
    x = np.exp(p.softmax(rng.normal(size=p.count)))
    game_ = theirs(made)
    profile = game_.mixed_strategy_profile()
    for place, player in enumerate(made.players):
        profile[player] = [float(each) for each in x[p.starts[place] : p.starts[place + 1]]]
    assert [float(profile.payoff(player)) for player in made.players] == pytest.approx(payoffs(p, x).tolist(), abs=1e-9)
    assert float(profile.max_regret()) == pytest.approx(float(regrets(p, x).max()), abs=1e-9)


@settings(max_examples=20)
@given(SEEDS)
def test_limits_are_equilibria_by_gambits_count(seed: int) -> None:
    made = random_bimatrix(seed)
    game_ = theirs(made)
    strategies = solve(made, "best-response").strategies
    assert float(set_in(game_, made, strategies).max_regret()) < 1e-6
    listed = gambit.nash.enummixed_solve(game_).equilibria
    if len(listed) == 1:
        for player in made.players:
            for strategy, mine in strategies[player].items():
                assert mine == pytest.approx(float(listed[0][player][strategy]), abs=1e-6)


def test_gambits_own_file_format_round_trips_through_disk(tmp_path: Path) -> None:
    path = tmp_path / "g.efg"
    path.write_text(theirs(random_tree(4)).to_efg(), encoding="utf-8")
    assert efg.read(path).players == ("P1", "P2")
