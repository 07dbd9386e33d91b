"""The crisis as an actor pictures it, as arrays: what each node of a week is worth, and what nature may do.

A week is three nodes. Nature: the proxies harass, kill, or do neither, as ordered and as far as they are deterred; at
rung 7 and above a misidentification may kill. The defender stands before a provocation z (none, harassment, a killing,
or the challenger's own act of last week) and acts. The challenger stands before that act, with what it owes for it, and
acts; a quiet week lets the standing rung cool, and control is rebuilt. War ends the game.

All worths are the stage game's own (``payoffs``), less what is owed and not settled, and counted from a week of holding
in calm. The zero of all utils is the status quo of the first day, and what war costs is set against that: so a war is
worth the value of that status quo less its cost. Were it worth its cost alone, weeks of small grievances would add up
to more than a war, however much worse a war is held to be than the status quo that they are part of.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from escalation.compiled import compiled
from escalation.maths import exp, log, logistic, logit
from escalation.model import challenger, start
from escalation.model.arrays import Floats, Ints, Tables, Worlds, desk
from escalation.model.errors import control, identification
from escalation.model.foresight.grid import HIGH, HIGHS, LANES, on_grid, points
from escalation.model.layout import (
    ACT_DECAPITATES,
    ACT_HARM,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_RUNG,
    ACT_VIA_PROXIES,
    ACT_WARNED,
    ALWAYS_ALERT,
    C_LEADER,
    C_POWER,
    CHANNEL,
    CONTROL_LOSS,
    COOLING_P,
    D_ALERT,
    DECAP_LETHALITY,
    DECAP_RATE,
    FORCE,
    HOMELAND,
    I_DEATHS,
    I_KILL,
    I_STRAY,
    IDENTIFICATION_P,
    LETHAL_FORCE,
    OPPORTUNITIES,
    P_AIM,
    P_CONTROL,
    P_ORDER_SLOPE,
    P_OWN_RUNG,
    P_PUNISHMENT,
    P_RATE,
    P_SANCTIONS,
    P_UNAUTHORISED,
    PATIENCE,
    PHI,
    PI_COUNTRY,
    PUNISHMENT,
    REBUILD,
    RUNG,
    SIGMA,
    STATE_FORCE,
    VICTIM_CIVILIAN,
    VICTIM_OWN,
    WEEKS_A_MONTH,
)
from escalation.model.payoffs import (
    BLAME,
    COMMIT,
    GAMMA,
    OWED,
    WAGING,
    capacities,
    challenger_base,
    challenger_context,
    challenger_worth,
    defender_base,
    defender_context,
    defender_worth,
    grievance,
    obligation,
    zeal,
)
from escalation.model.rules import CODES
from escalation.model.stage import ANY_RUNG, PICTURED, bar

HARASSED, KILLED, FIRST_DIRECT = 1, 2, 3
"""Provocations: none is 0; from ``FIRST_DIRECT`` the challenger's own acts of force, in the order of its menu."""


class Game(NamedTuple):
    """One parameter row's pictured crisis. Z provocations, C nodes of the challenger, E rungs, L lanes of ``grid``."""

    numbers: Floats  # (general columns,)
    defender_acts: Floats  # (n, columns)
    challenger_acts: Floats  # (m, columns)
    defender_worth: Floats  # (2, Z, n, E) utils, by type
    challenger_worth: Floats  # (2, C, 2, m, E), by type and disarray
    harm: Floats  # (2, most acts): to the defender of the challenger's acts, to the challenger of the defender's
    hazard: Floats  # (m, 2, L): chance that proxies attack, that they kill, in the week after the challenger's act
    mishap: Floats  # (E,) chance that a misidentification kills the defender's own
    pi: Floats  # (L,)
    phi: Floats  # (L,)
    rung: Floats  # (Z,) of each provocation
    dead: Floats  # (Z,)
    provokes: Ints  # (m,) the provocation that an act of the challenger is, 0 for none
    node: Ints  # (n,) where the challenger stands after an act of the defender; -1: war
    node_rung: Floats  # (C,)
    decapitates: Ints  # (C,)
    cooling: float
    kept: float  # share of disarray left after a week
    patience: float  # weekly discount
    first_rung: int  # where the standing rung is on the first day, on the grid


