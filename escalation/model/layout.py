"""Where each number and each state variable stands in the model's arrays.

Parameter columns follow ``scenario.registry``; the state's rows are listed here. Compiled code indexes with these
module constants, which the compiler takes as literals: ``S[RUNG, w]`` reads as what it is and costs an offset.
"""

from __future__ import annotations

from typing import Final

from escalation.scenario.registry import ERROR_CHANNELS, Owner, owned_by

COLUMNS: Final[dict[Owner, dict[str, int]]] = {
    owner: {quantity.key: i for i, quantity in enumerate(owned_by(owner))}
    for owner in ("proxy", "ally", "instrument", "act", "country")
}
"""Columns of the per-instance tables (one row per proxy, ally, instrument, act, country)."""

GENERAL: Final[dict[str, int]] = {}
"""Columns of the general table: the world's numbers by key, then ``defender.<key>``, then ``challenger.<key>``."""
for _owner in ("world", "defender", "challenger"):
    for _quantity in owned_by(_owner):
        _prefix = "" if _owner == "world" else f"{_owner}."
        GENERAL[_prefix + _quantity.key] = len(GENERAL)
CHANNEL_KEYS: Final = tuple(f"errors.{channel}" for channel in ERROR_CHANNELS)

# -- general columns ------------------------------------------------------------------------------------------
_g = GENERAL
ERRORS_SCALE: Final = _g["errors.scale"]
LEARNING: Final = _g["learning.scale"]
CONSERVATISM: Final = _g["learning.conservatism"]
DECAY_LEADER: Final = _g["learning.decay_leader"]
DECAY_COUNTRY: Final = _g["learning.decay_country"]
LEADER_SHARE: Final = _g["learning.leader_share"]
SIGNAL_NOISE: Final = _g["learning.signal_noise"]
RATIONALITY: Final = _g["choice.rationality"]
LEVEL_TAU: Final = _g["choice.level_tau"]
LOSS_AVERSION: Final = _g["choice.loss_aversion"]
CURVATURE: Final = _g["choice.curvature"]
WEIGHTING: Final = _g["choice.weighting"]
RECIPROCITY: Final = _g["choice.reciprocity"]
GENEROSITY: Final = _g["choice.generosity"]
PATIENCE: Final = _g["choice.patience"]
PERCEPTION_BIAS: Final = _g["perception.bias"]
PERCEPTION_SD: Final = _g["perception.sd"]
EXECUTION_P: Final = _g["execution.p"]
EXECUTION_SKEW: Final = _g["execution.skew"]
IDENTIFICATION_P: Final = _g["identification.p_day"]
IDENTIFICATION_DEATHS: Final = _g["identification.deaths"]
IDENTIFICATION_SD: Final = _g["identification.sd"]
VICTIM_CIVILIAN: Final = _g["identification.victim_civilian"]
VICTIM_OWN: Final = _g["identification.victim_own"]
P_BLAME: Final = _g["attribution.p_blame"]
P_MISS: Final = _g["attribution.p_miss"]
H1: Final = _g["brinkmanship.h1"]
H_GROWTH: Final = _g["brinkmanship.growth"]
COOLING_P: Final = _g["ladder.cooling"]
CHANNEL: Final = _g["diplomacy.channel"]
MEDIATION: Final = _g["diplomacy.mediation"]
MOMENTUM: Final = _g["escalation.momentum"]
SANCTIONS_LEVEL: Final = _g["sanctions.level"]
SANCTIONS_STEP: Final = _g["sanctions.step"]
SANCTIONS_REVERSION: Final = _g["sanctions.reversion"]
BREAKOUT: Final = _g["nuclear.breakout"]
NUCLEAR_SPEED: Final = _g["nuclear.speed"]
NUCLEAR_ALARM: Final = _g["nuclear.alarm"]
NUCLEAR_SETBACK: Final = _g["nuclear.setback"]
FRAGILITY_F: Final = _g["fragility.f"]
FRAGILITY_BIAS: Final = _g["fragility.bias"]
FRAGILITY_SD: Final = _g["fragility.sd"]
RUBICON: Final = _g["fragility.rubicon"]
FALL_RATE: Final = _g["fragility.fall_rate"]
PRESSURE_SLOPE: Final = _g["fragility.pressure_slope"]
RALLY: Final = _g["fragility.rally"]
Q0: Final = _g["survival.q0"]
Q_TALK: Final = _g["survival.talk"]
Q_LEADER: Final = _g["survival.leader_killed"]
Q_BUILD_UP: Final = _g["survival.build_up"]
Q_ASSURANCE: Final = _g["survival.assurance"]
Q_BIAS: Final = _g["survival.bias"]
Q_SD: Final = _g["survival.sd"]
Q_DECAY: Final = _g["survival.decay"]
CONTROL_LOSS: Final = _g["decapitation.control_loss"]
REBUILD: Final = _g["decapitation.rebuild_half_life"]
DECAP_RATE: Final = _g["decapitation.rate_ratio"]
DECAP_LETHALITY: Final = _g["decapitation.lethality_ratio"]
WAR_DEFENDER: Final = _g["war.deaths_defender"]
WAR_CHALLENGER: Final = _g["war.deaths_challenger"]
WAR_PROXIES: Final = _g["war.deaths_proxies"]
WAR_ALLIES: Final = _g["war.deaths_allies"]
WAR_CIVILIAN: Final = _g["war.deaths_civilian"]
WAR_SD: Final = _g["war.sd"]
D_RESOLUTE: Final = _g["defender.type.resolute"]
D_SUCCESSOR: Final = _g["defender.type.successor_resolute"]
D_ANCHOR: Final = _g["defender.reputation.anchor"]
D_MADNESS: Final = _g["defender.madness.u"]
D_HOMELAND_SHARE: Final = _g["defender.madness.homeland_share"]
D_ALPHA_ATTACK: Final = _g["defender.madness.alpha_attack"]
D_ALPHA_RESTRAINT: Final = _g["defender.madness.alpha_restraint"]
D_HARASSMENT: Final = _g["defender.grievance.harassment"]
D_HIGH_VALUE: Final = _g["defender.grievance.high_value"]
D_DEATH: Final = _g["defender.grievance.death"]
D_LOG_DEATHS: Final = _g["defender.grievance.log_deaths"]
D_ALLY: Final = _g["defender.grievance.ally"]
D_RESOLUTE_FACTOR: Final = _g["defender.grievance.resolute_factor"]
D_BLAME_DISCOUNT: Final = _g["defender.blame.discount"]
D_REPUTATION: Final = _g["defender.reputation.value"]
D_AUDIENCE: Final = _g["defender.audience.alpha"]
D_PUBLIC: Final = _g["defender.public.slope"]
D_GAMBLE: Final = _g["defender.gamble.gain"]
D_PREVENTION: Final = _g["defender.prevention.value"]
D_PHI0: Final = _g["defender.belief.restrained"]
D_ALERT: Final = _g["defender.alert"]
C_RESTRAINED: Final = _g["challenger.type.restrained"]
C_UNRESTRAINED_FACTOR: Final = _g["challenger.unrestrained_factor"]
C_POWER: Final = _g["challenger.power"]
C_PRESSURE: Final = _g["challenger.pressure.slope"]
C_RENT: Final = _g["challenger.accord.rent"]
C_PER_RUNG: Final = _g["challenger.obligation.per_rung"]
C_LEADER: Final = _g["challenger.obligation.leader"]
C_LOG_DEATHS: Final = _g["challenger.obligation.log_deaths"]
C_PROXY_SHARE: Final = _g["challenger.obligation.proxy_share"]
C_HALF_LIFE: Final = _g["challenger.obligation.half_life"]
C_VISIBILITY: Final = _g["challenger.obligation.visibility"]
C_DEAD_WEIGHT: Final = _g["challenger.obligation.dead_weight"]
C_AUDIENCE: Final = _g["challenger.audience.alpha"]
C_LOSS_FIRST: Final = _g["challenger.preempt.loss_first"]
C_LOSS_STRUCK: Final = _g["challenger.preempt.loss_struck"]
C_ORDER: Final = _g["challenger.order.start"]

