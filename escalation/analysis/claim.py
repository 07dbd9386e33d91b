"""One claim about a scenario: supported, contradicted or undecided, and over how much of what is plausible."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from escalation.analysis.arms import Arm, ArmOutcome, Estimate
from escalation.analysis.claims import Effect, days_of, verdict
from escalation.analysis.expression import Expression, ExpressionFault, Term, parse
from escalation.analysis.intervals import z_of
from escalation.analysis.prepare import prepared, rules_of
from escalation.analysis.quantities import QUANTITIES, Quantity
from escalation.analysis.shrinkage import shrink
from escalation.analysis.structure import Setting, run_settings
from escalation.scenario.design import Shelf
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

SCHEMA: Final = 1
DRAWS, WORLDS = 48, 32
LEAST_DRAWS: Final = 8
HORIZON: Final = 52

Answer = Literal["supported", "contradicted", "undecided"]
_ANSWERS: Final[dict[str, Answer]] = {
    "supported": "supported",
    "refuted": "contradicted",
    "inconclusive": "undecided",
}


@dataclass(frozen=True)
class ClaimAnswer:
    """What a run says of one claim.

    ``share`` is the share of the plausible parameter space, weighed by the priors, in which the claim holds, with its
    95 % interval and Monte-Carlo noise taken out: it decides the verdict. ``share_of_ranges`` is the same with every
    uncertain number spread evenly over its plausible range. ``central`` is the size where they all stand at their
    central values, with its Monte-Carlo interval; ``effect`` the size over the priors.
    """

    claim: str
    scenario: str
    against: str
    """The scenario on the other side of the claim; empty where there is none."""
    horizon_days: int
    verdict: Answer
    share: float
    share_low: float
    share_high: float
    share_of_ranges: float
    effect: Effect
    central: float
    central_low: float
    central_high: float
    draws: int
    worlds_per_draw: int
    seed: int
    rule: str

    @property
    def supported(self) -> bool:
        """Whether the claim is supported."""
        return self.verdict == "supported"

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {"schema": SCHEMA, **{key: value for key, value in asdict(self).items() if value != ""}}

    def to_frame(self) -> pd.DataFrame:
        """The answer as a table of one row."""
        import pandas as pd

        row = asdict(self)
        return pd.DataFrame([row | {f"effect_{key}": value for key, value in row.pop("effect").items()}])

    def _repr_html_(self) -> str:
        return str(self.to_frame().T.to_html(header=False))


@dataclass(frozen=True)
class Question:
    """A claim made ready to run: the scenarios on its two sides, and the weeks that they are asked at."""

    expression: Expression
    sides: tuple[Scenario, ...]
    """The scenario on the left and, if it is another, that on the right."""
    weeks: tuple[int, ...]
    """The week of the left side and, where there is one, that of the right."""

    @property
    def measure(self) -> Quantity:
        """What is measured."""
        return QUANTITIES[self.expression.left.quantity]

    @property
    def horizon(self) -> int:
        """The last week that has to be run: none for what is known on the first day or in the first week."""
        return 0 if self.measure.week is not None else max(self.weeks)

    def world_weeks(self, draws: int, worlds: int) -> int:
        """World-weeks of the run, burn-ins left out."""
        return len(_SETTINGS) * draws * worlds * self.horizon * len(self.sides)


_SETTINGS: Final = (Setting(), Setting("evenly"), Setting("central"))


def question(
    scenario: Scenario | str | os.PathLike[str],
    text: str,
    *,
    horizon: int = HORIZON,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Question:
    """Read a claim about ``scenario``; ``horizon`` (weeks) is meant where it names no day.

    Raises ExpressionFault for a bad claim and ScenarioFault for a bad scenario, rule or override.
    """
    expression = parse(text)
    terms = [expression.left, *([expression.right] if isinstance(expression.right, Term) else [])]
    # read even where every side names its own: what cannot be read must not be passed over in silence
    own = prepared(scenario, rule=rule, overrides=overrides)
    ready = [
        own if term.scenario is None else prepared(term.scenario, rule=rule, overrides=overrides) for term in terms
    ]
    sides = ready[:1] if len(ready) == 2 and ready[0] == ready[1] else ready
    measure = QUANTITIES[expression.left.quantity]
    weeks = tuple(measure.week if measure.week is not None else term.week or horizon for term in terms)
    if len(terms) == 2 and len(sides) == 1 and weeks[0] == weeks[1]:
        at = expression.text.rindex(terms[1].quantity)
        what = f"both sides are {sides[0].name} at {days_of(weeks[0])} days"
        raise ExpressionFault(expression.text, at, what, "another scenario or another day")
    return Question(expression, tuple(sides), weeks)


def claim(
    scenario: Scenario | str | os.PathLike[str],
    text: str,
    *,
    draws: int = DRAWS,
    worlds: int = WORLDS,
    seed: int = 0,
    horizon: int = HORIZON,
    rule: str | None = None,
    overrides: Mapping[str, object] | None = None,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> ClaimAnswer:
    """Test a claim such as ``war < 0.2`` of a scenario over ``draws`` draws of its priors, ``worlds`` worlds each.

    The language is that of ``expression``. Raises as ``question``, and ``ValueError`` for fewer than 8 draws or 2
    worlds.
    """
    asked = question(scenario, text, horizon=horizon, rule=rule, overrides=overrides)
    return answer(asked, draws=draws, worlds=worlds, seed=seed, workers=workers, progress=progress)


def answer(
    asked: Question,
    *,
    draws: int = DRAWS,
    worlds: int = WORLDS,
    seed: int = 0,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> ClaimAnswer:
    """Run a question; arguments as in ``claim``."""
    for name, number, least in (("draws", draws, LEAST_DRAWS), ("worlds", worlds, 2)):
        if number < least:
            raise ValueError(f"{name}: {number}; legal: {least} or more")
    shelf: Shelf = {}
    ran = [
        run_settings(
            Arm(side.name, side, {}),
            _SETTINGS,
            draws,
            worlds,
            seed=seed,
            horizon=asked.horizon,
            workers=workers,
            progress=progress,
            shelf=shelf,
            marks=sorted(set(asked.weeks)),
        )
        for side in asked.sides
    ]
    over, evenly, central = ([side[place] for side in ran] for place in range(len(_SETTINGS)))
    holds = _holds(asked, over)
    decided = shrink(holds.value, holds.error)
    ranges = _holds(asked, evenly)
    middle = _size(asked, central)
    half = z_of(0.95) * middle.noise
    left = asked.sides[0]
    compared = isinstance(asked.expression.right, Term)
    floor, ceiling = _bounds(asked)
    return ClaimAnswer(
        claim=asked.expression.text,
        scenario=left.name,
        against=asked.sides[-1].name if compared else "",
        horizon_days=days_of(asked.weeks[0]),
        verdict=_ANSWERS[verdict(decided.below)],
        share=decided.below,
        share_low=decided.below_low,
        share_high=decided.below_high,
        share_of_ranges=shrink(ranges.value, ranges.error).below,
        effect=_effect(asked, over),
        central=middle.mean,
        central_low=max(middle.mean - half, floor),
        central_high=min(middle.mean + half, ceiling),
        draws=draws,
        worlds_per_draw=worlds,
        seed=seed,
        rule=rules_of(left),
    )


def _size(asked: Question, arms: list[ArmOutcome], times: float = 1.0) -> Estimate:
    """The left side or, where the right is no number, the left less ``times`` the right."""
    if not isinstance(asked.expression.right, Term):
        return asked.measure.of(arms[0], asked.weeks[0])
    return asked.measure.less(arms[0], arms[-1], asked.weeks[0], times, asked.weeks[-1])


def _bounds(asked: Question) -> tuple[float, float]:
    """What the size can be: of a difference nothing is said."""
    return (
        (-math.inf, math.inf) if isinstance(asked.expression.right, Term) else (asked.measure.low, asked.measure.high)
    )


def _holds(asked: Question, arms: list[ArmOutcome]) -> Estimate:
    """Negative where the claim holds."""
    right = asked.expression.right
    if isinstance(right, Term):
        size = _size(asked, arms, right.times)
    else:
        size = _size(asked, arms)
        size = Estimate(size.value - right, size.error)
    return size if asked.expression.direction == "below" else Estimate(-size.value, size.error)


def _effect(asked: Question, arms: list[ArmOutcome]) -> Effect:
    size, measure = _size(asked, arms), asked.measure
    spread = shrink(size.value, size.error)
    compared = isinstance(asked.expression.right, Term)
    low, high = _bounds(asked)
    words = f"{measure.title}, {asked.sides[0].name}"
    if compared:
        words += f" less {asked.sides[-1].name}"
    return Effect(words, size.mean, max(spread.low, low), min(spread.high, high), size.noise, measure.unit)
