"""Why an act: which term of the stage game spoke most for it, beside holding (``model.stage`` lists the terms).

Read off the state as it stood before the decision, by the model's own functions.
"""

from __future__ import annotations

from typing import Final

from escalation.maths import log
from escalation.model import challenger, defender
from escalation.model.arrays import Tables, Worlds, desk
from escalation.model.layout import (
    ACT_ANSWER,
    ACT_COLLAPSE,
    ACT_FIRST,
    ACT_GAIN,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_PRESSURE,
    ACT_RUNG,
    ACT_SETBACK,
    ACT_VISIBILITY,
    BLAMED,
    C_AUDIENCE,
    C_LOSS_FIRST,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    D_AUDIENCE,
    D_BLAME_DISCOUNT,
    D_DEATH,
    D_LOG_DEATHS,
    DEAD,
    FORCE,
    HOMELAND,
    LETHAL_FORCE,
    OBLIGATION,
    PROVOCATION,
    THETA,
    WEIGHT,
)
from escalation.model.payoffs import (
    CAPABILITY,
    ENTRAPMENT,
    FEAR,
    GAMBLE,
    NAME_WORTH,
    PRESSED,
    PREVENTION,
    RENT,
    can_meet,
    grievance,
    zeal,
)
from escalation.model.stage import ANY_RUNG, CONSIDERED

MOTIVES: Final[dict[str, str]] = {
    "dead": "its dead",
    "affront": "the attack itself, whoever it killed",
    "name": "its name for resolve",
    "word": "the word it had given",
    "gamble": "the hope that the other side's regime would fall",
    "prevention": "the fear of the bomb",
    "ally": "an ally's war",
    "gain": "what the act brings by itself",
    "revenge": "the duty to avenge",
    "fear": "the fear of being struck first",
    "pressure": "sanctions that it would not bear",
    "quiet": "the worth of quiet",
    "": "nothing in particular: chance in the choice",
}
"""The terms of worth, as a reader would say them; the empty name stands for no term above 0."""

_LEAST: Final = 0.05
"""Utils below which a term is no motive."""


def defender_motive(tables: Tables, state: Worlds, act: int) -> str:
    """Key of ``MOTIVES`` for the defender's ``act`` in the one world of ``state``."""
    S, G, r = state.S, tables.general, int(state.row[0])
    row, hold = tables.defender_acts[r, act], tables.defender_acts[r, 0]
    D = desk(tables.defender_acts.shape[1], tables.challenger_acts.shape[1], 1)
    defender.decide(tables, state, D, 0, -1, 0, CONSIDERED, 0, True, ANY_RUNG)
    context = D.context[:, 0]
    killed, e, rung = S[DEAD, 0], S[PROVOCATION, 0], row[ACT_RUNG]
    owed = grievance(G[r], e, killed, S[WEIGHT, 0])
    factor = context[CAPABILITY] if rung >= LETHAL_FORCE else 1.0
    if S[BLAMED, 0] < 0.5 and row[ACT_ON_STATE] > 0.5:
        factor *= G[r, D_BLAME_DISCOUNT]
    settled = zeal(G[r], 0 if S[THETA, 0] > 0.5 else 1) * min(owed, row[ACT_ANSWER]) * factor
    for_dead = G[r, D_DEATH] + G[r, D_LOG_DEATHS] * log(killed) if killed >= 1.0 else 0.0
    unweighted = grievance(G[r], e, killed, 1.0)
    part = for_dead / unweighted if unweighted > 0.0 else 0.0
    commit = S[COMMIT_DEFENDER, 0]
    word = G[r, D_AUDIENCE] * (max(commit - hold[ACT_RUNG], 0.0) - max(commit - rung, 0.0))
    terms = {
        "dead": settled * part,
        "affront": settled * (1.0 - part),
        "name": context[NAME_WORTH] if rung >= LETHAL_FORCE and owed > 0.0 else 0.0,
        "word": word if owed > 0.0 else 0.0,
        "gamble": context[GAMBLE] * (row[ACT_COLLAPSE] - hold[ACT_COLLAPSE]),
        "prevention": context[PREVENTION] * (row[ACT_SETBACK] - hold[ACT_SETBACK]),
        "ally": context[ENTRAPMENT] if rung >= HOMELAND else 0.0,
        "gain": row[ACT_GAIN] - hold[ACT_GAIN],
    }
    return _strongest(terms)


def challenger_motive(tables: Tables, state: Worlds, act: int) -> str:
    """Key of ``MOTIVES`` for the challenger's ``act`` in the one world of ``state``."""
    S, G, r = state.S, tables.general, int(state.row[0])
    row, hold = tables.challenger_acts[r, act], tables.challenger_acts[r, 0]
    D = desk(tables.challenger_acts.shape[1], tables.defender_acts.shape[1], 1)
    beside = state._replace(S=S.copy())  # for it writes what proxies expect
    challenger.decide(tables, beside, D, 0, -1, 0, CONSIDERED, 0, True, ANY_RUNG)
    context = D.context[:, 0]
    rung, commit = row[ACT_RUNG], S[COMMIT_CHALLENGER, 0]
    terms = {
        "revenge": min(S[OBLIGATION, 0], can_meet(G[r], row[ACT_VISIBILITY], rung, row[ACT_MEANT])),
        "fear": (context[FEAR] - G[r, C_LOSS_FIRST]) * (row[ACT_FIRST] - hold[ACT_FIRST]),
        "pressure": context[PRESSED] * (row[ACT_PRESSURE] - hold[ACT_PRESSURE]),
        "word": G[r, C_AUDIENCE] * (max(commit - hold[ACT_RUNG], 0.0) - max(commit - rung, 0.0)),
        "gain": row[ACT_GAIN] - hold[ACT_GAIN],
        "quiet": context[RENT] if act == 0 and rung < FORCE else 0.0,
    }
    return _strongest(terms)


def _strongest(terms: dict[str, float]) -> str:
    best = max(terms, key=lambda name: terms[name])
    return best if terms[best] >= _LEAST else ""
