"""A bench for tests of the model: crises with numbers and switches set, run under common random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from escalation.compiled import ENABLED
from escalation.maths import logit
from escalation.model import challenger, defender
from escalation.model.arrays import desk
from escalation.model.crisis import Crisis
from escalation.model.layout import (
    BLAMED,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    DEAD,
    OBLIGATION,
    PI_LEADER,
    PROVOCATION,
    PUNISHMENT,
    RUNG,
    WEIGHT,
)
from escalation.model.stage import ANY_RUNG, CONSIDERED
from escalation.scenario.design import Values, central, draw
from escalation.scenario.loader import load
from escalation.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Settings = Mapping[str, object]


@cache
def arm(name: str, switches: tuple[tuple[str, object], ...] = ()) -> Scenario:
    """A shipped scenario, with rules, events, past and start set as ``--set`` does."""
    scenario = load(name)
    return scenario.with_overrides(dict(switches)) if switches else scenario


def split(scenario: Scenario, settings: Settings) -> tuple[dict[str, float], dict[str, object]]:
    """Settings as numbers (free of the plausible range: a test may leave it) and as switches.

    A ``*`` in a number's key stands for any one name: ``acts.us.*.cost``.
    """
    numbers: dict[str, float] = {}
    switches: dict[str, object] = {}
    for key, value in settings.items():
        matches = _expanded(scenario.name, key)
        if matches:
            numbers |= dict.fromkeys(matches, value)  # type: ignore[arg-type]
        elif "*" in key:
            raise KeyError(key)
        else:
            switches[key] = value
    return numbers, switches


@cache
def _expanded(name: str, pattern: str) -> tuple[str, ...]:
    return tuple(known for known in arm(name).numbers if _matches(known, pattern))


def _matches(key: str, pattern: str) -> bool:
    parts, wanted = key.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(w in ("*", p) for p, w in zip(parts, wanted, strict=True))


def prepared(name: str, settings: Settings | None = None, draws: int = 0) -> tuple[Scenario, Values]:
    """A scenario and its parameter rows (``draws`` from the priors, or the central one) under ``settings``."""
    base = arm(name)
    numbers, switches = split(base, settings or {})
    chosen = tuple(switches.items())
    return arm(name, chosen), _rows(name, chosen, draws).replace(numbers)


@cache
def _rows(name: str, switches: tuple[tuple[str, object], ...], draws: int) -> Values:
    scenario = arm(name, switches)
    return draw(scenario, draws, seed=11) if draws else central(scenario)


def crisis(
    name: str, settings: Settings | None = None, worlds: int = 256, weeks: int = 8, draws: int = 0, **more: Any
) -> Crisis:
    """A crisis run for ``weeks`` weeks; with ``draws`` parameter rows the worlds are dealt round them."""
    scenario, values = prepared(name, settings, draws)
    model = Crisis(scenario, worlds, values=values, **more)
    for _ in range(weeks * 7 // model.step_days):
        if model.running:
            model.step()
    return model


def peace(name: str = "nonresponse") -> dict[str, object]:
    """Settings that leave no hostility: no attacks, no pressure, no motive, no history, nothing to answer."""
    scenario = arm(name)
    settings: dict[str, object] = {
        "*.rate": 0.0,
        "sanctions.level": 0.0,
        "us.gamble.gain": 0.0,
        "us.prevention.value": 0.0,
        "*.strike.value": 0.0,
        "iran.order.start": 1.0,
        "brinkmanship.h1": 0.0,
        "start.rung": 1,
        "start.provocation_rung": 1,
        "start.provocation_deaths": 0,
    }
    settings |= {f"events.{event.name}.on": False for event in scenario.events}
    settings |= {f"past.{event.name}.on": False for event in scenario.past}
    return settings


def sigmoid(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def z_score(difference: Floats) -> float:
    """Mean over its standard error; 0 where nothing differs."""
    spread = difference.std()
    if spread == 0.0:
        return float(np.sign(difference.mean()) * np.inf) if difference.mean() else 0.0
    return float(difference.mean() / spread * np.sqrt(len(difference)))


class Game:
    """The stage game of one world, worked out by the model's own functions from numbers set by hand.

    Every act of both sides costs nothing, brings nothing and harms no one unless set; acts that are not named in
    ``keep`` are priced out of the menus.
    """

    def __init__(self, keep: tuple[str, ...], settings: Settings, rationality: float = 100.0) -> None:
        scenario = arm("nonresponse")
        blank: dict[str, object] = {
            f"acts.*.*.{column}": 0.0
            for column in [
                "cost",
                "harm",
                "gain",
                "pressure",
                "answer",
                "visibility",
                "meant_deaths",
                "warned",
                "decapitates",
                "collapse",
                "setback",
                "first_strike",
            ]
        }
        blank |= {"errors.scale": 0.0, "choice.rationality": rationality, "us.madness.u": 0.0, "us.gamble.gain": 0.0}
        blank |= {"us.prevention.value": 0.0, "us.reputation.value": 0.0, "us.audience.alpha": 0.0}
        blank |= {"us.public.slope": 0.0, "iran.preempt.loss_first": 0.0, "iran.preempt.loss_struck": 0.0}
        blank |= {"iran.audience.alpha": 0.0, "iran.pressure.slope": 0.0, "iran.accord.rent": 0.0, "iran.power": 1.0}
        blank |= {"us.grievance.harassment": 0.0, "us.grievance.high_value": 0.0, "us.grievance.death": 0.0}
        blank |= {"us.grievance.log_deaths": 0.0, "us.blame.discount": 1.0, "us.grievance.resolute_factor": 1.0}
        blank |= {"iran.obligation.per_rung": 0.0, "iran.obligation.leader": 0.0, "iran.obligation.log_deaths": 0.0}
        for side, acts in scenario.acts.items():
            blank |= {f"acts.{side}.{act.name}.cost": 900.0 for act in acts if f"{side}.{act.name}" not in keep}
        self.crisis = crisis("nonresponse", {**blank, **settings}, worlds=1, weeks=0)
        self.names = {side: [act.name for act in acts] for side, acts in scenario.acts.items()}
        self.S = self.crisis.state.S
        self.S[RUNG] = 1.0
        self.S[OBLIGATION] = self.S[COMMIT_CHALLENGER] = self.S[COMMIT_DEFENDER] = 0.0
        self.S[PI_LEADER] = 0.0
        self.S[WEIGHT] = 1.0
        self.reply: Floats
        self.harm: Floats
        self.punishment = 0.0

    def believe(self, field: int, probability: float) -> None:
        """Set a belief that is kept as a logit."""
        self.S[field] = logit(probability)

    def challenger(self, restrained: bool = True) -> dict[str, float]:
        """Expected utility of each of the challenger's acts."""
        T, X = self.crisis.tables, self.crisis.state
        D = desk(T.challenger_acts.shape[1], T.defender_acts.shape[1], 1)
        challenger.decide(T, X, D, 0, -1, 0, CONSIDERED, 0, True, ANY_RUNG)
        self.reply, self.harm, self.punishment = D.reply[D.node, :, 0], D.harm, float(self.S[PUNISHMENT, 0])
        # the quantal rule leaves the expected utilities in `own`
        return dict(zip(self.names["iran"], D.own[0 if restrained else 1, :, 0], strict=True))

    def defender(self, rung: float = 1.0, dead: float = 0.0, resolute: bool = True) -> dict[str, float]:
        """Expected utility of each of the defender's acts in answer to a provocation."""
        T, X = self.crisis.tables, self.crisis.state
        D = desk(T.defender_acts.shape[1], T.challenger_acts.shape[1], 1)
        self.S[PROVOCATION], self.S[DEAD], self.S[BLAMED] = rung, dead, 1.0
        defender.decide(T, X, D, 0, -1, 0, CONSIDERED, 0, True, ANY_RUNG)
        self.reply, self.harm = D.reply[D.node, :, 0], D.harm
        return dict(zip(self.names["us"], D.own[0 if resolute else 1, :, 0], strict=True))


def called(function: Any) -> Any:
    """A function of compiled code that Python can call (``compiled.inner`` leaves out what that takes)."""
    if not ENABLED:
        return function
    import numba

    return numba.njit(error_model="numpy", _nrt=False)(lambda *arguments: function(*arguments))


def flips_at(prefers: Any, low: float, high: float) -> float:
    """The point of (low, high) at which ``prefers`` turns from one answer to the other, by bisection."""
    first = prefers(low)
    assert prefers(high) != first, "the choice never flips"
    for _ in range(44):
        middle = (low + high) / 2.0
        if prefers(middle) == first:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
