"""One door to all solvers: a game, the name of a rule, and lambda in; a :class:`Solution` with its certificates out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from escalation.games.backward import backward_induction
from escalation.games.beliefs import beliefs
from escalation.games.homotopy import Branch, Lost
from escalation.games.levels import gap, hierarchy, level_k, mixture, poisson
from escalation.games.limit import limit
from escalation.games.paths import Floats, Paths, Unsolvable, paths
from escalation.games.prospect import Prospect
from escalation.games.recall import forgetful
from escalation.games.regret import TREMBLE, chances, logs, losses, payoffs, regrets
from escalation.games.solution import Solution
from escalation.games.table import Table
from escalation.games.tree import Game
from escalation.games.worth import Worth, expected
from escalation.scenario.faults import closest

MOST_SCALED: Final = 1e12
"""Lambda times the stakes; above, the last digit of a payoff weighs as much as a unit of utility."""


@dataclass(frozen=True)
class Settings:
    """What some rules need beyond lambda: ``level`` of level-k, ``tau`` of the hierarchy, the prospect's numbers."""

    level: int = 2
    tau: float = 1.5
    prospect: Prospect = field(default_factory=Prospect)


@dataclass(frozen=True)
class Found:
    """What a rule came to: probabilities ``x`` (k,), their logs, worths (k,), and how exactly it holds.

    Where ``reached`` (sets,) is False, beliefs are those of the log probabilities ``far``.
    """

    x: Floats
    log_x: Floats
    worth: Floats
    residual: float
    notes: tuple[str, ...] = ()
    reached: NDArray[np.bool_] | None = None
    far: Floats | None = None


class Problem:
    """One game under one lambda, with what the rules share."""

    def __init__(self, game: Game | Table, rationality: float, settings: Settings) -> None:
        self.game, self.rationality, self.settings = game, rationality, settings
        self.paths: Paths = paths(game)

    @property
    def acyclic(self) -> bool:
        """Whether what is best at each information set depends on later moves only."""
        return isinstance(self.game, Game) and self.game.is_perfect_information

    @cached_property
    def forgotten(self) -> tuple[str, ...]:
        """What players forget."""
        return forgetful(self.game) if isinstance(self.game, Game) else ()


def _logit(problem: Problem, worth: Worth) -> Found:
    if math.isinf(problem.rationality):
        return _limit(problem, worth)
    branch = Branch(problem.paths, worth)
    scaled = problem.rationality * problem.paths.stake
    log_x = _backwards(branch, scaled) if problem.acyclic else branch.at(problem.rationality)
    # Certified apart from how it was found: what the rule prescribes, given all other choices.
    prescribed = log_x - branch.residual(log_x, scaled)
    x = np.exp(log_x)
    notes = [
        f"another branch crosses this one near lambda = {crossing:.4g}, as where players or moves are alike; "
        "this one goes straight on"
        for crossing in branch.crossings
        if crossing <= problem.rationality
    ]
    residual = float(np.max(np.abs(x - np.exp(prescribed))))
    return Found(x, log_x, worth(problem.paths, problem.paths.weights(log_x))[0], residual, tuple(notes))


def _backwards(branch: Branch, scaled: float) -> Floats:
    """Logit choices of a tree of perfect information: each pass settles the moves one step further from the ends."""
    log_x = branch.paths.uniform()
    for _ in range(int(branch.paths.on_play.sum(axis=1).max()) + 1):
        log_x = log_x - branch.residual(log_x, scaled)
    return log_x


def _quantal(problem: Problem) -> Found:
    return _logit(problem, expected)


def _prospect(problem: Problem) -> Found:
    return _logit(problem, problem.settings.prospect)


def _best_response(problem: Problem) -> Found:
    if isinstance(problem.game, Game) and problem.acyclic:
        # Errors at later moves fall off faster than lambda grows, so that the branch ends in equal shares of the best:
        # what backward induction finds in exact numbers, however small the differences.
        found = _backward(problem)
        return replace(found, notes=("the limit of the quantal branch, by backward induction", *found.notes))
    return _limit(problem, expected)


def _limit(problem: Problem, worth: Worth) -> Found:
    branch = Branch(problem.paths, worth)
    end = limit(branch)
    lost = losses(problem.paths, end.x, end.worth)
    notes = [f"the limit of the quantal branch, followed to lambda = {end.rationality:.4g}"]
    if not end.exact:
        notes.append(f"what is done is as good as the best to {end.missed:.1g} of what is at stake only")
    if branch.crossings:
        notes.append("other branches cross it; others of the game's equilibria are their limits")
    residual = _relative(problem.paths, lost)
    return Found(end.x, logs(end.x), end.worth, residual, tuple(notes), end.reached, end.far)


def _backward(problem: Problem) -> Found:
    if isinstance(problem.game, Table):
        raise Unsolvable("a table has no order of moves to induce backwards from; use the rule 'best-response'")
    induced = backward_induction(problem.game)
    x = np.zeros(problem.paths.count)
    for place, best in enumerate(induced.best):
        x[problem.paths.starts[place] + np.array(best)] = 1.0 / len(best)
    worth = problem.paths.expected(problem.paths.weights(logs(x)))
    return Found(
        x, logs(x), worth, _relative(problem.paths, losses(problem.paths, x, worth)), tuple(induced.ties(problem.game))
    )


def _level_k(problem: Problem) -> Found:
    levels = level_k(problem.paths, problem.settings.level, problem.rationality)
    off = gap(problem.paths, levels[-1], levels[-2], problem.rationality) if len(levels) > 1 else 0.0
    return _levelled(problem, levels[-1], off, f"all players are of level {problem.settings.level}")


