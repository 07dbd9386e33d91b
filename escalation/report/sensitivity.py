"""What ``sensitivity`` prints: which inputs matter by more than noise, how much, and how much noise there is."""

from __future__ import annotations

import datetime as dt
import math

from escalation.analysis.sensitivity import Effect, Index, SensitivityResult
from escalation.report.layout import bold, columns, dim, wrapped
from escalation.report.words import count, day, listed, period, small

MOST_ROWS = 20
ROOM = 24
"""Widest bar."""
_NOTHING_TO_SHARE = (
    "There is no variance to share out: over the inputs the quantity varies by no more than this run can tell from its "
    "Monte-Carlo noise. More worlds at each point (-n) take noise away."
)


def sensitivity_text(result: SensitivityResult, *, colour: bool = False) -> str:
    """The report of ``sensitivity``, at most 100 columns wide."""
    lines = wrapped(headline(result))
    lines[0] = bold(lines[0], colour)
    lines += ["", *wrapped(_about(result)), ""]
    if result.method == "sobol" and not result.varies:
        return "\n".join([*lines, *wrapped(_NOTHING_TO_SHARE)])
    first, *rest = _screening(result) if result.method == "morris" else _shares(result)
    lines += [dim(first, colour), *rest, "", *wrapped(_reading(result))]
    return "\n".join(lines)


def headline(result: SensitivityResult) -> str:
    """One plain sentence or two: how many inputs matter, and which do most."""
    when = f"within {period(result.horizon)} of {day(dt.date.fromisoformat(result.start))}"
    what = f"the odds of all-out war in {result.scenario} {when}"
    if result.against is not None:
        what = f"how much more dangerous {result.scenario} is than {result.against} {when}"
    told, inputs = result.told, count(len(result.factors), "input")
    if not told:
        return f"None of {inputs} moves {what} by more than this run can tell from noise."
    are = "matters" if len(told) == 1 else "matter"
    text = f"Of {inputs} {small(len(told))} {are} for {what} by more than noise. "
    if result.method == "morris":
        return text + _most_effects([found for found in told if isinstance(found, Effect)])
    return text + _most_shares([found for found in told if isinstance(found, Index)])


def _most_effects(told: list[Effect]) -> str:
    first, rest = told[0], told[1:3]
    text = f"{first.factor} does most: moved to another quarter of its distribution it changes that by "
    text += f"{100 * first.size:.1f} in 100 (root mean square, 95 % interval {_span(first.size_low, first.size_high)})"
    if (first.mean_low or 0.0) > 0.0 or (first.mean_high or 0.0) < 0.0:
        text += f", and raising the number {'raises' if (first.mean or 0.0) > 0.0 else 'lowers'} it"
    others = listed([f"{found.factor} ({100 * found.size:.1f})" for found in rest])
    return f"{text}; then {others}." if others else f"{text}."


def _most_shares(told: list[Index]) -> str:
    first, rest = told[0], told[1:3]
    text = (
        f"{first.factor} does most: {_percent(first.total)} % of the variance would be left if all but it were known "
    )
    text += (
        f"(95 % interval {_span(first.total_low, first.total_high)}), {_percent(first.first)} % is its own doing alone"
    )
    others = listed([f"{found.factor} ({_percent(found.total)} %)" for found in rest])
    return f"{text}; then {others}." if others else f"{text}."


def _about(result: SensitivityResult) -> str:
    low, high = _in_hundred(result.mean_low), _in_hundred(result.mean_high)
    what = "Mean difference" if result.against is not None else "Mean odds"
    design = "trajectories" if result.method == "morris" else "rows"
    about = f"{result.title}. Rule: {result.rule}. Seed {result.seed}. "
    about += (
        f"{result.samples:,} {design}, {result.points:,} points of {result.worlds} worlds; all points of one share "
    )
    about += f"their worlds. {what} over the inputs: {_in_hundred(result.mean)} in 100 (95 % interval {low} to {high})"
    if result.deviation is not None:
        known = f"standard deviation over them, noise taken out: {_in_hundred(result.deviation)} in 100"
        about += f"; {known if result.varies else 'that they vary at all cannot be told from noise'}"
    return f"{about}. Simulated, not observed."


