"""The defender's move: the stage game, the act that is carried out, and what follows from it at once.

In the shipped scenarios the defender is the United States. Its true type (resolute or weak) is drawn once a world,
apart from what the challenger believes of it; the choice probabilities of *both* types are kept, because they are
what its act teaches.
"""

from __future__ import annotations

from typing import Any

from escalation import draws
from escalation.compiled import compiled
from escalation.maths import log
from escalation.model import casualties, learning
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
    DEFENDER,
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
from escalation.model.proxies import bury
from escalation.model.stage import (
    ENTRAPMENT,
    GAMBLE,
    PREVENTION,
    bar,
    challenger_context,
    challenger_menu,
    choose,
    defender_context,
    defender_game,
    defender_menu,
    defender_worth,
    grievance,
    madden,
    obligation,
    restrict,
    zeal,
)


@compiled
def has_occasion(S: Any, G: Any, r: int, w: int) -> bool:
    """Whether there is anything to decide: a provocation, a crisis climate, a ripe bomb or an ally at war."""
    if S[PROVOCATION, w] >= FORCE or S[DEAD, w] >= 1.0 or S[RUNG, w] >= CRISIS_CLIMATE or S[ALLY_WAR, w] > 0.01:
        return True
    return bool(G[r, D_PREVENTION] > 0.0 and S[BREAKOUT_NOW, w] <= G[r, NUCLEAR_ALARM])


@compiled
def route_of(T: Any, S: Any, r: int, w: int, context: Any, act: int, intended: int) -> int:
    """Which motive or error carried the defender's step to all-out war (an index of ``outcomes.ROUTES``)."""
    if act != intended:
        return EXECUTION_ERROR
    G = T.general
    collapse, setback = T.defender_acts[r, act, ACT_COLLAPSE], T.defender_acts[r, act, ACT_SETBACK]
    deaths = G[r, D_DEATH] + G[r, D_LOG_DEATHS] * log(S[DEAD, w]) if S[DEAD, w] >= 1.0 else 0.0
    insult = 0.0
    if S[PROVOCATION, w] >= FORCE:
        insult = G[r, D_HARASSMENT] + G[r, D_HIGH_VALUE] * max(S[PROVOCATION, w] - 5.0, 0.0)
    gamble, prevention, ally = context[GAMBLE] * collapse, context[PREVENTION] * setback, context[ENTRAPMENT]
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


@compiled
def attacked(X: Any, w: int) -> bool:
    """Whether any proxy has attacked the defender this step."""
    attacks = 0.0
    for p in range(X.K.shape[0]):
        attacks += X.K[p, ATTACKS, w]
    return attacks > 0.0


@compiled
def tally_answer(S: Any, N: Any, w: int, rung: float, on_state: bool, killed: bool) -> None:
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


