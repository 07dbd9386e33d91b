"""The stage game by factors: the same choice as ``stage``'s nodes, worked out with a tenth of the exponentials.

The quantal rule weighs an act by exp(lambda worth), and worth is a sum: what depends on the act and the world alone,
what depends on the node of the game (the act that is being answered), and minima of the two. As exp is monotone,

    exp(lambda min(x, y))            = min(exp(lambda x), exp(lambda y))
    exp(-lambda alpha max(c - r, 0)) = min(1, exp(-lambda alpha c) exp(lambda alpha r))
    exp(lambda (x + y))              = exp(lambda x) exp(lambda y),

so that the weight of reply b at node a is a product of numbers of a, of b and of the parameter row, most of which stand
in a table (``lanes``). What is wanted of the replies is their expected harm, sum_b h_b v_b / sum_b v_b, by type:

    challenger's reply b to act a   B_b min(O O_a, M_b) min(1, C_a R_b) [L_b where it goes first] [W_b in a war]
    defender's reply a to act b     D_a min(G_b, A_a)   min(1, C R_a)   [N where lethal]

with O, C, N, B_b, D_a (base worths), and G_b, A_a (grievance and what settles it, for acts whose worth depends on the
capability of the week) one exponential each a world. The unrestrained challenger's weights are the restrained one's
times a ratio by act; the resolute defender's madness (``payoffs.madden``) moves weight in fixed shares, so that it is
put into the harm.

A row whose exponents are too large for products (``lanes.STEEPEST``: rationality near its limit), rules other than the
quantal and menus that differ from row to row go by ``stage``'s nodes; tests/model/test_foreseen.py holds the two
together. All functions work on a tile: numbers ``g`` (columns, LANES), state rows from world ``w`` on.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import inlined, inner, loop
from escalation.maths import exp, logistic, select
from escalation.model.lanes import (
    CA_FIRST,
    CA_HARM,
    CA_HARM_RATIO,
    CA_HELD,
    CA_LIGHT,
    CA_MEETS,
    CA_MET,
    CA_RATIO,
    CA_RELIEF,
    CA_WAGED,
    DA_ANSWER,
    DA_ANSWERED,
    DA_HARM,
    DA_HARM_AT_REST,
    DA_HARM_ATTACKED,
    DA_HELD,
    DA_OWED,
    DA_OWED_LEADER,
    DA_UNBLAMED,
    DA_VOWED,
    NO_FATAL,
    NO_GAMMA,
    NO_SETTLED,
    WORD_CHALLENGER,
    WORD_DEFENDER,
    at,
    beyond_proportion,
)
from escalation.model.layout import (
    ACT_AVAILABLE,
    ACT_ON_STATE,
    ACT_RUNG,
    ACT_VIA_PROXIES,
    ALERT,
    BLAMED,
    C_AUDIENCE,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    D_ALPHA_ATTACK,
    D_ALPHA_RESTRAINT,
    D_AUDIENCE,
    D_BLAME_DISCOUNT,
    D_HOMELAND_SHARE,
    D_MADNESS,
    D_RESOLUTE_FACTOR,
    DECAPITATED,
    FORCE,
    LETHAL_FORCE,
    OBLIGATION,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PUNISHMENT,
    RATIONALITY,
    RUNG,
    STATE_FORCE,
)
from escalation.model.payoffs import AVENGING
from escalation.model.payoffs_by_lane import (
    ABLE,
    AT_WAR,
    BELIEF,
    BEST,
    CAPABILITY,
    COMMIT,
    EG,
    GAMMA,
    HARM_1,
    HARM_2,
    NAME,
    OWED,
    PROVOKED,
    QUIET,
    SPARED,
    SUM_1,
    SUM_2,
    VALUE,
    challenger_bases,
    challenger_weighs,
    defender_bases,
    defender_provoked,
    defender_weighs,
)
from escalation.model.rows import (
    add,
    copy,
    discounted,
    exponential,
    exponential_of,
    multiply,
    raise_to,
    reset,
)
from escalation.model.stage import ANY_RUNG

# ``blocks`` of rows by act: what replies are worked out from, and the mover's own acts.
(REPLIES, LOSSES, BASES, WEIGHTS) = (0, 6, 7, 8)


# -- arithmetic of weights --------------------------------------------------------------------------------------------
@inner
def exponentiate(lam: Any, values: Any, n: int, lanes: int, best: Any) -> None:
    """Turn ``values`` (n, LANES) into exp(lambda (value - best)) in place; ``best`` (LANES,) is scratch."""
    copy(values[0], lanes, best)
    for a in range(1, n):
        raise_to(values[a], lanes, best)
    for a in range(n):
        exponential(lam, best, lanes, values[a])


@inner
def clear(paper: Any, lanes: int) -> None:
    """Begin the sums over replies."""
    for k in range(SUM_1, HARM_2 + 1):
        reset(lanes, paper[k])


@inner
def expected_harm(paper: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (LANES,) with the harm expected of a replier of the first type with probability BELIEF."""
    mix(paper[BELIEF], paper[SUM_1], paper[SUM_2], paper[HARM_1], paper[HARM_2], lanes, out)


