"""The points of a sweep: which keys vary, and what each is at every point.

A *grid* is the product of its axes, the first varying slowest; a *list* names every point; ``lhs`` is a Latin hypercube
(McKay, Beckman and Conover 1979, Technometrics 21: 239-245) and ``sobol`` a Sobol' sequence with Owen's scrambling
(Owen 1998, J. Complexity 14: 466-489), both over ranges; ``priors`` draws uncertain numbers from their priors, the draw
of row N being that of world N of ``run --priors``. All are checked against the scenario before anything is run.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from escalation.scenario.axes import Axis, ticks
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.files import OVERRIDES
from escalation.scenario.loader import override
from escalation.scenario.number import Number
from escalation.scenario.prior import round_significant
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["grid", "list", "lhs", "sobol", "priors"]
Setting = tuple[object, ...]
Where = Callable[[int], tuple[str, int | None]]
"""Point -> the file (or option) and line that asked for it."""

SAMPLES: Final = ("lhs", "sobol", "priors")
MOST_POINTS: Final = 1_000_000
MOST_VALUES: Final = 5_000_000
"""Points times keys: what a sweep holds in memory from its start, about 32 bytes each."""
MOST_FAULTS: Final = 20
MOST_SHOWN: Final = 4
"""Keys that ``repr`` names."""
VARY: Final = "--vary"
SAMPLE: Final = "--sample"
STRUCTURE: Final = "structure"


@dataclass(frozen=True, repr=False)
class Points:
    """``settings`` holds the value of each of ``keys`` at each point, shape (points, keys), as TOML has values.

    Numbers of the scenario are floats; rules, switches, weeks and the like are what ``--set`` takes. ``shape`` is the
    length of each axis of a grid, whose settings stand in row-major order, and None otherwise.
    """

    kind: Kind
    keys: tuple[str, ...]
    settings: tuple[Setting, ...]
    shape: tuple[int, ...] | None = None

    def __len__(self) -> int:
        return len(self.settings)

    def __repr__(self) -> str:
        keys = ", ".join(self.keys[:MOST_SHOWN]) + (" and more" if len(self.keys) > MOST_SHOWN else "")
        return f"<Points: {self.kind}, {len(self):,} of {keys}>"

    def at(self, point: int) -> dict[str, object]:
        """The value of each key at one point."""
        return dict(zip(self.keys, self.settings[point], strict=True))

    def axes(self) -> tuple[tuple[object, ...], ...]:
        """A grid's values along each axis. Raises ``ValueError`` for points that are no grid."""
        if self.shape is None:
            raise ValueError(f"points of kind {self.kind} have no axes")
        found = []
        for axis, length in enumerate(self.shape):
            stride = math.prod(self.shape[axis + 1 :])
            found.append(tuple(self.settings[i * stride][axis] for i in range(length)))
        return tuple(found)

    def digest(self) -> str:
        """SHA-256 over the keys and the settings in order, as 64 hexadecimal digits."""
        sha = hashlib.sha256(json.dumps(self.keys, ensure_ascii=False).encode())
        for setting in self.settings:
            sha.update(b"\n" + json.dumps(setting, ensure_ascii=False, separators=(",", ":")).encode())
        return sha.hexdigest()


# -- what a key is ---------------------------------------------------------------------------------------------
def role_of(scenario: Scenario, key: str) -> str:
    """``lever``, ``uncertain`` or ``constant`` as the scenario calls its number; ``structure`` for what is no number.

    >>> from escalation.scenario.loader import load
    >>> strike = load("strike")
    >>> [role_of(strike, key) for key in ("errors.scale", "fragility.f", "us.rule")]
    ['lever', 'uncertain', 'structure']
    """
    number = scenario.numbers.get(key)
    return STRUCTURE if number is None else number.role


