"""What no actor chooses: drift of beliefs and capacities, attribution, accidents, and the close of the week."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from escalation import draws
from escalation.baton import put_down, take_up
from escalation.compiled import brief, compiled, inlined, loop
from escalation.maths import exp, log, normal, normals, select
from escalation.model import casualties, layout, rows
from escalation.model.errors import attribution, perception
from escalation.model.lanes import (
    ACCIDENT_CHANCE,
    KEPT_COUNTRY,
    KEPT_DISARRAY,
    KEPT_FEAR,
    KEPT_LEADER,
    KEPT_OBLIGATION,
    KEPT_SANCTIONS,
    LOGIT_ANCHOR,
    LOGIT_PHI0,
    LOGIT_Q0,
    at,
)
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
    CHALLENGER_DEAD,
    CHANNEL,
    COMMIT_CHALLENGER,
    COOLING_P,
    COUNTRY_WAR,
    D_ALERT,
    D_ALLY,
    DEAD,
    DISARRAY,
    ENDED,
    ERRORS_SCALE,
    F_NOISE,
    FALL_RATE,
    FORCE,
    FRESH,
    FRESH_DEFENDER,
    H1,
    H_GROWTH,
    HEDGING,
    HIT,
    IDENTIFICATION_DEATHS,
    IDENTIFICATION_SD,
    KAPPA,
    KILLED,
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
    Q_NOISE,
    RALLY,
    RUNG,
    SANCTIONS_LEVEL,
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
from escalation.model.rows import add, uniforms

_LN2: Final = 0.6931471805599453
NOISE_MEMORY: Final = 0.02
"""Weekly decay of the slow noises (intelligence pictures): a half-life of 35 weeks, judgement."""
COMMITMENT_DECAY: Final = 0.1
"""Weekly decay of a commitment that was never tested: vows fade within a season, judgement."""
ENTRAPMENT_DECAY: Final = 0.7
"""Weekly decay of the pull to join an ally's fight: a few weeks (June 2025: 12 days), judgement."""
TERM_WEEKS: Final = 209.0
"""Weeks of a four-year term: the name for resolve is worth less as it runs out."""


_NEW_EACH_WEEK: Final = (ALERT, SUFFERED, SUFFERED_TRUE, CHALLENGER_DEAD, UNAUTHORISED)


@compiled
def drift(T: Any, X: Any, step: int, dt: float) -> None:
    """Phase 1: beliefs, sanctions, control, obligation and the nuclear clock drift for ``dt`` weeks."""
    put_down(X.baton)
    S, K, A, key, slate = X.S, X.K, X.A, X.key, X.slate
    noises = (F_NOISE, Q_NOISE)
    purposes = (draws.FRAGILITY, draws.SURVIVAL)
    memory, vow, pull = exp(-NOISE_MEMORY * dt), exp(-COMMITMENT_DECAY * dt), exp(-ENTRAPMENT_DECAY * dt)
    for t in range(X.lanes.tiles.shape[0]):
        w, lanes, k = X.lanes.tiles[t, 0], X.lanes.tiles[t, 1], X.lanes.tiles[t, 2]
        g = X.lanes.world[k]
        P = X.lanes.proxies[k]
        ended = S[ENDED, w : w + lanes]
        enrich(S[BREAKOUT_NOW, w : w + lanes], ended, S[SIGMA, w : w + lanes], g[NUCLEAR_SPEED], g[CHANNEL], dt)
        relax(S[PI_COUNTRY, w : w + lanes], ended, g[LOGIT_ANCHOR], g[KEPT_COUNTRY])
        relax(S[PI_LEADER, w : w + lanes], ended, 0.0, g[KEPT_LEADER])
        relax(S[PHI, w : w + lanes], ended, g[LOGIT_PHI0], g[KEPT_COUNTRY])
        relax(S[Q, w : w + lanes], ended, g[LOGIT_Q0], g[KEPT_FEAR])
        relax(S[SIGMA, w : w + lanes], ended, g[SANCTIONS_LEVEL], g[KEPT_SANCTIONS])
        relax(S[OBLIGATION, w : w + lanes], ended, 0.0, g[KEPT_OBLIGATION])
        relax(S[DISARRAY, w : w + lanes], ended, 0.0, g[KEPT_DISARRAY])
        fade(S[COMMIT_CHALLENGER, w : w + lanes], ended, vow)
        fade(S[ALLY_WAR, w : w + lanes], ended, pull)
        for n, noise in enumerate(noises):
            uniforms(key, w, lanes, step, 0, NATURE, purposes[n], slate[0])
            normals(slate[0, :lanes], slate[1, :lanes], X.who)
            wander(S[noise, w : w + lanes], ended, slate[1], memory)
        count_down(S[TERM, w : w + lanes], ended, dt / TERM_WEEKS)
        count_down(S[SHOCK, w : w + lanes], ended, dt)
        for clock in (SHELLED, BUILT):
            count_down(S[clock, w : w + lanes], ended, -dt)
        for n, field in enumerate(_NEW_EACH_WEEK):
            reset(S[field, w : w + lanes], ended, 1.0 if n < 3 else 0.0)
        for p in range(K.shape[0]):
            relax(K[p, KAPPA, w : w + lanes], ended, P[p, P_CONTROL], g[KEPT_DISARRAY])
        for j in range(A.shape[0]):
            reset(A[j, HIT, w : w + lanes], ended, 0.0)
            reset(A[j, STRUCK, w : w + lanes], ended, 0.0)
    take_up(X.baton)


