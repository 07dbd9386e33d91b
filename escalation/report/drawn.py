"""What ``sweep --sample priors:N`` says of its draws: what is drawn at once, and how the odds spread over the draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from escalation.analysis.movers import movers
from escalation.analysis.spread import SHARES, Spread
from escalation.analysis.sweep_result import SweepResult, shown
from escalation.report.layout import columns, wrapped
from escalation.report.words import between, count, listed, small, so_many

FEW: Final = 3
"""Numbers that are named one by one in a sentence."""


def numbers_drawn(keys: Sequence[str], uncertain: int) -> str:
    """What is drawn, of so many ``uncertain`` numbers: by name if they are few, else how many they are."""
    if len(keys) == uncertain > 1:
        return f"all {uncertain:,} uncertain numbers at once"
    if len(keys) > FEW:
        return f"{len(keys):,} of {uncertain:,} uncertain numbers at once"
    return f"{listed(list(keys))}{' at once' if len(keys) > 1 else ''}"


def how_drawn(keys: Sequence[str], uncertain: int, draws: int) -> str:
    """How the points came about, in a sentence."""
    what = numbers_drawn(keys, uncertain)
    each = "each from its prior" if len(keys) > 1 else "from its prior"
    return f"{count(draws, 'draw')} of {what}, {each}; draw N is that of world N of run --priors."


def spread_sentence(result: SweepResult, when: str) -> str:
    """The median of the odds over the draws, and between what they lie in nine draws of ten."""
    found = result.odds_over_draws
    assert found is not None
    what = numbers_drawn(result.points.keys, len(result.scenario.uncertain()))
    missing = len(result) - found.draws
    among = f" ({small(missing)} of {len(result):,} are missing)" if missing else ""
    middle, low, high = found.at(0.5), found.at(0.05), found.at(0.95)
    return (
        f"Over {count(found.draws, 'draw')} of {what}{among}, the odds of all-out war {when} have a median of "
        f"{between(middle.value, middle.low, middle.high)}; in nine draws of ten they lie from {_so_many(low.value)} "
        f"to {_so_many(high.value)} (5 to 95 %)."
    )


def _so_many(odds: float) -> str:
    return so_many(odds) if odds > 0.0 else "0 in 100"


def spread_table(found: Spread, what: str, sign: str = "") -> list[str]:
    """Quantiles over the draws, in 100, with their intervals; ``sign`` is ``+`` for differences."""
    rows = [
        (share_words(share), f"{100 * q.value:{sign}.2f}", f"{100 * q.low:{sign}.2f} to {100 * q.high:{sign}.2f}")
        for share, q in zip(SHARES, found.quantiles, strict=True)
    ]
    return columns([("share of draws", what, "95 % interval"), *rows], left=0)


def share_words(share: float) -> str:
    """``5 %``, ``median``."""
    return "median" if share == SHARES[len(SHARES) // 2] else f"{100 * share:.0f} %"


def noise_words(found: Spread) -> str:
    """What the intervals of the quantiles are, and what else is in the spread."""
    return (
        f"The intervals say how far {count(found.draws, 'draw')} may mislead; the odds of one draw are known to "
        f"± {100 * found.noise:.1f} in 100 (median) themselves, which widens the spread."
    )


def by_themselves(result: SweepResult) -> list[str]:
    """Which of the numbers drawn are shown to move the odds though all others vary too; nothing for too few draws."""
    found = movers(result)
    if not found:
        return []
    told = [mover for mover in found if mover.told][:FEW]
    if not told:
        who = "It is not" if len(found) == 1 else "None of them is"
        return wrapped(f"{who} shown to move the odds by itself; the command sensitivity asks which do.", "  ")
    said = [
        f"{one.key} (from {_so_many(one.odds_low)} at {_brief(one.low)} to {_so_many(one.odds_high)} at "
        f"{_brief(one.high)})"
        for one in told
    ]
    about = "means of the draws in the lowest and the highest fifth of it"
    return wrapped(f"Shown to move the odds though all others vary too, by {about}: {listed(said)}.", "  ")


def _brief(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else shown(value)
