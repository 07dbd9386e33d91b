"""The defender's move: the stage game, the act that is carried out, and what follows from it at once.

In the shipped scenarios the defender is the United States. Its true type (resolute or weak) is drawn once a world,
apart from what the challenger believes of it; the choice probabilities of *both* types are kept, because they are
what its act teaches.
"""

from __future__ import annotations

from typing import Any

from escalation import draws
from escalation.compiled import compiled, inner
from escalation.maths import log
from escalation.model import casualties, layout, learning
from escalation.model.arrays import LANES
from escalation.model.errors import execution, perception
from escalation.model.layout import (
    A_EXPOSURE,
    A_SPEED,
    ACCIDENT,
    ACT_COLLAPSE,
    ACT_DECAPITATES,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_RUNG,
    ACT_SETBACK,
    ALERT,
    ALIGNMENT,
    ALLY_WAR,
    ATTACKS,
    BLAMED,
    BREAKOUT_NOW,
    BUILT,
    C_LEADER,
    CHALLENGER_DEAD,
    CHALLENGER_EXECUTED,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    CONSERVATISM,
    CONTROL_LOSS,
    CRISIS_CLIMATE,
    D_AUDIENCE,
    D_DEATH,
    D_HARASSMENT,
    D_HIGH_VALUE,
    D_LOG_DEATHS,
    D_PREVENTION,
    DEAD,
    DECAPITATED,
    DEFENDER_EXECUTED,
    DEFENDER_INTENDED,
    DEFENDER_PERCEIVED,
    DISARRAY,
    ENDED,
    EXECUTION_P,
    EXECUTION_SKEW,
    FORCE,
    FRESH,
    FRESH_CHALLENGER,
    FRESH_DEFENDER,
    HOMELAND,
    I_CIVILIANS,
    I_EXPOSED,
    I_KILL,
    I_SD,
    KAPPA,
    LEADER_SHARE,
    LEARNING,
    LETHAL_FORCE,
    MISATTRIBUTED,
    N_DEAD_CHALLENGER,
    N_DEAD_PROXIES,
    N_EXECUTION_ERRORS,
    N_LETHAL_ANSWERED,
    N_LETHAL_WEEKS,
    N_ROUTE,
    N_STATE_ANSWERED,
    N_STRIKES,
    N_STRUCK_WEEK,
    N_ZERO_ANSWERED,
    N_ZERO_WEEKS,
    NUCLEAR_ALARM,
    NUCLEAR_SETBACK,
    OBLIGATION,
    P_RESOLUTE,
    P_WEAK,
    PERCEPTION_BIAS,
    PERCEPTION_SD,
    PI_COUNTRY,
    PI_LEADER,
    PROVOCATION,
    PROVOCATION_TRUE,
    Q_BUILD_UP,
    Q_LEADER,
    RUNG,
    SANCTIONS_STEP,
    SHELLED,
    SHOW_OF_FORCE,
    SIGMA,
    SIGNAL_NOISE,
    STATE_FORCE,
    SUFFERED,
    SUFFERED_TRUE,
    THETA,
    WAR_NOW,
    WAR_SUM,
    WEIGHT,
    Q,
)
from escalation.model.outcomes import (
    ALLY_TRIGGERED,
    CASUALTY,
    EXECUTION_ERROR,
    GAMBLE_ROUTE,
    MISATTRIBUTION,
    MISIDENTIFICATION,
    MISPERCEPTION,
    NOISE,
    PREVENTIVE,
    PROVOKED,
)
from escalation.model.payoffs import (
    BLAME,
    COMMIT,
    ENTRAPMENT,
    GAMBLE,
    GAMMA,
    PREVENTION,
    PROVOKING,
    challenger_base,
    challenger_context,
    defender_base,
    defender_context,
    defender_worth,
    grievance,
    madden,
    obligation,
    take,
    zeal,
)
from escalation.model.proxies import bury
from escalation.model.stage import PICTURED, bar, choose, defender_game, draw_act, keep, odds_of_war, restrict


