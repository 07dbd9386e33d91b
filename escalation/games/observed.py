"""What people did in a reference game beside the quantal response that makes it likeliest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from escalation.games.catalog import Entry, Observed, Printed
from escalation.games.homotopy import Branch
from escalation.games.likelihood import Fit, fit
from escalation.games.paths import Paths, paths
from escalation.games.solution import Solution
from escalation.games.solve import solve


@dataclass(frozen=True)
class Comparison:
    """The likeliest lambda, its ``solution`` and, for each share observed (name -> share), what that has there.

    Where the number of plays is not known the likelihood is that of one play, and its interval says nothing.
    """

    fit: Fit
    observed: Mapping[str, float]
    fitted: Mapping[str, float]
    plays: int
    solution: Solution

    @property
    def largest_miss(self) -> float:
        """The largest difference between a share and its fit."""
        return max(abs(self.fitted[name] - share) for name, share in self.observed.items())


def compare(entry: Entry, answer: Observed) -> Comparison:
    """Fit lambda to what was observed, along the principal branch of the game."""
    plays = paths(entry.game)
    shares = answer.shares or _choices(plays, answer)
    times = answer.plays or 1
    counts = {name: {a: float(share) * times for a, share in choice.items()} for name, choice in shares.items()}
    found = fit([(Branch(plays), counts)])
    solution = solve(entry.game, "quantal", found.rationality)
    if answer.ends:
        observed = {name: float(share) for name, share in answer.ends.items()}
        return Comparison(found, observed, solution.outcomes, answer.plays, solution)
    observed = {f"{name}, {action}": float(p) for name, choice in answer.shares.items() for action, p in choice.items()}
    fitted = {f"{name}, {a}": p for name, choice in solution.strategies.items() for a, p in choice.items()}
    return Comparison(found, observed, fitted, answer.plays, solution)


def published(entry: Entry) -> dict[str, Any]:
    """What has been published of people's play, as plain data; empty for a game of which nothing has.

    ``observed``: each set of data with the ``shares`` observed, the ``fit`` here, the shares ``fitted`` at its lambda
    (``strategies`` and ``outcomes`` are all of that solution), and the largest miss. Of unknown plays there is no
    interval and no likelihood: null. ``printed``: each fit in print.
    """
    told: dict[str, Any] = {}
    if seen := [answer for answer in entry.answers if isinstance(answer, Observed)]:
        told["observed"] = [_observed(answer, compare(entry, answer)) for answer in seen]
    if prints := [answer for answer in entry.answers if isinstance(answer, Printed)]:
        told["printed"] = [
            {
                "what": answer.what,
                "source": answer.source,
                "rationality": float(answer.rationality),
                "log_likelihood": float(answer.log_likelihood),
                "fault": answer.fault or None,
            }
            for answer in prints
        ]
    return told


def _observed(answer: Observed, found: Comparison) -> dict[str, Any]:
    fitted = found.fit.to_json()
    if not found.plays:
        fitted |= dict.fromkeys(("low", "high", "log_likelihood", "blind", "saturated", "observations"))
    whole = found.solution.to_json()
    return {
        "what": answer.what,
        "source": answer.source,
        "plays": found.plays or None,
        "shares": dict(found.observed),
        "fit": fitted,
        "fitted": {name: found.fitted[name] for name in found.observed},
        "largest_miss": found.largest_miss,
        "strategies": whole["strategies"],
        "outcomes": whole["outcomes"],
    }


def _choices(plays: Paths, answer: Observed) -> dict[str, dict[str, float]]:
    """How often each action lies on the plays that were observed, by where they ended: for games without chance.

    Each ending must be that of one play.
    """
    counts = {name: dict.fromkeys(actions, 0.0) for name, actions in zip(plays.infosets, plays.actions, strict=True)}
    on_play = plays.on_play.tocoo()
    for play, action in zip(on_play.row, on_play.col, strict=True):
        place = int(plays.set_of[action])
        share = float(answer.ends[plays.endings[plays.counted[play]]])
        counts[plays.infosets[place]][plays.actions[place][int(action - plays.starts[place])]] += share
    return counts