# -- per-instance columns -------------------------------------------------------------------------------------
_p = COLUMNS["proxy"]
P_RATE: Final = _p["rate"]
P_CONTROL: Final = _p["control"]
P_OWN_RUNG: Final = _p["own_rung"]
P_SLACK: Final = _p["slack_sd"]
P_ORDER_SLOPE: Final = _p["order_slope"]
P_SANCTIONS: Final = _p["sanctions_slope"]
P_PUNISHMENT: Final = _p["punishment_slope"]
P_REVENGE: Final = _p["revenge_slope"]
P_SHOCK: Final = _p["shock_slope"]
P_AIM: Final = _p["aim_defender"]
P_UNAUTHORISED: Final = _p["unauthorised"]

_a = COLUMNS["ally"]
A_ALIGNMENT: Final = _a["alignment"]
A_SPEED: Final = _a["speed"]
A_SUPPORT: Final = _a["support"]
A_ABANDONMENT: Final = _a["abandonment"]
A_EXPOSURE: Final = _a["exposure"]
A_HEDGE_AT: Final = _a["hedge_at"]
A_HEDGE_SD: Final = _a["hedge_sd"]
A_BASING: Final = _a["basing"]
A_STRIKE_VALUE: Final = _a["strike.value"]
A_STRIKE_COST: Final = _a["strike.cost"]
A_STRIKE_DEATHS: Final = _a["strike.deaths"]
A_ENTRAPMENT: Final = _a["entrapment"]
A_DEATHS: Final = _a["deaths_per_attack"]

