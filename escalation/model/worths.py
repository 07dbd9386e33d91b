"""The payoffs of one world as Python can call them: what each act is worth where, for those who draw the game's tree.

Nothing is computed here: each function hands one lane to the payoff functions that the week's decisions use
(``payoffs``), so that a tree built on them is the model's own game (``analysis.stage_game``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from escalation.compiled import compiled
from escalation.model.arrays import Floats, Ints, Tables, Worlds
from escalation.model.payoffs import (
    capacities,
    challenger_base,
    challenger_context,
    challenger_worth,
    defender_base,
    defender_context,
    defender_worth,
    madden,
    zeal,
)


class Sheet(NamedTuple):
    """What both sides weigh in one world, and scratch for one question; the last axis has one lane."""

    who: Ints  # (1,) the world
    defender: Floats  # (8, 1) what the defender weighs: payoffs.CAPABILITY and so on
    challenger: Floats  # (8, 1) what the challenger weighs: payoffs.OBLIGED and so on
    defender_base: Floats  # (n, 1) worth of the defender's acts, apart from what depends on the node
    challenger_base: Floats  # (2, m, 1) the same of the challenger's, by type
    meets: Floats  # (m,) obligation that each of the challenger's acts can meet
    faced: Floats  # (6, 1) what a node of the game holds: payoffs.GAMMA and so on


def sheet(tables: Tables, state: Worlds, defender_moves: bool) -> Sheet:
    """What both sides weigh in the first world of ``state``: the mover with its own errors of estimate.

    The other side is pictured without them, as everywhere in the model.
    """
    n, m = tables.defender_acts.shape[1], tables.challenger_acts.shape[1]
    filled = Sheet(
        who=np.zeros(1, dtype=np.int64),
        defender=np.zeros((8, 1)),
        challenger=np.zeros((8, 1)),
        defender_base=np.zeros((n, 1)),
        challenger_base=np.zeros((2, m, 1)),
        meets=np.zeros(m),
        faced=np.zeros((6, 1)),
    )
    own, other = (1.0, 0.0) if defender_moves else (0.0, 1.0)
    weigh(tables, int(state.row[0]), state.S, state.A, filled, own, other)
    return filled


@compiled
def weigh(T: Any, r: int, S: Any, A: Any, P: Any, defender_private: float, challenger_private: float) -> None:
    """Fill the sheet ``P``; the two numbers are 1 for a side that weighs with its own errors of estimate."""
    G = T.general[r]
    defender_context(G, T.allies[r], S, A, P.who, 1, defender_private, P.defender)
    challenger_context(G, S, P.who, 1, challenger_private, P.challenger)
    defender_base(G, T.defender_acts[r], P.defender, 1, P.defender_base)
    challenger_base(G, T.challenger_acts[r], P.challenger, 1, P.challenger_base)
    capacities(G, T.challenger_acts[r], P.meets)


@compiled
def of_defender(T: Any, r: int, P: Any, kind: int, out: Any) -> None:
    """Fill ``out`` (n, 1) with the worth of the defender's acts to its type ``kind`` (0: resolute) facing ``P.faced``.

    ``r`` is the parameter row.
    """
    G = T.general[r]
    defender_worth(G, T.defender_acts[r], P.defender, P.defender_base, zeal(G, kind), P.faced, 1, out)


@compiled
def of_challenger(T: Any, r: int, P: Any, kind: int, out: Any) -> None:
    """Fill ``out`` (m, 1) with the worth of the challenger's acts to its type ``kind`` (0: restrained)."""
    challenger_worth(T.general[r], T.challenger_acts[r], P.meets, P.challenger_base[kind], kind, P.faced, 1, out)


@compiled
def maddened(T: Any, r: int, provoked: Any, moved: Any, choice: Any) -> None:
    """What a resolute defender's irrationality makes of its ``choice`` (n, 1), in place (``payoffs.madden``).

    ``provoked`` (1,) is 1 where it was; ``moved`` (1,) is scratch.
    """
    madden(T.general[r], T.defender_acts[r], provoked, 1, moved, choice)
