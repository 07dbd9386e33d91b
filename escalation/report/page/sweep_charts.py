"""The charts of a sweep, from sweep.json, and what they and the page say of its points."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from escalation.analysis.crossing import BETWEEN, CHANCE, TOLD, Border, BreakEven, borders, evens
from escalation.analysis.sweep_result import FAILED, NOT_RUN, shown
from escalation.report.beside import (
    even_words,
)
from escalation.report.page.canvas import FAINT, INK, MUTED, SKY, VERMILLION, Chart, canvas, folded, ticks
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.material import Document
from escalation.report.words import count, listed, opening, tenths
from escalation.scenario.points import STRUCTURE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS: Final = 24
"""Points of a figure of rows, or of a table; results.csv holds all."""
_MARKS: Final = (("×", FAILED, "failed"), ("?", NOT_RUN, "not_run"))
"""Of points without odds: the mark in a figure, why, and where sweep.json has them."""
MOST_COLUMNS: Final = 4
"""Keys that a table has columns for, and by which a point is named in a figure of rows."""
_MOST_WRITTEN: Final = {True: 8, False: 16}
"""Columns of a map in whose cells the odds are still written."""
_LINES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    TOLD: ("Thick line: break-even with it.", {"lw": 2.2}),
    BETWEEN: ("Dashed: break-even lies between points told from it, roughly here.", {"lw": 1.6, "ls": (0, (3.5, 1.5))}),
    CHANCE: ("Dotted: break-even that may be chance.", {"lw": 1.4, "ls": (0, (1.0, 1.5))}),
}
"""What is said of the break-even on a map, and how it is drawn, by how sure it is."""


def gone_from(sweep: Document) -> dict[int, str]:
    """Why the points that have no odds have none."""
    gone = sweep["missing"]
    return {**dict.fromkeys(gone["failed"], FAILED), **dict.fromkeys(gone["not_run"], NOT_RUN)}


def is_drawn(sweep: Document) -> bool:
    """Whether the points are draws from the priors, in each of which everything varies at once."""
    return bool(sweep["kind"] == "priors")


def noun_of(sweep: Document) -> str:
    """What a point is called."""
    return "draw" if is_drawn(sweep) else "point"


def known_rows(sweep: Document) -> list[Document]:
    """The points that have odds."""
    return [row for row in sweep["rows"] if row["war_odds"] is not None]


def is_numeric(sweep: Document, place: int) -> bool:
    """Whether a key's values are numbers."""
    return bool(sweep["keys"][place]["role"] != STRUCTURE)


def stated_odds(row: Document) -> float:
    """A point's odds as they are printed: those counted, or with --precision the middle of their interval."""
    return _middle(row["war_odds"], row.get("war_middle"))


def _middle(counted: float, middle: float | None) -> float:
    return counted if middle is None or counted == 0.0 else middle


def _differs(row: Document) -> bool:
    """Whether a point is told from its reference."""
    low, high = row.get("difference_low"), row.get("difference_high")
    return low is not None and high is not None and bool(low > 0.0 or high < 0.0)


def reference_name(sweep: Document) -> str:
    """What the points are set beside, as it is named in a sentence."""
    reference = sweep["reference"]
    return (
        f"“{reference['scenario']}” {f'at the same {noun_of(sweep)}' if reference['same_points'] else 'as it stands'}"
    )


def line_chart(sweep: Document, key: str) -> Chart:
    """The odds along the only key."""
    rows = sorted(known_rows(sweep), key=lambda row: float(row[key]))
    first, last = rows[0], rows[-1]
    found = evens_of(sweep, key)
    at = f" {even_words(key, found)}" if found else ""
    reference = sweep["reference"]
    dashed = "" if reference is None else f" Dashed: {reference_name(sweep)}."
    dashed += f" Dotted: {shown(sweep['keys'][0]['own'])} in the scenario." if _own(sweep, 0) is not None else ""
    upright = " Upright lines: break-even." if found else ""
    dots = (
        "the middle of the interval, or 0 where no war was counted"
        if "precision" in sweep
        else "worlds at war, counted"
    )
    return Chart(
        "odds",
        f"The odds of all-out war over {key}",
        f"A curve with its interval, in 100 worlds, from {100 * stated_odds(first):.1f} at {shown(first[key])} to "
        f"{100 * stated_odds(last):.1f} at {shown(last[key])}.{at}",
        f"Dots: {dots}; band: 95 % interval of chance in the simulation.{dashed}{upright}{_marked(sweep)}{at}",
        lambda narrow: _draw_line(narrow, sweep, rows, key, found),
    )


