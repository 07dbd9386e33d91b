"""Parameter values for many rows: the central values, draws from the priors, and columns set by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from escalation.scenario.number import Range
from escalation.scenario.prior import Prior
from escalation.scenario.quantiles import quantiles
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Shelf: TypeAlias = "dict[tuple[str, Prior, Range], Floats]"
"""Columns drawn already, for scenarios that share most of their priors; of one seed and the same rows."""


class Values(Mapping[str, "Floats"]):
    """Dotted key -> float64 array of shape (rows,), in the registry's units.

    Numbers that are the same in all rows share one cell (stride 0, read-only): copy before writing or compiling.
    """

    def __init__(self, rows: int, columns: Mapping[str, ArrayLike]) -> None:
        """``columns`` holds scalars or arrays of shape (rows,). Raises ValueError for any other shape."""
        if rows < 1:
            raise ValueError(f"rows must be at least 1, not {rows}")
        self.rows = rows
        self._columns: dict[str, Floats] = {
            key: np.broadcast_to(np.asarray(column, dtype=np.float64), (rows,)) for key, column in columns.items()
        }

    def __getitem__(self, key: str) -> Floats:
        return self._columns[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def fixed(self, key: str) -> bool:
        """Whether a number is the same in all rows by construction."""
        return self._columns[key].strides == (0,) or self.rows == 1

    def replace(self, columns: Mapping[str, ArrayLike]) -> Values:
        """The same rows with some columns set. Raises KeyError for a key that isn't there."""
        for key in columns:
            if key not in self._columns:
                raise KeyError(key)
        return Values(self.rows, {**self._columns, **columns})

    def take(self, rows: NDArray[np.intp]) -> Values:
        """The rows at the given indices, in that order; an index may repeat."""
        picked: dict[str, Floats] = {
            key: column[:1] if self.fixed(key) else column[rows] for key, column in self._columns.items()
        }
        return Values(len(rows), picked)


def central(scenario: Scenario) -> Values:
    """One row: every number at its value."""
    return Values(1, {key: number.value for key, number in scenario.numbers.items()})


def draw(scenario: Scenario, rows: int, seed: int, first_row: int = 0, shelf: Shelf | None = None) -> Values:
    """Rows ``first_row .. first_row + rows - 1`` of the scenario's parameter draws.

    Uncertain numbers come from their priors, truncated to their ranges, by inversion of a uniform keyed by (seed,
    row, key): a row is the same whatever block it is drawn in, and shared by all scenarios that give the number
    the same prior. Other numbers stand at their values. A ``shelf`` keeps columns from one scenario to the next.
    """
    kept: Shelf = {} if shelf is None else shelf
    spread = {
        number.key: (number.key, number.prior, number.range)
        for number in scenario.numbers.values()
        if number.prior is not None and number.range is not None
    }
    new = [known for known in spread.values() if known not in kept]
    if new:
        index = np.arange(first_row, first_row + rows, dtype=np.int64)
        drawn = quantiles(tuple((prior, limits) for _, prior, limits in new))
        kept |= zip(new, drawn.draw(seed, index, [key for key, _, _ in new]), strict=True)
    columns: dict[str, ArrayLike] = {
        key: kept[spread[key]] if key in spread else number.value for key, number in scenario.numbers.items()
    }
    return Values(rows, columns)
