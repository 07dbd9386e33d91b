"""Every claim C1 to C21 of the op-ed has a mechanism, dials and outputs here, and its dial moves an output."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from escalation.analysis.odds import run
from escalation.analysis.thesis_file import read_thesis
from escalation.history import moves, record
from escalation.history.claims import CLAIMS, Claim, to_markdown
from escalation.history.moves import BELIEFS, QUANTITIES, perform
from escalation.history.rows import SPECS
from escalation.model.layout import TALLIES
from escalation.model.outcomes import ROUTES
from escalation.scenario.describe import describe
from escalation.scenario.loader import load

EVERY = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)


def test_all_twenty_one_are_walked_once() -> None:
    assert [claim.id for claim in CLAIMS] == [f"C{number}" for number in range(1, 22)]
    assert len({claim.statement for claim in CLAIMS}) == len(CLAIMS)


@EVERY
def test_the_mechanism_is_there(claim: Claim) -> None:
    assert claim.mechanisms
    for module in claim.mechanisms:
        assert find_spec(module) is not None, module


@EVERY
def test_the_dials_can_be_turned(claim: Claim) -> None:
    scenario = load("strike")
    past = {f"past.{event.name}.on" for event in scenario.past}
    assert claim.dials
    for key in claim.dials:
        assert key in scenario.numbers or key in past, key


@EVERY
def test_the_outputs_are_there(claim: Claim) -> None:
    assert claim.outputs
    for output in claim.outputs:
        kind, _, name = output.partition(":")
        assert name in legal_outputs(kind), output


@cache
def legal_outputs(kind: str) -> set[str]:
    if kind == "tally":
        return set(TALLIES)
    if kind == "thesis":
        return {claim.id for claim in read_thesis("safer").claims}
    if kind == "verify":
        return set(record.targets()) & {spec.target for spec in SPECS}
    if kind == "describe":
        return _paths(describe(load("strike")))
    if kind == "compare":
        return {"arms", "differences", "paired"}
    assert kind == "run", kind
    return _paths(run("strike", 64, horizon=4).to_json()) | {f"routes.{route}" for route in ROUTES}


def _paths(tree: object, prefix: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return set()
    paths = set()
    for key, value in tree.items():
        paths |= {f"{prefix}{key}", *_paths(value, f"{prefix}{key}.")}
    return paths


def test_every_claim_points_to_its_verdict_or_is_a_fact() -> None:
    thesis = read_thesis("safer")
    tested, facts = {claim.id for claim in thesis.claims}, {fact.id for fact in thesis.facts}
    for claim in CLAIMS:
        assert (f"thesis:{claim.id}" in claim.outputs) == (claim.id in tested), claim.id
        assert (claim.id in facts) == (claim.id not in tested), claim.id


@EVERY
def test_the_dial_moves_the_output(claim: Claim) -> None:
    """On the same draws, over parameters from the priors: it moves, and where the sign is agreed, that way."""
    move = claim.move
    effect = perform(move)
    assert effect.changed > 0, move
    if move.sign:
        assert effect.difference * move.sign > 0.0, effect


@EVERY
def test_the_experiment_turns_a_dial_within_what_is_legal(claim: Claim) -> None:
    move = claim.move
    scenario = load(move.scenario)
    assert move.quantity in QUANTITIES or move.quantity in BELIEFS
    for setting in (move.low, move.high):
        assert scenario.with_overrides({move.key: setting}).name == move.scenario
    if not isinstance(move.low, bool):
        assert move.low < move.high


def test_a_dial_set_to_what_it_was_moves_nothing() -> None:
    move = next(claim.move for claim in CLAIMS if claim.id == "C9")
    still = moves.Move(move.scenario, move.key, move.high, move.high, move.quantity, 0)
    effect = perform(still, draws=4, worlds=8, weeks=8)
    assert (effect.changed, effect.difference) == (0, 0.0)


def test_an_unknown_quantity_or_dial_is_refused() -> None:
    with pytest.raises(ValueError, match="attacks a week"):
        perform(moves.Move("strike", "errors.aim", 0.0, 1.0, "happiness", 0), draws=2, worlds=2, weeks=1)
    with pytest.raises(KeyError):
        perform(moves.Move("strike", "errors.luck", 0.0, 1.0, "peak rung", 0), draws=2, worlds=2, weeks=1)


def test_the_page_is_current(root: Path) -> None:
    page = (root / "docs" / "claims.md").read_text(encoding="utf-8")
    assert page == to_markdown(), "run: python -m escalation.history.claims > docs/claims.md"
