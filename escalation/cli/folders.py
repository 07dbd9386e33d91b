"""``--out DIR``: the folder is claimed before anything is run, and refused as bad usage."""

from __future__ import annotations

import sys
from pathlib import Path

import click


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


def words() -> list[str]:
    """The command as it was typed, with the program's name in place of its path."""
    return ["escalation", *sys.argv[1:]]
