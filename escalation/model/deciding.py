"""One side's decision in every world of a block: by factors where that can be done, else by nodes of the game."""

from __future__ import annotations

import functools
from typing import Any, Final

from escalation.compiled import Bound
from escalation.model.arrays import Desk, Tables, Worlds, desk
from escalation.model.aside import by_menu, put_back, some
from escalation.model.lanes import too_steep
from escalation.model.rules import CODES
from escalation.model.stage import CONSIDERED, PICTURED

QUANTAL: Final = CODES["quantal"]


def decide(
    take_turn: Any,
    weigh_by_nodes: Any,
    T: Tables,
    X: Worlds,
    D: Desk,
    rule: int,
    forced: int,
    step: int,
    turn: int,
    week: int,
    routine: bool,
    ceiling: float,
    run: Bound | None = None,
) -> None:
    """Phase 6 or 7, by the side's ``take_turn`` and ``weigh_by_nodes``, where there is something to decide.

    ``turn`` is the exchange round, or ``stage.PICTURED`` or ``CONSIDERED``, when ``D.record`` alone is filled, for
    every world; ``ceiling`` keeps acts above a rung off the table (burn-in). ``run`` is bound to the tables
    and worlds, for whoever decides again and again.
    """
    lanes = X.lanes
    if lanes.menu < 0:
        for index in by_menu(X):
            part, own = some(X, index), desk(D.reply.shape[0], D.reply.shape[1], len(index))
            decide(take_turn, weigh_by_nodes, T, part, own, rule, forced, step, turn, week, routine, ceiling)
            put_back(X, index, part)
            D.record[:, :, index] = own.record
        return
    private = 0.0 if turn == PICTURED else 1.0
    if turn < 0:
        D.deciding[:] = 1.0
    by_factors = rule == QUANTAL and turn != CONSIDERED
    alone, live = by_factors and not lanes.steep, turn >= 0
    also = (D, forced, step, turn, week, routine, private, ceiling)
    call = functools.partial(take_turn, T, X) if run is None else functools.partial(run, take_turn)
    call(*also, live, by_factors, live and alone)
    if not alone:
        by_nodes = too_steep(lanes, D.deciding) if by_factors else D.deciding
        weigh_by_nodes(T, X, D, by_nodes, rule, private, ceiling, D.record)
        if live:
            call(*also, False, False, True)
