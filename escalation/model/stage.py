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

from escalation.compiled import compiled
from escalation.maths import exp, log, logistic
from escalation.model.errors import fragility, survival
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

MAX_ACTS: Final = 24
AVENGING: Final = 5.5
"""Commitment from which the challenger is still answering an act of open force (7 decays to this in 2.4 weeks)."""
OFF_MENU: Final = -1e6
"""Worth of an act that is off the menu (utils)."""

# What each side weighs, computed once a decision: rows of the menus, one column an act.
(D_RUNG, D_BASE, D_SETTLES, D_BLAMED, D_UNBLAMED, D_NAME) = range(6)
(C_RUNG, C_MEETS, C_BASE, C_BASE_UNRESTRAINED, C_RELIEF, C_RELIEF_UNRESTRAINED, C_FIRST) = range(7)
# and what the route labels read
(CAPABILITY, GAMBLE, PREVENTION, NAME_WORTH, ENTRAPMENT, PUBLIC, AT_WAR) = range(7)
(OBLIGED, COMMITTED, PRESSED, FEAR, RENT, LOSS_SHARE) = range(6)


@compiled
def defender_context(T: Any, X: Any, w: int, r: int, private: float, out: Any) -> None:
    """Fill ``out`` (7,) with what the defender of world ``w`` (parameter row ``r``) weighs this week.

    ``private`` is 1 for its own decision; 0 where the other side pictures it, without seeing its errors of estimate.
    """
    S, A, G = X.S, X.A, T.general
    capability = 1.0
    for j in range(A.shape[0]):
        capability -= T.allies[r, j, A_BASING] * A[j, HEDGING, w]
    out[CAPABILITY] = max(capability, 0.2)
    at_war = S[RUNG, w] >= 9.0
    bias = G[r, FRAGILITY_BIAS] + (G[r, RUBICON] if at_war else 0.0)
    pressure = G[r, PRESSURE_SLOPE] * (S[SIGMA, w] - 1.0)
    bias *= private
    f_hat = fragility.estimate(G[r, FRAGILITY_F], pressure, bias, private * G[r, FRAGILITY_SD], S[F_NOISE, w])
    out[GAMBLE] = G[r, D_GAMBLE] * f_hat
    out[PREVENTION] = G[r, D_PREVENTION] * exp(-S[BREAKOUT_NOW, w] / G[r, NUCLEAR_ALARM])
    out[NAME_WORTH] = G[r, D_REPUTATION] * S[TERM, w]
    out[ENTRAPMENT] = S[ALLY_WAR, w]
    out[PUBLIC] = G[r, D_PUBLIC] * log(1.0 + S[OWN_DEAD, w]) * 0.4342944819032518
    out[AT_WAR] = 1.0 if at_war else 0.0


@compiled
def grievance(G: Any, r: int, e: float, dead: float, weight: float) -> float:
    """Gamma: what the defender owes itself for a provocation at perceived rung ``e`` with ``dead`` own dead (utils)."""
    worth = 0.0
    if e >= FORCE:
        worth += G[r, D_HARASSMENT] + G[r, D_HIGH_VALUE] * max(e - 5.0, 0.0)
    if dead >= 1.0:
        worth += G[r, D_DEATH] + G[r, D_LOG_DEATHS] * log(dead)
    return worth * weight


@compiled
def zeal(G: Any, r: int, resolute: bool) -> float:
    """What settling a grievance is worth to a type, beside the weak one.

    Outside the minimum of ``defender_worth``: a death let pass must tell more of the type than a rocket let pass.
    """
    factor: float = G[r, D_RESOLUTE_FACTOR]
    return factor if resolute else 1.0


