"""``escalation solve`` of scenarios and of reference games."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from escalation.games import catalog, efg
from escalation.games.judge import array_of
from escalation.games.paths import paths
from escalation.games.regret import chances
from escalation.games.solve import solve
from tests.cli.conftest import Here


def one_object(text: str) -> dict[str, object]:
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_a_scenario_is_solved_for_either_side(here: Here, tmp_path: Path) -> None:
    done = here("solve", "strike", "--actor", "iran", "--json", "--export", "stage.efg")
    assert done.returncode == 0, done.stderr
    found = one_object(done.stdout)
    assert {"rule", "rationality", "strategies", "outcomes", "residual"} <= set(found)
    assert found["actor"] == "iran"
    assert found["residual"] < 1e-10  # type: ignore[operator]
    for choice in (*found["strategies"].values(), found["outcomes"], *found["carried_out"].values()):  # type: ignore[attr-defined]
        assert sum(choice.values()) == pytest.approx(1.0, abs=1e-12)
    # what was written for Gambit is the game that was solved: its plays end as they are told to
    plays = paths(efg.read(tmp_path / "stage.efg"))
    likely = chances(plays, array_of(plays, found["strategies"]))  # type: ignore[arg-type]
    told = dict.fromkeys(found["outcomes"], 0.0)  # type: ignore[call-overload]
    for place, share in zip(plays.counted, likely, strict=True):
        told[plays.endings[place].removesuffix(" in madness")] += share
    assert told == pytest.approx(found["outcomes"], abs=1e-10)


def test_the_text_shows_players_moves_payoffs_and_the_certificate(here: Here) -> None:
    done = here("solve", "proportional", "--world", "5", "--week", "3")
    assert done.returncode == 0, done.stderr
    assert "in week 3 of world 5: us moves; iran replies." in done.stdout
    assert "Off the menu: strike_personnel" in " ".join(done.stdout.split())
    for text in ("What us does", "What us expects in reply", "How it ends", "Residual", "information sets", "weak"):
        assert text in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("rule", ["best-response", "level-k", "prospect", "reciprocal", "audience"])
def test_the_rules_of_the_model_choose_as_the_model_does(here: Here, rule: str) -> None:
    from escalation.analysis.prepare import prepared
    from escalation.analysis.stage_game import stage_game
    from escalation.worlds.moment import start_of

    found = one_object(here("solve", "strike", "--rule", rule, "--json").stdout)
    game = stage_game(start_of(prepared("strike", rule=rule), "defender"))
    chosen = game.chosen_by_the_model(rule)
    for kind in range(2):
        told = found["carried_out"][game.set_of(kind)]  # type: ignore[index]
        assert list(told.values()) == pytest.approx(list(chosen[kind]), abs=1e-12)


def test_what_the_replier_learns_is_learnt_from_what_the_mover_does(here: Here) -> None:
    # Either type of a reciprocal side answers in kind, so that its act tells nothing: beliefs stay at the prior.
    found = one_object(here("solve", "strike", "--rule", "reciprocal", "--json").stdout)
    prior = found["beliefs_of_types"]["iran"]["us resolute"]  # type: ignore[index]
    assert found["strategies"]["us resolute"] == found["strategies"]["us weak"]  # type: ignore[index]
    learnt = [belief for name, belief in found["beliefs"].items() if name.startswith("iran")]  # type: ignore[attr-defined]
    assert learnt
    for belief in learnt:
        resolute = sum(share for node, share in belief.items() if node.startswith("resolute"))
        assert resolute == pytest.approx(prior, abs=1e-12)


def test_a_certificate_is_given_for_what_it_certifies_only(here: Here) -> None:
    best, tit = (
        one_object(here("solve", "strike", "--rule", rule, "--json").stdout) for rule in ("best-response", "reciprocal")
    )
    assert best["rationality"] is None
    assert tit["residual"] is None
    for found in (best, tit):
        assert found["replies_rationality"] == 0.3
        assert found["replies_residual"] < 1e-10  # type: ignore[operator]
    assert best["residual"] < 1e-10  # type: ignore[operator]


def test_a_side_that_plans_is_not_said_to_expect_the_trees_replies(here: Here) -> None:
    done = here("solve", "strike", "--rule", "farsighted")
    assert done.returncode == 0, done.stderr
    assert "expects in reply" not in done.stdout
    assert "expected" not in done.stdout
    assert "What iran would reply by one step of quantal response" in done.stdout
    assert "Foresight: " in done.stderr


def test_without_errors_one_act_is_left(here: Here) -> None:
    found = one_object(here("solve", "strike", "--rationality", "inf", "--json").stdout)
    assert sorted(found["strategies"]["us resolute"].values())[-1] == 1.0  # type: ignore[index]
    assert found["rationality"] is None
    refused = here("solve", "strike", "--rule", "prospect", "--rationality", "inf")
    assert refused.returncode == 2
    assert "prospect has no such limit" in refused.stderr


@pytest.mark.parametrize("name", ["chicken", "centipede-4"])
def test_a_reference_game_is_solved_by_name(here: Here, name: str) -> None:
    done = here("solve", name)
    assert done.returncode == 0, done.stderr
    entry = catalog.load(name)
    assert f"Source: {entry.citation[:40]}" in done.stdout
    assert "What is known" in done.stdout
    assert one_object(here("solve", name, "--json").stdout)["strategies"] == solve(entry.game).to_json()["strategies"]


def test_the_catalogue_is_listed(here: Here) -> None:
    listed = here("solve", "--list")
    assert listed.stdout == here("list", "--games").stdout
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(catalog.names())
    rows = one_object(here("list", "--games", "--json").stdout)["games"]
    assert [row["name"] for row in rows] == list(catalog.names())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["chiken"], "did you mean 'chicken'?"),
        (["stirke"], "did you mean 'strike'?"),
        (["strike", "--actor", "irna"], "legal: us, iran (did you mean 'iran'?)"),
        (["strike", "--rule", "quantl"], "did you mean 'quantal'?"),
        (["strike", "--week", "3"], "--world N"),
        (["strike", "--counts", "x.csv"], "--counts belongs to a game that is no scenario's"),
        (["chicken", "--actor", "us"], "--actor belongs to the stage game of a scenario"),
        (["strike", "--export", "stage.nfg"], ".efg"),
        (["strike", "--export", "/proc/x.efg"], "--export /proc/x.efg: cannot be written"),
        (["strike", "--rationality", "1e308"], "inf is legal"),
        (["base"], "only there to be extended"),
        ([], "--list"),
    ],
)
def test_a_mistake_gets_one_clear_error(here: Here, words: list[str], hint: str) -> None:
    done = here("solve", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
