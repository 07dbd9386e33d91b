"""Textbook chains with closed forms, solved by the same linear algebra as the crisis: they vouch for it.

Gambler's ruin is the ladder climbed by luck alone; the noisy reciprocity chain is tit-for-tat with slips (dossier
section 6; Molander 1985, Journal of Conflict Resolution 29: 611-618).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def ruin_closed(p: float, start: int, top: int) -> float:
    """Chance to reach ``top`` before 0 from ``start``, one rung up with ``p``, else down (Feller 1968, XIV.2)."""
    if p == 0.5:
        return start / top
    ratio = (1.0 - p) / p
    return (1.0 - ratio**start) / (1.0 - ratio**top)


def ruin_solved(p: float, top: int) -> Floats:
    """The same from every rung 0..``top``, by a sparse solve of (I - P) x = w."""
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import spsolve

    n = top - 1
    stays = np.eye(n) - (1.0 - p) * np.eye(n, k=-1) - p * np.eye(n, k=1)
    won = np.zeros(n)
    won[-1] = p
    inside = np.atleast_1d(spsolve(csc_matrix(stays), won))
    return np.concatenate([[0.0], inside, [1.0]])


def reciprocity(slip: float, generosity: float) -> Floats:
    """Transitions (4, 4) of two reciprocators over (both hold, first strikes, second strikes, both strike).

    Each does what the other did last, forgives a blow with ``generosity``, and does the opposite with chance ``slip``.
    """
    strikes = {False: slip, True: (1.0 - generosity) * (1.0 - slip) + generosity * slip}
    out = np.empty((4, 4))
    states = [(False, False), (True, False), (False, True), (True, True)]
    for i, (first, second) in enumerate(states):
        a, b = strikes[second], strikes[first]
        out[i] = [(a if x else 1.0 - a) * (b if y else 1.0 - b) for x, y in states]
    return out


def reciprocity_closed(slip: float, generosity: float) -> float:
    """Long-run share of a side's moves that are blows: s / (2 s + g (1 - 2 s)) for slip s and generosity g.

    A side's blow answers the other's, so that the shares a, b solve a = s + b (1 - g) (1 - 2 s), and the same for b.
    Without generosity it is one half, however rare the slips: errors never wash out.
    """
    return slip / (2.0 * slip + generosity * (1.0 - 2.0 * slip))


def stationary(transitions: Floats) -> Floats:
    """The long-run shares of a chain's states, by a sparse solve."""
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import spsolve

    n = len(transitions)
    system = (transitions - np.eye(n)).T
    system[-1] = 1.0
    total = np.zeros(n)
    total[-1] = 1.0
    return np.asarray(spsolve(csc_matrix(system), total))
