"""The record: what happened, how often, and the figures that the model is held against.

Facts with their sources, shipped as data: ``data/events.csv`` (the ladder's rungs, deaths by side, what answered),
``data/attack_counts.csv`` (proxy attacks by window) and ``data/targets.toml`` (what ``verify`` compares). Intervals
are computed here from counts wherever the record has counts; the few ranges that rest on judgement say so.
Sources run to about 30 June 2026.
"""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

DAYS_A_MONTH = 365.25 / 12.0
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``rung`` is None for an accident; a count is None where the sources give none (persons)."""

    date: dt.date
    actor: str
    target: str
    location: str
    weapon: str
    rung: int | None
    us_killed: int | None
    us_injured: int | None
    allied_killed: int | None
    iran_side_killed: int | None
    civilians_killed: int | None
    response: str
    source_url: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Count:
    """Attacks counted in one window of ``days`` days."""

    start: dt.date
    end: dt.date
    days: int
    attacks: int
    counter: str
    comparability: str
    source_url: str

    @property
    def rate(self) -> float:
        """Attacks a month."""
        return self.attacks / self.days * DAYS_A_MONTH

    @property
    def interval(self) -> tuple[float, float]:
        """Exact 95 % interval of the rate a month."""
        return poisson_rate(self.attacks, self.days)

    @property
    def naval(self) -> bool:
        """Whether this counts harassment at sea rather than attacks."""
        return self.counter.startswith("US Navy")


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of the record: a range, or something that happened once (``observed``), or a value shown beside.

    ``low`` and ``high`` are in ``unit``; both are None where only ``beside`` is given.
    """

    name: str
    short: str
    what: str
    unit: str
    low: float | None
    high: float | None
    beside: float | None
    observed: str | None
    basis: str
    source: str
    as_of: dt.date

    @property
    def judged(self) -> bool:
        """Whether the figure rests on judgement rather than on evidence."""
        return "evidence" not in self.basis


def poisson_rate(events: int, days: float) -> tuple[float, float]:
    """Exact 95 % interval of a rate a month from a count in ``days`` days (Garwood 1936).

    Raises ``ValueError`` for a negative count or no days.
    """
    from scipy.stats import chi2

    if events < 0 or days <= 0:
        raise ValueError(f"events: {events}, days: {days}; legal: 0 or more, above 0")
    months, tail = days / DAYS_A_MONTH, (1.0 - LEVEL) / 2.0
    low = float(chi2.ppf(tail, 2 * events)) / 2.0 if events else 0.0
    return low / months, float(chi2.ppf(1.0 - tail, 2 * events + 2)) / 2.0 / months


def share_interval(hits: int, trials: int, method: str) -> tuple[float, float]:
    """95 % interval of a share, ``clopper-pearson`` or ``wilson``. Raises ``ValueError`` for any other method."""
    from scipy.stats import binomtest

    if method not in ("clopper-pearson", "wilson"):
        raise ValueError(f"method {method!r}; legal: clopper-pearson, wilson")
    interval = binomtest(hits, trials).proportion_ci(LEVEL, "exact" if method == "clopper-pearson" else "wilson")
    return float(interval.low), float(interval.high)


def rate_ratio(after: int, days_after: float, before: int, days_before: float) -> tuple[float, float]:
    """Exact 95 % interval of the ratio of two Poisson rates, from the binomial of one given their sum."""
    low, high = share_interval(after, after + before, "clopper-pearson")
    scale = days_before / days_after
    return low / (1.0 - low) * scale, high / (1.0 - high) * scale


@cache
def events() -> tuple[Event, ...]:
    """Every event of the record, in order of date."""
    return tuple(sorted((_event(row) for row in _csv("events.csv")), key=lambda event: event.date))


@cache
def counts() -> tuple[Count, ...]:
    """Every window in which attacks were counted, as in the file: series by different counters overlap."""
    return tuple(
        Count(
            dt.date.fromisoformat(row["window_start"]),
            dt.date.fromisoformat(row["window_end"]),
            int(row["days"]),
            int(row["attacks_in_window"]),
            row["counter_and_scope"],
            row["comparability"],
            row["source_url"],
        )
        for row in _csv("attack_counts.csv")
    )


@cache
def targets() -> Mapping[str, Target]:
    """The figures that ``verify`` holds the model against, by name."""
    tree = tomllib.loads(_text("targets.toml"))
    return {name: _target(name, table) for name, table in tree.items()}


def power(
    ratio: float, before: int = 11, days_before: float = 60, days_after: float = 90, level: float = 0.05
) -> float:
    """Chance that a true rate ratio would be told from 1, with ``before`` attacks seen before the strike.

    The counts on both sides are taken as Poisson, ``before`` as the expected first one; the test is the exact
    conditional one, two-sided (doubled tail) at ``level``. This is what the record of 90 days can and cannot tell.
    """
    import numpy as np
    from scipy.stats import binom, poisson

    expected = before * days_after / days_before * ratio
    most = int(6 * max(expected, before) + 30)
    share = days_after / (days_after + days_before)
    first, second = np.meshgrid(np.arange(most), np.arange(most), indexing="ij")
    total = first + second
    tail = np.minimum(binom.cdf(second, total, share), binom.sf(second - 1, total, share))
    told = (2.0 * tail <= level) & (total > 0)
    weight = poisson.pmf(first, before) * poisson.pmf(second, expected)
    return float((weight * told).sum())


def _target(name: str, table: dict[str, Any]) -> Target:
    low, high, beside = table.get("low"), table.get("high"), None
    if "poisson" in table:
        low, high = poisson_rate(**table["poisson"])
    elif "share" in table:
        low, high = share_interval(**table["share"])
        if "or_share" in table:
            other = share_interval(**table["or_share"])
            low, high = min(low, other[0]), max(high, other[1])
    elif "ratio" in table:
        low, high = rate_ratio(**table["ratio"])
    elif "beta" in table:
        one, other_one = table["beta"]["restrained"], table["beta"]["unrestrained"]
        beside = (1 + one) / (2 + one + other_one)
    elif "chance" in table:
        low, high = table["chance"], 1.0
    return Target(
        name,
        table["short"],
        table["what"],
        table["unit"],
        low,
        high,
        beside,
        table.get("observed"),
        table["basis"],
        table["source"],
        table["as_of"],
    )


def _event(row: dict[str, str]) -> Event:
    def number(key: str) -> int | None:
        return int(row[key]) if row[key] else None

    return Event(
        dt.date.fromisoformat(row["date"]),
        row["actor"],
        row["target"],
        row["location"],
        row["weapon"],
        number("rung"),
        number("us_killed"),
        number("us_injured"),
        number("allied_killed"),
        number("iran_side_killed"),
        number("civilians_killed"),
        row["response"],
        row["source_url"],
        row["confidence"],
    )


def _csv(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))


def _text(name: str) -> str:
    return (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")