@loop
def mix(belief: Any, sum_1: Any, sum_2: Any, harm_1: Any, harm_2: Any, lanes: int, out: Any) -> None:
    """Expected harm over the two types."""
    for i in range(lanes):
        out[i] = belief[i] * harm_1[i] / sum_1[i] + (1.0 - belief[i]) * harm_2[i] / sum_2[i]


@inner
def strike_off(acts: Any, ceiling: float, weights: Any, lanes: int) -> None:
    """Take the weight from acts that are off the menu (``stage.bar``)."""
    for a in range(acts.shape[0]):
        if ceiling < ANY_RUNG and (acts[a, ACT_RUNG] > ceiling or acts[a, ACT_AVAILABLE] < 0.5):
            weight = weights[a]
            for i in range(lanes):
                weight[i] = 0.0


@inner
def share_out(weights: Any, n: int, lanes: int, total: Any, record: Any, w: int) -> None:
    """Write ``weights`` (n, LANES) as probabilities into ``record`` (n, worlds) from world ``w`` on.

    Should no act have any weight, the first is taken. ``total`` (LANES,) is scratch.
    """
    reset(lanes, total)
    for a in range(n):
        add(weights[a], lanes, total)
    hold_if_none(weights[0], lanes, total)
    for a in range(n):
        multiply(weights[a], total, lanes, record[a, w : w + lanes])


@loop
def hold_if_none(first: Any, lanes: int, total: Any) -> None:
    """Turn the sum of weights into what each is multiplied with; where there are none, the first act gets all."""
    for i in range(lanes):
        some = total[i] > 0.0
        first[i] = select(some, first[i], 1.0)
        total[i] = 1.0 / (total[i] if some else 1.0)


@inner
def anyone(deciding: Any, w: int, lanes: int) -> bool:
    """Whether there is a world to decide for in the tile."""
    decides = deciding[w : w + lanes]
    some = 0
    for i in range(lanes):
        some |= 1 if decides[i] > 0.0 else 0
    return some > 0