@inner
def has_turn(S: Any, w: int, forced: int, turn: int, routine: bool) -> bool:
    """Whether world ``w`` is running and the defender's to move: harassment waits for the week's regular decision."""
    if S[ENDED, w] > 0.0:
        return False
    if turn > 0:
        return bool(S[FRESH, w] == FRESH_DEFENDER)
    return bool(routine or forced >= 0 or S[DEAD, w] >= 1.0 or S[PROVOCATION_TRUE, w] >= LETHAL_FORCE)


@compiled
def has_occasion(S: Any, G: Any, w: int) -> bool:
    """Whether there is anything to decide: a provocation, a crisis climate, a ripe bomb or an ally at war."""
    if S[PROVOCATION, w] >= FORCE or S[DEAD, w] >= 1.0 or S[RUNG, w] >= CRISIS_CLIMATE or S[ALLY_WAR, w] > 0.01:
        return True
    return bool(G[D_PREVENTION] > 0.0 and S[BREAKOUT_NOW, w] <= G[NUCLEAR_ALARM])


@inner
def route_of(G: Any, act: Any, S: Any, w: int, context: Any, i: int) -> int:
    """Which motive or error carried the defender's meant step to all-out war (an index of ``outcomes.ROUTES``).

    ``context`` (7, lanes) is what it weighed, world ``w`` in lane ``i``.
    """
    deaths = G[D_DEATH] + G[D_LOG_DEATHS] * log(S[DEAD, w]) if S[DEAD, w] >= 1.0 else 0.0
    insult = 0.0
    if S[PROVOCATION, w] >= FORCE:
        insult = G[D_HARASSMENT] + G[D_HIGH_VALUE] * max(S[PROVOCATION, w] - 5.0, 0.0)
    gamble, prevention = context[GAMBLE, i] * act[ACT_COLLAPSE], context[PREVENTION, i] * act[ACT_SETBACK]
    ally = context[ENTRAPMENT, i]
    strongest = max(deaths, insult, gamble, prevention, ally)
    if strongest <= 0.0:
        return NOISE
    if strongest == gamble:
        return GAMBLE_ROUTE
    if strongest == prevention:
        return PREVENTIVE
    if strongest == ally:
        return ALLY_TRIGGERED
    if S[ACCIDENT, w] > 0.5:
        return MISIDENTIFICATION
    if S[MISATTRIBUTED, w] > 0.5:
        return MISATTRIBUTION
    if S[PROVOCATION, w] >= S[PROVOCATION_TRUE, w] + 1.0:
        return MISPERCEPTION
    return CASUALTY if strongest == deaths else PROVOKED


@inner
def attacked(K: Any, w: int) -> bool:
    """Whether any proxy has attacked the defender this step."""
    attacks = 0.0
    for p in range(K.shape[0]):
        attacks += K[p, ATTACKS, w]
    return attacks > 0.0


@inner
def tally_answer(N: Any, w: int, rung: float, on_state: bool, killed: bool) -> None:
    """Count whether proxies' attacks of this week were answered with force (the record's response curve)."""
    if killed:
        N[N_LETHAL_WEEKS, w] += 1
        if rung >= LETHAL_FORCE:
            N[N_LETHAL_ANSWERED, w] += 1
            if on_state:
                N[N_STATE_ANSWERED, w] += 1
    else:
        N[N_ZERO_WEEKS, w] += 1
        if rung >= LETHAL_FORCE:
            N[N_ZERO_ANSWERED, w] += 1


@inner
def show_force(S: Any, G: Any, w: int) -> None:
    """Pressure short of force: sanctions tighten and fear grows, at most once a week however many days hold one."""
    if S[BUILT, w] > 0.99:
        S[BUILT, w] = 0.0
        S[SIGMA, w] += G[SANCTIONS_STEP] * (1.0 - S[SIGMA, w])
        S[Q, w] = learning.moved(S[Q, w], G[Q_BUILD_UP])


