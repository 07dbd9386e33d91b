"""A game in strategic form: who has which strategies, and what each profile of them pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

from escalation.games.tree import NO_OUTCOME, Outcome, names_or_numbers


@dataclass(frozen=True)
class Table:
    """``cells`` holds, for each profile, the index of its outcome, or None where nothing is paid.

    Profiles are in Gambit's order: the first player's strategy runs fastest.
    """

    title: str
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    cells: tuple[int | None, ...]
    outcomes: tuple[Outcome, ...]
    comment: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many strategies each player has."""
        return tuple(len(names) for names in self.strategies)

    @cached_property
    def player_names(self) -> tuple[str, ...]:
        """A name for each player: its label, or its number where that is empty or used twice."""
        return names_or_numbers(self.players)

    @cached_property
    def strategy_names(self) -> tuple[tuple[str, ...], ...]:
        """Names of each player's strategies, likewise."""
        return tuple(names_or_numbers(names) for names in self.strategies)

    @cached_property
    def cell_names(self) -> tuple[str, ...]:
        """The name of what each profile leads to: its outcome's label, or the profile itself, such as ``Top, Left``."""
        labelled = any(outcome.label for outcome in self.outcomes)
        if not labelled:
            return tuple(
                ", ".join(names[choice] for names, choice in zip(self.strategy_names, profile, strict=True))
                for profile in self.profiles()
            )
        return tuple(NO_OUTCOME if cell is None else self.outcomes[cell].name for cell in self.cells)

    def profiles(self) -> Iterator[tuple[int, ...]]:
        """Every profile of strategies, in the order of ``cells``."""
        for place in range(prod(self.shape)):
            profile = []
            for count in self.shape:
                place, choice = divmod(place, count)
                profile.append(choice)
            yield tuple(profile)
