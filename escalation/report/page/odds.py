"""Sections on how likely war is: so many in a hundred, with intervals, and over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from escalation.report.page.canvas import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    NARROW,
    PURPLE,
    VERMILLION,
    WIDE,
    Chart,
    apart,
    brief,
    canvas,
    folded,
    ticks,
)
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.parts import Section, Table, Text
from escalation.report.words import days, listed, so_many, tenths

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ALL: Final = 100
COLOURS: Final = (GREEN, BLUE, VERMILLION, PURPLE, INK)
MARKERS: Final = ("s", "o", "D", "^", "v")
_LINES: Final = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))


@dataclass(frozen=True)
class Heap:
    """So many in a hundred: what of, and the half-width of its interval (both as probabilities)."""

    title: str
    odds: float
    noise: float


def icon_array(heaps: Sequence[Heap], name: str, what: str, note: str) -> Chart:
    """A hundred icons for each heap, as many of them filled as worlds in a hundred come to ``what``."""
    told = [f"{heap.title}: {so_many(heap.odds) if heap.odds > 0 else '0 in 100'}" for heap in heaps]
    return Chart(
        name,
        f"{what}, out of 100 worlds",
        f"Each picture has 100 marks, one for a world in a hundred; filled squares are worlds that come to "
        f"{what[:1].lower()}{what[1:]}. {'; '.join(told)}.",
        f"Filled squares: worlds that come to war; a part of a square is a part of a world. {note}",
        lambda narrow: _icons(narrow, heaps),
    )


def _icons(narrow: bool, heaps: Sequence[Heap]) -> Figure:
    columns, rows = (20, 5) if narrow else (10, 10)
    count = len(heaps)
    width = NARROW if narrow else WIDE / max(count, 3)
    pitch = 72.0 * 0.94 * width / columns
    figure = canvas(narrow, (rows * pitch / 72.0 + 0.85) * (count if narrow else 1))
    panels = figure.subplots(*((count, 1) if narrow else (1, count)), squeeze=False)
    for axes, heap in zip(panels.ravel(), heaps, strict=True):
        _heap(axes, heap, columns, rows, pitch)
    return figure


def _heap(axes: Axes, heap: Heap, columns: int, rows: int, pitch: float) -> None:
    """``pitch`` is the distance between two icons, in points."""
    from matplotlib.patches import Rectangle

    full = ALL * heap.odds
    places = [(i % columns + 0.5, rows - 0.5 - i // columns) for i in range(ALL)]
    whole, rest = places[: int(full)], places[int(full) :]
    size = 0.8 * pitch
    axes.plot([x for x, _ in rest], [y for _, y in rest], ls="none", marker="o", ms=0.55 * pitch, mfc="white",
              mec="#8a8a8a", mew=0.8)  # fmt: skip
    axes.plot([x for x, _ in whole], [y for _, y in whole], ls="none", marker="s", ms=size, mfc=VERMILLION, mec=INK,
              mew=0.6)  # fmt: skip
    if rest and full > int(full):
        x, y = rest[0]
        axes.add_patch(Rectangle((x - 0.4, y - 0.4), 0.8, 0.8 * (full - int(full)), facecolor=VERMILLION, edgecolor=INK,
                                 lw=0.6, zorder=3))  # fmt: skip
    axes.set_xlim(0, columns)
    axes.set_ylim(0, rows)
    axes.set_aspect("equal", anchor="SW")
    axes.axis("off")
    number = so_many(heap.odds) if heap.odds > 0 else "0 in 100"
    axes.annotate(
        brief(heap.title, 28), (0.0, 1.0), (0, 22), xycoords="axes fraction", textcoords="offset points", va="bottom",
    )  # fmt: skip
    axes.annotate(
        number, (0.0, 1.0), (0, 4), xycoords="axes fraction", textcoords="offset points", fontsize=13,
        fontweight="bold", va="bottom",
    )  # fmt: skip


def looks(arms: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each arm, the same in every figure of a page."""
    return {arm: (COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]) for i, arm in enumerate(arms)}


def odds_chart(cells: Sequence[Mapping[str, Any]], arms: Sequence[str], names: Mapping[str, str], size: str) -> Chart:
    """Every arm's odds at every horizon: the mean, its Monte-Carlo interval, and the spread over the priors."""
    found = {(cell["arm"], cell["horizon_days"]): cell for cell in cells}
    horizons = sorted({day for _, day in found})
    look = looks(arms)
    groups = tuple(
        Group(f"Within {days(day)}", tuple(_row(found[arm, day], names[arm], *look[arm]) for arm in arms))
        for day in horizons
    )
    top = max(min(100.0 * cell["high"], 100.0) for (arm, _), cell in found.items() if arm in look)
    shown = sorted((cell for (arm, _), cell in found.items() if arm in look), key=lambda cell: float(cell["odds"]))
    least, most = shown[0], shown[-1]
    return Chart(
        "odds",
        "The odds of all-out war, and how far they are known",
        f"Dots with intervals for {listed([names[arm] for arm in arms])} within "
        f"{listed([days(day) for day in horizons])}. Lowest: {names[least['arm']]} within "
        f"{days(least['horizon_days'])}, {tenths(100 * least['odds'])} in 100. Highest: {names[most['arm']]} within "
        f"{days(most['horizon_days'])}, {tenths(100 * most['odds'])} in 100. The table holds every figure.",
        f"Mark: mean over the plausible values of the uncertain numbers; thick bar: how far chance in the simulation "
        f"moves that mean (95 %); thin line: the central 95 % over those values. {size}",
        lambda narrow: forest(narrow, groups, "worlds in 100 that come to all-out war", (0.0, min(1.05 * top, 100.0))),
    )


