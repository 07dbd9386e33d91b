"""The game that an actor faces this week, as a tree: the model's stage game, for game theorists and for Gambit.

Chance draws both sides' types, the mover (who does not know the other's) takes an act of its menu, the other side
(who does not know the mover's) sees what was done and replies; no one looks further. What the replier cannot tell
apart it answers alike: all acts short of force are one information set, as are two orders after which as many are
dead. An order to the proxies is a lottery over whether it kills. Once all-out war is chosen there is nothing to reply.

Payoffs are the model's own (``model.worths``): the mover has its act's worth less the harm of the reply, the replier
its reply's worth less the harm of the act. A replying defender of the resolute type may be carried off by madness
(``payoffs.madden``): a chance move after its choice, paid as chosen, for it does not foresee it. For the same reason
a defender that *moves* has no such move in its tree, where it would weigh it: ``carried_out`` says what madness makes
of its choice.

The kernels solve the same game without a tree (``model.stage``); tests/analysis/test_stage_game.py holds the two
together to 1e-8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from escalation.games.build import Branch, chance, end, game, move
from escalation.games.tree import Game
from escalation.maths import logistic
from escalation.model import challenger, defender
from escalation.model.arrays import Floats, desk
from escalation.model.foresight import Foresight
from escalation.model.layout import (
    ACT_AVAILABLE,
    ACT_DECAPITATES,
    ACT_HARM,
    ACT_MEANT,
    ACT_ON_STATE,
    ACT_RUNG,
    ACT_VIA_PROXIES,
    ACT_WARNED,
    ALERT,
    BLAMED,
    C_LEADER,
    C_POWER,
    COMMIT_CHALLENGER,
    COMMIT_DEFENDER,
    D_MADNESS,
    DEAD,
    DECAPITATED,
    FORCE,
    HOMELAND,
    I_DEATHS,
    I_KILL,
    I_STRAY,
    LETHAL_FORCE,
    OBLIGATION,
    PHI,
    PI_COUNTRY,
    PI_LEADER,
    PROVOCATION,
    RATIONALITY,
    RUNG,
    STATE_FORCE,
    WEIGHT,
)
from escalation.model.payoffs import BLAME, COMMIT, GAMMA, OWED, WAGING, grievance, obligation
from escalation.model.rules import PLANNERS, code
from escalation.model.stage import CONSIDERED
from escalation.model.worths import Sheet, maddened, of_challenger, of_defender, sheet
from escalation.worlds.moment import Moment

CEILING: Final = 10.0
"""Highest rung on the menus of a crisis under way."""
DEFENDER_TYPES: Final = ("resolute", "weak")
CHALLENGER_TYPES: Final = ("restrained", "unrestrained")
NO_FORCE: Final = "no force used"


@dataclass(frozen=True)
class Node:
    """Where the replier stands: ``label`` says what it sees, ``worth`` (2, m) what its acts are worth to its types.

    ``mad`` (m, m) is what madness makes of each act of its first type.
    """

    label: str
    worth: Floats
    mad: Floats


@dataclass(frozen=True)
class StageGame:
    """The stage game of one moment. ``own`` (2, n): worth of the mover's acts by type; ``closed``: off its menu."""

    moment: Moment
    mover: str
    replier: str
    mover_types: tuple[str, str]
    replier_types: tuple[str, str]
    acts: tuple[str, ...]
    replies: tuple[str, ...]
    belief: float
    """The mover's, that the replier is of its first type."""
    believed: float
    """The replier's, that the mover is of its first type."""
    own: Floats
    closed: tuple[bool, ...]
    harm: Floats
    """(m,) of the replies to the mover."""
    hurt: Floats
    """(n,) of the acts to the replier."""
    nodes: tuple[tuple[tuple[float, Node], ...], ...]
    """For each act the nodes that it may lead to, with their chances; none where the play ends with it."""
    mad: Floats
    """(n, n) what madness makes of each act of the mover's first type."""

    @property
    def rationality(self) -> float:
        """The scenario's lambda, in 1/util."""
        return float(self.moment.tables.general[0, RATIONALITY])

    @property
    def ordered(self) -> str:
        """The act that the scenario has the mover take this week whatever it would choose; empty if there is none."""
        for event in self.moment.scenario.events:
            if event.on and event.kind == "act" and event.actor == self.mover and event.week == self.moment.week:
                return event.act or ""
        return ""

    def set_of(self, kind: int) -> str:
        """The label of the information set at which the mover of type ``kind`` chooses."""
        return f"{self.mover} {self.mover_types[kind]}"

    @cached_property
    def tree(self) -> Game:
        """The game; payoffs to all digits of a double, so that a solver sees what the kernels see."""
        types = chance(
            f"{self.mover}'s type",
            {
                name: (share, self._other_type(kind))
                for kind, (name, share) in enumerate(
                    zip(self.mover_types, (self.believed, 1.0 - self.believed), strict=True)
                )
            },
        )
        return game(self.title, [self.mover, self.replier], types, self.comment)

    @property
    def title(self) -> str:
        """What game this is, in a line."""
        place = (
            "at its start" if self.moment.world is None else f"in week {self.moment.week} of world {self.moment.world}"
        )
        return f"{self.moment.scenario.title.rstrip('.')}, {place}: {self.mover} moves"

    @property
    def comment(self) -> str:
        """What a reader of the file should know."""
        text = "Payoffs in utils: 0 is the status quo. Made from the scenario's numbers by escalation."
        if (self.mad != np.eye(len(self.acts))).any():
            text += (
                f" Not in this tree: having chosen an act short of lethal force, the {self.mover_types[0]} type may be"
                " carried off by madness, which it does not foresee."
            )
        return text

    def _other_type(self, kind: int) -> Branch:
        shares = (self.belief, 1.0 - self.belief)
        # Gambit wants the labels of chance's moves to differ, too.
        return chance(
            f"{self.replier}'s type, {self.mover_types[kind]} {self.mover}",
            {name: (shares[other], self._choice(kind, other)) for other, name in enumerate(self.replier_types)},
        )

    def _choice(self, kind: int, other: int) -> Branch:
        menu = {act: self._after(kind, a, other) for a, act in enumerate(self.acts) if not self.closed[a]}
        return move(self.mover, self.set_of(kind), menu)

    def _after(self, kind: int, a: int, other: int) -> Branch:
        worth = float(self.own[kind, a])
        nodes = self.nodes[a]
        if not nodes:
            return end(self.acts[a], worth - float(self.harm[0]), -float(self.hurt[a]))
        pair = f"{self.mover_types[kind]} {self.mover}, {self.replier_types[other]} {self.replier}"
        replies = [self._reply(worth, a, other, node, pair) for _, node in nodes]
        if len(nodes) == 1:
            return replies[0]
        named = {node.label: (p, reply) for (p, node), reply in zip(nodes, replies, strict=True)}
        return chance(f"after {self.acts[a]}: {pair}", named)

    def _reply(self, worth: float, a: int, other: int, node: Node, pair: str) -> Branch:
        def ends(b: int, done: int) -> Branch:
            mad = " in madness" if done != b else ""
            payoffs = worth - float(self.harm[done]), float(node.worth[other, b]) - float(self.hurt[a])
            return end(f"{self.acts[a]}, {self.replies[done]}{mad}", *payoffs)

        def after(b: int) -> Branch:
            sane = node.mad[b, b] if other == 0 else 1.0
            if sane == 1.0:
                return ends(b, b)
            moved = [done for done in np.flatnonzero(node.mad[b]) if done != b]
            fits = {f"madness: {self.replies[done]}": (float(node.mad[b, done]), ends(b, int(done))) for done in moved}
            where = f"{self.acts[a]}, {node.label}, {self.replies[b]}: {pair}"
            return chance(f"madness after {where}", {"as chosen": (float(sane), ends(b, b)), **fits})

        label = f"{self.replier} {self.replier_types[other]}, {node.label}"
        return move(self.replier, label, {reply: after(b) for b, reply in enumerate(self.replies)})

    def carried_out(self, chosen: Floats) -> Floats:
        """What the mover's types do where they choose ``chosen`` (2, n): madness may carry the first type off.

        What madness picks is drawn again while it is off the menu.
        """
        done = np.array(chosen)
        done[0] = done[0] @ self.mad
        done[:, list(self.closed)] = 0.0
        return np.asarray(done / done.sum(axis=1, keepdims=True))

    def chosen_by_the_model(self, rule: str = "quantal", sane: bool = False) -> Floats:
        """(2, n) what the kernels have the mover's types do: the week's own code, no tree.

        Madness of the mover is included unless ``sane``.
        """
        T, X = self.moment.tables, self.moment.state
        if sane and self.moment.role == "defender":
            general = T.general.copy()
            general[0, D_MADNESS] = 0.0
            T = T._replace(general=general)
        D = desk(len(self.acts), len(self.replies), 1, ahead=1)
        defends = self.moment.role == "defender"
        decide: Callable[..., None] = defender.decide if defends else challenger.decide
        if rule in PLANNERS:
            sees = Foresight(T, X.row, float(self.moment.scenario.start.rung))
            sees.defender(X, D) if defends else sees.challenger(X, D)
        decide(T, X, D, code(rule), -1, 0, CONSIDERED, self.moment.week, True, CEILING)
        return np.array(D.record[:, :, 0])