@compiled
def defender_menu(T: Any, r: int, context: Any, menu: Any) -> None:
    """Fill ``menu`` (7, n; six rows used): rung, worth apart from the grievance, what it settles, factors, name."""
    G, table = T.general, T.defender_acts
    for a in range(menu.shape[1]):
        rung = table[r, a, ACT_RUNG]
        capability = context[CAPABILITY] if rung >= LETHAL_FORCE else 1.0
        cost = table[r, a, ACT_COST]
        if rung >= 10.0:
            cost *= 1.0 - G[r, MOMENTUM] * context[AT_WAR]
        worth = context[GAMBLE] * table[r, a, ACT_COLLAPSE] + context[PREVENTION] * table[r, a, ACT_SETBACK]
        if rung >= HOMELAND:
            worth += context[ENTRAPMENT] - context[PUBLIC]
        menu[D_RUNG, a] = rung
        menu[D_BASE, a] = worth + table[r, a, ACT_GAIN] - cost
        menu[D_SETTLES, a] = table[r, a, ACT_ANSWER]
        menu[D_BLAMED, a] = capability
        menu[D_UNBLAMED, a] = capability * (G[r, D_BLAME_DISCOUNT] if table[r, a, ACT_ON_STATE] > 0.5 else 1.0)
        menu[D_NAME, a] = context[NAME_WORTH] if rung >= LETHAL_FORCE else 0.0


@compiled
def defender_worth(
    menu: Any, gamma: float, zealous: float, blamed: bool, audience: float, commit: float, out: Any
) -> None:
    """Fill ``out`` (n,) with the defender's worth of each act before the reply to it (utils).

    ``gamma`` is what it owes itself (``grievance``), ``zealous`` its type's factor (``zeal``).
    """
    factor = D_BLAMED if blamed else D_UNBLAMED
    owed = gamma > 0.0
    for a in range(out.shape[0]):
        worth = menu[D_BASE, a] + zealous * min(gamma, menu[D_SETTLES, a]) * menu[factor, a]
        if owed:
            worth += menu[D_NAME, a] - audience * max(commit - menu[D_RUNG, a], 0.0)
        out[a] = worth


@compiled
def madden(G: Any, r: int, acts: Any, provoked: bool, choice: Any) -> None:
    """Irrationality of the resolute type (section 2): r_a = r + u (1-r) alpha_a, r_0 = u alpha_0, in place.

    A share u alpha of the chance not to punish goes to punishing the other state beyond proportion: its people
    abroad (rung 7) or, for a share of the cases, its homeland (rung 8).
    """
    share = G[r, D_MADNESS] * (G[r, D_ALPHA_ATTACK] if provoked else G[r, D_ALPHA_RESTRAINT])
    if share <= 0.0:
        return
    n = acts.shape[0]
    moved = 0.0
    abroad = -1
    homeland = -1
    for a in range(n):
        if acts[a, ACT_RUNG] < LETHAL_FORCE:
            moved += choice[a] * share
            choice[a] *= 1.0 - share
        elif acts[a, ACT_ON_STATE] > 0.5 and acts[a, ACT_RUNG] < HOMELAND:
            abroad = a
        elif acts[a, ACT_ON_STATE] > 0.5 and acts[a, ACT_RUNG] < 8.5:
            homeland = a
    if homeland < 0:
        homeland = abroad if abroad >= 0 else n - 1
    if abroad < 0:
        abroad = homeland
    choice[homeland] += moved * G[r, D_HOMELAND_SHARE]
    choice[abroad] += moved * (1.0 - G[r, D_HOMELAND_SHARE])


@compiled
def challenger_context(T: Any, X: Any, w: int, r: int, private: float, out: Any) -> None:
    """Fill ``out`` (6,) with what the challenger of world ``w`` weighs this week; ``private`` as for the defender."""
    S, G = X.S, T.general
    out[OBLIGED] = S[OBLIGATION, w]
    out[COMMITTED] = S[COMMIT_CHALLENGER, w]
    out[PRESSED] = G[r, C_PRESSURE] * S[SIGMA, w]
    q_hat = survival.estimate(S[Q, w], private * G[r, Q_BIAS], private * G[r, Q_SD], S[Q_NOISE, w])
    out[FEAR] = q_hat * G[r, C_LOSS_STRUCK]
    out[RENT] = G[r, C_RENT] * (1.0 - S[SIGMA, w])
    out[LOSS_SHARE] = 2.0 / (1.0 + G[r, C_POWER])


