"""Odds of war in a crisis between states, from a scenario file.

The public names below are looked up on first use, so that importing the package (as the command line's help
does) loads neither Mesa, SciPy, Numba nor Matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from escalation.analysis.attribution import attribute
    from escalation.analysis.break_even import break_even
    from escalation.analysis.claim import claim
    from escalation.analysis.compare import compare
    from escalation.analysis.discover import discover
    from escalation.analysis.odds import run
    from escalation.analysis.sensitivity import sensitivity
    from escalation.analysis.thesis import thesis
    from escalation.model.crisis import Crisis
    from escalation.report.sweep_folder import sweep
    from escalation.scenario.loader import load

__version__ = "0.1.0"
__all__ = [
    "Crisis",
    "__version__",
    "attribute",
    "break_even",
    "claim",
    "compare",
    "discover",
    "load",
    "run",
    "sensitivity",
    "sweep",
    "thesis",
]

_HOMES: Final = {
    "Crisis": "escalation.model.crisis",
    "attribute": "escalation.analysis.attribution",
    "break_even": "escalation.analysis.break_even",
    "claim": "escalation.analysis.claim",
    "compare": "escalation.analysis.compare",
    "discover": "escalation.analysis.discover",
    "load": "escalation.scenario.loader",
    "run": "escalation.analysis.odds",
    "sensitivity": "escalation.analysis.sensitivity",
    "sweep": "escalation.report.sweep_folder",
    "thesis": "escalation.analysis.thesis",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
