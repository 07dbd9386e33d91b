"""What an act is worth to either side, apart from the reply that it draws (dossier sections 3, 4, 5, 7, 8, 9, 12).

Defender's worth of act a, provoked at perceived rung e with k dead (``defender_worth``):

    zeal min(Gamma, answer_a) target_a capability     grievance settled (section 9), Gamma in ``grievance``
  + reputation * term left [rung_a >= 6]              a name for resolve (Kreps and Wilson 1982; Milgrom & Roberts)
  - alpha max(0, commitment - rung_a)                 audience cost of backing down (Fearon 1994)
  + G f_hat collapse_a                                gamble on collapse (section 8)
  + V exp(-n/n_0) setback_a                           prevention, n weeks of breakout time (section 8)
  + entrapment [rung_a >= 8]                          an ally fights (Snyder 1984)
  - slope log10(1 + own dead) [rung_a >= 8]           public support (Mueller 1973)
  + gain_a - cost_a (1 - momentum [at war and rung 10])

Challenger's worth of act b, under obligation O (``challenger_worth``):

    rent (1 - sigma) [rung_b < 5]                     accord rents: c_SQ of perfect deterrence (Zagare and Kilgour 2000)
  + s sigma pressure_b                                worth of breaking a bad status quo (section 12)
  + min(O, visible_b (v rung_b - z ln(1 + meant dead))) revenge obligation met (section 5)
  - alpha max(0, commitment - rung_b)                 audience cost
  - L_f first_b [unprovoked] - q_hat L_s (1 - first_b)  going first against being struck first (section 7)
  + gain_b - cost_b 2/(1+m) [rung_b >= 8]             m: power ratio; loss share of Tullock's contest (Hirshleifer 1989)

All functions work on lanes: the last axis is the world, all worlds share the parameter row (``arrays.Desk``).
"""

from __future__ import annotations

from typing import Any, Final

from escalation.compiled import compiled, inner
from escalation.maths import exp, log
from escalation.model.errors import fragility, survival
from escalation.model.layout import (
    A_BASING,
    ACT_ANSWER,
    ACT_COLLAPSE,
    ACT_COST,
    ACT_FIRST,
    ACT_GAIN,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_PRESSURE,
    ACT_RUNG,
    ACT_SETBACK,
    ACT_VISIBILITY,
    ALLY_WAR,
    BREAKOUT_NOW,
    C_AUDIENCE,
    C_DEAD_WEIGHT,
    C_LOG_DEATHS,
    C_LOSS_FIRST,
    C_LOSS_STRUCK,
    C_PER_RUNG,
    C_POWER,
    C_PRESSURE,
    C_PROXY_SHARE,
    C_RENT,
    C_UNRESTRAINED_FACTOR,
    C_VISIBILITY,
    COMMIT_CHALLENGER,
    D_ALPHA_ATTACK,
    D_ALPHA_RESTRAINT,
    D_AUDIENCE,
    D_BLAME_DISCOUNT,
    D_DEATH,
    D_GAMBLE,
    D_HARASSMENT,
    D_HIGH_VALUE,
    D_HOMELAND_SHARE,
    D_LOG_DEATHS,
    D_MADNESS,
    D_PREVENTION,
    D_PUBLIC,
    D_REPUTATION,
    D_RESOLUTE_FACTOR,
    F_NOISE,
    FORCE,
    FRAGILITY_BIAS,
    FRAGILITY_F,
    FRAGILITY_SD,
    HEDGING,
    HOMELAND,
    LETHAL_FORCE,
    MOMENTUM,
    NUCLEAR_ALARM,
    OBLIGATION,
    OWN_DEAD,
    PRESSURE_SLOPE,
    Q_BIAS,
    Q_NOISE,
    Q_SD,
    RUBICON,
    RUNG,
    SIGMA,
    TERM,
    Q,
)

AVENGING: Final = 5.5
"""Commitment from which the challenger is still answering an act of open force (7 decays to this in 2.4 weeks)."""
# Rows of ``Desk.context`` and ``Desk.other``: what a side weighs, and what its route labels read.
(CAPABILITY, GAMBLE, PREVENTION, NAME_WORTH, ENTRAPMENT, PUBLIC, AT_WAR, SPARE) = range(8)
(OBLIGED, COMMITTED, PRESSED, FEAR, RENT, NOISE) = range(6)
# Rows of ``Desk.faced``: what the side that moves at a node of the game stands before.
(GAMMA, BLAME, OWED, COMMIT, WAGING, PROVOKING) = range(6)


