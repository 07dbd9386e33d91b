"""Value iteration for the Markov quantal-response equilibrium of the pictured crisis, with its certificate.

What is sought is a fixed point of one sweep (``improved``): backwards through a week (nature, challenger, defender)
every node gets the worth of its logit choice against the values held so far, and every act what it tells of its type.
The unknowns are these values and lessons. Plain iteration takes some 180 sweeps, for its slowest mode is a common shift
of modulus ``patience``, and where rationality is high it may cycle, as quantal response is no contraction; Anderson's
(1965) mixing of the last sweeps mends both (some 45). A row that it has not settled in ``RESTART`` sweeps goes on in
shorter steps, mixed and plain by turns; one that is not settled in ``MOST`` either, because its equilibrium is unstable
in more directions than ``DEPTH`` sweeps span, in half steps and then shorter ones, mixed over ``DEEP`` (``deepen``).
The certificate is the sup-norm distance between the unknowns and their own sweep: values in utils, lessons in nats. It
is computed, never assumed, and a row that has not settled says so.

No row starts from its neighbour's answer, though that would save sweeps: a world must not depend on which rows are
solved beside it, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from escalation.compiled import compiled, inner
from escalation.maths import logistic, logit
from escalation.model.arrays import Floats, Ints
from escalation.model.foresight.game import HARASSED, KILLED, Game
from escalation.model.foresight.grid import (
    HIGH,
    HIGHS,
    LANES,
    PHIS,
    PIS,
    STEP_PHI,
    STEP_PI,
    below,
    climbed,
    read,
    share,
)
from escalation.model.layout import ACT_RUNG, CONSERVATISM, D_ANCHOR, D_PHI0, LEARNING, RATIONALITY, SIGNAL_NOISE
from escalation.model.learning import log_likelihood_ratio
from escalation.model.payoffs import madden
from escalation.model.rules import quantal
from escalation.model.stage import copy, restrict

TOLERANCE: Final = 1e-5
"""Largest residual of a settled row (utils; nats)."""
MOST: Final = 600
DEPTH: Final = 6
"""Sweeps that are mixed."""
RESTART: Final = 60
"""Sweeps after which the mixing starts afresh."""
DEEP: Final = 20
DEEP_STEPS: Final = (0.5, 0.2)
"""Shares of a step in deep mixing, tried one after the other from the best that is known ..."""
DEEP_SWEEPS: Final = 200
"""... for so many sweeps each: a row that settles takes some 30."""


class Unknowns(NamedTuple):
    """Views of one flat array. First axis of values: resolute, weak, restrained, unrestrained."""

    value: Floats  # (4, Z, E, L) utils at the defender's nodes
    shown: Floats  # (Z, E, n, L) by how much an act of the defender moves logit pi
    told: Floats  # (C, E, m, L) by how much an act of the challenger moves logit phi


class Solution(NamedTuple):
    """What follows from the unknowns. First axis as of values."""

    after: Floats  # (4, C, E, L) utils at the challenger's nodes
    ahead: Floats  # (4, m, 2, E, L) after the challenger's act; third axis: the week was quiet, so that the rung cools
    defends: Floats  # (2, Z, E, n, L) choice probabilities of the defender's types
    challenges: Floats  # (2, C, E, m, L)
    rest: Floats  # (4,) the value of the first day's status quo


class Scratch(NamedTuple):
    """What a node is worked out on."""

    foreseen: Floats  # (4, most acts, L)
    worth: Floats  # (most acts, L)
    chance: Floats  # (2, most acts, L)
    total: Floats  # (L,)
    share: Floats  # (L,)
    at: Ints  # (L,)


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far the unknowns are from their own sweep (utils; nats), after how many sweeps."""

    sweeps: int
    residual: float

    @property
    def settled(self) -> bool:
        """Whether this is an equilibrium to within ``TOLERANCE``."""
        return self.residual <= TOLERANCE


def views(game: Game, flat: Floats | None = None) -> tuple[Floats, Unknowns]:
    """The unknowns of ``game`` as views of ``flat``, by default a new array of zeros."""
    z, c, n, m = len(game.rung), len(game.node_rung), len(game.defender_acts), len(game.challenger_acts)
    shapes = (4, z, HIGHS, LANES), (z, HIGHS, n, LANES), (c, HIGHS, m, LANES)
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
    flat = np.zeros(ends[-1]) if flat is None else flat
    parts = [flat[a:b].reshape(shape) for a, b, shape in zip(ends[:-1], ends[1:], shapes, strict=True)]
    return flat, Unknowns(*parts)


