"""One world told as a picture: what each side meant, what was done, and what the other took it for."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from escalation.ladder import label
from escalation.model.outcomes import ROUTE_MEANINGS
from escalation.report.page.canvas import BLUE, FAINT, INK, MUTED, PALE, VERMILLION, Chart, canvas, ticks
from escalation.report.page.parts import Command, Section, Text
from escalation.report.words import count, listed, opening, period, small

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CANDIDATES: Final = 6
"""Worlds among which the one that is told is chosen."""
LENGTH: Final = (6, 40)
"""Weeks to war of a world that makes a readable picture."""
APART: Final = 0.5
"""Rungs by which an act has to be misread to count as one of another rung: they are read as the nearest."""


def section(world: Mapping[str, Any] | None) -> Section | None:
    """The world's story in numbers and its timeline; None without a world."""
    if world is None:
        return None
    told = world.get("explain")  # only of a shipped scenario as it is: no command tells another
    return Section(
        "world",
        "One world, week by week",
        (
            Text(_ending(world), "lead"),
            Text(_slips(world)),
            _chart(world),
            Text(
                "It is one of many worlds, and no forecast. Of those in which war came by the commonest route (where "
                f"there are such, in weeks {LENGTH[0]} to {LENGTH[1]}), it is the one of the first "
                f"{small(CANDIDATES)} in which most acts went astray: it shows errors more often than most worlds do."
                f"{' The same world as a story:' if told else ''}"
            ),
            *([Command(shlex.join(told))] if told else []),
        ),
    )


def _moves(world: Mapping[str, Any], role: str) -> list[tuple[int, Mapping[str, Any]]]:
    return [(week["week"], move) for week in world["weeks"] for move in week["moves"] if move["role"] == role]


def _ending(world: Mapping[str, Any]) -> str:
    titles = world["titles"]
    last = world["weeks"][-1]["week"]
    if world["ending"] == "war":
        meaning = ROUTE_MEANINGS[world["route"]]
        for role in ("defender", "challenger"):
            meaning = meaning.replace(f"the {role}", titles[role])
        return (
            f"In world {world['world']} of {world['runs']:,}, all-out war comes in week {last}, by the route "
            f"“{world['route']}”: {meaning}. Civilians dead: {world['tallies']['dead_civilian']:,}."
        )
    return f"In world {world['world']} of {world['runs']:,} there is no all-out war within {period(last)}."


def _slips(world: Mapping[str, Any]) -> str:
    """How many acts were carried out or read as others."""
    said = []
    for role, other in (("defender", "challenger"), ("challenger", "defender")):
        acts = [move for _, move in _moves(world, role) if move["executed_rung"] > 1 or move["intended_rung"] > 1]
        slipped = sum(move["executed"] != move["intended"] for move in acts)
        misread = sum(_misread(move) for move in acts)
        titles = world["titles"]
        said.append(
            f"Of {count(len(acts), 'act')} of {titles[role]}, {slipped or 'none'} went other than it was meant, and "
            f"{titles[other]} took {misread or 'none'} for one on another rung."
        )
    return " ".join(said)


def _misread(move: Mapping[str, Any]) -> bool:
    return abs(float(move["perceived_rung"]) - float(move["executed_rung"])) >= APART


def _chart(world: Mapping[str, Any]) -> Chart:
    titles = world["titles"]
    worst = []
    for role in ("defender", "challenger"):
        week, move = max(_moves(world, role), key=lambda pair: pair[1]["executed_rung"])
        rung = move["executed_rung"]
        worst.append(f"{titles[role]} reaches rung {rung} ({label(rung)}) in week {week}")
    return Chart(
        "world",
        "Meant, done, and seen",
        f"Two panels over the weeks, rungs 1 to 10 upwards, one for {titles['defender']} and one for "
        f"{titles['challenger']}; between them the attacks by partners. {opening(listed(worst))}. {_slips(world)}",
        "Ring: the rung meant. Square: what was done. Cross: what the other side took it for. A thick line joins "
        "meant and done, a dotted one done and seen, where they differ.",
        lambda narrow: _draw(narrow, world),
    )


