"""The page of a sweep: the odds over its points, as a curve, a map or a table, set beside the reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from escalation.analysis.crossing import BETWEEN, CHANCE, SURE, TOLD, Border, BreakEven, borders, evens
from escalation.analysis.sweep_result import FAILED, NOT_RUN, REFERENCE, shown
from escalation.report.beside import chance_sentence, even_words, movers_words, signs_words, stopped_words
from escalation.report.drawn import how_drawn, noise_words, share_words
from escalation.report.missing import lacking_words
from escalation.report.page import common, record
from escalation.report.page.canvas import FAINT, INK, MUTED, SKY, VERMILLION, Chart, canvas, folded, ticks
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.material import Document, Material
from escalation.report.page.parts import Command, Page, Section, Table, Text, present
from escalation.report.words import count, day, listed, opening, period, small, tenths
from escalation.scenario.points import STRUCTURE
from escalation.worlds.folder import resume_command

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_POINTS: Final = 24
"""Points of a figure of rows, or of a table; results.csv holds all."""
_MARKS: Final = (("×", FAILED, "failed"), ("?", NOT_RUN, "not_run"))
"""Of points without odds: the mark in a figure, why, and where sweep.json has them."""
_MOST_NAMED: Final = 3
"""Keys by which a missing point is named."""
_MOST_IN_A_NAME: Final = 4
"""Keys by which a point is named in a figure of rows."""
_MOST_WRITTEN: Final = {True: 8, False: 16}
"""Columns of a map in whose cells the odds are still written."""

_LINES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    TOLD: ("Thick line: break-even with it.", {"lw": 2.2}),
    BETWEEN: ("Dashed: break-even lies between points told from it, roughly here.", {"lw": 1.6, "ls": (0, (3.5, 1.5))}),
    CHANCE: ("Dotted: break-even that may be chance.", {"lw": 1.4, "ls": (0, (1.0, 1.5))}),
}
"""What is said of the break-even on a map, and how it is drawn, by how sure it is."""


def page(material: Material, sweep: Document) -> Page:
    """The page of ``escalation sweep``, from ``sweep.json``."""
    scenario = material.scenario(sweep["scenario"])
    lacking = lacking_words(sweep)
    sections = present(
        [
            _odds(sweep),
            _missing(sweep, material) if lacking else None,
            _keys(sweep, len(scenario.uncertain())),
            record.numbers_section(scenario, record.DRAWN if sweep.get("distribution") else record.VARIED),
            common.limits_section(_limits(sweep, len(scenario.uncertain()))),
            common.again_section(material),
        ]
    )
    title = f"{sweep['title']}: what the odds of war hang on"
    when = f"All odds are of all-out war within {period(sweep['horizon_weeks'])} of {day(scenario.start.date)}."
    return Page(title, (sweep["headline"], when), sections, common.foot(material), _banner(lacking))


def _banner(lacking: str) -> str:
    return f"{lacking}. “What is missing” below says which, and how it is run." if lacking else ""


def _state(sweep: Document) -> dict[int, str]:
    """Why the points that have no odds have none."""
    gone = sweep["missing"]
    return {**dict.fromkeys(gone["failed"], FAILED), **dict.fromkeys(gone["not_run"], NOT_RUN)}


def _missing(sweep: Document, material: Material) -> Section:
    """The points that failed, with their errors, and those that are not run, or not to their end; what runs them."""
    rows = []
    for failure in sweep["failures"]:
        of = "the reference: " if failure["run"] == REFERENCE else ""
        for setting in failure["settings"]:
            few = [f"{key} {shown(value)}" for key, value in setting.items()][:_MOST_NAMED]
            where = f"{of}{', '.join(few)}{' and more' if len(setting) > len(few) else ''}"
            rows.append((where, FAILED, f"{failure['error']}: {failure['message']}"))
    rows += [(_named(sweep, place), NOT_RUN, "") for place in sweep["missing"]["not_run"]]
    told = {place for failure in sweep["failures"] for place in failure["points"] if failure["run"] != REFERENCE}
    for place in sweep["missing"]["short"]:
        if place not in told:
            rows.append((_named(sweep, place), f"{count(sweep['rows'][place]['worlds'], 'world')} so far", ""))
    blocks: list[Any] = []
    if rows:
        left = len(rows) - _MOST_POINTS
        more = f"; {left:,} more are in sweep.json" if left > 0 else ""
        caption = (
            f"{opening(count(min(len(rows), _MOST_POINTS), _noun(sweep)))} without odds, or without all worlds{more}"
        )
        blocks.append(Table(caption, (opening(_noun(sweep)), "State", "Error"), tuple(rows[:_MOST_POINTS]), words=3))
    again = "What is missing, and nothing else, is run by:"
    return Section("missing", "What is missing", (*blocks, Text(again), Command(resume_command(material.manifest))))


def _named(sweep: Document, place: int) -> str:
    """A point by its first keys."""
    named = [f"{key['key']} {shown(sweep['rows'][place][key['key']])}" for key in sweep["keys"][:_MOST_NAMED]]
    return ", ".join(named) + (" and more" if len(sweep["keys"]) > _MOST_NAMED else "")


def _keys(sweep: Document, uncertain: int) -> Section:
    """What varies: all at once where it is drawn, and what the scenario says of each key where they are few."""
    keys = sweep["keys"]
    blocks: list[Any] = []
    if _drawn(sweep):
        blocks.append(Text(opening(how_drawn([key["key"] for key in keys], uncertain, sweep["points"])), "lead"))
    if not _drawn(sweep) or len(keys) <= _MOST_POINTS:
        rows = tuple((key["key"], _role(key), shown(key["own"]), key["meaning"]) for key in keys)
        head = ("Key", "What it is", "In the scenario", "Meaning")
        blocks.append(Table(f"What varies over the {_noun(sweep)}s", head, rows, words=4))
    else:
        blocks.append(Text("Each is named in sweep.json, with what the scenario says of it.", "note"))
    return Section("keys", "What varies", tuple(blocks))


def _drawn(sweep: Document) -> bool:
    """Whether the points are draws from the priors, in each of which everything varies at once."""
    return bool(sweep["kind"] == "priors")


def _noun(sweep: Document) -> str:
    return "draw" if _drawn(sweep) else "point"


def _role(key: Document) -> str:
    roles = {"lever": "a lever", "uncertain": "uncertain", "constant": "a constant"}
    return roles.get(key["role"], "structure")


def _known(sweep: Document) -> list[Document]:
    return [row for row in sweep["rows"] if row["war_odds"] is not None]


def _odds(sweep: Document) -> Section:
    known, shape = _known(sweep), sweep["shape"]
    keys = [key["key"] for key in sweep["keys"]]
    blocks: list[Any] = []
    if known and shape is not None and len(shape) == 1 and _numeric(sweep, 0):
        blocks.append(_line(sweep, keys[0]))
    elif known and shape is not None and len(shape) == 2:
        blocks.append(_heat(sweep, keys))
    elif known and _drawn(sweep):
        blocks += _spreads(sweep, known)
    elif known:
        blocks.append(_rows(sweep, keys))
    if any(row.get("difference_odds") is not None for row in known):
        blocks.insert(0, Text(_beside(sweep, known), "lead"))
    blocks.append(_table(sweep, keys))
    return Section("odds", f"The odds over the {_noun(sweep)}s", tuple(blocks))


def _numeric(sweep: Document, place: int) -> bool:
    return bool(sweep["keys"][place]["role"] != STRUCTURE)


def _stated(row: Document) -> float:
    """A point's odds as they are printed: those counted, or with --precision the middle of their interval."""
    return _middle(row["war_odds"], row.get("war_middle"))


