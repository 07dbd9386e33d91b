"""``escalation verify``: the model against the record, row by row, misses printed as misses.

Each row says what the model gives (with its 95 % interval of Monte-Carlo noise and its n), what the record says
(with the date of its evidence), and whether the figure went in, was fitted, or emerges. Only emergent rows with a
range count as a test. Nothing observed stands for a world that was not: rows on ``accord`` after May 2018 and on
``nonresponse`` hold the model against other times or against judgement, and say so.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import asdict, dataclass
from typing import Any, Literal

from escalation.history.estimate import Estimate
from escalation.history.record import Target, power, targets
from escalation.history.rows import SPECS, Spec
from escalation.history.runs import Progress, Runs, run_arms, work
from escalation.scenario.scenario import Evidence

__all__ = ["Row", "Verdict", "VerifyResult", "verdict", "verify", "work"]

Verdict = Literal["inside", "miss", "undecided", "no range", "not seen"]
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison; ``model`` in the target's unit. ``explanation`` is there for a miss."""

    short: str
    variant: str
    target: Target
    label: str
    model: Estimate | None
    verdict: Verdict
    note: str
    explanation: str
    rests_on: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether this row tests the model: it emerges, and the record has a range for it."""
        return self.label == "emergent" and self.verdict not in ("no range", "not seen")


@dataclass(frozen=True)
class VerifyResult:
    """The table, and what it was computed from."""

    rows: tuple[Row, ...]
    worlds: int
    seed: int
    evidence: Evidence

    def score(self, *, evidence_only: bool = False) -> tuple[int, int]:
        """Emergent rows inside the record's range, and how many there are; without judgement's if asked."""
        rows = [row for row in self.rows if row.counts and not (evidence_only and row.target.judged)]
        return sum(row.verdict == "inside" for row in rows), len(rows)

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``json.dumps``.

        Keys: ``schema, worlds, seed, evidence, rows [...], emergent {inside, tested}, emergent_on_evidence {...}``.
        """
        (inside, tested), (sure, firm) = self.score(), self.score(evidence_only=True)
        return {
            "schema": 1,
            "worlds": self.worlds,
            "seed": self.seed,
            "evidence": self.evidence,
            "rows": [_plain(row) for row in self.rows],
            "emergent": {"inside": inside, "tested": tested},
            "emergent_on_evidence": {"inside": sure, "tested": firm},
        }

    def to_text(self) -> str:
        """The table for a terminal, at most 100 columns wide, and the notes to its rows."""
        (inside, tested), (sure, firm) = self.score(), self.score(evidence_only=True)
        head = (
            f"{inside} of {tested} figures that emerge from the model lie inside the record's range; of those held "
            f"against evidence rather than judgement, {sure} of {firm}. What is marked input or fitted went in, in "
            "one way or another, and tests nothing."
        )
        tail = (
            f"{self.worlds:,} worlds an arm at central values and {self.worlds:,} with a draw from the priors each, "
            f"seed {self.seed}. Brackets are 95 % intervals of the Monte-Carlo noise alone. Power: with 11 attacks in "
            f"the 60 days before the strike, a true fall of 40 % over the 90 days after it would be told from none "
            f"{power(0.6):.0%} of the time."
        )
        numbered = list(enumerate(self.rows, 1))
        lines = [*textwrap.wrap(head, WIDTH), "", _columns(_HEADINGS)]
        lines += [_table_line(number, row) for number, row in numbered]
        lines += ["", *textwrap.wrap(tail, WIDTH), "", "Notes"]
        for name in dict.fromkeys(row.target.name for row in self.rows):
            group = [(number, row) for number, row in numbered if row.target.name == name]
            lines += ["", *_target_lines(group[0][1].target)]
            lines += [line for number, row in group for line in _row_lines(number, row)]
        return "\n".join(lines)


def verify(
    worlds: int = 2000,
    seed: int = 0,
    evidence: Evidence = "start",
    *,
    workers: int = 2,
    progress: Progress | None = None,
) -> VerifyResult:
    """Hold the model against the record: three arms of ``worlds`` worlds, one year, central values and priors.

    ``evidence`` as in ``scenario.loader.load``; ``progress`` is called with world-weeks done, ``work(worlds)`` in all.
    Raises ``ValueError`` for fewer than two worlds.
    """
    if worlds < 2:
        raise ValueError(f"worlds: {worlds}; legal: 2 or more")
    runs = run_arms(worlds, seed, evidence, workers, progress)
    return VerifyResult(tuple(_row(spec, runs) for spec in SPECS), worlds, seed, evidence)


