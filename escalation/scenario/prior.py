"""Priors of uncertain numbers: written as text, drawn by inversion, truncated to the plausible range."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from escalation.scenario.faults import closest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "beta": ("a", "b"),
    "lognormal": ("median", "log_sd"),
    "loguniform": ("low", "high"),
    "uniform": ("low", "high"),
    "normal": ("mean", "sd"),
    "gamma": ("shape", "rate"),
    "triangular": ("low", "mode", "high"),
}
FORMS: Final[tuple[str, ...]] = tuple(f"{name}({', '.join(names)})" for name, names in FAMILIES.items())
SIGNIFICANT_DIGITS: Final = 10
LEAST_MASS: Final = 1e-6
"""A prior with less of its mass than this inside the range says something else than the range does."""

_CALL = re.compile(r"\s*([A-Za-z_]+)\s*\(([^()]*)\)\s*")


@dataclass(frozen=True, slots=True)
class Prior:
    """A named distribution; build it with :func:`parse`, which checks the parameters."""

    family: str
    parameters: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.family}({', '.join(f'{p:g}' if float(f'{p:g}') == p else repr(p) for p in self.parameters)})"

    def mass(self, low: float, high: float) -> float:
        """Probability between ``low`` and ``high``."""
        below, above = self.cdf(low), self.cdf(high)
        return above - below

    def has_mass(self, low: float, high: float) -> bool:
        """Whether at least LEAST_MASS lies between ``low`` and ``high``; loads SciPy only in doubt."""
        if self.family in ("beta", "gamma") and self._mass_at_a_glance(low, high) > 1e3 * LEAST_MASS:
            return True
        return self.mass(low, high) >= LEAST_MASS

    def _mass_at_a_glance(self, low: float, high: float) -> float:
        """The lower sum of the density over 32 cells: a rough lower bound, without SciPy."""
        a, b = self.parameters
        top = min(high, 1.0) if self.family == "beta" else high
        width = (top - max(low, 0.0)) / 32
        if width <= 0.0:
            return 0.0
        heights = [self._density(max(low, 0.0) + cell * width, a, b) for cell in range(33)]
        return width * sum(map(min, heights, heights[1:]))

    def _density(self, x: float, a: float, b: float) -> float:
        if x <= 0.0 or (self.family == "beta" and x >= 1.0):
            return 0.0
        if self.family == "gamma":
            return math.exp(a * math.log(b) + (a - 1) * math.log(x) - b * x - math.lgamma(a))
        scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        return math.exp(scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))

    def quantile(self, u: Floats, low: float, high: float) -> Floats:
        """Quantiles of the prior truncated to [low, high], at F(low) + u (F(high) - F(low)).

        ``u`` holds uniforms in (0, 1), of any shape; the result has the same shape. Values are rounded to
        ten significant digits, so that a digest doesn't hang on the last bit of a special function.
        """
        import numpy as np

        below, above = self.cdf(low), self.cdf(high)
        inverted = unrounded(self.family, self.constants(), below + np.asarray(u, dtype=np.float64) * (above - below))
        return np.clip(round_significant(inverted), low, high)

    def cdf(self, x: float) -> float:
        """Probability of ``x`` or less."""
        p = self.parameters
        if self.family == "uniform":
            return min(max((x - p[0]) / (p[1] - p[0]), 0.0), 1.0)
        if self.family == "loguniform":
            return 0.0 if x <= p[0] else min(math.log(x / p[0]) / math.log(p[1] / p[0]), 1.0)
        if self.family == "triangular":
            return self._triangular_cdf(x)
        if self.family == "normal":
            return _normal_cdf((x - p[0]) / p[1])
        if x <= 0.0:
            return 0.0
        if self.family == "lognormal":
            return _normal_cdf(math.log(x / p[0]) / p[1])
        from scipy import special

        if self.family == "gamma":
            return float(special.gammainc(p[0], x * p[1]))
        return float(special.betainc(p[0], p[1], min(x, 1.0)))

    def _triangular_cdf(self, x: float) -> float:
        low, mode, high = self.parameters
        if x <= low:
            return 0.0
        if x >= high:
            return 1.0
        if x <= mode:
            return (x - low) ** 2 / ((high - low) * (mode - low))
        return 1.0 - (high - x) ** 2 / ((high - low) * (high - mode))

    def constants(self) -> tuple[float, ...]:
        """What :func:`unrounded` takes: the parameters; of a log-uniform law its low end and the log of its ratio."""
        p = self.parameters
        return (p[0], math.log(p[1] / p[0])) if self.family == "loguniform" else p


def unrounded(family: str, constants: tuple[float | Floats, ...], q: Floats) -> Floats:
    """Quantiles of laws of one family at the probabilities ``q``; constants by law, as arrays of the shape of ``q``.

    Or one law's, as floats.
    """
    import numpy as np

    a, b = constants[:2]
    if family == "uniform":
        return np.asarray(a + q * (b - a))
    if family == "loguniform":
        return np.asarray(a * np.exp(q * b))
    if family == "triangular":
        low, mode, high = constants
        rising = low + np.sqrt(q * (high - low) * (mode - low))
        falling = high - np.sqrt((1.0 - q) * (high - low) * (high - mode))
        return np.where(q * (high - low) <= mode - low, rising, falling)
    from scipy import special

    if family == "normal":
        return np.asarray(a + b * special.ndtri(q))
    if family == "lognormal":
        return np.asarray(a * np.exp(b * special.ndtri(q)))
    if family == "gamma":
        return np.asarray(special.gammaincinv(a, q) / b)
    return np.asarray(special.betaincinv(a, b, q))


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def parse(text: str) -> Prior:
    """Read ``beta(7, 13)`` and the like.

    Raises ValueError, saying what is wrong and what is legal.
    """
    call = _CALL.fullmatch(text)
    if call is None:
        raise ValueError(f"{text!r} is not a prior; write one of {', '.join(FORMS)}")
    family = call[1]
    names = FAMILIES.get(family)
    if names is None:
        near = closest(family, FAMILIES)
        hint = f" (did you mean {near!r}?)" if near else ""
        raise ValueError(f"unknown prior {family!r}; write one of {', '.join(FORMS)}{hint}")
    form = f"{family}({', '.join(names)})"
    words = [word.strip() for word in call[2].split(",")]
    if len(words) != len(names):
        raise ValueError(f"{text!r} has {len(words)} parameters; {form} has {len(names)}")
    try:
        parameters = tuple(float(word) for word in words)
    except ValueError:
        raise ValueError(f"the parameters of {text!r} are not all numbers; write {form}") from None
    if not all(map(math.isfinite, parameters)):
        raise ValueError(f"the parameters of {text!r} are not all finite; write {form}")
    wrong = _wrong_parameters(family, parameters)
    if wrong:
        raise ValueError(f"{text!r}: {wrong}")
    return Prior(family, parameters)


def _wrong_parameters(family: str, p: tuple[float, ...]) -> str:
    if family in ("beta", "gamma", "lognormal") and min(p) <= 0.0:
        return f"{' and '.join(FAMILIES[family])} must be above 0"
    if family == "normal" and p[1] <= 0.0:
        return "sd must be above 0"
    if family == "loguniform" and p[0] <= 0.0:
        return "low must be above 0"
    if family in ("uniform", "loguniform") and p[0] >= p[1]:
        return "low must be below high"
    if family == "triangular" and not (p[0] <= p[1] <= p[2] and p[0] < p[2]):
        return "low, mode and high must rise"
    return ""


@cache
def _powers_of_ten() -> tuple[NDArray[np.int64], Floats]:
    """Exponents -300 to 300, and ten to each, as exact as a float can be."""
    import numpy as np

    exponents = np.arange(-300, 301)
    return exponents, np.array([float(f"1e{exponent}") for exponent in exponents])


def power_of_ten(exponent: Floats) -> Floats:
    """Ten to whole exponents from -300 to 300, as exact as a float can be."""
    import numpy as np

    exponents, powers = _powers_of_ten()
    return np.asarray(powers[np.asarray(exponent, dtype=np.int64) - exponents[0]])


def round_significant(values: Floats) -> Floats:
    """Round to ten significant digits, with exact powers of ten only: the same bits on every machine."""
    import numpy as np

    exponents, powers = _powers_of_ten()
    size = np.abs(values)
    safe = (size >= powers[0]) & (size < powers[-1])
    place = np.searchsorted(powers, np.where(safe, size, 1.0), side="right") - 1
    shift = SIGNIFICANT_DIGITS - 1 - exponents[place]
    up = powers[np.clip(shift, 0, 300) + 300]
    down = powers[np.clip(-shift, 0, 300) + 300]
    rounded = np.round(np.where(safe, values, 0.0) * up / down) / up * down
    result: Floats = np.where(safe, rounded, values)
    return result
