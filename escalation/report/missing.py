"""Points of a sweep that failed, or that a sweep which was stopped had not come to: in words, for text and page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from escalation.analysis.sweep_result import FAILED, NOT_RUN, SweepResult
from escalation.report.words import count, listed, opening, small


def failed_words(result: SweepResult) -> str:
    """What failed, and what is kept of the sweep: ``One point failed; the rest is kept``."""
    own, beside = len(result.failed), len(result.failed_beside)
    none = not any(found.worlds for found in result.results)
    failed = [_all_or_some(own, len(result), "point", none)] if own else []
    kept_beside = False
    if result.reference is not None:
        kept_beside = any(found.worlds for found in result.reference.points)
        if beside and not result.reference.against:
            failed.append("the reference")
        elif beside:
            failed.append(f"{_all_or_some(beside, len(result), 'point', not kept_beside)} of the reference")
    kept = "the rest" if not none else "only the reference" if kept_beside else "nothing"
    return f"{opening(listed(failed))} failed; {kept} is kept"


def _all_or_some(number: int, of: int, noun: str, none: bool) -> str:
    if number == of and none:
        return f"the only {noun}" if of == 1 else f"both {noun}s" if of == 2 else f"all {count(of, noun)}"
    return count(number, noun)


def unknown_words(result: SweepResult) -> str:
    """Why there are no odds at all."""
    reasons = list(result.missing.values())
    if NOT_RUN not in reasons:
        return f"{opening(_all_or_some(len(result), len(result), 'point', none=True))} failed"
    return "No point was run" if FAILED not in reasons else "No point was run to its end"


def missing_words(failed: int, not_run: int, of: int, noun: str) -> str:
    """How many points have no odds, and why: ``Of 25 points, two failed and one is not run yet``.

    Empty for none.
    """
    if of in (failed, not_run):
        return f"{opening(_all_or_some(of, of, noun, none=True))} {'failed' if failed else 'not run yet'}"
    parts = [f"{small(failed)} failed"] if failed else []
    parts += [f"{small(not_run)} {'is' if not_run == 1 else 'are'} not run yet"] if not_run else []
    return f"Of {count(of, noun)}, {listed(parts)}" if parts else ""


def lacking_words(sweep: Mapping[str, Any]) -> str:
    """How many points of ``sweep.json`` are missing, or short of worlds; empty for a sweep that lacks nothing."""
    gone, noun = sweep["missing"], "draw" if sweep["kind"] == "priors" else "point"
    said = [missing_words(len(gone["failed"]), len(gone["not_run"]), sweep["points"], noun)]
    short = set(gone["short"])
    if short:
        have, asked = "has" if len(short) == 1 else "have", "were asked for"
        if "precision" in sweep:
            asked = f"it takes to ± {100 * sweep['precision']:g} in 100, or than the {sweep['worlds']:,} allowed"
        said.append(f"{opening(count(len(short), noun))} {have} fewer worlds than {asked}")
    whole = (row for place, row in enumerate(sweep["rows"]) if row["war_odds"] is not None and place not in short)
    if apart := sum(row.get("difference_odds", 0.0) is None for row in whole):
        said.append(f"{opening(count(apart, noun))} cannot be set beside the reference, of which worlds are missing")
    if apart := len(set(gone["short_beside"]) - short):
        are = "is" if apart == 1 else "are"
        said.append(f"{opening(count(apart, noun))} {are} set beside a reference of which worlds are missing")
    return ". ".join(text for text in said if text)
