"""What no actor chooses: drift of beliefs and capacities, attribution, accidents, and the close of the week."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from escalation import draws
from escalation.compiled import compiled, inner
from escalation.maths import exp, log, logit, normal, normals
from escalation.model import casualties, layout
from escalation.model.arrays import Tables, Worlds
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
from escalation.model.proxies import spread

_LN2: Final = 0.6931471805599453
NOISE_MEMORY: Final = 0.02
"""Weekly decay of the slow noises (intelligence pictures): a half-life of 35 weeks, judgement."""
COMMITMENT_DECAY: Final = 0.1
"""Weekly decay of a commitment that was never tested: vows fade within a season, judgement."""
ENTRAPMENT_DECAY: Final = 0.7
"""Weekly decay of the pull to join an ally's fight: a few weeks (June 2025: 12 days), judgement."""
TERM_WEEKS: Final = 209.0
"""Weeks of a four-year term: the name for resolve is worth less as it runs out."""


_NOISES: Final = draws.cells((0, draws.FRAGILITY), (0, draws.SURVIVAL))
_FADING: Final = (PI_COUNTRY, PI_LEADER, PHI, Q, SIGMA, OBLIGATION, COMMIT_CHALLENGER, ALLY_WAR, DISARRAY)
_NEW_EACH_WEEK: Final = (ALERT, SUFFERED, SUFFERED_TRUE, CHALLENGER_DEAD, UNAUTHORISED)


def drift(T: Tables, X: Worlds, step: int, dt: float) -> None:
    """Phase 1: beliefs, sanctions, control, obligation and the nuclear clock drift for ``dt`` weeks."""
    u = draws.uniforms(X.key, step, NATURE, _NOISES)
    news = np.empty_like(u)
    for n in range(len(u)):
        normals(u[n], news[n])
    paces = np.empty((2, len(_FADING)))
    drift_states(T.general, X.S, X.runs, news, paces, dt)
    drift_others(T.general, T.proxies, X.S, X.K, X.A, X.runs, dt)


@compiled
def drift_states(general: Any, S: Any, runs: Any, news: Any, paces: Any, dt: float) -> None:
    """``drift`` of the two principals' beliefs, capacities and clocks.

    ``news`` (2, worlds): standard normals; ``paces`` (2, fading): scratch for where each goes and how much is kept.
    """
    memory = exp(-NOISE_MEMORY * dt)
    for k in range(runs.shape[0]):
        a, b, r = runs[k, 0], runs[k, 1], runs[k, 2]
        G, ended = general[r], S[ENDED, a:b]
        enrich(S[BREAKOUT_NOW, a:b], ended, S[SIGMA, a:b], G[NUCLEAR_SPEED], G[CHANNEL], dt)
        set_paces(G, dt, paces[0], paces[1])
        for n, fading in enumerate(_FADING):
            relax(S[fading, a:b], ended, paces[0, n], paces[1, n])
        for n, noise in enumerate((F_NOISE, Q_NOISE)):
            wander(S[noise, a:b], ended, news[n, a:b], memory)
        count_down(S[TERM, a:b], ended, dt / TERM_WEEKS)
        count_down(S[SHOCK, a:b], ended, dt)
        for clock in (SHELLED, BUILT):
            count_down(S[clock, a:b], ended, -dt)
        for n, field in enumerate(_NEW_EACH_WEEK):
            reset(S[field, a:b], ended, 1.0 if n < 3 else 0.0)


@inner
def set_paces(G: Any, dt: float, rest: Any, kept: Any) -> None:
    """Where each of ``_FADING`` goes, and which share of its distance is left after ``dt`` weeks."""
    rest[:] = 0.0
    rest[0], kept[0] = logit(G[D_ANCHOR]), exp(-(G[LEARNING] * G[DECAY_COUNTRY]) * dt)
    kept[1] = exp(-(G[LEARNING] * G[DECAY_LEADER]) * dt)
    rest[2], kept[2] = logit(G[D_PHI0]), kept[0]
    rest[3], kept[3] = logit(G[Q0]), exp(-G[Q_DECAY] * dt)
    rest[4], kept[4] = G[SANCTIONS_LEVEL], exp(-G[SANCTIONS_REVERSION] * dt)
    kept[5] = exp(-_LN2 / G[C_HALF_LIFE] * dt)
    kept[6] = exp(-COMMITMENT_DECAY * dt)
    kept[7] = exp(-ENTRAPMENT_DECAY * dt)
    kept[8] = 1.0 - rebuilt(G, dt)


