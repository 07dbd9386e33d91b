"""Figures of a sweep: a heat map with its break-even contour over two keys, a line with its interval over one."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.crossing import BETWEEN, CHANCE, TOLD, Border, borders, break_even, differences, told_apart
from escalation.analysis.sweep_result import FAILED, NOT_RUN, SAME, Key, SweepResult, shown
from escalation.report.words import period

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME: Final = "heatmap"
KINDS: Final = ("svg", "png")
MOST_TICKS: Final = 9
_LINE, _BAND, _OWN = "#b2182b", "#f4a582", "#111111"
_LINES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    TOLD: ("break-even", {"lw": 2.4}),
    BETWEEN: ("break-even, roughly here", {"lw": 1.6, "ls": (0, (3.5, 1.5))}),
    CHANCE: ("break-even, which may be chance", {"lw": 1.4, "ls": (0, (1.0, 1.5))}),
}
"""What the break-even is called and how it is drawn, by how sure it is."""

Floats = NDArray[np.float64]


def drawable(result: SweepResult) -> bool:
    """Whether there is a figure for the points: a grid over one key or two, with a point that was run."""
    shape = result.points.shape
    known = any(found.stated is not None for found in result.results)
    return known and shape is not None and len(shape) <= 2 and max(shape) > 1


def sweep_figure(result: SweepResult, folder: Path) -> list[Path]:
    """Draw heatmap.svg and heatmap.png into ``folder``; nothing where the points are not ``drawable``.

    Two keys: the odds as colour, hatched where the paired interval holds no difference from the reference, and the
    break-even between neighbours whose differences have opposite signs, by how sure that is. One key: the
    odds with their intervals. The scenario's own value is marked.
    """
    if not drawable(result):
        for kind in KINDS:
            (folder / f"{NAME}.{kind}").unlink(missing_ok=True)  # an earlier sweep's
        return []
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "escalation"  # the same figure twice is the same file
    two = result.points.shape is not None and len(result.points.shape) == 2
    figure, axes = plt.subplots(figsize=(8.2, 6.4) if two else (7.6, 5.0), layout="constrained")
    (_heat if two else _line)(result, axes)
    figure.suptitle(_title(result), fontsize=12, x=0.01, ha="left")
    figure.supxlabel(_note(result), fontsize=8, x=0.01, ha="left")
    written = []
    for kind in KINDS:
        path, temporary = folder / f"{NAME}.{kind}", folder / f".{NAME}.{os.getpid()}.{kind}"
        try:
            figure.savefig(temporary, dpi=150, metadata={"Date": None} if kind == "svg" else {})
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        written.append(path)
    plt.close(figure)
    return written


def _title(result: SweepResult) -> str:
    return _folded(f"Odds of all-out war within {period(result.horizon)}: {result.scenario.title}", 78)


def _note(result: SweepResult) -> str:
    worlds = sorted({found.worlds for found in result.results})
    size = f"{worlds[-1]:,}" if len(worlds) == 1 else f"{worlds[0]:,} to {worlds[-1]:,}"
    text = f"{len(result):,} points of {size} simulated worlds, the same worlds at every point; seed {result.seed}. "
    reference = result.reference
    if reference is not None and result.points.shape is not None and len(result.points.shape) == 2:
        beside = f"{reference.name} at the same point" if reference.against else f"{reference.name} as it stands"
        numbers = any(key.numeric for key in result.keys)
        text += f"Beside {beside}: hatched where not told from it"
        text += "; no two neighbours differ in sign: no break-even. " if numbers and not _borders(result) else ". "
    return _folded(f"{text}Simulated, not observed.", 112)


def _folded(text: str, width: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


# -- one key -----------------------------------------------------------------------------------------------------
def _line(result: SweepResult, axes: Axes) -> None:
    (values,), key = result.points.axes(), result.keys[0]
    places = _places(key, values)
    along = sorted(zip(places, result.results, strict=True), key=lambda pair: pair[0])
    x = [place for place, _ in along]
    odds, low, high = (
        [math.nan if found.stated is None else 100 * getattr(found.stated, end) for _, found in along]
        for end in ("odds", "low", "high")
    )
    if key.numeric:
        axes.fill_between(x, low, high, color=_BAND, alpha=0.6, lw=0, label="95 % interval")
        axes.plot(x, odds, color=_LINE, marker="o", ms=4, label=result.scenario.name)
        if result.missing:
            axes.vlines(x, low, high, color=_BAND, lw=2)  # a point between two that are missing has no band
    else:
        below = [o - a for o, a in zip(odds, low, strict=True)]
        above = [b - o for o, b in zip(odds, high, strict=True)]
        axes.errorbar(
            x, odds, [below, above], color=_LINE, fmt="o", capsize=4, label=f"{result.scenario.name}, 95 % interval"
        )
    _gaps(result, axes, places)
    _reference_line(result, axes, places, key)
    _scale(axes.xaxis, axes.set_xscale, key, values)
    axes.set_xlabel(_label(key))
    axes.set_ylabel("in 100 crises")
    axes.set_ylim(bottom=0)
    if not key.numeric:
        axes.set_xlim(-0.5, len(values) - 0.5)
    axes.margins(y=0.12)
    axes.grid(lw=0.4, alpha=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=9, frameon=False, loc="best")


def _gaps(result: SweepResult, axes: Axes, places: Sequence[float]) -> None:
    """What is missing from the line, at its foot."""
    for why, marker in ((FAILED, "x"), (NOT_RUN, "s")):
        gone = [places[point] for point, reason in result.missing.items() if reason == why]
        if gone:
            axes.plot(gone, [0.0] * len(gone), marker, color=_OWN, mfc="white", ms=7, mew=1.6, label=why, clip_on=False)


def _reference_line(result: SweepResult, axes: Axes, places: Sequence[float], key: Key) -> None:
    reference = result.reference
    own = _own_place(key, result.points.axes()[0])
    if own is not None:
        axes.axvline(own, color=_OWN, lw=1, ls=":", label=f"the scenario: {shown(key.own)}")
    if reference is None:
        return
    if reference.against:
        known = sorted(
            (place, 100 * found.stated.odds)
            for place, found in zip(places, reference.points, strict=True)
            if found.stated is not None
        )
        style: dict[str, Any] = {"ls": "--"} if key.numeric else {"ls": "none"}
        axes.plot(*zip(*known, strict=True), color="#2166ac", marker="s", ms=4, label=reference.name, **style)
    elif reference.points[0].stated is not None:
        level = 100 * reference.points[0].stated.odds
        axes.axhline(level, color="#555555", lw=1, ls="--", label=f"{reference.name} as it stands: {level:.1f}")
    for found in break_even(result):
        chance = "" if found.between is not None else ", which may be chance"
        label = f"break-even: about {found.value:.3g}{chance}"
        axes.axvline(found.value, color="#1b7837", lw=1, ls="-" if found.between is not None else ":", label=label)


# -- two keys ----------------------------------------------------------------------------------------------------
def _heat(result: SweepResult, axes: Axes) -> None:
    from matplotlib.patches import Patch

    first, second = result.keys
    down, across = result.points.axes()
    order_x, x = _ordered(second, across)
    order_y, y = _ordered(first, down)
    shape = (len(down), len(across))
    odds = np.array([math.nan if f.stated is None else 100 * f.stated.odds for f in result.results]).reshape(shape)
    odds = odds[np.ix_(order_y, order_x)]
    edges_x, edges_y = _edges(second, across, x), _edges(first, down, y)
    mesh = axes.pcolormesh(
        edges_x, edges_y, np.ma.masked_invalid(odds), cmap="YlOrRd", vmin=0.0, vmax=max(np.nanmax(odds), 0.1)
    )
    axes.figure.colorbar(mesh, ax=axes, label="all-out war, in 100 crises", pad=0.02)
    _scale(axes.xaxis, axes.set_xscale, second, across)
    _scale(axes.yaxis, axes.set_yscale, first, down)
    handles: list[Any] = []
    if result.reference is not None:
        same = np.array([f.paired is not None and f.paired.verdict == SAME for f in result.results]).reshape(shape)
        same = same[np.ix_(order_y, order_x)]
        if same.any():
            _hatch(axes, edges_x, edges_y, same)
            handles.append(
                Patch(facecolor="none", edgecolor="#444444", hatch="////", lw=0, label="not told from break-even")
            )
        handles += _break_even(axes, edges_x, edges_y, _borders(result))
    for why, hatch in ((FAILED, "xxx"), (NOT_RUN, "")):
        gone = np.array([result.missing.get(point) == why for point in range(len(result))]).reshape(shape)
        if gone.any():
            _hatch(axes, edges_x, edges_y, gone[np.ix_(order_y, order_x)], hatch)
            handles.append(Patch(facecolor="white", edgecolor="#888888", hatch=hatch, label=why))
    own_x, own_y = _own_place(second, across), _own_place(first, down)
    if own_x is not None and own_y is not None:
        handles += axes.plot(
            own_x,
            own_y,
            marker="*",
            ms=15,
            mfc="white",
            mec=_OWN,
            mew=1.2,
            ls="none",
            label="the scenario's own values",
            clip_on=False,
            zorder=5,
        )
    axes.set_xlim(edges_x[0], edges_x[-1])
    axes.set_ylim(edges_y[0], edges_y[-1])
    axes.set_xlabel(_label(second))
    axes.set_ylabel(_label(first))
    if odds.size <= 120:
        _write_odds(axes, edges_x, edges_y, odds)
    if handles:
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.01),
            ncols=2,
            fontsize=9,
            frameon=False,
            borderaxespad=0.0,
            handletextpad=0.6,
            columnspacing=1.6,
        )


def _hatch(axes: Axes, x: Floats, y: Floats, which: NDArray[np.bool_], hatch: str = "////") -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    cells = [Rectangle((x[j], y[i]), x[j + 1] - x[j], y[i + 1] - y[i]) for i, j in zip(*np.nonzero(which), strict=True)]
    axes.add_collection(PatchCollection(cells, facecolor="none", edgecolor="#444444", hatch=hatch, lw=0, alpha=0.55))


def _borders(result: SweepResult) -> list[Border]:
    (first, second), (down, across) = result.keys, result.points.axes()
    at = np.ix_(_ordered(first, down)[0], _ordered(second, across)[0])
    return borders(differences(result)[at], told_apart(result)[at], first.numeric, second.numeric)


def _break_even(axes: Axes, x: Floats, y: Floats, found: Sequence[Border]) -> list[Any]:
    """The break-even between cells whose borders are at ``x`` and ``y``; what it is called, in the legend."""
    from matplotlib.lines import Line2D

    def place(edges: Floats, at: Sequence[float], log: bool) -> Floats:
        scale: Any = np.log if log else np.asarray
        placed = np.interp(np.array(at) + 0.5, np.arange(len(edges)), scale(edges))
        return np.asarray(np.exp(placed) if log else placed)

    log_x, log_y = axes.get_xscale() == "log", axes.get_yscale() == "log"
    for piece in found:
        axes.plot(
            place(x, (piece.x0, piece.x1), log_x),
            place(y, (piece.y0, piece.y1), log_y),
            color=_OWN,
            solid_capstyle="projecting",
            **_LINES[piece.sure][1],
        )
    drawn = {piece.sure for piece in found}
    kinds = [kind for sure, kind in _LINES.items() if sure in drawn]
    return [Line2D([], [], color=_OWN, label=label, **style) for label, style in kinds]


def _write_odds(axes: Axes, x: Floats, y: Floats, odds: Floats) -> None:
    """Each cell's odds at its foot, clear of what is drawn through its middle."""
    from matplotlib.patheffects import withStroke

    top = np.nanmax(odds)
    for i, j in zip(*np.nonzero(~np.isnan(odds)), strict=True):
        dark = top > 0.0 and odds[i, j] > 0.7 * top
        middle = math.sqrt(x[j] * x[j + 1]) if axes.get_xscale() == "log" else (x[j] + x[j + 1]) / 2
        text = axes.annotate(
            f"{odds[i, j]:.1f}",
            (middle, y[i]),
            (0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=8,
        )
        text.set_color("white" if dark else "black")
        halo = withStroke(linewidth=2, foreground="#8b0000" if dark else "#ffe9b0")
        text.set_path_effects([halo])


# -- axes --------------------------------------------------------------------------------------------------------
def _places(key: Key, values: Sequence[object]) -> list[float]:
    """Where values stand on their axis: numbers at themselves, other things one after another."""
    if key.numeric:
        return [float(value) for value in values if isinstance(value, (int, float))]
    return [float(place) for place in range(len(values))]


def _ordered(key: Key, values: Sequence[object]) -> tuple[NDArray[np.intp], Floats]:
    places = np.array(_places(key, values))
    order = np.argsort(places, kind="stable")
    return order, places[order]


def _is_log(key: Key, values: Sequence[object]) -> bool:
    """Whether values rise by equal ratios, as ``LO:HI:N:log`` makes them."""
    places = np.sort(np.array(_places(key, values)))
    if not key.numeric or len(places) < 3 or places[0] <= 0.0:
        return False
    ratios = places[1:] / places[:-1]
    return bool(np.allclose(ratios, ratios[0], rtol=1e-6))


def _edges(key: Key, values: Sequence[object], places: Floats) -> Floats:
    """Borders of the cells, half-way between neighbours (by ratio on a logarithmic axis); shape (values + 1,)."""
    if len(places) == 1:
        half = abs(places[0]) / 2 or 0.5
        return np.array([places[0] - half, places[0] + half])
    log = _is_log(key, values)
    at = np.log(places) if log else places
    middle = (at[1:] + at[:-1]) / 2
    edges = np.concatenate([[at[0] - (middle[0] - at[0])], middle, [at[-1] + (at[-1] - middle[-1])]])
    return np.asarray(np.exp(edges) if log else edges, dtype=np.float64)


def _scale(axis: Any, set_scale: Any, key: Key, values: Sequence[object]) -> None:
    """A logarithmic axis where the values say so, and ticks at the values themselves where they are few."""
    places = _places(key, values)
    if _is_log(key, values):
        set_scale("log")
    if len(places) > MOST_TICKS and key.numeric:
        return
    step = math.ceil(len(places) / MOST_TICKS) if key.numeric else 1
    axis.set_ticks(places[::step], [shown(value) for value in values[::step]])
    axis.set_ticks([], minor=True)


def _own_place(key: Key, values: Sequence[object]) -> float | None:
    """Where the scenario's own value stands, None where that is off the axis."""
    if not key.numeric:
        return float(values.index(key.own)) if key.own in values else None
    places = _places(key, values)
    own = float(key.own) if isinstance(key.own, (int, float)) else math.nan
    return own if min(places) <= own <= max(places) else None


def _label(key: Key) -> str:
    unit = f" ({key.unit})" if key.unit else ""
    role = "an uncertain number" if key.role == "uncertain" else f"a {key.role}" if key.numeric else "structure"
    return f"{key.key}{unit}, {role}\n{_folded(key.meaning, 70)}"
