"""What a solver found, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Solution:
    """One profile of behaviour in one game.

    ``strategies``: information set -> action -> probability (of a table: player -> strategy -> probability).
    ``outcomes``: name -> probability that the play ends there; they sum to one.
    ``residual``: the largest difference between a probability and the one that the rule prescribes given all others,
    for a rule without errors the largest loss at an information set as a share of what is at stake for its mover.
    ``regret``: player -> the most, in payoff units, that the player could gain in expectation by any other plan,
    given the others' play (for a player who forgets, by changing one information set). Zero for all is Nash.
    ``payoffs``: player -> expected payoff. ``worth``: information set -> action -> what it is worth there to its mover.
    ``beliefs``: information set -> node -> probability, where it has several.
    ``rationality``: lambda, in 1/payoff unit; None for a rule that has none. ``notes``: what a reader should know.
    """

    rule: str
    rationality: float | None
    strategies: Mapping[str, Mapping[str, float]]
    outcomes: Mapping[str, float]
    residual: float
    regret: Mapping[str, float]
    payoffs: Mapping[str, float]
    worth: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    beliefs: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain data; ``rule, rationality, strategies, outcomes, residual`` are the contract's."""
        return {
            "rule": self.rule,
            "rationality": self.rationality,
            "strategies": {name: dict(choice) for name, choice in self.strategies.items()},
            "outcomes": dict(self.outcomes),
            "residual": self.residual,
            "regret": dict(self.regret),
            "payoffs": dict(self.payoffs),
            "worth": {name: dict(worth) for name, worth in self.worth.items()},
            "beliefs": {name: dict(belief) for name, belief in self.beliefs.items()},
            "notes": list(self.notes),
        }

    def to_frame(self) -> pd.DataFrame:
        """One row an action: ``infoset, action, probability``."""
        import pandas as pd

        rows = [
            (infoset, action, probability)
            for infoset, choice in self.strategies.items()
            for action, probability in choice.items()
        ]
        return pd.DataFrame(rows, columns=["infoset", "action", "probability"])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(infoset)}</td><td>{escape(action)}</td><td>{probability:.4f}</td></tr>"
            for infoset, choice in self.strategies.items()
            for action, probability in choice.items()
        )
        return f"<table><tr><th>information set</th><th>action</th><th>probability</th></tr>{rows}</table>"
