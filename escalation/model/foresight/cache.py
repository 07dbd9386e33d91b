"""Whether foresight has been compiled on this machine: its code is made at its first use, apart from the model's."""

from __future__ import annotations

import contextlib
from pathlib import Path

from escalation import compiled


def _mark() -> Path:
    return compiled.cache_folder() / "warm-foresight"


def is_warm() -> bool:
    """Whether the machine code is already there, so that the first point does not wait for the compiler."""
    return not compiled.ENABLED or _mark().exists()


def mark_warm() -> None:
    """Note that it has been compiled; where nothing can be kept, nothing is noted."""
    with contextlib.suppress(OSError):
        _mark().parent.mkdir(parents=True, exist_ok=True)
        _mark().touch()