def stage_game(moment: Moment) -> StageGame:
    """The stage game that the moment's principal faces."""
    return _of_defender(moment) if moment.role == "defender" else _of_challenger(moment)


def _of_defender(moment: Moment) -> StageGame:
    T, S = moment.tables, moment.state.S[:, 0]
    G, acts, theirs = T.general[0], T.defender_acts[0], T.challenger_acts[0]
    board = sheet(T, moment.state, defender_moves=True)
    e, dead, weight = float(S[PROVOCATION]), float(S[DEAD]), float(S[WEIGHT])
    board.faced[GAMMA], board.faced[BLAME] = grievance(G, e, dead, weight), S[BLAMED]
    board.faced[COMMIT] = S[COMMIT_DEFENDER]
    own = _worths_of_defender(moment, board)
    provoked = (e >= FORCE or dead >= 1.0) and weight == 1.0
    calm = np.eye(len(theirs))

    def seen(a: int) -> Node:
        """What the challenger stands before after act ``a``: owing more, its name tied, at war perhaps."""
        rung, on_state = float(acts[a, ACT_RUNG]), bool(acts[a, ACT_ON_STATE] > 0.5)
        owed = obligation(G, rung, acts[a, ACT_MEANT], on_state)
        if acts[a, ACT_DECAPITATES] > 0.5 and rung >= FORCE and S[DECAPITATED] < 0.5:
            owed += G[C_LEADER]
        board.faced[OWED] = S[OBLIGATION] + owed
        board.faced[COMMIT] = max(S[COMMIT_CHALLENGER], rung if rung >= STATE_FORCE else 0.0)
        board.faced[WAGING] = 1.0 if rung >= 9.0 or S[RUNG] >= 9.0 else 0.0
        label = f"after {names[a]}" if rung >= FORCE else NO_FORCE
        return Node(label, _worths_of_challenger(moment, board), calm)

    names = _names(moment, "defender")
    return StageGame(
        moment=moment,
        mover=moment.scenario.defender.name,
        replier=moment.scenario.challenger.name,
        mover_types=DEFENDER_TYPES,
        replier_types=CHALLENGER_TYPES,
        acts=names,
        replies=_names(moment, "challenger"),
        belief=logistic(S[PHI]),
        believed=logistic(S[PI_COUNTRY] + S[PI_LEADER]),
        own=own,
        closed=_closed(acts),
        harm=np.array(theirs[:, ACT_HARM]),
        hurt=_harm_to_challenger(G, acts),
        nodes=tuple(((1.0, seen(a)),) if acts[a, ACT_RUNG] < 10.0 else () for a in range(len(acts))),
        mad=_madness(moment, provoked),
    )


