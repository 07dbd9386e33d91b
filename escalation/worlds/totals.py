"""What a sweep keeps of the worlds of one point: totals in whole numbers, which add up in any order to the same bits.

Sums of chances are held in fixed point (``FRACTION_BITS`` after the point), because a sum of floats depends on the
order of its terms; here no total may depend on blocks, parts, workers or interruptions. ``fingerprint`` is a hash of
the multiset of worlds: each world is hashed with its number and all its whole-number outcomes, and the hashes are added
modulo 2^64 in four lanes (AdHash: Bellare and Micciancio 1997, EUROCRYPT, "A new paradigm for collision-free
hashing"). It tells accidents apart, not adversaries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.draws import mix
from escalation.ladder import LADDER
from escalation.model.layout import TALLIES
from escalation.model.outcomes import ENDINGS, ROUTES
from escalation.worlds.outcomes import DAYS_OF_WEEK, Snapshot

Ints = NDArray[np.int64]
Lanes = NDArray[np.uint64]

FRACTION_BITS: Final = 50
"""Binary places of a sum of chances: steps of 1e-15 a world."""
LIMB_BITS: Final = 32
MOST_WORLDS: Final = 2**31
"""Worlds a point: up to here the lower limbs, below 2^32 each, add up inside 63 bits.