def picture(T: Tables, r: int, first_rung: float) -> Game:
    """The pictured crisis of parameter row ``r``, which stands at ``first_rung`` on its first day."""
    numbers, acts, replies = T.general[r], T.defender_acts[r], T.challenger_acts[r]
    n, m = len(acts), len(replies)
    fatal = max(float(T.instruments[r, T.proxy_links[0, 1], I_DEATHS]), 1.0) if len(T.proxy_links) else 1.0
    provocations = [(1.0, 0.0), (5.0, 0.0), (6.0, fatal)]
    provokes = np.zeros(m, dtype=np.int64)
    for b, reply in enumerate(replies):
        if FORCE <= reply[ACT_RUNG] < 10.0 and reply[ACT_VIA_PROXIES] < 0.5:
            provokes[b] = len(provocations)
            provocations.append((reply[ACT_RUNG], 0.0 if reply[ACT_WARNED] > 0.5 else reply[ACT_MEANT]))
    rung, dead = np.array(provocations).T.copy()
    forceful = [a for a, act in enumerate(acts) if FORCE <= act[ACT_RUNG] < 10.0]
    node = np.where(acts[:, ACT_RUNG] >= 10.0, -1, 0)
    node[forceful] = 1 + np.arange(len(forceful))
    at = np.array([0, *forceful])
    node_rung = np.where(node[at] > 0, acts[at, ACT_RUNG], 1.0)
    decapitates = ((acts[at, ACT_DECAPITATES] > 0.5) & (node_rung >= FORCE)).astype(np.int64)

    ours, theirs = np.zeros((2, len(rung), n, HIGHS)), np.zeros((2, len(at), 2, m, HIGHS))
    high = _worlds(T, r, HIGHS)
    high.S[RUNG] = HIGH
    most = max(n, m)
    room = (np.zeros((8, HIGHS)), np.zeros((2, most, HIGHS)), np.zeros((6, HIGHS)), np.zeros(most))
    worths(T, high, r, rung, dead, at, node_rung, np.arange(HIGHS), *room, np.zeros((most, HIGHS)), ours, theirs)

    pi, phi = points()
    lanes = _worlds(T, r, LANES)
    lanes.S[PI_COUNTRY], lanes.S[PHI] = [logit(p) for p in pi], [logit(p) for p in phi]
    challenger.decide(T, lanes, desk(m, n, LANES), CODES["quantal"], -1, 0, PICTURED, 0, True, ANY_RUNG)
    hazard = np.zeros((m, 2, LANES))
    orders = np.where(replies[:, ACT_VIA_PROXIES] > 0.5, replies[:, ACT_RUNG], 1.0)
    hazards(T, r, lanes.S, orders, hazard)

    harm = np.zeros((2, most))
    harm[0, :m] = replies[:, ACT_HARM]
    harm[1, :n] = acts[:, ACT_HARM] * np.where(acts[:, ACT_RUNG] >= HOMELAND, 2.0 / (1.0 + numbers[C_POWER]), 1.0)
    strays = identification.chance(numbers[IDENTIFICATION_P], 7.0 * numbers[D_ALERT])
    strays *= max(1.0 - numbers[VICTIM_CIVILIAN] - numbers[VICTIM_OWN], 0.0)
    return Game(
        numbers=numbers,
        defender_acts=acts,
        challenger_acts=replies,
        defender_worth=ours,
        challenger_worth=theirs,
        harm=harm,
        hazard=hazard,
        mishap=np.where(HIGH >= ALWAYS_ALERT, strays, 0.0),
        pi=pi,
        phi=phi,
        rung=rung,
        dead=dead,
        provokes=provokes,
        node=node,
        node_rung=node_rung,
        decapitates=decapitates,
        cooling=float(min(numbers[COOLING_P] * (1.0 + numbers[CHANNEL]), 1.0)),
        kept=float(exp(-0.6931471805599453 / numbers[REBUILD])),
        patience=float(numbers[PATIENCE]),
        first_rung=on_grid(first_rung),
    )


def _worlds(T: Tables, r: int, n: int) -> Worlds:
    """``n`` worlds of parameter row ``r`` on a first day without provocation."""
    X = start.empty(T, np.zeros(n, dtype=np.uint64), np.full(n, r, dtype=np.int64))
    start.settle(T, X, 1.0, 1.0, 0.0, 0.5)
    return X


