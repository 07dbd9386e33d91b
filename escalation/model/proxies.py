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

import numpy as np

from escalation import draws
from escalation.compiled import compiled, inner
from escalation.maths import exp, log, logistic, logit, normals
from escalation.model import casualties
from escalation.model.arrays import Tables, Worlds
from escalation.model.errors import control
from escalation.model.layout import (
    A_DEATHS,
    AIMED,
    ATTACKS,
    COUNTRY_CIVILIAN,
    DECAP_LETHALITY,
    DECAP_RATE,
    DISARRAY,
    ENDED,
    FIRST_PROXY,
    FORCE,
    HIT,
    I_CIVILIANS,
    I_DEATHS,
    I_EXPOSED,
    I_KILL,
    I_SD,
    I_STRAY,
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
    P_CONTROL,
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
    WEEKS_A_MONTH,
)

_DRAWS: Final = draws.cells(
    (0, draws.AIM),
    (0, draws.COUNT),
    (0, draws.TARGET),
    (0, draws.ORDERED),
    (0, draws.UNAUTHORISED),
    (0, draws.STRAY),
    (1, draws.STRAY),
    (0, draws.CIVILIANS),
)


@inner
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


def act(T: Tables, X: Worlds, p: int, step: int, dt: float) -> None:
    """Proxy ``p`` of every running world attacks or holds for ``dt`` weeks, and its dead are counted.

    What all worlds need is done for all at once, in short loops that a compiler can take several worlds at a time; to
    kill, or to act without orders, is worked out for the few worlds where it happens.
    """
    S, K, N, links = X.S, X.K[p], X.N, T.proxy_links[p]
    u = draws.uniforms(X.key, step, FIRST_PROXY + p, _DRAWS)
    aim, chance, count, some, p_kill = np.empty((5, len(X.key)))
    normals(u[0], aim)
    choose(T.general, T.proxies, S, K, X.runs, p, dt, aim, some, chance)
    casualties.binomials(some, chance, u[1], count)
    pick(T.general, T.proxies, T.instruments, links, S, K, X.runs, p, dt, aim, u, chance, p_kill, some)
    casualties.binomials(count, chance, u[2], K[ATTACKS])
    hit(T.proxies, T.instruments, links, S, K, N, X.key, X.runs, p, step, aim, some, p_kill, count)
    if links[3] >= 0:
        spare(count, K[ATTACKS], X.A[links[3], HIT], some)
        casualties.binomials(some, p_kill, u[5], chance)
        bury_allies(T.allies, X.runs, links[3], chance, u[6], N[N_DEAD_ALLIES])
    bystanders(T.instruments, T.countries, links, N, X.civilians, X.key, X.runs, p, step, aim, count, u[7])


@compiled
def choose(
    general: Any, proxies: Any, S: Any, K: Any, runs: Any, p: int, dt: float, aim: Any, occasions: Any, chance: Any
) -> None:
    """Where proxy ``p`` aims and the chance that it takes each of its occasions to attack.

    ``K`` (fields, worlds) is this proxy's own; ``aim`` (worlds,) holds standard normals and becomes the rung;
    ``occasions`` and ``chance`` (worlds,) are filled, with no occasion for a world that has ended.
    """
    for k in range(runs.shape[0]):
        a, b, r = runs[k, 0], runs[k, 1], runs[k, 2]
        P, ended = proxies[r, p], S[ENDED, a:b]
        rung, kappa, order, aimed = aim[a:b], K[KAPPA, a:b], S[ORDER, a:b], K[AIMED, a:b]
        own_rung, slack_sd = P[P_OWN_RUNG], P[P_SLACK]
        for i in range(b - a):
            slack = (1.0 - kappa[i]) * slack_sd * rung[i]
            rung[i] = kappa[i] * order[i] + (1.0 - kappa[i]) * own_rung + slack
            aimed[i] = aimed[i] if ended[i] > 0.0 else rung[i]

        sigma, punishment, obligation = S[SIGMA, a:b], S[PUNISHMENT, a:b], S[OBLIGATION, a:b]
        shock, disarray, odds, taken = S[SHOCK, a:b], S[DISARRAY, a:b], chance[a:b], occasions[a:b]
        per_occasion = P[P_RATE] / WEEKS_A_MONTH / OPPORTUNITIES
        usual, held = logit(min(per_occasion, 0.999)), P[P_CONTROL] + (1.0 - P[P_CONTROL]) * P[P_OWN_RUNG]
        slope, push, fear = P[P_ORDER_SLOPE], P[P_SANCTIONS], P[P_PUNISHMENT]
        revenge, spur, leaderless = P[P_REVENGE], P[P_SHOCK], log(general[r, DECAP_RATE])
        for i in range(b - a):
            x = usual + slope * (rung[i] - held)
            x += push * sigma[i] - fear * punishment[i]
            x += revenge * obligation[i]
            x += spur if shock[i] > 0.0 else 0.0
            odds[i] = logistic(x + disarray[i] * leaderless)
        able = math.floor(OPPORTUNITIES * dt + 0.5) if P[P_RATE] > 0.0 else 0
        for i in range(b - a):
            taken[i] = 0.0 if ended[i] > 0.0 else able


