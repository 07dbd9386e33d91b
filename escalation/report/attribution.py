"""What ``attribute`` prints: what the odds owe to each cause, the wars that vanish without it, routes and causes."""

from __future__ import annotations

from escalation.analysis.attribution_result import AttributionResult, Basis
from escalation.analysis.intervals import Estimate
from escalation.report.layout import bold, columns, dim, wrapped
from escalation.report.text import CENTRAL_NOTE
from escalation.report.words import base_of, count, day, in_base, listed, opening, percent, period, small
from escalation.scenario.registry import ERROR_CHANNELS

MOST_COLUMNS = 10
"""Causes that the table of routes has room for."""
BASES = {
    "weighed": "every decision's chance of war added up before war is drawn",
    "counted": "wars over worlds",
}
PRIORS_NOTE = (
    "Every uncertain number was drawn from its prior, once a world, the same in every coalition: the shares are "
    "averages over the priors. The intervals are Monte-Carlo noise alone."
)
LUCK = (
    "appear: wars that happen only without it. A change early in a world deals much of its later luck anew, so that "
    "some wars vanish and others appear for no other reason: the share above nets the two."
)
_ERRORS = {f"errors.{channel}" for channel in ERROR_CHANNELS}


def attribution_text(result: AttributionResult, *, given: str = "", again: str = "", colour: bool = False) -> str:
    """The report of ``attribute``. ``given`` and ``again``: scenario and options to repeat in what to try next."""
    found = result.found
    base = base_of(found.all_on.on(found.headline).value)
    lines = wrapped(headline(result))
    lines[0] = bold(lines[0], colour)
    lines += ["", *wrapped(_size(result))]
    when = f"within {period(result.horizon)}"
    lines += ["", dim(f"What the odds of war {when} owe to each cause, in {base:,} crises", colour)]
    lines += columns(_shares(result, base))
    lines += wrapped(_shares_note(result, base), "  ")
    if found.necessity.wars:
        lines += [
            "",
            dim(f"The same worlds with one cause off ({count(found.necessity.wars, 'war')} with all on)", colour),
        ]
        lines += columns(_vanishing(result))
        lines += wrapped(f"{necessity(result)} {LUCK}", "  ")
        lines += ["", dim("Routes against causes: how many of a route's wars vanish without the cause", colour)]
        lines += columns(_routes(result))
        lines += wrapped(_routes_note(result), "  ")
    lines += ["", *wrapped(PRIORS_NOTE if result.priors else CENTRAL_NOTE)]
    told = _next(result, given or result.scenario.name, again)
    if told:
        lines += ["", dim("What to try next", colour), *columns(told, left=2)]
    return "\n".join(lines)


def headline(result: AttributionResult) -> str:
    """How many wars there are with all causes on and with none, and what most is owed to."""
    found = result.found
    on, off, total = (reading.on(found.headline) for reading in (found.all_on, found.all_off, found.total))
    base = base_of(on.value)
    when = f"within {period(result.horizon)} of {day(result.scenario.start.date)}"
    what = _what(result)
    if on.value <= 0.0 and off.value <= 0.0:
        return f"No chance of war {when} was found in {count(found.worlds, 'world')}, with {what} on or off."
    told = (
        f"{result.scenario.name} comes to {in_base(on.value, base)} wars in {base:,} crises {when}; with {what} off, "
        f"to {in_base(off.value, base)}."
    )
    if total.low <= 0.0 <= total.high:
        return f"{told} That difference cannot be told from none ({_between(total, base)})."
    first = found.ranked()[0]
    share = first.shapley.on(found.headline)
    owed = f"{told} The largest share is that of {first.key}, {signed(share.value, base)} ({_between(share, base)})"
    if first.vanish is None:
        return f"{owed}."
    return f"{owed}; {percent(first.vanish.odds)} of {count(found.necessity.wars, 'war')} vanish without it."


def necessity(result: AttributionResult) -> str:
    """How many wars happen without any cause, and how many causes the others need."""
    held = result.found.necessity
    parts = [
        f"{number:,} {text}"
        for number, text in (
            (held.persist, "happen in the same world with all of them off as well"),
            (held.several, "need each of two causes or more"),
            (held.one, "need exactly one"),
            (held.none, "need no single one, for another stands in for it, but vanish with all off"),
        )
        if number
    ]
    return f"Of {count(held.wars, 'war')}, {listed(parts)}."


def _what(result: AttributionResult) -> str:
    keys = {cause.key for cause in result.found.causes}
    if len(keys) == 1:
        return next(iter(keys))
    if keys == _ERRORS:
        return f"all {small(len(keys))} error channels"
    return "both causes" if len(keys) == 2 else f"all {small(len(keys))} causes"


def _size(result: AttributionResult) -> str:
    found, scenario = result.found, result.scenario
    held = f"{scenario.title}. Rule: {result.rule}. Seed {result.seed}. {opening(count(found.worlds, 'world'))}"
    coalitions = f"{count(found.coalitions, 'coalition')} of {count(len(found.causes), 'cause')}"
    if found.distinct < found.coalitions:
        coalitions += f" ({count(found.distinct, 'distinct one')} to run)"
    if found.method == "exact":
        return f"{held}, all {coalitions} in each, with the same luck."
    orders = "one order of the causes"
    if found.groups > 1:
        orders = f"an order of the causes for each of {count(found.groups, 'group')} of worlds"
    return f"{held}, {coalitions} in each, with the same luck: sampled, by {orders}."


