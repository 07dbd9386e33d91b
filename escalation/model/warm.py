"""The first use of a build: its machine code, made by two processes at once and kept for all that follow.

The compiler needs the types of its arguments only, so that one world that is over stands for all. What either process
has compiled is in the cache (``compiled.cache_folder``); a function that is missing there, because a process was
stopped, is compiled at its first call as ever.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from escalation import compiled
from escalation.model import allies, challenger, defender, events, nature, proxies, start
from escalation.model.arrays import Tables, Worlds, desk
from escalation.model.layout import COLUMNS, ENDED, GENERAL


def up() -> None:
    """Compile this build, if that has never been done here, before the first world is run."""
    if compiled.is_warm():
        return
    paths = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    other = subprocess.Popen(
        [sys.executable, "-m", __name__],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        compile_defender()
        other.wait()
    except BaseException:
        other.kill()
        raise
    compile_challenger()  # at once where the other process has done it
    compiled.mark_warm()


def compile_defender() -> None:
    """The defender's decisions, and what no actor chooses."""
    T, X = _over()
    start.settle(T, X, 1.0, 1.0, 0.0, 0.5)
    X.S[ENDED] = 1.0
    defender.decide(T, X, desk(1, 1, 1), 0, -1, 0, 0, 1, True, 10.0)
    nature.attribute(T, X, 0)
    nature.close(T, X, 0, 1, 1.0, True, False)
    events.change_of_leader(T, X, 0)


def compile_challenger() -> None:
    """The challenger's decisions, and those of proxies and allies."""
    T, X = _over()
    challenger.decide(T, X, desk(1, 1, 1), 0, -1, 0, 0, 1, True, 10.0)
    proxies.act(T, X, 0, 0, 1.0)
    allies.act(T, X, 0, 0, 1.0, True, False)
    nature.drift(T, X, 0, 1.0)
    nature.accidents(T, X, 0)


def _over() -> tuple[Tables, Worlds]:
    """One of each kind of actor and act, all numbers 1, and one world that is over."""

    def ones(owner: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.ones((1, 1, len(COLUMNS[owner])))  # type: ignore[index]

    def links(n: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.zeros((1, n), dtype=np.int64)

    tables = Tables(
        general=np.ones((1, len(GENERAL))),
        proxies=ones("proxy"),
        allies=ones("ally"),
        instruments=ones("instrument"),
        defender_acts=ones("act"),
        challenger_acts=ones("act"),
        countries=ones("country"),
        proxy_links=links(4),
        ally_links=links(1),
        defender_links=links(2),
        challenger_links=links(2),
        order_instrument=np.zeros(1, dtype=np.int64),
    )
    state = start.empty(tables, np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.int64))
    state.S[ENDED] = 1.0
    return tables, state


if __name__ == "__main__":
    compile_challenger()
