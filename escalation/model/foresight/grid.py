"""The grid of the pictured crisis: standing rungs, and lanes of (pi, phi, disarray of the proxies)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from escalation.compiled import inner

HIGH: Final = np.array([1.0, 5.0, 6.0, 7.0, 8.0, 9.0])
"""Standing rungs. Below 5 nothing hangs on the rung, so that calm is one of them and this part of the grid is exact."""
HIGHS: Final = 6
PIS: Final = 5
"""Points of pi, evenly from ``SURE`` to 1 - ``SURE``: what the challenger does hangs on it."""
PHIS: Final = 3
SURE: Final = 0.02
LANES: Final = PIS * PHIS * 2
"""Lane (i * PHIS + j) * 2 + d: point i of pi, j of phi; d: 1 after a decapitation, until it is made good."""
STEP_PI: Final = (1.0 - 2.0 * SURE) / (PIS - 1.0)
STEP_PHI: Final = (1.0 - 2.0 * SURE) / (PHIS - 1.0)


def points() -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """pi and phi of each lane, (lanes,) each."""
    pi = SURE + STEP_PI * np.arange(PIS)
    phi = SURE + STEP_PHI * np.arange(PHIS)
    return np.repeat(pi, PHIS * 2), np.tile(np.repeat(phi, 2), PIS)


@inner
def climbed(e: int, rung: float) -> int:
    """Index of the standing rung after an act at ``rung``, from index ``e``."""
    return max(e, min(int(rung + 0.5) - 4, HIGHS - 1))


@inner
def below(p: float, step: float, n: int) -> int:
    """Index of the grid point at or below probability ``p``, of ``n``, so that there is one above it."""
    return min(max(int((p - SURE) / step), 0), n - 2)


@inner
def share(p: float, step: float, at: int) -> float:
    """How far ``p`` lies from grid point ``at`` to the next one, from 0 to 1; beyond the grid its edge holds."""
    return min(max((p - SURE) / step - at, 0.0), 1.0)


@inner
def read(values: Any, pi: float, phi: float, loss: float) -> float:
    """``values`` (L,) at a state between the lanes."""
    i, j = below(pi, STEP_PI, PIS), below(phi, STEP_PHI, PHIS)
    u, v = share(pi, STEP_PI, i), share(phi, STEP_PHI, j)
    total = 0.0
    for up in range(2):
        for over in range(2):
            lane = ((i + up) * PHIS + j + over) * 2
            weight = (u if up == 1 else 1.0 - u) * (v if over == 1 else 1.0 - v)
            total += weight * ((1.0 - loss) * values[lane] + loss * values[lane + 1])
    return total


def on_grid(rung: float) -> int:
    """Index of a standing rung on the grid."""
    return max(0, min(int(rung + 0.5) - 4, HIGHS - 1))
