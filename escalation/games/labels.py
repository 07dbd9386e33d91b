"""Which labels Gambit takes: since 16.7 printable ASCII only, with single spaces between words."""

from __future__ import annotations

import re
from typing import Final

from escalation.games.table import Table
from escalation.games.tree import Game

_LEGAL: Final = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?")


def refused(game: Game | Table) -> list[str]:
    """Labels of ``game`` at which Gambit refuses the whole file; here they are read and written as they are."""
    if isinstance(game, Table):
        used = [*game.players, *(name for own in game.strategies for name in own)]
    else:
        used = [*game.players, *(node.label for node in game.nodes)]
        used += [label for infoset in game.infosets for label in (infoset.label, *infoset.actions)]
    used += [outcome.label for outcome in game.outcomes]
    return [label for label in dict.fromkeys(used) if not _LEGAL.fullmatch(label)]
