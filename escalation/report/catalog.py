"""A reference game as text: what it is, where it is from, and what is known of it."""

from __future__ import annotations

from escalation.games.catalog import Answer, Entry, Equilibrium, Limit, Observed, Printed, Quantal, Regret, Threshold
from escalation.report.layout import bold, columns, wrapped

KINDS: dict[type[Answer], str] = {
    Equilibrium: "Equilibrium",
    Limit: "Limit",
    Quantal: "With errors",
    Threshold: "Threshold",
    Regret: "Elsewhere",
    Observed: "Observed",
    Printed: "In print",
}


def head(entry: Entry) -> list[str]:
    """What the game is, what it teaches, and its source."""
    return [*wrapped(entry.about), *wrapped(entry.teaches), *wrapped(f"Source: {entry.citation}"), ""]


def known(entry: Entry, colour: bool) -> list[str]:
    """The known answers, to read beside the solution."""
    lines = ["", bold("What is known", colour)]
    for answer in entry.answers:
        lines += wrapped(f"{KINDS[type(answer)]}: {answer.what}.", "  ", "    ")
        if isinstance(answer, Observed):
            lines += [*wrapped(f"Data: {answer.source}", "    "), *_beside(entry, answer)]
        if isinstance(answer, Printed):
            lines += [line for text in (answer.source, answer.fault) if text for line in wrapped(text, "    ")]
    return lines


def _beside(entry: Entry, answer: Observed) -> list[str]:
    """Shares observed beside the likeliest quantal response: a miss is shown as a miss."""
    from escalation.games.observed import compare

    found = compare(entry, answer)
    text = f"Quantal response is likeliest at lambda = {found.fit.rationality:.4g}"
    if found.plays:
        high = "without end" if found.fit.high is None else f"to {found.fit.high:.4g}"
        text += f" (95 % interval {found.fit.low:.4g} {high})"
    rows = [("", "observed", "fitted", "miss")]
    for name, share in found.observed.items():
        fitted = found.fitted[name]
        rows.append((name, f"{share:.3f}", f"{fitted:.3f}", f"{fitted - share:+.3f}"))
    return [*wrapped(f"{text}:", "    "), *columns(rows, indent="      ")]
