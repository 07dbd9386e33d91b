"""What foresight came to, in a sentence or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from escalation.report.words import count, listed
from escalation.worlds.certificates import Certified, summary

SHOWN: Final = 6
"""Points that are named; the JSON names all."""


def foresight_text(points: Sequence[Certified], noun: str = "point") -> str:
    """How many points were solved and settled, which were not, and what it cost; empty where nothing was solved."""
    return _said(summary(points), noun) if points else ""


def _said(told: Mapping[str, Any], noun: str) -> str:
    open_ones = told["not_settled"]
    cost = f"in {told['sweeps']:,} sweeps and {told['seconds']:.1f} s of one core"
    if not open_ones:
        return (
            f"Foresight: {count(told['points'], noun)} of the parameters solved and settled {cost}; largest residual "
            f"{told['largest_residual']:.1e}."
        )
    names = [f"{noun} {one['point']} ({one['residual']:.1e})" for one in open_ones[:SHOWN]]
    more = f" and {len(open_ones) - SHOWN:,} more" if len(open_ones) > SHOWN else ""
    named = ", ".join(names) + more if more else listed(names)
    return (
        f"Foresight: {count(told['points'], noun)} of the parameters solved {cost}; {told['settled']:,} settled, "
        f"{len(open_ones):,} did not: {named}. There the side that plans goes by what is nearest to an "
        "equilibrium, not by one; the figure is its residual, in utils."
    )