def blank(game: Game) -> tuple[Solution, Scratch]:
    """An empty solution, and room to work."""
    z, c, n, m = len(game.rung), len(game.node_rung), len(game.defender_acts), len(game.challenger_acts)
    solution = Solution(
        after=np.zeros((4, c, HIGHS, LANES)),
        ahead=np.zeros((4, m, 2, HIGHS, LANES)),
        defends=np.zeros((2, z, HIGHS, n, LANES)),
        challenges=np.zeros((2, c, HIGHS, m, LANES)),
        rest=np.zeros(4),
    )
    most, room = max(n, m), np.zeros(LANES)
    at = np.zeros(LANES, dtype=np.int64)
    wide = np.zeros((4, most, LANES)), np.zeros((most, LANES)), np.zeros((2, most, LANES))
    return solution, Scratch(*wide, room, room.copy(), at)


def equilibrium(
    game: Game, most: int = MOST, deep: Sequence[float] = DEEP_STEPS
) -> tuple[Unknowns, Solution, Certificate]:
    """The equilibrium of ``game`` and its certificate, after at most ``most`` sweeps and those of ``deep`` mixing."""
    solution, scratch = blank(game)
    (x, unknowns), (g, image) = views(game), views(game)
    past, room, report = np.zeros((2, DEPTH + 1, x.size)), np.zeros((DEPTH, DEPTH + 1)), np.zeros(2)
    best = np.zeros_like(x)
    iterate(game, unknowns, image, solution, scratch, x, g, best, past, room, most, report)
    found = Certificate(int(report[0]), float(report[1]))
    for step in deep:
        if found.settled:
            break

        def swept() -> None:
            iterate(game, unknowns, image, solution, scratch, x, g, x, past, room, 0, report)

        more, residual = deepen(swept, x, g, found.residual, step)
        found = Certificate(found.sweeps + more, residual)
    return unknowns, solution, found


def deepen(swept: Callable[[], None], x: Floats, g: Floats, least: float, step: float) -> tuple[int, float]:
    """Anderson mixing over ``DEEP`` sweeps from ``x`` (size,), whose residual is ``least``: sweeps, and what is left.

    ``swept`` fills ``g`` (size,) with the sweep of ``x``, which is left holding the best that was found.
    """
    best, before = x.copy(), np.zeros((2, x.size))
    moves, gram, room = np.zeros((2, DEEP, x.size)), np.zeros((DEEP, DEEP)), np.zeros((DEEP, DEEP + 1))
    for t in range(DEEP_SWEEPS):
        swept()
        residual = float(np.abs(g - x).max())
        if residual < least:
            least = residual
            best[:] = x
        if residual <= TOLERANCE:
            return t + 1, residual
        mix_deep(moves, gram, room, before, t, step, x, g)
    x[:] = best
    swept()
    return DEEP_SWEEPS, least


