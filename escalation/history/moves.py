"""The experiments of the claims' walk: one dial at two settings, on the same draws, over parameters from the priors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from escalation.history import beliefs
from escalation.history.claims import Move
from escalation.scenario.design import Values, draw
from escalation.scenario.loader import load
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from escalation.worlds.outcomes import Snapshot

    Floats = NDArray[np.float64]

DRAWS: Final = 16
WORLDS: Final = 64
WEEKS: Final = 26


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move did: mean over worlds of high less low, its standard error over draws, worlds that changed."""

    difference: float
    error: float
    changed: int
    worlds: int


def _weekly(tally: str) -> Callable[[Snapshot], Floats]:
    return lambda end: np.asarray(end.tally(tally) / np.maximum(end.tally("weeks"), 1))


def _plain(tally: str) -> Callable[[Snapshot], Floats]:
    return lambda end: end.tally(tally).astype(np.float64)


QUANTITIES: Final[dict[str, Callable[[Snapshot], Floats]]] = {
    "peak rung": _plain("peak"),
    "rung of the reply": _plain("reply_rung"),
    "odds of war": lambda end: end.war_sum,
    "limited war": lambda end: end.limited_war.astype(np.float64),
    "attacks a week": _weekly("attacks"),
    "meant rung of attacks": lambda end: np.asarray(end.tally("attack_rung_sum") / np.maximum(end.tally("attacks"), 1)),
    "attacks that kill": _plain("lethal_attacks"),
    "hedged weeks": _weekly("hedged_weeks"),
    "answers on the state itself": _plain("state_answered"),
    "civilian dead without war": lambda end: np.where(end.war, 0.0, end.tally("dead_civilian")),
}
"""By world, from the tallies at the end; a world without the event counts as 0."""

BELIEFS: Final = ("belief in resolve", "belief after the first act", "size of the first lesson")
"""By world, from the first day or the first week (``beliefs``)."""


def perform(move: Move, *, draws: int = DRAWS, worlds: int = WORLDS, weeks: int = WEEKS, seed: int = 0) -> Effect:
    """Run both settings of ``move`` in ``draws`` parameter rows times ``worlds`` worlds each.

    World ``w`` stands in row ``w`` mod ``draws`` and has the same draws in both. Raises ``KeyError`` for an unknown
    dial and ``ValueError`` for an unknown quantity.
    """
    low, high = (_measured(move, setting, draws, worlds, weeks, seed) for setting in (move.low, move.high))
    by_draw = (high - low).reshape(worlds, draws).mean(axis=0)
    error = float(by_draw.std(ddof=1) / np.sqrt(draws)) if draws > 1 else 0.0
    return Effect(float((high - low).mean()), error, int((high != low).sum()), len(low))


def _measured(move: Move, setting: float | bool, draws: int, worlds: int, weeks: int, seed: int) -> Floats:
    from escalation.worlds.ensemble import plan, simulate

    scenario, values = _set(load(move.scenario), move.key, setting, draws, seed)
    rows = np.arange(draws * worlds, dtype=np.int64) % draws
    if move.quantity == "belief in resolve":
        return np.asarray(beliefs.belief_on(scenario, values, scenario.start.date)[rows])
    if move.quantity in BELIEFS:
        week = beliefs.first_week(plan(scenario, len(rows), seed=seed, values=values, rows=rows), seed=seed)
        lesson = np.abs(week.taught)
        return week.pi_after if move.quantity == "belief after the first act" else np.asarray(lesson)
    if move.quantity not in QUANTITIES:
        raise ValueError(f"quantity {move.quantity!r}; legal: {', '.join((*QUANTITIES, *BELIEFS))}")
    outcomes = simulate(scenario, len(rows), seed=seed, horizon=weeks, values=values, rows=rows)
    return QUANTITIES[move.quantity](outcomes.end)


def _set(scenario: Scenario, key: str, setting: float | bool, rows: int, seed: int) -> tuple[Scenario, Values]:
    values = draw(scenario, rows, seed)
    if isinstance(setting, bool):
        return scenario.with_overrides({key: setting}), values
    return scenario, values.replace({key: setting})
