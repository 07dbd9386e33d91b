"""Proxies: principal and agent (dossier section 10; C3, C14).

    aim      e_p = kappa e_order + (1-kappa) e_own + N(0, (1-kappa)^2 s_p^2)
    attacks  on each of 14 occasions a week by logit choice, whose rare-event limit is the dossier's hazard
             lambda = lambda_0 exp( b_sigma sigma - b_r r_hat + b_G G ), here with an order slope b_e and with
             r_hat in utils: expected punishment net of that of restraint, from the defender's own choice
             probabilities (stage.challenger_game)
    slack    unauthorised lethal attacks at hazard nu (1-kappa)
    the controller's death: kappa <- kappa (1-delta); lambda times m_d; lethality times q_d; all fade with rebuilding
             (Abrahms and Potter 2015; Thomas 2017; against: Price 2012, Johnston 2012; Jordan 2014)

Sanctions enter here as the proxies' own attack benefit (b_sigma); in the stage game they take away the rent of a quiet
status quo (c_SQ, for every act of force, orders included) and give direct acts the worth of relief from pressure. The
rise in attacks from the accord to maximum pressure is the sum of these channels, not b_sigma alone.
"""

from __future__ import annotations

import math
from typing import Any, Final

from escalation import draws
from escalation.compiled import compiled, inner, loop, part
from escalation.maths import exp, logistic, normals, select
from escalation.model import casualties
from escalation.model.arrays import LANES, Tables, Worlds, zeros
from escalation.model.errors import control
from escalation.model.lanes import (
    LOG_LETHALITY,
    LOG_RATE,
    PL_CIVILIANS_MEANT,
    PL_CIVILIANS_STRAY,
    PL_HELD,
    PL_MEANT,
    PL_STRAY,
    PL_USUAL,
    at,
)
from escalation.model.layout import (
    A_DEATHS,
    AIMED,
    ATTACKS,
    COUNTRY_CIVILIAN,
    DISARRAY,
    ENDED,
    FIRST_PROXY,
    FORCE,
    HIT,
    I_DEATHS,
    I_EXPOSED,
    I_KILL,
    I_SD,
    KAPPA,
    KILLED,
    LETHAL_ATTACKS,
    LETHAL_FORCE,
    N_ATTACK_RUNG_SUM,
    N_ATTACKS,
    N_DEAD_ALLIES,
    N_DEAD_CIVILIAN,
    N_DEAD_DEFENDER,
    N_LETHAL,
    OBLIGATION,
    OPPORTUNITIES,
    ORDER,
    ORDERED_NOW,
    OWN_DEAD,
    P_AIM,
    P_ORDER_SLOPE,
    P_OWN_RUNG,
    P_PUNISHMENT,
    P_RATE,
    P_REVENGE,
    P_SANCTIONS,
    P_SHOCK,
    P_SLACK,
    P_UNAUTHORISED,
    PUNISHMENT,
    SHOCK,
    SIGMA,
    UNAUTHORISED,
)
from escalation.model.rows import reset, uniforms


@part
def bury(T: Any, X: Any, w: int, r: int, country: int, dead: float, u: float) -> None:
    """Count ``dead`` civilians of one act in ``country``, or over the theatre by weight where it is -1.

    ``u`` spreads whole numbers over the countries without bias (systematic sampling).
    """
    spread(T.countries[r], X.N[N_DEAD_CIVILIAN], X.civilians, w, country, dead, u)


@inner
def spread(weights: Any, dead_civilians: Any, civilians: Any, w: int, country: int, dead: float, u: float) -> None:
    """``bury`` on the arrays it needs: ``weights`` (countries, columns), the tally ``dead_civilians`` (worlds,)."""
    if dead <= 0.0:
        return
    dead_civilians[w] += int(dead)
    if country >= 0:
        civilians[country, w] += int(dead)
        return
    n = civilians.shape[0]
    total = 0.0
    for c in range(n):
        total += weights[c, COUNTRY_CIVILIAN]
    reached = 0
    cumulative = 0.0
    for c in range(n):
        cumulative += weights[c, COUNTRY_CIVILIAN]
        upto = int(dead) if c == n - 1 else math.floor(dead * cumulative / max(total, 1e-12) + u)
        upto = min(upto, int(dead))
        civilians[c, w] += upto - reached
        reached = upto


