"""The runs that ``verify`` reads: three arms, at central values and over the priors, one year each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from escalation.history.estimate import Estimate, mean, ratio, share
from escalation.scenario.loader import load
from escalation.scenario.scenario import Evidence, Scenario

if TYPE_CHECKING:
    from escalation.worlds.outcomes import Outcomes, Snapshot

ARMS = ("accord", "nonresponse", "strike")
YEAR = 52
QUARTER = 13
SIDES = ("defender", "challenger", "proxies", "allies", "civilian")
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Runs:
    """Outcomes by arm: ``central`` all worlds at central values, ``priors`` a draw from the priors each world."""

    worlds: int
    seed: int
    workers: int
    scenarios: Mapping[str, Scenario]
    central: Mapping[str, Outcomes]
    priors: Mapping[str, Outcomes]


def work(worlds: int) -> int:
    """World-weeks that ``run_arms`` reports to ``progress``."""
    return 2 * len(ARMS) * worlds * YEAR


def run_arms(worlds: int, seed: int, evidence: Evidence, workers: int, progress: Progress | None) -> Runs:
    """Run the three arms twice, on the same draws."""
    from escalation.worlds.ensemble import simulate

    scenarios = {arm: load(arm, evidence=evidence) for arm in ARMS}
    found: dict[bool, dict[str, Outcomes]] = {False: {}, True: {}}
    for priors, outcomes in found.items():
        for arm, scenario in scenarios.items():
            outcomes[arm] = simulate(
                scenario, worlds, seed=seed, horizon=YEAR, priors=priors, workers=workers, progress=progress
            )
    return Runs(worlds, seed, workers, scenarios, found[False], found[True])


def attack_rate(snapshot: Snapshot) -> Estimate | None:
    """Proxy attacks on the defender a month of world lived."""
    from escalation.model.layout import WEEKS_A_MONTH

    return ratio(snapshot.tally("attacks"), snapshot.tally("weeks") / WEEKS_A_MONTH)


def odds(snapshot: Snapshot) -> Estimate | None:
    """Share of worlds that came to all-out war, with its Wilson interval."""
    return share(int(snapshot.war.sum()), len(snapshot.war))


def conditional_odds(snapshot: Snapshot) -> Estimate | None:
    """The same by each week's probability of war before it was drawn (``worlds.outcomes``)."""
    return mean(snapshot.war_sum)


def dead(snapshot: Snapshot, at_peace: bool) -> dict[str, int]:
    """Dead by side summed over all worlds, or over those without all-out war."""
    kept = ~snapshot.war if at_peace else np.ones(len(snapshot.war), dtype=bool)
    return {side: int(snapshot.tally(f"dead_{side}")[kept].sum()) for side in SIDES}


def civilian_share(snapshot: Snapshot, at_peace: bool) -> Estimate | None:
    """Civilians over all dead, of all worlds or of those without all-out war."""
    kept = ~snapshot.war if at_peace else np.ones(len(snapshot.war), dtype=bool)
    everyone = sum(snapshot.tally(f"dead_{side}")[kept] for side in SIDES)
    return ratio(snapshot.tally("dead_civilian")[kept], everyone)
