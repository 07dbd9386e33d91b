"""The challenger's move: hold, harass, sabotage, order the proxies, reply openly, or go to war.

In the shipped scenarios the challenger is Iran. Its true type (restrained or not) is drawn once a world; the
defender's belief phi about it learns from its replies as pi learns from the defender's (the restraint trap).
"""

from __future__ import annotations

from typing import Any

from escalation import draws
from escalation.compiled import compiled
from escalation.model import casualties, learning
from escalation.model.errors import execution, perception
from escalation.model.layout import (
    ACCIDENT,
    ACT_FIRST,
    ACT_MEANT,
    ACT_PRESSURE,
    ACT_RUNG,
    ACT_VIA_PROXIES,
    ACT_VISIBILITY,
    ACT_WARNED,
    ALERT,
    BLAMED,
    C_AUDIENCE,
    CHALLENGER,
    CHALLENGER_EXECUTED,
    CHALLENGER_INTENDED,
    CHALLENGER_PERCEIVED,
    COMMIT_CHALLENGER,
    CONSERVATISM,
    CRISIS_CLIMATE,
    DEAD,
    DEFENDER_EXECUTED,
    ENDED,
    EXECUTION_P,
    EXECUTION_SKEW,
    FORCE,
    FRESH,
    FRESH_CHALLENGER,
    FRESH_DEFENDER,
    HOMELAND,
    I_CIVILIANS,
    I_DEATHS,
    I_EXPOSED,
    I_KILL,
    I_SD,
    I_STRAY,
    I_WARNING,
    LEARNING,
    MISATTRIBUTED,
    N_DEAD_DEFENDER,
    N_EXECUTION_ERRORS,
    N_REPLY_DEAD,
    N_REPLY_RUNG,
    N_RESTRAINED,
    N_ROUTE,
    N_STRUCK_WEEK,
    OBLIGATION,
    ORDER,
    OWN_DEAD,
    P_RESTRAINED,
    P_UNRESTRAINED,
    PERCEPTION_BIAS,
    PERCEPTION_SD,
    PHI,
    PROVOCATION,
    PROVOCATION_TRUE,
    PUNISHMENT,
    RUNG,
    SHOW_OF_FORCE,
    SIGMA,
    SIGNAL_NOISE,
    STATE_FORCE,
    SUFFERED,
    SUFFERED_TRUE,
    TAU,
    WAR_NOW,
    WAR_SUM,
    WEIGHT,
)
from escalation.model.outcomes import EXECUTION_ERROR, MISPERCEPTION, NOISE, PREEMPTION, PRESSURE, REVENGE
from escalation.model.proxies import bury
from escalation.model.stage import (
    FEAR,
    OBLIGED,
    PRESSED,
    bar,
    can_meet,
    challenger_context,
    challenger_game,
    challenger_menu,
    challenger_worth,
    choose,
    defender_context,
    defender_menu,
    restrict,
)

REPLY_WINDOW: int = 4
"""Weeks after the defender's first act of rung 7 or more in which the challenger's highest act is its reply."""


@compiled
def has_occasion(S: Any, w: int) -> bool:
    """Whether there is anything to decide: an obligation, sanctions, a crisis climate or an act suffered."""
    if S[OBLIGATION, w] > 0.01 or S[SIGMA, w] > 0.0:
        return True
    return bool(S[RUNG, w] >= CRISIS_CLIMATE or S[SUFFERED, w] >= FORCE)


@compiled
def route_of(T: Any, S: Any, r: int, w: int, context: Any, act: int, intended: int) -> int:
    """Which motive or error carried the challenger's step to all-out war (an index of ``outcomes.ROUTES``)."""
    if act != intended:
        return EXECUTION_ERROR
    row = T.challenger_acts[r, act]
    capacity = can_meet(T.general, r, row[ACT_VISIBILITY], row[ACT_RUNG], row[ACT_MEANT])
    revenge = min(context[OBLIGED], capacity)
    fear = context[FEAR] * row[ACT_FIRST]
    pressure = context[PRESSED] * row[ACT_PRESSURE]
    strongest = max(revenge, fear, pressure)
    if strongest <= 0.0:
        return NOISE
    if strongest == fear:
        return PREEMPTION
    if strongest == pressure:
        return PRESSURE
    return MISPERCEPTION if S[SUFFERED, w] >= S[SUFFERED_TRUE, w] + 1.0 else REVENGE


