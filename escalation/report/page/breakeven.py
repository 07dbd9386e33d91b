"""Where two scenarios are equally dangerous: a curve over one number, or a map over two with the break-even contour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from escalation.report.page.canvas import BLUE, FAINT, INK, MUTED, SKY, Chart, canvas, ticks
from escalation.report.page.parts import Section, Table, Text
from escalation.report.words import listed, period, signed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MAP: Final = "PuOr_r"
"""Purple to orange through white: told apart with any colour-blindness; the sign is written in the cells besides."""


def section(found: Mapping[str, Any] | None, names: Mapping[str, str]) -> Section | None:
    """The break-even in words, the curve, and the map where there is one; None without a search."""
    if found is None:
        return None
    blocks: list[Any] = [Text(_sentence(found, names), "lead"), _curve(found, names)]
    if "contour" in found:
        blocks += [Text(_contour_sentence(found)), _map(found, names), _table(found)]
    return Section("break-even", "What would have to be true for the answer to flip", tuple(blocks))


def _ends(crossing: Mapping[str, Any]) -> str:
    low, high = crossing["low"], crossing["high"]
    if low is None or high is None:
        known = (
            "beyond the range searched"
            if low is None and high is None
            else (f"up to {high:.3g}" if low is None else f"from {low:.3g}")
        )
        return f"95 % interval {known}"
    return f"95 % interval {low:.3g} to {high:.3g}"


def _shown(curve: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The crossings on either side of which another is safer for sure; any other may be chance."""
    return [crossing for crossing in curve["crossings"] if crossing["shown"]]


def _chance(found: Mapping[str, Any]) -> str:
    """Where the odds of this run cross though that is not shown to be more than chance."""
    at = listed([f"{crossing['value']:.3g}" for crossing in found["crossings"] if not crossing["shown"]])
    return f" The odds of this run cross at {at}, which may be chance." if at else ""


