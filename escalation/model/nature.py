"""What no actor chooses: drift of beliefs and capacities, attribution, accidents, and the close of the week."""

from __future__ import annotations

import math
from typing import Any, Final

from escalation import draws
from escalation.compiled import compiled
from escalation.maths import exp, log, logit, normal
from escalation.model import casualties, learning
from escalation.model.errors import attribution, identification, perception
from escalation.model.layout import (
    ACCIDENT,
    ALERT,
    ALLY_HIT,
    ALLY_WAR,
    ALWAYS_ALERT,
    ATTACKS,
    BLAMED,
    BREAKOUT_NOW,
    BUILT,
    C_HALF_LIFE,
    CHALLENGER_DEAD,
    CHANNEL,
    COMMIT_CHALLENGER,
    COOLING_P,
    COUNTRY_WAR,
    D_ALERT,
    D_ALLY,
    D_ANCHOR,
    D_PHI0,
    DEAD,
    DECAY_COUNTRY,
    DECAY_LEADER,
    DISARRAY,
    ENDED,
    ERRORS_SCALE,
    F_NOISE,
    FALL_HAZARD,
    FALL_RATE,
    FORCE,
    FRESH,
    FRESH_DEFENDER,
    H1,
    H_GROWTH,
    HEDGING,
    HIT,
    IDENTIFICATION_DEATHS,
    IDENTIFICATION_P,
    IDENTIFICATION_SD,
    KAPPA,
    KILLED,
    LEARNING,
    LETHAL_ATTACKS,
    MEDIATION,
    MISATTRIBUTED,
    N_ACCIDENTS,
    N_DEAD_ALLIES,
    N_DEAD_CHALLENGER,
    N_DEAD_CIVILIAN,
    N_DEAD_DEFENDER,
    N_DEAD_PROXIES,
    N_ENDING,
    N_HEDGED,
    N_LIMITED_WEEK,
    N_PEAK,
    N_ROUTE,
    N_RUNG_SUM,
    N_WAR_WEEK,
    N_WEEKS,
    NATURE,
    NUCLEAR_SPEED,
    OBLIGATION,
    ORDERED_NOW,
    OWN_DEAD,
    P_BLAME,
    P_CONTROL,
    P_MISS,
    PERCEPTION_BIAS,
    PERCEPTION_SD,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PRESSURE_SLOPE,
    PROVOCATION,
    PROVOCATION_TRUE,
    Q0,
    Q_DECAY,
    Q_NOISE,
    RALLY,
    REBUILD,
    RUNG,
    SANCTIONS_LEVEL,
    SANCTIONS_REVERSION,
    SHELLED,
    SHOCK,
    SIGMA,
    STRUCK,
    SUFFERED,
    SUFFERED_TRUE,
    TERM,
    UNAUTHORISED,
    VICTIM_CIVILIAN,
    VICTIM_OWN,
    WAR_ALLIES,
    WAR_CHALLENGER,
    WAR_CIVILIAN,
    WAR_DEFENDER,
    WAR_PROXIES,
    WAR_SD,
    WAR_SUM,
    WEIGHT,
    Q,
)
from escalation.model.outcomes import LOSS_OF_CONTROL
from escalation.model.proxies import bury

_LN2: Final = 0.6931471805599453
NOISE_MEMORY: Final = 0.02
"""Weekly decay of the slow noises (intelligence pictures): a half-life of 35 weeks, judgement."""
COMMITMENT_DECAY: Final = 0.1
"""Weekly decay of a commitment that was never tested: vows fade within a season, judgement."""
ENTRAPMENT_DECAY: Final = 0.7
"""Weekly decay of the pull to join an ally's fight: a few weeks (June 2025: 12 days), judgement."""
TERM_WEEKS: Final = 209.0
"""Weeks of a four-year term: the name for resolve is worth less as it runs out."""


