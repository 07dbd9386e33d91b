"""The state of the worlds on the first day, and the reputation that named past events have left behind.

The true types are drawn once a world from their own priors, apart from what the other side believes. The belief in
resolve starts at its anchor and is then fed, oldest first, with what each named past event taught: the
log-likelihood ratio of the act under the two types' own choice probabilities in the stage game, decayed over the
years since (slowly for the country, fast for a leader still in office, not at all for one who has gone).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from escalation import draws
from escalation.compiled import compiled
from escalation.maths import exp, logit, normal
from escalation.model import learning
from escalation.model.arrays import Floats, Tables, Worlds, desk, runs_of
from escalation.model.layout import (
    A_ALIGNMENT,
    ALIGNMENT,
    ALLY_FIELDS,
    BREAKOUT,
    BREAKOUT_NOW,
    BUILT,
    C_ORDER,
    C_RESTRAINED,
    CHALLENGER,
    CONSERVATISM,
    D_ANCHOR,
    D_PHI0,
    D_RESOLUTE,
    DEAD,
    DECAY_COUNTRY,
    DECAY_LEADER,
    DEFENDER,
    F_NOISE,
    FORCE,
    KAPPA,
    LEADER_SHARE,
    N_STATE,
    N_TALLIES,
    NATURE,
    ORDER,
    P_CONTROL,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PROVOCATION,
    PROVOCATION_TRUE,
    PROXY_FIELDS,
    PUNISHMENT,
    Q0,
    Q_NOISE,
    RATIONALITY,
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
from escalation.model.rules.quantal import expected, logit_choice
from escalation.model.stage import (
    challenger_context,
    challenger_game,
    challenger_menu,
    defender_context,
    defender_game,
    defender_menu,
    defender_worth,
    grievance,
    madden,
    zeal,
)
from escalation.scenario.scenario import Scenario

LONG_AGO = 1000.0
"""Weeks since the homeland was struck, at the start: long enough for no rally to be left."""


def empty(tables: Tables, keys: Any, rows: Any) -> Worlds:
    """Blank worlds: all state zero."""
    n = len(keys)
    return Worlds(
        S=np.zeros((N_STATE, n)),
        K=np.zeros((tables.proxies.shape[1], len(PROXY_FIELDS), n)),
        A=np.zeros((tables.allies.shape[1], len(ALLY_FIELDS), n)),
        N=np.zeros((N_TALLIES, n), dtype=np.int64),
        civilians=np.zeros((tables.countries.shape[1], n), dtype=np.int64),
        key=keys,
        row=rows,
        runs=runs_of(rows),
    )


@compiled
def settle(T: Any, X: Any, rung: float, provocation: float, deaths: float, term: float) -> None:
    """Fill the state of the first day in every world."""
    S, G = X.S, T.general
    for w in range(S.shape[1]):
        r = X.row[w]
        key = X.key[w]
        S[RUNG, w] = rung
        S[PROVOCATION, w] = provocation
        S[PROVOCATION_TRUE, w] = provocation
        S[DEAD, w] = deaths
        S[WEIGHT, w] = 1.0
        S[SUFFERED, w] = 1.0
        S[SUFFERED_TRUE, w] = 1.0
        S[SIGMA, w] = G[r, SANCTIONS_LEVEL]
        S[THETA, w] = 1.0 if draws.uniform(key, 0, 0, DEFENDER, draws.TYPE) < G[r, D_RESOLUTE] else 0.0
        S[TAU, w] = 1.0 if draws.uniform(key, 0, 0, CHALLENGER, draws.TYPE) < G[r, C_RESTRAINED] else 0.0
        S[PI_COUNTRY, w] = logit(G[r, D_ANCHOR])
        S[PHI, w] = logit(G[r, D_PHI0])
        S[Q, w] = logit(G[r, Q0])
        S[Q_NOISE, w] = normal(draws.uniform(key, 0, 1, NATURE, draws.SURVIVAL))
        S[F_NOISE, w] = normal(draws.uniform(key, 0, 1, NATURE, draws.FRAGILITY))
        S[BREAKOUT_NOW, w] = G[r, BREAKOUT]
        S[ORDER, w] = G[r, C_ORDER]
        S[TERM, w] = term
        S[SHELLED, w] = 1000.0
        S[BUILT, w] = 1.0
        for p in range(X.K.shape[0]):
            X.K[p, KAPPA, w] = T.proxies[r, p, P_CONTROL]
        for j in range(X.A.shape[0]):
            X.A[j, ALIGNMENT, w] = T.allies[r, j, A_ALIGNMENT]


@compiled
def choice_by_type(T: Any, X: Any, D: Any, w: int, e: float, dead: float, blamed: bool, out: Any) -> None:
    """Fill ``out`` (2, n) with the resolute and the weak type's choice probabilities in the stage game of world w."""
    r = X.row[w]
    G, acts = T.general, T.defender_acts[r]
    n, m = acts.shape[0], T.challenger_acts.shape[1]
    context, other, menu, theirs = D.context, D.other, D.menu, D.theirs
    reply, harm, V = D.reply, D.harm, D.values
    own, work = D.own, D.work
    defender_context(T, X, w, r, 0.0, context)
    challenger_context(T, X, w, r, 0.0, other)
    defender_menu(T, r, context, menu)
    challenger_menu(T, r, other, theirs)
    defender_game(T, X, w, r, theirs, reply, harm, V)
    for kind in range(2):
        gamma = grievance(G, r, e, dead, 1.0)
        defender_worth(menu, gamma, zeal(G, r, kind == 0), blamed, 0.0, 0.0, own)
        expected(own, reply, harm, n, m, work)
        logit_choice(work, n, G[r, RATIONALITY], out[kind])
        if kind == 0:
            madden(G, r, acts, e >= FORCE or dead >= 1.0, out[kind])


