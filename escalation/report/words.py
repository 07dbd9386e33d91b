"""Numbers, dates and names as a reader would say them."""

from __future__ import annotations

import datetime as dt

from escalation.worlds.outcomes import DAYS_OF_WEEK

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_YEARS = {52: "one year", 104: "two years", 156: "three years", 208: "four years"}


def day(date: dt.date) -> str:
    """``2 January 2020``, in English whatever the locale."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def period(weeks: int) -> str:
    """``one year`` for 52 weeks, ``90 days`` for 13, else ``26 weeks``."""
    if weeks in _YEARS:
        return _YEARS[weeks]
    if weeks in DAYS_OF_WEEK:
        return f"{DAYS_OF_WEEK[weeks]} days"
    return "one week" if weeks == 1 else f"{weeks} weeks"


def days(number: int) -> str:
    """A reported horizon in days: ``14 days``, ``1 year``, ``4 years``."""
    if number % 365 == 0 and number > 0:
        years = number // 365
        return "1 year" if years == 1 else f"{years} years"
    return f"{number:,} days"


def base_of(odds: float) -> int:
    """The power of ten, 100 to 1,000,000, in which ``odds`` is at least 1 (or the last)."""
    base = 100
    while base < 1_000_000 and odds * base < 0.9995:
        base *= 10
    return base


def in_base(odds: float, base: int) -> str:
    """``odds`` as so many in ``base``, without the base: ``11.6``."""
    return f"{odds * base:,.1f}"


def so_many(odds: float) -> str:
    """``11.6 in 100``, or in 1,000 and so on where it is rarer."""
    base = base_of(odds)
    return f"{in_base(odds, base)} in {base:,}"


def between(odds: float, low: float, high: float) -> str:
    """``11.6 in 100 (95 % interval 11.0 to 12.3)``, all in the base of ``odds``."""
    base = base_of(odds if odds > 0.0 else high)
    return f"{in_base(odds, base)} in {base:,} (95 % interval {in_base(low, base)} to {in_base(high, base)})"


def within(middle: float, low: float, high: float) -> str:
    """``5.1 to 6.8 in 100 (95 % interval, its middle 6.0)``, all in the base of ``middle``."""
    base = base_of(middle)
    ends = f"{in_base(low, base)} to {in_base(high, base)} in {base:,}"
    return f"{ends} (95 % interval, its middle {in_base(middle, base)})"


def tenths(value: float) -> str:
    """One decimal, or where that would make nothing of it two digits: ``6.8``, ``0.031``, ``< 0.0001``; 0 is ``0``."""
    if value == 0.0:
        return "0"
    if 0.0 < value < 0.0001:
        return "< 0.0001"
    return f"{value:.2g}" if 0.0 < value < 0.05 else f"{value:.1f}"


def signed_tenths(value: float) -> str:
    """A change as ``signed``, with two digits where that would make nothing of it: ``−0.012``."""
    return f"{value:+.2g}".replace("-", "−") if 0.0 < abs(value) < 0.05 else signed(value)


def percent(part: float) -> str:
    """A share in per cent: ``41 %``, ``0.3 %``, ``< 0.1 %``."""
    if part <= 0.0:
        return "0 %"
    if part < 0.001:
        return "< 0.1 %"
    return f"{100 * part:.1f} %" if part < 0.0995 else f"{100 * part:.0f} %"


def dead(mean: float) -> str:
    """A mean number of deaths: one decimal below ten, none above."""
    return f"{mean:,.1f}" if mean < 9.95 else f"{mean:,.0f}"


def count(number: int, one: str, many: str = "") -> str:
    """``one rocket``, ``three rockets``, ``14 rockets``; ``no rockets``."""
    return f"{small(number)} {one if number == 1 else many or f'{one}s'}"


def of_workers(number: int) -> str:
    """``1 worker``, ``2 workers``."""
    return f"{number} worker" if number == 1 else f"{number} workers"


def small(number: int) -> str:
    """A whole number in words up to twelve: ``no``, ``one``, ``14``."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def listed(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def opening(text: str) -> str:
    """``text`` with a capital first letter, the rest left alone."""
    return text[:1].upper() + text[1:]


def of(name: str) -> str:
    """The possessive: ``Iran's``, ``the United States'``."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def signed(value: float, digits: int = 1) -> str:
    """A change with its sign, a true minus for print: ``+1.2``, ``−0.4``; ``0.0`` has none."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0.0 else text.replace("-", "−")
