"""Crisis bargaining before an audience (Fearon 1994), then logit.

Backing down from rung e in public costs alpha e (dossier section 5). A side stands at the rung it has tied its name to,
or at which it has been struck, whichever is higher, and whatever it does below that costs alpha e. To act at rung e
ties its hands: if the other side stands firm, it must go on, at the worth w of war, or back down, at - alpha e,
whichever is better. So it is locked in from e* = -w / alpha: below, it would quit; above, it fights rather than quits.
The other side stands firm if its reply is no lower than the act.
"""

from __future__ import annotations

from typing import Any

from escalation.compiled import inner
from escalation.model.layout import ACT_RUNG, FORCE
from escalation.model.rules.quantal import logit_choice


@inner
def probabilities(
    own: Any,
    loss: Any,
    reply: Any,
    node: Any,
    acts: Any,
    theirs: Any,
    alpha: float,
    commit: Any,
    seen: Any,
    rationality: float,
    lanes: int,
    total: Any,
    out: Any,
) -> None:
    """Fill ``out`` (n, lanes); ``own`` (n, lanes) is left holding the expected utilities.

    Act a of ``acts`` draws the replies ``reply[node[a]]`` from ``theirs``. ``alpha`` is the side's audience cost per
    rung, ``commit`` (lanes,) the rung its name is tied to, and ``seen`` (lanes,) the rung of the act it faces. The cost
    of falling short of ``commit``, alpha (commit - rung), is in ``own`` already.
    """
    n, war = out.shape[0], total
    for i in range(lanes):
        war[i] = -1e6  # where war is off the menu there is nothing but to back down
    for a in range(n):
        if acts[a, ACT_RUNG] >= 10.0:
            for i in range(lanes):
                war[i] = max(war[i], own[a, i] - loss[a, i])
    for a in range(n):
        rung = acts[a, ACT_RUNG]
        for i in range(lanes):
            stands = max(commit[i], seen[i] if seen[i] >= FORCE else 0.0)
            short = alpha * max(commit[i] - rung, 0.0)
            backs_down = alpha * stands - short if rung < stands - 0.5 else 0.0
            firm = 0.0
            if FORCE <= rung < 10.0:
                for b in range(theirs.shape[0]):
                    firm += reply[node[a], b, i] if theirs[b, ACT_RUNG] >= rung - 0.5 else 0.0
            own[a, i] -= loss[a, i] + backs_down + firm * min(alpha * rung, max(-war[i], 0.0))
    logit_choice(own, lanes, rationality, total, out)
