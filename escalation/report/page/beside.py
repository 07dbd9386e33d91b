"""What a thesis' folder holds beside its result, for its page: one world told, and the model against the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from escalation.analysis.odds import run
from escalation.model.outcomes import ROUTES
from escalation.report.log import WorldLog, record
from escalation.report.page.world import CANDIDATES, LENGTH
from escalation.worlds.folder import as_json

if TYPE_CHECKING:
    from escalation.analysis.thesis import Plan
    from escalation.scenario.scenario import Scenario

WORLDS: Final = 2_000
"""Worlds at central values among which the one that is told is looked for."""
RECORD_WORLDS: Final = 600


def beside(plan: Plan, *, workers: int = 2) -> dict[str, str]:
    """``world.json`` and ``record.json`` as texts, as far as the thesis and the size of its run allow for them."""
    files: dict[str, str] = {}
    full = plan.draws * plan.worlds
    questions = plan.thesis.questions
    if questions is not None and plan.side:
        arm = next(arm for arm in plan.arms if arm.label == questions.act)
        world = telling_world(arm.read(), min(WORLDS, full), plan.seed, min(questions.week, plan.horizon), workers)
        if world is not None:
            given = ["--seed", str(plan.seed)] if plan.seed else []
            horizon = ["--horizon", str(world["horizon_weeks"])] if world["horizon_weeks"] != 52 else []
            explain = ["escalation", "explain", world["scenario"], "--world", str(world["world"]), *given, *horizon]
            # a scenario that was changed on the command line is not the shipped one of that name
            plain = arm.read().digest() == _shipped_digest(world["scenario"])
            files["world.json"] = as_json({**world, **({"explain": explain} if plain else {})})
    if plan.side and _of_the_record(plan):
        from escalation.history.verify import verify

        held = verify(min(RECORD_WORLDS, max(full, 2)), plan.seed, workers=workers)
        files["record.json"] = as_json(held.to_json())
    return files


def telling_world(scenario: Scenario, worlds: int, seed: int, horizon: int, workers: int = 2) -> dict[str, Any] | None:
    """A world in which war comes by the commonest route: of the first few, the one in which most acts went astray.

    The log's JSON, with how many worlds it is one of and what the sides are called; None where no war came.
    """
    result = run(scenario, worlds, seed=seed, horizon=horizon, workers=workers)
    if not result.routes:
        return None
    end, commonest = result.outcomes.end, ROUTES.index(next(iter(result.routes)))
    week = end.tally("war_week")
    fits = end.war & (end.tally("route") == commonest)
    readable = fits & (week >= LENGTH[0]) & (week <= LENGTH[1])
    chosen = np.flatnonzero(readable if readable.any() else fits)[:CANDIDATES]
    logs = [record(scenario, int(world), seed=seed, horizon=horizon) for world in chosen]
    log = max(logs, key=_astray)
    titles = {"defender": scenario.defender.title, "challenger": scenario.challenger.title}
    return {**log.to_json(), "runs": worlds, "titles": titles}


def _astray(log: WorldLog) -> int:
    """Acts that were carried out, or read, as others than they were meant."""
    moves = [move for week in log.weeks for move in week.moves]
    return sum(
        (move.executed != move.intended) + (abs(move.perceived_rung - move.executed_rung) >= 1.0) for move in moves
    )


def _shipped_digest(name: str) -> str | None:
    from escalation.scenario.loader import load, shipped

    return load(name).digest() if name in shipped() else None


def _of_the_record(plan: Plan) -> bool:
    """Whether the thesis is about the scenarios that the record is held against, all of them just as they are."""
    from escalation.history.runs import ARMS

    digests = {arm.read().digest() for arm in plan.arms}
    return all(_shipped_digest(name) in digests for name in ARMS)
