"""The directions table: which way each dial must move which quantity, under common random numbers.

Every row is run twice on the same 2,048 worlds over 16 draws from the priors (128 worlds a draw), with one number at a
low and at a high value. Rows hold signs that the literature agrees on; where it does not, ``DISPUTED`` asks
only that the dial matters. Sections are those of the dossier (docs/model.md).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from escalation.model.crisis import Crisis
from escalation.model.layout import (
    ALIGNMENT,
    BREAKOUT_NOW,
    HEDGING,
    KAPPA,
    OBLIGATION,
    ORDER,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PUNISHMENT,
    RUNG,
    SIGMA,
    TALLIES,
    WAR_SUM,
    Q,
)
from tests.model.lab import crisis, z_score

UP, DOWN = 1, -1
WORLDS, DRAWS, WEEKS = 2048, 16, 13
SURE = 3.0
"""How many standard errors of the paired difference a direction must be clear of zero by."""


def quantity(model: Crisis, name: str) -> np.ndarray:
    """A quantity by world: a tally, or a state at the end."""
    S, K, A = model.state.S, model.state.K, model.state.A
    states = {
        "war": S[WAR_SUM],
        "belief in resolve": S[PI_COUNTRY] + S[PI_LEADER],
        "belief in restraint": S[PHI],
        "fear for survival": S[Q],
        "control": K[:, KAPPA].mean(axis=0),
        "sanctions": S[SIGMA],
        "obligation": S[OBLIGATION],
        "order": S[ORDER],
        "punishment": S[PUNISHMENT],
        "rung": S[RUNG],
        "breakout": S[BREAKOUT_NOW],
        "alignment": A[:, ALIGNMENT].mean(axis=0),
        "hedging": A[:, HEDGING].mean(axis=0),
    }
    if name in states:
        return states[name]
    return model.state.N[TALLIES.index(name)].astype(float)


@cache
def run(arm: str, settings: tuple[tuple[str, object], ...]) -> Crisis:
    return crisis(arm, dict(settings), worlds=WORLDS, weeks=WEEKS, draws=DRAWS)


def effect(arm: str, fixed: dict[str, object], key: str, low: float, high: float, name: str) -> float:
    """Standard score of the paired difference that moving ``key`` from low to high makes to a quantity."""
    ends = [run(arm, (*fixed.items(), (key, end))) for end in (low, high)]
    return z_score(quantity(ends[1], name) - quantity(ends[0], name))


STEADY: dict[str, object] = {"us.gamble.gain": 0.0}
RIPE: dict[str, object] = {"nuclear.breakout": 4.0}
SHOCK: dict[str, object] = {"events.gaza.on": True, "events.gaza.week": 1}

DIRECTIONS: tuple[tuple[str, str, float, float, str, int, str, dict[str, object]], ...] = (
    # section, key, low, high, quantity, sign, arm, held fixed
    ("§1", "us.type.resolute", 0.05, 0.8, "zero_answered", UP, "strike", {}),
    ("§1", "us.type.resolute", 0.05, 0.8, "belief in resolve", UP, "strike", {}),
    ("§1", "us.reputation.anchor", 0.1, 0.6, "attacks", DOWN, "nonresponse", {}),
    ("§1", "us.reputation.anchor", 0.1, 0.6, "punishment", UP, "nonresponse", {}),
    ("§1", "learning.signal_noise", 0.005, 0.3, "belief in resolve", DOWN, "strike", {}),
    ("§1", "learning.scale", 0.0, 1.0, "belief in resolve", UP, "strike", {}),
    ("§1", "learning.scale", 0.0, 1.0, "attacks", DOWN, "strike", {}),
    ("§1", "us.reputation.value", 0.0, 6.0, "zero_answered", UP, "strike", {}),
    ("§1", "us.belief.restrained", 0.02, 0.98, "strikes", UP, "strike", {}),
    ("§1", "us.belief.restrained", 0.05, 0.95, "belief in restraint", UP, "strike", {}),
    ("§2", "us.madness.alpha_attack", 0.0, 0.5, "punishment", UP, "strike", {}),
    ("§2", "us.madness.alpha_attack", 0.0, 0.5, "attacks", DOWN, "strike", {}),
    ("§2", "us.madness.alpha_restraint", 0.0, 0.05, "punishment", DOWN, "strike", {}),
    ("§2", "us.madness.alpha_restraint", 0.0, 0.05, "attacks", UP, "strike", {}),
    ("§3", "brinkmanship.h1", 0.0, 0.003, "war", UP, "strike", {}),
    ("§3", "brinkmanship.growth", 0.3, 1.5, "war", UP, "strike", {"brinkmanship.h1": 0.002}),
    ("§4", "iran.accord.rent", 2.0, 20.0, "order", DOWN, "nonresponse", {"sanctions.level": 0.3}),
    ("§4", "iran.accord.rent", 2.0, 20.0, "attacks", DOWN, "nonresponse", {"sanctions.level": 0.3}),
    ("§5", "iran.obligation.per_rung", 2.0, 12.0, "reply_rung", UP, "strike", {}),
    ("§5", "iran.obligation.leader", 5.0, 30.0, "reply_rung", UP, "strike", {}),
    ("§5", "iran.obligation.half_life", 2.0, 30.0, "obligation", UP, "strike", {}),
    ("§5", "iran.obligation.visibility", 3.0, 8.0, "obligation", DOWN, "strike", {}),
    ("§5", "iran.audience.alpha", 0.2, 3.0, "reply_rung", UP, "strike", {}),
    ("§6", "perception.bias", 0.0, 0.6, "zero_answered", UP, "strike", {}),
    ("§6", "perception.bias", 0.0, 0.6, "rung", UP, "strike", {}),
    ("§6", "execution.p", 0.0, 0.3, "peak", UP, "strike", {}),
    ("§6", "ladder.cooling", 0.1, 0.8, "rung", DOWN, "strike", {}),
    ("§7", "survival.q0", 0.03, 0.5, "war", UP, "strike", {}),
    ("§7", "survival.leader_killed", 0.0, 1.5, "fear for survival", UP, "strike", {}),
    ("§7", "survival.build_up", 0.0, 0.5, "fear for survival", UP, "strike", {}),
    ("§7", "survival.assurance", 0.0, 2.0, "fear for survival", DOWN, "strike-assurance", {}),
    ("§7", "survival.assurance", 0.0, 2.0, "war", DOWN, "strike-assurance", {"iran.preempt.loss_struck": 100.0}),
    ("§7", "iran.preempt.loss_first", 10.0, 150.0, "war", DOWN, "strike", {}),
    ("§7", "escalation.momentum", 0.05, 0.5, "war", UP, "strike", {"start.rung": 9, **STEADY}),
    ("§8", "us.gamble.gain", 25.0, 120.0, "war", UP, "strike", {}),
    ("§8", "fragility.f", 0.005, 0.15, "war", UP, "strike", {}),
    ("§8", "fragility.bias", 0.0, 3.6, "war", UP, "strike", {}),
    ("§8", "us.prevention.value", 8.0, 60.0, "war", UP, "strike", RIPE),
    ("§8", "nuclear.speed", 0.05, 0.8, "breakout", DOWN, "strike", {}),
    ("§8", "fragility.fall_rate", 4e-05, 0.01, "weeks", DOWN, "strike", {}),
    ("§9", "us.grievance.death", 9.0, 30.0, "state_answered", UP, "strike", {}),
    ("§9", "us.grievance.death", 3.0, 60.0, "lethal_answered", UP, "nonresponse", {}),
    ("§9", "us.grievance.log_deaths", 2.0, 8.0, "state_answered", UP, "strike", {}),
    ("§9", "us.grievance.harassment", 1.0, 6.0, "zero_answered", UP, "strike", {}),
    ("§9", "us.public.slope", 1.0, 8.0, "war", DOWN, "strike", {}),
    ("§9", "instruments.*.p_stray", 0.0, 0.2, "lethal_attacks", UP, "strike", {}),
    ("§10", "kataib_hezbollah.rate", 0.01, 0.3, "attacks", UP, "strike", {}),
    ("§10", "kataib_hezbollah.punishment_slope", 0.01, 0.25, "attacks", DOWN, "strike", {}),
    ("§10", "*.unauthorised", 0.002, 0.05, "lethal_attacks", UP, "strike", {}),
    ("§10", "kataib_hezbollah.shock_slope", 0.0, 2.5, "attacks", UP, "strike", SHOCK),
    ("§10", "decapitation.control_loss", 0.0, 0.6, "control", DOWN, "strike", {}),
    ("§10", "decapitation.rate_ratio", 1.0, 1.5, "attacks", UP, "strike", {}),
    ("§10", "decapitation.lethality_ratio", 0.5, 1.0, "lethal_attacks", UP, "strike", {}),
    ("§10", "attribution.p_blame", 0.1, 0.95, "state_answered", UP, "strike", {}),
    ("§10", "us.blame.discount", 0.0, 1.0, "state_answered", UP, "strike", {"attribution.p_blame": 0.1}),
    ("§11", "*.exposure", 0.0, 2.0, "alignment", DOWN, "strike", {}),
    ("§11", "*.abandonment", 0.0, 2.0, "alignment", DOWN, "strike", {}),
    ("§11", "*.support", 0.0, 2.0, "alignment", UP, "strike", {}),
    ("§11", "*.hedge_at", 0.2, 0.8, "hedging", UP, "strike", {}),
    ("§11", "*.basing", 0.0, 0.4, "state_answered", DOWN, "strike", {}),
    ("§11", "diplomacy.mediation", 0.0, 0.4, "rung", DOWN, "strike", {}),
    ("§11", "us.grievance.ally", 0.05, 0.7, "alignment", UP, "strike", {}),
    ("§11", "israel.strike.value", 0.0, 80.0, "peak", UP, "strike", RIPE),
    ("§11", "israel.entrapment", 0.0, 40.0, "war", UP, "strike", {**RIPE, "israel.strike.value": 60.0}),
    ("§12", "sanctions.level", 0.0, 1.0, "attacks", UP, "strike", {}),
    ("§12", "sanctions.level", 0.0, 1.0, "order", UP, "nonresponse", {}),
    ("§12", "kataib_hezbollah.sanctions_slope", 1.5, 4.7, "attacks", UP, "strike", {}),
    ("§12", "iran.pressure.slope", 2.0, 20.0, "rung", UP, "strike", {}),
    ("§13", "choice.rationality", 0.2, 0.6, "zero_answered", DOWN, "strike", {}),
    ("§14", "identification.p_day", 0.0, 0.05, "accidents", UP, "strike", {}),
    ("§14", "identification.p_day", 0.0, 0.05, "war", UP, "strike", {}),
    ("§14", "us.alert", 0.0, 5.0, "accidents", UP, "strike", {}),
    ("§14", "errors.scale", 0.0, 1.0, "errors_executed", UP, "strike", {}),
)

DISPUTED: tuple[tuple[str, str, float, float, str, str, dict[str, object], str], ...] = (
    ("§2", "us.madness.u", 0.0, 0.8, "attacks", "strike", {}, "Schelling against McManus 2021"),
    ("§1", "learning.leader_share", 0.1, 0.9, "belief in resolve", "strike", {}, "Press 2005; Renshon et al. 2018"),
    ("§5", "iran.obligation.dead_weight", -8.0, 8.0, "reply_rung", "strike", {}, "was the aim to kill?"),
    ("§5", "us.audience.alpha", 0.2, 2.5, "belief in resolve", "strike", {}, "Fearon 1994; Snyder & Borghard 2011"),
    ("§6", "perception.sd", 0.3, 1.5, "zero_answered", "strike", {}, "Powell 1988: less misperception may not calm"),
    ("§10", "kataib_hezbollah.control", 0.4, 0.95, "attacks", "strike", {}, "control restrains or sharpens"),
    ("§9", "instruments.*.sd", 0.1, 3.0, "war", "strike", {}, "a fatter tail also has a longer lower half"),
)


@pytest.mark.parametrize(
    ("section", "key", "low", "high", "name", "sign", "arm", "fixed"),
    DIRECTIONS,
    ids=[f"{row[0]} {row[1]} {row[4]}" for row in DIRECTIONS],
)
def test_direction(
    section: str, key: str, low: float, high: float, name: str, sign: int, arm: str, fixed: dict[str, object]
) -> None:
    assert effect(arm, fixed, key, low, high, name) * sign > SURE


@pytest.mark.parametrize(
    ("section", "key", "low", "high", "name", "arm", "fixed", "dispute"),
    DISPUTED,
    ids=[f"{row[0]} {row[1]} {row[4]}" for row in DISPUTED],
)
def test_a_disputed_dial_matters(
    section: str, key: str, low: float, high: float, name: str, arm: str, fixed: dict[str, object], dispute: str
) -> None:
    assert abs(effect(arm, fixed, key, low, high, name)) > SURE


def test_every_section_has_a_direction() -> None:
    assert {row[0] for row in DIRECTIONS} == {f"§{number}" for number in range(1, 15)}