# -- the defender ---------------------------------------------------------------------------------------------------
@inner
def replies_to_defender(
    acts: Any, theirs: Any, g: Any, d: Any, c: Any, S: Any, w: int, lanes: int, paper: Any, blocks: Any
) -> None:
    """Fill the LOSSES of the defender's acts with the harm that the challenger's replies are expected to do.

    ``d`` and ``c`` (acts, columns, LANES) are the two menus' numbers. Acts short of force draw the same reply.
    """
    n, m = acts.shape[0], theirs.shape[0]
    losses, plain, avenging, waging = blocks[LOSSES], blocks[0], blocks[1], blocks[2]
    lam, word, owed, kept = g[RATIONALITY], g[WORD_CHALLENGER], paper[OWED], paper[COMMIT]
    challenger_bases(theirs, c, paper, lanes, plain)
    exponentiate(lam, plain, m, lanes, paper[BEST])
    obligation, committed = S[OBLIGATION, w : w + lanes], S[COMMIT_CHALLENGER, w : w + lanes]
    belief, phi, at_war = paper[BELIEF], S[PHI, w : w + lanes], paper[AT_WAR]
    for i in range(lanes):
        owed[i] = exp(at(lam, i) * obligation[i])
    for i in range(lanes):
        kept[i] = exp(-at(word, i) * committed[i])
    for i in range(lanes):
        belief[i] = logistic(phi[i])
    for b in range(m):  # three versions: as things stand, after open force, and in a war
        calm, avenged, waged, light, war = plain[b], avenging[b], waging[b], c[b, CA_LIGHT], c[b, CA_WAGED]
        for i in range(lanes):
            waged[i] = calm[i] * at(war, i)
            avenged[i] = waged[i] if at_war[i] > 0.5 else calm[i]
        for i in range(lanes):
            calm[i] = avenged[i] * (1.0 if committed[i] >= AVENGING else at(light, i))
    quiet = -1
    decapitated, vow, here = S[DECAPITATED, w : w + lanes], paper[GAMMA], paper[EG]
    for a in range(n):
        rung, loss = acts[a, ACT_RUNG], losses[a]
        if rung >= 10.0:
            hold = c[0, CA_HARM]
            for i in range(lanes):
                loss[i] = at(hold, i)
            continue
        if rung < FORCE and quiet >= 0:
            same = losses[quiet]
            for i in range(lanes):
                loss[i] = same[i]
            continue
        made, made_leader, vowed = d[a, DA_OWED], d[a, DA_OWED_LEADER], d[a, DA_VOWED]
        for i in range(lanes):
            here[i] = owed[i] * (at(made_leader, i) if decapitated[i] < 0.5 else at(made, i))
            vow[i] = min(kept[i], at(vowed, i))
        weigh_replies(waging if rung >= 9.0 else (avenging if rung >= STATE_FORCE else plain), c, m, lanes, paper)
        expected_harm(paper, lanes, loss)
        if rung < FORCE:
            quiet = a


@inlined
def weigh_replies(weights: Any, c: Any, m: int, lanes: int, paper: Any) -> None:
    """Sum the weights of the challenger's replies at a node, and their harm, for both of its types."""
    clear(paper, lanes)
    for b in range(m):
        weigh_reply(
            weights[b], paper[EG], c[b, CA_MEETS], paper[GAMMA], c[b, CA_HELD],
            c[b, CA_HARM], c[b, CA_RATIO], c[b, CA_HARM_RATIO],
            lanes, paper[SUM_1], paper[SUM_2], paper[HARM_1], paper[HARM_2],
        )  # fmt: skip


@loop
def weigh_reply(
    weight: Any, owed: Any, meets: Any, vow: Any, held: Any, harm: Any, ratio: Any, harm_ratio: Any,
    lanes: int, sum_1: Any, sum_2: Any, harm_1: Any, harm_2: Any,
) -> None:  # fmt: skip
    """One reply: B_b min(O O_a, M_b) min(1, C_a R_b), by type."""
    for i in range(lanes):
        value = weight[i] * min(owed[i], at(meets, i)) * min(1.0, vow[i] * at(held, i))
        sum_1[i] += value
        sum_2[i] += at(ratio, i) * value
        harm_1[i] += at(harm, i) * value
        harm_2[i] += at(harm_ratio, i) * value


@inlined
def defender_values(acts: Any, g: Any, d: Any, S: Any, w: int, lanes: int, kind: int, paper: Any, blocks: Any) -> None:
    """Fill the WEIGHTS with what a type's acts are worth, less the harm of the replies (``payoffs.defender_worth``)."""
    for a in range(acts.shape[0]):
        defender_value(
            blocks[BASES][a], blocks[LOSSES][a], paper[GAMMA], paper[CAPABILITY], paper[NAME], d[a, DA_ANSWER],
            d[a, DA_UNBLAMED], g[D_RESOLUTE_FACTOR], g[D_AUDIENCE], S[BLAMED, w : w + lanes],
            S[COMMIT_DEFENDER, w : w + lanes], acts[a, ACT_RUNG], kind == 0, lanes, blocks[WEIGHTS][a],
        )  # fmt: skip


