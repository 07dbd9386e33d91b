"""What an action is worth to its mover: the expectation of what the plays through it pay."""

from __future__ import annotations

from typing import Protocol

from escalation.games.paths import Floats, Paths


class Worth(Protocol):
    """A way to value the lottery over plays that each action is, in payoff units."""

    def __call__(self, paths: Paths, weights: Floats) -> tuple[Floats, Floats]:
        """Worth of each action (k,), and its derivative by the weight w_k(z) of each pair."""


def expected(paths: Paths, weights: Floats) -> tuple[Floats, Floats]:
    """Expected payoff u_k (von Neumann and Morgenstern)."""
    return paths.expected(weights), paths.pair_payoff
