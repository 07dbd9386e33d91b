"""``errors.aim``: perpetrators cannot choose how many they kill (C14).

Scales, per instrument, the chance that an attack meant to kill no one kills after all, and the log-spread of a
lethal attack's deaths about the meant number. At 0 every attack kills as many as its maker wished.
"""

from __future__ import annotations

from escalation.model.errors.scaling import Rates, magnitude, probability
from escalation.model.layout import I_SD, I_STRAY


def apply(instruments: Rates, m: Rates) -> None:
    """Scale ``instruments`` (rows, instruments, columns) in place by ``m`` (rows,)."""
    instruments[:, :, I_STRAY] = probability(instruments[:, :, I_STRAY], m[:, None])
    instruments[:, :, I_SD] = magnitude(instruments[:, :, I_SD], m[:, None])
