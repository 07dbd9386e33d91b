"""Certificates: what a player, or a player's agent at one information set, could still gain.

A profile is a Nash equilibrium where no player gains by another plan, and sequentially rational where no agent gains at
its information set, given what it believes there (one deviation at a time is enough under perfect recall).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from escalation.games.paths import Floats, Ints, Paths

TREMBLE: Final = -1000.0


def payoffs(paths: Paths, x: Floats) -> Floats:
    """Expected payoff of each player, action probabilities ``x`` (k,) given."""
    return np.asarray(chances(paths, x) @ paths.payoffs[paths.possible])


def chances(paths: Paths, x: Floats) -> Floats:
    """Probability of each play that chance allows."""
    return np.asarray(np.exp(paths.log_plays(logs(x))[paths.possible]))


def logs(x: Floats) -> Floats:
    """Logarithms of probabilities, those of zero by a tremble whose probability no float can hold."""
    return np.where(x > 0.0, np.log(np.maximum(x, 1e-300)), TREMBLE)


def depths(paths: Paths) -> Ints:
    """How many moves of its own the mover of each information set has made before; needs perfect recall."""
    depth = np.zeros(len(paths.mover), dtype=np.intp)
    for place in range(len(depth)):
        action = paths.before[place]
        while action >= 0:
            depth[place] += 1
            action = paths.before[paths.set_of[action]]
    return depth


def regrets(paths: Paths, x: Floats) -> Floats:
    """For each player, the best expected payoff of any own plan less that of ``x``, others' play held (players,).

    By the player's own tree of information sets, from its last moves back (von Stengel 1996, Games and Economic
    Behavior 14: 220-246). A player who forgets is only given the best change of one information set.
    """
    here = payoffs(paths, x)
    best = np.array([_best_reply(paths, x, player) for player in range(len(paths.players))])
    return np.maximum(best - here, 0.0)


def _best_reply(paths: Paths, x: Floats, player: int) -> float:
    """The most that ``player`` can expect against the others."""
    if not paths.recall:
        return _best_single_change(paths, x, player)
    others = np.where(paths.player_of == player, 0.0, logs(x))
    reach = np.exp(paths.log_plays(others)) * paths.possible
    paid = reach * paths.payoffs[:, player]
    last = paths.last[:, player]
    # What an action yields: the plays on which it is the last own move, and the own information sets that follow it.
    yields = np.bincount(last[last >= 0], weights=paid[last >= 0], minlength=paths.count)
    total = float(paid[last < 0].sum())
    depth = depths(paths)
    own = np.flatnonzero(paths.mover == player)
    for place in own[np.argsort(-depth[own], kind="stable")]:
        best = float(yields[paths.starts[place] : paths.starts[place + 1]].max())
        if paths.before[place] >= 0:
            yields[paths.before[place]] += best
        else:
            total += best
    return total


def _best_single_change(paths: Paths, x: Floats, player: int) -> float:
    best = float(payoffs(paths, x)[player])
    for place in np.flatnonzero(paths.mover == player):
        actions = slice(paths.starts[place], paths.starts[place + 1])
        for action in range(actions.start, actions.stop):
            changed = x.copy()
            changed[actions] = 0.0
            changed[action] = 1.0
            best = max(best, float(payoffs(paths, changed)[player]))
    return best


def losses(paths: Paths, x: Floats, worth: Floats) -> Floats:
    """What each information set's mover loses by ``x`` against its best action there, ``worth`` (k,) given (sets,)."""
    return np.maximum(paths.best(worth) - paths.by_set(x * worth), 0.0)
