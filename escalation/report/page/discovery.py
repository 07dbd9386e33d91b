"""The part of the plausible space in which an answer fails or holds, as ranges of a few numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from escalation.report.page.canvas import BLUE, FAINT, INK, MUTED, Chart, canvas, folded, ticks
from escalation.report.page.parts import Section, Table, Text
from escalation.report.words import count, listed, percent, period

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST: Final = 3
"""Boxes that are drawn and told."""


def section(found: Mapping[str, Any] | None, names: Mapping[str, str]) -> Section | None:
    """The boxes in words and as bars; None without a search."""
    if found is None:
        return None
    thing, boxes = _thing(found, names), found["boxes"][:_MOST]
    when = f"within {period(found['horizon_weeks'])}"
    asked = f"That is where the claim {found['claim']} fails. " if found.get("claim") else ""
    base = (
        f"{asked}It is true of {percent(found['base'])} (95 % interval {percent(found['base_low'])} to "
        f"{percent(found['base_high'])}) of {found['draws']:,} draws of the uncertain numbers."
    )
    if not boxes:
        tried = found["refused"]
        refused = (
            f" The best candidate, {_words(tried)}, did no better than chance on the {found['held_out']:,} draws that "
            "had no part in finding it."
            if tried is not None
            else ""
        )
        text = (
            f"Where in the plausible space is it true that {thing} {when}? {base} No part of the space was found, in "
            f"terms of a few numbers, in which it is true markedly more often.{refused} That may change with a larger "
            "search."
        )
        return Section("discovery", f"Where {thing}", (Text(text, "lead"),))
    said = [
        f"{_words(box)}: there it is true of {percent(box['tried']['density'])} of the draws (95 % interval "
        f"{percent(box['tried']['low'])} to {percent(box['tried']['high'])}; {percent(box['tried']['support'])} of all "
        f"draws lie there, and {percent(box['tried']['coverage'])} of those of which it is true)"
        for box in boxes
    ]
    lead = f"Where in the plausible space is it true that {thing} {when}? {base} Most often {'; next, '.join(said)}."
    rows = tuple(
        (one["key"], one["meaning"], _range(one), f"{number}")
        for number, box in enumerate(boxes, 1)
        for one in box["restrictions"]
    )
    return Section(
        "discovery",
        f"Where {thing}",
        (
            Text(lead, "lead"),
            _chart(found, boxes, thing),
            Table("What each region asks of which number", ("Number", "Meaning", "Range", "Region"), rows, words=4),
        ),
    )


def _thing(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    arms = "|".join(re.escape(arm) for arm in sorted(filter(None, (found["a"], found["b"])), key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{arms})(?![\w-])", lambda arm: f"“{names[arm[0]]}”", str(found["thing"]))


def _range(one: Mapping[str, Any]) -> str:
    low, high = one["low"], one["high"]
    if low is not None and high is not None:
        return f"{low:.3g} to {high:.3g}"
    return f"above {low:.3g}" if low is not None else f"up to {high:.3g}"


def _words(box: Mapping[str, Any]) -> str:
    asked = [f"{one['key']} is {_range(one)}" for one in box["restrictions"]]
    return f"where {listed(asked)}"


def _chart(found: Mapping[str, Any], boxes: Sequence[Mapping[str, Any]], thing: str) -> Chart:
    told = "; ".join(f"region {n}: {percent(box['tried']['density'])}" for n, box in enumerate(boxes, 1))
    return Chart(
        "discovery",
        f"How often {thing}, inside and outside the regions found",
        f"Bars in per cent of draws: all draws {percent(found['base'])}; {told}.",
        f"On the {count(found['held_out'], 'draw')} that had no part in finding the regions. Line: 95 % interval.",
        lambda narrow: _draw(narrow, found, boxes),
    )


def _draw(narrow: bool, found: Mapping[str, Any], boxes: Sequence[Mapping[str, Any]]) -> Figure:
    labels = ["all draws", *(f"region {n}: {_words(box)}" for n, box in enumerate(boxes, 1))]
    folds = [folded(label, 20 if narrow else 34) for label in labels]
    lines = [text.count("\n") + 1 for text in folds]
    places, y = [], 0.0
    for number in lines:
        height = 0.17 * number + 0.16
        places.append(y - height / 2)
        y -= height
    figure = canvas(narrow, -y + 0.6)
    axes = figure.add_subplot()
    values = [100 * found["base"], *(100 * box["tried"]["density"] for box in boxes)]
    for number, (place, value) in enumerate(zip(places, values, strict=True)):
        axes.barh(place, value, 0.17, facecolor=FAINT if number == 0 else BLUE, edgecolor=INK, lw=0.8,
                  hatch="" if number == 0 else "//", alpha=1.0 if number == 0 else 0.75)  # fmt: skip
        end = value
        if number:
            low, high = (100 * boxes[number - 1]["tried"][name] for name in ("low", "high"))
            axes.plot([low, high], [place, place], color=INK, lw=1.6)
            end = max(value, high)
        axes.annotate(f"{value:.0f} %", (end, place), (5, 0), textcoords="offset points", va="center")
    axes.set_xlim(0.0, 118.0 if narrow else 108.0)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_ylim(y, 0.0)
    axes.set_yticks(places, folds)
    axes.set_xlabel("per cent of draws of which it is true")
    axes.spines["bottom"].set_color(MUTED)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    ticks(axes, bare=True)
    return figure
