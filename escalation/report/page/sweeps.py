"""The page of a sweep: the odds over its points, as a curve, a map or a table, set beside the reference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from escalation.analysis.crossing import crossings
from escalation.analysis.sweep_result import FAILED, NOT_RUN, REFERENCE, shown
from escalation.report.beside import chance_sentence, stopped_words, wider_words
from escalation.report.drawn import how_drawn, noise_words, share_words
from escalation.report.missing import lacking_words
from escalation.report.page import common, record
from escalation.report.page.canvas import FAINT, INK, MUTED, SKY, VERMILLION, Chart, canvas, folded, ticks
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.material import Document, Material
from escalation.report.page.parts import Command, Page, Section, Table, Text, present
from escalation.report.words import count, day, listed, opening, period, tenths
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
_MOST_COLUMNS: Final = 4
"""Keys that a table has columns for."""
_SHOWN: Final = (
    *("war_odds", "war_low", "war_high", "worlds", "reference_odds"),
    *("difference_odds", "difference_low", "difference_high"),
)
"""What the page may say of a point."""
_MOST_WRITTEN: Final = {True: 8, False: 16}
"""Columns of a map in whose cells the odds are still written."""


def page(material: Material, sweep: Document) -> Page:
    """The page of ``escalation sweep``, from ``sweep.json``."""
    sweep = {**sweep, "rows": _brief_rows(sweep)}
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


def _brief_rows(sweep: Document) -> list[Document]:
    """Of each point what the page may show: there may be 100,000, and those of all keys are too much to hold."""
    names = (*(key["key"] for key in sweep["keys"][:_MOST_COLUMNS]), *_SHOWN)
    return [{name: row[name] for name in names if name in row} for row in sweep["rows"]]


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
    if wide := _wider(sweep):
        blocks.insert(0, Text(wide, "lead"))
    if any(row.get("difference_odds") is not None for row in known):
        blocks.insert(0, Text(_beside(sweep, known), "lead"))
    blocks.append(_table(sweep, keys))
    return Section("odds", f"The odds over the {_noun(sweep)}s", tuple(blocks))


def _wider(sweep: Document) -> str:
    """How many points ran to the most worlds without getting to the precision asked for; empty where all did."""
    held = sweep.get("wider") or {"points": (), "half_width": None}
    words = wider_words(len(held["points"]), _noun(sweep), held["half_width"], sweep["worlds"])
    return f"Run until ± {100 * sweep['precision']:g} in 100: {words}." if words else ""


def _numeric(sweep: Document, place: int) -> bool:
    return all(isinstance(row[sweep["keys"][place]["key"]], int | float) for row in sweep["rows"])


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
    return (
        f"Beside {_reference(sweep)}, in the same worlds, {more} of {count(len(told), _noun(sweep))} are more "
        f"dangerous, {less} less, and {same} cannot be told apart.{said}"
    )


# -- one number --------------------------------------------------------------------------------------------------
def _line(sweep: Document, key: str) -> Chart:
    rows = sorted(_known(sweep), key=lambda row: float(row[key]))
    first, last = rows[0], rows[-1]
    found = _break_even(sweep, rows, key)
    at = (
        f" Break-even with {_reference(sweep)} at about {listed([f'{value:.3g}' for value in found])}." if found else ""
    )
    reference = sweep["reference"] is not None and sweep["reference"]["same_points"]
    dashed = f" Dashed: {_reference(sweep)}." if reference else ""
    return Chart(
        "odds",
        f"The odds of all-out war over {key}",
        f"A curve with its interval, in 100 worlds, from {100 * first['war_odds']:.1f} at {shown(first[key])} to "
        f"{100 * last['war_odds']:.1f} at {shown(last[key])}.{at}",
        f"Dots: worlds at war, counted; band: 95 % interval of chance in the simulation.{dashed}{_marked(sweep)}{at}",
        lambda narrow: _draw_line(narrow, sweep, rows, key, found),
    )


def _marked(sweep: Document) -> str:
    """How a figure marks what is missing."""
    gone = sweep["missing"]
    marks = [f"{mark}: {why}" for mark, why, held in _MARKS if gone[held]]
    return f" {opening('; '.join(marks))}." if marks else ""


def _break_even(sweep: Document, rows: Sequence[Document], key: str) -> list[float]:
    reference = sweep["reference"]
    if reference is None or not reference["same_points"]:
        return []  # beside the scenario as it stands its own value is one by construction
    told = [row for row in rows if row["difference_odds"] is not None]
    return crossings([float(row[key]) for row in told], [float(row["difference_odds"]) for row in told])


def _draw_line(narrow: bool, sweep: Document, rows: Sequence[Document], key: str, found: Sequence[float]) -> Figure:
    figure = canvas(narrow, 3.0 if narrow else 3.4)
    axes = figure.add_subplot()
    along = sorted(sweep["rows"], key=lambda row: float(row[key]))
    x = [float(row[key]) for row in along]
    odds, low, high = ([_in_100(row[name]) for row in along] for name in ("war_odds", "war_low", "war_high"))
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
    if sweep["reference"] is not None and sweep["reference"]["same_points"]:
        beside = [row for row in rows if row["reference_odds"] is not None]
        at, level = [float(row[key]) for row in beside], [100 * row["reference_odds"] for row in beside]
        axes.plot(at, level, color=INK, ls="--", marker="o", ms=4, mfc="white", lw=1.2)
    for value in found:
        axes.axvline(value, color=MUTED, lw=1.0)
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
    least, most = min(known, key=lambda row: row["war_odds"]), max(known, key=lambda row: row["war_odds"])

    def at(row: Document) -> str:
        return f"{100 * row['war_odds']:.1f} at {listed([f'{key} {shown(row[key])}' for key in keys])}"

    beside = (
        f"Hatched: cannot be told from {_reference(sweep)}; thick line: break-even with it."
        if sweep["reference"] is not None
        else ""
    )
    return Chart(
        "heatmap",
        f"The odds of all-out war over {listed(list(keys))}",
        f"A map with {keys[1]} across and {keys[0]} upwards: the odds run, in 100 worlds, from "
        f"{at(least)} to {at(most)}.",
        f"Darker: more worlds in 100 that come to all-out war. {beside}{_marked(sweep)}",
        lambda narrow: _draw_heat(narrow, sweep, keys),
    )


def _draw_heat(narrow: bool, sweep: Document, keys: Sequence[str]) -> Figure:
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    rows, (height, width) = sweep["rows"], sweep["shape"]
    down = [rows[i * width][keys[0]] for i in range(height)]
    across = [rows[j][keys[1]] for j in range(width)]
    order_y, order_x = _order(down), _order(across)
    cell = max(min(0.34, 6.0 / height), 0.2)
    figure = canvas(narrow, cell * height + 1.0)
    axes = figure.add_subplot()
    shades = colormaps["YlOrBr"]
    top = max(row["war_odds"] for row in _known(sweep)) or 1.0
    beside, gone = np.full((height, width), np.nan), _state(sweep)
    for y, i in enumerate(order_y):
        for x, j in enumerate(order_x):
            row = rows[i * width + j]
            if row["war_odds"] is None:
                mark = next(mark for mark, state, _ in _MARKS if state == gone[i * width + j])
                axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor="white", edgecolor=FAINT, lw=0.6))
                axes.annotate(mark, (x, y), ha="center", va="center", fontweight="bold")
                continue
            low, high = row.get("difference_low"), row.get("difference_high")
            unsure = low is not None and low <= 0.0 <= high
            beside[y, x] = np.nan if row.get("difference_odds") is None else row["difference_odds"]
            # pale enough for black figures on every cell
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor=shades(0.55 * row["war_odds"] / top),
                                     edgecolor=MUTED, lw=0.3, hatch="///" if unsure else ""))  # fmt: skip
            if width <= _MOST_WRITTEN[narrow]:
                axes.annotate(f"{100 * row['war_odds']:.1f}" if width <= 10 else f"{100 * row['war_odds']:.0f}", (x, y),
                              ha="center", va="center", fontsize=7.5,
                              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75})  # fmt: skip
    _contour(axes, beside)
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(-0.5, height - 0.5)
    every = -(-width // (5 if narrow else 12))
    axes.set_xticks(range(0, width, every), [_brief(across[j]) for j in order_x[::every]])
    axes.set_yticks(range(height), [_brief(down[i]) for i in order_y])
    axes.set_xlabel(keys[1])
    axes.set_title(f"{keys[0]} (upwards)", fontsize=9, fontweight="normal", color=MUTED)
    ticks(axes, bare=True)
    return figure


def _contour(axes: Axes, surface: Any) -> None:
    """The break-even over the cells, drawn where the difference passes zero."""
    import numpy as np

    known = np.ma.masked_invalid(surface)
    if min(surface.shape) >= 2 and known.count() and known.min() < 0.0 < known.max():
        axes.contour(
            range(surface.shape[1]), range(surface.shape[0]), known, levels=[0.0], colors=[INK], linewidths=2.2
        )


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
    values = sorted(100 * row["war_odds"] for row in known)
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
    ranked = sorted(_known(sweep), key=lambda row: -float(row["war_odds"]))
    half = _MOST_POINTS // 2
    chosen = ranked if len(ranked) <= _MOST_POINTS else [*ranked[:half], *ranked[-half:]]
    few = keys[:2]
    rows = tuple(
        Row(", ".join(_brief(row[key]) for key in few), 100 * row["war_odds"], tenths(100 * row["war_odds"]),
            (100 * row["war_low"], 100 * row["war_high"]))
        for row in chosen
    )  # fmt: skip
    top = max(row.inner[1] for row in rows if row.inner is not None) * 1.05
    left = len(ranked) - len(chosen)
    middle = f" {count(left, 'point')} between them are left out." if left else ""
    return Chart(
        "odds",
        "The odds of all-out war, the most dangerous points first",
        f"Dots with intervals for {count(len(chosen), 'point')}, from {rows[0].text} to {rows[-1].text} in 100 worlds.",
        f"Rows are named by {listed(list(few))}. Bar: 95 % interval of chance in the simulation.{middle}",
        lambda narrow: forest(narrow, (Group("", rows),), "worlds in 100 that come to all-out war", (0.0, top)),
    )


def _table(sweep: Document, keys: Sequence[str]) -> Table:
    few = list(keys) if len(keys) <= _MOST_COLUMNS else [] if _drawn(sweep) else list(keys[:_MOST_COLUMNS])
    beside = sweep["reference"] is not None
    rows, gone = [], _state(sweep)
    for place, row in enumerate(sweep["rows"][:_MOST_POINTS]):
        told = row["war_odds"] is not None
        odds = f"{100 * row['war_odds']:.2f}" if told else gone[place]
        interval = f"{100 * row['war_low']:.2f} to {100 * row['war_high']:.2f}" if told else ""
        cells = [*([str(place)] if _drawn(sweep) else []), *(_brief(row[key]) for key in few), odds, interval]
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
        *(["Draw"] if _drawn(sweep) else []),
        *few,
        "War in 100",
        "95 % interval",
        *(["Less the reference (paired)"] if beside else []),
    )
    left = len(sweep["rows"]) - len(rows)
    more = f"; {left:,} more are in results.csv" if left > 0 else ""
    return Table(f"{opening(count(len(rows), _noun(sweep)))}{more}", head, tuple(rows))


def _limits(sweep: Document, uncertain: int) -> list[str]:
    every = _drawn(sweep) and len(sweep["keys"]) == uncertain
    rest = "" if every else "Numbers that do not vary stand at their central values; "
    whose = f"the intervals of a {_noun(sweep)}" if _drawn(sweep) else "the intervals"
    said = [opening(f"{rest}{whose} are chance in the simulation alone.")]
    if "precision" in sweep:
        said.append(stopped_words(_noun(sweep), sweep["reference"] is not None))
    return said
