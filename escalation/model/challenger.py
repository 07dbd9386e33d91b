"""The challenger's move: hold, harass, sabotage, order the proxies, reply openly, or go to war.

In the shipped scenarios the challenger is Iran. Its true type (restrained or not) is drawn once a world; the
defender's belief phi about it learns from its replies as pi learns from the defender's (the restraint trap).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from escalation import draws
from escalation.baton import put_down, take_up
from escalation.compiled import compiled, inlined, inner, leaf, loop
from escalation.maths import select
from escalation.model import casualties, deciding, foreseen, layout
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
    scale,
    use_of_force,
)
from escalation.model.arrays import LANES
from escalation.model.foreseen import anyone
from escalation.model.lanes import CA_BRINK, CA_MET, at
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
    PHI,
    PROVOCATION,
    PROVOCATION_TRUE,
    RUNG,
    SHOW_OF_FORCE,
    SIGMA,
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
)
from escalation.model.proxies import bury
from escalation.model.rows import fill, put, reset, set_to
from escalation.model.stage import bar, challenger_game, choose, keep, restrict

REPLY_WINDOW: int = 4
"""Weeks after the defender's first act of rung 7 or more in which the challenger's highest act is its reply."""


@leaf
def occasion(obligation: float, sigma: float, rung: float, suffered: float) -> bool:
    """Whether there is anything to decide: an obligation, sanctions, a crisis climate or an act suffered."""
    return (obligation > 0.01) | (sigma > 0.0) | (rung >= CRISIS_CLIMATE) | (suffered >= FORCE)


def has_occasion(S: Any, w: int) -> bool:
    """``occasion`` in world ``w``."""
    return bool(occasion(S[OBLIGATION, w], S[SIGMA, w], S[RUNG, w], S[SUFFERED, w]))


@inlined
def summon(S: Any, forced: int, turn: int, routine: bool, moving: Any, deciding: Any) -> None:
    """Fill ``moving`` (worlds,) with 1 where the world runs and the challenger is to move, ``deciding`` where it
    decides;
    where it moves without an occasion it holds.
    """
    regular = turn == 0 and (routine or forced >= 0)
    worlds = S.shape[1]
    has_turn(S[ENDED], S[FRESH], regular, worlds, moving)
    decides(moving, S[OBLIGATION], S[SIGMA], S[RUNG], S[SUFFERED], forced >= 0, worlds, deciding)
    set_to(moving, 0.0, 0, worlds, S[WAR_NOW])
    set_to(moving, 0.0, 0, worlds, S[FRESH])


@loop
def has_turn(ended: Any, fresh: Any, regular: bool, worlds: int, moves: Any) -> None:
    """1 where the world runs and the challenger is to move."""
    for i in range(worlds):
        moves[i] = 1.0 if ((fresh[i] == FRESH_CHALLENGER) | regular) & (ended[i] == 0.0) else 0.0


@loop
def decides(
    moves: Any, obligation: Any, sigma: Any, rung: Any, suffered: Any, must: bool, worlds: int, out: Any
) -> None:
    """1 where there is an occasion, or a choice forced by the scenario."""
    for i in range(worlds):
        out[i] = moves[i] if occasion(obligation[i], sigma[i], rung[i], suffered[i]) | must else 0.0


@inner
def route_of(G: Any, act: Any, S: Any, w: int, who: Any, context: Any) -> int:
    """Which motive or error carried the challenger's meant step to all-out war (an index of ``outcomes.ROUTES``).

    What it weighed in world ``w`` is worked out once more: few worlds come to this.
    """
    who[0] = w
    challenger_context(G, S, who, 1, 1.0, context)
    revenge = min(context[OBLIGED, 0], can_meet(G, act[ACT_VISIBILITY], act[ACT_RUNG], act[ACT_MEANT]))
    fear = context[FEAR, 0] * act[ACT_FIRST]
    pressure = context[PRESSED, 0] * act[ACT_PRESSURE]
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
    seen, last = D.seen, D.last
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


@compiled
def weigh_by_nodes(T: Any, X: Any, D: Any, where: Any, rule: int, private: float, ceiling: float, record: Any) -> None:
    """As ``defender.weigh_by_nodes``; fills PUNISHMENT too."""
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
def teach(S: Any, g: Any, deciding: Any, w: int, lanes: int, slate: Any) -> None:
    """Let the defender learn of the challenger's type from what it sees, and note the chance of war beforehand."""
    scale(g[LEARNING], g[CONSERVATISM], lanes, slate[TAUGHT])
    fill(1.0, lanes, slate[ONE])
    believe(deciding, slate[TAUGHT], slate[ONE], 1.0, w, lanes, S[PHI])
    note_odds(deciding, slate[WAR], w, lanes, S[WAR_NOW], S[WAR_SUM])


