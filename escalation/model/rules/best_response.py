"""Best response: the limit of quantal response without error; ties are shared evenly."""

from __future__ import annotations

from typing import Any

from escalation.compiled import inner


@inner
def probabilities(own: Any, loss: Any, lanes: int, best: Any, out: Any) -> None:
    """Fill ``out`` (n, lanes) with equal shares on the acts of highest expected utility ``own`` - ``loss``.

    ``best`` (lanes,) is scratch.
    """
    n = out.shape[0]
    for i in range(lanes):
        best[i] = own[0, i] - loss[0, i]
    for a in range(1, n):
        for i in range(lanes):
            best[i] = max(best[i], own[a, i] - loss[a, i])
    for i in range(lanes):
        ties = 0
        for a in range(n):
            if own[a, i] - loss[a, i] >= best[i] - 1e-9:
                ties += 1
        for a in range(n):
            out[a, i] = 1.0 / ties if own[a, i] - loss[a, i] >= best[i] - 1e-9 else 0.0