@loop
def defender_value(
    base: Any, loss: Any, gamma: Any, capability: Any, name: Any, answer: Any, unblamed: Any, factor: Any,
    audience: Any, blamed: Any, commit: Any, rung: float, resolute: bool, lanes: int, out: Any,
) -> None:  # fmt: skip
    """One act's worth to a type, less the harm of the replies."""
    lethal = rung >= LETHAL_FORCE
    for i in range(lanes):
        able = (capability[i] if lethal else 1.0) * (1.0 if blamed[i] > 0.5 else at(unblamed, i))
        settled = (at(factor, i) if resolute else 1.0) * min(gamma[i], at(answer, i)) * able
        resolve = (name[i] if lethal else 0.0) - at(audience, i) * max(commit[i] - rung, 0.0)
        out[i] = base[i] + settled + (resolve if gamma[i] > 0.0 else 0.0) - loss[i]


@inlined
def go_mad(acts: Any, g: Any, lanes: int, weights: Any, paper: Any) -> None:
    """Irrationality of the resolute type, on its ``weights`` (n, LANES), as ``payoffs.madden``."""
    madness, on_attack, at_rest, homeland_share = (
        g[D_MADNESS], g[D_ALPHA_ATTACK], g[D_ALPHA_RESTRAINT], g[D_HOMELAND_SHARE]
    )  # fmt: skip
    provoked, share, moved = paper[PROVOKED], paper[VALUE], paper[SPARED]
    for i in range(lanes):
        share[i] = at(madness, i) * (at(on_attack, i) if provoked[i] > 0.5 else at(at_rest, i))
        moved[i] = 0.0
    for a in range(acts.shape[0]):
        if acts[a, ACT_RUNG] < LETHAL_FORCE:
            weight = weights[a]
            for i in range(lanes):
                moved[i] += weight[i] * share[i]
                weight[i] *= 1.0 - share[i]
    abroad, homeland = beyond_proportion(acts)
    at_home, out = weights[homeland], weights[abroad]
    for i in range(lanes):
        at_home[i] += moved[i] * at(homeland_share, i)
    for i in range(lanes):
        out[i] += moved[i] * (1.0 - at(homeland_share, i))


@inlined
def defender(
    tiles: Any, acts: Any, theirs: Any, world: Any, d: Any, c: Any, allies: Any, S: Any, A: Any,
    deciding: Any, private: float, ceiling: float, paper: Any, blocks: Any, record: Any,
) -> None:  # fmt: skip
    """Fill ``record`` (2, n, worlds) with what either type, resolute or weak, would do where ``deciding`` is 1.

    ``acts`` and ``theirs`` are the two menus, the numbers those of ``lanes.Lanes``; ``private`` is 1 for its own
    decision; 0 leaves out its errors of estimate, which others do not see.
    """
    n = acts.shape[0]
    weights = blocks[WEIGHTS]
    for t in range(tiles.shape[0]):
        w, lanes, k = tiles[t, 0], tiles[t, 1], tiles[t, 2]
        if not anyone(deciding, w, lanes):
            continue
        g, mine, their = world[k], d[k], c[k]
        defender_weighs(g, allies[k], S, A, w, lanes, private, paper)
        challenger_weighs(g, S, w, lanes, 0.0, paper)
        replies_to_defender(acts, theirs, g, mine, their, S, w, lanes, paper, blocks)
        defender_bases(acts, mine, paper, lanes, blocks[BASES])
        defender_provoked(g, S, w, lanes, paper)
        for kind in range(2):
            defender_values(acts, g, mine, S, w, lanes, kind, paper, blocks)
            exponentiate(g[RATIONALITY], weights, n, lanes, paper[BEST])
            strike_off(acts, ceiling, weights, lanes)
            if kind == 0:
                go_mad(acts, g, lanes, weights, paper)
                strike_off(acts, ceiling, weights, lanes)
            share_out(weights, n, lanes, paper[BEST], record[kind], w)


