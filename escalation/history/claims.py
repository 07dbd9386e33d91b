"""The op-ed's claims C1 to C21 walked: which mechanism stands for each, which dials turn it, which outputs show it.

Statements are paraphrases of E. Tsurkov's op-ed (Forward, 3 January 2020). An output is ``tally:<name>`` of a run
(``model.layout.TALLIES``), ``run:<path>`` or ``compare:<path>`` in those commands' JSON, ``describe:<path>`` in that
of a scenario, ``thesis:<id>`` a claim of the thesis run, or ``verify:<name>`` a row of the table *model against
record* (``history.record.targets``). A ``Move`` is the experiment that shows the dial at work: both settings on the
same draws, over parameters drawn from the priors (``history.moves``, tests/test_claims.py). ``docs/claims.md`` is
``to_markdown()``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["fact", "belief", "causal", "forecast", "comparative", "conditional"]
Sign = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True)
class Move:
    """``key`` from ``low`` to ``high`` in ``scenario`` moves ``quantity`` (a name of ``moves.QUANTITIES``).

    ``sign`` is the direction that it must move in; 0 where the literature disagrees or the model is to tell, and the
    quantity must only move at all. ``low`` and ``high`` are numbers, or False and True for a past event.
    """

    scenario: str
    key: str
    low: float | bool
    high: float | bool
    quantity: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim and what stands for it in the program; ``mechanisms`` are modules of the package."""

    id: str
    statement: str
    kind: Kind
    mechanisms: tuple[str, ...]
    dials: tuple[str, ...]
    outputs: tuple[str, ...]
    move: Move


