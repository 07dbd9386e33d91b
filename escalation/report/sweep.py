"""What ``sweep`` prints: what moves the odds in a sentence, the keys, a table of the points, and the break-even."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from escalation.analysis.crossing import break_even, sign_changes
from escalation.analysis.movers import POINTS, Mover, few_worlds
from escalation.analysis.sweep_result import (
    FAILED,
    LESS,
    MORE,
    NOT_RUN,
    REFERENCE,
    SAME,
    Key,
    PointResult,
    Reference,
    SweepResult,
    shown,
)
from escalation.report.beside import (
    chance_sentence,
    difference_cells,
    difference_head,
    differences_sentence,
    even_words,
    is_against,
    movers_words,
    other,
    signs_words,
    stopped_words,
    wider_words,
)
from escalation.report.drawn import by_themselves, how_drawn, noise_words, spread_sentence, spread_table
from escalation.report.foresight import foresight_text
from escalation.report.layout import WIDTH, bold, dim, wrapped
from escalation.report.missing import failed_words, missing_words, unknown_words
from escalation.report.words import between, count, day, listed, of_workers, opening, period, so_many
from escalation.scenario.points import Points

MOST_ROWS: Final = 40
MOST_LINES: Final = 60
"""Of a matrix of differences, heads and gaps among them; its columns seldom fit side by side."""
MOST_KEYS: Final = 12
MOST_KEYS_TOLD: Final = 3
LONGEST_CELL: Final = 12
_MARKS: Final = {MORE: "+", LESS: "-", SAME: "="}
_KINDS: Final = {
    "grid": "a grid",
    "list": "a list",
    "lhs": "a Latin hypercube",
    "sobol": "a scrambled Sobol' sequence",
    "priors": "a sample from the priors",
}


def sweep_text(result: SweepResult, *, colour: bool = False) -> str:
    """The report of ``sweep``, at most 100 columns wide."""
    return _Report(result, colour).text()


def sizes_text(points: Points, keys: Sequence[Key], size: Mapping[str, Any]) -> str:
    """What a sweep that is not run would take; ``size`` as ``--dry-run --json`` prints it."""
    beside = size["reference"]
    own = "one point more for the scenario as it stands"
    other = f"as many for {beside['scenario']}"
    reference = own if beside["points"] == 1 and len(points) > 1 else other
    most = "at most " if "precision" in size else ""
    until = f"to ± {100 * size['precision']['asked']:g} in 100, at most " if most else ""
    text = (
        f"{size['scenario']}: {_KINDS[points.kind]} of {size['points']:,} points of {most}{size['worlds']:,} worlds, "
        f"and {reference}: {until}{size['all_worlds']:,} worlds of {size['horizon_weeks']:,} weeks, "
        f"{size['world_weeks']:,} world-weeks in {size['parts']:,} parts. "
        f"{'At most about' if most else 'About'} {size['memory_bytes'] / 1e6:,.0f} MB of memory beside the libraries, "
        f"{size['disk_bytes'] / 1e6:,.1f} MB on disk with --out, {size['estimated_seconds']:,.0f} seconds with "
        f"{of_workers(size['workers'])}{_ahead(size)}. Nothing was run."
    )
    lines = wrapped(text)
    if points.kind == "priors":
        lines += wrapped(how_drawn(points.keys, size["uncertain_numbers"], len(points)), "  ", "    ")
        if len(keys) > MOST_KEYS:
            return "\n".join([*lines, "  --json lists them"])
    for place, key in enumerate(keys[:MOST_KEYS]):
        lines += _key_lines(points, place, key)
    if len(keys) > MOST_KEYS:
        lines.append(f"  and {len(keys) - MOST_KEYS:,} keys more; --json lists them")
    return "\n".join(lines)


def _ahead(size: Mapping[str, Any]) -> str:
    if "foresight" not in size:
        return ""
    told = size["foresight"]
    return f", {told['estimated_seconds']:,.0f} of them to solve {count(told['points'], 'point')} for foresight"


def headline(result: SweepResult) -> str:
    """In plain sentences: at how many points the odds are shown to differ from another scenario's, where there is one;
    which key moves the odds of war most, from what to what, and what lies at the ends.
    """
    moved = _moved(result)
    return f"{differences_sentence(result)} {moved}" if is_against(result) else moved


def _moved(result: SweepResult) -> str:
    when = f"within {period(result.horizon)} of {day(result.scenario.start.date)}"
    when = f"under {result.scenario.name} {when}" if is_against(result) else when
    if not _any_known(result):
        return f"{unknown_words(result)}: the odds of all-out war {when} are unknown."
    if result.drawn:
        return spread_sentence(result, when)
    found = result.movers
    if not found:
        least, most = _ends(result)
        if least is most and most.stated is not None:
            return f"The odds of all-out war {when} are {between(most.stated.odds, most.stated.low, most.stated.high)}."
        ends = f"from {_odds_of(least)} at {_at(result, least)} to {_odds_of(most)} at {_at(result, most)}"
        return f"The odds of all-out war {when} run {ends}."
    first = found[0]
    if not first.told:
        least, most = _ends(result)
        none = first.key if len(found) == 1 else f"None of the {len(found)} keys"
        return (
            f"{none} is {'not ' if len(found) == 1 else ''}shown to move the odds of all-out war {when}: what it does "
            f"may be chance in {_few(result, first)} so few. The points run from {_odds_of(least)} to {_odds_of(most)}."
        )
    sentence = f"{first.key} moves the odds of all-out war {when} {'most, ' if len(found) > 1 else ''}{_span(first)}"
    sentence += _over_the_rest(result, len(found))
    rest = [f"{mover.key} {_span(mover)}" for mover in found[1:3] if mover.told]
    if rest:
        sentence += f"; {listed(rest)}"
    silent = [mover.key for mover in found if not mover.told]
    if silent and len(silent) <= 2:
        sentence += f"; {listed(silent)} {'is' if len(silent) == 1 else 'are'} not shown to move them"
    return f"{sentence}."


def _few(result: SweepResult, mover: Mover) -> str:
    """What there is too little of for a key's effect to be told: worlds of a grid, points of a sample, or both."""
    if mover.by != POINTS:
        return "worlds"
    return "points and worlds" if few_worlds(result) else "points"


