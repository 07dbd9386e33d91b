"""The crisis: a Mesa model whose agents are the actors and whose state arrays have an axis of worlds.

``Crisis(scenario)`` is one narrated world, ``Crisis(scenario, worlds=4096)`` a block of a sweep: the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

from escalation import baton, draws
from escalation.compiled import Bound
from escalation.model import events, lanes, nature, start, warm
from escalation.model.actors.roles import Ally, Challenger, Defender, Proxy
from escalation.model.arrays import Floats, Ints, Lanes, Tables, Worlds, runs_of
from escalation.model.aside import Aside, put_back
from escalation.model.layout import (
    ALERT,
    ENDED,
    FRESH,
    FRESH_CHALLENGER,
    FRESH_DEFENDER,
    RUNG,
    WAR_NOW,
    WAR_SUM,
)
from escalation.model.tables import build
from escalation.scenario.design import Values, central
from escalation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from escalation.model.foresight import Foresight

MAX_TURNS = 7
"""Exchange rounds that one week may hold while a world stands at rung 7 or more: a reprisal takes about a day."""

Observer = Callable[["Crisis", str], None]


class Crisis(mesa.Model):
    """One crisis in many worlds.

    ``step()`` is one week (or one day, ``step_days=1``) and reads as this list, the weekly order of the dossier:

    1.  beliefs, sanctions, control and the nuclear clock drift;
    2.  scheduled events happen;
    3.  proxies act, and
    4.  their dead are drawn;
    5.  attacks are perceived and attributed;
    6.  the defender decides and acts;
    7.  the challenger decides and acts;
    8.  allies move;
    9.  forces on alert make lethal errors;
    10. beliefs move with what each act is taken for (inside 6 and 7: an act teaches when it is seen);
        6, 7 and 10 are repeated, up to seven rounds a week, while a world at rung 7 or more has an unanswered act;
    11. the standing rung, absorption, the route label and the week's tallies are settled.

    Parameters
    ----------
    scenario : the checked scenario.
    worlds : how many worlds this block holds.
    values : parameter rows (default: one row of central values).
    rows : (worlds,) index into the rows of ``values`` for each world (default: world w uses row w mod rows).
    seed, first_world : world w of the block draws as world ``first_world + w`` of the seed, whatever the block.
    numbers : (worlds,) instead of ``first_world``: which world of the seed each one is; two may share a number, as the
        points of a sweep do.
    past, numbers_by_world : what ``start.reputation`` and ``lanes.of`` (for this step) say of the tables and rows, if
        they have been asked already.
    step_days : 7 or 1; a test compares the two.
    muted : names of proxies and allies that do not act: all that is not downstream of them stays bit for bit.
    observer : called after each phase with the crisis and the phase's name (used to narrate a world).
    heed : called before each point that foresight solves; it may raise, to stop.
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: int = 1,
        *,
        values: Values | None = None,
        rows: Ints | None = None,
        tables: Tables | None = None,
        past: Floats | None = None,
        numbers_by_world: Lanes | None = None,
        seed: int = 0,
        first_world: int = 0,
        numbers: Ints | None = None,
        step_days: int = 7,
        muted: Collection[str] = (),
        observer: Observer | None = None,
        heed: Callable[[], None] | None = None,
    ) -> None:
        """Raises ``ValueError`` for a step that is neither a day nor a week, or for rows that do not fit."""
        super().__init__(rng=seed)
        if step_days not in (1, 7):
            raise ValueError(f"step_days: {step_days}; legal: 1 or 7")
        self.case = scenario  # Mesa 3.5 keeps a `scenario` of its own
        self.worlds = worlds
        self.narrated = worlds == 1  # not so a block that has been thinned to one
        self.seed_of_draws = seed
        self.muted = frozenset(muted)
        self.observer = observer
        self.heed = heed
        self.step_days = step_days
        self.dt = step_days / 7.0
        self.tables = tables if tables is not None else build(scenario, values or central(scenario))
        if rows is None:
            rows = np.arange(worlds, dtype=np.int64) % self.tables.general.shape[0]
        if numbers is None:
            numbers = np.arange(first_world, first_world + worlds, dtype=np.int64)
        self._bound: dict[int, Bound] = {}
        self._settle_in(rows, numbers, numbers_by_world)
        self._past = past if past is not None else start.reputation(scenario, self.tables)
        try:
            self._people(scenario)
            self._begin()
        except BaseException:
            self.release()
            raise

    def again(self, rows: Ints, numbers: Ints, numbers_by_world: Lanes | None = None) -> None:
        """Begin anew in other worlds of the seed, as many as are held: as a new crisis with these arguments would.

        It takes less time than to make one, and next to nothing of the interpreter, which only one worker has at a
        time. ``numbers_by_world`` is not asked where the rows are those of the worlds held. Mesa's own count of steps
        goes on. Raises ``ValueError`` for rows or numbers that do not fit; a crisis that has raised is released.
        """
        try:
            self._settle_in(rows, numbers, numbers_by_world, self.state)
            self._begin()
        except BaseException:
            self.release()
            raise

    def _settle_in(self, rows: Ints, numbers: Ints, known: Lanes | None, room: Worlds | None = None) -> None:
        """Hold blank worlds ``numbers`` of parameter ``rows``, in ``room`` if there is some."""
        if numbers.shape != (self.worlds,):
            raise ValueError(f"numbers: shape {numbers.shape}; {self.worlds} worlds")
        keys = draws.world_keys(self.seed_of_draws, numbers)
        if room is not None:
            start.wipe(room)
            if np.array_equal(rows, room.row):
                room.key[:] = keys
                return
        n_rows, last = self.tables.general.shape[0], rows.max(initial=0)
        if rows.shape != (self.worlds,) or last >= n_rows:
            raise ValueError(f"rows: shape {rows.shape} up to {last}; {self.worlds} worlds, {n_rows} rows")
        rows = np.array(rows, dtype=np.int64)  # a copy, of the form that compiled code has been bound to
        runs = runs_of(rows)
        if not lanes.share_no_row(rows):
            warm.up()
        if len(runs) > 1:  # in an exchange, at the latest, worlds have no neighbours of the same row
            warm.up(rows=True)
        if room is None:
            self.state = start.empty(self.tables, keys, rows, self.dt, known, runs)
        else:
            by_world = known if known is not None else lanes.of(self.tables, rows, self.dt)
            self.state = room._replace(key=keys, row=rows, lanes=by_world, runs=runs)
        self.aside = Aside(self.worlds)
        self.__dict__.pop("foresight", None)
        self._bind()

    def _begin(self) -> None:
        """Live up to the first week of the worlds held, which are blank."""
        self.alive, self.running = self.worlds, True
        self.turn = 0
        self.forced: dict[str, int] = {}
        self.clock = -self.case.start.burn_in_weeks * (7 // self.step_days)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "week": lambda crisis: crisis.week,
                "war": lambda crisis: float((crisis.state.S[ENDED] == 1.0).mean()),
                "mean_rung": lambda crisis: float(crisis.state.S[RUNG].mean()),
                "belief_resolute": lambda crisis: float(crisis.challenger.belief_resolute.mean()),
                "belief_restrained": lambda crisis: float(crisis.defender.belief_restrained.mean()),
            }
        )
        start.begin(self.case, self.tables, self.state, self._past, self.challenger.desk, self.run)
        for _ in range(-self.clock):
            self.step()
        if self.case.start.burn_in_weeks:
            self._forget_burn_in()

    def _people(self, scenario: Scenario) -> None:
        self.defender = Defender(self, scenario.defender)
        self.challenger = Challenger(self, scenario.challenger)
        self.proxies = [Proxy(self, data, i) for i, data in enumerate(scenario.in_role("proxy"))]
        self.allies = [Ally(self, data, i) for i, data in enumerate(scenario.in_role("ally"))]

    @cached_property
    def foresight(self) -> Foresight:
        """What rules that plan see ahead; solved at the first look, in blocks whose actors do not plan never."""
        from escalation.model.foresight import Foresight

        return Foresight(self.tables, self.state.row, float(self.case.start.rung), self.heed)

    # -- time --------------------------------------------------------------------------------------------------
    @property
    def peaceful(self) -> bool:
        """Whether this is the burn-in, in which war is ruled out: the arm starts from a world still at peace."""
        return self.clock < 0

    @property
    def plans(self) -> bool:
        """Whether an actor's rule plans ahead."""
        return self.defender.plans or self.challenger.plans

    @property
    def ceiling(self) -> float:
        """Highest rung on the table."""
        return 8.0 if self.peaceful else 10.0

    @property
    def week(self) -> int:
        """The week under way, from 1; 0 or less in a burn-in."""
        return self.clock * self.step_days // 7 + 1

    @property
    def key_step(self) -> int:
        """The step in the draws' keys."""
        return self.clock

    @property
    def routine(self) -> bool:
        """Whether this step holds the week's regular decisions (with daily steps: its first day)."""
        return self.step_days == 7 or self.clock % 7 == 0

    # -- the week ----------------------------------------------------------------------------------------------
    def step(self) -> None:
        """Advance every running world by one step."""
        step, dt = self.key_step, self.dt
        self.turn = 0
        self.run(nature.drift, step, dt)  # 1
        self._events()  # 2
        for proxy in self.proxies:  # 3, 4
            proxy.step()
        self._seen("proxies")
        self.run(nature.attribute, step)  # 5
        self._seen("attribution")
        self.defender.step()  # 6, 10
        self._seen("defender")
        self.challenger.step()  # 7, 10
        self._seen("challenger")
        for ally in self.allies:  # 8
            ally.step()
        self._seen("allies")
        self.run(nature.accidents, step)  # 9
        self._seen("accidents")
        self._exchange()
        last_day = self.step_days == 7 or self.clock % 7 == 6
        self.alive = self.run(nature.close, step, self.week, dt, last_day, self.peaceful)  # 11
        self._seen("close")
        self.forced = {}
        self.clock += 1
        if not self.peaceful:
            self.datacollector.collect(self) if self.narrated else None
        self.running = self.alive > 0

    def _exchange(self) -> None:
        """Further rounds of 6, 7 and 10 where a world at rung 7 or more has an act to answer.

        Few worlds do, and none joins later: they are taken out of the block and put back when the week's rounds are
        over, unless someone watches (``observer``) or a rule keeps notes of its own by world.
        """
        if self.observer is not None or self.defender.rule != "quantal" or self.challenger.rule != "quantal":
            self._rounds()
            return
        everyone = self.state
        called = self.aside.called_out(everyone)
        if len(called):
            self.state = self.aside.take(everyone, called)
            self._bind()
            self._rounds()
            put_back(everyone, called, self.state)
            self.state = everyone
            self._bind()

    def _rounds(self) -> None:
        """The exchange rounds of a week in the worlds of ``state``."""
        turns = MAX_TURNS if self.step_days == 7 else 2
        for turn in range(1, turns):
            called = nature.summoned(self.state.S)
            if not called:
                break
            self.turn = turn
            if called & int(FRESH_CHALLENGER):
                self.challenger.step()
                self._seen("challenger")
            if nature.is_faced(self.state.S, FRESH_DEFENDER):
                self.defender.step()
                self._seen("defender")
        self.turn = 0

    def _events(self) -> None:
        """Let this step's scheduled events happen (on the first day of their week)."""
        if not self.routine:
            return
        for event in self.case.events:
            if event.on and event.week == self.week:
                forced = events.happen(event, self.case, self.tables, self.state, self.key_step)
                if forced is not None:
                    self.forced[event.actor or ""] = forced
                self._seen(f"event:{event.name}")

    def _seen(self, phase: str) -> None:
        if self.observer is not None:
            self.observer(self, phase)

    def _forget_burn_in(self) -> None:
        """Start the tallies afresh: the burn-in leaves beliefs and capacities, not counts."""
        self.state.N[:] = 0
        self.state.civilians[:] = 0
        self.state.S[WAR_SUM] = 0.0
        self.state.S[WAR_NOW] = 0.0
        self.running = True

    def _bind(self) -> None:
        """Have compiled functions ``run`` on the worlds now held: of either form of lanes the types never change."""
        form = self.state.lanes.world.ndim
        known = self._bound.get(form)
        self.run = known.to(self.tables, self.state) if known else Bound(self.tables, self.state)
        self._bound[form] = self.run

    def hold(self, worlds: Worlds) -> None:
        """Go on with ``worlds`` in place of those held so far (``worlds.splitting``, ``worlds.thinning``)."""
        self.state = worlds
        self.worlds = self.alive = len(worlds.row)
        self.aside = Aside(self.worlds)
        self._bind()
        self.__dict__.pop("foresight", None)
        self.defender.clear_desk()
        self.challenger.clear_desk()

    # -- results -----------------------------------------------------------------------------------------------
    def tally(self, name: str) -> Ints:
        """One tally of ``layout.TALLIES`` by world, shape (worlds,). Raises ``ValueError`` for an unknown name."""
        from escalation.model.layout import TALLIES

        return np.asarray(self.state.N[TALLIES.index(name)])

    def release(self) -> None:
        """Let go of the baton and of the arrays: Mesa 3.3 keeps every model, and what it holds, in ``Agent._ids``."""
        nothing: Any = None
        self.state = nothing
        self.tables = nothing
        self._past = nothing
        self.run = nothing
        self.aside = nothing
        self._bound = nothing
        self.__dict__.pop("foresight", None)
        for side in ("defender", "challenger"):
            if side in self.__dict__:  # not so in a crisis that could not be set up
                getattr(self, side).desk = nothing
        self.observer = self.heed = None
        baton.let_go()
        ids = getattr(mesa.Agent, "_ids", None)
        if ids is not None and hasattr(ids, "pop"):
            ids.pop(self, None)


def unanswered(S: Floats) -> NDArray[np.bool_]:
    """Where a running world at rung 7 or more has an act to answer, by world."""
    return np.asarray((S[FRESH] > 0.0) & (S[ENDED] == 0.0) & (np.maximum(S[ALERT], S[RUNG]) >= 7.0))


__all__ = ["MAX_TURNS", "Crisis", "unanswered"]