@compiled
def drift_others(general: Any, proxies: Any, S: Any, K: Any, A: Any, runs: Any, dt: float) -> None:
    """``drift`` of the patron's control of its proxies; what befell the allies is past."""
    for k in range(runs.shape[0]):
        a, b, r = runs[k, 0], runs[k, 1], runs[k, 2]
        ended, back = S[ENDED, a:b], rebuilt(general[r], dt)
        for p in range(K.shape[0]):
            kappa, rest = K[p, KAPPA, a:b], proxies[r, p, P_CONTROL]
            for i in range(b - a):
                kappa[i] = kappa[i] if ended[i] > 0.0 else kappa[i] + back * (rest - kappa[i])
        for j in range(A.shape[0]):
            reset(A[j, HIT, a:b], ended, 0.0)
            reset(A[j, STRUCK, a:b], ended, 0.0)


@inner
def rebuilt(G: Any, dt: float) -> float:
    """Share of a decapitation's disorder that is made good in ``dt`` weeks."""
    return 1.0 - exp(-_LN2 / G[REBUILD] * dt)


@inner
def relax(x: Any, ended: Any, rest: float, kept: float) -> None:
    """Let ``x`` (worlds,) decay towards ``rest``: ``kept`` of the distance is left (``learning.relaxed``)."""
    for i in range(x.shape[0]):
        x[i] = x[i] if ended[i] > 0.0 else rest + (x[i] - rest) * kept


@inner
def wander(x: Any, ended: Any, z: Any, memory: float) -> None:
    """One step of an AR(1) of unit variance, ``x`` (worlds,), with standard normal news ``z``."""
    fresh = math.sqrt(1.0 - memory * memory)
    for i in range(x.shape[0]):
        x[i] = x[i] if ended[i] > 0.0 else memory * x[i] + fresh * z[i]


@inner
def enrich(breakout: Any, ended: Any, sigma: Any, speed: float, channel: float, dt: float) -> None:
    """Weeks to a bomb shrink with sanctions that no talks soften, to one at least."""
    for i in range(breakout.shape[0]):
        left = breakout[i] - speed * sigma[i] * (1.0 - channel) * dt
        breakout[i] = breakout[i] if ended[i] > 0.0 else max(left, 1.0)


@inner
def count_down(x: Any, ended: Any, by: float) -> None:
    """Take ``by`` from ``x`` (worlds,), to zero at least."""
    for i in range(x.shape[0]):
        x[i] = x[i] if ended[i] > 0.0 else max(x[i] - by, 0.0)


