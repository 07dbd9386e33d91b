"""From choice probabilities to an act that the other side has seen: the same for both principals, a tile at a time.

The choice is drawn, may slip (``errors.execution``), and is perceived with error (``errors.perception``); what it tells
of the type is worked out by ``learning``'s formulas for all worlds of the tile at once. Rows of ``slate``
(rows, LANES) hold the steps in between.
"""

from __future__ import annotations

from typing import Any

from escalation import draws
from escalation.compiled import inlined, inner, loop
from escalation.maths import exp, normals, select
from escalation.model import learning
from escalation.model.errors import execution
from escalation.model.lanes import at
from escalation.model.layout import (
    ACT_RUNG,
    EXECUTION_P,
    EXECUTION_SKEW,
    FORCE,
    PERCEPTION_BIAS,
    PERCEPTION_SD,
    SIGNAL_NOISE,
)
from escalation.model.rows import copy, listed, padded, reset, uniforms, uniforms_of

# Rows of ``slate``. FIRST and SECOND: how likely each type was to be seen as it was; TAUGHT: their log ratio.
(LUCK, TOTAL, WAR, INTENDED, DONE, ACTED, SEEN, FIRST, SECOND, TAUGHT, ONE, OTHER, WAY) = range(13)


@inner
def intend(record: Any, first_type: Any, w: int, lanes: int, slate: Any) -> None:
    """Fill INTENDED with the act that LUCK draws from the true type's choice; ``record`` (2, n, worlds).

    ``first_type`` (LANES,) is 1 where the true type is the first.
    """
    reset(lanes, slate[TOTAL])
    reset(lanes, slate[INTENDED])
    for a in range(record.shape[1] - 1):
        one, other = record[0, a, w : w + lanes], record[1, a, w : w + lanes]
        pass_over(one, other, first_type, slate[LUCK], lanes, slate[TOTAL], slate[INTENDED])


@loop
def pass_over(one: Any, other: Any, first_type: Any, luck: Any, lanes: int, total: Any, act: Any) -> None:
    """Go on to the next act where luck is above the chances so far."""
    for i in range(lanes):
        total[i] += one[i] if first_type[i] > 0.5 else other[i]
        act[i] += 1.0 if luck[i] >= total[i] else 0.0


@inlined
def foresee_war(
    acts: Any, record: Any, first_type: Any, numbers: Any, column: int, w: int, lanes: int, slate: Any
) -> None:
    """Fill WAR with the chance that what is carried out is all-out war; ``column`` of ``numbers`` is an act's own."""
    reset(lanes, slate[WAR])
    for a in range(record.shape[1]):
        if execution.chance_of_war(acts, a, 1.0, 1.0) > 0.0:  # others are too far below
            one, other = record[0, a, w : w + lanes], record[1, a, w : w + lanes]
            add_chance(numbers[a, column], one, other, first_type, lanes, slate[WAR])


@loop
def add_chance(brink: Any, one: Any, other: Any, first_type: Any, lanes: int, war: Any) -> None:
    """Add the chance of one act to be war."""
    for i in range(lanes):
        war[i] += at(brink, i) * (one[i] if first_type[i] > 0.5 else other[i])


@loop
def force(act: int, war: float, lanes: int, intended: Any, chance: Any) -> None:
    """Put an act forced by the scenario in place of what was drawn; ``war`` is 1 if it is all-out war."""
    for i in range(lanes):
        intended[i] = act
        chance[i] = war


@inlined
def carry_through(acts: Any, record: Any, w: int, lanes: int, slate: Any) -> None:
    """Fill DONE, ACTED (its rung), FIRST and SECOND (each type's chance of it), as if nothing had slipped."""
    copy(slate[INTENDED], lanes, slate[DONE])
    look_up(acts, record, slate[INTENDED], w, lanes, slate[ACTED], slate[FIRST], slate[SECOND])


@loop
def look_up(acts: Any, record: Any, done: Any, w: int, lanes: int, rung: Any, first: Any, second: Any) -> None:
    """Take the rung and the chances of the act done."""
    for i in range(lanes):
        a = int(done[i])
        rung[i] = acts[a, ACT_RUNG]
        first[i] = record[0, a, w + i]
        second[i] = record[1, a, w + i]