@inner
def take(row: Any, who: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (lanes,) with the values of ``row`` (worlds,) in the worlds ``who``.

    A loop of its own: mixed with arithmetic, these scattered reads would keep all of it from becoming SIMD code.
    """
    for i in range(lanes):
        out[i] = row[who[i]]


@inner
def defender_context(G: Any, allies: Any, S: Any, A: Any, who: Any, lanes: int, private: float, out: Any) -> None:
    """Fill ``out`` (9, lanes) with what the defender weighs this week; ``G`` and ``allies`` are of its parameter row.

    ``private`` is 1 for its own decision; 0 where the other side pictures it, without seeing its errors of estimate.
    """
    capability, gamble, at_war, spare = out[CAPABILITY], out[GAMBLE], out[AT_WAR], out[SPARE]
    for i in range(lanes):
        capability[i] = 1.0
    for j in range(A.shape[0]):
        take(A[j, HEDGING], who, lanes, spare)
        basing = allies[j, A_BASING]
        for i in range(lanes):
            capability[i] -= basing * spare[i]
    take(S[RUNG], who, lanes, at_war)
    take(S[SIGMA], who, lanes, spare)
    take(S[F_NOISE], who, lanes, gamble)
    f, slope, bias, rubicon = G[FRAGILITY_F], G[PRESSURE_SLOPE], G[FRAGILITY_BIAS], G[RUBICON]
    sd, gain = private * G[FRAGILITY_SD], G[D_GAMBLE]
    for i in range(lanes):
        capability[i] = max(capability[i], 0.2)
        at_war[i] = 1.0 if at_war[i] >= 9.0 else 0.0
    for i in range(lanes):
        pressure = slope * (spare[i] - 1.0)
        shift = (bias + rubicon * at_war[i]) * private
        gamble[i] = gain * fragility.estimate(f, pressure, shift, sd, gamble[i])
    prevention, public, name, entrapment = out[PREVENTION], out[PUBLIC], out[NAME_WORTH], out[ENTRAPMENT]
    take(S[BREAKOUT_NOW], who, lanes, prevention)
    take(S[OWN_DEAD], who, lanes, public)
    take(S[TERM], who, lanes, name)
    take(S[ALLY_WAR], who, lanes, entrapment)
    worth, alarm, slope, reputation = G[D_PREVENTION], G[NUCLEAR_ALARM], G[D_PUBLIC], G[D_REPUTATION]
    for i in range(lanes):
        prevention[i] = worth * exp(-prevention[i] / alarm)
    for i in range(lanes):
        public[i] = slope * log(1.0 + public[i]) * 0.4342944819032518
    for i in range(lanes):
        name[i] = reputation * name[i]


@compiled
def grievance(G: Any, e: float, dead: float, weight: float) -> float:
    """Gamma: what the defender owes itself for a provocation at perceived rung ``e`` with ``dead`` own dead (utils)."""
    insult = G[D_HARASSMENT] + G[D_HIGH_VALUE] * max(e - 5.0, 0.0) if e >= FORCE else 0.0
    mourning = G[D_DEATH] + G[D_LOG_DEATHS] * log(dead) if dead >= 1.0 else 0.0
    worth: float = (insult + mourning) * weight
    return worth


@compiled
def zeal(G: Any, kind: int) -> float:
    """What settling a grievance is worth to a type (0: resolute), beside the weak one.

    Outside the minimum of ``defender_worth``: a death let pass must tell more of the type than a rocket let pass.
    """
    factor: float = G[D_RESOLUTE_FACTOR]
    return factor if kind == 0 else 1.0


@inner
def defender_base(G: Any, acts: Any, context: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (n, lanes) with the worth of the defender's acts apart from the grievance that they settle."""
    gamble, prevention, at_war = context[GAMBLE], context[PREVENTION], context[AT_WAR]
    entrapment, public = context[ENTRAPMENT], context[PUBLIC]
    for a in range(acts.shape[0]):
        worth = out[a]
        collapse, setback, gain, cost = (
            acts[a, ACT_COLLAPSE],
            acts[a, ACT_SETBACK],
            acts[a, ACT_GAIN],
            acts[a, ACT_COST],
        )
        far = acts[a, ACT_RUNG] >= HOMELAND
        relief = G[MOMENTUM] if acts[a, ACT_RUNG] >= 10.0 else 0.0
        for i in range(lanes):
            joined = entrapment[i] - public[i] if far else 0.0
            hopes = gamble[i] * collapse + prevention[i] * setback + joined
            worth[i] = hopes + gain - cost * (1.0 - relief * at_war[i])


@inner
def defender_worth(
    G: Any, acts: Any, context: Any, base: Any, zealous: float, faced: Any, lanes: int, out: Any
) -> None:
    """Fill ``out`` (n, lanes) with the defender's worth of each act before the reply to it (utils).

    ``zealous`` is its type's factor (``zeal``); ``faced`` holds GAMMA, BLAME (1: laid at the challenger's own door)
    and COMMIT.
    """
    capability, name = context[CAPABILITY], context[NAME_WORTH]
    gamma, blamed, commit = faced[GAMMA], faced[BLAME], faced[COMMIT]
    audience = G[D_AUDIENCE]
    for a in range(acts.shape[0]):
        worth, given = out[a], base[a]
        rung, settles = acts[a, ACT_RUNG], acts[a, ACT_ANSWER]
        lethal = rung >= LETHAL_FORCE
        unblamed = G[D_BLAME_DISCOUNT] if acts[a, ACT_ON_STATE] > 0.5 else 1.0
        for i in range(lanes):
            able = (capability[i] if lethal else 1.0) * (1.0 if blamed[i] > 0.5 else unblamed)
            worth[i] = given[i] + zealous * min(gamma[i], settles) * able
        for i in range(lanes):
            resolve = (name[i] if lethal else 0.0) - audience * max(commit[i] - rung, 0.0)
            worth[i] += resolve if gamma[i] > 0.0 else 0.0


@inner
def madden(G: Any, acts: Any, provoked: Any, lanes: int, moved: Any, choice: Any) -> None:
    """Irrationality of the resolute type (section 2): r_a = r + u (1-r) alpha_a, r_0 = u alpha_0, in place.

    A share u alpha of the chance not to punish goes to punishing the other state beyond proportion: its people
    abroad (rung 7) or, for a share of the cases, its homeland (rung 8). ``choice`` (n, lanes) may be weights that do
    not sum to one; ``moved`` (lanes,) is scratch.
    """
    attacked, at_rest = G[D_MADNESS] * G[D_ALPHA_ATTACK], G[D_MADNESS] * G[D_ALPHA_RESTRAINT]
    if attacked <= 0.0 and at_rest <= 0.0:
        return
    n = acts.shape[0]
    abroad = -1
    homeland = -1
    for i in range(lanes):
        moved[i] = 0.0
    for a in range(n):
        if acts[a, ACT_RUNG] < LETHAL_FORCE:
            chance = choice[a]
            for i in range(lanes):
                share = attacked if provoked[i] > 0.5 else at_rest
                moved[i] += chance[i] * share
                chance[i] *= 1.0 - share
        elif acts[a, ACT_ON_STATE] > 0.5 and acts[a, ACT_RUNG] < HOMELAND:
            abroad = a
        elif acts[a, ACT_ON_STATE] > 0.5 and acts[a, ACT_RUNG] < 8.5:
            homeland = a
    if homeland < 0:
        homeland = abroad if abroad >= 0 else n - 1
    if abroad < 0:
        abroad = homeland
    share_home = G[D_HOMELAND_SHARE]
    for i in range(lanes):
        choice[homeland, i] += moved[i] * share_home
        choice[abroad, i] += moved[i] * (1.0 - share_home)


@inner
def challenger_context(G: Any, S: Any, who: Any, lanes: int, private: float, out: Any) -> None:
    """Fill ``out`` (6 rows used) with what the challenger weighs this week; ``private`` as for the defender."""
    pressed, rent, fear, noise = out[PRESSED], out[RENT], out[FEAR], out[NOISE]
    take(S[SIGMA], who, lanes, pressed)
    take(S[Q], who, lanes, fear)
    take(S[Q_NOISE], who, lanes, noise)
    take(S[OBLIGATION], who, lanes, out[OBLIGED])
    take(S[COMMIT_CHALLENGER], who, lanes, out[COMMITTED])
    slope, income, struck = G[C_PRESSURE], G[C_RENT], G[C_LOSS_STRUCK]
    bias, sd = private * G[Q_BIAS], private * G[Q_SD]
    for i in range(lanes):
        rent[i] = income * (1.0 - pressed[i])
        pressed[i] = slope * pressed[i]
    for i in range(lanes):
        fear[i] = survival.estimate(fear[i], bias, sd, noise[i]) * struck


@compiled
def obligation(G: Any, e: float, dead: float, on_state: bool) -> float:
    """Revenge obligation that an act at perceived rung ``e`` with ``dead`` killed creates (utils; section 5).

    Killing a leader adds ``C_LEADER``.
    """
    if e < FORCE:
        return 0.0
    owed: float = G[C_PER_RUNG] * max(e - 5.0, 0.0) + G[C_LOG_DEATHS] * log(1.0 + dead)
    if not on_state:
        owed *= G[C_PROXY_SHARE]
    return owed


@compiled
def can_meet(G: Any, visibility: float, rung: float, meant: float) -> float:
    """Obligation that an act can meet (utils): the more visible, the more; only force meets any."""
    if rung < FORCE:
        return 0.0
    worth: float = visibility * (G[C_VISIBILITY] * rung - G[C_DEAD_WEIGHT] * log(1.0 + meant))
    return max(worth, 0.0)


@inner
def capacities(G: Any, acts: Any, out: Any) -> None:
    """Fill ``out`` (m,) with the obligation that each of the challenger's acts can meet."""
    for b in range(acts.shape[0]):
        out[b] = can_meet(G, acts[b, ACT_VISIBILITY], acts[b, ACT_RUNG], acts[b, ACT_MEANT])


@inner
def cost_to_challenger(G: Any, act: Any, kind: int) -> float:
    """Cost of an act to a type of the challenger (0: restrained): its share of a contest's losses, its own factor."""
    cost: float = act[ACT_COST]
    if act[ACT_RUNG] >= HOMELAND:
        cost *= 2.0 / (1.0 + G[C_POWER])
    if kind == 1 and HOMELAND <= act[ACT_RUNG] < 10.0:
        cost *= G[C_UNRESTRAINED_FACTOR]
    return cost


@inner
def challenger_base(G: Any, acts: Any, context: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (2, m, lanes) with the worth of the challenger's acts apart from obligation and vows, by type."""
    pressed, fear, rent = context[PRESSED], context[FEAR], context[RENT]
    for b in range(acts.shape[0]):
        restrained, unrestrained = out[0, b], out[1, b]
        pressure, gain, struck = acts[b, ACT_PRESSURE], acts[b, ACT_GAIN], 1.0 - acts[b, ACT_FIRST]
        income = 1.0 if acts[b, ACT_RUNG] < FORCE else 0.0
        for i in range(lanes):
            restrained[i] = pressed[i] * pressure + gain - fear[i] * struck + income * rent[i]
            unrestrained[i] = restrained[i]
        for kind in range(2):
            worth, cost = out[kind, b], cost_to_challenger(G, acts[b], kind)
            for i in range(lanes):
                worth[i] -= cost


@inner
def challenger_worth(G: Any, acts: Any, meets: Any, base: Any, kind: int, faced: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (m, lanes) with the challenger's worth of each act before the reply to it (utils).

    ``base`` (m, lanes) is of its type ``kind`` (0: restrained); ``faced`` holds OWED, COMMIT and WAGING (1: at war
    already). Whoever has been struck by open force, and has not answered yet, does not go first by answering.
    """
    owed, commit, waging = faced[OWED], faced[COMMIT], faced[WAGING]
    audience = G[C_AUDIENCE]
    for b in range(acts.shape[0]):
        worth, given = out[b], base[b]
        rung, met, first = acts[b, ACT_RUNG], meets[b], G[C_LOSS_FIRST] * acts[b, ACT_FIRST]
        relief = G[MOMENTUM] * cost_to_challenger(G, acts[b], kind) if rung >= 10.0 else 0.0
        for i in range(lanes):
            backing_down = audience * max(commit[i] - rung, 0.0)
            unprovoked = 0.0 if commit[i] >= AVENGING else first
            worth[i] = given[i] + waging[i] * relief + min(owed[i], met) - backing_down - unprovoked
