"""What each row of the table *model against record* measures, and what explains a miss.

A measure takes the runs and returns a ``Finding``; an explanation is computed too, from the same runs or from a
smaller one with something taken away, and is only asked for on a miss.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from escalation.history import beliefs
from escalation.history.estimate import Estimate, exact, mean, ratio, ratio_of_ratios, share
from escalation.history.runs import (
    QUARTER,
    YEAR,
    Runs,
    attack_rate,
    civilian_share,
    conditional_odds,
    dead,
    odds,
)
from escalation.scenario.design import Values, central, draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from escalation.worlds.ensemble import Plan
    from escalation.worlds.outcomes import Outcomes

    Flags = NDArray[np.bool_]

DRAWS: Final = 200
"""Parameter draws for figures that are computed row by row."""
EXPLAINING_WORLDS: Final = 400
"""Worlds of a run made only to explain a miss."""
BEFORE_THE_TANKERS: Final = dt.date(2019, 5, 1)
BEFORE_K1: Final = dt.date(2019, 12, 26)


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure of the model and what belongs beside it; ``estimate`` is None where nothing was there to measure."""

    estimate: Estimate | None
    note: str = ""


# -- attacks ---------------------------------------------------------------------------------------------------
def attacks(arm: str, week: int, runs: Runs) -> Finding:
    """Proxy attacks on the defender a month in one arm, up to ``week``."""
    over_priors = attack_rate(runs.priors[arm].at[week])
    return Finding(attack_rate(runs.central[arm].at[week]), f"over the priors {_number(over_priors)}")


def attacks_explained(arm: str, runs: Runs) -> str:
    """Which part of an arm's attack rate comes from whom: two more runs, each with one source taken away."""
    from escalation.worlds.ensemble import simulate

    scenario = runs.scenarios[arm]
    first = scenario.in_role("proxy")[0]
    values = central(scenario)
    them = scenario.challenger.name
    orders = {
        f"acts.{them}.{act.name}.available": 0.0
        for act in scenario.acts[them]
        if scenario.numbers[f"acts.{them}.{act.name}.via_proxies"].value > 0.5
    }
    cut = {"without the first of the proxies": {f"{first.name}.rate": 0.0}, "if never ordered to attack": orders}
    parts = []
    for name, columns in cut.items():
        less = simulate(
            scenario,
            EXPLAINING_WORLDS,
            seed=runs.seed,
            horizon=YEAR,
            values=values.replace(columns),
            workers=runs.workers,
        )
        parts.append(f"{_number(attack_rate(less.end))} {name}")
    return f"where it comes from: {', '.join(parts)} ({first.title}; the record counts attacks in Iraq alone)"


def attack_ratio(runs: Runs) -> Finding:
    """Attack rate of the strike arm over the non-response arm in 90 days, on the same draws."""

    def pair(outcomes: dict[str, Outcomes]) -> Estimate | None:
        strike, other = (outcomes[arm].at[QUARTER] for arm in ("strike", "nonresponse"))
        return ratio_of_ratios(
            (strike.tally("attacks"), strike.tally("weeks")), (other.tally("attacks"), other.tally("weeks"))
        )

    note = "the model compares two arms, the record before with after: no one saw the other arm"
    return Finding(pair(dict(runs.central)), f"over the priors {_number(pair(dict(runs.priors)))}; {note}")


def lethal(runs: Runs) -> Finding:
    """Share of proxy attacks on the defender that kill."""
    end = runs.central["nonresponse"].end
    return Finding(ratio(end.tally("lethal_attacks"), end.tally("attacks")))


def lethal_explained(runs: Runs) -> str:
    """How many attacks are meant to kill, and what either kind does by itself."""
    scenario, end = runs.scenarios["nonresponse"], runs.central["nonresponse"].end
    proxy = scenario.in_role("proxy")[0]
    attacks = int(end.tally("attacks").sum())
    meant = int(end.tally("attack_rung_sum").sum()) / attacks - 5.0
    stray = scenario.numbers[f"instruments.{proxy.harass_with}.p_stray"].value
    kill = scenario.numbers[f"instruments.{proxy.kill_with}.p_kill"].value
    return (
        f"{meant:.0%} of the attacks are meant to kill (ordered, or of slack control), and of those {kill:.0%} do; "
        f"of the others {stray:.1%}. The record does not say how many were meant to"
    )


# -- what the defender answers ---------------------------------------------------------------------------------
def answered_without_deaths(runs: Runs) -> Finding:
    """Weeks without dead answered by force, per attack that killed no one."""
    end = runs.central["nonresponse"].end
    quiet = end.tally("attacks") - end.tally("lethal_attacks")
    weekly = ratio(end.tally("zero_answered"), end.tally("zero_weeks"))
    return Finding(ratio(end.tally("zero_answered"), quiet), f"per week with such attacks {_number(weekly, '.1%')}")


