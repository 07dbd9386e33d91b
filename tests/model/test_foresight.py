"""The pictured crisis and its equilibrium: certified, reducible to one reply, and looked up as it was solved."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from escalation.analysis.odds import run
from escalation.analysis.sweep import sweep
from escalation.maths import logit
from escalation.model import foresight
from escalation.model.foresight import LEDGER, Foresight, look
from escalation.model.foresight.game import FIRST_DIRECT, KILLED, Game, picture
from escalation.model.foresight.grid import HIGHS, LANES, PHIS, PIS, points
from escalation.model.foresight.solve import TOLERANCE, Certificate, Solution, Unknowns, equilibrium
from escalation.model.layout import (
    ACT_RUNG,
    DISARRAY,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PROVOCATION,
    RATIONALITY,
    RUNG,
)
from escalation.model.tables import build
from escalation.report.foresight import foresight_text
from escalation.report.text import run_text
from escalation.scenario.design import draw
from escalation.scenario.loader import load
from escalation.worlds.certificates import Certified, summary
from escalation.worlds.ensemble import simulate
from escalation.worlds.executors import Stopped
from tests.model.lab import arm, crisis, prepared

BOTH: dict[str, object] = {"us.rule": "farsighted", "iran.rule": "farsighted"}
MIDDLE = (PIS // 2 * PHIS + PHIS // 2) * 2


@cache
def solved(patience: float = 0.9, **numbers: float) -> tuple[Game, Unknowns, Solution, Certificate]:
    settings = {"choice.patience": patience} | {key.replace("__", "."): value for key, value in numbers.items()}
    scenario, values = prepared("strike", settings)
    game = picture(build(scenario, values), 0, 6.0)
    return (game, *equilibrium(game))


def test_the_central_row_settles_and_is_a_fixed_point() -> None:
    """The certificate is the distance to the equilibrium's own sweep: a sweep from the answer moves it no further."""
    game, unknowns, solution, certificate = solved()
    assert certificate.settled
    assert certificate.residual <= TOLERANCE
    for policy in (solution.defends, solution.challenges):
        np.testing.assert_allclose(policy.sum(axis=3), 1.0, atol=1e-12)
    # the policy at a node is the logit of what it says is foreseen: odds of the two dearest and cheapest open acts
    own, lane = game.challenger_worth[0, 0, 0, :, 2], MIDDLE
    lam = game.numbers[RATIONALITY]
    for b in (1, 2):
        ahead = [_ahead(game, unknowns, solution, act, lane) for act in (0, b)]
        odds = solution.challenges[0, 0, 2, b, lane] / solution.challenges[0, 0, 2, 0, lane]
        assert np.log(odds) == pytest.approx(lam * (own[b] + ahead[1] - own[0] - ahead[0]), abs=1e-3)


def _ahead(game: Game, unknowns: Unknowns, solution: Solution, b: int, lane: int) -> float:
    """What the restrained challenger sees follow its quiet act ``b`` at a standing rung of 6, after a quiet week."""
    phi = 1.0 / (1.0 + np.exp(-(logit(game.phi[lane]) + unknowns.told[0, 2, b, lane])))
    held = [solution.ahead[2, b, 1, 2, lane + 2 * step] for step in (-1, 0, 1)]
    return float(np.interp(phi, points()[1][:6:2], held))


def test_the_prior_rows_settle_or_say_that_they_have_not() -> None:
    scenario, values = prepared("strike", {}, draws=8)
    tables = build(scenario, values)
    certificates = [equilibrium(picture(tables, row, 6.0))[2] for row in range(8)]
    assert sum(certificate.settled for certificate in certificates) >= 6
    assert all(np.isfinite(certificate.residual) for certificate in certificates)
    assert not equilibrium(picture(tables, 0, 6.0), most=3, deep=())[2].settled


