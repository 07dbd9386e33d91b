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
from typing import Any

from escalation import draws
from escalation.baton import put_down, take_up
from escalation.compiled import compiled, inlined, inner, loop, part
from escalation.maths import exp, logistic, normals, select
from escalation.model import casualties
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
from escalation.model.rows import listed, padded, pick, reset, uniforms, uniforms_of


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


# Rows of the scratch ``Worlds.slate``; from MANY on they hold, side by side, the lanes in which there are attacks.
(AIM, LUCK, ODDS, NONE, LOOSE, COUNT, FLAG, MANY, SHARE, HERE, KILLS, LETHAL) = range(12)


@compiled
def act(T: Any, X: Any, p: int, step: int, dt: float) -> None:
    """Proxy ``p`` of every running world attacks or holds for ``dt`` weeks, and its dead are counted.

    How often it attacks is worked out for a tile of worlds at a time, and who is hit for those of them that have any.
    """
    put_down(X.baton)
    S, K, key, actor, slate, who = X.S, X.K[p], X.key, FIRST_PROXY + p, X.slate, X.who
    occasions = math.floor(OPPORTUNITIES * dt + 0.5)
    for t in range(X.lanes.tiles.shape[0]):
        w, lanes, k = X.lanes.tiles[t, 0], X.lanes.tiles[t, 1], X.lanes.tiles[t, 2]
        g, P = X.lanes.world[k], X.lanes.proxies[k][p]
        aim(P, S, K, key, p, w, lanes, step, slate, who)
        tempt(g, P, S, w, lanes, occasions, slate)
        stray(P, S, K, key, p, w, lanes, step, dt, slate)
        uniforms(key, w, lanes, step, 0, actor, draws.COUNT, slate[LUCK])
        casualties.few(slate[ODDS], slate[NONE], slate[LUCK], occasions, lanes, slate[COUNT])
        for field in (ATTACKS, LETHAL_ATTACKS, KILLED, ORDERED_NOW):
            reset(lanes, K[field, w : w + lanes])
        attackers(slate[COUNT], slate[LOOSE], S[ENDED, w : w + lanes], lanes, slate[FLAG])
        few = listed(slate[FLAG], lanes, who)
        if few > 0:
            attack(T, X, P, g, p, w, few, step, occasions)
    take_up(X.baton)


@inlined
def aim(P: Any, S: Any, K: Any, key: Any, p: int, w: int, lanes: int, step: int, slate: Any, who: Any) -> None:
    """Fill AIM with the rung that the proxy aims at; ``P`` (columns, LANES) are its numbers."""
    rung, luck, own_rung, slack_sd = slate[AIM], slate[LUCK], P[P_OWN_RUNG], P[P_SLACK]
    uniforms(key, w, lanes, step, 0, FIRST_PROXY + p, draws.AIM, luck)
    normals(luck[:lanes], rung[:lanes], who)
    kappa, order = K[KAPPA, w : w + lanes], S[ORDER, w : w + lanes]
    for i in range(lanes):
        slack = (1.0 - kappa[i]) * at(slack_sd, i) * rung[i]
        rung[i] = kappa[i] * order[i] + (1.0 - kappa[i]) * at(own_rung, i) + slack
    aimed, ended = K[AIMED, w : w + lanes], S[ENDED, w : w + lanes]
    for i in range(lanes):
        aimed[i] = select(ended[i] > 0.0, aimed[i], rung[i])


@inlined
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


@inlined
def stray(P: Any, S: Any, K: Any, key: Any, p: int, w: int, lanes: int, step: int, dt: float, slate: Any) -> None:
    """Fill LOOSE with 1 where the proxy kills without orders (``errors.control``)."""
    loose, luck, kappa, hazard = slate[LOOSE], slate[LUCK], K[KAPPA, w : w + lanes], P[P_UNAUTHORISED]
    uniforms(key, w, lanes, step, 0, FIRST_PROXY + p, draws.UNAUTHORISED, luck)
    for i in range(lanes):
        loose[i] = 1.0 if luck[i] < control.chance(at(hazard, i), kappa[i], dt) else 0.0


