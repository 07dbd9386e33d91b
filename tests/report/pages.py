"""Made-up answers with known figures, in the form in which their commands print them, and a page of all of them."""

from __future__ import annotations

from typing import Any

from escalation.report import log
from escalation.report.page import breakeven, causes, claims, common, discovery, odds, pairs, record, world
from escalation.report.page.parts import Command, Page, Section, Table, Text, present
from escalation.scenario.loader import load

NAMES = {"strike": "Strike", "nonresponse": "Non-response", "accord": "Accord: a name that no figure has the room for"}
_CHANNELS = (
    "aim",
    "fragility",
    "identification",
    "attribution",
    "execution",
    "perception",
    "signal",
    "survival",
    "control",
)
_SHARES = (0.02, 0.015, 0.006, 0.004, 0.002, 0.0008, -0.0005, 0.0004, 0.0003)


def _reading(value: float, half: float = 0.003) -> dict[str, Any]:
    held = {"value": value, "low": value - half, "high": value + half}
    return {"weighed": held, "counted": held}


def _attribution() -> dict[str, Any]:
    return {
        "scenario": "strike",
        "horizon_weeks": 52,
        "worlds": 2000,
        "method": "sampled",
        "distinct": 74,
        "priors": False,
        "headline": "weighed",
        "all_on": _reading(0.002 + sum(_SHARES)),
        "all_off": _reading(0.002, 0.001),
        "total": _reading(sum(_SHARES)),
        "causes": [
            {
                "key": f"errors.{name}",
                "meaning": f"errors of {name} in words that take more than one line of a narrow table",
                "shapley": _reading(share),
                "last": _reading(share * 1.5),
                "appear": 7 * place,
                "vanish": {"wars": 60 - 15 * place, "share": 0.6 - 0.15 * place}
                if place < 4
                else {"wars": 0, "share": 0.0},
            }
            for place, (name, share) in enumerate(zip(_CHANNELS, _SHARES, strict=True))
        ],
        "routes": [{"route": "casualty shock", "wars": 70, "persist": 2, "vanish": {"errors.aim": 50}}],
        "wars": {"wars": 100, "persist": 3},
    }


def _curve(at: float) -> dict[str, Any]:
    points = []
    for step in range(7):
        value = step / 3.0
        gap = 0.05 * (value - at)
        points.append({"value": value, "difference": gap, "low": gap - 0.02, "high": gap + 0.02})
    crossing = {"value": at, "low": at - 0.4, "high": at + 0.4, "shown": True, "safer_below": "strike",
                "safer_above": "nonresponse"}  # fmt: skip
    return {"crossings": [crossing], "stretches": [], "points": points}


def _break_even() -> dict[str, Any]:
    rows = [{"value": 0.1 * step, **_curve(0.2 + 0.2 * step)} for step in range(1, 8)]
    return {
        "a": "strike",
        "b": "nonresponse",
        "horizon_weeks": 52,
        "worlds": 500,
        "over": {"key": "errors.scale", "meaning": "multiplies every channel", "low": 0.0, "high": 2.0, "own": 1.0},
        **_curve(0.9),
        "contour": {
            "also": {"key": "decapitation.control_loss", "meaning": "loss of control", "own": 0.2},
            "rows": rows,
        },
    }


def _sensitivity() -> dict[str, Any]:
    sizes = {
        "learning.decay_country": 0.2,
        "us.type.resolute": 0.15,
        "kataib_hezbollah.sanctions_slope": 0.04,
        "a.b": 0.01,
    }
    return {
        "method": "morris",
        "scenario": "strike",
        "quantity": "odds of all-out war in strike",
        "horizon_weeks": 52,
        "noise_floor": 0.05,
        "factors": [
            {
                "factor": key,
                "keys": [key],
                "size": size,
                "size_low": size - 0.03,
                "size_high": size + 0.03,
                "told": size > 0.1,
            }
            for key, size in sizes.items()
        ],
    }


