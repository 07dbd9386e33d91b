"""What ``break-even`` prints: where two scenarios are equally dangerous, who is safer where, and the curve."""

from __future__ import annotations

import datetime as dt

from escalation.analysis.break_even import BreakEvenResult
from escalation.analysis.located import Crossing, Curve, Stretch
from escalation.report.layout import bold, columns, dim, wrapped
from escalation.report.words import day, listed, opening, period

_MARKS = {1: "+", -1: "-", 0: "="}


def break_even_text(result: BreakEvenResult, *, colour: bool = False) -> str:
    """The report of ``break-even``, at most 100 columns wide."""
    lines = wrapped(headline(result))
    lines[0] = bold(lines[0], colour)
    lines += ["", *wrapped(_about(result)), ""]
    lines += wrapped(_key_line(result), "", "  ")
    if result.also is not None:
        also = result.also
        lines += wrapped(f"{also.key} ({also.unit}): {also.meaning}; {_brief(also.own)} in {result.a}.", "", "  ")
        lines += ["", f"Break-even of {result.key.key} by {also.key}", *_contour(result, colour)]
    lines += ["", f"Odds of all-out war within {period(result.horizon)}, in 100", *_curve(result, colour), ""]
    lines += wrapped(
        f"+ {result.a} is more dangerous, - {result.b} is, = cannot be told apart, by the 95 % interval of the paired "
        "difference at that value. The interval of a break-even holds the values at which they cannot be told apart."
    )
    numbers = (
        "Uncertain numbers that do not vary here stand at their central values; the intervals are Monte-Carlo noise "
        "alone. --draws draws them."
        if result.draws is None
        else f"The odds are means over {result.draws:,} draws of the uncertain numbers, and the intervals say how far "
        "other draws would have moved those means."
    )
    lines += wrapped(numbers)
    return "\n".join(lines)


def headline(result: BreakEvenResult) -> str:
    """One plain sentence or two: the break-even, its comparator and horizon, and which scenario is safer where."""
    when = f"within {period(result.horizon)} of {day(dt.date.fromisoformat(result.start))}"
    curve, key = result.curve, result.key.key
    shown = [crossing for crossing in curve.crossings if crossing.shown]
    span = f"from {_brief(result.low)} to {_brief(result.high)}"
    signs = {part.sign for part in curve.stretches}
    if shown:
        where = listed([f"{_brief(one.value)} ({_interval(one)})" for one in shown])
        text = f"{result.a} is as dangerous as {result.b} {when} where {key} is {where}"
        return opening(f"{text}: {_safer(result, curve)}.")
    if signs == {0}:
        return f"No break-even is shown: {result.a} and {result.b} cannot be told apart {when} with {key} {span}."
    if len(curve.stretches) == 1:
        safer = result.name_of(curve.stretches[0].sign)
        other = result.a if safer == result.b else result.b
        return f"There is no break-even: {safer} is safer than {other} {when} with {key} {span}."
    text = f"No break-even of {key} {span} is shown {when}: {_safer(result, curve)}."
    for crossing in curve.crossings:
        text += (
            f" The odds of this run cross at {_brief(crossing.value)}, where either might be the safer for all that "
            "this run can tell."
        )
    return text


def _safer(result: BreakEvenResult, curve: Curve) -> str:
    """Who is safer on each stretch."""
    clauses = []
    for part in curve.stretches:
        name = result.name_of(part.sign)
        who = f"{name} is safer" if name else "they cannot be told apart"
        clauses.append(f"{who} {_where(part, result.low, result.high)}")
    return listed(clauses)


def _where(part: Stretch, low: float, high: float) -> str:
    if part.low <= low:
        return f"below {_brief(part.high)}"
    if part.high >= high:
        return f"above {_brief(part.low)}"
    return f"from {_brief(part.low)} to {_brief(part.high)}"


def _interval(crossing: Crossing) -> str:
    if crossing.low is None or crossing.high is None:
        known = crossing.low if crossing.high is None else crossing.high
        return f"95 %: {'above' if crossing.high is None else 'below'} {_brief(known)}"
    return f"95 % interval {_brief(crossing.low)} to {_brief(crossing.high)}"


def _about(result: BreakEvenResult) -> str:
    each = f"{result.worlds:,} worlds"
    if result.draws is not None:
        each = f"{result.draws:,} draws of the uncertain numbers x {each}"
    looked = sum(len(row.curve.points) for row in result.contour) + len(result.curve.points)
    return (
        f"{result.a}: {result.title_a}. {result.b}: {result.title_b}. Rule: {result.rule}. Seed {result.seed}. "
        f"{looked} values looked at, {each} of either scenario at each, the same worlds everywhere, so that luck "
        "cancels. Simulated, not observed."
    )


def _key_line(result: BreakEvenResult) -> str:
    key = result.key
    return f"{key.key} ({key.unit}): {key.meaning}; {_brief(key.own)} in {result.a}."


def _curve(result: BreakEvenResult, colour: bool) -> list[str]:
    head = (result.key.key, result.a, result.b, "difference", "95 % interval", "")
    rows = [
        (
            _brief(point.value),
            f"{100 * min(point.odds_a, 1.0):.2f}",
            f"{100 * min(point.odds_b, 1.0):.2f}",
            f"{100 * point.difference:+.3f}",
            f"{100 * point.low:+.3f} to {100 * point.high:+.3f}",
            _MARKS[point.sign],
        )
        for point in result.curve.points
    ]
    first, *rest = columns([head, *rows], left=0)
    return [dim(first, colour), *rest]


def _contour(result: BreakEvenResult, colour: bool) -> list[str]:
    also = result.also
    assert also is not None
    head = (also.key, "break-even", "95 % interval", "safer")
    rows = []
    for row in result.contour:
        text = _safer(result, row.curve)
        if not row.curve.crossings:
            rows.append(
                (
                    _brief(row.value),
                    "none",
                    "",
                    text if len(row.curve.stretches) > 1 else _throughout(result, row.curve),
                )
            )
        for number, crossing in enumerate(row.curve.crossings):
            value = _brief(crossing.value) if crossing.shown else f"({_brief(crossing.value)})"
            interval = _interval(crossing).removeprefix("95 % interval ").removeprefix("95 %: ")
            rows.append((_brief(row.value) if number == 0 else "", value, interval, text if number == 0 else ""))
    first, *rest = columns([head, *rows], left=4)
    notes = []
    if any(not crossing.shown for row in result.contour for crossing in row.curve.crossings):
        notes = wrapped("In brackets: the odds of this run cross there, which may be chance.", "  ")
    return [dim(first, colour), *rest, *notes]


def _throughout(result: BreakEvenResult, curve: Curve) -> str:
    name = result.name_of(curve.stretches[0].sign)
    return f"{name} is safer throughout" if name else "they cannot be told apart anywhere"


def _brief(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
