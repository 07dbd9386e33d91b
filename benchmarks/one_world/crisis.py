"""One crisis, one world: the numbered week of ``escalation.model.crisis`` as a Mesa model of one agent an actor."""

from math import exp, floor

import mesa
import numpy as np

from benchmarks.one_world.actors import DEFENDER_NEW, Challenger, Defender
from benchmarks.one_world.case import Case
from benchmarks.one_world.laws import moved, normal, place, start_of, toll, uniform
from benchmarks.one_world.partners import Ally, Proxy
from escalation import draws
from escalation.model.crisis import MAX_TURNS
from escalation.model.layout import (
    ALWAYS_ALERT,
    CHALLENGER,
    DEFENDER,
    FORCE,
    N_ACCIDENTS,
    N_DEAD_ALLIES,
    N_DEAD_CHALLENGER,
    N_DEAD_CIVILIAN,
    N_DEAD_DEFENDER,
    N_DEAD_PROXIES,
    N_ENDING,
    N_HEDGED,
    N_LIMITED_WEEK,
    N_PEAK,
    N_ROUTE,
    N_RUNG_SUM,
    N_TALLIES,
    N_WAR_WEEK,
    N_WEEKS,
    NATURE,
)
from escalation.model.outcomes import LOSS_OF_CONTROL
from escalation.model.start import LONG_AGO

FRAGILITY = place(0, NATURE, draws.FRAGILITY)
SURVIVAL = place(0, NATURE, draws.SURVIVAL)
ATTRIBUTION = place(0, NATURE, draws.ATTRIBUTION)
PERCEPTION = place(0, NATURE, draws.PERCEPTION)
PERCEPTION_2 = place(1, NATURE, draws.PERCEPTION)
ACCIDENT = place(0, NATURE, draws.ACCIDENT)
ACCIDENT_2 = place(1, NATURE, draws.ACCIDENT)
VICTIM = place(0, NATURE, draws.VICTIM)
SPREAD = place(0, NATURE, draws.SPREAD)
COOLING = place(0, NATURE, draws.COOLING)
AUTONOMOUS = place(0, NATURE, draws.AUTONOMOUS)
COLLAPSE = place(0, NATURE, draws.COLLAPSE)
WAR_DEATHS = place(0, NATURE, draws.WAR_DEATHS)
SUCCESSOR = place(0, DEFENDER, draws.SUCCESSOR)
RALLY_WEEKS = 13
"""Weeks for which an attack from outside rallies people round."""


class World:
    """State of the one world; the fields are those of ``escalation.model.layout``."""

    __slots__ = (
        "accident",
        "alert",
        "ally_war",
        "attacks",
        "blamed",
        "breakout",
        "built",
        "civilians",
        "commit_challenger",
        "commit_defender",
        "dead",
        "decapitated",
        "disarray",
        "ended",
        "f_noise",
        "fresh",
        "key",
        "misattributed",
        "obligation",
        "order",
        "own_dead",
        "phi",
        "pi_country",
        "pi_leader",
        "provocation",
        "provocation_true",
        "punishment",
        "q",
        "q_noise",
        "resolute",
        "restrained",
        "rung",
        "shelled",
        "shock",
        "sigma",
        "start",
        "suffered",
        "suffered_true",
        "tallies",
        "term",
        "war_sum",
        "weight",
    )

    def __init__(self, case, key):
        first, second = start_of(0), start_of(0) + place(1, NATURE, 0)
        self.key, self.start = key, first
        self.resolute = uniform(key, first + place(0, DEFENDER, draws.TYPE)) < case.resolute
        self.restrained = uniform(key, first + place(0, CHALLENGER, draws.TYPE)) < case.restrained
        self.q_noise = normal(uniform(key, second + place(0, NATURE, draws.SURVIVAL)))
        self.f_noise = normal(uniform(key, second + place(0, NATURE, draws.FRAGILITY)))
        self.rung, self.sigma, self.order = case.rung, case.sigma0, case.order
        self.provocation = self.provocation_true = case.provocation
        self.dead, self.weight = case.dead, 1.0
        self.suffered = self.suffered_true = 1.0
        self.pi_country, self.pi_leader = case.pi_country, case.pi_leader
        self.phi, self.q = case.phi0, case.q0
        self.breakout, self.term, self.shelled = case.breakout, case.term, LONG_AGO
        self.built = 1.0
        self.alert = self.obligation = self.commit_defender = self.commit_challenger = 0.0
        self.ally_war = self.shock = self.disarray = self.punishment = self.war_sum = 0.0
        self.own_dead = self.ended = self.fresh = self.attacks = 0
        self.decapitated = self.blamed = self.misattributed = self.accident = False
        self.tallies = [0] * N_TALLIES
        self.civilians = [0] * len(case.civilian_shares)

    def bury(self, case, country, dead, spread):
        """Count ``dead`` civilians in ``country``, or over the theatre where it is -1; ``spread`` places that draw."""
        self.tallies[N_DEAD_CIVILIAN] += dead
        civilians = self.civilians
        if country >= 0:
            civilians[country] += dead
            return
        u = uniform(self.key, spread)
        reached, last = 0, len(civilians) - 1
        for c, share in enumerate(case.civilian_shares):
            upto = dead if c == last else min(floor(dead * share + u), dead)
            civilians[c] += upto - reached
            reached = upto


