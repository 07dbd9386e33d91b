"""The defender's move: the stage game, the act that is carried out, and what follows from it at once.

In the shipped scenarios the defender is the United States. Its true type (resolute or weak) is drawn once a world,
apart from what the challenger believes of it; the choice probabilities of *both* types are kept, because they are
what its act teaches.
"""

from __future__ import annotations

import functools
from typing import Any

from escalation import draws
from escalation.baton import put_down, take_up
from escalation.compiled import compiled, inlined, inner, leaf, loop
from escalation.maths import log, select
from escalation.model import casualties, deciding, foreseen, layout, learning
from escalation.model.acting import (
    ACTED,
    DONE,
    FIRST,
    INTENDED,
    ONE,
    SECOND,
    SEEN,
    TAUGHT,
    TOTAL,
    WAR,
    WAY,
    act,
    believe,
    keep_where,
    note_odds,
    release,
    rise,
    scale,
    use_of_force,
)
from escalation.model.arrays import LANES
from escalation.model.foreseen import anyone
from escalation.model.lanes import DA_BRINK, at
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
    zeal,
)
from escalation.model.proxies import bury
from escalation.model.rows import add, put, reset, set_to
from escalation.model.stage import bar, choose, defender_game, keep, restrict


@leaf
def occasion(
    provocation: float, dead: float, rung: float, ally_war: float, prevention: float, breakout: float, alarm: float
) -> bool:
    """Whether there is anything to decide: a provocation, a crisis climate, a ripe bomb or an ally at war."""
    ripe = (prevention > 0.0) & (breakout <= alarm)
    return (provocation >= FORCE) | (dead >= 1.0) | (rung >= CRISIS_CLIMATE) | (ally_war > 0.01) | ripe


def has_occasion(S: Any, G: Any, w: int) -> bool:
    """``occasion`` in world ``w``, whose general numbers are ``G``."""
    return bool(
        occasion(
            S[PROVOCATION, w],
            S[DEAD, w],
            S[RUNG, w],
            S[ALLY_WAR, w],
            G[D_PREVENTION],
            S[BREAKOUT_NOW, w],
            G[NUCLEAR_ALARM],
        )
    )


@inlined
def summon(tiles: Any, world: Any, S: Any, forced: int, turn: int, routine: bool, moving: Any, deciding: Any) -> None:
    """Fill ``moving`` (worlds,) with 1 where the world runs and the defender is to move, ``deciding`` where it decides;
    where it moves without an occasion it holds.

    Harassment waits for the week's regular decision; in an exchange only what is new is answered.
    """
    regular = turn == 0 and (routine or forced >= 0)
    for t in range(tiles.shape[0]):
        w, lanes, k = tiles[t, 0], tiles[t, 1], tiles[t, 2]
        g = world[k]
        moves = moving[w : w + lanes]
        has_turn(
            S[ENDED, w : w + lanes], S[FRESH, w : w + lanes], S[DEAD, w : w + lanes],
            S[PROVOCATION_TRUE, w : w + lanes], regular, turn, lanes, moves,
        )  # fmt: skip
        decides(
            moves, S[PROVOCATION, w : w + lanes], S[DEAD, w : w + lanes], S[RUNG, w : w + lanes],
            S[ALLY_WAR, w : w + lanes], g[D_PREVENTION], S[BREAKOUT_NOW, w : w + lanes], g[NUCLEAR_ALARM],
            forced >= 0, lanes, deciding[w : w + lanes],
        )  # fmt: skip
        set_to(moves, 0.0, 0, lanes, S[WAR_NOW, w : w + lanes])
        set_to(moves, 0.0, 0, lanes, S[FRESH, w : w + lanes])


@loop
def has_turn(
    ended: Any, fresh: Any, dead: Any, provocation: Any, regular: bool, turn: int, lanes: int, moves: Any
) -> None:
    """1 where the world runs and the defender is to move."""
    for i in range(lanes):
        urgent = (dead[i] >= 1.0) | (provocation[i] >= LETHAL_FORCE) | regular
        called = urgent if turn == 0 else fresh[i] == FRESH_DEFENDER
        moves[i] = 1.0 if called & (ended[i] == 0.0) else 0.0


