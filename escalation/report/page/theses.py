"""The page of a thesis: the answer, its pictures, what it hangs on, and what it does not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from escalation.report.page import breakeven, causes, claims, common, discovery, odds, pairs, record, world
from escalation.report.page.material import Document, Material
from escalation.report.page.odds import Heap
from escalation.report.page.parts import Page, Section, Text, present
from escalation.report.words import count, days, listed, opening, percent, so_many

YEAR: Final = 365
_MOST_ARMS: Final = 4
_HARDLY: Final = 1.25
_STRONGLY: Final = 4.0
"""Draws for each effective one up to which the record hardly tells them apart, and from which it does strongly."""


def page(material: Material, thesis: Document) -> Page:
    """The page of ``escalation thesis``, from ``thesis.json`` and what else its folder holds."""
    names = _Names(thesis["arm_titles"])
    scenario = material.scenario(_act(thesis, material))
    judged = frozenset(number.key for number in scenario.numbers.values() if number.is_judgement)
    sections = present(
        [
            _odds(thesis, names),
            _course(thesis, names),
            pairs.section(thesis.get("pairs", ()), names),
            pairs.crossover_section(thesis.get("crossover"), names),
            claims.section(thesis, names),
            claims.decomposition_section(thesis, names),
            claims.structure_section(thesis),
            causes.attribution_section(thesis.get("attribution"), names),
            breakeven.section(thesis.get("break_even"), names),
            causes.sensitivity_section(thesis.get("sensitivity"), judged, names),
            discovery.section(thesis.get("discovery"), names),
            world.section(material.get("world")),
            common.toll_section(thesis.get("toll", ()), names),
            record.section(material.get("record")),
            record.numbers_section(scenario, record.DRAWN),
            common.limits_section(_limits(thesis, names)),
            common.again_section(material),
        ]
    )
    return Page(thesis["question"], _summary(thesis, names), sections, common.foot(material))


class _Names(dict[str, str]):
    """What arms are called; a name that the thesis has no arm of stands for itself."""

    def __missing__(self, arm: str) -> str:
        return arm


def _act(thesis: Document, material: Material) -> str:
    """The scenario with the act, whose numbers are looked at: the one taken apart, or else the first claim's."""
    arm = thesis["attribution"]["scenario"] if "attribution" in thesis else claims.headlines(thesis)[0][0]["arm"]
    named = thesis["arm_scenarios"].get(arm)
    return str(named) if named in material.titles else next(iter(material.titles))


def focus(thesis: Document) -> list[str]:
    """The arms that the answer is about: those of the order, or else those that headline claims name."""
    arms = list(thesis.get("order_arms", ()))
    if not arms:
        for held in claims.headlines(thesis):
            arms += [held[0]["arm"], held[0]["against"]]
    known = {cell["arm"] for cell in thesis["odds"]}
    return [arm for arm in dict.fromkeys(arms) if arm in known][:_MOST_ARMS]


def _at(thesis: Document) -> int:
    """The horizon of the headline: a year if it was reached, else the last before it or the first."""
    horizons = sorted({int(cell["horizon_days"]) for cell in thesis["odds"]})
    return max((day for day in horizons if day <= YEAR), default=horizons[0])


def _cells(thesis: Document, day: int) -> dict[str, Document]:
    return {cell["arm"]: cell for cell in thesis["odds"] if cell["horizon_days"] == day}


def _summary(thesis: Document, names: Mapping[str, str]) -> tuple[str, ...]:
    day = _at(thesis)
    cells = _cells(thesis, day)
    said = [f"{_so_many(cells[arm]['odds'])} under “{names[arm]}”" for arm in focus(thesis)]
    first = f"Within {days(day)}, so many simulated worlds come to all-out war: {listed(said)}." if said else ""
    return tuple(filter(None, (first, *(claims.sentence(held) for held in claims.headlines(thesis)[:3]))))


def _so_many(chance: float) -> str:
    return so_many(chance) if chance > 0.0 else "0 in 100"


def _odds(thesis: Document, names: Mapping[str, str]) -> Section:
    day = _at(thesis)
    cells, arms = _cells(thesis, day), focus(thesis)
    heaps = [Heap(names[arm], cells[arm]["odds"], 1.96 * cells[arm]["monte_carlo_error"]) for arm in arms]
    size = thesis["size"]
    told = (
        f"{size['draws']:,} draws of the uncertain numbers, {size['worlds_per_draw']:,} worlds each, "
        "the same worlds in "
        "every scenario."
    )
    noise = listed([f"±\u00a0{100 * heap.noise:.1f}" for heap in heaps])
    blocks: list[Any] = []
    if heaps:
        blocks.append(
            odds.icon_array(
                heaps, "icons", f"All-out war within {days(day)}", f"Chance in the simulation: {noise} (95 %)."
            )
        )
        blocks.append(Text(_spread(cells, arms, names, day)))
        blocks.append(odds.odds_chart(thesis["odds"], arms, names, told))
    blocks.append(odds.odds_table(thesis["odds"], names))
    return Section("odds", "How likely is war?", tuple(blocks))


