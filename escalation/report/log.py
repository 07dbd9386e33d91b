"""One world, recorded: for every act the rung intended, executed and perceived, and what each side believed.

The world is the one that a run holds under the same number, bit for bit (tests/report/test_log.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.prepare import rules_of
from escalation.ladder import ALL_OUT_WAR
from escalation.maths import logistic
from escalation.model import challenger, defender
from escalation.model.arrays import Worlds
from escalation.model.crisis import Crisis
from escalation.model.layout import (
    ACCIDENT,
    ACT_RUNG,
    AIMED,
    ATTACKS,
    BLAMED,
    BREAKOUT_NOW,
    CHALLENGER_EXECUTED,
    CHALLENGER_INTENDED,
    CHALLENGER_PERCEIVED,
    DEAD,
    DEFENDER_EXECUTED,
    DEFENDER_INTENDED,
    DEFENDER_PERCEIVED,
    ENDED,
    FORCE,
    HEDGING,
    HIT,
    KILLED,
    LETHAL_ATTACKS,
    LETHAL_FORCE,
    MISATTRIBUTED,
    N_ACCIDENTS,
    OBLIGATION,
    ORDERED_NOW,
    P_RESOLUTE,
    P_RESTRAINED,
    P_UNRESTRAINED,
    P_WEAK,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PROVOCATION,
    PROVOCATION_TRUE,
    RUNG,
    SIGMA,
    STRUCK,
    SUFFERED,
    SUFFERED_TRUE,
    TALLIES,
    TAU,
    THETA,
    UNAUTHORISED,
    WAR_NOW,
    WAR_SUM,
    WEIGHT,
    Q,
)
from escalation.model.outcomes import ENDINGS, ROUTES
from escalation.report.motives import challenger_motive, defender_motive
from escalation.scenario.scenario import Scenario
from escalation.worlds.ensemble import plan

DEAD_TALLIES = {
    "civilians": "dead_civilian",
    "defender": "dead_defender",
    "challenger": "dead_challenger",
    "proxies": "dead_proxies",
    "allies": "dead_allies",
}


@dataclass
class Provocation:
    """What the defender faces: rungs as perceived and as they were, its dead, and whom it blames."""

    perceived: float
    true: float
    dead: int
    blamed: bool
    misattributed: bool
    accident: bool
    on_ally: bool


@dataclass
class Attacks:
    """One proxy's attacks on the defender in a week; ``ordered``: the patron had them attack."""

    actor: str
    attacks: int
    lethal: int
    dead: int
    instrument: str
    ordered: bool


@dataclass
class Move:
    """One act of the defender or the challenger in one exchange of the week (``turn`` 0 is the regular one).

    ``perceived_rung`` is what the other side took it for; ``belief`` is the other side's about the mover's type (that
    the defender is resolute, that the challenger is restrained), ``p_types`` how likely each type was to do what the
    act was taken for; ``war_chance`` the chance, before it was drawn, that this decision would end in all-out war.
    """

    actor: str
    role: str
    turn: int
    forced: bool
    intended: str
    intended_rung: int
    executed: str
    executed_rung: int
    perceived_rung: float
    faced_perceived: float
    faced_true: float
    provocation: Provocation | None
    motive: str
    dead: dict[str, int]
    belief_before: float
    belief_after: float
    p_types: tuple[float, float]
    obligation_before: float
    obligation_after: float
    war_chance: float


@dataclass
class Week:
    """One week: what happened in its order, and how things stood at its end."""

    week: int
    date: dt.date
    rung_before: int
    events: list[str] = field(default_factory=list)
    attacks: list[Attacks] = field(default_factory=list)
    unauthorised: bool = False
    allies_hit: list[str] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    ally_strikes: list[str] = field(default_factory=list)
    hedging: list[str] = field(default_factory=list)
    accidents: int = 0
    accident_dead: dict[str, int] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    rung: int = 0
    resolute: float = 0.0
    restrained: float = 0.0
    survival_threat: float = 0.0
    obligation: float = 0.0
    sanctions: float = 0.0
    breakout_weeks: float = 0.0
    ended: str = ""


