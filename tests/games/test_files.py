"""Gambit's files: what is written is read back the same, odd corners are read, and faults name their line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.games import efg, nfg
from escalation.games.build import chance, end, game, move, table
from escalation.games.find import find
from escalation.games.numbers import exact, shown
from escalation.games.recall import absent_minded, forgetful
from escalation.games.tree import NO_OUTCOME
from escalation.scenario.faults import ScenarioFault
from tests.games.randoms import odd_table, odd_tree, random_bimatrix, random_tree

SEEDS = st.integers(0, 2**32 - 1)

HEAD = 'EFG 2 R "t" { "A" "B" } ""\n'
TABLE = 'NFG 1 R "t" { "A" "B" } { 2 2 }\n'


@settings(max_examples=40)
@given(SEEDS)
def test_a_tree_written_and_read_is_the_same_tree(seed: int) -> None:
    for made in (odd_tree(seed), random_tree(seed)):
        assert efg.parse(efg.write(made)) == made


@settings(max_examples=40)
@given(SEEDS)
def test_a_table_written_and_read_is_the_same_table(seed: int) -> None:
    for made in (odd_table(seed), random_bimatrix(seed)):
        assert nfg.parse(nfg.write(made)) == made


@given(st.fractions(), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e90, max_value=1e90))
def test_numbers_keep_their_value(fraction: Fraction, number: float) -> None:
    assert exact(shown(fraction)) == fraction
    assert float(exact(number)) == number
    assert exact(shown(exact(number))) == exact(number)


# -- reading ---------------------------------------------------------------------------------------------------
def test_the_corners_of_the_tree_format() -> None:
    read = efg.parse(
        'EFG 2 D "a \\"quoted\\" title" {"A" "B"}\n"comment"\n'
        'c "" 7 "deal" { "hi" 1/3 "lo" .666666 } 0\n'
        'p "" 1 4 "" { "l" "r" } 9 "on the way" { 1, -1 }\n'
        't "" 2 "" { 0.5 1e1 }\n'
        't "here" 0\n'
        'p "" 1 4 0\n'
        'p "" 2 1 "x" { "u" "u" } 9\n'
        't "" 2 t "" 2\n'
        'p "" 2 2 "x" { "only" } 0 t "" 3 "end" { +4 -3/2 }'
    )
    assert read.title == 'a "quoted" title'
    assert [(infoset.player, infoset.number) for infoset in read.infosets] == [(0, 4), (1, 1), (1, 2), (-1, 7)]
    # Unlabelled and twice-used sets go by player and number, actions told apart by number where labels do not.
    assert read.infoset_names == ("A.4", "B.1", "B.2")
    assert read.action_names[:3] == (("l", "r"), ("1", "2"), ("only",))
    assert sum(read.infosets[3].probabilities) == 1
    assert [read.payoffs(place) for place in read.ends[:2]] == [(Fraction(3, 2), 9), (1, -1)]
    # An end without an outcome of its own counts under the last one passed.
    assert [read.end_name(place) for place in read.ends] == [
        "outcome.2",
        "on the way",
        "outcome.2",
        "outcome.2",
        "end",
    ]
    assert efg.parse(HEAD + 't "" 0').end_name(0) == NO_OUTCOME


def test_both_versions_of_the_table_format() -> None:
    payoffs = nfg.parse(TABLE + "1 2 3 4, 5 6 7 1/2")
    assert payoffs.strategies == (("1", "2"), ("1", "2"))
    assert payoffs.outcomes[3].payoffs == (7, Fraction(1, 2))
    assert payoffs.cell_names == ("1, 1", "2, 1", "1, 2", "2, 2")
    outcomes = nfg.parse(
        'NFG 1 R "t" { "A" "B" } { { "U" "D" } { "L" "R" } } "c" { { "war" 0, 1 } { "" 2 3 } } 1 0 2 1'
    )
    assert outcomes.cells == (0, None, 1, 0)
    assert outcomes.cell_names == ("war", NO_OUTCOME, "outcome.2", "war")


def test_a_file_from_before_utf8_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.efg"
    path.write_bytes((HEAD.replace('"t"', '"caf\xe9"') + 't "" 0').encode("latin-1"))
    assert efg.read(path).title == "café"


# -- faults ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "line", "parts"),
    [
        ("", 1, ["the end of the file found", "EFG"]),
        ('EFG 3 R "t" { "A" } t "" 0', 1, ["'3' found", "expected 2, the version"]),
        ('EFG 2 R t { "A" }', 1, ["'t' found", "the title in double quotes"]),
        ('EFG 2 R "t" { }', 1, ["no players"]),
        (HEAD + 't "" 1 "x { 1 2 }\n', 2, ["a label that does not end"]),
        (HEAD, 1, ["the end of the file found", "a node: c, p or t"]),
        (HEAD + 'x "" 0', 2, ["'x' found", "c, p or t"]),
        (HEAD + 'p "" 3 1 "" { "a" } 0\nt "" 0', 2, ["player 3", "1 to 2"]),
        (HEAD + 'p "" 1 1 "" { "a" "b" } 0\nt "" 0', 3, ["the end of the file", '"b" of the move on line 2']),
        (HEAD + 'p "" 1 1 "" { "a" } 0\nt "" 0\nt "" 0', 4, ["'t' found", "the end of the file after the last node"]),
        (HEAD + 'p "" 1 1 "" { } 0', 2, ["no actions"]),
        (HEAD + 'p "" 1 1 0\n', 2, ["information set 1 of player 1 is new here"]),
        (HEAD + 'p "" 1 1 "i" { "a" } 0\np "" 1 1 "i" { "b" } 0\nt "" 0', 3, ["other actions than on line 2"]),
        (HEAD + 'p "" 1 1 "i" { "a" } 0\np "" 1 1 "j" { "a" } 0\nt "" 0', 3, ["other label than on line 2"]),
        (HEAD + 'c "" 1 "" { "a" 1/2 "b" 1/4 } 0', 2, ["sum to 0.75", "a sum of 1"]),
        (HEAD + 'c "" 1 "" { "a" 3/2 "b" -1/2 } 0', 2, ["the probability 3/2", "0 to 1"]),
        (HEAD + 'c "" 1 "" { "a" "b" } 0', 2, ['"b" found', "a number such as"]),
        (HEAD + 't "" 1', 2, ["outcome 1 is new here"]),
        (HEAD + 't "" 0 "x" { 1 2 }', 2, ["outcome 0, which is none"]),
        (HEAD + 't "" 1 "x" { 1 }', 2, ["1 of the payoffs", "expected 2, one for each player"]),
        (HEAD + 't "" 1 "x" { 1 1/0 }', 2, ["'1/0' found", "a number"]),
        (HEAD + 't "" 1 "x" { 1 1e999 }', 2, ["'1e999' found"]),
        (HEAD + 't "" 1.5 "x" { 1 1 }', 2, ["'1.5' found", "a whole number from 0 up"]),
        (HEAD + 'p "" 1 1 "i" { "a" "b" } 0\nt "" 1 "x" { 1 2 }\nt "" 1 "x" { 1 3 }', 4, ["than on line 3"]),
    ],
)
def test_a_fault_of_a_tree_names_its_line(text: str, line: int, parts: list[str]) -> None:
    with pytest.raises(ScenarioFault) as caught:
        efg.parse(text, "g.efg")
    said = str(caught.value)
    assert said.startswith(f"g.efg:{line}: "), said
    assert all(part in said for part in parts), said


@pytest.mark.parametrize(
    ("text", "line", "parts"),
    [
        ('EFG 2 R "t" { "A" } t "" 0', 1, ["'EFG' found", "NFG"]),
        ('NFG 1 R "t" { "A" "B" } { 2 }\n1 2', 1, ["strategies of 1 players", "those of 2"]),
        ('NFG 1 R "t" { "A" } { 0 }', 1, ["'0' found", "a whole number from 1 up"]),
        ('NFG 1 R "t" { "A" } { { } }', 1, ["a player without strategies"]),
        (TABLE + "1 2 3\n4 5 6 7", 3, ["the end of the file", "payoff 2 of 2 of profile 4 of 4"]),
        (TABLE + "1 2 3 4 5 6 7 8\n9", 3, ["'9' found", "the end of the file after the payoffs of 4 profiles"]),
        (TABLE + '{ { "x" 1 } }\n1 1 1 1', 2, ["1 payoffs", "2, one for each player"]),
        (TABLE + '{ { "x" 1 1 } }\n1 2 1 1', 3, ["outcome 2", "0 to 1"]),
        ('NFG 1 R "t" { "A" "B" } { 99999 99999 }', 1, ["a table that is too large"]),
    ],
)
def test_a_fault_of_a_table_names_its_line(text: str, line: int, parts: list[str]) -> None:
    with pytest.raises(ScenarioFault) as caught:
        nfg.parse(text, "g.nfg")
    said = str(caught.value)
    assert said.startswith(f"g.nfg:{line}: "), said
    assert all(part in said for part in parts), said


def test_a_file_that_is_no_game_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.efg").write_bytes(b"EFG\0")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "folder.efg").mkdir()
    for name, said in (
        ("bytes.efg", "a binary file"),
        ("notes.txt", "not a game"),
        ("folder.efg", "a folder"),
        ("none.efg", "no such file"),
        ("byte.ef", "did you mean 'bytes.efg'?"),
    ):
        with pytest.raises(ScenarioFault, match="(?i)" + said.replace("?", r"\?")):
            find(str(tmp_path / name))


# -- the builder and recall -----------------------------------------------------------------------------------
def test_the_builder_refuses_what_does_not_fit() -> None:
    leaf = end("x", 1, 2)
    for make, said in (
        (lambda: game("t", ["A", "A"], leaf), "name of its own"),
        (lambda: game("t", ["A"], leaf), "pays 2 players"),
        (lambda: game("t", ["A", "B"], move("C", "i", {"a": leaf})), "no player 'C'"),
        (lambda: game("t", ["A", "B"], move("A", "i", {})), "no actions"),
        (lambda: game("t", ["A", "B"], move("A", "i", {"a": move("A", "i", {"b": leaf})})), "has the actions"),
        (lambda: chance("c", {"a": (0.5, leaf), "b": (0.4, leaf)}), "sum to 0.9"),
        (lambda: chance("c", {"a": (1.5, leaf), "b": (-0.5, leaf)}), "negative"),
        (lambda: table("t", {"A": ["x"], "B": ["y"]}, {}), "each profile once"),
    ):
        with pytest.raises(ValueError, match=said):
            make()
    shared = game("t", ["A", "B"], move("A", "i", {"a": leaf, "b": end("x", 1, 2), "c": end("x", 2, 2)}))
    assert len(shared.outcomes) == 2, "ends of one label that pay the same are one outcome"
    assert sum(chance("c", dict.fromkeys("abcdefghij", (0.1, leaf))).chances) == 1


def test_lost_recall_is_told() -> None:
    leaf = end("x", 0)
    forgets = game("t", ["A"], move("A", "first", {a: move("A", "second", {"c": leaf, "d": leaf}) for a in ("a", "b")}))
    assert forgetful(forgets) == ("A forgets at 'second' what it knew or did before",)
    assert absent_minded(forgets) == ()
    twice = game("t", ["A"], move("A", "i", {"a": move("A", "i", {"a": leaf, "b": leaf}), "b": leaf}))
    assert absent_minded(twice) == ("i",)
    assert all(forgetful(random_tree(seed)) == () for seed in range(20))
