"""The same week as one compiled loop: no Mesa, no Python, worlds a tile at a time so that a tile stays in cache.

It calls the model's own kernels, so that what it saves is what Mesa's agents, the interpreter between the phases and
passing a whole block through memory once a phase cost. It does not show what other kernels (hand-written intrinsics,
32-bit numbers) would gain. Whole numbers equal those of ``escalation.worlds.ensemble.simulate``
(tests/test_benchmarks.py).
"""

from typing import Any, Final, NamedTuple

import numpy as np

from escalation import draws
from escalation.compiled import compiled
from escalation.maths import normals
from escalation.model import allies, casualties, challenger, defender, events, nature, proxies, start
from escalation.model.arrays import LANES, Worlds, desk
from escalation.model.crisis import MAX_TURNS
from escalation.model.layout import (
    ALERT,
    ATTACKS,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    ENDED,
    FIRST_PROXY,
    FRESH,
    FRESH_DEFENDER,
    HIT,
    N_DEAD_ALLIES,
    N_ENDING,
    NATURE,
    Q_ASSURANCE,
    Q_TALK,
    RUNG,
    SHOCK,
    SIGMA,
    WAR_SUM,
    Q,
)
from escalation.model.rules import code

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


PROXY_DRAWS: Final = proxies._DRAWS
NOISES: Final = nature._NOISES


class Paper(NamedTuple):
    """Scratch that the model's phases ask the interpreter for, one tile wide: the loop allocates nothing."""

    u: Any  # (draws of a proxy, tile)
    news: Any  # (noises, tile)
    paces: Any  # (2, fading)
    rows: Any  # (5, tile)


def paper(tile):
    return Paper(
        u=np.empty((len(PROXY_DRAWS), tile)),
        news=np.empty((len(NOISES), tile)),
        paces=np.empty((2, len(nature._FADING))),
        rows=np.empty((5, tile)),
    )


@compiled
def drift(T, X, paper, step):
    """``nature.drift``."""
    u = paper.u[: NOISES.shape[0]]
    draws._fill(X.key, step, NATURE, NOISES, u)
    for n in range(NOISES.shape[0]):
        normals(u[n], paper.news[n])
    nature.drift_states(T.general, X.S, X.runs, paper.news, paper.paces, 1.0)
    nature.drift_others(T.general, T.proxies, X.S, X.K, X.A, X.runs, 1.0)


@compiled
def attack(T, X, paper, p, step):
    """``proxies.act``."""
    S, K, N, links, u = X.S, X.K[p], X.N, T.proxy_links[p], paper.u
    draws._fill(X.key, step, FIRST_PROXY + p, PROXY_DRAWS, u)
    aim, chance, count, some, p_kill = paper.rows[0], paper.rows[1], paper.rows[2], paper.rows[3], paper.rows[4]
    normals(u[0], aim)
    proxies.choose(T.general, T.proxies, S, K, X.runs, p, 1.0, aim, some, chance)
    casualties.binomials(some, chance, u[1], count)
    proxies.pick(T.general, T.proxies, T.instruments, links, S, K, X.runs, p, 1.0, aim, u, chance, p_kill, some)
    casualties.binomials(count, chance, u[2], K[ATTACKS])
    proxies.hit(T.proxies, T.instruments, links, S, K, N, X.key, X.runs, p, step, aim, some, p_kill, count)
    if links[3] >= 0:
        proxies.spare(count, K[ATTACKS], X.A[links[3], HIT], some)
        casualties.binomials(some, p_kill, u[5], chance)
        proxies.bury_allies(T.allies, X.runs, links[3], chance, u[6], N[N_DEAD_ALLIES])
    proxies.bystanders(T.instruments, T.countries, links, N, X.civilians, X.key, X.runs, p, step, aim, count, u[7])


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
def exchange(T, X, D, C, rules, step, week):
    """Further rounds in the worlds at rung 7 or more that have an act to answer."""
    S = X.S
    for turn in range(1, MAX_TURNS):
        hot = 0
        for w in range(S.shape[1]):
            if S[ENDED, w] == 0.0 and S[FRESH, w] > 0.0 and max(S[ALERT, w], S[RUNG, w]) >= 7.0:
                hot += 1
            else:
                S[FRESH, w] = 0.0
        if hot == 0:
            return
        challenger.decide(T, X, C, rules[1], -1, step, turn, week, True, CEILING)
        hot = 0
        for w in range(S.shape[1]):
            if S[ENDED, w] == 0.0 and S[FRESH, w] == FRESH_DEFENDER:
                hot += 1
        if hot > 0:
            defender.decide(T, X, D, rules[0], -1, step, turn, week, True, CEILING)


@compiled
def weeks(T, X, paper, D, C, rules, calendar, horizon):
    """All weeks of one tile, in the order of ``escalation.model.crisis``."""
    for step in range(horizon):
        week = step + 1
        drift(T, X, paper, step)
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
            attack(T, X, paper, p, step)
        nature.attribute(T, X, step)
        defender.decide(T, X, D, rules[0], by_defender, step, 0, week, True, CEILING)
        challenger.decide(T, X, C, rules[1], by_challenger, step, 0, week, True, CEILING)
        for j in range(X.A.shape[0]):
            allies.act(T, X, j, step, 1.0, True, False)
        nature.misidentify(T.general, T.countries, X.S, X.N, X.civilians, X.key, X.runs, step, 1.0)
        exchange(T, X, D, C, rules, step, week)
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
def run_tiles(T, X, tile, paper, D, C, rules, calendar, horizon):
    """Run the worlds ``X`` from their first day to ``horizon``, a tile at a time."""
    size = tile.S.shape[1]
    for first in range(0, X.S.shape[1], size):
        held = min(X.S.shape[1] - first, size)
        copy(X, first, tile, 0, held)
        for w in range(held, size):  # the last tile may not be full
            tile.S[ENDED, w] = 2.0
            tile.N[N_ENDING, w] = 2
        weeks(T, tile, paper, D, C, rules, calendar, horizon)
        copy(tile, 0, X, first, held)


def simulate(ready, *, seed=0, horizon=52, tile=TILE):
    """Run the plan ``ready`` in one thread: its worlds after ``horizon`` weeks.

    Raises ``ValueError`` for a burn-in or for more than one parameter row, which a tile does not know of.
    """
    scenario, tables = ready.scenario, ready.tables
    if scenario.start.burn_in_weeks or tables.general.shape[0] > 1:
        raise ValueError(f"{scenario.name}: the fused loop knows no burn-in and one parameter row")
    keys = draws.world_keys(seed, np.arange(ready.worlds))
    worlds = start.worlds(scenario, tables, keys, ready.rows, ready.past)
    here = start.empty(tables, np.zeros(tile, dtype=np.uint64), np.zeros(tile, dtype=np.int64))
    n, m = tables.defender_acts.shape[1], tables.challenger_acts.shape[1]
    rules = np.array([code(scenario.defender.rule or "quantal"), code(scenario.challenger.rule or "quantal")])
    run_tiles(tables, worlds, here, paper(tile), desk(n, m), desk(m, n), rules, timetable(scenario), horizon)
    return worlds


def war_sum(worlds: Worlds):
    """Chance of war summed over each world's exchanges, by world."""
    return worlds.S[WAR_SUM]
