"""What ``discover`` prints: in which boxes of the uncertain numbers the thing holds, and how sure that is."""

from __future__ import annotations

import datetime as dt

from escalation.analysis.discover import Box, DiscoveryResult, words_of
from escalation.report.layout import bold, columns, dim, wrapped
from escalation.report.words import count, day, listed, opening, percent, period


def discovery_text(result: DiscoveryResult, *, colour: bool = False) -> str:
    """The report of ``discover``, at most 100 columns wide."""
    lines = wrapped(headline(result))
    lines[0] = bold(lines[0], colour)
    lines += ["", *wrapped(_about(result))]
    for number, box in enumerate(result.boxes, 1):
        lines += ["", *_box(result, box, number, colour)]
    if result.refused is not None:
        refused = result.refused
        lines += ["", *wrapped(_refused(result, refused))]
    lines += ["", *wrapped(_reading(result))]
    return "\n".join(lines)


def headline(result: DiscoveryResult) -> str:
    """One plain sentence or two: how often the thing holds at all, and where most."""
    when = f"within {period(result.horizon)} of {day(dt.date.fromisoformat(result.start))}"
    whole = f"{opening(result.thing)} {when} in {percent(result.base)} of the plausible space (95 % interval "
    whole += f"{percent(result.base_low)} to {percent(result.base_high)})"
    if not result.boxes:
        return f"{whole}. No box of the uncertain numbers does better than chance: where, cannot be said."
    first = result.boxes[0]
    sides = listed(words_of(first.restrictions))
    fit = first.tried
    inside = f"{percent(fit.density)} (95 % interval {percent(fit.low)} to {percent(fit.high)})"
    return (
        f"{whole}, but in {inside} of the part where "
        f"{sides}: {percent(fit.support)} of all draws, with {percent(fit.coverage)} of those in which it holds."
    )


def _about(result: DiscoveryResult) -> str:
    numbers = count(len(result.sample.keys), "number")
    return (
        f"{result.title}. Rule: {result.rule}. Seed {result.seed}. {result.draws:,} draws of {numbers} x "
        f"{result.worlds} worlds{', the same in both scenarios' if result.b is not None else ''}; "
        f"{result.held_out:,} draws were held out of the search, and all figures are theirs. Simulated, not observed."
    )


def _box(result: DiscoveryResult, box: Box, number: int, colour: bool) -> list[str]:
    head = (f"Box {number}", "quasi-p", "what it is")
    rows = [
        (words, _p(one.quasi_p), one.meaning)
        for one, words in zip(box.restrictions, words_of(box.restrictions), strict=True)
    ]
    first, *rest = columns([head, *rows], left=3, indent="")
    fit = box.tried
    told = (
        f"It holds in {percent(fit.density)} of the {fit.inside:,} held-out draws inside (95 % interval "
        f"{percent(fit.low)} to {percent(fit.high)}), against {percent(fit.base)} of all {fit.draws:,}"
        f"{' that no box before holds' if number > 1 else ''}; shuffled draws do as well with chance {_p(box.p)}. "
        f"Coverage {percent(fit.coverage)}, support {percent(fit.support)}. "
        f"On the draws that it was found on: {percent(box.found.density)}."
    )
    return [dim(first, colour), *rest, *wrapped(told, "  ")]


def _refused(result: DiscoveryResult, box: Box) -> str:
    nth = "One more" if result.boxes else "A"
    return (
        f"{nth} box was found ({listed(words_of(box.restrictions))}; {percent(box.found.density)} of the draws that it "
        f"was found on), but on the held-out draws it does no better than chance ({percent(box.tried.density)} inside, "
        f"{percent(box.tried.base)} of all; chance {_p(box.p)}): it is not told."
    )


def _reading(result: DiscoveryResult) -> str:
    threshold = (
        f" The threshold is {'the mean over the draws' if result.threshold_is_mean else 'as asked for'}."
        if result.b is None
        else ""
    )
    return (
        f"Each draw is known only from {result.worlds} worlds, so that it counts by the probability that this holds "
        "there, given its own worlds and all other draws, not as a yes or no. Quasi-p: how often chance would make the "
        f"box as dense if that line asked for nothing (Bryant and Lempert 2010).{threshold}"
    )


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