@compiled
def mix_deep(moves: Any, gram: Any, room: Any, before: Any, t: int, step: float, x: Any, g: Any) -> None:
    """Move ``x`` (size,) on by ``step`` of the mix of its sweep ``g`` and the ``DEEP`` before: Anderson, as ``mix_in``.

    ``moves`` (2, DEEP, size) holds how far the unknowns and their residuals moved, ``gram`` (DEEP, DEEP) the products
    of the latter, ``before`` (2, size) unknowns and residuals of the last sweep; ``room`` (DEEP, DEEP + 1) is scratch.
    A move that adds nothing to the newer ones is left out.
    """
    size, now = x.shape[0], (t - 1) % DEEP
    for i in range(size):
        gap = g[i] - x[i]
        moves[0, now, i] = x[i] - before[0, i]
        moves[1, now, i] = gap - before[1, i]
        before[0, i], before[1, i] = x[i], gap
    known = min(t, DEEP)
    for p in range(known):
        total = 0.0
        for i in range(size):
            total += moves[1, now, i] * moves[1, p, i]
        gram[now, p] = total
        gram[p, now] = total
    for p in range(known):
        u = (now - p) % DEEP
        for q in range(known):
            room[p, q] = gram[u, (now - q) % DEEP]
        total = 0.0
        for i in range(size):
            total += moves[1, u, i] * before[1, i]
        room[p, DEEP] = total
    for p in range(known):
        if room[p, p] <= 1e-10 * gram[(now - p) % DEEP, (now - p) % DEEP]:
            room[p, p] = 0.0
            continue
        for q in range(p + 1, known):
            factor = room[q, p] / room[p, p]
            for k in range(p, known):
                room[q, k] -= factor * room[p, k]
            room[q, DEEP] -= factor * room[p, DEEP]
    for i in range(size):
        x[i] += step * before[1, i]
    for back in range(known):
        p = known - 1 - back
        if room[p, p] == 0.0:
            room[p, DEEP] = 0.0
            continue
        for k in range(p + 1, known):
            room[p, DEEP] -= room[p, k] * room[k, DEEP]
        room[p, DEEP] /= room[p, p]
        u = (now - p) % DEEP
        for i in range(size):
            x[i] -= room[p, DEEP] * (moves[0, u, i] + step * moves[1, u, i])


@compiled
def iterate(
    G: Any, U: Any, image: Any, R: Any, W: Any, x: Any, g: Any, best: Any, past: Any, room: Any, most: int, report: Any
) -> None:
    """Sweep until settled, or ``most`` times; ``report`` (2,): sweeps, and the residual of what is left in ``U``.

    ``x`` and ``g`` (size,) are the flat arrays behind ``U`` and ``image``, a sweep's result. ``best`` (size,)
    keeps the unknowns of the least residual, ``past`` (2, DEPTH + 1, size) results and residuals of the last sweeps;
    ``room`` (DEPTH, DEPTH + 1) is scratch.
    """
    known, least = 0, 1e300
    for t in range(most):
        improved(G, U, R, W, image)
        size, now = 0.0, t % (DEPTH + 1)
        result, gap = past[0, now], past[1, now]
        for i in range(x.shape[0]):
            result[i] = g[i]
            gap[i] = g[i] - x[i]
            size = max(size, abs(gap[i]))
        if size < least:
            for i in range(x.shape[0]):
                best[i] = x[i]
        fresh = t == 0 or t % RESTART == 0 or size > 4.0 * report[1]
        report[0], report[1] = t + 1.0, size
        if size <= TOLERANCE:
            return
        least = min(least, size)
        window = t // RESTART
        step = 1.0 if window == 0 else 0.3
        known = 1 if fresh or window % 2 == 1 else min(known + 1, DEPTH + 1 if window == 0 else 2)
        for i in range(x.shape[0]):
            x[i] += step * gap[i]
        if known > 1:
            mix_in(past, now, known - 1, step, room, x)
    for i in range(x.shape[0]):
        x[i] = best[i]
    improved(G, U, R, W, image)
    report[1] = least


@inner
def mix_in(past: Any, now: int, depth: int, step: float, room: Any, x: Any) -> None:
    """Take from ``x`` (size,), one ``step`` on, the mix of the ``depth`` steps before that leaves least residual.

    Anderson (1965), type II: least squares by the normal equations, a little ridge for steps that are alike.
    """
    gap = past[1, now]
    for p in range(depth):
        u, v = past[1, (now - p) % (DEPTH + 1)], past[1, (now - p - 1) % (DEPTH + 1)]
        for q in range(p + 1):
            y, z = past[1, (now - q) % (DEPTH + 1)], past[1, (now - q - 1) % (DEPTH + 1)]
            total = 0.0
            for i in range(x.shape[0]):
                total += (u[i] - v[i]) * (y[i] - z[i])
            room[p, q] = total
            room[q, p] = total
        total = 0.0
        for i in range(x.shape[0]):
            total += (u[i] - v[i]) * gap[i]
        room[p, DEPTH] = total
    for p in range(depth):
        room[p, p] += 1e-10 * room[p, p] + 1e-300
    for p in range(depth):
        for q in range(p + 1, depth):
            factor = room[q, p] / room[p, p]
            for k in range(p, depth):
                room[q, k] -= factor * room[p, k]
            room[q, DEPTH] -= factor * room[p, DEPTH]
    for back in range(depth):
        p = depth - 1 - back
        for k in range(p + 1, depth):
            room[p, DEPTH] -= room[p, k] * room[k, DEPTH]
        room[p, DEPTH] /= room[p, p]
        share_of = min(max(room[p, DEPTH], -5.0), 5.0)
        newer, older = (now - p) % (DEPTH + 1), (now - p - 1) % (DEPTH + 1)
        new, old, left, before = past[0, newer], past[0, older], past[1, newer], past[1, older]
        for i in range(x.shape[0]):
            x[i] -= share_of * (new[i] - old[i] - (1.0 - step) * (left[i] - before[i]))


