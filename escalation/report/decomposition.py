"""What ``compare --decompose`` adds: what the difference is made of, and when its lump of risk is paid back."""

from __future__ import annotations

from escalation.analysis.decompose import BARE, CONTROL, ERRORS, INTERACTION, LEARNING, TOTAL
from escalation.analysis.decomposition_result import Crossover, Decomposition, DecompositionResult, FactorialCell
from escalation.analysis.intervals import Estimate
from escalation.report.attribution import change, signed
from escalation.report.layout import columns, dim, wrapped
from escalation.report.words import base_of, listed, percent, period, small

NAMES = {
    BARE: "the act by itself",
    LEARNING: "learning (deterrence)",
    ERRORS: "errors",
    CONTROL: "loss of control",
    INTERACTION: "their interaction",
    TOTAL: "together",
}


def decomposition_text(result: DecompositionResult, *, colour: bool = False) -> str:
    """The parts, a table of them by horizon where there are several, and the crossover."""
    found = result.decomposition
    base = base_of(max(cell.odds.weighed.value for cell in found.cells if cell.week == found.weeks[-1]))
    when = f"within {period(found.weeks[-1])}"
    lines = [dim(f"What {found.b} less {found.a} is made of {when}, in {base:,} (weighed)", colour)]
    lines += columns(_parts(found, base))
    lines += wrapped(_note(found), "  ")
    if len(found.weeks) > 1:
        lines += ["", dim(f"The parts alone, by horizon, in {base:,}", colour), *columns(_by_week(found, base))]
    lines += ["", *wrapped(parts_sentence(found, base)), "", *wrapped(crossover_sentence(result.crossover))]
    return "\n".join(lines)


def parts_sentence(found: Decomposition, base: int) -> str:
    """Which parts make war likelier, which rarer, and which cannot be told from none."""
    up: list[str] = []
    down: list[str] = []
    untold: list[str] = []
    for part in found.parts:
        if part.week == found.weeks[-1] and part.name != TOTAL:
            value = part.alone.weighed
            told = f"{NAMES[part.name]} ({signed(value.value, base)})"
            (up if value.low > 0.0 else down if value.high < 0.0 else untold).append(told)
    parts = [
        f"{listed(names)} {'makes' if len(names) == 1 else 'make'} war {which}"
        for names, which in ((up, "likelier"), (down, "rarer"))
        if names
    ]
    if untold:
        parts.append(f"{listed(untold)} cannot be told from none")
    return f"In the difference of {found.b} from {found.a}, {'; '.join(parts)}."


def crossover_sentence(found: Crossover) -> str:
    """How large the lump of risk is, when it peaks, and from which week it is paid back, if ever."""
    a, b, weeks = found.a, found.b, found.horizon
    base = base_of(max(float(found.weekly.odds_a[-1]), float(found.weekly.odds_b[-1])))
    if not found.weekly.difference.any():
        return f"{b} and {a} do not differ in any week."
    if found.peak.value <= 0.0:
        return f"{b} has no lump of risk to pay back: in no week have more wars come than in {a}."
    size = (
        f"{signed(found.peak.value, base)} wars in {base:,} have come beside {a} (by a band that holds for all weeks "
        f"{change(found.peak, base)})"
    )
    if found.peak_week == weeks:
        return f"The risk that {b} brings is still growing at the end: by week {weeks:,} {size}. It is not paid back."
    lump = f"The lump of risk that {b} brings is greatest in week {found.peak_week:,}, when {size}."
    never = f"never within {weeks:,} weeks"
    low, high = (never if week is None else f"week {week:,}" for week in (found.low, found.high))
    span = f"95 % interval: {low}" if low == high else f"95 % interval: {low} to {high}"
    crossed = f"{percent(found.probability)} of {found.resamples:,} resamples of the worlds pay it back"
    if found.week is None:
        return f"{lump} It is {never} paid back ({span}; {crossed})."
    sure = (
        f"below zero by that band from week {found.sure_from:,} on"
        if found.sure_from is not None
        else "by that band in no week below zero"
    )
    told = (
        f"from week {found.week:,} on: from there to the end fewer wars have come than in {a} ({span}; {crossed}; "
        f"{sure})"
    )
    if found.high is None:
        return f"{lump} By the estimate it is paid back {told}; that it is never paid back cannot be ruled out."
    return f"{lump} It is paid back {told}."


def _parts(found: Decomposition, base: int) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("", "alone", "95 % interval", "shared", "95 % interval", "alone, counted")]
    for part in found.parts:
        if part.week == found.weeks[-1]:
            shared = ("", "") if part.shared is None else _pair(part.shared.weighed, base)
            rows.append(
                (NAMES[part.name], *_pair(part.alone.weighed, base), *shared, signed(part.alone.counted.value, base))
            )
    return rows


def _note(found: Decomposition) -> str:
    off = listed([f"{name} ({key})" for name, key in found.factors.items()])
    cells = len(_cells(found))
    distinct = "" if found.distinct == cells else f" ({small(found.distinct)} of them distinct)"
    return (
        f"Both scenarios were run with {off} on and off in every combination: {small(cells)} runs{distinct} of "
        f"the same {found.worlds:,} worlds. the act by itself: the difference with all of them off. alone: what each "
        "adds to that by itself; what they add only together is their interaction. shared: the same with the "
        "interaction shared out among those that take part in it. Either way the parts add up to the whole; no sign is "
        "presupposed."
    )


def _cells(found: Decomposition) -> list[FactorialCell]:
    return [cell for cell in found.cells if cell.week == found.weeks[-1]]


def _by_week(found: Decomposition, base: int) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("", *(period(week) for week in found.weeks))]
    for name in dict.fromkeys(part.name for part in found.parts):
        rows.append((NAMES[name], *(signed(found.part(name, week).alone.weighed.value, base) for week in found.weeks)))
    return rows


def _pair(estimate: Estimate, base: int) -> tuple[str, str]:
    return signed(estimate.value, base), change(estimate, base)
