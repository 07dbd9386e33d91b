"""Scheduled events of the scenario (phase 2): what happens in a named week, whatever the actors choose."""

from __future__ import annotations

from typing import Any

import numpy as np

from escalation import draws
from escalation.compiled import compiled
from escalation.model import layout
from escalation.model.arrays import Tables, Worlds
from escalation.model.layout import (
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    D_SUCCESSOR,
    ENDED,
    LEARNING,
    PI_LEADER,
    Q_ASSURANCE,
    Q_TALK,
    SHOCK,
    SIGMA,
    TERM,
    THETA,
    Q,
)
from escalation.model.learning import SUREST
from escalation.scenario.scenario import Event, Scenario


@compiled
def change_of_leader(T: Any, X: Any, step: int) -> None:
    """A new leader: the type is drawn afresh, the leader-level reputation and the open commitments end."""
    S = X.S
    for w in range(S.shape[1]):
        if S[ENDED, w] > 0.0:
            continue
        chance = T.general[X.row[w], D_SUCCESSOR]
        S[THETA, w] = 1.0 if draws.uniform(X.key[w], step, 0, layout.DEFENDER, draws.SUCCESSOR) < chance else 0.0
        if T.general[X.row[w], LEARNING] > 0.0:
            S[PI_LEADER, w] = 0.0
        S[COMMIT_DEFENDER, w] = 0.0
        S[TERM, w] = 1.0


def happen(event: Event, scenario: Scenario, tables: Tables, state: Worlds, step: int) -> int | None:
    """Let ``event`` happen in every running world.

    Returns the index of the act that an ``act`` event forces on its actor (the do-operator), None for other kinds.
    Raises ``ValueError`` for a kind that is not known.
    """
    S, row = state.S, state.row
    if event.kind == "act":
        names = [act.name for act in scenario.acts[event.actor or ""]]
        return names.index(event.act or "")
    if event.kind == "leader_change":
        change_of_leader(tables, state, step)
    elif event.kind == "shock":
        S[SHOCK] = float(event.weeks)
    elif event.kind == "talk":
        S[Q] = np.clip(S[Q] + tables.general[row, Q_TALK] * event.size, -SUREST, SUREST)
    elif event.kind == "assurance":
        S[Q] = np.clip(S[Q] - tables.general[row, Q_ASSURANCE] * event.size, -SUREST, SUREST)
    elif event.kind == "threat":
        S[COMMIT_DEFENDER if event.actor == scenario.defender.name else COMMIT_CHALLENGER] = event.size
    elif event.kind == "sanctions":
        S[SIGMA] = event.size
    else:
        raise ValueError(f"event {event.name}: unknown kind {event.kind!r}")
    return None
