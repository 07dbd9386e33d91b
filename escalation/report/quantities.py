"""The table of measures in docs/theses.md, from the registry itself: ``python -m escalation.report.quantities``."""

from __future__ import annotations

from escalation.analysis.quantities import QUANTITIES, Quantity
from escalation.model.outcomes import ROUTES


def to_markdown() -> str:
    """A row a measure; those of the routes to war, which are of one kind, in two rows."""
    rows = ["| quantity | in | what it is |", "|---|---|---|"]
    rows += [
        _row(quantity) for quantity in QUANTITIES.values() if not quantity.name.startswith(("war_by_", "share_by_"))
    ]
    routes = ", ".join(route.replace(" ", "_").replace("-", "_") for route in ROUTES[1:])
    rows += [
        f"| `war_by_ROUTE` | in 100 | share of worlds whose war came by a route: {routes} |",
        "| `share_by_ROUTE` | in 100 | of the worlds that came to war, those by that route |",
    ]
    return "\n".join(rows) + "\n"


def _row(quantity: Quantity) -> str:
    marks = []
    if quantity.counts:
        marks.append("can be compared as a `log-ratio`")
    if not quantity.comparable:
        marks.append("of one arm only")
    if quantity.week is not None:
        marks.append("of the first day" if quantity.week == 0 else "of the first week")
    more = f" ({'; '.join(marks)})" if marks else ""
    return f"| `{quantity.name}` | {quantity.unit} | {quantity.meaning}{more} |"


if __name__ == "__main__":
    print(to_markdown(), end="")
