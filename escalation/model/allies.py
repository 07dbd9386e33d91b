"""Allies: hedging, mediation, basing, and the strike that draws the defender in (dossier section 11; C17).

    a_j' = a_j + eta [ b1 support (1-a_j) - b2 abandoned a_j - b3 exposure a_j ];  hedge w.p. logistic((a_h - a_j)/s_a)

A hedging ally mediates (faster cooling) and withholds its bases (less striking power). An ally may strike the
challenger's homeland over the nuclear programme by logit choice of its own; the defender is then drawn in
(Snyder 1984: abandonment against entrapment). Exposure is booked where the defender strikes (``defender.strike``).
"""

from __future__ import annotations

from typing import Any, Final

from escalation import draws
from escalation.compiled import compiled
from escalation.maths import exp, logistic
from escalation.model import learning
from escalation.model.errors import perception
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

STRIKE_RUNG: Final = 8.0


@compiled
def act(T: Any, X: Any, j: int, step: int, dt: float, routine: bool, peaceful: bool) -> None:
    """Phase 8 for ally ``j``: trust moves, it hedges or not, and once a week it may strike."""
    S, A, G, actor = X.S, X.A, T.general, FIRST_ALLY + j
    on_state = True
    for w in range(S.shape[1]):
        if S[ENDED, w] > 0.0:
            continue
        r = X.row[w]
        key = X.key[w]
        row = T.allies[r, j]
        if A[j, HIT, w] > 0.0:
            answered = T.defender_acts[r, int(S[DEFENDER_EXECUTED, w]), ACT_RUNG] >= LETHAL_FORCE
            a = A[j, ALIGNMENT, w]
            move = row[A_SUPPORT] * (1.0 - a) if answered else -row[A_ABANDONMENT] * a
            A[j, ALIGNMENT, w] = min(max(a + row[A_SPEED] * move, 0.0), 1.0)
        if not routine:
            continue
        hedge = logistic((row[A_HEDGE_AT] - A[j, ALIGNMENT, w]) / row[A_HEDGE_SD])
        A[j, HEDGING, w] = 1.0 if draws.uniform(key, step, 0, actor, draws.HEDGE) < hedge else 0.0
        if row[A_STRIKE_VALUE] <= 0.0 or peaceful:
            continue
        worth = row[A_STRIKE_VALUE] * exp(-S[BREAKOUT_NOW, w] / G[r, NUCLEAR_ALARM]) - row[A_STRIKE_COST]
        if draws.uniform(key, step, 0, actor, draws.CHOICE) >= logistic(G[r, RATIONALITY] * worth):
            continue
        A[j, STRUCK, w] = 1.0
        u = draws.uniform(key, step, 0, actor, draws.PERCEPTION)
        seen = perception.perceived(STRIKE_RUNG, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
        S[OBLIGATION, w] += obligation(G[r], seen, row[A_STRIKE_DEATHS], on_state)
        S[SUFFERED, w] = seen
        S[SUFFERED_TRUE, w] = STRIKE_RUNG
        S[ALERT, w] = max(S[ALERT, w], STRIKE_RUNG)
        S[ALLY_WAR, w] += row[A_ENTRAPMENT]
        S[BREAKOUT_NOW, w] += G[r, NUCLEAR_SETBACK]
        S[Q, w] = learning.moved(S[Q, w], G[r, Q_BUILD_UP])
        S[SHELLED, w] = 0.0
        X.N[N_DEAD_CHALLENGER, w] += int(row[A_STRIKE_DEATHS])
        S[FRESH, w] = FRESH_CHALLENGER