# Rows of the scratch ``slate`` (rows, LANES).
(AIM, LUCK, ODDS, NONE, LOOSE, COUNT, P_KILLS, ELSEWHERE, FLAG) = range(9)
SLATE: Final = 9


def act(T: Tables, X: Worlds, p: int, step: int, dt: float) -> None:
    """Proxy ``p`` of every running world attacks or holds for ``dt`` weeks, and its dead are counted."""
    act_in(T, X, p, step, dt, zeros((SLATE, LANES)))


@compiled
def act_in(T: Any, X: Any, p: int, step: int, dt: float, slate: Any) -> None:
    """``act`` with scratch given.

    How often it attacks is worked out for a tile of worlds at a time. Who is hit is worked out only where a draw is
    beyond a bound that the chance of it cannot exceed (P(k > 0) <= n p), as in few worlds it is.
    """
    S, K, key, actor, links = X.S, X.K[p], X.key, FIRST_PROXY + p, T.proxy_links[p]
    occasions = math.floor(OPPORTUNITIES * dt + 0.5)
    for t in range(X.lanes.tiles.shape[0]):
        w, lanes, k = X.lanes.tiles[t, 0], X.lanes.tiles[t, 1], X.lanes.tiles[t, 2]
        g, P, ended = (
            X.lanes.world[k],
            X.lanes.proxies[k][p],
            S[ENDED, w : w + lanes],
        )
        luck, count, flag = slate[LUCK], slate[COUNT], slate[FLAG]
        aim(P, S, K, key, p, w, lanes, step, slate)
        tempt(g, P, S, w, lanes, occasions, slate)
        uniforms(key, w, lanes, step, 0, actor, draws.COUNT, luck)
        casualties.few(slate[ODDS], slate[NONE], luck, occasions, lanes, count)
        for i in range(lanes):
            if count[i] == 4.0 and occasions > 4:
                count[i] = casualties.rest_of_binomial(occasions, slate[ODDS, i], slate[NONE, i], luck[i])
        stray(P, S, K, key, p, w, lanes, step, dt, slate)
        lethality(
            slate[AIM], S[DISARRAY, w : w + lanes], g[LOG_LETHALITY], P[PL_MEANT], P[PL_STRAY], lanes, slate[P_KILLS]
        )
        for field in (ATTACKS, LETHAL_ATTACKS, KILLED, ORDERED_NOW):
            reset(lanes, K[field, w : w + lanes])
        uniforms(key, w, lanes, step, 0, actor, draws.TARGET, luck)
        may_be(count, P[P_AIM], luck, slate[LOOSE], ended, lanes, slate[ELSEWHERE], flag)
        for i in range(lanes):
            if flag[i] > 0.0:
                hit(T, X, p, w + i, step, at(P[P_AIM], i), i, slate)
        if links[3] >= 0:
            uniforms(key, w, lanes, step, 0, actor, draws.STRAY, luck)
            notice(slate[ELSEWHERE], slate[P_KILLS], luck, lanes, X.A[links[3], HIT, w : w + lanes], flag)
            for i in range(lanes):
                if flag[i] > 0.0:
                    bury_allies(T, X, p, w + i, step, i, slate)
        uniforms(key, w, lanes, step, 0, actor, draws.CIVILIANS, luck)
        bystanders(slate[AIM], count, P[PL_CIVILIANS_MEANT], P[PL_CIVILIANS_STRAY], luck, lanes, flag)
        for i in range(lanes):
            if flag[i] > 0.0:
                u = draws.uniform(key[w + i], step, 1, actor, draws.CIVILIANS)
                spread(T.countries[X.row[w + i]], X.N[N_DEAD_CIVILIAN], X.civilians, w + i, links[2], flag[i], u)


