"""A game as solvers see it: the plays, what each pays, and which actions lie on it.

With x_k the probability of action k, a play z has probability pi(z) = c(z) prod_{k on z} x_k, c being chance's part.
For an action k of player i at the information set h, what i expects there is

    u_k = sum_{z through k} w_k(z) v_i(z),    w_k(z) = pi(z) / sum_{z' through k} pi(z'),

which is Bayes' rule at h and the expectation after k in one. The weights w_k are worked out from log probabilities, so
that they hold where pi underflows, and their derivative is as plain:

    d w_k(z) / d log x_j = w_k(z) (M_zj - sum_z' w_k(z') M_z'j),    M_zj = 1 where j lies on z.

A table is the same thing: its plays are its cells, and each player has one information set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from escalation.games.recall import absent_minded, forgetful, own_moves
from escalation.games.table import Table
from escalation.games.tree import CHANCE, Game

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST_DENSE: Final = 4_000
"""Plays times actions up to which matrices are kept in full; above, the BLAS's threads can cost more than they save."""


class Unsolvable(ValueError):
    """A game that a solver cannot take, with the reason."""


@dataclass(frozen=True)
class Paths:
    """Arrays over k actions, s information sets, z plays and the pairs of an action and a play through it.

    ``starts`` (s + 1): where each set's actions begin. ``mover`` (s): its player. ``before`` (s): the mover's own last
    action before it, -1 for none. ``chance`` (z): log of chance's part, ``payoffs`` (z, players), ``counted`` (z): the
    index into ``endings`` of what the play ends in. ``possible`` (z): False for plays that chance rules out.
    ``last`` (z, players): each player's last action on the play, -1 for none. ``pair_action``, ``pair_play``: the
    pairs, sorted by action; an information set that chance rules out is judged by plays that chance rules out once.
    """

    game: Game | Table
    starts: Ints
    mover: Ints
    before: Ints
    chance: Floats
    possible: NDArray[np.bool_]
    payoffs: Floats
    last: Ints
    counted: Ints
    endings: tuple[str, ...]
    on_play: sparse.csr_array
    pair_action: Ints
    pair_play: Ints
    recall: bool
    infosets: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    players: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many actions there are in all."""
        return int(self.starts[-1])

    @cached_property
    def set_of(self) -> Ints:
        """The information set of each action."""
        return np.repeat(np.arange(len(self.mover)), np.diff(self.starts))

    @cached_property
    def player_of(self) -> Ints:
        """The player of each action."""
        return self.mover[self.set_of]

    @cached_property
    def pair_starts(self) -> Ints:
        """Where each action's pairs begin."""
        return np.searchsorted(self.pair_action, np.arange(self.count))

    @cached_property
    def pair_payoff(self) -> Floats:
        """What the play of each pair pays to the player of its action."""
        return self.payoffs[self.pair_play, self.player_of[self.pair_action]]

    @cached_property
    def dense(self) -> Floats | None:
        """``on_play`` in full where it is small, as then that is faster; else None."""
        return self.on_play.toarray() if self.on_play.shape[0] * self.count <= MOST_DENSE else None

    @cached_property
    def stakes(self) -> Floats:
        """Largest less smallest payoff of each player, 1 where all are the same."""
        spread = self.payoffs.max(axis=0) - self.payoffs.min(axis=0)
        return np.where(spread > 0.0, spread, 1.0)

    @cached_property
    def stake(self) -> float:
        """The largest of ``stakes``: lambda times this is how strongly payoffs can bear on a choice."""
        return float(self.stakes.max())

    def uniform(self) -> Floats:
        """Log probabilities of choosing blindly."""
        return np.asarray(-np.log(np.diff(self.starts))[self.set_of])

    def log_plays(self, log_x: Floats) -> Floats:
        """Log probability of each play."""
        return np.asarray(self.chance + (self.on_play if self.dense is None else self.dense) @ log_x)

    def weights(self, log_x: Floats) -> Floats:
        """w_k(z) for each pair."""
        log_pair = self.log_plays(log_x)[self.pair_play]
        largest = np.maximum.reduceat(log_pair, self.pair_starts)
        weight = np.exp(log_pair - largest[self.pair_action])
        total = np.add.reduceat(weight, self.pair_starts)
        return np.asarray(weight / total[self.pair_action])

    def expected(self, weights: Floats) -> Floats:
        """u_k for each action."""
        return np.asarray(np.add.reduceat(weights * self.pair_payoff, self.pair_starts))

    def derivative(self, weights: Floats, slopes: Floats) -> Floats:
        """d value_k / d log x_j (k, k), where ``slopes`` are d value_k / d w_k(z) for each pair."""
        mean = np.add.reduceat(weights * slopes, self.pair_starts)
        entries = weights * (slopes - mean[self.pair_action])
        shape = (self.count, len(self.chance))
        if self.dense is not None:
            by_play = np.zeros(shape)
            by_play[self.pair_action, self.pair_play] = entries
            return by_play @ self.dense
        by_play_sparse = sparse.csr_array((entries, (self.pair_action, self.pair_play)), shape=shape)
        return np.asarray((by_play_sparse @ self.on_play).toarray())

    def softmax(self, values: Floats) -> Floats:
        """Log of the logit choice probabilities within each information set."""
        first = self.starts[:-1]
        largest = np.maximum.reduceat(values, first)[self.set_of]
        total = np.log(np.add.reduceat(np.exp(values - largest), first))[self.set_of]
        return np.asarray(values - largest - total)

    def by_set(self, values: Floats) -> Floats:
        """Sum of ``values`` (k,) within each information set."""
        return np.asarray(np.add.reduceat(values, self.starts[:-1]))

    def best(self, values: Floats) -> Floats:
        """Largest of ``values`` (k,) within each information set."""
        return np.asarray(np.maximum.reduceat(values, self.starts[:-1]))


