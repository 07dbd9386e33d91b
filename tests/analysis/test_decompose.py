"""Decomposition and crossover: planted parts and weeks come back, and on real scenarios they agree with ``compare``."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from escalation.analysis.compare import CompareResult, compare
from escalation.analysis.decompose import (
    BARE,
    CONTROL,
    ERRORS,
    FACTORS,
    INTERACTION,
    LEARNING,
    TOTAL,
    Game,
    decompose,
    factors_of,
    lasting_below,
    taken_apart,
)
from escalation.analysis.decomposition_result import Crossover, Decomposition
from escalation.analysis.odds import run
from escalation.draws import parameter_uniform
from escalation.report.decomposition import crossover_sentence, decomposition_text, parts_sentence
from escalation.report.layout import WIDTH
from escalation.scenario.loader import load
from escalation.worlds.cells import CellsRun, Group
from escalation.worlds.executors import Control

PAIR = ("without", "with")


# -- planted parts -----------------------------------------------------------------------------------------------
def planted(group: Group, control: Control) -> CellsRun:
    """Two weeks. The act adds 1/16 bare; 1/8 with errors on; -1/32 with learning on; 1/4 with errors and control loss.

    Without the act the chance is 1/2 whatever is on. War is counted in the first half of worlds, in week 2, with the
    act and errors on.
    """
    weekly = np.full((16, 2, group.size), 0.5)
    week = np.zeros((16, group.size), dtype=np.int16)
    for on in range(8):
        learning, errors, loss = (on >> i & 1 for i in range(3))
        effect = 1 / 16 + errors / 8 - learning / 32 + errors * loss / 4
        weekly[8 + on] += np.array([effect / 2, effect])[:, None]
        if errors:
            week[8 + on, group.first + np.arange(group.size) < 200] = 2
    return CellsRun(group.first, week, weekly[:, -1], np.zeros(week.shape, dtype=np.int8), 16, weekly)


@pytest.fixture(scope="module")
def parts() -> Decomposition:
    return taken_apart(PAIR, FACTORS, planted, 400, 2, resamples=20)[0]


@pytest.mark.parametrize(
    ("name", "alone", "shared"),
    [
        (BARE, 1 / 16, 1 / 16),
        (LEARNING, -1 / 32, -1 / 32),
        (ERRORS, 1 / 8, 1 / 8 + 1 / 8),
        (CONTROL, 0.0, 1 / 8),
        (INTERACTION, 1 / 4, None),
        (TOTAL, 1 / 16 + 1 / 8 - 1 / 32 + 1 / 4, 1 / 16 + 1 / 8 - 1 / 32 + 1 / 4),
    ],
)
def test_planted_parts_come_back_exactly(parts: Decomposition, name: str, alone: float, shared: float | None) -> None:
    part = parts.part(name)
    assert part.alone.weighed.value == alone
    assert (part.alone.weighed.low, part.alone.weighed.high) == pytest.approx((alone, alone), abs=1e-9)
    assert (part.shared.weighed.value if part.shared else None) == pytest.approx(shared)


def test_counted_parts_have_the_noise_of_worlds(parts: Decomposition) -> None:
    errors = parts.part(ERRORS).alone.counted
    assert errors.value == 0.5
    assert 0.44 < errors.low < 0.46 < 0.54 < errors.high < 0.56
    assert parts.part(LEARNING).alone.counted.value == 0.0


def test_parts_add_up_at_every_horizon_and_interactions_to_theirs(parts: Decomposition) -> None:
    assert parts.weeks == (2,)
    assert abs(parts.residual) < 1e-15
    by_name = {part.name: part.alone.weighed.value for part in parts.interactions}
    assert by_name == {
        "learning x errors": 0.0,
        "learning x control loss": 0.0,
        "errors x control loss": 0.25,
        "learning x errors x control loss": 0.0,
    }


# -- planted weeks -----------------------------------------------------------------------------------------------
def wave(path: np.ndarray, noise: float) -> Game:
    """A game of two factors whose difference with both on follows ``path`` (weeks,); ``noise``: its range by world.

    Half of the noise is a world's own, half of it new every week.
    """

    def game(group: Group, control: Control) -> CellsRun:
        numbers = np.arange(group.first, group.first + group.size)
        weekwise = np.stack([parameter_uniform(3, numbers, f"week {week}") for week in range(len(path))])
        drawn = (parameter_uniform(3, numbers, "world") + weekwise - 1.0) / 2.0
        weekly = np.full((8, len(path), group.size), 0.5)
        weekly[7] += path[:, None] + noise * drawn
        week = np.zeros((8, group.size), dtype=np.int16)
        return CellsRun(group.first, week, weekly[:, -1], np.zeros(week.shape, dtype=np.int8), 8, weekly)

    return game


def crossover(path: list[float], noise: float = 0.0, worlds: int = 400) -> Crossover:
    two = {LEARNING: FACTORS[LEARNING], ERRORS: FACTORS[ERRORS]}
    return taken_apart(PAIR, two, wave(np.array(path), noise), worlds, len(path), resamples=200)[1]


@pytest.mark.parametrize(
    ("path", "week"),
    [
        ([0.2, 0.3, 0.1, -0.1, -0.2], 4),
        ([0.2, -0.1, 0.1, -0.1, -0.2], 4),
        ([0.2, 0.1, 0.1, 0.1, 0.2], None),
        ([0.2, -0.1, -0.1, -0.1, 0.0], None),
        ([-0.2, -0.1, -0.1, -0.1, -0.2], 1),
        ([0.0, 0.0, 0.0, 0.0, 0.0], None),
    ],
)
def test_a_planted_week_comes_back_exactly(path: list[float], week: int | None) -> None:
    found = crossover(path)
    assert (found.week, found.low, found.high) == (week, week, week)
    assert found.probability == (week is not None)
    assert found.peak.value == pytest.approx(max(path))
    assert found.peak_week == 1 + path.index(max(path))
    assert found.weekly.difference == pytest.approx(path)
    assert found.sure_from == next((i + 1 for i, value in enumerate(path) if value < 0.0), None)


def test_with_noise_the_interval_holds_the_planted_week() -> None:
    # noise of standard deviation 0.82 a world: 0.041 over 400 worlds, against steps of 0.02 a week
    path = [0.2 - 0.02 * week for week in range(30)]
    found = crossover(path, noise=4.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 12 <= found.high
    assert found.low < found.high
    assert found.weekly.band_low[0] < found.weekly.low[0] < 0.2 < found.weekly.high[0] < found.weekly.band_high[0]
    assert found.sure_from is not None
    assert found.sure_from > 12


def test_never_is_an_answer_and_may_be_one_end_of_the_interval() -> None:
    found = crossover([0.1, 0.05, 0.02, 0.01], noise=2.0)
    assert found.week is None or found.high is None
    assert 0.0 < found.probability < 1.0
    assert "never within 4 weeks" in crossover_sentence(found)


def test_lasting_means_to_the_end() -> None:
    assert lasting_below(np.array([[1.0, -1.0, -1.0], [-1.0, 1.0, 0.0], [-1.0, -1.0, -1.0]])).tolist() == [2, 4, 1]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ([0.2, 0.3, 0.1, -0.1, -0.2], r"greatest in week 2, when \+30.00 wars in 100 .* from week 4 on"),
        ([0.3, 0.2, 0.1, 0.1, 0.1], "never within 5 weeks paid back"),
        ([0.1, 0.2, 0.3, 0.3, 0.4], "still growing at the end"),
        ([-0.1, -0.2, -0.3], "no lump"),
        ([0.0, 0.0, 0.0], "do not differ"),
    ],
)
def test_the_sentence_says_what_was_found(path: list[float], said: str) -> None:
    assert re.search(said, crossover_sentence(crossover(path)))


# -- real scenarios ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def real() -> CompareResult:
    return compare("nonresponse", "strike", worlds=128, horizon=13, decompose=True)


def test_the_whole_is_the_paired_difference(real: CompareResult) -> None:
    assert real.decomposed is not None
    total = real.decomposed.decomposition.part(TOTAL).alone
    assert total.weighed.value == pytest.approx(real.differences[0].conditional.value, abs=1e-15)
    assert total.weighed.low == pytest.approx(real.differences[0].conditional.low, abs=1e-12)
    assert total.counted.value == pytest.approx(real.differences[0].odds)
    assert real.decomposed.crossover.weekly.difference[-1] == pytest.approx(total.weighed.value, abs=1e-15)


@pytest.mark.parametrize("act", [False, True])
def test_cells_are_the_scenarios_with_factors_off(real: CompareResult, act: bool) -> None:
    assert real.decomposed is not None
    found = real.decomposed.decomposition
    cell = next(
        cell
        for cell in found.cells
        if (cell.act, cell.week) == (act, 13) and cell.on == {LEARNING: True, ERRORS: False, CONTROL: False}
    )
    single = run(PAIRS[act], 128, horizon=13, overrides={"errors.scale": 0, "decapitation.control_loss": 0})
    assert cell.odds.weighed.value == pytest.approx(single.conditional.value, abs=1e-15)
    assert (cell.odds.counted.value, cell.odds.counted.low) == (single.war.odds, single.war.low)


PAIRS = ("nonresponse", "strike")


def test_earlier_horizons_are_those_of_a_shorter_run(real: CompareResult) -> None:
    assert real.decomposed is not None
    found = real.decomposed.decomposition
    assert found.weeks == (2, 13)
    short = compare("nonresponse", "strike", worlds=128, horizon=2).differences[0]
    assert found.part(TOTAL, 2).alone.weighed.value == pytest.approx(short.conditional.value, abs=1e-15)
    assert found.part(TOTAL, 2).alone.counted.value == pytest.approx(short.odds)


def test_a_scenario_beside_itself_differs_in_nothing() -> None:
    found = decompose("strike", "strike", 16, horizon=3)
    assert {part.alone.weighed.value for part in found.decomposition.parts} == {0.0}
    assert found.decomposition.distinct == 8
    assert found.crossover.week is None


def test_loss_of_control_is_a_factor_only_where_there_is_one() -> None:
    without, strike = load("strike-no-control-loss"), load("strike")
    assert list(factors_of(without, strike)) == [LEARNING, ERRORS, CONTROL]
    assert list(factors_of(without, without)) == [LEARNING, ERRORS]


def test_workers_change_nothing_and_one_world_has_no_spread() -> None:
    one, two = (decompose("nonresponse", "strike", 600, horizon=1, workers=workers).to_json() for workers in (1, 2))
    assert one == two
    with pytest.raises(ValueError, match="legal: 2 or more"):
        decompose("nonresponse", "strike", 1)
    with pytest.raises(ValueError, match="two scenarios can be taken apart"):
        compare("nonresponse", "strike", "accord", worlds=4, horizon=1, decompose=True)


def test_json_has_both_only_where_asked_and_the_text_is_narrow(real: CompareResult) -> None:
    held = json.loads(json.dumps(real.to_json(), allow_nan=False))
    assert [week["week"] for week in held["crossover"]["weekly"]] == list(range(1, 14))
    assert {part["part"] for part in held["decomposition"]["parts"]} >= {BARE, LEARNING, ERRORS, INTERACTION, TOTAL}
    plain = compare("nonresponse", "strike", worlds=4, horizon=1).to_json()
    assert {"decomposition", "crossover"}.isdisjoint(plain)
    assert real.decomposed is not None
    text = decomposition_text(real.decomposed)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "learning (deterrence)" in parts_sentence(real.decomposed.decomposition, 100)
    assert len(real.decomposed.to_frame()) == 12
    assert "interaction" in real.decomposed._repr_html_()