@loop
def relax(x: Any, ended: Any, rest: Any, kept: Any) -> None:
    """Let ``x`` (worlds,) decay towards ``rest``: ``kept`` of the distance is left (``learning.relaxed``)."""
    for i in range(x.shape[0]):
        x[i] = select(ended[i] > 0.0, x[i], at(rest, i) + (x[i] - at(rest, i)) * at(kept, i))


@loop
def fade(x: Any, ended: Any, kept: float) -> None:
    """Let ``x`` (worlds,) decay towards 0."""
    for i in range(x.shape[0]):
        x[i] = select(ended[i] > 0.0, x[i], x[i] * kept)


@loop
def wander(x: Any, ended: Any, z: Any, memory: float) -> None:
    """One step of an AR(1) of unit variance, ``x`` (worlds,), with standard normal news ``z``."""
    fresh = math.sqrt(1.0 - memory * memory)
    for i in range(x.shape[0]):
        x[i] = select(ended[i] > 0.0, x[i], memory * x[i] + fresh * z[i])


@loop
def enrich(breakout: Any, ended: Any, sigma: Any, speed: Any, channel: Any, dt: float) -> None:
    """Weeks to a bomb shrink with sanctions that no talks soften, to one at least."""
    for i in range(breakout.shape[0]):
        left = breakout[i] - at(speed, i) * sigma[i] * (1.0 - at(channel, i)) * dt
        breakout[i] = select(ended[i] > 0.0, breakout[i], max(left, 1.0))


@loop
def count_down(x: Any, ended: Any, by: float) -> None:
    """Take ``by`` from ``x`` (worlds,), to zero at least."""
    for i in range(x.shape[0]):
        x[i] = select(ended[i] > 0.0, x[i], max(x[i] - by, 0.0))


@loop
def reset(x: Any, ended: Any, value: float) -> None:
    """Set ``x`` (worlds,) to ``value`` for a new week."""
    for i in range(x.shape[0]):
        x[i] = select(ended[i] > 0.0, x[i], value)


# Rows of ``Worlds.slate`` in ``attribute``.
(LUCK, ATTACKED, DEADLY, KILLS, ORDERED, BLAME, SEEN) = range(7)