# -- the challenger -------------------------------------------------------------------------------------------------
@inlined
def settle_answers(acts: Any, g: Any, d: Any, lanes: int, paper: Any, blocks: Any) -> None:
    """Fill the blocks of A_a, by type and blame: the exponential of the grievance that an act can settle."""
    able = paper[ABLE]
    for kind in range(2):
        capability_of(g[RATIONALITY], paper[CAPABILITY], g[D_RESOLUTE_FACTOR], kind == 0, lanes, able)
        for a in range(acts.shape[0]):
            lethal, on_state = acts[a, ACT_RUNG] >= LETHAL_FORCE, acts[a, ACT_ON_STATE] > 0.5
            blamed, unblamed = blocks[2 + 2 * kind][a], blocks[3 + 2 * kind][a]
            if lethal:
                exponential_of(able, d[a, DA_ANSWER], lanes, blamed)
                if on_state:
                    discounted(able, d[a, DA_ANSWER], d[a, DA_UNBLAMED], lanes, unblamed)
            else:
                copy(d[a, DA_ANSWERED + 2 * kind], lanes, blamed)
                copy(d[a, DA_ANSWERED + 2 * kind + 1], lanes, unblamed)


@loop
def capability_of(lam: Any, capability: Any, factor: Any, resolute: bool, lanes: int, out: Any) -> None:
    """What the worth of a grievance is multiplied with, in exponents."""
    for i in range(lanes):
        out[i] = at(lam, i) * capability[i] * (at(factor, i) if resolute else 1.0)


@inner
def settle_grievance(g: Any, node: Any, lanes: int, blamed: bool, paper: Any) -> None:
    """Fill the rows EG: the exponential of a node's grievance at the week's capability, by type and blame."""
    able = paper[ABLE]
    for kind in range(2):
        capability_of(g[RATIONALITY], paper[CAPABILITY], g[D_RESOLUTE_FACTOR], kind == 0, lanes, able)
        exponential_of(able, node[NO_GAMMA], lanes, paper[EG + 2 * kind])
        if not blamed:
            discounted(able, node[NO_GAMMA], g[D_BLAME_DISCOUNT], lanes, paper[EG + 2 * kind + 1])


@inner
def answers(acts: Any, d: Any, node: Any, lanes: int, blamed: bool, paper: Any, blocks: Any) -> None:
    """Sum the weights of the defender's answers at a node, and their harm, for both of its types."""
    clear(paper, lanes)
    for a in range(acts.shape[0]):
        part = 1 if not blamed and acts[a, ACT_ON_STATE] > 0.5 else 0
        answered_1, answered_2 = blocks[2 + part][a], blocks[4 + part][a]
        if acts[a, ACT_RUNG] >= LETHAL_FORCE:
            weigh_answer(
                blocks[1][a], paper[EG + part], answered_1, d[a, DA_HARM_ATTACKED],
                paper[EG + 2 + part], answered_2, d[a, DA_HARM],
                lanes, paper[SUM_1], paper[SUM_2], paper[HARM_1], paper[HARM_2],
            )  # fmt: skip
        else:
            weigh_answer(
                blocks[1][a], node[NO_SETTLED + part], answered_1, d[a, DA_HARM_ATTACKED],
                node[NO_SETTLED + 2 + part], answered_2, d[a, DA_HARM],
                lanes, paper[SUM_1], paper[SUM_2], paper[HARM_1], paper[HARM_2],
            )  # fmt: skip


@loop
def weigh_answer(
    weight: Any, grievance_1: Any, answered_1: Any, mad: Any, grievance_2: Any, answered_2: Any, harm: Any,
    lanes: int, sum_1: Any, sum_2: Any, harm_1: Any, harm_2: Any,
) -> None:  # fmt: skip
    """One answer: D_a min(G_b, A_a), by type."""
    for i in range(lanes):
        first = weight[i] * min(at(grievance_1, i), answered_1[i])
        second = weight[i] * min(at(grievance_2, i), answered_2[i])
        sum_1[i] += first
        sum_2[i] += second
        harm_1[i] += at(mad, i) * first
        harm_2[i] += at(harm, i) * second


