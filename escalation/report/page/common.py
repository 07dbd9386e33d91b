"""Sections that every page may have: who dies, what it does not show, and how to get it again."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from escalation.report.page.canvas import FAINT, INK, ORANGE, Chart, brief, canvas, folded, ticks
from escalation.report.page.material import Material
from escalation.report.page.parts import Command, Items, Section, Table, Text
from escalation.report.words import day, days, dead, listed, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CIVILIAN: Final = "civilian"
_DIGITS: Final = 16
"""Digits of a scenario's digest that are shown; the manifest holds all."""


def toll_section(tolls: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Section | None:
    """Mean dead a world, civilians first; None without any arm."""
    if not tolls:
        return None
    when = days(tolls[0]["horizon_days"])
    totals = [(names[toll["arm"]], toll["dead"].get(CIVILIAN, 0.0), sum(toll["dead"].values())) for toll in tolls]
    said = [
        f"{dead(whole)} under “{name}”, {percent(civilians / whole)} of them civilians"
        if whole > 0.0
        else f"none under “{name}”"
        for name, civilians, whole in totals
    ]
    sides = list(dict.fromkeys(side for toll in tolls for side in toll["dead"] if side != CIVILIAN))
    rows = tuple(
        (
            names[toll["arm"]],
            dead(toll["dead"].get(CIVILIAN, 0.0)),
            *(dead(toll["dead"].get(side, 0.0)) for side in sides),
        )
        for toll in tolls
    )
    return Section(
        "toll",
        "Who dies",
        (
            Text(
                f"Averaged over all worlds, those with an all-out war and those without, so many people die within "
                f"{when}: {listed(said)}.",
                "lead",
            ),
            Chart(
                "toll",
                f"The dead within {when}, averaged over all worlds",
                f"Bars of the mean number of dead, civilians plain, others hatched: {listed(said)}.",
                "Plain: civilians of any country. Hatched: soldiers, officials and fighters of all sides. A mean over "
                "all worlds: a few worlds at war hold nearly all of the dead.",
                lambda narrow: _toll(narrow, totals),
            ),
            Table(f"Mean dead a world within {when}", ("Scenario", "civilians", *sides), rows),
        ),
    )


def _toll(narrow: bool, totals: Sequence[tuple[str, float, float]]) -> Figure:
    figure = canvas(narrow, 0.42 * len(totals) + 0.65)
    axes = figure.add_subplot()
    top = max(whole for _, _, whole in totals) or 1.0
    for place, (_, civilians, whole) in enumerate(totals):
        axes.barh(-place, civilians, 0.6, color=ORANGE, edgecolor=INK, lw=0.8)
        axes.barh(
            -place, whole - civilians, 0.6, left=civilians, facecolor="white", edgecolor=INK, hatch="////", lw=0.8
        )
        axes.annotate(f"{dead(civilians)} + {dead(whole - civilians)}", (whole, -place), (5, 0), va="center",
                      textcoords="offset points")  # fmt: skip
    axes.set_yticks(
        range(0, -len(totals), -1),
        [folded(brief(name, 28 if narrow else 60), 15 if narrow else 30) for name, _, _ in totals],
    )
    axes.set_xlim(0.0, top * (2.4 if narrow else 1.3))
    axes.set_xlabel("mean dead a world: civilians + others")
    axes.locator_params(axis="x", nbins=4 if narrow else 7)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if top >= 10 else f"{value:g}")
    axes.spines["bottom"].set_color(FAINT)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    ticks(axes, bare=True)
    return figure


def limits_section(sentences: Sequence[str]) -> Section | None:
    """What a reader must not make of the page; None where there is nothing to say."""
    return Section("limits", "What this does not show", (Items(tuple(sentences)),)) if sentences else None


def again_section(material: Material) -> Section:
    """The command, the seed, versions, and the digests of the scenarios."""
    held = material.manifest
    versions = ", ".join(f"{name} {version}" for name, version in held["versions"].items())
    commit = held.get("git_commit")
    rows = tuple((s["name"], s["title"], s["digest"][:_DIGITS]) for s in held["scenarios"])
    about = (
        f"Seed {held['seed']}; {versions}{f'; commit {commit}' if commit else ''}. The same command with the same "
        "versions gives the same figures to the last digit, on any number of processors."
    )
    return Section(
        "again",
        "How to get the same again",
        (
            Command(shlex.join(str(word) for word in held["command"])),
            Text(about),
            Table("Scenarios as they were run", ("Name", "Title", "Digest"), rows, words=3),
        ),
    )


def foot(material: Material) -> tuple[str, ...]:
    """When it was run and by what."""
    held = material.manifest
    began = day(dt.datetime.fromisoformat(held["started"]).date())
    return (
        f"Made by escalation {held['versions']['escalation']} from a run of {began}. Simulated "
        "worlds: none of them was "
        "observed.",
    )
