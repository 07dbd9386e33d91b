"""What is wrong with a scenario, said in one line each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a scenario file (or of ``--set``, which has no line).

    ``str(fault)`` reads ``file:line: key: what; legal (did you mean …?)``; empty parts are left out.
    """

    file: str
    line: int | None
    key: str
    what: str
    legal: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        head = f"{place}: {self.key}: " if self.key else f"{place}: "
        legal = f"; {self.legal}" if self.legal else ""
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return f"{head}{self.what}{legal}{hint}"


class ScenarioFault(ValueError):
    """A scenario that can't be used; ``faults`` holds every fault found, one line each in ``str()``."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def closest(word: str, candidates: Iterable[str]) -> str:
    """The candidate most like ``word``, or an empty string when none is near."""
    names = list(dict.fromkeys(candidates))
    by_case = {name.casefold(): name for name in names}
    found = get_close_matches(word.casefold(), list(by_case), n=1, cutoff=0.6)
    return by_case[found[0]] if found else ""
