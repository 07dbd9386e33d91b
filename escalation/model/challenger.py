"""The challenger's move: hold, harass, sabotage, order the proxies, reply openly, or go to war.

In the shipped scenarios the challenger is Iran. Its true type (restrained or not) is drawn once a world; the
defender's belief phi about it learns from its replies as pi learns from the defender's (the restraint trap).
"""

from __future__ import annotations

from typing import Any

from escalation import draws
from escalation.compiled import compiled, inner
from escalation.model import casualties, layout, learning
from escalation.model.arrays import LANES
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
from escalation.model.payoffs import (
    COMMIT,
    FEAR,
    OBLIGED,
    OWED,
    PRESSED,
    WAGING,
    can_meet,
    capacities,
    challenger_base,
    challenger_context,
    challenger_worth,
    defender_base,
    defender_context,
    take,
)
from escalation.model.proxies import bury
from escalation.model.stage import PICTURED, bar, challenger_game, choose, draw_act, keep, odds_of_war, restrict

REPLY_WINDOW: int = 4
"""Weeks after the defender's first act of rung 7 or more in which the challenger's highest act is its reply."""


@inner
def has_turn(S: Any, w: int, forced: int, turn: int, routine: bool) -> bool:
    """Whether world ``w`` is running and the challenger's to move."""
    if S[ENDED, w] > 0.0:
        return False
    return bool(S[FRESH, w] == FRESH_CHALLENGER or (turn == 0 and (routine or forced >= 0)))


@compiled
def has_occasion(S: Any, w: int) -> bool:
    """Whether there is anything to decide: an obligation, sanctions, a crisis climate or an act suffered."""
    if S[OBLIGATION, w] > 0.01 or S[SIGMA, w] > 0.0:
        return True
    return bool(S[RUNG, w] >= CRISIS_CLIMATE or S[SUFFERED, w] >= FORCE)


@inner
def route_of(G: Any, act: Any, S: Any, w: int, context: Any, i: int) -> int:
    """Which motive or error carried the challenger's meant step to all-out war (an index of ``outcomes.ROUTES``).

    ``context`` (7, lanes) is what it weighed, world ``w`` in lane ``i``.
    """
    revenge = min(context[OBLIGED, i], can_meet(G, act[ACT_VISIBILITY], act[ACT_RUNG], act[ACT_MEANT]))
    fear = context[FEAR, i] * act[ACT_FIRST]
    pressure = context[PRESSED, i] * act[ACT_PRESSURE]
    strongest = max(revenge, fear, pressure)
    if strongest <= 0.0:
        return NOISE
    if strongest == fear:
        return PREEMPTION
    if strongest == pressure:
        return PRESSURE
    return MISPERCEPTION if S[SUFFERED, w] >= S[SUFFERED_TRUE, w] + 1.0 else REVENGE


@inner
def strike(T: Any, X: Any, w: int, r: int, b: int, seen: float, step: int, turn: int) -> float:
    """What open act of force ``b`` does: the defender's dead, which are returned, and a new provocation."""
    S, act, key = X.S, T.challenger_acts[r, b], X.key[w]
    tool, country = T.challenger_links[b]
    dead = 0.0
    if tool >= 0:
        tools = T.instruments[r, tool]
        chance = tools[I_KILL] if act[ACT_MEANT] > 0.0 else tools[I_STRAY]
        if act[ACT_WARNED] > 0.5:
            chance *= 1.0 - tools[I_WARNING]
        if draws.uniform(key, step, turn, layout.CHALLENGER, draws.STRAY) < chance:
            scale = act[ACT_MEANT] if act[ACT_MEANT] > 0.0 else max(tools[I_DEATHS], 1.0)
            u = draws.uniform(key, step, turn, layout.CHALLENGER, draws.DEATHS)
            dead = casualties.toll(scale, tools[I_SD], tools[I_EXPOSED], u)
        u = draws.uniform(key, step, turn, layout.CHALLENGER, draws.CIVILIANS)
        spread = draws.uniform(key, step, turn, layout.CHALLENGER, draws.SPREAD)
        bury(T, X, w, r, country, casualties.whole(tools[I_CIVILIANS], u), spread)
    X.N[N_DEAD_DEFENDER, w] += int(dead)
    S[OWN_DEAD, w] += dead
    S[PROVOCATION, w] = seen
    S[PROVOCATION_TRUE, w] = act[ACT_RUNG]
    S[DEAD, w] = dead
    S[BLAMED, w] = 1.0
    S[MISATTRIBUTED, w] = 0.0
    S[ACCIDENT, w] = 0.0
    S[WEIGHT, w] = 1.0
    S[FRESH, w] = FRESH_DEFENDER
    return dead


