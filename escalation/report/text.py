"""What ``run`` and ``compare`` print: one plain sentence, a small table, and what to try next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from escalation.analysis.anchor import EXCHANGES, FATAL_DISPUTES, LETHAL_ATTACKS, WARS
from escalation.analysis.compare import CompareResult, Difference, labels
from escalation.analysis.intervals import Estimate, Share
from escalation.analysis.odds import CIVILIAN, LIVES, RunResult
from escalation.analysis.rare import PAYS
from escalation.analysis.sequences import Stopping
from escalation.ladder import label
from escalation.model.outcomes import ROUTE_MEANINGS
from escalation.report.foresight import foresight_text
from escalation.report.layout import bold, columns, dim, wrapped
from escalation.report.words import base_of, between, day, days, dead, in_base, percent, period, so_many, within
from escalation.scenario.loader import shipped
from escalation.worlds.outcomes import DAYS_OF_WEEK

PRIORS_NOTE = (
    "Every uncertain number was drawn from its prior, once a world: the odds are averages over the priors. The "
    "intervals are Monte-Carlo noise alone; how far the odds spread over the priors is in: escalation thesis"
)
CENTRAL_NOTE = (
    "Uncertain numbers stand at their central values; the intervals are Monte-Carlo noise alone. --priors draws them."
)


FEW: Final = 2.0
"""How many times as far the weighed interval reaches up as down where it is said why: below some ten wars."""
SEQUENCE_NOTE = (
    "The intervals are confidence sequences, each of which holds at all looks together. Those of all-out war are of "
    "no one estimate: they are what counting wars and weighing chances both allow, and reach at least to the odds "
    "counted, which may so stand at an end. That of limited war is by counting alone."
)


NOT_WORTH_IT: Final = f"Not worth its work: above {so_many(PAYS)}, weighing comes as close sooner; leave out --rare."


def headline(result: RunResult) -> str:
    """One plain sentence: how many of how many crises became war, the odds with their interval, and by when."""
    war, weeks = result.war, result.outcomes.horizon
    when = f"within {period(weeks)} of {day(result.scenario.start.date)}"
    if war.count > 0 and result.stopping is not None:
        both = within(result.stopping.middle, war.low, war.high)
        counted, weighed = so_many(war.odds), so_many(result.conditional.value)
        return (
            f"All-out war {when}: {both} by counting and weighing together. Counted: {war.count:,} of {war.n:,} "
            f"crises, {counted}; weighed: {weighed}."
        )
    if war.count > 0:
        crises = (
            f"{war.count:,} of {war.n:,} crises became all-out war" if war.n > 1 else "The crisis became all-out war"
        )
        split = ""
        if result.rare is not None:
            odds = result.rare.odds()
            split = f"; splitting worlds that come nearer to war gives {so_many(odds.value)}{_bounds(odds)}"
        return f"{crises}: {between(war.odds, war.low, war.high)}, {when}{split}."
    none = f"None of {war.n:,} crises became all-out war {when}" if war.n > 1 else f"No all-out war {when}"
    way, odds = "weighing every decision's chance of war instead of counting wars", result.conditional
    if result.rare is not None:
        way, odds = "splitting worlds that come nearer to war", result.rare.odds()
    found = so_many(odds.value) if odds.value > 0.0 else "0"
    return f"{none}: the odds are below {so_many(war.high)} (95 % interval from 0); {way} gives {found}{_bounds(odds)}."


def _bounds(estimate: Estimate) -> str:
    if estimate.n < 2 or estimate.value <= 0.0:
        return ""
    base = base_of(estimate.value)
    return f" ({in_base(estimate.low, base)} to {in_base(estimate.high, base)})"


def _few(result: RunResult) -> str:
    """Said where the weighed interval is wide above because too few worlds came near war (docs/exact.md)."""
    odds = result.conditional
    if result.stopping is not None or odds.n < 2 or odds.high - odds.value <= FEW * (odds.value - odds.low):
        return ""
    more = "" if result.rare is not None else "; --rare goes further"
    return (
        f"The weighed interval is wide above because wars are few: {odds.n:,} worlds cannot rule out a kind of world, "
        f"rarer than these, in which war is all but certain{more}."
    )


def _rare(result: RunResult) -> list[str]:
    """The odds by splitting, and what they rest on."""
    if result.rare is None:
        return []
    rows: list[tuple[str, ...]] = [("by splitting", "odds", "95 % interval")]
    for number, odds in result.rare_by_day.items():
        rows.append(_rare_row(f"all-out war within {days(number)}", odds))
    if result.outcomes.horizon not in DAYS_OF_WEEK:
        rows.append(_rare_row(f"all-out war within {period(result.outcomes.horizon)}", result.rare.odds()))
    told = (
        f"{result.rare.worlds:,} worlds, copied on the way to war, with the pilot {result.rare.world_weeks:,} "
        f"world-weeks; the heaviest world carries {percent(result.rare.heaviest)} of the odds. The interval holds as "
        "far as the pilot and the worlds met what leads to war. Routes, endings and the dead are those of worlds "
        "without copies."
    )
    return [*columns(rows), *wrapped(told, "  "), *([] if result.rare.worth_it else [f"  {NOT_WORTH_IT}"])]


def _rare_row(name: str, odds: Estimate) -> tuple[str, ...]:
    base = base_of(odds.value)
    return name, so_many(odds.value), f"{in_base(odds.low, base)} to {in_base(odds.high, base)}"


def run_text(result: RunResult, *, given: str = "", again: str = "", colour: bool = False) -> str:
    """The report of ``run``. ``given`` and ``again``: the scenario and the options to repeat in what to try next."""
    lines = wrapped(headline(result))
    lines[0] = bold(lines[0], colour)
    lines += ["", *wrapped(f"{result.scenario.title}. Rule: {result.rule}. Seed {result.outcomes.seed}.")]
    if result.stopping is not None:
        lines += ["", *wrapped(f"{_spent(result.stopping)} {SEQUENCE_NOTE}")]
    lines += ["", dim("Odds", colour), *columns(_odds(result), left=1)]
    lines += wrapped(_few(result), "  ")
    lines += _rare(result)
    lines += wrapped(_anchor(result), "  ")
    if result.routes:
        wars = f"{result.war.count:,} war" + ("s" if result.war.count != 1 else "")
        lines += ["", dim(f"Routes to war (share of {wars})", colour)]
        lines += columns([(name, percent(p), ROUTE_MEANINGS[name]) for name, p in result.routes.items()], left=3)
    lines += ["", dim(f"How the crises stood after {period(result.outcomes.horizon)}", colour)]
    lines += columns([(name, percent(p), LIVES[name]) for name, p in result.endings.items() if p > 0], left=3)
    lines += ["", dim("Highest rung reached", colour)]
    lines += columns([(f"{rung:>2}", percent(p), label(rung)) for rung, p in result.peak_rung.items()], left=3)
    if result.reply_rung:
        lines += ["", dim(f"Highest reply to the first strike by {result.scenario.defender.title}", colour)]
        rows = [(f"{rung:>2}", percent(p), label(rung) if rung else "none") for rung, p in result.reply_rung.items()]
        lines += columns(rows, left=3)
    lines += ["", dim("Mean dead a crisis, all-out wars included", colour), *columns(_deaths(result))]
    attacks = result.attacks_per_month
    interval = f" ({attacks.low:.2f} to {attacks.high:.2f})" if attacks.n > 1 else ""
    lines += ["", f"Attacks by proxies on {result.scenario.defender.title}: {attacks.value:.2f} a month{interval}."]
    lines += wrapped(PRIORS_NOTE if result.priors else CENTRAL_NOTE)
    lines += wrapped(foresight_text(result.outcomes.certified, "draw" if result.priors else "point"))
    lines += ["", dim("What to try next", colour), *columns(_next(result, given or result.name, again), left=2)]
    return "\n".join(lines)


def not_reached(stopping: Stopping) -> str:
    """A run to a precision that came to its most worlds first, and what would go further."""
    return (
        f"Not known to ±{_in_100(stopping.asked)} in 100 as asked, only to ±{_in_100(stopping.half_width)}: "
        f"{stopping.most:,} worlds were the most allowed, a larger --worlds allows more."
    )


def _spent(stopping: Stopping) -> str:
    """What a run to a precision came to and cost, held against a run of a size fixed beforehand."""
    looks = "one look" if stopping.looks == 1 else f"{stopping.looks} looks"
    came = (
        f"Known to ±{_in_100(stopping.half_width)} in 100, where ±{_in_100(stopping.asked)} was asked for."
        if stopping.reached
        else not_reached(stopping)
    )
    price = "" if stopping.saved >= 1.0 else ", for looking has its price"
    return (
        f"{came} It took {stopping.seen.n:,} worlds and {looks}; counting wars alone, in a run of the right size "
        f"fixed beforehand, would have taken {stopping.fixed_worlds:,} ({stopping.saved:.2g} times as many{price})."
    )


def _in_100(half_width: float) -> str:
    return f"{100 * half_width:.2g}"


def _odds(result: RunResult) -> list[tuple[str, ...]]:
    if result.stopping is not None:
        return _odds_by_both(result)
    rows: list[tuple[str, ...]] = [("in 100 crises", "counted", "95 % interval", "weighed", "95 % interval")]
    for number, (counted, weighed) in result.war_by_day.items():
        rows.append(_odds_row(f"all-out war within {days(number)}", counted, weighed))
    if result.outcomes.horizon not in DAYS_OF_WEEK:
        rows.append(_odds_row(f"all-out war within {period(result.outcomes.horizon)}", result.war, result.conditional))
    rows.append(_odds_row(f"limited war or worse within {period(result.outcomes.horizon)}", result.limited_war, None))
    return rows


def _odds_by_both(result: RunResult) -> list[tuple[str, ...]]:
    """The odds of a run that stopped itself: its intervals are those of no one estimate, and stand apart."""
    rows: list[tuple[str, ...]] = [("in 100 crises", "counted", "weighed", "95 % interval")]
    told = {f"within {days(number)}": odds for number, odds in result.war_by_day.items()}
    if result.outcomes.horizon not in DAYS_OF_WEEK:
        told[f"within {period(result.outcomes.horizon)}"] = (result.war, result.conditional)
    for when, (counted, weighed) in told.items():
        rows.append((f"all-out war {when}", f"{100 * counted.odds:.2f}", f"{100 * weighed.value:.3f}", _span(counted)))
    limited, when = result.limited_war, f"within {period(result.outcomes.horizon)}"
    return [*rows, (f"limited war or worse {when}", f"{100 * limited.odds:.2f}", "", _span(limited))]


def _span(share: Share) -> str:
    return f"{100 * share.low:.2f} to {100 * share.high:.2f}"


def _odds_row(name: str, counted: Share, weighed: Estimate | None) -> tuple[str, ...]:
    row = (name, f"{100 * counted.odds:.2f}", _span(counted))
    if weighed is None:
        return row
    spread = f"{100 * weighed.low:.3f} to {100 * weighed.high:.3f}" if weighed.n > 1 else ""
    return (*row, f"{100 * weighed.value:.3f}", spread)


def _anchor(result: RunResult) -> str:
    anchor = result.anchor
    return (
        f"For scale, from data alone: {anchor.attacks_per_month:.1f} attacks a month, {percent(anchor.lethal_share)} "
        f"of them lethal, {EXCHANGES} in {LETHAL_ATTACKS} of those an exchange between the states, "
        f"{percent(WARS / FATAL_DISPUTES)} of these a war: {100 * anchor.odds:.1f} in "
        f"100 (90 %: {100 * anchor.low:.1f} to {100 * anchor.high:.1f}). No deliberate route is in it."
    )


def _deaths(result: RunResult) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    titles = {country.name: country.title for country in result.scenario.countries}
    for side, mean in result.deaths.items():
        if side != CIVILIAN:
            rows.append((side, dead(mean)))
            continue
        rows.append(("civilians", dead(mean)))
        worst = sorted(result.civilian_deaths.items(), key=lambda item: -item[1])
        rows += [(f"  in {titles[name]}", dead(value)) for name, value in worst if value >= 0.05]
    return rows


def _next(result: RunResult, given: str, again: str) -> list[tuple[str, str]]:
    world, what = _telling_world(result)
    options = f" {again}" if again else ""
    rows = [(f"escalation explain {given} --world {world}{options}", what)]
    if given in shipped():
        other = "strike" if given == "nonresponse" else "nonresponse"
        rows.append((f"escalation compare {other} {given}{options}", "the same worlds under another choice"))
    rows.append((f"escalation run {given}{options} --set errors.scale=0", "the same without errors"))
    if not result.priors:
        rows.append((f"escalation run {given}{options} --priors", "over the uncertain numbers"))
    rows.append((f"escalation describe {given}", "every number and its source"))
    return rows


def _telling_world(result: RunResult) -> tuple[int, str]:
    end, first = result.outcomes.end, result.outcomes.first_world
    if result.war.count > 0:
        return first + int(end.war.argmax()), "one that became war, told week by week"
    return first + int(end.tally("peak").argmax()), "the one that went furthest, told week by week"


# -- compare ---------------------------------------------------------------------------------------------------
def compare_text(result: CompareResult, *, given: Sequence[str] = (), again: str = "", colour: bool = False) -> str:
    """The report of ``compare``: a sentence for each pair, the arms, the differences, what to try next."""
    first = result.arms[0]
    when = f"within {period(first.outcomes.horizon)} of {day(first.scenario.start.date)}"
    lines = wrapped(sentence(result.differences[0], when))
    lines[0] = bold(lines[0], colour)
    lines += ["", dim(f"Odds of all-out war {when}, {first.worlds:,} worlds each, in 100", colour)]
    rows: list[tuple[str, ...]] = [("", "counted", "95 % interval", "weighed", "95 % interval")]
    names = labels(result.arms)
    rows += [_odds_row(name, arm.war, arm.conditional) for name, arm in zip(names, result.arms, strict=True)]
    lines += columns(rows)
    lines += ["", dim("Paired differences, in 100: the same worlds, so that luck cancels", colour)]
    lines += _differences(result.differences)
    lines += wrapped(
        "averted: worlds with war in the second named alone; caused: in the first named alone. weighed: every "
        "decision's chance of war is added up before war is drawn, which is less noisy than counting wars.",
        "  ",
    )
    if result.decomposed is not None:
        from escalation.report.decomposition import decomposition_text

        lines += ["", decomposition_text(result.decomposed, colour=colour)]
    lines += ["", *wrapped(PRIORS_NOTE if first.priors else CENTRAL_NOTE)]
    for name, arm in zip(names, result.arms, strict=True):
        if arm.outcomes.certified:
            said = foresight_text(arm.outcomes.certified, "draw" if arm.priors else "point")
            lines += wrapped(f"{name}: {said}")
    worlds = _parting_worlds(result)
    if worlds:
        pair, world = worlds
        options = f" {again}" if again else ""
        where = dict(zip(names, given or names, strict=True))
        told = [
            (f"escalation explain {where[name]} --world {world}{options}", f"world {world} under {name}")
            for name in pair
        ]
        lines += ["", dim(f"What to try next: world {world} parts them", colour), *columns(told, left=2)]
    return "\n".join(lines)


def sentence(difference: Difference, when: str) -> str:
    """One plain sentence on a pair: which has more wars, by how much, and whether that is told from zero."""
    a, b = difference.a, difference.b
    net = difference.only_b - difference.only_a
    told = difference.low > 0.0 or difference.high < 0.0
    base = max(base_of(abs(difference.odds)), 100) if net else 100
    low, high = sorted((abs(difference.low), abs(difference.high)))
    interval = f"{difference.low * base:+,.1f} to {difference.high * base:+,.1f}"
    pairs = f"{difference.only_b:,} caused, {difference.only_a:,} averted, of {difference.n:,} worlds"
    if told:
        more = "more" if net > 0 else "fewer"
        span = f"{low * base:,.1f} to {high * base:,.1f}"
        size = f"{in_base(abs(difference.odds), base)} {more} wars in {base:,} crises than {a}"
        return f"{b} has {size} {when} (95 % interval {span}; {pairs})."
    shown = f"{difference.odds * base:+,.1f} in {base:,}"
    return (
        f"No difference in war {when} can be told between {a} and {b} by counting: {shown} "
        f"(95 % interval {interval}; {pairs})."
    )


def _differences(differences: Sequence[Difference]) -> list[str]:
    """Two lines a pair, its names and its figures: names may be long."""
    head = ("counted", "95 % interval", "weighed", "95 % interval", "averted", "caused")
    top, *figures = columns([head, *(_figures(difference) for difference in differences)], left=0, indent="      ")
    named = [f"  {difference.b} less {difference.a}" for difference in differences]
    return [top, *(line for pair in zip(named, figures, strict=True) for line in pair)]


def _figures(difference: Difference) -> tuple[str, ...]:
    weighed = difference.conditional
    spread = f"{100 * weighed.low:+.3f} to {100 * weighed.high:+.3f}" if weighed.n > 1 else ""
    return (
        f"{100 * difference.odds:+.2f}",
        f"{100 * difference.low:+.2f} to {100 * difference.high:+.2f}",
        f"{100 * weighed.value:+.3f}",
        spread,
        f"{difference.only_a:,}",
        f"{difference.only_b:,}",
    )


def _parting_worlds(result: CompareResult) -> tuple[list[str], int] | None:
    """The first world that is at war in one arm of a pair and not in the other."""
    arms = dict(zip(labels(result.arms), result.arms, strict=True))
    for difference in result.differences:
        a, b = arms[difference.a], arms[difference.b]
        parted = a.outcomes.end.war != b.outcomes.end.war
        if parted.any():
            return [difference.a, difference.b], a.outcomes.first_world + int(parted.argmax())
    return None


__all__ = ["compare_text", "headline", "not_reached", "run_text", "sentence"]
