"""The values of one key along a sweep, from ``LO:HI:N``, ``LO:HI:N:log``, ``a,b,c``, or plain values."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from escalation.scenario.prior import round_significant

MOST_TICKS: Final = 100_000
_WORD: Final = re.compile(r"[A-Za-z_][\w-]*")
_FORMS: Final = "LO:HI:N (both ends included), LO:HI:N:log, a,b,c, or, for a sample, LO:HI"


@dataclass(frozen=True, slots=True)
class Axis:
    """One key: the ``values`` that it takes, or the range ``low`` to ``high`` that a sample draws from.

    Both are None where the number's own plausible range is meant. ``log``: evenly spread in the logarithm.
    """

    key: str
    values: tuple[object, ...] | None = None
    low: float | None = None
    high: float | None = None
    log: bool = False


def ticks(key: str, spec: object) -> Axis:
    """Read what is said of one key: a text, None, or a sequence or array of values.

    Raises ``ValueError``, saying what is wrong and what is legal.

    >>> ticks("errors.scale", "0:2:5").values
    (0.0, 0.5, 1.0, 1.5, 2.0)
    >>> ticks("us.rule", "quantal,level-k").values
    ('quantal', 'level-k')
    >>> ticks("nuclear.alarm", "1:100:3:log").values
    (1.0, 10.0, 100.0)
    """
    if spec is None:
        return Axis(key)
    if isinstance(spec, str):
        return _read(key, spec.strip())
    tolist = getattr(spec, "tolist", None)
    plain = tolist() if callable(tolist) else spec
    values = list(plain) if isinstance(plain, Iterable) else [plain]
    return Axis(key, _distinct([_item(value) for value in values]))


def literal(text: str) -> object:
    """A TOML literal, or a word without quotes. Raises ``ValueError`` for anything else."""
    text = text.strip()
    if not text:
        raise ValueError("a value is missing")
    try:
        tree = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        if _WORD.fullmatch(text):
            return text
        raise ValueError(f"{text!r} is neither a TOML value nor a word") from None
    if set(tree) != {"value"}:
        raise ValueError(f"{text!r} is more than one value")
    return tree["value"]


def _item(value: object) -> object:
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def _read(key: str, text: str) -> Axis:
    if not text:
        raise ValueError(f"nothing after the equals sign; legal is {_FORMS}")
    parts = [part.strip() for part in text.split(":")]
    if len(parts) > 1 and "," not in text and not text.startswith(('"', "'")):
        return _spread(key, text, parts)
    return Axis(key, _distinct([literal(piece) for piece in text.split(",")]))


def _spread(key: str, text: str, parts: list[str]) -> Axis:
    log = parts[-1] == "log"
    numbers = parts[:-1] if log else parts
    if len(numbers) not in (2, 3):
        raise ValueError(f"{text!r} is not a range; legal is {_FORMS}")
    try:
        low, high = float(numbers[0]), float(numbers[1])
    except ValueError:
        raise ValueError(f"{text!r}: an end is not a number; legal is {_FORMS}") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{text!r}: LO must be below HI")
    if log and low <= 0.0:
        raise ValueError(f"{text!r}: LO must be above 0 for steps of equal ratio")
    if len(numbers) == 2:
        return Axis(key, None, low, high, log)
    if not numbers[2].isdecimal() or not 2 <= int(numbers[2]) <= MOST_TICKS:
        raise ValueError(f"{text!r}: N is the number of values, both ends included; legal is 2 to {MOST_TICKS:,}")
    return Axis(key, _steps(low, high, int(numbers[2]), log), low, high, log)


def _steps(low: float, high: float, count: int, log: bool) -> tuple[float, ...]:
    """``count`` values from ``low`` to ``high``, as short as ten digits allow: 0.3, not 0.30000000000000004."""
    import numpy as np

    spread = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
    inner: list[float] = round_significant(np.asarray(spread, dtype=np.float64)).tolist()
    return (low, *inner[1:-1], high)


def _distinct(values: list[object]) -> tuple[object, ...]:
    if not values:
        raise ValueError("no values")
    seen = set()
    for value in values:
        if not isinstance(value, (bool, int, float, str)):
            raise ValueError(f"{value!r} is not one value; legal are numbers, words, true and false")
        if (isinstance(value, bool), value) in seen:
            raise ValueError(f"{value!r} is given twice")
        seen.add((isinstance(value, bool), value))
    return tuple(values)
