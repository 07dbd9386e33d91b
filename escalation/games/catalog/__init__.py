"""Reference games of the field, each in one of Gambit's files that carries its citation and its known answers.

``<venue>/<author><year>/<name>.efg`` (or ``.nfg``): the path is the provenance, the name is what ``escalation solve``
takes. The comment of the file is TOML (strings in single quotes, as the comment stands in double ones):

    about, teaches, citation     a sentence each
    [[answers]]                  what is known; ``what`` says it in words, ``kind`` is one of ``KINDS``

tests/games/test_catalog.py holds every answer to the solvers. Games whose answer turns on a number carry the
threshold, and are tried on both sides of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from escalation.games import efg, nfg
from escalation.games.numbers import exact
from escalation.games.table import Table
from escalation.games.tree import Game

Profile: TypeAlias = Mapping[str, Mapping[str, Fraction]]
"""Information set (of a table: player) -> action -> probability."""
Shares: TypeAlias = Mapping[str, Fraction]

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Equilibrium:
    """A profile without regret; unless ``sequential`` is false, not even off the path of play."""

    what: str
    strategies: Profile
    outcomes: Shares = field(default_factory=dict)
    sequential: bool = True


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Where the principal branch of quantal response ends as errors vanish; some sets may be left out."""

    what: str
    strategies: Profile
    outcomes: Shares = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Quantal:
    """The quantal response at one ``rationality``; some sets may be left out."""

    what: str
    rationality: Fraction
    strategies: Profile


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """At which number the choice at ``infoset`` turns: the probability of ``action`` at the chance move ``chance``,

    or what ``outcome`` pays to ``player``. ``below`` and ``above`` are what is then chosen, as errors vanish.
    """

    what: str
    infoset: str
    at: Fraction
    below: Shares
    above: Shares
    chance: str = ""
    action: str = ""
    outcome: str = ""
    player: str = ""


@dataclass(frozen=True, kw_only=True)
class Regret:
    """With other ``chances`` the profile is no equilibrium: ``gain`` is what its mover at ``infoset`` could gain there.

    The gain is that of the best single action there, in expectation given that the set is reached.
    """

    what: str
    chances: Mapping[str, tuple[Fraction, ...]]
    strategies: Profile
    infoset: str
    gain: Fraction


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What people did: ``shares`` of choices, or ``ends`` of plays; ``plays`` 0: the number is not known."""

    what: str
    source: str
    plays: int = 0
    shares: Profile = field(default_factory=dict)
    ends: Shares = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A fit of quantal response to what people did, as printed: ``rationality`` and ``log_likelihood``.

    ``fault`` says what is wrong with it, if anything: the fit here is then another.
    """

    what: str
    source: str
    rationality: Fraction
    log_likelihood: Fraction
    fault: str = ""


Answer: TypeAlias = Equilibrium | Limit | Quantal | Threshold | Regret | Observed | Printed
KINDS: Final[dict[str, type[Answer]]] = {
    "equilibrium": Equilibrium,
    "limit": Limit,
    "quantal": Quantal,
    "threshold": Threshold,
    "regret": Regret,
    "observed": Observed,
    "printed": Printed,
}
NUMBERS: Final = ("rationality", "at", "gain", "log_likelihood")
SHARES: Final = ("outcomes", "below", "above", "ends")
PROFILES: Final = ("strategies", "shares")


@dataclass(frozen=True)
class Entry:
    """One game of the catalogue; ``provenance`` is its path without the ending."""

    name: str
    provenance: str
    path: Path
    game: Game | Table
    about: str
    teaches: str
    citation: str
    answers: tuple[Answer, ...]

    @property
    def title(self) -> str:
        """The game's title."""
        return self.game.title


def names() -> tuple[str, ...]:
    """Names of the games, in alphabetical order."""
    return tuple(_paths())


def load(name: str) -> Entry:
    """The game called ``name``. Raises ``KeyError`` for a name that is not in the catalogue."""
    return _entry(_paths()[name])


@cache
def _paths() -> dict[str, Path]:
    found = (path for path in FOLDER.rglob("*") if path.suffix in (".efg", ".nfg"))
    return {path.stem: path for path in sorted(found, key=lambda path: path.stem)}


@cache
def _entry(path: Path) -> Entry:
    game = efg.read(path) if path.suffix == ".efg" else nfg.read(path)
    told = tomllib.loads(game.comment)
    return Entry(
        name=path.stem,
        provenance=path.relative_to(FOLDER).with_suffix("").as_posix(),
        path=path,
        game=game,
        about=told["about"],
        teaches=told["teaches"],
        citation=told["citation"],
        answers=tuple(_answer(path, answer) for answer in told["answers"]),
    )


def _answer(path: Path, told: Mapping[str, Any]) -> Answer:
    kind = KINDS[told["kind"]]
    given = {key: _read(key, value) for key, value in told.items() if key != "kind"}
    known = {part.name: part for part in fields(kind)}
    needed = {name for name, part in known.items() if part.default is MISSING and part.default_factory is MISSING}
    if set(given) - set(known) or needed - set(given):
        raise ValueError(f"{path}: {told['what']}: the keys are {', '.join(known)}")
    return kind(**given)


def _read(key: str, value: Any) -> Any:
    if key in NUMBERS:
        return exact(value)
    if key in SHARES:
        return _shares(value)
    if key in PROFILES:
        return {infoset: _shares(choice) for infoset, choice in value.items()}
    if key == "chances":
        return {label: tuple(exact(share) for share in drawn) for label, drawn in value.items()}
    return value


def _shares(told: Mapping[str, Any]) -> dict[str, Fraction]:
    return {name: exact(share) for name, share in told.items()}