@loop
def attackers(count: Any, loose: Any, ended: Any, lanes: int, flag: Any) -> None:
    """Flag where there are attacks."""
    for i in range(lanes):
        flag[i] = 1.0 if ((count[i] > 0.0) | (loose[i] > 0.0)) & (ended[i] == 0.0) else 0.0


@inlined
def attack(T: Any, X: Any, P: Any, g: Any, p: int, w: int, few: int, step: int, occasions: int) -> None:
    """Whom the attacks hit in the lanes ``X.who`` (the first few) of the tile from world ``w`` on.

    Of the attacks some are on the defender, and of these some kill; the rest is on an ally.
    """
    S, K, N, key, actor, slate, who = X.S, X.K[p], X.N, X.key, FIRST_PROXY + p, X.slate, X.who
    links, luck, none, wide = T.proxy_links[p], slate[LUCK], slate[NONE], padded(few)
    many, share, here, kills, lethal = slate[MANY], slate[SHARE], slate[HERE], slate[KILLS], slate[LETHAL]
    pick(slate[COUNT], who, wide, many)
    for n in range(few):
        if many[n] == 4.0 and occasions > 4:
            i = who[n]
            many[n] = casualties.rest_of_binomial(occasions, slate[ODDS, i], slate[NONE, i], luck[i])
    pick(P[P_AIM], who, wide, share)
    uniforms_of(who, wide, key, w, step, 0, actor, draws.TARGET, luck)
    quantile(share, many, wide, luck, none, here)
    lethality(who, slate[AIM], S[DISARRAY, w:], g[LOG_LETHALITY], P[PL_MEANT], P[PL_STRAY], wide, kills)
    uniforms_of(who, wide, key, w, step, 0, actor, draws.LETHAL, luck)
    quantile(kills, here, wide, luck, none, lethal)
    uniforms_of(who, wide, key, w, step, 0, actor, draws.ORDERED, luck)
    for n in range(few):
        i = who[n]
        v = w + i
        ordered = (S[ORDER, v] >= FORCE) & (luck[n] < K[KAPPA, v]) & ((here[n] > 0.0) | (slate[LOOSE, i] > 0.0))
        K[ORDERED_NOW, v] = 1.0 if ordered else 0.0
        hit(K, N, v, here[n], lethal[n], slate[AIM, i] >= LETHAL_FORCE)
        many[n] -= here[n]
        if lethal[n] > 0.0:
            tool = T.instruments[X.row[v], links[1] if slate[AIM, i] >= LETHAL_FORCE else links[0]]
            kill(S, K, N, v, dead_of(tool, int(lethal[n]), key[v], step, actor))
        if slate[LOOSE, i] > 0.0:
            many[n] += break_loose(T, X, p, v, step, share[n], slate[AIM, i] >= LETHAL_FORCE)
    if links[3] >= 0:
        uniforms_of(who, wide, key, w, step, 0, actor, draws.STRAY, luck)
        quantile(kills, many, wide, luck, none, lethal)
        for n in range(few):
            if many[n] > 0.0:
                X.A[links[3], HIT, w + who[n]] = 1.0
                if lethal[n] > 0.0:
                    bury_allies(T, X, p, w + who[n], step, int(lethal[n]))
    uniforms_of(who, wide, key, w, step, 0, actor, draws.CIVILIANS, luck)
    for n in range(few):
        i = who[n]
        v = w + i
        mean = at(P[PL_CIVILIANS_MEANT], i) if slate[AIM, i] >= LETHAL_FORCE else at(P[PL_CIVILIANS_STRAY], i)
        dead = casualties.whole((many[n] + K[ATTACKS, v]) * mean, luck[n])
        if links[2] >= 0:
            N[N_DEAD_CIVILIAN, v] += int(dead)
            X.civilians[links[2], v] += int(dead)
        elif dead > 0.0:
            u = draws.uniform(key[v], step, 1, actor, draws.CIVILIANS)
            spread(T.countries[X.row[v]], N[N_DEAD_CIVILIAN], X.civilians, v, links[2], dead, u)