def test_deep_mixing_settles_what_600_sweeps_do_not_and_leaves_the_rest_alone() -> None:
    """Draw 41 of the strike cycles; draw 0 settles at once, to the same bits with and without."""
    scenario = load("strike")
    tables = build(scenario, draw(scenario, 1, 0, first_row=41))
    game = picture(tables, 0, float(scenario.start.rung))
    assert not equilibrium(game, deep=())[2].settled
    unknowns, _, certificate = equilibrium(game)
    assert certificate.settled
    assert max(float(np.abs(part).max()) for part in unknowns) < 1e4
    first = picture(build(scenario, draw(scenario, 1, 0)), 0, float(scenario.start.rung))
    for mine, theirs in zip(equilibrium(first)[0], equilibrium(first, deep=())[0], strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_run_tells_what_was_solved_and_what_did_not_settle() -> None:
    found = run("strike", 6, priors=True, horizon=2, rule="farsighted", overrides={"errors.scale": 0.7})
    told = found.to_json()["foresight"]
    assert told["points"] == told["settled"] + len(told["not_settled"])
    assert [one.point for one in found.outcomes.certified] == sorted({one.point for one in found.outcomes.certified})
    assert told["sweeps"] > told["points"] > 0
    assert told["seconds"] > 0.0
    assert "Foresight: " in run_text(found)
    assert "foresight" not in run("strike", 6, horizon=2).to_json()
    settled = [Certified(3, 40, 1e-6, True, 0.5), Certified(7, 1000, 2e-3, False, 1.0)]
    assert summary(settled)["not_settled"] == [{"point": 7, "residual": 2e-3}]
    assert "1 settled, 1 did not: draw 7 (2.0e-03)" in foresight_text(settled, "draw")


def test_a_sweep_tells_by_point_and_keeps_it_in_its_folder(tmp_path: Path) -> None:
    vary: dict[str, object] = {"us.rule": ["quantal", "farsighted"], "errors.scale": [0.6, 0.9]}
    asked: dict[str, Any] = {"worlds": 5, "horizon": 2, "out": tmp_path / "s"}
    found = sweep("strike", vary, **asked)
    assert [one.point for one in found.certified] == [2, 3]
    assert found.to_json()["foresight"]["points"] == 2
    again = sweep("strike", vary, resume=True, **asked)
    assert again.certified == found.certified
    held = json.loads((tmp_path / "s" / "manifest.json").read_text(encoding="utf-8"))
    assert held["foresight"] == found.to_json()["foresight"]


def test_solving_heeds_a_stop() -> None:
    scenario, values = prepared("strike", BOTH, draws=2)
    with pytest.raises(Stopped):
        Foresight(build(scenario, values), np.arange(2), 6.0, heed=_stop)


def _stop() -> None:
    raise Stopped


def test_without_patience_nothing_lies_beyond_the_reply() -> None:
    """Patience 0: after the challenger's act nothing counts, and the defender sees the harm of the reply alone."""
    game, _, solution, certificate = solved(patience=0.0)
    assert certificate.settled
    assert np.all(solution.ahead == 0.0)
    chance = game.phi * solution.challenges[0] + (1.0 - game.phi) * solution.challenges[1]
    war = game.challenger_acts[:, ACT_RUNG] >= 10.0
    brought = np.where(war[:, None], solution.rest[0], 0.0) - game.harm[0, : len(war), None]
    np.testing.assert_allclose(solution.after[0], (chance * brought).sum(axis=2), atol=1e-9)


def test_a_worse_foreseen_answer_deters() -> None:
    """Whoever sees that a strike draws a dearer reply strikes less: dearer replies, and nothing else, are changed."""
    game, _, solution, _ = solved()
    _, _, dear, _ = solved(acts__iran__strike_warned__harm=60.0, acts__iran__strike_to_kill__harm=80.0)
    strike = [
        act for act in range(len(game.node)) if game.node[act] > 0 and 6.5 < game.defender_acts[act, ACT_RUNG] < 7.5
    ]
    for act in strike:
        assert np.all(dear.defends[1, KILLED, 2, act, ::2] < solution.defends[1, KILLED, 2, act, ::2])


def test_a_world_on_the_grid_sees_what_was_solved_there() -> None:
    scenario, values = prepared("strike", {})
    tables = build(scenario, values)
    model = crisis("strike", BOTH, worlds=LANES, weeks=0)
    view, S = Foresight(tables, np.zeros(LANES, dtype=np.int64), 6.0), model.state.S
    game, _, solution, _ = solved()
    S[RUNG], S[PI_LEADER], S[PROVOCATION] = 6.0, 0.0, 5.0
    S[DISARRAY] = np.arange(LANES) % 2
    shown = view.outlook.shown[0, 1]
    for act in np.flatnonzero(game.node >= 0):
        S[PI_COUNTRY] = [logit(p) - shown[act] for p in game.pi]  # so that the act leads to the grid point
        S[PHI] = [logit(p) for p in game.phi]
        view.defender(model.state, model.defender.desk)
        seen = model.defender.desk.ahead[:, act]
        np.testing.assert_allclose(seen, solution.after[:2, game.node[act], 2], atol=1e-9)


def bits() -> str:
    """Digest of a first sweep over the grid and of what 40 worlds see by it: the same bits, compiled or not."""
    scenario, values = prepared("strike", {})
    tables = build(scenario, values)
    game = picture(tables, 0, 6.0)
    unknowns, solution, _ = equilibrium(game, most=1, deep=())
    model = crisis("strike", {}, worlds=40, weeks=0)
    S = model.state.S
    S[PI_LEADER], S[RUNG] = np.linspace(-4.0, 4.0, 40), np.arange(40) % 9 + 1.0
    S[PHI], S[PROVOCATION], S[DISARRAY] = S[PI_LEADER, ::-1], S[RUNG, ::-1], np.linspace(0.0, 1.0, 40)
    sha, view = hashlib.sha256(), look.outlook(game, unknowns, solution)
    for array in (*unknowns, *solution):
        sha.update(np.ascontiguousarray(array).tobytes())
    for side, n in ((look.defender, len(game.node)), (look.challenger, len(game.provokes))):
        seen = np.zeros((2, n, 40))
        side(view, np.zeros(40, dtype=np.int64), S, seen)
        sha.update(seen.tobytes())
    return sha.hexdigest()


def test_the_sweep_and_what_is_seen_are_the_same_compiled_or_not() -> None:
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "ESCALATION_COMPILE": "0", "PYTHONPATH": root}
    code = "from tests.model.test_foresight import bits; print(bits())"
    ran = subprocess.run([sys.executable, "-c", code], env=env, cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == bits()


def test_a_row_is_solved_once_however_many_worlds_and_blocks_use_it() -> None:
    scenario, values = prepared("strike", {**BOTH, "errors.scale": 0.5})
    before = LEDGER.cost.points
    whole = simulate(scenario, 48, horizon=3, values=values, block=48, workers=1)
    parts = simulate(scenario, 48, horizon=3, values=values, block=7, workers=2)
    assert LEDGER.cost.points == before + 1
    assert whole.digest() == parts.digest()


def test_rows_beside_a_row_do_not_change_it() -> None:
    scenario, values = prepared("strike", BOTH, draws=3)
    together = simulate(scenario, 12, horizon=3, values=values, workers=1)
    one = values.take(np.array([1]))
    alone = simulate(scenario, 1, horizon=3, values=one, first_world=4, workers=1)
    np.testing.assert_array_equal(together.end.tallies[:, 4], alone.end.tallies[:, 0])


def test_the_default_rule_never_pictures_the_crisis() -> None:
    assert "foresight" not in vars(crisis("strike", {}, worlds=4, weeks=2))
    assert "foresight" in vars(crisis("strike", BOTH, worlds=4, weeks=2))


def test_the_picture_holds_every_act_of_force_of_either_side() -> None:
    game = solved()[0]
    scenario = arm("strike")
    assert len(game.provokes) == len(scenario.acts["iran"])
    assert set(game.provokes[game.provokes > 0]) == set(range(FIRST_DIRECT, len(game.rung)))
    assert game.defender_worth.shape[-1] == game.challenger_worth.shape[-1] == HIGHS
    assert (game.hazard >= 0.0).all()
    assert (game.hazard[:, 1] <= game.hazard[:, 0] + 1e-12).all()


def test_foresight_can_be_had_by_one_side_alone() -> None:
    """Rules mix per actor; the planner's desk alone has room for what it sees."""
    model = crisis("strike", {"iran.rule": "farsighted"}, worlds=16, weeks=2)
    assert model.challenger.desk.ahead.shape[2] == 16
    assert model.defender.desk.ahead.shape[2] == 0
    assert isinstance(model.foresight, foresight.Foresight)


def test_what_foresight_has_cost_is_said() -> None:
    scenario, _ = prepared("strike", BOTH)
    simulate(scenario, 4, horizon=1, workers=1)
    told = str(LEDGER.cost)
    assert f"{LEDGER.cost.points:,} point" in told
    assert "residual" in told
    assert ("did not settle" in told) == (LEDGER.cost.unsettled > 0)