CLAIMS: Final[tuple[Claim, ...]] = (
    Claim(
        "C1",
        "The strike was a step up that the US had not taken before.",
        "fact",
        ("escalation.ladder", "escalation.model.defender"),
        ("acts.us.strike_personnel.rung", "acts.us.strike_proxies.rung"),
        ("tally:peak", "run:peak_rung"),
        Move("strike", "acts.us.strike_personnel.rung", 7.0, 8.0, "peak rung", 1),
    ),
    Claim(
        "C2",
        "Predictions of a world war are alarmist.",
        "forecast",
        ("escalation.model.payoffs", "escalation.model.crisis"),
        ("acts.us.all_out.cost", "acts.iran.all_out.cost", "escalation.momentum", "brinkmanship.h1"),
        ("run:war.odds", "thesis:C2", "verify:war_per_crisis"),
        Move("strike", "acts.us.all_out.cost", 50.0, 110.0, "odds of war", -1),
    ),
    Claim(
        "C3",
        "Soleimani commanded the militias, and was the third man of the Iranian state.",
        "fact",
        ("escalation.model.proxies", "escalation.model.defender"),
        (
            "kataib_hezbollah.control",
            "decapitation.control_loss",
            "decapitation.rebuild_half_life",
            "iran.obligation.leader",
        ),
        ("tally:attack_rung_sum", "tally:attacks", "run:attacks_per_month.mean", "thesis:C3"),
        Move("strike", "decapitation.control_loss", 0.0, 0.6, "meant rung of attacks", 0),
    ),
    Claim(
        "C4",
        "That he travelled openly shows that Iran did not believe the US or Israel would dare.",
        "belief",
        ("escalation.model.start", "escalation.model.learning"),
        ("us.reputation.anchor", "past.fujairah_2019.on", "past.rq4_2019.on", "past.abqaiq_2019.on"),
        ("verify:belief_resolute", "verify:belief_fall", "thesis:C4"),
        Move("strike", "past.abqaiq_2019.on", False, True, "belief in resolve", -1),
    ),
    Claim(
        "C5",
        "That confidence came in part from a generation of US restraint, the years of the nuclear talks above all.",
        "causal",
        ("escalation.model.start", "escalation.model.learning"),
        (
            "past.restraint_2009_2017.on",
            "past.iraq_2004_2011.on",
            "learning.leader_share",
            "learning.decay_country",
            "learning.decay_leader",
        ),
        ("verify:belief_resolute", "verify:llr_unanswered", "thesis:C5"),
        Move("nonresponse", "past.restraint_2009_2017.on", False, True, "belief in resolve", -1),
    ),
    Claim(
        "C6",
        "US policy sends incoherent signals.",
        "causal",
        ("escalation.model.errors.signal", "escalation.model.learning"),
        ("errors.signal", "learning.signal_noise"),
        ("verify:llr_strike", "describe:errors.signal", "thesis:C6"),
        Move("strike", "errors.signal", 1.0, 8.0, "size of the first lesson", -1),
    ),
    Claim(
        "C7",
        "The strike tells Iran that the US will no longer be the one to back down.",
        "causal",
        ("escalation.model.learning", "escalation.model.defender"),
        ("learning.scale", "learning.conservatism", "us.grievance.resolute_factor"),
        ("verify:llr_strike", "verify:lesson_half_life", "thesis:C7"),
        Move("strike", "learning.scale", 0.0, 1.0, "belief after the first act", 1),
    ),
    Claim(
        "C8",
        "Iran knows that going further could meet a deadlier, irrational answer that it cannot afford.",
        "causal",
        ("escalation.model.payoffs",),
        ("us.madness.u", "us.madness.alpha_attack", "us.madness.alpha_restraint", "us.madness.homeland_share"),
        ("tally:attacks", "tally:attack_rung_sum", "tally:reply_rung", "thesis:C8"),
        Move("nonresponse", "us.madness.u", 0.0, 0.8, "attacks a week", 0),
    ),
    Claim(
        "C9",
        "So the strike may restore deterrence and lower Iran's adventurism in the region.",
        "forecast",
        ("escalation.model.proxies", "escalation.model.payoffs"),
        ("kataib_hezbollah.punishment_slope", "kataib_hezbollah.order_slope", "kataib_hezbollah.revenge_slope"),
        ("tally:attacks", "run:attacks_per_month.mean", "thesis:C9", "verify:attack_ratio"),
        Move("nonresponse", "kataib_hezbollah.punishment_slope", 0.01, 0.25, "attacks a week", -1),
    ),
    Claim(
        "C10",
        "Iran will take revenge, but in a way that does not bring war.",
        "forecast",
        ("escalation.model.challenger", "escalation.model.payoffs", "escalation.model.casualties"),
        (
            "iran.obligation.leader",
            "iran.obligation.per_rung",
            "iran.obligation.visibility",
            "iran.obligation.dead_weight",
            "instruments.ballistic_missile.warning",
        ),
        ("tally:reply_rung", "tally:reply_dead", "run:reply_rung", "thesis:C10", "verify:reply_rung"),
        Move("strike", "iran.obligation.leader", 5.0, 30.0, "rung of the reply", 1),
    ),
    Claim(
        "C11",
        "Iran knows that it would lose; weakness is why it works through proxies.",
        "causal",
        ("escalation.model.payoffs",),
        ("iran.power", "acts.iran.order_harassment.cost", "acts.iran.strike_to_kill.cost"),
        ("tally:peak", "tally:limited_week", "run:limited_war.odds", "thesis:C11"),
        Move("strike", "iran.power", 0.05, 1.0, "limited war", 1),
    ),
    Claim(
        "C12",
        "US readiness to escalate will temper Iran's reply.",
        "forecast",
        ("escalation.model.payoffs", "escalation.model.challenger"),
        ("us.reputation.anchor", "us.grievance.resolute_factor"),
        ("tally:reply_rung", "run:reply_rung", "thesis:C12"),
        Move("strike", "us.reputation.anchor", 0.1, 0.6, "rung of the reply", 0),
    ),
    Claim(
        "C13",
        "The risk of war is much higher than it would be had the US stayed in the accord.",
        "comparative",
        ("escalation.model.nature", "escalation.model.proxies", "escalation.model.payoffs"),
        ("sanctions.level", "iran.accord.rent", "iran.pressure.slope", "diplomacy.channel"),
        ("compare:differences", "thesis:C13", "thesis:S2", "verify:accord_ratio"),
        Move("nonresponse", "sanctions.level", 0.0, 1.0, "attacks a week", 1),
    ),
    Claim(
        "C14",
        "Neither side wants all-out war, but operational errors can carry them into it: bombs and rockets cannot "
        "be calibrated, and many US dead would be answered.",
        "conditional",
        ("escalation.model.errors.aim", "escalation.model.casualties", "escalation.model.errors.execution"),
        ("errors.scale", "errors.aim", "errors.execution", "errors.identification", "instruments.rocket.sd"),
        ("tally:lethal_attacks", "tally:dead_defender", "run:routes.casualty shock", "thesis:C14"),
        Move("nonresponse", "errors.aim", 0.0, 3.0, "attacks that kill", 1),
    ),
    Claim(
        "C15",
        "Washington may overrate how fragile the regime is, and push too far.",
        "conditional",
        ("escalation.model.errors.fragility", "escalation.model.payoffs"),
        ("errors.fragility", "fragility.bias", "fragility.f", "us.gamble.gain"),
        ("tally:route", "run:routes.fragility gamble", "run:war.odds", "thesis:C15"),
        Move("nonresponse", "fragility.bias", 0.0, 3.6, "odds of war", 1),
    ),
    Claim(
        "C16",
        "Talk of regime change and escalation may make Tehran believe its survival at stake, and overreact.",
        "conditional",
        ("escalation.model.errors.survival", "escalation.model.payoffs", "escalation.model.events"),
        ("errors.survival", "survival.q0", "survival.leader_killed", "iran.preempt.loss_struck"),
        ("tally:route", "run:routes.pre-emption", "run:limited_war.odds", "thesis:C16"),
        Move("strike", "survival.q0", 0.03, 0.5, "limited war", 1),
    ),
    Claim(
        "C17",
        "Incoherence and abandonment have led partners in the region, Iraq above all, to hedge.",
        "causal",
        ("escalation.model.allies",),
        (
            "iraq_government.exposure",
            "saudi_arabia.abandonment",
            "iraq_government.hedge_at",
            "diplomacy.mediation",
        ),
        ("tally:hedged_weeks", "thesis:C17"),
        Move("strike", "iraq_government.exposure", 0.05, 2.0, "hedged weeks", 1),
    ),
    Claim(
        "C18",
        "Sanctions and fickleness made Iran's attacks bolder, up to Abqaiq, and those met little or no answer.",
        "causal",
        ("escalation.model.proxies", "escalation.model.start"),
        ("kataib_hezbollah.sanctions_slope", "iran.pressure.slope", "past.abqaiq_2019.on"),
        ("tally:attacks", "verify:attacks_before_strike", "thesis:C18"),
        Move("nonresponse", "kataib_hezbollah.sanctions_slope", 1.5, 4.7, "attacks a week", 1),
    ),
    Claim(
        "C19",
        "Civilians of the region, in Iraq and Syria above all, pay the heaviest price.",
        "forecast",
        ("escalation.model.proxies", "escalation.model.nature"),
        ("instruments.air_strike.civilians", "war.deaths_civilian", "countries.iraq.civilian_weight"),
        ("tally:dead_civilian", "run:deaths.civilian", "thesis:C19", "verify:civilian_share"),
        Move("strike", "instruments.air_strike.civilians", 0.3, 7.5, "civilian dead without war", 1),
    ),
    Claim(
        "C20",
        "The accord did delay the nuclear programme.",
        "fact",
        ("escalation.model.nature", "escalation.model.payoffs", "escalation.model.allies"),
        ("nuclear.breakout", "nuclear.speed", "nuclear.alarm", "us.prevention.value", "israel.strike.value"),
        ("tally:route", "run:routes.preventive strike", "run:routes.ally-triggered", "thesis:C20"),
        Move("nonresponse", "nuclear.breakout", 14.0, 52.0, "odds of war", -1),
    ),
    Claim(
        "C21",
        "With the strike the US no longer answers militias alone.",
        "forecast",
        ("escalation.model.payoffs", "escalation.model.defender"),
        ("us.blame.discount", "acts.us.strike_personnel.cost", "acts.us.strike_personnel.available"),
        ("tally:state_answered", "tally:strikes", "verify:answered_on_state", "thesis:C21"),
        Move("nonresponse", "acts.us.strike_personnel.cost", 11.0, 44.0, "answers on the state itself", -1),
    ),
)
"""All twenty-one, in order."""