def _hierarchy(problem: Problem) -> Found:
    tau = problem.settings.tau
    levels, whole = hierarchy(problem.paths, tau, problem.rationality)
    shares = poisson(tau)
    # With a mean of 0 all are of level 0, which is blind and replies to nobody.
    off = max(
        (
            gap(
                problem.paths,
                levels[level],
                mixture(problem.paths, levels[:level], shares[:level]),
                problem.rationality,
            )
            for level in range(1, len(levels))
        ),
        default=0.0,
    )
    return _levelled(problem, whole, off, f"levels are Poisson with mean {tau:g}, in {len(levels)} levels")


def _levelled(problem: Problem, log_x: Floats, off: float, note: str) -> Found:
    x = np.where(log_x < TREMBLE / 2.0, 0.0, np.exp(log_x))
    worth = problem.paths.expected(problem.paths.weights(log_x))
    return Found(x, log_x, worth, off, (note,))


def _relative(paths: Paths, lost: Floats) -> float:
    """The largest loss at an information set, as a share of what is at stake for its mover."""
    return float(np.max(lost / paths.stakes[paths.mover]))


@dataclass(frozen=True)
class Rule:
    """One rule: what it says in a line, its source, how it is solved, and whether lambda bears on it.

    ``of_trees`` and ``of_tables`` are what the line adds for either form of game.
    """

    summary: str
    citation: str
    solve: Callable[[Problem], Found]
    takes_rationality: bool = True
    of_trees: str = ""
    of_tables: str = ""

    def said_of(self, game: Game | Table) -> str:
        """What the rule finds in ``game``."""
        return self.summary + (self.of_tables if isinstance(game, Table) else self.of_trees)


RULES: Final[dict[str, Rule]] = {
    "quantal": Rule(
        "logit quantal response equilibrium", "McKelvey & Palfrey 1995, 1998", _quantal, of_trees=" in agent form"
    ),
    "best-response": Rule(
        "the limit of quantal response without errors",
        "McKelvey & Palfrey 1998",
        _best_response,
        False,
        ", a sequential equilibrium",
        ", a Nash equilibrium",
    ),
    "backward-induction": Rule(
        "subgame perfection under perfect information, ties told", "Selten 1965", _backward, False
    ),
    "level-k": Rule("each replies to the level below it", "Stahl & Wilson 1995; Nagel 1995", _level_k),
    "cognitive-hierarchy": Rule("each replies to all levels below it", "Camerer, Ho & Chong 2004", _hierarchy),
    "prospect": Rule("quantal response to prospects instead of payoffs", "Tversky & Kahneman 1992", _prospect),
}


def solve(
    game: Game | Table, rule: str = "quantal", rationality: float = 1.0, settings: Settings | None = None
) -> Solution:
    """Solve ``game`` by ``rule`` at lambda = ``rationality``, in 1/payoff unit; infinity stands for no errors.

    Raises ``ValueError`` for an unknown rule or a lambda below 0, ``Unsolvable`` for a game that the rule cannot take,
    and ``Lost`` where numbers give out.
    """
    if rule not in RULES:
        near = closest(rule, RULES)
        hint = f" (did you mean {near!r}?)" if near else ""
        raise ValueError(f"no rule {rule!r}; legal: {', '.join(RULES)}{hint}")
    if math.isnan(rationality) or rationality < 0.0:
        raise ValueError(f"rationality {rationality}: legal is 0 or more, or inf")
    problem = Problem(game, rationality, settings or Settings())
    if RULES[rule].takes_rationality and math.isfinite(rationality) and rationality * problem.paths.stake > MOST_SCALED:
        most = MOST_SCALED / problem.paths.stake
        raise ValueError(f"rationality {rationality:g}: rounding hides what comes above {most:.3g} here; inf is legal")
    found = RULES[rule].solve(problem)
    if not all(np.all(np.isfinite(each)) for each in (found.x, found.worth, found.residual)):
        raise Lost("numbers are no longer finite")
    told = RULES[rule].takes_rationality and math.isfinite(rationality)
    return _solution(problem, rule, rationality if told else None, found)


def _solution(problem: Problem, rule: str, rationality: float | None, found: Found) -> Solution:
    p = problem.paths
    x = found.x / p.by_set(found.x)[p.set_of]
    ends = np.bincount(p.counted[p.possible], weights=chances(p, x), minlength=len(p.endings))
    regret, value = regrets(p, x), payoffs(p, x)

    def by_action(values: Floats) -> dict[str, dict[str, float]]:
        return {
            name: {action: float(values[p.starts[place] + number]) for number, action in enumerate(p.actions[place])}
            for place, name in enumerate(p.infosets)
        }

    return Solution(
        rule=rule,
        rationality=rationality,
        strategies=by_action(x),
        outcomes={name: float(chance) for name, chance in zip(p.endings, ends, strict=True)},
        residual=found.residual,
        regret={name: float(each) for name, each in zip(p.players, regret, strict=True)},
        payoffs={name: float(each) for name, each in zip(p.players, value, strict=True)},
        worth=by_action(found.worth),
        beliefs=_beliefs(problem.game, p, found) if isinstance(problem.game, Game) else {},
        notes=(*found.notes, *problem.forgotten),
    )


def _beliefs(game: Game, p: Paths, found: Found) -> dict[str, dict[str, float]]:
    believed = beliefs(game, p, found.log_x)
    if found.reached is None or found.far is None:
        return believed
    off_path = beliefs(game, p, found.far)
    here = dict(zip(p.infosets, found.reached, strict=True))
    return {name: belief if here[name] else off_path[name] for name, belief in believed.items()}