def _own(sweep: Document, place: int) -> float | None:
    """The scenario's own value of a key, by its place along the axis (from 0) if it is no number; None outside."""
    key = sweep["keys"][place]
    values = _axis(sweep, place)
    if not is_numeric(sweep, place):
        return float(_order(values).index(values.index(key["own"]))) if key["own"] in values else None
    own = key["own"]
    if not isinstance(own, int | float) or not float(min(values)) <= own <= float(max(values)):
        return None
    return float(own)


def _axis(sweep: Document, place: int) -> list[Any]:
    """The values of a key of a grid, in their order there."""
    return list(dict.fromkeys(row[sweep["keys"][place]["key"]] for row in sweep["rows"]))


def _marked(sweep: Document) -> str:
    """How a figure marks what is missing."""
    gone = sweep["missing"]
    marks = [f"{mark}: {why}" for mark, why, held in _MARKS if gone[held]]
    return f" {opening('; '.join(marks))}." if marks else ""


def evens_of(sweep: Document, key: str) -> list[BreakEven]:
    """Where the only key is as dangerous as the reference."""
    reference, rows = sweep["reference"], sweep["rows"]
    if reference is None:
        return []
    own = None if reference["same_points"] else sweep["keys"][0]["own"]
    differences = [math.nan if row["difference_odds"] is None else float(row["difference_odds"]) for row in rows]
    return evens([float(row[key]) for row in rows], differences, [_differs(row) for row in rows], own)


def _draw_line(narrow: bool, sweep: Document, rows: Sequence[Document], key: str, found: Sequence[BreakEven]) -> Figure:
    figure = canvas(narrow, 3.0 if narrow else 3.4)
    axes = figure.add_subplot()
    along = sorted(sweep["rows"], key=lambda row: float(row[key]))
    x = [float(row[key]) for row in along]
    low, high = ([_in_100(row[name]) for row in along] for name in ("war_low", "war_high"))
    odds = [math.nan if row["war_odds"] is None else 100 * stated_odds(row) for row in along]
    axes.fill_between(x, low, high, color=SKY, alpha=0.4, lw=0)
    axes.plot(x, odds, color=VERMILLION, marker="D", ms=4.5, lw=1.6)  # a gap where a point is missing
    if gone_from(sweep):
        axes.vlines(x, low, high, color=SKY, lw=2)  # a point between two gaps has no band
        axes.plot(x, [0.0] * len(x), ls="none")  # so that the axis reaches to what is missing at its ends
    for place, why in gone_from(sweep).items():
        mark = next(mark for mark, state, _ in _MARKS if state == why)
        foot = (float(sweep["rows"][place][key]), 0.0)
        axes.annotate(mark, foot, (0, 4), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
                      va="bottom", fontsize=11, fontweight="bold")  # fmt: skip
    reference = sweep["reference"]
    if reference is not None and reference["same_points"]:
        beside = [row for row in along if row["reference_odds"] is not None]
        level = [100 * _middle(row["reference_odds"], row.get("reference_middle")) for row in beside]
        axes.plot([float(row[key]) for row in beside], level, color=INK, ls="--", marker="o", ms=4, mfc="white", lw=1.2)
    elif reference is not None and reference["war"] is not None:
        axes.axhline(
            100 * _middle(reference["war"]["odds"], reference["war"].get("middle")), color=INK, ls="--", lw=1.2
        )
    own = _own(sweep, 0)
    if own is not None:
        axes.axvline(own, color=INK, lw=1.0, ls=":")
    for even in found:
        axes.axvline(even.value, color=MUTED, lw=1.6 if even.between is not None else 0.8)
    if _even_ratios(x):
        axes.set_xscale("log")
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel(key)
    axes.set_title("worlds in 100 that come to all-out war", fontsize=9, fontweight="normal", color=MUTED)
    axes.grid(axis="y")
    axes.spines["left"].set_color(FAINT)
    ticks(axes)
    return figure


def _in_100(odds: float | None) -> float:
    return math.nan if odds is None else 100 * odds


def _even_ratios(values: Sequence[float]) -> bool:
    """Whether values rise by equal ratios rather than by equal steps."""
    if len(values) < 4 or min(values) <= 0.0:
        return False
    ratios = [b / a for a, b in pairwise(values)]
    return max(ratios) / min(ratios) < 1.01 and max(ratios) > 1.01


def heat_map(sweep: Document, keys: Sequence[str]) -> Chart:
    """The odds over two keys."""
    known = known_rows(sweep)
    least, most = min(known, key=stated_odds), max(known, key=stated_odds)

    def at(row: Document) -> str:
        return f"{100 * stated_odds(row):.1f} at {listed([f'{key} {shown(row[key])}' for key in keys])}"

    beside = ""
    if sweep["reference"] is not None:
        drawn = {piece.sure for piece in map_borders(sweep)}
        lines = "".join(f" {words}" for sure, (words, _) in _LINES.items() if sure in drawn)
        beside = f" Hatched: not told from {reference_name(sweep)}.{lines}"
    star = " Star: the scenario's own values." if _star(sweep) is not None else ""
    return Chart(
        "heatmap",
        f"The odds of all-out war over {listed(list(keys))}",
        f"A map with {keys[1]} across and {keys[0]} upwards: the odds run, in 100 worlds, from "
        f"{at(least)} to {at(most)}.",
        f"Darker: more worlds in 100 that come to all-out war.{beside}{star}{_marked(sweep)}",
        lambda narrow: _draw_heat(narrow, sweep, keys),
    )


