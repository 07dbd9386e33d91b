"""The first use of a build: its machine code, made by two processes at once and kept for all that follow.

The compiler needs the types of its arguments only, so that one world that is over stands for all. Worlds that share a
parameter row and worlds of many rows have code of their own (``lanes.at``), compiled when it is first wanted; so have
rules other than the quantal, one by one. What either process has compiled is in the cache (``compiled.cache_folder``);
a function that is missing there, because a process was stopped, is compiled at its first call as ever.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from escalation import baton, compiled
from escalation.model import allies, aside, challenger, defender, events, lanes, nature, proxies, start
from escalation.model.arrays import LANES, Tables, Worlds, desk
from escalation.model.layout import COLUMNS, ENDED, GENERAL
from escalation.model.stage import ANY_RUNG, PICTURED
from escalation.scenario.quantiles import quantiles

_SIDES, _REST, _ROWS = "sides", "rest", "rows"
_log = logging.getLogger(__name__)


def up(rows: bool = False) -> None:
    """Compile this build, if that has never been done here, before the first world is run.

    ``rows``: for worlds of many parameter rows. A warning is logged, which a notebook shows: it takes a while.
    """
    if compiled.is_warm(rows):
        return
    of_what = "worlds that each have their own numbers" if rows else "this machine"
    _log.warning("compiling for %s, less than a minute, once", of_what)
    with compiled.one_at_a_time():
        if not compiled.is_warm(rows):
            _compile(rows)


def _compile(rows: bool) -> None:
    """Have it compiled by others, and take what they have made: an interrupt would be lost in the compiler."""
    if os.access(compiled.cache_folder(), os.W_OK):
        with ExitStack() as stack:
            others = [stack.enter_context(_begun(half, rows)) for half in (_SIDES, _REST)]
            try:
                for other in others:
                    other.wait()
            except BaseException:
                for other in others:
                    other.kill()
                raise
    compile_sides(rows)
    compile_rest(rows)
    compiled.mark_warm(rows)


def _begun(half: str, rows: bool) -> subprocess.Popen[bytes]:
    paths = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", __name__, half, *([_ROWS] if rows else [])],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.PIPE,  # closed when this process ends, however it ends
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@compiled.quickly()
def compile_sides(rows: bool) -> None:
    """What the two sides do: they share payoffs and how an act is carried out."""
    T, X = _over(rows)
    for side in (challenger, defender):
        side.decide(T, X, desk(1, 1, len(X.row)), 0, -1, 0, PICTURED, 0, True, ANY_RUNG)


@compiled.quickly()
def compile_rest(rows: bool) -> None:
    """The first day, what the others do, what no one chooses, and draws from priors."""
    T, X = _over(rows)
    lanes.of(T, X.row, 1.0)
    start.wipe(X)
    start.settle(T, X, 1.0, 1.0, 0.0, 0.5)
    baton.wait(np.zeros_like(baton.BATON))
    start.recall(np.ones((2, len(X.row))), X.row, X.S[0], X.S[1])
    start.learn(T.general, np.ones((2, 1, len(X.row))), 0, 0.0, True, np.zeros((2, len(X.row))))
    nature.drift(T, X, 0, 1.0)
    events.change_of_leader(T, X, 0)
    proxies.act(T, X, 0, 0, 1.0)
    nature.attribute(T, X, 0)
    allies.act(T, X, 0, 0, True, False)
    nature.accidents(T, X, 0)
    nature.summoned(X.S)
    nature.call_out(X.S, X.who)
    nature.is_faced(X.S, 1.0)
    nature.close(T, X, 0, 1, 1.0, True, False)
    aside.put_back(X, np.zeros(1, dtype=np.int64), aside.some(X, np.zeros(1, dtype=np.int64)))
    if rows:
        quantiles(()).compile_all()


def _over(rows: bool) -> tuple[Tables, Worlds]:
    """One of each kind of actor and act, all numbers 1, and worlds that are over: one, or two of two rows."""
    n = 2 if rows else 1

    def ones(owner: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.ones((n, 1, len(COLUMNS[owner])))  # type: ignore[index]

    def links(width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.zeros((1, width), dtype=np.int64)

    tables = Tables(
        general=np.ones((n, len(GENERAL))),
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
    numbers = lanes.blank(tables, (1,), (LANES,) if rows else ())._replace(tiles=np.array([[0, n, 0]]))
    state = start.empty(tables, np.zeros(n, dtype=np.uint64), np.arange(n), 1.0, numbers)
    state.S[ENDED] = 1.0
    return tables, state


def _end_with_the_first() -> None:
    """Wait for the end of the process that began this one: then nobody waits for this one's work."""
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_first, daemon=True).start()
    {_SIDES: compile_sides, _REST: compile_rest}[sys.argv[1]](_ROWS in sys.argv[2:])
