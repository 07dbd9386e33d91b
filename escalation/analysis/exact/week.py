"""One week of the reduced crisis, every draw enumerated instead of drawn.

A state is a row of numbers (``FIELDS``); a phase turns rows into rows with the probability of each draw that leads
there. It is written from the model's description, apart from the kernels: what they share is the choice probabilities,
which are the model's own decision functions'. So an error in how the kernels draw, carry out an act, or go through the
week shows up as odds outside their interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.exact.reduction import Reduced
from escalation.model import challenger, defender, layout, start, tables
from escalation.model.arrays import Desk, Tables, desk
from escalation.model.rules import PLANNERS, code
from escalation.model.stage import CONSIDERED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIELDS: Final = (
    "theta",
    "tau",
    "rung",
    "commit_defender",
    "commit_challenger",
    "obligation",
    "order",
    "punishment",
    "decapitated",
    "provocation",
    "provocation_true",
    "dead",
    "blamed",
    "suffered",
    "alert",
    "fresh",
    "defender_executed",
    "challenger_executed",
)
(
    THETA,
    TAU,
    RUNG,
    COMMIT_DEFENDER,
    COMMIT_CHALLENGER,
    OBLIGATION,
    ORDER,
    PUNISHMENT,
    DECAPITATED,
    PROVOCATION,
    PROVOCATION_TRUE,
    DEAD,
    BLAMED,
    SUFFERED,
    ALERT,
    FRESH,
    DEFENDER_EXECUTED,
    CHALLENGER_EXECUTED,
) = range(18)
WAR, FELL = -1, -2
"""Where a step may lead besides another state."""
OCCASIONS: Final = 14
FADES: Final = 0.1
"""Weekly decay of an untested vow."""
ROUNDS: Final = 7


@dataclass
class Step:
    """Some outcomes of a phase: from rows ``source`` with probability ``p`` to the rows ``state``, or an ending."""

    source: Ints
    p: Floats
    state: Floats
    ending: int = 0

    def where(self, kept: NDArray[np.bool_]) -> Step:
        """The outcomes that are ``kept``."""
        return Step(self.source[kept], self.p[kept], self.state[kept], self.ending)

    def given(self, p: Floats | float) -> Step:
        """The same outcomes with probability ``p`` of a further draw; the rows are copied."""
        return Step(self.source, self.p * p, self.state.copy(), self.ending)


Phase = Callable[[Floats], Iterator[Step]]


@dataclass(frozen=True)
class Week:
    """The phases of the reduced crisis' weeks, in their order."""

    reduced: Reduced

    @cached_property
    def tables(self) -> Tables:
        """The numbers as the model reads them, error channels applied."""
        return tables.build(self.reduced.scenario, self.reduced.values)

    @cached_property
    def past(self) -> Floats:
        """What the past has taught."""
        return start.reputation(self.reduced.scenario, self.tables)

    @cached_property
    def numbers(self) -> dict[str, float]:
        """The general numbers by key, as ``layout.GENERAL`` names them."""
        return {key: float(self.tables.general[0, column]) for key, column in layout.GENERAL.items()}

    @cached_property
    def _remembers(self) -> bool:
        """Whether a rule goes by which act the other side took last."""
        scenario = self.reduced.scenario
        return "level-k" in (scenario.defender.rule, scenario.challenger.rule)

    def acts(self, side: str) -> dict[str, Floats]:
        """Columns of a side's menu by name, (acts,) each."""
        menu = self.tables.defender_acts[0] if side == "defender" else self.tables.challenger_acts[0]
        return {name: menu[:, column] for name, column in layout.COLUMNS["act"].items()}

    def beginnings(self) -> tuple[Floats, Floats]:
        """States of the first day (4, fields), one for each pair of true types, and their probabilities."""
        first, N = self._worlds(1).S[:, 0], self.numbers
        state = np.tile([first[layout.STATE_FIELDS.index(name)] for name in FIELDS], (4, 1))
        state[:, THETA], state[:, TAU] = [1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]
        resolute, restrained = N["defender.type.resolute"], N["challenger.type.restrained"]
        p = np.outer([resolute, 1.0 - resolute], [restrained, 1.0 - restrained]).ravel()
        return state[p > 0.0], p[p > 0.0]

    def phases(self, week: int) -> list[Phase]:
        """The phases of one week."""
        forced = {event.actor: event.act for event in self._events(week) if event.kind == "act"}
        scenario = self.reduced.scenario
        sides = {"defender": forced.get(scenario.defender.name), "challenger": forced.get(scenario.challenger.name)}

        def moves(side: str, turn: int) -> Phase:
            return lambda state: self._moves(side, state, turn, sides[side] if turn == 0 else None)

        listed: list[Phase] = [lambda state: self._drift(state, week), self._proxies, moves("defender", 0)]
        listed += [moves("challenger", 0), self._accidents]
        for turn in range(1, ROUNDS):
            listed += [self._heat, moves("challenger", turn), moves("defender", turn)]
        return [*listed, self._close]

    def is_usual(self, week: int) -> bool:
        """Whether nothing is scheduled in this week, so that it is like all other such weeks."""
        return not self._events(week)

    def _events(self, week: int) -> list[Any]:
        return [event for event in self.reduced.scenario.events if event.on and event.week == week]

    # -- phases ------------------------------------------------------------------------------------------------
    def _drift(self, state: Floats, week: int) -> Iterator[Step]:
        """A week has passed: vows fade, obligations are forgotten; then what is scheduled."""
        after = state.copy()
        after[:, COMMIT_CHALLENGER] *= math.exp(-FADES)
        after[after[:, COMMIT_CHALLENGER] <= 1.0, COMMIT_CHALLENGER] = 0.0  # no act is below rung 1
        after[:, OBLIGATION] = 0.0
        after[:, [ALERT, SUFFERED]] = 1.0
        after[:, FRESH] = 0.0
        for event in self._events(week):
            if event.kind == "threat":
                ours = event.actor == self.reduced.scenario.defender.name
                after[:, COMMIT_DEFENDER if ours else COMMIT_CHALLENGER] = event.size
        yield Step(np.arange(len(state)), np.ones(len(state)), after)

    def _proxies(self, state: Floats) -> Iterator[Step]:
        """The proxy attacks on some of its occasions, some attacks kill; its patron is blamed, rightly or not."""
        whole = Step(np.arange(len(state)), np.ones(len(state)), state)
        if not len(self.tables.proxy_links):
            yield whole
            return
        P = dict(zip(layout.COLUMNS["proxy"], self.tables.proxies[0, 0], strict=True))
        harass, kill = self.tables.proxy_links[0, :2]
        tools = [dict(zip(layout.COLUMNS["instrument"], row, strict=True)) for row in self.tables.instruments[0]]
        aim = P["control"] * state[:, ORDER] + (1.0 - P["control"]) * P["own_rung"]
        usual = P["control"] + (1.0 - P["control"]) * P["own_rung"]
        per_occasion = P["rate"] / (365.25 / 12.0 / 7.0) / OCCASIONS
        sigma = self.numbers["sanctions.level"]
        x = _logit(min(per_occasion, 0.999)) if per_occasion > 0.0 else -np.inf
        x = x + P["order_slope"] * (aim - usual) + P["sanctions_slope"] * sigma
        x = x - P["punishment_slope"] * state[:, PUNISHMENT] + P["revenge_slope"] * state[:, OBLIGATION]
        attack = _logistic(x) * P["aim_defender"]
        deadly = aim >= layout.LETHAL_FORCE
        kills = np.where(deadly, tools[kill]["p_kill"], tools[harass]["p_stray"])
        each = np.where(
            deadly, _toll(tools[kill]["deaths"], tools[kill]), _toll(tools[harass]["deaths"], tools[harass])
        )
        loose = 1.0 - math.exp(-P["unauthorised"] * (1.0 - P["control"]))
        loose_kill = loose * P["aim_defender"] * tools[kill]["p_kill"]
        loose_spare = loose * P["aim_defender"] * (1.0 - tools[kill]["p_kill"])
        orders = np.where(state[:, ORDER] >= layout.FORCE, P["control"], 0.0)
        for fatal in range(-1, OCCASIONS + 1):  # -1: no attack at all
            if fatal < 0:
                p = (1.0 - attack) ** OCCASIONS
            else:
                p = (
                    math.comb(OCCASIONS, fatal)
                    * (attack * kills) ** fatal
                    * (1.0 - attack * kills) ** (OCCASIONS - fatal)
                )
                p = p - (1.0 - attack) ** OCCASIONS if fatal == 0 else p
            some = whole.given(np.maximum(p, 0.0))
            dead = each * min(max(fatal, 0), 2) + max(fatal - 2, 0)
            for extra, chance in ((0, 1.0 - loose_kill - loose_spare), (1, loose_spare), (2, loose_kill)):
                for ordered in (False, True):
                    told = some.given(chance * (orders if ordered else 1.0 - orders))
                    killed = dead + (_toll(tools[kill]["deaths"], tools[kill]) if extra == 2 else 0.0)
                    known = ordered and extra != 2
                    if fatal < 0 and extra == 0:
                        yield told
                    else:
                        yield from self._attributed(told, np.asarray(killed), known)

    def _attributed(self, told: Step, killed: Floats, ordered: bool) -> Iterator[Step]:
        """An attack becomes a provocation, unless the challenger's own act of last week is the graver one."""
        rung = np.where(killed > 0.0, 6.0, 5.0)
        miss, blame = self.numbers["attribution.p_miss"], self.numbers["attribution.p_blame"]
        for blamed, p in ((1.0, 1.0 - miss if ordered else blame), (0.0, miss if ordered else 1.0 - blame)):
            step = told.given(p)
            S = step.state
            S[:, ALERT] = np.maximum(S[:, ALERT], rung)
            graver = rung >= S[:, PROVOCATION_TRUE]
            S[graver, PROVOCATION_TRUE] = rung[graver]
            S[graver, PROVOCATION] = self._perceived(rung)[graver]
            S[graver, BLAMED] = blamed
            S[:, DEAD] += killed
            yield step

    def _moves(self, side: str, state: Floats, turn: int, forced: str | None) -> Iterator[Step]:
        """A side chooses, slips or not, and acts."""
        ours = side == "defender"
        turns = state[:, FRESH] == (1.0 if ours else 2.0) if turn > 0 else np.ones(len(state), dtype=bool)
        whole = Step(np.arange(len(state)), np.ones(len(state)), state)
        if not turns.all():
            yield whole.where(~turns)
        moving = whole.where(turns)
        moving.state = moving.state.copy()
        moving.state[:, FRESH] = 0.0
        if forced is not None:
            actor = self.reduced.scenario.defender if ours else self.reduced.scenario.challenger
            names = [act.name for act in self.reduced.scenario.acts[actor.name]]
            self._choices(side, moving.state)
            yield from self._acts(side, moving, names.index(forced))
            return
        occasion = self._occasion(side, moving.state)
        idle = moving.where(~occasion)
        if len(idle.p):
            yield from self._rests(side, idle)
        moving = moving.where(occasion)
        if not len(moving.p):
            return
        chances = self._choices(side, moving.state)
        rungs = self.acts(side)["rung"]
        slip, skew = self.numbers["execution.p"], self.numbers["execution.skew"]
        for act, rung in enumerate(rungs):
            meant = moving.given(chances[:, act])
            if rung < layout.FORCE or rung >= 10.0:
                yield from self._acts(side, meant, act)
                continue
            for way, p in ((0, 1.0 - slip), (1, slip * skew), (-1, slip * (1.0 - skew))):
                yield from self._acts(side, meant.given(p), self._neighbour(side, act, way))

    def _neighbour(self, side: str, act: int, way: int) -> int:
        """The nearest act on another rung that is on the menu, up or down; itself if there is none."""
        menu = self.acts(side)
        others = range(act + 1, len(menu["rung"])) if way > 0 else range(act - 1, -1, -1) if way < 0 else ()
        open_to = (b for b in others if menu["rung"][b] != menu["rung"][act] and menu["available"][b] >= 0.5)
        return next(open_to, act)

    def _acts(self, side: str, step: Step, act: int) -> Iterator[Step]:
        """What act ``act`` leads to; all-out war ends the crisis."""
        step = step.where(step.p > 0.0)
        if not len(step.p):
            return
        menu = {name: float(column[act]) for name, column in self.acts(side).items()}
        if menu["rung"] >= 10.0:
            yield Step(step.source, step.p, step.state, WAR)
            return
        links = self.tables.defender_links if side == "defender" else self.tables.challenger_links
        tool = dict(zip(layout.COLUMNS["instrument"], self.tables.instruments[0, links[act, 0]], strict=True))
        fatal = self._fatal(side, menu, tool) if links[act, 0] >= 0 else 0.0
        scale = menu["meant_deaths"] if menu["meant_deaths"] > 0.0 else tool["deaths"]
        for killed, p in ((_toll(scale, tool), fatal), (0.0, 1.0 - fatal)):
            if p > 0.0:
                done = step.given(p)
                carry_out = self._defender_did if side == "defender" else self._challenger_did
                carry_out(done.state, act, menu, killed)
                yield done

    def _fatal(self, side: str, menu: dict[str, float], tool: dict[str, float]) -> float:
        """Chance that an act of force kills."""
        if menu["rung"] < layout.FORCE or menu["via_proxies"] > 0.5:
            return 0.0
        meant = menu["meant_deaths"] > 0.0
        if side == "defender":
            return tool["p_kill"] if meant else 0.0
        return (tool["p_kill"] if meant else tool["p_stray"]) * (1.0 - tool["warning"] * (menu["warned"] > 0.5))

    def _defender_did(self, S: Floats, act: int, menu: dict[str, float], killed: float) -> None:
        N, rung = self.numbers, menu["rung"]
        seen = float(self._perceived(np.array([rung]))[0])
        S[:, DEFENDER_EXECUTED] = act if self._remembers else 0
        if rung >= layout.FORCE:
            owed = 0.0
            if seen >= layout.FORCE:
                owed = N["challenger.obligation.per_rung"] * max(seen - 5.0, 0.0)
                owed += N["challenger.obligation.log_deaths"] * math.log(1.0 + killed)
                owed *= 1.0 if menu["on_state"] > 0.5 else N["challenger.obligation.proxy_share"]
            S[:, OBLIGATION] += owed
            if menu["decapitates"] > 0.5:
                first = S[:, DECAPITATED] < 0.5
                S[first, OBLIGATION] += N["challenger.obligation.leader"] if seen >= layout.FORCE else 0.0
                S[:, DECAPITATED] = 1.0
            if seen >= layout.STATE_FORCE:
                S[:, COMMIT_CHALLENGER] = np.maximum(S[:, COMMIT_CHALLENGER], seen)
            if rung >= layout.LETHAL_FORCE:
                S[:, FRESH] = 2.0
        S[:, ALERT] = np.maximum(S[:, ALERT], rung)
        S[:, SUFFERED] = max(seen, 1.0)
        S[rung >= S[:, COMMIT_DEFENDER] - 0.5, COMMIT_DEFENDER] = 0.0
        S[:, [PROVOCATION, PROVOCATION_TRUE]] = 1.0
        S[:, [DEAD, BLAMED]] = 0.0

    def _challenger_did(self, S: Floats, act: int, menu: dict[str, float], killed: float) -> None:
        N, rung = self.numbers, menu["rung"]
        S[:, CHALLENGER_EXECUTED] = act if self._remembers else 0
        if menu["via_proxies"] > 0.5:
            S[:, ORDER] = rung
        else:
            if rung < 1.5:
                S[:, ORDER] = 1.0
            if rung >= layout.SHOW_OF_FORCE:
                S[:, ALERT] = np.maximum(S[:, ALERT], rung)
            if rung >= layout.FORCE:
                S[:, PROVOCATION] = self._perceived(np.array([rung]))[0]
                S[:, PROVOCATION_TRUE] = rung
                S[:, DEAD] = killed
                S[:, BLAMED] = 1.0
                S[:, FRESH] = 1.0
        if rung >= layout.FORCE:
            met = N["challenger.obligation.visibility"] * rung
            met -= N["challenger.obligation.dead_weight"] * math.log(1.0 + menu["meant_deaths"])
            S[:, OBLIGATION] -= np.minimum(S[:, OBLIGATION], max(menu["visibility"] * met, 0.0))
            S[rung >= S[:, COMMIT_CHALLENGER] - 0.5, COMMIT_CHALLENGER] = 0.0
        S[:, SUFFERED] = 1.0

    def _rests(self, side: str, step: Step) -> Iterator[Step]:
        """Nothing to decide: the first act on the menu, which is to hold."""
        if side == "defender":
            yield from self._acts(side, step, 0)
        else:
            done = step.given(1.0)
            done.state[:, CHALLENGER_EXECUTED] = 0.0
            done.state[:, ORDER] = 1.0
            yield done

    def _occasion(self, side: str, S: Floats) -> NDArray[np.bool_]:
        N = self.numbers
        climate = S[:, RUNG] >= layout.CRISIS_CLIMATE
        if side == "defender":
            ripe = N["defender.prevention.value"] > 0.0 and N["nuclear.breakout"] <= N["nuclear.alarm"]
            return np.asarray((S[:, PROVOCATION] >= layout.FORCE) | (S[:, DEAD] >= 1.0) | climate | ripe)
        pressed = N["sanctions.level"] > 0.0
        return np.asarray((S[:, OBLIGATION] > 0.01) | pressed | climate | (S[:, SUFFERED] >= layout.FORCE))

    def _accidents(self, state: Floats) -> Iterator[Step]:
        """At rung 7 and above forces on alert may kill whom they do not mean to."""
        N = self.numbers
        whole = Step(np.arange(len(state)), np.ones(len(state)), state)
        high = np.maximum(state[:, ALERT], state[:, RUNG]) >= 7.0
        p = 1.0 - (1.0 - N["identification.p_day"]) ** (7.0 * N["defender.alert"])
        p *= max(1.0 - N["identification.victim_civilian"] - N["identification.victim_own"], 0.0)
        yield whole.given(np.where(high, 1.0 - p, 1.0))
        struck = whole.where(high).given(p)
        S = struck.state
        S[:, DEAD] += min(max(math.floor(N["identification.deaths"] + 0.5), 1.0), 400.0)
        lesser = S[:, PROVOCATION_TRUE] <= 6.0
        S[lesser, PROVOCATION_TRUE] = 6.0
        S[lesser, PROVOCATION] = self._perceived(np.array([6.0]))[0]
        S[lesser, BLAMED] = 1.0
        S[:, FRESH] = 1.0
        yield struck

    def _heat(self, state: Floats) -> Iterator[Step]:
        """Below rung 7 what has happened waits for next week."""
        after = state.copy()
        after[np.maximum(after[:, ALERT], after[:, RUNG]) < 7.0, FRESH] = 0.0
        yield Step(np.arange(len(state)), np.ones(len(state)), after)

    def _close(self, state: Floats) -> Iterator[Step]:
        """The rung settles or cools; the autonomous risk; the regime may fall from within."""
        N = self.numbers
        cools = min(N["ladder.cooling"] * (1.0 + N["diplomacy.channel"]), 1.0)
        fall = N["fragility.fall_rate"] * math.exp(N["fragility.pressure_slope"] * N["sanctions.level"])
        stands = 1.0 - math.exp(-fall)
        whole = Step(np.arange(len(state)), np.ones(len(state)), state)
        quiet = state[:, ALERT] < state[:, RUNG]
        for down, p in ((True, np.where(quiet, cools, 0.0)), (False, np.where(quiet, 1.0 - cools, 1.0))):
            step = whole.given(p)
            S = step.state
            S[:, RUNG] = np.maximum(S[:, ALERT], S[:, RUNG] - (1.0 if down else 0.0))
            S[:, [ALERT, SUFFERED]] = 1.0
            S[:, [FRESH, OBLIGATION]] = 0.0
            if not self._remembers:
                S[:, [DEFENDER_EXECUTED, CHALLENGER_EXECUTED]] = 0.0
            hazard = N["brinkmanship.h1"] * np.exp(N["brinkmanship.growth"] * (S[:, RUNG] - 5.0))
            hazard *= N["defender.alert"] * N["errors.scale"] * (S[:, RUNG] >= 5.0)
            lost = 1.0 - np.exp(-hazard)
            yield Step(step.source, step.p * lost, S, WAR)
            yield Step(step.source, step.p * (1.0 - lost) * stands, S, FELL)
            yield Step(step.source, step.p * (1.0 - lost) * (1.0 - stands), S)

    # -- the model's own choices ---------------------------------------------------------------------------------
    def _choices(self, side: str, state: Floats) -> Floats:
        """Choice probabilities of each state's true type (states, acts); what it costs proxies to harass is noted."""
        world, n, m = (
            self._worlds(len(state)),
            *(self.tables.defender_acts.shape[1], self.tables.challenger_acts.shape[1]),
        )
        for column, name in enumerate(FIELDS):
            world.S[layout.STATE_FIELDS.index(name)] = state[:, column]
        ours, scenario = side == "defender", self.reduced.scenario
        rule = (scenario.defender if ours else scenario.challenger).rule or "quantal"
        plans = len(state) if rule in PLANNERS else 0
        D: Desk = desk(*((n, m) if ours else (m, n)), worlds=len(state), ahead=plans)
        if plans:
            view = self._foresight(len(state))
            view.defender(world, D) if ours else view.challenger(world, D)
        decide = defender.decide if ours else challenger.decide
        decide(self.tables, world, D, code(rule), -1, 0, CONSIDERED, 0, True, 10.0)
        if not ours:
            state[:, PUNISHMENT] = world.S[layout.PUNISHMENT]
        kind = np.where(state[:, THETA if ours else TAU] > 0.5, 0, 1)
        return np.asarray(D.record[kind, :, np.arange(len(state))])

    def _foresight(self, worlds: int) -> Any:
        from escalation.model.foresight import Foresight

        return Foresight(self.tables, np.zeros(worlds, dtype=np.int64), float(self.reduced.scenario.start.rung))

    def _worlds(self, n: int) -> Any:
        rows = np.zeros(n, dtype=np.int64)
        return start.worlds(self.reduced.scenario, self.tables, np.zeros(n, dtype=np.uint64), rows, self.past)

    def _perceived(self, rung: Floats) -> Floats:
        """The rung as the other side sees it: with the bias, without the noise."""
        seen = np.clip(rung + self.numbers["perception.bias"], 1.0, 10.0)
        return np.asarray(np.where(rung < layout.FORCE, rung, seen))


def _toll(scale: float, tool: dict[str, float]) -> float:
    """Deaths of an attack that kills, without spread."""
    return min(max(math.floor(max(scale, 1.0) + 0.5), 1.0), max(math.floor(tool["exposed"]), 1.0))


def _logit(p: float) -> float:
    return math.log(p) - math.log1p(-p)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))