def answered_with_deaths(runs: Runs) -> Finding:
    """Share of weeks with dead that the defender answers by force in the same week."""
    end = runs.central["nonresponse"].end
    return Finding(
        ratio(end.tally("lethal_answered"), end.tally("lethal_weeks")),
        f"of {int(end.tally('lethal_weeks').sum()):,} weeks with dead",
    )


def answered_on_state(runs: Runs) -> Finding:
    """Share of those answers that fall on the challenger's own people or soil."""
    end, wide = runs.central["nonresponse"].end, runs.priors["nonresponse"].end
    over_priors = ratio(wide.tally("state_answered"), wide.tally("lethal_answered"))
    return Finding(
        ratio(end.tally("state_answered"), end.tally("lethal_answered")),
        f"over the priors {_number(over_priors, '.1%')}",
    )


def threshold(runs: Runs) -> Finding:
    """Own dead at which a strike on the homeland is as likely as not, at central values."""
    ready, wide = _plan(runs, priors=False), _plan(runs, priors=True)
    spread = beliefs.homeland_threshold(wide)
    reached = np.isfinite(spread)
    low, middle, high = np.quantile(spread, [0.05, 0.5, 0.95], method="lower")
    note = (
        f"over {DRAWS} draws {reached.mean():.0%} reach one within {beliefs.MOST_DEAD} dead; median "
        f"{_dead(middle)}, 90 % {_dead(low)} to {_dead(high)}; an attack laid at Iran's door"
    )
    return Finding(exact(float(beliefs.homeland_threshold(ready)[0])), note)


def threshold_explained(runs: Runs) -> str:
    """The chance of rung 8 or more at a few numbers of dead."""
    ready = _plan(runs, priors=False)
    parts = []
    for killed in (1, 3, 10, 50, 200):
        chance = beliefs.choices(ready, rung=6.0, dead=float(killed), blamed=True).chance(8.0)[0]
        parts.append(f"{chance:.1%} at {killed}")
    return f"the chance of rung 8 or more grows too slowly with the dead: {', '.join(parts)}"


# -- the reply to the strike -----------------------------------------------------------------------------------
def reply_rung(runs: Runs) -> Finding:
    """Share of worlds whose highest reply within four weeks of the strike is rung 7."""
    replies = runs.central["strike"].at[QUARTER].tally("reply_rung")
    wide = runs.priors["strike"].at[QUARTER].tally("reply_rung")
    rungs, times = np.unique(replies, return_counts=True)
    table = ", ".join(f"{rung}: {count / len(replies):.0%}" for rung, count in zip(rungs, times, strict=True))
    note = f"by rung {table}; over the priors {float((wide == 7).mean()):.0%} at 7"
    return Finding(share(int((replies == 7).sum()), len(replies)), note)


def reply_dead(runs: Runs) -> Finding:
    """Share of those replies that kill none of the defender."""
    quarter = runs.central["strike"].at[QUARTER]
    sevens = quarter.tally("reply_rung") == 7
    unhurt = sevens & (quarter.tally("reply_dead") == 0)
    return Finding(share(int(unhurt.sum()), int(sevens.sum()), "worlds with such a reply"))


# -- odds of war -----------------------------------------------------------------------------------------------
def odds_of_war(arm: str, priors: bool, runs: Runs) -> Finding:
    """Share of worlds of one arm that come to all-out war within a year."""
    end = (runs.priors if priors else runs.central)[arm].end
    return Finding(odds(end), f"conditional estimate {_number(conditional_odds(end), '.1%')}")


