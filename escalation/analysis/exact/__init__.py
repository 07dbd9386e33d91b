"""Exact odds: a reduced crisis as a finite Markov chain, held against the simulation of the same reduced crisis.

``reduction`` says what is dropped to make the chain finite, ``week`` enumerates the draws of one week, ``chain`` builds
the sparse matrices and solves them, ``closed`` has the textbook chains, ``check`` simulates and compares, ``rare`` does
so for odds down to one in a million.
"""

from __future__ import annotations

from escalation.analysis.exact.check import ExactResult, verify_exact
from escalation.analysis.exact.reduction import Reduced, reduced

__all__ = ["ExactResult", "Reduced", "reduced", "verify_exact"]
