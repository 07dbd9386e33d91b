"""Where a point of a sweep is as dangerous as its reference: the break-even values along an axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.sweep_result import SweepResult


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


def differences(result: SweepResult) -> NDArray[np.float64]:
    """Each point's odds less its reference's, in the shape of the grid, or (points,); NaN where unknown."""
    flat = np.array([np.nan if found.paired is None else found.paired.odds for found in result.results])
    return flat.reshape(result.points.shape or flat.shape)


def break_even(result: SweepResult) -> list[float]:
    """Break-even values along the only axis of a grid of numbers; empty where there are none or it is no such grid.

    Beside the scenario as it stands its own value is one by construction, and is left out.
    """
    shape = result.points.shape
    if shape is None or len(shape) != 1 or not result.keys[0].numeric or result.reference is None:
        return []
    axis = [float(value) for value in result.points.axes()[0] if isinstance(value, (int, float))]
    known = [
        (value, difference)
        for value, difference in sorted(zip(axis, differences(result).tolist(), strict=True))
        if difference == difference  # not NaN: a point whose worlds failed says nothing
    ]
    values = [value for value, _ in known]
    found = crossings(values, [difference for _, difference in known])
    own = result.keys[0].own
    if result.reference.against or not isinstance(own, (int, float)):
        return found
    below = max((value for value in values if value < own), default=own)
    above = min((value for value in values if value > own), default=own)
    return [value for value in found if not below <= value <= above]
