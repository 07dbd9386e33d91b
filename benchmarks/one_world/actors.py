"""The two states as Mesa agents of one world: ``step`` is the week's move."""

from math import log

import mesa

from benchmarks.one_world import stage
from benchmarks.one_world.laws import moved, normal, place, toll, uniform, whole
from escalation import draws
from escalation.model import outcomes
from escalation.model.challenger import REPLY_WINDOW
from escalation.model.crisis import MAX_TURNS
from escalation.model.layout import (
    ACT_COLLAPSE,
    ACT_DECAPITATES,
    ACT_FIRST,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_PRESSURE,
    ACT_SETBACK,
    ACT_VIA_PROXIES,
    ACT_WARNED,
    CHALLENGER,
    CRISIS_CLIMATE,
    DEFENDER,
    FORCE,
    HOMELAND,
    I_CIVILIANS,
    I_DEATHS,
    I_EXPOSED,
    I_KILL,
    I_SD,
    I_STRAY,
    I_WARNING,
    LETHAL_FORCE,
    N_DEAD_CHALLENGER,
    N_DEAD_DEFENDER,
    N_DEAD_PROXIES,
    N_EXECUTION_ERRORS,
    N_LETHAL_ANSWERED,
    N_LETHAL_WEEKS,
    N_REPLY_DEAD,
    N_REPLY_RUNG,
    N_RESTRAINED,
    N_ROUTE,
    N_STATE_ANSWERED,
    N_STRIKES,
    N_STRUCK_WEEK,
    N_ZERO_ANSWERED,
    N_ZERO_WEEKS,
    SHOW_OF_FORCE,
    STATE_FORCE,
)
from escalation.model.payoffs import AVENGING

DEFENDER_NEW, CHALLENGER_NEW = 1, 2
"""Who has something new to answer."""


def _places(actor, *purposes):
    """Places of the draws of a principal, by exchange round."""
    return [[place(turn, actor, purpose) for turn in range(MAX_TURNS)] for purpose in purposes]


class Principal(mesa.Agent):
    """What the two states share: drawing an act, slipping, being seen, and teaching the other side."""

    def draw_act(self, mine, moves, rungs, forced):
        """Index of the act that is carried out, and the one meant."""
        case, world, turn = self.case, self.world, self.model.turn
        key, start = world.key, world.start
        if forced >= 0:
            world.war_sum += rungs[forced] >= 10.0
            return forced, forced
        u = uniform(key, start + self.CHOICE[turn])
        meant, total, last = 0, mine[0], len(mine) - 1
        while u >= total and meant < last:
            meant += 1
            total += mine[meant]
        for a, chance in moves.war:
            world.war_sum += chance * mine[a]
        done = meant
        if FORCE <= rungs[meant] < 10.0 and uniform(key, start + self.SLIP[turn]) < case.slip:
            up = uniform(key, start + self.WAY[turn]) < case.skew
            done = moves.up[meant] if up else moves.down[meant]
            if done != meant:
                world.tallies[N_EXECUTION_ERRORS] += 1
        return done, meant

    def perceived(self, rung):
        """The rung as the other side sees it."""
        if rung < FORCE:
            return rung
        case, world = self.case, self.world
        u = uniform(world.key, world.start + self.SEEN[self.model.turn])
        seen = rung + case.bias + case.sd * normal(u)
        return 1.0 if seen < 1.0 else 10.0 if seen > 10.0 else seen

    def taught(self, moves, rungs, first, second, done, seen):
        """What the act tells of the type: the log-likelihood ratio, times the pace of learning."""
        case = self.case
        if rungs[done] < FORCE:
            one, other = first[done], second[done]
        else:
            one, other = stage.likelihoods(moves.force, first, second, done, seen, case.sd)
        noise = case.noise
        floor = (noise if noise > 1e-9 else 1e-9) / len(first)
        return case.pace * log(((1.0 - noise) * one + floor) / ((1.0 - noise) * other + floor))


