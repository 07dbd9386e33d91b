"""``escalation solve``: the contract's JSON, the layout, and exit codes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.cli.conftest import Here

ENTRY = """EFG 2 R "Entry" { "Entrant" "Monopolist" }
"one town"
p "" 1 1 "enter?" { "out" "in" } 0
t "" 1 "left alone" { 1, 5 }
p "" 2 1 "" { "fight" "share" } 0
t "" 2 "price war" { 0, 0 }
t "" 3 "shared" { 2, 2 }
"""
PENNIES = 'NFG 1 R "Pennies" { "Row" "Column" } { { "U" "D" } { "L" "R" } }\n9 0 0 1 0 1 1 0\n'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "entry.efg").write_text(ENTRY, encoding="utf-8")
    (tmp_path / "pennies.nfg").write_text(PENNIES, encoding="utf-8")
    (tmp_path / "bad.efg").write_text(ENTRY.replace("{ 0, 0 }", "{ 0 }"), encoding="utf-8")
    (tmp_path / "c.csv").write_text("infoset,action,count\nRow,U,60\nRow,D,40\n", encoding="utf-8")
    return tmp_path


def test_the_json_is_the_contracts(here: Here, files: Path) -> None:
    done = here("solve", "entry.efg", "--rule", "quantal", "--rationality", "0.5", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    share = 1 / (1 + math.exp(-0.5 * 2))
    enter = 1 / (1 + math.exp(-0.5 * (2 * share - 1)))
    assert found["rule"] == "quantal"
    assert found["rationality"] == 0.5
    # The unlabelled information set goes by player and number, actions stand in the file's order.
    assert {name: list(choice) for name, choice in found["strategies"].items()} == {
        "enter?": ["out", "in"],
        "Monopolist.1": ["fight", "share"],
    }
    assert found["strategies"]["enter?"]["in"] == pytest.approx(enter, abs=1e-12)
    assert found["outcomes"] == pytest.approx(
        {"left alone": 1 - enter, "price war": enter * (1 - share), "shared": enter * share}, abs=1e-12
    )
    assert found["residual"] < 1e-12
    table = json.loads(here("solve", "pennies.nfg", "--rationality", "2", "--json").stdout)
    assert list(table["strategies"]) == ["Row", "Column"]
    assert list(table["outcomes"]) == ["U, L", "D, L", "U, R", "D, R"]


def test_the_text_tells_what_was_found_and_how_far_to_trust_it(here: Here, files: Path) -> None:
    done = here("solve", "entry.efg", "--rule", "backward-induction")
    assert done.returncode == 0
    for part in (
        "Entry",
        "2 information sets",
        "Selten 1965",
        "share",
        "1.000000",
        "shared",
        "regret",
        "Residual 0.0e+00",
    ):
        assert part in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("rule", ["quantal", "best-response", "level-k", "cognitive-hierarchy", "prospect"])
def test_without_errors_the_json_has_no_lambda(here: Here, files: Path, rule: str) -> None:
    found = json.loads(here("solve", "entry.efg", "--rule", rule, "--rationality", "inf", "--json").stdout)
    assert found["rationality"] is None
    assert found["strategies"]["Monopolist.1"]["share"] == pytest.approx(
        0.9 if rule == "cognitive-hierarchy" else 1, abs=0.1
    )


def test_lambda_is_estimated_from_choices(here: Here, files: Path) -> None:
    found = json.loads(here("solve", "pennies.nfg", "--counts", "c.csv", "--json").stdout)
    assert found["fit"]["low"] < found["rationality"] == found["fit"]["rationality"] < found["fit"]["high"]
    assert "95 % interval" in here("solve", "pennies.nfg", "--counts", "c.csv").stdout
    refused = here("solve", "pennies.nfg", "--counts", "c.csv", "--rule", "level-k")
    assert (refused.returncode, "estimates lambda for quantal" in refused.stderr) == (2, True)


def test_what_people_did_stands_apart_from_the_lambda_asked_for(here: Here) -> None:
    """In the text and in the JSON: the shares observed, the fit with its choices, and the fit in print."""
    text = here("solve", "goeree-louis-ds2").stdout
    said, _, people = text.partition("What people did, and the lambda that fits it\n")
    assert "Solved first at lambda = 1 (--rationality), which is not that of people" in " ".join(said.split())
    assert "What is known" in said
    assert "Quantal response is likeliest at lambda = 0.6901" in people
    assert "In print: lambda = 0" in people
    assert "In print" not in said
    assert max(map(len, text.splitlines())) <= 100
    found = json.loads(here("solve", "goeree-louis-ds2", "--json").stdout)
    (seen,), (printed,) = found["observed"], found["printed"]
    assert found["rationality"] == 1.0
    assert seen["fit"]["low"] < seen["fit"]["rationality"] < seen["fit"]["high"]
    assert seen["fit"]["rationality"] == pytest.approx(0.6901, abs=1e-4)
    assert seen["shares"]["Row, C"] == pytest.approx(0.479, abs=1e-3)
    assert seen["fitted"]["Row, C"] == seen["strategies"]["Row"]["C"] == pytest.approx(0.547, abs=1e-3)
    assert seen["fitted"] != {f"Row, {name}": p for name, p in found["strategies"]["Row"].items()}
    assert (printed["rationality"], printed["log_likelihood"]) == (0.0, -527.3)
    again = here("solve", "goeree-louis-ds2", "--rationality", repr(seen["fit"]["rationality"]), "--json").stdout
    assert json.loads(again)["strategies"]["Row"] == pytest.approx(seen["strategies"]["Row"], abs=1e-6)


def test_unknown_plays_have_no_interval_and_games_without_data_no_fields(here: Here) -> None:
    seen = json.loads(here("solve", "centipede-4", "--json").stdout)["observed"][0]
    assert (seen["plays"], seen["fit"]["low"], seen["fit"]["log_likelihood"]) == (None, None, None)
    assert seen["fitted"] == seen["outcomes"]
    assert {"observed", "printed"}.isdisjoint(json.loads(here("solve", "chicken", "--json").stdout))
    assert "What people did" not in here("solve", "chicken").stdout


def test_a_game_is_written_for_gambit(here: Here, files: Path) -> None:
    assert here("solve", "entry.efg", "--export", "out.efg", "--json").returncode == 0
    assert here("solve", "out.efg", "--export", "again.efg", "--json").returncode == 0
    assert (files / "out.efg").read_text(encoding="utf-8") == (files / "again.efg").read_text(encoding="utf-8")
    assert here("solve", "pennies.nfg", "--export", "out.nfg").returncode == 0


def test_the_rule_is_told_in_words_of_the_games_form(here: Here, files: Path) -> None:
    for name, rule, said in (
        ("pennies.nfg", "quantal", "equilibrium (McKelvey"),
        ("pennies.nfg", "best-response", "a Nash equilibrium (McKelvey"),
        ("entry.efg", "quantal", "equilibrium in agent form (McKelvey"),
        ("entry.efg", "best-response", "a sequential equilibrium (McKelvey"),
    ):
        assert said in " ".join(here("solve", name, "--rule", rule).stdout.split())


def test_labels_that_gambit_refuses_are_told(here: Here, files: Path) -> None:
    (files / "accent.efg").write_text(ENTRY.replace("shared", "partagé"), encoding="utf-8")
    assert "will refuse 'partagé'" in here("solve", "accent.efg", "--export", "out2.efg").stderr
    refused = here("solve", "pennies.nfg", "--export", "out.efg")
    assert (refused.returncode, "a table is written to" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bad.efg"], "bad.efg:6: 1 of the payoffs; expected 2, one for each player"),
        (["entri.efg"], "entri.efg: no such file"),
        (["ochs"], "(did you mean 'ochs-game3'?)"),
        (["Goeree-Holt"], "those that begin so: goeree-holt-asymmetric, goeree-holt-palfrey-4, goeree-holt-reversed, "),
        (["entry.efg", "--rule", "quantall"], "did you mean 'quantal'"),
        (["entry.efg", "--rationality", "-1"], "legal is a number from 0 up"),
        (["entry.efg", "--rationality", "much"], "legal is a number from 0 up"),
        (["pennies.nfg", "--rule", "backward-induction"], "pennies.nfg: a table has no order of moves"),
        (["entry.efg", "--counts", "c.csv"], "c.csv:2: no information set 'Row'"),
        (["pennies.nfg", "--counts", "c.csv", "--rationality", "50"], "--rationality belongs to a lambda that is not"),
        (["entry.efg", "--level", "3"], "--level belongs to the rule level-k, not to quantal"),
        (["entry.efg", "--rule", "level-k", "--tau", "1"], "--tau belongs to the rule cognitive-hierarchy"),
        (["entry.efg", "--reference", "1"], "--reference belongs to the rule prospect"),
        (["entry.efg", "--rationality", "1e308"], "inf is legal"),
        (["entry.efg", "--export", "/proc/x.efg"], "--export /proc/x.efg: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(here: Here, files: Path, words: list[str], said: str) -> None:
    done = here("solve", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
