"""Keyed random draws: every draw is a pure function of (seed, world, step, round, actor, purpose).

There is no generator and no state. ``key = mix(mix(seed) ^ (world + 1) * GOLDEN)`` names a world and
``mix(key ^ index * ODD)`` is its draw at ``index``, with ``mix`` the finaliser of splitmix64 (Steele, Lea and
Flood 2014, OOPSLA, "Fast splittable pseudorandom number generators"). Hence block size, worker count and order of
execution cannot change a result; two arms share every draw; muting an actor leaves all others' draws alone.

One uniform per purpose, turned into whatever is wanted by inversion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.compiled import leaf

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_ODD: Final = np.uint64(0xD1342543DE82EF95)
_M1: Final = np.uint64(0xBF58476D1CE4E5B9)
_M2: Final = np.uint64(0x94D049BB133111EB)
_S30: Final = np.uint64(30)
_S27: Final = np.uint64(27)
_S31: Final = np.uint64(31)
_S11: Final = np.uint64(11)
_PARAMETERS: Final = np.uint64(0x5851F42D4C957F2D)
"""Salt that keeps parameter draws apart from the draws of worlds."""
_COPY: Final = np.uint64(0x2545F4914F6CDD1D)
"""Salt that keeps the keys of copies apart from those of worlds."""

STEP_OFFSET: Final = 1024
"""Added to the step, so that the weeks of a burn-in (negative) have keys too and shared weeks share keys."""
MAX_ROUNDS: Final = 8
MAX_ACTORS: Final = 64
MAX_PURPOSES: Final = 64

# Purposes, one uniform each. The order is part of every digest: append, never insert.
(
    TYPE,
    CHOICE,
    EXECUTION,
    EXECUTION_WAY,
    PERCEPTION,
    DEATHS,
    STRAY,
    COUNT,
    LETHAL,
    KILLED_1,
    KILLED_2,
    KILLED_3,
    AIM,
    ATTRIBUTION,
    ORDERED,
    UNAUTHORISED,
    TARGET,
    FRAGILITY,
    SURVIVAL,
    COOLING,
    COLLAPSE,
    AUTONOMOUS,
    ACCIDENT,
    VICTIM,
    HEDGE,
    CIVILIANS,
    SUCCESSOR,
    WAR_DEATHS,
    SPREAD,
    COPIES,
) = range(30)


@leaf
def mix(z: Any) -> Any:
    """Finaliser of splitmix64 on an unsigned 64-bit integer (or an array of them)."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@leaf
def uniform(key: Any, step: int, turn: int, actor: int, purpose: int) -> float:
    """The uniform in (0, 1) of world ``key`` at ``step``, exchange round ``turn``, for ``actor`` and ``purpose``."""
    index = (((step + STEP_OFFSET) * MAX_ROUNDS + turn) * MAX_ACTORS + actor) * MAX_PURPOSES + purpose
    bits = mix(key ^ (np.uint64(index) * _ODD))
    return np.float64(bits >> _S11) * 1.1102230246251565e-16 + 5.551115123125783e-17


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    plain = getattr(mix, "py_func", mix)
    result: NDArray[np.uint64] = plain(z)
    return result


def world_keys(seed: int, numbers: NDArray[np.integer[Any]]) -> NDArray[np.uint64]:
    """Keys of the worlds with these numbers; shape of ``numbers``."""
    # one is added because mix(0) is 0: seed 0, world 0 would otherwise have the empty key
    index = numbers.astype(np.uint64) + np.uint64(1)
    return _mixed(_mixed(np.array([seed], dtype=np.uint64)) ^ (index * _GOLDEN))


def _index(step: int, turn: int, actor: int, purpose: int) -> NDArray[np.uint64]:
    return np.array([(((step + STEP_OFFSET) * MAX_ROUNDS + turn) * MAX_ACTORS + actor) * MAX_PURPOSES + purpose], "u8")


def uniforms(keys: NDArray[np.uint64], step: int, turn: int, actor: int, purpose: int) -> NDArray[np.float64]:
    """``uniform`` of many worlds at once; shape of ``keys``."""
    bits = _mixed(keys ^ (_index(step, turn, actor, purpose) * _ODD))
    return (bits >> _S11).astype(np.float64) * 1.1102230246251565e-16 + 5.551115123125783e-17


def copy_keys(
    keys: NDArray[np.uint64], step: int, turn: int, actor: int, copies: NDArray[np.integer[Any]]
) -> NDArray[np.uint64]:
    """Keys of copies of the worlds ``keys`` (n,), made after ``actor`` has moved in round ``turn`` of ``step``.

    ``copies`` (n,) numbers those of a world from 0. Copy 0 is the world itself and keeps its key; what the others draw
    from then on is their own.
    """
    index = (_index(step, turn, actor, COPIES) << np.uint64(32)) + copies.astype(np.uint64)
    return np.where(copies == 0, keys, _mixed(_mixed(keys ^ _COPY) ^ (index * _GOLDEN)))


@leaf
def parameter_uniform_of(base: Any, name: Any) -> float:
    """The uniform in (0, 1) of one parameter row and one number, by their keys."""
    return np.float64(mix(base ^ (name * _ODD)) >> _S11) * 1.1102230246251565e-16 + 5.551115123125783e-17


def parameter_bases(seed: int, rows: NDArray[np.integer[Any]]) -> NDArray[np.uint64]:
    """Keys of the parameter rows ``rows``; same shape."""
    return _mixed(_mixed(np.array([seed], dtype=np.uint64) ^ _PARAMETERS) ^ (rows.astype(np.uint64) * _GOLDEN))


def parameter_names(keys: Sequence[str]) -> NDArray[np.uint64]:
    """Keys of the numbers of these names: adding a number to a scenario leaves the draws of all others alone."""
    digests = b"".join(hashlib.blake2b(key.encode(), digest_size=8).digest() for key in keys)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def parameter_uniforms(bases: NDArray[np.uint64], names: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Uniforms in (0, 1) of parameter rows and numbers by their keys, which are broadcast together."""
    bits = _mixed(bases ^ (names * _ODD))
    return (bits >> _S11).astype(np.float64) * 1.1102230246251565e-16 + 5.551115123125783e-17


def parameter_uniform(seed: int, rows: NDArray[np.integer[Any]], key: str) -> NDArray[np.float64]:
    """Uniforms in (0, 1) for the number ``key`` in parameter rows ``rows``; shape of ``rows``."""
    return parameter_uniforms(parameter_bases(seed, rows), parameter_names([key]))