@inner
def aim(P: Any, S: Any, K: Any, key: Any, p: int, w: int, lanes: int, step: int, slate: Any) -> None:
    """Fill AIM with the rung that the proxy aims at; ``P`` (columns, LANES) are its numbers."""
    rung, luck, own_rung, slack_sd = slate[AIM], slate[LUCK], P[P_OWN_RUNG], P[P_SLACK]
    uniforms(key, w, lanes, step, 0, FIRST_PROXY + p, draws.AIM, luck)
    normals(luck[:lanes], rung[:lanes])
    kappa, order = K[KAPPA, w : w + lanes], S[ORDER, w : w + lanes]
    for i in range(lanes):
        slack = (1.0 - kappa[i]) * at(slack_sd, i) * rung[i]
        rung[i] = kappa[i] * order[i] + (1.0 - kappa[i]) * at(own_rung, i) + slack
    aimed, ended = K[AIMED, w : w + lanes], S[ENDED, w : w + lanes]
    for i in range(lanes):
        aimed[i] = select(ended[i] > 0.0, aimed[i], rung[i])


@inner
def tempt(g: Any, P: Any, S: Any, w: int, lanes: int, occasions: int, slate: Any) -> None:
    """Fill ODDS with the chance that each occasion to attack is taken, NONE with the chance that none is."""
    rung, odds, none = slate[AIM], slate[ODDS], slate[NONE]
    sigma, punishment, obligation = S[SIGMA, w : w + lanes], S[PUNISHMENT, w : w + lanes], S[OBLIGATION, w : w + lanes]
    usual, slope, held = P[PL_USUAL], P[P_ORDER_SLOPE], P[PL_HELD]
    for i in range(lanes):
        odds[i] = at(usual, i) + at(slope, i) * (rung[i] - at(held, i))
    push, fear, revenge = P[P_SANCTIONS], P[P_PUNISHMENT], P[P_REVENGE]
    for i in range(lanes):
        odds[i] = odds[i] + (at(push, i) * sigma[i] - at(fear, i) * punishment[i]) + at(revenge, i) * obligation[i]
    shock, spur = S[SHOCK, w : w + lanes], P[P_SHOCK]
    disarray, leaderless, rate = S[DISARRAY, w : w + lanes], g[LOG_RATE], P[P_RATE]
    for i in range(lanes):
        x = odds[i] + (at(spur, i) if shock[i] > 0.0 else 0.0)
        odds[i] = logistic(x + disarray[i] * at(leaderless, i)) if at(rate, i) > 0.0 else 0.0
    first, second, third, fourth = occasions & 1, occasions & 2, occasions & 4, occasions & 8
    for i in range(lanes):  # (1 - odds) to the power of up to 15 occasions
        once = 1.0 - odds[i]
        twice = once * once
        four_times = twice * twice
        eight_times = four_times * four_times
        low = (once if first else 1.0) * (twice if second else 1.0)
        none[i] = low * (four_times if third else 1.0) * (eight_times if fourth else 1.0)


@inner
def stray(P: Any, S: Any, K: Any, key: Any, p: int, w: int, lanes: int, step: int, dt: float, slate: Any) -> None:
    """Fill LOOSE with 1 where the proxy kills without orders (``errors.control``)."""
    loose, luck, kappa, hazard = slate[LOOSE], slate[LUCK], K[KAPPA, w : w + lanes], P[P_UNAUTHORISED]
    uniforms(key, w, lanes, step, 0, FIRST_PROXY + p, draws.UNAUTHORISED, luck)
    for i in range(lanes):
        loose[i] = 1.0 if luck[i] < control.chance(at(hazard, i), kappa[i], dt) else 0.0


@loop
def lethality(rung: Any, disarray: Any, leaderless: Any, meant: Any, unmeant: Any, lanes: int, out: Any) -> None:
    """Chance that an attack kills."""
    for i in range(lanes):
        kills = at(meant, i) if rung[i] >= LETHAL_FORCE else at(unmeant, i)
        out[i] = min(kills * exp(disarray[i] * at(leaderless, i)), 1.0)


@loop
def may_be(count: Any, share: Any, luck: Any, loose: Any, ended: Any, lanes: int, elsewhere: Any, flag: Any) -> None:
    """Flag where the defender may be attacked, of ``count`` attacks a ``share`` of which are on it, or without orders.

    ``elsewhere`` is filled as if it were not.
    """
    for i in range(lanes):
        count[i] = select(ended[i] > 0.0, 0.0, count[i])
        elsewhere[i] = count[i]
        within = (luck[i] > 1.0 - 1.000001 * count[i] * at(share, i)) | (loose[i] > 0.0)
        flag[i] = 1.0 if within & (ended[i] == 0.0) else 0.0