@compiled
def expect_punishment(T: Any, X: Any, D: Any) -> None:
    """Fill what the proxies of every world expect their harassment to cost before the first decision is taken.

    ``D`` is the challenger's desk.
    """
    for w in range(X.S.shape[1]):
        r = X.row[w]
        defender_context(T, X, w, r, 0.0, D.other)
        defender_menu(T, r, D.other, D.theirs)
        X.S[PUNISHMENT, w] = challenger_game(T, X, w, r, D.theirs, D.reply, D.harm, D.values, D.lottery)


@compiled
def remember(
    T: Any, X: Any, D: Any, e: float, dead: float, blamed: bool, act: int, weeks: float, leader: bool, taught: Any
) -> None:
    """Add to ``taught`` (2, rows), country and leader part, what one past event ``weeks`` ago still tells.

    Row r of the tables is read off world r of ``X``. Past acts teach whatever ``learning.scale`` is: it switches
    learning in the crisis.
    """
    G = T.general
    n = T.defender_acts.shape[1]
    for r in range(G.shape[0]):
        choice_by_type(T, X, D, r, e, dead, blamed, D.choice)
        ratio = learning.log_likelihood_ratio(D.choice[0, act], D.choice[1, act], G[r, SIGNAL_NOISE], n)
        gained = G[r, CONSERVATISM] * ratio
        taught[0, r] += (1.0 - G[r, LEADER_SHARE]) * gained * exp(-G[r, DECAY_COUNTRY] * weeks)
        if leader:
            taught[1, r] += G[r, LEADER_SHARE] * gained * exp(-G[r, DECAY_LEADER] * weeks)


def reputation(scenario: Scenario, tables: Tables) -> Floats:
    """What the past has taught, by parameter row: shape (2, rows), country and leader part of logit pi."""
    rows = tables.general.shape[0]
    index = np.arange(rows, dtype=np.int64)
    scratch = empty(tables, np.zeros(rows, dtype=np.uint64), index)
    settle(tables, scratch, 1.0, 1.0, 0.0, 0.5)
    taught = np.zeros((2, rows))
    paper = desk(tables.defender_acts.shape[1], tables.challenger_acts.shape[1])
    names = [act.name for act in scenario.acts[scenario.defender.name]]
    for event in sorted(scenario.past, key=lambda event: event.date):
        if not event.on:
            continue
        weeks = max((scenario.start.date - event.date).days / 7.0 - scenario.start.burn_in_weeks, 0.0)
        provocation, act = float(event.provocation_rung), names.index(event.act)
        remember(
            tables, scratch, paper, provocation, float(event.deaths), event.blamed, act, weeks, event.leader, taught
        )
    return taught


def worlds(scenario: Scenario, tables: Tables, keys: Any, rows: Any, past: Floats) -> Worlds:
    """Worlds on their first day; ``past`` is ``reputation`` of the same tables."""
    X = empty(tables, keys, rows)
    start = scenario.start
    settle(
        tables,
        X,
        float(start.rung),
        float(start.provocation_rung),
        float(start.provocation_deaths),
        term_left(scenario),
    )
    X.S[PI_COUNTRY] = np.clip(X.S[PI_COUNTRY] + past[0, rows], -15.0, 15.0)
    X.S[PI_LEADER] = np.clip(past[1, rows], -15.0, 15.0)
    expect_punishment(tables, X, desk(tables.challenger_acts.shape[1], tables.defender_acts.shape[1]))
    return X


def term_left(scenario: Scenario) -> float:
    """Share of the leader's term still to run: until the first change of leader that is on, of 209 weeks."""
    ends = [event.week for event in scenario.events if event.on and event.kind == "leader_change"]
    weeks = min(ends) + scenario.start.burn_in_weeks if ends else 209.0 / 2.0
    return min(math.fabs(weeks) / 209.0, 1.0)