def _middle(counted: float, middle: float | None) -> float:
    return counted if middle is None or counted == 0.0 else middle


def _differs(row: Document) -> bool:
    """Whether a point is told from its reference."""
    low, high = row.get("difference_low"), row.get("difference_high")
    return low is not None and high is not None and bool(low > 0.0 or high < 0.0)


def _reference(sweep: Document) -> str:
    reference = sweep["reference"]
    return f"“{reference['scenario']}” {f'at the same {_noun(sweep)}' if reference['same_points'] else 'as it stands'}"


def _beside(sweep: Document, known: Sequence[Document]) -> str:
    told = [row for row in known if row["difference_low"] is not None]
    more = sum(row["difference_low"] > 0.0 for row in told)
    less = sum(row["difference_high"] < 0.0 for row in told)
    same = len(told) - more - less
    # of another scenario the headline has said it
    said = "" if sweep["reference"]["same_points"] else chance_sentence(len(told), _noun(sweep))
    where = _signs(sweep)
    return (
        f"Beside {_reference(sweep)}, in the same worlds, {_verdicts(more, less, same, _noun(sweep))}.{said}"
        f"{f' {where}' if where else ''}"
    )


def _verdicts(more: int, less: int, same: int, noun: str) -> str:
    """How many points are more dangerous than the reference, less, or neither."""
    known = more + less + same
    if known == 1:
        return (
            f"the only {noun} {'is more dangerous' if more else 'is less dangerous' if less else 'is not told apart'}"
        )
    first = f"{small(more) if more else 'none'} of {count(known, noun)} {'are' if more > 1 else 'is'} more dangerous"
    rest = f"{small(same)} cannot be told apart" if same else "all are told apart"
    return f"{first}, {small(less) if less else 'none'} less, and {rest}"