@inner
def strike(T: Any, X: Any, w: int, r: int, a: int, seen: float, step: int, turn: int, week: int) -> None:
    """What act of force ``a`` does: dead, obligation, fear, control, the nuclear clock, allies' trust."""
    S, G, N, act = X.S, T.general[r], X.N, T.defender_acts[r, a]
    rung, on_state, key = act[ACT_RUNG], act[ACT_ON_STATE] > 0.5, X.key[w]
    tool, country = T.defender_links[a]
    dead = 0.0
    if tool >= 0:
        tools = T.instruments[r, tool]
        if act[ACT_MEANT] > 0.0 and draws.uniform(key, step, turn, layout.DEFENDER, draws.STRAY) < tools[I_KILL]:
            u = draws.uniform(key, step, turn, layout.DEFENDER, draws.DEATHS)
            dead = casualties.toll(act[ACT_MEANT], tools[I_SD], tools[I_EXPOSED], u)
        u = draws.uniform(key, step, turn, layout.DEFENDER, draws.CIVILIANS)
        spread = draws.uniform(key, step, turn, layout.DEFENDER, draws.SPREAD)
        bury(T, X, w, r, country, casualties.whole(tools[I_CIVILIANS], u), spread)
    N[N_DEAD_CHALLENGER if on_state else N_DEAD_PROXIES, w] += int(dead)
    S[CHALLENGER_DEAD, w] += dead
    leader = act[ACT_DECAPITATES] > 0.5 and S[DECAPITATED, w] < 0.5
    if leader:
        S[DECAPITATED, w] = 1.0
        S[DISARRAY, w] = 1.0
        S[Q, w] = learning.moved(S[Q, w], G[Q_LEADER])
        for p in range(X.K.shape[0]):
            X.K[p, KAPPA, w] *= 1.0 - G[CONTROL_LOSS]
    S[OBLIGATION, w] += obligation(G, seen, dead, on_state) + (G[C_LEADER] if leader and seen >= FORCE else 0.0)
    if seen >= STATE_FORCE:
        S[COMMIT_CHALLENGER, w] = max(S[COMMIT_CHALLENGER, w], seen)
    if rung >= HOMELAND:
        S[Q, w] = learning.moved(S[Q, w], G[Q_BUILD_UP])
        S[SHELLED, w] = 0.0
        S[BREAKOUT_NOW, w] += G[NUCLEAR_SETBACK] * act[ACT_SETBACK]
    if rung >= STATE_FORCE:
        N[N_STRIKES, w] += 1
        if N[N_STRUCK_WEEK, w] == 0:
            N[N_STRUCK_WEEK, w] = week
        for j in range(X.A.shape[0]):
            loss = T.allies[r, j, A_SPEED] * T.allies[r, j, A_EXPOSURE] * X.A[j, ALIGNMENT, w]
            X.A[j, ALIGNMENT, w] = max(X.A[j, ALIGNMENT, w] - loss, 0.0)
    if rung >= LETHAL_FORCE:
        S[FRESH, w] = FRESH_CHALLENGER


@inner
def weigh(T: Any, X: Any, D: Any, lanes: int, r: int, rule: int, private: float, ceiling: float) -> None:
    """Fill ``D.choice`` (2, n, lanes) with what the resolute and the weak type would do in each lane's world.

    ``private`` is 1 for its own decision; 0 leaves out its errors of estimate, which others do not see.
    """
    G, acts, theirs, S, who, faced = T.general[r], T.defender_acts[r], T.challenger_acts[r], X.S, D.who, D.faced
    defender_context(G, T.allies[r], S, X.A, who, lanes, private, D.context)
    challenger_context(G, S, who, lanes, 0.0, D.other)
    defender_base(G, acts, D.context, lanes, D.base[0])
    challenger_base(G, theirs, D.other, lanes, D.theirs)
    defender_game(G, acts, theirs, S, D, lanes)
    seen, last = D.seen[1], D.picked[0]
    for i in range(lanes):
        w = who[i]
        e, dead, weight = S[PROVOCATION, w], S[DEAD, w], S[WEIGHT, w]
        faced[GAMMA, i] = grievance(G, e, dead, weight)
        faced[BLAME, i] = S[BLAMED, w]
        faced[COMMIT, i] = S[COMMIT_DEFENDER, w]
        faced[PROVOKING, i] = 1.0 if (e >= FORCE or dead >= 1.0) and weight == 1.0 else 0.0
        seen[i] = e
        last[i] = int(S[CHALLENGER_EXECUTED, w])
    for kind in range(2):
        own, choice = D.own[kind], D.choice[kind]
        defender_worth(G, acts, D.context, D.base[0], zeal(G, kind), faced, lanes, own)
        bar(acts, ceiling, lanes, own)
        choose(G, rule, acts, theirs, G[D_AUDIENCE], D, kind, own, seen, last, lanes, choice)
        if kind == 0:
            madden(G, acts, faced[PROVOKING], lanes, D.scratch[0], choice)
        restrict(acts, ceiling, lanes, D.scratch[0], choice)


