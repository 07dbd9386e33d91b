"""Some worlds of a block, set aside: a copy of them, to be worked on by themselves and put back."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from escalation.compiled import brief, inner
from escalation.model import nature
from escalation.model.arrays import LANES, Ints, Lanes, Worlds, runs_of
from escalation.model.lanes import MENU, by_world, laid_out, of_one_row, picked

ROOMS_UP_TO: Final = LANES
"""Most worlds for which there is room kept: of more, the copy itself takes longer than to ask for room."""


def by_menu(X: Worlds) -> list[Ints]:
    """The worlds of each menu."""
    first = by_world(X.lanes, MENU)
    return [np.flatnonzero(first == row) for row in np.unique(first)]


def some(X: Worlds, index: Ints) -> Worlds:
    """A copy of the worlds ``index``, to be worked on by themselves.

    Worlds of many rows stay in lanes, were there but one: it would need machine code of another form.
    """
    lanes = X.lanes
    if lanes.world.ndim > 2:
        lanes = picked(lanes, index)
    elif len(lanes.world) > 1:
        which = np.repeat(lanes.tiles[:, 2], lanes.tiles[:, 1])[index]
        lanes = laid_out(lanes, which)
    else:
        lanes = of_one_row(lanes, len(index))
    S, K, A, N, civilians, key, row = (
        np.empty((*array.shape[:-1], len(index)), dtype=array.dtype)
        for array in (X.S, X.K, X.A, X.N, X.civilians, X.key, X.row)
    )
    part = X._replace(S=S, K=K, A=A, N=N, civilians=civilians, key=key, row=row, lanes=lanes)
    _copy(X, index, part, out=True)
    if len(X.runs) == 1:
        return part._replace(runs=np.array([[0, len(index), X.runs[0, 2]]]))
    return part._replace(runs=runs_of(part.row))


def put_back(X: Worlds, index: Ints, part: Worlds) -> None:
    """Put what became of the worlds ``index`` into ``X``."""
    _copy(X, index, part, out=False)


class Aside:
    """Room for the few worlds of a block that are called out of it, week after week."""

    def __init__(self, worlds: int) -> None:
        self._index = np.empty(worlds, dtype=np.int64)
        self._rooms: dict[int, Worlds] = {}
        self._lanes: Lanes | None = None
        """Where each world has its own numbers, a tile of them takes as much room whatever is in it."""

    def called_out(self, X: Worlds) -> Ints:
        """The worlds that have an act to answer within the week (``nature.call_out``)."""
        return self._index[: nature.call_out(X.S, self._index)]

    def take(self, X: Worlds, index: Ints) -> Worlds:
        """``some(X, index)``, which is good until the next that are as many; ``X`` must be of the same block."""
        of_their_own = X.lanes.world.ndim > 2
        if len(index) > ROOMS_UP_TO or not (of_their_own or len(X.lanes.world) == 1):
            return some(X, index)
        room = self._rooms.get(len(index))
        if room is None:
            room = some(X, index)
            self._lanes = self._lanes or room.lanes
            self._rooms[len(index)] = room._replace(lanes=self._lanes) if of_their_own else room
            return room
        _copy(X, index, room, out=True)
        if of_their_own:
            room = room._replace(lanes=picked(X.lanes, index, self._lanes), runs=runs_of(room.row))
        return room


def _copy(X: Worlds, index: Ints, part: Worlds, out: bool) -> None:
    copy_worlds(
        X.S, X.K, X.A, X.N, X.civilians, X.key, X.row, index,
        part.S, part.K, part.A, part.N, part.civilians, part.key, part.row, out,
    )  # fmt: skip


@brief
def copy_worlds(
    S: Any, K: Any, A: Any, N: Any, civilians: Any, key: Any, row: Any, index: Any,
    S_part: Any, K_part: Any, A_part: Any, N_part: Any, civilians_part: Any, key_part: Any, row_part: Any, out: bool,
) -> None:  # fmt: skip
    """Copy the worlds ``index`` of a block to or (``out`` is False) from arrays that hold them alone.

    Who they are, their keys and rows, is copied one way only. Mostly they are few: for more, which is rare, the
    interpreter is kept for longer than to get it back would take.
    """
    if out:
        copy_row(key, index, key_part, out)
        copy_row(row, index, row_part, out)
    for k in range(S.shape[0]):
        copy_row(S[k], index, S_part[k], out)
    for p in range(K.shape[0]):
        for k in range(K.shape[1]):
            copy_row(K[p, k], index, K_part[p, k], out)
    for j in range(A.shape[0]):
        for k in range(A.shape[1]):
            copy_row(A[j, k], index, A_part[j, k], out)
    for k in range(N.shape[0]):
        copy_row(N[k], index, N_part[k], out)
    for c in range(civilians.shape[0]):
        copy_row(civilians[c], index, civilians_part[c], out)


@inner
def copy_row(row: Any, index: Any, part: Any, out: bool) -> None:
    """Copy some worlds of a row."""
    if out:
        for i in range(index.shape[0]):
            part[i] = row[index[i]]
    else:
        for i in range(index.shape[0]):
            row[index[i]] = part[i]
