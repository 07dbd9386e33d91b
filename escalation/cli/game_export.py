"""``--export``: a game written to a file for Gambit."""

from __future__ import annotations

from pathlib import Path

import click

from escalation.cli.shell import note
from escalation.games import efg, nfg
from escalation.games.labels import refused
from escalation.games.table import Table
from escalation.games.tree import Game
from escalation.worlds.folder import write_text


def export_game(game: Game | Table, target: str) -> None:
    """Write ``game``: a tree as .efg, a table as .nfg. Raises ``click.UsageError``."""
    ending = ".nfg" if isinstance(game, Table) else ".efg"
    if not target.endswith(ending):
        what = "a table" if isinstance(game, Table) else "a tree"
        raise click.UsageError(f"--export {target}: {what} is written to a file whose name ends in {ending}")
    if not Path(target).parent.is_dir():
        raise click.UsageError(f"--export {target}: no such folder")
    try:
        write_text(Path(target), nfg.write(game) if isinstance(game, Table) else efg.write(game))
    except OSError as fault:
        raise click.UsageError(f"--export {target}: cannot be written: {fault.strerror or fault}") from None
    note(f"written: {target}")
    odd = refused(game)
    if odd:
        note(f"Gambit takes printable ASCII with single spaces only, and will refuse {', '.join(map(repr, odd[:5]))}")