@compiled
def attribute(T: Any, X: Any, step: int) -> None:
    """Phase 5: what the proxies did becomes a provocation, perceived with error and blamed rightly or wrongly."""
    put_down(X.baton)
    S, K, A, key, slate = X.S, X.K, X.A, X.key, X.slate
    luck, attacked, killed, ordered = slate[LUCK], slate[ATTACKED], slate[KILLS], slate[ORDERED]
    for t in range(X.lanes.tiles.shape[0]):
        w, lanes, k = X.lanes.tiles[t, 0], X.lanes.tiles[t, 1], X.lanes.tiles[t, 2]
        g, ended, hit = X.lanes.world[k], S[ENDED, w : w + lanes], S[ALLY_HIT, w : w + lanes]
        rows.reset(lanes, hit)
        for j in range(A.shape[0]):
            add(A[j, HIT, w : w + lanes], lanes, hit)
        for n in (ATTACKED, DEADLY, KILLS, ORDERED):
            rows.reset(lanes, slate[n])
        for p in range(K.shape[0]):
            take_in(
                K[p, ATTACKS, w : w + lanes], K[p, LETHAL_ATTACKS, w : w + lanes], K[p, KILLED, w : w + lanes],
                K[p, ORDERED_NOW, w : w + lanes], lanes, attacked, slate[DEADLY], killed, ordered,
            )  # fmt: skip
        uniforms(key, w, lanes, step, 0, NATURE, draws.ATTRIBUTION, luck)
        blame(attacked, ordered, luck, g[P_BLAME], g[P_MISS], lanes, slate[BLAME])
        uniforms(key, w, lanes, step, 0, NATURE, draws.PERCEPTION, luck)
        normals(luck[:lanes], slate[SEEN, :lanes], X.who)
        mourn(attacked, killed, ended, lanes, S[ALERT, w : w + lanes], S[DEAD, w : w + lanes])
        notice(
            attacked, killed, hit, ended, g[PERCEPTION_BIAS], g[PERCEPTION_SD], lanes,
            S[PROVOCATION_TRUE, w : w + lanes], slate[SEEN], luck,
        )  # fmt: skip
        provoke(
            luck, slate[SEEN], slate[BLAME], ordered, g[D_ALLY], lanes, S[PROVOCATION, w : w + lanes],
            S[BLAMED, w : w + lanes], S[MISATTRIBUTED, w : w + lanes], S[WEIGHT, w : w + lanes],
            S[ACCIDENT, w : w + lanes],
        )  # fmt: skip
    take_up(X.baton)


@loop
def take_in(
    attacks: Any, lethal: Any, killed: Any, ordered: Any, lanes: int, total: Any, worst: Any, dead: Any, by_order: Any
) -> None:
    """Add one proxy's attacks; whether they were ordered is asked of the proxy with the most that kill."""
    for i in range(lanes):
        worse = (attacks[i] > 0.0) & ((total[i] == 0.0) | (lethal[i] > worst[i]))
        worst[i] = select(worse, lethal[i], worst[i])
        by_order[i] = select(worse, ordered[i], by_order[i])
        total[i] += attacks[i]
        dead[i] += killed[i]


@loop
def blame(attacked: Any, ordered: Any, luck: Any, wrongly: Any, missed: Any, lanes: int, out: Any) -> None:
    """1 where the challenger is held responsible for attacks by proxies."""
    for i in range(lanes):
        held = attribution.blamed(ordered[i] > 0.5, luck[i], at(wrongly, i), at(missed, i))
        out[i] = 1.0 if held & (attacked[i] > 0.0) else 0.0


@loop
def mourn(attacked: Any, killed: Any, ended: Any, lanes: int, alert: Any, dead: Any) -> None:
    """Attacks by proxies count for the standing rung, and their dead call for an answer."""
    for i in range(lanes):
        here = (attacked[i] > 0.0) & (ended[i] == 0.0)
        rung = select(killed[i] > 0.0, 6.0, 5.0)
        alert[i] = select(here, max(alert[i], rung), alert[i])
        dead[i] = select(here, dead[i] + killed[i], dead[i])


