"""Every number by world, in lanes: what compiled loops over worlds read in place of the tables.

Worlds are worked on in tiles of at most ``LANES``. Where neighbours share a parameter row, the tile has that row's
numbers, which compiled loops hold in registers; where each has its own, each number is an array over the tile's worlds
(``at`` reads either), so that loops take several worlds at once all the same.

What depends on a row alone is worked out once, here: exponentials for the stage game (``foreseen``), logits of
probabilities, what is left of a memory after a step. Columns of ``world`` are those of ``layout.GENERAL`` and then the
ones below; the other arrays have columns of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from escalation.compiled import ENABLED, compiled, inlined, inner
from escalation.maths import exp, log, logit
from escalation.model.arrays import LANES, Floats, Ints, Lanes, Tables, runs_of
from escalation.model.errors import execution, identification
from escalation.model.layout import (
    ACT_ANSWER,
    ACT_AVAILABLE,
    ACT_COLLAPSE,
    ACT_COST,
    ACT_DECAPITATES,
    ACT_FIRST,
    ACT_GAIN,
    ACT_HARM,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_PRESSURE,
    ACT_RUNG,
    ACT_SETBACK,
    ACT_VIA_PROXIES,
    ACT_VISIBILITY,
    ACT_WARNED,
    C_AUDIENCE,
    C_HALF_LIFE,
    C_LEADER,
    C_LOSS_FIRST,
    C_POWER,
    COLUMNS,
    D_ALERT,
    D_ALPHA_ATTACK,
    D_ALPHA_RESTRAINT,
    D_ANCHOR,
    D_AUDIENCE,
    D_BLAME_DISCOUNT,
    D_HOMELAND_SHARE,
    D_MADNESS,
    D_PHI0,
    D_REPUTATION,
    DECAP_LETHALITY,
    DECAP_RATE,
    DECAY_COUNTRY,
    DECAY_LEADER,
    EXECUTION_P,
    EXECUTION_SKEW,
    FORCE,
    FRAGILITY_F,
    GENERAL,
    HOMELAND,
    I_CIVILIANS,
    I_DEATHS,
    I_KILL,
    I_STRAY,
    IDENTIFICATION_P,
    LEARNING,
    LETHAL_FORCE,
    MOMENTUM,
    OPPORTUNITIES,
    P_CONTROL,
    P_OWN_RUNG,
    P_RATE,
    Q0,
    Q_DECAY,
    RATIONALITY,
    REBUILD,
    SANCTIONS_REVERSION,
    STATE_FORCE,
    WEEKS_A_MONTH,
)
from escalation.model.payoffs import can_meet, cost_to_challenger, grievance, obligation, zeal

_LN2: Final = 0.6931471805599453
_NO_TILES: Final = np.zeros((0, 3), dtype=np.int64)
AT_A_TIME: Final = 4 * LANES
"""Rows worked out together where each world has its own: what they are worked out on stays near the processor."""
SHARED: Final = 16
"""Worlds that neighbours' rows must have on average for loops to go row by row: more are worth more than full tiles."""
STEEPEST: Final = 150.0
"""Largest exponent that a factor of a weight may have: products of several, and their sums, stay far from overflow."""

# -- columns of ``world`` after those of ``layout.GENERAL`` -------------------------------------------------------
(
    LOGIT_F,
    LOGIT_ANCHOR,
    LOGIT_PHI0,
    LOGIT_Q0,
    KEPT_COUNTRY,  # share of a distance that is left after a step
    KEPT_LEADER,
    KEPT_FEAR,
    KEPT_SANCTIONS,
    KEPT_OBLIGATION,
    KEPT_DISARRAY,
    LOG_RATE,
    LOG_LETHALITY,
    ACCIDENT_CHANCE,  # of a lethal misidentification in a step on alert
    WORD_DEFENDER,  # audience cost of a rung, in exponents of the choice rule
    WORD_CHALLENGER,
    FACTORED,  # 1 where the stage game may be worked out by factors
    MENU,  # first parameter row with the same menus: which acts there are, at which rungs and of which kind
) = range(len(GENERAL), len(GENERAL) + 17)
_WORLD: Final = len(GENERAL) + 17

