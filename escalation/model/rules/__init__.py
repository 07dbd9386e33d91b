"""The shelf of decision rules: one small file each, named by ``<actor>.rule`` or ``--rule``.

To add one: a file with ``NAME``, ``TRAITS`` and ``probabilities``, a line in ``RULES`` and one in ``stage.choose``.
"""

from __future__ import annotations

from typing import Final

from escalation.model.rules import best_response, level_k, prospect, quantal, reciprocal
from escalation.model.rules.traits import Traits

RULES: Final[dict[str, Traits]] = {
    module.NAME: module.TRAITS for module in (quantal, best_response, level_k, prospect, reciprocal)
}
CODES: Final[dict[str, int]] = {name: code for code, name in enumerate(RULES)}


def code(name: str) -> int:
    """Number of the rule ``name`` in compiled code. Raises ``ValueError`` naming the legal rules."""
    if name not in CODES:
        raise ValueError(f"rule {name!r}: not on the shelf; legal: {', '.join(CODES)}")
    return CODES[name]
