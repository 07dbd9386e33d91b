"""Sections on a thesis' claims: verdicts with how sure they are, and where they hang on one modelling choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from escalation.analysis.structure import MOVED
from escalation.report.page.canvas import BLUE, GREEN, INK, MUTED, VERMILLION, Chart
from escalation.report.page.forest import Group, Row, forest
from escalation.report.page.parts import Items, Section, Table, Text
from escalation.report.words import count, days, listed, opening, percent, signed, signed_tenths, small

Document = Mapping[str, Any]

_LOOKS: Final = {
    "supported": ("^", GREEN, False),
    "refuted": ("X", VERMILLION, False),
    "inconclusive": ("o", MUTED, True),
}
_VERDICTS: Final = ("supported", "refuted", "inconclusive")


def headlines(thesis: Document) -> list[list[Document]]:
    """The claims that the answer is about, each with its horizons in order; all claims where none is marked."""
    by_id = _by_id(thesis["claims"])
    chosen = [claims for claims in by_id.values() if claims[0].get("headline")]
    return chosen or list(by_id.values())


def _by_id(claims: Iterable[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for claim in claims:
        found.setdefault(claim["id"], []).append(claim)
    return {id: sorted(asked, key=lambda claim: int(claim["horizon_days"])) for id, asked in found.items()}


def by_when(day: int) -> str:
    """``within 90 days``, or ``on the first day``."""
    return f"within {days(day)}" if day else "on the first day"


def by_chance(thesis: Document) -> str:
    """How many of the decided verdicts are wrong by chance alone."""
    if all(claim["verdict"] == "inconclusive" for claim in thesis["claims"]):
        return "none of them is decided."
    wrong = thesis["verdicts_wrong_by_chance"]
    return f"by their own probabilities, {wrong:.1f} of those that support or refute are wrong."


def verdicts(claims: Sequence[Document]) -> str:
    """The verdicts on one claim in words: ``refuted within 14 days and 90 days; inconclusive within 1 year``."""
    if len(claims) > 1 and len({claim["verdict"] for claim in claims}) == 1:
        return f"{claims[0]['verdict']} at every horizon asked ({listed([days(c['horizon_days']) for c in claims])})"
    said = []
    for name in _VERDICTS:
        when = [days(claim["horizon_days"]) for claim in claims if claim["verdict"] == name]
        if when:
            said.append(
                (min(c["horizon_days"] for c in claims if c["verdict"] == name), f"{name} within {listed(when)}")
            )
    return "; ".join(text for _, text in sorted(said))


def sentence(claims: Sequence[Document]) -> str:
    """One claim and what came of it, in a sentence."""
    return f"“{claims[0]['statement'].rstrip('.')}” ({claims[0]['id']}): {verdicts(claims)}."


def section(thesis: Document, names: Mapping[str, str]) -> Section:
    """Every verdict with its comparator, horizon and probability."""
    by_id = _by_id(thesis["claims"])
    tally = {name: sum(claim["verdict"] == name for claim in thesis["claims"]) for name in _VERDICTS}
    blocks: list[Any] = [
        Text(
            f"{opening(count(len(by_id), 'claim'))} put to the model at the horizons that each names, "
            f"{thesis['claims_tested']} verdicts in all: {tally['supported'] or 'none'} supported, "
            f"{tally['refuted'] or 'none'} refuted, {tally['inconclusive'] or 'none'} left open. "
            f"{opening(by_chance(thesis))}",
            "lead",
        ),
        _chart(headlines(thesis)),
        _table(by_id, names),
    ]
    if any(claims[0].get("confirms") for claims in by_id.values()):
        blocks.append(
            Table(
                "What would settle each claim",
                ("Claim", "Confirmed if", "Refuted if"),
                tuple((id, claims[0]["confirms"], claims[0]["refutes"]) for id, claims in by_id.items()),
                words=3,
            )
        )
    if thesis.get("not_testable"):
        blocks.append(Text(f"{opening(count(len(thesis['not_testable']), 'claim'))} cannot be tested by simulation:"))
        blocks.append(
            Items(
                tuple(
                    f"{fact['id']}: {fact['statement'].rstrip('.')}. Why not: {fact['reason'].rstrip('.')}."
                    for fact in thesis["not_testable"]
                )
            )
        )
    return Section("claims", "What became of the claims", tuple(blocks))


def _chart(chosen: Sequence[Sequence[Document]]) -> Chart:
    groups = tuple(Group(f"{claims[0]['id']}", tuple(_row(claim) for claim in claims)) for claims in chosen)
    told = "; ".join(
        f"{claim['id']} within {days(claim['horizon_days'])}: {claim['verdict']}, "
        f"{100 * claim['probability']:.0f} in 100"
        for claims in chosen
        for claim in claims
    )
    meant = "; ".join(f"{claims[0]['id']}: {claims[0]['statement'].rstrip('.')}" for claims in chosen)
    return Chart(
        "verdicts",
        "In how much of what is plausible each claim holds",
        f"Dots from 0 to 100 per cent: {told}.",
        f"{meant}. The share of plausible parameter values for which the claim holds, noise taken out, with its 95 % "
        "interval. Triangle: supported (from 90 %); cross: refuted (to 10 %); ring: inconclusive (shaded).",
        lambda narrow: forest(
            narrow,
            groups,
            "per cent of the plausible parameter space",
            (0.0, 100.0),
            band=(10.0, 90.0),
            marks=[(10.0, "10"), (50.0, "50"), (90.0, "90")],
        ),
    )


def _row(claim: Document, label: str = "") -> Row:
    marker, colour, hollow = _LOOKS[claim["verdict"]]
    probability, low, high = (100.0 * float(claim[f"probability{end}"]) for end in ("", "_low", "_high"))
    return Row(
        label or by_when(claim["horizon_days"]),
        probability,
        percent(probability / 100.0) if probability < 0.5 else f"{probability:.0f} %",
        (low, high),
        None,
        marker,
        colour,
        hollow,
    )


def _table(by_id: Mapping[str, Sequence[Document]], names: Mapping[str, str]) -> Table:
    rows = []
    for id, claims in by_id.items():
        against = claims[0]["comparator"]
        rows.append(
            (
                f"{id}. {claims[0]['statement']}",
                "no other" if against == "absolute" else names.get(claims[0].get("against") or against, against),
                "\n".join(f"{_by(claim)}: {claim['verdict']} ({100 * claim['probability']:.0f} %)" for claim in claims),
                "\n".join(
                    f"{_by(claim)}: {effect(claim['effect'], change=claims[0]['comparator'] != 'absolute')}"
                    for claim in claims
                ),
            )
        )
    head = (
        "Claim",
        "Against",
        "Verdict (holds in so much of what is plausible)",
        "Size (central 95 % over the priors)",
    )
    return Table("Every claim, with its comparator and horizons", head, tuple(rows), words=4)


def _by(claim: Document) -> str:
    return days(claim["horizon_days"]) if claim["horizon_days"] else "first day"


def effect(size: Document, *, change: bool) -> str:
    """An effect in its own unit, with its spread; a plus only before a ``change``, not before a size by itself."""
    scale, digits = (100.0, 1) if size.get("unit", "").startswith("in 100") else (1.0, 2)
    signs = (signed(scale * float(size[name]), digits) for name in ("value", "low", "high"))
    value, low, high = (text if change else text.removeprefix("+") for text in signs)
    unit = f" {size['unit']}" if size.get("unit") else ""
    return f"{value}{unit} ({low} to {high})"


# -- other modelling choices -------------------------------------------------------------------------------------
def structure_section(thesis: Document) -> Section | None:
    """The headline claims under every other modelling choice; None where none was run."""
    if "structure" not in thesis:
        return None
    about = thesis["structure"]
    rules = (held for held in thesis["by_rule"] if held["rule"] != about["rule"])
    variants = [*rules, *thesis["by_mechanism"], *thesis["over_ranges"]]
    written = {(held["id"], held["horizon_days"]): held for held in about["as_written"]}
    longest = {id: max(day for one, day in written if one == id) for id, _ in written}
    titles = {
        choice["name"]: f"without {choice['title']}" if choice["kind"] == "mechanism" else choice["title"]
        for choice in about["choices"]
        if choice["kind"] != "rule"  # which has a name of its own, that may be a mechanism's too
    }
    # a claim's longest horizon, and any other at which the model as written decides it
    chosen = [
        (claim["id"], claim["horizon_days"])
        for claims in headlines(thesis)
        for claim in claims
        if (held := written.get((claim["id"], claim["horizon_days"]))) is not None
        and (claim["horizon_days"] == longest[claim["id"]] or held["verdict"] != "inconclusive")
    ]
    if not chosen or not variants:
        return None  # interrupted before any was done
    artefacts = [held for held in variants if held["artefact"]]
    decided = sum(held["verdict"] != "inconclusive" for held in written.values())
    other = len({_choice(held) for held in variants})
    hang = len({_key(held) for held in artefacts})
    lead = f"Each claim was asked again under {count(other, 'other modelling choice')}, one at a time. "
    if decided:
        verb = "hangs" if hang == 1 else "hang"
        lead += (
            f"{opening(small(hang)) if hang else 'None'} of {count(decided, 'decided verdict')} {verb} on one of them: "
            f"under that choice the verdict would be another, and P moves by {MOVED:g} or more."
        )
    else:
        lead += "As written the model decides none of them at this size, so that none can hang on one choice."
    groups = tuple(
        Group(
            f"{key[0]} within {days(key[1])}",
            (
                _row(written[key], "as written"),
                *(_row(held, _short(held, titles)) for held in variants if _key(held) == key),
            ),
        )
        for key in chosen
    )
    rows = tuple(
        (
            f"{held['id']} within {days(held['horizon_days'])}",
            _short(held, titles),
            f"{written[_key(held)]['verdict']} ({100 * written[_key(held)]['probability']:.0f} %)",
            f"{held['verdict']} ({100 * held['probability']:.0f} %)",
        )
        for held in artefacts
    )
    left = [f"the rule “{rule}” was left out ({why})" for rule, why in about["rules_left_out"].items()]
    told = "; ".join(
        f"{held['id']} within {days(held['horizon_days'])} {_short(held, titles)}: "
        f"{100 * held['probability']:.0f} per cent"
        for held in variants
        if _key(held) in chosen
    )
    blocks: list[Any] = [
        Text(lead, "lead"),
        Chart(
            "structure",
            "The same claims under other modelling choices",
            f"Dots from 0 to 100 per cent by claim and modelling choice: {told}.",
            f"As in the figure of the verdicts. At a smaller size: {about['draws']} draws of "
            f"{about['worlds_per_draw']} "
            f"worlds.{' ' + opening(listed(left)) + '.' if left else ''}",
            lambda narrow: forest(
                narrow,
                groups,
                "per cent of the plausible parameter space",
                (0.0, 100.0),
                band=(10.0, 90.0),
                marks=[(10.0, "10"), (50.0, "50"), (90.0, "90")],
            ),
        ),
    ]
    if rows:
        head = ("Claim", "Modelling choice", "As written", "Under that choice")
        blocks.append(Table("Verdicts that hang on one modelling choice", head, rows, words=4))
    return Section("structure", "Would another model say the same?", tuple(blocks))


def _key(held: Document) -> tuple[str, int]:
    return str(held["id"]), int(held["horizon_days"])


def _choice(held: Document) -> str:
    return f"rule {held['rule']}" if "rule" in held else str(held["choice"])


def _short(held: Document, titles: Mapping[str, str]) -> str:
    if "rule" in held:
        return f"rule {held['rule']}"
    return titles[held["choice"]]


# -- what the act's effect is made of ----------------------------------------------------------------------------
_CELLS: Final = {
    (True, True): ("as written", "D", INK, False),
    (True, False): ("no one errs", "o", BLUE, False),
    (False, True): ("no one learns", "s", VERMILLION, True),
    (False, False): ("neither", "^", MUTED, True),
}


def decomposition_section(thesis: Document, names: Mapping[str, str]) -> Section | None:
    """The act's effect with learning and errors on and off; None where the thesis has none."""
    cells = thesis.get("decomposition") or ()
    if not cells:
        return None
    by = {(cell["horizon_days"], cell["learning"], cell["errors"]): cell for cell in cells}
    horizons = sorted({day for day, _, _ in by})
    first = by[horizons[0], True, True]
    act, without = names[first["act_arm"]], names[first["without_arm"]]
    groups = tuple(
        Group(
            f"Within {days(day)}",
            tuple(
                _cell_row(by[day, learning, errors], *look)
                for (learning, errors), look in _CELLS.items()
                if (day, learning, errors) in by
            ),
        )
        for day in horizons
    )
    ends = [end for group in groups for row in group.rows for end in (row.inner or (row.value, row.value))]
    reach = max(abs(min(ends)), abs(max(ends)), 0.1) * 1.1
    last = horizons[-1]
    return Section(
        "decomposition",
        "What the effect is made of",
        (
            Text(" ".join(_apart(by, day, act, without) for day in dict.fromkeys((horizons[0], last))), "lead"),
            Chart(
                "decomposition",
                f"“{act}” less “{without}”, with learning and errors on and off",
                "Dots of the difference in wars in 100 worlds: "
                + "; ".join(
                    f"within {days(day)}, {_CELLS[learning, errors][0]} {signed(100 * cell['difference'])}"
                    for (day, learning, errors), cell in sorted(by.items(), key=lambda item: item[0][0])
                )
                + ".",
                f"Right of the line “{act}” brings more wars, left of it fewer. Thick bar: 95 % "
                "Monte-Carlo interval of "
                "the mean over the plausible values.",
                lambda narrow: forest(narrow, groups, "wars in 100 worlds, difference", (-reach, reach), line=0.0),
            ),
        ),
    )


def _cell_row(cell: Document, label: str, marker: str, colour: str, hollow: bool) -> Row:
    value, noise = 100.0 * float(cell["difference"]), 100.0 * 1.96 * float(cell["monte_carlo_error"])
    return Row(label, value, signed_tenths(value), (value - noise, value + noise), None, marker, colour, hollow)


def _apart(by: Mapping[tuple[int, bool, bool], Document], day: int, act: str, without: str) -> str:
    def gap(learning: bool, errors: bool) -> float:
        return 100.0 * float(by[day, learning, errors]["difference"])

    whole = gap(True, True)
    noise = 100.0 * 1.96 * float(by[day, True, True]["monte_carlo_error"])
    sure = "" if abs(whole) > noise else f", which this run cannot tell from none (± {noise:.1f})"
    return (
        f"Within {days(day)}, “{act}” changes the odds by {signed(whole)} in 100 beside "
        f"“{without}”{sure}; where nobody "
        f"errs by {signed(gap(True, False))}, where nobody learns from acts by {signed(gap(False, True))}, and with "
        f"neither by {signed(gap(False, False))}."
    )