# -- columns of ``defender``: its acts. Capitals as in ``payoffs``; exponentials are of lambda times ... ------------
(
    DA_COLLAPSE,
    DA_SETBACK,
    DA_GAIN,
    DA_COST,
    DA_RELIEF,
    DA_ANSWER,
    DA_UNBLAMED,
    DA_BRINK,  # chance that the act is carried out as all-out war
    DA_HARM,  # to the challenger
    DA_HARM_ATTACKED,  # the same with the resolute type's madness in it, attacked and at rest
    DA_HARM_AT_REST,
    DA_HELD,  # exp: audience cost that its rung saves
    DA_OWED,  # exp: obligation that it makes, and where it kills the leader
    DA_OWED_LEADER,
    DA_VOWED,  # exp: minus the audience cost of what the challenger then vows
    DA_ANSWERED,  # exp: grievance that it settles at full capability, by type and blame: four columns
) = range(16)
_DEFENDER: Final = 19

# -- columns of ``challenger``: its acts ---------------------------------------------------------------------------
(
    CA_PRESSURE,
    CA_GAIN,
    CA_STRUCK,
    CA_COST,
    CA_RELIEF,
    CA_MET,
    CA_FIRST,
    CA_BRINK,
    CA_HARM,  # to the defender
    CA_RATIO,  # odds of the unrestrained over the restrained type
    CA_HARM_RATIO,
    CA_MEETS,  # exp: obligation that it can meet
    CA_HELD,
    CA_LIGHT,  # exp: minus the loss by going first
    CA_WAGED,  # exp: relief of its cost in a war under way
) = range(15)
_CHALLENGER: Final = 15

# -- columns of ``nodes``: what the defender stands before after each of the challenger's acts, last: an order that
# kills no one ----------------------------------------------------------------------------------------------------
(NO_GAMMA, NO_FATAL, NO_SETTLED) = range(3)  # grievance; chance that an order kills; exp: grievance, four columns
_NODE: Final = 6

# -- columns of ``proxies`` after those of the table ---------------------------------------------------------------
_p = len(COLUMNS["proxy"])
(PL_USUAL, PL_HELD, PL_MEANT, PL_STRAY, PL_CIVILIANS_MEANT, PL_CIVILIANS_STRAY) = range(_p, _p + 6)
_PROXY: Final = _p + 6


