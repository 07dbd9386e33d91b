"""Draws of many uncertain numbers at once, each the same, bit for bit, as ``Prior.quantile`` of its uniform.

To invert a beta or gamma law takes as long as a week of the model, and a world draws dozens. But a quantile function is
smooth: on each of a few cells a polynomial through Chebyshev points (Trefethen 2013, *Approximation Theory and
Approximation Practice*, ch. 8) gives it to 13 digits at once. As quantiles are rounded to ten digits, the polynomial's
rounds to the very same number, unless it lies within its own error of where rounding goes the other way. There, about
twice in a thousand draws, and in cells where no polynomial is good enough, the law itself is inverted.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly, chebvander

from escalation import draws
from escalation.compiled import ENABLED, compiled, loop
from escalation.scenario.number import Range
from escalation.scenario.prior import FAMILIES, SIGNIFICANT_DIGITS, Prior, power_of_ten, round_significant, unrounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Spreads = tuple[tuple[Prior, Range], ...]

WORTH: Final = 1024
"""Draws of each number from which on the polynomials are worked out: that takes about as long as so many draws."""
DEGREE: Final = 12
WIDEST: Final = 8
"""Cells of the unit interval to begin with; a cell whose polynomial is not good enough is halved, down to ..."""
BINS: Final = 1024
"""... one in so many, in which laws are inverted."""
CLOSE: Final = 1e-14
"""Largest error found of a polynomial, relative to the largest value in its cell, ..."""
SLACK: Final = 8e-14
"""... and the error that it is thought capable of."""
AT_ONCE: Final = 128
"""Draws of a number that are worked on together: what they are worked out on stays in the first-level cache."""
NOISE: Final = 4e-16
"""Error of a probability: both ways invert one that has been rounded."""

_NODES: Final = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
_TESTED: Final = np.array([-1.0, -0.995, 0.0, 0.995, 1.0])
"""Points of a cell, [-1, 1], at which a polynomial is held against the law: at the ends it is at its worst."""
_TO_CHEBYSHEV: Final = chebvander(_NODES, DEGREE) * np.where(np.arange(DEGREE + 1), 2.0, 1.0) / (DEGREE + 1)
_TO_POWERS: Final = np.array([np.pad(cheb2poly([0.0] * k + [1.0]), (0, DEGREE - k)) for k in range(DEGREE + 1)])
(_MIDDLE, _STRETCH, _ERROR, _UNIT, _NEXT, _FIRST) = range(6)
"""Columns of a cell: its middle, one over half its width, the polynomial's error, how many units of the last digit make
one in the decade of its least value and in the next one, then coefficients, highest first. All count in those units."""
_LEAST: Final = 10.0 ** (SIGNIFICANT_DIGITS - 1)
_MOST: Final = 10.0**SIGNIFICANT_DIGITS
_ROUND: Final = 6755399441055744.0  # 1.5 * 2**52: adding and taking away rounds to the nearest whole number


class _Cells(NamedTuple):
    of: NDArray[np.int32]  # (numbers, BINS) the cell of each bin
    table: Floats  # (cells, columns)


class Quantiles:
    """The quantile functions of several priors, each truncated to its range; safe to share between threads."""

    def __init__(self, spreads: Spreads) -> None:
        """``spreads`` are the priors with their ranges."""
        self._low = np.array([low for _, (low, _) in spreads])
        self._high = np.array([high for _, (_, high) in spreads])
        below = [prior.cdf(low) for prior, (low, _) in spreads]
        self._below = np.array(below)
        self._mass = np.array(
            [prior.cdf(high) - under for (prior, (_, high)), under in zip(spreads, below, strict=True)]
        )
        self._family = np.array([list(FAMILIES).index(prior.family) for prior, _ in spreads], dtype=np.int64)
        width = max(map(len, FAMILIES.values()))
        self._parameters = np.zeros((width, len(spreads)))
        for place, (prior, _) in enumerate(spreads):
            constants = prior.constants()
            self._parameters[: len(constants), place] = constants
        self._cells: _Cells | None = None
        self._drawn = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._low)

    def draw(self, seed: int, rows: Ints, keys: Sequence[str]) -> Floats:
        """Quantiles of the uniforms of (seed, row, key), a key for each prior: shape (numbers, rows)."""
        bases, names = draws.parameter_bases(seed, rows), draws.parameter_names(keys)
        cells = self._worked_out(len(rows))
        if cells is None:
            return self._exact(np.arange(len(self))[:, None], draws.parameter_uniforms(bases, names[:, None]))
        out, doubtful = self._evaluated(bases, names, cells)
        which, row = np.divmod(doubtful, len(rows))
        out[which, row] = self._exact(which, draws.parameter_uniforms(bases[row], names[which]))
        return out

    def compile_all(self) -> None:
        """Have the compiled code made, before the first draw."""
        none = np.zeros(0, dtype=np.uint64)
        cells = _Cells(np.zeros((len(self), BINS), dtype=np.int32), np.zeros((1, _FIRST + DEGREE + 1)))
        self._evaluated(none, none, cells)

    def _evaluated(self, bases: NDArray[np.uint64], names: NDArray[np.uint64], cells: _Cells) -> tuple[Floats, Ints]:
        """Quantiles by polynomials, (numbers, rows), and the flat places at which they may be wrong."""
        out = np.empty((len(names), len(bases)))
        doubtful = np.empty(out.size, dtype=np.int64)
        bins, slate = np.empty(AT_ONCE, dtype=np.int64), np.empty((6, AT_ONCE))
        found = evaluate(bases, names, cells.of, cells.table, self._low, self._high, bins, slate, out, doubtful)
        return out, doubtful[:found]

    def _exact(self, which: Ints, u: Floats) -> Floats:
        """Quantiles of the priors ``which`` at ``u``; the two are broadcast together."""
        found = round_significant(self._inverted(which, u))
        return np.clip(found, self._low[which], self._high[which])

    def _inverted(self, which: Ints, u: Floats) -> Floats:
        """Quantiles before they are rounded: every family's laws are inverted at once."""
        which, u = np.broadcast_arrays(which, u)
        probability = self._below[which] + u * self._mass[which]
        out = np.empty(u.shape)
        for code, family in enumerate(FAMILIES):
            here = self._family[which] == code
            if here.any():
                mine = which[here]
                out[here] = unrounded(family, tuple(column[mine] for column in self._parameters), probability[here])
        return out

    def _worked_out(self, rows: int) -> _Cells | None:
        """The polynomials, once so many draws have been asked for that they are worth it."""
        if not ENABLED:
            return None
        with self._lock:
            self._drawn += rows
            if self._cells is None and self._drawn >= WORTH:
                self._cells = self._fitted()
        return self._cells

    def _fitted(self) -> _Cells:
        of = np.empty((len(self), BINS), dtype=np.int32)
        tables: list[Floats] = []
        which, place = (one.reshape(-1) for one in np.indices((len(self), WIDEST)))
        count, cells = 0, WIDEST
        while len(which):
            table, good = self._fit(which, place, cells)
            good |= cells >= BINS
            bins = BINS // cells
            index = np.arange(count, count + int(good.sum()), dtype=np.int32)
            of.reshape(len(self), cells, bins)[which[good], place[good]] = index[:, None]
            tables.append(table[good])
            count += len(index)
            which, place, cells = np.repeat(which[~good], 2), np.repeat(2 * place[~good], 2), 2 * cells
            place[1::2] += 1
        return _Cells(of, np.concatenate(tables))

    def _fit(self, which: Ints, place: Ints, cells: int) -> tuple[Floats, NDArray[np.bool_]]:
        """A polynomial of each of the cells ``place`` (of so many to the unit interval), and whether it is good.

        One that is not has no finite error.
        """
        middle, half = (place + 0.5) / cells, 0.5 / cells
        points = np.concatenate([_NODES, _TESTED])
        with np.errstate(all="ignore"):
            values = self._inverted(which[:, None], middle[:, None] + half * points)
            powers = values[:, : DEGREE + 1] @ _TO_CHEBYSHEV @ _TO_POWERS
            tested = values[:, DEGREE + 1 :]
            error = np.abs(powers @ np.vander(_TESTED, DEGREE + 1, increasing=True).T - tested).max(axis=1)
            largest = np.abs(values).max(axis=1)
            steepest = np.abs(powers) @ np.arange(DEGREE + 1) / half
            slack = SLACK * largest + NOISE / self._mass[which] * steepest
            good = (error <= CLOSE * largest) & np.isfinite(slack)
            # a cell may reach into a second decade; what lies in a third is told by its size, and inverted
            place = np.floor(np.log10(np.abs(values).min(axis=1)))
            good &= (place > -200) & (place < SIGNIFICANT_DIGITS - 2)
            unit, following = (power_of_ten(np.where(good, SIGNIFICANT_DIGITS - 1 - place - up, 0.0)) for up in (0, 1))
        table = np.zeros((len(which), _FIRST + DEGREE + 1))
        table[:, _MIDDLE], table[:, _STRETCH] = middle, 1.0 / half
        table[:, _ERROR] = np.where(good, slack * unit, np.inf)
        table[:, _UNIT], table[:, _NEXT] = unit, following
        table[good, _FIRST:] = (powers * unit[:, None])[good, ::-1]
        return table, good


