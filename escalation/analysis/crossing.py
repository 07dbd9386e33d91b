"""Where a point of a sweep is as dangerous as its reference: the break-even values along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.sweep_result import SAME, SweepResult

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOLD, BETWEEN, CHANCE = SURE = ("told", "between", "chance")
"""How sure a change of sign is: both neighbours are told from 0; they lie between two that are; or neither."""


@dataclass(frozen=True, slots=True)
class BreakEven:
    """A value at which the differences along an axis change sign.

    ``between``: the nearest values on either side whose points are told from the reference, where one of them is more
    dangerous and the other less; None where that is not so, and the change of sign may be chance.
    """

    value: float
    between: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Border:
    """A piece of the break-even over a grid, from (``x0``, ``y0``) to (``x1``, ``y1``), in columns and rows from 0.

    It lies between two neighbours whose differences have opposite signs, and is as sure as one of ``SURE``.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    sure: str


def crossings(values: Sequence[float], differences: Sequence[float]) -> list[float]:
    """Values at which differences given at rising ``values`` pass through zero, by linear interpolation.

    A zero counts once, and only if the signs beside it differ; a difference that stays zero has no crossing.
    """
    found = []
    last: tuple[float, float] | None = None
    for value, difference in zip(values, differences, strict=True):
        if difference == 0.0:
            continue
        if last is not None and (last[1] < 0.0) != (difference < 0.0):
            between = [v for v, d in zip(values, differences, strict=True) if last[0] < v < value and d == 0.0]
            if between:
                found.append(sum(between) / len(between))
            else:
                found.append(last[0] + (value - last[0]) * last[1] / (last[1] - difference))
        last = (value, difference)
    return found


def turns(differences: Sequence[float], told: Sequence[bool]) -> list[tuple[int, int, str]]:
    """Where the sign changes along a line of points: the places before and after, and how sure that is.

    The rule is that of ``crossings``: zeros have no sign. Nothing is said across a point that is unknown (NaN).
    """
    found = []
    last: int | None = None
    for place, difference in enumerate(differences):
        if difference != difference:
            last = None
        elif difference != 0.0:
            if last is not None and (differences[last] < 0.0) != (difference < 0.0):
                found.append((last, place, _sure(differences, told, last, place)))
            last = place
    return found


def _sure(differences: Sequence[float], told: Sequence[bool], before: int, after: int) -> str:
    if after == before + 1 and told[before] and told[after]:
        return TOLD
    low = next((differences[place] for place in range(before, -1, -1) if told[place]), 0.0)
    high = next((differences[place] for place in range(after, len(told)) if told[place]), 0.0)
    return BETWEEN if low * differences[before] > 0.0 and high * differences[after] > 0.0 else CHANCE


def borders(surface: Floats, told: Flags, rows: bool = True, columns: bool = True) -> list[Border]:
    """The break-even over a grid of differences, (rows, columns) in rising order, as pieces between its points.

    It runs across ``rows`` and ``columns`` only as far as these are numbers: things that have no order have no
    neighbours. Points that do not differ at all lie on the side from which they differ more.
    """

    def edge(line: Sequence[float], before: int, after: int) -> float:
        return before + 0.5 if abs(line[before]) <= abs(line[after]) else after - 0.5

    found = []
    if columns:
        for y, (line, sure) in enumerate(zip(surface.tolist(), told.tolist(), strict=True)):
            for i, j, how in turns(line, sure):
                found.append(Border(edge(line, i, j), y - 0.5, edge(line, i, j), y + 0.5, how))
    if rows:
        for x, (line, sure) in enumerate(zip(surface.T.tolist(), told.T.tolist(), strict=True)):
            for i, j, how in turns(line, sure):
                found.append(Border(x - 0.5, edge(line, i, j), x + 0.5, edge(line, i, j), how))
    return found


def sign_changes(result: SweepResult) -> dict[str, int]:
    """Between how many neighbours on a grid the difference changes sign, by how sure it is (``SURE``)."""
    surface, told = differences(result), told_apart(result)
    found: list[str] = []
    for axis, (key, values) in enumerate(zip(result.keys, result.points.axes(), strict=True)):
        if key.numeric:
            order = np.argsort(np.array(values, dtype=np.float64), kind="stable")
            lines, flags = (np.moveaxis(np.take(of, order, axis), axis, -1) for of in (surface, told))
            for line, sure in zip(lines.reshape(-1, len(order)), flags.reshape(-1, len(order)), strict=True):
                found += [how for _, _, how in turns(line.tolist(), sure.tolist())]
    return {how: found.count(how) for how in SURE}


def differences(result: SweepResult) -> Floats:
    """Each point's odds less its reference's, in the shape of the grid, or (points,); NaN where unknown."""
    flat = np.array([np.nan if found.paired is None else found.paired.odds for found in result.results])
    return flat.reshape(result.points.shape or flat.shape)


def told_apart(result: SweepResult) -> Flags:
    """Whether each point is told from its reference, by its paired interval, in the same shape."""
    flat = np.array([found.paired is not None and found.paired.verdict != SAME for found in result.results])
    return flat.reshape(result.points.shape or flat.shape)


def break_even(result: SweepResult) -> list[BreakEven]:
    """The break-even values along the only axis of a grid of numbers; empty where there are none or it is no such grid.

    Beside the scenario as it stands its own value is one by construction, and is left out.
    """
    shape = result.points.shape
    if shape is None or len(shape) != 1 or not result.keys[0].numeric or result.reference is None:
        return []
    axis = [float(value) for value in result.points.axes()[0] if isinstance(value, (int, float))]
    own = None if result.reference.against else result.keys[0].own
    return evens(axis, differences(result).tolist(), told_apart(result).tolist(), own)


def evens(
    values: Sequence[float], differences: Sequence[float], told: Sequence[bool], own: object = None
) -> list[BreakEven]:
    """The same from the values of an axis, the differences there, and whether these are ``told`` from 0.

    ``own`` is the value at which the difference is 0 by construction, or None.
    """
    rows = sorted(zip(values, differences, told, strict=True))
    known = [row for row in rows if row[1] == row[1]]  # not NaN: a point whose worlds failed says nothing
    found = crossings([value for value, _, _ in known], [difference for _, difference, _ in known])
    if isinstance(own, (int, float)):
        below = max((value for value, _, _ in known if value < own), default=own)
        above = min((value for value, _, _ in known if value > own), default=own)
        found = [value for value in found if not below <= value <= above]
    return [BreakEven(value, _between(value, known)) for value in found]


def _between(at: float, known: Sequence[tuple[float, float, bool]]) -> tuple[float, float] | None:
    """The nearest points told from 0 on either side, if the sign changes between them as it does at ``at`` itself."""
    below = [row for row in known if row[0] < at and row[1] != 0.0]
    above = [row for row in known if row[0] > at and row[1] != 0.0]
    low, high = next((row for row in reversed(below) if row[2]), None), next((row for row in above if row[2]), None)
    if low is None or high is None or low[1] * below[-1][1] < 0.0 or high[1] * above[0][1] < 0.0:
        return None
    return low[0], high[0]