def is_structural(scenario: Scenario, key: str) -> bool:
    """Whether a value of ``key`` makes another scenario rather than another row of parameters.

    So do rules, events and the start; and the rung of an act, by which the acts of an actor are ordered.
    """
    number = scenario.numbers.get(key)
    return number is None or (number.quantity.owner == "act" and number.quantity.key == "rung")


# -- designs ---------------------------------------------------------------------------------------------------
def grid(scenario: Scenario, axes: Sequence[Axis], where: str = VARY, rules: Collection[str] | None = None) -> Points:
    """The product of the axes, the first varying slowest; ``rules`` as in ``listed``. Raises ScenarioFault."""
    for axis in axes:
        if axis.values is None:
            _known(scenario, axis.key, where)
            legal = f"{axis.key}=LO:HI:N, {axis.key}=LO:HI:N:log or {axis.key}=a,b,c; ranges are for {SAMPLE}"
            raise _fault(where, axis.key, "a grid needs the values", legal)
    lengths = tuple(len(axis.values or ()) for axis in axes)
    _few_enough(math.prod(lengths), len(axes), where)
    settings = itertools.product(*(axis.values or () for axis in axes))
    keys = tuple(axis.key for axis in axes)
    return _checked(scenario, "grid", keys, settings, lengths, lambda _: (where, None), rules)


def listed(
    scenario: Scenario,
    keys: Sequence[str],
    rows: Iterable[Sequence[object]],
    where: Where = lambda _: (VARY, None),
    rules: Collection[str] | None = None,
) -> Points:
    """Points one by one, each with a value for every key.

    ``rules`` are the decision rules that there are, against which those of the points are checked; None where nobody
    knows of any yet. Raises ScenarioFault, ``ValueError`` for a short row.
    """
    settings = [tuple(row) for row in rows]
    for place, row in enumerate(settings):
        if len(row) != len(keys):
            raise ValueError(f"point {place} has {len(row)} values for {len(keys)} keys")
    _few_enough(len(settings), len(keys), where(0)[0])
    return _checked(scenario, "list", tuple(keys), settings, None, where, rules)


def sampled(scenario: Scenario, kind: str, count: int, axes: Sequence[Axis], seed: int, where: str = VARY) -> Points:
    """``count`` points by ``kind`` (``lhs``, ``sobol`` or ``priors``), keyed by ``seed``.

    An axis without a range takes the number's own plausible one. ``priors`` without axes draws every uncertain
    number. Raises ScenarioFault.
    """
    if kind not in SAMPLES:
        near = closest(kind, SAMPLES)
        raise ScenarioFault([Fault(SAMPLE, None, "", f"no design {kind!r}", "lhs:N, sobol:N or priors:N", near)])
    if count < 1:
        raise _fault(SAMPLE, "", f"{count} points", "1 or more")
    _few_enough(count, len(axes) or len(scenario.uncertain()), SAMPLE)
    for axis in axes:
        if axis.values is not None:
            legal = f"{axis.key}=LO:HI, {axis.key}=LO:HI:log or {axis.key} alone"
            raise _fault(where, axis.key, f"values are for a grid, not for {SAMPLE}", legal)
    if kind == "priors":
        return _from_priors(scenario, count, axes, seed, where)
    if not axes:
        raise _fault(SAMPLE, "", f"{kind} of nothing", f"one {VARY} KEY or KEY=LO:HI for every number to vary")
    ranges = [_range_of(scenario, axis, where) for axis in axes]
    unit = _unit_points(kind, count, len(axes), seed)
    columns = [
        _stretched(unit[:, i], low, high, axis.log)
        for i, (axis, (low, high)) in enumerate(zip(axes, ranges, strict=True))
    ]
    settings = zip(*(column.tolist() for column in columns), strict=True)
    return _checked(scenario, kind, tuple(axis.key for axis in axes), settings, None, lambda _: (where, None))


