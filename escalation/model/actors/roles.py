"""Actors as Mesa agents: the defender, the challenger, proxies and allies.

A role is code, an actor is data: in the shipped scenarios the defender is the United States and the challenger Iran,
in another dyad India and Pakistan. Each agent stands for one actor in all worlds of its block; ``step`` is its move
of the week, a compiled function over the block's arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from escalation.model import allies, challenger, defender, proxies
from escalation.model.arrays import desk
from escalation.model.layout import (
    ALIGNMENT,
    ATTACKS,
    CHALLENGER_EXECUTED,
    DEFENDER_EXECUTED,
    HEDGING,
    KAPPA,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
)
from escalation.model.rules import PLANNERS, code
from escalation.scenario.scenario import Actor as ActorData

if TYPE_CHECKING:
    from escalation.model.crisis import Crisis

Floats = NDArray[np.float64]


class Actor(mesa.Agent):
    """What all actors have in common: a name, a side, and the crisis they are part of."""

    model: Crisis

    def __init__(self, model: Crisis, data: ActorData) -> None:
        super().__init__(model)
        self.name = data.name
        self.side = data.side
        self.title = data.title
        self.role = data.role


class Principal(Actor):
    """One of the two sides, which choose among acts by a rule: ``acts`` of its own, and ``replies`` of the other's."""

    def __init__(self, model: Crisis, data: ActorData, acts: int, replies: int) -> None:
        super().__init__(model, data)
        self._menus = acts, replies
        self.rule = data.rule or "quantal"
        self.code = code(self.rule)
        self.plans = self.rule in PLANNERS
        self.clear_desk()

    def clear_desk(self) -> None:
        """Blank scratch for as many worlds as the crisis holds."""
        worlds = self.model.worlds
        self.desk = desk(*self._menus, worlds, ahead=worlds if self.plans else 0)

    @property
    def forced(self) -> int:
        """Index of the act that an event makes it carry out this week, -1: none."""
        return self.model.forced.get(self.name, -1) if self.model.turn == 0 else -1


class Defender(Principal):
    """The state that deters: the United States in the shipped scenarios."""

    def __init__(self, model: Crisis, data: ActorData) -> None:
        tables = model.tables
        super().__init__(model, data, tables.defender_acts.shape[1], tables.challenger_acts.shape[1])

    def step(self) -> None:
        """Choose and carry out an act in every world that has something to decide (phase 6)."""
        m, forced = self.model, self.forced
        if self.plans:
            m.foresight.defender(m.state, self.desk)
        defender.decide(
            m.tables, m.state, self.desk, self.code, forced, m.key_step, m.turn, m.week, m.routine, m.ceiling, m.run
        )

    @property
    def acts(self) -> Floats:
        """Index of the act last carried out, by world."""
        return np.asarray(self.model.state.S[DEFENDER_EXECUTED])

    @property
    def belief_restrained(self) -> Floats:
        """phi by world: belief that the challenger stays restrained."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.model.state.S[PHI])))


class Challenger(Principal):
    """The state to be deterred: Iran in the shipped scenarios."""

    def __init__(self, model: Crisis, data: ActorData) -> None:
        tables = model.tables
        super().__init__(model, data, tables.challenger_acts.shape[1], tables.defender_acts.shape[1])

    def step(self) -> None:
        """Choose and carry out an act in every world that has something to decide (phase 7)."""
        m, forced = self.model, self.forced
        if self.plans:
            m.foresight.challenger(m.state, self.desk)
        challenger.decide(
            m.tables, m.state, self.desk, self.code, forced, m.key_step, m.turn, m.week, m.routine, m.ceiling, m.run
        )

    @property
    def acts(self) -> Floats:
        """Index of the act last carried out, by world."""
        return np.asarray(self.model.state.S[CHALLENGER_EXECUTED])

    @property
    def belief_resolute(self) -> Floats:
        """pi by world: belief that the defender is resolute."""
        S = self.model.state.S
        return np.asarray(1.0 / (1.0 + np.exp(-(S[PI_COUNTRY] + S[PI_LEADER]))))


class Proxy(Actor):
    """An armed group with aims of its own under a patron's partial control."""

    def __init__(self, model: Crisis, data: ActorData, index: int) -> None:
        super().__init__(model, data)
        self.index = index

    def step(self) -> None:
        """Attack or hold in every running world (phases 3 and 4)."""
        m = self.model
        if self.name not in m.muted:
            m.run(proxies.act, self.index, m.key_step, m.dt)

    @property
    def control(self) -> Floats:
        """kappa by world: the patron's control."""
        return np.asarray(self.model.state.K[self.index, KAPPA])

    @property
    def attacks(self) -> Floats:
        """Attacks on the defender this step, by world."""
        return np.asarray(self.model.state.K[self.index, ATTACKS])


class Ally(Actor):
    """A partner of the defender who may hedge, mediate, withhold bases, or strike on its own."""

    def __init__(self, model: Crisis, data: ActorData, index: int) -> None:
        super().__init__(model, data)
        self.index = index

    def step(self) -> None:
        """Move trust, hedge or not, strike or not (phase 8)."""
        m = self.model
        if self.name not in m.muted:
            m.run(allies.act, self.index, m.key_step, m.routine, m.peaceful)

    @property
    def alignment(self) -> Floats:
        """a_j by world: alignment with the defender."""
        return np.asarray(self.model.state.A[self.index, ALIGNMENT])

    @property
    def hedging(self) -> Floats:
        """1 where the ally hedges this week, by world."""
        return np.asarray(self.model.state.A[self.index, HEDGING])