def verdict(model: Estimate | None, target: Target) -> Verdict:
    """``inside`` if the value is in the target's range; outside, ``undecided`` if its interval reaches the range."""
    if model is None:
        return "not seen"
    if target.low is None or target.high is None:
        return "no range"
    if target.low <= model.value <= target.high:
        return "inside"
    if model.low <= target.high and model.high >= target.low:
        return "undecided"
    return "miss"


def _row(spec: Spec, runs: Runs) -> Row:
    target = targets()[spec.target]
    finding = spec.measure(runs)
    found = verdict(finding.estimate, target)
    explanation = ""
    if found == "miss":
        explanation = spec.explain(runs) if spec.explain else f"not explained; it rests on {', '.join(spec.rests_on)}"
    return Row(
        spec.short or target.short,
        spec.variant,
        target,
        spec.label,
        finding.estimate,
        found,
        finding.note,
        explanation,
        spec.rests_on,
    )


def _plain(row: Row) -> dict[str, Any]:
    target, model = row.target, row.model
    return {
        "name": target.name,
        "short": row.short,
        "what": target.what,
        "variant": row.variant,
        "unit": target.unit,
        "label": row.label,
        "model": None if model is None else {key: _finite(value) for key, value in asdict(model).items()},
        "record": {
            "low": target.low,
            "high": target.high,
            "beside": target.beside,
            "observed": target.observed,
            "basis": target.basis,
            "source": target.source,
            "as_of": target.as_of.isoformat(),
        },
        "verdict": row.verdict,
        "counts": row.counts,
        "note": row.note,
        "explanation": row.explanation,
        "rests_on": list(row.rests_on),
    }


def _finite(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _target_lines(target: Target) -> list[str]:
    lines = textwrap.wrap(f"{target.what[0].upper()}{target.what[1:]} [{target.unit}]", WIDTH)
    record = f"record {_range(target)}, evidence to {target.as_of.isoformat()} ({target.basis}): {target.source}"
    return [*lines, *textwrap.wrap(record, WIDTH, initial_indent="  ", subsequent_indent="    ")]


_WIDTHS = (2, 25, 25, 15, 8, 7, 9)
_HEADINGS = ("", "what", "model (95 %)", "record", "label", "as of", "verdict")


def _columns(cells: tuple[str, ...]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _table_line(number: int, row: Row) -> str:
    model, unit = row.model, row.target.unit
    if model is None or not math.isfinite(model.value):
        figure = _figure(model, unit)
    elif model.low == model.high:
        figure = _value(model.value, unit)
    else:
        bare = [_value(value, unit).removesuffix(" %") for value in (model.low, model.high)]
        figure = f"{_value(model.value, unit)} ({bare[0]} to {bare[1]})"
    month = row.target.as_of.strftime("%Y-%m")
    return _columns((f"{number}", row.short, figure, _short_range(row.target), row.label, month, _mark(row)))


def _mark(row: Row) -> str:
    return row.verdict.upper() if row.verdict == "miss" else row.verdict


def _short_range(target: Target) -> str:
    if target.observed is not None:
        return f"{_value(target.low or 0.0, target.unit)} or more"
    if target.low is not None and target.high is not None:
        return f"{_value(target.low, target.unit).removesuffix(' %')} to {_value(target.high, target.unit)}"
    return _range(target)


def _row_lines(number: int, row: Row) -> list[str]:
    text = f"{number}. {row.variant}: {_figure(row.model, row.target.unit)} -> {_mark(row)} [{row.label}]"
    lines = textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    for beside in (row.note, f"why: {row.explanation}" if row.explanation else ""):
        lines += textwrap.wrap(beside, WIDTH, initial_indent="    ", subsequent_indent="      ")
    return lines


def _range(target: Target) -> str:
    if target.beside is not None:
        return f"beside {_value(target.beside, target.unit)}"
    if target.observed is not None:
        return f"{target.observed}; the model should give that {_value(target.low or 0.0, target.unit)} or more"
    if target.low is None or target.high is None:
        return "no range"
    return f"{_value(target.low, target.unit)} to {_value(target.high, target.unit)}"


def _figure(model: Estimate | None, unit: str) -> str:
    if model is None:
        return "not seen"
    if not math.isfinite(model.value):
        return "beyond what was searched"
    if model.low == model.value == model.high:
        return f"model {_value(model.value, unit)}, exact"
    return (
        f"model {_value(model.value, unit)} ({_value(model.low, unit)} to {_value(model.high, unit)}), "
        f"n = {model.n:,} {model.of}"
    )


def _value(value: float, unit: str) -> str:
    if unit in ("share", "probability"):
        return f"{100 * value:.3g} %"
    return f"{value:.3g}"
