"""Which of the workers may go back to the interpreter: the others wait for it awake, for a while.

A thread that comes back from compiled code and finds the interpreter taken is put to sleep. To be woken takes some
50 µs, several times as long as another holds the interpreter between two of its kernels: two workers lost a twentieth
of their time so. So a kernel begins by putting the baton down, when it has let go of the interpreter, and ends by
taking it up, before it asks for the interpreter again; and if another has it, it looks again and again for about as
long as to sleep would take. To wait awake no longer than that costs at most twice what the better of both would have
cost (Karlin, Li, Manasse and Owicki 1991, SOSP, "Empirical studies of competitive spinning for a shared-memory
multiprocessor").

It is a hint: it guards nothing, and nothing but time depends on who has it. Whoever has waited long enough goes on
without it, and may put it down for another who has it, so that it does not matter if it was never put down.

The kernels that every week calls pass it on. What only rules that plan and worlds of many rows call besides does not:
there another waits in vain, for as long as it is patient.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.compiled import ENABLED, brief, inner

PATIENCE: Final = 50e-6
"""Seconds that one waits for it: about what it takes to be put to sleep and woken."""
HELD, LOOKS = 8, 24  # in cache lines that nothing else is in: the first is written all the time, the other hardly ever
BATON: Final[NDArray[np.int64]] = np.zeros(40, dtype=np.int64)
"""Whether the baton is held, and how often one who waits for it looks: the one of this process."""

_workers = 0
_lock = threading.Lock()


@contextlib.contextmanager
def shared_by(workers: int) -> Iterator[None]:
    """While open, ``workers`` threads more pass the baton.

    One alone has no one to wait for. Where there are more than cores, the one with the baton may be asleep, kept from
    its core by those that look; and where there is no lock to wait for, no one need wait: then nobody does.
    """
    _more(workers)
    try:
        yield
    finally:
        _more(-workers)


def _more(workers: int) -> None:
    global _workers
    with _lock:
        _workers += workers
        BATON[LOOKS] = _patience() if 1 < _workers <= _cores() and _has_lock() else 0


@functools.cache
def _patience() -> int:
    """How many looks ``PATIENCE`` is: processors rest between two for a few nanoseconds, or for fifty."""
    baton, looks, spans = np.zeros_like(BATON), 1_000, []
    wait(baton)  # compiled
    baton[HELD], baton[LOOKS] = 1, looks
    for _ in range(9):  # the shortest, for the system may put this thread aside meanwhile
        before = time.perf_counter()
        wait(baton)
        spans.append(time.perf_counter() - before)
    return min(int(looks * PATIENCE / max(min(spans), 1e-9)), 1_000 * looks)


def _has_lock() -> bool:
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def let_go() -> None:
    """Put the baton down for longer than from one kernel to the next."""
    BATON[HELD] = 0


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if ENABLED:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    _REST: Final = {"x86_64": "llvm.x86.sse2.pause", "AMD64": "llvm.x86.sse2.pause"}.get(platform.machine())
    """What tells the processor that a loop only waits: another thread of the same core goes faster."""

    def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return cgutils.pointer_add(builder, first, HELD * BATON.itemsize)

    @intrinsic  # type: ignore[untyped-decorator]
    def _is_free(typing: Any, baton: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _place(context, builder, signature, arguments)
            if _REST is not None:
                rest = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), []), _REST)
                builder.call(rest, [])
            held = builder.load_atomic(place, "monotonic", 8)
            return builder.icmp_unsigned("==", held, held.type(0))

        return types.boolean(baton), code

    @intrinsic  # type: ignore[untyped-decorator]
    def _taken(typing: Any, baton: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _place(context, builder, signature, arguments)
            whole = context.get_value_type(types.int64)
            before = builder.cmpxchg(place, whole(0), whole(1), "acq_rel", "monotonic")
            return builder.extract_value(before, 1)

        return types.boolean(baton), code

    @intrinsic  # type: ignore[untyped-decorator]
    def _free(typing: Any, baton: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _place(context, builder, signature, arguments)
            builder.store_atomic(context.get_value_type(types.int64)(0), place, "release", 8)
            return context.get_dummy_value()

        return types.none(baton), code

    @inner
    def put_down(baton: Any) -> None:
        """Let another have the baton: at the beginning of a kernel."""
        _free(baton)

    @inner
    def take_up(baton: Any) -> None:
        """Have the baton, or have waited long enough for it: at the end of a kernel."""
        for _ in range(baton[LOOKS]):
            if _is_free(baton) and _taken(baton):
                break

    @brief
    def wait(baton: Any) -> None:
        """``take_up``, by itself."""
        take_up(baton)

else:

    def put_down(baton: Any) -> None:
        """Nothing: threads do not run side by side."""

    wait = take_up = put_down
