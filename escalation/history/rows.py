"""The rows of the table *model against record*: what is measured, how, and what each figure rests on.

A row is an ``input`` if the figure follows from numbers of the scenario without a crisis being run; ``fitted`` if a
number of the scenario was set to the same record, or to the same judgement; ``emergent`` otherwise. Only emergent
rows test the model. ``rests_on`` names the dials nearest to the figure: their sources in the scenario say what was
fitted, and a test holds the labels against them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from escalation.history import measures
from escalation.history.measures import Finding
from escalation.history.runs import QUARTER, YEAR, Runs

Label = Literal["input", "fitted", "emergent"]


@dataclass(frozen=True, slots=True)
class Spec:
    """One row: the target's name in ``record.targets``, the arm or variant, and how the figure comes about."""

    target: str
    variant: str
    label: Label
    rests_on: tuple[str, ...]
    measure: Callable[[Runs], Finding]
    explain: Callable[[Runs], str] | None = None
    short: str = ""
    """What the table calls it, where several rows share a target."""


_HEAD: Final = "kataib_hezbollah"
SPECS: Final[tuple[Spec, ...]] = (
    Spec(
        "attacks_accord",
        "accord",
        "fitted",
        (f"{_HEAD}.rate", "iran.accord.rent"),
        partial(measures.attacks, "accord", YEAR),
        partial(measures.attacks_explained, "accord"),
    ),
    Spec(
        "attacks_before_strike",
        "nonresponse",
        "fitted",
        (f"{_HEAD}.sanctions_slope", f"{_HEAD}.order_slope"),
        partial(measures.attacks, "nonresponse", YEAR),
        partial(measures.attacks_explained, "nonresponse"),
    ),
    Spec(
        "attacks_after_strike",
        "strike, 90 days",
        "emergent",
        (f"{_HEAD}.punishment_slope", f"{_HEAD}.revenge_slope"),
        partial(measures.attacks, "strike", QUARTER),
        partial(measures.attacks_explained, "strike"),
    ),
    Spec(
        "attack_ratio",
        "strike over nonresponse, 90 days",
        "emergent",
        (f"{_HEAD}.punishment_slope", f"{_HEAD}.revenge_slope", "decapitation.rate_ratio"),
        measures.attack_ratio,
    ),
    Spec(
        "lethal_share",
        "nonresponse",
        "emergent",
        ("instruments.rocket.p_stray", "instruments.rocket_barrage.p_kill", "acts.iran.order_killing.cost"),
        measures.lethal,
        measures.lethal_explained,
    ),
    Spec(
        "answered_without_deaths",
        "nonresponse",
        "fitted",
        ("us.grievance.harassment", "choice.rationality"),
        measures.answered_without_deaths,
    ),
    Spec(
        "answered_with_deaths",
        "nonresponse",
        "fitted",
        ("us.grievance.death", "choice.rationality"),
        measures.answered_with_deaths,
    ),
    Spec(
        "answered_on_state",
        "nonresponse",
        "emergent",
        ("us.blame.discount", "acts.us.strike_personnel.cost"),
        measures.answered_on_state,
    ),
    Spec(
        "homeland_threshold",
        "first day",
        "fitted",
        ("us.grievance.log_deaths", "acts.us.strike_homeland.cost"),
        measures.threshold,
        measures.threshold_explained,
    ),
    Spec(
        "reply_rung",
        "strike",
        "emergent",
        ("iran.obligation.leader", "iran.obligation.visibility", "acts.iran.strike_warned.cost"),
        measures.reply_rung,
    ),
    Spec("reply_dead", "strike", "emergent", ("instruments.ballistic_missile.warning",), measures.reply_dead),
    *(
        Spec(
            "war_per_crisis",
            f"{arm}, one year, {'over the priors' if priors else 'central values'}",
            "fitted",
            ("acts.us.all_out.cost", "acts.iran.all_out.cost", "escalation.momentum"),
            partial(measures.odds_of_war, arm, priors),
            partial(measures.odds_explained, arm, priors),
            f"war, {'no strike' if arm == 'nonresponse' else arm}, {'priors' if priors else 'central'}",
        )
        for priors in (False, True)
        for arm in ("nonresponse", "strike")
    ),
    Spec(
        "war_by_proxies",
        "nonresponse, one year, central values",
        "fitted",
        ("acts.us.all_out.cost", "escalation.momentum"),
        partial(measures.odds_of_war, "nonresponse", False),
        partial(measures.odds_explained, "nonresponse", False),
    ),
    *(
        Spec(
            "accord_ratio",
            f"accord over nonresponse, {'over the priors' if priors else 'central values'}",
            "fitted",
            ("sanctions.level", "iran.accord.rent", "kataib_hezbollah.rate", "kataib_hezbollah.sanctions_slope"),
            partial(measures.accord_ratio, priors),
            short=f"accord ratio, {'priors' if priors else 'central'}",
        )
        for priors in (False, True)
    ),
    Spec("belief_resolute", "first day", "emergent", ("us.reputation.anchor",), measures.belief_resolute),
    Spec("belief_fall", "2019", "emergent", ("learning.conservatism",), measures.belief_fall),
    Spec(
        "llr_strike",
        "strike, week 1",
        "emergent",
        ("us.grievance.resolute_factor", "us.madness.u", "learning.signal_noise"),
        measures.llr_strike,
        measures.llr_explained,
    ),
    Spec(
        "llr_unanswered",
        "first day",
        "emergent",
        ("us.grievance.resolute_factor",),
        measures.llr_unanswered,
        measures.llr_unanswered_explained,
    ),
    Spec(
        "belief_restrained",
        "strike, week 1",
        "emergent",
        ("us.belief.restrained", "iran.unrestrained_factor"),
        measures.belief_restrained,
    ),
    *(
        Spec(
            "tail_exponent",
            tool.replace("_", " "),
            "input",
            (f"instruments.{tool}.sd",),
            partial(measures.tail, tool),
            partial(measures.tail_explained, tool),
            f"tail, {tool.replace('_', ' ')}",
        )
        for tool in ("rocket", "drone", "car_bomb")
    ),
    Spec(
        "civilian_share",
        "strike, all worlds",
        "input",
        ("war.deaths_civilian", "war.deaths_challenger"),
        partial(measures.civilians, False),
        partial(measures.civilians_explained, False),
        "civilians, all worlds",
    ),
    Spec(
        "civilian_share",
        "strike, worlds without war",
        "emergent",
        ("instruments.air_strike.civilians", "acts.us.strike_proxies.meant_deaths"),
        partial(measures.civilians, True),
        partial(measures.civilians_explained, True),
        "civilians, without war",
    ),
    Spec(
        "lesson_half_life",
        "strike",
        "input",
        ("learning.decay_leader", "learning.decay_country", "learning.leader_share"),
        measures.half_life,
        measures.half_life_explained,
    ),
)
"""Every row, in the order of the table."""
