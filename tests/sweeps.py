"""Sweeps made up from known odds, for tests of what is said and drawn of them: nothing is simulated."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from escalation.analysis.contrasts import contrasts
from escalation.analysis.sweep import paired
from escalation.analysis.sweep_result import PointResult, Reference, SweepResult
from escalation.model.layout import TALLIES
from escalation.scenario.loader import load
from escalation.scenario.points import alone, design
from escalation.scenario.scenario import Scenario
from escalation.worlds.totals import FRACTION_BITS, LIMB_BITS, Layout, Totals

Odds = Callable[[Mapping[str, object]], float]


def totals(layout: Layout, war: np.ndarray) -> Totals:
    """Totals of worlds of which ``war`` (worlds,) came to war, with chances of war equal to their share."""
    sums = layout.blank(1)[0]
    weeks, n = len(layout.weeks), len(war)
    sums[layout.slices["n"]] = n
    sums[layout.slices["wars"]] = int(war.sum())
    sums[layout.slices["limited"]] = int(war.sum())
    chance = float(war.mean()) if n else 0.0
    for name, value in (("war_sum", chance), ("war_sum_sq", chance * chance)):
        whole = n * round(value * 2**FRACTION_BITS)
        sums[layout.slices[name]] = [whole % 2**LIMB_BITS] * weeks + [whole >> LIMB_BITS] * weeks
    sums[layout.slices["tallies"]][TALLIES.index("dead_civilian")] = 7 * n
    return Totals(layout, sums)


def made_up(
    odds: Odds,
    vary: Mapping[str, object] | None = None,
    *,
    sample: str | None = None,
    worlds: int = 1000,
    against: Odds | None = None,
    scenario: Scenario | None = None,
    missing: tuple[int, ...] = (),
    failures: tuple[Mapping[str, object], ...] = (),
    folder: str | None = None,
) -> SweepResult:
    """A sweep in which world w is at war at a point where its luck, evenly spread over (0, 1), is below the odds.

    The points ``missing`` have no worlds; ``against`` gives the odds of another scenario at the same points.
    """
    ready = scenario or load("strike")
    points = design(ready, vary, sample=sample)
    layout = Layout.of(52, [country.name for country in ready.countries])
    luck = (np.random.default_rng(1).permutation(worlds) + 0.5) / worlds
    settings = [points.at(i) for i in range(len(points))]
    own = alone(ready, points)
    bits = [luck[: 0 if i in missing else worlds] < odds(setting) for i, setting in enumerate(settings)]
    beside = [luck < against(setting) for setting in settings] if against else [luck < odds(own.at(0))]
    results = tuple(
        PointResult(ready, points.settings[i], totals(layout, bits[i]), paired(bits[i], beside[i if against else 0]))
        for i in range(len(points))
    )
    others = points.settings if against else own.settings
    reference = Reference(
        "nonresponse" if against else ready.name,
        against is not None,
        tuple(PointResult(ready, s, totals(layout, war)) for s, war in zip(others, beside, strict=True)),
    )
    found = np.array([war.mean() if len(war) else np.nan for war in bits])
    return SweepResult(
        ready,
        points,
        results,
        reference,
        0,
        52,
        worlds,
        "0" * 64,
        failures,
        folder,
        contrasts=() if points.shape is None else contrasts(found, points.shape, lambda point: bits[point]),
    )
