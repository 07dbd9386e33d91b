"""What each side believes, and what acts teach it: computed from the model's own choice probabilities.

Nothing here simulates a crisis to its end: beliefs are read off the first day, off that day moved back in time, and
off the first week's exchange (drift, events, proxies, attribution, the defender's act, the challenger's), which is
run with the model's own functions on the worlds' own draws. A test holds it against the full week.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escalation import draws
from escalation.maths import logistic
from escalation.scenario.design import Values
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from escalation.worlds.ensemble import Plan

    Floats = NDArray[np.float64]

MOST_DEAD = 300
"""Where the search for the casualty threshold ends (persons); beyond it the answer is "more"."""
_BLAMED_RUNG = 6.0
_HARASSING_RUNG = 5.0


@dataclass(frozen=True)
class FirstWeek:
    """The first exchange of each world; all arrays have shape (worlds,). Beliefs are probabilities.

    ``defender_rung`` and ``challenger_rung`` are executed, ``defender_seen`` is what the challenger took the act for.
    ``taught`` is the log-likelihood ratio (nats) of the defender's act as it was taken, resolute over weak.
    """

    provocation: Floats
    """Rung at which the defender perceived what it faced."""
    pi_before: Floats
    pi_after: Floats
    taught: Floats
    defender_rung: Floats
    defender_seen: Floats
    phi_before: Floats
    phi_after: Floats
    challenger_rung: Floats
    challenger_seen: Floats


def first_week(ready: Plan, *, seed: int = 0) -> FirstWeek:
    """Phases 1 to 7 of week 1 in every world of ``ready``, a plan without burn-in for this seed.

    Raises ``ValueError`` for a scenario with a burn-in, whose first week is not its start.
    """
    from escalation.model import challenger, defender, events, learning, nature, proxies, start
    from escalation.model.arrays import desk
    from escalation.model.layout import (
        ACT_RUNG,
        CHALLENGER_EXECUTED,
        CHALLENGER_PERCEIVED,
        DEFENDER_EXECUTED,
        DEFENDER_PERCEIVED,
        P_RESOLUTE,
        P_WEAK,
        PHI,
        PI_COUNTRY,
        PI_LEADER,
        PROVOCATION,
        SIGNAL_NOISE,
    )
    from escalation.model.rules import code

    scenario, tables, rows = ready.scenario, ready.tables, ready.rows
    if scenario.start.burn_in_weeks:
        raise ValueError(f"{scenario.name} has a burn-in of {scenario.start.burn_in_weeks} weeks; legal: 0")
    state = start.worlds(scenario, tables, draws.world_keys(seed, np.arange(ready.worlds)), rows, ready.past)
    S = state.S
    nature.drift(tables, state, 0, 1.0)
    forced = {scenario.defender.name: -1, scenario.challenger.name: -1}
    for event in scenario.events:
        if event.on and event.week == 1:
            act = events.happen(event, scenario, tables, state, 0)
            if act is not None:
                forced[event.actor or ""] = act
    for p in range(state.K.shape[0]):
        proxies.act(tables, state, p, 0, 1.0)
    nature.attribute(tables, state, 0)

    n, m = tables.defender_acts.shape[1], tables.challenger_acts.shape[1]
    provocation = S[PROVOCATION].copy()
    pi_before, phi_before = _probability(S[PI_COUNTRY] + S[PI_LEADER]), _probability(S[PHI])
    us, them = scenario.defender, scenario.challenger
    rule = code(us.rule or "quantal")
    defender.decide(tables, state, desk(n, m, len(rows)), rule, forced[us.name], 0, 0, 1, True, 10.0)
    noise = tables.general[rows, SIGNAL_NOISE]
    triples = zip(S[P_RESOLUTE], S[P_WEAK], noise, strict=True)
    taught = np.array([learning.log_likelihood_ratio(first, second, eps, n) for first, second, eps in triples])
    done, seen = S[DEFENDER_EXECUTED].astype(int), S[DEFENDER_PERCEIVED].copy()
    pi_after = _probability(S[PI_COUNTRY] + S[PI_LEADER])
    rule = code(them.rule or "quantal")
    challenger.decide(tables, state, desk(m, n, len(rows)), rule, forced[them.name], 0, 0, 1, True, 10.0)
    replied = S[CHALLENGER_EXECUTED].astype(int)
    return FirstWeek(
        provocation=provocation,
        pi_before=pi_before,
        pi_after=pi_after,
        taught=taught,
        defender_rung=tables.defender_acts[rows, done, ACT_RUNG],
        defender_seen=seen,
        phi_before=phi_before,
        phi_after=_probability(S[PHI]),
        challenger_rung=tables.challenger_acts[rows, replied, ACT_RUNG],
        challenger_seen=S[CHALLENGER_PERCEIVED].copy(),
    )


def belief_on(scenario: Scenario, values: Values, day: dt.date) -> Floats:
    """The challenger's belief that the defender is resolute on ``day``, shape (rows,), from what came before it."""
    from escalation.model import start
    from escalation.model.layout import D_ANCHOR
    from escalation.model.tables import build

    past = tuple(event for event in scenario.past if event.date <= day)
    moved = dataclasses.replace(
        scenario, start=dataclasses.replace(scenario.start, date=day, burn_in_weeks=0), past=past
    )
    tables = build(moved, values)
    taught = start.reputation(moved, tables)
    anchor = tables.general[:, D_ANCHOR]
    return _probability(np.log(anchor / (1.0 - anchor)) + taught[0] + taught[1])


