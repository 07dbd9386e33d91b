"""What a world sees ahead: the solved values at its own state, by linear interpolation in pi, phi and disarray."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from escalation.compiled import compiled, inner
from escalation.maths import logistic
from escalation.model.arrays import Floats, Ints
from escalation.model.foresight.game import Game
from escalation.model.foresight.grid import PHIS, PIS, climbed, on_grid, read
from escalation.model.foresight.solve import Solution, Unknowns
from escalation.model.layout import (
    ACT_RUNG,
    ALERT,
    DEAD,
    DISARRAY,
    ENDED,
    FORCE,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PROVOCATION,
    RUNG,
    SUFFERED,
)


class Outlook(NamedTuple):
    """What is kept of the solutions of K points; the other axes as in ``game.Game``."""

    after: Floats  # (K, 2, C, E, L) what the defender's types expect once the challenger is to move
    ahead: Floats  # (K, 2, m, 2, E, L) what the challenger's types expect after their act
    rest: Floats  # (K, 4) what either side's types expect of the first day's status quo, the zero of all utils
    shown: Floats  # (K, Z, n) by how much an act of the defender moves logit pi, typically
    told: Floats  # (K, C, m) by how much an act of the challenger moves logit phi
    rung: Floats  # (K, Z) provocations foreseen
    dead: Floats
    node_rung: Floats  # (K, C)
    node: Ints  # (K, n)
    defender_rung: Floats  # (K, n)
    challenger_rung: Floats  # (K, m)


def outlook(game: Game, unknowns: Unknowns, solution: Solution) -> Outlook:
    """What is kept of one point. What an act tells is taken in the middle of the grid, at a standing rung of 6."""
    middle, crisis = (PIS // 2 * PHIS + PHIS // 2) * 2, on_grid(6.0)
    return Outlook(
        after=solution.after[None, :2].copy(),
        ahead=solution.ahead[None, 2:].copy(),
        rest=solution.rest[None],
        shown=unknowns.shown[None, :, crisis, :, middle].copy(),
        told=unknowns.told[None, :, crisis, :, middle].copy(),
        rung=game.rung[None],
        dead=game.dead[None],
        node_rung=game.node_rung[None],
        node=game.node[None],
        defender_rung=game.defender_acts[None, :, ACT_RUNG].copy(),
        challenger_rung=game.challenger_acts[None, :, ACT_RUNG].copy(),
    )


def stacked(outlooks: Sequence[Outlook]) -> Outlook:
    """Several points as one."""
    return Outlook(*(np.concatenate(parts) for parts in zip(*outlooks, strict=True)))


@compiled
def defender(V: Any, slot: Any, S: Any, out: Any) -> None:
    """Fill ``out`` (2, n, worlds) with what either type of the defender sees follow each of its acts, in utils.

    The replies to it are in it. Of the provocations foreseen, the one most like that perceived counts.
    """
    for w in range(slot.shape[0]):
        k = slot[w]
        if S[ENDED, w] > 0.0:
            continue
        e, z = climbed(0, S[RUNG, w]), likest(V.rung[k], V.dead[k], S[PROVOCATION, w], S[DEAD, w])
        phi, loss = logistic(S[PHI, w]), min(S[DISARRAY, w], 1.0)
        for a in range(out.shape[1]):
            c = V.node[k, a]
            pi = logistic(S[PI_COUNTRY, w] + S[PI_LEADER, w] + V.shown[k, z, a])
            for kind in range(2):
                after = read(V.after[k, kind, max(c, 0), e], pi, phi, loss)
                out[kind, a, w] = after if c >= 0 else V.rest[k, kind]


@compiled
def challenger(V: Any, slot: Any, S: Any, out: Any) -> None:
    """Fill ``out`` (2, m, worlds) with what either type of the challenger sees follow each of its acts, in utils."""
    for w in range(slot.shape[0]):
        k = slot[w]
        if S[ENDED, w] > 0.0:
            continue
        stands, suffered = climbed(climbed(0, S[RUNG, w]), S[ALERT, w]), S[SUFFERED, w]
        c = nearest(V.node_rung[k], suffered) if suffered >= FORCE else 0
        pi, loss = logistic(S[PI_COUNTRY, w] + S[PI_LEADER, w]), min(S[DISARRAY, w], 1.0)
        for b in range(out.shape[1]):
            rung = V.challenger_rung[k, b]
            quiet = 1 if max(S[ALERT, w], rung) < S[RUNG, w] else 0
            phi = logistic(S[PHI, w] + V.told[k, c, b])
            for kind in range(2):
                ahead = read(V.ahead[k, kind, b, quiet, climbed(stands, rung)], pi, phi, loss)
                out[kind, b, w] = ahead if rung < 10.0 else V.rest[k, 2 + kind]


@inner
def nearest(rung: Any, seen: float) -> int:
    """Index of the ``rung`` nearest to the one ``seen``."""
    best = 0
    for c in range(rung.shape[0]):
        best = c if abs(rung[c] - seen) < abs(rung[best] - seen) else best
    return best


@inner
def likest(rung: Any, dead: Any, seen: float, killed: float) -> int:
    """Index of the ``rung`` nearest to the one ``seen``; whether anyone was killed outweighs two rungs."""
    best, least = 0, 1e9
    for z in range(rung.shape[0]):
        distance = abs(rung[z] - seen)
        distance += 0.0 if (dead[z] >= 1.0) == (killed >= 1.0) else 2.0
        if distance < least:
            best, least = z, distance
    return best