@compiled
def drift(T: Any, X: Any, step: int, dt: float) -> None:
    """Phase 1: beliefs, sanctions, control, obligation and the nuclear clock drift for ``dt`` weeks."""
    S, G = X.S, T.general
    for w in range(S.shape[1]):
        if S[ENDED, w] > 0.0:
            continue
        r = X.row[w]
        key = X.key[w]
        learn = G[r, LEARNING]
        S[PI_COUNTRY, w] = learning.relaxed(S[PI_COUNTRY, w], logit(G[r, D_ANCHOR]), learn * G[r, DECAY_COUNTRY], dt)
        S[PI_LEADER, w] = learning.relaxed(S[PI_LEADER, w], 0.0, learn * G[r, DECAY_LEADER], dt)
        S[PHI, w] = learning.relaxed(S[PHI, w], logit(G[r, D_PHI0]), learn * G[r, DECAY_COUNTRY], dt)
        S[BREAKOUT_NOW, w] -= G[r, NUCLEAR_SPEED] * S[SIGMA, w] * (1.0 - G[r, CHANNEL]) * dt
        S[BREAKOUT_NOW, w] = max(S[BREAKOUT_NOW, w], 1.0)
        S[Q, w] = learning.relaxed(S[Q, w], logit(G[r, Q0]), G[r, Q_DECAY], dt)
        S[SIGMA, w] = learning.relaxed(S[SIGMA, w], G[r, SANCTIONS_LEVEL], G[r, SANCTIONS_REVERSION], dt)
        S[OBLIGATION, w] *= exp(-_LN2 / G[r, C_HALF_LIFE] * dt)
        S[COMMIT_CHALLENGER, w] *= exp(-COMMITMENT_DECAY * dt)
        S[ALLY_WAR, w] *= exp(-ENTRAPMENT_DECAY * dt)
        memory = exp(-NOISE_MEMORY * dt)
        fresh = math.sqrt(1.0 - memory * memory)
        S[F_NOISE, w] = memory * S[F_NOISE, w] + fresh * normal(draws.uniform(key, step, 0, NATURE, draws.FRAGILITY))
        S[Q_NOISE, w] = memory * S[Q_NOISE, w] + fresh * normal(draws.uniform(key, step, 0, NATURE, draws.SURVIVAL))
        S[TERM, w] = max(S[TERM, w] - dt / TERM_WEEKS, 0.0)
        S[SHOCK, w] = max(S[SHOCK, w] - dt, 0.0)
        S[SHELLED, w] += dt
        S[BUILT, w] += dt
        rebuilt = 1.0 - exp(-_LN2 / G[r, REBUILD] * dt)
        S[DISARRAY, w] *= 1.0 - rebuilt
        for p in range(X.K.shape[0]):
            X.K[p, KAPPA, w] += rebuilt * (T.proxies[r, p, P_CONTROL] - X.K[p, KAPPA, w])
        for j in range(X.A.shape[0]):
            X.A[j, HIT, w] = 0.0
            X.A[j, STRUCK, w] = 0.0
        S[ALERT, w] = 1.0
        S[SUFFERED, w] = 1.0
        S[SUFFERED_TRUE, w] = 1.0
        S[CHALLENGER_DEAD, w] = 0.0
        S[UNAUTHORISED, w] = 0.0