@lru_cache(maxsize=32)
def quantiles(spreads: Spreads) -> Quantiles:
    """The same ``Quantiles`` for the same priors and ranges: what has been worked out is kept, half a megabyte each."""
    return Quantiles(spreads)


@compiled
def evaluate(
    bases: Any, names: Any, of: Any, table: Any, low: Any, high: Any, bins: Any, slate: Any, out: Any, doubtful: Any
) -> int:
    """Fill ``out`` (numbers, rows) with quantiles; ``doubtful`` begins with the flat places that it may have wrong.

    Returns how many there are. Priors stand in the order of ``names`` (numbers,), rows in that of ``bases`` (rows,);
    ``bins`` (AT_ONCE,) and ``slate`` (6, AT_ONCE) are scratch.
    """
    found = 0
    rows = bases.shape[0]
    for n in range(names.shape[0]):
        for first in range(0, rows, AT_ONCE):
            many = min(AT_ONCE, rows - first)
            u, x, error, unit, following, doubt = (
                slate[0, :many], slate[1, :many], slate[2, :many], slate[3, :many], slate[4, :many], slate[5, :many]
            )  # fmt: skip
            uniforms(bases[first : first + many], names[n], u, bins)
            polynomials(u, bins, of[n], table, x, error, unit, following)
            done = out[n, first : first + many]
            if rounded(x, error, unit, following, low[n], high[n], done, doubt) > 0.0:
                for i in range(many):
                    if doubt[i] > 0.0:
                        doubtful[found] = n * rows + first + i
                        found += 1
    return found


