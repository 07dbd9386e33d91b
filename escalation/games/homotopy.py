"""The principal branch of logit equilibria, followed by arclength from blind choice at lambda = 0.

A logit quantal response equilibrium at lambda solves, for every action k at its information set h,

    log x_k = lambda u_k(x) - log sum_{l in h} exp(lambda u_l(x)),

with u_k as in ``games.paths``: of a tree the *agent* form (McKelvey and Palfrey 1998, Experimental Economics 1: 9-41),
of a table the strategic form (1995, Games and Economic Behavior 10: 6-38). At lambda = 0 the solution is uniform; from
it leads, but for games that are not generic, one branch for all lambda, whose limit is a Nash equilibrium, of a tree a
sequential one. The branch may turn back in lambda, so it is followed by pseudo-arclength (Allgower and Georg 1990) in
the logarithms of probabilities (Turocy 2005, Games and Economic Behavior 51: 243-263; 2010, Economic Theory 42:
255-269), where probabilities that vanish run off in straight lines and steps can grow.

Lambda is scaled by what is at stake (``Paths.stake``), so that steps mean the same in cents and in millions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import lapack

from escalation.games.paths import Floats, Paths, Unsolvable
from escalation.games.worth import Worth, expected

FIRST_STEP: Final = 0.05
SMALLEST_STEP: Final = 1e-9
GROWTH: Final = 2.0
MOST_POINTS: Final = 20_000
MOST_ACTIONS: Final = 5_000
"""Of a game that is not solved backwards: the branch needs square matrices of this side."""
MOST_CORRECTIONS: Final = 6
MOST_CHANGE: Final = 0.15
"""Of any probability in one step: further and the corrector might land on another branch."""
MOST_MISS: Final = 0.03
"""Of any probability between predictor and corrector, for the same reason."""
ROUNDING: Final = 4.0 * float(np.finfo(float).eps)
LEAST_COSINE: Final = 0.9
"""Between the tangents at both ends of a step."""


class Lost(ArithmeticError):
    """The branch could not be followed as far as was asked."""


@dataclass(frozen=True)
class Point:
    """A point of the branch: log probabilities (k,) and lambda times the stake; the unit tangent and its side."""

    log_x: Floats
    scaled: float
    tangent: Floats
    side: int

    @property
    def x(self) -> Floats:
        """Probability of each action."""
        return np.exp(self.log_x)


class Branch:
    """The principal branch of one game, worked out as far as it has been asked for.

    ``worth`` values an action: by expected payoff, or as prospect theory does.
    """

    def __init__(self, paths: Paths, worth: Worth = expected) -> None:
        self.paths, self.worth = paths, worth
        self.points: list[Point] = []
        self.crossings: list[float] = []
        """Lambdas at which another branch crosses, as happens where a game is symmetric."""
        self._following = self._follow()

    def at(self, rationality: float) -> Floats:
        """Log probabilities (k,) where the branch first comes to lambda = ``rationality``. Raises ``Lost``."""
        target = rationality * self.paths.stake
        if target == 0.0:
            return self.paths.uniform()
        for a, b in self.pairs():
            if a.scaled < target <= b.scaled:
                return self._between(a, b, target)
        raise Lost(f"the branch ends before lambda = {rationality:g}")

    def pairs(self) -> Iterator[tuple[Point, Point]]:
        """Neighbouring points from lambda = 0 on, without end. Raises ``Lost`` where the branch is lost."""
        place = 0
        while True:
            while len(self.points) < place + 2:
                self.points.append(next(self._following))
                self._note_crossing()
            yield self.points[place], self.points[place + 1]
            place += 1

    def between(self, a: Point, b: Point, rationality: float) -> Floats:
        """Log probabilities at a ``rationality`` between those of two neighbouring points."""
        return self._between(a, b, rationality * self.paths.stake)

    def _note_crossing(self) -> None:
        if len(self.points) > 1 and self.points[-2].side * self.points[-1].side < 0:
            self.crossings.append((self.points[-2].scaled + self.points[-1].scaled) / 2.0 / self.paths.stake)

    def residual(self, log_x: Floats, scaled: float) -> Floats:
        """log x - log of the logit response to x; zero at an equilibrium."""
        worth, _ = self.worth(self.paths, self.paths.weights(log_x))
        return log_x - self.paths.softmax(scaled * (worth / self.paths.stake))

    def _equations(self, log_x: Floats, scaled: float) -> tuple[Floats, Floats, Floats]:
        """F = log x - log response (k,), dF / d log x (k, k) and dF / d scaled (k,)."""
        paths = self.paths
        weights = paths.weights(log_x)
        worth, slopes = self.worth(paths, weights)
        worth, slopes = worth / paths.stake, slopes / paths.stake
        response = paths.softmax(scaled * worth)
        x = np.exp(response)
        by_x = paths.derivative(weights, slopes)
        mean = np.add.reduceat(x[:, None] * by_x, paths.starts[:-1], axis=0)[paths.set_of]
        jacobian = -scaled * (by_x - mean)
        jacobian[np.diag_indices_from(jacobian)] += 1.0
        by_scaled = paths.by_set(x * worth)[paths.set_of] - worth
        return log_x - response, jacobian, by_scaled

    def rounding(self, log_x: Floats, scaled: float) -> Floats:
        """What ``residual`` can be off by, as log x and lambda u are known to their last digits only.

        Where a belief hangs on the ratio of two probabilities that vanish, the last digits of log x, themselves of the
        order of lambda, count lambda times over.
        """
        paths = self.paths
        weights = paths.weights(log_x)
        worth, slopes = self.worth(paths, weights)
        size = (np.abs(paths.chance) + np.asarray(paths.on_play @ np.abs(log_x)))[paths.pair_play]
        mean = np.add.reduceat(weights * slopes, paths.pair_starts)[paths.pair_action]
        far = np.add.reduceat(weights * np.abs(slopes - mean) * size, paths.pair_starts)
        spread = paths.best((far + np.abs(worth)) / paths.stake)[paths.set_of]
        return 1e-12 + ROUNDING * (np.abs(log_x) + scaled * spread)

    def _close(self, residual: Floats, log_x: Floats, scaled: float) -> bool:
        least = np.abs(residual).max()
        return bool(least <= 1e-12 or np.all(np.abs(residual) <= self.rounding(log_x, scaled)))

    def _follow(self) -> Iterator[Point]:
        count = self.paths.count
        if count > MOST_ACTIONS:
            raise Unsolvable(f"{count} actions in all: at most {MOST_ACTIONS} can be followed together")
        start = self.paths.uniform()
        _, jacobian, by_scaled = self._equations(start, 0.0)
        forward = np.zeros(count + 1)
        forward[-1] = 1.0
        point = Point(start, 0.0, *_tangent(jacobian, by_scaled, forward))
        yield point
        step = FIRST_STEP
        for _ in range(MOST_POINTS):
            after = self._step(point, step)
            while after is None:
                step /= 2.0
                if step < SMALLEST_STEP:
                    raise Lost(f"the branch was lost at lambda = {point.scaled / self.paths.stake:.9g}")
                after = self._step(point, step)
            point, quick = after
            yield point
            step *= GROWTH if quick else 1.0
        raise Lost(f"the branch took {MOST_POINTS} steps to lambda = {point.scaled / self.paths.stake:.9g}")

    def _step(self, point: Point, step: float) -> tuple[Point, bool] | None:
        """The point one ``step`` on, and whether it was easy to find; None if the step was too long."""
        log_x = point.log_x + step * point.tangent[:-1]
        scaled = point.scaled + step * point.tangent[-1]
        guess = np.exp(np.minimum(log_x, 1.0))
        change = float(np.max(np.abs(guess - point.x)))
        if change > MOST_CHANGE or scaled < 0.0:
            return None
        corrections = 0
        while True:
            residual, jacobian, by_scaled = self._equations(log_x, scaled)
            if self._close(residual, log_x, scaled):
                break
            move = _solve(_bordered(jacobian, by_scaled, point.tangent), np.append(-residual, 0.0))
            if corrections == MOST_CORRECTIONS or move is None or not np.all(np.isfinite(move)):
                return None
            log_x, scaled, corrections = log_x + move[:-1], scaled + move[-1], corrections + 1
            if np.any(log_x > 1.0):
                return None
        miss = float(np.max(np.abs(np.exp(log_x) - guess)))
        tangent, side = _tangent(jacobian, by_scaled, point.tangent)
        if miss > MOST_MISS or float(tangent @ point.tangent) < LEAST_COSINE or side == 0:
            return None
        easy = corrections <= MOST_CORRECTIONS // 2 and 2.0 * change < MOST_CHANGE and miss < MOST_MISS / 4.0
        return Point(log_x, scaled, tangent, side), easy

    def _between(self, a: Point, b: Point, target: float) -> Floats:
        """The branch at lambda = ``target`` / stake between two neighbouring points, by Newton at fixed lambda."""
        share = (target - a.scaled) / (b.scaled - a.scaled)
        guess = (1.0 - share) * a.log_x + share * b.log_x
        log_x = self._newton(guess, target)
        if log_x is None or np.max(np.abs(np.exp(log_x) - np.exp(guess))) > MOST_CHANGE:
            raise Lost(f"the branch was lost at lambda = {target / self.paths.stake:.9g}")
        return log_x

    def _newton(self, log_x: Floats, scaled: float) -> Floats | None:
        for _ in range(4 * MOST_CORRECTIONS):
            residual, jacobian, _ = self._equations(log_x, scaled)
            if self._close(residual, log_x, scaled):
                return log_x
            move = _solve(jacobian, -residual)
            if move is None or not np.all(np.isfinite(move)):
                break
            log_x = np.minimum(log_x + move, 1.0)
        return None


def _bordered(jacobian: Floats, by_scaled: Floats, tangent: Floats) -> Floats:
    count = len(by_scaled)
    matrix = np.empty((count + 1, count + 1))
    matrix[:count, :count] = jacobian
    matrix[:count, count] = by_scaled
    matrix[count] = tangent
    return matrix


def _tangent(jacobian: Floats, by_scaled: Floats, along: Floats) -> tuple[Floats, int]:
    """The unit tangent that goes on ``along``, and the sign of the bordered determinant (0 if there is none).

    The sign changes where another branch crosses (Allgower and Georg 1990, chapter 8), not where this one turns.
    """
    lu, pivots, info = lapack.dgetrf(_bordered(jacobian, by_scaled, along))
    if info != 0:
        return along, 0
    right = np.zeros(len(along))
    right[-1] = 1.0
    tangent, info = lapack.dgetrs(lu, pivots, right)
    if info != 0 or not np.all(np.isfinite(tangent)):
        return along, 0
    swaps = int(np.sum(pivots != np.arange(len(pivots))))
    sign = np.prod(np.sign(np.diag(lu))) * (-1) ** swaps
    return tangent / np.linalg.norm(tangent), int(sign)


def _solve(matrix: Floats, right: Floats) -> Floats | None:
    lu, pivots, info = lapack.dgetrf(matrix)
    if info != 0:
        return None
    solved, info = lapack.dgetrs(lu, pivots, right)
    return None if info != 0 else np.asarray(solved)