def _of_challenger(moment: Moment) -> StageGame:
    T, S = moment.tables, moment.state.S[:, 0]
    G, acts, theirs = T.general[0], T.challenger_acts[0], T.defender_acts[0]
    board = sheet(T, moment.state, defender_moves=False)
    board.faced[OWED], board.faced[COMMIT] = S[OBLIGATION], S[COMMIT_CHALLENGER]
    board.faced[WAGING] = 1.0 if max(S[RUNG], S[ALERT]) >= 9.0 else 0.0
    own = _worths_of_challenger(moment, board)
    names = _names(moment, "challenger")

    def seen(label: str, e: float, dead: float) -> Node:
        """What the defender stands before after an act at rung ``e`` that killed ``dead``."""
        board.faced[GAMMA], board.faced[BLAME] = grievance(G, e, dead, 1.0), 1.0 if e >= STATE_FORCE else 0.0
        board.faced[COMMIT] = S[COMMIT_DEFENDER]
        return Node(label, _worths_of_defender(moment, board), _madness(moment, e >= FORCE or dead >= 1.0))

    def toll(b: int) -> float:
        """How many an order kills if it kills."""
        return max(float(T.instruments[0, T.order_instrument[b], I_DEATHS]), 1.0)

    told = _told([toll(b) for b in range(len(acts)) if acts[b, ACT_VIA_PROXIES] > 0.5])

    def nodes(b: int) -> tuple[tuple[float, Node], ...]:
        rung = float(acts[b, ACT_RUNG])
        if rung >= 10.0:
            return ()
        ordered = acts[b, ACT_VIA_PROXIES] > 0.5
        if rung < FORCE and (quiet_before(b) or not ordered):
            return ((1.0, seen(NO_FORCE, rung, 0.0)),)
        if ordered:
            tool = T.instruments[0, T.order_instrument[b]]
            p, deaths = float(tool[I_KILL] if rung >= LETHAL_FORCE else tool[I_STRAY]), toll(b)
            spared = seen("attacked by proxies, none dead", 5.0, 0.0)
            struck = seen(f"attacked by proxies, {told[deaths]} dead", 6.0, deaths)
            return ((1.0 - p, spared), (p, struck))
        meant = 0.0 if acts[b, ACT_WARNED] > 0.5 else float(acts[b, ACT_MEANT])
        return ((1.0, seen(f"after {names[b]}", rung, meant)),)

    def quiet_before(b: int) -> bool:
        """Whether an open act short of force stands before act ``b`` in the menu: the kernels then answer alike."""
        return any(acts[k, ACT_RUNG] < FORCE and acts[k, ACT_VIA_PROXIES] < 0.5 for k in range(b))

    return StageGame(
        moment=moment,
        mover=moment.scenario.challenger.name,
        replier=moment.scenario.defender.name,
        mover_types=CHALLENGER_TYPES,
        replier_types=DEFENDER_TYPES,
        acts=names,
        replies=_names(moment, "defender"),
        belief=logistic(S[PI_COUNTRY] + S[PI_LEADER]),
        believed=logistic(S[PHI]),
        own=own,
        closed=_closed(acts),
        harm=_harm_to_challenger(G, theirs),
        hurt=np.array(acts[:, ACT_HARM]),
        nodes=tuple(nodes(b) for b in range(len(acts))),
        mad=np.eye(len(acts)),
    )


