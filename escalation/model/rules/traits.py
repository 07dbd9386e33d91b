"""What a decision rule declares of itself; each trait is a law that the conformance tests can refute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """``forward_looking``: weighs the replies expected; ``stochastic``: may take any act; ``reads_payoffs``.

    ``memory``: goes by what the other side did last, apart from what its act has changed in the payoffs. ``plans``:
    weighs what comes after the reply.
    """

    forward_looking: bool
    stochastic: bool
    reads_payoffs: bool
    citation: str
    memory: bool = False
    plans: bool = False