def paths(game: Game | Table) -> Paths:
    """The plays of a tree or a table. Raises ``Unsolvable`` where a play passes an information set twice."""
    return _of_table(game) if isinstance(game, Table) else _of_tree(game)


def _of_tree(game: Game) -> Paths:
    twice = absent_minded(game)
    if twice:
        raise Unsolvable(f"a play can pass {twice[0]!r} more than once: its mover has no plan to choose among")
    if not game.personal:
        raise Unsolvable("no player ever moves")
    sizes = [len(infoset.actions) for infoset in game.personal]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    moves: list[tuple[int, ...]] = []
    logs: list[float] = []
    zeros: list[int] = []
    for node in game.nodes:
        if node.parent < 0:
            moves.append(())
            logs.append(0.0)
            zeros.append(0)
            continue
        above = game.nodes[node.parent].infoset
        assert above is not None, "an end has no children"
        infoset = game.infosets[above]
        made, log, zero = moves[node.parent], logs[node.parent], zeros[node.parent]
        if infoset.player == CHANCE:
            probability = infoset.probabilities[node.branch]
            log += float(np.log(float(probability))) if probability else 0.0
            zero += not probability
        else:
            made = (*made, int(starts[above]) + node.branch)
        moves.append(made)
        logs.append(log)
        zeros.append(zero)
    own = own_moves(game)
    before = [
        int(starts[own[infoset.nodes[0]][-1][0]]) + own[infoset.nodes[0]][-1][1] if own[infoset.nodes[0]] else -1
        for infoset in game.personal
    ]
    return _assemble(
        game,
        starts=starts,
        mover=np.array([infoset.player for infoset in game.personal], dtype=np.intp),
        before=np.array(before, dtype=np.intp),
        moves=[moves[end] for end in game.ends],
        chance=np.array([logs[end] for end in game.ends]),
        zeros=np.array([zeros[end] for end in game.ends]),
        payoffs=np.array(_totals(game)),
        names=[game.end_name(end) for end in game.ends],
        recall=not forgetful(game),
        infosets=game.infoset_names,
        actions=game.action_names[: len(sizes)],
        players=game.player_names,
    )


def _totals(game: Game) -> list[list[float]]:
    """Payoffs of each end, summed over the outcomes on its path in floating point."""
    paid = [[float(payoff) for payoff in outcome.payoffs] for outcome in game.outcomes]
    nothing = [0.0] * len(game.players)
    totals: list[list[float]] = []
    for node in game.nodes:
        so_far = nothing if node.parent < 0 else totals[node.parent]
        if node.outcome is not None:
            so_far = [a + b for a, b in zip(so_far, paid[node.outcome], strict=True)]
        totals.append(so_far)
    return [totals[end] for end in game.ends]


def _of_table(table: Table) -> Paths:
    starts = np.concatenate([[0], np.cumsum(table.shape)]).astype(np.intp)
    moves = [
        tuple(int(start) + choice for start, choice in zip(starts, profile, strict=False))
        for profile in table.profiles()
    ]
    nothing = [0.0] * len(table.players)
    paid = [[float(payoff) for payoff in outcome.payoffs] for outcome in table.outcomes]
    count = len(moves)
    return _assemble(
        table,
        starts=starts,
        mover=np.arange(len(table.players), dtype=np.intp),
        before=np.full(len(table.players), -1, dtype=np.intp),
        moves=moves,
        chance=np.zeros(count),
        zeros=np.zeros(count, dtype=int),
        payoffs=np.array([nothing if cell is None else paid[cell] for cell in table.cells]),
        names=list(table.cell_names),
        recall=True,
        infosets=table.player_names,
        actions=table.strategy_names,
        players=table.player_names,
    )


def _assemble(
    game: Game | Table,
    *,
    starts: Ints,
    mover: Ints,
    before: Ints,
    moves: Sequence[Sequence[int]],
    chance: Floats,
    zeros: NDArray[np.int_],
    payoffs: Floats,
    names: Sequence[str],
    recall: bool,
    infosets: tuple[str, ...],
    actions: tuple[tuple[str, ...], ...],
    players: tuple[str, ...],
) -> Paths:
    count = int(starts[-1])
    lengths = np.array([len(made) for made in moves])
    play = np.repeat(np.arange(len(moves)), lengths)
    action = np.fromiter((k for made in moves for k in made), dtype=np.intp, count=int(lengths.sum()))
    on_play = sparse.csr_array((np.ones(len(play)), (play, action)), shape=(len(moves), count))
    # A set is judged by the plays through it that chance rules out least often: by all possible ones, if there are any.
    set_of = np.repeat(np.arange(len(mover)), np.diff(starts))
    fewest = np.full(len(mover), np.iinfo(np.int64).max)
    np.minimum.at(fewest, set_of[action], zeros[play])
    kept = zeros[play] == fewest[set_of[action]]
    order = np.lexsort((play[kept], action[kept]))
    last = np.full((len(moves), len(players)), -1, dtype=np.intp)
    for place, made in enumerate(moves):
        for k in made:
            last[place, mover[set_of[k]]] = k
    endings: Mapping[str, int] = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return Paths(
        game=game,
        starts=starts,
        mover=mover,
        before=before,
        chance=chance,
        possible=zeros == 0,
        payoffs=payoffs,
        last=last,
        counted=np.array([endings[name] for name in names], dtype=np.intp),
        endings=tuple(endings),
        on_play=on_play,
        pair_action=action[kept][order],
        pair_play=play[kept][order].astype(np.intp),
        recall=recall,
        infosets=infosets,
        actions=actions,
        players=players,
    )