def rechecked(scenario: Scenario, points: Points, where: str, rules: Collection[str] | None = None) -> Points:
    """The same points, checked against another scenario; ``rules`` as in ``listed``. Raises ScenarioFault."""
    return _checked(scenario, points.kind, points.keys, points.settings, points.shape, lambda _: (where, None), rules)


def alone(scenario: Scenario, points: Points) -> Points:
    """The scenario's own value of each key, as one point."""
    from escalation.scenario.resolved import to_tree

    tree = to_tree(scenario)
    own = tuple(_own_value(scenario, tree, key) for key in points.keys)
    return Points("list", points.keys, (own,), None)


# -- checks ----------------------------------------------------------------------------------------------------
def _checked(
    scenario: Scenario,
    kind: Kind | str,
    keys: tuple[str, ...],
    rows: Iterable[Setting],
    shape: tuple[int, ...] | None,
    where: Where,
    rules: Collection[str] | None = None,
) -> Points:
    """The points, if the scenario takes every one of them. Raises ScenarioFault with the faults found."""
    for place, key in enumerate(keys):
        if key in keys[:place]:
            raise _fault(where(0)[0], key, "given twice", "each key once")
    numeric = [key in scenario.numbers for key in keys]
    settings = tuple(tuple(map(_plain, numeric, row)) for row in rows)
    for key in keys:
        _known(scenario, key, where(0)[0])
    faults = _out_of_bounds(scenario, keys, settings, where)
    faults += [] if rules is None else _no_such_rule(keys, settings, where, rules)
    if not faults:
        faults = _refused(scenario, kind, keys, settings, where)
    if faults:
        raise ScenarioFault(dict.fromkeys(faults[:MOST_FAULTS]))
    return Points(kind, keys, settings, shape)  # type: ignore[arg-type]


def _plain(numeric: bool, value: object) -> object:
    """A number of the scenario as a float; anything else as TOML would have it, 3.0 weeks being 3."""
    if numeric and type(value) is float:  # nearly all are
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if numeric:
        return float(value)
    return int(value) if float(value).is_integer() else value


def _out_of_bounds(
    scenario: Scenario, keys: tuple[str, ...], settings: tuple[Setting, ...], where: Where
) -> list[Fault]:
    faults = []
    for column, key in enumerate(keys):
        number = scenario.numbers.get(key)
        if number is None:
            continue
        if _all_legal([setting[column] for setting in settings], number):
            continue
        told = set()
        for point, setting in enumerate(settings):
            value = setting[column]
            wrong = _wrong(value, number)
            if wrong and value not in told:
                told.add(value)
                faults.append(Fault(*where(point), key, wrong, _legal(number)))
    return faults


def _no_such_rule(
    keys: tuple[str, ...], settings: tuple[Setting, ...], where: Where, rules: Collection[str]
) -> list[Fault]:
    """Each decision rule that there is not, at the first point that asks for it."""
    faults = []
    for column, key in enumerate(keys):
        if not key.endswith(".rule"):
            continue
        first: dict[object, int] = {}
        for point, setting in enumerate(settings):
            first.setdefault(setting[column], point)
        legal = f"legal: {', '.join(rules)}"
        faults += [
            Fault(*where(point), key, f"no rule {rule!r}", legal, closest(str(rule), rules))
            for rule, point in first.items()
            if rule not in rules
        ]
    return faults


def _all_legal(values: Sequence[object], number: Number) -> bool:
    """Whether :func:`_wrong` has nothing against any of many values, at a glance: False where it may have."""
    import numpy as np

    quantity = number.quantity
    if quantity.unit == "flag" or {*map(type, values)} != {float}:
        return False
    found = np.array(values, dtype=np.float64)
    return bool(((found >= quantity.low) & (found <= quantity.high)).all())


def _wrong(value: object, number: Number) -> str:
    """What is wrong with a value for a number; empty if nothing is."""
    quantity = number.quantity
    if not isinstance(value, float):
        return f"{value!r} is not a number"
    if not quantity.low <= value <= quantity.high:
        return f"{value:g} is out of range"
    return f"{value:g} is not a flag" if quantity.unit == "flag" and value not in (0.0, 1.0) else ""


