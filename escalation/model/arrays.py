"""The arrays that the week works on: ``Tables`` (numbers and topology, fixed) and ``Worlds`` (state, first axis after
the field is the world). Plain named tuples of arrays, so that a compiler can take them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Tables(NamedTuple):
    """Numbers by parameter row, and who is who. Columns: ``model.layout``."""

    general: Floats  # (rows, general columns)
    proxies: Floats  # (rows, proxies, columns)
    allies: Floats  # (rows, allies, columns)
    instruments: Floats  # (rows, instruments, columns)
    defender_acts: Floats  # (rows, acts, columns), by rung
    challenger_acts: Floats
    countries: Floats  # (rows, countries, columns)
    proxy_links: Ints  # (proxies, 4): harassing and killing instrument, host country, ally attacked (-1: none)
    ally_links: Ints  # (allies, 1): country
    defender_links: Ints  # (acts, 2): instrument (-1: none), country (-1: the whole theatre)
    challenger_links: Ints
    order_instrument: Ints  # (challenger's acts,): what the first proxy would use on that order


class Worlds(NamedTuple):
    """State of a block of worlds. Rows of ``S``, ``K``, ``A`` and ``N``: ``model.layout``."""

    S: Floats  # (state fields, worlds)
    K: Floats  # (proxies, proxy fields, worlds)
    A: Floats  # (allies, ally fields, worlds)
    N: Ints  # (tallies, worlds)
    civilians: Ints  # (countries, worlds): civilian dead
    key: Any  # (worlds,) uint64: keys of the draws
    row: Ints  # (worlds,): parameter row
    runs: Ints  # (runs, 3): first, end and parameter row of each run of neighbouring worlds that share one


def runs_of(rows: Ints) -> Ints:
    """Runs of neighbouring worlds that share a parameter row: first, end, row; shape (runs, 3).

    Compiled loops go run by run, so that all numbers are the same for a whole run and are read once.
    """
    edges = np.flatnonzero(np.diff(rows)) + 1
    first = np.concatenate([[0], edges])
    return np.stack([first, np.concatenate([edges, [len(rows)]]), rows[first]], axis=1).astype(np.int64)


class Desk(NamedTuple):
    """Scratch of one mover with ``n`` acts against a replier with ``m``: what a decision is worked out on.

    Allocated once a block: compiled code neither allocates nor counts references (``compiled``).
    """

    context: Floats  # (8,) what the mover weighs
    other: Floats  # (8,) what the replier weighs
    menu: Floats  # (7, n)
    theirs: Floats  # (7, m)
    reply: Floats  # (n, m) replies expected to each act
    harm: Floats  # (m,) their cost to the mover
    values: Floats  # (2, m)
    lottery: Floats  # (2, m)
    order: Ints  # (m,)
    own: Floats  # (n,) worth before the reply
    work: Floats  # (n,)
    choice: Floats  # (2, n) choice probabilities of the mover's two types


def desk(n: int, m: int) -> Desk:
    """Blank scratch for a mover with ``n`` acts against a replier with ``m``."""
    return Desk(
        context=np.zeros(8),
        other=np.zeros(8),
        menu=np.zeros((7, n)),
        theirs=np.zeros((7, m)),
        reply=np.zeros((n, m)),
        harm=np.zeros(m),
        values=np.zeros((2, m)),
        lottery=np.zeros((2, m)),
        order=np.zeros(m, dtype=np.int64),
        own=np.zeros(n),
        work=np.zeros(n),
        choice=np.zeros((2, n)),
    )
