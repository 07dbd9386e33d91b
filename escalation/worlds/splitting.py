"""Splitting: worlds that come nearer to war are copied, each copy with its share of the weight.

A world stands in a *cell*: the true types of both sides and a rung, at the start of a week (the standing rung) or in
the middle of an exchange, when an act of rung 7 or more waits for its answer (the highest rung of the week). ``copies``
says how many worlds are to stand for one of weight 1 in each cell. A world that comes to a cell with k times as many
becomes k worlds with 1/k of its weight, each with a key of its own for what it draws from then on; one that begins a
week in a cell with fewer is kept with the chance that leaves its weight right on average (where k is no whole number,
it is rounded up or down by a draw). Either way the expected weight stays what it was, so that the weighted sum of the
chances of war (``worlds.outcomes.Snapshot.war_sum``), over all that descends from one root, is unbiased for the odds,
whatever ``copies`` says; what it says decides on the noise alone. Roots share nothing: their sums are independent.

This is splitting with a table of importances (RESTART: Villen-Altamirano and Villen-Altamirano 1991, ITC-13; multilevel
splitting: Glasserman, Heidelberger, Shahabuddin and Zajic 1999, Operations Research 47: 585-600; with Russian roulette:
L'Ecuyer, Demers and Tuffin 2007, ACM TOMACS 17(2): 9; surveyed in Rubino and Tuffin, eds., 2009, *Rare Event Simulation
using Monte Carlo Methods*, ch. 3). What is summed is conditional Monte Carlo's chances, not wars: the last step to war
needs no copies. ``worlds.importance`` finds the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escalation import draws
from escalation.ladder import LADDER
from escalation.model import aside
from escalation.model.arrays import Worlds
from escalation.model.crisis import Crisis, unanswered
from escalation.model.layout import (
    ALERT,
    CHALLENGER,
    DEFENDER,
    ENDED,
    FRESH,
    NATURE,
    RUNG,
    TAU,
    THETA,
    WAR_SUM,
)
from escalation.worlds.ensemble import Plan, Progress
from escalation.worlds.executors import Control, Stopped, Threads

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WEEK, EXCHANGE = 0, 1
"""Where a cell stands in time: at the start of a week, or in the middle of an exchange."""
RUNGS: Final = len(LADDER)
SHAPE: Final = (2, 2, 2, RUNGS)
"""A table (cells,), laid out: week or exchange, the defender's type, the challenger's, rung 1 to 10."""
CELLS: Final = 8 * RUNGS
BLOCK: Final = 2048
"""Most roots at once: with their copies they are some thousand worlds."""
MOVERS: Final = {"defender": DEFENDER, "challenger": CHALLENGER}
"""Phases after which there is something to answer, and who moved in them."""


def cells(S: Floats, when: int) -> Ints:
    """The cell of each world, shape (worlds,), from the state ``S`` (fields, worlds)."""
    rung = S[RUNG] if when == WEEK else np.maximum(S[RUNG], S[ALERT])
    types = 2 * (S[THETA] > 0.0).astype(np.int64) + (S[TAU] > 0.0)
    return np.asarray((4 * when + types) * RUNGS + np.clip(rung.astype(np.int64), 1, RUNGS) - 1)


@dataclass
class Census:
    """What was seen of the cells: filled by a ``Herd``, added up by ``+``.

    A visit is the time from a world's coming to a cell until it comes to the next, or its end. ``weight`` (cells,) is
    the weight of the visits, ``visits`` (cells,) their number, ``moves`` (cells, cells) the number by the next cell;
    ``gained`` and ``gained_sq`` (cells,) are the sums over visits of the chance of war added, and of its square.
    """

    weight: Floats = field(default_factory=lambda: np.zeros(CELLS))
    visits: Floats = field(default_factory=lambda: np.zeros(CELLS))
    moves: Floats = field(default_factory=lambda: np.zeros((CELLS, CELLS)))
    gained: Floats = field(default_factory=lambda: np.zeros(CELLS))
    gained_sq: Floats = field(default_factory=lambda: np.zeros(CELLS))

    def __add__(self, other: Census) -> Census:
        return Census(
            self.weight + other.weight,
            self.visits + other.visits,
            self.moves + other.moves,
            self.gained + other.gained,
            self.gained_sq + other.gained_sq,
        )

    def count(self, begun: Ints, weight: Floats, gained: Floats, running: Flags, ended: Ints) -> None:
        """The end of some visits: the cells that they began in and lead to, and so on, each (visits,)."""
        self.weight += np.bincount(begun, weight, CELLS)
        self.visits += np.bincount(begun, minlength=CELLS)
        self.gained += np.bincount(begun, gained, CELLS)
        self.gained_sq += np.bincount(begun, gained * gained, CELLS)
        pairs = begun[running] * CELLS + ended[running]
        self.moves += np.bincount(pairs, minlength=CELLS * CELLS).reshape(CELLS, CELLS)


@dataclass
class Lines:
    """What is known of each world held, each (worlds,): its root, weight and cell, the sum of chances of war told of
    so far, and its place among the worlds that the week's exchange began with."""

    root: Ints
    weight: Floats
    cell: Ints
    told: Floats
    place: Ints

    def pick(self, index: Ints) -> Lines:
        """Those of the worlds ``index``."""
        return Lines(self.root[index], self.weight[index], self.cell[index], self.told[index], self.place[index])

    def __add__(self, other: Lines) -> Lines:
        return Lines(
            np.concatenate([self.root, other.root]),
            np.concatenate([self.weight, other.weight]),
            np.concatenate([self.cell, other.cell]),
            np.concatenate([self.told, other.told]),
            np.concatenate([self.place, other.place]),
        )