class Defender(Principal):
    """The state that deters."""

    CHOICE, SLIP, WAY, SEEN, STRAY, DEATHS, CIVILIANS, SPREAD = _places(
        DEFENDER,
        draws.CHOICE,
        draws.EXECUTION,
        draws.EXECUTION_WAY,
        draws.PERCEPTION,
        draws.STRAY,
        draws.DEATHS,
        draws.CIVILIANS,
        draws.SPREAD,
    )

    def __init__(self, model):
        super().__init__(model)
        self.case, self.world = model.case, model.world
        self.executed = 0

    def step(self):
        model, world, case = self.model, self.world, self.case
        forced = model.forced_defender if model.turn == 0 else -1
        world.fresh = 0
        occasion = (
            world.provocation >= FORCE
            or world.dead >= 1
            or world.rung >= CRISIS_CLIMATE
            or world.ally_war > 0.01
            or (case.prevention > 0.0 and world.breakout <= case.alarm)
        )
        if forced >= 0 or occasion:
            self.decide(forced)
        else:
            self.carry_out(0, case.defender_rungs[0], forced)

    def decide(self, forced):
        case, world, model = self.case, self.world, self.model
        view = stage.DefenderView(case, world, model.allies, True)
        losses = stage.defender_losses(case, world, stage.ChallengerView(case, world, False).base)
        e, dead = world.provocation, world.dead
        gamma = case.grievance(e, dead) * world.weight
        lam, moves, rungs = case.rationality, case.defender_moves, case.defender_rungs
        if gamma > 0.0:
            base = view.owed_base(case, world.commit_defender)
            settled = case.settled(gamma, world.blamed, view.capability)
            weak = [b + s - loss for b, s, loss in zip(base, settled, losses, strict=True)]
            more = case.zeal - 1.0
            resolute = [worth + more * s for worth, s in zip(weak, settled, strict=True)]
            self.bar(moves.barred, weak, resolute)
            second = stage.choice(weak, lam)
            first = stage.choice(resolute, lam)
        else:
            weak = [b - loss for b, loss in zip(view.base, losses, strict=True)]
            self.bar(moves.barred, weak)
            second = stage.choice(weak, lam)
            first = second.copy()
        provoked = (e >= FORCE or dead >= 1) and world.weight == 1.0
        share = case.mad_attacked if provoked else case.mad_unprovoked
        if share > 0.0:
            shift = 0.0
            for a in case.low:
                shift += first[a] * share
                first[a] *= 1.0 - share
            first[case.mad_homeland] += shift * case.homeland_share
            first[case.mad_abroad] += shift * (1.0 - case.homeland_share)
        if moves.barred:
            first, second = stage.without(moves.barred, first), stage.without(moves.barred, second)
        done, meant = self.draw_act(first if world.resolute else second, moves, rungs, forced)
        rung = rungs[done]
        seen = self.perceived(rung)
        gained = self.taught(moves, rungs, first, second, done, seen)
        share = case.leader_share
        world.pi_leader = moved(world.pi_leader, share * gained)
        world.pi_country = moved(world.pi_country, (1.0 - share) * gained)
        if rung >= 10.0:
            world.tallies[N_ROUTE] = self.route(view, done) if done == meant else outcomes.EXECUTION_ERROR
            world.ended = 1
        self.carry_out(done, seen, forced)

    @staticmethod
    def bar(barred, *menus):
        for values in menus:
            for a in barred:
                values[a] = -1e6

    def route(self, view, done):
        """Which motive or error carried the step to all-out war."""
        case, world = self.case, self.world
        act, e = case.defender_acts[done], world.provocation
        deaths = case.grievance(0.0, world.dead)
        insult = case.grievance(e, 0)
        gamble, prevention = view.gamble * act[ACT_COLLAPSE], view.prevention * act[ACT_SETBACK]
        strongest = max(deaths, insult, gamble, prevention, view.entrapment)
        if strongest <= 0.0:
            return outcomes.NOISE
        if strongest == gamble:
            return outcomes.GAMBLE_ROUTE
        if strongest == prevention:
            return outcomes.PREVENTIVE
        if strongest == view.entrapment:
            return outcomes.ALLY_TRIGGERED
        if world.accident:
            return outcomes.MISIDENTIFICATION
        if world.misattributed:
            return outcomes.MISATTRIBUTION
        if e >= world.provocation_true + 1.0:
            return outcomes.MISPERCEPTION
        return outcomes.CASUALTY if strongest == deaths else outcomes.PROVOKED

    def carry_out(self, a, seen, forced):
        case, world, tallies = self.case, self.world, self.world.tallies
        self.executed = a
        rung = case.defender_rungs[a]
        model = self.model
        if forced < 0 and model.turn == 0 and world.attacks > 0:
            self.tally_answer(tallies, rung, case.defender_acts[a][ACT_ON_STATE] > 0.5, world.dead >= 1)
        if rung >= FORCE:
            self.strike(a, rung, seen)
        elif rung >= SHOW_OF_FORCE and world.built > 0.99:
            world.built = 0.0
            world.sigma += case.sanctions_step * (1.0 - world.sigma)
            world.q = moved(world.q, case.build_up)
        if rung > world.alert:
            world.alert = rung
        world.suffered = seen if seen > 1.0 else 1.0
        world.suffered_true = rung
        if rung >= world.commit_defender - 0.5:
            world.commit_defender = 0.0
        world.provocation = world.provocation_true = 1.0
        world.dead = 0
        world.blamed = world.misattributed = world.accident = False
        world.weight = 1.0

    @staticmethod
    def tally_answer(tallies, rung, on_state, killed):
        tallies[N_LETHAL_WEEKS if killed else N_ZERO_WEEKS] += 1
        if rung >= LETHAL_FORCE:
            tallies[N_LETHAL_ANSWERED if killed else N_ZERO_ANSWERED] += 1
            if killed and on_state:
                tallies[N_STATE_ANSWERED] += 1

    def strike(self, a, rung, seen):
        case, world, model = self.case, self.world, self.model
        act, tallies, turn = case.defender_acts[a], world.tallies, model.turn
        key, start, on_state = world.key, world.start, act[ACT_ON_STATE] > 0.5
        tool, country = case.defender_links[a]
        dead = 0
        if tool >= 0:
            tools = case.instruments[tool]
            if act[ACT_MEANT] > 0.0 and uniform(key, start + self.STRAY[turn]) < tools[I_KILL]:
                u = uniform(key, start + self.DEATHS[turn])
                dead = toll(act[ACT_MEANT], tools[I_SD], tools[I_EXPOSED], u)
            civilians = whole(tools[I_CIVILIANS], uniform(key, start + self.CIVILIANS[turn]))
            if civilians:
                world.bury(case, country, civilians, start + self.SPREAD[turn])
        tallies[N_DEAD_CHALLENGER if on_state else N_DEAD_PROXIES] += dead
        leader = act[ACT_DECAPITATES] > 0.5 and not world.decapitated
        if leader:
            world.decapitated = True
            world.disarray = 1.0
            world.q = moved(world.q, case.q_leader)
            for proxy in model.proxies:
                proxy.kappa *= case.control_left
        world.obligation += case.owed(seen, dead, on_state, leader)
        if seen >= STATE_FORCE and seen > world.commit_challenger:
            world.commit_challenger = seen
        if rung >= HOMELAND:
            world.q = moved(world.q, case.build_up)
            world.shelled = 0
            world.breakout += case.setback * act[ACT_SETBACK]
        if rung >= STATE_FORCE:
            tallies[N_STRIKES] += 1
            if not tallies[N_STRUCK_WEEK]:
                tallies[N_STRUCK_WEEK] = model.week
            for ally in model.allies:
                ally.alignment = max(ally.alignment - ally.exposed * ally.alignment, 0.0)
        if rung >= LETHAL_FORCE:
            world.fresh = CHALLENGER_NEW