def _draw(narrow: bool, world: Mapping[str, Any]) -> Figure:
    from matplotlib.lines import Line2D

    figure = canvas(narrow, 5.2)
    panels = figure.subplots(3, 1, sharex=True, height_ratios=(3, 0.8, 3))
    last = world["weeks"][-1]["week"]
    titles = world["titles"]
    for axes, role, colour in ((panels[0], "defender", BLUE), (panels[2], "challenger", VERMILLION)):
        _side(axes, _moves(world, role), colour, last)
        axes.set_title(opening(titles[role]))
        axes.set_ylabel("rung")
    _attacks(panels[1], world, narrow)
    if world["ending"] == "war":
        # the last act of force is where the war begins
        role = next(m["role"] for week in world["weeks"][::-1] for m in week["moves"][::-1] if m["executed_rung"] > 1)
        axes = panels[0] if role == "defender" else panels[2]
        axes.annotate("all-out war", (last, 10), (-6, 0), textcoords="offset points", ha="right", va="center",
                      fontweight="bold")  # fmt: skip
    panels[2].set_xlabel("week")
    panels[2].set_xlim(0.3, last + 0.7)
    panels[2].xaxis.get_major_locator().set_params(integer=True)
    ring = Line2D([], [], marker="o", mfc="white", mec=INK, ls="none", ms=7, label="meant")
    square = Line2D([], [], marker="s", mfc=MUTED, mec=INK, ls="none", ms=5, label="done")
    cross = Line2D(
        [], [], marker="x", mec=INK, ls="none", ms=6, mew=1.4, label="seen" if narrow else "seen by the other side"
    )
    panels[0].legend(
        handles=[ring, square, cross],
        loc="lower left",
        bbox_to_anchor=(0.0, 1.13),
        ncols=3,
        columnspacing=1.0,
        handletextpad=0.2,
        borderpad=0.0,
        borderaxespad=0.0,
    )
    return figure


def _side(axes: Axes, moves: Sequence[tuple[int, Mapping[str, Any]]], colour: str, last: int) -> None:
    turns: dict[int, int] = {}
    most = max((sum(week == other for other, _ in moves) for week, _ in moves), default=1)
    for week, move in moves:
        place = turns.get(week, 0)
        turns[week] = place + 1
        x = week + 0.7 * place / max(most, 1)
        meant, done, seen = float(move["intended_rung"]), float(move["executed_rung"]), float(move["perceived_rung"])
        seen = min(max(seen, 1.0), 10.0)
        if meant == done == 1.0 and abs(seen - done) < APART:
            axes.plot(x, 1.0, marker=".", ms=3, color=MUTED)
            continue
        if meant != done:
            axes.plot([x, x], [meant, done], color=INK, lw=2.4, zorder=1)
        if abs(seen - done) >= APART:
            axes.plot([x, x], [done, seen], color=INK, lw=1.2, ls=":", zorder=1)
        axes.plot(x, meant, marker="o", mfc="white", mec=colour, mew=1.2, ms=7.5, zorder=2)
        axes.plot(x, done, marker="s", color=colour, ms=4.5, zorder=3)
        axes.plot(x, seen, marker="x", color=INK, ms=5.5, mew=1.3, zorder=4)
    axes.set_ylim(0.3, 10.8)
    axes.set_yticks([1, 4, 7, 10])
    axes.axhspan(6.5, 10.8, color=PALE, lw=0, zorder=0)
    axes.grid(axis="y")
    axes.spines["left"].set_color(FAINT)
    ticks(axes)


def _attacks(axes: Axes, world: Mapping[str, Any], narrow: bool) -> None:
    """A tick for each week with attacks by proxies, a number where they killed."""
    weeks = [(week["week"], sum(a["attacks"] for a in week["attacks"]), sum(a["dead"] for a in week["attacks"]))
             for week in world["weeks"]]  # fmt: skip
    some = [(week, attacks, dead) for week, attacks, dead in weeks if attacks]
    axes.bar(
        [week for week, _, _ in some], [attacks for _, attacks, _ in some], 0.5, color=FAINT, edgecolor=MUTED, lw=0.5
    )
    most = max((attacks for _, attacks, _ in some), default=1)
    for week, attacks, dead in some:
        if dead:
            axes.plot(week, attacks + 0.3 * most, marker="P", color=INK, ms=6)
    axes.set_ylim(0, 1.7 * most)
    axes.set_yticks([0, most])
    axes.set_title(
        f"Attacks by partners{' ' if narrow else ' on ' + world['titles']['defender'] + ' '}(plus: deaths)", fontsize=9
    )
    axes.spines["left"].set_color(FAINT)
    ticks(axes)
