"""A reference game as text: what it is, where it is from, and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from escalation.games.catalog import Answer, Entry, Equilibrium, Limit, Observed, Printed, Quantal, Regret, Threshold
from escalation.games.solution import Solution
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


PEOPLE = (Observed, Printed)
"""Answers that tell how people played: they have a lambda of their own, which is not that of the solution."""


def asked(entry: Entry, solution: Solution) -> list[str]:
    """Before the solution of a game that people have played: that its lambda is not theirs."""
    if solution.rationality is None or not any(isinstance(answer, Observed) for answer in entry.answers):
        return []
    text = (
        f"Solved first at lambda = {solution.rationality:.6g} (--rationality), which is not that of people: what they "
        "did, and the lambda that fits it with its choices, stand apart, at the end."
    )
    return [*wrapped(text), ""]


def known(entry: Entry, colour: bool) -> list[str]:
    """The known answers, to read beside the solution; what people did is kept apart."""
    people = [answer for answer in entry.answers if isinstance(answer, PEOPLE)]
    answers = [answer for answer in entry.answers if not isinstance(answer, PEOPLE)]
    lines = []
    if answers:
        lines += ["", bold("What is known", colour), *_told(entry, answers)]
    if people:
        lines += ["", bold("What people did, and the lambda that fits it", colour), *_told(entry, people)]
    return lines


def _told(entry: Entry, answers: Sequence[Answer]) -> list[str]:
    lines = []
    for answer in answers:
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
