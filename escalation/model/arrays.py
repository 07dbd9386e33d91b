"""The arrays that the week works on: ``Tables`` (numbers and topology, fixed) and ``Worlds`` (state, first axis after
the field is the world). Plain named tuples of arrays, so that a compiler can take them."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

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


class Lanes(NamedTuple):
    """Numbers by world: by tile and lane or, where rows have many worlds, by row and without the axis of lanes.

    Columns, and how to read them: ``model.lanes``.
    """

    tiles: Ints  # (tiles, 3): first world, number of worlds, index into the first axis of the others
    world: Floats  # (tiles, columns, LANES)
    defender: Floats  # (tiles, n acts, columns, LANES)
    challenger: Floats  # (tiles, m acts, columns, LANES)
    nodes: Floats  # (tiles, m + 1, columns, LANES)
    proxies: Floats  # (tiles, proxies, columns, LANES)
    allies: Floats  # (tiles, allies, columns, LANES)
    menu: int  # the parameter row whose menus all worlds share, -1 if they differ
    steep: bool  # whether there is a world whose stage game may not be worked out by factors


class Worlds(NamedTuple):
    """State of a block of worlds. Rows of ``S``, ``K``, ``A`` and ``N``: ``model.layout``."""

    S: Floats  # (state fields, worlds)
    K: Floats  # (proxies, proxy fields, worlds)
    A: Floats  # (allies, ally fields, worlds)
    N: Ints  # (tallies, worlds)
    civilians: Ints  # (countries, worlds): civilian dead
    key: Any  # (worlds,) uint64: keys of the draws
    row: Ints  # (worlds,): parameter row
    lanes: Lanes  # numbers by world
    runs: Ints  # (runs, 3): first, end and parameter row of each run of neighbouring worlds that share one
    slate: Floats  # (rows, LANES) scratch of a phase
    who: Ints  # (LANES,) and lanes of a tile in which something happens
    baton: Ints  # (16,) what the workers pass on to one another: ``escalation.baton``


def runs_of(rows: Ints) -> Ints:
    """Runs of neighbouring worlds that share a parameter row: first, end, row; shape (runs, 3).

    Compiled loops go run by run, so that all numbers are the same for a whole run and are read once.
    """
    edges = np.flatnonzero(rows[1:] != rows[:-1]) + 1
    runs = np.empty((len(edges) + 1, 3), dtype=np.int64)
    runs[0, 0], runs[-1, 1] = 0, len(rows)
    runs[1:, 0] = runs[:-1, 1] = edges
    runs[:, 2] = rows[runs[:, 0]]
    return runs


LANES: Final = 256
"""Worlds decided on at once: what a decision is worked out on stays in the first- and second-level caches, and the
short loops over lanes are what the compiler turns into SIMD code."""
PAPER_ROWS: Final = 28
PAPER_BLOCKS: Final = 9
SLATE_ROWS: Final = 13
"""Rows of ``Desk.paper`` and blocks of rows by act, named in ``foreseen``; rows of ``Desk.slate``: ``acting``; of
``Worlds.slate``: ``proxies``, ``nature`` and ``allies``."""


class Desk(NamedTuple):
    """Scratch of one mover with ``n`` acts against a replier with ``m``: what decisions are worked out on.

    The last axis is the lane: ``who[i]`` is the world decided on in lane i. All lanes share a parameter row.
    Allocated once a crisis: compiled code neither allocates nor counts references (``compiled``). What the last week,
    or the last block, has left there is written over before it is read.
    """

    who: Ints  # (lanes,) the world in each lane
    context: Floats  # (8, lanes) what the mover weighs
    other: Floats  # (8, lanes) what the replier weighs
    base: Floats  # (2, n, lanes) worth of the mover's acts, apart from what depends on the node, by type
    theirs: Floats  # (2, m, lanes) the same of the replier's acts
    meets: Floats  # (most acts,) obligation that each of the challenger's acts can meet
    reply: Floats  # (n, m, lanes) replies expected to each act ...
    node: Ints  # (n,) ... or to the act whose replies it shares
    harm: Floats  # (m,) their cost to the mover
    loss: Floats  # (n, lanes) cost of the replies expected
    belief: Floats  # (lanes,) belief in the replier's first type
    faced: Floats  # (6, lanes) what a node of the game holds: payoffs.GAMMA and so on
    values: Floats  # (m, lanes) worth of replies to one type
    weights: Floats  # (2, m, lanes) their choice weights, by type
    ratios: Floats  # (m,) odds ratios between two types
    lottery: Floats  # (2, m, lanes) replies to an order that does not kill, that kills
    stake: Floats  # (2, lanes) their cost
    scratch: Floats  # (2, lanes)
    spare: Floats  # (2, lanes)
    order: Ints  # (m,)
    own: Floats  # (2, n, lanes) worth of the mover's acts before the reply, by type
    choice: Floats  # (2, n, lanes) choice probabilities of the mover's two types
    seen: Floats  # (lanes,) rung perceived
    last: Ints  # (lanes,) index of the other side's last act
    record: Floats  # (2, n, worlds) choice probabilities by world
    ahead: Floats  # (2, n, worlds or 0) what a rule that plans sees follow each act (model.foresight)
    moving: Floats  # (worlds,) 1 where it is the mover's turn
    deciding: Floats  # (worlds,) 1 where there is something to decide
    paper: Floats  # (rows, lanes) scratch of ``foreseen``,
    blocks: Floats  # (blocks, most acts, lanes) and by act
    slate: Floats  # (rows, lanes) scratch of ``acting``


_LINE: Final = 64
"""Bytes of a cache line, and of the widest register."""


Shape = tuple[tuple[int, ...], type]


def together(shapes: Iterable[Shape]) -> list[Any]:
    """Arrays of zeros of the ``shapes`` and types, in one piece of memory: to ask for it takes longer than to share it.

    Each begins at a cache line: where rows of lanes do too, no vector is read or written in two halves.
    """
    size, places = _places(tuple(shapes))
    room = np.zeros(size + _LINE, dtype=np.uint8)
    first = -room.ctypes.data % _LINE
    memory = room.data
    return [np.ndarray(shape, kind, memory, first + place) for shape, kind, place in places]


@functools.lru_cache(maxsize=64)
def _places(shapes: tuple[Shape, ...]) -> tuple[int, tuple[tuple[tuple[int, ...], type, int], ...]]:
    """Bytes that arrays of the ``shapes`` take together, and at which of them each begins."""
    size, places = 0, []
    for shape, kind in shapes:
        places.append((shape, kind, size))
        size += -(-math.prod(shape) * np.dtype(kind).itemsize // _LINE) * _LINE
    return size, tuple(places)


def desk(n: int, m: int, worlds: int, ahead: int = 0) -> Desk:
    """Blank scratch for a mover with ``n`` acts against a replier with ``m`` in ``worlds`` worlds.

    It has room for what a rule that plans sees ahead in ``ahead`` worlds.
    """
    most, real, whole = max(n, m), np.float64, np.int64
    shapes = {
        "who": ((LANES,), whole),
        "context": ((8, LANES), real),
        "other": ((8, LANES), real),
        "base": ((2, n, LANES), real),
        "theirs": ((2, m, LANES), real),
        "meets": ((most,), real),
        "reply": ((n, m, LANES), real),
        "node": ((n,), whole),
        "harm": ((m,), real),
        "loss": ((n, LANES), real),
        "belief": ((LANES,), real),
        "faced": ((6, LANES), real),
        "values": ((m, LANES), real),
        "weights": ((2, m, LANES), real),
        "ratios": ((m,), real),
        "lottery": ((2, m, LANES), real),
        "stake": ((2, LANES), real),
        "scratch": ((2, LANES), real),
        "spare": ((2, LANES), real),
        "order": ((m,), whole),
        "own": ((2, n, LANES), real),
        "choice": ((2, n, LANES), real),
        "seen": ((LANES,), real),
        "last": ((LANES,), whole),
        "record": ((2, n, worlds), real),
        "ahead": ((2, n, ahead), real),
        "moving": ((worlds,), real),
        "deciding": ((worlds,), real),
        "paper": ((PAPER_ROWS, LANES), real),
        "blocks": ((PAPER_BLOCKS, most, LANES), real),
        "slate": ((SLATE_ROWS, LANES), real),
    }
    blank = Desk(**dict(zip(shapes, together(shapes.values()), strict=True)))
    blank.node[:] = np.arange(n)
    return blank