def _signs(sweep: Document) -> str:
    """Where on a map the differences change sign, or that they do nowhere on a line, as the terminal says it."""
    shape = sweep["shape"]
    if shape is not None and len(shape) == 1 and sweep["reference"]["same_points"] and _numeric(sweep, 0):
        return "" if max(shape) < 2 or _break_even(sweep, sweep["keys"][0]["key"]) else signs_words({})
    if shape is None or len(shape) != 2 or not (_numeric(sweep, 0) or _numeric(sweep, 1)) or max(shape) < 2:
        return ""
    found = _borders(sweep)
    return signs_words({sure: sum(piece.sure == sure for piece in found) for sure in SURE})


# -- one number --------------------------------------------------------------------------------------------------
def _line(sweep: Document, key: str) -> Chart:
    rows = sorted(_known(sweep), key=lambda row: float(row[key]))
    first, last = rows[0], rows[-1]
    found = _break_even(sweep, key)
    at = f" {even_words(key, found)}" if found else ""
    reference = sweep["reference"]
    dashed = "" if reference is None else f" Dashed: {_reference(sweep)}."
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
        f"A curve with its interval, in 100 worlds, from {100 * _stated(first):.1f} at {shown(first[key])} to "
        f"{100 * _stated(last):.1f} at {shown(last[key])}.{at}",
        f"Dots: {dots}; band: 95 % interval of chance in the simulation.{dashed}{upright}{_marked(sweep)}{at}",
        lambda narrow: _draw_line(narrow, sweep, rows, key, found),
    )


def _own(sweep: Document, place: int) -> float | None:
    """The scenario's own value of a key, by its place along the axis (from 0) if it is no number; None outside."""
    key = sweep["keys"][place]
    values = _axis(sweep, place)
    if not _numeric(sweep, place):
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


def _break_even(sweep: Document, key: str) -> list[BreakEven]:
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
    odds = [math.nan if row["war_odds"] is None else 100 * _stated(row) for row in along]
    axes.fill_between(x, low, high, color=SKY, alpha=0.4, lw=0)
    axes.plot(x, odds, color=VERMILLION, marker="D", ms=4.5, lw=1.6)  # a gap where a point is missing
    if _state(sweep):
        axes.vlines(x, low, high, color=SKY, lw=2)  # a point between two gaps has no band
        axes.plot(x, [0.0] * len(x), ls="none")  # so that the axis reaches to what is missing at its ends
    for place, why in _state(sweep).items():
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


# -- two keys ----------------------------------------------------------------------------------------------------
def _heat(sweep: Document, keys: Sequence[str]) -> Chart:
    known = _known(sweep)
    least, most = min(known, key=_stated), max(known, key=_stated)

    def at(row: Document) -> str:
        return f"{100 * _stated(row):.1f} at {listed([f'{key} {shown(row[key])}' for key in keys])}"

    beside = ""
    if sweep["reference"] is not None:
        drawn = {piece.sure for piece in _borders(sweep)}
        lines = "".join(f" {words}" for sure, (words, _) in _LINES.items() if sure in drawn)
        beside = f" Hatched: not told from {_reference(sweep)}.{lines}"
    star = " Star: the scenario's own values." if _star(sweep) is not None else ""
    return Chart(
        "heatmap",
        f"The odds of all-out war over {listed(list(keys))}",
        f"A map with {keys[1]} across and {keys[0]} upwards: the odds run, in 100 worlds, from "
        f"{at(least)} to {at(most)}.",
        f"Darker: more worlds in 100 that come to all-out war.{beside}{star}{_marked(sweep)}",
        lambda narrow: _draw_heat(narrow, sweep, keys),
    )