@loop
def notice(
    attacked: Any, killed: Any, ally_hit: Any, ended: Any, bias: Any, sd: Any, lanes: int, provocation: Any, seen: Any,
    new: Any,
) -> None:  # fmt: skip
    """Fill ``new`` with 2 where attacks by proxies are the worst provocation so far, 1 where only an ally was hit.

    ``seen`` holds a standard normal, and then the rung perceived.
    """
    for i in range(lanes):
        rung = select(killed[i] > 0.0, 6.0, 5.0)
        seen[i] = min(max(rung + at(bias, i) + at(sd, i) * seen[i], 1.0), 10.0)
        own = (attacked[i] > 0.0) & (rung >= provocation[i])
        other = (attacked[i] == 0.0) & (ally_hit[i] > 0.0) & (provocation[i] < FORCE)
        what = select(own, 2.0, select(other, 1.0, 0.0))
        new[i] = select(ended[i] > 0.0, 0.0, what)
        provocation[i] = select(new[i] > 0.0, rung, provocation[i])


@loop
def provoke(
    new: Any, seen: Any, to_blame: Any, ordered: Any, weight_of_ally: Any, lanes: int, provocation: Any, blamed: Any,
    misattributed: Any, weight: Any, accident: Any,
) -> None:  # fmt: skip
    """What the defender then faces."""
    for i in range(lanes):
        wrongly = select(ordered[i] > 0.5, 0.0, to_blame[i])
        aimed = select(new[i] > 1.5, 1.0, at(weight_of_ally, i))
        provocation[i] = select(new[i] > 0.0, seen[i], provocation[i])
        blamed[i] = select(new[i] > 0.0, to_blame[i], blamed[i])
        misattributed[i] = select(new[i] > 0.0, wrongly, misattributed[i])
        weight[i] = select(new[i] > 0.0, aimed, weight[i])
        accident[i] = select(new[i] > 1.5, 0.0, accident[i])


@compiled
def accidents(T: Any, X: Any, step: int) -> None:
    """Phase 9: lethal misidentification while the standing or the executed rung is 7 or more (dossier section 14).

    World by world: few stand that high.
    """
    put_down(X.baton)
    S, N, key, alert, rung, tiles = X.S, X.N, X.key, X.S[ALERT], X.S[RUNG], X.lanes.tiles
    for t in range(tiles.shape[0]):
        chance = X.lanes.world[tiles[t, 2]][ACCIDENT_CHANCE]
        for i in range(tiles[t, 1]):
            w = tiles[t, 0] + i
            if max(alert[w], rung[w]) < ALWAYS_ALERT or S[ENDED, w] > 0.0:
                continue
            if draws.uniform(key[w], step, 0, layout.NATURE, draws.ACCIDENT) < at(chance, i):
                misidentify(T.general[X.row[w]], T.countries[X.row[w]], S, N, X.civilians, key, w, step)
    take_up(X.baton)


@inlined
def misidentify(G: Any, countries: Any, S: Any, N: Any, civilians: Any, key: Any, w: int, step: int) -> None:
    """Whom the accident in world ``w`` kills."""
    N[N_ACCIDENTS, w] += 1
    u = draws.uniform(key[w], step, 1, layout.NATURE, draws.ACCIDENT)
    dead = casualties.toll(G[IDENTIFICATION_DEATHS], G[IDENTIFICATION_SD], 400.0, u)
    victim = draws.uniform(key[w], step, 0, layout.NATURE, draws.VICTIM)
    if victim < G[VICTIM_CIVILIAN]:
        u = draws.uniform(key[w], step, 0, layout.NATURE, draws.SPREAD)
        spread(countries, N[N_DEAD_CIVILIAN], civilians, w, -1, dead, u)
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


# Rows of ``Worlds.slate`` in ``close``, after LUCK.
(HEDGED, CHANCE, LIVE) = range(1, 4)


@brief
def summoned(S: Any) -> int:
    """Forget acts that need no answer within the week: a world's standing rung is below 7, or it is over.

    Returns the sum of ``FRESH_DEFENDER``, if there is a world left where the defender is to answer, and
    ``FRESH_CHALLENGER``, if there is one where the challenger is.
    """
    called = 0
    for w in range(S.shape[1]):
        if S[FRESH, w] > 0.0:
            if S[ENDED, w] == 0.0 and max(S[ALERT, w], S[RUNG, w]) >= 7.0:
                called |= int(S[FRESH, w])
            else:
                S[FRESH, w] = 0.0
    return called


