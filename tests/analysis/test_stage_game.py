"""The stage game as a tree is the model's own: what a general solver makes of it, the week's kernels do."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from escalation.analysis.prepare import prepared
from escalation.analysis.stage_game import NO_FORCE, StageGame, stage_game
from escalation.games import efg
from escalation.games.homotopy import Branch
from escalation.games.paths import paths
from escalation.games.tree import CHANCE
from escalation.model.layout import ACT_RUNG, F_NOISE, FORCE, PROVOCATION, Q_NOISE, RATIONALITY
from escalation.worlds.moment import Moment, OverBefore, moment_of, start_of

SAME = 1e-8
"""The kernels work in other orders than the solver, so that a few last digits differ."""
SHARP = 40.0
"""A lambda (1/util) at which a tenth of a util decides a choice."""

MOMENTS = {
    "strike at its start": ("strike", None, 1),
    "strike, a later week": ("strike", 3, 2),
    "a closed menu": ("proportional", 5, 3),
    "over the priors": ("strike-assurance", 7, 4),
    "after a burn-in": ("accord", None, 1),
}


@cache
def moment(case: str, role: str) -> Moment:
    name, world, week = MOMENTS[case]
    scenario = prepared(name)
    if world is None:
        return start_of(scenario, role)
    return moment_of(scenario, role, world, week, priors=case == "over the priors")


@cache
def solved(case: str, role: str, rationality: float | None = None) -> tuple[StageGame, np.ndarray]:
    """The stage game, and what the mover's types choose at the principal branch of its tree."""
    found = moment(case, role)
    if rationality is not None:
        general = found.tables.general.copy()
        general[0, RATIONALITY] = rationality
        found = Moment(found.scenario, role, found.tables._replace(general=general), found.state)
    game = stage_game(found)
    plays = paths(game.tree)
    x = np.exp(Branch(plays).at(game.rationality))
    chosen = np.zeros((2, len(game.acts)))
    for kind in range(2):
        number = plays.infosets.index(game.set_of(kind))
        span = range(plays.starts[number], plays.starts[number + 1])
        for act, place in zip(plays.actions[number], span, strict=True):
            chosen[kind, game.acts.index(act)] = x[place]
    return game, chosen


CASES = [
    *((case, "defender") for case in MOMENTS),
    *((case, "challenger") for case in ("strike at its start", "over the priors")),
]


@pytest.mark.parametrize(("case", "role"), CASES)
def test_a_general_solver_finds_what_the_kernels_do(case: str, role: str) -> None:
    game, chosen = solved(case, role)
    np.testing.assert_allclose(chosen.sum(axis=1), 1.0, rtol=0, atol=1e-12)
    np.testing.assert_allclose(game.carried_out(chosen), game.chosen_by_the_model(), rtol=0, atol=SAME)


@pytest.mark.parametrize("role", ["defender", "challenger"])
def test_without_error_both_come_to_best_replies(role: str) -> None:
    game, chosen = solved("strike at its start", role, SHARP)
    np.testing.assert_allclose(game.carried_out(chosen), game.chosen_by_the_model(), rtol=0, atol=SAME)
    np.testing.assert_allclose(game.carried_out(chosen), game.chosen_by_the_model("best-response"), rtol=0, atol=1e-6)


def test_the_cases_differ_and_madness_matters() -> None:
    """Else agreement would say little."""
    game, chosen = solved("strike at its start", "defender")
    later, elsewhere = solved("strike, a later week", "defender")
    assert np.abs(chosen - elsewhere).max() > 0.01
    assert np.abs(game.carried_out(chosen) - chosen).max() > 1e-4
    assert not np.array_equal(game.own, later.own)
    shut, _ = solved("a closed menu", "defender")
    assert any(shut.closed)
    assert not any(game.closed)


def test_the_tree_says_who_knows_what() -> None:
    game, _ = solved("strike at its start", "challenger")
    tree = game.tree
    labels = {infoset.label: infoset for infoset in tree.infosets}
    # the mover does not know the other's type, the replier not the mover's
    assert len(labels["iran restrained"].nodes) == 2
    quiet = labels[f"us resolute, {NO_FORCE}"]
    short = sum(act[ACT_RUNG] < FORCE for act in game.moment.tables.challenger_acts[0])
    assert short > 1
    assert len(quiet.nodes) == 2 * short
    orders = [
        infoset
        for infoset in tree.infosets
        if infoset.player == CHANCE and infoset.label.startswith("after order_killing: ")
    ]
    assert len(orders) == 4
    assert [len(infoset.actions) for infoset in orders] == [2] * 4
    # madness is the resolute type's
    mad = [infoset for infoset in tree.infosets if infoset.label.startswith("madness after ")]
    assert mad
    for infoset in mad:
        above = tree.nodes[tree.nodes[infoset.nodes[0]].parent].infoset
        assert above is not None
        assert tree.infosets[above].label.startswith("us resolute")


@pytest.mark.parametrize("role", ["defender", "challenger"])
def test_labels_differ_as_gambit_wants_them_to(role: str) -> None:
    """Gambit 17 refuses a file in which one player, or chance, has two information sets of one label."""
    tree = solved("strike at its start", role)[0].tree
    labels = [(infoset.player, infoset.label) for infoset in tree.infosets]
    assert len(set(labels)) == len(labels)


def test_an_act_that_the_scenario_orders_is_said() -> None:
    assert solved("strike at its start", "defender")[0].ordered == "strike_personnel"
    assert solved("strike at its start", "challenger")[0].ordered == ""
    assert solved("strike, a later week", "defender")[0].ordered == ""


def test_the_tree_survives_the_file() -> None:
    game, _ = solved("strike at its start", "defender")
    assert efg.parse(efg.write(game.tree)) == game.tree
    assert "madness" in game.tree.comment


def test_the_start_has_no_errors_of_estimate_and_a_world_has_its_own() -> None:
    start, later = moment("strike at its start", "defender"), moment("strike, a later week", "defender")
    assert start.state.S[F_NOISE, 0] == start.state.S[Q_NOISE, 0] == 0.0
    assert later.state.S[F_NOISE, 0] != 0.0
    assert start.state.S[PROVOCATION, 0] == start.scenario.start.provocation_rung


def test_the_moment_is_the_runs_own_world() -> None:
    """What the world then does is drawn from the very probabilities of the stage game."""
    from escalation.model.crisis import Crisis
    from escalation.model.layout import DEFENDER_INTENDED, P_RESOLUTE

    found = moment_of(prepared("nonresponse", overrides={"errors.scale": 0}), "defender", 26, 3)
    game = stage_game(found)
    likely: list[float] = []

    def look(crisis: Crisis, phase: str) -> None:
        if crisis.week == 3 and phase == "defender" and not likely:
            intended = int(crisis.state.S[DEFENDER_INTENDED, 0])
            likely.extend([intended, float(crisis.state.S[P_RESOLUTE, 0])])

    crisis = Crisis(found.scenario, 1, first_world=26, observer=look)
    for _ in range(3):
        crisis.step()
    chosen = game.chosen_by_the_model()
    assert likely[1] == pytest.approx(chosen[0, int(likely[0])], abs=SAME)


def test_a_world_that_is_over_is_said_to_be() -> None:
    bent_on_war = prepared("strike", overrides={"acts.us.all_out.gain": 100})
    with pytest.raises(OverBefore, match=r"world 1 is over before week 50 \(all-out war in week \d+\)"):
        moment_of(bent_on_war, "defender", 1, 50)