@inlined
def quiet_answers(acts: Any, d: Any, lanes: int, paper: Any, blocks: Any) -> None:
    """The same where there is nothing to settle: the types are alike but for madness, and no name is at stake."""
    weights = blocks[0]
    sum_1, sum_2, harm_1, harm_2 = paper[SUM_1], paper[SUM_2], paper[HARM_1], paper[HARM_2]
    clear(paper, lanes)
    for a in range(acts.shape[0]):
        weight, harm, mad = weights[a], d[a, DA_HARM], d[a, DA_HARM_AT_REST]
        for i in range(lanes):
            sum_1[i] += weight[i]
            harm_1[i] += at(mad, i) * weight[i]
        for i in range(lanes):
            harm_2[i] += at(harm, i) * weight[i]
    copy(sum_1, lanes, sum_2)


@inner
def answers_to_challenger(
    acts: Any, theirs: Any, g: Any, d: Any, c: Any, nodes: Any, S: Any, w: int, lanes: int, paper: Any, blocks: Any
) -> int:
    """Fill the LOSSES of the challenger's acts with the harm of the defender's answers, and QUIET with that of none.

    ``acts`` is the challenger's menu, ``theirs`` the defender's. An order to the proxies is a lottery over whether it
    kills. Returns the index of the order to harass, -1 if there is none.
    """
    n, m = theirs.shape[0], acts.shape[0]
    losses, plain, named = blocks[LOSSES], blocks[0], blocks[1]
    lam, word = g[RATIONALITY], g[WORD_DEFENDER]
    defender_bases(theirs, d, paper, lanes, plain)
    exponentiate(lam, plain, n, lanes, paper[BEST])
    belief, country, leader = paper[BELIEF], S[PI_COUNTRY, w : w + lanes], S[PI_LEADER, w : w + lanes]
    kept, commit, name, reputed = paper[COMMIT], S[COMMIT_DEFENDER, w : w + lanes], paper[NAME], paper[OWED]
    for i in range(lanes):
        belief[i] = logistic(country[i] + leader[i])
    for i in range(lanes):
        kept[i] = exp(-at(word, i) * commit[i])
    for i in range(lanes):
        reputed[i] = exp(at(lam, i) * name[i])
    for a in range(n):
        weight, given, held = named[a], plain[a], d[a, DA_HELD]
        lethal = theirs[a, ACT_RUNG] >= LETHAL_FORCE
        for i in range(lanes):
            weight[i] = given[i] * min(1.0, kept[i] * at(held, i)) * (reputed[i] if lethal else 1.0)
    settle_answers(theirs, g, d, lanes, paper, blocks)
    quiet = -1
    harassing = -1
    spared = False
    for b in range(m):
        rung, loss = acts[b, ACT_RUNG], losses[b]
        if rung >= 10.0:
            copy(d[0, DA_HARM], lanes, loss)
        elif rung < FORCE:
            if quiet < 0:
                quiet = b
                quiet_answers(theirs, d, lanes, paper, blocks)
                expected_harm(paper, lanes, paper[QUIET])
            copy(paper[QUIET], lanes, loss)
        elif acts[b, ACT_VIA_PROXIES] > 0.5:
            if not spared:
                spared = True
                settle_grievance(g, nodes[m], lanes, False, paper)
                answers(theirs, d, nodes[m], lanes, False, paper, blocks)
                expected_harm(paper, lanes, paper[SPARED])
            settle_grievance(g, nodes[b], lanes, False, paper)
            answers(theirs, d, nodes[b], lanes, False, paper, blocks)
            expected_harm(paper, lanes, loss)
            fatal, else_ = nodes[b, NO_FATAL], paper[SPARED]
            for i in range(lanes):
                loss[i] = (1.0 - at(fatal, i)) * else_[i] + at(fatal, i) * loss[i]
            if rung < LETHAL_FORCE and quiet >= 0:
                harassing = b
        else:
            blamed = rung >= STATE_FORCE
            settle_grievance(g, nodes[b], lanes, blamed, paper)
            answers(theirs, d, nodes[b], lanes, blamed, paper, blocks)
            expected_harm(paper, lanes, loss)
    return harassing


