"""What an act is worth apart from the reply, in lanes: the formulas of ``payoffs`` for worlds of any parameter rows.

They stand beside ``payoffs``, which the game by nodes and the narrative read, because that is where they are explained
and here where they are fast; tests/model/test_foreseen.py holds the two together. Results are rows of ``paper``.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import inlined, inner, loop
from escalation.maths import exp, log, logistic
from escalation.model.errors import survival
from escalation.model.lanes import (
    CA_COST,
    CA_GAIN,
    CA_PRESSURE,
    CA_STRUCK,
    DA_COLLAPSE,
    DA_COST,
    DA_GAIN,
    DA_RELIEF,
    DA_SETBACK,
    LOGIT_F,
    at,
)
from escalation.model.layout import (
    A_BASING,
    ACT_RUNG,
    ALLY_WAR,
    BREAKOUT_NOW,
    C_LOSS_STRUCK,
    C_PRESSURE,
    C_RENT,
    D_DEATH,
    D_GAMBLE,
    D_HARASSMENT,
    D_HIGH_VALUE,
    D_LOG_DEATHS,
    D_PREVENTION,
    D_PUBLIC,
    D_REPUTATION,
    DEAD,
    F_NOISE,
    FORCE,
    FRAGILITY_BIAS,
    FRAGILITY_SD,
    HEDGING,
    HOMELAND,
    NUCLEAR_ALARM,
    OWN_DEAD,
    PRESSURE_SLOPE,
    PROVOCATION,
    Q_BIAS,
    Q_NOISE,
    Q_SD,
    RUBICON,
    RUNG,
    SIGMA,
    TERM,
    WEIGHT,
    Q,
)

# Rows of ``paper``: what one decision is worked out on.
(
    CAPABILITY,
    GAMBLE,
    PREVENTION,
    NAME,
    JOINED,
    AT_WAR,
    PRESSED,
    FEAR,
    RENT,
    BELIEF,
    OWED,
    COMMIT,
    BEST,
    SUM_1,
    SUM_2,
    HARM_1,
    HARM_2,
    QUIET,
    SPARED,
    GAMMA,
    ABLE,
    PROVOKED,
    VALUE,
    EG,  # grievance of a node, by type and blame: four rows
) = range(24)


@inner
def defender_weighs(g: Any, allies: Any, S: Any, A: Any, w: int, lanes: int, private: float, paper: Any) -> None:
    """Fill the rows CAPABILITY to AT_WAR, as ``payoffs.defender_context``; ``allies`` (allies, columns, LANES)."""
    able, at_war, gamble = paper[CAPABILITY], paper[AT_WAR], paper[GAMBLE]
    for i in range(lanes):
        able[i] = 1.0
    for j in range(A.shape[0]):
        hedging, basing = A[j, HEDGING, w : w + lanes], allies[j, A_BASING]
        for i in range(lanes):
            able[i] -= at(basing, i) * hedging[i]
    rung, sigma, noise = S[RUNG, w : w + lanes], S[SIGMA, w : w + lanes], S[F_NOISE, w : w + lanes]
    for i in range(lanes):
        able[i] = max(able[i], 0.2)
        at_war[i] = 1.0 if rung[i] >= 9.0 else 0.0
    f, slope, bias, rubicon = g[LOGIT_F], g[PRESSURE_SLOPE], g[FRAGILITY_BIAS], g[RUBICON]
    sd, gain = g[FRAGILITY_SD], g[D_GAMBLE]
    for i in range(lanes):
        gamble[i] = at(f, i) + at(slope, i) * (sigma[i] - 1.0) + (at(bias, i) + at(rubicon, i) * at_war[i]) * private
    for i in range(lanes):
        gamble[i] = at(gain, i) * logistic(gamble[i] + private * at(sd, i) * noise[i])
    worth, alarm, prevention, breakout = (
        g[D_PREVENTION],
        g[NUCLEAR_ALARM],
        paper[PREVENTION],
        S[BREAKOUT_NOW, w : w + lanes],
    )
    for i in range(lanes):
        prevention[i] = at(worth, i) * exp(-breakout[i] / at(alarm, i))
    joined, entrapment, dead, slope = paper[JOINED], S[ALLY_WAR, w : w + lanes], S[OWN_DEAD, w : w + lanes], g[D_PUBLIC]
    for i in range(lanes):
        joined[i] = entrapment[i] - at(slope, i) * log(1.0 + dead[i]) * 0.4342944819032518
    name, reputation, term = paper[NAME], g[D_REPUTATION], S[TERM, w : w + lanes]
    for i in range(lanes):
        name[i] = at(reputation, i) * term[i]


@inner
def defender_bases(acts: Any, numbers: Any, paper: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (n, LANES), as ``payoffs.defender_base``; ``numbers`` (n, columns, LANES)."""
    for a in range(acts.shape[0]):
        one = numbers[a]
        defender_base(
            paper[GAMBLE], paper[PREVENTION], paper[JOINED], paper[AT_WAR],
            one[DA_COLLAPSE], one[DA_SETBACK], one[DA_GAIN], one[DA_COST], one[DA_RELIEF],
            acts[a, ACT_RUNG] >= HOMELAND, lanes, out[a],
        )  # fmt: skip