@inner
def weigh(T: Any, X: Any, D: Any, lanes: int, r: int, rule: int, private: float, ceiling: float) -> None:
    """Fill ``D.choice`` (2, m, lanes), restrained and unrestrained type, and PUNISHMENT; as ``defender.weigh``."""
    G, acts, theirs, S, who, faced = T.general[r], T.challenger_acts[r], T.defender_acts[r], X.S, D.who, D.faced
    defender_context(G, T.allies[r], S, X.A, who, lanes, 0.0, D.other)
    challenger_context(G, S, who, lanes, private, D.context)
    challenger_base(G, acts, D.context, lanes, D.base)
    defender_base(G, theirs, D.other, lanes, D.theirs[0])
    challenger_game(G, acts, theirs, T.instruments[r], T.order_instrument, S, D, lanes)
    seen, last = D.seen[1], D.picked[0]
    for i in range(lanes):
        w = who[i]
        faced[OWED, i] = S[OBLIGATION, w]
        faced[COMMIT, i] = S[COMMIT_CHALLENGER, w]
        faced[WAGING, i] = 1.0 if max(S[RUNG, w], S[ALERT, w]) >= 9.0 else 0.0
        seen[i] = S[SUFFERED, w]
        last[i] = int(S[DEFENDER_EXECUTED, w])
    capacities(G, acts, D.meets)
    for kind in range(2):
        own, choice = D.own[kind], D.choice[kind]
        challenger_worth(G, acts, D.meets, D.base[kind], kind, faced, lanes, own)
        bar(acts, ceiling, lanes, own)
        choose(G, rule, acts, theirs, G[C_AUDIENCE], D, kind, own, seen, last, lanes, choice)
        restrict(acts, ceiling, lanes, D.scratch[0], choice)


@inner
def pick(T: Any, X: Any, D: Any, lanes: int, r: int, forced: int, step: int, turn: int, ceiling: float) -> None:
    """Draw what each lane's challenger means to do; as ``defender.pick``."""
    G, acts, who, u, war = T.general[r], T.challenger_acts[r], D.who, D.seen[1], D.seen[0]
    tau, intended = D.scratch[1], D.picked[0]
    take(X.S[TAU], who, lanes, tau)
    for i in range(lanes):
        u[i] = draws.uniform(X.key[who[i]], step, turn, layout.CHALLENGER, draws.CHOICE)
        war[i] = 0.0
    draw_act(D.choice, tau, u, lanes, D.scratch[0], intended)
    if forced >= 0:
        certainly = 1.0 if acts[forced, ACT_RUNG] >= 10.0 else 0.0
        for i in range(lanes):
            intended[i] = forced
            war[i] = certainly
    elif ceiling >= 10.0:
        odds_of_war(G, acts, D.choice, tau, lanes, war)


