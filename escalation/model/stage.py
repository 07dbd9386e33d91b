"""The stage game: what an act is worth, which reply it is expected to draw, and how likely it is chosen.

A tree of perfect information but for the replier's type, solved backwards with a logit at each node (dossier
sections 3, 4, 5, 7, 8, 9, 12 as payoffs; section 13 as choice): the mover takes an act, the other side, of one of two
types, replies by its own payoffs, and the mover weighs the replies by its belief about the type.

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

Critical risk (section 3), the deterrence-assurance condition (section 2) and the thresholds of sections 4 and 7 are not
rules here: they are the lambda -> infinity limits of this game, and tests/model/test_theory.py shows them.
"""

from __future__ import annotations

from typing import Any, Final

from escalation.compiled import compiled, inner
from escalation.maths import exp, log, logistic
from escalation.model.errors import execution, fragility, survival
from escalation.model.layout import (
    A_BASING,
    ACT_ANSWER,
    ACT_AVAILABLE,
    ACT_COLLAPSE,
    ACT_COST,
    ACT_DECAPITATES,
    ACT_FIRST,
    ACT_GAIN,
    ACT_HARM,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_PRESSURE,
    ACT_RUNG,
    ACT_SETBACK,
    ACT_VIA_PROXIES,
    ACT_VISIBILITY,
    ACT_WARNED,
    ALLY_WAR,
    BREAKOUT_NOW,
    C_AUDIENCE,
    C_DEAD_WEIGHT,
    C_LEADER,
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
    COMMIT_DEFENDER,
    CURVATURE,
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
    DECAPITATED,
    EXECUTION_P,
    EXECUTION_SKEW,
    F_NOISE,
    FORCE,
    FRAGILITY_BIAS,
    FRAGILITY_F,
    FRAGILITY_SD,
    GENEROSITY,
    HEDGING,
    HOMELAND,
    I_DEATHS,
    I_KILL,
    I_STRAY,
    LETHAL_FORCE,
    LEVEL_TAU,
    LOSS_AVERSION,
    MOMENTUM,
    NUCLEAR_ALARM,
    OBLIGATION,
    OWN_DEAD,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PRESSURE_SLOPE,
    PUNISHMENT,
    Q_BIAS,
    Q_NOISE,
    Q_SD,
    RATIONALITY,
    RECIPROCITY,
    RUBICON,
    RUNG,
    SIGMA,
    STATE_FORCE,
    TERM,
    WEIGHTING,
    Q,
)
from escalation.model.rules import best_response, level_k, prospect, quantal, reciprocal

AVENGING: Final = 5.5
"""Commitment from which the challenger is still answering an act of open force (7 decays to this in 2.4 weeks)."""
OFF_MENU: Final = -1e6
"""Worth of an act that is off the menu (utils)."""
ANY_RUNG: Final = 11.0
"""A ceiling above every rung: the whole menu is open, also what is not available this week."""

# Values of ``turn``, beside the exchange rounds 0, 1, ..., at which nobody moves: ``decide`` only works out, in every
# world, what either type would choose; as the other side pictures it, or with the mover's own errors of estimate.
PICTURED: Final = -1
CONSIDERED: Final = -2

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
def zeal(G: Any, resolute: bool) -> float:
    """What settling a grievance is worth to a type, beside the weak one.

    Outside the minimum of ``defender_worth``: a death let pass must tell more of the type than a rocket let pass.
    """
    factor: float = G[D_RESOLUTE_FACTOR]
    return factor if resolute else 1.0


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
def obligation(G: Any, e: float, dead: float, on_state: bool, leader: bool) -> float:
    """Revenge obligation that an act at perceived rung ``e`` with ``dead`` killed creates (utils; section 5)."""
    if e < FORCE:
        return 0.0
    owed: float = G[C_PER_RUNG] * max(e - 5.0, 0.0) + G[C_LOG_DEATHS] * log(1.0 + dead)
    if not on_state:
        owed *= G[C_PROXY_SHARE]
    if leader:
        owed += G[C_LEADER]
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
def cost_to_challenger(G: Any, act: Any, restrained: bool) -> float:
    """Cost of an act to a type of the challenger: its share of a contest's losses, and the type's factor."""
    cost: float = act[ACT_COST]
    if act[ACT_RUNG] >= HOMELAND:
        cost *= 2.0 / (1.0 + G[C_POWER])
    if not restrained and HOMELAND <= act[ACT_RUNG] < 10.0:
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
        cost, bold = cost_to_challenger(G, acts[b], True), cost_to_challenger(G, acts[b], False)
        for i in range(lanes):
            worth = pressed[i] * pressure + gain - fear[i] * struck + income * rent[i]
            restrained[i] = worth - cost
            unrestrained[i] = worth - bold