@brief
def call_out(S: Any, who: Any) -> int:
    """Fill ``who`` (worlds,) with the worlds that ``summoned`` leaves with an act to answer; returns how many.

    To fill registers some are named twice, if there are so many worlds: twins go the same way.
    """
    called = 0
    for w in range(S.shape[1]):
        if S[FRESH, w] > 0.0:
            if S[ENDED, w] == 0.0 and max(S[ALERT, w], S[RUNG, w]) >= 7.0:
                who[called] = w
                called += 1
            else:
                S[FRESH, w] = 0.0
    full: int = min(rows.padded(called), S.shape[1])
    for n in range(called, full):
        who[n] = who[n - called]
    return full


@brief
def is_faced(S: Any, fresh: float) -> bool:
    """Whether there is a running world with an act of the kind ``fresh`` to answer."""
    found = False
    for w in range(S.shape[1]):
        found = found or (S[FRESH, w] == fresh and S[ENDED, w] == 0.0)
    return found


@compiled
def close(T: Any, X: Any, step: int, week: int, dt: float, last_day: bool, peaceful: bool) -> int:
    """Phase 11: the autonomous risk, the standing rung, collapse from within, absorption and the week's tallies.

    ``week`` is 1-based; ``peaceful`` rules all-out and limited war out (a burn-in). Returns how many worlds still run.
    """
    put_down(X.baton)
    running = 0
    S, N, slate = X.S, X.N, X.slate
    for t in range(X.lanes.tiles.shape[0]):
        w, lanes, k = X.lanes.tiles[t, 0], X.lanes.tiles[t, 1], X.lanes.tiles[t, 2]
        g = X.lanes.world[k]
        live, ending = slate[LIVE], N[N_ENDING, w : w + lanes]
        for i in range(lanes):
            live[i] = 1.0 if ending[i] == 0 else 0.0
        count_hedging(X.A, w, lanes, slate[HEDGED])
        settle_rung(g, S, X.key, w, lanes, step, dt, slate)
        if not peaceful:
            brink(g, S, N, X.key, w, lanes, step, dt, slate)
            collapse(g, S, X.key, w, lanes, step, dt, slate)
        tally(S, N, w, lanes, week, last_day, slate)
        for i in range(lanes):
            if S[ENDED, w + i] == 1.0 and live[i] > 0.0:
                N[N_WAR_WEEK, w + i] = week
                toll_of_war(T, X, w + i, X.row[w + i], step)
        for i in range(lanes):
            running += 1 if S[ENDED, w + i] == 0.0 else 0
    take_up(X.baton)
    return running


@inlined
def count_hedging(A: Any, w: int, lanes: int, out: Any) -> None:
    """Fill ``out`` (LANES,) with the share of allies that hedge."""
    for i in range(lanes):
        out[i] = 0.0
    for j in range(A.shape[0]):
        hedging = A[j, HEDGING, w : w + lanes]
        for i in range(lanes):
            out[i] += hedging[i]
    if A.shape[0] > 0:
        for i in range(lanes):
            out[i] /= A.shape[0]


@inlined
def settle_rung(g: Any, S: Any, key: Any, w: int, lanes: int, step: int, dt: float, slate: Any) -> None:
    """The standing rung rises to the highest one executed, and cools by one now and then."""
    luck, hedged, chance, live = slate[LUCK], slate[HEDGED], slate[CHANCE], slate[LIVE]
    rung, alert = S[RUNG, w : w + lanes], S[ALERT, w : w + lanes]
    uniforms(key, w, lanes, step, 0, NATURE, draws.COOLING, luck)
    cooling, channel, mediation = g[COOLING_P], g[CHANNEL], g[MEDIATION]
    for i in range(lanes):
        chance[i] = min(at(cooling, i) * (1.0 + at(channel, i)) + at(mediation, i) * hedged[i], 1.0)
    for i in range(lanes):
        chance[i] = 1.0 - exp(dt * log(max(1.0 - chance[i], 1e-12)))
    for i in range(lanes):
        cooler = select(luck[i] < chance[i], max(alert[i], rung[i] - 1.0), rung[i])
        rung[i] = select(live[i] > 0.0, select(alert[i] < rung[i], cooler, alert[i]), rung[i])