_DIRECTION: Final = {1: "raises", -1: "lowers", 0: "must move (which way is for the model to tell)"}


def to_markdown() -> str:
    """The text of ``docs/claims.md``."""
    lines = [
        "# The claims, and where each is in the program",
        "",
        "<!-- Written by `python -m escalation.history.claims > docs/claims.md`; edit that module. -->",
        "",
        "What the op-ed of 3 January 2020 claims, in our own words, and what stands for each claim: the modules that "
        "hold the mechanism, the dials that turn it (dotted keys for `--set`), the outputs that show it, and one "
        "experiment that the tests run: the dial at two settings, on the same draws, over parameters drawn from "
        "their priors. That a dial moves an output says that the claim is in the model, not that it is true; for "
        "that see `escalation thesis` and `escalation verify`.",
        "",
    ]
    for claim in CLAIMS:
        move = claim.move
        lines += [
            f"## {claim.id} ({claim.kind})",
            "",
            claim.statement,
            "",
            f"- mechanism: {_listed(claim.mechanisms)}",
            f"- dials: {_listed(claim.dials)}",
            f"- outputs: {_listed(claim.outputs)}",
            f"- experiment: in `{move.scenario}`, `{move.key}` from {_set(move.low)} to {_set(move.high)} "
            f"{_DIRECTION[move.sign]}: {move.quantity}",
            "",
        ]
    return "\n".join(lines)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _set(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


if __name__ == "__main__":
    print(to_markdown(), end="")
