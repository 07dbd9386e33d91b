"""Allies: hedging, mediation, basing, and the strike that draws the defender in (dossier section 11; C17).

    a_j' = a_j + eta [ b1 support (1-a_j) - b2 abandoned a_j - b3 exposure a_j ];  hedge w.p. logistic((a_h - a_j)/s_a)

A hedging ally mediates (faster cooling) and withholds its bases (less striking power). An ally may strike the
challenger's homeland over the nuclear programme by logit choice of its own; the defender is then drawn in
(Snyder 1984: abandonment against entrapment). Exposure is booked where the defender strikes (``defender.strike``).
"""

from __future__ import annotations

from typing import Any, Final

from escalation import draws
from escalation.baton import put_down, take_up
from escalation.compiled import compiled, inlined
from escalation.maths import exp, logistic, select
from escalation.model import learning
from escalation.model.errors import perception
from escalation.model.lanes import at
from escalation.model.layout import (
    A_ABANDONMENT,
    A_ENTRAPMENT,
    A_HEDGE_AT,
    A_HEDGE_SD,
    A_SPEED,
    A_STRIKE_COST,
    A_STRIKE_DEATHS,
    A_STRIKE_VALUE,
    A_SUPPORT,
    ACT_RUNG,
    ALERT,
    ALIGNMENT,
    ALLY_WAR,
    BREAKOUT_NOW,
    DEFENDER_EXECUTED,
    ENDED,
    FIRST_ALLY,
    FRESH,
    FRESH_CHALLENGER,
    HEDGING,
    HIT,
    LETHAL_FORCE,
    N_DEAD_CHALLENGER,
    NUCLEAR_ALARM,
    NUCLEAR_SETBACK,
    OBLIGATION,
    PERCEPTION_BIAS,
    PERCEPTION_SD,
    Q_BUILD_UP,
    RATIONALITY,
    SHELLED,
    STRUCK,
    SUFFERED,
    SUFFERED_TRUE,
    Q,
)
from escalation.model.payoffs import obligation
from escalation.model.rows import listed, uniforms

STRIKE_RUNG: Final = 8.0


# Rows of ``Worlds.slate``.
(LUCK, CHANCE) = range(2)


@compiled
def act(T: Any, X: Any, j: int, step: int, routine: bool, peaceful: bool) -> None:
    """Phase 8 for ally ``j``: trust moves, it hedges or not, and once a week it may strike."""
    put_down(X.baton)
    S, A, key, actor, slate = X.S, X.A, X.key, FIRST_ALLY + j, X.slate
    luck, chance = slate[LUCK], slate[CHANCE]
    for t in range(X.lanes.tiles.shape[0]):
        w, lanes, k = X.lanes.tiles[t, 0], X.lanes.tiles[t, 1], X.lanes.tiles[t, 2]
        g, row = X.lanes.world[k], X.lanes.allies[k][j]
        trust(T, X, j, w, lanes, row)
        if not routine:
            continue
        ended, alignment, hedging = (
            S[ENDED, w : w + lanes],
            A[j, ALIGNMENT, w : w + lanes],
            A[j, HEDGING, w : w + lanes],
        )
        uniforms(key, w, lanes, step, 0, actor, draws.HEDGE, luck)
        hedge_at, hedge_sd = row[A_HEDGE_AT], row[A_HEDGE_SD]
        for i in range(lanes):
            chance[i] = logistic((at(hedge_at, i) - alignment[i]) / at(hedge_sd, i))
        for i in range(lanes):
            hedging[i] = select(ended[i] > 0.0, hedging[i], 1.0 if luck[i] < chance[i] else 0.0)
        if peaceful or not warlike(row[A_STRIKE_VALUE], lanes):
            continue
        uniforms(key, w, lanes, step, 0, actor, draws.CHOICE, luck)
        value, cost, lam, alarm = row[A_STRIKE_VALUE], row[A_STRIKE_COST], g[RATIONALITY], g[NUCLEAR_ALARM]
        breakout = S[BREAKOUT_NOW, w : w + lanes]
        for i in range(lanes):
            chance[i] = at(value, i) * exp(-breakout[i] / at(alarm, i)) - at(cost, i)
        for i in range(lanes):
            chance[i] = logistic(at(lam, i) * chance[i]) if at(value, i) > 0.0 else 0.0
        for i in range(lanes):
            if luck[i] < chance[i] and ended[i] == 0.0:
                strike(T, X, j, w + i, step)
    take_up(X.baton)


@inlined
def warlike(value: Any, lanes: int) -> bool:
    """Whether the ally would ever strike in any world of the tile."""
    some = 0.0
    for i in range(lanes):
        some = max(some, at(value, i))
    return some > 0.0


@inlined
def trust(T: Any, X: Any, j: int, w: int, lanes: int, row: Any) -> None:
    """An ally that was hit trusts the more who stood by it, and the less who did not."""
    S, A, who = X.S, X.A, X.who
    for n in range(listed(A[j, HIT, w : w + lanes], lanes, who)):
        i = who[n]
        v = w + i
        if S[ENDED, v] == 0.0:
            answered = T.defender_acts[X.row[v], int(S[DEFENDER_EXECUTED, v]), ACT_RUNG] >= LETHAL_FORCE
            a = A[j, ALIGNMENT, v]
            move = at(row[A_SUPPORT], i) * (1.0 - a) if answered else -at(row[A_ABANDONMENT], i) * a
            A[j, ALIGNMENT, v] = min(max(a + at(row[A_SPEED], i) * move, 0.0), 1.0)


@inlined
def strike(T: Any, X: Any, j: int, w: int, step: int) -> None:
    """What the ally's strike on the challenger's homeland does in world ``w``."""
    S, r = X.S, X.row[w]
    G, row = T.general[r], T.allies[r, j]
    X.A[j, STRUCK, w] = 1.0
    u = draws.uniform(X.key[w], step, 0, FIRST_ALLY + j, draws.PERCEPTION)
    seen = perception.perceived(STRIKE_RUNG, u, G[PERCEPTION_BIAS], G[PERCEPTION_SD])
    S[OBLIGATION, w] += obligation(G, seen, row[A_STRIKE_DEATHS], True)
    S[SUFFERED, w] = seen
    S[SUFFERED_TRUE, w] = STRIKE_RUNG
    S[ALERT, w] = max(S[ALERT, w], STRIKE_RUNG)
    S[ALLY_WAR, w] += row[A_ENTRAPMENT]
    S[BREAKOUT_NOW, w] += G[NUCLEAR_SETBACK]
    S[Q, w] = learning.moved(S[Q, w], G[Q_BUILD_UP])
    S[SHELLED, w] = 0.0
    X.N[N_DEAD_CHALLENGER, w] += int(row[A_STRIKE_DEATHS])
    S[FRESH, w] = FRESH_CHALLENGER