def _legal(number: Number) -> str:
    quantity = number.quantity
    return "0 or 1" if quantity.unit == "flag" else f"from {quantity.low:g} to {quantity.high:g} ({quantity.unit})"


def _refused(
    scenario: Scenario, kind: str, keys: tuple[str, ...], settings: tuple[Setting, ...], where: Where
) -> list[Fault]:
    """What the scenario's own reader has against the points.

    It reads every combination of structural values, and every number at its least and greatest: what it has against a
    number beyond its bounds (all weights zero, no act at rest) holds at an end. Samples that stay within the ranges of
    the scenario, as draws from priors do, it has read already.
    """
    structural = [column for column, key in enumerate(keys) if is_structural(scenario, key)]
    seen: dict[Setting, int] = {}
    for point, setting in enumerate(settings):
        seen.setdefault(tuple(setting[column] for column in structural), point)
    tries = list(seen.values()) if structural else []
    for column in range(len(keys)):
        if column not in structural and not (kind in SAMPLES and _plausible(scenario, keys[column], settings, column)):
            order = sorted(range(len(settings)), key=lambda point: settings[point][column])  # type: ignore[arg-type, return-value]
            tries += [order[0], order[-1]]
    faults: list[Fault] = []
    for point in dict.fromkeys(tries):
        try:
            override(scenario, dict(zip(keys, settings[point], strict=True)))
        except ScenarioFault as fault:
            file, line = where(point)
            faults += [_moved(one, file, line, keys, settings[point]) for one in fault.faults]
        if len(faults) >= MOST_FAULTS:
            break
    return faults


def _plausible(scenario: Scenario, key: str, settings: tuple[Setting, ...], column: int) -> bool:
    """Whether a number stays within the range that the scenario gives it."""
    spread = scenario.numbers[key].range
    values: list[float] = [setting[column] for setting in settings]  # type: ignore[misc]
    return spread is not None and spread[0] <= min(values) and max(values) <= spread[1]


def _moved(fault: Fault, file: str, line: int | None, keys: tuple[str, ...] = (), setting: Setting = ()) -> Fault:
    """A fault of the overrides, told of the option or the file that asked for them."""
    if fault.file == OVERRIDES:
        return Fault(file, line, fault.key, fault.what, fault.legal, fault.suggestion)
    given = ", ".join(f"{key}={value}" for key, value in zip(keys, setting, strict=True))
    return Fault(file, line, given, f"{fault.key}: {fault.what}", fault.legal, fault.suggestion)


def _known(scenario: Scenario, key: str, file: str) -> None:
    """Raises ScenarioFault, with a suggestion, for a key that cannot be set."""
    if key in scenario.numbers:
        return
    try:
        override(scenario, {key: ""})
    except ScenarioFault as fault:
        unknown = [_moved(one, file, None) for one in fault.faults if one.what == "unknown key"]
        if unknown:
            raise ScenarioFault(unknown) from None


