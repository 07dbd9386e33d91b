"""The same worlds under two scenarios: wars averted, caused, and those that come either way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from escalation.analysis.decomposition_result import Crossover, WeeklyOdds
from escalation.analysis.intervals import Estimate
from escalation.report.decomposition import crossover_sentence
from escalation.report.page.canvas import BLUE, FAINT, INK, MUTED, ORANGE, Chart, canvas, ticks
from escalation.report.page.parts import Section, Text
from escalation.report.words import count, days, signed

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def section(pairs: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Section | None:
    """Every horizon's worlds, paired; None without pairs. All pairs are of one scenario ``b`` beside one ``a``."""
    if not pairs:
        return None
    a, b = names[pairs[0]["a"]], names[pairs[0]["b"]]
    return Section(
        "pairs",
        "The same worlds with and without",
        (Text(_sentence(pairs[-1], a, b), "lead"), *(Text(text) for text in _turn(pairs, a, b)), _chart(pairs, a, b)),
    )


def crossover_section(found: Mapping[str, Any] | None, names: Mapping[str, str]) -> Section | None:
    """The week from which the act has paid its lump of risk back; None where it was not looked for."""
    if found is None:
        return None
    a, b = names[found["a"]], names[found["b"]]
    told = crossover_sentence(_crossover(found, f"“{a}”", f"“{b}”"))
    size = (
        f"In {count(found['worlds'], 'world')} under each, with the same luck and the uncertain numbers at their "
        "central values."
    )
    weekly = found["weekly"]
    ends = [100.0 * point[end] for point in weekly for end in ("band_low", "band_high")]
    return Section(
        "crossover",
        "When the risk is paid back",
        (
            Text(told, "lead"),
            Text(size),
            Chart(
                "crossover",
                f"Wars with “{b}” less wars with “{a}”, week by week",
                f"A curve of the difference in wars in 100 worlds, with its band, from {signed(ends[0])} to "
                f"{signed(max(ends))} at most. {told}",
                f"Above the line “{b}” has brought more wars so far, below it fewer. Dark band: 95 % interval of each "
                "week; light band: of all weeks together.",
                lambda narrow: _draw_crossover(narrow, weekly, found["week"]),
            ),
        ),
    )


def _crossover(found: Mapping[str, Any], a: str, b: str) -> Crossover:
    """The crossover read back from its JSON, of two scenarios called ``a`` and ``b``."""
    weekly = {
        name: np.array([point[name] for point in found["weekly"]]) for name in found["weekly"][0] if name != "week"
    }
    peak = found["peak"]
    low, high = (math.nan if peak[end] is None else float(peak[end]) for end in ("low", "high"))
    return Crossover(
        a=a,
        b=b,
        horizon=found["horizon_weeks"],
        peak=Estimate(peak["value"], low, high, found["level"], found["worlds"]),
        weekly=WeeklyOdds(**weekly),
        **{
            name: found[name]
            for name in ("worlds", "week", "low", "high", "probability", "sure_from", "peak_week", "level", "resamples")
        },
    )


