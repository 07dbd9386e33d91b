"""The stage game by factors is the stage game by nodes: choices, punishment, and where factors may not be used."""

from __future__ import annotations

import numpy as np
import pytest

from escalation.model import challenger, defender
from escalation.model.arrays import LANES, desk
from escalation.model.aside import by_menu, put_back, some
from escalation.model.crisis import Crisis
from escalation.model.lanes import FACTORED
from escalation.model.layout import PUNISHMENT
from escalation.model.stage import ANY_RUNG, PICTURED
from tests.model.lab import crisis

DRAWS = 24
"""Parameter rows from the priors, six worlds each, so that rows begin and end inside a tile."""


def choices(model: Crisis, mover: str, by_nodes: bool, ceiling: float) -> tuple[np.ndarray, np.ndarray]:
    """Choice probabilities (2, acts, worlds) of a principal, and the punishment that proxies expect."""
    T, X, module = model.tables, model.state, {"defender": defender, "challenger": challenger}[mover]
    n, m = T.defender_acts.shape[1], T.challenger_acts.shape[1]
    D = desk(n, m, model.worlds) if mover == "defender" else desk(m, n, model.worlds)
    beside = X._replace(S=X.S.copy())
    if by_nodes:
        module.weigh_by_nodes(T, beside, D, np.ones(model.worlds), 0, 0.0, ceiling, D.record)
    else:
        module.decide(T, beside, D, 0, -1, 0, PICTURED, 0, True, ceiling)
    return D.record, beside.S[PUNISHMENT]


@pytest.fixture(scope="module", params=[0.02, 0.3, 1.0], ids=lambda value: f"rationality {value}")
def model(request: pytest.FixtureRequest) -> Crisis:
    return crisis("strike", {"choice.rationality": request.param}, worlds=150, weeks=6, draws=DRAWS)


@pytest.mark.parametrize("ceiling", [ANY_RUNG, 8.0])
@pytest.mark.parametrize("mover", ["defender", "challenger"])
def test_factors_give_what_nodes_give(model: Crisis, mover: str, ceiling: float) -> None:
    assert model.state.lanes.world[:, FACTORED].all()
    by_factors, punished = choices(model, mover, False, ceiling)
    by_nodes, punished_too = choices(model, mover, True, ceiling)
    # odds below 1e-12 are below what a draw of 53 bits tells apart in a week
    np.testing.assert_allclose(by_factors, by_nodes, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(punished, punished_too, rtol=1e-9, atol=1e-9)
    assert by_factors.std(axis=2).max() > 0.01  # the worlds do differ


def test_rows_too_steep_for_products_go_by_nodes() -> None:
    steep = crisis("strike", {"choice.rationality": 100.0}, worlds=12, weeks=2, draws=3)
    assert steep.state.lanes.steep
    assert not steep.state.lanes.world[:, FACTORED].any()
    for mover in ("defender", "challenger"):
        np.testing.assert_array_equal(choices(steep, mover, False, 10.0)[0], choices(steep, mover, True, 10.0)[0])


def test_worlds_with_other_menus_are_worked_on_apart() -> None:
    """Where an act is off the menu in one row, its worlds choose as they do alone."""
    key = "acts.us.strike_personnel.available"
    both = crisis("strike", {key: np.array([1.0, 0.0])}, worlds=8, weeks=3, draws=2)
    assert both.state.lanes.menu == -1
    assert [len(index) for index in by_menu(both.state)] == [4, 4]
    for available, mine in ((1.0, slice(0, None, 2)), (0.0, slice(1, None, 2))):
        alone = crisis("strike", {key: available}, worlds=8, weeks=3, draws=2)
        np.testing.assert_array_equal(both.state.N[:, mine], alone.state.N[:, mine])


def test_worlds_taken_out_and_put_back_are_as_they_were(model: Crisis) -> None:
    X = model.state
    index = np.array([3, 77, 140])
    part = some(X, index)
    np.testing.assert_array_equal(part.lanes.world[0, :, :3], X.lanes.world[index // LANES, :, index % LANES].T)
    before = [array.copy() for array in X[:5]]
    put_back(X, index, part)
    for array, kept in zip(X[:5], before, strict=True):
        np.testing.assert_array_equal(array, kept)
