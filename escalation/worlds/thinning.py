"""Letting go of worlds that are over: what they came to is kept, and those that still run are run on by themselves.

No world's course depends on which others share its block, so that nothing that comes out does either.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from escalation.model import aside
from escalation.model.arrays import LANES, Floats, Ints
from escalation.model.crisis import Crisis
from escalation.model.layout import ENDED, WAR_SUM
from escalation.worlds.outcomes import Snapshot

FULL: Final = 0.9
"""Share of worlds still running above which none is let go: tiles are worked on whole, and copies cost something."""
COPY_WEEKS: Final = {2: 1, 3: 3}
"""Weeks of a world that its copy takes, by the axes of its numbers: its state alone, or the numbers of its row too."""


class Thinned:
    """A crisis in many worlds that holds fewer and fewer of them."""

    def __init__(self, crisis: Crisis) -> None:
        self.crisis = crisis
        self._index: Ints | None = None
        """Which worlds of the block the crisis holds; None: all of them, and what they come to is at hand."""
        state = crisis.state
        self._tallies, self._war_sum, self._civilians = state.N, state.S[WAR_SUM], state.civilians

    def step(self, weeks_left: int) -> None:
        """One week, if any world still runs; then let go of those that are over, if ``weeks_left`` pay for the copy."""
        crisis = self.crisis
        if not crisis.running:
            return
        crisis.step()
        over = crisis.worlds - crisis.alive
        pays = over * weeks_left > 2 * COPY_WEEKS[crisis.state.lanes.world.ndim] * crisis.alive
        if crisis.running and over >= LANES and crisis.alive < FULL * crisis.worlds and pays and not crisis.plans:
            self._let_go()

    def _let_go(self) -> None:
        crisis = self.crisis
        kept = np.flatnonzero(crisis.state.S[ENDED] == 0.0)
        if self._index is None:
            self._war_sum = self._war_sum.copy()  # a row of all the state, which is to go
            self._index = kept
        else:
            self._note()
            self._index = self._index[kept]
        crisis.hold(aside.some(crisis.state, kept))

    def _note(self) -> None:
        """Bring up to date what is known of the worlds that still run."""
        if self._index is not None:
            state = self.crisis.state
            self._tallies[:, self._index] = state.N
            self._war_sum[self._index] = state.S[WAR_SUM]
            self._civilians[:, self._index] = state.civilians

    def snapshot(self) -> Snapshot:
        """Where all worlds of the block stand, whether held or let go."""
        self._note()
        return Snapshot(self._tallies.copy(), self._war_sum.copy())

    @property
    def war_sum(self) -> Floats:
        """``Snapshot.war_sum`` of all worlds of the block: asked for every week, it brings nothing else up to date."""
        if self._index is not None:
            self._war_sum[self._index] = self.crisis.state.S[WAR_SUM]
        return np.asarray(self._war_sum)

    @property
    def civilians(self) -> Ints:
        """Civilian dead by country in all worlds of the block, shape (countries, worlds)."""
        self._note()
        return self._civilians