@inner
def challenger_worth(
    G: Any, acts: Any, meets: Any, base: Any, restrained: bool, faced: Any, lanes: int, out: Any
) -> None:
    """Fill ``out`` (m, lanes) with the challenger's worth of each act before the reply to it (utils).

    ``base`` (m, lanes) is its type's; ``faced`` holds OWED, COMMIT and WAGING (1: at war already). Whoever has been
    struck by open force, and has not answered yet, does not go first by answering.
    """
    owed, commit, waging = faced[OWED], faced[COMMIT], faced[WAGING]
    audience = G[C_AUDIENCE]
    for b in range(acts.shape[0]):
        worth, given = out[b], base[b]
        rung, met, first = acts[b, ACT_RUNG], meets[b], G[C_LOSS_FIRST] * acts[b, ACT_FIRST]
        relief = G[MOMENTUM] * cost_to_challenger(G, acts[b], restrained) if rung >= 10.0 else 0.0
        for i in range(lanes):
            backing_down = audience * max(commit[i] - rung, 0.0)
            unprovoked = 0.0 if commit[i] >= AVENGING else first
            worth[i] = given[i] + waging[i] * relief + min(owed[i], met) - backing_down - unprovoked


@inner
def blend(share: Any, lanes: int, weights: Any, total: Any, harm: Any, out: Any, loss: Any) -> None:
    """Fill ``out`` (n, lanes) with the choice of a side that is of its first type with probability ``share`` (lanes,).

    ``weights`` (2, n, lanes) are each type's choice weights and ``total`` (2, lanes) their sums, which are overwritten.
    ``loss`` (lanes,) is filled with the expected ``harm`` (n,).
    """
    first, second = total[0], total[1]
    for i in range(lanes):
        first[i] = share[i] / first[i]
        second[i] = (1.0 - share[i]) / second[i]
        loss[i] = 0.0
    for a in range(out.shape[0]):
        mixed, one, other, cost = out[a], weights[0, a], weights[1, a], harm[a]
        for i in range(lanes):
            mixed[i] = first[i] * one[i] + second[i] * other[i]
        for i in range(lanes):
            loss[i] += cost * mixed[i]


@inner
def boldness(G: Any, acts: Any, out: Any) -> bool:
    """Fill ``out`` (m,) with the odds ratio of each act between the unrestrained and the restrained challenger.

    The two differ only in what acts cost them, so that one type's logit choice is the other's times these. Returns
    False where the ratios are too large for that (beyond e^300, near the limit of perfect rationality).
    """
    usable = True
    for b in range(acts.shape[0]):
        ratio = G[RATIONALITY] * (cost_to_challenger(G, acts[b], True) - cost_to_challenger(G, acts[b], False))
        out[b] = exp(ratio)
        usable = usable and abs(ratio) < 300.0
    return usable


@inner
def challenger_reply(G: Any, acts: Any, D: Any, lanes: int, out: Any, loss: Any) -> None:
    """Fill ``out`` (m, lanes) with the replies that the defender expects, and ``loss`` (lanes,) with their harm.

    ``D`` is the defender's desk; ``D.faced`` holds what the challenger stands before.
    """
    rationality, total, weights, ratios = G[RATIONALITY], D.scratch, D.weights, D.ratios
    challenger_worth(G, acts, D.meets, D.theirs[0], True, D.faced, lanes, D.values)
    quantal.weights(D.values, lanes, rationality, total[0], weights[0])
    if boldness(G, acts, ratios):
        second = total[1]
        for i in range(lanes):
            second[i] = 0.0
        for b in range(acts.shape[0]):
            one, other, ratio = weights[0, b], weights[1, b], ratios[b]
            for i in range(lanes):
                other[i] = ratio * one[i]
            for i in range(lanes):
                second[i] += other[i]
    else:
        challenger_worth(G, acts, D.meets, D.theirs[1], False, D.faced, lanes, D.values)
        quantal.weights(D.values, lanes, rationality, total[1], weights[1])
    blend(D.belief, lanes, weights, total, D.harm, out, loss)


