"""The shelf of decision rules: one small file each, named by ``<actor>.rule`` or ``--rule``.

To add one: a file with ``probabilities``, a line here and one in ``stage.choose``. Importing the shelf does not import
the files, and so not the compiler: ``check`` looks names up here.
"""

from __future__ import annotations

from typing import Final

from escalation.model.rules.traits import Traits

RULES: Final[dict[str, Traits]] = {
    "quantal": Traits(forward_looking=True, stochastic=True, reads_payoffs=True, citation="McKelvey & Palfrey 1995"),
    "best-response": Traits(forward_looking=True, stochastic=False, reads_payoffs=True, citation="Nash 1950"),
    "level-k": Traits(
        forward_looking=True, stochastic=True, reads_payoffs=True, memory=True, citation="Camerer, Ho & Chong 2004"
    ),
    "prospect": Traits(forward_looking=True, stochastic=True, reads_payoffs=True, citation="Tversky & Kahneman 1992"),
    "reciprocal": Traits(
        forward_looking=False, stochastic=True, reads_payoffs=False, memory=True, citation="Richardson 1960"
    ),
    "audience": Traits(forward_looking=True, stochastic=True, reads_payoffs=True, memory=True, citation="Fearon 1994"),
    "farsighted": Traits(
        forward_looking=True, stochastic=True, reads_payoffs=True, plans=True, citation="McKelvey & Palfrey 1998"
    ),
}
PLANNERS: Final = frozenset(name for name, traits in RULES.items() if traits.plans)
"""Rules that need the pictured crisis solved before they choose (``model.foresight``)."""
CODES: Final[dict[str, int]] = {name: code for code, name in enumerate(RULES)}


def code(name: str) -> int:
    """Number of the rule ``name`` in compiled code. Raises ``ValueError`` naming the legal rules."""
    if name not in CODES:
        raise ValueError(f"rule {name!r}: not on the shelf; legal: {', '.join(CODES)}")
    return CODES[name]
