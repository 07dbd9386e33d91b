"""Level-k reasoning and cognitive hierarchies.

A player of level 0 chooses blindly. In level-k thinking (Stahl and Wilson 1995; Nagel 1995) a player of level k takes
the others to be of level k - 1; in a cognitive hierarchy (Camerer, Ho and Chong 2004, Quarterly Journal of Economics
119: 861-898) it takes them to be of the levels below k, in the proportions in which these occur, which are Poisson with
mean tau. Each replies by logit at lambda, without error where lambda is infinite (ties then shared equally).

In a tree a player plans its own later moves at its own level, and updates on what it sees by Bayes' rule: what comes
out of several levels is a mixture of plans, not of choices at each information set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from escalation.games.paths import Floats, Paths, Unsolvable
from escalation.games.regret import depths, logs

TIE: Final = 1e-9
"""Within this share of the stakes, actions are worth the same to a player who makes no errors."""

REST: Final = 1e-10
"""Of the players, left out of a hierarchy at its top."""


def level_k(paths: Paths, level: int, rationality: float) -> list[Floats]:
    """Log probabilities (k,) of players of level 0, 1, ... ``level``, each replying to the one before."""
    _needs_recall(paths)
    found = [paths.uniform()]
    for _ in range(level):
        found.append(reply(paths, found[-1], rationality))
    return found


def hierarchy(paths: Paths, tau: float, rationality: float) -> tuple[list[Floats], Floats]:
    """Log probabilities of each level of a cognitive hierarchy, and those of the whole population (k,)."""
    _needs_recall(paths)
    shares = poisson(tau)
    found = [paths.uniform()]
    for level in range(1, len(shares)):
        found.append(reply(paths, mixture(paths, found, shares[:level]), rationality))
    return found, mixture(paths, found, shares)


def poisson(tau: float) -> list[float]:
    """Shares of the levels 0, 1, ... up to where all but REST are counted, made to sum to one."""
    shares = [math.exp(-tau)]
    while sum(shares) < 1.0 - REST:
        shares.append(shares[-1] * tau / len(shares))
    total = sum(shares)
    return [share / total for share in shares]


def reply(paths: Paths, log_others: Floats, rationality: float) -> Floats:
    """Each player's logit reply to ``log_others``, its own last moves planned first."""
    depth = depths(paths)
    found = paths.uniform()
    for player in range(len(paths.players)):
        own = paths.player_of == player
        plan = np.where(own, found, log_others)
        for level in range(int(depth.max()), -1, -1):
            now = own & (depth[paths.set_of] == level)
            if now.any():
                plan = np.where(now, respond(paths, paths.expected(paths.weights(plan)), rationality), plan)
        found = np.where(own, plan, found)
    return found


def gap(paths: Paths, log_x: Floats, log_others: Floats, rationality: float) -> float:
    """How far ``log_x`` is from being each player's reply to ``log_others``, its own other moves held: a certificate.

    The largest difference between a probability and the one that the logit prescribes.
    """
    largest = 0.0
    for player in range(len(paths.players)):
        own = paths.player_of == player
        plan = np.where(own, log_x, log_others)
        prescribed = respond(paths, paths.expected(paths.weights(plan)), rationality)
        largest = max(largest, float(np.max(np.abs(np.exp(log_x) - np.exp(prescribed))[own], initial=0.0)))
    return largest


def respond(paths: Paths, worth: Floats, rationality: float) -> Floats:
    """Log of the logit choice at each information set; with infinite ``rationality`` the best actions, shared."""
    if math.isinf(rationality):
        near = worth >= paths.best(worth)[paths.set_of] - TIE * paths.stakes[paths.player_of]
        return logs(near / paths.by_set(near.astype(float))[paths.set_of])
    return paths.softmax(rationality * worth)


def mixture(paths: Paths, levels: Sequence[Floats], shares: Sequence[float]) -> Floats:
    """Log choice probabilities (k,) of a population in which each player's level is drawn once, with ``shares``.

    By Kuhn's theorem: P(k) = sum_l share_l r_l(k) / sum_l share_l r_l(h), where r_l(k) is the chance that level l's own
    choices lead through action k, and r_l(h) that they lead to its information set.
    """
    through, upto = [], []
    order = np.argsort(depths(paths), kind="stable")
    for log_x, share in zip(levels, shares, strict=True):
        own = np.zeros(paths.count)
        arrived = np.zeros(paths.count)
        for place in order:
            actions = slice(paths.starts[place], paths.starts[place + 1])
            before = paths.before[place]
            arrived[actions] = own[before] if before >= 0 else 0.0
            own[actions] = arrived[actions] + log_x[actions]
        through.append(math.log(max(share, 1e-300)) + own)
        upto.append(math.log(max(share, 1e-300)) + arrived)
    return np.asarray(np.logaddexp.reduce(through) - np.logaddexp.reduce(upto))


def _needs_recall(paths: Paths) -> None:
    if not paths.recall:
        raise Unsolvable("a player forgets what it did; levels plan ahead, which needs perfect recall")