@loop
def notice(elsewhere: Any, p_kill: Any, luck: Any, lanes: int, ally_hit: Any, flag: Any) -> None:
    """Attacks that are not on the defender are on an ally; flag where they may kill."""
    for i in range(lanes):
        ally_hit[i] = select(elsewhere[i] > 0.0, 1.0, ally_hit[i])
        flag[i] = 1.0 if luck[i] > 1.0 - 1.000001 * elsewhere[i] * p_kill[i] else 0.0


@loop
def bystanders(rung: Any, count: Any, meant: Any, unmeant: Any, luck: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` with the dead among those who live where the attacks fall (``casualties.whole``)."""
    for i in range(lanes):
        mean = count[i] * (at(meant, i) if rung[i] >= LETHAL_FORCE else at(unmeant, i))
        base = math.floor(mean)
        out[i] = base + (1.0 if luck[i] < mean - base else 0.0)


@part
def hit(T: Any, X: Any, p: int, w: int, step: int, here: float, i: int, slate: Any) -> None:
    """Whom the attacks on the defender kill in world ``w``, lane ``i`` of its tile, and what is done without orders.

    LUCK holds the draw of how many of the attacks are ``here``, on the defender.
    """
    S, K, N, key, actor, links = X.S, X.K[p], X.N, X.key[w], FIRST_PROXY + p, T.proxy_links[p]
    tools, meant = T.instruments[X.row[w]], slate[AIM, i] >= LETHAL_FORCE
    attacks = casualties.binomial(int(slate[COUNT, i]), here, slate[LUCK, i])
    dead = 0.0
    n = 0
    luck = draws.uniform(key, step, 0, actor, draws.ORDERED)
    K[ORDERED_NOW, w] = 1.0 if S[ORDER, w] >= FORCE and luck < K[KAPPA, w] else 0.0
    if attacks > 0:
        tool = tools[links[1] if meant else links[0]]
        n = casualties.binomial(attacks, slate[P_KILLS, i], draws.uniform(key, step, 0, actor, draws.LETHAL))
        for j in range(min(n, 2)):
            dead += deaths(tool, draws.uniform(key, step, 0, actor, draws.KILLED_1 + j))
        if n > 2:
            dead += n - 2.0
    elsewhere = slate[COUNT, i] - attacks
    if slate[LOOSE, i] > 0.0:
        slate[COUNT, i] += 1.0
        if draws.uniform(key, step, 1, actor, draws.TARGET) < here:
            attacks += 1
            kill = tools[links[1]]
            if draws.uniform(key, step, 1, actor, draws.LETHAL) < kill[I_KILL]:
                n += 1
                dead += deaths(kill, draws.uniform(key, step, 0, actor, draws.KILLED_3))
                K[ORDERED_NOW, w] = 0.0
                S[UNAUTHORISED, w] = 1.0
        else:
            elsewhere += 1.0
    slate[ELSEWHERE, i] = elsewhere
    K[ATTACKS, w] = attacks
    K[LETHAL_ATTACKS, w] = n
    K[KILLED, w] = dead
    S[OWN_DEAD, w] += dead
    N[N_ATTACKS, w] += attacks
    N[N_LETHAL, w] += n
    N[N_DEAD_DEFENDER, w] += int(dead)
    N[N_ATTACK_RUNG_SUM, w] += attacks * (6 if meant else 5)


@part
def bury_allies(T: Any, X: Any, p: int, w: int, step: int, i: int, slate: Any) -> None:
    """Count the dead of the attacks on an ally; LUCK holds the draw of how many kill."""
    fatal = casualties.binomial(int(slate[ELSEWHERE, i]), slate[P_KILLS, i], slate[LUCK, i])
    if fatal > 0:
        luck = draws.uniform(X.key[w], step, 1, FIRST_PROXY + p, draws.STRAY)
        each = T.allies[X.row[w], T.proxy_links[p, 3], A_DEATHS]
        X.N[N_DEAD_ALLIES, w] += int(casualties.whole(fatal * each, luck))


@inner
def deaths(tool: Any, u: float) -> float:
    """Deaths of one attack that kills, with the instrument ``tool`` (columns,)."""
    return casualties.toll(max(tool[I_DEATHS], 1.0), tool[I_SD], tool[I_EXPOSED], u)
