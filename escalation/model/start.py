"""The state of the worlds on the first day, and the reputation that named past events have left behind.

The true types are drawn once a world from their own priors, apart from what the other side believes. The belief in
resolve starts at its anchor and is then fed, oldest first, with what each named past event taught: the
log-likelihood ratio of the act under the two types' own choice probabilities in the stage game, decayed over the
years since (slowly for the country, fast for a leader still in office, not at all for one who has gone).
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from escalation import draws
from escalation.baton import BATON, put_down, take_up
from escalation.compiled import Bound, brief, compiled, inner
from escalation.maths import exp, logit, normal
from escalation.model import challenger, defender, lanes, layout, learning
from escalation.model.arrays import (
    LANES,
    SLATE_ROWS,
    Desk,
    Floats,
    Ints,
    Lanes,
    Tables,
    Worlds,
    desk,
    runs_of,
    together,
)
from escalation.model.layout import (
    A_ALIGNMENT,
    ALIGNMENT,
    ALLY_FIELDS,
    BLAMED,
    BREAKOUT,
    BREAKOUT_NOW,
    BUILT,
    C_ORDER,
    C_RESTRAINED,
    COMMIT_DEFENDER,
    CONSERVATISM,
    D_ANCHOR,
    D_PHI0,
    D_RESOLUTE,
    DEAD,
    DECAY_COUNTRY,
    DECAY_LEADER,
    F_NOISE,
    KAPPA,
    LEADER_SHARE,
    N_STATE,
    N_TALLIES,
    ORDER,
    P_CONTROL,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PROVOCATION,
    PROVOCATION_TRUE,
    PROXY_FIELDS,
    Q0,
    Q_NOISE,
    RUNG,
    SANCTIONS_LEVEL,
    SHELLED,
    SIGMA,
    SIGNAL_NOISE,
    SUFFERED,
    SUFFERED_TRUE,
    TAU,
    TERM,
    THETA,
    WEIGHT,
    Q,
)
from escalation.model.rows import fill
from escalation.model.rules import CODES
from escalation.model.stage import ANY_RUNG, PICTURED
from escalation.scenario.scenario import PastEvent, Scenario

QUANTAL: Final = CODES["quantal"]
FEW_ROWS: Final = 16
"""So many parameter rows or less have their past worked out one by one, more ``lanes.AT_A_TIME`` at once."""
LONG_AGO = 1000.0
"""Weeks since the homeland was struck, at the start: long enough for no rally to be left."""


def empty(
    tables: Tables,
    keys: Any,
    rows: Any,
    dt: float = 1.0,
    numbers: Lanes | None = None,
    runs: Ints | None = None,
) -> Worlds:
    """Blank worlds: all state zero. A step is to be of ``dt`` weeks.

    ``numbers`` are those by world, and ``runs`` those of neighbours that share a row, if they are known.
    """
    n, real, whole = len(keys), np.float64, np.int64
    S, K, A, slate, who = together(
        [
            ((N_STATE, n), real),
            ((tables.proxies.shape[1], len(PROXY_FIELDS), n), real),
            ((tables.allies.shape[1], len(ALLY_FIELDS), n), real),
            ((SLATE_ROWS, LANES), real),
            ((LANES,), whole),
        ]
    )
    # what worlds came to is kept longer than their state
    N, civilians = together([((N_TALLIES, n), whole), ((tables.countries.shape[1], n), whole)])
    numbers = numbers if numbers is not None else lanes.of(tables, rows, dt)
    runs = runs if runs is not None else runs_of(rows)
    return Worlds(S, K, A, N, civilians, keys, rows, numbers, runs, slate, who, BATON)


def wipe(X: Worlds) -> None:
    """Make all state, and what worlds came to, zero again."""
    wipe_arrays(X.S, X.K, X.A, X.N, X.civilians, X.baton)


@compiled
def wipe_arrays(S: Any, K: Any, A: Any, N: Any, civilians: Any, baton: Any) -> None:
    """``wipe`` of worlds' arrays."""
    put_down(baton)
    for k in range(S.shape[0]):
        fill(0.0, S.shape[1], S[k])
    for p in range(K.shape[0]):
        for k in range(K.shape[1]):
            fill(0.0, K.shape[2], K[p, k])
    for j in range(A.shape[0]):
        for k in range(A.shape[1]):
            fill(0.0, A.shape[2], A[j, k])
    for counts in (N, civilians):
        for k in range(counts.shape[0]):
            for w in range(counts.shape[1]):
                counts[k, w] = 0
    take_up(baton)