def _sentence(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    a, b = names[found["a"]], names[found["b"]]
    over = found["over"]
    what = f"“{over['key']}” ({over['meaning']})"
    when = f"within {period(found['horizon_weeks'])}"
    span = f"from {over['low']:.3g} to {over['high']:.3g}"
    crossings = _shown(found)
    if not crossings:
        signs = {part["sign"] for part in found["stretches"] if part["sign"]}
        if len(signs) == 1:
            safer = b if signs.pop() > 0 else a
            if all(part["sign"] for part in found["stretches"]):
                return f"Whatever {what} is {span}, “{safer}” is the safer of the two {when}: there is no break-even."
            where = listed(
                [f"from {part['low']:.3g} to {part['high']:.3g}" for part in found["stretches"] if part["sign"]]
            )
            return (
                f"Over {what} {span} no break-even was found: where the two can be told apart in "
                f"danger {when}, {where}, "
                f"“{safer}” is the safer.{_chance(found)}"
            )
        return (
            f"Over {what} {span} the two cannot be told apart in danger {when}: no break-even was found."
            f"{_chance(found)}"
        )
    said = []
    for crossing in crossings:
        below, above = (crossing[f"safer_{side}"] for side in ("below", "above"))
        told = [f"“{names[safer]}” is safer {side} it" for safer, side in ((below, "below"), (above, "above")) if safer]
        said.append(f"at {crossing['value']:.3g} ({_ends(crossing)}{'; ' + listed(told) if told else ''})")
    return f"“{a}” and “{b}” are equally dangerous {when} where {what} stands {listed(said)}.{_chance(found)}"


def _curve(found: Mapping[str, Any], names: Mapping[str, str]) -> Chart:
    a, b, over = names[found["a"]], names[found["b"]], found["over"]
    points = found["points"]
    first, last = points[0], points[-1]
    return Chart(
        "break-even",
        f"“{a}” less “{b}” over {over['key']}",
        f"A curve of the difference in wars in 100 worlds, from {signed(100 * first['difference'])} at "
        f"{first['value']:.3g} to {signed(100 * last['difference'])} at {last['value']:.3g}. {_sentence(found, names)}",
        f"Above the line “{b}” is safer, below it “{a}”. Band: 95 % interval of the paired difference, Monte-Carlo "
        f"noise alone; {found['worlds']:,} worlds at each point, uncertain numbers at their central values. Star: the "
        "scenario’s own value.",
        lambda narrow: _draw_curve(narrow, found, a, b),
    )


def _draw_curve(narrow: bool, found: Mapping[str, Any], a: str, b: str) -> Figure:
    figure = canvas(narrow, 3.0)
    axes = figure.add_subplot()
    points = sorted(found["points"], key=lambda point: point["value"])
    x = [point["value"] for point in points]
    y, low, high = ([100.0 * point[name] for point in points] for name in ("difference", "low", "high"))
    axes.fill_between(x, low, high, color=SKY, alpha=0.4, lw=0)
    axes.plot(x, y, color=BLUE, lw=1.6, marker="o", ms=4)
    axes.axhline(0.0, color=INK, lw=1.0)
    for crossing in _shown(found):
        axes.plot(crossing["value"], 0.0, marker="D", ms=8, mfc="white", mec=INK, mew=1.5, zorder=4)
    top = max(max(high), 0.0), min(min(low), 0.0)
    reach = (top[0] - top[1]) or 1.0
    axes.set_ylim(top[1] - 0.16 * reach, top[0] + 0.16 * reach)
    over = found["over"]
    own = over["own"]
    if isinstance(own, int | float) and x[0] <= own <= x[-1]:
        axes.plot(own, 0.0, marker="*", ms=13, mfc="white", mec=INK, mew=1.1, zorder=5, clip_on=False)
    axes.annotate(f"{b} safer", (0.02, 0.985), xycoords="axes fraction", va="top", color=MUTED)
    axes.annotate(f"{a} safer", (0.02, 0.02), xycoords="axes fraction", va="bottom", color=MUTED)
    axes.set_xlabel(over["key"])
    axes.set_title("wars in 100 worlds, difference", fontsize=9, fontweight="normal", color=MUTED)
    axes.grid(axis="y")
    axes.spines["left"].set_color(FAINT)
    axes.locator_params(axis="x", nbins=5 if narrow else 9)
    ticks(axes)
    return figure


# -- over two numbers --------------------------------------------------------------------------------------------
def _contour_sentence(found: Mapping[str, Any]) -> str:
    rows = found["contour"]["rows"]
    also = found["contour"]["also"]
    with_one = [(row["value"], _shown(row)[0]["value"]) for row in rows if _shown(row)]
    key = f"“{also['key']}” ({also['meaning']})"
    if not with_one:
        none = "No" if _shown(found) else "Nor does any"
        brings = "brings" if _shown(found) else "bring"
        return (
            f"{none} value of {key} that was tried, from {rows[0]['value']:.3g} to {rows[-1]['value']:.3g}, {brings} a "
            "break-even that is shown to be more than chance."
        )
    first, last = with_one[0], with_one[-1]
    moves = (
        f"from {first[1]:.3g} where it stands at {first[0]:.3g} to {last[1]:.3g} at {last[0]:.3g}"
        if first is not last
        else f"{first[1]:.3g} at {first[0]:.3g}"
    )
    some = f"{len(with_one)} of {len(rows)}" if len(with_one) < len(rows) else f"all {len(rows)}"
    return f"At {some} values of {key} that were tried there is a break-even of {found['over']['key']}: {moves}."


def _map(found: Mapping[str, Any], names: Mapping[str, str]) -> Chart:
    a, b = names[found["a"]], names[found["b"]]
    over, also = found["over"]["key"], found["contour"]["also"]["key"]
    every = [point for row in found["contour"]["rows"] for point in row["points"]]
    least, most = (choose(every, key=lambda point: point["difference"]) for choose in (min, max))
    return Chart(
        "heatmap",
        f"Where “{a}” is more dangerous than “{b}”, and where less",
        f"A map with {over} across and {also} upwards. The difference in wars in 100 worlds runs from "
        f"{signed(100 * least['difference'])} to {signed(100 * most['difference'])}. {_contour_sentence(found)}",
        f"Cells: “{a}” less “{b}”, wars in 100 worlds; plus: more dangerous. Hatched: cannot be told from equal. Line "
        "with diamonds: break-even where one is shown, with its 95 % interval.",
        lambda narrow: _draw_map(narrow, found),
    )


def _draw_map(narrow: bool, found: Mapping[str, Any]) -> Figure:
    from matplotlib.patches import Rectangle

    rows = found["contour"]["rows"]
    low, high = found["over"]["low"], found["over"]["high"]
    grid = _grid(rows)
    figure = canvas(narrow, 0.42 * len(rows) + (1.25 if narrow else 1.0))
    axes = figure.add_subplot()
    reach = max(abs(100.0 * point["difference"]) for row in rows for point in row["points"]) or 1.0
    from matplotlib import colormaps

    shades = colormaps[_MAP]
    edges = _edges(grid, low, high)
    for place, row in enumerate(rows):
        for left, right in pairwise(edges):
            inside = [point for point in row["points"] if left <= point["value"] <= right]
            if not inside:
                continue
            point = min(inside, key=lambda p: abs(p["value"] - (left + right) / 2))
            value = 100.0 * point["difference"]
            unsure = point["low"] <= 0.0 <= point["high"]
            shade = shades(0.5 + 0.28 * value / reach)  # pale enough for black figures
            edge, hatch = (MUTED, "//") if unsure else ("white", "")
            cell = Rectangle(
                (left, place - 0.5), right - left, 1.0, facecolor=shade, edgecolor=edge, lw=0.6, hatch=hatch
            )
            axes.add_patch(cell)
            axes.annotate(
                signed(value, 0 if abs(value) >= 9.95 else 1), ((left + right) / 2, place - 0.46),
                ha="center", va="bottom", fontsize=7.5 if narrow else 8.5, zorder=6,
            )  # fmt: skip
    contour = [(_shown(row)[0], place) for place, row in enumerate(rows) if _shown(row)]
    for crossing, place in contour:
        ends = [
            low if crossing["low"] is None else crossing["low"],
            high if crossing["high"] is None else crossing["high"],
        ]
        axes.plot(ends, [place + 0.18, place + 0.18], color=INK, lw=1.5)
    axes.plot([c["value"] for c, _ in contour], [place + 0.18 for _, place in contour], color=INK, lw=2.0, marker="D",
              ms=6, mfc="white", mew=1.4)  # fmt: skip
    axes.set_xlim(low, high)
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.set_yticks(range(len(rows)), [f"{row['value']:.3g}" for row in rows])
    axes.set_xlabel(found["over"]["key"])
    axes.set_title(f"{found['contour']['also']['key']} (upwards)", fontsize=9, fontweight="normal", color=MUTED)
    axes.locator_params(axis="x", nbins=5 if narrow else 9)
    ticks(axes, bare=True)
    return figure


def _grid(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """Values of the first number at which every row was looked at."""
    common = set.intersection(*({point["value"] for point in row["points"]} for row in rows))
    return sorted(common)


def _edges(grid: Sequence[float], low: float, high: float) -> list[float]:
    middles = [(a + b) / 2.0 for a, b in pairwise(grid)]
    return [low, *middles, high]


def _table(found: Mapping[str, Any]) -> Table:
    also, over = found["contour"]["also"]["key"], found["over"]["key"]
    rows = []
    for row in found["contour"]["rows"]:
        crossings = row["crossings"]
        text = "; ".join(
            f"{crossing['value']:.3g} ({_ends(crossing)}{'' if crossing['shown'] else '; may be chance'})"
            for crossing in crossings
        )
        rows.append((f"{row['value']:.3g}", text or "none in the range"))
    return Table(f"Break-even of {over} by {also}", (also, f"Break-even of {over}"), tuple(rows), words=2)