class Herd(Crisis):
    """A crisis whose worlds are copied by ``copies`` (cells,), all above 0.

    ``sums`` (roots,) is the weighted sum of chances of war so far, by root; ``lived`` counts world-weeks.
    """

    copies: Floats | None = None  # none while the crisis is being set up

    def __init__(self, ready: Plan, first: int, size: int, copies: Floats, seed: int) -> None:
        chosen = slice(first, first + size)
        super().__init__(
            ready.scenario,
            size,
            tables=ready.tables,
            past=ready.past,
            rows=ready.rows[chosen],
            seed=seed,
            numbers=ready.numbers[chosen],
        )
        self.copies = copies
        self.sums, self.census, self.lived = np.zeros(size), Census(), 0
        everyone = np.arange(size)
        self.lines = Lines(everyone, np.ones(size), cells(self.state.S, WEEK), np.zeros(size), everyone)

    def live(self) -> None:
        """One week: copy or thin, live through it, add up, and let go of the worlds that are over."""
        if not self.running:
            return
        index = self._copied(np.arange(self.worlds), NATURE, thin=True)
        if not len(index):
            self.running = False
            return
        self.step()
        S = self.state.S
        running = S[ENDED] == 0.0
        self._tell(np.arange(self.worlds), running, cells(S, WEEK))
        self.lived += self.worlds
        kept = np.flatnonzero(running)
        if 0 < len(kept) < self.worlds:
            self.lines = self.lines.pick(kept)
            self.hold(aside.some(self.state, kept))

    def _seen(self, phase: str) -> None:
        super()._seen(phase)
        if self.copies is not None and phase in MOVERS:
            waiting = np.flatnonzero(unanswered(self.state.S))
            if len(waiting):
                self._tell(waiting, np.ones(len(waiting), dtype=bool), cells(self.state.S, EXCHANGE)[waiting])
                self._copied(waiting, MOVERS[phase], thin=False)

    def _exchange(self) -> None:
        hot = unanswered(self.state.S)
        if self.copies is None or not hot.any():
            super()._exchange()
            return
        everyone, lines, index, cold = self.state, self.lines, np.flatnonzero(hot), np.flatnonzero(~hot)
        lines.place = np.arange(self.worlds)
        self.lines = lines.pick(index)
        self.hold(aside.some(everyone, index))
        self._rounds()
        part = self.state
        everyone.S[FRESH] = 0.0
        whole = aside.some(everyone, np.concatenate([cold, self.lines.place]))
        aside.put_back(whole, np.arange(len(cold), len(whole.row)), part)
        self.lines = lines.pick(cold) + self.lines
        self.hold(whole._replace(key=np.concatenate([everyone.key[cold], part.key])))

    def _tell(self, chosen: Ints, running: Flags, now: Ints) -> None:
        """Add up what the worlds ``chosen`` have gained in the cell that they leave for ``now``."""
        lines, told = self.lines, self.state.S[WAR_SUM, chosen]
        gained, weight = told - lines.told[chosen], lines.weight[chosen]
        np.add.at(self.sums, lines.root[chosen], weight * gained)
        self.census.count(lines.cell[chosen], weight, gained, running, now)
        lines.told[chosen], lines.cell[chosen] = told, now

    def _copied(self, chosen: Ints, mover: int, *, thin: bool) -> Ints:
        """Copy, or ``thin``, the worlds ``chosen`` to what their cells ask for; which world each one then held was."""
        assert self.copies is not None
        lines, state, step = self.lines, self.state, self.key_step
        wanted = self.copies[lines.cell[chosen]] * lines.weight[chosen]
        # A world that stays in its cell wants one copy, but for the rounding of its weight, which is no reason to draw.
        nearest = np.maximum(np.rint(wanted), 1.0)
        whole = np.abs(wanted - nearest) < 1e-9 * nearest
        wanted = np.where(whole, nearest, wanted if thin else np.maximum(wanted, 1.0))
        luck = draws.uniforms(state.key[chosen], step, self.turn, mover, draws.COPIES)
        number = np.ones(self.worlds, dtype=np.int64)
        number[chosen] = np.where(whole, nearest, np.floor(wanted + luck)).astype(np.int64)
        lines.weight[chosen] /= wanted
        index = np.repeat(np.arange(self.worlds), number)
        if len(index) and not (number == 1).all():
            copy = np.arange(len(index)) - np.repeat(np.cumsum(number) - number, number)
            held: Worlds = aside.some(state, index)
            self.lines = lines.pick(index)
            self.hold(held._replace(key=draws.copy_keys(held.key, step, self.turn, mover, copy)))
        return index