@compiled
def settle(T: Any, X: Any, rung: float, provocation: float, deaths: float, term: float) -> None:
    """Fill the state of the first day in every world."""
    put_down(X.baton)
    for k in range(X.runs.shape[0]):
        w, end, r = X.runs[k, 0], X.runs[k, 1], X.runs[k, 2]
        worlds, G = end - w, T.general[r]
        fill(rung, worlds, X.S[RUNG, w:end])
        fill(provocation, worlds, X.S[PROVOCATION, w:end])
        fill(provocation, worlds, X.S[PROVOCATION_TRUE, w:end])
        fill(deaths, worlds, X.S[DEAD, w:end])
        for field in (WEIGHT, SUFFERED, SUFFERED_TRUE, BUILT):
            fill(1.0, worlds, X.S[field, w:end])
        fill(term, worlds, X.S[TERM, w:end])
        fill(LONG_AGO, worlds, X.S[SHELLED, w:end])
        fill(G[SANCTIONS_LEVEL], worlds, X.S[SIGMA, w:end])
        fill(logit(G[D_ANCHOR]), worlds, X.S[PI_COUNTRY, w:end])
        fill(logit(G[D_PHI0]), worlds, X.S[PHI, w:end])
        fill(logit(G[Q0]), worlds, X.S[Q, w:end])
        fill(G[BREAKOUT], worlds, X.S[BREAKOUT_NOW, w:end])
        fill(G[C_ORDER], worlds, X.S[ORDER, w:end])
        for p in range(X.K.shape[0]):
            fill(T.proxies[r, p, P_CONTROL], worlds, X.K[p, KAPPA, w:end])
        for j in range(X.A.shape[0]):
            fill(T.allies[r, j, A_ALIGNMENT], worlds, X.A[j, ALIGNMENT, w:end])
        draw_types(X.key[w:end], G[D_RESOLUTE], layout.DEFENDER, X.S[THETA, w:end])
        draw_types(X.key[w:end], G[C_RESTRAINED], layout.CHALLENGER, X.S[TAU, w:end])
        draw_noise(X.key[w:end], draws.SURVIVAL, X.S[Q_NOISE, w:end])
        draw_noise(X.key[w:end], draws.FRAGILITY, X.S[F_NOISE, w:end])
    take_up(X.baton)


@inner
def draw_types(key: Any, chance: float, actor: int, out: Any) -> None:
    """Fill ``out`` (worlds,) with 1 where the true type is the first."""
    for w in range(key.shape[0]):
        out[w] = 1.0 if draws.uniform(key[w], 0, 0, actor, draws.TYPE) < chance else 0.0


@inner
def draw_noise(key: Any, purpose: int, out: Any) -> None:
    """Fill ``out`` (worlds,) with standard normals."""
    for w in range(key.shape[0]):
        out[w] = normal(draws.uniform(key[w], 0, 1, layout.NATURE, purpose))


def choice_by_type(tables: Tables, state: Worlds, e: float, dead: float, blamed: bool) -> Floats:
    """The resolute and the weak type's choice probabilities in the stage game of every world: shape (2, n, worlds).

    The defender faces a provocation at rung ``e`` with ``dead`` killed, ``blamed`` on the challenger or not; without
    its errors of estimate, its commitments, or limits to its menu, by quantal response.
    """
    D = desk(tables.defender_acts.shape[1], tables.challenger_acts.shape[1], len(state.row))
    facing = state._replace(S=state.S.copy())
    facing.S[PROVOCATION], facing.S[DEAD], facing.S[BLAMED] = e, dead, float(blamed)
    facing.S[WEIGHT], facing.S[COMMIT_DEFENDER] = 1.0, 0.0
    defender.decide(tables, facing, D, QUANTAL, -1, 0, PICTURED, 0, True, ANY_RUNG)
    return D.record


def expect_punishment(tables: Tables, state: Worlds, D: Desk, run: Bound) -> None:
    """Fill what the proxies of every world expect their harassment to cost before the first decision is taken."""
    challenger.decide(tables, state, D, QUANTAL, -1, 0, PICTURED, 0, True, ANY_RUNG, run)


def remember(tables: Tables, state: Worlds, event: PastEvent, act: int, weeks: float, taught: Floats) -> None:
    """Add to ``taught`` (2, rows), country and leader part, what one past event ``weeks`` ago still tells.

    Row r of the tables is read off world r of ``state``. Past acts teach whatever ``learning.scale`` is: it switches
    learning in the crisis.
    """
    chosen = choice_by_type(tables, state, *_situation(event))
    learn(tables.general, chosen, act, weeks, event.leader, taught)


def _situation(event: PastEvent) -> tuple[float, float, bool]:
    """What the defender stood before: rung of the provocation, dead, and whether the challenger was blamed."""
    return float(event.provocation_rung), float(event.deaths), event.blamed


