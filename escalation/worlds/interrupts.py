"""Ctrl-C while other libraries' code is run: kept until a moment at which it is not lost.

An interrupt is raised in the first thread wherever that is. In a finalizer, or in a function that the garbage collector
calls, Python tells of it and goes on: who has asked for an end waits for it in vain.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self


class Kept:
    """While this is open Ctrl-C is only noted; ``heed`` hands it to whoever heard it before, as does the end.

    It changes nothing in another thread than the first, which no interrupt reaches, nor where none is heard.
    """

    def __init__(self) -> None:
        self._came = False
        self._before: Callable[[int, FrameType | None], Any] | None = None

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came = True

    def heed(self) -> None:
        """Hand on an interrupt that has come: raises ``KeyboardInterrupt``, if nobody has provided otherwise."""
        if self._came and self._before is not None:
            self._came = False
            self._before(signal.SIGINT, None)

    def __enter__(self) -> Self:
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(before):
            self._before = before
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self.heed()
