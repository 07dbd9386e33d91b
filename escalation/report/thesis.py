"""The thesis run in plain words and tables: computed sentences, verdicts with comparator and horizon, limits."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from escalation.analysis.claims import ClaimResult, Effect
from escalation.analysis.structure import AS_WRITTEN, MOVED, Structure, Variant
from escalation.analysis.thesis import ThesisResult, Watched
from escalation.report.foresight import foresight_text
from escalation.report.words import count, listed, opening
from escalation.report.words import day as dated

WIDTH = 100
_HORIZONS = {0: "day 1", 7: "week 1", 14: "14 days", 90: "90 days", 365: "1 year", 1460: "4 years"}
_WITHIN = {0: "on the first day", 7: "in the first week"}
_SAID = {"supported": "supported", "refuted": "refuted", "inconclusive": "open"}
_MARKS = {"supported": "+", "refuted": "-", "inconclusive": " "}


def horizon(days: int) -> str:
    """A reported horizon in words."""
    return _HORIZONS.get(days, f"{days} days")


def within(days: int) -> str:
    """The same in a sentence: ``within 90 days``, ``on the first day``."""
    return _WITHIN.get(days, f"within {horizon(days)}")


def _paragraph(text: str) -> str:
    return fill(text, WIDTH)


def _share(probability: float) -> str:
    return f"{100 * probability:.0f} %"


def _at_each(claims: Sequence[ClaimResult]) -> str:
    """``refuted within 14 days (it holds in 4 % ...) and within 90 days (6 %); open within 1 year (11 %)``."""
    groups: list[tuple[str, list[ClaimResult]]] = []
    for claim in claims:
        if groups and groups[-1][0] == _SAID[claim.verdict]:
            groups[-1][1].append(claim)
        else:
            groups.append((_SAID[claim.verdict], [claim]))
    first = claims[0]
    parts = []
    for verdict, members in groups:
        times = [
            f"{within(claim.horizon_days)} ("
            + ("it holds in " if claim is first else "")
            + _share(claim.probability)
            + (" of the plausible parameter space)" if claim is first else ")")
            for claim in members
        ]
        parts.append(f"{verdict} {listed(times)}")
    return "; ".join(parts)


def _sized(effect: Effect, value: float, sign: str = "+") -> str:
    """A value in the effect's own unit."""
    if effect.unit in ("in 100", "probability"):
        return f"{100 * value:{sign}.1f} in 100"
    if effect.unit == "log ratio":
        return f"{value:{sign}.2f} on the log scale"
    return f"{value:{sign}.2f} {effect.unit}"


def _changes(claims: Sequence[ClaimResult]) -> str:
    """The mean effect at each horizon with its Monte-Carlo noise, and whether the noise could hide its sign."""
    parts = []
    for claim in claims:
        noise = 1.96 * claim.effect.monte_carlo_error
        sign = "+" if claim.against else ""
        shown = f"{100 * noise:.1f}" if claim.effect.unit in ("in 100", "probability") else f"{noise:.2f}"
        hidden = ", which this run cannot tell from none" if claim.against and abs(claim.effect.value) <= noise else ""
        size = _sized(claim.effect, claim.effect.value, sign)
        parts.append(f"{size} (± {shown}{hidden}) {within(claim.horizon_days)}")
    return "; ".join(parts)


def answer(result: ThesisResult) -> str:
    """The answer in a few sentences, each computed from the result and each naming its comparator and horizon."""
    parts = []
    headlines = [claim for claim in result.claims if claim.headline] or list(result.claims)
    for id in dict.fromkeys(claim.id for claim in headlines):
        claims = [claim for claim in headlines if claim.id == id]
        parts.append(f"{id}. {claims[0].statement} This is {_at_each(claims)}.")
        parts.append(f"Averaged over that space, {claims[0].effect.quantity}: {_changes(claims)}.")
    return "\n".join(_paragraph(part) for part in parts)


def _odds_table(result: ThesisResult) -> list[str]:
    cells = {(odds.arm, odds.horizon_days): odds for odds in result.odds}
    names = [name for name in dict.fromkeys(odds.arm for odds in result.odds) if (name, result.days[-1]) in cells]
    lines = [f"{'':28}" + "".join(f"{horizon(day):>17}" for day in result.days)]
    for name in names:
        row = f"{name:28}"
        for day in result.days:
            odds = cells[name, day]
            row += f"{100 * odds.odds:9.2f} ±{100 * 1.96 * odds.monte_carlo_error:5.2f} "
        lines.append(row.rstrip())
    return lines