def _screening(result: SensitivityResult) -> list[str]:
    shown = [effect for effect in result.effects if effect.told][:MOST_ROWS] or list(result.effects[:5])
    dummy = result.dummy
    assert isinstance(dummy, Effect)
    top = max((effect.size for effect in (*shown, dummy)), default=0.0)
    head = ("input", "size", "95 % interval", "raising it", "spread", "")
    rows = [_effect_row(effect, top) for effect in (*shown, dummy)]
    return [*columns([head, *rows], left=1, indent=""), *_rest(result, len(shown))]


def _effect_row(effect: Effect, top: float) -> tuple[str, ...]:
    raised = ""
    if effect.mean is not None and effect.mean_low is not None and effect.mean_high is not None:
        raised = f"{100 * effect.mean:+.1f} ± {50 * (effect.mean_high - effect.mean_low):.1f}"
    span = _span(effect.size_low, effect.size_high)
    name = effect.factor if effect.keys else f"({effect.factor})"
    return (name, f"{100 * effect.size:.1f}", span, raised, f"{100 * effect.spread:.1f}", _drawn(effect.size, top))


def _shares(result: SensitivityResult) -> list[str]:
    shown = [index for index in result.indices if index.told][:MOST_ROWS] or list(result.indices[:5])
    dummy = result.dummy
    assert isinstance(dummy, Index)
    top = max((index.total for index in (*shown, dummy)), default=0.0)
    head = ("input", "alone %", "95 % interval", "in all %", "95 % interval", "")
    rows = [
        (
            index.factor if index.keys else f"({index.factor})",
            _percent(index.first),
            _span(index.first_low, index.first_high),
            _percent(index.total),
            _span(index.total_low, index.total_high),
            _drawn(index.total, top),
        )
        for index in (*shown, dummy)
    ]
    return [*columns([head, *rows], left=1, indent=""), *_rest(result, len(shown))]


def _rest(result: SensitivityResult, shown: int) -> list[str]:
    left = len(result.factors) - shown
    more = len(result.told) - min(shown, len(result.told))
    if left <= 0:
        return []
    told = f", {small(more)} of them more than noise" if more else ", none of them told from noise"
    return wrapped(f"{count(left, 'input')} more{told}; --out DIR or --json lists all.", "  ")


def _drawn(value: float, top: float) -> str:
    return ("#" * round(ROOM * max(value, 0.0) / top) if top > 0.0 else "").ljust(ROOM)


def _reading(result: SensitivityResult) -> str:
    dummy = (
        "The input in brackets does nothing to the crisis but hand it other worlds: what it seems to do is noise, and "
        "more noise than a real input has, whose worlds are shared; "
    )
    level = "an input is told from noise at 95 % over all inputs together."
    if result.method == "morris":
        return (
            "In 100. Size: root mean square of the changes when an input moves to another quarter of its distribution, "
            "the rest being anywhere in theirs, with the Monte-Carlo noise taken out; raising it: their mean; spread: "
            f"how far they differ with the rest. {dummy}here up to {_in_hundred(result.floor)} at 95 %; {level}"
        )
    return (
        "Shares of the variance over the inputs, with the Monte-Carlo noise taken out. Alone: what knowing only that "
        "input would take away; in all: what would be left if all but it were known; they differ by interactions. "
        f"{dummy}here up to {_percent(result.floor)} % at 95 %; {level}"
    )


def _span(low: float, high: float) -> str:
    return f"{_in_hundred(low)} to {_in_hundred(high)}"


def _in_hundred(value: float) -> str:
    rounded = 100 * value
    return f"{rounded:.1f}" if not math.isclose(rounded, 0.0, abs_tol=0.05) else "0.0"


def _percent(value: float) -> str:
    return _in_hundred(value)