@loop
def uniforms(bases: Any, name: Any, u: Any, bins: Any) -> None:
    """The uniforms of a number, and the bin of each."""
    for i in range(u.shape[0]):
        u[i] = draws.parameter_uniform_of(bases[i], name)
        bins[i] = np.int64(u[i] * BINS)


@loop
def polynomials(u: Any, bins: Any, of: Any, table: Any, x: Any, error: Any, unit: Any, following: Any) -> None:
    """The polynomial of each bin's cell at ``u``, by Horner's rule, and what else its rounding takes."""
    for i in range(u.shape[0]):
        cell = table[of[min(bins[i], BINS - 1)]]  # the last uniform below 1 is 1 to a float
        t = (u[i] - cell[_MIDDLE]) * cell[_STRETCH]
        value = cell[_FIRST]
        for k in range(1, DEGREE + 1):
            value = value * t + cell[_FIRST + k]
        x[i], error[i], unit[i], following[i] = value, cell[_ERROR], cell[_UNIT], cell[_NEXT]


@loop
def rounded(
    x: Any, error: Any, unit: Any, following: Any, low: float, high: float, out: Any, doubt: Any
) -> float:  # fmt: skip
    """Round to whole units of the last digit, as ``prior.round_significant``; returns 1 if any may be wrong."""
    some = 0.0
    for i in range(x.shape[0]):
        beyond = abs(x[i]) >= _MOST
        size = x[i] / 10.0 if beyond else x[i]
        whole = (size + _ROUND) - _ROUND
        sure = (abs(size - whole) < 0.5 - error[i]) & (abs(size) >= _LEAST) & (abs(size) < _MOST)
        doubt[i] = 0.0 if sure else 1.0
        some = max(some, doubt[i])
        out[i] = min(max(whole / (following[i] if beyond else unit[i]), low), high)
    return some
