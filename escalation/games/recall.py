"""Perfect recall: whether each player always knows what it knew and did before (Kuhn 1953, definition 17)."""

from __future__ import annotations

from escalation.games.tree import Game

Own = tuple[tuple[int, int], ...]
"""A player's own moves on the way to a node: (index of the information set, action) in order."""


def own_moves(game: Game) -> tuple[Own, ...]:
    """For each node, the moves made before it by the player who moves there (at an end and for chance: none)."""
    # One history a player and node, shared between nodes: the parent's unless the parent was that player's move.
    histories: list[tuple[Own, ...]] = []
    found: list[Own] = []
    for node in game.nodes:
        if node.parent < 0:
            own: tuple[Own, ...] = ((),) * len(game.players)
        else:
            own = histories[node.parent]
            above = game.nodes[node.parent].infoset
            assert above is not None, "an end has no children"
            mover = game.infosets[above].player
            if mover >= 0:
                own = (*own[:mover], (*own[mover], (above, node.branch)), *own[mover + 1 :])
        histories.append(own)
        player = -1 if node.infoset is None else game.infosets[node.infoset].player
        found.append(own[player] if player >= 0 else ())
    return tuple(found)


def forgetful(game: Game) -> tuple[str, ...]:
    """What each player forgets, one sentence an information set; empty where all have perfect recall."""
    own = own_moves(game)
    return tuple(
        f"{game.player_names[infoset.player]} forgets at {name!r} what it knew or did before"
        for infoset, name in zip(game.personal, game.infoset_names, strict=True)
        if len({own[node] for node in infoset.nodes}) > 1
    )


def absent_minded(game: Game) -> tuple[str, ...]:
    """Names of the information sets that one play can pass more than once (Piccione and Rubinstein 1997)."""
    own = own_moves(game)
    return tuple(
        name
        for place, (infoset, name) in enumerate(zip(game.personal, game.infoset_names, strict=True))
        if any(place == before for node in infoset.nodes for before, _ in own[node])
    )
