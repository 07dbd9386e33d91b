"""What a decision rule declares of itself; each trait is a law that the conformance tests can refute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """``forward_looking``: weighs the replies expected; ``stochastic``: may take any act; ``reads_payoffs``."""

    forward_looking: bool
    stochastic: bool
    reads_payoffs: bool
    citation: str