def _row(cell: Mapping[str, Any], name: str, colour: str, marker: str) -> Row:
    odds, noise = 100.0 * cell["odds"], 100.0 * 1.96 * cell["monte_carlo_error"]
    outer = (100.0 * max(cell["low"], 0.0), 100.0 * min(cell["high"], 1.0))
    return Row(name, odds, tenths(odds), (max(odds - noise, 0.0), odds + noise), outer, marker, colour)


def odds_table(cells: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Table:
    """Every arm's odds at every horizon, with their noise."""
    found = {(cell["arm"], cell["horizon_days"]): cell for cell in cells}
    horizons = sorted({day for _, day in found})
    rows = []
    for arm in dict.fromkeys(cell["arm"] for cell in cells):
        if any((arm, day) not in found for day in horizons):
            continue  # run only as far as one claim needs it
        figures = []
        for day in horizons:
            cell = found[arm, day]
            figures.append(f"{100 * cell['odds']:.1f} ± {100 * 1.96 * cell['monte_carlo_error']:.1f}")
        rows.append((names.get(arm, arm), *figures))
    head = ("Scenario", *(f"within {days(day)}" for day in horizons))
    return Table("Odds of all-out war in 100 worlds, ± the 95 % Monte-Carlo noise of the mean", head, tuple(rows))


def course_chart(courses: Sequence[Mapping[str, Any]], names: Mapping[str, str], what: str) -> Chart:
    """Worlds at war so far, week by week."""
    ends = [f"{names[c['arm']]} {100 * c['odds'][-1]:.1f}" for c in courses]
    return Chart(
        "course",
        "The odds of all-out war over time",
        f"Lines that rise with the weeks, one for each of {listed([names[c['arm']] for c in courses])}. After "
        f"{_weeks(courses[0]['weeks'][-1])} they stand, in 100 worlds, at {listed(ends)}. {what}",
        "Share of worlds in which all-out war has come by each week, counted; the band is the 95 % Monte-Carlo "
        "interval.",
        lambda narrow: _course(narrow, courses, names),
    )


def _weeks(week: int) -> str:
    return days(week // 52 * 365) if week % 52 == 0 and week else f"{week} weeks"


def _course(narrow: bool, courses: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Figure:
    figure = canvas(narrow, 3.1 if narrow else 3.6)
    axes = figure.add_subplot()
    look = looks([course["arm"] for course in courses])
    last = max(course["weeks"][-1] for course in courses)
    top = max(100.0 * max(course["high"]) for course in courses) * 1.05
    for i, course in enumerate(courses):
        colour, marker = look[course["arm"]]
        odds = [100.0 * value for value in course["odds"]]
        low, high = ([100.0 * value for value in course[end]] for end in ("low", "high"))
        axes.fill_between(course["weeks"], low, high, color=colour, alpha=0.18, lw=0, step=None)
        axes.plot(
            course["weeks"], odds, color=colour, lw=1.8, ls=_LINES[i % len(_LINES)], marker=marker, ms=5,
            markevery=max(last // 4, 1),
        )  # fmt: skip
    height = figure.get_figheight()
    ends = [folded(f"{brief(names[course['arm']], 26)} {100 * course['odds'][-1]:.1f}", 15) for course in courses]
    # a line of text is about 0.15 inches of an axis that is four fifths of the figure
    gap = top * (0.16 * max(text.count("\n") + 1 for text in ends) + 0.06) / (0.8 * height)
    finals = [100.0 * course["odds"][-1] for course in courses]
    for text, place in zip(ends, apart(finals, gap, 0.02 * top, 0.97 * top), strict=True):
        axes.annotate(
            text, (1.0, place), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
            color=INK,
        )  # fmt: skip
    axes.set_xlim(0, last)
    axes.set_ylim(0, top)
    if last > 60:
        axes.set_xticks(range(0, last + 1, 52), [str(week // 52) for week in range(0, last + 1, 52)])
        axes.set_xlabel("years from the start")
    else:
        axes.set_xlabel("weeks from the start")
    axes.set_title("worlds in 100 at war so far", fontsize=9, fontweight="normal", color=MUTED)
    axes.grid(axis="y")
    axes.spines["left"].set_color(FAINT)
    ticks(axes)
    return figure


__all__ = ["Heap", "Section", "Text", "course_chart", "icon_array", "looks", "odds_chart", "odds_table"]