@inlined
def slip(
    acts: Any, record: Any, g: Any, key: Any, w: int, step: int, turn: int, actor: int, few: int, who: Any, slate: Any,
    errors: Any,
) -> None:  # fmt: skip
    """Let acts of force slip to a neighbouring rung (``errors.execution``), and count it in the tally ``errors``."""
    luck = slate[LUCK]
    uniforms_of(who, padded(few), key, w, step, turn, actor, draws.EXECUTION, luck)
    for n in range(few):
        i = who[n]
        p = at(g[EXECUTION_P], i)
        if luck[n] < p:
            way = draws.uniform(key[w + i], step, turn, actor, draws.EXECUTION_WAY)
            meant = int(slate[INTENDED, i])
            a = execution.executed(acts, meant, acts.shape[0], luck[n], way, p, at(g[EXECUTION_SKEW], i))
            slate[DONE, i] = a
            slate[ACTED, i] = acts[a, ACT_RUNG]
            slate[FIRST, i] = record[0, a, w + i]
            slate[SECOND, i] = record[1, a, w + i]
            errors[w + i] += 1 if a != meant else 0


@inlined
def perceive(
    g: Any, key: Any, w: int, step: int, turn: int, actor: int, few: int, who: Any, spare: Any, slate: Any
) -> None:
    """Put the rungs of acts of force as the other side sees them (``errors.perception``) into SEEN and, side by side,
    into WAY."""
    wide = padded(few)
    uniforms_of(who, wide, key, w, step, turn, actor, draws.PERCEPTION, slate[LUCK])
    normals(slate[LUCK, :wide], slate[WAY, :wide], spare)
    distort(who, slate[ACTED], g[PERCEPTION_BIAS], g[PERCEPTION_SD], wide, slate[WAY])
    for n in range(few):
        slate[SEEN, who[n]] = slate[WAY, n]


@loop
def distort(who: Any, rung: Any, bias: Any, sd: Any, few: int, seen: Any) -> None:
    """Acts of force are seen with bias and noise, others as they are; ``seen`` holds a standard normal at first."""
    for n in range(few):
        i = who[n]
        blurred = min(max(rung[i] + at(bias, i) + at(sd, i) * seen[n], 1.0), 10.0)
        seen[n] = select(rung[i] < FORCE, rung[i], blurred)


@inlined
def recognise(acts: Any, record: Any, g: Any, w: int, few: int, who: Any, slate: Any) -> None:
    """Turn FIRST and SECOND of acts of force into how likely each type was to be seen as it was.

    The observer knows that it errs, though not which way: L(seen|type) = sum_b P(b|type) f(seen - rung_b), with f the
    noise of perception, normalised over the acts of force on the menu ``acts``. Acts short of force are seen as they
    are.
    """
    total, one, other, wide = slate[TOTAL], slate[ONE], slate[OTHER], padded(few)
    reset(wide, total)
    reset(wide, one)
    reset(wide, other)
    for b in range(acts.shape[0]):
        if acts[b, ACT_RUNG] >= FORCE:
            blur(who, slate[WAY], acts[b, ACT_RUNG], g[PERCEPTION_SD], record, b, w, wide, total, one, other)
    for n in range(few):
        i = who[n]
        if slate[ACTED, i] >= FORCE and total[n] > 0.0:
            slate[FIRST, i] = one[n] / total[n]
            slate[SECOND, i] = other[n] / total[n]


@loop
def blur(
    who: Any, seen: Any, height: float, sd: Any, record: Any, b: int, w: int, few: int, total: Any, one: Any, other: Any
) -> None:
    """Add an act of force by how well its rung fits what was seen."""
    for n in range(few):
        z = (seen[n] - height) / max(at(sd, who[n]), 0.05)
        weight = exp(-0.5 * z * z)
        total[n] += weight
        one[n] += weight * record[0, b, w + who[n]]
        other[n] += weight * record[1, b, w + who[n]]


@loop
def tell(first: Any, second: Any, noise: Any, n: int, lanes: int, taught: Any) -> None:
    """Log-likelihood ratios."""
    for i in range(lanes):
        taught[i] = learning.log_likelihood_ratio(first[i], second[i], at(noise, i), n)