A world's own sum of chances, squared, fits 13 bits before the point as long as the sum is below 90; the chance to live
through exchanges whose chances of war add up to h is at most exp(-h).
"""
RUNGS: Final = len(LADDER) + 1
LANES: Final = 4

_SALTS: Final = np.array(
    [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89], dtype=np.uint64
).reshape(LANES, 1)
"""The first binary places of pi, one salt a lane."""
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Layout:
    """Which total stands in which column: marked ``weeks``, the last being the horizon, and ``countries``."""

    weeks: tuple[int, ...]
    countries: tuple[str, ...]

    @classmethod
    def of(cls, horizon: int, countries: Sequence[str]) -> Layout:
        """Marks at the reported days as far as the horizon reaches, and at the horizon."""
        return cls((*(week for week in sorted(DAYS_OF_WEEK) if week < horizon), horizon), tuple(countries))

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Columns by name of total."""
        widths = {
            "n": 1,
            "fingerprint": LANES,
            "wars": len(self.weeks),
            "limited": len(self.weeks),
            "war_sum": 2 * len(self.weeks),
            "war_sum_sq": 2 * len(self.weeks),
            "tallies": len(TALLIES),
            "routes": len(ROUTES),
            "endings": len(ENDINGS),
            "peak": RUNGS,
            "reply": RUNGS,
            "civilians": len(self.countries),
        }
        found, first = {}, 0
        for name, width in widths.items():
            found[name] = slice(first, first + width)
            first += width
        return found

    @cached_property
    def columns(self) -> int:
        """How many columns there are."""
        return int(max(columns.stop for columns in self.slices.values()))

    def blank(self, points: int) -> Ints:
        """Totals of no worlds, shape (points, columns)."""
        return np.zeros((points, self.columns), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Totals:
    """Totals of one point's worlds; two with the same layout are merged by ``+``.

    ``sums`` (columns,) holds them all; the properties name them, sums of chances as floats, rounded once.
    """

    layout: Layout
    sums: Ints

    def __add__(self, other: Totals) -> Totals:
        """Totals of both sets of worlds. Raises ``ValueError`` where the layouts differ."""
        if self.layout != other.layout:
            raise ValueError("totals of different weeks or countries do not add up")
        return Totals(self.layout, added([self.sums, other.sums]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Totals) and self.layout == other.layout and bool(np.array_equal(self.sums, other.sums))

    def __hash__(self) -> int:
        return hash((self.layout, self.sums.tobytes()))

    @property
    def n(self) -> int:
        """How many worlds."""
        return int(self._of("n")[0])

    @property
    def fingerprint(self) -> tuple[int, ...]:
        """Four unsigned 64-bit lanes: equal for equal sets of worlds."""
        return tuple(int(lane) for lane in self._of("fingerprint").view(np.uint64))

    @property
    def wars(self) -> dict[int, int]:
        """Worlds that came to all-out war, by week mark."""
        return self._by_week("wars")

    @property
    def limited(self) -> dict[int, int]:
        """Worlds that came to limited war or worse, by week mark."""
        return self._by_week("limited")

    @property
    def war_sum(self) -> dict[int, float]:
        """Sum over worlds of ``Snapshot.war_sum``, by week mark: over n, the conditional odds of war."""
        return self._fixed("war_sum")

    @property
    def war_sum_sq(self) -> dict[int, float]:
        """Sum over worlds of the square of ``Snapshot.war_sum``, by week mark."""
        return self._fixed("war_sum_sq")

    @property
    def tallies(self) -> dict[str, int]:
        """Sum over worlds of each tally of ``model.layout.TALLIES`` at the horizon."""
        return self._named("tallies", TALLIES)

    @property
    def routes(self) -> dict[str, int]:
        """Wars by route."""
        return self._named("routes", ROUTES)

    @property
    def endings(self) -> dict[str, int]:
        """Worlds by ending."""
        return self._named("endings", ENDINGS)

    @property
    def peak(self) -> dict[int, int]:
        """Worlds by the highest rung reached, from 0."""
        return dict(enumerate(self._of("peak").tolist()))

    @property
    def reply(self) -> dict[int, int]:
        """Worlds by the rung of the challenger's reply to the first act of rung 7 or more, 0 where there was none."""
        return dict(enumerate(self._of("reply").tolist()))

    @property
    def civilians(self) -> dict[str, int]:
        """Civilian dead by country."""
        return self._named("civilians", self.layout.countries)

    def _of(self, name: str) -> Ints:
        return np.ascontiguousarray(self.sums[self.layout.slices[name]])

    def _named(self, name: str, names: Sequence[str]) -> dict[str, int]:
        return dict(zip(names, self._of(name).tolist(), strict=True))

    def _by_week(self, name: str) -> dict[int, int]:
        return dict(zip(self.layout.weeks, self._of(name).tolist(), strict=True))

    def _fixed(self, name: str) -> dict[int, float]:
        low, high = self._of(name).reshape(2, -1).tolist()
        scale = 1 << FRACTION_BITS
        whole = ((up << LIMB_BITS) + down for down, up in zip(low, high, strict=True))
        return {week: number / scale for week, number in zip(self.layout.weeks, whole, strict=True)}


def blank(layout: Layout) -> Totals:
    """Totals of no worlds, which ``+`` leaves alone."""
    return Totals(layout, layout.blank(1)[0])


def added(parts: Iterable[Ints]) -> Ints:
    """Sums of parts of one shape; the lanes of fingerprints wrap around as they should."""
    total: Ints = np.sum(np.stack(list(parts)), axis=0, dtype=np.int64)
    return total


def tell(layout: Layout, at: Mapping[int, Snapshot], civilians: Ints, numbers: Ints, owner: Ints, into: Ints) -> None:
    """Add a block of worlds to ``into`` (points, columns).

    World w of the block has number ``numbers[w]`` and belongs to row ``owner[w]`` of ``into``; worlds of one row are
    neighbours. ``at`` holds the snapshots at the layout's weeks, ``civilians`` (countries, worlds) the civilian dead.
    """
    first = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    rows = owner[first]
    end = at[layout.weeks[-1]]

    def add(name: str, values: Ints) -> None:
        into[rows, layout.slices[name]] += np.add.reduceat(values, first, axis=1).T

    def count(name: str, which: Ints, among: NDArray[np.bool_] | slice = slice(None)) -> None:
        np.add.at(into[:, layout.slices[name]], (owner[among], which[among]), 1)

    add("n", np.ones((1, len(numbers)), dtype=np.int64))
    add("fingerprint", fingerprints(end.tallies, civilians, numbers).view(np.int64))
    add("wars", np.stack([at[week].war for week in layout.weeks]).astype(np.int64))
    add("limited", np.stack([at[week].limited_war for week in layout.weeks]).astype(np.int64))
    chances = np.stack([at[week].war_sum for week in layout.weeks])
    add("war_sum", _limbs(chances))
    add("war_sum_sq", _limbs(chances * chances))
    add("tallies", end.tallies)
    count("endings", end.tally("ending"))
    count("peak", end.tally("peak"))
    count("reply", end.tally("reply_rung"))
    count("routes", end.tally("route"), end.war)
    add("civilians", civilians)


def fingerprints(tallies: Ints, civilians: Ints, numbers: Ints) -> Lanes:
    """Each world's hash, shape (lanes, worlds), of its number and its whole-number outcomes at the horizon."""
    scramble: Any = getattr(mix, "py_func", mix)
    hashes = scramble(_SALTS ^ ((numbers.astype(np.uint64) + np.uint64(1)) * _ODD))
    for outcome in (*tallies, *civilians):
        hashes = scramble(hashes ^ (outcome.astype(np.uint64) * _ODD + _SALTS))
    result: Lanes = hashes
    return result


def digest_of(points: str, totals: Iterable[Totals]) -> str:
    """A sweep's digest: SHA-256 over the digest of its points and each point's n and fingerprint, in order."""
    sha = hashlib.sha256(points.encode())
    for total in totals:
        sha.update(total.n.to_bytes(8, "little"))
        for lane in total.fingerprint:
            sha.update(lane.to_bytes(8, "little"))
    return sha.hexdigest()


def _limbs(chances: NDArray[np.float64]) -> Ints:
    """Fixed-point numbers in two limbs, shape (2 x weeks, worlds): lower limbs, then upper ones."""
    whole = np.rint(np.ldexp(chances, FRACTION_BITS)).astype(np.int64)
    return np.concatenate([whole & ((1 << LIMB_BITS) - 1), whole >> LIMB_BITS])
