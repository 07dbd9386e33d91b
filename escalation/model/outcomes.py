"""Names of what a crisis can come to: endings, and the routes by which war comes."""

from __future__ import annotations

from typing import Final

ENDINGS: Final = ("still running", "war", "regime fell")
"""Index: the state field ``ended`` and the tally ``ending``."""

ROUTES: Final = (
    "none",
    "casualty shock",
    "provocation",
    "misattribution",
    "misperception",
    "accident",
    "execution error",
    "fragility gamble",
    "preventive strike",
    "ally-triggered",
    "loss of control",
    "revenge",
    "pre-emption",
    "sanctions pressure",
    "choice noise",
)
"""Index: the tally ``route``. A war carries the route of the act that made it all-out."""
(
    NO_ROUTE,
    CASUALTY,
    PROVOKED,
    MISATTRIBUTION,
    MISPERCEPTION,
    MISIDENTIFICATION,
    EXECUTION_ERROR,
    GAMBLE_ROUTE,
    PREVENTIVE,
    ALLY_TRIGGERED,
    LOSS_OF_CONTROL,
    REVENGE,
    PREEMPTION,
    PRESSURE,
    NOISE,
) = range(15)

ROUTE_MEANINGS: Final[dict[str, str]] = {
    "casualty shock": "the defender answered its dead",
    "provocation": "the defender answered an attack for other reasons than its dead",
    "misattribution": "the defender answered an attack wrongly laid at the challenger's door",
    "misperception": "the act was answered as one at least a rung higher than it was",
    "accident": "the defender answered deaths from a misidentification",
    "execution error": "the order was for less",
    "fragility gamble": "the defender bet on the regime's collapse",
    "preventive strike": "the defender went to war over the nuclear programme",
    "ally-triggered": "the defender joined an ally's fight",
    "loss of control": "the autonomous risk of brinkmanship (off by default)",
    "revenge": "the challenger met an obligation to avenge",
    "pre-emption": "the challenger feared to be struck first",
    "sanctions pressure": "the challenger broke a status quo it could not bear",
    "choice noise": "no motive spoke for it: a tremble of the choice rule",
}
