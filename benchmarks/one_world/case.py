"""The numbers of a scenario as plain floats and tuples: worked out once, shared by all its worlds."""

from math import exp, log, sqrt

import numpy as np

from benchmarks.one_world.laws import logit
from escalation.model import layout as at
from escalation.model import nature, start
from escalation.model.tables import build
from escalation.scenario.design import central


class Case:
    """Central values of ``scenario``. Raises ``ValueError`` for a scenario with a burn-in or another rule."""

    def __init__(self, scenario):
        if scenario.start.burn_in_weeks:
            raise ValueError(f"{scenario.name}: the one-world baseline knows no burn-in")
        if {scenario.defender.rule or "quantal", scenario.challenger.rule or "quantal"} != {"quantal"}:
            raise ValueError(f"{scenario.name}: the one-world baseline knows the quantal rule only")
        self.scenario = scenario
        tables = build(scenario, central(scenario))
        self._numbers(tables.general[0].tolist())
        self._actors(scenario, tables)
        self._defender_menu(tables.defender_acts[0].tolist(), tables.defender_links.tolist())
        self._challenger_menu(tables.challenger_acts[0].tolist(), tables.challenger_links.tolist())
        self._games(tables)
        first = scenario.start
        self.rung, self.provocation = float(first.rung), float(first.provocation_rung)
        self.dead = first.provocation_deaths
        self.term = start.term_left(scenario)
        country, leader = start.reputation(scenario, tables)[:, 0].tolist()
        self.pi_country = min(max(self.anchor + country, -15.0), 15.0)
        self.pi_leader = min(max(leader, -15.0), 15.0)
        self.events = {}
        for event in scenario.events:
            if event.on:
                self.events.setdefault(event.week, []).append(event)

    def _numbers(self, G):
        self.rationality = G[at.RATIONALITY]
        self.noise = G[at.SIGNAL_NOISE]
        self.pace = G[at.LEARNING] * G[at.CONSERVATISM]
        self.learns = G[at.LEARNING] > 0.0
        self.leader_share = G[at.LEADER_SHARE]
        self.bias, self.sd = G[at.PERCEPTION_BIAS], G[at.PERCEPTION_SD]
        self.slip, self.skew = G[at.EXECUTION_P], G[at.EXECUTION_SKEW]
        self.p_blame, self.p_miss = G[at.P_BLAME], G[at.P_MISS]
        alert_days = 7.0 * G[at.D_ALERT]
        self.accident = 1.0 - (1.0 - G[at.IDENTIFICATION_P]) ** alert_days
        self.accident_deaths, self.accident_sd = G[at.IDENTIFICATION_DEATHS], G[at.IDENTIFICATION_SD]
        self.victim_civilian = G[at.VICTIM_CIVILIAN]
        self.victim_own = G[at.VICTIM_CIVILIAN] + G[at.VICTIM_OWN]
        self.h1, self.growth = G[at.H1] * G[at.D_ALERT] * G[at.ERRORS_SCALE], G[at.H_GROWTH]
        self.cooling, self.mediation = G[at.COOLING_P] * (1.0 + G[at.CHANNEL]), G[at.MEDIATION]
        self.momentum = G[at.MOMENTUM]
        # what drifts
        self.anchor, self.phi0, self.q0 = logit(G[at.D_ANCHOR]), logit(G[at.D_PHI0]), logit(G[at.Q0])
        self.keep_country = exp(-G[at.LEARNING] * G[at.DECAY_COUNTRY])
        self.keep_leader = exp(-G[at.LEARNING] * G[at.DECAY_LEADER])
        self.keep_q = exp(-G[at.Q_DECAY])
        self.sigma0, self.keep_sigma = G[at.SANCTIONS_LEVEL], exp(-G[at.SANCTIONS_REVERSION])
        self.sanctions_step = G[at.SANCTIONS_STEP]
        half = -log(2.0)
        self.keep_obligation = exp(half / G[at.C_HALF_LIFE])
        self.keep_commitment = exp(-nature.COMMITMENT_DECAY)
        self.keep_ally_war = exp(-nature.ENTRAPMENT_DECAY)
        self.keep_noise = exp(-nature.NOISE_MEMORY)
        self.fresh_noise = sqrt(1.0 - self.keep_noise * self.keep_noise)
        self.keep_disarray = exp(half / G[at.REBUILD])
        self.term_step = 1.0 / nature.TERM_WEEKS
        self.breakout, self.spin = G[at.BREAKOUT], G[at.NUCLEAR_SPEED] * (1.0 - G[at.CHANNEL])
        self.alarm, self.setback = G[at.NUCLEAR_ALARM], G[at.NUCLEAR_SETBACK]
        # fragility, survival, decapitation
        self.fragility = logit(G[at.FRAGILITY_F])
        self.fragility_bias, self.rubicon, self.fragility_sd = G[at.FRAGILITY_BIAS], G[at.RUBICON], G[at.FRAGILITY_SD]
        self.pressure_slope = G[at.PRESSURE_SLOPE]
        self.fall_rate, self.rallied = G[at.FALL_RATE], G[at.FALL_RATE] / (1.0 + G[at.RALLY])
        self.talk, self.assurance = G[at.Q_TALK], G[at.Q_ASSURANCE]
        self.q_leader, self.build_up = G[at.Q_LEADER], G[at.Q_BUILD_UP]
        self.q_bias, self.q_sd = G[at.Q_BIAS], G[at.Q_SD]
        self.control_left = 1.0 - G[at.CONTROL_LOSS]
        self.log_rate, self.log_lethality = log(G[at.DECAP_RATE]), log(G[at.DECAP_LETHALITY])
        # the defender
        self.resolute, self.successor = G[at.D_RESOLUTE], G[at.D_SUCCESSOR]
        self.harassment, self.high_value = G[at.D_HARASSMENT], G[at.D_HIGH_VALUE]
        self.death, self.log_deaths = G[at.D_DEATH], G[at.D_LOG_DEATHS]
        self.ally_weight, self.zeal, self.discount = G[at.D_ALLY], G[at.D_RESOLUTE_FACTOR], G[at.D_BLAME_DISCOUNT]
        self.name_worth, self.defender_audience = G[at.D_REPUTATION], G[at.D_AUDIENCE]
        self.public = G[at.D_PUBLIC] / log(10.0)
        self.gamble, self.prevention = G[at.D_GAMBLE], G[at.D_PREVENTION]
        self.mad_attacked = G[at.D_MADNESS] * G[at.D_ALPHA_ATTACK]
        self.mad_unprovoked = G[at.D_MADNESS] * G[at.D_ALPHA_RESTRAINT]
        self.homeland_share = G[at.D_HOMELAND_SHARE]
        # the challenger
        self.restrained, self.bold = G[at.C_RESTRAINED], G[at.C_UNRESTRAINED_FACTOR]
        self.loss_share = 2.0 / (1.0 + G[at.C_POWER])
        self.pressure, self.rent = G[at.C_PRESSURE], G[at.C_RENT]
        self.per_rung, self.leader_owed = G[at.C_PER_RUNG], G[at.C_LEADER]
        self.obligation_deaths, self.proxy_share = G[at.C_LOG_DEATHS], G[at.C_PROXY_SHARE]
        self.visibility, self.dead_weight = G[at.C_VISIBILITY], G[at.C_DEAD_WEIGHT]
        self.challenger_audience = G[at.C_AUDIENCE]
        self.loss_first, self.loss_struck = G[at.C_LOSS_FIRST], G[at.C_LOSS_STRUCK]
        self.order = G[at.C_ORDER]
        self.war_deaths = tuple(G[c] for c in (at.WAR_DEFENDER, at.WAR_CHALLENGER, at.WAR_PROXIES, at.WAR_ALLIES))
        self.war_civilians, self.war_sd = G[at.WAR_CIVILIAN], G[at.WAR_SD]

    def _actors(self, scenario, tables):
        self.proxies = list(zip(scenario.in_role("proxy"), tables.proxies[0].tolist(), strict=True))
        self.proxy_links = tables.proxy_links.tolist()
        self.allies = list(zip(scenario.in_role("ally"), tables.allies[0].tolist(), strict=True))
        self.basing = [row[at.A_BASING] for _, row in self.allies]
        self.instruments = [tuple(row) for row in tables.instruments[0].tolist()]
        shares = tables.countries[0][:, at.COUNTRY_CIVILIAN]
        self.civilian_shares = (np.cumsum(shares) / max(shares.sum(), 1e-12)).tolist()
        shares = tables.countries[0][:, at.COUNTRY_WAR]
        self.war_shares = (shares / max(shares.sum(), 1e-12)).tolist()

    def _defender_menu(self, acts, links):
        self.defender_acts, self.defender_links = acts, links
        rungs = [act[at.ACT_RUNG] for act in acts]
        self.defender_rungs = rungs
        self.defender_moves = Moves(acts, self.slip * self.skew)
        costs = [act[at.ACT_COST] for act in acts]
        at_war = [c * (1.0 - self.momentum) if rung >= 10.0 else c for c, rung in zip(costs, rungs, strict=True)]
        # worth apart from the grievance: constant, times gamble, times prevention, times entrapment less opinion
        self.defender_base = tuple(
            tuple(
                (
                    act[at.ACT_GAIN] - c,
                    act[at.ACT_COLLAPSE],
                    act[at.ACT_SETBACK],
                    float(act[at.ACT_RUNG] >= at.HOMELAND),
                )
                for act, c in zip(acts, cost, strict=True)
            )
            for cost in (costs, at_war)
        )
        self.settles = tuple(act[at.ACT_ANSWER] for act in acts)
        self.lethal = tuple(float(rung >= at.LETHAL_FORCE) for rung in rungs)
        discounts = tuple(self.discount if act[at.ACT_ON_STATE] > 0.5 else 1.0 for act in acts)
        self.factors = (discounts, tuple(1.0 for _ in acts))
        self.low = [a for a, rung in enumerate(rungs) if rung < at.LETHAL_FORCE]
        on_state = [a for a, act in enumerate(acts) if act[at.ACT_ON_STATE] > 0.5 and a not in self.low]
        abroad = [a for a in on_state if rungs[a] < at.HOMELAND]
        homeland = [a for a in on_state if at.HOMELAND <= rungs[a] < 8.5]
        last = abroad[-1] if abroad else len(acts) - 1
        self.mad_homeland = homeland[-1] if homeland else last
        self.mad_abroad = abroad[-1] if abroad else self.mad_homeland
        # what its acts cost the challenger, by the weak type and by the resolute, unprovoked and attacked
        harm = [act[at.ACT_HARM] * (self.loss_share if act[at.ACT_RUNG] >= at.HOMELAND else 1.0) for act in acts]
        self.struck = tuple(harm)
        part = self.homeland_share
        mad = part * harm[self.mad_homeland] + (1.0 - part) * harm[self.mad_abroad]
        self.struck_resolute = tuple(
            tuple(h + share * (mad - h) if a in self.low else h for a, h in enumerate(harm))
            for share in (self.mad_unprovoked, self.mad_attacked)
        )

    def _challenger_menu(self, acts, links):
        self.challenger_acts, self.challenger_links = acts, links
        rungs = [act[at.ACT_RUNG] for act in acts]
        self.challenger_rungs = rungs
        self.challenger_moves = Moves(acts, self.slip * self.skew)
        base, meets, ratios, ready, relief = [], [], [], [], []
        for act in acts:
            rung, first = act[at.ACT_RUNG], act[at.ACT_FIRST]
            cost = act[at.ACT_COST] * (self.loss_share if rung >= at.HOMELAND else 1.0)
            base.append((act[at.ACT_GAIN] - cost, act[at.ACT_PRESSURE], 1.0 - first, float(rung < at.FORCE)))
            meets.append(self.can_meet(act))
            # an unrestrained type differs in what rungs 8 and 9 cost it: its odds are those of the other times this
            bold = cost * (self.bold if at.HOMELAND <= rung < 10.0 else 1.0)
            ratios.append(exp(self.rationality * (cost - bold)))
            ready.append(self.loss_first * first)
            relief.append(self.momentum * cost if rung >= 10.0 else 0.0)
        self.challenger_base, self.meets, self.ratios = tuple(base), tuple(meets), tuple(ratios)
        # relief once at war less the loss in going first, by [at war][struck and not yet avenged]
        self.node = tuple(
            tuple(
                tuple(war * ease - (0.0 if avenging else first) for ease, first in zip(relief, ready, strict=True))
                for avenging in (False, True)
            )
            for war in (0.0, 1.0)
        )
        harm = [act[at.ACT_HARM] for act in acts]
        self.harm = tuple(harm)
        self.harm_bold = tuple(h * ratio for h, ratio in zip(harm, ratios, strict=True))

    def _games(self, tables):
        """The distinct nodes of each side's stage game, and which of them stand for the replies to an act."""
        self.defender_nodes, self.replied = [], []
        quiet = None
        for act in self.defender_acts:
            rung = act[at.ACT_RUNG]
            if rung >= 10.0:
                self.replied.append(-1)  # past answering: ``stage.defender_losses`` ends with that
                continue
            if rung >= at.FORCE or quiet is None:
                owed = self.owed(rung, act[at.ACT_MEANT], act[at.ACT_ON_STATE] > 0.5)
                vow = rung if rung >= at.STATE_FORCE else 0.0
                decapitates = act[at.ACT_DECAPITATES] > 0.5 and rung >= at.FORCE
                self.defender_nodes.append((owed, vow, rung >= 9.0, decapitates))
                if rung < at.FORCE:
                    quiet = len(self.defender_nodes) - 1
            self.replied.append(len(self.defender_nodes) - 1 if rung >= at.FORCE else quiet)

        self.provocations, self.answered = [], []
        self.quiet = self.harassing = None
        for b, act in enumerate(self.challenger_acts):
            rung = act[at.ACT_RUNG]
            if rung >= 10.0:
                self.answered.append((0.0, -1, -1))
            elif rung < at.FORCE and self.quiet is not None:
                self.answered.append(self.answered[self.quiet])
            elif act[at.ACT_VIA_PROXIES] > 0.5:
                # an order is a lottery over whether it kills
                tool = self.instruments[tables.order_instrument[b]]
                p = tool[at.I_KILL] if rung >= at.LETHAL_FORCE else tool[at.I_STRAY]
                killing = self._node(6.0, max(tool[at.I_DEATHS], 1.0))
                self.answered.append((p, self._node(5.0, 0.0), killing))
                if rung < at.LETHAL_FORCE and self.quiet is not None:
                    self.harassing = b
            else:
                node = self._node(rung, 0.0 if act[at.ACT_WARNED] > 0.5 else act[at.ACT_MEANT])
                self.answered.append((0.0, node, node))
                if rung < at.FORCE:
                    self.quiet = b
        self._answers = {}

    def _node(self, e, dead):
        """Index of the defender's node in which it answers an act at rung ``e`` with ``dead`` killed."""
        if (e, dead) not in self.provocations:
            self.provocations.append((e, dead))
        return self.provocations.index((e, dead))

    def answers(self, capability):
        """By node of the defender: whether it is provoked, what each act settles of it, and the zealous type's more."""
        known = self._answers.get(capability)
        if known is None:
            known = self._answers[capability] = [self._answer(e, dead, capability) for e, dead in self.provocations]
        return known

    def _answer(self, e, dead, capability):
        gamma = self.grievance(e, dead)
        settled = self.settled(gamma, e >= at.STATE_FORCE, capability)
        provoked = e >= at.FORCE or dead >= 1
        more = tuple((self.zeal - 1.0) * s for s in settled)
        return gamma > 0.0, settled, more, self.struck_resolute[provoked]

    def grievance(self, e, dead):
        """What the defender owes itself for a provocation at perceived rung ``e`` with ``dead`` own dead (utils)."""
        owed = 0.0
        if e >= at.FORCE:
            owed = self.harassment + (self.high_value * (e - 5.0) if e > 5.0 else 0.0)
        if dead >= 1:
            owed += self.death + self.log_deaths * log(dead)
        return owed

    def settled(self, gamma, blamed, capability):
        """What each of the defender's acts settles of ``gamma``; on an unblamed patron's people, less."""
        factors = self.factors[blamed]
        if capability == 1.0:
            return [(gamma if gamma < s else s) * f for s, f in zip(self.settles, factors, strict=True)]
        return [
            (gamma if gamma < s else s) * f * (capability if lethal else 1.0)
            for s, f, lethal in zip(self.settles, factors, self.lethal, strict=True)
        ]

    def can_meet(self, act):
        if act[at.ACT_RUNG] < at.FORCE:
            return 0.0
        worth = self.visibility * act[at.ACT_RUNG] - self.dead_weight * log(1.0 + act[at.ACT_MEANT])
        return max(act[at.ACT_VISIBILITY] * worth, 0.0)

    def owed(self, seen, dead, on_state, leader=False):
        """Revenge obligation (utils) that an act seen at rung ``seen`` creates."""
        if seen < at.FORCE:
            return 0.0
        owed = self.per_rung * max(seen - 5.0, 0.0) + self.obligation_deaths * log(1.0 + dead)
        if not on_state:
            owed *= self.proxy_share
        return owed + self.leader_owed if leader else owed


class Moves:
    """What a menu's acts can turn into: by act, the neighbour up and down, and the chance of war from meaning it."""

    def __init__(self, acts, slips_up):
        rungs = [act[at.ACT_RUNG] for act in acts]
        available = [act[at.ACT_AVAILABLE] >= 0.5 for act in acts]
        self.barred = [a for a, free in enumerate(available) if not free]
        self.up = [_neighbour(rungs, available, a, 1) for a in range(len(acts))]
        self.down = [_neighbour(rungs, available, a, -1) for a in range(len(acts))]
        self.war = [
            (a, 1.0 if rung >= 10.0 else slips_up)
            for a, rung in enumerate(rungs)
            if rung >= 10.0 or (rung >= at.FORCE and rungs[self.up[a]] >= 10.0)
        ]
        self.force = [(a, rung) for a, rung in enumerate(rungs) if rung >= at.FORCE]


def _neighbour(rungs, available, intended, way):
    other = intended + way
    while 0 <= other < len(rungs) and (rungs[other] == rungs[intended] or not available[other]):
        other += way
    return other if 0 <= other < len(rungs) else intended