def _against(claim: ClaimResult) -> str:
    """The arm that a claim is set beside."""
    return claim.against or claim.comparator


def _claims_table(claims: Sequence[ClaimResult], *, weighed: bool) -> list[str]:
    first = max(len("claim"), *(len(claim.id) for claim in claims)) + 1
    wide = max(len("against"), *(len(_against(claim)) for claim in claims)) + 1
    late = max(*(len(horizon(claim.horizon_days)) for claim in claims), 7) + 1
    beside = f" {'P|record':>9}" if weighed else ""
    lines = [f"{'claim':{first}}{'against':{wide}}{'by':{late}}{'verdict':10}{'P':>5} {'(95 %)':>10}{beside}  effect"]
    for claim in claims:
        effect = claim.effect
        sign = "+" if claim.against else ""  # a size by itself is no change
        given = f" {claim.given_record:9.2f}" if weighed else ""
        lines.append(
            f"{claim.id:{first}}{_against(claim):{wide}}{horizon(claim.horizon_days):{late}}{_SAID[claim.verdict]:10}"
            f"{claim.probability:5.2f} {claim.probability_low:5.2f}-{claim.probability_high:4.2f}{given}"
            f"  {effect.value:{sign}.2g} ({effect.low:{sign}.2g} to {effect.high:{sign}.2g})"
        )
    return lines


def _decomposition_table(result: ThesisResult) -> list[str]:
    act, without = result.decomposition[0].act_arm, result.decomposition[0].without_arm
    wide = [max(len(name) + 2, 9) for name in (act, without)]
    lines = [
        f"{'by':9}{'learning':>9}{'errors':>8}{act:>{wide[0]}}{without:>{wide[1]}}{'difference':>12}{'± noise':>9}"
        f"{'P(safer)':>10}"
    ]
    for cell in result.decomposition:
        lines.append(
            f"{horizon(cell.horizon_days):9}{'on' if cell.learning else 'off':>9}{'on' if cell.errors else 'off':>8}"
            f"{100 * cell.act:{wide[0]}.2f}{100 * cell.without:{wide[1]}.2f}{100 * cell.difference:+12.2f}"
            f"{100 * 1.96 * cell.monte_carlo_error:9.2f}{cell.probability_safer:10.2f}"
        )
    return lines


# -- other models ------------------------------------------------------------------------------------------------
def _cell(variant: Variant | None) -> str:
    if variant is None:
        return ""
    if variant.moot:
        return "same"
    return f"{variant.probability:.2f}{_MARKS[variant.verdict]}{'*' if variant.moved else ' '}"