@inner
def quantile(p: Any, many: Any, few: int, u: Any, none: Any, out: Any) -> None:
    """Fill ``out`` with how many of ``many`` come true at chance ``p`` each (``casualties.binomial``)."""
    casualties.none_of(p, many, few, none)
    casualties.few(p, none, u, many, few, out)
    for n in range(few):
        if many[n] > 4.0:
            out[n] = casualties.binomial(int(many[n]), p[n], u[n])


@loop
def lethality(
    who: Any, rung: Any, disarray: Any, leaderless: Any, meant: Any, unmeant: Any, few: int, out: Any
) -> None:
    """Chance that an attack kills, in the lanes ``who`` side by side."""
    for n in range(few):
        i = who[n]
        kills = at(meant, i) if rung[i] >= LETHAL_FORCE else at(unmeant, i)
        out[n] = min(kills * exp(disarray[i] * at(leaderless, i)), 1.0)


@inner
def hit(K: Any, N: Any, w: int, attacks: float, lethal: float, meant: bool) -> None:
    """Count attacks on the defender in world ``w``, and those of them that kill."""
    K[ATTACKS, w] += attacks
    K[LETHAL_ATTACKS, w] += lethal
    N[N_ATTACKS, w] += int(attacks)
    N[N_LETHAL, w] += int(lethal)
    N[N_ATTACK_RUNG_SUM, w] += int(attacks) * (6 if meant else 5)


@inner
def kill(S: Any, K: Any, N: Any, w: int, dead: float) -> None:
    """Count the defender's dead in world ``w``."""
    K[KILLED, w] += dead
    S[OWN_DEAD, w] += dead
    N[N_DEAD_DEFENDER, w] += int(dead)


@inner
def dead_of(tool: Any, lethal: int, key: Any, step: int, actor: int) -> float:
    """The dead of ``lethal`` attacks with the instrument ``tool``: each of the first two draws, others are one."""
    dead = 0.0
    for j in range(min(lethal, 2)):
        dead += deaths(tool, draws.uniform(key, step, 0, actor, draws.KILLED_1 + j))
    return dead + max(lethal - 2.0, 0.0)


@inlined
def break_loose(T: Any, X: Any, p: int, w: int, step: int, here: float, meant: bool) -> float:
    """One more attack, without orders, in world ``w``. Returns 1 if it was not on the defender."""
    key, actor, links = X.key[w], FIRST_PROXY + p, T.proxy_links[p]
    if draws.uniform(key, step, 1, actor, draws.TARGET) >= here:
        return 1.0
    tool = T.instruments[X.row[w], links[1]]
    kills = draws.uniform(key, step, 1, actor, draws.LETHAL) < tool[I_KILL]
    hit(X.K[p], X.N, w, 1.0, 1.0 if kills else 0.0, meant)
    if kills:
        kill(X.S, X.K[p], X.N, w, deaths(tool, draws.uniform(key, step, 0, actor, draws.KILLED_3)))
        X.K[p, ORDERED_NOW, w] = 0.0
        X.S[UNAUTHORISED, w] = 1.0
    return 0.0


@part
def bury_allies(T: Any, X: Any, p: int, w: int, step: int, fatal: int) -> None:
    """Count the dead of attacks on an ally, of which ``fatal`` kill."""
    luck = draws.uniform(X.key[w], step, 1, FIRST_PROXY + p, draws.STRAY)
    each = T.allies[X.row[w], T.proxy_links[p, 3], A_DEATHS]
    X.N[N_DEAD_ALLIES, w] += int(casualties.whole(fatal * each, luck))


@inner
def deaths(tool: Any, u: float) -> float:
    """Deaths of one attack that kills, with the instrument ``tool`` (columns,)."""
    return casualties.toll(max(tool[I_DEATHS], 1.0), tool[I_SD], tool[I_EXPOSED], u)