@compiled
def obligation(G: Any, r: int, e: float, dead: float, on_state: bool, leader: bool) -> float:
    """Revenge obligation that an act at perceived rung ``e`` with ``dead`` killed creates (utils; section 5)."""
    if e < FORCE:
        return 0.0
    owed: float = G[r, C_PER_RUNG] * max(e - 5.0, 0.0) + G[r, C_LOG_DEATHS] * log(1.0 + dead)
    if not on_state:
        owed *= G[r, C_PROXY_SHARE]
    if leader:
        owed += G[r, C_LEADER]
    return owed


@compiled
def can_meet(G: Any, r: int, visibility: float, rung: float, meant: float) -> float:
    """Obligation that an act can meet (utils): the more visible, the more; only force meets any."""
    if rung < FORCE:
        return 0.0
    worth: float = visibility * (G[r, C_VISIBILITY] * rung - G[r, C_DEAD_WEIGHT] * log(1.0 + meant))
    return max(worth, 0.0)


@compiled
def challenger_menu(T: Any, r: int, context: Any, menu: Any) -> None:
    """Fill ``menu`` (7, m): rung, obligation met, worth by type, relief by type once at war, loss in going first."""
    G, table = T.general, T.challenger_acts
    for b in range(menu.shape[1]):
        rung = table[r, b, ACT_RUNG]
        first = table[r, b, ACT_FIRST]
        worth = context[PRESSED] * table[r, b, ACT_PRESSURE] + table[r, b, ACT_GAIN]
        worth -= context[FEAR] * (1.0 - first)
        if rung < FORCE:
            worth += context[RENT]
        cost = table[r, b, ACT_COST] * (context[LOSS_SHARE] if rung >= HOMELAND else 1.0)
        bold = cost * (G[r, C_UNRESTRAINED_FACTOR] if HOMELAND <= rung < 10.0 else 1.0)
        relief = G[r, MOMENTUM] if rung >= 10.0 else 0.0
        menu[C_FIRST, b] = G[r, C_LOSS_FIRST] * first
        menu[C_RUNG, b] = rung
        menu[C_MEETS, b] = can_meet(G, r, table[r, b, ACT_VISIBILITY], rung, table[r, b, ACT_MEANT])
        menu[C_BASE, b] = worth - cost
        menu[C_BASE_UNRESTRAINED, b] = worth - bold
        menu[C_RELIEF, b] = relief * cost
        menu[C_RELIEF_UNRESTRAINED, b] = relief * bold


@compiled
def challenger_worth(
    menu: Any, owed: float, audience: float, commit: float, at_war: bool, restrained: bool, out: Any
) -> None:
    """Fill ``out`` (m,) with the challenger's worth of each act before the reply to it (utils).

    Whoever has been struck by open force, and has not answered yet (``commit``), does not go first by answering.
    """
    unprovoked = 0.0 if commit >= AVENGING else 1.0
    base = C_BASE if restrained else C_BASE_UNRESTRAINED
    relief = C_RELIEF if restrained else C_RELIEF_UNRESTRAINED
    war = 1.0 if at_war else 0.0
    for b in range(out.shape[0]):
        backing_down = audience * max(commit - menu[C_RUNG, b], 0.0)
        first = unprovoked * menu[C_FIRST, b]
        out[b] = menu[base, b] + war * menu[relief, b] + min(owed, menu[C_MEETS, b]) - backing_down - first


@compiled
def challenger_reply(
    menu: Any,
    owed: float,
    audience: float,
    commit: float,
    at_war: bool,
    phi: float,
    lam: float,
    values: Any,
    choice: Any,
    out: Any,
) -> None:
    """Fill ``out`` (m,) with the replies expected of the challenger by a defender of belief ``phi``."""
    m = out.shape[0]
    challenger_worth(menu, owed, audience, commit, at_war, True, values)
    quantal.logit_choice(values, m, lam, out)
    challenger_worth(menu, owed, audience, commit, at_war, False, values)
    quantal.logit_choice(values, m, lam, choice)
    for b in range(m):
        out[b] = phi * out[b] + (1.0 - phi) * choice[b]


