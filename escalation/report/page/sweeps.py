"""The page of a sweep: the odds over its points, as a curve, a map or a table, set beside the reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from escalation.analysis.crossing import SURE
from escalation.analysis.sweep_result import FAILED, NOT_RUN, REFERENCE, shown
from escalation.report.beside import (
    chance_sentence,
    movers_words,
    signs_words,
    stopped_words,
    wider_words,
)
from escalation.report.drawn import how_drawn, noise_words, share_words
from escalation.report.missing import lacking_words
from escalation.report.page import common, record
from escalation.report.page.material import Document, Material
from escalation.report.page.parts import Command, Page, Section, Table, Text, present
from escalation.report.page.sweep_charts import (
    MOST_COLUMNS,
    MOST_POINTS,
    brief,
    cumulative_chart,
    evens_of,
    gone_from,
    heat_map,
    is_drawn,
    is_numeric,
    known_rows,
    line_chart,
    map_borders,
    noun_of,
    reference_name,
    rows_chart,
    stated_odds,
)
from escalation.report.words import count, day, opening, period, small
from escalation.worlds.folder import resume_command

_MOST_NAMED: Final = 3
"""Keys by which a missing point is named."""
_SHOWN: Final = (
    *("war_odds", "war_low", "war_high", "war_middle", "worlds", "reference_odds", "reference_middle"),
    *("difference_odds", "difference_low", "difference_high"),
)
"""What the page may say of a point."""


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
    names = (*(key["key"] for key in sweep["keys"][:MOST_COLUMNS]), *_SHOWN)
    return [{name: row[name] for name in names if name in row} for row in sweep["rows"]]


def _banner(lacking: str) -> str:
    return f"{lacking}. “What is missing” below says which, and how it is run." if lacking else ""


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
        left = len(rows) - MOST_POINTS
        more = f"; {left:,} more are in sweep.json" if left > 0 else ""
        caption = (
            f"{opening(count(min(len(rows), MOST_POINTS), noun_of(sweep)))} without odds, or without all worlds{more}"
        )
        blocks.append(Table(caption, (opening(noun_of(sweep)), "State", "Error"), tuple(rows[:MOST_POINTS]), words=3))
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
    if is_drawn(sweep):
        blocks.append(Text(opening(how_drawn([key["key"] for key in keys], uncertain, sweep["points"])), "lead"))
    if not is_drawn(sweep) or len(keys) <= MOST_POINTS:
        rows = tuple((key["key"], _role(key), shown(key["own"]), key["meaning"]) for key in keys)
        head = ("Key", "What it is", "In the scenario", "Meaning")
        blocks.append(Table(f"What varies over the {noun_of(sweep)}s", head, rows, words=4))
    else:
        blocks.append(Text("Each is named in sweep.json, with what the scenario says of it.", "note"))
    return Section("keys", "What varies", tuple(blocks))


def _role(key: Document) -> str:
    roles = {"lever": "a lever", "uncertain": "uncertain", "constant": "a constant"}
    return roles.get(key["role"], "structure")


def _odds(sweep: Document) -> Section:
    known, shape = known_rows(sweep), sweep["shape"]
    keys = [key["key"] for key in sweep["keys"]]
    blocks: list[Any] = []
    if known and shape is not None and len(shape) == 1 and is_numeric(sweep, 0):
        blocks.append(line_chart(sweep, keys[0]))
    elif known and shape is not None and len(shape) == 2:
        blocks.append(heat_map(sweep, keys))
    elif known and is_drawn(sweep):
        blocks += _spreads(sweep, known)
    elif known:
        blocks.append(rows_chart(sweep, keys))
    if wide := _wider(sweep):
        blocks.insert(0, Text(wide, "lead"))
    if any(row.get("difference_odds") is not None for row in known):
        blocks.insert(0, Text(_beside(sweep, known), "lead"))
    blocks.append(_table(sweep, keys))
    return Section("odds", f"The odds over the {noun_of(sweep)}s", tuple(blocks))


def _wider(sweep: Document) -> str:
    """How many points ran to the most worlds without getting to the precision asked for; empty where all did."""
    held = sweep.get("wider") or {"points": (), "half_width": None}
    words = wider_words(len(held["points"]), noun_of(sweep), held["half_width"], sweep["worlds"])
    return f"Run until ± {100 * sweep['precision']:g} in 100: {words}." if words else ""


def _beside(sweep: Document, known: Sequence[Document]) -> str:
    told = [row for row in known if row["difference_low"] is not None]
    more = sum(row["difference_low"] > 0.0 for row in told)
    less = sum(row["difference_high"] < 0.0 for row in told)
    same = len(told) - more - less
    # of another scenario the headline has said it
    said = "" if sweep["reference"]["same_points"] else chance_sentence(len(told), noun_of(sweep))
    where = _signs(sweep)
    return (
        f"Beside {reference_name(sweep)}, in the same worlds, {_verdicts(more, less, same, noun_of(sweep))}.{said}"
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
    if shape is not None and len(shape) == 1 and sweep["reference"]["same_points"] and is_numeric(sweep, 0):
        return "" if max(shape) < 2 or evens_of(sweep, sweep["keys"][0]["key"]) else signs_words({})
    if shape is None or len(shape) != 2 or not (is_numeric(sweep, 0) or is_numeric(sweep, 1)) or max(shape) < 2:
        return ""
    found = map_borders(sweep)
    return signs_words({sure: sum(piece.sure == sure for piece in found) for sure in SURE})


# -- one number --------------------------------------------------------------------------------------------------


# -- two keys ----------------------------------------------------------------------------------------------------


# -- draws from the priors ---------------------------------------------------------------------------------------
def _spreads(sweep: Document, known: Sequence[Document]) -> list[Any]:
    """How the odds, and the differences from another scenario, spread over the draws: there is no break-even."""
    held = sweep["distribution"]
    odds = held["odds"]
    blocks: list[Any] = [cumulative_chart(odds, known), _quantiles("The odds over the draws, in 100", odds, "")]
    if held["difference"] is not None and sweep["reference"]["same_points"]:
        caption = f"{opening(sweep['scenario'])} less {reference_name(sweep)}, paired within each draw, in 100"
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


# -- any points --------------------------------------------------------------------------------------------------


def _table(sweep: Document, keys: Sequence[str]) -> Table:
    few = list(keys) if len(keys) <= MOST_COLUMNS else [] if is_drawn(sweep) else list(keys[:MOST_COLUMNS])
    beside = sweep["reference"] is not None
    rows, gone = [], gone_from(sweep)
    chosen = _chosen(sweep)
    by_number = is_drawn(sweep) or len(few) < len(keys)
    for place in chosen:
        row = sweep["rows"][place]
        told = row["war_odds"] is not None
        odds = f"{100 * stated_odds(row):.2f}" if told else gone[place]
        interval = f"{100 * row['war_low']:.2f} to {100 * row['war_high']:.2f}" if told else ""
        cells = [*([str(place)] if by_number else []), *(brief(row[key]) for key in few), odds, interval]
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
        *([opening(noun_of(sweep))] if by_number else []),
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
    return Table(f"{opening(count(len(rows), noun_of(sweep)))}{more}", head, tuple(rows))


def _chosen(sweep: Document) -> list[int]:
    """The points of a table: all if they are few, else as many as it holds, at even steps of their rank by odds."""
    rows = sweep["rows"]
    if len(rows) <= MOST_POINTS:
        return list(range(len(rows)))
    known = [place for place, row in enumerate(rows) if row["war_odds"] is not None]
    ranked = sorted(known, key=lambda place: -stated_odds(rows[place]))
    most = min(len(ranked), MOST_POINTS)
    return [ranked[step * (len(ranked) - 1) // max(most - 1, 1)] for step in range(most)]


def _limits(sweep: Document, uncertain: int) -> list[str]:
    every = is_drawn(sweep) and len(sweep["keys"]) == uncertain
    rest = "" if every else "Numbers that do not vary stand at their central values; "
    whose = f"the intervals of a {noun_of(sweep)}" if is_drawn(sweep) else "the intervals"
    said = [opening(f"{rest}{whose} are chance in the simulation alone.")]
    if not is_drawn(sweep) and (moved := movers_words(sweep.get("movers", ()))):
        said.append(moved)
    if "precision" in sweep:
        said.append(stopped_words(noun_of(sweep), sweep["reference"] is not None))
    return said