def map_borders(sweep: Document) -> list[Border]:
    """The break-even of a map, in the places of its cells from 0."""
    import numpy as np

    rows, shape = sweep["rows"], tuple(sweep["shape"])
    odds = [math.nan if row.get("difference_odds") is None else row["difference_odds"] for row in rows]
    at = np.ix_(*(_order(_axis(sweep, place)) for place in (0, 1)))
    told = np.array([_differs(row) for row in rows]).reshape(shape)[at]
    return borders(np.array(odds).reshape(shape)[at], told, is_numeric(sweep, 0), is_numeric(sweep, 1))


def _star(sweep: Document) -> tuple[float, float] | None:
    """Where the scenario's own values stand on a map, in the places of its cells; None where they are off it."""
    import numpy as np

    found = []
    for place in (1, 0):
        own = _own(sweep, place)
        if own is None:
            return None
        values = _axis(sweep, place)
        numbers = sorted(map(float, values)) if is_numeric(sweep, place) else list(map(float, range(len(values))))
        found.append(float(np.interp(own, numbers, range(len(values)))))
    return found[0], found[1]


def _draw_heat(narrow: bool, sweep: Document, keys: Sequence[str]) -> Figure:
    from matplotlib.patches import Rectangle

    rows, (height, width), gone = sweep["rows"], sweep["shape"], gone_from(sweep)
    down, across = _axis(sweep, 0), _axis(sweep, 1)
    order_y, order_x = _order(down), _order(across)
    cell = max(min(0.34, 6.0 / height), 0.2)
    figure = canvas(narrow, cell * height + (1.6 if narrow else 1.0))
    axes = figure.add_subplot()
    top = max(stated_odds(row) for row in known_rows(sweep)) or 1.0
    shades = _scale(axes, 100 * top, narrow)
    star = _star(sweep)
    for y, i in enumerate(order_y):
        for x, j in enumerate(order_x):
            row = rows[i * width + j]
            if row["war_odds"] is None:
                mark = next(mark for mark, state, _ in _MARKS if state == gone[i * width + j])
                axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor="white", edgecolor=FAINT, lw=0.6))
                axes.annotate(mark, (x, y), ha="center", va="center", fontweight="bold")
                continue
            odds = 100 * stated_odds(row)
            unsure = row.get("difference_low") is not None and not _differs(row)
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor=shades(odds), edgecolor=MUTED,
                                     lw=0.3, hatch="///" if unsure else ""))  # fmt: skip
            if width <= _MOST_WRITTEN[narrow]:
                axes.annotate(f"{odds:.1f}" if width <= 10 else f"{odds:.0f}", (x, y), ha="center", va="center",
                              fontsize=7.5, zorder=4,
                              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75})  # fmt: skip
    for piece in map_borders(sweep) if sweep["reference"] is not None else ():
        style = _LINES[piece.sure][1]
        axes.plot([piece.x0, piece.x1], [piece.y0, piece.y1], color=INK, solid_capstyle="projecting", zorder=3, **style)
    if star is not None:
        # in the corner of its cell, so that it does not cover the figure in the middle
        at = [place + 0.36 * (place == round(place)) for place in star] if width <= _MOST_WRITTEN[narrow] else star
        axes.plot(*at, marker="*", ms=9, mfc="white", mec=INK, mew=1.0, ls="none", clip_on=False, zorder=5)
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(-0.5, height - 0.5)
    every = -(-width // (5 if narrow else 12))
    axes.set_xticks(range(0, width, every), [brief(across[j]) for j in order_x[::every]])
    axes.set_yticks(range(height), [brief(down[i]) for i in order_y])
    axes.set_xlabel(keys[1])
    axes.set_title(f"{keys[0]} (upwards)", fontsize=9, fontweight="normal", color=MUTED)
    ticks(axes, bare=True)
    return figure


def _scale(axes: Axes, top: float, narrow: bool) -> Callable[[float], Any]:
    """The colours of odds from 0 to ``top``, pale enough for black figures on every cell, with their scale beside."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    colours = ListedColormap([colormaps["YlOrBr"](0.55 * place / 255) for place in range(256)])
    shades = ScalarMappable(Normalize(0.0, top), colours)
    place: dict[str, Any] = {"location": "bottom", "aspect": 30} if narrow else {"location": "right", "pad": 0.02}
    bar = axes.figure.colorbar(shades, ax=axes, label="worlds in 100", **place)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    return lambda odds: colours(odds / top)


def _order(values: Sequence[Any]) -> list[int]:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return sorted(range(len(values)), key=lambda i: float(values[i]))
    return list(range(len(values)))


def brief(value: object) -> str:
    """A setting as a figure has room for it."""
    return folded(f"{value:.3g}" if isinstance(value, float) else shown(value), 12)


def cumulative_chart(odds: Document, known: Sequence[Document]) -> Chart:
    """The share of draws with odds up to a value."""
    at = {row["share"]: 100 * row["value"] for row in odds["quantiles"]}
    low, middle, high = at[0.05], at[0.5], at[0.95]
    band = "5 to 95 % of the draws"
    if not odds["tails_known"]:
        low, high, band = 100 * odds["least"], 100 * odds["most"], "all draws, which are too few to tell the ends"
    values = sorted(100 * stated_odds(row) for row in known)
    return Chart(
        "odds",
        "How the odds of all-out war spread over the draws",
        f"A curve that rises from {values[0]:.1f} to {values[-1]:.1f} worlds in 100 over {count(len(values), 'draw')}; "
        f"half of them lie below {middle:.1f}.",
        f"Height: the share of draws whose odds are at most so high. Line: the median, {middle:.1f} in 100; band: "
        f"{band}, {low:.1f} to {high:.1f}.",
        lambda narrow: _draw_cumulative(narrow, values, low, middle, high),
    )


def _draw_cumulative(narrow: bool, values: Sequence[float], low: float, middle: float, high: float) -> Figure:
    figure = canvas(narrow, 2.8 if narrow else 3.0)
    axes = figure.add_subplot()
    axes.axvspan(low, high, color=SKY, alpha=0.3, lw=0)
    axes.axvline(middle, color=MUTED, lw=1.2)
    shares = [100 * (place + 1) / len(values) for place in range(len(values))]
    axes.step([values[0], *values], [0.0, *shares], where="post", color=VERMILLION, lw=1.8)
    axes.set_ylim(0.0, 102.0)
    axes.set_xlim(left=0.0)
    axes.set_xlabel("worlds in 100 that come to all-out war")
    axes.set_title("draws in 100 with odds no higher", fontsize=9, fontweight="normal", color=MUTED)
    axes.grid(axis="y")
    axes.spines["left"].set_color(FAINT)
    ticks(axes)
    return figure


def rows_chart(sweep: Document, keys: Sequence[str]) -> Chart:
    """The odds point by point, from the highest."""
    places = [place for place, row in enumerate(sweep["rows"]) if row["war_odds"] is not None]
    ranked = sorted(places, key=lambda place: -stated_odds(sweep["rows"][place]))
    half = MOST_POINTS // 2
    left = max(len(ranked) - MOST_POINTS, 0)
    named, how = _names(sweep, keys)
    if left:
        cut = (Row(f"… {count(left, 'point')} between …", math.nan, ""),)
        rows = (*(_dot(sweep, place, named) for place in ranked[:half]), *cut,
                *(_dot(sweep, place, named) for place in ranked[-half:]))  # fmt: skip
    else:
        rows = tuple(_dot(sweep, place, named) for place in ranked)
    top = max(row.inner[1] for row in rows if row.inner is not None) * 1.05
    middle = f" {opening(count(left, 'point'))} between them {'is' if left == 1 else 'are'} left out." if left else ""
    return Chart(
        "odds",
        "The odds of all-out war, the most dangerous points first",
        f"Dots with intervals for {count(len(ranked) - left, 'point')}, from {rows[0].text} to {rows[-1].text} in 100 "
        "worlds.",
        f"Rows are named by {how}. Bar: 95 % interval of chance in the simulation.{middle}",
        lambda narrow: forest(narrow, (Group("", rows),), "worlds in 100 that come to all-out war", (0.0, top)),
    )


def _names(sweep: Document, keys: Sequence[str]) -> tuple[list[str], str]:
    """What each point is called, so that no two are called the same, and how: by the keys that vary, or its number."""
    rows = sweep["rows"]
    if len(keys) <= MOST_COLUMNS:
        varied = [key for key in keys if len({str(row[key]) for row in rows}) > 1] or list(keys[:1])
        named = [", ".join(brief(row[key]) for key in varied) for row in rows]
        if len(set(named)) == len(named):
            return named, listed(varied)
    return [f"Point {place}" for place in range(len(rows))], "their number, from 0, among the rows of results.csv"


def _dot(sweep: Document, place: int, named: Sequence[str]) -> Row:
    row = sweep["rows"][place]
    odds = 100 * stated_odds(row)
    return Row(named[place], odds, tenths(odds), (100 * row["war_low"], 100 * row["war_high"]))
