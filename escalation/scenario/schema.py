"""The parts of a scenario file, as it stands once every file that it extends is merged in.

Each field's description says what is legal there; faults and the JSON Schema for editors both quote it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA: Final = 1
NAME_PATTERN: Final = "^[a-z][a-z0-9_]*$"

Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(pattern=r"\S")]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Pair = Annotated[list[Finite], Field(min_length=2, max_length=2)]
EventKind = Literal["act", "leader_change", "shock", "talk", "assurance", "threat", "sanctions"]

_SOURCE = "where it comes from, a text that is not empty"
_DAY = "a date without quotes, such as 2020-01-02"
_SWITCH = "true or false"


class Entry(BaseModel):
    """Any table of the file: no unknown fields, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class HeaderEntry(Entry):
    """The fields above the first table."""

    schema_: Literal[1] = Field(alias="schema", description="the version of this format: 1")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")] | None = Field(
        None, description="letters, digits, '-', '_' and '.'; without it, the file's name"
    )
    title: Text = Field(description="a line that says what the scenario is")
    question: str | None = Field(None, description="the question that it answers, as free text")
    extends: Text | None = Field(None, description="a shipped scenario's name, or a path relative to this file")
    abstract: bool = Field(False, description="true: only there to be extended")


class StartEntry(Entry):
    """``[start]``: the state on the first day."""

    date: dt.date = Field(description=_DAY)
    burn_in_weeks: int = Field(0, ge=0, le=1040, description="weeks before the start with war ruled out, 0 to 1040")
    rung: int = Field(ge=1, le=9, description="the standing rung, a whole number from 1 to 9")
    provocation_rung: int = Field(ge=1, le=9, description="what the defender faces in week 1, a rung from 1 to 9")
    provocation_deaths: int = Field(0, ge=0, le=100_000, description="its dead, a whole number from 0 to 100000")
    source: Text = Field(description=_SOURCE)


class LaterEntry(Entry):
    """``later``: the same number on all the evidence."""

    value: Finite = Field(description="a finite number")
    prior: str | None = Field(None, description="a prior such as 'beta(2, 10)'")
    range: Pair | None = Field(None, description="the plausible range, [low, high]")
    source: Text = Field(description=_SOURCE)
    as_of: dt.date = Field(description=_DAY)


class NumberEntry(Entry):
    """A number: an inline table."""

    value: Finite = Field(description="a finite number")
    unit: Text = Field(description="the unit, as a text")
    role: Literal["constant", "uncertain", "lever"] = Field(description="'constant', 'uncertain' or 'lever'")
    prior: str | None = Field(None, description="a prior such as 'beta(2, 10)'; uncertain numbers only")
    range: Pair | None = Field(None, description="the plausible range, [low, high]")
    source: Text = Field(description=_SOURCE)
    as_of: dt.date = Field(description=_DAY)
    note: str | None = Field(None, description="a remark, as free text")
    later: LaterEntry | None = Field(None, description="a table { value, prior, range, source, as_of }")


class ActorEntry(Entry):
    """``[actors.NAME]``: who takes part."""

    role: Literal["defender", "challenger", "proxy", "ally"] = Field(
        description="'defender', 'challenger', 'proxy' or 'ally'"
    )
    side: Text = Field(description="the side by which deaths are counted, as a text")
    title: Text = Field(description="the name in full, as a text")
    rule: Text | None = Field(None, description="a decision rule's name; defender and challenger only")
    patron: Name | None = Field(None, description="the challenger's name; proxies only")
    against: Name | None = Field(None, description="the ally that it attacks; proxies only")
    host: Name | None = Field(None, description="the country where its attacks fall; proxies only")
    harass_with: Name | None = Field(None, description="an instrument; proxies only")
    kill_with: Name | None = Field(None, description="an instrument; proxies only")
    country: Name | None = Field(None, description="its country; allies only")


class ActEntry(Entry):
    """``[acts.ACTOR.NAME]``: what the defender or the challenger may do."""

    title: Text = Field(description="what it is, as a text")
    instrument: Name | None = Field(None, description="an instrument's name")
    country: Name = Field("theatre", description="a country's name, or 'theatre'")


class TitledEntry(Entry):
    """``[instruments.NAME]`` and ``[countries.NAME]``."""

    title: Text = Field(description="the name in full, as a text")


class PastEntry(Entry):
    """``[past.NAME]``: an event before the start that taught the challenger about the defender."""

    date: dt.date = Field(description=_DAY)
    title: Text = Field(description="what happened, as a text")
    provocation_rung: int = Field(ge=1, le=10, description="what the defender faced, a rung from 1 to 10")
    deaths: Finite = Field(0.0, ge=0, le=1e6, description="the defender's dead, 0 to 1e6")
    blamed: bool = Field(False, description=_SWITCH)
    act: Name = Field(description="the defender's act in answer, by name")
    leader: bool = Field(False, description=_SWITCH)
    on: bool = Field(True, description=_SWITCH)
    source: Text = Field(description=_SOURCE)
    as_of: dt.date = Field(description=_DAY)


class EventEntry(Entry):
    """``[events.NAME]``: what is bound to happen in a given week."""

    on: bool = Field(True, description=_SWITCH)
    week: int = Field(ge=1, le=10_000, description="the week after the start, a whole number from 1")
    title: Text = Field(description="what happens, as a text")
    kind: EventKind = Field(description="'act', 'leader_change', 'shock', 'talk', 'assurance', 'threat' or 'sanctions'")
    actor: Name | None = Field(None, description="an actor's name")
    act: Name | None = Field(None, description="an act of that actor, by name")
    size: Finite = Field(1.0, ge=0, le=10, description="a number from 0 to 10")
    weeks: int = Field(1, ge=1, le=10_000, description="how long it lasts, a whole number from 1")
    source: Text = Field(description=_SOURCE)
    as_of: dt.date = Field(description=_DAY)
