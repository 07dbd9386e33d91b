"""Bayesian updating at information sets: where the mover thinks it stands.

A node's probability is that of the play to it, over that of its information set. Worked out in logarithms, so that it
holds where all that leads there has all but vanished: the belief off the path is then the limit of the quantal
response's, which is consistent in the sense of Kreps and Wilson (1982, Econometrica 50: 863-894).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from escalation.games.paths import Floats, Paths
from escalation.games.tree import CHANCE, Game

_SURPRISE: Final = -1e9
"""Stands for the logarithm of what chance rules out: a belief rests on the nodes that need the fewest such turns."""


def beliefs(game: Game, paths: Paths, log_x: Floats) -> dict[str, dict[str, float]]:
    """Information set -> node -> probability, for the players' information sets of several nodes."""
    reached = _log_reach(game, paths, log_x)
    found = {}
    for infoset, name in zip(game.personal, game.infoset_names, strict=True):
        if len(infoset.nodes) > 1:
            logs = reached[list(infoset.nodes)]
            weights = np.exp(logs - logs.max())
            shares = weights / weights.sum()
            names = node_names(game, infoset.nodes)
            found[name] = {node: float(share) for node, share in zip(names, shares, strict=True)}
    return found


def posterior(prior: Floats, likelihood: Floats) -> Floats:
    """Bayes' rule for one observation: P(type) from the ``prior`` and the ``likelihood`` of what was seen, by type.

    Raises ``ValueError`` where no type could have done it.
    """
    joint = np.asarray(prior) * np.asarray(likelihood)
    total = float(joint.sum())
    if not total > 0.0:
        raise ValueError("no type can do what was seen: Bayes' rule is silent")
    return np.asarray(joint / total)


def _log_reach(game: Game, paths: Paths, log_x: Floats) -> Floats:
    reached = np.zeros(len(game.nodes))
    for place, node in enumerate(game.nodes):
        if node.parent < 0:
            continue
        above = game.nodes[node.parent].infoset
        assert above is not None, "an end has no children"
        infoset = game.infosets[above]
        if infoset.player == CHANCE:
            probability = float(infoset.probabilities[node.branch])
            step = float(np.log(probability)) if probability > 0.0 else _SURPRISE
        else:
            step = float(log_x[paths.starts[above] + node.branch])
        reached[place] = reached[node.parent] + step
    return reached


def node_names(game: Game, places: tuple[int, ...]) -> list[str]:
    """Names of nodes: their labels where those tell them apart, else the moves that lead there."""
    labels = [game.nodes[place].label for place in places]
    if all(labels) and len(set(labels)) == len(labels):
        return labels
    return [_history(game, place) for place in places]


def _history(game: Game, place: int) -> str:
    moves = []
    for node in game.path(place):
        if node.parent >= 0:
            above = game.nodes[node.parent].infoset
            assert above is not None, "an end has no children"
            moves.append(game.action_names[above][node.branch])
    return ", ".join(reversed(moves))