@inner
def improved(G: Any, U: Any, R: Any, W: Any, image: Any) -> None:
    """Fill ``image`` with the unknowns one sweep on from ``U``."""
    for k in range(4):
        R.rest[k] = read(U.value[k, 0, G.first_rung], G.numbers[D_ANCHOR], G.numbers[D_PHI0], 0.0)
    await_nature(G, U, R)
    challenge(G, U, R, W, image.told)
    defend(G, U, R, W, image.value, image.shown)


@inner
def await_nature(G: Any, U: Any, R: Any) -> None:
    """Fill ``R.ahead`` from ``U.value``: the rung cools or stays, control is rebuilt, proxies attack or hold."""
    for k in range(4):
        for b in range(G.provokes.shape[0]):
            z = G.provokes[b]
            for quiet in range(2):
                for e in range(HIGHS):
                    out = R.ahead[k, b, quiet, e]
                    for i in range(LANES):
                        out[i] = 0.0
                    cools = G.cooling if quiet == 1 and e > 0 else 0.0
                    for down in range(2):
                        part = G.patience * (cools if down == 1 else 1.0 - cools)
                        if part == 0.0:
                            continue
                        calm, direct = U.value[k, 0, e - down], U.value[k, z, e - down]
                        shelled, killed = U.value[k, HARASSED, e - down], U.value[k, KILLED, e - down]
                        for i in range(LANES):
                            fatal = min(G.hazard[b, 1, i] + G.mishap[e], 1.0)
                            spares = max(G.hazard[b, 0, i] - fatal, 0.0)
                            mixed = calm[i] + spares * (shelled[i] - calm[i]) + fatal * (killed[i] - calm[i])
                            out[i] += part * (direct[i] if z > 0 else mixed)
                    for i in range(1, LANES, 2):
                        out[i] = G.kept * out[i] + (1.0 - G.kept) * out[i - 1]


