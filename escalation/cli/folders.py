"""``--out DIR``: the folder is claimed before anything is run, and refused as bad usage."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from escalation.cli.shell import INTERRUPTED, note


def claimed(out: str | None) -> Path | None:
    """The folder to write to, None if none was asked for. Raises ``click.UsageError`` if it cannot be had."""
    from escalation.worlds.folder import FolderTaken, claim

    if out is None:
        return None
    try:
        return claim(Path(out))
    except FolderTaken as fault:
        raise click.UsageError(f"--out: {fault}.") from None
    except OSError as error:
        raise click.UsageError(f"--out: {out}: {error.strerror}.") from None


@contextlib.contextmanager
def all_or_nothing(folder: Path | None = None) -> Iterator[None]:
    """Work of which Ctrl-C keeps nothing: that is said, with exit code 130, and a ``folder`` made for it is removed."""
    try:
        yield
    except KeyboardInterrupt:
        if folder is not None:
            with contextlib.suppress(OSError):  # an earlier run's folder is not empty, and is left as it is
                folder.rmdir()
        note("interrupted: nothing was kept, and nothing written")
        raise click.exceptions.Exit(INTERRUPTED) from None


def words() -> list[str]:
    """The command as it was typed, with the program's name in place of its path."""
    return ["escalation", *sys.argv[1:]]