def of(tables: Tables, rows: Ints, dt: float) -> Lanes:
    """Numbers of worlds with the parameter rows ``rows`` (worlds,) for steps of ``dt`` weeks.

    As they are by row where neighbours share one, or as tiles in which each world has its own.
    """
    used = np.unique(rows)
    menus = used[_menus(tables, used)]
    if not share_no_row(rows):
        return laid_out(_by_row(tables, used, menus, dt), np.searchsorted(used, rows))
    tiles = tiles_of(np.array([[0, len(rows), 0]]), by_row=False)
    whole = blank(tables, (len(tiles),), (LANES,))
    for first in range(0, len(rows), AT_A_TIME):
        some, which = np.unique(rows[first : first + AT_A_TIME], return_inverse=True)
        numbers = _by_row(tables, some, menus[np.searchsorted(used, some)], dt)
        for table, out in zip(_apart(numbers), _apart(whole), strict=True):
            _put_in_lanes(table, which.reshape(-1), out[first // LANES :])
    return _told(whole._replace(tiles=tiles))


def _by_row(tables: Tables, used: Ints, menus: Ints, dt: float) -> Lanes:
    """Numbers of the parameter rows ``used``, whose menus are those of the rows ``menus``."""
    numbers = blank(tables, (len(used),), ())
    numbers.allies[:] = tables.allies[used]
    fill(tables, used, numbers, dt)
    numbers.world[:, MENU] = menus
    return numbers


def _together(tables: Iterable[Floats], tiles: Ints = _NO_TILES, menu: int = 0, steep: bool = False) -> Lanes:
    world, defender, challenger, nodes, proxies, allies = tables
    return Lanes(tiles, world, defender, challenger, nodes, proxies, allies, menu, steep)


def _apart(lanes: Lanes) -> tuple[Floats, ...]:
    return lanes.world, lanes.defender, lanes.challenger, lanes.nodes, lanes.proxies, lanes.allies


def blank(tables: Tables, before: tuple[int, ...], after: tuple[int, ...]) -> Lanes:
    """Numbers that are all zero, with the axes ``before`` and ``after`` those of one parameter row."""
    n, m, proxies, allies = (
        table.shape[1] for table in (tables.defender_acts, tables.challenger_acts, tables.proxies, tables.allies)
    )
    shapes = (
        (_WORLD,),
        (n, _DEFENDER),
        (m, _CHALLENGER),
        (m + 1, _NODE),
        (proxies, _PROXY),
        (allies, tables.allies.shape[2]),
    )
    return _together(np.zeros((*before, *shape, *after)) for shape in shapes)


def laid_out(numbers: Lanes, which: Ints) -> Lanes:
    """``numbers`` by row for worlds of the rows ``which`` (worlds,): as they are where neighbours share a row, or as
    tiles in which each world has its own."""
    if not share_no_row(which):
        return _told(numbers._replace(tiles=tiles_of(runs_of(which), by_row=True)))
    tiles = tiles_of(np.array([[0, len(which), 0]]), by_row=False)
    tables = []
    for table in _apart(numbers):
        tables.append(np.empty((len(tiles), *table.shape[1:], LANES)))
        _put_in_lanes(table, which, tables[-1])
    return _told(_together(tables, tiles))


def _told(numbers: Lanes) -> Lanes:
    """The same with what all worlds have in common."""
    menu, factored = by_world(numbers, MENU), by_world(numbers, FACTORED)
    return numbers._replace(menu=int(menu[0]) if (menu == menu[0]).all() else -1, steep=not factored.all())


def of_one_row(lanes: Lanes, size: int) -> Lanes:
    """The numbers of ``size`` worlds of the one parameter row that ``lanes`` are by."""
    return lanes._replace(tiles=tiles_of(np.array([[0, size, 0]]), by_row=True))


def part(lanes: Lanes, first: int, size: int) -> Lanes:
    """The numbers of ``size`` worlds of one menu, each of its own row, from world ``first`` on, which begins a tile."""
    some = slice(first // LANES, -(-(first + size) // LANES))
    tiles = tiles_of(np.array([[0, size, 0]]), by_row=False)
    return _together((table[some] for table in _apart(lanes)), tiles, menu=0, steep=lanes.steep)


def share_no_row(rows: Ints) -> bool:
    """Whether worlds with these parameter rows (worlds,) have too few neighbours of the same row to go row by row."""
    runs = 1 + int(np.count_nonzero(rows[1:] != rows[:-1]))
    return runs > 1 and len(rows) < SHARED * runs


def tiles_of(runs: Ints, by_row: bool) -> Ints:
    """Tiles of at most ``LANES`` worlds, none longer than its run; shape (tiles, 3) as ``Lanes.tiles``."""
    tiles = []
    for first, end, row in runs.tolist():
        for start in range(first, end, LANES):
            tiles.append((start, min(end - start, LANES), row if by_row else start // LANES))
    return np.array(tiles, dtype=np.int64).reshape(len(tiles), 3)


def by_world(lanes: Lanes, column: int) -> Floats:
    """One of the general numbers by world, shape (worlds,)."""
    count, index = lanes.tiles[:, 1], lanes.tiles[:, 2]
    if lanes.world.ndim > 2:
        return np.asarray(lanes.world[:, column].reshape(-1)[: count.sum()])
    return np.asarray(np.repeat(lanes.world[index, column], count))


def _menus(tables: Tables, used: Ints) -> Ints:
    """For each of the rows ``used``, the place of the first that has the same menus."""
    kinds = [ACT_RUNG, ACT_ON_STATE, ACT_VIA_PROXIES, ACT_DECAPITATES, ACT_WARNED, ACT_AVAILABLE]
    both = (tables.defender_acts, tables.challenger_acts)
    if all((acts[:, :, kind] == acts[:1, :, kind]).all() for acts in both for kind in kinds):
        return np.zeros(len(used), dtype=np.int64)
    flat = np.concatenate([acts[used][:, :, kinds].reshape(len(used), -1) for acts in both], axis=1)
    _, first, which = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    return np.asarray(first[which.reshape(-1)])


def _put_in_lanes(table: Floats, which: Ints, out: Floats) -> None:
    """Put rows ``which`` (worlds,) of ``table`` (rows, ...) into ``out`` (tiles or more, ..., LANES)."""
    tiles = -(-len(which) // LANES)
    by_tile = table[np.resize(which, tiles * LANES)].reshape(tiles, LANES, *table.shape[1:])
    out[:tiles] = np.moveaxis(by_tile, 1, -1)


def at(number: Any, i: int) -> Any:
    """A number in lane ``i``: from its lanes, or the one that all worlds share."""
    return number[i] if getattr(number, "ndim", 0) else number


if ENABLED:  # compiled code has a form of ``at`` for either shape, chosen by type
    from numba import types
    from numba.extending import overload

    def _itself(number: Any, i: Any) -> Any:
        return number

    def _in_lane(number: Any, i: Any) -> Any:
        return number[i]

    @overload(at)  # type: ignore[untyped-decorator]
    def _at(number: Any, i: Any) -> Any:
        return _in_lane if isinstance(number, types.Array) else _itself


def picked(lanes: Lanes, index: Ints, room: Lanes | None = None) -> Lanes:
    """The numbers of the worlds ``index``, each of which has its own; in the arrays of ``room``, of as many tiles."""
    tiles = tiles_of(np.array([[0, len(index), 0]]), by_row=False)
    if room is None:
        room = _together(np.empty((len(tiles), *table.shape[1:])) for table in _apart(lanes))
    for table, out in zip(_apart(lanes), _apart(room), strict=True):
        pick(table.reshape(len(table), -1, LANES), index, out.reshape(len(out), -1, LANES))
    return _told(room._replace(tiles=tiles))


@compiled
def pick(table: Any, index: Any, out: Any) -> None:
    """Copy the lanes ``index`` of ``table`` (tiles, columns, LANES) to ``out``; what is left of it gets the last's."""
    for t in range(out.shape[0]):
        for c in range(out.shape[1]):
            for i in range(LANES):
                world = index[min(t * LANES + i, index.shape[0] - 1)]
                out[t, c, i] = table[world // LANES, c, world % LANES]


def too_steep(lanes: Lanes, where: Floats) -> Floats:
    """1 where ``where`` (worlds or more,) is and factors may not be used, shape (worlds,)."""
    factored = by_world(lanes, FACTORED)
    return np.ascontiguousarray(where[: len(factored)] * (1.0 - factored))


@compiled
def fill(T: Any, used: Any, numbers: Any, dt: float) -> None:
    """Fill ``numbers`` (by parameter row, without lanes) for the rows ``used`` of the tables."""
    for k in range(used.shape[0]):
        r = used[k]
        G, acts, theirs = T.general[r], T.defender_acts[r], T.challenger_acts[r]
        world(G, numbers.world[k], dt)
        steepest = max(
            defender_acts(G, acts, numbers.defender[k]),
            challenger_acts(G, theirs, numbers.challenger[k]),
            nodes(G, theirs, T.instruments[r], T.order_instrument, numbers.nodes[k]),
        )
        numbers.world[k, FACTORED] = 1.0 if steepest < STEEPEST else 0.0
        for p in range(T.proxies.shape[1]):
            proxy(T.proxies[r, p], T.instruments[r], T.proxy_links[p], numbers.proxies[k, p])


@inlined
def world(G: Any, out: Any, dt: float) -> None:
    """The general numbers and what follows from them."""
    for c in range(G.shape[0]):
        out[c] = G[c]
    out[LOGIT_F] = logit(G[FRAGILITY_F])
    out[LOGIT_ANCHOR] = logit(G[D_ANCHOR])
    out[LOGIT_PHI0] = logit(G[D_PHI0])
    out[LOGIT_Q0] = logit(G[Q0])
    out[KEPT_COUNTRY] = exp(-(G[LEARNING] * G[DECAY_COUNTRY]) * dt)
    out[KEPT_LEADER] = exp(-(G[LEARNING] * G[DECAY_LEADER]) * dt)
    out[KEPT_FEAR] = exp(-G[Q_DECAY] * dt)
    out[KEPT_SANCTIONS] = exp(-G[SANCTIONS_REVERSION] * dt)
    out[KEPT_OBLIGATION] = exp(-_LN2 / G[C_HALF_LIFE] * dt)
    out[KEPT_DISARRAY] = 1.0 - (1.0 - exp(-_LN2 / G[REBUILD] * dt))
    out[LOG_RATE] = log(G[DECAP_RATE])
    out[LOG_LETHALITY] = log(G[DECAP_LETHALITY])
    out[ACCIDENT_CHANCE] = identification.chance(G[IDENTIFICATION_P], 7.0 * dt * G[D_ALERT])
    out[WORD_DEFENDER] = G[RATIONALITY] * G[D_AUDIENCE]
    out[WORD_CHALLENGER] = G[RATIONALITY] * G[C_AUDIENCE]


@inlined
def defender_acts(G: Any, acts: Any, out: Any) -> float:
    """What the defender's acts bring and cost; returns the largest exponent in it."""
    lam = G[RATIONALITY]
    steepest = lam * (G[D_AUDIENCE] * 10.0 + G[D_REPUTATION])
    attacked, at_rest = G[D_MADNESS] * G[D_ALPHA_ATTACK], G[D_MADNESS] * G[D_ALPHA_RESTRAINT]
    wild = 0.0
    abroad, homeland = beyond_proportion(acts)
    share = G[D_HOMELAND_SHARE]
    for a in range(acts.shape[0]):
        act, row = acts[a], out[a]
        rung, on_state = act[ACT_RUNG], act[ACT_ON_STATE] > 0.5
        row[DA_COLLAPSE], row[DA_SETBACK] = act[ACT_COLLAPSE], act[ACT_SETBACK]
        row[DA_GAIN], row[DA_COST], row[DA_ANSWER] = act[ACT_GAIN], act[ACT_COST], act[ACT_ANSWER]
        row[DA_RELIEF] = G[MOMENTUM] if rung >= 10.0 else 0.0
        row[DA_UNBLAMED] = G[D_BLAME_DISCOUNT] if on_state else 1.0
        row[DA_BRINK] = execution.chance_of_war(acts, a, G[EXECUTION_P], G[EXECUTION_SKEW])
        row[DA_HARM] = act[ACT_HARM] * (2.0 / (1.0 + G[C_POWER]) if rung >= HOMELAND else 1.0)
        row[DA_HELD] = exp(lam * G[D_AUDIENCE] * rung)
        plain = obligation(G, rung, act[ACT_MEANT], on_state)
        leader = plain + (G[C_LEADER] if act[ACT_DECAPITATES] > 0.5 and rung >= FORCE else 0.0)
        row[DA_OWED], row[DA_OWED_LEADER] = exp(lam * plain), exp(lam * leader)
        row[DA_VOWED] = exp(-lam * G[C_AUDIENCE] * (rung if rung >= STATE_FORCE else 0.0))
        for kind in range(2):
            settled = lam * zeal(G, kind) * act[ACT_ANSWER]
            row[DA_ANSWERED + 2 * kind] = exp(settled)
            row[DA_ANSWERED + 2 * kind + 1] = exp(settled * row[DA_UNBLAMED])
            steepest = max(steepest, settled, STEEPEST if settled < 0.0 else 0.0)
        steepest = max(steepest, lam * leader)
    for a in range(acts.shape[0]):
        harm = out[a, DA_HARM]
        wild = share * out[homeland, DA_HARM] + (1.0 - share) * out[abroad, DA_HARM]
        mad = acts[a, ACT_RUNG] < LETHAL_FORCE
        out[a, DA_HARM_ATTACKED] = (1.0 - attacked) * harm + attacked * wild if mad else harm
        out[a, DA_HARM_AT_REST] = (1.0 - at_rest) * harm + at_rest * wild if mad else harm
    return float(steepest)


@inner
def beyond_proportion(acts: Any) -> Any:
    """Indices of the acts that madness takes (``payoffs.madden``): against the other state abroad, at home."""
    abroad = -1
    homeland = -1
    for a in range(acts.shape[0]):
        rung, on_state = acts[a, ACT_RUNG], acts[a, ACT_ON_STATE] > 0.5
        if rung >= LETHAL_FORCE and on_state and rung < HOMELAND:
            abroad = a
        elif rung >= LETHAL_FORCE and on_state and rung < 8.5:
            homeland = a
    if homeland < 0:
        homeland = abroad if abroad >= 0 else acts.shape[0] - 1
    if abroad < 0:
        abroad = homeland
    return abroad, homeland


@inlined
def challenger_acts(G: Any, acts: Any, out: Any) -> float:
    """What the challenger's acts bring and cost; returns the largest exponent in it."""
    lam = G[RATIONALITY]
    steepest = lam * G[C_AUDIENCE] * 10.0
    for b in range(acts.shape[0]):
        act, row = acts[b], out[b]
        rung = act[ACT_RUNG]
        row[CA_PRESSURE], row[CA_GAIN], row[CA_STRUCK] = act[ACT_PRESSURE], act[ACT_GAIN], 1.0 - act[ACT_FIRST]
        row[CA_COST] = cost_to_challenger(G, act, 0)
        row[CA_RELIEF] = G[MOMENTUM] * row[CA_COST] if rung >= 10.0 else 0.0
        row[CA_MET] = can_meet(G, act[ACT_VISIBILITY], rung, act[ACT_MEANT])
        row[CA_FIRST] = G[C_LOSS_FIRST] * act[ACT_FIRST]
        row[CA_BRINK] = execution.chance_of_war(acts, b, G[EXECUTION_P], G[EXECUTION_SKEW])
        ratio = lam * (row[CA_COST] - cost_to_challenger(G, act, 1))
        row[CA_HARM], row[CA_RATIO] = act[ACT_HARM], exp(ratio)
        row[CA_HARM_RATIO] = row[CA_HARM] * row[CA_RATIO]
        row[CA_MEETS] = exp(lam * row[CA_MET])
        row[CA_HELD] = exp(lam * G[C_AUDIENCE] * rung)
        row[CA_LIGHT] = exp(-lam * row[CA_FIRST])
        row[CA_WAGED] = exp(lam * row[CA_RELIEF])
        steepest = max(steepest, abs(ratio), lam * (row[CA_MET] + abs(row[CA_RELIEF])), lam * abs(row[CA_FIRST]))
    return float(steepest)


@inlined
def nodes(G: Any, acts: Any, tools: Any, order_instrument: Any, out: Any) -> float:
    """What the defender owes itself after each of the challenger's acts, and after an order that kills no one.

    Returns the largest exponent in it, or ``STEEPEST`` where a force act is no grievance, or a quiet one is.
    """
    steepest = 0.0
    lam = G[RATIONALITY]
    m = acts.shape[0]
    for b in range(m + 1):
        e, dead, fatal = 5.0, 0.0, 0.0
        if b < m and acts[b, ACT_VIA_PROXIES] > 0.5:
            tool = tools[order_instrument[b]]
            e, dead = 6.0, max(tool[I_DEATHS], 1.0)
            fatal = tool[I_KILL] if acts[b, ACT_RUNG] >= LETHAL_FORCE else tool[I_STRAY]
        elif b < m:
            e, dead = acts[b, ACT_RUNG], 0.0 if acts[b, ACT_WARNED] > 0.5 else acts[b, ACT_MEANT]
        gamma = grievance(G, e, dead, 1.0)
        out[b, NO_GAMMA], out[b, NO_FATAL] = gamma, fatal
        if (gamma <= 0.0) == (e >= FORCE) and (b < m or has_orders(acts)):
            steepest = STEEPEST
        for kind in range(2):
            owed = lam * zeal(G, kind) * gamma
            out[b, NO_SETTLED + 2 * kind] = exp(owed)
            out[b, NO_SETTLED + 2 * kind + 1] = exp(owed * G[D_BLAME_DISCOUNT])
    return float(steepest)


@inner
def has_orders(acts: Any) -> bool:
    """Whether the challenger has any order to give to proxies."""
    found = False
    for b in range(acts.shape[0]):
        found = found or acts[b, ACT_VIA_PROXIES] > 0.5
    return found


@inner
def proxy(P: Any, tools: Any, links: Any, out: Any) -> None:
    """A proxy's own numbers, and those of what it attacks with."""
    for c in range(P.shape[0]):
        out[c] = P[c]
    out[PL_USUAL] = logit(min(P[P_RATE] / WEEKS_A_MONTH / OPPORTUNITIES, 0.999))
    out[PL_HELD] = P[P_CONTROL] + (1.0 - P[P_CONTROL]) * P[P_OWN_RUNG]
    out[PL_MEANT], out[PL_STRAY] = tools[links[1], I_KILL], tools[links[0], I_STRAY]
    out[PL_CIVILIANS_MEANT], out[PL_CIVILIANS_STRAY] = tools[links[1], I_CIVILIANS], tools[links[0], I_CIVILIANS]
