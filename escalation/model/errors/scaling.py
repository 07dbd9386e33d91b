"""How a channel's multiplier m acts on a rate: the contract's two rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rates = NDArray[np.float64]


def probability(p: Rates, m: Rates) -> Rates:
    """A probability p becomes 1 - (1 - p)^m: m independent chances to err. 0 switches it off, 1 leaves it as it is.

    Rounded to 14 decimals, so that the last bit of a library's power function cannot flip a digest.
    """
    scaled = np.round(1.0 - (1.0 - p) ** m, 14)
    return np.where(m == 1.0, p, scaled)


def magnitude(x: Rates, m: Rates) -> Rates:
    """A standard deviation, a bias or a hazard becomes m times itself."""
    return x * m