@compiled
def pick(
    general: Any,
    proxies: Any,
    instruments: Any,
    links: Any,
    S: Any,
    K: Any,
    runs: Any,
    p: int,
    dt: float,
    aim: Any,
    u: Any,
    share: Any,
    p_kill: Any,
    loose: Any,
) -> None:
    """Fill, by world, the ``share`` of attacks that are on the defender, the chance ``p_kill`` that one kills, and
    whether one without orders (``loose``) is added; ``u`` (draws, worlds) as in ``_DRAWS``."""
    for k in range(runs.shape[0]):
        a, b, r = runs[k, 0], runs[k, 1], runs[k, 2]
        P, tools, ended, kappa = proxies[r, p], instruments[r], S[ENDED, a:b], K[KAPPA, a:b]
        rung, disarray, lethality, at_us = aim[a:b], S[DISARRAY, a:b], p_kill[a:b], share[a:b]
        meant, stray, leaderless = tools[links[1], I_KILL], tools[links[0], I_STRAY], log(general[r, DECAP_LETHALITY])
        aimed_here, hazard = P[P_AIM], P[P_UNAUTHORISED]
        for i in range(b - a):
            kills = meant if rung[i] >= LETHAL_FORCE else stray
            lethality[i] = min(kills * exp(disarray[i] * leaderless), 1.0)
            at_us[i] = aimed_here
        order, ordered, luck = S[ORDER, a:b], K[ORDERED_NOW, a:b], u[3, a:b]
        for i in range(b - a):
            ordered[i] = 1.0 if (order[i] >= FORCE) & (luck[i] < kappa[i]) & (ended[i] == 0.0) else 0.0
        without, slip = loose[a:b], u[4, a:b]
        for i in range(b - a):
            slips = slip[i] < control.chance(hazard, kappa[i], dt)
            without[i] = 1.0 if slips & (ended[i] == 0.0) else 0.0


