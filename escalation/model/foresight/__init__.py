"""Foresight: the dynamic crisis as an actor pictures it, solved for a Markov quantal-response equilibrium.

A Markov quantal-response equilibrium (McKelvey and Palfrey 1995, 1998; Breitmoser, Tan and Zizzo 2010, Economic Theory
44: 445-467) has every mover choose by logit among acts whose worth holds what they bring at once and, discounted, all
that is expected to come of them, given that everyone goes on choosing so. The state is the standing rung, the two
beliefs (pi, phi) and the patron's control of its proxies, on a grid (``game``); value iteration finds the equilibrium
and says how far it is from one (``solve``); a world looks up what follows each act by interpolation (``look``).

It is a picture, simpler than the crisis: acts are what they are meant to be (no slip, misperception or misattribution,
so that a rule cannot peek at its own tremble), allies stand aside, what is not in the state rests at its level, a
grievance that is not settled in its week is a loss, and an obligation likewise. Beliefs are public, as in any Markov
equilibrium. What an act is worth at once still comes from the true state of the world.

It is solved once per distinct row of parameters and process (``Ledger``); the default rule never imports this.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import numpy as np

from escalation.model.arrays import Desk, Ints, Tables, Worlds
from escalation.model.foresight import cache, look
from escalation.model.foresight.game import picture
from escalation.model.foresight.look import Outlook
from escalation.model.foresight.solve import Certificate, equilibrium

KEPT: Final = 1024
"""Solved points that are kept for the next block: some 60 kB each."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What foresight has cost this process: points solved, sweeps over the grid and seconds of one core.

    ``residual`` is the largest sup-norm residual of any point (utils), ``unsettled`` counts points above the tolerance.
    """

    points: int = 0
    sweeps: int = 0
    seconds: float = 0.0
    residual: float = 0.0
    unsettled: int = 0

    def __str__(self) -> str:
        """In words."""
        points = f"{self.points:,} points" if self.points != 1 else "1 point"
        unsettled = f"; {self.unsettled:,} did not settle" if self.unsettled else ""
        return (
            f"Foresight: {points} of the parameters solved in {self.sweeps:,} sweeps and {self.seconds:.1f} s of one "
            f"core; largest residual {self.residual:.1e}{unsettled}."
        )

    def after(self, certificate: Certificate, seconds: float) -> Cost:
        """The cost with one more point."""
        return Cost(
            self.points + 1,
            self.sweeps + certificate.sweeps,
            self.seconds + seconds,
            max(self.residual, certificate.residual),
            self.unsettled + (not certificate.settled),
        )


class Ledger:
    """Solved points by their parameters, and what they have cost; threads share it."""

    def __init__(self) -> None:
        self.cost = Cost()
        self._lock = threading.Lock()
        self._solved: OrderedDict[bytes, Future[Outlook]] = OrderedDict()
        self._certified: dict[bytes, tuple[Certificate, float]] = {}

    def outlook(self, tables: Tables, row: int, first_rung: float) -> Outlook:
        """The outlook of one parameter row, solved by the first who asks; others wait for it."""
        key = _key(tables, row, first_rung)
        with self._lock:
            known = self._solved.get(key)
            mine = known is None
            if known is None:
                known = self._solved[key] = Future()
            self._solved.move_to_end(key)
            while len(self._solved) > KEPT:
                self._solved.popitem(last=False)
        if mine:
            self._solve(known, key, tables, row, first_rung)
        return known.result()

    def known(self, tables: Tables, row: int, first_rung: float) -> tuple[Certificate, float] | None:
        """Certificate of one parameter row and the seconds it took; None for one that has not been solved here."""
        return self._certified.get(_key(tables, row, first_rung))

    def _solve(self, answer: Future[Outlook], key: bytes, tables: Tables, row: int, first_rung: float) -> None:
        try:
            if not self.cost.points:  # the compiler's time is none of the point's
                equilibrium(picture(tables, row, first_rung), most=1, deep=())
            began = time.thread_time()
            game = picture(tables, row, first_rung)
            unknowns, solution, certificate = equilibrium(game)
            seconds = time.thread_time() - began
            with self._lock:
                if not self.cost.points:
                    cache.mark_warm()
                self.cost = self.cost.after(certificate, seconds)
                self._certified[key] = certificate, seconds
            answer.set_result(look.outlook(game, unknowns, solution))
        except BaseException as fault:
            with self._lock:
                self._solved.pop(key, None)
            answer.set_exception(fault)
            raise


LEDGER: Final = Ledger()


def _key(tables: Tables, row: int, first_rung: float) -> bytes:
    """Digest of all that an outlook rests on."""
    digest = hashlib.blake2b(repr(first_rung).encode(), digest_size=16)
    by_row = (tables.general, tables.proxies, tables.allies, tables.instruments)
    for numbers in (*by_row, tables.defender_acts, tables.challenger_acts):
        digest.update(np.ascontiguousarray(numbers[row]).tobytes())
    for links in (tables.proxy_links, tables.order_instrument):
        digest.update(np.ascontiguousarray(links).tobytes())
    return digest.digest()


class Foresight:
    """The outlooks of a block of worlds, one for each parameter row that it uses."""

    def __init__(self, tables: Tables, rows: Ints, first_rung: float, heed: Callable[[], None] | None = None) -> None:
        """``heed`` is called before each row is solved, and may raise."""
        used, slot = np.unique(rows, return_inverse=True)
        self.slot: Ints = slot.astype(np.int64).reshape(rows.shape)
        outlooks = []
        for row in used:
            if heed is not None:
                heed()
            outlooks.append(LEDGER.outlook(tables, int(row), first_rung))
        self.outlook: Outlook = look.stacked(outlooks)

    def defender(self, state: Worlds, desk: Desk) -> None:
        """Fill ``desk.ahead`` with what the defender sees follow each of its acts."""
        look.defender(self.outlook, self.slot, state.S, desk.ahead)

    def challenger(self, state: Worlds, desk: Desk) -> None:
        """Fill ``desk.ahead`` with what the challenger sees follow each of its acts."""
        look.challenger(self.outlook, self.slot, state.S, desk.ahead)