def _discovery() -> dict[str, Any]:
    fit = {"density": 0.83, "low": 0.7, "high": 0.91, "coverage": 0.6, "support": 0.25}
    sides = [
        {"key": "errors.scale", "meaning": "all errors", "low": None, "high": 0.4},
        {"key": "learning.decay", "meaning": "forgetting", "low": 0.06, "high": None},
    ]
    return {
        "a": "strike",
        "b": "nonresponse",
        "thing": "strike is safer than nonresponse",
        "horizon_weeks": 52,
        "draws": 900,
        "held_out": 300,
        "base": 0.34,
        "base_low": 0.3,
        "base_high": 0.39,
        "boxes": [{"restrictions": sides, "tried": fit}],
        "refused": None,
    }


def _pairs() -> list[dict[str, Any]]:
    return [
        {"a": "nonresponse", "b": "strike", "horizon_days": day, "worlds": 1000, "both": both, "only_a": a, "only_b": b,
         "low": (b - a) / 1000 - 0.01, "high": (b - a) / 1000 + 0.01}
        for day, both, a, b in ((14, 10, 5, 55), (90, 60, 10, 70), (365, 150, 20, 60))
    ]  # fmt: skip


def made_up(name: str) -> Any:
    """One answer by its key in the JSON of a thesis."""
    return {
        "attribution": _attribution,
        "break_even": _break_even,
        "sensitivity": _sensitivity,
        "discovery": _discovery,
        "pairs": _pairs,
        "crossover": _crossover,
    }[name]()


def _crossover() -> dict[str, Any]:
    weekly = []
    for week in range(1, 209):
        gap = 0.04 - 0.0003 * week
        weekly.append({"week": week, "odds_a": 0.2, "odds_b": 0.2 + gap,
                       "difference": gap, "low": gap - 0.01, "high": gap + 0.01, "band_low": gap - 0.02,
                       "band_high": gap + 0.02})  # fmt: skip
    return {"a": "nonresponse", "b": "strike", "worlds": 1024, "horizon_weeks": 208, "week": 134, "low": 100,
            "high": None, "probability": 0.8, "level": 0.95, "resamples": 1000, "sure_from": None, "peak_week": 1,
            "peak": {"value": 0.04, "low": 0.03, "high": 0.05},
            "weekly": weekly}  # fmt: skip


_DEAD = {"civilian": 50_965.0, "United States": 1_836.0, "Iran": 16_694.0, "Iran's partners": 7_461.0}


def _claims() -> dict[str, Any]:
    """Two claims at three horizons, one of them under other choices of the model too, and a decomposition."""
    found = ((14, "refuted", 0.05), (90, "inconclusive", 0.5), (365, "supported", 0.97))
    made = [
        {
            "id": id,
            "statement": f"A statement of {id} that takes a line or two to say in full.",
            "comparator": "nonresponse",
            "against": "nonresponse",
            "arm": "strike",
            "horizon_days": day,
            "verdict": verdict,
            "probability": p,
            "probability_low": max(p - 0.1, 0.0),
            "probability_high": min(p + 0.1, 1.0),
            "headline": True,
            "confirms": "so",
            "refutes": "not so",
            "effect": {"quantity": "q", "value": 0.1, "low": -0.1, "high": 0.3, "unit": "in 100"},
        }
        for id in ("S1", "S2")
        for day, verdict, p in found
    ]
    own = {**made[2], "choice": "as written", "artefact": False}
    others = [{**own, "choice": f"choice {n}", "probability": 0.08 * n, "artefact": n == 1} for n in range(1, 12)]
    title = "a mechanism with a name of its own"
    choices = [{"kind": "mechanism", "name": held["choice"], "title": f"{title}, {held['choice']}"} for held in others]
    cells = [(day, learning, errors) for day in (14, 365) for learning in (True, False) for errors in (True, False)]
    return {
        "claims": made,
        "claims_tested": len(made),
        "verdicts_wrong_by_chance": 0.2,
        "not_testable": [{"id": "C1", "statement": "A fact.", "reason": "it is one"}],
        "by_rule": [{**own, "rule": "quantal"}],
        "by_mechanism": others,
        "over_ranges": [],
        "structure": {
            "draws": 8,
            "worlds_per_draw": 8,
            "rule": "quantal",
            "choices": choices,
            "as_written": [own],
            "rules_left_out": {"farsighted": "it takes long"},
        },
        "decomposition": [
            {
                "learning": learning,
                "errors": errors,
                "horizon_days": day,
                "difference": 0.05 if errors else -0.01,
                "monte_carlo_error": 0.01,
                "act_arm": "strike",
                "without_arm": "nonresponse",
            }
            for day, learning, errors in cells
        ],
    }