@dataclass(frozen=True)
class Split:
    """What splitting came to: ``sums`` (weeks, roots), each root's weighted sum of chances of war by the end of each of
    ``weeks``; ``world_weeks`` lived through by roots and copies; a census of the cells."""

    weeks: tuple[int, ...]
    sums: Floats
    world_weeks: int
    census: Census

    @property
    def roots(self) -> int:
        """How many independent worlds it started from."""
        return int(self.sums.shape[1])


def split_block(
    ready: Plan,
    first: int,
    size: int,
    copies: Floats,
    *,
    seed: int,
    horizon: int,
    weeks: Sequence[int],
    control: Control,
) -> Split:
    """Split worlds ``first .. first + size - 1`` of a plan by ``copies`` (cells,), all above 0.

    Sums are told at ``weeks``. Raises ``Stopped`` in the week in which ``control`` asks for it.
    """
    herd = Herd(ready, first, size, copies, seed)
    told = np.zeros((len(weeks), size))
    try:
        for week in range(1, horizon + 1):
            if control.stop():
                raise Stopped
            herd.live()
            for i, mark in enumerate(weeks):
                if mark == week:
                    told[i] = herd.sums
        return Split(tuple(weeks), told, herd.lived, herd.census)
    finally:
        herd.release()


def split(
    ready: Plan,
    copies: Floats,
    *,
    seed: int,
    horizon: int,
    weeks: Sequence[int],
    workers: int = 2,
    progress: Progress | None = None,
) -> Split:
    """Split all worlds of a plan by ``copies`` (cells,). Neither blocks nor ``workers`` change a result.

    Raises ``ValueError`` unless all of ``copies`` are above 0 and ``horizon`` and ``workers`` 1 or more.
    """
    if not (copies.shape == (CELLS,) and np.all(copies > 0.0)):
        raise ValueError(f"copies: legal is {CELLS} numbers above 0")
    if horizon < 1:
        raise ValueError(f"horizon: {horizon}; legal: 1 or more")
    blocks = [(first, min(BLOCK, ready.worlds - first)) for first in range(0, ready.worlds, BLOCK)]

    def one(task: tuple[int, int], control: Control) -> Split:
        first, size = task
        made = split_block(ready, first, size, copies, seed=seed, horizon=horizon, weeks=weeks, control=control)
        control.advance(size * horizon)
        return made

    parts: dict[int, Split] = {}
    with Threads(workers) as executor, closing(executor.map(one, blocks, progress)) as finished:
        for (first, _), outcome in finished:
            if isinstance(outcome, Exception):
                raise outcome
            parts[first] = outcome
    ordered = [parts[first] for first, _ in blocks]
    return Split(
        tuple(weeks),
        np.concatenate([part.sums for part in ordered], axis=1),
        sum(part.world_weeks for part in ordered),
        sum((part.census for part in ordered), Census()),
    )