@inner
def defender_reply(G: Any, acts: Any, D: Any, e: float, dead: float, lanes: int, out: Any, loss: Any) -> None:
    """Fill ``out`` (n, lanes) with the replies that the challenger expects to acting at rung ``e``, ``dead`` killed.

    ``loss`` (lanes,) is filled with their harm; ``D`` is the challenger's desk, ``D.faced`` holds COMMIT.
    """
    faced, total, weights = D.faced, D.scratch, D.weights
    gamma, blamed, provoked = grievance(G, e, dead, 1.0), 1.0 if e >= STATE_FORCE else 0.0, e >= FORCE or dead >= 1.0
    for i in range(lanes):
        faced[GAMMA, i] = gamma
        faced[BLAME, i] = blamed
        faced[PROVOKING, i] = 1.0 if provoked else 0.0
    defender_worth(G, acts, D.other, D.theirs[0], zeal(G, False), faced, lanes, D.values)
    quantal.weights(D.values, lanes, G[RATIONALITY], total[1], weights[1])
    if gamma > 0.0:
        defender_worth(G, acts, D.other, D.theirs[0], zeal(G, True), faced, lanes, D.values)
        quantal.weights(D.values, lanes, G[RATIONALITY], total[0], weights[0])
    else:  # nothing to settle: the types are alike but for madness
        copy(weights[1], lanes, weights[0])
        for i in range(lanes):
            total[0, i] = total[1, i]
    madden(G, acts, faced[PROVOKING], lanes, faced[OWED], weights[0])
    blend(D.belief, lanes, weights, total, D.harm, out, loss)


@inner
def choose(
    G: Any,
    rule: int,
    acts: Any,
    D: Any,
    own: Any,
    seen: Any,
    last_reply: Any,
    lanes: int,
    out: Any,
) -> None:
    """Fill ``out`` (n, lanes) with the choice probabilities of the rule numbered ``rule`` (``rules.CODES``).

    ``own`` (n, lanes) is overwritten; the replies expected are on the desk ``D``. ``seen`` (lanes,) is the rung
    perceived, ``last_reply`` (lanes,) the index of the other side's last act.
    """
    lam, harm, loss, total = G[RATIONALITY], D.harm, D.loss, D.scratch[0]
    if rule == 0:
        quantal.probabilities(own, loss, lam, lanes, total, out)
    elif rule == 1:
        best_response.probabilities(own, loss, lanes, total, out)
    elif rule == 2:
        level_k.probabilities(own, loss, harm, last_reply, lam, G[LEVEL_TAU], lanes, total, out)
    elif rule == 3:
        aversion, curvature, g = G[LOSS_AVERSION], G[CURVATURE], G[WEIGHTING]
        prospect.probabilities(own, D.reply, D.node, harm, lam, aversion, curvature, g, lanes, D.order, total, out)
    else:
        reciprocal.probabilities(acts, seen, G[RECIPROCITY], G[GENEROSITY], lanes, total, out)


@inner
def bar(acts: Any, ceiling: float, lanes: int, own: Any) -> None:
    """Make acts that are off the menu worthless, so that a rule chooses among the rest, in place."""
    for a in range(acts.shape[0]):
        if ceiling < ANY_RUNG and (acts[a, ACT_RUNG] > ceiling or acts[a, ACT_AVAILABLE] < 0.5):
            for i in range(lanes):
                own[a, i] = OFF_MENU


