"""The results of a sweep's points as columns: an array holds them all, and an object one while it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.sweep_result import Paired, PointResult
from escalation.scenario.points import Setting
from escalation.scenario.scenario import Scenario
from escalation.worlds.totals import Totals

Floats = NDArray[np.float64]
PAIRED_COLUMNS = 6


def pairs_of(points: int) -> Floats:
    """Room for the paired differences of so many points, (points, fields of ``Paired``), NaN where there is none."""
    return np.full((points, PAIRED_COLUMNS), np.nan)


class PointResults(Sequence[PointResult]):
    """One result a point, made anew whenever it is asked for.

    ``pairs`` (points, fields of ``Paired``) has NaN for a point without, ``bounds`` is (points, 2) or None.
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: Sequence[Setting],
        totals: Sequence[Totals],
        enough: Sequence[bool],
        pairs: Floats | None = None,
        bounds: Floats | None = None,
    ) -> None:
        if not len(settings) == len(totals) == len(enough):
            raise ValueError(
                f"{len(settings)} settings, {len(totals)} totals, {len(enough)} of enough; legal: one each"
            )
        self._scenario = scenario
        self._settings = settings
        self._totals = totals
        self._enough = enough
        self._pairs = pairs
        self._bounds = bounds

    def __len__(self) -> int:
        return len(self._settings)

    def __repr__(self) -> str:
        return f"<PointResults of {len(self):,} points of {self._scenario.name}>"

    @overload
    def __getitem__(self, point: int) -> PointResult: ...
    @overload
    def __getitem__(self, point: slice) -> tuple[PointResult, ...]: ...
    def __getitem__(self, point: int | slice) -> PointResult | tuple[PointResult, ...]:
        if isinstance(point, slice):
            return tuple(self[place] for place in range(*point.indices(len(self))))
        low_high = None if self._bounds is None else self._bounds[point].tolist()
        return PointResult(
            self._scenario,
            self._settings[point],
            self._totals[point],
            self._paired(point),
            None if low_high is None else (low_high[0], low_high[1]),
            self._enough[point],
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == another for one, another in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _paired(self, point: int) -> Paired | None:
        if self._pairs is None:
            return None
        odds, low, high, *counts = self._pairs[point].tolist()
        return None if odds != odds else Paired(odds, low, high, *map(int, counts))
