"""Exact numbers of games: payoffs and chances are fractions, so that a file written is the file that was read."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, TypeAlias

Numeric: TypeAlias = int | float | str | Fraction
"""What a payoff or a chance may be given as; a float stands for its shortest decimal."""

MOST_DIGITS: Final = 400
"""Of a number in a file; a double has at most 309 before its point."""

LARGEST: Final = 10**100
"""Beyond which a payoff is taken for a mistake; sums and squares of less stay finite."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+/0*[1-9]\d*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)", re.ASCII)


def exact(value: Numeric) -> Fraction:
    """``value`` as a fraction: ``0.1`` and ``"0.1"`` are one tenth, ``"1/3"`` a third. Raises ``ValueError``.

    >>> exact(0.1), exact("1/3"), exact(2)
    (Fraction(1, 10), Fraction(1, 3), Fraction(2, 1))
    """
    if isinstance(value, str):
        if len(value) > MOST_DIGITS or not _NUMBER.fullmatch(value):
            raise ValueError(f"{value[:40]!r} is not a number")
        found = Fraction(value)
        if abs(found) > LARGEST:
            raise ValueError(f"{value[:40]!r} is too large")
        return found
    if isinstance(value, float):
        # NumPy's floats say np.float64(...) of themselves.
        return exact(repr(float(value)))
    return Fraction(value)


def shown(value: Fraction) -> str:
    """``value`` as Gambit writes numbers: a whole number, a decimal of at most 20 digits, else ``p/q``.

    >>> shown(Fraction(1, 8)), shown(Fraction(-2)), shown(Fraction(1, 3))
    ('0.125', '-2', '1/3')
    """
    if value.denominator == 1:
        return str(value.numerator)
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > 20:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