class Challenger(Principal):
    """The state to be deterred."""

    CHOICE, SLIP, WAY, SEEN, STRAY, DEATHS, CIVILIANS, SPREAD = _places(
        CHALLENGER,
        draws.CHOICE,
        draws.EXECUTION,
        draws.EXECUTION_WAY,
        draws.PERCEPTION,
        draws.STRAY,
        draws.DEATHS,
        draws.CIVILIANS,
        draws.SPREAD,
    )

    def __init__(self, model):
        super().__init__(model)
        self.case, self.world = model.case, model.world

    def foresee(self):
        """What each act is expected to be answered with; keeps what the proxies expect to be punished with."""
        case, world = self.case, self.world
        pictured = stage.DefenderView(case, world, self.model.allies, False)
        losses, world.punishment = stage.challenger_losses(case, world, pictured)
        return losses

    def step(self):
        world = self.world
        forced = self.model.forced_challenger if self.model.turn == 0 else -1
        world.fresh = 0
        if (
            forced >= 0
            or world.obligation > 0.01
            or world.sigma > 0.0
            or world.rung >= CRISIS_CLIMATE
            or world.suffered >= FORCE
        ):
            self.decide(forced)
        else:
            world.order = 1.0

    def decide(self, forced):
        case, world = self.case, self.world
        view = stage.ChallengerView(case, world, True)
        losses = self.foresee()
        owed, commit, audience = world.obligation, world.commit_challenger, case.challenger_audience
        at_war = world.rung >= 9.0 or world.alert >= 9.0
        moves, rungs = case.challenger_moves, case.challenger_rungs
        values = [
            b
            + extra
            + (owed if owed < meets else meets)
            - (audience * (commit - rung) if rung < commit else 0.0)
            - loss
            for b, extra, meets, rung, loss in zip(
                view.base, case.node[at_war][commit >= AVENGING], case.meets, rungs, losses, strict=True
            )
        ]
        for b in moves.barred:
            values[b] = -1e6
        first = stage.choice(values, case.rationality)
        second = [p * ratio for p, ratio in zip(first, case.ratios, strict=True)]
        total = sum(second)
        second = [p / total for p in second]
        if moves.barred:
            first, second = stage.without(moves.barred, first), stage.without(moves.barred, second)
        done, meant = self.draw_act(first if world.restrained else second, moves, rungs, forced)
        rung = rungs[done]
        seen = self.perceived(rung)
        world.phi = moved(world.phi, self.taught(moves, rungs, first, second, done, seen))
        if rung >= 10.0:
            world.tallies[N_ROUTE] = self.route(view, done) if done == meant else outcomes.EXECUTION_ERROR
            world.ended = 1
        self.carry_out(done, rung, seen)

    def route(self, view, done):
        case, world = self.case, self.world
        act = case.challenger_acts[done]
        revenge = min(world.obligation, case.meets[done])
        fear, pressure = view.fear * act[ACT_FIRST], view.pressed * act[ACT_PRESSURE]
        strongest = max(revenge, fear, pressure)
        if strongest <= 0.0:
            return outcomes.NOISE
        if strongest == fear:
            return outcomes.PREEMPTION
        if strongest == pressure:
            return outcomes.PRESSURE
        return outcomes.MISPERCEPTION if world.suffered >= world.suffered_true + 1.0 else outcomes.REVENGE

    def carry_out(self, b, rung, seen):
        case, world, tallies = self.case, self.world, self.world.tallies
        struck = world.suffered_true >= STATE_FORCE
        dead = 0
        if case.challenger_acts[b][ACT_VIA_PROXIES] > 0.5:
            world.order = rung
        else:
            if rung < 1.5:
                world.order = 1.0
            if rung >= SHOW_OF_FORCE and rung > world.alert:
                world.alert = rung
            if rung >= FORCE:
                dead = self.strike(b, rung, seen)
        meets = case.meets[b]
        world.obligation -= meets if meets < world.obligation else world.obligation
        if rung >= FORCE and rung >= world.commit_challenger - 0.5:
            world.commit_challenger = 0.0
        since = tallies[N_STRUCK_WEEK]
        if since and self.model.week <= since + REPLY_WINDOW:
            if rung > tallies[N_REPLY_RUNG]:
                tallies[N_REPLY_RUNG] = int(rung)
            tallies[N_REPLY_DEAD] += dead
        if struck and rung < HOMELAND:
            tallies[N_RESTRAINED] += 1
        world.suffered = world.suffered_true = 1.0

    def strike(self, b, rung, seen):
        """Returns the defender's dead."""
        case, world, turn = self.case, self.world, self.model.turn
        act, key, start = case.challenger_acts[b], world.key, world.start
        tool, country = case.challenger_links[b]
        dead = 0
        if tool >= 0:
            tools, meant = case.instruments[tool], act[ACT_MEANT]
            chance = tools[I_KILL] if meant > 0.0 else tools[I_STRAY]
            if act[ACT_WARNED] > 0.5:
                chance *= 1.0 - tools[I_WARNING]
            if uniform(key, start + self.STRAY[turn]) < chance:
                scale = meant if meant > 0.0 else max(tools[I_DEATHS], 1.0)
                dead = toll(scale, tools[I_SD], tools[I_EXPOSED], uniform(key, start + self.DEATHS[turn]))
            civilians = whole(tools[I_CIVILIANS], uniform(key, start + self.CIVILIANS[turn]))
            if civilians:
                world.bury(case, country, civilians, start + self.SPREAD[turn])
        world.tallies[N_DEAD_DEFENDER] += dead
        world.own_dead += dead
        world.provocation, world.provocation_true, world.dead = seen, rung, dead
        world.blamed, world.misattributed, world.accident, world.weight = True, False, False, 1.0
        world.fresh = DEFENDER_NEW
        return dead
