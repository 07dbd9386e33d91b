"""The thesis run in plain words and tables: computed sentences, verdicts with comparator and horizon, limits."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from textwrap import fill

from escalation.analysis.claims import ClaimResult
from escalation.analysis.thesis import ThesisResult

WIDTH = 100
_HORIZONS = {14: "14 days", 90: "90 days", 365: "1 year", 1460: "4 years"}


def horizon(days: int) -> str:
    """A reported horizon in words."""
    return _HORIZONS.get(days, f"{days} days")


def in_hundred(odds: float) -> str:
    """Odds as "n in 100", with as many digits as they carry."""
    if odds <= 0.0:
        return "0 in 100"
    if odds < 0.0005:
        return "under 0.05 in 100"
    return f"{100 * odds:.1f} in 100" if odds < 0.1 else f"{100 * odds:.0f} in 100"


def _paragraph(text: str) -> str:
    return fill(text, WIDTH)


def _expected_errors(result: ThesisResult) -> float:
    """How many of the decided verdicts are wrong on average, by their own probabilities."""
    decided = [claim.probability for claim in result.claims if claim.verdict != "inconclusive"]
    return sum(min(probability, 1.0 - probability) for probability in decided)


def _safer(claim: ClaimResult) -> str:
    said = {
        "supported": "less likely than without it",
        "refuted": "more likely than without it",
        "inconclusive": "neither surely more nor surely less likely than without it",
    }[claim.verdict]
    return f"{said} (safer in {100 * claim.probability:.0f} % of the plausible parameter space)"


def _change(claim: ClaimResult) -> str:
    """The mean effect in 100 worlds with its Monte-Carlo noise, and whether the noise could hide its sign."""
    size, noise = claim.effect.value, 1.96 * claim.effect.monte_carlo_error
    hidden = ", which this run cannot tell from none" if abs(size) <= noise else ""
    return f"{100 * size:+.1f} in 100 (± {100 * noise:.1f}{hidden}) within {horizon(claim.horizon_days)}"


def answer(result: ThesisResult) -> str:
    """The answer in a few sentences, each computed from the result and each naming its comparator and horizon."""
    days = sorted({claim.horizon_days for claim in result.claims})
    s1 = {claim.horizon_days: claim for claim in result.claims if claim.id == "S1"}
    s2 = {claim.horizon_days: claim for claim in result.claims if claim.id == "S2"}
    parts = []
    if len({s1[day].verdict for day in days}) == 1:
        parts.append(f"At every horizon asked, war after the strike is {_safer(s1[days[-1]])}.")
    else:
        listed = "; ".join(f"within {horizon(day)}, {_safer(s1[day])}" for day in days)
        parts.append(f"Is war less likely after the strike than on the path without it (S1)? War is, {listed}.")
    agree = [horizon(day) for day in days if s2[day].verdict == "supported"]
    if len(agree) == len(days):
        parts.append("At every horizon it is at least twice as likely as under the accord (S2 is supported).")
    elif agree:
        parts.append(f"It is at least twice as likely as under the accord (S2) within {', '.join(agree)}.")
    else:
        verdicts = ", ".join(f"{horizon(day)}: {s2[day].verdict}" for day in days)
        parts.append(f"That it is at least twice as likely as under the accord (S2) is not shown ({verdicts}).")
    changes = "; ".join(_change(s1[day]) for day in days)
    parts.append(f"Averaged over the plausible space, the strike changes the odds of war by {changes}.")
    parts.append('So "safer" is true or false only against a named alternative and by a named date.')
    return "\n".join(_paragraph(part) for part in parts)


def _odds_table(result: ThesisResult) -> list[str]:
    days = sorted({odds.horizon_days for odds in result.odds})
    names = list(dict.fromkeys(odds.arm for odds in result.odds))
    cells = {(odds.arm, odds.horizon_days): odds for odds in result.odds}
    lines = [f"{'':30}" + "".join(f"{horizon(day):>17}" for day in days)]
    for name in names:
        row = f"{name:30}"
        for day in days:
            odds = cells[name, day]
            row += f"{100 * odds.odds:8.2f} ±{100 * 1.96 * odds.monte_carlo_error:5.2f}  "
        lines.append(row.rstrip())
    return lines


def _claims_table(claims: tuple[ClaimResult, ...]) -> list[str]:
    lines = [f"{'claim':6}{'against':18}{'by':9}{'verdict':14}{'P':>5} {'(95 %)':>10} {'P|record':>9}  effect"]
    for claim in claims:
        effect = claim.effect
        lines.append(
            f"{claim.id:6}{claim.comparator:18}{horizon(claim.horizon_days):9}{claim.verdict:14}"
            f"{claim.probability:5.2f} {claim.probability_low:5.2f}-{claim.probability_high:4.2f} "
            f"{claim.given_record:9.2f}  {effect.value:+.2g} ({effect.low:+.2g} to {effect.high:+.2g})"
        )
    return lines


def _decomposition_table(result: ThesisResult) -> list[str]:
    lines = [
        f"{'by':9}{'learning':>9}{'errors':>8}{'strike':>9}{'without':>9}{'difference':>12}{'± noise':>9}"
        f"{'P(safer)':>10}"
    ]
    for cell in result.decomposition:
        lines.append(
            f"{horizon(cell.horizon_days):9}{'on' if cell.learning else 'off':>9}{'on' if cell.errors else 'off':>8}"
            f"{100 * cell.strike:9.2f}{100 * cell.nonresponse:9.2f}{100 * cell.difference:+12.2f}"
            f"{100 * 1.96 * cell.monte_carlo_error:9.2f}{cell.probability_safer:10.2f}"
        )
    return lines


def text(result: ThesisResult) -> str:
    """The whole report as plain text, at most 100 columns wide."""
    statements = list(dict.fromkeys((claim.id, claim.statement) for claim in result.claims))
    quantities = list(dict.fromkeys((claim.id, claim.effect.quantity) for claim in result.claims))
    struck = "; ".join(
        f"{100 * share:.0f} % of worlds by {horizon(days)}" for days, share in result.struck_anyway.items()
    )
    late = "; ".join(
        f"{claim.id} by {horizon(claim.horizon_days)}: {claim.verdict} (P {claim.probability:.2f})"
        for claim in result.all_evidence
    )
    blocks = [
        "Did the strike of 3 January 2020 make war between the United States and Iran less likely?",
        answer(result),
        _paragraph(
            "These are simulated counterfactuals, not observations: no world without the strike of 3 January was ever "
            "seen. On the path without it the US goes on choosing by its own rule: it strikes Iranian state personnel "
            f"or soil all the same in {struck}."
        ),
        _paragraph(
            "The order that the op-ed asserts, accord below strike below non-response, stands in "
            + "; ".join(f"{100 * share:.0f} % of the draws by {horizon(days)}" for days, share in result.order.items())
            + " (raw estimates, noise left in)."
        ),
        "Odds of all-out war, in 100 worlds (mean over the plausible space ± Monte-Carlo noise, 95 %)\n"
        + "\n".join(_odds_table(result)),
        "Claims\n" + "\n".join(fill(f"{id}: {said}", WIDTH, subsequent_indent="    ") for id, said in statements),
        "\n".join(_claims_table(result.claims)),
        _paragraph(
            "P is the share of the plausible parameter space in which the claim holds, Monte-Carlo noise taken out, "
            "with its 95 % interval; supported from 0.9, refuted from 0.1 down. P|record weighs the draws by how well "
            "they fit the record before 2 January 2020 (no war in 60 weeks, 11 attacks in two months, none of 21 "
            "harmless attacks answered, K-1 answered), which leaves "
            f"{result.effective_draws:.0f} effective draws; it is no independent test, as some numbers were fitted to "
            "that record. Effects stand with the central 95 % over the priors."
        ),
        "Effects: " + "; ".join(f"{id}: {quantity}" for id, quantity in quantities) + ".",
        _paragraph(
            f"{result.tested} verdicts were reached ({len(statements)} claims, "
            f"{len({claim.horizon_days for claim in result.claims})} horizons). By their own probabilities, "
            f"{_expected_errors(result):.1f} of those that support or refute are wrong."
        ),
        "What the strike's effect is made of: strike less non-response, in 100 worlds\n"
        + "\n".join(_decomposition_table(result)),
        _paragraph(f"On all evidence to mid-2026 instead of to 2 January 2020: {late}."),
        _paragraph(
            f"Size: {result.draws} draws of the uncertain numbers x {result.worlds_per_draw} worlds x {result.arms} "
            f"arms x {result.horizon_weeks} weeks (and half the draws for three arms on all evidence), "
            f"{result.actor_weeks / 1e6:.0f} million actor-weeks; seed {result.seed}; decision rule {result.rule}."
        ),
    ]
    return "\n\n".join(_wrapped(block) for block in blocks) + "\n"


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
    """Write report.txt, results.csv, thesis.json and the figure into ``folder``; return what was written."""
    import json

    from escalation.report.figures import odds_figure
    from escalation.worlds.folder import write_text

    texts = {
        "report.txt": text(result),
        "results.csv": csv_text(result),
        "thesis.json": json.dumps(result.to_json(), indent=1) + "\n",
    }
    for name, content in texts.items():
        write_text(folder / name, content)
    return [folder / name for name in texts] + odds_figure(result, folder)