@inlined
def note(acts: Any, c: Any, S: Any, moving: Any, deciding: Any, w: int, lanes: int, slate: Any) -> None:
    """What was done, as rungs and acts, what it orders and what obligation it meets; without an occasion it holds."""
    rows = (INTENDED, DONE, SEEN)
    for n, field in enumerate((CHALLENGER_INTENDED, CHALLENGER_EXECUTED, CHALLENGER_PERCEIVED)):
        keep_where(deciding, 1.0 if n == 2 else 0.0, w, lanes, slate[rows[n]])
        put(moving, slate[rows[n]], w, lanes, S[field])
    put(deciding, slate[FIRST], w, lanes, S[P_RESTRAINED])
    put(deciding, slate[SECOND], w, lanes, S[P_UNRESTRAINED])
    via, met = slate[WAY], slate[TOTAL]
    look_up_kind(acts, c, slate[DONE], lanes, via, met)
    rung, moves, decides = slate[ACTED], moving[w : w + lanes], deciding[w : w + lanes]
    give_order(via, rung, moves, decides, lanes, S[ORDER, w : w + lanes])
    show(via, rung, decides, lanes, S[ALERT, w : w + lanes])
    meet(met, decides, lanes, S[OBLIGATION, w : w + lanes])
    release(deciding, rung, FORCE, w, lanes, S[COMMIT_CHALLENGER])


@loop
def look_up_kind(acts: Any, c: Any, done: Any, lanes: int, via: Any, met: Any) -> None:
    """Note whether proxies do what was done, and what obligation it meets."""
    for i in range(lanes):
        b = int(done[i])
        via[i] = acts[b, ACT_VIA_PROXIES]
        met[i] = at(c[b, CA_MET], i)


@loop
def give_order(via: Any, rung: Any, moves: Any, decides: Any, lanes: int, order: Any) -> None:
    """The rung ordered from the proxies stands until another is, or all is called off."""
    for i in range(lanes):
        given = select(via[i] > 0.5, rung[i], select(rung[i] < 1.5, 1.0, order[i]))
        given = select(decides[i] > 0.0, given, 1.0)
        order[i] = select(moves[i] > 0.0, given, order[i])


@loop
def show(via: Any, rung: Any, decides: Any, lanes: int, alert: Any) -> None:
    """What is done openly counts for the standing rung."""
    for i in range(lanes):
        shown = (via[i] < 0.5) & (rung[i] >= SHOW_OF_FORCE) & (decides[i] > 0.0)
        alert[i] = select(shown, max(alert[i], rung[i]), alert[i])


@loop
def meet(met: Any, decides: Any, lanes: int, obligation: Any) -> None:
    """An act meets as much of the obligation as it can."""
    for i in range(lanes):
        obligation[i] -= min(obligation[i], met[i]) if decides[i] > 0.0 else 0.0


@inlined
def count_replies(N: Any, S: Any, deciding: Any, w: int, lanes: int, week: int, slate: Any) -> None:
    """Count replies to the defender's acts against the state: their rung, their dead (TAUGHT), and restraint."""
    decides = deciding[w : w + lanes]
    count_reply(
        N[N_STRUCK_WEEK, w : w + lanes], slate[ACTED], slate[TAUGHT], decides, week, lanes,
        N[N_REPLY_RUNG, w : w + lanes], N[N_REPLY_DEAD, w : w + lanes],
    )  # fmt: skip
    count_restraint(S[SUFFERED_TRUE, w : w + lanes], slate[ACTED], decides, lanes, N[N_RESTRAINED, w : w + lanes])
    set_to(deciding, 1.0, w, lanes, S[SUFFERED])
    set_to(deciding, 1.0, w, lanes, S[SUFFERED_TRUE])


