"""Random games for property tests: a seed makes the same game everywhere."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from escalation.games.build import Branch, bimatrix, chance, end, game, move
from escalation.games.table import Table
from escalation.games.tree import Game, Outcome

LABELS = ("", "a", "a", "b", 'the "red" line', "back\\slash", "ends\\", "two\nlines", "é ∞", "{ } ,", "0", "1/3", " ")
NUMBERS = (0, 1, -2, "1/3", "-7/9", 0.1, "2.50", "1e-3", 12345678901234567890, "0.000000000000000000001")


def random_tree(seed: int, players: int = 2, depth: int = 4, perfect: bool = False) -> Game:
    """A tree of perfect recall, with chance moves, outcomes on the way, and (unless ``perfect``) hidden moves."""
    rng = np.random.default_rng(seed)
    names = [f"P{number + 1}" for number in range(players)]
    sets: dict[tuple[object, ...], tuple[str, int]] = {}

    def payoffs() -> list[int]:
        return [int(value) for value in rng.integers(-5, 6, size=players)]

    def grow(left: int, histories: tuple[tuple[object, ...], ...], first: bool = False) -> Branch:
        if left == 0 or (not first and rng.random() < 0.1):
            return end(f"end {rng.integers(6)}", *payoffs())
        paid = end("on the way", *payoffs()) if rng.random() < 0.2 else None
        if not first and rng.random() < 0.2:
            parts = rng.integers(1, 5, size=2)
            return chance(
                "",
                {
                    f"c{number}": (Fraction(int(part), int(parts.sum())), grow(left - 1, histories))
                    for number, part in enumerate(parts)
                },
                paid=paid,
            )
        player = int(rng.integers(players))
        # What a player did itself it remembers; else it sees one bit, or under perfect information all.
        seen: object = len(sets) if perfect else int(rng.integers(2))
        key = (player, histories[player], seen)
        label, count = sets.setdefault(key, (f"set {len(sets)}", int(rng.integers(2, 4))))
        branches = {
            f"{number}": grow(
                left - 1, (*histories[:player], (*histories[player], label, number), *histories[player + 1 :])
            )
            for number in range(count)
        }
        return move(names[player], label, branches, paid=paid)

    return game(f"random {seed}", names, grow(depth, ((),) * players, first=True))


def random_bimatrix(seed: int, most: int = 4, cooperative: bool = False) -> Table:
    """A table of two players with whole payoffs, the same for both where ``cooperative``."""
    rng = np.random.default_rng(seed)
    rows, columns = (int(count) for count in rng.integers(2, most + 1, size=2))
    a = rng.integers(-9, 10, size=(rows, columns))
    b = a if cooperative else rng.integers(-9, 10, size=(rows, columns))
    cells = [[(int(a[i, j]), int(b[i, j])) for j in range(columns)] for i in range(rows)]
    return bimatrix(
        f"random {seed}", ("Row", [f"r{i}" for i in range(rows)]), ("Column", [f"c{j}" for j in range(columns)]), cells
    )


def odd_tree(seed: int) -> Game:
    """A tree whose labels and numbers are as awkward as the format allows."""
    rng = np.random.default_rng(seed)

    def label() -> str:
        return str(rng.choice(np.array(LABELS, dtype=object)))

    def number() -> str:
        return str(rng.choice(np.array(NUMBERS, dtype=object)))

    def grow(left: int) -> Branch:
        if left == 0:
            return end(label(), number(), number(), node=label())
        names = [f"{label()}{place}" for place in range(int(rng.integers(1, 4)))]
        paid = end(label(), number(), number()) if rng.random() < 0.3 else None
        if rng.random() < 0.3:
            parts = [int(part) for part in rng.integers(0, 4, size=len(names))]
            parts[0] += 1
            shares = [Fraction(part, sum(parts)) for part in parts]
            branches = {name: (share, grow(left - 1)) for name, share in zip(names, shares, strict=True)}
            return chance(label(), branches, paid=paid, node=label())
        player = ("one", 'the "other"')[int(rng.integers(2))]
        # Moves that look alike are one information set: by name and number of actions.
        where = f"{label()} {len(names)}" if rng.random() < 0.5 else ""
        actions = [f"{place}" for place in range(len(names))] if where else names
        return move(player, where, {name: grow(left - 1) for name in actions}, paid=paid, node=label())

    return game(label(), ["one", 'the "other"'], grow(3), comment=label())


def odd_table(seed: int, labels: tuple[str, ...] = LABELS) -> Table:
    """A table in the outcome version: shared, unlabelled and missing outcomes."""
    rng = np.random.default_rng(seed)
    shape = [int(count) for count in rng.integers(1, 4, size=int(rng.integers(1, 4)))]
    count = int(rng.integers(1, 5))
    outcomes = tuple(
        Outcome(
            place + 1,
            str(rng.choice(np.array(labels, dtype=object))),
            tuple(Fraction(int(a), int(b)) for a, b in rng.integers(1, 9, size=(len(shape), 2))),
        )
        for place in range(count)
    )
    cells = [int(cell) for cell in rng.integers(-1, count, size=int(np.prod(shape)))]
    return Table(
        "odd",
        tuple(f"player {place}" for place in range(len(shape))),
        tuple(tuple(f"{labels[-1 - choice]}{choice}" for choice in range(own)) for own in shape),
        tuple(None if cell < 0 else cell for cell in cells),
        outcomes,
        "a comment",
    )
