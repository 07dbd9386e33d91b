"""Rows of a sweep as an xarray dataset: a grid's points on its axes, other points in a row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    import xarray

ALONG = "point"


class ExtraMissing(ImportError):
    """A library that is not installed by default is needed; the message names the extra that brings it."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"this needs {library}: pip install 'escalation[{extra}]'")


def dataset(
    scenario: Scenario,
    keys: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    shape: Sequence[int] | None,
    about: Mapping[str, Any],
) -> xarray.Dataset:
    """``rows``, one a point, with ``keys`` as coordinates that carry their role, unit and meaning.

    With a ``shape`` each key is an axis of that length, the first varying slowest; without, all lie along ``point``.
    What is None becomes NaN; ``about`` becomes the dataset's own attributes. Raises ``ExtraMissing`` without xarray.
    """
    try:
        import xarray
    except ImportError:
        raise ExtraMissing("xarray", "grid") from None
    coordinates: dict[str, Any] = {}
    for axis, key in enumerate(keys):
        held = [row[key] for row in rows]
        if shape is not None:
            stride = math.prod(shape[axis + 1 :])
            held = [held[i * stride] for i in range(shape[axis])]
        coordinates[key] = (ALONG if shape is None else key, held, _attributes(scenario, key))
    dimensions, lengths = ((ALONG,), (len(rows),)) if shape is None else (tuple(keys), tuple(shape))
    variables: dict[str, Any] = {}
    for name in (name for name in rows[0] if name not in keys):
        column = np.array([math.nan if row[name] is None else row[name] for row in rows])
        variables[name] = (dimensions, column.reshape(lengths))
    return xarray.Dataset(variables, coords=coordinates, attrs=dict(about))


def shape_of(keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...] | None:
    """The length of each axis if the rows are a grid of the keys' values, the first varying slowest; else None."""
    axes = [list(dict.fromkeys(row[key] for row in rows)) for key in keys]
    shape = tuple(len(axis) for axis in axes)
    if math.prod(shape) != len(rows):
        return None
    places = zip(*np.unravel_index(np.arange(len(rows)), shape), strict=True)
    for row, place in zip(rows, places, strict=True):
        if any(row[key] != axis[i] for key, axis, i in zip(keys, axes, place, strict=True)):
            return None
    return shape


def _attributes(scenario: Scenario, key: str) -> dict[str, str]:
    number = scenario.numbers.get(key)
    if number is None:
        return {"role": "structure"}
    return {"role": number.role, "units": number.unit, "long_name": number.quantity.meaning}