def _world() -> dict[str, Any]:
    """A real world, as ``explain --json`` prints it."""
    scenario = load("strike")
    titles = {"defender": scenario.defender.title, "challenger": scenario.challenger.title}
    told = log.record(scenario, 26, horizon=30).to_json()
    return {**told, "runs": 2000, "titles": titles, "explain": ["escalation", "explain", "strike", "--world", "26"]}


def _record() -> dict[str, Any]:
    """Rows of every kind, one of them far outside."""
    held = {"beside": None, "observed": None, "low": 0.1, "high": 0.3, "as_of": "2019-12-27"}
    kinds = [("emergent", "inside", 0.2), ("emergent", "miss", 0.9), ("fitted", "undecided", 0.31)]
    kinds.append(("input", "miss", 0.01))
    rows = [
        {
            "short": f"a figure of the record, number {n}",
            "variant": "nonresponse, one year, central values",
            "unit": "share",
            "label": label,
            "verdict": verdict,
            "counts": label == "emergent",
            "record": held,
            "model": {"value": value, "low": value - 0.02, "high": value + 0.02},
        }
        for n, (label, verdict, value) in enumerate(kinds)
    ]
    counts = {"inside": 1, "tested": 2}
    return {"rows": rows, "worlds": 600, "emergent": counts, "emergent_on_evidence": counts}


def whole_page() -> Page:
    """A page with every kind of block and of figure."""
    arms = list(NAMES)
    cells = [
        {"arm": arm, "horizon_days": day, "odds": level, "low": level / 4, "high": min(level * 4, 1.0),
         "monte_carlo_error": 0.01}
        for arm, at in (("strike", 0.25), ("nonresponse", 0.19), ("accord", 0.02))
        for day, level in ((14, at / 5), (90, at / 2), (365, at))
    ]  # fmt: skip
    courses = [
        {"arm": arm, "weeks": list(range(209)), "odds": [top * week / 208 for week in range(209)],
         "low": [0.9 * top * week / 208 for week in range(209)],
         "high": [1.1 * top * week / 208 for week in range(209)]}
        for arm, top in (("strike", 0.403), ("nonresponse", 0.401), ("accord", 0.05))
    ]  # fmt: skip
    heaps = [odds.Heap(NAMES[cell["arm"]], cell["odds"], 0.02) for cell in cells if cell["horizon_days"] == 365]
    blocks = (
        Text("The first answer.", "lead"),
        odds.icon_array(heaps, "icons", "All-out war within 1 year", ""),
        odds.odds_chart(cells, arms, NAMES, "A size."),
        odds.odds_table(cells, NAMES),
        odds.course_chart(courses, NAMES, "Told."),
        Command("escalation run " + " ".join(f"--set errors.channel_number_{n}=0.123456" for n in range(12))),
        Table(
            "Words",
            ("What", "Where", "Why"),
            (("a", "a_very_long_key.of_a_scenario.with_many_parts", "so\nand so"),),
            3,
        ),
    )
    sections = [
        Section("odds", "How likely?", blocks),
        pairs.section(_pairs(), NAMES),
        pairs.crossover_section(_crossover(), NAMES),
        causes.attribution_section(_attribution(), NAMES),
        breakeven.section(_break_even(), NAMES),
        causes.sensitivity_section(_sensitivity(), frozenset({"us.type.resolute"}), NAMES),
        discovery.section(_discovery(), NAMES),
        claims.section(_claims(), NAMES),
        claims.structure_section(_claims()),
        claims.decomposition_section(_claims(), NAMES),
        world.section(_world()),
        common.toll_section([{"arm": arm, "horizon_days": 365, "dead": _DEAD} for arm in arms], NAMES),
        record.section(_record()),
        record.numbers_section(load("strike"), record.DRAWN),
        common.limits_section(("One.", "Two.")),
    ]
    return Page("A made-up page", ("In short.",), present(sections), ("The foot.",))