def _told(numbers: Sequence[float]) -> dict[float, str]:
    """Numbers in as few digits as tell them apart, and at least two."""
    for digits in range(2, 17):
        told = {number: f"{number:.{digits}g}" for number in numbers}
        if len(set(told.values())) == len(told):
            return told
    return {number: repr(number) for number in numbers}


def _names(moment: Moment, role: str) -> tuple[str, ...]:
    actor = moment.scenario.defender if role == "defender" else moment.scenario.challenger
    return tuple(act.name for act in moment.scenario.acts[actor.name])


def _closed(acts: Floats) -> tuple[bool, ...]:
    return tuple(bool(act[ACT_RUNG] > CEILING or act[ACT_AVAILABLE] < 0.5) for act in acts)


def _harm_to_challenger(G: Floats, acts: Floats) -> Floats:
    """(n,) harm of the defender's acts; on home soil it weighs as the challenger's share of a contest's losses."""
    return np.where(acts[:, ACT_RUNG] >= HOMELAND, 2.0 / (1.0 + G[C_POWER]), 1.0) * acts[:, ACT_HARM]


def _worths_of_defender(moment: Moment, board: Sheet) -> Floats:
    out = np.zeros((2, moment.tables.defender_acts.shape[1], 1))
    for kind in range(2):
        of_defender(moment.tables, 0, board, kind, out[kind])
    return np.array(out[:, :, 0])


def _worths_of_challenger(moment: Moment, board: Sheet) -> Floats:
    out = np.zeros((2, moment.tables.challenger_acts.shape[1], 1))
    for kind in range(2):
        of_challenger(moment.tables, 0, board, kind, out[kind])
    return np.array(out[:, :, 0])


def _madness(moment: Moment, provoked: bool) -> Floats:
    """(n, n): row a is what a resolute defender does that has chosen act a."""
    n = moment.tables.defender_acts.shape[1]
    made = np.eye(n)
    for a in range(n):
        choice = np.ascontiguousarray(made[a][:, None])
        maddened(moment.tables, 0, np.array([1.0 if provoked else 0.0]), np.zeros(1), choice)
        made[a] = choice[:, 0]
    return made
