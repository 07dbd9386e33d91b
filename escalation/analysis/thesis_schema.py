"""The parts of a thesis file. Each field's description says what is legal there; faults quote it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from escalation.analysis.claims import ABSOLUTE, Compare, Direction
from escalation.scenario.schema import Entry, Finite, Text

LABEL_PATTERN: Final = "^[A-Za-z][A-Za-z0-9_-]*$"

Label = Annotated[str, Field(pattern=LABEL_PATTERN)]
Days = Annotated[int, Field(ge=0, le=36_400)]
Horizons = Annotated[list[Days], Field(min_length=1)]
Settings = dict[str, Any]

_ARM = "an arm's name, or a list of them: the one counts in which the claim is hardest to hold"
_DAYS = "days: 14, 90, 365, 1460, or a multiple of 7"
_SET = "a table { 'KEY' = VALUE }, keys and values as of --set"
_CELL = "the two arms' names, [with the act, without it]"
_SIZE = "a whole number from 8"


class HeadEntry(Entry):
    """The fields above the first table."""

    schema_: Literal[1] = Field(alias="schema", description="the version of this format: 1")
    title: Text = Field(description="the thesis in a line")
    question: Text = Field(description="the question that it answers, in a line")
    source: Text = Field(description="whose claims these are, and where they stand")
    horizons: Horizons = Field(description=f"a list of {_DAYS}; for claims that name none")
    cautions: list[Text] = Field([], description="a list of texts: what a reader must not make of the answer")


class ArmEntry(Entry):
    """``[arms.NAME]``: a scenario, and what is set in it."""

    scenario: Text = Field(description="a shipped scenario's name, or a path relative to this file")
    set: Settings = Field({}, description=_SET)
    says: str = Field("", description="what the arm stands for, as free text")
    shown: bool = Field(False, description="true: run to the last horizon, and shown in the table of odds")


class ConditionEntry(Entry):
    """``[claims.ID.conditions.NAME]``: one of several things that must all hold."""

    quantity: Text = Field(description="a quantity's name")
    arm: Label | list[Label] = Field(description=_ARM)
    comparator: Label = Field(ABSOLUTE, description="an arm's name, or 'absolute'")
    compare: Compare = Field("difference", description="'difference' or 'log-ratio'")
    direction: Direction = Field(description="'below' or 'above'")
    threshold: Finite = Field(0.0, description="a number, in the quantity's own unit")
    factor: Finite = Field(1.0, gt=0, le=1e6, description="a number above 0: how many times the comparator")
    horizon: Days | None = Field(None, description=f"{_DAYS}; without it, the claim's")


class ClaimEntry(Entry):
    """``[claims.ID]``: what is claimed, of what, against what, by when, and what would settle it."""

    statement: Text = Field(description="the claim in your own words, a text")
    number: str = Field("", description="its number in the list it is taken from; without it, its name here")
    quantity: Text = Field(description="a quantity's name")
    arm: Label | list[Label] = Field(description=_ARM)
    comparator: Label = Field(ABSOLUTE, description="an arm's name, or 'absolute'")
    compare: Compare = Field("difference", description="'difference' or 'log-ratio'")
    direction: Direction | None = Field(None, description="'below' or 'above'")
    threshold: Finite = Field(0.0, description="a number, in the quantity's own unit")
    factor: Finite = Field(1.0, gt=0, le=1e6, description="a number above 0: how many times the comparator")
    refuted: Finite | None = Field(None, description="a number: beyond it, on the other side, the claim is refuted")
    horizons: Horizons | None = Field(None, description=f"a list of {_DAYS}")
    confirms: Text = Field(description="what would confirm it, a text")
    refutes: Text = Field(description="what would refute it, a text")
    headline: bool = Field(False, description="true: one of the claims that the answer is about")
    all_evidence: bool = Field(False, description="true: also asked on all evidence")
    conditions: dict[str, Any] = Field({}, description="[claims.ID.conditions.NAME] for each thing that must hold")


class FactEntry(Entry):
    """``[facts.ID]``: a claim that no simulation can test."""

    statement: Text = Field(description="the claim in your own words, a text")
    reason: Text = Field(description="why a simulation cannot test it, a text")


class RecordEntry(Entry):
    """``[record]``: what was seen before the start, by which the draws of the parameters are weighed."""

    arm: Label = Field(description="the arm whose first year stands in for the time before")
    weeks_without_war: Finite = Field(ge=0, description="weeks before the start without all-out war")
    attacks: Finite = Field(ge=0, description="attacks of proxies on the defender")
    months: Finite = Field(gt=0, description="in how many months")
    harmless_unanswered: Finite = Field(ge=0, description="attacks without deaths, none answered by force")
    lethal_answered: Finite = Field(ge=0, description="lethal attacks, all answered by force")
    says: Text = Field(description="the same in words, for the report")
    source: Text = Field(description="where it comes from, a text")


class DecompositionEntry(Entry):
    """``[decomposition]``: the act and its absence, with learning and errors on and off."""

    as_written: list[Label] = Field(min_length=2, max_length=2, description=_CELL)
    no_errors: list[Label] = Field(min_length=2, max_length=2, description=_CELL)
    no_learning: list[Label] = Field(min_length=2, max_length=2, description=_CELL)
    neither: list[Label] = Field(min_length=2, max_length=2, description=_CELL)


class OrderEntry(Entry):
    """``[order]``: an order of arms by their odds of war."""

    arms: Annotated[list[Label], Field(min_length=2)] = Field(description="arms' names, the safest first")
    says: Text = Field(description="the order in words, for the report")


class WatchEntry(Entry):
    """``[watch.NAME]``: a quantity of an arm that a reader has to know."""

    quantity: Text = Field(description="a quantity's name")
    arm: Label = Field(description="an arm's name")
    says: Text = Field(description="what it tells, as the beginning of a sentence that ends in the figures")


class StructureEntry(Entry):
    """``[structure]``: the size at which the verdicts are asked again under other modelling choices."""

    draws: int = Field(ge=8, le=10_000, description=_SIZE)
    worlds: int = Field(ge=2, le=100_000, description="a whole number from 2")
    horizon: Days = Field(description=f"{_DAYS}; claims are asked at their horizons within it")


class LaboratoryEntry(Entry):
    """``[laboratory]``: the pair of arms that is asked why the answer is what it is, and what would flip it."""

    act: Label = Field(description="the name of the arm with the act")
    without: Label = Field(description="the name of the arm without it")
    over: Text = Field(description="KEY, KEY=LO:HI or KEY=LO:HI:N, as of break-even --over")
    also: str = Field("", description="a second number for the contour, written likewise")
    horizon: Days = Field(365, description=_DAYS)


class MechanismEntry(Entry):
    """``[mechanisms.NAME]``: a contested mechanism, and the keys that switch it off."""

    title: Text = Field(description="the mechanism in a few words")
    set: Settings = Field(description=_SET)
    why: str = Field("", description="why it is contested, as free text")
