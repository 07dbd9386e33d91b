"""From what a user types to a game."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from escalation.games import catalog, efg, nfg
from escalation.games.table import Table
from escalation.games.tree import Game
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.files import shipped

READERS: Final[dict[str, Callable[[Path, str], Game | Table]]] = {".efg": efg.read, ".nfg": nfg.read}


def find(argument: str) -> Game | Table:
    """The game in the file ``argument``, told by its ending, or the reference game of that name.

    Raises ``ScenarioFault``; what it suggests may also be a scenario, which has a game, but is none.
    """
    path = Path(argument)
    reader = READERS.get(path.suffix.casefold())
    if reader is not None:
        return reader(path, argument)
    if argument in catalog.names():
        return catalog.load(argument).game
    beside = [entry.name for entry in _files(path.parent)]
    legal = "a scenario, a reference game, or a file of Gambit's whose name ends in .efg or .nfg"
    what = "not a game" if path.exists() else "no such game"
    names = [*beside, *catalog.names(), *shipped()]
    alike = [name for name in names if path.name and name.casefold().startswith(path.name.casefold())]
    if len(alike) > 1:
        legal, near = f"{legal}; those that begin so: {', '.join(alike)}", ""
    else:
        near = alike[0] if alike else closest(path.name, names)
    raise ScenarioFault([Fault(argument, None, "", what, legal, near)])


def _files(folder: Path) -> list[Path]:
    try:
        return [entry for entry in folder.iterdir() if entry.suffix.casefold() in READERS]
    except OSError:
        return []


def shown_size(game: Game | Table) -> str:
    """A game's size in a phrase: its form and how much of what it has."""
    if isinstance(game, Table):
        return f"a table, {' by '.join(map(str, game.shape))}"
    sets, ends = len(game.personal), len(game.ends)
    return f"a tree: {sets} information set{'s' * (sets != 1)}, {len(game.nodes)} nodes, {ends} ends"
