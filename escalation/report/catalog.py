"""A reference game as text: what it is, where it is from, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from escalation.games.catalog import Answer, Entry, Equilibrium, Limit, Observed, Quantal, Regret, Threshold
from escalation.report.layout import bold, wrapped

KINDS: dict[type[Answer], str] = {
    Equilibrium: "Equilibrium",
    Limit: "Limit",
    Quantal: "With errors",
    Threshold: "Threshold",
    Regret: "Elsewhere",
    Observed: "Observed",
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
            lines += [line for text in _observed(answer) for line in wrapped(text, "    ")]
    return lines


def _observed(answer: Observed) -> Iterator[str]:
    for name, share in answer.ends.items():
        yield f"{name} {float(share):.3f}"
    yield f"Data: {answer.source}"
