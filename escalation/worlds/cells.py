"""Variants of scenarios run over the same worlds, group by group: the coalitions and factorials of the analyses.

A *cell* is a scenario with some numbers set. All cells of a group of worlds are run together, many cells a block, and
come back world by world, so that whatever is paired over worlds can be added up and let go: memory does not grow with
the number of worlds. Cells whose parameter tables are the same bits are the same scenario, and are run once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from escalation.model.layout import CHANNEL_KEYS, GENERAL
from escalation.model.tables import build
from escalation.scenario.design import Shelf, Values, central, draw
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import BLOCK, Crises, Progress, planned, run_block
from escalation.worlds.executors import Control, Threads

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Result = TypeVar("Result")

_APPLIED: Final = [GENERAL[key] for key in CHANNEL_KEYS]
"""Columns of multipliers that ``tables.build`` has already applied to the rates, and that no week reads."""


@dataclass(frozen=True)
class Cell:
    """A scenario with ``settings``, dotted key of a number -> value, laid over it."""

    scenario: Scenario
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CellsRun:
    """What the cells came to in a group of worlds, each (cells, worlds), at the horizon.

    ``war_week`` is the week of war, 0 where there was none; ``war_sum`` as in ``Snapshot``; ``route`` is an index into
    ``model.outcomes.ROUTES``.
    ``weekly`` (cells, weeks, worlds) is ``war_sum`` week by week, where it was asked for. ``distinct`` counts the
    cells that had to be run.
    """

    first_world: int
    war_week: NDArray[np.int16]
    war_sum: Floats
    route: NDArray[np.int8]
    distinct: int
    weekly: Floats | None = None

    @property
    def worlds(self) -> int:
        """How many worlds."""
        return int(self.war_sum.shape[1])

    @cached_property
    def war(self) -> NDArray[np.bool_]:
        """Where there was all-out war by the horizon."""
        return np.asarray(self.war_week > 0)


def run_cells(
    cells: Sequence[Cell],
    first: int,
    size: int,
    *,
    seed: int,
    horizon: int,
    priors: bool = False,
    weekly: bool = False,
    control: Control,
) -> CellsRun:
    """Run worlds ``first .. first + size - 1`` of the seed in every cell.

    ``priors`` draws every uncertain number once a world, the same in every cell; a cell's settings hold over them.
    Raises ``Stopped`` as ``run_block`` does.
    """
    rows = _Rows(cells, first, size, seed, priors)
    origin = rows.same_as()
    distinct = list(dict.fromkeys(origin.tolist()))
    war_week = np.zeros((len(cells), size), dtype=np.int16)
    war_sum, route = np.zeros((len(cells), size)), np.zeros((len(cells), size), dtype=np.int8)
    by_week = np.zeros((len(cells), horizon, size)) if weekly else None
    numbers = np.arange(first, first + size, dtype=np.int64)
    for chosen in rows.chunks(distinct):
        count, values = len(chosen), rows.values(chosen)
        row = np.arange(values.rows) if priors else np.repeat(np.arange(count), size)
        ready = planned(rows.scenario(chosen[0]), values, row.astype(np.int64), np.tile(numbers, count))
        with Crises(ready, seed) as crises:
            ran = run_block(
                crises, 0, count * size, horizon=horizon, marks=(), control=control, weekly=by_week is not None
            )
        end = ran.at[horizon]
        war_week[chosen] = np.where(end.war, end.tally("war_week"), 0).reshape(count, size)
        war_sum[chosen] = end.war_sum.reshape(count, size)
        route[chosen] = end.tally("route").reshape(count, size)
        if by_week is not None and ran.weekly is not None:
            by_week[chosen] = ran.weekly.reshape(horizon, count, size).transpose(1, 0, 2)
        control.advance(count * size * horizon)
    control.advance((len(cells) - len(distinct)) * size * horizon)
    if len(distinct) < len(cells):
        war_week, war_sum, route = war_week[origin], war_sum[origin], route[origin]
        by_week = None if by_week is None else by_week[origin]
    return CellsRun(first, war_week, war_sum, route, len(distinct), by_week)


def same_as(cells: Sequence[Cell], first: int, size: int, *, seed: int, priors: bool = False) -> Ints:
    """For each cell the first one that is the same scenario in these worlds: itself where there is none before it."""
    return _Rows(cells, first, size, seed, priors).same_as()


@dataclass(frozen=True)
class Group:
    """A group of worlds: its number, its first world and how many it has."""

    number: int
    first: int
    size: int


def groups(worlds: int, count: int) -> list[Group]:
    """``worlds`` worlds in ``count`` groups, as equal as can be. Raises ``ValueError`` unless 1 <= count <= worlds."""
    if not 1 <= count <= worlds:
        raise ValueError(f"{count} groups of {worlds} worlds; legal: 1 to {worlds}")
    edges = [worlds * i // count for i in range(count + 1)]
    return [Group(i, first, end - first) for i, (first, end) in enumerate(pairwise(edges))]


def over_groups(
    parts: Sequence[Group],
    function: Callable[[Group, Control], Result],
    *,
    workers: int = 2,
    progress: Progress | None = None,
) -> Iterator[Result]:
    """``function`` of every group, by ``workers`` threads, in the order of the groups whatever order they end in.

    Only what has overtaken a slower group is held. Raises whatever ``function`` does.
    """
    early: dict[int, Result] = {}
    awaited = iter(parts)
    following = next(awaited, None)
    with Threads(workers) as executor, closing(executor.map(function, parts, progress)) as finished:
        for group, outcome in finished:
            if isinstance(outcome, Exception):
                raise outcome
            early[group.number] = outcome
            while following is not None and following.number in early:
                yield early.pop(following.number)
                following = next(awaited, None)


class _Rows:
    """Parameter rows of cells in a group of worlds: one a cell; under ``priors`` one a world, cell after cell."""

    def __init__(self, cells: Sequence[Cell], first: int, size: int, seed: int, priors: bool) -> None:
        self.cells = cells
        self.each = size if priors else 1
        self.most = max(BLOCK // size, 1)
        kinds: list[Scenario] = []
        self.kind = [_place_in(kinds, cell.scenario) for cell in cells]
        self.kinds = kinds
        shelf: Shelf = {}  # scenarios share most of their priors, and cells most of their scenarios
        self.base = [draw(kind, size, seed, first, shelf) if priors else central(kind) for kind in kinds]

    def scenario(self, cell: int) -> Scenario:
        """The scenario of a cell; equal ones are one."""
        return self.kinds[self.kind[cell]]

    def chunks(self, which: Sequence[int]) -> Iterator[list[int]]:
        """``which`` cells in pieces that make a block each, those of one scenario together."""
        for kind in range(len(self.kinds)):
            members = [cell for cell in which if self.kind[cell] == kind]
            for start in range(0, len(members), self.most):
                yield members[start : start + self.most]

    def values(self, chosen: Sequence[int]) -> Values:
        """Rows of ``chosen`` cells of one scenario, cell by cell."""
        base, each, cells = self.base[self.kind[chosen[0]]], self.each, [self.cells[cell] for cell in chosen]
        columns: dict[str, Floats] = {
            key: column[:1] if base.fixed(key) else np.tile(column, len(cells)) for key, column in base.items()
        }
        for key in dict.fromkeys(key for cell in cells for key in cell.settings):
            column = np.tile(np.broadcast_to(base[key], (each,)), len(cells))
            for place, cell in enumerate(cells):
                if key in cell.settings:
                    column[place * each : (place + 1) * each] = cell.settings[key]
            columns[key] = column
        return Values(each * len(cells), columns)

    def same_as(self) -> Ints:
        """For each cell the first that has the same scenario and the same rows in the model's tables."""
        seen: dict[tuple[int, bytes], int] = {}
        origin = np.empty(len(self.cells), dtype=np.int64)
        for chosen in self.chunks(range(len(self.cells))):
            tables = build(self.scenario(chosen[0]), self.values(chosen))
            general = tables.general.copy()
            general[:, _APPLIED] = 0.0
            by_row = [general, *(table for table in tables[1:] if table.dtype == np.float64)]
            for place, cell in enumerate(chosen):
                told = hashlib.blake2b()
                for table in by_row:
                    told.update(np.ascontiguousarray(table[place * self.each : (place + 1) * self.each]).tobytes())
                origin[cell] = seen.setdefault((self.kind[cell], told.digest()), cell)
        return origin


def _place_in(kinds: list[Scenario], scenario: Scenario) -> int:
    """Where a scenario stands among ``kinds``, at whose end it is put if it is new."""
    for place, kind in enumerate(kinds):
        if kind is scenario or kind == scenario:
            return place
    kinds.append(scenario)
    return len(kinds) - 1
