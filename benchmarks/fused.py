"""The same week as one compiled loop: no Mesa, no Python, worlds a tile at a time so that a tile stays in cache.

It calls the model's own kernels, so that what it saves is what Mesa's agents, the interpreter between the phases and
passing a whole block through memory once a phase cost. It does not show what other kernels (hand-written intrinsics,
32-bit numbers) would gain. Whole numbers equal those of ``escalation.worlds.ensemble.simulate``
(tests/test_benchmarks.py).
"""

from typing import Final

import numpy as np

from escalation import draws
from escalation.compiled import compiled
from escalation.model import allies, challenger, defender, events, nature, proxies, start
from escalation.model.arrays import LANES, Worlds, desk
from escalation.model.crisis import MAX_TURNS
from escalation.model.layout import (
    ALERT,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    ENDED,
    FRESH,
    FRESH_DEFENDER,
    N_ENDING,
    Q_ASSURANCE,
    Q_TALK,
    RUNG,
    SHOCK,
    SIGMA,
    WAR_SUM,
    Q,
)

TILE: Final = 4 * LANES
"""Worlds a tile: with what decisions are worked out on, a megabyte. 128 to 1,024 were tried; they differ little."""
KINDS: Final = ("act", "leader_change", "shock", "talk", "assurance", "threat", "sanctions")
(ACT, LEADER_CHANGE, SHOCK_FROM_OUTSIDE, TALK, ASSURANCE, THREAT, SANCTIONS) = range(7)
CEILING: Final = 10.0


def timetable(scenario):
    """The scheduled events as numbers, shape (events, 4): week, kind, 1 if the defender's, act or size."""
    rows = []
    for event in scenario.events:
        if event.on:
            size = event.weeks if event.kind == "shock" else event.size
            if event.kind == "act":
                size = [act.name for act in scenario.acts[event.actor]].index(event.act)
            rows.append((event.week, KINDS.index(event.kind), event.actor == scenario.defender.name, size or 0.0))
    return np.array(rows, dtype=np.float64).reshape(len(rows), 4)


@compiled
def happen(T, X, event, step):
    """Let an event other than an act happen in every world of the tile."""
    S, G, kind, size = X.S, T.general, int(event[1]), event[3]
    if kind == LEADER_CHANGE:
        events.change_of_leader(T, X, step)
    for w in range(S.shape[1]):
        if kind == SHOCK_FROM_OUTSIDE:
            S[SHOCK, w] = size
        elif kind == TALK:
            S[Q, w] = min(max(S[Q, w] + G[X.row[w], Q_TALK] * size, -15.0), 15.0)
        elif kind == ASSURANCE:
            S[Q, w] = min(max(S[Q, w] - G[X.row[w], Q_ASSURANCE] * size, -15.0), 15.0)
        elif kind == THREAT:
            S[COMMIT_DEFENDER if event[2] > 0.5 else COMMIT_CHALLENGER, w] = size
        elif kind == SANCTIONS:
            S[SIGMA, w] = size


@compiled
def defend(T, X, D, forced, step, turn, week):
    """``defender.decide`` by the quantal rule."""
    defender.take_turn(T, X, D, forced, step, turn, week, True, 1.0, CEILING, True, True, True)


@compiled
def challenge(T, X, C, forced, step, turn, week):
    """``challenger.decide`` by the quantal rule."""
    challenger.take_turn(T, X, C, forced, step, turn, week, True, 1.0, CEILING, True, True, True)


@compiled
def exchange(T, X, aside, index, D, C, step, week):
    """Further rounds in the worlds at rung 7 or more that have an act to answer, set ``aside`` while they last."""
    S = X.S
    hot = 0
    for w in range(S.shape[1]):
        if S[ENDED, w] == 0.0 and S[FRESH, w] > 0.0 and max(S[ALERT, w], S[RUNG, w]) >= 7.0:
            index[hot] = w
            copy(X, w, aside, hot, 1)
            hot += 1
        S[FRESH, w] = 0.0
    if hot == 0:
        return
    full = min((hot + 7) & -8, aside.S.shape[1])
    for w in range(hot, full):
        aside.S[ENDED, w] = 2.0
    for t in range(aside.lanes.tiles.shape[0]):
        aside.lanes.tiles[t, 1] = min(max(full - aside.lanes.tiles[t, 0], 0), LANES)
    rounds(T, aside, full, D, C, step, week)
    for k in range(hot):
        copy(aside, k, X, index[k], 1)


