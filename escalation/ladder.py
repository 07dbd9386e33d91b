"""The escalation ladder: ten rungs, from words to all-out war.

Kahn (1965, *On Escalation*) had 44; ten suffice because the International Crisis Behavior project's violence
scale, with which the odds are compared, has four classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its number, what it is called, and its ICB violence class."""

    number: int
    label: str
    violence: str


LADDER: Final[tuple[Rung, ...]] = (
    Rung(1, "words, threats, orders called off", "none"),
    Rung(2, "economic or diplomatic coercion", "none"),
    Rung(3, "show of force, harassment", "none"),
    Rung(4, "deniable sabotage, cyber, seizure, plots", "none or minor"),
    Rung(5, "indirect fire that kills no one", "minor clashes"),
    Rung(6, "lethal or high-value strike through or on proxies", "minor clashes"),
    Rung(7, "open state force on state personnel in a third country", "minor clashes"),
    Rung(8, "limited strike on home territory", "serious clashes"),
    Rung(9, "sustained limited war", "serious clashes or war"),
    Rung(10, "all-out war", "full-scale war"),
)

LIMITED_WAR: Final = 9
ALL_OUT_WAR: Final = 10


def label(rung: int) -> str:
    """What ``rung`` (1..10) is called. Raises ``ValueError`` outside the ladder."""
    if not 1 <= rung <= len(LADDER):
        raise ValueError(f"rung {rung}: the ladder has rungs 1 to {len(LADDER)}")
    return LADDER[rung - 1].label