def _few_enough(count: int, keys: int, where: str) -> None:
    if count < 1:
        raise _fault(where, "", "no points", "one or more")
    most = min(MOST_POINTS, MOST_VALUES // max(keys, 1))
    if count > most:
        raise _fault(where, "", f"{count:,} points", f"at most {most:,} of {keys} keys")


def _fault(where: str, key: str, what: str, legal: str) -> ScenarioFault:
    return ScenarioFault([Fault(where, None, key, what, legal)])


# -- samples ---------------------------------------------------------------------------------------------------
def _number(scenario: Scenario, key: str, where: str, design: str) -> Number:
    number = scenario.numbers.get(key)
    if number is None:
        _known(scenario, key, where)
        raise _fault(where, key, f"no number, which {design} needs", f"a grid of its values: {key}=a,b,c")
    return number


def _range_of(scenario: Scenario, axis: Axis, where: str) -> tuple[float, float]:
    number = _number(scenario, axis.key, where, "a range")
    if axis.low is not None and axis.high is not None:
        return axis.low, axis.high
    if number.range is None:
        legal = f"{axis.key}=LO:HI, {_legal(number)}"
        raise _fault(where, axis.key, "the scenario gives it no plausible range", legal)
    return number.range


def _from_priors(scenario: Scenario, count: int, axes: Sequence[Axis], seed: int, where: str) -> Points:
    from escalation.scenario.design import draw

    for axis in axes:
        number = _number(scenario, axis.key, where, "a prior")
        if axis.low is not None:
            raise _fault(where, axis.key, "a range is for lhs and sobol", f"{axis.key} alone: its prior says the rest")
        if number.prior is None:
            legal = f"uncertain numbers only: {', '.join(one.key for one in scenario.uncertain()[:3])} and the like"
            raise _fault(where, axis.key, f"it is {number.role} and has no prior", legal)
    keys = tuple(axis.key for axis in axes) or tuple(number.key for number in scenario.uncertain())
    if not keys:
        raise _fault(SAMPLE, "", f"{scenario.name} has no uncertain number", "lhs:N or sobol:N")
    values = draw(scenario, count, seed)
    rows = zip(*(values[key].tolist() for key in keys), strict=True)
    return _checked(scenario, "priors", keys, rows, None, lambda _: (where, None))


def _unit_points(kind: str, count: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """Points in the unit cube, shape (count, dimensions)."""
    import numpy as np
    from scipy.stats import qmc

    if kind == "sobol" and count & (count - 1):
        below = 1 << (count.bit_length() - 1)
        legal = f"a power of two, which keeps the points balanced: {below} or {2 * below}"
        raise _fault(SAMPLE, "", f"sobol:{count}", legal)
    sampler = (qmc.Sobol if kind == "sobol" else qmc.LatinHypercube)(dimensions, rng=np.random.default_rng(seed))
    return np.asarray(sampler.random(count), dtype=np.float64)


def _stretched(unit: NDArray[np.float64], low: float, high: float, log: bool) -> NDArray[np.float64]:
    import numpy as np

    values = low * np.exp(unit * math.log(high / low)) if log else low + unit * (high - low)
    return np.clip(round_significant(values), low, high)


def _own_value(scenario: Scenario, tree: Mapping[str, object], key: str) -> object:
    number = scenario.numbers.get(key)
    if number is not None:
        return number.value
    field = key.rpartition(".")[2]
    home = f"actors.{key}" if field == "rule" and not key.startswith(("events.", "past.", "start.")) else key
    value: object = tree
    for step in home.split("."):
        value = value[step] if isinstance(value, Mapping) else None
    return value


def design(
    scenario: Scenario,
    vary: Mapping[str, object] | None = None,
    *,
    sample: str | None = None,
    seed: int = 0,
    where: str = VARY,
    rules: Collection[str] | None = None,
) -> Points:
    """The points that ``vary`` (key -> ``LO:HI:N`` text, values, or None) and ``sample`` (``lhs:N``) ask for.

    ``rules`` as in ``listed``. Raises ScenarioFault.
    """
    axes = []
    for key, spec in (vary or {}).items():
        try:
            axes.append(ticks(key, spec))
        except ValueError as error:
            raise ScenarioFault([Fault(where, None, key, str(error))]) from None
    if sample is None:
        if not axes:
            raise _fault(where, "", "nothing to vary", "KEY=LO:HI:N, KEY=a,b,c, a list of points, or a sample")
        return grid(scenario, axes, where, rules)
    kind, _, count = sample.partition(":")
    if not count.strip().isdecimal():
        raise _fault(SAMPLE, "", f"{sample!r}", "lhs:N, sobol:N or priors:N")
    return sampled(scenario, kind.strip(), int(count), axes, seed, where)