@loop
def defender_base(
    gamble: Any, prevention: Any, joined: Any, at_war: Any, collapse: Any, setback: Any, gain: Any, cost: Any,
    relief: Any, far: bool, lanes: int, out: Any,
) -> None:  # fmt: skip
    """One act's worth apart from the grievance that it settles."""
    for i in range(lanes):
        hopes = gamble[i] * at(collapse, i) + prevention[i] * at(setback, i) + (joined[i] if far else 0.0)
        out[i] = hopes + at(gain, i) - at(cost, i) * (1.0 - at(relief, i) * at_war[i])


@inner
def challenger_weighs(g: Any, S: Any, w: int, lanes: int, private: float, paper: Any) -> None:
    """Fill the rows PRESSED, FEAR and RENT, as ``payoffs.challenger_context``."""
    pressed, fear, rent = paper[PRESSED], paper[FEAR], paper[RENT]
    sigma, q, noise = S[SIGMA, w : w + lanes], S[Q, w : w + lanes], S[Q_NOISE, w : w + lanes]
    slope, income, struck, bias, sd = g[C_PRESSURE], g[C_RENT], g[C_LOSS_STRUCK], g[Q_BIAS], g[Q_SD]
    for i in range(lanes):
        rent[i] = at(income, i) * (1.0 - sigma[i])
        pressed[i] = at(slope, i) * sigma[i]
    for i in range(lanes):
        fear[i] = survival.estimate(q[i], private * at(bias, i), private * at(sd, i), noise[i]) * at(struck, i)


@inner
def challenger_bases(acts: Any, numbers: Any, paper: Any, lanes: int, out: Any) -> None:
    """Fill ``out`` (m, LANES) for the restrained type, as ``payoffs.challenger_base``."""
    for b in range(acts.shape[0]):
        one = numbers[b]
        challenger_base(
            paper[PRESSED], paper[FEAR], paper[RENT], one[CA_PRESSURE], one[CA_GAIN], one[CA_STRUCK], one[CA_COST],
            acts[b, ACT_RUNG] < FORCE, lanes, out[b],
        )  # fmt: skip


@loop
def challenger_base(
    pressed: Any, fear: Any, rent: Any, pressure: Any, gain: Any, struck: Any, cost: Any, calm: bool, lanes: int,
    out: Any,
) -> None:  # fmt: skip
    """One act's worth apart from obligation and vows."""
    for i in range(lanes):
        worth = pressed[i] * at(pressure, i) + at(gain, i) - fear[i] * at(struck, i)
        out[i] = worth + (rent[i] if calm else 0.0) - at(cost, i)


@inlined
def defender_provoked(g: Any, S: Any, w: int, lanes: int, paper: Any) -> None:
    """Fill GAMMA, the defender's grievance (``payoffs.grievance``), and PROVOKED, 1 where its madness sees one."""
    e, dead, weight = S[PROVOCATION, w : w + lanes], S[DEAD, w : w + lanes], S[WEIGHT, w : w + lanes]
    gamma, mourning, provoked = paper[GAMMA], paper[VALUE], paper[PROVOKED]
    each, first = g[D_LOG_DEATHS], g[D_DEATH]
    for i in range(lanes):
        mourning[i] = at(first, i) + at(each, i) * log(max(dead[i], 1.0)) if dead[i] >= 1.0 else 0.0
    harassment, rise = g[D_HARASSMENT], g[D_HIGH_VALUE]
    for i in range(lanes):
        insult = at(harassment, i) + at(rise, i) * max(e[i] - 5.0, 0.0) if e[i] >= FORCE else 0.0
        gamma[i] = (insult + mourning[i]) * weight[i]
    for i in range(lanes):
        provoked[i] = 1.0 if ((e[i] >= FORCE) | (dead[i] >= 1.0)) & (weight[i] == 1.0) else 0.0