@compiled
def attribute(T: Any, X: Any, step: int) -> None:
    """Phase 5: what the proxies did becomes a provocation, perceived with error and blamed rightly or wrongly."""
    S, K, G = X.S, X.K, T.general
    for w in range(S.shape[1]):
        if S[ENDED, w] > 0.0:
            continue
        r = X.row[w]
        key = X.key[w]
        attacks = 0.0
        killed = 0.0
        worst = -1
        for p in range(K.shape[0]):
            attacks += K[p, ATTACKS, w]
            killed += K[p, KILLED, w]
            if K[p, ATTACKS, w] > 0.0 and (worst < 0 or K[p, LETHAL_ATTACKS, w] > K[worst, LETHAL_ATTACKS, w]):
                worst = p
        S[ALLY_HIT, w] = 0.0
        for j in range(X.A.shape[0]):
            S[ALLY_HIT, w] += X.A[j, HIT, w]
        if worst >= 0:
            rung = 6.0 if killed > 0.0 else 5.0
            S[ALERT, w] = max(S[ALERT, w], rung)
            ordered = K[worst, ORDERED_NOW, w] > 0.5
            u = draws.uniform(key, step, 0, NATURE, draws.ATTRIBUTION)
            blame = attribution.blamed(ordered, u, G[r, P_BLAME], G[r, P_MISS])
            if rung >= S[PROVOCATION_TRUE, w]:
                S[PROVOCATION_TRUE, w] = rung
                u = draws.uniform(key, step, 0, NATURE, draws.PERCEPTION)
                S[PROVOCATION, w] = perception.perceived(rung, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
                S[BLAMED, w] = 1.0 if blame else 0.0
                S[MISATTRIBUTED, w] = 1.0 if blame and not ordered else 0.0
                S[WEIGHT, w] = 1.0
                S[ACCIDENT, w] = 0.0
            S[DEAD, w] += killed
        elif S[ALLY_HIT, w] > 0.0 and S[PROVOCATION_TRUE, w] < FORCE:
            S[PROVOCATION_TRUE, w] = 5.0
            u = draws.uniform(key, step, 0, NATURE, draws.PERCEPTION)
            S[PROVOCATION, w] = perception.perceived(5.0, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
            S[BLAMED, w] = 0.0
            S[MISATTRIBUTED, w] = 0.0
            S[WEIGHT, w] = G[r, D_ALLY]


@compiled
def accidents(T: Any, X: Any, step: int, dt: float) -> None:
    """Phase 9: lethal misidentification while the standing or the executed rung is 7 or more (dossier section 14)."""
    S, G = X.S, T.general
    for w in range(S.shape[1]):
        if S[ENDED, w] > 0.0 or max(S[ALERT, w], S[RUNG, w]) < ALWAYS_ALERT:
            continue
        r = X.row[w]
        key = X.key[w]
        chance = identification.chance(G[r, IDENTIFICATION_P], 7.0 * dt * G[r, D_ALERT])
        if draws.uniform(key, step, 0, NATURE, draws.ACCIDENT) >= chance:
            continue
        X.N[N_ACCIDENTS, w] += 1
        u = draws.uniform(key, step, 1, NATURE, draws.ACCIDENT)
        dead = casualties.toll(G[r, IDENTIFICATION_DEATHS], G[r, IDENTIFICATION_SD], 400.0, u)
        victim = draws.uniform(key, step, 0, NATURE, draws.VICTIM)
        if victim < G[r, VICTIM_CIVILIAN]:
            bury(T, X, w, r, -1, dead, draws.uniform(key, step, 0, NATURE, draws.SPREAD))
        elif victim < G[r, VICTIM_CIVILIAN] + G[r, VICTIM_OWN]:
            X.N[N_DEAD_CHALLENGER, w] += int(dead)
        else:
            X.N[N_DEAD_DEFENDER, w] += int(dead)
            S[OWN_DEAD, w] += dead
            S[DEAD, w] += dead
            if S[PROVOCATION_TRUE, w] <= 6.0:
                S[PROVOCATION_TRUE, w] = 6.0
                u = draws.uniform(key, step, 1, NATURE, draws.PERCEPTION)
                S[PROVOCATION, w] = perception.perceived(6.0, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
                S[BLAMED, w] = 1.0
                S[ACCIDENT, w] = 1.0
                S[WEIGHT, w] = 1.0
            S[FRESH, w] = FRESH_DEFENDER


@compiled
def close(T: Any, X: Any, step: int, week: int, dt: float, last_day: bool, peaceful: bool) -> None:
    """Phase 11: the autonomous risk, the standing rung, collapse from within, absorption and the week's tallies.

    ``week`` is 1-based; ``peaceful`` rules all-out and limited war out (a burn-in).
    """
    S, G, N = X.S, T.general, X.N
    for w in range(S.shape[1]):
        r = X.row[w]
        key = X.key[w]
        if N[N_ENDING, w] > 0:
            continue
        rung = max(S[RUNG, w], S[ALERT, w])
        hedging = 0.0
        for j in range(X.A.shape[0]):
            hedging += X.A[j, HEDGING, w]
        if X.A.shape[0] > 0:
            hedging /= X.A.shape[0]
        if S[ALERT, w] < S[RUNG, w]:
            cooling = min(G[r, COOLING_P] * (1.0 + G[r, CHANNEL]) + G[r, MEDIATION] * hedging, 1.0)
            if draws.uniform(key, step, 0, NATURE, draws.COOLING) < 1.0 - exp(dt * log(max(1.0 - cooling, 1e-12))):
                rung = max(S[ALERT, w], S[RUNG, w] - 1.0)
        S[RUNG, w] = rung
        if S[ENDED, w] == 0.0 and G[r, H1] > 0.0 and rung >= 5.0 and not peaceful:
            hazard = G[r, H1] * exp(G[r, H_GROWTH] * (rung - 5.0)) * G[r, D_ALERT] * G[r, ERRORS_SCALE] * dt
            chance = 1.0 - exp(-hazard)
            S[WAR_SUM, w] += chance
            if draws.uniform(key, step, 0, NATURE, draws.AUTONOMOUS) < chance:
                S[ENDED, w] = 1.0
                N[N_ROUTE, w] = LOSS_OF_CONTROL
                rung = 10.0
                S[RUNG, w] = 10.0
        if S[ENDED, w] == 0.0:
            outside = 1.0 if S[SHELLED, w] < 13.0 else 0.0
            fall = G[r, FALL_RATE] * exp(G[r, PRESSURE_SLOPE] * S[SIGMA, w]) / (1.0 + G[r, RALLY] * outside)
            S[FALL_HAZARD, w] = fall
            if not peaceful and draws.uniform(key, step, 0, NATURE, draws.COLLAPSE) < 1.0 - exp(-fall * dt):
                S[ENDED, w] = 2.0
        N[N_PEAK, w] = max(N[N_PEAK, w], int(rung))
        if rung >= 9.0 and N[N_LIMITED_WEEK, w] == 0:
            N[N_LIMITED_WEEK, w] = week
        if last_day or S[ENDED, w] > 0.0:
            N[N_WEEKS, w] += 1
            N[N_RUNG_SUM, w] += int(rung)
            if hedging > 0.0:
                N[N_HEDGED, w] += 1
        if S[ENDED, w] > 0.0:
            N[N_ENDING, w] = int(S[ENDED, w])
        if S[ENDED, w] == 1.0:
            N[N_WAR_WEEK, w] = week
            toll_of_war(T, X, w, r, step)


@compiled
def toll_of_war(T: Any, X: Any, w: int, r: int, step: int) -> None:
    """The dead of an all-out war, by side and by country: log-normal about wide judgements (median, log-sd)."""
    G, N, key = T.general, X.N, X.key[w]
    spread = exp(G[r, WAR_SD] * normal(draws.uniform(key, step, 0, NATURE, draws.WAR_DEATHS)))
    N[N_DEAD_DEFENDER, w] += int(G[r, WAR_DEFENDER] * spread)
    N[N_DEAD_CHALLENGER, w] += int(G[r, WAR_CHALLENGER] * spread)
    N[N_DEAD_PROXIES, w] += int(G[r, WAR_PROXIES] * spread)
    N[N_DEAD_ALLIES, w] += int(G[r, WAR_ALLIES] * spread)
    civilians = int(G[r, WAR_CIVILIAN] * spread)
    N[N_DEAD_CIVILIAN, w] += civilians
    n = X.civilians.shape[0]
    total = 0.0
    for c in range(n):
        total += T.countries[r, c, COUNTRY_WAR]
    left = civilians
    for c in range(n - 1):
        part = int(civilians * T.countries[r, c, COUNTRY_WAR] / max(total, 1e-12))
        X.civilians[c, w] += part
        left -= part
    if n > 0:
        X.civilians[n - 1, w] += left