_i = COLUMNS["instrument"]
I_STRAY: Final = _i["p_stray"]
I_KILL: Final = _i["p_kill"]
I_DEATHS: Final = _i["deaths"]
I_SD: Final = _i["sd"]
I_EXPOSED: Final = _i["exposed"]
I_WARNING: Final = _i["warning"]
I_CIVILIANS: Final = _i["civilians"]

_c = COLUMNS["act"]
ACT_RUNG: Final = _c["rung"]
ACT_COST: Final = _c["cost"]
ACT_HARM: Final = _c["harm"]
ACT_GAIN: Final = _c["gain"]
ACT_PRESSURE: Final = _c["pressure"]
ACT_ANSWER: Final = _c["answer"]
ACT_VISIBILITY: Final = _c["visibility"]
ACT_MEANT: Final = _c["meant_deaths"]
ACT_WARNED: Final = _c["warned"]
ACT_ON_STATE: Final = _c["on_state"]
ACT_VIA_PROXIES: Final = _c["via_proxies"]
ACT_DECAPITATES: Final = _c["decapitates"]
ACT_COLLAPSE: Final = _c["collapse"]
ACT_SETBACK: Final = _c["setback"]
ACT_FIRST: Final = _c["first_strike"]
ACT_AVAILABLE: Final = _c["available"]

COUNTRY_CIVILIAN: Final = COLUMNS["country"]["civilian_weight"]
COUNTRY_WAR: Final = COLUMNS["country"]["war_weight"]

# -- state: one row each, one column a world --------------------------------------------------------------------
STATE_FIELDS: Final = (
    "ended",  # 0 running, else an ending of model.outcomes
    "rung",  # standing rung
    "sigma",
    "theta",  # the defender's true type: 1 resolute
    "tau",  # the challenger's true type: 1 restrained
    "pi_country",  # logit, country-level part of the belief in resolve
    "pi_leader",  # logit, leader-level part, added to the above
    "phi",  # logit, belief that the challenger is restrained
    "q",  # logit, belief that the defender seeks the regime's end
    "q_noise",
    "f_noise",
    "obligation",
    "commit_defender",  # rung the defender has tied its name to, 0 if none
    "commit_challenger",
    "breakout",
    "own_dead",  # defender's cumulative dead (public support)
    "term",  # share of the leader's term still to run
    "shock",  # weeks that an outside shock still lasts
    "order",  # rung ordered from the proxies
    "decapitated",
    "punishment",  # expected punishment of a proxy attack, net of that of restraint (utils)
    "shelled",  # weeks since the homeland was last struck
    "alert",  # highest rung executed this step
    # what the defender faces in this exchange
    "provocation",  # perceived rung
    "provocation_true",
    "dead",
    "blamed",
    "misattributed",
    "unauthorised",
    "accident",
    "weight",  # 1 if aimed at the defender, an ally's weight otherwise
    "ally_hit",  # bit mask of allies attacked this week
    "ally_war",  # entrapment: pull to join an ally that fights
    # what the challenger faces
    "suffered",  # perceived rung of the act against it
    "suffered_true",
    "challenger_dead",
    # this exchange's acts, as indices into the menus and as rungs
    "defender_intended",
    "defender_executed",
    "defender_perceived",  # rung, by the challenger
    "challenger_intended",
    "challenger_executed",
    "challenger_perceived",  # rung, by the defender
    "p_resolute",  # likelihoods of the defender's executed act under its types
    "p_weak",
    "p_restrained",
    "p_unrestrained",
    "war_now",  # probability, before it is drawn, that this exchange ends in all-out war
    "war_sum",  # the same summed over the past: conditional Monte Carlo
    "fresh",  # bit 1: the defender has something new to answer; bit 2: the challenger has
    "fall_hazard",
    "built",  # weeks since the last show of force that told on the other side
    "disarray",  # share of the decapitation's disorder that is left
)
N_STATE: Final = len(STATE_FIELDS)
(
    ENDED,
    RUNG,
    SIGMA,
    THETA,
    TAU,
    PI_COUNTRY,
    PI_LEADER,
    PHI,
    Q,
    Q_NOISE,
    F_NOISE,
    OBLIGATION,
    COMMIT_DEFENDER,
    COMMIT_CHALLENGER,
    BREAKOUT_NOW,
    OWN_DEAD,
    TERM,
    SHOCK,
    ORDER,
    DECAPITATED,
    PUNISHMENT,
    SHELLED,
    ALERT,
    PROVOCATION,
    PROVOCATION_TRUE,
    DEAD,
    BLAMED,
    MISATTRIBUTED,
    UNAUTHORISED,
    ACCIDENT,
    WEIGHT,
    ALLY_HIT,
    ALLY_WAR,
    SUFFERED,
    SUFFERED_TRUE,
    CHALLENGER_DEAD,
    DEFENDER_INTENDED,
    DEFENDER_EXECUTED,
    DEFENDER_PERCEIVED,
    CHALLENGER_INTENDED,
    CHALLENGER_EXECUTED,
    CHALLENGER_PERCEIVED,
    P_RESOLUTE,
    P_WEAK,
    P_RESTRAINED,
    P_UNRESTRAINED,
    WAR_NOW,
    WAR_SUM,
    FRESH,
    FALL_HAZARD,
    BUILT,
    DISARRAY,
) = range(52)

