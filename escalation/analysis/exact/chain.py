"""The chain: weeks as sparse matrices between the states that can be reached, solved for the odds of war by week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.exact.reduction import Reduced
from escalation.analysis.exact.week import FELL, WAR, Phase, Week

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]

DECIMALS: Final = 9
"""States that agree to so many decimals are one."""
LEAST: Final = 1e-9
"""A path of draws within a week, or a state at its start, that is less likely than this is not followed. All that is
lost so is known in the end, for what is left must add up to one."""
SHARE_LOST: Final = 0.01
"""Where more than this share of the odds of war was lost, the chain is solved again and less likely paths followed."""
_MIX: Final = np.random.default_rng(0).integers(1, 2**62, 64) * 2 + 1


@dataclass(frozen=True)
class Chain:
    """Exact odds of the reduced crisis by week, and the size of what they were solved on.

    ``war`` and ``fell`` (weeks,) are cumulative; ``lost`` (weeks,) is all probability that was not followed so far, by
    which the odds may be too low at most. ``states`` counts states at the start of a week, ``links`` the transitions
    between them.
    """

    war: Floats
    fell: Floats
    lost: Floats
    states: int
    links: int


@dataclass(frozen=True)
class Matrix:
    """Transitions of some rows over one week: to rows of ``states``, to war and to the regime's fall."""

    onward: csr_matrix
    states: Floats
    war: Floats
    fell: Floats


def solved(reduced: Reduced, horizon: int) -> Chain:
    """The chain of ``reduced`` for ``horizon`` weeks, with little lost of the odds of war."""
    least = LEAST
    while True:
        chain = followed(reduced, horizon, least)
        if chain.lost[-1] <= SHARE_LOST * chain.war[-1] or least < 1e-16:
            return chain
        least *= 1e-3


def followed(reduced: Reduced, horizon: int, least: float) -> Chain:
    """The chain of ``reduced`` for ``horizon`` weeks, solved forwards along all that is likelier than ``least``.

    Weeks without a scheduled event share one matrix, whose rows are made when their state is first reached.
    """
    from scipy.sparse import coo_matrix

    week = Week(reduced)
    held, mass = week.beginnings()
    known: dict[bytes, int] = {}
    rows: list[Floats] = []
    war, fell, lost, links, total_war, total_fell = [], [], [], 0, 0.0, 0.0
    usual: dict[int, tuple[NDArray[np.int64], Floats, float, float]] = {}

    def number(state: Floats) -> NDArray[np.int64]:
        found = np.empty(len(state), dtype=np.int64)
        for i, row in enumerate(state):
            key = row.tobytes()
            if key not in known:
                known[key] = len(rows)
                rows.append(row)
            found[i] = known[key]
        return found

    at = number(np.round(held, DECIMALS))
    for t in range(1, horizon + 1):
        kept = mass >= least
        at, mass = at[kept], mass[kept]
        if week.is_usual(t):
            fresh = np.array([i for i in at if i not in usual], dtype=np.int64)
            made = matrix(week.phases(t), np.array([rows[i] for i in fresh]), least) if len(fresh) else None
            if made is not None:
                where = number(made.states)
                for k, i in enumerate(fresh):
                    lo, hi = made.onward.indptr[k], made.onward.indptr[k + 1]
                    usual[int(i)] = (
                        where[made.onward.indices[lo:hi]],
                        made.onward.data[lo:hi],
                        made.war[k],
                        made.fell[k],
                    )
                links += made.onward.nnz
            parts = [usual[int(i)] for i in at]
            columns = np.concatenate([part[0] for part in parts])
            source = np.repeat(np.arange(len(at)), [len(part[0]) for part in parts])
            data = np.concatenate([part[1] for part in parts])
            onward = coo_matrix((data, (source, columns)), shape=(len(at), len(rows))).tocsr()
            to_war, to_fall = np.array([part[2] for part in parts]), np.array([part[3] for part in parts])
        else:
            made = matrix(week.phases(t), np.array([rows[i] for i in at]), least)
            where, to_war, to_fall = number(made.states), made.war, made.fell
            spread = made.onward.tocoo()
            onward = coo_matrix((spread.data, (spread.row, where[spread.col])), shape=(len(at), len(rows))).tocsr()
            links += onward.nnz
        total_war += float(mass @ to_war)
        total_fell += float(mass @ to_fall)
        after = onward.T @ mass
        at = np.flatnonzero(after > 0.0)
        mass = after[at]
        war.append(total_war)
        fell.append(total_fell)
        lost.append(max(1.0 - total_war - total_fell - float(mass.sum()), 0.0))
    return Chain(np.array(war), np.array(fell), np.array(lost), len(rows), links)


def matrix(phases: list[Phase], states: Floats, least: float) -> Matrix:
    """One week from ``states`` (rows, fields): the product of its phases' sparse matrices.

    What is reached with less than ``least`` from any row is left out, so that a row may add up to less than one.
    """
    from scipy.sparse import coo_matrix, identity

    onward = identity(len(states), format="csr")
    war, fell, reach = np.zeros(len(states)), np.zeros(len(states)), np.ones(len(states))
    for phase in phases:
        source, p, reached = [], [], []
        for step in phase(states):
            some = step.p > 0.0 if step.ending else step.p * reach[step.source] > least
            if step.ending in (WAR, FELL):
                ending = np.bincount(step.source[some], step.p[some], minlength=len(states))
                if step.ending == WAR:
                    war += onward @ ending
                else:
                    fell += onward @ ending
            elif some.any():
                source.append(step.source[some])
                p.append(step.p[some])
                reached.append(np.round(step.state[some], DECIMALS) + 0.0)
        after, index = distinct(np.concatenate(reached))
        entries = np.concatenate(p), (np.concatenate(source), index)
        onward = (onward @ coo_matrix(entries, shape=(len(states), len(after))).tocsr()).tocsr()
        states, reach = after, np.asarray(onward.max(axis=0).todense()).ravel()
    return Matrix(onward, states, war, fell)


def distinct(rows: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The different ``rows`` (n, fields) and which of them each is, by a hash that is checked."""
    words = np.ascontiguousarray(rows).view(np.int64)
    mixed = np.zeros(len(rows), dtype=np.int64)
    for column in range(rows.shape[1]):
        mixed = (mixed ^ words[:, column]) * _MIX[column]
        mixed ^= mixed >> 29
    _, first, index = np.unique(mixed, return_index=True, return_inverse=True)
    found = rows[first]
    if not np.array_equal(found[index], rows):
        raise ArithmeticError("two states share a hash")
    return found, index