@inner
def act(
    acts: Any, record: Any, first_type: Any, numbers: Any, brink: int, g: Any, deciding: Any, key: Any,
    w: int, lanes: int, forced: int, step: int, turn: int, actor: int, ceiling: float, slate: Any, who: Any,
    spare: Any, errors: Any,
) -> None:  # fmt: skip
    """All of the above for one tile, and what it tells of the type (TAUGHT).

    What becomes of acts of force is worked out for the lanes ``who`` in which there is one; ``spare`` (LANES,), of
    whole numbers, is scratch.
    """
    uniforms(key, w, lanes, step, turn, actor, draws.CHOICE, slate[LUCK])
    intend(record, first_type, w, lanes, slate)
    if forced >= 0:
        certainly = 1.0 if acts[forced, ACT_RUNG] >= 10.0 else 0.0
        force(forced, certainly, lanes, slate[INTENDED], slate[WAR])
    elif ceiling >= 10.0:
        foresee_war(acts, record, first_type, numbers, brink, w, lanes, slate)
    else:
        reset(lanes, slate[WAR])
    carry_through(acts, record, w, lanes, slate)
    few = use_of_force(slate[ACTED], deciding[w : w + lanes], lanes, slate[ONE], who)
    if forced < 0 and ceiling >= 10.0:
        slip(acts, record, g, key, w, step, turn, actor, few, who, slate, errors)
    copy(slate[ACTED], lanes, slate[SEEN])
    perceive(g, key, w, step, turn, actor, few, who, spare, slate)
    recognise(acts, record, g, w, few, who, slate)
    tell(slate[FIRST], slate[SECOND], g[SIGNAL_NOISE], acts.shape[0], lanes, slate[TAUGHT])


@loop
def believe(where: Any, taught: Any, share: Any, sign: float, w: int, lanes: int, belief: Any) -> None:
    """Move a ``belief`` (worlds,), a logit, by a share of what was TAUGHT where ``where`` is 1.

    The share is that of ``share`` (LANES,) or, with ``sign`` -1, what it leaves of 1.
    """
    x, chosen = belief[w : w + lanes], where[w : w + lanes]
    for i in range(lanes):
        part = at(share, i) if sign > 0.0 else 1.0 - at(share, i)
        x[i] = select(chosen[i] > 0.0, learning.moved(x[i], part * taught[i]), x[i])


@loop
def scale(first: Any, second: Any, lanes: int, row: Any) -> None:
    """Multiply a row with two others."""
    for i in range(lanes):
        row[i] *= at(first, i) * at(second, i)


@loop
def note_odds(where: Any, war: Any, w: int, lanes: int, now: Any, total: Any) -> None:
    """Note the chance of war beforehand, and sum it, where ``where`` is 1."""
    last, past, chosen = now[w : w + lanes], total[w : w + lanes], where[w : w + lanes]
    for i in range(lanes):
        last[i] = select(chosen[i] > 0.0, war[i], last[i])
        past[i] += war[i] if chosen[i] > 0.0 else 0.0


@loop
def keep_where(where: Any, otherwise: float, w: int, lanes: int, row: Any) -> None:
    """Leave a row of the slate where ``where`` (worlds,) is 1, and set it to ``otherwise`` elsewhere."""
    chosen = where[w : w + lanes]
    for i in range(lanes):
        row[i] = select(chosen[i] > 0.0, row[i], otherwise)


@loop
def rise(where: Any, rung: Any, w: int, lanes: int, alert: Any) -> None:
    """Raise the highest rung executed this step where ``where`` is 1."""
    highest, chosen = alert[w : w + lanes], where[w : w + lanes]
    for i in range(lanes):
        highest[i] = select(chosen[i] > 0.0, max(highest[i], rung[i]), highest[i])


@loop
def release(where: Any, rung: Any, least: float, w: int, lanes: int, commit: Any) -> None:
    """Whoever does what it has tied its name to, at ``least`` that rung, is free of it."""
    vow, chosen = commit[w : w + lanes], where[w : w + lanes]
    for i in range(lanes):
        free = (rung[i] >= vow[i] - 0.5) & (rung[i] >= least) & (chosen[i] > 0.0)
        vow[i] = select(free, 0.0, vow[i])


@inner
def use_of_force(rung: Any, where: Any, lanes: int, flag: Any, who: Any) -> int:
    """Fill ``who`` with the lanes in which there is an act of force; returns how many. ``flag`` is scratch."""
    is_force(rung, where, lanes, flag)
    return int(listed(flag, lanes, who))


@loop
def is_force(rung: Any, where: Any, lanes: int, flag: Any) -> None:
    """Flag acts of force."""
    for i in range(lanes):
        flag[i] = 1.0 if (rung[i] >= FORCE) & (where[i] > 0.0) else 0.0
