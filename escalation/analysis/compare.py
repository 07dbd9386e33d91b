"""Scenarios side by side: the arms share every draw, so that a difference is what the scenarios differ in."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from escalation.analysis.intervals import LEVEL, Estimate, mean, newcombe
from escalation.analysis.odds import SCHEMA, RunResult, escaped, estimate_json, run
from escalation.analysis.prepare import prepared
from escalation.scenario.scenario import Scenario
from escalation.worlds.certificates import told
from escalation.worlds.ensemble import BLOCK, Progress

if TYPE_CHECKING:
    import pandas as pd

    from escalation.analysis.decomposition_result import DecompositionResult


@dataclass(frozen=True)
class Difference:
    """Odds of war in arm ``b`` less those in arm ``a``, paired world by world, with the interval at 95 %.

    ``only_a`` worlds have war in ``a`` alone (``b`` averts it), ``only_b`` in ``b`` alone (``b`` causes it).
    """

    a: str
    b: str
    odds: float
    low: float
    high: float
    only_a: int
    only_b: int
    n: int
    conditional: Estimate

    def to_json(self) -> dict[str, Any]:
        """The contract's keys, and the conditional estimate beside them."""
        return {
            "a": self.a,
            "b": self.b,
            "odds": self.odds,
            "low": self.low,
            "high": self.high,
            "only_a": self.only_a,
            "only_b": self.only_b,
            "level": LEVEL,
            "conditional": estimate_json(self.conditional, "odds"),
        }


@dataclass(frozen=True)
class CompareResult:
    """Arms in the order given, and the difference of every pair of them.

    ``decomposed``: what the difference of two arms is made of, where that was asked for.
    """

    arms: tuple[RunResult, ...]
    differences: tuple[Difference, ...]
    decomposed: DecompositionResult | None = None

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain data."""
        first = self.arms[0]
        arms = [
            {
                "scenario": label,
                "title": arm.scenario.title,
                "rule": arm.rule,
                "war": arm.war_json(),
                "limited_war": arm.limited_war.to_json(),
                "digest": arm.outcomes.digest(),
                **told(arm.outcomes.certified),
            }
            for label, arm in zip(labels(self.arms), self.arms, strict=True)
        ]
        return {
            "schema": SCHEMA,
            "seed": first.outcomes.seed,
            "worlds": first.worlds,
            "horizon_weeks": first.outcomes.horizon,
            "priors": first.priors,
            "arms": arms,
            "differences": [difference.to_json() for difference in self.differences],
            "paired": True,
            **({} if self.decomposed is None else self.decomposed.to_json()),
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a pair of arms."""
        import pandas as pd

        rows = []
        for difference in self.differences:
            row = difference.to_json()
            conditional = row.pop("conditional")
            rows.append({**row, **{f"conditional_{key}": value for key, value in conditional.items()}})
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        """The differences as a table, for notebooks."""
        head = "<tr><th>pair</th><th>difference</th><th>95 % interval</th><th>averted</th><th>caused</th></tr>"
        rows = "".join(
            f"<tr><td>{escaped(d.b)} less {escaped(d.a)}</td><td>{d.odds:+.4f}</td>"
            f"<td>{d.low:+.4f} to {d.high:+.4f}</td><td>{d.only_a}</td><td>{d.only_b}</td></tr>"
            for d in self.differences
        )
        return f"<table>{head}{rows}</table>"


def labels(arms: Sequence[RunResult]) -> list[str]:
    """A name for each arm: the scenario's, numbered where two arms have the same."""
    names = [arm.name for arm in arms]
    counted: dict[str, int] = {}
    found = []
    for name in names:
        counted[name] = counted.get(name, 0) + 1
        found.append(name if names.count(name) == 1 else f"{name} #{counted[name]}")
    return found


def difference(a: RunResult, b: RunResult, name_a: str, name_b: str) -> Difference:
    """The paired difference of two arms run over the same worlds. Raises ``ValueError`` if they were not."""
    left, right = a.outcomes, b.outcomes
    if (left.seed, left.first_world, left.worlds, left.horizon) != (
        right.seed,
        right.first_world,
        right.worlds,
        right.horizon,
    ):
        raise ValueError(f"{name_a} and {name_b} were not run over the same worlds")
    war_a, war_b = left.end.war, right.end.war
    only_a, only_b = int(np.sum(war_a & ~war_b)), int(np.sum(war_b & ~war_a))
    both, neither = int(np.sum(war_a & war_b)), int(np.sum(~war_a & ~war_b))
    low, high = newcombe(both, only_a, only_b, neither)
    conditional = mean(right.end.war_sum - left.end.war_sum)
    n = left.worlds
    return Difference(name_a, name_b, (only_b - only_a) / n, low, high, only_a, only_b, n, conditional)


def compare(
    *scenarios: Scenario | str | os.PathLike[str],
    worlds: int = 10_000,
    seed: int = 0,
    horizon: int = 52,
    priors: bool = False,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    decompose: bool = False,
    block: int = BLOCK,
    workers: int = 2,
    progress: Progress | None = None,
) -> CompareResult:
    """Run two scenarios or more over the same worlds; ``overrides`` and ``rule`` hold in every arm.

    ``decompose`` takes the difference of two apart besides (``analysis.decompose``). Arguments as in ``odds.run``. All
    scenarios are read before any is run. Raises ScenarioFault for a bad scenario, ``ValueError`` for fewer than two,
    and for more to take apart.
    """
    if len(scenarios) < 2:
        raise ValueError("a comparison needs two scenarios or more")
    if decompose and len(scenarios) > 2:
        raise ValueError("two scenarios can be taken apart, not more")
    ready = [prepared(scenario, rule=rule, overrides=overrides) for scenario in scenarios]
    arms = tuple(
        run(
            scenario,
            worlds,
            seed=seed,
            horizon=horizon,
            priors=priors,
            block=block,
            workers=workers,
            progress=progress,
        )
        for scenario in ready
    )
    named = list(zip(labels(arms), arms, strict=True))
    pairs = tuple(difference(a, b, name_a, name_b) for (name_a, a), (name_b, b) in combinations(named, 2))
    if not decompose:
        return CompareResult(arms, pairs)
    from escalation.analysis import decompose as parts

    names = (named[0][0], named[1][0])
    decomposed = parts.decompose(
        ready[0],
        ready[1],
        worlds,
        seed=seed,
        horizon=horizon,
        priors=priors,
        names=names,
        workers=workers,
        progress=progress,
    )
    return CompareResult(arms, pairs, decomposed)
