"""Strategic estimation: what moved the players of the deterrence game, from how often it went which way.

1 keeps the status quo (outcome 0) or challenges; challenged, 2 yields (1) or resists (2). Utilities are linear in data;
2's of yielding is 0. With p = P(2 resists) and v = p u1(resist) + (1 - p) u1(yield) - u1(status quo)

    logit     p = L(u2),            P(challenge) = L(v),          L logistic: agents err, as in quantal response
    probit    p = Phi(u2 / sqrt 2), P(challenge) = Phi(v / sqrt 2)                           agents err, normally
    private   p = Phi(u2 / sqrt 2), P(challenge) = Phi(v / sqrt(1 + p^2 + (1 - p)^2))        payoffs partly private

(Signorino 1999, APSR 93: 279-297; 2003, Political Analysis 11: 316-344; Kenkel and Signorino 2014, J. Stat. Software
56(8)). Errors have the scale 1, so that coefficients are in units of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_expit, log_ndtr

from escalation.games.paths import Floats
from escalation.games.tokens import read_text
from escalation.scenario.faults import Fault, ScenarioFault

ERRORS: Final = ("logit", "probit", "private")
CONSTANT: Final = "1"
FOR_WHOM: Final = ("u1(status quo)", "u1(yield)", "u1(resist)", "u2(resist)")
WIDEST: Final = 12.0
"""Logarithm of the largest and the smallest scale of errors looked at, beside the utilities."""
LEVEL: Final = 1e-5
"""The steepest slope of the log-likelihood, per observation, that counts as its top."""
FLAT: Final = 1e-7
"""Its least curvature there, per observation, that counts as a top and not as a plain; columns have the size 1."""


@dataclass(frozen=True)
class Utilities:
    """The columns that each utility is linear in, ``"1"`` being a constant; none: the utility is 0.

    1's three utilities may not all hold one column: only differences bear on a choice.
    """

    status_quo: Sequence[str] = ()
    yielding: Sequence[str] = ()
    resisted: Sequence[str] = ()
    resisting: Sequence[str] = ()

    @property
    def each(self) -> tuple[tuple[str, ...], ...]:
        """The four, 2's last."""
        return tuple(tuple(names) for names in (self.status_quo, self.yielding, self.resisted, self.resisting))

    @property
    def names(self) -> tuple[str, ...]:
        """One name a coefficient."""
        return tuple(f"{whose}: {name}" for whose, names in zip(FOR_WHOM, self.each, strict=True) for name in names)

    def columns(self) -> tuple[str, ...]:
        """The columns needed."""
        return tuple(dict.fromkeys(name for names in self.each for name in names if name != CONSTANT))


@dataclass(frozen=True)
class Estimates:
    """Likeliest ``coefficients`` and their standard errors, from the curvature of the likelihood at its top."""

    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    log_likelihood: float
    observations: int


def probabilities(utilities: Sequence[ArrayLike], errors: str = "logit") -> Floats:
    """Log chances of the three outcomes (n, 3), given the four utilities (n,), 2's last."""
    _known(errors)
    return _forward([np.asarray(u, dtype=float) for u in utilities], errors)[0]