@inlined
def challenger_values(acts: Any, g: Any, c: Any, S: Any, w: int, lanes: int, paper: Any, blocks: Any) -> None:
    """Fill the WEIGHTS with what the restrained type's acts are worth, less the harm of the answers to them."""
    rung_now, alert, waging = S[RUNG, w : w + lanes], S[ALERT, w : w + lanes], paper[AT_WAR]
    for i in range(lanes):
        waging[i] = 1.0 if max(rung_now[i], alert[i]) >= 9.0 else 0.0
    for b in range(acts.shape[0]):
        challenger_value(
            blocks[BASES][b], blocks[LOSSES][b], waging, c[b, CA_MET], c[b, CA_FIRST], c[b, CA_RELIEF],
            g[C_AUDIENCE], S[OBLIGATION, w : w + lanes], S[COMMIT_CHALLENGER, w : w + lanes], acts[b, ACT_RUNG],
            lanes, blocks[WEIGHTS][b],
        )  # fmt: skip


@loop
def challenger_value(
    base: Any, loss: Any, waging: Any, met: Any, first: Any, relief: Any, audience: Any, owed: Any, commit: Any,
    rung: float, lanes: int, out: Any,
) -> None:  # fmt: skip
    """One act's worth to the restrained type, less the harm of the answers."""
    for i in range(lanes):
        worth = base[i] + waging[i] * at(relief, i) + min(owed[i], at(met, i))
        unprovoked = 0.0 if commit[i] >= AVENGING else at(first, i)
        out[i] = worth - at(audience, i) * max(commit[i] - rung, 0.0) - unprovoked - loss[i]


@inlined
def challenger(
    tiles: Any, acts: Any, theirs: Any, world: Any, d: Any, c: Any, nodes: Any, allies: Any, S: Any, A: Any,
    deciding: Any, private: float, ceiling: float, paper: Any, blocks: Any, record: Any,
) -> None:  # fmt: skip
    """Fill ``record`` (2, m, worlds), restrained and unrestrained type, and PUNISHMENT; as ``defender``."""
    m = acts.shape[0]
    weights = blocks[WEIGHTS]
    for t in range(tiles.shape[0]):
        w, lanes, k = tiles[t, 0], tiles[t, 1], tiles[t, 2]
        if not anyone(deciding, w, lanes):
            continue
        g, their, mine, node = world[k], d[k], c[k], nodes[k]
        defender_weighs(g, allies[k], S, A, w, lanes, 0.0, paper)
        challenger_weighs(g, S, w, lanes, private, paper)
        harassing = answers_to_challenger(acts, theirs, g, their, mine, node, S, w, lanes, paper, blocks)
        expected, decides, quiet = S[PUNISHMENT, w : w + lanes], deciding[w : w + lanes], paper[QUIET]
        harassed = blocks[LOSSES][harassing if harassing >= 0 else 0]
        for i in range(lanes):
            expected[i] = select(decides[i] > 0.0, harassed[i] - quiet[i] if harassing >= 0 else 0.0, expected[i])
        challenger_bases(acts, mine, paper, lanes, blocks[BASES])
        challenger_values(acts, g, mine, S, w, lanes, paper, blocks)
        exponentiate(g[RATIONALITY], weights, m, lanes, paper[BEST])
        strike_off(acts, ceiling, weights, lanes)
        for kind in range(2):
            if kind == 1:
                for b in range(m):
                    weight, ratio = weights[b], mine[b, CA_RATIO]
                    for i in range(lanes):
                        weight[i] *= at(ratio, i)
            share_out(weights, m, lanes, paper[BEST], record[kind], w)
