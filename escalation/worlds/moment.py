"""One world at one moment: the numbers and the state on which an actor decides."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from escalation.model.arrays import Tables, Worlds
from escalation.model.crisis import Crisis
from escalation.model.layout import ENDED, F_NOISE, N_WAR_WEEK, Q_NOISE
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import plan

FIRST_PHASE: Final = {"defender": "attribution", "challenger": "defender"}
"""The phase of the week after which each principal moves."""


class OverBefore(ValueError):
    """A world whose crisis is over before the week asked for."""


@dataclass(frozen=True)
class Moment:
    """The tables (one row) and the state (one world) before ``role`` moves; ``world`` None: the scenario's start.

    At the start neither side errs in its estimates; in a numbered world both carry that world's errors.
    """

    scenario: Scenario
    role: str
    tables: Tables
    state: Worlds
    world: int | None = None
    week: int = 1


def start_of(scenario: Scenario, role: str) -> Moment:
    """The first day of ``scenario``, before anything is drawn, at its central values.

    Of a scenario with a burn-in it is the first day after world 0's.
    """
    ready = plan(scenario, 1)
    crisis = Crisis(scenario, 1, tables=ready.tables, past=ready.past)
    state = deepcopy(crisis.state)
    crisis.release()
    state.S[F_NOISE] = state.S[Q_NOISE] = 0.0
    return Moment(scenario, role, ready.tables, state)


def moment_of(scenario: Scenario, role: str, world: int, week: int, *, seed: int = 0, priors: bool = False) -> Moment:
    """World ``world`` of a seed in week ``week``, just before ``role`` first moves in it.

    The world is the one that a run with the same seed and priors holds under that number. Raises ``OverBefore`` if
    its crisis is over by then.
    """
    ready = plan(scenario, 1, seed=seed, priors=priors, first_world=world)
    found: list[Worlds] = []

    def look(crisis: Crisis, phase: str) -> None:
        if crisis.week == week and phase == FIRST_PHASE[role] and not found:
            found.append(deepcopy(crisis.state))

    crisis = Crisis(
        scenario,
        1,
        tables=ready.tables,
        past=ready.past,
        rows=ready.rows,
        numbers=ready.numbers,
        seed=seed,
        observer=look,
    )
    try:
        while crisis.running and not found:
            crisis.step()
        ended = int(crisis.state.N[N_WAR_WEEK, 0])
    finally:
        crisis.release()
    if not found or found[0].S[ENDED, 0] > 0.0:
        when = f" (all-out war in week {ended})" if ended else ""
        raise OverBefore(f"the crisis of world {world} is over before week {week}{when}")
    return Moment(scenario, role, ready.tables, found[0], world, week)