@loop
def decides(
    moves: Any, provocation: Any, dead: Any, rung: Any, ally_war: Any, prevention: Any, breakout: Any, alarm: Any,
    must: bool, lanes: int, out: Any,
) -> None:  # fmt: skip
    """1 where there is an occasion, or a choice forced by the scenario."""
    for i in range(lanes):
        there = occasion(provocation[i], dead[i], rung[i], ally_war[i], at(prevention, i), breakout[i], at(alarm, i))
        out[i] = moves[i] if there | must else 0.0


@inner
def route_of(G: Any, allies: Any, act: Any, S: Any, A: Any, w: int, who: Any, context: Any) -> int:
    """Which motive or error carried the defender's meant step to all-out war (an index of ``outcomes.ROUTES``).

    What it weighed in world ``w`` is worked out once more: few worlds come to this.
    """
    who[0] = w
    defender_context(G, allies, S, A, who, 1, 1.0, context)
    deaths = G[D_DEATH] + G[D_LOG_DEATHS] * log(S[DEAD, w]) if S[DEAD, w] >= 1.0 else 0.0
    insult = 0.0
    if S[PROVOCATION, w] >= FORCE:
        insult = G[D_HARASSMENT] + G[D_HIGH_VALUE] * max(S[PROVOCATION, w] - 5.0, 0.0)
    gamble, prevention = context[GAMBLE, 0] * act[ACT_COLLAPSE], context[PREVENTION, 0] * act[ACT_SETBACK]
    ally = context[ENTRAPMENT, 0]
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
    seen, last = D.seen, D.last
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


@compiled
def weigh_by_nodes(T: Any, X: Any, D: Any, where: Any, rule: int, private: float, ceiling: float, record: Any) -> None:
    """Fill ``record`` (2, n, worlds) in the worlds ``where`` (worlds,) is 1, node by node: for any rule and any row."""
    put_down(X.baton)
    for k in range(X.runs.shape[0]):
        w, end, r = X.runs[k, 0], X.runs[k, 1], X.runs[k, 2]
        while w < end:
            lanes = 0
            while w < end and lanes < LANES:
                if where[w] > 0.0:
                    D.who[lanes] = w
                    lanes += 1
                w += 1
            if lanes > 0:
                weigh(T, X, D, lanes, r, rule, private, ceiling)
                keep(D.choice, D.who, lanes, record)
    take_up(X.baton)


@inlined
def count_answers(N: Any, S: Any, K: Any, acts: Any, moving: Any, w: int, lanes: int, slate: Any) -> None:
    """Count whether proxies' attacks of this week were answered with force (the record's response curve)."""
    attacks, on_state = slate[TOTAL], slate[WAY]
    reset(lanes, attacks)
    for p in range(K.shape[0]):
        add(K[p, ATTACKS, w : w + lanes], lanes, attacks)
    mark(acts, slate[DONE], lanes, on_state)
    moves, dead, rung = moving[w : w + lanes], S[DEAD, w : w + lanes], slate[ACTED]
    count_harmless(attacks, moves, dead, rung, lanes, N[N_ZERO_WEEKS, w : w + lanes], N[N_ZERO_ANSWERED, w : w + lanes])
    count_lethal(
        attacks, moves, dead, rung, on_state, lanes,
        N[N_LETHAL_WEEKS, w : w + lanes], N[N_LETHAL_ANSWERED, w : w + lanes], N[N_STATE_ANSWERED, w : w + lanes],
    )  # fmt: skip


@loop
def mark(acts: Any, done: Any, lanes: int, flag: Any) -> None:
    """Flag where the act done was against the challenger's own people or soil."""
    for i in range(lanes):
        flag[i] = acts[int(done[i]), ACT_ON_STATE]


@loop
def count_harmless(attacks: Any, moves: Any, dead: Any, rung: Any, lanes: int, weeks: Any, answered: Any) -> None:
    """Weeks with attacks that killed no one, and those of them that were answered."""
    for i in range(lanes):
        harassed = (attacks[i] > 0.0) & (moves[i] > 0.0) & (dead[i] < 1.0)
        weeks[i] += 1 if harassed else 0
        answered[i] += 1 if harassed & (rung[i] >= LETHAL_FORCE) else 0