class OneWorld(mesa.Model):
    """World ``number`` of ``seed``; ``step()`` is one week."""

    def __init__(self, case: Case, number: int, seed: int = 0):
        super().__init__(rng=seed)
        self.case = case
        self.world = World(case, int(draws.world_keys(seed, np.array([number]))[0]))
        self.clock, self.week, self.turn = 0, 1, 0
        self.forced_defender = self.forced_challenger = -1
        self.defender, self.challenger = Defender(self), Challenger(self)
        self.allies = [Ally(self, j) for j in range(len(case.allies))]
        self.proxies = [Proxy(self, p) for p in range(len(case.proxies))]
        self.challenger.foresee()

    def step(self):
        world = self.world
        world.start = start_of(self.clock)
        self.turn = 0
        self.drift(world, self.case)
        for event in self.case.events.get(self.week, ()):
            self.happen(event)
        for proxy in self.proxies:
            proxy.step()
        self.attribute(world, self.case)
        self.defender.step()
        if not world.ended:
            self.challenger.step()
        if not world.ended:
            for ally in self.allies:
                ally.step()
            self.accidents(world, self.case)
            if world.fresh:
                self.exchange(world)
        self.close(world, self.case)
        self.forced_defender = self.forced_challenger = -1
        self.clock += 1
        self.week += 1
        self.running = not world.ended

    def exchange(self, world):
        for turn in range(1, MAX_TURNS):
            if world.ended or not world.fresh or (world.alert < 7.0 and world.rung < 7.0):
                break
            self.turn = turn
            if world.fresh != DEFENDER_NEW:
                self.challenger.step()
            if not world.ended and world.fresh == DEFENDER_NEW:
                self.defender.step()
        world.fresh = 0
        self.turn = 0

    def drift(self, world, case):
        anchor = case.anchor
        world.pi_country = anchor + (world.pi_country - anchor) * case.keep_country
        world.pi_leader *= case.keep_leader
        world.phi = case.phi0 + (world.phi - case.phi0) * case.keep_country
        world.breakout = max(world.breakout - case.spin * world.sigma, 1.0)
        world.q = case.q0 + (world.q - case.q0) * case.keep_q
        world.sigma = case.sigma0 + (world.sigma - case.sigma0) * case.keep_sigma
        world.obligation *= case.keep_obligation
        world.commit_challenger *= case.keep_commitment
        world.ally_war *= case.keep_ally_war
        key, start, keep, fresh = world.key, world.start, case.keep_noise, case.fresh_noise
        world.f_noise = keep * world.f_noise + fresh * normal(uniform(key, start + FRAGILITY))
        world.q_noise = keep * world.q_noise + fresh * normal(uniform(key, start + SURVIVAL))
        world.term = max(world.term - case.term_step, 0.0)
        world.shock = max(world.shock - 1.0, 0.0)
        world.shelled += 1
        world.built += 1.0
        if world.decapitated:
            keep = case.keep_disarray
            world.disarray *= keep
            for proxy in self.proxies:
                proxy.kappa += (1.0 - keep) * (proxy.control - proxy.kappa)
        for ally in self.allies:
            ally.hit = False
        world.alert = world.suffered = world.suffered_true = 1.0

    def happen(self, event):
        case, world, kind = self.case, self.world, event.kind
        scenario = case.scenario
        if kind == "act":
            act = [act.name for act in scenario.acts[event.actor]].index(event.act)
            if event.actor == scenario.defender.name:
                self.forced_defender = act
            else:
                self.forced_challenger = act
        elif kind == "leader_change":
            world.resolute = uniform(world.key, world.start + SUCCESSOR) < case.successor
            if case.learns:
                world.pi_leader = 0.0
            world.commit_defender = 0.0
            world.term = 1.0
        elif kind == "shock":
            world.shock = float(event.weeks)
        elif kind == "talk":
            world.q = moved(world.q, case.talk * event.size)
        elif kind == "assurance":
            world.q = moved(world.q, -case.assurance * event.size)
        elif kind == "threat" and event.actor == scenario.defender.name:
            world.commit_defender = float(event.size)
        elif kind == "threat":
            world.commit_challenger = float(event.size)
        elif kind == "sanctions":
            world.sigma = float(event.size)
        else:
            raise ValueError(f"event {event.name}: unknown kind {kind!r}")

    def perceived(self, rung, index):
        case, world = self.case, self.world
        return min(max(rung + case.bias + case.sd * normal(uniform(world.key, world.start + index)), 1.0), 10.0)

    def attribute(self, world, case):
        attacks = killed = 0
        worst = None
        for proxy in self.proxies:
            if proxy.attacks:
                attacks += proxy.attacks
                killed += proxy.killed
                if worst is None or proxy.lethal > worst.lethal:
                    worst = proxy
        world.attacks = attacks
        if worst is not None:
            rung = 6.0 if killed else 5.0
            if rung > world.alert:
                world.alert = rung
            if rung >= world.provocation_true:
                u = uniform(world.key, world.start + ATTRIBUTION)
                world.blamed = u >= case.p_miss if worst.ordered else u < case.p_blame
                world.misattributed = world.blamed and not worst.ordered
                world.provocation_true = rung
                world.provocation = self.perceived(rung, PERCEPTION)
                world.weight = 1.0
                world.accident = False
            world.dead += killed
        elif world.provocation_true < FORCE and any(ally.hit for ally in self.allies):
            world.provocation_true = 5.0
            world.provocation = self.perceived(5.0, PERCEPTION)
            world.blamed = world.misattributed = False
            world.weight = case.ally_weight

    def accidents(self, world, case):
        if world.alert < ALWAYS_ALERT and world.rung < ALWAYS_ALERT:
            return
        key, start, tallies = world.key, world.start, world.tallies
        if uniform(key, start + ACCIDENT) >= case.accident:
            return
        tallies[N_ACCIDENTS] += 1
        dead = toll(case.accident_deaths, case.accident_sd, 400.0, uniform(key, start + ACCIDENT_2))
        victim = uniform(key, start + VICTIM)
        if victim < case.victim_civilian:
            world.bury(case, -1, dead, start + SPREAD)
        elif victim < case.victim_own:
            tallies[N_DEAD_CHALLENGER] += dead
        else:
            tallies[N_DEAD_DEFENDER] += dead
            world.own_dead += dead
            world.dead += dead
            if world.provocation_true <= 6.0:
                world.provocation_true = 6.0
                world.provocation = self.perceived(6.0, PERCEPTION_2)
                world.blamed = world.accident = True
                world.weight = 1.0
            world.fresh = DEFENDER_NEW

    def close(self, world, case):
        key, start, tallies = world.key, world.start, world.tallies
        alert = world.alert
        rung = world.rung if world.rung > alert else alert
        hedging = 0
        for ally in self.allies:
            hedging += ally.hedging
        if alert < world.rung:
            share = hedging / len(self.allies) if hedging else 0.0
            cooling = case.cooling + case.mediation * share
            if uniform(key, start + COOLING) < cooling:
                rung = max(alert, world.rung - 1.0)
        world.rung = rung
        if not world.ended:
            if case.h1 > 0.0 and rung >= 5.0:
                chance = 1.0 - exp(-case.h1 * exp(case.growth * (rung - 5.0)))
                world.war_sum += chance
                if uniform(key, start + AUTONOMOUS) < chance:
                    world.ended = 1
                    tallies[N_ROUTE] = LOSS_OF_CONTROL
                    world.rung = rung = 10.0
            if not world.ended:
                fall = (case.rallied if world.shelled < RALLY_WEEKS else case.fall_rate) * exp(
                    case.pressure_slope * world.sigma
                )
                if uniform(key, start + COLLAPSE) < 1.0 - exp(-fall):
                    world.ended = 2
        if rung > tallies[N_PEAK]:
            tallies[N_PEAK] = int(rung)
        if rung >= 9.0 and not tallies[N_LIMITED_WEEK]:
            tallies[N_LIMITED_WEEK] = self.week
        tallies[N_WEEKS] += 1
        tallies[N_RUNG_SUM] += int(rung)
        if hedging:
            tallies[N_HEDGED] += 1
        if world.ended:
            tallies[N_ENDING] = world.ended
            if world.ended == 1:
                tallies[N_WAR_WEEK] = self.week
                self.toll_of_war(world, case)

    def toll_of_war(self, world, case):
        tallies = world.tallies
        spread = exp(case.war_sd * normal(uniform(world.key, world.start + WAR_DEATHS)))
        sides = (N_DEAD_DEFENDER, N_DEAD_CHALLENGER, N_DEAD_PROXIES, N_DEAD_ALLIES)
        for side, median in zip(sides, case.war_deaths, strict=True):
            tallies[side] += int(median * spread)
        left = civilians = int(case.war_civilians * spread)
        tallies[N_DEAD_CIVILIAN] += civilians
        for c, share in enumerate(case.war_shares[:-1]):
            part = int(civilians * share)
            world.civilians[c] += part
            left -= part
        world.civilians[-1] += left

    def release(self):
        """Mesa 3.3 keeps every model alive in ``Agent._ids``."""
        ids = getattr(mesa.Agent, "_ids", None)
        if ids is not None:
            ids.pop(self, None)


def run(case: Case, number: int, *, seed: int = 0, horizon: int = 52) -> World:
    """World ``number`` of ``seed`` after ``horizon`` weeks, or fewer if it ended."""
    model = OneWorld(case, number, seed)
    for _ in range(horizon):
        model.step()
        if not model.running:
            break
    model.release()
    return model.world