@inner
def reset(x: Any, ended: Any, value: float) -> None:
    """Set ``x`` (worlds,) to ``value`` for a new week."""
    for i in range(x.shape[0]):
        x[i] = x[i] if ended[i] > 0.0 else value


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
            u = draws.uniform(key, step, 0, layout.NATURE, draws.ATTRIBUTION)
            blame = attribution.blamed(ordered, u, G[r, P_BLAME], G[r, P_MISS])
            if rung >= S[PROVOCATION_TRUE, w]:
                S[PROVOCATION_TRUE, w] = rung
                u = draws.uniform(key, step, 0, layout.NATURE, draws.PERCEPTION)
                S[PROVOCATION, w] = perception.perceived(rung, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
                S[BLAMED, w] = 1.0 if blame else 0.0
                S[MISATTRIBUTED, w] = 1.0 if blame and not ordered else 0.0
                S[WEIGHT, w] = 1.0
                S[ACCIDENT, w] = 0.0
            S[DEAD, w] += killed
        elif S[ALLY_HIT, w] > 0.0 and S[PROVOCATION_TRUE, w] < FORCE:
            S[PROVOCATION_TRUE, w] = 5.0
            u = draws.uniform(key, step, 0, layout.NATURE, draws.PERCEPTION)
            S[PROVOCATION, w] = perception.perceived(5.0, u, G[r, PERCEPTION_BIAS], G[r, PERCEPTION_SD])
            S[BLAMED, w] = 0.0
            S[MISATTRIBUTED, w] = 0.0
            S[WEIGHT, w] = G[r, D_ALLY]


def accidents(T: Tables, X: Worlds, step: int, dt: float) -> None:
    """Phase 9: lethal misidentification while the standing or the executed rung is 7 or more (dossier section 14)."""
    misidentify(T.general, T.countries, X.S, X.N, X.civilians, X.key, X.runs, step, dt)


@compiled
def misidentify(
    general: Any, countries: Any, S: Any, N: Any, civilians: Any, key: Any, runs: Any, step: int, dt: float
) -> None:
    """``accidents`` on the arrays that it needs, world by world: few stand that high."""
    for k in range(runs.shape[0]):
        r = runs[k, 2]
        G = general[r]
        chance = identification.chance(G[IDENTIFICATION_P], 7.0 * dt * G[D_ALERT])
        for w in range(runs[k, 0], runs[k, 1]):
            if S[ENDED, w] > 0.0 or max(S[ALERT, w], S[RUNG, w]) < ALWAYS_ALERT:
                continue
            if draws.uniform(key[w], step, 0, layout.NATURE, draws.ACCIDENT) >= chance:
                continue
            N[N_ACCIDENTS, w] += 1
            u = draws.uniform(key[w], step, 1, layout.NATURE, draws.ACCIDENT)
            dead = casualties.toll(G[IDENTIFICATION_DEATHS], G[IDENTIFICATION_SD], 400.0, u)
            victim = draws.uniform(key[w], step, 0, layout.NATURE, draws.VICTIM)
            if victim < G[VICTIM_CIVILIAN]:
                u = draws.uniform(key[w], step, 0, layout.NATURE, draws.SPREAD)
                spread(countries[r], N[N_DEAD_CIVILIAN], civilians, w, -1, dead, u)
            elif victim < G[VICTIM_CIVILIAN] + G[VICTIM_OWN]:
                N[N_DEAD_CHALLENGER, w] += int(dead)
            else:
                N[N_DEAD_DEFENDER, w] += int(dead)
                S[OWN_DEAD, w] += dead
                S[DEAD, w] += dead
                if S[PROVOCATION_TRUE, w] <= 6.0:
                    S[PROVOCATION_TRUE, w] = 6.0
                    u = draws.uniform(key[w], step, 1, layout.NATURE, draws.PERCEPTION)
                    S[PROVOCATION, w] = perception.perceived(6.0, u, G[PERCEPTION_BIAS], G[PERCEPTION_SD])
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
            if draws.uniform(key, step, 0, layout.NATURE, draws.COOLING) < 1.0 - exp(
                dt * log(max(1.0 - cooling, 1e-12))
            ):
                rung = max(S[ALERT, w], S[RUNG, w] - 1.0)
        S[RUNG, w] = rung
        if S[ENDED, w] == 0.0 and G[r, H1] > 0.0 and rung >= 5.0 and not peaceful:
            hazard = G[r, H1] * exp(G[r, H_GROWTH] * (rung - 5.0)) * G[r, D_ALERT] * G[r, ERRORS_SCALE] * dt
            chance = 1.0 - exp(-hazard)
            S[WAR_SUM, w] += chance
            if draws.uniform(key, step, 0, layout.NATURE, draws.AUTONOMOUS) < chance:
                S[ENDED, w] = 1.0
                N[N_ROUTE, w] = LOSS_OF_CONTROL
                rung = 10.0
                S[RUNG, w] = 10.0
        if S[ENDED, w] == 0.0:
            outside = 1.0 if S[SHELLED, w] < 13.0 else 0.0
            fall = G[r, FALL_RATE] * exp(G[r, PRESSURE_SLOPE] * S[SIGMA, w]) / (1.0 + G[r, RALLY] * outside)
            S[FALL_HAZARD, w] = fall
            if not peaceful and draws.uniform(key, step, 0, layout.NATURE, draws.COLLAPSE) < 1.0 - exp(-fall * dt):
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


@inner
def toll_of_war(T: Any, X: Any, w: int, r: int, step: int) -> None:
    """The dead of an all-out war, by side and by country: log-normal about wide judgements (median, log-sd)."""
    G, N, key = T.general, X.N, X.key[w]
    spread = exp(G[r, WAR_SD] * normal(draws.uniform(key, step, 0, layout.NATURE, draws.WAR_DEATHS)))
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