@inlined
def brink(g: Any, S: Any, N: Any, key: Any, w: int, lanes: int, step: int, dt: float, slate: Any) -> None:
    """The autonomous hazard of brinkmanship (section 3), off by default."""
    h1 = g[H1]
    on = 0.0
    for i in range(lanes):
        on = max(on, at(h1, i))
    if on <= 0.0:
        return
    for i in range(lanes):
        v, rung = w + i, S[RUNG, w + i]
        if slate[LIVE, i] > 0.0 and S[ENDED, v] == 0.0 and at(h1, i) > 0.0 and rung >= 5.0:
            hazard = (
                at(h1, i) * exp(at(g[H_GROWTH], i) * (rung - 5.0)) * at(g[D_ALERT], i) * at(g[ERRORS_SCALE], i) * dt
            )
            chance = 1.0 - exp(-hazard)
            S[WAR_SUM, v] += chance
            if draws.uniform(key[v], step, 0, layout.NATURE, draws.AUTONOMOUS) < chance:
                S[ENDED, v] = 1.0
                N[N_ROUTE, v] = LOSS_OF_CONTROL
                S[RUNG, v] = 10.0


@inlined
def collapse(g: Any, S: Any, key: Any, w: int, lanes: int, step: int, dt: float, slate: Any) -> None:
    """The regime falls from within, the less so after an attack from outside."""
    luck, chance, live = slate[LUCK], slate[CHANCE], slate[LIVE]
    ended, sigma, shelled = S[ENDED, w : w + lanes], S[SIGMA, w : w + lanes], S[SHELLED, w : w + lanes]
    uniforms(key, w, lanes, step, 0, NATURE, draws.COLLAPSE, luck)
    rate, slope, rally = g[FALL_RATE], g[PRESSURE_SLOPE], g[RALLY]
    for i in range(lanes):
        rallied = 1.0 + at(rally, i) * (1.0 if shelled[i] < 13.0 else 0.0)
        chance[i] = at(rate, i) * exp(at(slope, i) * sigma[i]) / rallied
    for i in range(lanes):
        chance[i] = 1.0 - exp(-chance[i] * dt)
    for i in range(lanes):
        falls = (luck[i] < chance[i]) & (ended[i] == 0.0) & (live[i] > 0.0)
        ended[i] = select(falls, 2.0, ended[i])


@inlined
def tally(S: Any, N: Any, w: int, lanes: int, week: int, last_day: bool, slate: Any) -> None:
    """The week's whole numbers."""
    hedged, live, rung, ended = slate[HEDGED], slate[LIVE], S[RUNG, w : w + lanes], S[ENDED, w : w + lanes]
    peak, limited = N[N_PEAK, w : w + lanes], N[N_LIMITED_WEEK, w : w + lanes]
    for i in range(lanes):
        higher = (np.int64(rung[i]) > peak[i]) & (live[i] > 0.0)
        peak[i] = select(higher, np.int64(rung[i]), peak[i])
        first = (rung[i] >= 9.0) & (limited[i] == 0) & (live[i] > 0.0)
        limited[i] = select(first, week, limited[i])
    weeks, rungs, weeks_hedged = N[N_WEEKS, w : w + lanes], N[N_RUNG_SUM, w : w + lanes], N[N_HEDGED, w : w + lanes]
    for i in range(lanes):
        counted = ((ended[i] > 0.0) | last_day) & (live[i] > 0.0)
        weeks[i] += 1 if counted else 0
        rungs[i] += np.int64(rung[i]) if counted else 0
        weeks_hedged[i] += 1 if counted & (hedged[i] > 0.0) else 0
    ending = N[N_ENDING, w : w + lanes]
    for i in range(lanes):
        ending[i] = select(live[i] > 0.0, np.int64(ended[i]), ending[i])


@inlined
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