@dataclass
class WorldLog:
    """One world from the start to its end or the horizon, and its tallies as a run has them."""

    scenario: Scenario
    world: int
    seed: int
    horizon: int
    priors: bool
    resolute: bool
    restrained: bool
    first_resolute: float
    first_restrained: float
    weeks: list[Week]
    ending: str
    route: str
    war_sum: float
    tallies: dict[str, int]
    civilians: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The log as plain data; actors and acts by their names in the scenario, rungs 1 to 10, beliefs 0 to 1."""
        plain: dict[str, Any] = {
            "scenario": self.scenario.name,
            "world": self.world,
            "seed": self.seed,
            "horizon_weeks": self.horizon,
            "rule": rules_of(self.scenario),
            "priors": self.priors,
            "types": {"resolute": self.resolute, "restrained": self.restrained},
            "ending": self.ending,
            "route": self.route,
            "war_sum": self.war_sum,
            "tallies": self.tallies,
            "civilian_deaths": self.civilians,
            "weeks": [asdict(week) for week in self.weeks],
        }
        for week in plain["weeks"]:
            week["date"] = week["date"].isoformat()
        return plain


class Recorder:
    """Watches a crisis of one world phase by phase and fills in its weeks."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.weeks: list[Week] = []
        self.before: Worlds | None = None
        self.acts = {name: [act.name for act in acts] for name, acts in scenario.acts.items()}
        self.tools = [tool.name for tool in scenario.instruments]

    def watch(self, crisis: Crisis) -> None:
        """Take the state before the first phase of a week and open the week."""
        self.before = _copy(crisis.state)
        self.first = self.before
        date = self.scenario.start.date + dt.timedelta(weeks=crisis.week - 1)
        self.weeks.append(Week(crisis.week, date, int(crisis.state.S[RUNG, 0])))

    def __call__(self, crisis: Crisis, phase: str) -> None:
        """Record one phase that has just run."""
        before = self.before
        if before is None:
            return
        after = _copy(crisis.state)
        week = self.weeks[-1]
        alive = before.S[ENDED, 0] == 0.0
        if phase.startswith("event:"):
            if alive:
                week.events.append(phase.removeprefix("event:"))
        elif phase == "proxies" and alive:
            self._proxies(crisis, after, week)
        elif phase in ("defender", "challenger") and alive:
            self._move(crisis, phase, before, after, week)
        elif phase == "allies" and alive:
            names = [ally.name for ally in crisis.allies]
            week.ally_strikes = [name for name, struck in zip(names, after.A[:, STRUCK, 0], strict=True) if struck > 0]
            week.hedging = [name for name, hedges in zip(names, after.A[:, HEDGING, 0], strict=True) if hedges > 0]
        elif phase == "accidents" and alive:
            week.accidents = int(after.N[N_ACCIDENTS, 0] - before.N[N_ACCIDENTS, 0])
            week.accident_dead = _dead(before, after) if week.accidents else {}
        elif phase == "close":
            self._close(after, week)
        self.before = after

    def _proxies(self, crisis: Crisis, after: Worlds, week: Week) -> None:
        week.unauthorised = bool(after.S[UNAUTHORISED, 0] > 0.5)
        for p, proxy in enumerate(crisis.proxies):
            attacks, lethal, killed = (int(after.K[p, row, 0]) for row in (ATTACKS, LETHAL_ATTACKS, KILLED))
            if attacks == 0:
                continue
            tool = int(crisis.tables.proxy_links[p, 1 if after.K[p, AIMED, 0] >= LETHAL_FORCE else 0])
            ordered = bool(after.K[p, ORDERED_NOW, 0] > 0.5)
            week.attacks.append(Attacks(proxy.name, attacks, lethal, killed, self.tools[tool], ordered))
        week.allies_hit = [ally.name for ally, hit in zip(crisis.allies, after.A[:, HIT, 0], strict=True) if hit > 0]

    def _move(self, crisis: Crisis, role: str, before: Worlds, after: Worlds, week: Week) -> None:
        S, G, r = before.S, crisis.tables.general, int(before.row[0])
        forced = role in {self._role(name) for name in crisis.forced} and crisis.turn == 0
        if role == "defender":
            occasion = bool(defender.has_occasion(S, G[r], 0))
            rows = (DEFENDER_INTENDED, DEFENDER_EXECUTED, DEFENDER_PERCEIVED, P_RESOLUTE, P_WEAK)
            table, motive = crisis.tables.defender_acts[r], defender_motive
            faced, belief = (PROVOCATION, PROVOCATION_TRUE), _resolute
        else:
            occasion = bool(challenger.has_occasion(S, 0))
            rows = (CHALLENGER_INTENDED, CHALLENGER_EXECUTED, CHALLENGER_PERCEIVED, P_RESTRAINED, P_UNRESTRAINED)
            table, motive = crisis.tables.challenger_acts[r], challenger_motive
            faced, belief = (SUFFERED, SUFFERED_TRUE), _restrained
        intended, executed, seen, p_first, p_second = (after.S[row, 0] for row in rows)
        meant, done = int(intended), int(executed)
        if not (occasion or forced or done):
            return
        actor = self.scenario.defender if role == "defender" else self.scenario.challenger
        names = self.acts[actor.name]
        move = Move(
            actor=actor.name,
            role=role,
            turn=crisis.turn,
            forced=forced,
            intended=names[meant],
            intended_rung=int(table[meant, ACT_RUNG]),
            executed=names[done],
            executed_rung=int(table[done, ACT_RUNG]),
            perceived_rung=float(seen),
            faced_perceived=float(S[faced[0], 0]),
            faced_true=float(S[faced[1], 0]),
            provocation=_provocation(S) if role == "defender" else None,
            motive=motive(crisis.tables, before, meant),
            dead=_dead(before, after),
            belief_before=belief(S),
            belief_after=belief(after.S),
            p_types=(float(p_first), float(p_second)),
            obligation_before=float(S[OBLIGATION, 0]),
            obligation_after=float(after.S[OBLIGATION, 0]),
            war_chance=float(after.S[WAR_NOW, 0]),
        )
        week.moves.append(move)

    def _role(self, name: str) -> str:
        return "defender" if name == self.scenario.defender.name else "challenger"

    def _close(self, after: Worlds, week: Week) -> None:
        S = after.S
        week.dead = _dead(self.first, after)
        week.ended = ENDINGS[int(S[ENDED, 0])] if S[ENDED, 0] > 0.0 else ""
        week.rung = ALL_OUT_WAR if week.ended == "war" else int(S[RUNG, 0])
        week.resolute, week.restrained = _resolute(S), _restrained(S)
        week.survival_threat = float(logistic(S[Q, 0]))
        week.obligation = float(S[OBLIGATION, 0])
        week.sanctions, week.breakout_weeks = float(S[SIGMA, 0]), float(S[BREAKOUT_NOW, 0])