@inner
def act_on(
    T: Any, X: Any, D: Any, lanes: int, r: int, forced: int, step: int, turn: int, week: int, ceiling: float
) -> None:
    """Carry out what was picked in each lane, with slips, and let the defender learn from what it sees."""
    S, G, acts, who = X.S, T.general[r], T.challenger_acts[r], D.who
    intended, done, war, seen = D.picked[0], D.picked[1], D.seen[0], D.seen[1]
    slips = forced < 0 and ceiling >= 10.0
    bias, sd, noise = G[PERCEPTION_BIAS], G[PERCEPTION_SD], G[SIGNAL_NOISE]
    for i in range(lanes):
        key, b = X.key[who[i]], intended[i]
        if slips and acts[b, ACT_RUNG] >= FORCE:
            u = draws.uniform(key, step, turn, layout.CHALLENGER, draws.EXECUTION)
            way = draws.uniform(key, step, turn, layout.CHALLENGER, draws.EXECUTION_WAY)
            b = execution.executed(acts, b, acts.shape[0], u, way, G[EXECUTION_P], G[EXECUTION_SKEW])
        done[i] = b
        u = draws.uniform(key, step, turn, layout.CHALLENGER, draws.PERCEPTION) if acts[b, ACT_RUNG] >= FORCE else 0.5
        seen[i] = perception.perceived(acts[b, ACT_RUNG], u, bias, sd)
    learning.likelihoods(acts, D.choice, done, seen, sd, lanes, D.seen[2], D.seen[3])
    learning.log_likelihood_ratios(D.seen[2], D.seen[3], noise, acts.shape[0], lanes, D.scratch[0])
    pace = G[LEARNING] * G[CONSERVATISM]
    for i in range(lanes):
        w, b = who[i], done[i]
        rung = acts[b, ACT_RUNG]
        S[P_RESTRAINED, w] = D.seen[2, i]
        S[P_UNRESTRAINED, w] = D.seen[3, i]
        S[PHI, w] = learning.moved(S[PHI, w], pace * D.scratch[0, i])
        S[WAR_NOW, w] = war[i]
        S[WAR_SUM, w] += war[i]
        if b != intended[i]:
            X.N[N_EXECUTION_ERRORS, w] += 1
        S[CHALLENGER_INTENDED, w] = intended[i]
        S[CHALLENGER_EXECUTED, w] = b
        S[CHALLENGER_PERCEIVED, w] = seen[i]
        if rung >= 10.0:
            meant = b == intended[i]
            X.N[N_ROUTE, w] = route_of(G, acts[b], S, w, D.context, i) if meant else EXECUTION_ERROR
            S[ENDED, w] = 1.0
        struck = S[SUFFERED_TRUE, w] >= STATE_FORCE
        dead = 0.0
        if acts[b, ACT_VIA_PROXIES] > 0.5:
            S[ORDER, w] = rung
        else:
            S[ORDER, w] = 1.0 if rung < 1.5 else S[ORDER, w]
            if rung >= SHOW_OF_FORCE:
                S[ALERT, w] = max(S[ALERT, w], rung)
            if rung >= FORCE:
                dead = strike(T, X, w, r, b, seen[i], step, turn)
        S[OBLIGATION, w] -= min(S[OBLIGATION, w], D.meets[b])
        if rung >= FORCE and rung >= S[COMMIT_CHALLENGER, w] - 0.5:
            S[COMMIT_CHALLENGER, w] = 0.0
        if X.N[N_STRUCK_WEEK, w] > 0 and week <= X.N[N_STRUCK_WEEK, w] + REPLY_WINDOW:
            X.N[N_REPLY_RUNG, w] = max(X.N[N_REPLY_RUNG, w], int(rung))
            X.N[N_REPLY_DEAD, w] += int(dead)
        if struck and rung < HOMELAND:
            X.N[N_RESTRAINED, w] += 1
        S[SUFFERED, w] = 1.0
        S[SUFFERED_TRUE, w] = 1.0


@compiled
def decide(
    T: Any, X: Any, D: Any, rule: int, forced: int, step: int, turn: int, week: int, routine: bool, ceiling: float
) -> None:
    """Phase 7 for every running world that has something to decide; arguments as in ``defender.decide``."""
    S = X.S
    for k in range(X.runs.shape[0]):
        w, end, r = X.runs[k, 0], X.runs[k, 1], X.runs[k, 2]
        while w < end:
            lanes = 0
            while w < end and lanes < LANES:
                if turn < 0:
                    D.who[lanes] = w
                    lanes += 1
                elif has_turn(S, w, forced, turn, routine):
                    S[WAR_NOW, w] = 0.0
                    S[FRESH, w] = 0.0
                    if forced >= 0 or has_occasion(S, w):
                        D.who[lanes] = w
                        lanes += 1
                    else:
                        S[CHALLENGER_INTENDED, w] = 0.0
                        S[CHALLENGER_EXECUTED, w] = 0.0
                        S[CHALLENGER_PERCEIVED, w] = 1.0
                        S[ORDER, w] = 1.0
                w += 1
            if lanes > 0:
                weigh(T, X, D, lanes, r, rule, 0.0 if turn == PICTURED else 1.0, ceiling)
            if turn < 0:
                keep(D.choice, D.who, lanes, D.record)
            elif lanes > 0:
                pick(T, X, D, lanes, r, forced, step, turn, ceiling)
                act_on(T, X, D, lanes, r, forced, step, turn, week, ceiling)