def _structure_tables(found: Structure) -> list[str]:
    """A row a modelling choice, a column a claim; as many claims side by side as the width takes.

    A claim stands at its longest horizon and at any other at which the model as written decides it.
    """
    own = found.of("as written")
    longest = {variant.id: max(v.horizon_days for v in own if v.id == variant.id) for variant in own}
    ids = {
        variant.id if variant.horizon_days == longest[variant.id] else f"{variant.id}@{variant.horizon_days}": variant
        for variant in sorted(own, key=lambda variant: (list(longest).index(variant.id), variant.horizon_days))
        if variant.horizon_days == longest[variant.id] or variant.verdict != "inconclusive"
    }
    said = {"as written": "{} ({})", "rule": "rule {}", "space": "{}", "mechanism": "no {}"}
    rows = [
        (choice, said[choice.kind].format(choice.title, found.rule))
        for kind in ("as written", "rule", "space", "mechanism")
        for choice in found.choices
        if choice.kind == kind
    ]
    left = max(len(title) for _, title in rows) + 2
    wide = max(6, max(map(len, ids)) + 1)
    across = max((WIDTH - left) // wide, 1)
    lines: list[str] = []
    for start in range(0, len(ids), across):
        some = list(ids)[start : start + across]
        lines += [*([""] if lines else []), " " * left + "".join(f"{id:{wide}}" for id in some).rstrip()]
        for choice, title in rows:
            asked = (found.cell(ids[id].id, choice.name, ids[id].horizon_days, kind=choice.kind) for id in some)
            cells = "".join(f"{_cell(one):{wide}}" for one in asked)
            lines.append(f"{title:{left}}{cells}".rstrip())
    return lines


def _how(found: Structure, variants: Sequence[Variant]) -> str:
    """``C15 at 365 days (supported as written) is refuted without ...``, a part for each claim and horizon."""
    titles = {(choice.kind, choice.name): choice.title for choice in found.choices}
    said = {"rule": "by the rule {}", "mechanism": "without {}", "space": "{}"}
    words = {"inconclusive": "open"}
    parts = []
    for id, days in dict.fromkeys((variant.id, variant.horizon_days) for variant in variants):
        base = found.cell(id, AS_WRITTEN, days)
        assert base is not None
        by_verdict: dict[str, list[str]] = {}
        for variant in variants:
            if (variant.id, variant.horizon_days) == (id, days):
                how = said[variant.kind].format(titles[variant.kind, variant.name])
                by_verdict.setdefault(words.get(variant.verdict, variant.verdict), []).append(how)
        ways = "; ".join(f"{verdict} {listed(ways)}" for verdict, ways in by_verdict.items())
        when = f" at {days} days" if days else ""
        parts.append(f"{id}{when} ({words.get(base.verdict, base.verdict)} as written) is {ways}")
    return ". ".join(parts)


def _artefacts(found: Structure) -> str:
    """Which decided verdicts hang on one modelling choice, and which open ones a choice decides."""
    if found.artefacts:
        first = f"Verdicts that are artefacts of one modelling choice: {_how(found, found.artefacts)}."
    else:
        first = "No verdict that the model as written reaches at this size is undone by one such choice."
    if not found.deciding:
        return first
    return f"{first} Left open as written, but decided by one choice: {_how(found, found.deciding)}."


def _structure_blocks(result: ThesisResult) -> list[str]:
    found = result.structure
    if found is None:
        return []
    if not found.variants:
        return ["In other models: interrupted before any was run, or no claim is asked within their horizon."]
    left = "".join(f" The rule {name} is left out: {why}; --full runs it." for name, why in found.left_out.items())
    whole = "" if found.complete else " Interrupted: what was done by then is kept."
    return [
        "In other models: P, with + supported, - refuted, * another verdict by this one choice\n"
        + "\n".join(_structure_tables(found)),
        _paragraph(
            "Each row changes one choice of the model: the decision rule; the uncertain numbers, spread evenly over "
            "their plausible ranges instead of as their priors have them; or a contested mechanism, which is switched "
            f"off. Size: {found.draws} draws x {found.worlds_per_draw} worlds, each claim at each of its horizons "
            f"within {found.horizon_weeks} weeks: the table has the longest and, as ID@DAYS, others that the model as "
            f"written decides; the sentence below it is of all. The size is smaller than the table above, so that the "
            f"first row is no repetition of it. *: the verdict changes, and P by {MOVED:g} or more. same: no "
            "difference between the arms in any draw, as what the claim is about is off or does not happen."
            f"{left}{whole}"
        ),
        _paragraph(_artefacts(found)),
    ]


def _watched(watched: Watched) -> str:
    values = [
        f"{_share(value)} of worlds {within(days)}" if watched.share else f"{value:.2f} {within(days)}"
        for days, value in watched.by_day.items()
    ]
    return f"{watched.says} {listed(values)}."


def _warning(result: ThesisResult, claims: int) -> str:
    horizons = len({claim.horizon_days for claim in result.claims})
    return (
        f"{opening(count(result.tested, 'verdict'))} {'was' if result.tested == 1 else 'were'} reached "
        f"({count(claims, 'claim')}, at up to {count(horizons, 'horizon')}). By their own "
        f"probabilities, {result.err_by_chance:.1f} of those that support or refute are wrong by chance."
    )


def text(result: ThesisResult) -> str:
    """The whole report as plain text, at most 100 columns wide."""
    statements = list(dict.fromkeys((claim.id, claim.statement) for claim in result.claims))
    quantities = list(dict.fromkeys((claim.id, claim.effect.quantity) for claim in result.claims))
    first = {claim.id: claim for claim in reversed(result.claims)}
    blocks = [
        result.question,
        answer(result),
        _paragraph(
            " ".join(
                [
                    "These are simulated worlds, not observations: no one has seen a path that was not taken.",
                    *(_watched(watched) for watched in result.watched),
                    *result.cautions,
                ]
            )
        ),
    ]
    if result.order:
        stands = "; ".join(f"{_share(share)} of the draws by {horizon(days)}" for days, share in result.order.items())
        blocks.append(_paragraph(f"The order {result.order_says} stands in {stands} (raw estimates, noise left in)."))
    blocks += [
        "Odds of all-out war, in 100 worlds (mean over the plausible space ± Monte-Carlo noise, 95 %)\n"
        + "\n".join(_odds_table(result)),
        "Claims, with what would confirm and what would refute each\n"
        + "\n".join(
            fill(
                f"{id}: {said} Confirmed by: {first[id].confirms}. Refuted by: {first[id].refutes}.",
                WIDTH,
                subsequent_indent="    ",
            )
            for id, said in statements
        ),
        "\n".join(_claims_table(result.claims, weighed=bool(result.record_says))),
        _paragraph(_about_p(result)),
        "Effects: " + "; ".join(f"{id}: {quantity}" for id, quantity in quantities) + ".",
        _paragraph(_warning(result, len(statements))),
    ]
    blocks += [_paragraph(f"{arm}: {foresight_text(found, 'draw')}") for arm, found in result.certified.items()]
    if result.facts:
        blocks.append(
            "Claims that no simulation can test\n"
            + "\n".join(
                fill(f"{fact.id}: {fact.statement} Not tested: {fact.reason}.", WIDTH, subsequent_indent="    ")
                for fact in result.facts
            )
        )
    blocks += _structure_blocks(result)
    if result.decomposition:
        cell = result.decomposition[0]
        blocks.append(
            f"What the act's effect is made of: {cell.act_arm} less {cell.without_arm}, in 100 worlds\n"
            + "\n".join(_decomposition_table(result))
        )
    if result.all_evidence:
        late = "; ".join(
            f"{claim.id} by {horizon(claim.horizon_days)}: {claim.verdict} (P {claim.probability:.2f})"
            for claim in result.all_evidence
        )
        blocks.append(_paragraph(f"{_evidence(result)}: {late}."))
    halved = " (and half the draws for the claims on all evidence)" if result.all_evidence else ""
    blocks.append(
        _paragraph(
            f"Claims: {result.source}. Size: {result.draws} draws of the uncertain numbers x {result.worlds_per_draw} "
            f"worlds x {result.arms} arms, each as far as its claims reach, {result.horizon_weeks} weeks at most"
            f"{halved}, {result.actor_weeks / 1e6:.0f} million actor-weeks; seed {result.seed}; decision rule "
            f"{result.rule}."
        )
    )
    return "\n\n".join(_wrapped(block) for block in blocks) + "\n"


def _evidence(result: ThesisResult) -> str:
    """``On all evidence to 16 March 2026 instead of to 2 January 2020``."""
    if result.evidence is None:
        return "On all evidence"
    start, latest = map(dated, result.evidence)
    return f"On all evidence to {latest} instead of to {start}"


def _about_p(result: ThesisResult) -> str:
    record = ""
    if result.record_says:
        record = (
            f" P|record weighs the draws by how well they fit the record before the start ({result.record_says}), "
            f"which leaves {result.effective_draws:.0f} effective draws; it is no independent test, as some numbers "
            "were fitted to that record."
        )
    return (
        "P is the share of the plausible parameter space in which the claim holds, Monte-Carlo noise taken out, with "
        f"its 95 % interval; supported from 0.9, refuted from 0.1 down.{record} Effects stand with the central 95 % "
        "over the priors. Noise is what the worlds show: an event that none of a draw's "
        f"{result.worlds_per_draw} worlds had may still have a chance of up to about 3 in {result.worlds_per_draw} "
        "there, which no interval of odds allows for (those of break-even and discovery do)."
    )


def _wrapped(block: str) -> str:
    """Prose lines over the width are folded; tables are left alone."""
    lines = block.split("\n")
    return "\n".join(fill(line, WIDTH) if len(line) > WIDTH and "  " not in line.strip() else line for line in lines)


def csv_text(result: ThesisResult) -> str:
    """results.csv: a row per arm and horizon."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "arm",
            "horizon_days",
            "war_odds",
            "war_low",
            "war_high",
            "worlds",
            "monte_carlo_error",
            "war_counted",
            "given_record",
        ]
    )
    for odds in result.odds:
        interval = [f"{number:.8g}" for number in (odds.odds, odds.low, odds.high)]
        rest = [f"{number:.8g}" for number in (odds.monte_carlo_error, odds.counted, odds.given_record)]
        writer.writerow([odds.arm, odds.horizon_days, *interval, result.draws * result.worlds_per_draw, *rest])
    return out.getvalue()


def write(result: ThesisResult, folder: Path) -> list[Path]:
    """Write report.txt, results.csv and thesis.json into ``folder``; return what was written."""
    import json

    from escalation.worlds.folder import write_text

    texts = {
        "report.txt": text(result),
        "results.csv": csv_text(result),
        "thesis.json": json.dumps(result.to_json(), indent=1, allow_nan=False) + "\n",
    }
    for name, content in texts.items():
        write_text(folder / name, content)
    return [folder / name for name in texts]
