"""How many copies a world is worth in each cell (``worlds.splitting``), learnt from pilot runs.

Two steps, and no number for the user to choose:

1. *Equal flow.* Round by round, pilot worlds climb higher: a rung that a share q of the world-weeks reaches or passes
   gets ``FLOW`` / q copies, so that every rung is lived in about as often (near the best rule for multilevel splitting:
   Villen-Altamirano and Villen-Altamirano 1991; Glasserman et al. 1999). A rung that was hardly met gets ``STEEP``
   times as many as the one below, until it is. This looks at rungs alone, and not at the chances of war seen, for what
   is dangerous may not have been seen yet.
2. *Noise.* From all that the pilot saw, the value of a cell (the odds of war from it within the weeks left) follows by
   stepping backwards, and with it how much one week from a cell adds to the noise of a root's sum. The noise at a given
   amount of work is least with copies in proportion to its root mean square (Neyman's allocation, cell by cell). It is
   used where it asks for more copies than ``DEFENCE`` times the equal flow: a cell whose danger the pilot missed keeps
   those (a defensive mixture: Hesterberg 1995, Technometrics 37: 185-194).

Pilot worlds are others than those of any run, so that the table is independent of what is estimated with it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from escalation.scenario.design import Values
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import Progress, plan
from escalation.worlds.splitting import CELLS, EXCHANGE, RUNGS, SHAPE, WEEK, Census, Floats, split

ROUNDS: Final = 6
ROOTS: Final = 4096
"""Pilot worlds a round. This and the numbers below are judgement: docs/exact.md shows how little hangs on them."""
FIRST_WORLD: Final = 2**40
"""Number of the first pilot world."""
FLOW: Final = 1.0 / 3.0
SEEN: Final = 10
"""A rung is met once so many world-weeks reached it; before ..."""
STEEP: Final = 5.0
"""... it gets so many times the copies of the rung below."""
DEFENCE: Final = 0.3
EFFORT: Final = 2.0
"""World-weeks that the second step asks for, as a multiple of those of the roots alone."""
MOST: Final = 10_000.0
"""Most copies that one world is worth."""


def learn(
    scenario: Scenario,
    *,
    seed: int,
    horizon: int,
    priors: bool = False,
    values: Values | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> tuple[Floats, int]:
    """Copies by cell, shape (cells,), and the world-weeks that it took to learn them. ``values`` as in ``plan``."""
    copies, seen, lived = np.ones(CELLS), Census(), 0
    for number in range(ROUNDS):
        ready = plan(scenario, ROOTS, seed=seed, priors=priors, first_world=FIRST_WORLD + number * ROOTS, values=values)
        made = split(ready, copies, seed=seed, horizon=horizon, weeks=(), workers=workers, progress=progress)
        seen, lived = seen + made.census, lived + made.world_weeks
        copies = equal_flow(made.census)
    return least_noise(seen, made.census.weight, copies, horizon), lived


def equal_flow(census: Census) -> Floats:
    """Copies (cells,) by which every rung is lived in about as often, at the start of weeks and in exchanges."""
    weight = census.weight.reshape(SHAPE).sum(axis=(1, 2))
    visits = census.visits.reshape(SHAPE).sum(axis=(1, 2))
    copies = np.ones((2, RUNGS))
    for when in (WEEK, EXCHANGE):
        reach = weight[when, ::-1].cumsum()[::-1] / weight[WEEK].sum()
        met = visits[when, ::-1].cumsum()[::-1]
        for rung in range(1, RUNGS):
            below = copies[when, rung - 1]
            wanted = FLOW / reach[rung] if met[rung] >= SEEN else STEEP * below
            copies[when, rung] = np.clip(wanted, below, MOST)
    return np.broadcast_to(copies[:, None, None, :], SHAPE).reshape(CELLS)


def least_noise(census: Census, weight: Floats, flow: Floats, horizon: int) -> Floats:
    """Copies (cells,) that make the noise least, but ``DEFENCE`` times those of the equal ``flow`` at the least.

    ``weight`` (cells,) is that of the visits to each cell: none gets more copies than would double all work.
    """
    noise = noises(census, horizon)
    share = weight / weight.sum()
    usual = float(share @ noise)
    if usual <= 0.0:
        return np.maximum(DEFENCE * flow, 1.0)
    most = np.minimum(1.0 / np.maximum(share, 1.0 / MOST), MOST)
    return np.asarray(np.maximum(np.maximum(np.minimum(EFFORT * noise / usual, most), DEFENCE * flow), 1.0))


def noises(census: Census, horizon: int) -> Floats:
    """Root mean square, over the weeks of the ``horizon``, of what one visit to a cell brings, shape (cells,).

    What it brings is the chance of war in it and the value of the cell that it leads to.
    """
    visits = np.maximum(census.visits, 1.0)
    moves = census.moves / visits[:, None]
    gain, gain_sq = census.gained / visits, census.gained_sq / visits
    half = CELLS // 2  # cells at the start of a week, then those in an exchange
    to_week, to_exchange = moves[:, :half], moves[:, half:]
    over = np.linalg.inv(np.eye(half) - to_exchange[half:])
    value, total = np.zeros(CELLS), np.zeros(CELLS)
    for _ in range(horizon):
        later = value[:half]
        value = gain + to_week @ later
        value[half:] = over @ value[half:]
        value[:half] += to_exchange[:half] @ value[half:]
        total += gain_sq + to_week @ (later * later) + to_exchange @ (value[half:] * value[half:])
    return np.asarray(np.sqrt(total / horizon))
