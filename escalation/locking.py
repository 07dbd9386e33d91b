"""A lock on an open file, which the system lets go of when its holder ends, however it ends."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt

    def take(handle: int, *, wait: bool = False) -> None:
        """Lock the open file ``handle``; raises ``OSError`` where another process holds it and ``wait`` is off."""
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    raise
            else:
                return
else:
    import fcntl

    def take(handle: int, *, wait: bool = False) -> None:
        """Lock the open file ``handle``; raises ``OSError`` where another process holds it and ``wait`` is off."""
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
