"""The stage game on plain floats: what each act is worth, and what the replies expected to it cost.

A menu's logit is taken in one pass: worths are a few hundred utils at most, so that no weight overflows and none has to
be found the largest of first.
"""

from math import exp, log

from benchmarks.one_world.laws import logistic
from escalation.model.payoffs import AVENGING


class DefenderView:
    """What the defender weighs in a week; ``private`` False: as the other side pictures it, without misjudgements."""

    __slots__ = ("base", "capability", "entrapment", "gamble", "name", "prevention")

    def __init__(self, case, world, allies, private):
        capability = 1.0
        for share, ally in zip(case.basing, allies, strict=True):
            if ally.hedging:
                capability -= share
        self.capability = capability if capability > 0.2 else 0.2
        at_war = world.rung >= 9.0
        reading = case.fragility + case.pressure_slope * (world.sigma - 1.0)
        if private:
            reading += case.fragility_bias + case.fragility_sd * world.f_noise
            if at_war:
                reading += case.rubicon
        self.gamble = gamble = case.gamble * logistic(reading)
        self.prevention = prevention = case.prevention * exp(-world.breakout / case.alarm)
        self.name = case.name_worth * world.term
        self.entrapment = world.ally_war
        abroad = world.ally_war - case.public * log(1.0 + world.own_dead)
        self.base = [
            c + gamble * collapse + prevention * setback + abroad * home
            for c, collapse, setback, home in case.defender_base[at_war]
        ]

    def owed_base(self, case, commit):
        """Worth of each act once provoked, but for settling the grievance."""
        name, audience = self.name, case.defender_audience
        if commit > 0.0:
            return [
                b + name * lethal - (audience * (commit - rung) if rung < commit else 0.0)
                for b, lethal, rung in zip(self.base, case.lethal, case.defender_rungs, strict=True)
            ]
        return [b + name * lethal for b, lethal in zip(self.base, case.lethal, strict=True)]


class ChallengerView:
    """What the challenger weighs in a week; ``private`` as for the defender."""

    __slots__ = ("base", "fear", "pressed")

    def __init__(self, case, world, private):
        reading = world.q
        if private:
            reading += case.q_bias + case.q_sd * world.q_noise
        self.fear = fear = logistic(reading) * case.loss_struck
        self.pressed = pressed = case.pressure * world.sigma
        rent = case.rent * (1.0 - world.sigma)
        self.base = [
            c + pressed * relief - fear * waits + rent * quiet for c, relief, waits, quiet in case.challenger_base
        ]


def defender_losses(case, world, base):
    """Loss by the defender's act of the replies expected to it; ``base`` is the challenger's, as it is pictured."""
    phi = logistic(world.phi)
    obligation, pledged, warring = world.obligation, world.commit_challenger, world.rung >= 9.0
    leader_owed = 0.0 if world.decapitated else case.leader_owed
    lam, audience, meets, rungs = case.rationality, case.challenger_audience, case.meets, case.challenger_rungs
    ratios, harms, harms_bold = case.ratios, case.harm, case.harm_bold
    found = []
    for owed, commit, at_war, decapitates in case.defender_nodes:
        owed += obligation
        if decapitates:
            owed += leader_owed
        if commit < pledged:
            commit = pledged
        total = total_bold = loss = loss_bold = 0.0
        for b, extra, met, rung, ratio, harm, harm_bold in zip(
            base,
            case.node[at_war or warring][commit >= AVENGING],
            meets,
            rungs,
            ratios,
            harms,
            harms_bold,
            strict=True,
        ):
            worth = b + extra + (owed if owed < met else met)
            if rung < commit:
                worth -= audience * (commit - rung)
            weight = exp(lam * worth)
            total += weight
            loss += weight * harm
            total_bold += weight * ratio
            loss_bold += weight * harm_bold
        found.append(phi * loss / total + (1.0 - phi) * loss_bold / total_bold)
    found.append(case.harm[0])
    return [found[node] for node in case.replied]


def challenger_losses(case, world, view):
    """Loss by the challenger's act, and what harassment by proxies is expected to be punished with (utils)."""
    pi = logistic(world.pi_country + world.pi_leader)
    lam, struck = case.rationality, case.struck
    quiet_base, owed_base = view.base, view.owed_base(case, world.commit_defender)
    found = []
    for owed, settled, more, struck_resolute in case.answers(view.capability):
        total = loss = total_mad = loss_mad = 0.0
        if owed:
            for b, s, extra, harm, harm_mad in zip(owed_base, settled, more, struck, struck_resolute, strict=True):
                b += s
                weight = exp(lam * b)
                total += weight
                loss += weight * harm
                weight = exp(lam * (b + extra))
                total_mad += weight
                loss_mad += weight * harm_mad
        else:  # nothing to settle: the types are alike but for madness
            for b, harm, harm_mad in zip(quiet_base, struck, struck_resolute, strict=True):
                weight = exp(lam * b)
                total += weight
                loss += weight * harm
                loss_mad += weight * harm_mad
            total_mad = total
        found.append(pi * loss_mad / total_mad + (1.0 - pi) * loss / total)
    found.append(struck[0])
    losses = [(1.0 - p) * found[spared] + p * found[killed] for p, spared, killed in case.answered]
    return losses, losses[case.harassing] - losses[case.quiet] if case.harassing is not None else 0.0


def choice(values, rationality):
    """Logit probabilities of ``values``."""
    best = max(values)
    weights = [exp(rationality * (value - best)) for value in values]
    total = sum(weights)
    return [weight / total for weight in weights]


def without(barred, probabilities):
    """The probabilities with the acts ``barred`` off the menu."""
    for a in barred:
        probabilities[a] = 0.0
    kept = sum(probabilities)
    return [p / kept for p in probabilities]


def likelihoods(force, first, second, done, seen, sd):
    """How likely each type was to be seen as ``seen``, given its choice probabilities and the act ``done`` of force."""
    width = sd if sd > 0.05 else 0.05
    weights = one = other = 0.0
    for b, rung in force:
        z = (seen - rung) / width
        weight = exp(-0.5 * z * z)
        weights += weight
        one += weight * first[b]
        other += weight * second[b]
    return (one / weights, other / weights) if weights > 0.0 else (first[done], second[done])