def fit(data: Mapping[str, ArrayLike], outcomes: ArrayLike, utilities: Utilities, errors: str = "logit") -> Estimates:
    """The coefficients that make ``outcomes`` (n,), each 0, 1 or 2, likeliest.

    The search starts from statistical backward induction: 2's choices alone, then 1's given those. Raises
    ``ValueError`` for data that do not fit together, and where coefficients have no likeliest values: where a column
    tells outcomes apart without error, or bears on no choice.
    """
    _known(errors)
    y = np.asarray(outcomes)
    if not len(y) or set(np.unique(y)) != {0, 1, 2}:
        raise ValueError("outcomes: each of 0, 1 and 2 has to occur, and nothing else")
    designs = [_design(data, names, len(y)) for names in utilities.each]
    split = np.cumsum([design.shape[1] for design in designs])[:-1]
    count = sum(design.shape[1] for design in designs)
    if not count:
        raise ValueError("no utility depends on anything: name a column, or 1 for a constant")

    def unlikely(b: Floats) -> tuple[float, Floats]:
        parts = np.split(b, split)
        log_p, slopes = _forward([design @ part for design, part in zip(designs, parts, strict=True)], errors)
        rows = np.arange(len(y))
        slope = [design.T @ slopes[rows, y, k] for k, design in enumerate(designs)]
        return -float(log_p[rows, y].sum()), -np.concatenate(slope)

    seconds = np.arange(count) >= split[-1]
    b = np.zeros(count)
    for free in (seconds, ~seconds, np.ones(count, dtype=bool)):
        if free.any():
            b = _climbed(unlikely, b, free)
    value, slope = unlikely(b)
    curvature = _curvature(unlikely, b)
    size = np.array([float(np.abs(column).mean()) or 1.0 for design in designs for column in design.T])
    least = float(np.linalg.eigvalsh(curvature / np.outer(size, size))[0])
    if not (least >= FLAT * len(y) and float(np.abs(slope / size).max()) <= LEVEL * len(y)):
        raise ValueError(
            "the coefficients have no likeliest values: a column tells outcomes apart without error, or bears on no "
            "choice, as one that all of 1's utilities hold; or columns are of very unlike size: centre and scale them"
        )
    return Estimates(utilities.names, b, np.sqrt(np.diag(np.linalg.inv(curvature))), -value, len(y))


def fit_scale(utilities: Sequence[float], counts: Sequence[int], errors: str = "logit") -> Estimates:
    """Where the four utilities are known: the logarithm of the scale of errors that makes ``counts`` likeliest.

    ``counts`` are of the outcomes 0, 1 and 2. With logit errors the scale is 1/lambda of quantal response. Raises
    ``ValueError`` where no scale is likeliest: choices are without error, or against the payoffs.
    """
    _known(errors)

    def unlikely(log_scale: float) -> float:
        scaled = [np.array([float(u) * np.exp(-log_scale)]) for u in utilities]
        return -float(np.asarray(counts) @ probabilities(scaled, errors)[0])

    middle = float(np.log(max(abs(float(u)) for u in utilities) or 1.0))
    grid = [middle + float(each) for each in np.linspace(-WIDEST, WIDEST, 97)]
    at = int(np.argmin([unlikely(each) for each in grid]))
    if at in (0, len(grid) - 1):
        raise ValueError("no scale of errors is likeliest: choices are without error, or against the payoffs")
    found = minimize_scalar(unlikely, bounds=(grid[at - 1], grid[at + 1]), method="bounded", options={"xatol": 1e-10})
    best, step = float(found.x), 1e-4
    curvature = (unlikely(best + step) - 2.0 * unlikely(best) + unlikely(best - step)) / step**2
    return Estimates(("log(scale)",), np.array([best]), np.array([curvature**-0.5]), -float(found.fun), sum(counts))


def read(
    path: Path, shown: str, outcome: str, outcomes: Sequence[str], utilities: Utilities
) -> tuple[dict[str, Floats], NDArray[np.int_]]:
    """The columns that ``utilities`` name, and the outcomes as 0, 1, 2, from a CSV file with a head, a line a dispute.

    ``outcomes`` are the words in the column ``outcome`` for the status quo, yielding and resistance. Raises
    ``ScenarioFault`` with ``file:line``.
    """
    rows = csv.reader(io.StringIO(read_text(path, shown)))
    head = [name.strip() for name in next(rows, [])]
    needed = (outcome, *utilities.columns())
    for name in needed:
        if name not in head:
            raise _fault(shown, 1, f"no column {name!r}", f"one of {', '.join(head)}")
    places = [head.index(name) for name in needed]
    values: list[list[float]] = []
    found: list[int] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(head):
            raise _fault(shown, rows.line_num, f"{len(row)} cells", f"{len(head)}, as in the head")
        word, *cells = (row[place].strip() for place in places)
        if word not in outcomes:
            raise _fault(shown, rows.line_num, f"{outcome} is {word!r}", f"one of {', '.join(outcomes)}")
        found.append(list(outcomes).index(word))
        values.append([_number(cell, name, shown, rows.line_num) for cell, name in zip(cells, needed[1:], strict=True)])
    table = np.array(values).reshape(len(found), len(needed) - 1)
    return {name: table[:, place] for place, name in enumerate(needed[1:])}, np.array(found, dtype=int)


