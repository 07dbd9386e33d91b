"""The model held against the record, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from escalation.report.page.canvas import INK, MUTED, PURPLE, SKY, VERMILLION, Chart, canvas, folded, ticks
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.parts import Section, Table, Text
from escalation.report.words import count, percent
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GROUPS: Final = {
    "emergent": "Emergent: a test",
    "fitted": "Fitted: no test",
    "input": "Put in: no test",
}
_SHOWN: Final = {
    "inside": ("o", INK, False),
    "undecided": ("d", MUTED, True),
    "miss": ("X", VERMILLION, False),
}


def section(record: Mapping[str, Any] | None) -> Section | None:
    """Model against record, misses first said; None without it."""
    if record is None:
        return None
    all_of, firm = record["emergent"], record["emergent_on_evidence"]
    misses = [row for row in record["rows"] if row["verdict"] == "miss" and row["counts"]]
    told = f"They miss on: {'; '.join(_called(row) for row in misses)}." if misses else "None of them misses."
    rows = tuple(
        (_called(row), _figure(row), _range(row), row["label"], _verdict(row), row["record"]["as_of"][:7])
        for row in record["rows"]
    )
    return Section(
        "record",
        "Does the model look like the world?",
        (
            Text(
                f"Of {count(all_of['tested'], 'figure')} that emerge from the model rather than being put in, "
                f"{all_of['inside']} lie inside the range of the record; of those held against evidence rather than "
                f"judgement, {firm['inside']} of {firm['tested']}. {told}",
                "lead",
            ),
            _chart(record),
            Table(
                f"Model against record, {record['worlds']:,} worlds an arm",
                ("What", "Model (95 %)", "Record", "How it came", "Verdict", "Evidence to"),
                rows,
                words=6,
            ),
        ),
    )


def _called(row: Mapping[str, Any]) -> str:
    return f"{row['short']} ({row['variant']})"


def _verdict(row: Mapping[str, Any]) -> str:
    return "MISS" if row["verdict"] == "miss" else str(row["verdict"])


def _value(value: float, unit: str) -> str:
    return f"{100 * value:.3g} %" if unit in ("share", "probability") else f"{value:.3g}"


def _figure(row: Mapping[str, Any]) -> str:
    model, unit = row["model"], row["unit"]
    if model is None or model["value"] is None:
        return "not seen"
    if model["low"] == model["high"]:
        return _value(model["value"], unit)
    return f"{_value(model['value'], unit)} ({_value(model['low'], unit)} to {_value(model['high'], unit)})"


def _range(row: Mapping[str, Any]) -> str:
    held, unit = row["record"], row["unit"]
    if held["beside"] is not None:
        return f"beside {_value(held['beside'], unit)}"
    if held["observed"] is not None:
        return f"{held['observed']}; chance of {_value(held['low'] or 0.0, unit)} or more"
    if held["low"] is None or held["high"] is None:
        return "no range"
    return f"{_value(held['low'], unit)} to {_value(held['high'], unit)}"


def _chart(record: Mapping[str, Any]) -> Chart:
    shown = [row for row in record["rows"] if row["verdict"] in _SHOWN and row["model"]["value"] is not None]
    groups = tuple(
        Group(title, tuple(_row(row) for row in shown if row["label"] == name))
        for name, title in _GROUPS.items()
        if any(row["label"] == name for row in shown)
    )
    found = {verdict: sum(row["verdict"] == verdict for row in shown) for verdict in _SHOWN}
    return Chart(
        "record",
        "Model against record",
        f"A row for each figure, with the record's range shaded and the model's value marked. {found['inside']} lie "
        f"inside, {found['miss']} miss, {found['undecided']} cannot be decided. The table holds every figure.",
        "Each row has its own scale: the shaded span is the record's range. Dot: inside; cross: a miss; hollow: "
        "undecided; arrow: far outside. Thick bar: 95 % Monte-Carlo interval.",
        lambda narrow: forest(
            narrow,
            groups,
            "place beside the record’s range",
            (-1.0, 2.0),
            band=(0.0, 1.0),
            marks=((0.0, "lowest"), (1.0, "highest")),
        ),
    )


def _row(row: Mapping[str, Any]) -> Row:
    low, high = row["record"]["low"], row["record"]["high"]

    def placed(value: float) -> float:
        return float((value - low) / (high - low))

    model = row["model"]
    marker, colour, hollow = _SHOWN[row["verdict"]]
    return Row(
        _called(row),
        placed(model["value"]),
        _value(model["value"], row["unit"]),
        (placed(model["low"]), placed(model["high"])),
        None,
        marker,
        colour,
        hollow,
    )


# -- where the numbers come from ---------------------------------------------------------------------------------
_ROLES: Final = {
    "uncertain": "Uncertain: has a prior",
    "constant": "Constant",
    "lever": "Lever: set by whoever asks",
}


DRAWN: Final = "drawn from their priors"
CENTRAL: Final = "stand here at their central values"
VARIED: Final = "stand here at their central values, unless they vary"
"""What a run does with its uncertain numbers."""


def numbers_section(scenario: Scenario, uncertain_ones: str) -> Section:
    """How many numbers rest on evidence, how many on judgement, how many are the program's defaults.

    ``uncertain_ones``: what the run does with them: ``DRAWN``, ``CENTRAL`` or ``VARIED``.
    """
    counts = {role: [0, 0, 0] for role in _ROLES}
    for number in scenario.numbers.values():
        kind = 2 if number.is_default else 1 if number.is_judgement else 0
        counts[number.role][kind] += 1
    total, judged = len(scenario.numbers), sum(kinds[1] for kinds in counts.values())
    uncertain, guessed = sum(counts["uncertain"]), counts["uncertain"][1]
    latest = max(number.as_of for number in scenario.numbers.values())
    return Section(
        "numbers",
        "How much of it is judgement?",
        (
            Text(
                f"{judged} of {total} numbers ({percent(judged / total)}) rest on judgement, and of "
                f"the {uncertain} that "
                f"are uncertain and {uncertain_ones}, {guessed} ({percent(guessed / max(uncertain, 1))}). The "
                f"rest names a source. No number rests on evidence after {latest.day} "
                f"{latest.strftime('%B')} {latest.year}.",
                "lead",
            ),
            Chart(
                "numbers",
                "Where the numbers come from",
                "Bars of numbers by what they are: "
                + "; ".join(
                    f"{_ROLES[role].partition(':')[0].lower()}: {a} from evidence, {b} judgement, {c} defaults"
                    for role, (a, b, c) in counts.items()
                )
                + ".",
                "Plain: a source is named. Hatched: judgement. Crossed: a default of the program, mostly switches.",
                lambda narrow: _bars(narrow, counts),
            ),
        ),
    )


def _bars(narrow: bool, counts: Mapping[str, list[int]]) -> Figure:
    from matplotlib.patches import Patch

    figure = canvas(narrow, 2.3 if narrow else 1.9)
    axes = figure.add_subplot()
    kinds = (("evidence", SKY, ""), ("judgement", "white", "/////"), ("default", PURPLE, "xxxx"))
    most = max(sum(kinds) for kinds in counts.values())
    for place, role in enumerate(counts):
        left = 0
        for number, (_, colour, hatch) in zip(counts[role], kinds, strict=True):
            if number:
                axes.barh(-place, number, 0.6, left=left, facecolor=colour, edgecolor=INK, hatch=hatch, lw=0.8)
            if number >= 0.07 * most * (2 if narrow else 1):
                axes.annotate(
                    f"{number}", (left + number / 2, -place), ha="center", va="center",
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
                )  # fmt: skip
            left += number
    axes.set_yticks(range(0, -len(counts), -1), [folded(_ROLES[role], 15 if narrow else 40) for role in counts])
    axes.set_xlabel("how many numbers")
    axes.set_ylim(-len(counts) + 0.5, 0.5)
    ticks(axes, bare=True)
    handles = [Patch(facecolor=colour, edgecolor=INK, hatch=hatch, label=name) for name, colour, hatch in kinds]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.03),
        ncols=2 if narrow else 3,
        columnspacing=1.0,
        handletextpad=0.4,
        borderpad=0.0,
        borderaxespad=0.0,
    )
    return figure
