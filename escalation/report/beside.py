"""Each point of ``sweep --against`` beside the other scenario there: the paired differences, in words and in cells."""

from __future__ import annotations

from typing import Final

from escalation.analysis.intervals import LEVEL
from escalation.analysis.sweep_result import PointResult, SweepResult
from escalation.report.words import count, day, opening, period, small

LONGEST_NAME: Final = 20
MANY: Final = 20
"""Points of which one may be expected to seem to differ from its reference by chance."""


def is_against(result: SweepResult) -> bool:
    """Whether each point stands beside another scenario at the same point."""
    return result.reference is not None and result.reference.against


def other(result: SweepResult) -> str:
    """What that scenario is called; a file may have the name of the scenario that it is set beside."""
    assert result.reference is not None
    name = result.reference.name
    return f"the other {name}" if name == result.scenario.name else name


def differences_sentence(result: SweepResult) -> str:
    """At how many points the odds are shown to be higher than under the other scenario, lower, or neither."""
    found = result.differences
    when = f"within {period(result.horizon)} of {day(result.scenario.start.date)}"
    noun = "draw" if result.drawn else "point"
    known = len(result) - found["unknown"]
    if not known:
        return (
            f"{opening(result.scenario.name)} cannot be set beside {other(result)} at any {noun}: worlds are missing."
        )
    higher, lower, same = (_so_many(found[name], known, noun) for name in ("higher", "lower", "not_shown_to_differ"))
    text = (
        f"The odds of all-out war {when} under {result.scenario.name} are shown to be higher than under "
        f"{other(result)} at {higher}, lower at {lower}, and not shown to differ at {same}"
    )
    if found["unknown"]:
        text += f"; at {count(found['unknown'], noun)} worlds are missing"
    return f"{_named_once(text, known, noun)}.{chance_sentence(known, noun)}"


def stopped_words(noun: str, differences: bool) -> str:
    """What the figures of a sweep to a precision are, with ``differences`` between points or without."""
    told = (
        f"With --precision the interval of a {noun} is that of counting and weighing together, and holds whenever the "
        "run stops; the odds beside it are those counted, and may lie near an end of it, or outside."
    )
    beside = " Intervals of differences are those of a number of worlds fixed beforehand, which this was not."
    return f"{told}{beside if differences else ''}"


def wider_words(points: int, noun: str, half_width: float | None, worlds: int) -> str:
    """How many points are not as precise as was asked though they had all the worlds allowed, and how wide they are."""
    if half_width is None:
        return ""
    are = "is" if points == 1 else "are"
    return f"{count(points, noun)} {are} wider, up to ± {100 * half_width:.2f} in 100, at the most of {worlds:,} worlds"


def chance_sentence(known: int, noun: str) -> str:
    """How many of ``known`` points may seem to differ by chance alone, led by a space; empty for fewer than ``MANY``.

    That is what is to be expected: how many in one sweep may be far off, since the points share their worlds.
    """
    if known < MANY:
        return ""
    expected = round((1.0 - LEVEL) * known)
    return (
        f" Each {noun} goes by its own interval: if none of the {known:,} differed, about {small(expected)} would be "
        "expected to seem to by chance alone, often more at once or none, for all share the same worlds."
    )


def _so_many(number: int, known: int, noun: str) -> str:
    if number == known:
        return f"all {count(known, noun)}" if known > 1 else f"the only {noun}"
    return small(number) if number else "none"


def _named_once(text: str, known: int, noun: str) -> str:
    """``text`` with what is counted named where it is first counted."""
    if f"all {count(known, noun)}" in text or known == 1:
        return text
    head, at, rest = text.partition(", lower at ")
    return f"{head} of {count(known, noun)}{at}{rest}"


def difference_head(result: SweepResult) -> tuple[str, str]:
    """Heads of the columns of ``difference_cells``."""
    name = other(result)
    return f"less {name if len(name) <= LONGEST_NAME else 'the other'}", "95 % interval"


def difference_cells(found: PointResult) -> tuple[str, str]:
    """The paired difference of a point in 100 worlds, and its interval; empty where worlds are missing."""
    pair = found.paired
    if pair is None:
        return "", ""
    return f"{100 * pair.odds:+.2f}", f"{100 * pair.low:+.2f} to {100 * pair.high:+.2f}"
