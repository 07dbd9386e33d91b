"""The stage game: what an act is worth, which reply it is expected to draw, and how likely it is chosen.

A tree of perfect information but for the replier's type, solved backwards with a logit at each node (dossier
sections 3, 4, 5, 7, 8, 9, 12 as payoffs; section 13 as choice): the mover takes an act, the other side, of one of two
types, replies by its own payoffs, and the mover weighs the replies by its belief about the type.

Worths are in ``payoffs``. Critical risk (section 3), the deterrence-assurance condition (section 2) and the thresholds
of sections 4 and 7 are not rules here: they are the lambda -> infinity limits of this game, and
tests/model/test_theory.py shows them. All functions work on lanes of worlds of one parameter row (``arrays.Desk``).
"""

from __future__ import annotations

from typing import Any, Final

from escalation.compiled import inner
from escalation.maths import exp, logistic
from escalation.model.layout import (
    ACT_AVAILABLE,
    ACT_DECAPITATES,
    ACT_HARM,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_RUNG,
    ACT_VIA_PROXIES,
    ACT_WARNED,
    C_LEADER,
    C_POWER,
    COMMIT_DEFENDER,
    CURVATURE,
    DECAPITATED,
    FORCE,
    GENEROSITY,
    HOMELAND,
    I_DEATHS,
    I_KILL,
    I_STRAY,
    LETHAL_FORCE,
    LEVEL_TAU,
    LOSS_AVERSION,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PUNISHMENT,
    RATIONALITY,
    RECIPROCITY,
    RUNG,
    STATE_FORCE,
    WEIGHTING,
)
from escalation.model.payoffs import (
    BLAME,
    COMMIT,
    COMMITTED,
    GAMMA,
    OBLIGED,
    OWED,
    PROVOKING,
    WAGING,
    capacities,
    challenger_worth,
    cost_to_challenger,
    defender_worth,
    grievance,
    madden,
    obligation,
    take,
    zeal,
)
from escalation.model.rules import audience, best_response, farsighted, level_k, prospect, quantal, reciprocal

OFF_MENU: Final = -1e6
"""Worth of an act that is off the menu (utils)."""
ANY_RUNG: Final = 11.0
"""A ceiling above every rung: the whole menu is open, also what is not available this week."""

# Values of ``turn``, beside the exchange rounds 0, 1, ..., at which nobody moves: ``decide`` only works out, in every
# world, what either type would choose; as the other side pictures it, or with the mover's own errors of estimate.
PICTURED: Final = -1
CONSIDERED: Final = -2


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
        ratio = 0.0
        for kind in range(2):
            ratio += G[RATIONALITY] * cost_to_challenger(G, acts[b], kind) * (1.0 - 2.0 * kind)
        out[b] = exp(ratio)
        usable = usable and abs(ratio) < 300.0
    return usable


@inner
def challenger_reply(G: Any, acts: Any, D: Any, lanes: int, out: Any, loss: Any) -> None:
    """Fill ``out`` (m, lanes) with the replies that the defender expects, and ``loss`` (lanes,) with their harm.

    ``D`` is the defender's desk; ``D.faced`` holds what the challenger stands before.
    """
    rationality, total, weights, ratios = G[RATIONALITY], D.scratch, D.weights, D.ratios
    proportional = boldness(G, acts, ratios)
    for kind in range(2):
        if kind == 0 or not proportional:
            challenger_worth(G, acts, D.meets, D.theirs[kind], kind, D.faced, lanes, D.values)
            quantal.weights(D.values, lanes, rationality, total[kind], weights[kind])
    if proportional:
        second = total[1]
        for i in range(lanes):
            second[i] = 0.0
        for b in range(acts.shape[0]):
            one, other, ratio = weights[0, b], weights[1, b], ratios[b]
            for i in range(lanes):
                other[i] = ratio * one[i]
            for i in range(lanes):
                second[i] += other[i]
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
    for kind in range(2):
        if kind == 1 and gamma <= 0.0:  # nothing to settle: the types are alike but for madness
            copy(weights[0], lanes, weights[1])
            for i in range(lanes):
                total[1, i] = total[0, i]
        else:
            defender_worth(G, acts, D.other, D.theirs[0], zeal(G, kind), faced, lanes, D.values)
            quantal.weights(D.values, lanes, G[RATIONALITY], total[kind], weights[kind])
    madden(G, acts, faced[PROVOKING], lanes, faced[OWED], weights[0])
    blend(D.belief, lanes, weights, total, D.harm, out, loss)


@inner
def choose(
    G: Any,
    rule: int,
    acts: Any,
    theirs: Any,
    alpha: float,
    D: Any,
    kind: int,
    own: Any,
    seen: Any,
    last_reply: Any,
    lanes: int,
    out: Any,
) -> None:
    """Fill ``out`` (n, lanes) with the choice probabilities of the rule numbered ``rule`` (``rules.CODES``).

    ``own`` (n, lanes) of the mover's type ``kind`` is overwritten; the replies expected, of the menu ``theirs``, are on
    the desk ``D``. ``alpha`` is the mover's audience cost; ``seen`` (lanes,) is the rung perceived, ``last_reply``
    (lanes,) the index of the other side's last act.
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
    elif rule == 4:
        reciprocal.probabilities(acts, seen, G[RECIPROCITY], G[GENEROSITY], lanes, total, out)
    elif rule == 5:
        commit = D.faced[COMMIT]
        audience.probabilities(own, loss, D.reply, D.node, acts, theirs, alpha, commit, seen, lam, lanes, total, out)
    else:
        farsighted.probabilities(own, loss, D.ahead[kind], D.who, lam, lanes, total, out)


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
        plain = obligation(G, rung, acts[a, ACT_MEANT], on_state)
        for_leader = plain + (G[C_LEADER] if acts[a, ACT_DECAPITATES] > 0.5 and rung >= FORCE else 0.0)
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