@inner
def challenge(G: Any, U: Any, R: Any, W: Any, told: Any) -> None:
    """The challenger's nodes: fill ``R.after``, ``R.challenges`` and ``told``."""
    N, acts = G.numbers, G.challenger_acts
    m = acts.shape[0]
    for c in range(G.node_rung.shape[0]):
        for e in range(HIGHS):
            for b in range(m):
                rung = acts[b, ACT_RUNG]
                if rung >= 10.0:
                    end(R.rest, W.foreseen, b)
                    continue
                stands = climbed(climbed(e, rung), G.node_rung[c])
                quiet = 1 if max(rung, G.node_rung[c]) < HIGH[e] else 0
                lesson = U.told[c, e, b]
                for i in range(LANES):
                    phi = logistic(logit(G.phi[i]) + lesson[i])
                    j = below(phi, STEP_PHI, PHIS)
                    W.at[i] = (i // (2 * PHIS) * PHIS + j) * 2 + (1 if G.decapitates[c] == 1 else i % 2)
                    W.share[i] = share(phi, STEP_PHI, j)
                for k in range(4):
                    between(R.ahead[k, b, quiet, stands], W.at, W.share, 2, W.foreseen[k, b])
            for kind in range(2):
                chance = W.chance[kind, :m]
                for b in range(m):
                    for i in range(LANES):
                        worth = G.challenger_worth[kind, c, i % 2, b, e]
                        W.worth[b, i] = worth + W.foreseen[2 + kind, b, i]
                quantal.logit_choice(W.worth[:m], LANES, N[RATIONALITY], W.total, chance)
                expect(chance, W.worth, R.after[2 + kind, c, e])
                copy(chance, LANES, R.challenges[kind, c, e])
            teach(N, W.chance, m, told[c, e])
            for kind in range(2):
                suffer(G.phi, W.chance, W.foreseen[kind], G.harm[0], m, R.after[kind, c, e])


@inner
def defend(G: Any, U: Any, R: Any, W: Any, value: Any, shown: Any) -> None:
    """The defender's nodes: fill ``value``, ``R.defends`` and ``shown``."""
    N, acts = G.numbers, G.defender_acts
    n = acts.shape[0]
    for z in range(G.rung.shape[0]):
        for e in range(HIGHS):
            for a in range(n):
                c = G.node[a]
                if c < 0:
                    end(R.rest, W.foreseen, a)
                    continue
                lesson = U.shown[z, e, a]
                for i in range(LANES):
                    pi = logistic(logit(G.pi[i]) + lesson[i])
                    j = below(pi, STEP_PI, PIS)
                    W.at[i] = j * PHIS * 2 + i % (2 * PHIS)
                    W.share[i] = share(pi, STEP_PI, j)
                for k in range(4):
                    between(R.after[k, c, e], W.at, W.share, 2 * PHIS, W.foreseen[k, a])
            for kind in range(2):
                chance = W.chance[kind, :n]
                for a in range(n):
                    for i in range(LANES):
                        W.worth[a, i] = G.defender_worth[kind, z, a, e] + W.foreseen[kind, a, i]
                if z == 0 and e == 0:  # in calm there is nothing to decide
                    for a in range(n):
                        for i in range(LANES):
                            chance[a, i] = 1.0 if a == 0 else 0.0
                else:
                    quantal.logit_choice(W.worth[:n], LANES, N[RATIONALITY], W.total, chance)
                    if kind == 0:
                        for i in range(LANES):
                            W.share[i] = 1.0 if z > 0 else 0.0
                        madden(N, acts, W.share, LANES, W.total, chance)
                    restrict(acts, 10.0, LANES, W.total, chance)
                expect(chance, W.worth, value[kind, z, e])
                copy(chance, LANES, R.defends[kind, z, e])
            teach(N, W.chance, n, shown[z, e])
            for kind in range(2):
                suffer(G.pi, W.chance, W.foreseen[2 + kind], G.harm[1], n, value[2 + kind, z, e])


@inner
def teach(N: Any, chance: Any, n: int, out: Any) -> None:
    """Fill ``out`` (n, L) with what each act tells, from both types' ``chance`` (2, most acts, L)."""
    pace, noise = N[LEARNING] * N[CONSERVATISM], N[SIGNAL_NOISE]
    for a in range(n):
        for i in range(LANES):
            out[a, i] = pace * log_likelihood_ratio(chance[0, a, i], chance[1, a, i], noise, n)


@inner
def end(rest: Any, foreseen: Any, a: int) -> None:
    """After war by act ``a`` nothing is to come. What it brings is in its cost, which is set against the status quo."""
    for k in range(4):
        for i in range(LANES):
            foreseen[k, a, i] = rest[k]


@inner
def between(source: Any, at: Any, part: Any, stride: int, out: Any) -> None:
    """Fill ``out`` (L,) with ``source`` (L,) interpolated between lanes ``at`` and ``at + stride``."""
    for i in range(LANES):
        j = at[i]
        out[i] = (1.0 - part[i]) * source[j] + part[i] * source[j + stride]


@inner
def expect(chance: Any, worth: Any, out: Any) -> None:
    """Fill ``out`` (L,) with the mean ``worth`` of acts under ``chance``; what is off the menu has none."""
    for i in range(LANES):
        out[i] = 0.0
    for a in range(chance.shape[0]):
        for i in range(LANES):
            out[i] += chance[a, i] * worth[a, i] if chance[a, i] > 1e-200 else 0.0


@inner
def suffer(belief: Any, chance: Any, foreseen: Any, harm: Any, n: int, out: Any) -> None:
    """Fill ``out`` (L,) with what the other side's ``n`` acts bring on: their harm, and all that follows."""
    for i in range(LANES):
        out[i] = 0.0
    for a in range(n):
        for i in range(LANES):
            p = belief[i] * chance[0, a, i] + (1.0 - belief[i]) * chance[1, a, i]
            out[i] += p * (foreseen[a, i] - harm[a])