PROXY_FIELDS: Final = ("kappa", "aim", "attacks", "lethal", "killed", "ordered")
(KAPPA, AIMED, ATTACKS, LETHAL_ATTACKS, KILLED, ORDERED_NOW) = range(6)
ALLY_FIELDS: Final = ("alignment", "hedging", "struck", "hit")
(ALIGNMENT, HEDGING, STRUCK, HIT) = range(4)

# -- tallies: whole numbers a world, the stuff of digests -------------------------------------------------------
TALLIES: Final = (
    "ending",
    "war_week",
    "limited_week",
    "route",
    "peak",
    "reply_rung",
    "struck_week",  # week of the defender's first act of rung 7 or more
    "weeks",  # weeks lived through
    "attacks",  # proxy attacks on the defender
    "lethal_attacks",
    "zero_weeks",  # weeks with attacks on the defender, none lethal
    "zero_answered",
    "lethal_weeks",
    "lethal_answered",
    "state_answered",  # of the lethal weeks answered: against the challenger's own people or soil
    "reply_dead",  # defender's dead in the challenger's replies to its first act of rung 7 or more
    "rung_sum",  # standing rung summed over weeks
    "attack_rung_sum",  # meant rung summed over proxy attacks on the defender
    "dead_defender",
    "dead_challenger",
    "dead_proxies",
    "dead_allies",
    "dead_civilian",
    "accidents",
    "hedged_weeks",
    "strikes",  # defender's acts of rung 7 and more
    "restrained_replies",
    "errors_executed",
)
N_TALLIES: Final = len(TALLIES)
(
    N_ENDING,
    N_WAR_WEEK,
    N_LIMITED_WEEK,
    N_ROUTE,
    N_PEAK,
    N_REPLY_RUNG,
    N_STRUCK_WEEK,
    N_WEEKS,
    N_ATTACKS,
    N_LETHAL,
    N_ZERO_WEEKS,
    N_ZERO_ANSWERED,
    N_LETHAL_WEEKS,
    N_LETHAL_ANSWERED,
    N_STATE_ANSWERED,
    N_REPLY_DEAD,
    N_RUNG_SUM,
    N_ATTACK_RUNG_SUM,
    N_DEAD_DEFENDER,
    N_DEAD_CHALLENGER,
    N_DEAD_PROXIES,
    N_DEAD_ALLIES,
    N_DEAD_CIVILIAN,
    N_ACCIDENTS,
    N_HEDGED,
    N_STRIKES,
    N_RESTRAINED,
    N_EXECUTION_ERRORS,
) = range(28)

FRESH_DEFENDER: Final = 1.0
FRESH_CHALLENGER: Final = 2.0

# -- actors in the draws: nature, the two principals, then proxies, then allies --------------------------------
NATURE: Final = 0
DEFENDER: Final = 1
CHALLENGER: Final = 2
FIRST_PROXY: Final = 3
FIRST_ALLY: Final = 24

# -- thresholds of perception, on the ladder -------------------------------------------------------------------
FORCE: Final = 4.5
"""Perceived rungs from here on are taken as force: rung 5 and up, after rounding."""
LETHAL_FORCE: Final = 5.5
STATE_FORCE: Final = 6.5
HOMELAND: Final = 7.5
CRISIS_CLIMATE: Final = 5.0
"""Standing rung from which the use of force is on the table without a new provocation: force has been used."""
SHOW_OF_FORCE: Final = 3.0

WEEKS_A_MONTH: Final = 365.25 / 12.0 / 7.0
OPPORTUNITIES: Final = 14
"""Occasions a week on which a proxy may attack (two a day), each taken or not: its logit choice."""
ALWAYS_ALERT: Final = 7.0