def _draw_crossover(narrow: bool, weekly: Sequence[Mapping[str, Any]], week: int | None) -> Figure:
    figure = canvas(narrow, 3.0)
    axes = figure.add_subplot()
    x = [point["week"] for point in weekly]
    for low, high, alpha in (("band_low", "band_high", 0.18), ("low", "high", 0.3)):
        below, above = ([100.0 * point[end] for point in weekly] for end in (low, high))
        axes.fill_between(x, below, above, color=BLUE, alpha=alpha, lw=0)
    axes.plot(x, [100.0 * point["difference"] for point in weekly], color=BLUE, lw=1.8)
    axes.axhline(0.0, color=INK, lw=1.0)
    if week is not None:
        axes.plot(week, 0.0, marker="D", ms=8, mfc="white", mec=INK, mew=1.5, clip_on=False, zorder=4)
    axes.set_xlim(0, x[-1])
    if x[-1] > 60:
        axes.set_xticks(range(0, x[-1] + 1, 52), [str(place // 52) for place in range(0, x[-1] + 1, 52)])
    axes.set_xlabel("years from the start" if x[-1] > 60 else "weeks from the start")
    axes.set_title("wars in 100 worlds, difference so far", fontsize=9, fontweight="normal", color=MUTED)
    axes.grid(axis="y")
    axes.spines["left"].set_color(FAINT)
    ticks(axes)
    return figure


def _in_100(pair: Mapping[str, Any], name: str) -> float:
    return 100.0 * float(pair[name]) / float(pair["worlds"])


def _net(pair: Mapping[str, Any]) -> float:
    return _in_100(pair, "only_b") - _in_100(pair, "only_a")


def _sentence(pair: Mapping[str, Any], a: str, b: str) -> str:
    return (
        f"Of {pair['worlds']:,} worlds, each run once under “{a}” and once under “{b}” with the same luck, "
        f"{pair['both']:,} come to all-out war within {days(pair['horizon_days'])} either way, {pair['only_b']:,} only "
        f"under “{b}”, and {pair['only_a']:,} only under “{a}”."
    )


def _turn(pairs: Sequence[Mapping[str, Any]], a: str, b: str) -> list[str]:
    """How the balance moves between the first and the last horizon."""
    if len(pairs) < 2:
        return []
    first, last = pairs[0], pairs[-1]

    def said(pair: Mapping[str, Any]) -> str:
        net, low, high = _net(pair), 100.0 * float(pair["low"]), 100.0 * float(pair["high"])
        unsure = ", which may be chance" if low <= 0.0 <= high else ""
        if net < 0.0:
            low, high = -high, -low
        what = (
            f"{abs(net):.1f} in 100 more wars under “{b if net >= 0.0 else a}”" if abs(net) >= 0.05 else "no difference"
        )
        return f"{what} (95 % interval {signed(low)} to {signed(high)}{unsure})"

    text = (
        f"On balance that is {said(first)} within {days(first['horizon_days'])}, and {said(last)} within "
        f"{days(last['horizon_days'])}."
    )
    return [text]


def _chart(pairs: Sequence[Mapping[str, Any]], a: str, b: str) -> Chart:
    told = "; ".join(
        f"within {days(p['horizon_days'])}, {_in_100(p, 'only_a'):.1f} averted, {_in_100(p, 'only_b'):.1f} caused, "
        f"{_in_100(p, 'both'):.1f} either way"
        for p in pairs
    )
    return Chart(
        "pairs",
        f"Wars averted and caused by “{b}”, beside “{a}”",
        f"For each horizon two bars from a middle line: to the left wars averted, to the right wars caused, in 100 "
        f"worlds: {told}.",
        "Left, hatched: worlds at war only without the act (averted). Right, plain: only with it (caused). Diamond: "
        "caused less averted, with its paired 95 % interval.",
        lambda narrow: _draw(narrow, pairs),
    )


def _draw(narrow: bool, pairs: Sequence[Mapping[str, Any]]) -> Figure:
    figure = canvas(narrow, 0.55 * len(pairs) + 0.85)
    axes = figure.add_subplot()
    widest = max(max(_in_100(pair, "only_a"), _in_100(pair, "only_b")) for pair in pairs) or 1.0
    surest = max(max(abs(100.0 * pair["low"]), abs(100.0 * pair["high"])) for pair in pairs)
    reach = max(widest * (1.42 if narrow else 1.25), surest * 1.05)
    for place, pair in enumerate(pairs):
        y = -float(place)
        averted, caused = _in_100(pair, "only_a"), _in_100(pair, "only_b")
        axes.barh(y + 0.12, -averted, 0.4, color=BLUE, alpha=0.35, lw=0)
        axes.barh(y + 0.12, -averted, 0.4, facecolor="none", edgecolor=BLUE, hatch="/////", lw=1.0)
        axes.barh(y + 0.12, caused, 0.4, color=ORANGE, edgecolor=INK, lw=0.8)
        for x, value, side, step in ((-averted, averted, "right", -4), (caused, caused, "left", 4)):
            axes.annotate(f"{value:.1f}", (x, y + 0.12), (step, 0), textcoords="offset points", ha=side, va="center")
        low, high = 100.0 * pair["low"], 100.0 * pair["high"]
        axes.plot([max(low, -reach), min(high, reach)], [y - 0.27, y - 0.27], color=INK, lw=1.4, solid_capstyle="butt")
        axes.plot(min(max(_net(pair), -reach), reach), y - 0.27, marker="D", ms=6, color=INK)
    axes.axvline(0.0, color=INK, lw=1.0)
    axes.set_yticks([-float(i) for i in range(len(pairs))], [f"within\n{days(p['horizon_days'])}" for p in pairs])
    axes.set_ylim(-len(pairs) + 0.45, 0.55)
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_xlabel("worlds in 100")
    axes.annotate("averted", (0.0, 1.0), (-8, 4), xycoords=("data", "axes fraction"), textcoords="offset points",
                  ha="right", fontweight="bold")  # fmt: skip
    axes.annotate("caused", (0.0, 1.0), (8, 4), xycoords=("data", "axes fraction"), textcoords="offset points",
                  fontweight="bold")  # fmt: skip
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.spines["bottom"].set_color(FAINT)
    ticks(axes, bare=True)
    return figure