@loop
def count_lethal(
    attacks: Any, moves: Any, dead: Any, rung: Any, on_state: Any, lanes: int, weeks: Any, answered: Any, on_soil: Any
) -> None:
    """Weeks with attacks that killed, those answered, and those answered against the challenger itself."""
    for i in range(lanes):
        killed = (attacks[i] > 0.0) & (moves[i] > 0.0) & (dead[i] >= 1.0)
        met = killed & (rung[i] >= LETHAL_FORCE)
        weeks[i] += 1 if killed else 0
        answered[i] += 1 if met else 0
        on_soil[i] += 1 if met & (on_state[i] > 0.5) else 0


@inlined
def show_force(S: Any, g: Any, moving: Any, w: int, lanes: int, slate: Any) -> None:
    """Pressure short of force: sanctions tighten and fear grows, at most once a week however many days hold one."""
    shows = slate[WAY]
    is_shown(slate[ACTED], moving[w : w + lanes], lanes, S[BUILT, w : w + lanes], shows)
    tighten(shows, g[SANCTIONS_STEP], lanes, S[SIGMA, w : w + lanes])
    alarm_with(shows, g[Q_BUILD_UP], lanes, S[Q, w : w + lanes])


@loop
def is_shown(rung: Any, moves: Any, lanes: int, built: Any, shows: Any) -> None:
    """Flag a show of force, the first in a week."""
    for i in range(lanes):
        here = (rung[i] >= SHOW_OF_FORCE) & (rung[i] < FORCE) & (moves[i] > 0.0) & (built[i] > 0.99)
        shows[i] = 1.0 if here else 0.0
        built[i] = select(here, 0.0, built[i])


@loop
def tighten(shows: Any, step: Any, lanes: int, sigma: Any) -> None:
    """Sanctions take a step towards all that there can be."""
    for i in range(lanes):
        sigma[i] = select(shows[i] > 0.0, sigma[i] + at(step, i) * (1.0 - sigma[i]), sigma[i])


@loop
def alarm_with(shows: Any, by: Any, lanes: int, q: Any) -> None:
    """The fear for survival grows."""
    for i in range(lanes):
        q[i] = select(shows[i] > 0.0, learning.moved(q[i], at(by, i)), q[i])


@inlined
def teach(S: Any, g: Any, deciding: Any, w: int, lanes: int, slate: Any) -> None:
    """Let the challenger learn of the defender's type from what it sees, and note the chance of war beforehand."""
    taught, share = slate[TAUGHT], g[LEADER_SHARE]
    scale(g[LEARNING], g[CONSERVATISM], lanes, taught)
    believe(deciding, taught, share, 1.0, w, lanes, S[PI_LEADER])
    believe(deciding, taught, share, -1.0, w, lanes, S[PI_COUNTRY])
    note_odds(deciding, slate[WAR], w, lanes, S[WAR_NOW], S[WAR_SUM])


@inlined
def hold(acts: Any, deciding: Any, w: int, lanes: int, slate: Any) -> None:
    """Where there is nothing to decide the defender holds, and nothing is learnt from it."""
    rung = acts[0, ACT_RUNG]
    rows = (INTENDED, DONE, ACTED, SEEN, FIRST, SECOND)
    for n, value in enumerate((0.0, 0.0, rung, rung, 1.0, 1.0)):
        keep_where(deciding, value, w, lanes, slate[rows[n]])


@inlined
def be_over(S: Any, moving: Any, w: int, lanes: int, slate: Any) -> None:
    """The provocation is answered; the act is what the challenger has suffered."""
    rung = slate[ACTED]
    rise(moving, rung, w, lanes, S[ALERT])
    release(moving, rung, 0.0, w, lanes, S[COMMIT_DEFENDER])
    put(moving, slate[SEEN], w, lanes, S[SUFFERED])
    put(moving, rung, w, lanes, S[SUFFERED_TRUE])
    for field in (PROVOCATION, PROVOCATION_TRUE, WEIGHT):
        set_to(moving, 1.0, w, lanes, S[field])
    for field in (DEAD, BLAMED, MISATTRIBUTED, ACCIDENT):
        set_to(moving, 0.0, w, lanes, S[field])