@inner
def restrict(acts: Any, ceiling: float, lanes: int, kept: Any, choice: Any) -> None:
    """Take acts above ``ceiling`` and acts that are not available off the menu, in place; the rest shares the odds.

    ``kept`` (lanes,) is scratch.
    """
    if ceiling >= ANY_RUNG:
        return
    for i in range(lanes):
        kept[i] = 0.0
    for a in range(acts.shape[0]):
        chance = choice[a]
        open_to = 0.0 if acts[a, ACT_RUNG] > ceiling or acts[a, ACT_AVAILABLE] < 0.5 else 1.0
        for i in range(lanes):
            chance[i] *= open_to
            kept[i] += chance[i]
    for i in range(lanes):
        choice[0, i] = choice[0, i] if kept[i] > 0.0 else 1.0
        kept[i] = 1.0 / kept[i] if kept[i] > 0.0 else 1.0
    for a in range(acts.shape[0]):
        chance = choice[a]
        for i in range(lanes):
            chance[i] *= kept[i]


@inner
def copy(source: Any, lanes: int, out: Any) -> None:
    """Copy rows of lanes."""
    for b in range(out.shape[0]):
        for i in range(lanes):
            out[b, i] = source[b, i]


@inner
def certain(harm: Any, lanes: int, out: Any, loss: Any) -> None:
    """Make the first act the certain reply: ``out`` (m, lanes), with its ``loss`` (lanes,)."""
    for b in range(out.shape[0]):
        sure = 1.0 if b == 0 else 0.0
        for i in range(lanes):
            out[b, i] = sure
    for i in range(lanes):
        loss[i] = harm[0]


@inner
def defender_game(G: Any, acts: Any, theirs: Any, S: Any, D: Any, lanes: int) -> None:
    """Fill ``D.reply`` (n, m, lanes), ``D.harm`` (m,) and ``D.loss`` (n, lanes) of the defender's stage game.

    ``acts`` and ``theirs`` are the two menus of the parameter row; ``D.theirs`` holds the challenger's base worths.
    Acts short of force draw the same reply; what all-out war brings is in its cost.
    """
    who, faced, reply = D.who, D.faced, D.reply
    owed, commit, waging = faced[OWED], faced[COMMIT], faced[WAGING]
    obliged, committed, belief = D.other[OBLIGED], D.other[COMMITTED], D.belief
    rungs, decapitated = D.spare[0], D.spare[1]
    capacities(G, theirs, D.meets)
    take(S[RUNG], who, lanes, rungs)
    take(S[DECAPITATED], who, lanes, decapitated)
    take(S[PHI], who, lanes, belief)
    for i in range(lanes):
        belief[i] = logistic(belief[i])
    for b in range(theirs.shape[0]):
        D.harm[b] = theirs[b, ACT_HARM]
    quiet = -1
    for a in range(acts.shape[0]):
        rung = acts[a, ACT_RUNG]
        D.node[a] = a
        if rung >= 10.0:
            certain(D.harm, lanes, reply[a], D.loss[a])
            continue
        if rung < FORCE and quiet >= 0:
            D.node[a] = quiet
            for i in range(lanes):
                D.loss[a, i] = D.loss[quiet, i]
            continue
        on_state = acts[a, ACT_ON_STATE] > 0.5
        plain = obligation(G, rung, acts[a, ACT_MEANT], on_state, False)
        for_leader = obligation(G, rung, acts[a, ACT_MEANT], on_state, acts[a, ACT_DECAPITATES] > 0.5)
        vow = rung if rung >= STATE_FORCE else 0.0
        for i in range(lanes):
            owed[i] = obliged[i] + (for_leader if decapitated[i] < 0.5 else plain)
            commit[i] = max(committed[i], vow)
        for i in range(lanes):
            waging[i] = 1.0 if rung >= 9.0 or rungs[i] >= 9.0 else 0.0
        challenger_reply(G, theirs, D, lanes, reply[a], D.loss[a])
        if rung < FORCE:
            quiet = a