@compiled
def learn(G: Any, chosen: Any, act: int, weeks: float, leader: bool, taught: Any) -> None:
    """Add what ``act`` told, row by row, with ``chosen`` (2, n, rows) as each type would have chosen."""
    for r in range(G.shape[0]):
        ratio = learning.log_likelihood_ratio(chosen[0, act, r], chosen[1, act, r], G[r, SIGNAL_NOISE], chosen.shape[1])
        gained = G[r, CONSERVATISM] * ratio
        taught[0, r] += (1.0 - G[r, LEADER_SHARE]) * gained * exp(-G[r, DECAY_COUNTRY] * weeks)
        if leader:
            taught[1, r] += G[r, LEADER_SHARE] * gained * exp(-G[r, DECAY_LEADER] * weeks)


def reputation(scenario: Scenario, tables: Tables, numbers: Lanes | None = None) -> Floats:
    """What the past has taught, by parameter row: shape (2, rows), country and leader part of logit pi.

    ``numbers`` are those of worlds that have a row each, in order, if they are known. Some hundred rows at a time:
    their numbers by world take several kilobytes each, and are read again and again. A few go one by one, so that
    code for worlds of many rows need not be compiled for them.
    """
    rows = tables.general.shape[0]
    at_a_time = 1 if rows <= FEW_ROWS else lanes.AT_A_TIME
    known = numbers if numbers is not None and numbers.menu >= 0 else None
    by_row = tables[: tables._fields.index("proxy_links")]
    parts = []
    for first in range(0, rows, at_a_time):
        some = (table[first : first + at_a_time] for table in by_row)
        mine = None if known is None else lanes.part(known, first, min(at_a_time, rows - first))
        parts.append(_reputation(scenario, Tables(*some, *tables[len(by_row) :]), mine))  # type: ignore[arg-type]
    return np.concatenate(parts, axis=1)


def _reputation(scenario: Scenario, tables: Tables, numbers: Lanes | None) -> Floats:
    rows = tables.general.shape[0]
    index = np.arange(rows, dtype=np.int64)
    scratch = empty(tables, np.zeros(rows, dtype=np.uint64), index, numbers=numbers)
    settle(tables, scratch, 1.0, 1.0, 0.0, 0.5)
    taught = np.zeros((2, rows))
    names = [act.name for act in scenario.acts[scenario.defender.name]]
    chosen: dict[tuple[float, float, bool], Floats] = {}
    for event in sorted(scenario.past, key=lambda event: event.date):
        if not event.on:
            continue
        weeks = max((scenario.start.date - event.date).days / 7.0 - scenario.start.burn_in_weeks, 0.0)
        faced = _situation(event)
        if faced not in chosen:
            chosen[faced] = choice_by_type(tables, scratch, *faced)
        learn(tables.general, chosen[faced], names.index(event.act), weeks, event.leader, taught)
    return taught


def worlds(scenario: Scenario, tables: Tables, keys: Any, rows: Any, past: Floats) -> Worlds:
    """Worlds on their first day, by weekly steps; ``past`` is ``reputation`` of the same tables."""
    X = empty(tables, keys, rows)
    scratch = desk(tables.challenger_acts.shape[1], tables.defender_acts.shape[1], len(keys))
    begin(scenario, tables, X, past, scratch, Bound(tables, X))
    return X


def begin(scenario: Scenario, tables: Tables, X: Worlds, past: Floats, scratch: Desk, run: Bound) -> None:
    """Bring blank worlds to their first day; ``scratch`` is a desk of the challenger's, ``run`` bound to both others.

    ``past`` is ``reputation`` of the same tables.
    """
    start = scenario.start
    provocation, deaths = float(start.provocation_rung), float(start.provocation_deaths)
    run(settle, float(start.rung), provocation, deaths, term_left(scenario))
    recall(past, X.row, X.S[PI_COUNTRY], X.S[PI_LEADER])
    expect_punishment(tables, X, scratch, run)


@brief
def recall(past: Any, row: Any, country: Any, leader: Any) -> None:
    """Add what the past has taught to ``country`` (worlds,) and ``leader``, the parts of logit pi."""
    for w in range(row.shape[0]):
        country[w] = min(max(country[w] + past[0, row[w]], -learning.SUREST), learning.SUREST)
        leader[w] = min(max(past[1, row[w]], -learning.SUREST), learning.SUREST)


def term_left(scenario: Scenario) -> float:
    """Share of the leader's term still to run: until the first change of leader that is on, of 209 weeks."""
    ends = [event.week for event in scenario.events if event.on and event.kind == "leader_change"]
    weeks = min(ends) + scenario.start.burn_in_weeks if ends else 209.0 / 2.0
    return min(math.fabs(weeks) / 209.0, 1.0)
