"""Shapley values: which coalitions to run, and how their worths add up to each player's share.

A player is something that can be switched off; a coalition is the set of players left on, written as an integer whose
bit i is player i. The Shapley value (1953, Contributions to the Theory of Games II: 307-317) is the only split of
v(all) - v(none) that adds up, treats players alike that are alike, gives nothing to a player that changes nothing, and
adds over games. It is a mean, with fixed weights, of what the player adds when it joins, so that a *design* is a list
of coalitions and of the joinings among them, the same for the odds as for any one world. Differences are taken before
they are weighed: a player that changes nothing has exactly nothing.

Two designs. ``exact``: all 2^k coalitions. ``circle``: the players stand on a circle in some order, and the coalitions
are its arcs. Reading the circle from each of its k places, forwards and backwards, gives 2k orders of joining, in
which every player stands at every place twice and each order comes with its reverse: permutation sampling (Castro,
Gomez and Tejada 2009, Computers & Operations Research 36: 1726-1730), stratified by place and antithetic (Mitchell,
Cooper, Frank and Holmes 2022, JMLR 23(43)), at the price of k (k - 1) + 2 coalitions instead of 2k (k - 1) + 2. All
that adds up over one order adds up over a circle, so the values sum exactly; none, each player alone, all but each,
and all are among the arcs of every circle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_EXACT = 12
"""Players up to whom all coalitions are listed: 4,096 of them."""
MOST_PLAYERS = 40
SLACK = 64.0
"""Rounding errors, in units of the last place, that the sum of the values may be off by."""


@dataclass(frozen=True, eq=False)
class Design:
    """``coalitions`` (coalitions,), the empty one first and the full one last, and who joins which.

    In joining j player i turns the coalition at place ``before[i, j]`` into the one at ``after[i, j]``, with weight
    ``weights[i, j]``; all have shape (players, joinings), and a player's weights sum to 1.
    """

    players: int
    coalitions: Ints
    before: Ints
    after: Ints
    weights: Floats

    def __len__(self) -> int:
        return len(self.coalitions)

    def place(self, coalition: int) -> int:
        """Where a coalition stands. Raises ``KeyError`` for one that is not in the design."""
        found = np.flatnonzero(self.coalitions == coalition)
        if not len(found):
            raise KeyError(coalition)
        return int(found[0])

    @property
    def full(self) -> int:
        """The coalition of all players."""
        return (1 << self.players) - 1

    def without_one(self) -> Ints:
        """Places of the coalitions of all players but one, (players,); every design has them."""
        return np.array([self.place(self.full & ~(1 << i)) for i in range(self.players)], dtype=np.int64)

    def alone(self) -> Ints:
        """Places of the coalitions of one player, (players,); every design has them."""
        return np.array([self.place(1 << i) for i in range(self.players)], dtype=np.int64)

    def values(self, worths: Floats) -> Floats:
        """Shapley values (players, ...) of worths (coalitions, ...)."""
        # player by player, so that no more than one player's joinings are held at a time
        return np.stack(
            [
                np.tensordot(self.weights[i], worths[self.after[i]] - worths[self.before[i]], axes=1)
                for i in range(self.players)
            ]
        )


def exact(players: int) -> Design:
    """All coalitions. Raises ``ValueError`` for no players or more than ``MOST_EXACT``."""
    if not 1 <= players <= MOST_EXACT:
        raise ValueError(f"{players} players; legal: 1 to {MOST_EXACT} with all coalitions")
    coalitions = np.arange(1 << players, dtype=np.int64)
    before = np.stack([coalitions[(coalitions >> i) & 1 == 0] for i in range(players)])
    after = before | (1 << np.arange(players, dtype=np.int64))[:, None]
    joins = [
        math.factorial(size) * math.factorial(players - size - 1) / math.factorial(players) for size in range(players)
    ]
    weights = np.array([[joins[coalition.bit_count()] for coalition in row] for row in before.tolist()])
    return Design(players, coalitions, before, after, weights)


def circle(order: Sequence[int]) -> Design:
    """All arcs of a circle of players in ``order``. Raises ``ValueError`` unless it names 0 .. k - 1 once each."""
    players = len(order)
    if not 1 <= players <= MOST_PLAYERS or sorted(order) != list(range(players)):
        raise ValueError(f"{list(order)}: legal is an order of 1 to {MOST_PLAYERS} players, each once")
    # by length, so that the empty arc comes first and the full one last; an arc of a small circle may come up twice
    every = [_arc(order, start, length) for length in range(players + 1) for start in range(players)]
    place = {coalition: i for i, coalition in enumerate(dict.fromkeys(every))}
    joinings: list[list[tuple[int, int]]] = [[] for _ in range(players)]
    for start in range(players):
        for length in range(players):
            arc = _arc(order, start, length)
            for joined in (order[(start + length) % players], order[(start - 1) % players]):
                joinings[joined].append((place[arc], place[arc | 1 << joined]))
    pairs = np.array(joinings, dtype=np.int64)
    weights = np.full(pairs.shape[:2], 1.0 / pairs.shape[1])
    return Design(players, np.array(list(place), dtype=np.int64), pairs[:, :, 0], pairs[:, :, 1], weights)


def arcs(players: int) -> int:
    """How many coalitions a circle has."""
    return players * (players - 1) + 2 if players > 1 else 2


def dividends(worths: Floats) -> Floats:
    """Harsanyi's dividends of worths (2^k, ...) in the order of ``exact``: what each coalition adds beyond its parts.

    The worth of a coalition is the sum of the dividends of all its parts, itself and the empty one included (the
    Moebius transform; Harsanyi 1963, International Economic Review 4: 194-220). Raises ``ValueError`` unless there
    are 2^k worths.
    """
    found = np.array(worths, dtype=np.float64)
    count = len(found)
    if count < 1 or count & (count - 1):
        raise ValueError(f"{count} worths; legal: a power of two")
    step = 1
    while step < count:
        pairs = found.reshape(count // (2 * step), 2, step, *found.shape[1:])
        pairs[:, 1] -= pairs[:, 0]
        step *= 2
    return found


def checked(values: Floats, total: float, terms: float = 1.0) -> float:
    """Sum of ``values`` less ``total``: what the efficiency axiom says is nothing.

    Raises ``ArithmeticError`` where it is more than rounding errors of numbers of the size of ``terms``.
    """
    residual = math.fsum(values.tolist()) - total
    allowed = SLACK * float(np.finfo(np.float64).eps) * max(float(np.abs(values).sum()), abs(total), terms)
    if not abs(residual) <= allowed:
        raise ArithmeticError(f"the parts add up to {residual:+.3g} more than the whole")
    return residual


def _arc(order: Sequence[int], start: int, length: int) -> int:
    return sum(1 << order[(start + step) % len(order)] for step in range(length))
