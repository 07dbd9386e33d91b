"""Loops over rows of lanes: what the model's longer formulas are put together from.

A row holds one number by lane; ``lanes`` says how many are in use. A state row is (worlds,), read or written from world
``w`` on. What a loop writes does not overlap what it reads (``compiled.loop``).
"""

from __future__ import annotations

from typing import Any

from escalation import draws
from escalation.compiled import inner, leaf, loop
from escalation.maths import exp, select
from escalation.model.lanes import at


@loop
def uniforms(key: Any, w: int, lanes: int, step: int, turn: int, actor: int, purpose: int, out: Any) -> None:
    """Fill ``out`` (LANES,) with the draws of the worlds from ``w`` on."""
    keys = key[w : w + lanes]
    for i in range(lanes):
        out[i] = draws.uniform(keys[i], step, turn, actor, purpose)


@loop
def uniforms_of(who: Any, few: int, key: Any, w: int, step: int, turn: int, actor: int, purpose: int, out: Any) -> None:
    """Fill ``out`` with the draws of the lanes ``who`` (few of LANES,), side by side, of the worlds from ``w`` on."""
    for n in range(few):
        out[n] = draws.uniform(key[w + who[n]], step, turn, actor, purpose)


@inner
def listed(flag: Any, lanes: int, who: Any) -> int:
    """Fill ``who`` with the lanes that are flagged; returns how many.

    Without a jump, for which they are is hard to foresee: what happens to a few is then worked out side by side. Up to
    ``padded(few)`` the last of them is repeated.
    """
    few = 0
    for i in range(lanes):
        who[few] = i
        few += 1 if flag[i] > 0.0 else 0
    for n in range(few, padded(few)):
        who[n] = who[few - 1]
    return few


@leaf
def padded(few: int) -> int:
    """How many to work out in place of ``few``: full registers, for what is left over would go one by one."""
    return (few + 7) & -8


@loop
def pick(source: Any, who: Any, few: int, out: Any) -> None:
    """Copy the lanes ``who`` of a row, or of the number that all share, side by side."""
    for n in range(few):
        out[n] = at(source, who[n])


@loop
def copy(source: Any, lanes: int, out: Any) -> None:
    """Copy a row."""
    for i in range(lanes):
        out[i] = at(source, i)


@loop
def fill(value: float, lanes: int, row: Any) -> None:
    """Set a row to one value."""
    for i in range(lanes):
        row[i] = value


@loop
def reset(lanes: int, row: Any) -> None:
    """Zero a row."""
    for i in range(lanes):
        row[i] = 0.0


@loop
def put(where: Any, values: Any, w: int, lanes: int, row: Any) -> None:
    """Set a state ``row`` (worlds,) from world ``w`` on to ``values`` (LANES,) where ``where`` (worlds,) is 1."""
    out, chosen = row[w : w + lanes], where[w : w + lanes]
    for i in range(lanes):
        out[i] = select(chosen[i] > 0.0, values[i], out[i])


@loop
def set_to(where: Any, value: float, w: int, lanes: int, row: Any) -> None:
    """The same with one ``value``."""
    out, chosen = row[w : w + lanes], where[w : w + lanes]
    for i in range(lanes):
        out[i] = select(chosen[i] > 0.0, value, out[i])


@loop
def raise_to(value: Any, lanes: int, best: Any) -> None:
    """The higher of two rows, in the second."""
    for i in range(lanes):
        best[i] = max(best[i], value[i])


@loop
def exponential(lam: Any, best: Any, lanes: int, value: Any) -> None:
    """exp(lambda (value - best)), in place."""
    for i in range(lanes):
        value[i] = exp(at(lam, i) * (value[i] - best[i]))


@loop
def add(row: Any, lanes: int, total: Any) -> None:
    """Add a row to another."""
    for i in range(lanes):
        total[i] += row[i]


@loop
def multiply(row: Any, factor: Any, lanes: int, out: Any) -> None:
    """The product of two rows."""
    for i in range(lanes):
        out[i] = row[i] * factor[i]


@loop
def exponential_of(x: Any, y: Any, lanes: int, out: Any) -> None:
    """exp(x y)."""
    for i in range(lanes):
        out[i] = exp(x[i] * at(y, i))


@loop
def discounted(x: Any, y: Any, discount: Any, lanes: int, out: Any) -> None:
    """exp(x y discount)."""
    for i in range(lanes):
        out[i] = exp(x[i] * at(y, i) * at(discount, i))
