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
from escalation.compiled import compiled
from escalation.maths import exp, log, logistic, logit, normal
from escalation.model import casualties
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


@compiled
def bury(T: Any, X: Any, w: int, r: int, country: int, dead: float, u: float) -> None:
    """Count ``dead`` civilians of one act in ``country``, or over the theatre by weight where it is -1.

    ``u`` spreads whole numbers over the countries without bias (systematic sampling).
    """
    if dead <= 0.0:
        return
    X.N[N_DEAD_CIVILIAN, w] += int(dead)
    if country >= 0:
        X.civilians[country, w] += int(dead)
        return
    n = X.civilians.shape[0]
    total = 0.0
    for c in range(n):
        total += T.countries[r, c, COUNTRY_CIVILIAN]
    reached = 0
    cumulative = 0.0
    for c in range(n):
        cumulative += T.countries[r, c, COUNTRY_CIVILIAN]
        upto = int(dead) if c == n - 1 else math.floor(dead * cumulative / max(total, 1e-12) + u)
        upto = min(upto, int(dead))
        X.civilians[c, w] += upto - reached
        reached = upto


@compiled
def attack_odds(T: Any, S: Any, r: int, w: int, p: int, aim: float) -> float:
    """Log-odds that proxy ``p`` takes one occasion to attack, when it aims at rung ``aim``."""
    P, G = T.proxies, T.general
    if P[r, p, P_RATE] <= 0.0:
        return -700.0
    per_occasion = P[r, p, P_RATE] / WEEKS_A_MONTH / OPPORTUNITIES
    held = P[r, p, P_CONTROL] + (1.0 - P[r, p, P_CONTROL]) * P[r, p, P_OWN_RUNG]
    odds: float = logit(min(per_occasion, 0.999)) + P[r, p, P_ORDER_SLOPE] * (aim - held)
    odds += P[r, p, P_SANCTIONS] * S[SIGMA, w] - P[r, p, P_PUNISHMENT] * S[PUNISHMENT, w]
    odds += P[r, p, P_REVENGE] * S[OBLIGATION, w]
    if S[SHOCK, w] > 0.0:
        odds += P[r, p, P_SHOCK]
    odds += S[DISARRAY, w] * log(G[r, DECAP_RATE])
    return odds


@compiled
def act(T: Any, X: Any, p: int, step: int, dt: float) -> None:
    """Proxy ``p`` of every running world attacks or holds for ``dt`` weeks, and its dead are counted."""
    S, K = X.S, X.K
    actor = FIRST_PROXY + p
    harass_with, kill_with, host, against = T.proxy_links[p]
    occasions = int(OPPORTUNITIES * dt + 0.5)
    for w in range(S.shape[1]):
        K[p, ATTACKS, w] = 0.0
        K[p, LETHAL_ATTACKS, w] = 0.0
        K[p, KILLED, w] = 0.0
        K[p, ORDERED_NOW, w] = 0.0
        if S[ENDED, w] > 0.0:
            continue
        r = X.row[w]
        P, tools, key = T.proxies, T.instruments, X.key[w]
        kappa = K[p, KAPPA, w]
        slack = (1.0 - kappa) * P[r, p, P_SLACK] * normal(draws.uniform(key, step, 0, actor, draws.AIM))
        aim = kappa * S[ORDER, w] + (1.0 - kappa) * P[r, p, P_OWN_RUNG] + slack
        K[p, AIMED, w] = aim
        chance = logistic(attack_odds(T, S, r, w, p, aim))
        count = casualties.binomial(occasions, chance, draws.uniform(key, step, 0, actor, draws.COUNT))
        aimed_here = casualties.binomial(count, P[r, p, P_AIM], draws.uniform(key, step, 0, actor, draws.TARGET))
        tool = kill_with if aim >= LETHAL_FORCE else harass_with
        p_kill = tools[r, tool, I_KILL] if aim >= LETHAL_FORCE else tools[r, tool, I_STRAY]
        p_kill = min(p_kill * exp(S[DISARRAY, w] * log(T.general[r, DECAP_LETHALITY])), 1.0)
        lethal = casualties.binomial(aimed_here, p_kill, draws.uniform(key, step, 0, actor, draws.LETHAL))
        killed = 0.0
        for k in range(min(lethal, 2)):
            u = draws.uniform(key, step, 0, actor, draws.KILLED_1 + k)
            killed += casualties.toll(
                max(tools[r, tool, I_DEATHS], 1.0), tools[r, tool, I_SD], tools[r, tool, I_EXPOSED], u
            )
        if lethal > 2:
            killed += lethal - 2.0
        ordered = S[ORDER, w] >= FORCE and draws.uniform(key, step, 0, actor, draws.ORDERED) < kappa
        loose = control.chance(P[r, p, P_UNAUTHORISED], kappa, dt)
        if draws.uniform(key, step, 0, actor, draws.UNAUTHORISED) < loose:
            count += 1
            if draws.uniform(key, step, 1, actor, draws.TARGET) < P[r, p, P_AIM]:
                aimed_here += 1
                if draws.uniform(key, step, 1, actor, draws.LETHAL) < tools[r, kill_with, I_KILL]:
                    lethal += 1
                    scale = max(tools[r, kill_with, I_DEATHS], 1.0)
                    u = draws.uniform(key, step, 0, actor, draws.KILLED_3)
                    killed += casualties.toll(scale, tools[r, kill_with, I_SD], tools[r, kill_with, I_EXPOSED], u)
                    ordered = False
                    S[UNAUTHORISED, w] = 1.0
        K[p, ATTACKS, w] = aimed_here
        K[p, LETHAL_ATTACKS, w] = lethal
        K[p, KILLED, w] = killed
        K[p, ORDERED_NOW, w] = 1.0 if ordered else 0.0
        S[OWN_DEAD, w] += killed
        X.N[N_ATTACKS, w] += aimed_here
        X.N[N_LETHAL, w] += lethal
        X.N[N_DEAD_DEFENDER, w] += int(killed)
        X.N[N_ATTACK_RUNG_SUM, w] += aimed_here * (6 if aim >= LETHAL_FORCE else 5)
        if against >= 0 and count > aimed_here:
            elsewhere = count - aimed_here
            X.A[against, HIT, w] = 1.0
            fatal = casualties.binomial(elsewhere, p_kill, draws.uniform(key, step, 0, actor, draws.STRAY))
            u = draws.uniform(key, step, 1, actor, draws.STRAY)
            X.N[N_DEAD_ALLIES, w] += int(casualties.whole(fatal * T.allies[r, against, A_DEATHS], u))
        if count > 0:
            u = draws.uniform(key, step, 0, actor, draws.CIVILIANS)
            spread = draws.uniform(key, step, 1, actor, draws.CIVILIANS)
            bury(T, X, w, r, host, casualties.whole(count * tools[r, tool, I_CIVILIANS], u), spread)