@loop
def count_reply(
    struck_week: Any, rung: Any, dead: Any, decides: Any, week: int, lanes: int, reply: Any, killed: Any
) -> None:
    """The highest act and the dead within the weeks that follow a first strike."""
    for i in range(lanes):
        replies = (struck_week[i] > 0) & (week <= struck_week[i] + REPLY_WINDOW) & (decides[i] > 0.0)
        higher = replies & (np.int64(rung[i]) > reply[i])
        reply[i] = select(higher, np.int64(rung[i]), reply[i])
        killed[i] += np.int64(dead[i]) if replies else 0


@loop
def count_restraint(suffered: Any, rung: Any, decides: Any, lanes: int, restrained: Any) -> None:
    """Replies to a strike that leave the other's homeland alone."""
    for i in range(lanes):
        held = (suffered[i] >= STATE_FORCE) & (rung[i] < HOMELAND) & (decides[i] > 0.0)
        restrained[i] += 1 if held else 0


@inlined
def move(
    tiles: Any, T: Any, X: Any, who: Any, context: Any, acts: Any, moving: Any, deciding: Any, record: Any, slate: Any,
    forced: int, step: int, turn: int, week: int, ceiling: float,
) -> None:  # fmt: skip
    """Draw, carry out and let be seen what the challenger would do; as ``defender.move``."""
    S, N, few = X.S, X.N, X.who
    for t in range(tiles.shape[0]):
        w, lanes, k = tiles[t, 0], tiles[t, 1], tiles[t, 2]
        if not anyone(moving, w, lanes):
            continue
        g, c, tau = (
            X.lanes.world[k],
            X.lanes.challenger[k],
            S[TAU, w : w + lanes],
        )
        act(
            acts, record, tau, c, CA_BRINK, g, deciding, X.key,
            w, lanes, forced, step, turn, layout.CHALLENGER, ceiling, slate, few, who, N[N_EXECUTION_ERRORS],
        )  # fmt: skip
        teach(S, g, deciding, w, lanes, slate)
        reset(lanes, slate[TAUGHT])
        for n in range(use_of_force(slate[ACTED], deciding[w : w + lanes], lanes, slate[ONE], few)):
            i = few[n]
            r, b = X.row[w + i], int(slate[DONE, i])
            if slate[ACTED, i] >= 10.0:
                meant, here = slate[DONE, i] == slate[INTENDED, i], T.challenger_acts[r, b]
                N[N_ROUTE, w + i] = route_of(T.general[r], here, S, w + i, who, context) if meant else EXECUTION_ERROR
                S[ENDED, w + i] = 1.0
            if acts[b, ACT_VIA_PROXIES] < 0.5:
                slate[TAUGHT, i] = strike(T, X, w + i, r, b, slate[SEEN, i], step, turn)
        note(acts, c, S, moving, deciding, w, lanes, slate)
        count_replies(N, S, deciding, w, lanes, week, slate)


@compiled
def take_turn(
    T: Any, X: Any, D: Any, forced: int, step: int, turn: int, week: int, routine: bool, private: float,
    ceiling: float, begins: bool, weighs: bool, moves: bool,
) -> None:  # fmt: skip
    """What ``decide`` does, in one call; as ``defender.take_turn``."""
    put_down(X.baton)
    L, S = X.lanes, X.S
    acts, theirs = T.challenger_acts[L.menu], T.defender_acts[L.menu]
    if begins:
        summon(S, forced, turn, routine, D.moving, D.deciding)
    for t in range(L.tiles.shape[0]):
        tile = L.tiles[t : t + 1]
        if weighs:
            foreseen.challenger(
                tile, acts, theirs, L.world, L.defender, L.challenger, L.nodes, L.allies, S, X.A,
                D.deciding, private, ceiling, D.paper, D.blocks, D.record,
            )  # fmt: skip
        if moves:
            move(
                tile, T, X, D.who, D.context, acts, D.moving, D.deciding, D.record, D.slate,
                forced, step, turn, week, ceiling,
            )  # fmt: skip
    take_up(X.baton)


decide = functools.partial(deciding.decide, take_turn, weigh_by_nodes)
"""Phase 7 for every running world that has something to decide (``deciding``)."""