@compiled
def worths(
    T: Any,
    X: Any,
    r: int,
    rung: Any,
    dead: Any,
    at: Any,
    node_rung: Any,
    who: Any,
    context: Any,
    base: Any,
    faced: Any,
    meets: Any,
    values: Any,
    ours: Any,
    theirs: Any,
) -> None:
    """Fill ``ours`` (2, Z, n, E) and ``theirs`` (2, C, 2, m, E) with the worth of acts at each node, in utils.

    World i of ``X`` stands at rung i of the grid; ``at`` (C,) is the act of the defender that leads to a node. The rest
    is scratch, as on a desk.
    """
    N, acts, replies, E = T.general[r], T.defender_acts[r], T.challenger_acts[r], who.shape[0]
    defender_context(N, T.allies[r], X.S, X.A, who, E, 0.0, context)
    defender_base(N, acts, context, E, base[0])
    for z in range(rung.shape[0]):
        owed = grievance(N, rung[z], dead[z], 1.0)
        for i in range(E):
            faced[GAMMA, i] = owed
            faced[BLAME, i] = 1.0 if rung[z] >= STATE_FORCE else 0.0
            faced[COMMIT, i] = 0.0
        for kind in range(2):
            defender_worth(N, acts, context, base[0], zeal(N, kind), faced, E, values)
            rest = base[0, 0, 0]  # holding in calm
            bar(acts, 10.0, E, values)
            for a in range(acts.shape[0]):
                for i in range(E):
                    ours[kind, z, a, i] = values[a, i] - zeal(N, kind) * owed - rest
    challenger_context(N, X.S, who, E, 0.0, context)
    challenger_base(N, replies, context, E, base)
    capacities(N, replies, meets)
    for kind in range(2):
        rest = base[kind, 0, 0]
        for c in range(node_rung.shape[0]):
            act = acts[at[c]]
            for loss in range(2):
                owed = obligation(N, node_rung[c], act[ACT_MEANT], act[ACT_ON_STATE] > 0.5)
                if node_rung[c] >= FORCE and act[ACT_DECAPITATES] > 0.5 and loss == 0:
                    owed += N[C_LEADER]
                for i in range(E):
                    faced[OWED, i] = owed
                    faced[COMMIT, i] = node_rung[c] if node_rung[c] >= STATE_FORCE else 0.0
                    faced[WAGING, i] = 1.0 if max(node_rung[c], X.S[RUNG, who[i]]) >= 9.0 else 0.0
                challenger_worth(N, replies, meets, base[kind], kind, faced, E, values)
                bar(replies, 10.0, E, values)
                for b in range(replies.shape[0]):
                    for i in range(E):
                        theirs[kind, c, loss, b, i] = values[b, i] - owed - rest


@compiled
def hazards(T: Any, r: int, S: Any, orders: Any, out: Any) -> None:
    """Fill ``out`` (m, 2, lanes): chance that proxies attack the defender in a week, and that they kill.

    As ``proxies.act`` has it without slack, with the ``orders`` (m,) in force; ``S`` holds what punishment is expected
    in each lane.
    """
    N = T.general[r]
    for b in range(out.shape[0]):
        for i in range(out.shape[2]):
            loss = i % 2
            spared, unkilled = 1.0, 1.0
            for p in range(T.proxies.shape[1]):
                P, tools, links = T.proxies[r, p], T.instruments[r], T.proxy_links[p]
                if P[P_RATE] <= 0.0:
                    continue
                kappa = P[P_CONTROL] * (1.0 - N[CONTROL_LOSS] * loss)
                aim = kappa * orders[b] + (1.0 - kappa) * P[P_OWN_RUNG]
                held = P[P_CONTROL] + (1.0 - P[P_CONTROL]) * P[P_OWN_RUNG]
                x = logit(min(P[P_RATE] / WEEKS_A_MONTH / OPPORTUNITIES, 0.999)) + P[P_ORDER_SLOPE] * (aim - held)
                x += P[P_SANCTIONS] * S[SIGMA, i] - P[P_PUNISHMENT] * S[PUNISHMENT, i] + loss * log(N[DECAP_RATE])
                here = logistic(x) * P[P_AIM]
                kills = tools[links[1], I_KILL] if aim >= LETHAL_FORCE else tools[links[0], I_STRAY]
                kills = min(kills * exp(loss * log(N[DECAP_LETHALITY])), 1.0)
                loose = control.chance(P[P_UNAUTHORISED], kappa, 1.0) * P[P_AIM]
                spared *= exp(OPPORTUNITIES * log(1.0 - here)) * (1.0 - loose)
                unkilled *= exp(OPPORTUNITIES * log(1.0 - here * kills)) * (1.0 - loose * tools[links[1], I_KILL])
            out[b, 0, i] = 1.0 - spared
            out[b, 1, i] = 1.0 - unkilled