def _shares(result: AttributionResult, base: int) -> list[tuple[str, ...]]:
    """Names may be long, so that the interval on the other basis is left to the data."""
    found, other = result.found, _other(result)
    rows: list[tuple[str, ...]] = [("", "share", "95 % interval", "of all", "alone", "last", other)]
    total = found.total.on(found.headline)
    for number, cause in enumerate(found.ranked(), 1):
        share = cause.shapley.on(found.headline)
        rows.append(
            (
                f"{number:>2} {cause.key}",
                signed(share.value, base),
                change(share, base),
                _part(share, total),
                signed(cause.alone.on(found.headline).value, base),
                signed(cause.last.on(found.headline).value, base),
                signed(cause.shapley.on(other).value, base),
            )
        )
    whole = (signed(total.value, base), change(total, base), _part(total, total))
    return [*rows, ("   together", *whole, "", "", signed(found.total.on(other).value, base))]


def _shares_note(result: AttributionResult, base: int) -> str:
    found = result.found
    on, off = found.all_on.on(found.headline), found.all_off.on(found.headline)
    told = (
        f"share: the Shapley value on the {found.headline} odds ({BASES[found.headline]}), which have less noise here. "
        f"The shares add up to the odds with all on, {in_base(on.value, base)}, less those with all off, "
        f"{in_base(off.value, base)}. alone: it on, all others off. last: what goes when it alone is switched off. "
        f"{_other(result)}: the share on those odds. Below zero: it averts more wars than it brings."
    )
    if found.method == "exact":
        return told
    worst = max(cause.sampling_error[found.headline] for cause in found.causes)
    if found.groups < 2:
        return f"{told} The orders are sampled; from one group of worlds their noise cannot be told."
    if worst <= 0.0:
        return f"{told} The orders are sampled; no noise of theirs shows beside that of the worlds."
    return (
        f"{told} The orders are sampled; that is in the intervals, and is at most ± {base * worst:.2g} of them (one "
        "standard error, estimated)."
    )


def _vanishing(result: AttributionResult) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("", "vanish", "share", "95 % interval", "appear")]
    for number, cause in enumerate(result.found.ranked(), 1):
        assert cause.vanish is not None
        vanish = cause.vanish
        rows.append(
            (
                f"{number:>2} {cause.key}",
                f"{vanish.count:,}",
                percent(vanish.odds),
                f"{100 * vanish.low:.0f} to {100 * vanish.high:.0f} %",
                f"{cause.appear:,}",
            )
        )
    return rows


def _routes(result: AttributionResult) -> list[tuple[str, ...]]:
    shown = result.found.ranked()[:MOST_COLUMNS]
    rows: list[tuple[str, ...]] = [("", "wars", *(str(number) for number in range(1, len(shown) + 1)))]
    for route in result.found.routes:
        if route.wars:
            cells = (f"{100 * route.vanish[cause.key] / route.wars:.0f} %" for cause in shown)
            rows.append((route.route, f"{route.wars:,}", *cells))
    return rows


def _routes_note(result: AttributionResult) -> str:
    causes = result.found.ranked()
    left_out = len(causes) - MOST_COLUMNS
    told = "Columns: the causes by their number above" + ("; the others are in --json" if left_out > 0 else "")
    return (
        f"{told}. A war may need several causes, so that a row may come to more than 100 %. The route is the motive of "
        "the act that made the war; the cause is what that act, or an act before it, would not have been without."
    )


def _next(result: AttributionResult, given: str, again: str) -> list[tuple[str, str]]:
    """The first war that needs the largest cause, told as it was."""
    found = result.found
    options = f" {again}" if again else ""
    first = found.ranked()[0]
    place = [cause.key for cause in found.causes].index(first.key)
    rows = []
    needs = found.wars.needed[:, place]
    if needs.any():
        world = int(found.wars.world[needs.argmax()])
        rows.append((f"escalation explain {given} --world {world}{options}", "a war that needs cause 1"))
        if first.key in result.scenario.numbers:
            off = f"escalation explain {given} --world {world}{options} --set {first.key}=0"
            rows.append((off, "without it"))
    return rows


def _other(result: AttributionResult) -> Basis:
    return "counted" if result.found.headline == "weighed" else "weighed"


def signed(odds: float, base: int) -> str:
    """A change in odds as so many in ``base``, with its sign: ``+1.20``; an exact ``0``."""
    return "0" if odds == 0.0 else f"{odds * base:+,.2f}"


def change(estimate: Estimate, base: int) -> str:
    """The interval of a change in odds: ``+0.80 to +1.60``; empty where one world gives none."""
    if estimate.n < 2 or estimate.high == float("inf"):
        return ""
    return f"{signed(estimate.low, base)} to {signed(estimate.high, base)}"


def _between(estimate: Estimate, base: int) -> str:
    return f"95 % interval {change(estimate, base) or 'unknown from one world'}"


def _part(share: Estimate, total: Estimate) -> str:
    """A share as per cent of all that there is to share; blank where that cannot be told from none."""
    if total.low <= 0.0 <= total.high:
        return ""
    # + 0 turns a rounded -0 into 0
    return f"{round(100 * share.value / total.value) + 0} %"
