"""One writer a folder: a lock that the system lets go of when its holder ends, however it ends."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from escalation.locking import take
from escalation.worlds.folder import LOCK, FolderTaken


class Lock:
    """The lock of a folder, held while the context lasts.

    The file tells who holds it; that it is there means nothing, for the lock itself dies with its holder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / LOCK
        self._handle = -1

    def __enter__(self) -> Self:
        """Raises ``FolderTaken`` where another process holds the lock."""
        while self._handle < 0:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                take(handle)
            except OSError:
                writer = _named(handle)
                os.close(handle)
                raise FolderTaken(f"{self._folder} is being written by process {writer}") from None
            if self._is_current(handle):
                self._handle = handle
            else:
                os.close(handle)
        os.ftruncate(self._handle, 0)
        os.write(self._handle, str(os.getpid()).encode())
        return self

    def _is_current(self, handle: int) -> bool:
        """Whether the file still has the folder's name: its last holder deletes it before letting go."""
        try:
            return os.path.samestat(os.fstat(handle), self._path.stat())
        except FileNotFoundError:
            return False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = -1


def is_held(folder: Path) -> bool:
    """Whether a process is writing to the folder now."""
    return holder(folder) is not None


def holder(folder: Path) -> str | None:
    """The number of the process that is writing to the folder now, None where there is none."""
    try:
        handle = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        take(handle)
    except OSError:
        return _named(handle)
    finally:
        os.close(handle)
    return None


def _named(handle: int) -> str:
    return os.read(handle, 64).decode(errors="replace").strip() or "unknown"
