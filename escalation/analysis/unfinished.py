"""A sweep that was stopped, from its folder alone: what it was to be, and the points that it has come to so far."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from escalation.analysis.sweep import SweepPlan, interrupted
from escalation.analysis.sweep_result import REFERENCE, SweepResult
from escalation.model.rules import RULES
from escalation.scenario.loader import load
from escalation.scenario.points import alone
from escalation.scenario.points_file import read_points
from escalation.worlds.folder import STATUS_COMPLETE
from escalation.worlds.refusals import POINTS, SCENARIO
from escalation.worlds.runs import NoRun, manifest_of

AS_IT_STANDS = "as it stands"


def is_unfinished(folder: Path) -> bool:
    """Whether a folder holds a sweep that is not finished. Raises ``NoRun`` for a folder that is not one of a run."""
    held = manifest_of(folder)
    return "study" in held and held.get("status", STATUS_COMPLETE) != STATUS_COMPLETE


def so_far(folder: Path) -> SweepResult:
    """What an unfinished sweep has come to; its ``results.csv`` is written, and nothing run.

    Raises ``NoRun`` where the folder does not hold enough, and ``ScenarioFault``.
    """
    held = manifest_of(folder)
    try:
        scenario = load(folder / SCENARIO)
        points = read_points(folder / POINTS, scenario, RULES)
        against = AS_IT_STANDS not in held["reference"]
        if against and not (folder / REFERENCE / SCENARIO).is_file():
            raise NoRun("its sweep was not finished, and what it is set beside was not begun")
        beside = load(folder / REFERENCE / SCENARIO) if against else scenario
        shape = held["shape"]
        points = replace(points, kind=held["point_kind"], shape=None if shape is None else tuple(shape))
        plan = SweepPlan(
            scenario,
            points,
            held["worlds"],
            held["seed"],
            held["horizon_weeks"],
            beside,
            points if against else alone(scenario, points),
            against,
        )
        precision = held["precision"]
    except (KeyError, OSError, ValueError) as error:
        if isinstance(error, NoRun):
            raise
        raise NoRun(f"its sweep was not finished, and cannot be read so far ({error})") from None
    found = interrupted(plan, folder, precision)
    if found is None:
        raise NoRun("its sweep was not finished, and no part of it is there that this program has made")
    return found