def _spread(cells: Mapping[str, Document], arms: Sequence[str], names: Mapping[str, str], day: int) -> str:
    """How far the odds hang on what nobody knows."""
    said = [
        f"{100 * max(cells[arm]['low'], 0):.0f} to {100 * min(cells[arm]['high'], 1):.0f} in 100 under “{names[arm]}”"
        for arm in arms
    ]
    return (
        "These are averages. What nobody knows for sure spreads them far: with other plausible "
        "values of the uncertain "
        f"numbers the odds within {days(day)} run from {listed(said)} (central 95 %)."
    )


def _course(thesis: Document, names: Mapping[str, str]) -> Section | None:
    courses = thesis.get("course", ())
    if not courses or courses[0]["weeks"][-1] < 2:
        return None
    said = []
    for course in courses:
        end, half = course["odds"][-1], course["odds"][-1] / 2.0
        if end > 0.0:
            week = next(w for w, value in zip(course["weeks"], course["odds"], strict=True) if value >= half)
            said.append(f"under “{names[course['arm']]}” half of all wars have come by week {week}")
    told = f"{opening(listed(said))}." if said else ""
    return Section("course", "When it comes", (Text(told, "lead"), odds.course_chart(courses, names, told)))


def _limits(thesis: Document, names: Mapping[str, str]) -> list[str]:
    said = [
        "These are simulated counterfactuals, not observations: of the histories compared here, at "
        "most one was ever seen."
    ]
    said += [_watched(held) for held in thesis.get("watching", ())]
    said += [str(caution) for caution in thesis.get("cautions", ())]
    tested = thesis["claims_tested"]
    were = "was reached" if tested == 1 else "were reached at once"
    said.append(f"{opening(count(tested, 'verdict'))} {were}: {claims.by_chance(thesis)}")
    effective = thesis.get("given_record", {}).get("effective_draws")
    if effective is not None:
        said.append(weighed(effective, thesis["size"]["draws"]))
    said += _later(thesis)
    worst = max(thesis["odds"], key=lambda cell: float(cell["monte_carlo_error"]))
    said.append(
        f"Chance in the simulation moves the odds by up to {196 * worst['monte_carlo_error']:.1f} in 100 "
        f"(“{names[worst['arm']]}” within {days(worst['horizon_days'])}); a larger run would narrow that, but not the "
        "spread over what nobody knows, nor what the model leaves out."
    )
    return said


def weighed(effective: float, draws: int) -> str:
    """How strongly the record before the start tells plausible values apart: the fewer draws it leaves, the more."""
    means = (
        "the record tells strongly which of the plausible values are the likelier, and figures that are weighed by it "
        "rest on few draws"
        if effective < draws / _STRONGLY
        else "the record tells little about which of the plausible values are right"
        if effective > draws / _HARDLY
        else "the record favours some of the plausible values over others"
    )
    left = f"{effective:.0f} effective draws of {draws:,}"
    return f"Weighing the draws by the record before the start leaves {left}: {means}."


def _watched(held: Document) -> str:
    shares = held["share"]
    figures = [
        f"{percent(value) if shares else f'{value:.2g}'} by {days(int(day))}" for day, value in held["by_day"].items()
    ]
    return f"{held['says']} {listed(figures)}."


def _later(thesis: Document) -> list[str]:
    """Verdicts that would come out otherwise on all evidence since."""
    before = {(claim["id"], claim["horizon_days"]): claim for claim in thesis["claims"]}
    late = thesis.get("all_evidence", ())
    changed = [
        f"{claim['id']} within {days(claim['horizon_days'])} would be {claim['verdict']} instead of "
        f"{before[claim['id'], claim['horizon_days']]['verdict']}"
        for claim in late
        if claim["verdict"] != before[claim["id"], claim["horizon_days"]]["verdict"]
    ]
    if not late:
        return []
    if not changed:
        return ["On all evidence since the start, none of the headline verdicts would come out otherwise."]
    return [f"On all evidence since the start instead of evidence before it, {listed(changed)}."]