@compiled
def hit(
    proxies: Any,
    instruments: Any,
    links: Any,
    S: Any,
    K: Any,
    N: Any,
    key: Any,
    runs: Any,
    p: int,
    step: int,
    aim: Any,
    loose: Any,
    p_kill: Any,
    count: Any,
) -> None:
    """Whom the attacks on the defender kill, and what is done without orders, which is added to ``count``."""
    actor = FIRST_PROXY + p
    attacks, lethal, killed = K[ATTACKS], K[LETHAL_ATTACKS], K[KILLED]
    for k in range(runs.shape[0]):
        r = runs[k, 2]
        here, tools = proxies[r, p, P_AIM], instruments[r]
        for w in range(runs[k, 0], runs[k, 1]):
            lethal[w] = 0.0
            killed[w] = 0.0
            if attacks[w] == 0.0 and loose[w] == 0.0:
                continue
            meant = aim[w] >= LETHAL_FORCE
            tool = tools[links[1] if meant else links[0]]
            n = casualties.binomial(int(attacks[w]), p_kill[w], draws.uniform(key[w], step, 0, actor, draws.LETHAL))
            dead = 0.0
            for j in range(min(n, 2)):
                dead += deaths(tool, draws.uniform(key[w], step, 0, actor, draws.KILLED_1 + j))
            if n > 2:
                dead += n - 2.0
            if loose[w] > 0.0:
                count[w] += 1.0
                if draws.uniform(key[w], step, 1, actor, draws.TARGET) < here:
                    attacks[w] += 1.0
                    if draws.uniform(key[w], step, 1, actor, draws.LETHAL) < tools[links[1], I_KILL]:
                        n += 1
                        dead += deaths(tools[links[1]], draws.uniform(key[w], step, 0, actor, draws.KILLED_3))
                        K[ORDERED_NOW, w] = 0.0
                        S[UNAUTHORISED, w] = 1.0
            lethal[w] = n
            killed[w] = dead
            S[OWN_DEAD, w] += dead
            N[N_ATTACKS, w] += int(attacks[w])
            N[N_LETHAL, w] += n
            N[N_DEAD_DEFENDER, w] += int(dead)
            N[N_ATTACK_RUNG_SUM, w] += int(attacks[w]) * (6 if meant else 5)


@inner
def deaths(tool: Any, u: float) -> float:
    """Deaths of one attack that kills, with the instrument ``tool`` (columns,)."""
    return casualties.toll(max(tool[I_DEATHS], 1.0), tool[I_SD], tool[I_EXPOSED], u)


@compiled
def spare(count: Any, attacks: Any, ally_hit: Any, elsewhere: Any) -> None:
    """Attacks that are not on the defender are on an ally; all of shape (worlds,)."""
    for w in range(count.shape[0]):
        elsewhere[w] = count[w] - attacks[w]
        ally_hit[w] = 1.0 if elsewhere[w] > 0.0 else ally_hit[w]


@compiled
def bury_allies(allies: Any, runs: Any, against: int, fatal: Any, u: Any, dead: Any) -> None:
    """Add the dead of ``fatal`` attacks on ally ``against`` to the tally ``dead``, both (worlds,)."""
    for k in range(runs.shape[0]):
        a, b = runs[k, 0], runs[k, 1]
        each, attacks, luck, tally = allies[runs[k, 2], against, A_DEATHS], fatal[a:b], u[a:b], dead[a:b]
        for i in range(b - a):
            tally[i] += int(casualties.whole(attacks[i] * each, luck[i]))


@compiled
def bystanders(
    instruments: Any,
    countries: Any,
    links: Any,
    N: Any,
    civilians: Any,
    key: Any,
    runs: Any,
    p: int,
    step: int,
    aim: Any,
    count: Any,
    u: Any,
) -> None:
    """Those who live where the attacks fall; ``u`` (worlds,) decides on fractions of a death."""
    host = links[2]
    for k in range(runs.shape[0]):
        a, b, r = runs[k, 0], runs[k, 1], runs[k, 2]
        meant, stray = instruments[r, links[1], I_CIVILIANS], instruments[r, links[0], I_CIVILIANS]
        rung, attacks, dead, luck = aim[a:b], count[a:b], N[N_DEAD_CIVILIAN, a:b], u[a:b]
        for i in range(b - a):
            luck[i] = casualties.whole(attacks[i] * (meant if rung[i] >= LETHAL_FORCE else stray), luck[i])
        if host >= 0:
            here = civilians[host, a:b]
            for i in range(b - a):
                dead[i] += int(luck[i])
                here[i] += int(luck[i])
        else:
            for w in range(a, b):
                if u[w] > 0.0:
                    v = draws.uniform(key[w], step, 1, FIRST_PROXY + p, draws.CIVILIANS)
                    spread(countries[r], N[N_DEAD_CIVILIAN], civilians, w, host, u[w], v)
