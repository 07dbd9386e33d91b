"""What attribution finds: each cause's share of the odds of war, and the wars that vanish without it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.intervals import Estimate, Share
from escalation.analysis.odds import SCHEMA, escaped, estimate_json
from escalation.analysis.prepare import rules_of
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Basis = Literal["weighed", "counted"]
Method = Literal["exact", "sampled"]


@dataclass(frozen=True)
class Reading:
    """One quantity on both bases: ``weighed`` adds up chances of war before it is drawn, ``counted`` counts wars."""

    weighed: Estimate
    counted: Estimate

    def on(self, basis: Basis) -> Estimate:
        """The estimate on one basis."""
        return self.weighed if basis == "weighed" else self.counted

    def to_json(self) -> dict[str, Any]:
        """``{weighed: {value, low, high}, counted: {...}}``."""
        return {"weighed": estimate_json(self.weighed, "value"), "counted": estimate_json(self.counted, "value")}


@dataclass(frozen=True)
class Cause:
    """One thing that can be switched off, and what the odds of war owe to it; odds, not per cent.

    ``shapley`` is its share of the odds with all on less those with all off; negative where it averts more wars than it
    brings. ``alone``: it on and all others off, less all off. ``last``: all on, less all but it. ``sampling_error`` is
    the part of the standard error of ``shapley`` that comes of sampling the orders in which causes join: 0 where all
    coalitions were run; an estimate. Of the wars with all on, ``vanish`` do not happen in the same world without it;
    ``appear`` wars happen only without it.
    """

    key: str
    meaning: str
    shapley: Reading
    alone: Reading
    last: Reading
    sampling_error: dict[Basis, float]
    vanish: Share | None
    appear: int

    def to_json(self) -> dict[str, Any]:
        """The same as plain data; ``vanish`` is absent where there was no war."""
        found: dict[str, Any] = {
            "key": self.key,
            "meaning": self.meaning,
            "shapley": self.shapley.to_json(),
            "sampling_error": dict(self.sampling_error),
            "alone": self.alone.to_json(),
            "last": self.last.to_json(),
            "appear": self.appear,
        }
        if self.vanish is not None:
            vanish = self.vanish
            found["vanish"] = {"wars": vanish.count, "share": vanish.odds, "low": vanish.low, "high": vanish.high}
        return found


@dataclass(frozen=True)
class RouteCauses:
    """The wars that came by one route with all on, and what they owe to each cause.

    ``vanish``: key -> of ``wars``, how many do not happen without it. ``persist``: how many happen with all off.
    ``shapley``: key -> its share of the odds of war by this route (counted), which over all routes sum to its share of
    all odds. A route that no war takes with all on may still have shares: wars without some cause may take it.
    """

    route: str
    wars: int
    persist: int
    vanish: Mapping[str, int]
    shapley: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {**asdict(self), "vanish": dict(self.vanish), "shapley": dict(self.shapley)}


@dataclass(frozen=True)
class Necessity:
    """The wars with all on, each counted once.

    ``persist``: they happen with all off too, in the same world. Of those that do not, ``several`` vanish without any
    one of two causes or more, ``one`` without exactly one, ``none`` without no single one: others stand in for it.
    """

    wars: int
    persist: int
    several: int
    one: int
    none: int


@dataclass(frozen=True, eq=False)
class WarCauses:
    """Every war with all on: the world, the index of its ``route`` in ``model.outcomes.ROUTES``, and what it needs.

    ``needed`` (wars, causes): it does not happen without that cause. ``persists`` (wars,): it happens with all off.
    """

    world: NDArray[np.int64]
    route: NDArray[np.int8]
    needed: NDArray[np.bool_]
    persists: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Attribution:
    """What came of a game of causes, whatever the worlds are made of.

    ``all_on`` and ``all_off`` are the odds of war with all causes and with none, ``total`` their paired difference,
    which the values of ``causes`` add up to: ``residual`` is what the sum is off by, rounding errors only.
    ``coalitions`` were looked at in every world, of which ``distinct`` had to be run; ``groups`` of worlds had an order
    of their own. ``headline`` is the basis with less noise. ``complete`` is false where the run was interrupted, and
    ``worlds`` are those that were done by then.
    """

    method: Method
    complete: bool
    worlds: int
    coalitions: int
    distinct: int
    groups: int
    headline: Basis
    all_on: Reading
    all_off: Reading
    total: Reading
    causes: tuple[Cause, ...]
    routes: tuple[RouteCauses, ...]
    necessity: Necessity
    wars: WarCauses
    residual: dict[Basis, float]

    def cause(self, key: str) -> Cause:
        """One cause. Raises ``KeyError``."""
        for cause in self.causes:
            if cause.key == key:
                return cause
        raise KeyError(key)

    def ranked(self) -> list[Cause]:
        """Causes by the size of their share on the headline basis, the largest first."""
        return sorted(self.causes, key=lambda cause: -abs(cause.shapley.on(self.headline).value))


@dataclass(frozen=True, eq=False)
class AttributionResult:
    """Which of the causes ``found.causes`` the odds of war in a scenario owe how much to.

    Intervals are Monte-Carlo noise at 95 %, paired over worlds, with the sampling of orders in them.
    """

    scenario: Scenario
    seed: int
    horizon: int
    priors: bool
    found: Attribution

    @property
    def rule(self) -> str:
        """The decision rule, or the two rules."""
        return rules_of(self.scenario)

    def to_json(self) -> dict[str, Any]:
        """The attribution as plain data."""
        found = self.found
        return {
            "schema": SCHEMA,
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "seed": self.seed,
            "worlds": found.worlds,
            "horizon_weeks": self.horizon,
            "rule": self.rule,
            "priors": self.priors,
            "method": found.method,
            "complete": found.complete,
            "coalitions": found.coalitions,
            "distinct": found.distinct,
            "groups": found.groups,
            "headline": found.headline,
            "level": found.total.weighed.level,
            "all_on": found.all_on.to_json(),
            "all_off": found.all_off.to_json(),
            "total": found.total.to_json(),
            "residual": dict(found.residual),
            "causes": [cause.to_json() for cause in found.causes],
            "routes": [route.to_json() for route in found.routes],
            "wars": asdict(found.necessity),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One row a cause, in the order given, as in ``results.csv``."""
        rows = []
        for cause in self.found.causes:
            row: dict[str, Any] = {"key": cause.key}
            for name in ("shapley", "alone", "last"):
                reading: Reading = getattr(cause, name)
                for basis, estimate in (("weighed", reading.weighed), ("counted", reading.counted)):
                    row[f"{name}_{basis}"] = estimate.value
                    row[f"{name}_{basis}_low"] = _or_blank(estimate.low)
                    row[f"{name}_{basis}_high"] = _or_blank(estimate.high)
            row |= {"wars": self.found.necessity.wars, "vanish": cause.vanish.count if cause.vanish else 0}
            rows.append(row | {"appear": cause.appear})
        return rows

    def war_rows(self) -> list[dict[str, Any]]:
        """One row a war with all on: its world, its route, whether it happens with all off, and what it needs."""
        from escalation.model.outcomes import ROUTES

        wars, keys = self.found.wars, [cause.key for cause in self.found.causes]
        return [
            {
                "world": int(wars.world[i]),
                "route": ROUTES[int(wars.route[i])],
                "persists": int(wars.persists[i]),
                **{key: int(needed) for key, needed in zip(keys, wars.needed[i], strict=True)},
            }
            for i in range(len(wars.world))
        ]

    def to_frame(self) -> pd.DataFrame:
        """One row a cause."""
        import pandas as pd

        return pd.DataFrame(self.to_rows())

    def _repr_html_(self) -> str:
        """The shares as a table, for notebooks."""
        found = self.found
        head = "<tr><th>cause</th><th>share of the odds</th><th>95 % interval</th><th>wars that vanish</th></tr>"
        rows = "".join(
            f"<tr><td>{escaped(cause.key)}</td><td>{share.value:+.4f}</td>"
            f"<td>{share.low:+.4f} to {share.high:+.4f}</td><td>{cause.vanish.count if cause.vanish else 0}</td></tr>"
            for cause in found.ranked()
            for share in [cause.shapley.on(found.headline)]
        )
        on, off = found.all_on.on(found.headline), found.all_off.on(found.headline)
        told = f"{escaped(self.scenario.title)}: odds of war {on.value:.4f} with all on, {off.value:.4f} with all off."
        return f"<p>{told}</p><table>{head}{rows}</table>"


def _or_blank(bound: float) -> float | str:
    return bound if math.isfinite(bound) else ""
