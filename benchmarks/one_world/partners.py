"""Proxies and allies as Mesa agents of one world: ``step`` is the week's move."""

from functools import cache
from math import exp

import mesa

from benchmarks.one_world.actors import CHALLENGER_NEW
from benchmarks.one_world.laws import binomial, logistic, logit, moved, normal, place, toll, uniform, whole
from escalation import draws
from escalation.model.allies import STRIKE_RUNG
from escalation.model.layout import (
    A_ABANDONMENT,
    A_ALIGNMENT,
    A_DEATHS,
    A_ENTRAPMENT,
    A_EXPOSURE,
    A_HEDGE_AT,
    A_HEDGE_SD,
    A_SPEED,
    A_STRIKE_COST,
    A_STRIKE_DEATHS,
    A_STRIKE_VALUE,
    A_SUPPORT,
    FIRST_ALLY,
    FIRST_PROXY,
    FORCE,
    I_CIVILIANS,
    I_DEATHS,
    I_EXPOSED,
    I_KILL,
    I_SD,
    I_STRAY,
    LETHAL_FORCE,
    N_ATTACK_RUNG_SUM,
    N_ATTACKS,
    N_DEAD_ALLIES,
    N_DEAD_CHALLENGER,
    N_DEAD_DEFENDER,
    N_LETHAL,
    OPPORTUNITIES,
    P_AIM,
    P_CONTROL,
    P_ORDER_SLOPE,
    P_OWN_RUNG,
    P_PUNISHMENT,
    P_RATE,
    P_REVENGE,
    P_SANCTIONS,
    P_SHOCK,
    P_SLACK,
    P_UNAUTHORISED,
    WEEKS_A_MONTH,
)


@cache
def proxy_places(index):
    actor = FIRST_PROXY + index
    purposes = (
        (0, draws.AIM),
        (0, draws.COUNT),
        (0, draws.TARGET),
        (0, draws.LETHAL),
        (0, draws.ORDERED),
        (0, draws.UNAUTHORISED),
        (0, draws.STRAY),
        (0, draws.CIVILIANS),
        (0, draws.KILLED_1),
        (0, draws.KILLED_2),
        (0, draws.KILLED_3),
        (1, draws.TARGET),
        (1, draws.LETHAL),
        (1, draws.STRAY),
        (1, draws.CIVILIANS),
    )
    return tuple(place(turn, actor, purpose) for turn, purpose in purposes)


@cache
def ally_places(index):
    return tuple(place(0, FIRST_ALLY + index, p) for p in (draws.HEDGE, draws.CHOICE, draws.PERCEPTION))


