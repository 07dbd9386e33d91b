"""What came out of a set of worlds: whole-number tallies by world, at the end and at marked weeks, and their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escalation.model.layout import TALLIES
from escalation.worlds.certificates import Certified, merged

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAYS_OF_WEEK: dict[int, int] = {2: 14, 13: 90, 52: 365, 208: 1460}
"""Reported horizons: weeks -> days."""


@dataclass(frozen=True)
class Snapshot:
    """Tallies up to the end of one week: ``tallies`` (tallies, worlds); ``war_sum`` (worlds,).

    ``war_sum`` is each world's sum, over the exchanges that it lived to see, of the probability of war before war was
    drawn: its mean is an unbiased estimate of the odds with far less noise than counting (conditional Monte Carlo;
    Asmussen and Glynn 2007, *Stochastic Simulation*, V.4).
    """

    tallies: Ints
    war_sum: Floats

    def put(self, first: int, part: Snapshot) -> None:
        """Write that of a part of the worlds, from world ``first`` on, in its place."""
        here = slice(first, first + len(part.war_sum))
        self.tallies[:, here], self.war_sum[here] = part.tallies, part.war_sum

    def tally(self, name: str) -> Ints:
        """One tally of ``model.layout.TALLIES`` by world. Raises ``ValueError`` for an unknown name."""
        return np.asarray(self.tallies[TALLIES.index(name)])

    @property
    def war(self) -> NDArray[np.bool_]:
        """Which worlds came to all-out war."""
        return np.asarray(self.tally("ending") == 1)

    @property
    def limited_war(self) -> NDArray[np.bool_]:
        """Which worlds came to limited war (rung 9) or worse."""
        return np.asarray(self.tally("limited_week") > 0)


def blank(worlds: int) -> Snapshot:
    """Room for the tallies of ``worlds`` worlds: nothing is in it yet."""
    return Snapshot(np.empty((len(TALLIES), worlds), dtype=np.int64), np.empty(worlds))


@dataclass(frozen=True)
class Outcomes:
    """Outcomes of worlds ``first_world .. first_world + worlds - 1`` of one scenario and seed."""

    scenario: str
    seed: int
    first_world: int
    horizon: int
    countries: tuple[str, ...]
    at: Mapping[int, Snapshot]
    """By week; the last is the horizon."""
    civilians: Ints
    """Civilian dead by country, shape (countries, worlds)."""
    certified: tuple[Certified, ...] = ()
    """The points that a rule that plans had solved."""

    @property
    def worlds(self) -> int:
        """How many worlds."""
        return int(self.civilians.shape[1])

    @property
    def end(self) -> Snapshot:
        """The snapshot at the horizon."""
        return self.at[self.horizon]

    def digest(self) -> str:
        """SHA-256 over the per-world whole numbers at the horizon: two runs are equal bit by bit or differ here."""
        sha = hashlib.sha256()
        sha.update(np.ascontiguousarray(self.end.tallies.T).astype("<i8").tobytes())
        sha.update(np.ascontiguousarray(self.civilians.T).astype("<i8").tobytes())
        return sha.hexdigest()


def joined(parts: Sequence[Outcomes]) -> Outcomes:
    """One set of outcomes from consecutive blocks, in the order of their worlds. Raises ``ValueError`` if empty."""
    if not parts:
        raise ValueError("no blocks to join")
    ordered = sorted(parts, key=lambda part: part.first_world)
    first = ordered[0]
    at = {
        week: Snapshot(
            np.concatenate([part.at[week].tallies for part in ordered], axis=1),
            np.concatenate([part.at[week].war_sum for part in ordered]),
        )
        for week in first.at
    }
    civilians = np.concatenate([part.civilians for part in ordered], axis=1)
    solved = merged(*(part.certified for part in ordered))
    return Outcomes(
        first.scenario, first.seed, first.first_world, first.horizon, first.countries, at, civilians, solved
    )