@inner
def pick(T: Any, X: Any, D: Any, lanes: int, r: int, forced: int, step: int, turn: int, ceiling: float) -> None:
    """Draw what each lane's defender means to do (``D.picked[0]``); ``D.seen[0]`` is the chance of war beforehand."""
    G, acts, who, u, war = T.general[r], T.defender_acts[r], D.who, D.seen[1], D.seen[0]
    theta, intended = D.scratch[1], D.picked[0]
    take(X.S[THETA], who, lanes, theta)
    for i in range(lanes):
        u[i] = draws.uniform(X.key[who[i]], step, turn, layout.DEFENDER, draws.CHOICE)
        war[i] = 0.0
    draw_act(D.choice, theta, u, lanes, D.scratch[0], intended)
    if forced >= 0:
        certainly = 1.0 if acts[forced, ACT_RUNG] >= 10.0 else 0.0
        for i in range(lanes):
            intended[i] = forced
            war[i] = certainly
    elif ceiling >= 10.0:
        odds_of_war(G, acts, D.choice, theta, lanes, war)


@inner
def carry_out(T: Any, X: Any, who: Any, D: Any, lanes: int, r: int, step: int, turn: int, week: int, met: bool) -> None:
    """Let the acts of ``D.picked``, seen as ``D.seen``, happen in the worlds ``who``: the provocation is over.

    ``met`` counts them as the answer to this week's attacks.
    """
    S, K, N, G, acts = X.S, X.K, X.N, T.general[r], T.defender_acts[r]
    intended, done, seen = D.picked[0], D.picked[1], D.seen[1]
    for i in range(lanes):
        w, a = who[i], done[i]
        rung = acts[a, ACT_RUNG]
        if a != intended[i]:
            N[N_EXECUTION_ERRORS, w] += 1
        S[DEFENDER_INTENDED, w] = intended[i]
        S[DEFENDER_EXECUTED, w] = a
        S[DEFENDER_PERCEIVED, w] = seen[i]
        if met and attacked(K, w):
            tally_answer(N, w, rung, acts[a, ACT_ON_STATE] > 0.5, S[DEAD, w] >= 1.0)
        if rung >= FORCE:
            strike(T, X, w, r, a, seen[i], step, turn, week)
        elif rung >= SHOW_OF_FORCE:
            show_force(S, G, w)
        S[ALERT, w] = max(S[ALERT, w], rung)
        S[SUFFERED, w] = max(seen[i], 1.0)
        S[SUFFERED_TRUE, w] = rung
        if rung >= S[COMMIT_DEFENDER, w] - 0.5:
            S[COMMIT_DEFENDER, w] = 0.0
        S[PROVOCATION, w] = 1.0
        S[PROVOCATION_TRUE, w] = 1.0
        S[DEAD, w] = 0.0
        S[BLAMED, w] = 0.0
        S[MISATTRIBUTED, w] = 0.0
        S[ACCIDENT, w] = 0.0
        S[WEIGHT, w] = 1.0


@inner
def rest(T: Any, X: Any, D: Any, lanes: int, r: int, step: int, turn: int, week: int) -> None:
    """Hold in the worlds ``D.idle``, where there is nothing to decide and nothing is learnt from it."""
    S, rung = X.S, T.defender_acts[r, 0, ACT_RUNG]
    for i in range(lanes):
        w = D.idle[i]
        S[P_RESOLUTE, w] = 1.0
        S[P_WEAK, w] = 1.0
        D.picked[0, i] = 0
        D.picked[1, i] = 0
        D.seen[1, i] = rung
    carry_out(T, X, D.idle, D, lanes, r, step, turn, week, turn == 0)


