"""Which of the workers may go back to the interpreter: the others wait for it awake, for a while.

A thread that comes back from compiled code and finds the interpreter taken is put to sleep. To be woken takes some
50 µs, several times as long as another holds the interpreter between two of its kernels: two workers lost a twentieth
of their time so. So a kernel begins by putting the baton down, when it has let go of the interpreter, and ends by
taking it up, before it asks for the interpreter again; and if another has it, it looks again and again for about as
long as to sleep would take. To wait awake no longer than that costs at most twice what the better of both would have
cost (Karlin, Li, Manasse and Owicki 1991, SOSP, "Empirical studies of competitive spinning for a shared-memory
multiprocessor").

It is a hint: it guards nothing, and nothing but time depends on who has it. Whoever has waited long enough goes on
without it, so that it does not matter if it was never put down.
"""

from __future__ import annotations

import os
import platform
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.compiled import ENABLED, inner

_HELD, _LOOKS = 0, 8  # in cache lines of their own: the first is written all the time, the other hardly ever
PATIENCE: Final = 2_000
"""Looks of one who waits: some 50 to 100 µs, by how long the processor rests between two."""
BATON: Final[NDArray[np.int64]] = np.zeros(16, dtype=np.int64)
"""Whether the baton is held, and how often one who waits for it looks: the one of this process."""


def share(workers: int) -> None:
    """Have ``workers`` threads pass the baton: one alone has no one to wait for, and nor has one that lacks a core.

    Where threads take turns on a core, the one with the baton may be asleep, kept from it by those that look.
    """
    BATON[_LOOKS] = PATIENCE if 1 < workers <= _cores() else 0


def let_go() -> None:
    """Put the baton down for longer than from one kernel to the next."""
    BATON[_HELD] = 0


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
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

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
        for _ in range(baton[_LOOKS]):
            if _is_free(baton) and _taken(baton):
                break

else:

    def put_down(baton: Any) -> None:
        """Nothing: threads do not run side by side."""

    take_up = put_down