@compiled
def strike(T: Any, X: Any, w: int, r: int, a: int, seen: float, step: int, turn: int) -> None:
    """What act ``a`` does to the other side: dead, obligation, fear, control, the nuclear clock, allies' trust."""
    S, G, N, act = X.S, T.general, X.N, T.defender_acts[r, a]
    rung, on_state, key = act[ACT_RUNG], act[ACT_ON_STATE] > 0.5, X.key[w]
    tool, country = T.defender_links[a]
    dead = 0.0
    if tool >= 0 and rung >= FORCE:
        tools = T.instruments[r, tool]
        if act[ACT_MEANT] > 0.0 and draws.uniform(key, step, turn, DEFENDER, draws.STRAY) < tools[I_KILL]:
            u = draws.uniform(key, step, turn, DEFENDER, draws.DEATHS)
            dead = casualties.toll(act[ACT_MEANT], tools[I_SD], tools[I_EXPOSED], u)
        u = draws.uniform(key, step, turn, DEFENDER, draws.CIVILIANS)
        spread = draws.uniform(key, step, turn, DEFENDER, draws.SPREAD)
        bury(T, X, w, r, country, casualties.whole(tools[I_CIVILIANS], u), spread)
    if on_state:
        N[N_DEAD_CHALLENGER, w] += int(dead)
    else:
        N[N_DEAD_PROXIES, w] += int(dead)
    leader = act[ACT_DECAPITATES] > 0.5 and S[DECAPITATED, w] < 0.5
    if leader:
        S[DECAPITATED, w] = 1.0
        S[DISARRAY, w] = 1.0
        S[Q, w] = learning.moved(S[Q, w], G[r, Q_LEADER])
        for p in range(X.K.shape[0]):
            X.K[p, KAPPA, w] *= 1.0 - G[r, CONTROL_LOSS]
    S[OBLIGATION, w] += obligation(G, r, seen, dead, on_state, leader)
    if seen >= STATE_FORCE:
        S[COMMIT_CHALLENGER, w] = max(S[COMMIT_CHALLENGER, w], seen)
    if rung < FORCE and rung >= SHOW_OF_FORCE and S[BUILT, w] > 0.99:
        # at most once a week, however many days hold a decision
        S[BUILT, w] = 0.0
        S[SIGMA, w] += G[r, SANCTIONS_STEP] * (1.0 - S[SIGMA, w])
        S[Q, w] = learning.moved(S[Q, w], G[r, Q_BUILD_UP])
    if rung >= HOMELAND:
        S[Q, w] = learning.moved(S[Q, w], G[r, Q_BUILD_UP])
        S[SHELLED, w] = 0.0
        S[BREAKOUT_NOW, w] += G[r, NUCLEAR_SETBACK] * act[ACT_SETBACK]
    if rung >= STATE_FORCE:
        N[N_STRIKES, w] += 1
        for j in range(X.A.shape[0]):
            loss = T.allies[r, j, A_SPEED] * T.allies[r, j, A_EXPOSURE] * X.A[j, ALIGNMENT, w]
            X.A[j, ALIGNMENT, w] = max(X.A[j, ALIGNMENT, w] - loss, 0.0)
    S[CHALLENGER_DEAD, w] += dead
    S[ALERT, w] = max(S[ALERT, w], rung)
    S[SUFFERED, w] = max(seen, 1.0)
    S[SUFFERED_TRUE, w] = rung
    if rung >= LETHAL_FORCE:
        S[FRESH, w] = FRESH_CHALLENGER


@compiled
def learn(G: Any, r: int, S: Any, w: int, n: int) -> None:
    """The challenger's belief in resolve after the act it saw (dossier section 1)."""
    ratio = learning.log_likelihood_ratio(S[P_RESOLUTE, w], S[P_WEAK, w], G[r, SIGNAL_NOISE], n)
    gained = G[r, LEARNING] * G[r, CONSERVATISM] * ratio
    S[PI_LEADER, w] = learning.moved(S[PI_LEADER, w], G[r, LEADER_SHARE] * gained)
    S[PI_COUNTRY, w] = learning.moved(S[PI_COUNTRY, w], (1.0 - G[r, LEADER_SHARE]) * gained)


