"""Rows of dots with their intervals, in groups: odds, effects, probabilities, a model beside its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from escalation.report.page.canvas import FAINT, INK, MUTED, PALE, canvas, folded, ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW: Final = 0.21
"""Inches of a row with one line of label; a line more takes ``_LINE``."""
_LINE: Final = 0.145
_LABEL: Final = {True: 15, False: 26}
"""Characters of a row's label in a line, by narrowness."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One dot. ``inner`` is drawn thick, ``outer`` thin; ``text`` stands at the right. Without a value (NaN) a gap."""

    label: str
    value: float
    text: str
    inner: Span | None = None
    outer: Span | None = None
    marker: str = "o"
    colour: str = INK
    hollow: bool = False


@dataclass(frozen=True)
class Group:
    """Rows under a heading, which may be empty."""

    title: str
    rows: tuple[Row, ...]


def forest(
    narrow: bool,
    groups: Sequence[Group],
    label: str,
    limits: Span,
    *,
    line: float | None = None,
    line_label: str = "",
    band: Span | None = None,
    marks: Sequence[tuple[float, str]] | None = None,
) -> Figure:
    """The figure. ``limits`` bound the axis, what lies beyond is drawn at its edge as an arrow.

    ``line`` marks a value all along, with ``line_label`` above it; ``band`` shades a span of values; ``marks`` sets the
    ticks.
    """
    places, heads, height = _places(groups, narrow)
    figure = canvas(narrow, height + 0.62 + (0.18 if line_label else 0.0))
    axes = figure.add_subplot()
    low, high = limits
    if band is not None:
        axes.axvspan(*band, color=PALE, lw=0, zorder=0)
    if line is not None:
        axes.axvline(line, color=MUTED, lw=1.0, zorder=1)
        if line_label:
            axes.annotate(
                line_label, (line, 1.0), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="center", va="bottom", fontsize=8.5,
            )  # fmt: skip
    for title, y in heads:
        if title:
            axes.annotate(title, (0.0, y), xycoords=("axes fraction", "data"), va="center", fontweight="bold")
    for row, y in places:
        for span, width in ((row.outer, 1.2), (row.inner, 4.5)):
            if span is not None:
                ends = [min(max(end, low), high) for end in span]
                axes.plot(ends, [y, y], color=row.colour, lw=width, alpha=1.0 if width < 2 else 0.5, zorder=2,
                          solid_capstyle="butt")  # fmt: skip
        beyond = (row.value > high) - (row.value < low)
        marker = {1: ">", -1: "<"}.get(beyond, row.marker)
        axes.plot(
            min(max(row.value, low), high), y, marker=marker, ms=6.5, mec=row.colour, mew=1.4, zorder=3, clip_on=False,
            mfc="white" if row.hollow else row.colour,
        )  # fmt: skip
        if row.text:
            axes.annotate(row.text, (1.0, y), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                          va="center", fontsize=8.5)  # fmt: skip
    axes.set_xlim(low, high)
    axes.set_ylim(-height, 0.0)
    axes.set_yticks([y for _, y in places], [folded(row.label, _LABEL[narrow]) for row, _ in places])
    if marks is not None:
        axes.set_xticks([place for place, _ in marks], [text for _, text in marks])
    elif narrow:
        axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(folded(label, 40 if narrow else 80))
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.spines["bottom"].set_color(FAINT)
    ticks(axes, bare=True)
    axes.tick_params(axis="y", pad=9)
    return figure


def _places(groups: Sequence[Group], narrow: bool) -> tuple[list[tuple[Row, float]], list[tuple[str, float]], float]:
    """Where rows and headings stand, in inches below the top, and how high it all is."""
    places: list[tuple[Row, float]] = []
    heads: list[tuple[str, float]] = []
    y = 0.0
    for group in groups:
        heads.append((group.title, y - _ROW / 2 - 0.04))
        if group.title:
            y -= _ROW + 0.06
        for row in group.rows:
            height = _ROW + _LINE * folded(row.label, _LABEL[narrow]).count("\n")
            places.append((row, y - height / 2))
            y -= height
        y -= 0.06
    return places, heads, -y