class Proxy(mesa.Agent):
    """An armed group with aims of its own under a patron's partial control."""

    def __init__(self, model, index):
        super().__init__(model)
        case = self.case = model.case
        self.world = model.world
        _, numbers = case.proxies[index]
        self.control = self.kappa = numbers[P_CONTROL]
        self.own_rung, self.slack = numbers[P_OWN_RUNG], numbers[P_SLACK]
        self.order_slope, self.sanctions = numbers[P_ORDER_SLOPE], numbers[P_SANCTIONS]
        self.fear, self.revenge, self.shock = numbers[P_PUNISHMENT], numbers[P_REVENGE], numbers[P_SHOCK]
        self.share, self.loose = numbers[P_AIM], numbers[P_UNAUTHORISED]
        rate = numbers[P_RATE] / WEEKS_A_MONTH / OPPORTUNITIES
        held = self.control + (1.0 - self.control) * self.own_rung
        self.idle_odds = logit(min(rate, 0.999)) - self.order_slope * held if rate > 0.0 else None
        harass, kill, self.host, against = case.proxy_links[index]
        self.harass, self.kill = case.instruments[harass], case.instruments[kill]
        self.victim = model.allies[against] if against >= 0 else None
        self.attacks = self.lethal = self.killed = 0
        self.ordered = False
        self.places = proxy_places(index)

    def step(self):
        world, case = self.world, self.case
        key, start = world.key, world.start
        (aim_at, count_at, target_at, lethal_at, ordered_at, loose_at, stray_at, civilians_at, *others) = self.places
        kappa, order = self.kappa, world.order
        free = 1.0 - kappa
        aim = kappa * order + free * (self.own_rung + self.slack * normal(uniform(key, start + aim_at)))
        count = 0
        if self.idle_odds is not None:
            odds = (
                self.idle_odds
                + self.order_slope * aim
                + self.sanctions * world.sigma
                - self.fear * world.punishment
                + self.revenge * world.obligation
            )
            if world.shock > 0.0:
                odds += self.shock
            if world.disarray > 0.0:
                odds += world.disarray * case.log_rate
            count = binomial(OPPORTUNITIES, logistic(odds), uniform(key, start + count_at))
        killer = aim >= LETHAL_FORCE
        tool = self.kill if killer else self.harass
        here = lethal = killed = 0
        if count:
            here = binomial(count, self.share, uniform(key, start + target_at))
            p_kill = tool[I_KILL] if killer else tool[I_STRAY]
            if world.disarray > 0.0:
                p_kill = min(p_kill * exp(world.disarray * case.log_lethality), 1.0)
            if here:
                lethal = binomial(here, p_kill, uniform(key, start + lethal_at))
                for k in range(lethal if lethal < 2 else 2):
                    u = uniform(key, start + others[k])
                    killed += toll(max(tool[I_DEATHS], 1.0), tool[I_SD], tool[I_EXPOSED], u)
                if lethal > 2:
                    killed += lethal - 2
        own = False
        if self.loose > 0.0 and uniform(key, start + loose_at) < 1.0 - exp(-self.loose * free):
            count += 1
            p_kill = tool[I_KILL] if killer else tool[I_STRAY]
            if world.disarray > 0.0:
                p_kill = min(p_kill * exp(world.disarray * case.log_lethality), 1.0)
            if uniform(key, start + others[3]) < self.share:
                here += 1
                weapon = self.kill
                if uniform(key, start + others[4]) < weapon[I_KILL]:
                    lethal += 1
                    u = uniform(key, start + others[2])
                    killed += toll(max(weapon[I_DEATHS], 1.0), weapon[I_SD], weapon[I_EXPOSED], u)
                    own = True
        self.attacks, self.lethal, self.killed = here, lethal, killed
        if not count:
            return
        tallies = world.tallies
        if here:
            # whose order it was matters only once there is something to attribute
            self.ordered = order >= FORCE and not own and uniform(key, start + ordered_at) < kappa
            world.own_dead += killed
            tallies[N_ATTACKS] += here
            tallies[N_LETHAL] += lethal
            tallies[N_DEAD_DEFENDER] += killed
            tallies[N_ATTACK_RUNG_SUM] += here * (6 if killer else 5)
        if self.victim is not None and count > here:
            self.victim.hit = True
            fatal = binomial(count - here, p_kill, uniform(key, start + stray_at))
            tallies[N_DEAD_ALLIES] += whole(fatal * self.victim.deaths, uniform(key, start + others[5]))
        civilians = whole(count * tool[I_CIVILIANS], uniform(key, start + civilians_at))
        if civilians:
            world.bury(case, self.host, civilians, start + others[6])


class Ally(mesa.Agent):
    """A partner of the defender who may hedge, or strike on its own."""

    def __init__(self, model, index):
        super().__init__(model)
        case = self.case = model.case
        self.world = model.world
        _, self.numbers = case.allies[index]
        row = self.numbers
        self.alignment = row[A_ALIGNMENT]
        self.hedge_at, self.hedge_sd = row[A_HEDGE_AT], row[A_HEDGE_SD]
        self.exposed = row[A_SPEED] * row[A_EXPOSURE]
        self.deaths = row[A_DEATHS]
        self.strikes = row[A_STRIKE_VALUE] > 0.0
        self.hedging = self.hit = False
        self.hedge_place, self.choice_place, self.seen_place = ally_places(index)

    def step(self):
        world, case, row = self.world, self.case, self.numbers
        if self.hit:
            a = self.alignment
            answered = case.defender_rungs[self.model.defender.executed] >= LETHAL_FORCE
            move = row[A_SUPPORT] * (1.0 - a) if answered else -row[A_ABANDONMENT] * a
            self.alignment = min(max(a + row[A_SPEED] * move, 0.0), 1.0)
        hedge = logistic((self.hedge_at - self.alignment) / self.hedge_sd)
        self.hedging = uniform(world.key, world.start + self.hedge_place) < hedge
        if not self.strikes:
            return
        worth = row[A_STRIKE_VALUE] * exp(-world.breakout / case.alarm) - row[A_STRIKE_COST]
        if uniform(world.key, world.start + self.choice_place) < logistic(case.rationality * worth):
            self.strike(row)

    def strike(self, row):
        world, case = self.world, self.case
        seen = STRIKE_RUNG + case.bias + case.sd * normal(uniform(world.key, world.start + self.seen_place))
        seen = min(max(seen, 1.0), 10.0)
        world.obligation += case.owed(seen, row[A_STRIKE_DEATHS], True)
        world.suffered, world.suffered_true = seen, STRIKE_RUNG
        world.alert = max(world.alert, STRIKE_RUNG)
        world.ally_war += row[A_ENTRAPMENT]
        world.breakout += case.setback
        world.q = moved(world.q, case.build_up)
        world.shelled = 0
        world.tallies[N_DEAD_CHALLENGER] += int(row[A_STRIKE_DEATHS])
        world.fresh = CHALLENGER_NEW