@inner
def act_on(
    T: Any, X: Any, D: Any, lanes: int, r: int, forced: int, step: int, turn: int, week: int, ceiling: float
) -> None:
    """Carry out what was picked in each lane, with slips, and let the challenger learn from what it sees."""
    S, G, acts, who = X.S, T.general[r], T.defender_acts[r], D.who
    intended, done, war, seen = D.picked[0], D.picked[1], D.seen[0], D.seen[1]
    slips = forced < 0 and ceiling >= 10.0
    bias, sd, noise = G[PERCEPTION_BIAS], G[PERCEPTION_SD], G[SIGNAL_NOISE]
    for i in range(lanes):
        key, a = X.key[who[i]], intended[i]
        if slips and acts[a, ACT_RUNG] >= FORCE:
            u = draws.uniform(key, step, turn, layout.DEFENDER, draws.EXECUTION)
            way = draws.uniform(key, step, turn, layout.DEFENDER, draws.EXECUTION_WAY)
            a = execution.executed(acts, a, acts.shape[0], u, way, G[EXECUTION_P], G[EXECUTION_SKEW])
        done[i] = a
        u = draws.uniform(key, step, turn, layout.DEFENDER, draws.PERCEPTION) if acts[a, ACT_RUNG] >= FORCE else 0.5
        seen[i] = perception.perceived(acts[a, ACT_RUNG], u, bias, sd)
    learning.likelihoods(acts, D.choice, done, seen, sd, lanes, D.seen[2], D.seen[3])
    learning.log_likelihood_ratios(D.seen[2], D.seen[3], noise, acts.shape[0], lanes, D.scratch[0])
    pace, of_leader = G[LEARNING] * G[CONSERVATISM], G[LEADER_SHARE]
    for i in range(lanes):
        w = who[i]
        gained = pace * D.scratch[0, i]
        S[P_RESOLUTE, w] = D.seen[2, i]
        S[P_WEAK, w] = D.seen[3, i]
        S[PI_LEADER, w] = learning.moved(S[PI_LEADER, w], of_leader * gained)
        S[PI_COUNTRY, w] = learning.moved(S[PI_COUNTRY, w], (1.0 - of_leader) * gained)
        S[WAR_NOW, w] = war[i]
        S[WAR_SUM, w] += war[i]
        if acts[done[i], ACT_RUNG] >= 10.0:
            meant = done[i] == intended[i]
            X.N[N_ROUTE, w] = route_of(G, acts[done[i]], S, w, D.context, i) if meant else EXECUTION_ERROR
            S[ENDED, w] = 1.0
    carry_out(T, X, who, D, lanes, r, step, turn, week, turn == 0 and forced < 0)


@compiled
def decide(
    T: Any, X: Any, D: Any, rule: int, forced: int, step: int, turn: int, week: int, routine: bool, ceiling: float
) -> None:
    """Phase 6 for every running world that has something to decide.

    ``forced`` is the index of an act done by the scenario (do-operator), -1 for none: it is taken in place of the
    draw, while the likelihoods that it teaches remain the types' own. ``turn`` is the exchange round, or
    ``stage.PICTURED`` or ``CONSIDERED``; ``ceiling`` keeps acts above a rung off the table (burn-in).
    """
    S = X.S
    for k in range(X.runs.shape[0]):
        w, end, r = X.runs[k, 0], X.runs[k, 1], X.runs[k, 2]
        G = T.general[r]
        while w < end:
            lanes = 0
            idle = 0
            while w < end and lanes < LANES and idle < LANES:
                if turn < 0:
                    D.who[lanes] = w
                    lanes += 1
                elif has_turn(S, w, forced, turn, routine):
                    S[WAR_NOW, w] = 0.0
                    S[FRESH, w] = 0.0
                    if forced >= 0 or has_occasion(S, G, w):
                        D.who[lanes] = w
                        lanes += 1
                    else:
                        D.idle[idle] = w
                        idle += 1
                w += 1
            if lanes > 0:
                weigh(T, X, D, lanes, r, rule, 0.0 if turn == PICTURED else 1.0, ceiling)
            if turn < 0:
                keep(D.choice, D.who, lanes, D.record)
            elif lanes > 0:
                pick(T, X, D, lanes, r, forced, step, turn, ceiling)
                act_on(T, X, D, lanes, r, forced, step, turn, week, ceiling)
            if idle > 0:
                rest(T, X, D, idle, r, step, turn, week)
