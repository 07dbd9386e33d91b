"""The page of one scenario's run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from escalation.analysis.odds import LIVES
from escalation.ladder import label
from escalation.model.outcomes import ROUTE_MEANINGS
from escalation.report.page import common, record, world
from escalation.report.page.canvas import FAINT, INK, ORANGE, Chart, canvas, folded, ticks
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.material import Document, Material
from escalation.report.page.odds import Heap, icon_array
from escalation.report.page.parts import Page, Section, Table, Text, present
from escalation.report.text import CENTRAL_NOTE, NOT_WORTH_IT, PRIORS_NOTE, SEQUENCE_NOTE
from escalation.report.words import (
    base_of,
    between,
    count,
    day,
    days,
    in_base,
    listed,
    percent,
    period,
    so_many,
    tenths,
    within,
)
from escalation.worlds.outcomes import DAYS_OF_WEEK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_ROUTES: Final = 8


def page(material: Material, run: Document) -> Page:
    """The page of ``escalation run``, from ``run.json``."""
    scenario = material.scenario(run["scenario"])
    when = f"within {period(run['horizon_weeks'])} of {day(scenario.start.date)}"
    war = run["war"]
    summary: tuple[str, ...] = (
        f"Of {count(run['worlds'], 'simulated world')} of “{run['title']}”, {war['wars']:,} come to "
        f"all-out war {when}: "
        f"{between(war['odds'], war['low'], war['high'])}.",
    )
    if war["wars"] == 0:
        weighed = war["conditional"]
        found = between(weighed["odds"], weighed["low"], weighed["high"]) if weighed["odds"] > 0.0 else "0"
        summary = (
            f"None of {count(run['worlds'], 'simulated world')} of “{run['title']}” comes to all-out war {when}: the "
            f"odds are below {so_many(war['high'])} (95 % interval from 0); weighing every decision's chance of war "
            f"instead of counting wars gives {found}.",
        )
    elif _together(run):
        both = within(run["precision"]["middle"], war["low"], war["high"])
        summary = (
            f"All-out war in “{run['title']}” {when}: {both} by counting and weighing together. Counted: "
            f"{war['wars']:,} of {count(run['worlds'], 'simulated world')}, {so_many(war['odds'])}; weighed: "
            f"{so_many(war['conditional']['odds'])}.",
        )
    if split := war.get("splitting"):
        odds = between(split["odds"], split["low"], split["high"])
        summary += (f"Splitting worlds that come nearer to war tells more of rare odds: {odds}.",)
    horizon = DAYS_OF_WEEK.get(run["horizon_weeks"], 7 * run["horizon_weeks"])
    toll = [{"arm": run["scenario"], "horizon_days": horizon, "dead": run["deaths"]}]
    names = {run["scenario"]: run["title"]}
    sections = present(
        [
            _odds(run, when),
            _routes(run),
            _lives(run),
            common.toll_section(toll, names),
            world.section(material.get("world")),
            record.numbers_section(scenario, record.DRAWN if run["priors"] else record.CENTRAL),
            common.limits_section(_limits(run)),
            common.again_section(material),
        ]
    )
    return Page(run["title"], summary, sections, common.foot(material))


def _odds(run: Document, when: str) -> Section:
    war = run["war"]
    rows = [
        (
            f"all-out war within {days(int(number))}",
            f"{100 * odds['odds']:.2f}",
            f"{100 * odds['low']:.2f} to {100 * odds['high']:.2f}",
            f"{100 * odds['conditional']['odds']:.2f}",
        )
        for number, odds in run["war_by_day"].items()
    ]
    limited = run["limited_war"]
    rows.append(
        (
            f"limited war or worse within {period(run['horizon_weeks'])}",
            f"{100 * limited['odds']:.2f}",
            f"{100 * limited['low']:.2f} to {100 * limited['high']:.2f}",
            "",
        )
    )
    anchor = run["anchor"]
    best, low, high = _shown(run, war)
    blocks: list[Any] = [
        Text(PRIORS_NOTE.partition("; how far")[0] + "." if run["priors"] else CENTRAL_NOTE.partition(" --priors")[0]),
        icon_array(
            [Heap(run["title"].partition(":")[0], best, (high - low) / 2)],
            "icons",
            f"All-out war {when}",
            "",
        ),
    ]
    if len(run["war_by_day"]) > 1:
        blocks.append(_by_day(run))
    blocks += [
        Table("Odds in 100 worlds", ("By when", "Counted", "95 % interval", "Weighed"), tuple(rows)),
        *([Text(SEQUENCE_NOTE, "note")] if "precision" in run else []),
        *_by_splitting(run),
        Text(
            f"For scale, from data alone: {100 * anchor['odds']:.1f} in 100 (90 % interval "
            f"{100 * anchor['low']:.1f} to "
            f"{100 * anchor['high']:.1f}) by attacks that kill and are answered; no deliberate route "
            "is in that figure.",
            "note",
        ),
    ]
    return Section("odds", "How likely is war?", tuple(blocks))


def _together(run: Document) -> bool:
    """Whether the odds are told as the interval of counting and weighing together: if no war was counted they are not,
    nor in the terminal.
    """
    return "precision" in run and run["war"]["wars"] > 0


def _shown(run: Document, odds: Mapping[str, Any]) -> tuple[float, float, float]:
    """What figures show of the odds by some day, an estimate and its interval: by splitting where that was asked for,

    in a run to a precision that met war the middle of the interval of both estimates, else the odds counted.
    """
    if "splitting" in odds:
        odds = odds["splitting"]
    elif _together(run):
        return (odds["low"] + odds["high"]) / 2, odds["low"], odds["high"]
    return odds["odds"], odds["low"], odds["high"]


def _by_splitting(run: Document) -> list[Any]:
    if "splitting" not in run["war"]:
        return []
    found = {f"within {days(int(number))}": odds["splitting"] for number, odds in run["war_by_day"].items()}
    if run["horizon_weeks"] not in DAYS_OF_WEEK:
        found[f"within {period(run['horizon_weeks'])}"] = run["war"]["splitting"]
    base = max(base_of(odds["odds"]) for odds in found.values())
    rows = [
        (
            f"all-out war {when}",
            in_base(odds["odds"], base),
            f"{in_base(odds['low'], base)} to {in_base(odds['high'], base)}",
        )
        for when, odds in found.items()
    ]
    split = run["war"]["splitting"]
    told = (
        f"Worlds that come nearer to war are copied, each copy for its share: {split['n']:,} worlds, "
        f"{split['world_weeks']:,} world-weeks with copies and pilot; the heaviest world carries "
        f"{percent(split['heaviest'])} of the odds. Routes, endings and the dead are those of worlds without copies."
    )
    return [
        Table(f"Odds in {base:,} worlds, by splitting", ("By when", "Odds", "95 % interval"), tuple(rows)),
        Text(told, "note"),
        *([] if split.get("worth_it", True) else [Text(NOT_WORTH_IT, "note")]),
    ]


def _by_day(run: Document) -> Chart:
    rows = []
    for number, odds in run["war_by_day"].items():
        best, low, high = (100 * value for value in _shown(run, odds))
        rows.append(Row(f"within {days(int(number))}", best, tenths(best), (low, high)))
    dot, bar = "worlds at war, counted", "95 % interval of chance in the simulation"
    if "splitting" in run["war"]:
        dot = "odds by splitting"
    elif "precision" in run:
        bar = "95 % interval by counting and weighing together"
        dot = "the middle of the bar" if _together(run) else dot
    top = max(row.inner[1] for row in rows if row.inner is not None) * 1.1 or 1.0
    return Chart(
        "odds",
        "The odds of all-out war by the day",
        "Dots with intervals: " + "; ".join(f"{row.label} {row.text} in 100" for row in rows) + ".",
        f"Dot: {dot}; bar: {bar}.",
        lambda narrow: forest(narrow, (Group("", tuple(rows)),), "worlds in 100 that come to all-out war", (0.0, top)),
    )


def _routes(run: Document) -> Section | None:
    routes: Mapping[str, float] = run["routes"]
    if not routes:
        return None
    first, part = next(iter(routes.items()))
    some = dict(list(routes.items())[:_MOST_ROUTES])
    rows = tuple((name, percent(share), ROUTE_MEANINGS[name]) for name, share in routes.items())
    told = listed([f"{name} {percent(share)}" for name, share in some.items()])
    return Section(
        "routes",
        "How war comes",
        (
            Text(
                f"The commonest route to war is “{first}”, in {percent(part)} of {count(run['war']['wars'], 'war')}: "
                f"{ROUTE_MEANINGS[first]}.",
                "lead",
            ),
            Chart(
                "routes",
                "Routes to all-out war",
                f"Bars of the share of wars by route: {told}.",
                "The motive or error that carried the last step to all-out war.",
                lambda narrow: _bars(narrow, some),
            ),
            Table(
                "Routes to war", ("Route", "Share of wars", "Meaning"), tuple((a, b, c) for a, b, c in rows), words=3
            ),
        ),
    )


def _bars(narrow: bool, parts: Mapping[str, float]) -> Figure:
    figure = canvas(narrow, 0.3 * len(parts) + 0.35)
    axes = figure.add_subplot()
    for place, value in enumerate(parts.values()):
        axes.barh(-place, 100 * value, 0.6, color=ORANGE, edgecolor=INK, lw=0.8)
        axes.annotate(percent(value), (100 * value, -place), (5, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(0, -len(parts), -1), [folded(name, 16 if narrow else 30) for name in parts])
    axes.set_xlim(0.0, 100.0 * max(parts.values()) * (1.3 if narrow else 1.15))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_color(FAINT)
    ticks(axes)
    return figure


def _lives(run: Document) -> Section:
    endings = {name: part for name, part in run["endings"].items() if part > 0.0}
    rows = tuple((name, percent(part), LIVES[name]) for name, part in endings.items())
    peaks = tuple((f"{rung}", percent(part), label(int(rung))) for rung, part in run["peak_rung"].items())
    common_ending = max(endings, key=lambda name: float(endings[name]))
    return Section(
        "lives",
        f"How the worlds stand after {period(run['horizon_weeks'])}",
        (
            Text(f"Most often: {LIVES[common_ending]} ({percent(endings[common_ending])} of worlds).", "lead"),
            Table("Where the worlds stand at the end", ("Standing", "Share", "Meaning"), rows, words=3),
            Table("Highest rung of the crisis", ("Rung", "Share", "What it is"), peaks, words=3),
        ),
    )


def _limits(run: Document) -> list[str]:
    war = run["war"]
    return [
        f"Chance in the simulation alone moves the odds by {100 * (war['high'] - war['low']) / 2:.1f} "
        "in 100 either way "
        f"(95 %); what the model leaves out, or has wrong, is not in that interval.",
        "The level of the odds was set with base rates of interstate war in view: it is no test of the model.",
    ]