def _over_the_rest(result: SweepResult, keys: int) -> str:
    if result.points.shape is None:
        return " (means of the points in the lowest and the highest fifth)" if keys else ""
    return " on average over the rest" if len(result.points.keys) > 1 else ""


def _span(mover: Mover) -> str:
    low, high = _so_many(mover.odds_low), _so_many(mover.odds_high)
    return f"from {low} at {_rounded(mover.low)} to {high} at {_rounded(mover.high)}"


def _rounded(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else shown(value)


def _any_known(result: SweepResult) -> bool:
    return len(result.missing) < len(result)


def _ends(result: SweepResult) -> tuple[PointResult, PointResult]:
    """The points of the least and of the greatest odds; the same object where they are one point."""
    odds = result.odds[:, 0]
    least, most = int(np.nanargmin(odds)), int(np.nanargmax(odds))
    found = result.results[least]
    return found, found if least == most else result.results[most]


def _odds_of(found: PointResult) -> str:
    return "unknown odds" if found.stated is None else _so_many(found.stated.odds)


def _so_many(odds: float) -> str:
    return so_many(odds) if odds > 0.0 else "0 in 100"


def _at(result: SweepResult, found: PointResult) -> str:
    return ", ".join(
        f"{key} {shown(value)}" for key, value in zip(result.points.keys[:MOST_KEYS_TOLD], found.setting, strict=False)
    )


class _Report:
    def __init__(self, result: SweepResult, colour: bool) -> None:
        self.result = result
        self.noun = "draw" if result.drawn else "point"
        self.colour = colour

    def text(self) -> str:
        result = self.result
        lines = wrapped(headline(result))
        lines[0] = bold(lines[0], self.colour)
        lines += ["", *wrapped(self.about())]
        lines += ["", dim("What varies", self.colour), *self.keys()]
        if _any_known(result):
            shape = result.points.shape
            lines += ["", dim(f"Odds of all-out war within {period(result.horizon)}, in 100", self.colour)]
            if shape is not None and len(shape) == 1:
                lines += self.line_table()
            elif shape is not None and len(shape) == 2:
                lines += self.matrix()
            else:
                lines += self.spreads()
                lines += self.long_table()
            lines += self.reference()
        if result.failures:
            lines += ["", *self.failures()]
        lines += ["", *wrapped(self.noise())]
        if not result.drawn:
            lines += wrapped(movers_words([mover.to_json() for mover in result.movers]))
        if result.precision is not None:
            lines += wrapped(stopped_words(self.noun, result.reference is not None))
        if result.certified:
            lines += wrapped(foresight_text(result.certified))
        return "\n".join(lines)

    def about(self) -> str:
        result = self.result
        worlds = {found.worlds for found in result.results}
        size = (
            f"{result.worlds:,} worlds each"
            if {result.worlds} == worlds and result.precision is None
            else self.sizes(worlds)
        )
        points = count(len(result), "point")
        return (
            f"{result.scenario.title}. Rule: {result.rule}. Seed {result.seed}. "
            f"{opening(_KINDS[result.points.kind])} of {points}, {size}; the same worlds at every "
            "point, so that luck cancels."
        )

    def sizes(self, worlds: set[int]) -> str:
        span = f"{min(worlds):,} {f'to {max(worlds):,} ' if len(worlds) > 1 else ''}worlds each"
        if self.result.precision is None:
            return f"{span} (of {self.result.worlds:,} asked for)"
        spent = sum(found.worlds for found in self.result.results)
        wide = wider_words(len(self.result.wider), self.noun, self.result.half_width, self.result.worlds)
        capped = f"; {wide}" if wide else ""
        short = len(self.result.short)
        capped += f"; {count(short, self.noun)} of which worlds are missing" if short else ""
        return f"{span}, {spent:,} in all, run until ± {100 * self.result.precision:g} in 100{capped}"

    # -- keys ----------------------------------------------------------------------------------------------------
    def keys(self) -> list[str]:
        chosen = self.keys_to_show()
        lines = []
        if self.result.drawn:
            uncertain = len(self.result.scenario.uncertain())
            drawn = how_drawn(self.result.points.keys, uncertain, len(self.result))
            lines += [*wrapped(opening(drawn), "  ", "    "), *by_themselves(self.result)]
        for place in chosen:
            lines += _key_lines(self.result.points, place, self.result.keys[place])
        left = len(self.result.keys) - len(chosen)
        if left and not chosen:
            lines.append("  --json lists them")
        elif left:
            lines += wrapped(f"and {left:,} keys more; --json lists them", "  ")
        return lines

    def keys_to_show(self) -> list[int]:
        """Places of the keys that are named: all if they are few, else those that are known to move the odds.

        Of many that are drawn at once none need be.
        """
        keys = self.result.points.keys
        if len(keys) <= MOST_KEYS:
            return list(range(len(keys)))
        told = [keys.index(mover.key) for mover in self.result.movers if mover.told]
        return told[:MOST_KEYS] or ([] if self.result.drawn else [0])

    # -- tables --------------------------------------------------------------------------------------------------
    def line_table(self) -> list[str]:
        key, (axis,) = self.result.points.keys[0], self.result.points.axes()
        rows = [(text, *self.figures(place)) for place, text in enumerate(_briefly(axis))]
        return self.barred((_cut(key, 24), *self.heads()), rows, range(len(rows)))

    def heads(self) -> tuple[str, ...]:
        beside = difference_head(self.result) if is_against(self.result) else ()
        return "odds", "95 % interval", *beside, ""

    def figures(self, place: int) -> tuple[str, ...]:
        """What stands under ``heads``: the odds, their interval, the difference from another scenario, the mark."""
        found = self.result.results[place]
        beside = difference_cells(found) if is_against(self.result) else ()
        if found.stated is None:
            return self.result.missing[place], "", *("" for _ in beside), ""
        interval = f"{100 * found.stated.low:.2f} to {100 * found.stated.high:.2f}"
        return f"{100 * found.stated.odds:.2f}", interval, *beside, self.mark(found)

    def barred(self, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], points: Sequence[int]) -> list[str]:
        """Rows of cells, each followed by a bar as long as its odds; long tables are cut."""
        kept, left = rows[:MOST_ROWS], len(rows) - MOST_ROWS
        widths = [max(len(row[i]) for row in (head, *kept)) for i in range(len(head))]
        used = 2 + sum(widths) + 2 * len(widths)
        room = min(WIDTH - used, 40)
        top = float(np.nanmax(self.result.odds[:, 0]))

        def line(row: tuple[str, ...]) -> str:
            cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            return "  " + "  ".join(cells)

        lines = [line(head).rstrip()]
        for row, point in zip(kept, points, strict=False):
            war = self.result.results[point].stated
            bar = "" if war is None or room < 4 or top <= 0.0 else "#" * max(round(room * war.odds / top), 0)
            lines.append(f"{line(row)}  {bar}".rstrip())
        return [*lines, *self.rest(left)]

    def rest(self, left: int) -> list[str]:
        if left <= 0:
            return []
        where = f"{self.result.folder}/results.csv" if self.result.folder else "results.csv under --out DIR, or --json"
        return wrapped(f"{left:,} {self.noun}s more: {where}", "  ")

    def mark(self, found: PointResult) -> str:
        return "" if found.paired is None else _MARKS[found.paired.verdict]

    def matrix(self) -> list[str]:
        """Rows for the first key, columns for the second."""
        result = self.result
        lines = wrapped(f"rows: {result.points.keys[0]}; columns: {result.points.keys[1]}", "  ")
        lines += [*self.blocks([self.cell(found) for found in result.results], MOST_ROWS), *self.widths()]
        if result.missing:
            reasons = list(result.missing.values())
            said = missing_words(reasons.count(FAILED), reasons.count(NOT_RUN), len(result), self.noun)
            lines += wrapped(f"?: {said[:1].lower()}{said[1:]}", "  ")
        if is_against(result):
            about = f"{result.scenario.name} less {other(result)} in the same worlds, in 100, with the 95 % interval"
            lines += ["", *wrapped(f"{about} of the paired difference", "  ")]
            cells = [self.difference(found) for found in result.results]
            lines += self.blocks(cells, None)
        return lines

    def blocks(self, cells: Sequence[str], most: int | None) -> list[str]:
        """Cells of all points as a matrix, as many columns side by side as fit; ``most`` rows, or ``MOST_LINES``."""
        down, across = self.result.points.axes()
        rows = [cells[i * len(across) : (i + 1) * len(across)] for i in range(len(down))]
        labels = [_cut(text, LONGEST_CELL) for text in _briefly(down)]
        heads = [_cut(text, LONGEST_CELL) + " " for text in _briefly(across)]
        left = max(len(label) for label in labels[:MOST_ROWS])
        cell = max(len(text) for row in (heads, *rows) for text in row)
        fit = max((WIDTH - 2 - left) // (cell + 1), 1)
        kept = min(len(down), max(MOST_LINES // -(-len(across) // fit) - 2, 1) if most is None else most)
        lines = []
        for first in range(0, len(across), fit):
            chosen = slice(first, first + fit)
            lines += [""] if first else []
            lines.append(f"  {'':>{left}} {' '.join(head.rjust(cell) for head in heads[chosen])}".rstrip())
            for label, row in zip(labels[:kept], rows, strict=False):
                lines.append(f"  {label:>{left}} {' '.join(text.rjust(cell) for text in row[chosen])}".rstrip())
        return [*lines, *self.rest((len(down) - kept) * len(across))]

    def difference(self, found: PointResult) -> str:
        odds, interval = difference_cells(found)
        return f"{odds} ({interval}){self.mark(found)}" if odds else "? "

    def cell(self, found: PointResult) -> str:
        if found.stated is None:
            return "? "
        return f"{100 * found.stated.odds:.1f}{self.mark(found) or ' '}"

    def widths(self) -> list[str]:
        """How wide the intervals of the cells are."""
        halves = [(100 * (w.high - w.low) / 2, 100 * w.odds) for w in (f.stated for f in self.result.results) if w]
        (least, at_least), (most, at_most) = min(halves), max(halves)
        text = f"95 % intervals: from ± {least:.1f} (at {at_least:.1f}) to ± {most:.1f} (at {at_most:.1f}) in 100"
        return wrapped(text, "  ")

    def spreads(self) -> list[str]:
        """How the odds spread over draws from the priors, and the differences from another scenario."""
        odds, differences = self.result.odds_over_draws, self.result.difference_over_draws
        if odds is None:
            return []
        lines = spread_table(odds, "odds")
        if differences is not None and is_against(self.result):
            lines += ["", *spread_table(differences, difference_head(self.result)[0], "+")]
        return [*lines, *wrapped(noise_words(odds.to_json()), "  "), ""]

    def long_table(self) -> list[str]:
        """The points by their odds, the most dangerous first, the middle cut out of long tables."""
        result = self.result
        odds = np.nan_to_num(result.odds[:, 0], nan=-1.0)
        order = np.argsort(-odds, kind="stable").tolist()
        half = MOST_ROWS // 2
        cut = len(order) > MOST_ROWS
        kept = [*order[:half], *order[-half:]] if cut else order
        places = self.columns_that_fit()
        number = ["draw"] if result.drawn else []
        head = (*number, *(_cut(result.points.keys[place], 20) for place in places), *self.heads())
        rows = [
            (
                *([str(i)] if number else []),
                *(_rounded(result.results[i].setting[place]) for place in places),
                *self.figures(i),
            )
            for i in kept
        ]
        lines = self.barred(head, rows, kept)
        if cut:
            middle = f"  ... {len(order) - len(kept):,} {self.noun}s between"
            lines = [*lines[: half + 1], middle, *lines[half + 1 :], *self.rest(len(order) - len(kept))]
        if len(places) < len(result.points.keys) and not number:
            lines += wrapped(f"{len(result.points.keys) - len(places):,} keys are left out of the table", "  ")
        return lines

    def columns_that_fit(self) -> list[int]:
        chosen = self.keys_to_show()
        room = WIDTH - 2 - 32
        if is_against(self.result):
            room -= len(difference_head(self.result)[0]) + 24
        fitting: list[int] = []
        for place in chosen:
            values = (_rounded(setting[place]) for setting in self.result.points.settings)
            room -= max(min(len(self.result.points.keys[place]), 20), max(map(len, values))) + 2
            if room < 0 and fitting:
                break
            fitting.append(place)
        return fitting

    # -- what the points are set beside -----------------------------------------------------------------------------
    def reference(self) -> list[str]:
        result, reference = self.result, self.result.reference
        if reference is None:
            return []
        lines = ["", *wrapped(self.reference_words(reference))]
        told_of = len(result) - result.differences["unknown"]
        if told_of:
            more, less, same = (result.differences[name] for name in ("higher", "lower", "not_shown_to_differ"))
            told = f"{more:,} more dangerous (+), {less:,} less (-), {same:,} that cannot be told apart (=)"
            said = "" if is_against(result) else chance_sentence(told_of, self.noun)  # else in the headline
            lines += wrapped(f"{opening(self.noun)}s by the 95 % interval of the paired difference: {told}.{said}")
            if result.points.shape is not None:
                lines += wrapped(break_even_words(result))
        return lines

    def reference_words(self, reference: Reference) -> str:
        result = self.result
        if reference.against:
            text = f"Each {self.noun} is set beside {reference.name} at the same {self.noun}, in the same worlds"
            even = f": break-even is where {result.scenario.name} is as dangerous as {other(result)}"
            return f"{text}{'' if result.drawn else even}."
        own = reference.points[0]
        odds = "unknown" if own.stated is None else between(own.stated.odds, own.stated.low, own.stated.high)
        where = _at(result, own) if len(result.points.keys) <= MOST_KEYS_TOLD else "its own values"
        text = f"Each {self.noun} is set beside {reference.name} as it stands ({where}), in the same worlds: {odds}."
        return text if result.drawn else f"{text} Break-even is where a point is as dangerous as that."

    # -- notes -----------------------------------------------------------------------------------------------------
    def failures(self) -> list[str]:
        failures = self.result.failures
        lines = wrapped(f"{failed_words(self.result)}:")
        for failure in failures[:10]:
            worlds = count(failure["worlds"], "world")
            told = f"{_where(failure)}: {failure['error']}: {failure['message']} ({worlds})"
            lines += wrapped(told, "  ", "    ")
        if len(failures) > 10:
            lines.append(f"  and {len(failures) - 10:,} more")
        return lines

    def noise(self) -> str:
        if self.result.drawn and len(self.result.keys) == len(self.result.scenario.uncertain()):
            return "Every uncertain number varies; the intervals of a draw are its Monte-Carlo noise alone."
        return (
            "Uncertain numbers that do not vary here stand at their central values; the intervals are Monte-Carlo "
            "noise alone."
        )


def break_even_words(result: SweepResult) -> str:
    """Where on a grid the difference changes sign, and whether that is told from chance; as the figures draw it."""
    shape = result.points.shape or ()
    if not any(key.numeric for key, length in zip(result.keys, shape, strict=False) if length > 1):
        return ""
    if len(shape) == 1 and (not is_against(result) or break_even(result)):
        return even_words(result.points.keys[0], break_even(result))
    return signs_words(sign_changes(result))


def _where(failure: Mapping[str, Any]) -> str:
    """The point that failed, by its coordinates, or how many there are."""
    of = "the reference, " if failure["run"] == REFERENCE else ""
    if len(failure["settings"]) > 1:
        return f"{of}{count(len(failure['settings']), 'point')} of part {failure['part']}"
    setting = [f"{key} {shown(value)}" for key, value in failure["settings"][0].items()]
    if len(setting) > MOST_KEYS_TOLD:
        return f"{of}point {failure['points'][0]} ({', '.join(setting[:MOST_KEYS_TOLD])} and more)"
    return of + ", ".join(setting)


def _key_lines(points: Points, place: int, key: Key) -> list[str]:
    unit = f" ({key.unit})" if key.unit else ""
    text = f"{key.key}: {_role(key)}, {_span_of(points, place, key)}{unit}; {key.meaning}"
    return wrapped(text, "  ", "    ")


def _span_of(points: Points, place: int, key: Key) -> str:
    values = list(dict.fromkeys(setting[place] for setting in points.settings))
    own = f"{shown(key.own)} in the scenario"
    if not key.numeric or len(values) == 1:
        some = [shown(value) for value in values[:6]]
        return f"{listed(some)}{' and more' if len(values) > 6 else ''}; {own}"
    numbers = [float(value) for value in values if isinstance(value, (int, float))]
    return f"{min(numbers):.4g} to {max(numbers):.4g}; {own}"


def _role(key: Key) -> str:
    return {"lever": "a lever", "uncertain": "uncertain", "constant": "a constant"}.get(key.role, "structure")


def _briefly(values: Sequence[object]) -> list[str]:
    """Values in as few digits, from three, as keep them apart."""
    for digits in range(3, 12):
        texts = [f"{value:.{digits}g}" if isinstance(value, float) else shown(value) for value in values]
        if len(set(texts)) == len(set(values)):
            return texts
    return [shown(value) for value in values]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"..{text[2 - most :]}"
