"""Cells over shared worlds: each is the run that it stands for, and groups come back in order whatever ends first."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from escalation.scenario.loader import load
from escalation.worlds.cells import Cell, CellsRun, Group, groups, over_groups, run_cells, same_as
from escalation.worlds.ensemble import simulate
from escalation.worlds.executors import Control, nobody

QUIET = Control(lambda: False, nobody)


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    strike, other = load("strike"), load("nonresponse")
    return [
        Cell(strike),
        Cell(other, {"errors.aim": 0.0}),
        Cell(strike, {"errors.scale": 0.0}),
        Cell(strike, {"errors.scale": 0.0, "errors.aim": 0.0}),
        Cell(load("strike")),
    ]


def run(cells: list[Cell], priors: bool = False) -> CellsRun:
    return run_cells(cells, 40, 30, seed=1, horizon=5, priors=priors, weekly=True, control=QUIET)


@pytest.mark.parametrize("priors", [False, True])
def test_each_cell_is_the_run_of_its_scenario(cells: list[Cell], priors: bool) -> None:
    ran = run(cells, priors)
    for place, cell in enumerate(cells):
        scenario = cell.scenario.with_overrides(cell.settings) if cell.settings else cell.scenario
        end = simulate(scenario, 30, seed=1, horizon=5, priors=priors, first_world=40, workers=1).end
        assert ran.war_sum[place].tolist() == end.war_sum.tolist()
        assert ran.war[place].tolist() == end.war.tolist()
        assert ran.route[place][end.war].tolist() == end.tally("route")[end.war].tolist()
        assert ran.war_week[place].tolist() == np.where(end.war, end.tally("war_week"), 0).tolist()


def test_the_weeks_rise_to_the_end(cells: list[Cell]) -> None:
    ran = run(cells)
    assert ran.weekly is not None
    assert ran.weekly[:, -1].tolist() == ran.war_sum.tolist()
    assert (np.diff(ran.weekly, axis=1) >= 0.0).all()
    shorter = simulate(cells[0].scenario, 30, seed=1, horizon=2, first_world=40, workers=1).end
    assert ran.weekly[0, 1].tolist() == shorter.war_sum.tolist()


def test_cells_that_are_the_same_scenario_are_run_once(cells: list[Cell]) -> None:
    # with all errors off one channel makes no difference, and a scenario read twice is one
    assert same_as(cells, 0, 10, seed=0).tolist() == [0, 1, 2, 2, 0]
    assert run(cells).distinct == 3
    aim = Cell(cells[0].scenario, {"errors.aim": 0.0})
    assert same_as([cells[0], aim], 0, 10, seed=0, priors=True).tolist() == [0, 1]


def test_progress_counts_every_cell(cells: list[Cell]) -> None:
    done: list[int] = []
    run_cells(cells, 0, 20, seed=0, horizon=2, control=Control(lambda: False, done.append))
    assert sum(done) == len(cells) * 20 * 2


def test_groups_hold_every_world_once_and_are_as_equal_as_can_be() -> None:
    held = groups(10, 4)
    assert [world for group in held for world in range(group.first, group.first + group.size)] == list(range(10))
    assert {group.size for group in held} == {2, 3}
    for count in (0, 11):
        with pytest.raises(ValueError, match="legal: 1 to 10"):
            groups(10, count)


def test_groups_come_back_in_order_though_the_first_ends_last() -> None:
    second = threading.Event()

    def slow(group: Group, _: Control) -> int:
        if group.number == 0:
            assert second.wait(60)
        else:
            second.set()
        return group.number

    assert list(over_groups(groups(4, 4), slow, workers=2)) == [0, 1, 2, 3]


def test_what_goes_wrong_in_a_group_is_raised() -> None:
    def broken(group: Group, _: Control) -> int:
        if group.number == 2:
            raise RuntimeError("as planted")
        return group.number

    with pytest.raises(RuntimeError, match="as planted"):
        list(over_groups(groups(4, 4), broken, workers=1))