def _borders(sweep: Document) -> list[Border]:
    """The break-even of a map, in the places of its cells from 0."""
    import numpy as np

    rows, shape = sweep["rows"], tuple(sweep["shape"])
    odds = [math.nan if row.get("difference_odds") is None else row["difference_odds"] for row in rows]
    at = np.ix_(*(_order(_axis(sweep, place)) for place in (0, 1)))
    told = np.array([_differs(row) for row in rows]).reshape(shape)[at]
    return borders(np.array(odds).reshape(shape)[at], told, _numeric(sweep, 0), _numeric(sweep, 1))


def _star(sweep: Document) -> tuple[float, float] | None:
    """Where the scenario's own values stand on a map, in the places of its cells; None where they are off it."""
    import numpy as np

    found = []
    for place in (1, 0):
        own = _own(sweep, place)
        if own is None:
            return None
        values = _axis(sweep, place)
        numbers = sorted(map(float, values)) if _numeric(sweep, place) else list(map(float, range(len(values))))
        found.append(float(np.interp(own, numbers, range(len(values)))))
    return found[0], found[1]


def _draw_heat(narrow: bool, sweep: Document, keys: Sequence[str]) -> Figure:
    from matplotlib.patches import Rectangle

    rows, (height, width), gone = sweep["rows"], sweep["shape"], _state(sweep)
    down, across = _axis(sweep, 0), _axis(sweep, 1)
    order_y, order_x = _order(down), _order(across)
    cell = max(min(0.34, 6.0 / height), 0.2)
    figure = canvas(narrow, cell * height + (1.6 if narrow else 1.0))
    axes = figure.add_subplot()
    top = max(_stated(row) for row in _known(sweep)) or 1.0
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
            odds = 100 * _stated(row)
            unsure = row.get("difference_low") is not None and not _differs(row)
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor=shades(odds), edgecolor=MUTED,
                                     lw=0.3, hatch="///" if unsure else ""))  # fmt: skip
            if width <= _MOST_WRITTEN[narrow]:
                axes.annotate(f"{odds:.1f}" if width <= 10 else f"{odds:.0f}", (x, y), ha="center", va="center",
                              fontsize=7.5, zorder=4,
                              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75})  # fmt: skip
    for piece in _borders(sweep) if sweep["reference"] is not None else ():
        style = _LINES[piece.sure][1]
        axes.plot([piece.x0, piece.x1], [piece.y0, piece.y1], color=INK, solid_capstyle="projecting", zorder=3, **style)
    if star is not None:
        # in the corner of its cell, so that it does not cover the figure in the middle
        at = [place + 0.36 * (place == round(place)) for place in star] if width <= _MOST_WRITTEN[narrow] else star
        axes.plot(*at, marker="*", ms=9, mfc="white", mec=INK, mew=1.0, ls="none", clip_on=False, zorder=5)
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(-0.5, height - 0.5)
    every = -(-width // (5 if narrow else 12))
    axes.set_xticks(range(0, width, every), [_brief(across[j]) for j in order_x[::every]])
    axes.set_yticks(range(height), [_brief(down[i]) for i in order_y])
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


def _brief(value: object) -> str:
    return folded(f"{value:.3g}" if isinstance(value, float) else shown(value), 12)


# -- draws from the priors ---------------------------------------------------------------------------------------
def _spreads(sweep: Document, known: Sequence[Document]) -> list[Any]:
    """How the odds, and the differences from another scenario, spread over the draws: there is no break-even."""
    held = sweep["distribution"]
    odds = held["odds"]
    blocks: list[Any] = [_cumulative(odds, known), _quantiles("The odds over the draws, in 100", odds, "")]
    if held["difference"] is not None and sweep["reference"]["same_points"]:
        caption = f"{opening(sweep['scenario'])} less {_reference(sweep)}, paired within each draw, in 100"
        blocks.append(_quantiles(caption, held["difference"], "+"))
    return [*blocks, Text(noise_words(odds), "note")]


def _quantiles(caption: str, held: Document, sign: str) -> Table:
    rows = tuple(
        (
            share_words(row["share"]),
            f"{100 * row['value']:{sign}.2f}".replace("-", "−"),
            f"{100 * row['low']:{sign}.2f} to {100 * row['high']:{sign}.2f}".replace("-", "−"),
        )
        for row in held["quantiles"]
    )
    return Table(caption, ("Share of draws", "At most", "95 % interval"), rows)


def _cumulative(odds: Document, known: Sequence[Document]) -> Chart:
    at = {row["share"]: 100 * row["value"] for row in odds["quantiles"]}
    low, middle, high = at[0.05], at[0.5], at[0.95]
    band = "5 to 95 % of the draws"
    if not odds["tails_known"]:
        low, high, band = 100 * odds["least"], 100 * odds["most"], "all draws, which are too few to tell the ends"
    values = sorted(100 * _stated(row) for row in known)
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


# -- any points --------------------------------------------------------------------------------------------------
def _rows(sweep: Document, keys: Sequence[str]) -> Chart:
    places = [place for place, row in enumerate(sweep["rows"]) if row["war_odds"] is not None]
    ranked = sorted(places, key=lambda place: -_stated(sweep["rows"][place]))
    half = _MOST_POINTS // 2
    left = max(len(ranked) - _MOST_POINTS, 0)
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
    varied = [key for key in keys if len({str(row[key]) for row in sweep["rows"]}) > 1] or list(keys[:1])
    named = [", ".join(_brief(row[key]) for key in varied) for row in sweep["rows"]]
    if len(varied) <= _MOST_IN_A_NAME and len(set(named)) == len(named):
        return named, listed(varied)
    return [f"Point {place}" for place in range(len(named))], "their number, from 0, among the rows of results.csv"


def _dot(sweep: Document, place: int, named: Sequence[str]) -> Row:
    row = sweep["rows"][place]
    odds = 100 * _stated(row)
    return Row(named[place], odds, tenths(odds), (100 * row["war_low"], 100 * row["war_high"]))


def _table(sweep: Document, keys: Sequence[str]) -> Table:
    few = list(keys) if len(keys) <= 4 else [] if _drawn(sweep) else list(keys[:4])
    beside = sweep["reference"] is not None
    rows, gone = [], _state(sweep)
    chosen = _chosen(sweep)
    by_number = _drawn(sweep) or len(few) < len(keys)
    for place in chosen:
        row = sweep["rows"][place]
        told = row["war_odds"] is not None
        odds = f"{100 * _stated(row):.2f}" if told else gone[place]
        interval = f"{100 * row['war_low']:.2f} to {100 * row['war_high']:.2f}" if told else ""
        cells = [*([str(place)] if by_number else []), *(_brief(row[key]) for key in few), odds, interval]
        if beside:
            known = row["difference_odds"] is not None
            cells.append(
                f"{100 * row['difference_odds']:+.2f} ({100 * row['difference_low']:+.2f} to "
                f"{100 * row['difference_high']:+.2f})".replace("-", "−")
                if known
                else ""
            )
        rows.append(tuple(cells))
    head = (
        *([opening(_noun(sweep))] if by_number else []),
        *few,
        "War in 100",
        "95 % interval",
        *(["Less the reference (paired)"] if beside else []),
    )
    left = len(sweep["rows"]) - len(rows)
    more = (
        f" of {len(sweep['rows']):,}, evenly spread from the highest odds to the lowest; all are in results.csv"
        if left > 0
        else ""
    )
    return Table(f"{opening(count(len(rows), _noun(sweep)))}{more}", head, tuple(rows))


def _chosen(sweep: Document) -> list[int]:
    """The points of a table: all if they are few, else as many as it holds, at even steps of their rank by odds."""
    rows = sweep["rows"]
    if len(rows) <= _MOST_POINTS:
        return list(range(len(rows)))
    known = [place for place, row in enumerate(rows) if row["war_odds"] is not None]
    ranked = sorted(known, key=lambda place: -_stated(rows[place]))
    most = min(len(ranked), _MOST_POINTS)
    return [ranked[step * (len(ranked) - 1) // max(most - 1, 1)] for step in range(most)]


def _limits(sweep: Document, uncertain: int) -> list[str]:
    every = _drawn(sweep) and len(sweep["keys"]) == uncertain
    rest = "" if every else "Numbers that do not vary stand at their central values; "
    whose = f"the intervals of a {_noun(sweep)}" if _drawn(sweep) else "the intervals"
    said = [opening(f"{rest}{whose} are chance in the simulation alone.")]
    if not _drawn(sweep) and (moved := movers_words(sweep.get("movers", ()))):
        said.append(moved)
    if "precision" in sweep:
        said.append(stopped_words(_noun(sweep), sweep["reference"] is not None))
    return said
