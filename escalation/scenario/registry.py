"""Every number that a scenario may hold: its key, its unit, what is legal, and the mechanism it drives.

A number belongs to an *owner*: an actor in a role (``defender``, ``challenger``, ``proxy``, ``ally``), an
``instrument``, an ``act`` (of the defender or of the challenger), a ``country``, or the ``world``. Its dotted
key in a scenario is then

=============  =================================  ======================
owner          dotted key                         example
=============  =================================  ======================
world          ``<key>``                          ``errors.aim``
an actor       ``<actor>.<key>``                  ``us.type.resolute``
instrument     ``instruments.<name>.<key>``       ``instruments.rocket.p_kill``
act            ``acts.<actor>.<name>.<key>``      ``acts.us.hold.rung``
country        ``countries.<name>.<key>``         ``countries.iraq.civilian_weight``
=============  =================================  ======================

The order of this table is the order of the columns in the model's parameter arrays. ``section`` is the
section of the mechanisms' dossier (docs/model.md) that the number drives, so that the claims test can walk
from a claim to its dials. Nothing here is a value: values, priors and sources are in ``scenarios/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Owner = Literal["world", "defender", "challenger", "proxy", "ally", "instrument", "act", "country"]
ROLES: Final[tuple[Owner, ...]] = ("defender", "challenger", "proxy", "ally")
OWNERS: Final[tuple[Owner, ...]] = ("world", *ROLES, "instrument", "act", "country")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a scenario: ``low`` and ``high`` are the legal bounds, both included."""

    owner: Owner
    key: str
    unit: str
    low: float
    high: float
    section: str
    meaning: str
    default: float | None = None
    """Used where a scenario is silent; None where it must say."""


_INF = 1e9
_RUNG = ("rung", 1.0, 10.0)
_PROB = ("probability", 0.0, 1.0)
_SHARE = ("share", 0.0, 1.0)
_UTIL = ("util", 0.0, 1000.0)
_SIGNED_UTIL = ("util", -1000.0, 1000.0)
_RATE = ("1/week", 0.0, 10.0)
_WEEKS = ("week", 0.1, 5000.0)
_LOGIT = ("logit", -20.0, 20.0)
_MULTIPLIER = ("multiplier", 0.0, 10.0)
_FACTOR = ("1", 0.0, 1000.0)
_FLAG = ("flag", 0.0, 1.0)


def _q(
    owner: Owner,
    key: str,
    legal: tuple[str, float, float],
    section: str,
    meaning: str,
    default: float | None = None,
) -> Quantity:
    unit, low, high = legal
    return Quantity(owner, key, unit, low, high, section, meaning, default)


def _error(channel: str, meaning: str) -> Quantity:
    return _q("world", f"errors.{channel}", _MULTIPLIER, "§14", meaning, default=1.0)


