"""A parameter row a world: drawn block by block, and what is worked out of it once."""

from __future__ import annotations

import numpy as np
import pytest

from escalation.model import aside, lanes, start
from escalation.model.arrays import LANES, Lanes
from escalation.model.tables import build
from escalation.scenario.design import Values, draw
from escalation.scenario.loader import load
from escalation.worlds import ensemble
from escalation.worlds.ensemble import plan, planned, simulate

STRIKE = load("strike")
MANY = lanes.AT_A_TIME + LANES + 7
"""More rows than the past is worked out for at once, the last tile not full."""


def test_priors_are_drawn_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    def counted(*given, **named):
        sizes.append(given[1])
        return plan(*given, **named)

    monkeypatch.setattr(ensemble, "plan", counted)
    by_block = simulate(STRIKE, 300, priors=True, seed=5, first_world=40, horizon=6, block=70, workers=2)
    assert sizes == [50] * 6  # at most 70, and as many for each worker
    whole = simulate(STRIKE, 300, values=draw(STRIKE, 300, 5, 40), seed=5, first_world=40, horizon=6)
    assert by_block.digest() == whole.digest()


def test_the_past_is_that_of_the_tables_alone() -> None:
    ready = plan(STRIKE, MANY, priors=True)
    assert ready.lanes is not None
    np.testing.assert_array_equal(ready.past, start.reputation(STRIKE, ready.tables))


def mixed_menus() -> Values:
    """Rows of which every third has an act less."""
    return draw(STRIKE, MANY, 0).replace({"acts.us.campaign.available": (np.arange(MANY) % 3 > 0).astype(float)})


def test_the_past_is_the_same_where_menus_differ() -> None:
    rows = np.arange(MANY)
    ready = planned(STRIKE, mixed_menus(), rows, rows)
    assert ready.lanes is not None
    assert ready.lanes.menu == -1
    np.testing.assert_array_equal(ready.past, start.reputation(STRIKE, ready.tables))


def assert_same_numbers(mine: Lanes, theirs: Lanes) -> None:
    """Equal, but for lanes that no world is in, and for which row stands for those of its menu."""
    assert mine.tiles.tolist() == theirs.tiles.tolist()
    assert (mine.menu < 0, mine.steep) == (theirs.menu < 0, theirs.steep)
    used = mine.tiles[-1, 1]
    for name, table in mine._asdict().items():
        if name in ("world", "defender", "challenger", "nodes", "proxies", "allies"):
            one, other = table.copy(), getattr(theirs, name).copy()
            one[-1, ..., used:] = other[-1, ..., used:] = 0.0
            if name == "world":
                one[:, lanes.MENU] = other[:, lanes.MENU] = 0.0
            np.testing.assert_array_equal(one, other, err_msg=name)


@pytest.mark.parametrize("values", [draw(STRIKE, MANY, 0), mixed_menus()], ids=["one menu", "two menus"])
def test_picked_worlds_keep_their_numbers(values: Values) -> None:
    tables, rows = build(STRIKE, values), np.arange(MANY)
    index = np.array([0, 3, LANES - 1, LANES, 2 * LANES + 5, MANY - 1])
    X = start.empty(tables, rows.astype(np.uint64), rows)
    picked = aside.some(X, index).lanes
    assert_same_numbers(picked, lanes.of(tables, index, 1.0))
    if picked.menu < 0:
        menus = lanes.by_world(picked, lanes.MENU) % 3 > 0
        assert menus.tolist() == (index % 3 > 0).tolist()


def test_a_part_of_the_lanes_is_that_of_its_rows() -> None:
    tables, rows = build(STRIKE, draw(STRIKE, MANY, 0)), np.arange(MANY)
    whole = lanes.of(tables, rows, 1.0)
    for first, size in ((0, 2 * LANES), (LANES, LANES), (4 * LANES, MANY - 4 * LANES)):
        assert_same_numbers(lanes.part(whole, first, size), lanes.of(tables, rows[first : first + size], 1.0))
