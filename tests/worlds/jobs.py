"""Tasks for tests of executors, in a module that a fresh process imports at once."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from escalation.worlds.executors import Control


def dies_once(task: tuple[str, int], _: Control) -> int:
    """Kill the process that it runs in, the first time."""
    mark, number = task
    if number == 1 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dies(number: int, _: Control) -> int:
    """Kill the process that it runs in, for 1 whenever it runs."""
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def waits(number: int, control: Control) -> int:
    """Return 0 at once, and any other number only when asked to stop."""
    while number and not control.stop():
        time.sleep(0.01)
    return number


def odd(number: int, _: Control) -> int:
    """Raise ``ValueError`` for an even number."""
    if number % 2 == 0:
        raise ValueError(number)
    return number