@compiled
def rounds(T, X, size, D, C, step, week):
    """The exchange rounds of a week."""
    S = X.S
    for turn in range(1, MAX_TURNS):
        hot = 0
        for w in range(size):
            if S[ENDED, w] == 0.0 and S[FRESH, w] > 0.0 and max(S[ALERT, w], S[RUNG, w]) >= 7.0:
                hot += 1
            else:
                S[FRESH, w] = 0.0
        if hot == 0:
            return
        challenge(T, X, C, -1, step, turn, week)
        hot = 0
        for w in range(size):
            if S[ENDED, w] == 0.0 and S[FRESH, w] == FRESH_DEFENDER:
                hot += 1
        if hot > 0:
            defend(T, X, D, -1, step, turn, week)


@compiled
def weeks(T, X, aside, index, D, C, calendar, horizon):
    """All weeks of one tile, in the order of ``escalation.model.crisis``."""
    for step in range(horizon):
        week = step + 1
        nature.drift(T, X, step, 1.0)
        by_defender = -1
        by_challenger = -1
        for n in range(calendar.shape[0]):
            if calendar[n, 0] == week:
                if calendar[n, 1] != ACT:
                    happen(T, X, calendar[n], step)
                elif calendar[n, 2] > 0.5:
                    by_defender = int(calendar[n, 3])
                else:
                    by_challenger = int(calendar[n, 3])
        for p in range(X.K.shape[0]):
            proxies.act(T, X, p, step, 1.0)
        nature.attribute(T, X, step)
        defend(T, X, D, by_defender, step, 0, week)
        challenge(T, X, C, by_challenger, step, 0, week)
        for j in range(X.A.shape[0]):
            allies.act(T, X, j, step, True, False)
        nature.accidents(T, X, step)
        exchange(T, X, aside, index, D, C, step, week)
        nature.close(T, X, step, week, 1.0, True, False)


@compiled
def copy(source, first, target, start, size):
    """Copy ``size`` worlds of every array from world ``first`` of ``source`` to world ``start`` of ``target``."""
    for i in range(size):
        for k in range(source.S.shape[0]):
            target.S[k, start + i] = source.S[k, first + i]
        for p in range(source.K.shape[0]):
            for k in range(source.K.shape[1]):
                target.K[p, k, start + i] = source.K[p, k, first + i]
        for j in range(source.A.shape[0]):
            for k in range(source.A.shape[1]):
                target.A[j, k, start + i] = source.A[j, k, first + i]
        for k in range(source.N.shape[0]):
            target.N[k, start + i] = source.N[k, first + i]
        for c in range(source.civilians.shape[0]):
            target.civilians[c, start + i] = source.civilians[c, first + i]
        target.key[start + i] = source.key[first + i]
        target.row[start + i] = source.row[first + i]


@compiled
def run_tiles(T, X, tile, aside, index, D, C, calendar, horizon):
    """Run the worlds ``X`` from their first day to ``horizon``, a tile at a time."""
    size = tile.S.shape[1]
    for first in range(0, X.S.shape[1], size):
        held = min(X.S.shape[1] - first, size)
        copy(X, first, tile, 0, held)
        for w in range(held, size):  # the last tile may not be full
            tile.S[ENDED, w] = 2.0
            tile.N[N_ENDING, w] = 2
        weeks(T, tile, aside, index, D, C, calendar, horizon)
        copy(tile, 0, X, first, held)


def simulate(ready, *, seed=0, horizon=52, tile=TILE):
    """Run the plan ``ready`` in one thread: its worlds after ``horizon`` weeks.

    Raises ``ValueError`` for a burn-in, for more than one parameter row, which a tile does not know of, or for another
    rule than the quantal.
    """
    scenario, tables = ready.scenario, ready.tables
    rules = {scenario.defender.rule or "quantal", scenario.challenger.rule or "quantal"}
    if scenario.start.burn_in_weeks or tables.general.shape[0] > 1 or rules != {"quantal"}:
        raise ValueError(f"{scenario.name}: the fused loop knows no burn-in, one parameter row, and the quantal rule")
    keys = draws.world_keys(seed, np.arange(ready.worlds))
    worlds = start.worlds(scenario, tables, keys, ready.rows, ready.past)
    here, aside = (
        start.empty(tables, np.zeros(tile, dtype=np.uint64), np.zeros(tile, dtype=np.int64)) for _ in range(2)
    )
    n, m = tables.defender_acts.shape[1], tables.challenger_acts.shape[1]
    D, C = desk(n, m, tile), desk(m, n, tile)
    run_tiles(tables, worlds, here, aside, np.empty(tile, dtype=np.int64), D, C, timetable(scenario), horizon)
    return worlds


def war_sum(worlds: Worlds):
    """Chance of war summed over each world's exchanges, by world."""
    return worlds.S[WAR_SUM]
