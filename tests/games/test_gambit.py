"""Agreement with Gambit, through pygambit, a development dependency only (``make gambit`` installs it and runs this).

Version 16.7 cannot read agent quantal responses back on trees and can crash there, so trees are compared through what
is written and read, through payoffs and regret at given profiles, and through the strategic form where the two
coincide: where each player has one information set.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from escalation.games import efg, nfg
from escalation.games.build import Branch, chance, end, game, move
from escalation.games.labels import refused
from escalation.games.paths import paths
from escalation.games.regret import payoffs, regrets
from escalation.games.solve import solve
from escalation.games.table import Table
from escalation.games.tree import Game
from tests.games.randoms import odd_table, random_bimatrix, random_tree

gambit = pytest.importorskip("pygambit", reason="pygambit is missing: make gambit installs it and runs this")

PLAIN = ("a", "b", 'the "red" line', "0", "1/3", "{ } ,")
"""Labels that Gambit takes: printable ASCII, single spaces inside."""


def theirs(made: Game | Table) -> object:
    if isinstance(made, Table):
        return gambit.read_nfg(io.StringIO(nfg.write(made)))
    return gambit.read_efg(io.StringIO(efg.write(made)))


def one_move_each(seed: int) -> Game:
    """Chance, then both choose once without seeing either: agent and strategic form are the same."""
    rng = np.random.default_rng(seed)
    rows, columns = (int(count) for count in rng.integers(2, 4, size=2))

    def second() -> Branch:
        return move("B", "b", {f"{c}": end("", *map(int, rng.integers(-9, 10, size=2))) for c in range(columns)})

    def first() -> Branch:
        return move("A", "a", {f"{r}": second() for r in range(rows)})

    return game(f"one move each {seed}", ["A", "B"], chance("", {"x": ("1/3", first()), "y": ("2/3", first())}))


@pytest.mark.parametrize("seed", range(25))
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


@pytest.mark.parametrize("seed", range(15))
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


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rationality", [0.1, 1.0])
def test_tables_have_gambits_logit_equilibrium(seed: int, rationality: float) -> None:
    made = random_bimatrix(seed)
    (found,) = gambit.qre.logit_solve_lambda(theirs(made), lam=[rationality])
    solution = solve(made, "quantal", rationality)
    for player in made.players:
        for strategy, probability in solution.strategies[player].items():
            assert found.profile[player][strategy] == pytest.approx(probability, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_trees_have_it_where_agent_and_strategic_form_coincide(seed: int) -> None:
    made = one_move_each(seed)
    (found,) = gambit.qre.logit_solve_lambda(theirs(made), lam=[0.7], use_strategic=True)
    solution = solve(made, "quantal", 0.7)
    for player, infoset in (("A", "a"), ("B", "b")):
        numbers = [float(found.profile[player][strategy.label]) for strategy in theirs(made).players[player].strategies]
        assert numbers == pytest.approx(list(solution.strategies[infoset].values()), abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
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


@pytest.mark.parametrize("seed", range(8))
def test_limits_are_equilibria_by_gambits_count(seed: int) -> None:
    made = random_bimatrix(seed)
    game_ = theirs(made)
    profile = game_.mixed_strategy_profile()
    solution = solve(made, "best-response")
    for player in made.players:
        profile[player] = list(solution.strategies[player].values())
    assert float(profile.max_regret()) < 1e-6


def test_gambits_own_file_format_round_trips_through_disk(tmp_path: Path) -> None:
    path = tmp_path / "g.efg"
    path.write_text(theirs(random_tree(4)).to_efg(), encoding="utf-8")
    assert efg.read(path).players == ("P1", "P2")