@inner
def challenger_game(
    G: Any, acts: Any, theirs: Any, instruments: Any, order_instrument: Any, S: Any, D: Any, lanes: int
) -> None:
    """Fill ``D.reply`` (m, n, lanes), ``D.harm`` (n,) and ``D.loss`` of the challenger's stage game, and PUNISHMENT.

    An order to the proxies is a lottery over whether it kills. PUNISHMENT is what a proxy's harassment costs the
    challenger's side in expected punishment, net of what restraint would cost it all the same (r_a - r_0, section 2),
    in utils. ``D.theirs[0]`` holds the defender's base worths, ``D.other`` its context.
    """
    who, faced, reply, lottery = D.who, D.faced, D.reply, D.lottery
    commit = faced[COMMIT]
    belief, leader, punishment = D.belief, D.spare[0], S[PUNISHMENT]
    for a in range(theirs.shape[0]):
        losing = 2.0 / (1.0 + G[C_POWER]) if theirs[a, ACT_RUNG] >= HOMELAND else 1.0
        D.harm[a] = theirs[a, ACT_HARM] * losing
    take(S[PI_COUNTRY], who, lanes, belief)
    take(S[PI_LEADER], who, lanes, leader)
    take(S[COMMIT_DEFENDER], who, lanes, commit)
    for i in range(lanes):
        belief[i] = logistic(belief[i] + leader[i])
    quiet = -1
    harassing = -1
    known = -1.0
    for b in range(acts.shape[0]):
        rung, loss = acts[b, ACT_RUNG], D.loss[b]
        D.node[b] = b
        if rung >= 10.0:
            certain(D.harm, lanes, reply[b], loss)
        elif rung < FORCE and quiet >= 0:
            D.node[b] = quiet
            for i in range(lanes):
                loss[i] = D.loss[quiet, i]
        elif acts[b, ACT_VIA_PROXIES] > 0.5:
            tool = order_instrument[b]
            p = instruments[tool, I_KILL] if rung >= LETHAL_FORCE else instruments[tool, I_STRAY]
            deaths = max(instruments[tool, I_DEATHS], 1.0)
            if known < 0.0:
                defender_reply(G, theirs, D, 5.0, 0.0, lanes, lottery[0], D.stake[0])
            if deaths != known:
                defender_reply(G, theirs, D, 6.0, deaths, lanes, lottery[1], D.stake[1])
            known = deaths
            for a in range(theirs.shape[0]):
                mixed, spared, struck = reply[b, a], lottery[0, a], lottery[1, a]
                for i in range(lanes):
                    mixed[i] = (1.0 - p) * spared[i] + p * struck[i]
            for i in range(lanes):
                loss[i] = (1.0 - p) * D.stake[0, i] + p * D.stake[1, i]
            if rung < LETHAL_FORCE and quiet >= 0:
                harassing = b
        else:
            meant = 0.0 if acts[b, ACT_WARNED] > 0.5 else acts[b, ACT_MEANT]
            defender_reply(G, theirs, D, rung, meant, lanes, reply[b], loss)
            if rung < FORCE:
                quiet = b
    for i in range(lanes):
        punishment[who[i]] = D.loss[harassing, i] - D.loss[quiet, i] if harassing >= 0 else 0.0


@inner
def keep(choice: Any, who: Any, lanes: int, record: Any) -> None:
    """Note the choice probabilities (2, n, lanes) by world in ``record`` (2, n, worlds), if it has room for worlds."""
    if record.shape[2] > 0:
        for kind in range(2):
            for a in range(record.shape[1]):
                for i in range(lanes):
                    record[kind, a, who[i]] = choice[kind, a, i]


@inner
def draw_act(choice: Any, theta: Any, u: Any, lanes: int, total: Any, out: Any) -> None:
    """Fill ``out`` (lanes,) with the act drawn by ``u`` (lanes,) from the true type's ``choice`` (2, n, lanes).

    ``theta`` (lanes,) is 1 where that is the first; ``total`` (lanes,) is scratch.
    """
    for i in range(lanes):
        total[i] = 0.0
        out[i] = 0
    for a in range(choice.shape[1] - 1):
        first, second = choice[0, a], choice[1, a]
        for i in range(lanes):
            total[i] += first[i] if theta[i] > 0.5 else second[i]
            out[i] += 1 if u[i] >= total[i] else 0


@inner
def odds_of_war(G: Any, acts: Any, choice: Any, theta: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (lanes,) with the chance that the act carried out is all-out war: meant, or one slip above."""
    for i in range(lanes):
        out[i] = 0.0
    for a in range(acts.shape[0]):
        brink = execution.chance_of_war(acts, a, G[EXECUTION_P], G[EXECUTION_SKEW])
        if brink > 0.0:
            first, second = choice[0, a], choice[1, a]
            for i in range(lanes):
                out[i] += brink * (first[i] if theta[i] > 0.5 else second[i])
