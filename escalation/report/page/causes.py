"""Sections on what the wars come of: the odds taken apart by error channel, and what moves them most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from escalation.report.attribution import LUCK, PRIORS_NOTE
from escalation.report.page.canvas import BLUE, FAINT, INK, MUTED, ORANGE, Chart, canvas, ticks
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.parts import Section, Table, Text
from escalation.report.words import count, listed, opening, percent, period, signed, small, tenths

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_FACTORS: Final = 12
MOST_ROUTES: Final = 8
_FEW: Final = 3
CENTRAL: Final = "Uncertain numbers stand at their central values; the intervals are Monte-Carlo noise alone."


# -- attribution -------------------------------------------------------------------------------------------------
def attribution_section(found: Mapping[str, Any] | None, names: Mapping[str, str]) -> Section | None:
    """Shapley values as a waterfall, and routes against causes; None without an attribution."""
    if found is None:
        return None
    title = names[found["scenario"]]
    causes = sorted(found["causes"], key=lambda cause: -_share(cause, found))
    wars = found["wars"]["wars"]
    return Section(
        "attribution",
        "Which errors the wars come of",
        (
            Text(_wars_that_vanish(found, causes, title), "lead"),
            Text(_sums(found)),
            Text(PRIORS_NOTE if found["priors"] else CENTRAL),
            _waterfall(found, causes),
            *([_vanishing(found, causes)] if wars else []),
            *([Text(LUCK, "note")] if wars else []),
            *([_routes(found, causes)] if wars and found["routes"] else []),
        ),
    )


def _name(key: str) -> str:
    return key.removeprefix("errors.").replace("_", " ")


def _reading(held: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any]:
    reading: Mapping[str, Any] = held[found["headline"]]
    return reading


def _share(cause: Mapping[str, Any], found: Mapping[str, Any]) -> float:
    return float(_reading(cause["shapley"], found)["value"])


def _wars_that_vanish(found: Mapping[str, Any], causes: Sequence[Mapping[str, Any]], title: str) -> str:
    wars = found["wars"]
    when = f"within {period(found['horizon_weeks'])}"
    if not wars["wars"]:
        return f"No war came {when} in {found['worlds']:,} worlds of “{title}”: there is nothing to take apart by wars."
    ranked = sorted((c for c in causes if "vanish" in c), key=lambda cause: -cause["vanish"]["wars"])
    said = [f"{percent(c['vanish']['share'])} vanish without errors of {_name(c['key'])}" for c in ranked[:_FEW]]
    return (
        f"Of {count(wars['wars'], 'war')} {when} in {found['worlds']:,} worlds of “{title}”, {listed(said)}, all else "
        f"being the same. {opening(small(wars['persist']) if wars['persist'] else 'none')} of these "
        "wars would have come "
        "even where nobody errs at all."
    )


def _sums(found: Mapping[str, Any]) -> str:
    on, off, total = (_reading(found[name], found) for name in ("all_on", "all_off", "total"))
    return (
        f"With every error channel on, the odds are {100 * on['value']:.1f} in 100; with none, "
        f"{100 * off['value']:.1f}. The difference of {100 * total['value']:.1f} "
        f"({100 * total['low']:.1f} to {100 * total['high']:.1f}) is shared out below by Shapley’s rule, averaged over "
        "the orders in which channels can be switched on; the shares add up to it exactly."
    )


def _waterfall(found: Mapping[str, Any], causes: Sequence[Mapping[str, Any]]) -> Chart:
    told = [f"{_name(cause['key'])} {signed(100 * _share(cause, found), 2)}" for cause in causes]
    on, off = (_reading(found[name], found)["value"] for name in ("all_on", "all_off"))
    sampled = (
        f"{found['distinct']} of {2 ** len(causes)} combinations run"
        if found["method"] == "sampled"
        else (f"all {2 ** len(causes)} combinations run")
    )
    return Chart(
        "attribution",
        "From no errors to all errors: what each adds to the odds of war",
        f"A waterfall in 100 worlds, from {100 * off:.2f} without errors to {100 * on:.2f} with all: "
        f"{'; '.join(told)}.",
        f"Plain bars add to the odds, hatched ones lower them; the line at the end of each is its 95 % interval. "
        f"{opening(sampled)}, on the same {found['worlds']:,} worlds.",
        lambda narrow: _draw_waterfall(narrow, found, causes),
    )


def _draw_waterfall(narrow: bool, found: Mapping[str, Any], causes: Sequence[Mapping[str, Any]]) -> Figure:
    figure = canvas(narrow, 0.29 * (len(causes) + 2) + 0.6)
    axes = figure.add_subplot()
    on, off = (100.0 * float(_reading(found[name], found)["value"]) for name in ("all_on", "all_off"))
    labels, level = ["no errors"], off
    axes.barh(0, off, 0.62, color=FAINT, edgecolor=INK, lw=0.8)
    texts = [(off, f"{off:.1f}")]
    for place, cause in enumerate(causes, 1):
        share = _reading(cause["shapley"], found)
        value, low, high = (100.0 * float(share[name]) for name in ("value", "low", "high"))
        grows = value >= 0.0
        axes.barh(-place, value, 0.62, left=level, facecolor=ORANGE if grows else "white", edgecolor=INK, lw=0.8,
                  hatch="" if grows else "/////")  # fmt: skip
        axes.plot([level, level], [-place + 1.31 - 1, -place + 0.69], color=MUTED, lw=0.7)
        axes.plot([level + low, level + high], [-place, -place], color=BLUE, lw=1.6, solid_capstyle="butt")
        texts.append(
            (max(level + high, level + value, level), signed(value) if abs(value) >= 0.05 else signed(value, 2))
        )
        level += value
        labels.append(_name(cause["key"]))
    axes.barh(-len(causes) - 1, on, 0.62, color=FAINT, edgecolor=INK, lw=0.8)
    texts.append((on, f"{on:.1f}"))
    labels.append("all errors")
    for place, (x, text) in enumerate(texts):
        axes.annotate(text, (x, -place), (5, 0), textcoords="offset points", va="center", fontsize=8.5)
    top = max(x for x, _ in texts)
    axes.set_xlim(0.0, top * (1.22 if narrow else 1.1))
    axes.set_ylim(-len(causes) - 1.6, 0.6)
    axes.set_yticks(range(0, -len(labels), -1), labels)
    axes.set_xlabel("wars in 100 worlds")
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    ticks(axes, bare=True)
    return figure


def _vanishing(found: Mapping[str, Any], causes: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for cause in causes:
        share, last = (_reading(cause[name], found) for name in ("shapley", "last"))
        vanish = cause.get("vanish")
        rows.append(
            (
                _name(cause["key"]),
                cause["meaning"],
                f"{signed(100 * share['value'], 2)} ({signed(100 * share['low'], 2)} to "
                f"{signed(100 * share['high'], 2)})",
                signed(-100 * float(last["value"]), 2),
                f"{vanish['wars']:,} ({percent(vanish['share'])})" if vanish else "0",
                f"{cause['appear']:,}",
            )
        )
    head = (
        "Error channel",
        "What it is",
        "Share of the odds, in 100 (95 %)",
        "If it alone is switched off",
        "Wars that vanish",
        "Wars that appear",
    )
    return Table("What the odds of war owe to each error channel", head, tuple(rows), words=2)


def _routes(found: Mapping[str, Any], causes: Sequence[Mapping[str, Any]]) -> Table:
    few = [cause["key"] for cause in causes[:_FEW]]
    rows = [
        (
            route["route"],
            f"{route['wars']:,}",
            *(f"{route['vanish'].get(key, 0):,}" for key in few),
            f"{route['persist']:,}",
        )
        for route in sorted(found["routes"], key=lambda route: -route["wars"])[:MOST_ROUTES]
        if route["wars"]
    ]
    head = ("Route", "Wars", *(f"Vanish without {_name(key)}" for key in few), "Happen without any error")
    return Table("The route by which war came, against what it would not have come without", head, tuple(rows))


# -- sensitivity ---------------------------------------------------------------------------------------------------
def sensitivity_section(
    found: Mapping[str, Any] | None, judged: frozenset[str], names: Mapping[str, str]
) -> Section | None:
    """What moves the odds of one arm most, beside the noise floor; ``judged`` are the keys that rest on judgement."""
    if found is None:
        return None
    factors = found["factors"]
    told = [factor for factor in factors if factor["told"]]
    title = f"What moves the odds under “{names[found['scenario']]}”"
    return Section(
        "sensitivity",
        title,
        (
            Text(_sensitive(found, told, judged), "lead"),
            _factor_chart(found, factors, judged, title),
        ),
    )


def _sensitive(found: Mapping[str, Any], told: Sequence[Mapping[str, Any]], judged: frozenset[str]) -> str:
    when = f"within {period(found['horizon_weeks'])}"
    total = len(found["factors"])
    if not told:
        return (
            f"None of {count(total, 'uncertain number')} can be told to move the {found['quantity']} "
            f"{when} by more than "
            "noise at this size of run."
        )
    guessed = sum(any(key in judged for key in factor["keys"]) for factor in told)
    which = "it rests" if len(told) == 1 else f"{small(guessed)} of these {'rests' if guessed == 1 else 'rest'}"
    first = [f"“{factor['factor']}”" for factor in told[:_FEW]]
    text = (
        f"Of {count(total, 'uncertain number')}, {small(len(told))} can be told to move the "
        f"{found['quantity']} {when} by more "
        f"than noise; first of all {listed(first)}."
    )
    if guessed:
        text += f" {opening(which)} on judgement: better evidence on them would sharpen these odds most."
    return text


def _factor_chart(
    found: Mapping[str, Any], factors: Sequence[Mapping[str, Any]], judged: frozenset[str], title: str
) -> Chart:
    morris = found["method"] == "morris"
    value, scale = ("size", 100.0) if morris else ("total", 1.0)
    shown = factors[:MOST_FACTORS]
    floor = scale * float(found["noise_floor"])
    rows = []
    for factor in shown:
        size, low, high = (scale * float(factor[f"{value}{end}"]) for end in ("", "_low", "_high"))
        guess = any(key in judged for key in factor["keys"])
        text = tenths(size) if morris else f"{size:.2f}"
        rows.append(Row(factor["factor"], size, text, None, (max(low, 0.0), high), "D" if guess else "o",
                        BLUE if factor["told"] else MUTED, hollow=not factor["told"]))  # fmt: skip
    top = max([floor, *(scale * float(factor[f"{value}_high"]) for factor in shown)]) * 1.05
    what = (
        "change of the odds, in 100, when it moves to another quarter of its distribution"
        if morris
        else ("share of the variance that goes with it, interactions included")
    )
    names = ", ".join(f"{factor['factor']} {scale * float(factor[value]):.2g}" for factor in shown)
    left = len(factors) - len(shown)
    beyond = f" {count(left, 'number')} with less effect {'is' if left == 1 else 'are'} left out." if left > 0 else ""
    return Chart(
        "sensitivity",
        f"{title}, and what is only noise",
        f"Dots with intervals, the largest first: {names}. Up to {floor:.2g} an effect may be noise.",
        "Filled: more than noise. Hollow: cannot be told from noise. Diamond: rests on judgement; dot: on evidence. "
        f"Shaded: as much as an input that does nothing seems to matter. Lines: 95 % intervals.{beyond}",
        lambda narrow: forest(narrow, (Group("", tuple(rows)),), what, (0.0, top), band=(0.0, floor)),
    )