@dataclass(frozen=True)
class Choices:
    """The defender's choice probabilities on the first day, after one attack: arrays (rows, acts)."""

    resolute: Floats
    weak: Floats
    rungs: Floats
    prior: Floats
    """(rows,) chance that the leader truly is resolute."""
    names: tuple[str, ...]

    def chance(self, lowest_rung: float) -> Floats:
        """Chance of an act of ``lowest_rung`` or higher, over the true types, shape (rows,)."""
        high = self.rungs >= lowest_rung
        resolute, weak = (self.resolute * high).sum(axis=1), (self.weak * high).sum(axis=1)
        return np.asarray(self.prior * resolute + (1.0 - self.prior) * weak)


def choices(ready: Plan, *, rung: float, dead: float, blamed: bool) -> Choices:
    """What either type would do on the first day about an attack at perceived ``rung`` with ``dead`` own dead.

    One world a parameter row, so that ``ready`` should have as many worlds as rows.
    """
    from escalation.model import start
    from escalation.model.layout import ACT_RUNG, D_RESOLUTE

    tables = ready.tables
    rows = tables.general.shape[0]
    index = np.arange(rows, dtype=np.int64)
    state = start.worlds(ready.scenario, tables, draws.world_keys(0, np.arange(rows)), index, ready.past)
    found = start.choice_by_type(tables, state, rung, dead, blamed).transpose(0, 2, 1)
    names = tuple(act.name for act in ready.scenario.acts[ready.scenario.defender.name])
    return Choices(found[0], found[1], tables.defender_acts[:, :, ACT_RUNG], tables.general[:, D_RESOLUTE], names)


def homeland_threshold(ready: Plan, *, blamed: bool = True) -> Floats:
    """Least number of own dead in one attack at which the homeland is struck as likely as not, shape (rows,).

    The attack is laid at the challenger's door if ``blamed``; infinite where ``MOST_DEAD`` would not do it.
    """
    found = np.full(ready.tables.general.shape[0], np.inf)
    dead = 1
    while dead <= MOST_DEAD and np.isinf(found).any():
        likely = choices(ready, rung=_BLAMED_RUNG, dead=float(dead), blamed=blamed).chance(8.0) >= 0.5
        found[np.isinf(found) & likely] = dead
        dead += 1 if dead < 60 else 10
    return found


def holding_still(ready: Plan) -> Floats:
    """Log-likelihood ratio (nats, resolute over weak) of the first act, holding, after an attack without dead."""
    from escalation.model import learning
    from escalation.model.layout import SIGNAL_NOISE

    after = choices(ready, rung=_HARASSING_RUNG, dead=0.0, blamed=False)
    n = after.rungs.shape[1]
    noise = ready.tables.general[:, SIGNAL_NOISE]
    triples = zip(after.resolute[:, 0], after.weak[:, 0], noise, strict=True)
    return np.array([learning.log_likelihood_ratio(first, second, eps, n) for first, second, eps in triples])


def lesson_half_life(values: Values) -> Floats:
    """Weeks until half of what an act taught is gone, under the two decays, shape (rows,): by bisection."""
    share, fast = values["learning.leader_share"], values["learning.decay_leader"]
    slow = values["learning.decay_country"]
    low, high = np.zeros(values.rows), np.full(values.rows, 1e5)
    for _ in range(80):
        middle = (low + high) / 2.0
        left = share * np.exp(-fast * middle) + (1.0 - share) * np.exp(-slow * middle)
        low, high = np.where(left > 0.5, middle, low), np.where(left > 0.5, high, middle)
    return np.asarray((low + high) / 2.0)


def _probability(logits: Floats) -> Floats:
    return np.array([logistic(float(value)) for value in logits])
