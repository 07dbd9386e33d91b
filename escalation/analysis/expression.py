"""The little language of ``claim``: ``war < 0.2``, ``attacks_per_month@90 < 5``, ``war(strike) < war(nonresponse)``.

    claim  = side ("<" | "<=" | ">" | ">=") side
    side   = number | [number "*"] quantity ["(" scenario ")"] ["@" days]
    number = [sign] digits, with a point and an exponent if need be; "20 %" is 0.2

One side at least is a quantity; two are the same one, so that they can be compared world by world. Read by hand: no
text is ever evaluated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, NoReturn

from escalation.analysis.claims import week_of
from escalation.analysis.quantities import QUANTITIES
from escalation.scenario.faults import closest

_NUMBER: Final = re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?:\s*%)?")
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_RELATION: Final = re.compile(r"<=|>=|<|>")
_FORM: Final = "QUANTITY [(SCENARIO)] [@DAYS] < NUMBER, such as: war@90 < 0.05"
MOST: Final = 500
"""Characters of a claim."""


class ExpressionFault(ValueError):
    """A claim that cannot be read; its text has a caret under the place, what is wrong there, and what is legal."""

    def __init__(self, text: str, at: int, what: str, legal: str, suggestion: str = "") -> None:
        hint = f" (did you mean {suggestion!r}?)" if suggestion else ""
        self.at, self.what, self.legal = at, what, legal
        shown = re.sub(r"\s", " ", text)
        super().__init__(f"{shown}\n{' ' * at}^ {what}; legal: {legal}{hint}")


@dataclass(frozen=True)
class Term:
    """``times`` a quantity, in a scenario (None: the one that the claim is about) at a week (None: the horizon)."""

    quantity: str
    scenario: str | None
    week: int | None
    times: float = 1.0


@dataclass(frozen=True)
class Expression:
    """``left`` lies ``below`` or ``above`` ``right``: a number, or another term with the same quantity."""

    text: str
    left: Term
    direction: Literal["below", "above"]
    right: Term | float


def parse(text: str) -> Expression:
    """Read a claim. Raises ExpressionFault.

    >>> parse("war@90 < 5 %").right
    0.05
    >>> parse("war(strike) > 2 * war(accord)").right
    Term(quantity='war', scenario='accord', week=None, times=2.0)
    >>> parse("0.1 < limited_war").direction
    'above'
    """
    return _Parser(text).claim()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        if len(text) > MOST:
            self.fault(f"{len(text)} characters", f"at most {MOST}", at=0)

    def claim(self) -> Expression:
        left_at, left = self.side()
        relation = self.take(_RELATION)
        if relation is None:
            self.fault("no relation" if self.done() else "not a relation", "<, <=, > or >=")
        right_at, right = self.side()
        if not self.done():
            self.fault("the claim should end here", _FORM)
        below = relation[0] == "<"
        if isinstance(left, float):
            if isinstance(right, float):
                self.fault("no quantity on either side", _FORM, at=left_at)
            left, right, below = right, left, not below
        if isinstance(right, Term):
            if right.quantity != left.quantity:
                what = f"{right.quantity} beside {left.quantity}"
                self.fault(what, "the same quantity on both sides", at=right_at)
            if not QUANTITIES[right.quantity].comparable:
                self.fault(f"{right.quantity} cannot be compared between scenarios", "a number", at=right_at)
            if (right.scenario, right.week) == (left.scenario, left.week):
                self.fault("both sides are the same", "another scenario or another day", at=right_at)
            # the left side stands alone: 2 a < 3 b is a < 1.5 b
            right = Term(right.quantity, right.scenario, right.week, right.times / left.times)
        else:
            right = right / left.times
        left = Term(left.quantity, left.scenario, left.week)
        return Expression(self.text.strip(), left, "below" if below else "above", right)

    def side(self) -> tuple[int, Term | float]:
        """Where a side begins, and what it is."""
        self.blanks()
        start, number = self.at, self.number()
        if number is None:
            return start, self.term(1.0)
        if not self.sign("*"):
            return start, number
        if number <= 0.0:
            self.fault("no factor", "a number above 0", at=start)
        return start, self.term(number)

    def term(self, times: float) -> Term:
        self.blanks()
        start = self.at
        name = self.take(_NAME)
        if name is None:
            self.fault("a quantity is missing" if self.done() else "not a quantity", self.names())
        if name not in QUANTITIES:
            self.fault(f"no quantity {name!r}", self.names(), closest(name, QUANTITIES), at=start)
        scenario, week = None, None
        while True:
            if scenario is None and self.sign("("):
                scenario = self.scenario()
            elif week is None and self.sign("@"):
                week = self.days(name)
            else:
                return Term(name, scenario, week, times)

    def scenario(self) -> str:
        start = self.at
        end = self.text.find(")", start)
        if end < 0:
            self.fault("the bracket is not closed", "(SCENARIO)", at=start - 1)
        found = self.text[start:end].strip()
        if not found:
            self.fault("no scenario between the brackets", "a shipped name, or the path of a file", at=start)
        self.at = end + 1
        return found

    def days(self, name: str) -> int:
        self.blanks()
        start, number = self.at, self.number()
        legal = "a number of days: 14, 90, 365, 1460, or a multiple of 7"
        if number is None or not float(number).is_integer():
            self.fault("no number of days", legal, at=start)
        week = week_of(int(number))
        if week is None or not 1 <= week <= 5200:
            self.fault(f"{int(number)} days is no horizon", legal, at=start)
        if QUANTITIES[name].week is not None:
            self.fault(f"{name} has a day of its own", "no day", at=start)
        return week

    # -- characters ----------------------------------------------------------------------------------------------
    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def done(self) -> bool:
        self.blanks()
        return self.at >= len(self.text)

    def take(self, pattern: re.Pattern[str]) -> str | None:
        self.blanks()
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def sign(self, sign: str) -> bool:
        self.blanks()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def number(self) -> float | None:
        found = self.take(_NUMBER)
        if found is None:
            return None
        return float(found.rstrip("% \t")) / 100.0 if found.endswith("%") else float(found)

    def names(self) -> str:
        plain = [name for name in QUANTITIES if not name.startswith(("war_by_", "share_by_"))]
        return f"{', '.join(plain)}, war_by_ROUTE, share_by_ROUTE"

    def fault(self, what: str, legal: str, suggestion: str = "", *, at: int | None = None) -> NoReturn:
        raise ExpressionFault(self.text, min(self.at if at is None else at, len(self.text)), what, legal, suggestion)