QUANTITIES: Final[tuple[Quantity, ...]] = (
    # -- the world: error channels (contract), learning, choice ------------------------------------------------
    _error("scale", "multiplies every error channel below"),
    _error("aim", "calibration error of casualties: unmeant deaths and the spread about the meant number"),
    _error("identification", "lethal misidentification while forces are on alert"),
    _error("attribution", "blaming the patron for a proxy's own act, and the reverse"),
    _error("execution", "the executed rung differs from the intended one"),
    _error("perception", "bias and noise of the perceived rung"),
    _error("signal", "noise in what an act tells of the actor's type"),
    _error("fragility", "bias and noise of the estimate of the challenger regime's fragility"),
    _error("survival", "over-reading of regime-change intent in the challenger's capital"),
    _error("control", "unauthorised lethal acts of proxies, given the patron's control over them"),
    _q("world", "learning.scale", ("multiplier", 0.0, 1.0), "§1", "1: beliefs pi and phi learn; 0: frozen", 1.0),
    _q("world", "learning.conservatism", _SHARE, "§1", "w: share of the Bayesian log-likelihood ratio used"),
    _q("world", "learning.decay_leader", _RATE, "§1", "d: weekly decay of the leader-level belief"),
    _q("world", "learning.decay_country", _RATE, "§1", "weekly decay of the country-level reputation"),
    _q("world", "learning.leader_share", _SHARE, "§1", "share of what an act teaches that sticks to the leader"),
    _q("world", "learning.signal_noise", _PROB, "§1", "eps_s: chance that an act is read as uninformative noise"),
    _q("world", "choice.rationality", ("1/util", 0.0, 100.0), "§13", "lambda of the logit quantal response"),
    _q("world", "choice.level_tau", ("level", 0.0, 20.0), "§13", "tau: mean level of the cognitive hierarchy", 1.5),
    _q("world", "choice.loss_aversion", ("1", 0.0, 20.0), "§13", "loss aversion of prospect theory", 2.25),
    _q("world", "choice.curvature", ("1", 0.01, 2.0), "§13", "curvature of prospect theory's value function", 0.88),
    _q("world", "choice.weighting", ("1", 0.28, 2.0), "§13", "probability weighting of prospect theory", 0.65),
    _q("world", "choice.reciprocity", ("1", 0.0, 2.0), "§6", "rho: share of the perceived rung that is returned", 0.8),
    _q("world", "choice.patience", ("share", 0.0, 0.99), "§13", "delta: worth of a week later, beside this one", 0.9),
    _q("world", "choice.generosity", _PROB, "§6", "chance that a reciprocator lets a provocation pass", 0.1),
    # -- errors: the rates that the channels scale ------------------------------------------------------------
    _q("world", "perception.bias", ("rung", -3.0, 3.0), "§6", "beta: hostile-attribution bias of the perceived rung"),
    _q("world", "perception.sd", ("rung", 0.0, 5.0), "§6", "s: standard deviation of the perceived rung"),
    _q("world", "execution.p", _PROB, "§6", "eps_act: chance that the executed act is not the intended one"),
    _q("world", "execution.skew", _SHARE, "§6", "share of execution errors that go up the ladder"),
    _q("world", "identification.p_day", _PROB, "§14", "eps_id: lethal misidentification per alert-day"),
    _q("world", "identification.deaths", ("person", 1.0, 1000.0), "§14", "scale of deaths in a misidentification"),
    _q("world", "identification.sd", ("log-sd", 0.0, 4.0), "§14", "spread of deaths in a misidentification"),
    _q("world", "identification.victim_civilian", _SHARE, "§14", "share whose victims are civilians"),
    _q("world", "identification.victim_own", _SHARE, "§14", "share whose victims are the shooter's own forces"),
    _q("world", "attribution.p_blame", _PROB, "§10", "eps_attr: the patron is blamed though the proxy acted alone"),
    _q("world", "attribution.p_miss", _PROB, "§10", "the patron is not blamed though it ordered the attack"),
    # -- brinkmanship, ladder, exposure -----------------------------------------------------------------------
    _q("world", "brinkmanship.h1", _RATE, "§3", "autonomous hazard a week at rung 5; 0 while routes are on", 0.0),
    _q("world", "brinkmanship.growth", ("1/rung", 0.0, 5.0), "§3", "g: growth of the autonomous hazard per rung", 0.9),
    _q("world", "ladder.cooling", _PROB, "§6", "chance a week that a quiet standing rung comes down by one"),
    _q("world", "diplomacy.channel", _SHARE, "§11", "open channels: they speed cooling and slow the nuclear clock"),
    _q("world", "diplomacy.mediation", _SHARE, "§11", "extra cooling when every ally hedges and mediates"),
    _q("world", "escalation.momentum", _SHARE, "§7", "cut in the cost of all-out war once limited war is being fought"),
    # -- sanctions and the nuclear clock ----------------------------------------------------------------------
    _q("world", "sanctions.level", _SHARE, "§12", "sigma: sanctions pressure at the start, and where it reverts to"),
    _q("world", "sanctions.step", _SHARE, "§12", "rise of sigma when the defender chooses pressure"),
    _q("world", "sanctions.reversion", _RATE, "§12", "weekly reversion of sigma to its level"),
    _q("world", "nuclear.breakout", _WEEKS, "§8", "weeks to a bomb's worth of material at the start"),
    _q("world", "nuclear.speed", ("week/week", 0.0, 10.0), "§8", "weeks of breakout time lost a week without accord"),
    _q("world", "nuclear.alarm", _WEEKS, "§8", "breakout time at which the preventive motive is 1/e of its full size"),
    _q("world", "nuclear.setback", ("week", 0.0, 500.0), "§8", "weeks that a strike on the homeland puts back"),
    # -- fragility and collapse -------------------------------------------------------------------------------
    _q("world", "fragility.f", _PROB, "§8", "f: true chance that the regime falls if pushed by all-out force"),
    _q("world", "fragility.bias", ("logit", -5.0, 5.0), "§8", "beta_f: bias of the defender's estimate, logit scale"),
    _q("world", "fragility.sd", ("logit", 0.0, 5.0), "§8", "s_f: spread of the estimate's noise, logit scale"),
    _q("world", "fragility.rubicon", ("logit", 0.0, 5.0), "§8", "rise of the bias once limited war is being fought"),
    _q("world", "fragility.fall_rate", _RATE, "§8", "h0: hazard of collapse from within, without pressure"),
    _q("world", "fragility.pressure_slope", ("1", -5.0, 5.0), "§8", "b_p: log rise of that hazard at full pressure"),
    _q("world", "fragility.rally", ("1", 0.0, 100.0), "§8", "how far an attack from outside rallies people round"),
    # -- survival threat and pre-emption ----------------------------------------------------------------------
    _q("world", "survival.q0", _PROB, "§7", "q: belief that the defender seeks the regime's end, at rest"),
    _q("world", "survival.talk", ("logit", 0.0, 5.0), "§7", "b1: rise of logit q with regime-change talk"),
    _q("world", "survival.leader_killed", ("logit", 0.0, 5.0), "§7", "b2: rise of logit q when a leader is killed"),
    _q("world", "survival.build_up", ("logit", 0.0, 5.0), "§7", "b3: rise of logit q with a force build-up"),
    _q("world", "survival.assurance", ("logit", 0.0, 5.0), "§7", "b4: fall of logit q with a credible assurance"),
    _q("world", "survival.bias", ("logit", -5.0, 5.0), "§7", "over-reading of regime-change intent, logit scale"),
    _q("world", "survival.sd", ("logit", 0.0, 5.0), "§7", "spread of that misreading, logit scale"),
    _q("world", "survival.decay", _RATE, "§7", "weekly return of q to rest"),
    # -- decapitation of the controller -----------------------------------------------------------------------
    _q("world", "decapitation.control_loss", _SHARE, "§10", "delta: fall of the patron's control when he is killed"),
    _q("world", "decapitation.rebuild_half_life", _WEEKS, "§10", "half-life of that loss of control"),
    _q("world", "decapitation.rate_ratio", ("ratio", 0.1, 10.0), "§10", "m_d: attacks, after over before"),
    _q("world", "decapitation.lethality_ratio", ("ratio", 0.1, 10.0), "§10", "q_d: deaths each, after over before"),
    # -- all-out and limited war: the dead --------------------------------------------------------------------
    _q("world", "war.deaths_defender", ("person", 0.0, _INF), "§15", "defender's forces killed in all-out war, median"),
    _q("world", "war.deaths_challenger", ("person", 0.0, _INF), "§15", "challenger's forces killed, median"),
    _q("world", "war.deaths_proxies", ("person", 0.0, _INF), "§15", "proxies' fighters killed, median"),
    _q("world", "war.deaths_allies", ("person", 0.0, _INF), "§15", "allies' forces killed, median"),
    _q("world", "war.deaths_civilian", ("person", 0.0, _INF), "§15", "civilians killed, median"),
    _q("world", "war.sd", ("log-sd", 0.0, 5.0), "§15", "spread of the deaths of an all-out war"),
    # -- defender ---------------------------------------------------------------------------------------------
    _q("defender", "type.resolute", _PROB, "§1", "chance that the leader in office is of the resolute type"),
    _q("defender", "type.successor_resolute", _PROB, "§1", "the same for the next leader"),
    _q("defender", "reputation.anchor", _PROB, "§1", "belief in resolve that the country reputation decays towards"),
    _q("defender", "madness.u", _SHARE, "§2", "u: irrationality of the resolute type"),
    _q("defender", "madness.homeland_share", _SHARE, "§2", "share of irrational acts that fall on the homeland"),
    _q("defender", "madness.alpha_attack", _SHARE, "§2", "alpha_a: extra chance to punish when attacked, times u"),
    _q("defender", "madness.alpha_restraint", _SHARE, "§2", "alpha_0: chance to punish though unattacked, times u"),
    _q("defender", "grievance.harassment", _UTIL, "§9", "worth of answering an attack that killed no one"),
    _q("defender", "grievance.high_value", _UTIL, "§9", "extra worth of answering, per rung over 5"),
    _q("defender", "grievance.death", _UTIL, "§9", "extra worth of answering the first death"),
    _q("defender", "grievance.log_deaths", _UTIL, "§9", "extra worth per natural-log unit of deaths"),
    _q("defender", "grievance.ally", _SHARE, "§11", "weight of an attack on an ally beside one on oneself"),
    _q("defender", "grievance.resolute_factor", ("1", 0.1, 10.0), "§1", "resolute grievance over the weak type's"),
    _q("defender", "blame.discount", _SHARE, "§10", "worth of hitting the patron for an attack not laid at its door"),
    _q("defender", "reputation.value", _UTIL, "§1", "worth of a name for resolve with a whole term to run"),
    _q("defender", "audience.alpha", ("util/rung", 0.0, 100.0), "§5", "cost of backing down per rung of commitment"),
    _q("defender", "public.slope", _UTIL, "§9", "cost of force of rung 8 up per tenfold cumulative own dead"),
    _q("defender", "gamble.gain", _UTIL, "§8", "G: worth of the regime's fall"),
    _q("defender", "prevention.value", _UTIL, "§8", "worth of setting the nuclear programme back when it is ripe"),
    _q("defender", "belief.restrained", _PROB, "§1", "phi: prior that the challenger stays restrained"),
    _q("defender", "alert", _FACTOR, "§14", "alert level at rung 7 and above: scales misidentification", 1.0),
    # -- challenger -------------------------------------------------------------------------------------------
    _q("challenger", "type.restrained", _PROB, "§1", "chance that the challenger truly is of the restrained type"),
    _q("challenger", "unrestrained_factor", _SHARE, "§1", "unrestrained cost of rungs 8, 9 over the restrained"),
    _q("challenger", "power", ("ratio", 0.01, 10.0), "§7", "conventional power over the defender's (C11)"),
    _q("challenger", "pressure.slope", _UTIL, "§12", "s: worth of direct acts that break the status quo at sigma=1"),
    _q("challenger", "accord.rent", _UTIL, "§4", "worth of a quiet status quo without sanctions (accord rents, c_SQ)"),
    _q("challenger", "obligation.per_rung", _UTIL, "§5", "revenge obligation per rung over 5 of the act suffered"),
    _q("challenger", "obligation.leader", _UTIL, "§5", "extra obligation when a leader was killed"),
    _q("challenger", "obligation.log_deaths", _UTIL, "§5", "extra obligation per natural-log unit of own dead"),
    _q("challenger", "obligation.proxy_share", _SHARE, "§5", "weight of a strike on its proxies, not its own people"),
    _q("challenger", "obligation.half_life", _WEEKS, "§5", "half-life of the obligation (tau ln 2)"),
    _q("challenger", "obligation.visibility", ("util/rung", 0.0, 100.0), "§5", "v: obligation met per rung of reply"),
    _q("challenger", "obligation.dead_weight", ("util", -100.0, 100.0), "§5", "z: weight of meant dead; sign open"),
    _q("challenger", "audience.alpha", ("util/rung", 0.0, 100.0), "§5", "cost of backing down per rung of commitment"),
    _q("challenger", "preempt.loss_first", _UTIL, "§7", "L_f: loss when going first"),
    _q("challenger", "preempt.loss_struck", _UTIL, "§7", "L_s: loss when struck first"),
    _q("challenger", "order.start", _RUNG, "§10", "rung ordered from the proxies at the start"),
    # -- proxy ------------------------------------------------------------------------------------------------
    _q("proxy", "rate", ("1/month", 0.0, 60.0), "§10", "lambda_0: attacks a month without sanctions, ordered to hold"),
    _q("proxy", "control", _SHARE, "§10", "kappa: the patron's control"),
    _q("proxy", "own_rung", _RUNG, "§10", "e_own: the rung it would choose alone"),
    _q("proxy", "slack_sd", ("rung", 0.0, 10.0), "§10", "s_p: spread of its aim where control is slack"),
    _q("proxy", "order_slope", ("nat/rung", 0.0, 10.0), "§10", "b_e: log rise of its attack rate per rung of aim"),
    _q("proxy", "sanctions_slope", ("nat", -2.0, 10.0), "§12", "b_sigma: log rise of its attack rate at sigma=1"),
    _q("proxy", "punishment_slope", ("1/util", 0.0, 10.0), "§10", "b_r: fall of its log rate per util of punishment"),
    _q("proxy", "revenge_slope", ("1/util", 0.0, 10.0), "§10", "rise of its log rate per util of open obligation"),
    _q("proxy", "shock_slope", ("nat", -5.0, 10.0), "§10", "b_G: log rise of its rate under an outside shock (Gaza)"),
    _q("proxy", "aim_defender", _SHARE, "§10", "share of its attacks aimed at the defender, the rest at its ally"),
    _q("proxy", "unauthorised", _RATE, "§10", "nu: unauthorised lethal attacks a week at no control"),
    # -- ally -------------------------------------------------------------------------------------------------
    _q("ally", "alignment", _SHARE, "§11", "a_j: alignment with the defender at the start"),
    _q("ally", "speed", _SHARE, "§11", "eta: speed at which alignment moves"),
    _q("ally", "support", ("1", 0.0, 5.0), "§11", "b1: rise of alignment when the defender answers for it"),
    _q("ally", "abandonment", ("1", 0.0, 5.0), "§11", "b2: fall when an attack on it goes unanswered"),
    _q("ally", "exposure", ("1", 0.0, 5.0), "§11", "b3: fall when the defender escalates unconsulted"),
    _q("ally", "hedge_at", _SHARE, "§11", "a_h: alignment at which it hedges half of the time"),
    _q("ally", "hedge_sd", ("1", 0.001, 5.0), "§11", "s_a: width of that threshold"),
    _q("ally", "basing", _SHARE, "§11", "share of the defender's striking power that needs its bases"),
    _q("ally", "strike.value", _UTIL, "§11", "worth of a strike on the challenger when the bomb is ripe"),
    _q("ally", "strike.cost", _UTIL, "§11", "cost to it of such a strike"),
    _q("ally", "strike.deaths", ("person", 0.0, 10000.0), "§11", "challenger's dead in such a strike", 5.0),
    _q("ally", "entrapment", _UTIL, "§11", "pull on the defender to join once this ally fights"),
    _q("ally", "deaths_per_attack", ("person", 0.0, 1000.0), "§9", "its soldiers killed by a lethal attack on it"),
    # -- instrument -------------------------------------------------------------------------------------------
    _q("instrument", "p_stray", _PROB, "§9", "chance that an attack meant to kill no one kills after all"),
    _q("instrument", "p_kill", _PROB, "§9", "1-p0: chance that an attack meant to kill does"),
    _q("instrument", "deaths", ("person", 0.0, 10000.0), "§9", "k0: deaths about which the tail lies"),
    _q("instrument", "sd", ("log-sd", 0.0, 4.0), "§9", "s_w: calibration error; tail exponent 1+sqrt(2)/s_w"),
    _q("instrument", "exposed", ("person", 1.0, 100000.0), "§9", "n: people exposed; no attack kills more"),
    _q("instrument", "warning", _PROB, "§9", "omega: how far hours of notice cut the chance to kill"),
    _q("instrument", "civilians", ("person", 0.0, 10000.0), "§9", "mean civilians killed by one attack"),
    # -- act --------------------------------------------------------------------------------------------------
    _q("act", "rung", _RUNG, "§0", "its rung of the ladder"),
    _q("act", "cost", _UTIL, "§13", "what it costs the actor, whatever is answered", 0.0),
    _q("act", "harm", _UTIL, "§2", "what it costs the other side", 0.0),
    _q("act", "gain", _SIGNED_UTIL, "§12", "what it brings the actor apart from answering or avenging", 0.0),
    _q("act", "pressure", _SHARE, "§12", "share of the sanctions pressure that it answers", 0.0),
    _q("act", "answer", _UTIL, "§9", "defender: the grievance that it can settle", 0.0),
    _q("act", "visibility", _SHARE, "§5", "challenger: how visible it is as a reply", 0.0),
    _q("act", "meant_deaths", ("person", 0.0, 10000.0), "§9", "deaths on the other side that the actor means", 0.0),
    _q("act", "warned", _FLAG, "§9", "1: given with hours of notice", 0.0),
    _q("act", "on_state", _FLAG, "§10", "1: falls on the other state's own people or soil", 0.0),
    _q("act", "via_proxies", _FLAG, "§10", "1: an order to the proxies", 0.0),
    _q("act", "decapitates", _FLAG, "§10", "1: kills the controller of the proxies if he still lives", 0.0),
    _q("act", "collapse", _SHARE, "§8", "share of the gamble on collapse that it plays", 0.0),
    _q("act", "setback", _SHARE, "§8", "share of the preventive aim that it meets", 0.0),
    _q("act", "first_strike", _SHARE, "§7", "share of the first strike's worth that it takes", 0.0),
    _q("act", "available", _FLAG, "§4", "0: off the menu during the crisis (a policy of never doing it)", 1.0),
    # -- country ----------------------------------------------------------------------------------------------
    _q("country", "civilian_weight", _SHARE, "§15", "share of the civilian dead of acts in the theatre"),
    _q("country", "war_weight", _SHARE, "§15", "share of the civilian dead of an all-out war"),
)

ERROR_CHANNELS: Final[tuple[str, ...]] = (
    "aim",
    "identification",
    "attribution",
    "execution",
    "perception",
    "signal",
    "fragility",
    "survival",
    "control",
)


def owned_by(owner: Owner) -> tuple[Quantity, ...]:
    """The quantities of one kind of owner, in column order."""
    return tuple(q for q in QUANTITIES if q.owner == owner)
