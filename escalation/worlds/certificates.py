"""What foresight came to in a run: each point of the parameters that was solved, with its certificate and its cost.

A rule that plans needs the pictured crisis solved once for each distinct row of parameters (``model.foresight``). A
solution is an equilibrium as far as its residual says; rows that did not settle are used all the same, and told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from escalation.model.arrays import Ints, Tables
from escalation.model.rules import PLANNERS
from escalation.scenario.scenario import Scenario


@dataclass(frozen=True, order=True)
class Certified:
    """A solved point: its number, sweeps over the grid, residual (utils; nats), seconds of one core to solve it.

    ``point`` is the draw's number under the priors, the point's in a sweep, and 0 at central values.
    """

    point: int
    sweeps: int
    residual: float
    settled: bool
    seconds: float


def plans(scenario: Scenario) -> bool:
    """Whether either principal decides by a rule that plans."""
    return not PLANNERS.isdisjoint((scenario.defender.rule, scenario.challenger.rule))


def certified(scenario: Scenario, tables: Tables, rows: Ints, first: int = 0) -> tuple[Certified, ...]:
    """What was solved of the parameter ``rows`` that worlds have used, row 0 being point ``first``.

    Empty where no rule plans; a row of which no world came to a decision has not been solved.
    """
    if not plans(scenario):
        return ()
    from escalation.model.foresight import LEDGER

    found = []
    for row in np.unique(rows).tolist():
        known = LEDGER.known(tables, row, float(scenario.start.rung))
        if known is not None:
            certificate, seconds = known
            found.append(Certified(first + row, certificate.sweeps, certificate.residual, certificate.settled, seconds))
    return tuple(found)


def merged(*parts: Iterable[Certified]) -> tuple[Certified, ...]:
    """Each point once, in order: parts of a run may share points."""
    by_point = {one.point: one for part in parts for one in part}
    return tuple(by_point[point] for point in sorted(by_point))


def summary(points: Iterable[Certified]) -> dict[str, Any]:
    """``foresight`` of the contract's JSON: points, settled, not_settled, residual, sweeps, seconds."""
    found = list(points)
    return {
        "points": len(found),
        "settled": sum(one.settled for one in found),
        "not_settled": [{"point": one.point, "residual": one.residual} for one in found if not one.settled],
        "largest_residual": max((one.residual for one in found), default=0.0),
        "sweeps": sum(one.sweeps for one in found),
        "seconds": round(sum(one.seconds for one in found), 3),
    }


def told(points: Iterable[Certified]) -> dict[str, Any]:
    """``{"foresight": summary}``; empty where nothing was solved, so that it can be laid over any JSON."""
    found = tuple(points)
    return {"foresight": summary(found)} if found else {}
