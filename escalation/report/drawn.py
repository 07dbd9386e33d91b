"""What ``sweep --sample priors:N`` says of its draws: what is drawn at once, and how the odds spread over the draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from escalation.analysis.spread import SHARES, Spread
from escalation.analysis.sweep_result import SweepResult, shown
from escalation.report.layout import columns, wrapped
from escalation.report.words import between, count, listed, opening, small, so_many, tenths

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
    """The median of the odds over the draws, and between what they lie in nine draws of ten.

    Where the draws are too few for that, between what they were seen to lie.
    """
    found = result.odds_over_draws
    assert found is not None
    what = numbers_drawn(result.points.keys, len(result.scenario.uncertain()))
    missing = len(result) - found.draws
    among = f" ({small(missing)} of {len(result):,} are missing)" if missing else ""
    middle = found.at(0.5)
    interval = between(middle.value, middle.low, middle.high)
    if found.tails_known:
        low, high = (_so_many(found.at(share).value) for share in (SHARES[0], SHARES[-1]))
        ends = f"in nine draws of ten they lie from {low} to {high} (5 to 95 %)"
    else:
        ends = f"the draws run from {_so_many(found.least)} to {_so_many(found.most)}"
    return (
        f"Over {count(found.draws, 'draw')} of {what}{among}, the odds of all-out war {when} have a median of "
        f"{interval[:-1]}, given these worlds); {ends}."
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


def noise_words(found: Mapping[str, Any]) -> str:
    """What the intervals of the quantiles are, and what is not in them; ``found`` is a ``Spread`` as JSON."""
    draws, noise = found["draws"], tenths(100 * found["noise"])
    shift = "" if found["shift"] is None else f", their mean by ± {tenths(100 * found['shift'])} in 100 (95 %)"
    few = "" if found["tails_known"] else f" {opening(count(draws, 'draw'))} cannot bound the ends of the spread."
    return (
        f"The intervals say how far {count(draws, 'draw')} may mislead, given these worlds.{few} The luck of the "
        f"worlds, which all draws share, is not in them. The odds of one draw are known to ± {noise} in 100 (median) "
        f"themselves: part of that widens the spread, and part shifts all draws together{shift}. More worlds make that "
        "smaller, more draws do not."
    )


def by_themselves(result: SweepResult) -> list[str]:
    """Which of the numbers drawn are shown to move the odds though all others vary too; nothing for too few draws."""
    found = result.movers
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