@compiled
def strike(T: Any, X: Any, w: int, r: int, b: int, seen: float, step: int, turn: int) -> float:
    """What act ``b`` does: orders, the defender's dead, a new provocation. Returns the defender's dead."""
    S, G, N, act = X.S, T.general, X.N, T.challenger_acts[r, b]
    rung, key = act[ACT_RUNG], X.key[w]
    tool, country = T.challenger_links[b]
    if act[ACT_VIA_PROXIES] > 0.5:
        S[ORDER, w] = rung
    elif rung < 1.5:
        S[ORDER, w] = 1.0
    dead = 0.0
    if rung >= FORCE and act[ACT_VIA_PROXIES] < 0.5:
        if tool >= 0:
            tools = T.instruments[r, tool]
            chance = tools[I_KILL] if act[ACT_MEANT] > 0.0 else tools[I_STRAY]
            if act[ACT_WARNED] > 0.5:
                chance *= 1.0 - tools[I_WARNING]
            if draws.uniform(key, step, turn, CHALLENGER, draws.STRAY) < chance:
                scale = act[ACT_MEANT] if act[ACT_MEANT] > 0.0 else max(tools[I_DEATHS], 1.0)
                u = draws.uniform(key, step, turn, CHALLENGER, draws.DEATHS)
                dead = casualties.toll(scale, tools[I_SD], tools[I_EXPOSED], u)
            u = draws.uniform(key, step, turn, CHALLENGER, draws.CIVILIANS)
            spread = draws.uniform(key, step, turn, CHALLENGER, draws.SPREAD)
            bury(T, X, w, r, country, casualties.whole(tools[I_CIVILIANS], u), spread)
        N[N_DEAD_DEFENDER, w] += int(dead)
        S[OWN_DEAD, w] += dead
        S[PROVOCATION, w] = seen
        S[PROVOCATION_TRUE, w] = rung
        S[DEAD, w] = dead
        S[BLAMED, w] = 1.0
        S[MISATTRIBUTED, w] = 0.0
        S[ACCIDENT, w] = 0.0
        S[WEIGHT, w] = 1.0
        S[FRESH, w] = FRESH_DEFENDER
        S[ALERT, w] = max(S[ALERT, w], rung)
    elif rung < FORCE and rung >= SHOW_OF_FORCE:
        S[ALERT, w] = max(S[ALERT, w], rung)
    S[OBLIGATION, w] -= min(S[OBLIGATION, w], can_meet(G, r, act[ACT_VISIBILITY], rung, act[ACT_MEANT]))
    if rung >= FORCE and rung >= S[COMMIT_CHALLENGER, w] - 0.5:
        S[COMMIT_CHALLENGER, w] = 0.0
    return dead


