"""Foresight: a Markov quantal-response equilibrium of the dynamic crisis (McKelvey and Palfrey 1995, 1998).

EU_a = worth of a now + all that is foreseen to come of it: the reply, the reply to that, the weeks after, as solved
once for the row of parameters (``model.foresight``). So whoever starts a spiral has seen it. The choice is a logit, as
in ``quantal``, but the replies expected are those of a side that chooses by the same rule. Where nothing has been
foreseen (a bench outside a crisis) it looks one reply ahead.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import inner
from escalation.model.rules.quantal import logit_choice


@inner
def probabilities(
    own: Any, loss: Any, ahead: Any, who: Any, rationality: float, lanes: int, total: Any, out: Any
) -> None:
    """Fill ``out`` (n, lanes) from ``own`` worth (n, lanes) and what follows each act, ``ahead`` (n, worlds), in utils.

    ``who`` (lanes,) is the world in each lane. Where ``ahead`` has no room for worlds, the ``loss`` (n, lanes) by
    replies counts. ``own`` is left holding the expected utilities.
    """
    planned = ahead.shape[1] > 0
    for a in range(out.shape[0]):
        for i in range(lanes):
            own[a, i] += ahead[a, who[i]] if planned else -loss[a, i]
    logit_choice(own, lanes, rationality, total, out)