@compiled
def decide(
    T: Any, X: Any, D: Any, rule: int, forced: int, step: int, turn: int, week: int, routine: bool, ceiling: float
) -> None:
    """Phase 6 for every running world that has something to decide.

    ``forced`` is the index of an act done by the scenario (do-operator), -1 for none: it is taken in place of the
    draw, while the likelihoods that it teaches remain the types' own. ``turn`` is the exchange round; ``ceiling``
    keeps acts above a rung off the table (burn-in).
    """
    S, G = X.S, T.general
    n = T.defender_acts.shape[1]
    context, other, menu, theirs = D.context, D.other, D.menu, D.theirs
    reply, harm, V, order = D.reply, D.harm, D.values, D.order
    own, work, choice = D.own, D.work, D.choice
    for w in range(S.shape[1]):
        if S[ENDED, w] > 0.0:
            continue
        if turn > 0 and S[FRESH, w] != FRESH_DEFENDER:
            continue
        urgent = S[DEAD, w] >= 1.0 or S[PROVOCATION_TRUE, w] >= LETHAL_FORCE
        if turn == 0 and not (routine or urgent or forced >= 0):
            continue  # harassment waits for the week's regular decision, whatever the step
        r = X.row[w]
        key = X.key[w]
        acts = T.defender_acts[r]
        S[WAR_NOW, w] = 0.0
        S[FRESH, w] = 0.0
        e, dead = S[PROVOCATION, w], S[DEAD, w]
        blamed = S[BLAMED, w] > 0.5
        if forced < 0 and not has_occasion(S, G, r, w):
            intended = 0
            S[P_RESOLUTE, w] = 1.0
            S[P_WEAK, w] = 1.0
        else:
            defender_context(T, X, w, r, 1.0, context)
            challenger_context(T, X, w, r, 0.0, other)
            defender_menu(T, r, context, menu)
            challenger_menu(T, r, other, theirs)
            defender_game(T, X, w, r, theirs, reply, harm, V)
            provoked = (e >= FORCE or dead >= 1.0) and S[WEIGHT, w] == 1.0
            for kind in range(2):
                gamma = grievance(G, r, e, dead, S[WEIGHT, w])
                defender_worth(menu, gamma, zeal(G, r, kind == 0), blamed, G[r, D_AUDIENCE], S[COMMIT_DEFENDER, w], own)
                bar(acts, ceiling, own)
                last = int(S[CHALLENGER_EXECUTED, w])
                choose(T, r, rule, acts, own, reply, harm, e, last, order, work, choice[kind])
                if kind == 0:
                    madden(G, r, acts, provoked, choice[kind])
                restrict(acts, ceiling, choice[kind])
            mine = choice[0] if S[THETA, w] > 0.5 else choice[1]
            u = draws.uniform(key, step, turn, DEFENDER, draws.CHOICE)
            intended = 0
            total = mine[0]
            while u >= total and intended < n - 1:
                intended += 1
                total += mine[intended]
            if forced >= 0:
                intended = forced
                S[WAR_NOW, w] = 1.0 if acts[forced, ACT_RUNG] >= 10.0 else 0.0
            elif ceiling >= 10.0:
                S[WAR_NOW, w] = execution.chance_of_war(acts, mine, n, G[r, EXECUTION_P], G[r, EXECUTION_SKEW])
        done = intended
        if forced < 0 and ceiling >= 10.0:
            u = draws.uniform(key, step, turn, DEFENDER, draws.EXECUTION)
            way = draws.uniform(key, step, turn, DEFENDER, draws.EXECUTION_WAY)
            done = execution.executed(acts, intended, n, u, way, G[r, EXECUTION_P], G[r, EXECUTION_SKEW])
        if done != intended:
            X.N[N_EXECUTION_ERRORS, w] += 1
        rung = acts[done, ACT_RUNG]
        u = draws.uniform(key, step, turn, DEFENDER, draws.PERCEPTION)
        seen = perception.perceived(rung, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
        S[DEFENDER_INTENDED, w] = intended
        S[DEFENDER_EXECUTED, w] = done
        S[DEFENDER_PERCEIVED, w] = seen
        if forced >= 0 or has_occasion(S, G, r, w):
            sd = G[r, PERCEPTION_SD]
            S[P_RESOLUTE, w] = learning.seen_likelihood(acts, choice[0], done, seen, sd)
            S[P_WEAK, w] = learning.seen_likelihood(acts, choice[1], done, seen, sd)
            learn(G, r, S, w, n)
        if turn == 0 and forced < 0 and attacked(X, w):
            tally_answer(S, X.N, w, rung, acts[done, ACT_ON_STATE] > 0.5, dead >= 1.0)
        S[WAR_SUM, w] += S[WAR_NOW, w]
        if rung >= 10.0:
            X.N[N_ROUTE, w] = route_of(T, S, r, w, context, done, intended)
            S[ENDED, w] = 1.0
        strike(T, X, w, r, done, seen, step, turn)
        if rung >= STATE_FORCE and X.N[N_STRUCK_WEEK, w] == 0:
            X.N[N_STRUCK_WEEK, w] = week
        if rung >= S[COMMIT_DEFENDER, w] - 0.5:
            S[COMMIT_DEFENDER, w] = 0.0
        S[PROVOCATION, w] = 1.0
        S[PROVOCATION_TRUE, w] = 1.0
        S[DEAD, w] = 0.0
        S[BLAMED, w] = 0.0
        S[MISATTRIBUTED, w] = 0.0
        S[ACCIDENT, w] = 0.0
        S[WEIGHT, w] = 1.0