@compiled
def decide(
    T: Any, X: Any, D: Any, rule: int, forced: int, step: int, turn: int, week: int, routine: bool, ceiling: float
) -> None:
    """Phase 7 for every running world that has something to decide; arguments as in ``defender.decide``."""
    S, G = X.S, T.general
    n = T.challenger_acts.shape[1]
    context, other, menu, theirs = D.context, D.other, D.menu, D.theirs
    reply, harm, V, order = D.reply, D.harm, D.values, D.order
    own, work, choice = D.own, D.work, D.choice
    lottery = D.lottery
    for w in range(S.shape[1]):
        if S[ENDED, w] > 0.0:
            continue
        if turn > 0 and S[FRESH, w] != FRESH_CHALLENGER:
            continue
        if turn == 0 and not routine and S[FRESH, w] != FRESH_CHALLENGER and forced < 0:
            continue
        r = X.row[w]
        key = X.key[w]
        acts = T.challenger_acts[r]
        S[WAR_NOW, w] = 0.0
        S[FRESH, w] = 0.0
        if forced < 0 and not has_occasion(S, w):
            S[CHALLENGER_INTENDED, w] = 0.0
            S[CHALLENGER_EXECUTED, w] = 0.0
            S[CHALLENGER_PERCEIVED, w] = 1.0
            S[ORDER, w] = 1.0
            continue
        defender_context(T, X, w, r, 0.0, other)
        challenger_context(T, X, w, r, 1.0, context)
        challenger_menu(T, r, context, menu)
        defender_menu(T, r, other, theirs)
        S[PUNISHMENT, w] = challenger_game(T, X, w, r, theirs, reply, harm, V, lottery)
        at_war = max(S[RUNG, w], S[ALERT, w]) >= 9.0
        for kind in range(2):
            challenger_worth(menu, S[OBLIGATION, w], G[r, C_AUDIENCE], S[COMMIT_CHALLENGER, w], at_war, kind == 0, own)
            bar(acts, ceiling, own)
            last = int(S[DEFENDER_EXECUTED, w])
            choose(T, r, rule, acts, own, reply, harm, S[SUFFERED, w], last, order, work, choice[kind])
            restrict(acts, ceiling, choice[kind])
        mine = choice[0] if S[TAU, w] > 0.5 else choice[1]
        u = draws.uniform(key, step, turn, CHALLENGER, draws.CHOICE)
        intended = 0
        total = mine[0]
        while u >= total and intended < n - 1:
            intended += 1
            total += mine[intended]
        if forced >= 0:
            intended = forced
            S[WAR_NOW, w] = 1.0 if acts[forced, ACT_RUNG] >= 10.0 else 0.0
        done = intended
        if forced < 0 and ceiling >= 10.0:
            S[WAR_NOW, w] = execution.chance_of_war(acts, mine, n, G[r, EXECUTION_P], G[r, EXECUTION_SKEW])
            u = draws.uniform(key, step, turn, CHALLENGER, draws.EXECUTION)
            way = draws.uniform(key, step, turn, CHALLENGER, draws.EXECUTION_WAY)
            done = execution.executed(acts, intended, n, u, way, G[r, EXECUTION_P], G[r, EXECUTION_SKEW])
        if done != intended:
            X.N[N_EXECUTION_ERRORS, w] += 1
        rung = acts[done, ACT_RUNG]
        u = draws.uniform(key, step, turn, CHALLENGER, draws.PERCEPTION)
        seen = perception.perceived(rung, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
        S[CHALLENGER_INTENDED, w] = intended
        S[CHALLENGER_EXECUTED, w] = done
        S[CHALLENGER_PERCEIVED, w] = seen
        sd = G[r, PERCEPTION_SD]
        S[P_RESTRAINED, w] = learning.seen_likelihood(acts, choice[0], done, seen, sd)
        S[P_UNRESTRAINED, w] = learning.seen_likelihood(acts, choice[1], done, seen, sd)
        ratio = learning.log_likelihood_ratio(S[P_RESTRAINED, w], S[P_UNRESTRAINED, w], G[r, SIGNAL_NOISE], n)
        S[PHI, w] = learning.moved(S[PHI, w], G[r, LEARNING] * G[r, CONSERVATISM] * ratio)
        S[WAR_SUM, w] += S[WAR_NOW, w]
        if rung >= 10.0:
            X.N[N_ROUTE, w] = route_of(T, S, r, w, context, done, intended)
            S[ENDED, w] = 1.0
        struck = S[SUFFERED_TRUE, w] >= STATE_FORCE
        dead = strike(T, X, w, r, done, seen, step, turn)
        if X.N[N_STRUCK_WEEK, w] > 0 and week <= X.N[N_STRUCK_WEEK, w] + REPLY_WINDOW:
            X.N[N_REPLY_RUNG, w] = max(X.N[N_REPLY_RUNG, w], int(rung))
            X.N[N_REPLY_DEAD, w] += int(dead)
        if struck and rung < HOMELAND:
            X.N[N_RESTRAINED, w] += 1
        S[SUFFERED, w] = 1.0
        S[SUFFERED_TRUE, w] = 1.0
