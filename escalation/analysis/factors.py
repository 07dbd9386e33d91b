"""What an analysis moves: numbers of a scenario, alone or several together, each over its prior or a range.

A *factor* holds one number or more. An analysis works in the unit cube, a coordinate a number: 0.5 is the median of the
number's prior (or the middle of its range), whatever the number is, and a coordinate means the same in every scenario
that is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from escalation.scenario.axes import Axis, ticks
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.points import VARY, is_structural, listed
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HELD: Final = "no uncertain number is to be moved"


@dataclass(frozen=True, slots=True)
class Factor:
    """Numbers that are moved together; ``low`` and ``high`` where one number runs over a range, not over its prior."""

    name: str
    keys: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    log: bool = False


@dataclass(frozen=True)
class Factors:
    """All factors of an analysis; the coordinates of ``keys`` stand in the order of the factors."""

    factors: tuple[Factor, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every number that moves."""
        return tuple(key for factor in self.factors for key in factor.keys)

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The coordinates of each factor."""
        found, first = [], 0
        for factor in self.factors:
            found.append(tuple(range(first, first + len(factor.keys))))
            first += len(factor.keys)
        return tuple(found)

    def columns(self, scenario: Scenario, unit: Floats) -> dict[str, Floats]:
        """The numbers of ``scenario`` at points of the unit cube, ``unit`` (points, keys), as key -> (points,).

        A number that the scenario does not have, or is sure of, is left out.
        """
        import numpy as np

        from escalation.scenario.prior import round_significant

        found: dict[str, Floats] = {}
        place = 0
        for factor in self.factors:
            for key in factor.keys:
                u, number = unit[:, place], scenario.numbers.get(key)
                place += 1
                if number is None:
                    continue
                if factor.low is not None and factor.high is not None:
                    ratio = factor.high / factor.low if factor.log else 1.0
                    spread = factor.low * ratio**u if factor.log else factor.low + u * (factor.high - factor.low)
                    found[key] = np.clip(round_significant(spread), factor.low, factor.high)
                elif number.prior is not None and number.range is not None:
                    found[key] = number.prior.quantile(u, *number.range)
        return found


def factors_of(
    scenarios: Sequence[Scenario],
    vary: Mapping[str, str | None] | Iterable[str] | None = None,
    *,
    together: bool = False,
    where: str = VARY,
) -> Factors:
    """The factors asked for: by default every number that any of ``scenarios`` is uncertain of.

    ``vary`` names a number (over its prior), a number with ``LO:HI`` (evenly over the range), or the beginning of
    several dotted keys (``instruments``), whose uncertain numbers then move as one. ``together`` makes one factor of
    all default numbers with the same first word. Raises ScenarioFault.
    """
    uncertain = list(dict.fromkeys(number.key for scenario in scenarios for number in scenario.uncertain()))
    if vary is None or not (asked := dict(vary) if isinstance(vary, Mapping) else dict.fromkeys(vary)):
        names = [key.partition(".")[0] if together else key for key in uncertain]
        found = {name: [key for key, of in zip(uncertain, names, strict=True) if of == name] for name in names}
        if not found:
            raise _fault(where, "", HELD, "KEY=LO:HI for a number to move")
        return Factors(tuple(Factor(name, tuple(keys)) for name, keys in found.items()))
    factors = [_asked(scenarios, uncertain, name, spec, where) for name, spec in asked.items()]
    _disjoint(factors, where)
    return Factors(tuple(factors))


def range_of(scenarios: Sequence[Scenario], key: str, axis: Axis, where: str) -> tuple[float, float]:
    """The range over which a number that every scenario has is to run. Raises ScenarioFault for an illegal one."""
    for scenario in scenarios:
        listed(scenario, [key], [[_own(scenario, key)]], lambda _: (where, None))
        if key not in scenario.numbers or is_structural(scenario, key):
            raise _fault(where, key, "no number that can be moved bit by bit", "KEY of a number of the scenario")
    if axis.low is not None and axis.high is not None:
        low, high = axis.low, axis.high
    else:
        low, high = _span(scenarios[0], key, where)
    for scenario in scenarios:
        listed(scenario, [key], [[low], [high]], lambda _: (where, None))
    return low, high


def read_axis(key: str, spec: str | None, where: str) -> Axis:
    """What is said of a key, read. Raises ScenarioFault."""
    try:
        axis = ticks(key, spec)
    except ValueError as error:
        raise _fault(where, key, str(error), f"{key}, {key}=LO:HI or {key}=LO:HI:N") from None
    if axis.values is not None and axis.low is None:
        raise _fault(where, key, f"{spec!r} is a list", f"a range: {key}=LO:HI")
    return axis


def _own(scenario: Scenario, key: str) -> object:
    number = scenario.numbers.get(key)
    return 0.0 if number is None else number.value


def _span(scenario: Scenario, key: str, where: str) -> tuple[float, float]:
    """The plausible range; of a lever from its least to twice what it is, as far as that is legal."""
    number = scenario.numbers[key]
    if number.range is None:
        raise _fault(where, key, "the scenario gives it no plausible range", f"{key}=LO:HI")
    low, high = number.range
    return (low, min(high, 2.0 * number.value)) if number.role == "lever" and number.value > low else (low, high)


def _asked(scenarios: Sequence[Scenario], uncertain: Sequence[str], name: str, spec: str | None, where: str) -> Factor:
    if spec is not None:
        axis = read_axis(name, spec, where)
        if axis.values is not None:
            raise _fault(where, name, f"{spec!r} names steps", f"a range: {name}=LO:HI")
        low, high = range_of(scenarios, name, axis, where)
        return Factor(name, (name,), low, high, axis.log)
    if name in uncertain:
        return Factor(name, (name,))
    below = tuple(key for key in uncertain if key.startswith(f"{name}."))
    if below:
        return Factor(name, below)
    known = any(name in scenario.numbers for scenario in scenarios)
    if known:
        raise _fault(where, name, "the scenario is sure of it: it has no prior", f"{name}=LO:HI")
    words = dict.fromkeys(key[:end] for key in uncertain for end, c in enumerate(f"{key}.") if c == ".")
    near = closest(name, list(words))
    raise ScenarioFault([Fault(where, None, name, "no uncertain number has this key", "KEY, or KEY=LO:HI", near)])


def _disjoint(factors: Sequence[Factor], where: str) -> None:
    seen: dict[str, str] = {}
    for factor in factors:
        for key in factor.keys:
            if key in seen:
                raise _fault(where, factor.name, f"{key} is in {seen[key]} too", "each number in one factor")
            seen[key] = factor.name


def _fault(where: str, key: str, what: str, legal: str) -> ScenarioFault:
    return ScenarioFault([Fault(where, None, key, what, legal)])
