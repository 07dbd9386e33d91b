"""Each point of ``sweep --against`` beside the other scenario there: the paired differences, in words and in cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from escalation.analysis.crossing import BETWEEN, CHANCE, TOLD, BreakEven
from escalation.analysis.intervals import LEVEL
from escalation.analysis.movers import BOUND, POINTS
from escalation.analysis.sweep_result import PointResult, SweepResult
from escalation.report.words import count, day, listed, opening, period, small

LONGEST_NAME: Final = 20
MANY: Final = 20
"""Points of which one may be expected to seem to differ from its reference by chance."""
_ONE_CHANGE: Final = {
    TOLD: "both told from break-even",
    BETWEEN: "not both told from break-even, but with points that are on either side",
    CHANCE: "not both told from break-even: that may be chance",
}
_ALL_CHANGES: Final = {
    TOLD: "all told from break-even",
    BETWEEN: "none of them both told from break-even, but each with points that are on either side",
    CHANCE: "none of them both told from break-even: that may be chance",
}
_SOME_CHANGES: Final = {
    TOLD: ("is told from break-even on both sides", "are told from break-even on both sides"),
    BETWEEN: ("lies between points that are", "lie between points that are"),
    CHANCE: ("may be chance", "may be chance"),
}
"""How sure it is that the difference changes sign, by ``crossing.SURE``; of some, in the singular and the plural."""


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
        f"With --precision the interval of a {noun} is that of counting and weighing together, which holds whenever "
        "the run stops, and the odds beside it are its middle (0 where no war was counted); the odds counted lie in "
        "it, maybe at an end, and are in results.csv."
    )
    beside = (
        " Intervals of differences, of odds counted, and the marks made of them are those of a number of worlds fixed "
        "beforehand, which this was not."
    )
    return f"{told}{beside if differences else ''}"


def movers_words(movers: Sequence[Mapping[str, Any]]) -> str:
    """By what test keys are said to move the odds, or not; ``movers`` as in JSON. Empty where none is."""
    if not movers:
        return ""
    if movers[0]["by"] == POINTS:
        keys = " over all keys together" if len(movers) > 1 else ""
        return (
            "A key is said to move the odds where the means of the points in its lowest and its highest fifth differ "
            f"by more than the spread between points would make them (95 %{keys}), whatever else varies."
        )
    keys = "of all keys " if len(movers) > 1 else ""
    text = (
        "A key is said to move the odds where they differ, world by world, between its values of least and greatest "
        f"odds by more than chance may, at 95 % over all pairs of values {keys}together."
    )
    bound = [mover["key"] for mover in movers if mover["by"] == BOUND]
    if bound:
        text += f" Worlds are missing: of {listed(bound)} a bound on that chance was taken, which is too wide."
    return text


def signs_words(found: Mapping[str, int]) -> str:
    """Between how many neighbours the difference changes sign, by how sure each change is (``crossing.SURE``)."""
    number = sum(found.values())
    if not number:
        return "No two neighbours differ in sign: there is no break-even between these points."
    if number == 1:
        how = next(how for how, many in found.items() if many)
        return f"The difference changes sign between two points, {_ONE_CHANGE[how]}."
    text = f"The difference changes sign between {small(number)} pairs of neighbours"
    kinds = [(how, many) for how, many in found.items() if many]
    if len(kinds) == 1:
        return f"{text}, {_ALL_CHANGES[kinds[0][0]]}."
    said = listed([f"{small(many)} {_SOME_CHANGES[how][many > 1]}" for how, many in kinds])
    return f"{text}: {said}."


def even_words(key: str, found: Sequence[BreakEven]) -> str:
    """The break-even values on the only axis, and between what each is known to lie; empty for none."""
    said = []
    for between in dict.fromkeys(one.between for one in found):
        values = [f"{one.value:.3g}" for one in found if one.between == between]
        text = f"Break-even at {key} about {listed(values)}, by interpolation between the points"
        if between is None:
            who, whose = ("it", "its") if len(values) == 1 else ("they", "their")
            said.append(f"{text}; {who} may be chance, for the points on {whose} two sides are not told apart.")
        else:
            low, high = between
            said.append(
                f"{text}; those at {low:.3g} and at {high:.3g} are told apart, one more dangerous and one less."
            )
    return " ".join(said)


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
