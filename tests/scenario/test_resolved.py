"""The resolved form loads back to the same scenario, whatever is in it."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.scenario.loader import load, loads
from escalation.scenario.resolved import to_tree
from escalation.scenario.scenario import Scenario

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: bool(text.strip()))


def test_there_and_back(dyad: Scenario) -> None:
    again = loads(dyad.resolved_toml())
    assert again == dyad
    assert again.resolved_toml() == dyad.resolved_toml()
    assert again.digest() == dyad.digest()
    assert list(again.numbers) == list(dyad.numbers)


def test_the_text_and_the_tree_are_the_same(dyad: Scenario) -> None:
    assert tomllib.loads(dyad.resolved_toml()) == to_tree(dyad)


def test_all_evidence_survives(balakot) -> None:
    scenario = load(balakot, evidence="all")
    assert loads(scenario.resolved_toml(), evidence="all") == scenario


def test_the_digest_sees_every_change(dyad: Scenario) -> None:
    changes = [{"errors.aim": 2}, {"start.rung": 3}, {"events.strike.on": False}, {"india.rule": "level_k"}]
    digests = {dyad.with_overrides(change).digest() for change in changes}
    assert len(digests | {dyad.digest()}) == len(changes) + 1


def _literal(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08X}" for c in text) + '"'


@settings(max_examples=40)
@given(
    title=TEXTS,
    source=TEXTS,
    value=st.floats(0, 1),
    power=st.floats(0.01, 10),
    a=st.floats(0.1, 1e4),
    b=st.floats(0.1, 1e4),
    week=st.integers(1, 10_000),
    size=st.floats(0, 10),
    on=st.booleans(),
    abstract=st.booleans(),
)
def test_any_content_comes_back(dyad, title, source, value, power, a, b, week, size, on, abstract) -> None:
    tail = f'role = "uncertain", prior = "beta({a!r}, {b!r})", range = [0.0, 1.0], source = {_literal(source)}'
    overrides = {
        "india.type.resolute": tomllib.loads(f'x = {{ value = {value!r}, unit = "probability", {tail} }}')["x"],
        "pakistan.power": power,
        "events.speeches.week": week,
        "events.speeches.size": size,
        "events.strike.on": on,
    }
    scenario = dyad.with_overrides(overrides)
    text = scenario.resolved_toml()
    head, _, rest = text.partition("\n\n[")
    lines = [line for line in head.splitlines() if not line.startswith("title = ")]
    body = "\n".join([f"title = {_literal(title)}", f"abstract = {str(abstract).lower()}", *lines]) + "\n\n[" + rest
    changed = loads(body)
    assert (changed.title, changed.abstract) == (title, abstract)
    assert changed.given["india.type.resolute"].source == source
    assert changed.numbers["india.type.resolute"].value == value
    assert loads(changed.resolved_toml()) == changed
    assert loads(text) == scenario