def odds_explained(arm: str, priors: bool, runs: Runs) -> str:
    """How unevenly the odds are spread over the draws, and by which routes the wars come."""
    from escalation.model.outcomes import ROUTES

    end = (runs.priors if priors else runs.central)[arm].end
    routes, times = np.unique(end.tally("route")[end.war], return_counts=True)
    common = sorted(zip(times, routes, strict=True), reverse=True)[:3]
    names = ", ".join(f"{ROUTES[route]} {count / max(int(end.war.sum()), 1):.0%}" for count, route in common)
    text = f"wars by route: {names or 'none'}"
    if priors:
        heaviest = np.sort(end.war_sum)[::-1]
        tenth = heaviest[: max(len(heaviest) // 10, 1)].sum() / max(heaviest.sum(), 1e-300)
        calm = conditional_odds(runs.central[arm].end)
        text += f"; a tenth of the worlds carries {tenth:.0%} of the odds; at central values {_number(calm, '.1%')}"
    return text


def accord_ratio(priors: bool, runs: Runs) -> Finding:
    """Odds of war under the accord over those of non-response, by conditional estimates on the same draws."""
    outcomes = runs.priors if priors else runs.central
    lives = [outcomes[arm].end.war_sum for arm in ("accord", "nonresponse")]
    one = np.ones_like(lives[0])
    both = " against ".join(_number(mean(life), ".2%") for life in lives)
    return Finding(ratio_of_ratios((lives[0], one), (lives[1], one)), f"conditional odds {both}")


# -- beliefs ---------------------------------------------------------------------------------------------------
def belief_resolute(runs: Runs) -> Finding:
    """pi on the first day, from the anchor and the named past events."""
    scenario, wide = runs.scenarios["strike"], _draws(runs)
    day = scenario.start.date
    spread = beliefs.belief_on(scenario, wide, day)
    return Finding(exact(float(beliefs.belief_on(scenario, central(scenario), day)[0])), _spread(spread, ".2f"))


def belief_fall(runs: Runs) -> Finding:
    """Change of pi from before the tankers to before K-1, from the named events between."""
    scenario = runs.scenarios["strike"]

    def fall(values: Values) -> beliefs.Floats:
        early, late = (beliefs.belief_on(scenario, values, day) for day in (BEFORE_THE_TANKERS, BEFORE_K1))
        return np.asarray(late - early)

    wide = fall(_draws(runs))
    return Finding(
        exact(float(fall(central(scenario))[0])), f"{_spread(wide, '.2f')}; falls in {(wide < 0).mean():.0%} of them"
    )


def llr_strike(runs: Runs) -> Finding:
    """What the strike tells where it is seen as what it was: mean log-likelihood ratio in week 1."""
    week, right, provoked = _strike_week(runs)
    seen = week.taught[right]
    other = week.taught[right & provoked]
    note = (
        f"{right.mean():.0%} of the worlds see it so, and there it is {seen.max():.2f} at best; as it is taken in all "
        f"worlds {float(week.taught.mean()):.2f}; belief {float(week.pi_before.mean()):.2f} to "
        f"{float(week.pi_after.mean()):.2f}; where the week's attack was felt as force {float(other.mean()):.2f}"
    )
    return Finding(mean(seen, "worlds that see it so"), note)


def llr_explained(runs: Runs) -> str:
    """What the strike tells where the attack before it was not felt as one."""
    week, right, provoked = _strike_week(runs)
    calm = week.taught[right & ~provoked]
    quiet = f"{float(calm.mean()):.2f} in the {len(calm) / max(int(right.sum()), 1):.0%}" if len(calm) else "none"
    return (
        f"an unprovoked strike teaches less, both types shun it ({quiet} of worlds where the week's attack was not "
        "felt as force), and signal noise caps what any act can teach"
    )


def _strike_week(runs: Runs) -> tuple[beliefs.FirstWeek, Flags, Flags]:
    """The first week of the strike arm; where the act was seen as rung 7; where the attack before it was force."""
    week = beliefs.first_week(_plan(runs, priors=False, worlds=runs.worlds), seed=runs.seed)
    return week, np.abs(week.defender_seen - week.defender_rung) <= 0.5, week.provocation >= 4.5


def llr_unanswered(runs: Runs) -> Finding:
    """What holding still tells after an attack without dead, at central values."""
    spread = beliefs.holding_still(_plan(runs, priors=True))
    return Finding(exact(float(beliefs.holding_still(_plan(runs, priors=False))[0])), _spread(spread, ".2f"))


def llr_unanswered_explained(runs: Runs) -> str:
    """How often either type holds, and how often it stays short of force."""
    after = beliefs.choices(_plan(runs, priors=False), rung=5.0, dead=0.0, blamed=False)
    short = after.rungs[0] < 5.5
    parts = []
    for name, chances in (("resolute", after.resolute[0]), ("weak", after.weak[0])):
        parts.append(
            f"the {name} type holds {chances[0]:.0%} of the time, stays short of force {chances[short].sum():.0%}"
        )
    return f"{'; '.join(parts)}: between holding and force stand acts that tell the types apart"


def belief_restrained(runs: Runs) -> Finding:
    """phi after a reply of rung 7 that is seen as one."""
    week = beliefs.first_week(_plan(runs, priors=False, worlds=runs.worlds), seed=runs.seed)
    restrained = (week.challenger_rung > 6.5) & (week.challenger_rung < 7.5)
    seen_so = restrained & (np.abs(week.challenger_seen - week.challenger_rung) <= 0.5)
    worse = restrained & (week.challenger_seen > 7.5)
    note = f"from {float(week.phi_before.mean()):.2f}; {seen_so.sum() / max(int(restrained.sum()), 1):.0%} see it so"
    if worse.any():
        note += f", and those who take it for rung 8 or more come to {float(week.phi_after[worse].mean()):.2f}"
    return Finding(mean(week.phi_after[seen_so], "worlds that see a reply of rung 7"), note)


def half_life(runs: Runs) -> Finding:
    """Weeks until half of a lesson is gone, from the two decays and the share of each."""
    value = beliefs.lesson_half_life(central(runs.scenarios["strike"]))[0]
    return Finding(exact(float(value)), _spread(beliefs.lesson_half_life(_draws(runs)), ".0f"))


def half_life_explained(runs: Runs) -> str:
    """The half-lives of the two parts of a lesson."""
    numbers = runs.scenarios["strike"].numbers
    fast, slow = (float(np.log(2.0)) / numbers[f"learning.decay_{kind}"].value for kind in ("leader", "country"))
    return (
        f"half of the leader's part is gone in {fast:.0f} weeks, of the country's in {slow:.0f}, and "
        f"{1.0 - numbers['learning.leader_share'].value:.0%} is the country's; a lull also ends for other reasons"
    )


# -- the dead --------------------------------------------------------------------------------------------------
def tail(tool: str, runs: Runs) -> Finding:
    """Maximum-likelihood exponent of the deaths of ten or more, on an even grid of the draw (Clauset et al. 2009)."""
    from escalation.model.casualties import toll

    numbers = runs.scenarios["strike"].numbers
    scale, sd, exposed = (numbers[f"instruments.{tool}.{key}"].value for key in ("deaths", "sd", "exposed"))
    grid = (np.arange(100_000) + 0.5) / 100_000
    tolls = np.array([toll(max(scale, 1.0), sd, exposed, float(u)) for u in grid])
    tail = tolls[(tolls >= 10.0) & (tolls < exposed)]
    if len(tail) < 30:
        return Finding(None, "too few tolls of ten or more")
    exponent = 1.0 + len(tail) / float(np.log(tail / 9.5).sum())
    note = f"uncapped law 1+sqrt(2)/s = {1.0 + 2.0**0.5 / sd:.2f}; {(tolls >= 10).mean():.1%} of tolls are in the tail"
    return Finding(exact(exponent, len(grid), "points of an even grid"), note)


def tail_explained(tool: str, runs: Runs) -> str:
    """What the plausible range of the spread would give."""
    sd = runs.scenarios["strike"].numbers[f"instruments.{tool}.sd"]
    low, high = sd.range or (sd.value, sd.value)
    return (
        f"it is one law for the spread about the meant number and for the tail: s = {sd.value:g} (plausible {low:g} to "
        f"{high:g}) gives {1.0 + 2.0**0.5 / high:.2f} to {1.0 + 2.0**0.5 / low:.2f}; the record's tail "
        "is of terror attacks at large"
    )


def civilians(at_peace: bool, runs: Runs) -> Finding:
    """Civilians over all dead in the strike arm."""
    end = runs.central["strike"].end
    others = civilian_share(runs.central["nonresponse"].end, at_peace)
    return Finding(civilian_share(end, at_peace), f"without the strike {_number(others, '.0%')}")


def civilians_explained(at_peace: bool, runs: Runs) -> str:
    """The dead of the strike arm by side."""
    killed = dead(runs.central["strike"].end, at_peace)
    total = max(sum(killed.values()), 1)
    parts = ", ".join(f"{side} {count / total:.0%}" for side, count in sorted(killed.items(), key=lambda x: -x[1]))
    return f"the dead by side: {parts}"


# -- helpers ---------------------------------------------------------------------------------------------------
def _plan(runs: Runs, *, priors: bool, worlds: int | None = None) -> Plan:
    from escalation.worlds.ensemble import plan

    scenario = runs.scenarios["strike"]
    values = _draws(runs) if priors else central(scenario)
    return plan(scenario, worlds or values.rows, seed=runs.seed, values=values)


def _draws(runs: Runs) -> Values:
    return draw(runs.scenarios["strike"], DRAWS, runs.seed)


def _spread(values: beliefs.Floats, form: str) -> str:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return f"over {len(values)} draws median {middle:{form}}, 90 % {low:{form}} to {high:{form}}"


def _dead(killed: float) -> str:
    return f"{killed:.0f}" if np.isfinite(killed) else f"more than {beliefs.MOST_DEAD}"


def _number(estimate: Estimate | None, form: str = ".2f") -> str:
    if estimate is None:
        return "not seen"
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"