@compiled
def defender_reply(
    G: Any, r: int, acts: Any, menu: Any, e: float, dead: float, pi: float, commit: float, V: Any, out: Any
) -> None:
    """Fill ``out`` (n,) with the replies that a challenger of belief ``pi`` expects to acting at rung ``e``.

    ``V`` (2, n) is scratch.
    """
    n = out.shape[0]
    lam, audience = G[r, RATIONALITY], G[r, D_AUDIENCE]
    blamed = e >= STATE_FORCE
    gamma = grievance(G, r, e, dead, 1.0)
    defender_worth(menu, gamma, zeal(G, r, True), blamed, audience, commit, V[0])
    quantal.logit_choice(V[0], n, lam, out)
    madden(G, r, acts, e >= FORCE or dead >= 1.0, out)
    defender_worth(menu, gamma, zeal(G, r, False), blamed, audience, commit, V[0])
    quantal.logit_choice(V[0], n, lam, V[1])
    for a in range(n):
        out[a] = pi * out[a] + (1.0 - pi) * V[1, a]


@compiled
def choose(
    T: Any,
    r: int,
    rule: int,
    acts: Any,
    own: Any,
    reply: Any,
    harm: Any,
    perceived: float,
    last_reply: int,
    order: Any,
    work: Any,
    out: Any,
) -> None:
    """Fill ``out`` (n,) with the choice probabilities of the rule numbered ``rule`` (``rules.CODES``)."""
    G = T.general
    n, m = own.shape[0], harm.shape[0]
    lam = G[r, RATIONALITY]
    if rule == 0:
        quantal.probabilities(own, reply, harm, n, m, lam, work, out)
    elif rule == 1:
        best_response.probabilities(own, reply, harm, n, m, work, out)
    elif rule == 2:
        level_k.probabilities(own, reply, harm, n, m, lam, G[r, LEVEL_TAU], last_reply, work, out)
    elif rule == 3:
        aversion, curvature, g = G[r, LOSS_AVERSION], G[r, CURVATURE], G[r, WEIGHTING]
        prospect.probabilities(own, reply, harm, n, m, lam, aversion, curvature, g, order, work, out)
    else:
        reciprocal.probabilities(acts, n, perceived, G[r, RECIPROCITY], G[r, GENEROSITY], work, out)


@compiled
def bar(acts: Any, ceiling: float, own: Any) -> None:
    """Make acts that are off the menu worthless, so that a rule chooses among the rest, in place."""
    for a in range(own.shape[0]):
        if acts[a, ACT_RUNG] > ceiling or acts[a, ACT_AVAILABLE] < 0.5:
            own[a] = OFF_MENU


@compiled
def restrict(acts: Any, ceiling: float, choice: Any) -> None:
    """Take acts above ``ceiling`` and acts that are not available off the menu, in place; the rest shares the odds."""
    kept = 0.0
    for a in range(choice.shape[0]):
        if acts[a, ACT_RUNG] > ceiling or acts[a, ACT_AVAILABLE] < 0.5:
            choice[a] = 0.0
        kept += choice[a]
    if kept <= 0.0:
        choice[0] = 1.0
        return
    for a in range(choice.shape[0]):
        choice[a] /= kept


@compiled
def copy_row(table: Any, source: int, target: int) -> None:
    """Copy one row of ``table`` (n, m) over another."""
    for b in range(table.shape[1]):
        table[target, b] = table[source, b]


@compiled
def certain(table: Any, row: int) -> None:
    """Make the first act the certain reply in ``row`` of ``table`` (n, m)."""
    for b in range(table.shape[1]):
        table[row, b] = 0.0
    table[row, 0] = 1.0