def record(scenario: Scenario, world: int, *, seed: int = 0, horizon: int = 52, priors: bool = False) -> WorldLog:
    """Run world number ``world`` alone and record it; the same world as in a run of that seed.

    Raises ``ValueError`` for a negative world or a horizon below 1.
    """
    if world < 0 or horizon < 1:
        raise ValueError(f"world {world}, horizon {horizon}; legal: 0 or more, 1 or more")
    ready = plan(scenario, 1, seed=seed, priors=priors, first_world=world)
    recorder = Recorder(scenario)
    crisis = Crisis(
        scenario,
        1,
        tables=ready.tables,
        past=ready.past,
        rows=ready.rows,
        seed=seed,
        first_world=world,
        observer=recorder,
    )
    start = crisis.state.S
    resolute, restrained = _resolute(start), _restrained(start)
    types = bool(start[THETA, 0] > 0.5), bool(start[TAU, 0] > 0.5)
    for _ in range(horizon):
        if not crisis.running:
            break
        recorder.watch(crisis)
        crisis.step()
    state = crisis.state
    tallies = {name: int(value) for name, value in zip(TALLIES, state.N[:, 0], strict=True)}
    countries = [country.name for country in scenario.countries]
    log = WorldLog(
        scenario=scenario,
        world=world,
        seed=seed,
        horizon=horizon,
        priors=priors,
        resolute=types[0],
        restrained=types[1],
        first_resolute=resolute,
        first_restrained=restrained,
        weeks=recorder.weeks,
        ending=ENDINGS[tallies["ending"]],
        route=ROUTES[tallies["route"]],
        war_sum=float(state.S[WAR_SUM, 0]),
        tallies=tallies,
        civilians={name: int(value) for name, value in zip(countries, state.civilians[:, 0], strict=True)},
    )
    crisis.release()
    return log


def _copy(state: Worlds) -> Worlds:
    return state._replace(S=state.S.copy(), K=state.K.copy(), A=state.A.copy(), N=state.N.copy())


def _dead(before: Worlds, after: Worlds) -> dict[str, int]:
    """Who died between two states, those of whom nobody did left out."""
    died = after.N[:, 0] - before.N[:, 0]
    counts: Mapping[str, int] = {who: int(died[TALLIES.index(name)]) for who, name in DEAD_TALLIES.items()}
    return {who: count for who, count in counts.items() if count}


def _provocation(S: NDArray[np.float64]) -> Provocation | None:
    if S[PROVOCATION_TRUE, 0] < FORCE and S[DEAD, 0] < 1.0 and S[PROVOCATION, 0] < FORCE:
        return None
    return Provocation(
        perceived=float(S[PROVOCATION, 0]),
        true=float(S[PROVOCATION_TRUE, 0]),
        dead=int(S[DEAD, 0]),
        blamed=bool(S[BLAMED, 0] > 0.5),
        misattributed=bool(S[MISATTRIBUTED, 0] > 0.5),
        accident=bool(S[ACCIDENT, 0] > 0.5),
        on_ally=bool(S[WEIGHT, 0] < 1.0),
    )


def _resolute(S: NDArray[np.float64]) -> float:
    return float(logistic(S[PI_COUNTRY, 0] + S[PI_LEADER, 0]))


def _restrained(S: NDArray[np.float64]) -> float:
    return float(logistic(S[PHI, 0]))
