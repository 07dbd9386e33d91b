"""The stage game solved: what either type of the mover does, what it expects in reply, and how that ends.

By quantal response the tree is solved by the general solver of ``games``. Under the other rules of the shelf the
mover's choice is the model's own (``model.rules``); the replies that it expects are quantal, as in the model, but for
rules that plan ahead (``farsighted``), whose mover expects more than the tree holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from escalation.analysis.stage_game import StageGame, stage_game
from escalation.games.judge import judged
from escalation.games.paths import paths
from escalation.games.solution import Solution
from escalation.games.solve import solve
from escalation.model.arrays import Floats
from escalation.model.layout import RATIONALITY
from escalation.model.rules import PLANNERS
from escalation.worlds.moment import Moment

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class StageSolution:
    """What comes of one stage game; ``solution`` is that of its tree, ``rule`` the mover's.

    ``done`` (2, n): what the mover's types carry out, once madness has had its say. ``replies_residual``: how far the
    replies are from what quantal response prescribes.
    """

    game: StageGame
    rule: str
    solution: Solution
    done: Floats
    replies_residual: float

    @property
    def plans(self) -> bool:
        """Whether the mover foresees more than the reply that the tree shows, and so goes by other expectations."""
        return self.rule in PLANNERS

    @property
    def is_certified(self) -> bool:
        """Whether the residual bears on the mover's choice: other rules say themselves how their mover errs."""
        return self.rule in ("quantal", "best-response")

    @cached_property
    def chosen(self) -> Floats:
        """(2, n) what the mover's types choose."""
        strategies = self.solution.strategies
        return np.array(
            [[strategies[self.game.set_of(kind)].get(act, 0.0) for act in self.game.acts] for kind in range(2)]
        )

    def replies(self, label: str) -> Floats:
        """(2, m) what the replier's types choose where they see ``label``."""
        strategies = self.solution.strategies
        sets = (f"{self.game.replier} {kind}, {label}" for kind in self.game.replier_types)
        return np.array([[strategies[name][reply] for reply in self.game.replies] for name in sets])

    @cached_property
    def expected(self) -> Floats:
        """(2, n) expected utility of the mover's acts, by type (utils); NaN for an act that is off the menu."""
        losses = []
        for nodes, shut in zip(self.game.nodes, self.game.closed, strict=True):
            if shut:
                losses.append(math.nan)
                continue
            loss = 0.0 if nodes else float(self.game.harm[0])
            for p, node in nodes:
                loss += p * float(self._mixed(node.label, node.mad) @ self.game.harm)
            losses.append(loss)
        return np.asarray(self.game.own - np.array(losses))

    def _mixed(self, label: str, mad: Floats) -> Floats:
        """(m,) the replies that the mover expects, madness included."""
        first, second = self.replies(label)
        return np.asarray(self.game.belief * (first @ mad) + (1.0 - self.game.belief) * second)

    @cached_property
    def outcomes(self) -> Mapping[str, float]:
        """``act, reply`` -> probability, by what is carried out; an act of all-out war stands alone.

        The mover's types are weighed as the other side believes in them.
        """
        weights = np.array([self.game.believed, 1.0 - self.game.believed]) @ self.done
        found: dict[str, float] = {}
        for a, act in self._open():
            weight, nodes = weights[a], self.game.nodes[a]
            if not nodes:
                found[act] = float(weight)
            for p, node in nodes:
                for reply, share in zip(self.game.replies, self._mixed(node.label, node.mad), strict=True):
                    name = f"{act}, {reply}"
                    found[name] = found.get(name, 0.0) + float(weight * p * share)
        return found

    def _open(self) -> Iterator[tuple[int, str]]:
        """The acts on the menu, with their indices."""
        return ((a, act) for a, act in enumerate(self.game.acts) if not self.game.closed[a])

    def to_json(self) -> dict[str, Any]:
        """As plain data: the contract's keys, and what else there is to know of the moment."""
        game, moment = self.game, self.game.moment
        own = self.solution.to_json()
        return {
            **own,
            "rationality": None if self.rule == "best-response" else own["rationality"],
            "residual": own["residual"] if self.is_certified else None,
            "replies_rationality": own["rationality"],
            "replies_residual": self.replies_residual,
            "outcomes": dict(self.outcomes),
            "scenario": moment.scenario.name,
            "actor": game.mover,
            "world": moment.world,
            "week": moment.week,
            "beliefs_of_types": {
                game.mover: {f"{game.replier} {game.replier_types[0]}": game.belief},
                game.replier: {f"{game.mover} {game.mover_types[0]}": game.believed},
            },
            "ordered": game.ordered or None,
            "carried_out": self._by_type(self.done),
            "expected_utility": None if self.plans else self._by_type(self.expected),
        }

    def _by_type(self, values: Floats) -> dict[str, dict[str, float]]:
        return {self.game.set_of(kind): {act: float(values[kind, a]) for a, act in self._open()} for kind in range(2)}

    def to_frame(self) -> pd.DataFrame:
        """One row an action: ``infoset, action, probability``."""
        return self.solution.to_frame()

    def _repr_html_(self) -> str:
        return self.solution._repr_html_()


def with_rationality(moment: Moment, rationality: float) -> Moment:
    """The moment with another lambda (1/util), for both sides."""
    general = moment.tables.general.copy()
    general[0, RATIONALITY] = rationality
    return replace(moment, tables=moment.tables._replace(general=general))


def solve_stage(moment: Moment, rationality: float | None = None) -> StageSolution:
    """The stage game of ``moment`` by its mover's rule; ``rationality`` in place of the scenario's lambda (1/util).

    Raises ``ValueError`` for an infinite lambda under a rule that has no such limit.
    """
    game = stage_game(moment if rationality is None else with_rationality(moment, rationality))
    actor = moment.scenario.defender if moment.role == "defender" else moment.scenario.challenger
    rule = actor.rule or "quantal"
    endless = math.isinf(game.rationality)
    if endless and rule not in ("quantal", "best-response"):
        raise ValueError(f"rationality inf: {rule} has no such limit; legal is a finite number")
    solution = solve(game.tree, "best-response" if endless else "quantal", game.rationality)
    replies_residual = solution.residual
    if rule != "quantal" and not endless:
        chosen = game.chosen_by_the_model(rule, sane=True)
        choices = {
            game.set_of(kind): {
                act: float(p) for act, p, shut in zip(game.acts, chosen[kind], game.closed, strict=True) if not shut
            }
            for kind in range(2)
        }
        solution = judged(paths(game.tree), solution, choices, rule, errs=rule != "best-response")
    found = StageSolution(game, rule, solution, np.empty((2, 0)), replies_residual)
    return replace(found, done=game.carried_out(found.chosen))