@compiled
def defender_game(T: Any, X: Any, w: int, r: int, theirs: Any, reply: Any, harm: Any, V: Any) -> None:
    """Fill ``reply`` (n, m) and ``harm`` (m,) of the defender's stage game.

    ``theirs`` (7, m) is the challenger's menu, ``V`` (2, m) scratch. Acts short of force draw the same reply; what
    all-out war brings is in its cost.
    """
    S, G, table = X.S, T.general, T.defender_acts
    phi, lam, audience = logistic(S[PHI, w]), G[r, RATIONALITY], G[r, C_AUDIENCE]
    for b in range(harm.shape[0]):
        harm[b] = T.challenger_acts[r, b, ACT_HARM]
    quiet = -1
    for a in range(reply.shape[0]):
        rung = table[r, a, ACT_RUNG]
        if rung >= 10.0:
            certain(reply, a)
            continue
        if rung < FORCE and quiet >= 0:
            copy_row(reply, quiet, a)
            continue
        leader = table[r, a, ACT_DECAPITATES] > 0.5 and S[DECAPITATED, w] < 0.5
        on_state = table[r, a, ACT_ON_STATE] > 0.5
        owed = S[OBLIGATION, w] + obligation(G, r, rung, table[r, a, ACT_MEANT], on_state, leader)
        commit = max(S[COMMIT_CHALLENGER, w], rung if rung >= STATE_FORCE else 0.0)
        at_war = rung >= 9.0 or S[RUNG, w] >= 9.0
        challenger_reply(theirs, owed, audience, commit, at_war, phi, lam, V[0], V[1], reply[a])
        if rung < FORCE:
            quiet = a


@compiled
def challenger_game(T: Any, X: Any, w: int, r: int, theirs: Any, reply: Any, harm: Any, V: Any, lottery: Any) -> float:
    """Fill ``reply`` (m, n) and ``harm`` (n,) of the challenger's stage game; return the punishment of proxies.

    ``theirs`` (6, n) is the defender's menu. An order to the proxies is a lottery over whether it kills: ``lottery``
    (2, n) and ``V`` (2, n) are scratch. The return value is what a proxy's harassment costs the challenger's side in
    expected punishment, net of what restraint would cost it all the same (r_a - r_0, section 2), in utils.
    """
    S, G, table = X.S, T.general, T.challenger_acts
    answers = T.defender_acts[r]
    n = harm.shape[0]
    loss_share = 2.0 / (1.0 + G[r, C_POWER])
    for a in range(n):
        harm[a] = answers[a, ACT_HARM] * (loss_share if answers[a, ACT_RUNG] >= HOMELAND else 1.0)
    pi = logistic(S[PI_COUNTRY, w] + S[PI_LEADER, w])
    commit = S[COMMIT_DEFENDER, w]
    quiet = -1
    known = -1.0
    punishment = 0.0
    for b in range(reply.shape[0]):
        rung = table[r, b, ACT_RUNG]
        if rung >= 10.0:
            certain(reply, b)
        elif rung < FORCE and quiet >= 0:
            copy_row(reply, quiet, b)
        elif table[r, b, ACT_VIA_PROXIES] > 0.5:
            tool = T.order_instrument[b]
            p = T.instruments[r, tool, I_KILL] if rung >= LETHAL_FORCE else T.instruments[r, tool, I_STRAY]
            deaths = max(T.instruments[r, tool, I_DEATHS], 1.0)
            if known < 0.0:
                defender_reply(G, r, answers, theirs, 5.0, 0.0, pi, commit, V, lottery[0])
            if deaths != known:
                defender_reply(G, r, answers, theirs, 6.0, deaths, pi, commit, V, lottery[1])
            known = deaths
            for a in range(n):
                reply[b, a] = (1.0 - p) * lottery[0, a] + p * lottery[1, a]
            if rung < LETHAL_FORCE and quiet >= 0:
                punishment = 0.0
                for a in range(n):
                    punishment += (reply[b, a] - reply[quiet, a]) * harm[a]
        else:
            meant = 0.0 if table[r, b, ACT_WARNED] > 0.5 else table[r, b, ACT_MEANT]
            defender_reply(G, r, answers, theirs, rung, meant, pi, commit, V, reply[b])
            if rung < FORCE:
                quiet = b
    return punishment