@inlined
def move(
    tiles: Any, T: Any, X: Any, who: Any, context: Any, acts: Any, moving: Any, deciding: Any, record: Any, slate: Any,
    forced: int, step: int, turn: int, week: int, ceiling: float,
) -> None:  # fmt: skip
    """Draw, carry out and let be seen what ``record`` (2, n, worlds) says the defender would do.

    ``forced`` is the index of an act done by the scenario (do-operator), -1 for none: it is taken in place of the
    draw, while the likelihoods that it teaches remain the types' own.
    """
    S, K, A, N, few = X.S, X.K, X.A, X.N, X.who
    for t in range(tiles.shape[0]):
        w, lanes, k = tiles[t, 0], tiles[t, 1], tiles[t, 2]
        if not anyone(moving, w, lanes):
            continue
        g, theta = X.lanes.world[k], S[THETA, w : w + lanes]
        act(
            acts, record, theta, X.lanes.defender[k], DA_BRINK, g, deciding, X.key,
            w, lanes, forced, step, turn, layout.DEFENDER, ceiling, slate, few, who, N[N_EXECUTION_ERRORS],
        )  # fmt: skip
        teach(S, g, deciding, w, lanes, slate)
        hold(acts, deciding, w, lanes, slate)
        rows = (INTENDED, DONE, SEEN, FIRST, SECOND)
        for n, field in enumerate((DEFENDER_INTENDED, DEFENDER_EXECUTED, DEFENDER_PERCEIVED, P_RESOLUTE, P_WEAK)):
            put(moving, slate[rows[n]], w, lanes, S[field])
        if turn == 0 and forced < 0:
            count_answers(N, S, K, acts, moving, w, lanes, slate)
        for n in range(use_of_force(slate[ACTED], moving[w : w + lanes], lanes, slate[ONE], few)):
            i = few[n]
            r, a = X.row[w + i], int(slate[DONE, i])
            if slate[ACTED, i] >= 10.0:
                meant, here = slate[DONE, i] == slate[INTENDED, i], T.defender_acts[r, a]
                N[N_ROUTE, w + i] = (
                    route_of(T.general[r], T.allies[r], here, S, A, w + i, who, context) if meant else EXECUTION_ERROR
                )
                S[ENDED, w + i] = 1.0
            strike(T, X, w + i, r, a, slate[SEEN, i], step, turn, week)
        show_force(S, g, moving, w, lanes, slate)
        be_over(S, moving, w, lanes, slate)


@compiled
def take_turn(
    T: Any, X: Any, D: Any, forced: int, step: int, turn: int, week: int, routine: bool, private: float,
    ceiling: float, begins: bool, weighs: bool, moves: bool,
) -> None:  # fmt: skip
    """What ``decide`` does, in one call: see who has to move, if it ``begins``; fill ``D.record`` by factors where
    there is something to decide, if it ``weighs``; and carry out what comes of it, if it ``moves``.

    One tile after the other, so that what is foreseen is still in the caches when it is acted on. In one call, for
    whoever comes back from compiled code may have to wait for the interpreter.
    """
    put_down(X.baton)
    L, S = X.lanes, X.S
    acts, theirs = T.defender_acts[L.menu], T.challenger_acts[L.menu]
    if begins:
        summon(L.tiles, L.world, S, forced, turn, routine, D.moving, D.deciding)
    for t in range(L.tiles.shape[0]):
        tile = L.tiles[t : t + 1]
        if weighs:
            foreseen.defender(
                tile, acts, theirs, L.world, L.defender, L.challenger, L.allies, S, X.A,
                D.deciding, private, ceiling, D.paper, D.blocks, D.record,
            )  # fmt: skip
        if moves:
            move(
                tile, T, X, D.who, D.context, acts, D.moving, D.deciding, D.record, D.slate,
                forced, step, turn, week, ceiling,
            )  # fmt: skip
    take_up(X.baton)


decide = functools.partial(deciding.decide, take_turn, weigh_by_nodes)
"""Phase 6 for every running world that has something to decide (``deciding``)."""