def _number(cell: str, name: str, shown: str, line: int) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise _fault(shown, line, f"{name} is {cell!r}", "a number")
    return number


def _fault(shown: str, line: int, what: str, expected: str) -> ScenarioFault:
    return ScenarioFault([Fault(shown, line, "", what, f"expected {expected}")])


def _known(errors: str) -> None:
    if errors not in ERRORS:
        raise ValueError(f"no errors {errors!r}; legal: {', '.join(ERRORS)}")


def _design(data: Mapping[str, ArrayLike], names: Sequence[str], count: int) -> Floats:
    """The columns of one utility (n, k). Raises ``ValueError`` naming the column."""
    columns = []
    for name in names:
        if name != CONSTANT and name not in data:
            raise ValueError(f"no column {name!r}; legal: {', '.join(data)}")
        column = np.ones(count) if name == CONSTANT else np.asarray(data[name], dtype=float)
        if column.shape != (count,) or not np.all(np.isfinite(column)):
            raise ValueError(f"{name!r}: a finite number for each of the {count} outcomes is needed")
        columns.append(column)
    return np.column_stack(columns) if columns else np.zeros((count, 0))


def _forward(utilities: Sequence[Floats], errors: str) -> tuple[Floats, Floats]:
    """Log chances (n, 3) and their derivatives by the four utilities (n, 3, 4)."""
    keep, yielding, resisted, own = utilities
    width = 1.0 if errors == "logit" else np.sqrt(2.0)
    resist, relent = (_choice(sign * own / width, errors) for sign in (1.0, -1.0))
    p = np.exp(resist.log)
    p_slope = p * resist.slope / width
    v = p * resisted + (1.0 - p) * yielding - keep
    v_by_p = resisted - yielding
    spread = np.full_like(v, width)
    if errors == "private":
        spread = np.sqrt(1.0 + p**2 + (1.0 - p) ** 2)
        v_by_p = v_by_p - v * (2.0 * p - 1.0) / spread**2
    challenge, forgo = (_choice(sign * v / spread, errors) for sign in (1.0, -1.0))
    # First through v, then what 2's utility does to 2's own choice.
    by_v = np.column_stack([-forgo.slope, challenge.slope, challenge.slope]) / spread[:, None]
    through = np.column_stack([-np.ones_like(v), 1.0 - p, p, v_by_p * p_slope])
    slopes = by_v[:, :, None] * through[:, None, :]
    slopes[:, 1, 3] -= relent.slope / width
    slopes[:, 2, 3] += resist.slope / width
    return np.column_stack([forgo.log, challenge.log + relent.log, challenge.log + resist.log]), slopes


class _Chance(NamedTuple):
    """The logarithm of a chance (n,) and its derivative by how much better the choice is."""

    log: Floats
    slope: Floats


def _choice(z: Floats, errors: str) -> _Chance:
    """The chance of a choice that is better by ``z``; all in logarithms, for chances can be too small for a number."""
    if errors == "logit":
        return _Chance(log_expit(z), expit(-z))
    log_p = log_ndtr(z)
    return _Chance(log_p, np.exp(-(z**2) / 2.0 - np.log(2.0 * np.pi) / 2.0 - log_p))


def _climbed(unlikely: Callable[[Floats], tuple[float, Floats]], start: Floats, free: NDArray[np.bool_]) -> Floats:
    """The lowest point reached from ``start`` with the coefficients that are ``free``, the others held."""

    def along(part: Floats) -> tuple[float, Floats]:
        b = start.copy()
        b[free] = part
        value, slope = unlikely(b)
        return value, slope[free]

    b = start.copy()
    b[free] = minimize(along, start[free], jac=True, method="BFGS", options={"maxiter": 2000, "gtol": 1e-6}).x
    return b


def _curvature(unlikely: Callable[[Floats], tuple[float, Floats]], b: Floats) -> Floats:
    """Second derivatives (k, k), from the slopes on either side."""
    rows = []
    for place in range(len(b)):
        step = np.zeros(len(b))
        step[place] = 1e-5 * max(1.0, abs(float(b[place])))
        rows.append((unlikely(b + step)[1] - unlikely(b - step)[1]) / (2.0 * step[place]))
    matrix = np.array(rows)
    return np.asarray((matrix + matrix.T) / 2.0)
