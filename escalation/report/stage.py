"""The stage game of one moment and its solution, as text."""

from __future__ import annotations

from collections.abc import Iterator

from escalation.analysis.stage_game import NO_FORCE, Node
from escalation.analysis.stage_solution import StageSolution
from escalation.report.layout import bold, columns, wrapped
from escalation.report.words import listed

LEAST_SHOWN = 0.01
"""Replies and outcomes less likely than this are left out of the text; the JSON holds them all."""


def stage_text(solved: StageSolution, colour: bool = False) -> str:
    """Players, types, moves, payoffs, replies, outcomes and the certificate."""
    game = solved.game
    lines = [
        *wrapped(bold(game.title, colour) + f"; {game.replier} replies."),
        "",
        *wrapped(_beliefs(solved)),
        "",
        bold(f"What {game.mover} does", colour),
        *columns(list(_choices(solved))),
        *wrapped(_legend(solved), "  "),
        "",
        bold(_head_of_replies(solved), colour),
        *_replies(solved),
        "",
        bold("How it ends, in 100", colour),
        *columns(list(_outcomes(solved)), left=1),
        "",
        bold("The tree", colour),
        *wrapped(_tree(solved), "  "),
        *wrapped(_certificate(solved), "  "),
    ]
    return "\n".join(lines)


def _head_of_replies(solved: StageSolution) -> str:
    """Whose expectation the replies are: not that of a mover who foresees more."""
    game = solved.game
    if solved.plans:
        return f"What {game.replier} would reply by one step of quantal response, in 100"
    return f"What {game.mover} expects in reply, in 100"


def _beliefs(solved: StageSolution) -> str:
    game = solved.game
    whose = "replies by " if solved.rule == "best-response" else ""
    rule = f"{solved.rule}, {whose}lambda {game.rationality:g} per util"
    order = f" The scenario has {game.mover} take {game.ordered} this week, whatever it would choose."
    return (
        f"Rule: {rule}. {game.mover} believes {game.replier} to be {game.replier_types[0]} with "
        f"{_in_100(game.belief)} in 100, {game.replier} believes {game.mover} to be {game.mover_types[0]} with "
        f"{_in_100(game.believed)} in 100.{order if game.ordered else ''}"
    )


def _choices(solved: StageSolution) -> Iterator[tuple[str, ...]]:
    """A row an act: for either type what it is worth, what that comes to after the reply, how likely it is."""
    game = solved.game
    mad = _is_mad(solved)
    first, second = game.mover_types
    own = ["worth", *([] if solved.plans else ["expected"]), "chosen"]
    blank = [""] * (len(own) - 1)
    yield ("", first, *blank, *([""] if mad else []), second, *blank)
    yield ("act", *own, *(["done"] if mad else []), *own)
    for a, act in enumerate(game.acts):
        if game.closed[a]:
            continue
        cells = [act]
        for kind in range(2):
            cells += [f"{game.own[kind, a]:.2f}"]
            cells += [] if solved.plans else [f"{solved.expected[kind, a]:.2f}"]
            cells += [_in_100(solved.chosen[kind, a])]
            cells += [_in_100(solved.done[kind, a])] if mad and kind == 0 else []
        yield tuple(cells)


def _is_mad(solved: StageSolution) -> bool:
    return bool(abs(solved.done - solved.chosen).max() > 0.0)


def _legend(solved: StageSolution) -> str:
    expected = "" if solved.plans else "; expected: less the harm of the replies expected"
    text = f"worth: before the reply, in utils{expected}; chosen: in 100"
    if solved.plans:
        text += ", by all that is foreseen to come of an act, which is more than one reply"
    if _is_mad(solved):
        text += "; done: what madness, which the chooser does not foresee, makes of it"
    closed = [act for act, shut in zip(solved.game.acts, solved.game.closed, strict=True) if shut]
    return text + (f". Off the menu: {listed(closed)}." if closed else ".")


def _replies(solved: StageSolution) -> Iterator[str]:
    game = solved.game
    for node in _nodes(solved):
        acts = [
            act for act, seen in zip(game.acts, game.nodes, strict=True) if node.label in {n.label for _, n in seen}
        ]
        head = f"{node.label} ({listed(acts)})" if node.label == NO_FORCE or len(acts) > 1 else node.label
        yield f"  {head}"
        for kind, choice in zip(game.replier_types, solved.replies(node.label), strict=True):
            likely = sorted(zip(choice, game.replies, strict=True), key=lambda pair: -pair[0])
            told = ", ".join(f"{reply} {_in_100(p)}" for p, reply in likely if p >= LEAST_SHOWN)
            yield from wrapped(told, f"    {kind}: ", "      ")


def _nodes(solved: StageSolution) -> list[Node]:
    seen: dict[str, Node] = {}
    for act, shut in zip(solved.game.nodes, solved.game.closed, strict=True):
        seen |= {} if shut else {node.label: node for _, node in act}
    return list(seen.values())


def _outcomes(solved: StageSolution) -> Iterator[tuple[str, ...]]:
    likely = sorted(solved.outcomes.items(), key=lambda pair: -pair[1])
    shown = [(name, p) for name, p in likely if p >= LEAST_SHOWN]
    for name, p in shown:
        yield name, _in_100(p)
    rest = 1.0 - sum(p for _, p in shown)
    yield f"{len(likely) - len(shown)} others, each below {100 * LEAST_SHOWN:g} in 100", _in_100(rest)


def _tree(solved: StageSolution) -> str:
    tree = solved.game.tree
    own, theirs = (
        [infoset for infoset in tree.personal if infoset.player == player] for player in range(len(tree.players))
    )
    return (
        f"{len(tree.nodes)} nodes, {len(tree.ends)} ends. {tree.players[0]} moves at {len(own)} information sets, one "
        f"a type; {tree.players[1]} at {len(theirs)}, one a type and what it has seen."
    )


def _certificate(solved: StageSolution) -> str:
    solution = solved.solution
    regret = ", ".join(f"{player} {gain:.3g}" for player, gain in solution.regret.items())
    whose = "any probability is" if solved.rule == "quantal" else "the replies are"
    exact = (
        ", or, as a share of the stakes, what the best-responding mover loses" if solved.rule == "best-response" else ""
    )
    return (
        f"Residual {solution.residual:.1g}: how far {whose} from what quantal response prescribes, given all "
        f"others{exact}. Regret, in utils, is what a better plan would bring against the others' play: {regret}."
    )


def _in_100(p: float) -> str:
    return f"{100.0 * p:.1f}"
