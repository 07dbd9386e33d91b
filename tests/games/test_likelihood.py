"""The likeliest lambda: recovered where it was planted, with an interval that means what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from escalation.games.build import bimatrix
from escalation.games.counts import read
from escalation.games.homotopy import Branch
from escalation.games.likelihood import fit
from escalation.games.paths import paths
from escalation.scenario.faults import ScenarioFault
from tests.games.randoms import random_tree

PENNIES = bimatrix("Pennies", ("Row", ["U", "D"]), ("Column", ["L", "R"]), [[(9, 0), (0, 1)], [(0, 1), (1, 0)]])
DILEMMA = bimatrix("PD", ("A", ["c", "d"]), ("B", ["c", "d"]), [[(3, 3), (0, 4)], [(4, 0), (1, 1)]])


def test_a_planted_lambda_is_found() -> None:
    for game in (PENNIES, random_tree(5)):
        branch = Branch(paths(game))
        x = np.exp(branch.at(0.8))
        counts = {
            name: {
                action: 1e5 * x[branch.paths.starts[place] + k] for k, action in enumerate(branch.paths.actions[place])
            }
            for place, name in enumerate(branch.paths.infosets)
        }
        found = fit([(branch, counts)])
        assert found.rationality == pytest.approx(0.8, rel=1e-4)
        assert found.high is not None
        assert found.low < 0.8 < found.high
        assert found.log_likelihood == pytest.approx(found.saturated, abs=1e-3)
        assert found.log_likelihood > found.blind
        assert found.observations == pytest.approx(1e5 * len(counts))


def test_a_closed_form_and_its_interval() -> None:
    # In the dilemma P(d) = 1/(1+exp(-lam)) for both: the estimate is the log odds, the interval that of its likelihood.
    found = fit([(Branch(paths(DILEMMA)), {"A": {"c": 10, "d": 40}, "B": {"c": 15, "d": 35}})])
    assert found.rationality == pytest.approx(math.log(75 / 25), abs=1e-6)

    def likelihood(lam: float) -> float:
        return -75 * math.log1p(math.exp(-lam)) - 25 * math.log1p(math.exp(lam))

    assert found.high is not None
    for edge in (found.low, found.high):
        # 3.841 is the 95 % point of chi-squared with one degree of freedom.
        assert 2 * (likelihood(found.rationality) - likelihood(edge)) == pytest.approx(3.8414588, abs=1e-4)
    assert found.blind == pytest.approx(100 * math.log(0.5))
    pooled = fit(
        [(Branch(paths(DILEMMA)), {"A": {"c": 10, "d": 40}}), (Branch(paths(DILEMMA)), {"B": {"c": 15, "d": 35}})]
    )
    assert pooled.rationality == pytest.approx(found.rationality, abs=1e-6)


def test_the_edges_are_told() -> None:
    branch = Branch(paths(DILEMMA))
    errorless = fit([(branch, {"A": {"d": 30}})])
    assert errorless.at_edge
    assert errorless.high is None
    contrary = fit([(branch, {"A": {"c": 30, "d": 5}})])
    assert contrary.rationality == 0.0
    assert contrary.low == 0.0


def test_counts_that_do_not_fit_name_their_line(tmp_path) -> None:
    path = tmp_path / "c.csv"
    for text, said in (
        ("a,b,c\n", "c.csv:1: the head 'a,b,c'; expected infoset,action,count"),
        (
            "infoset,action,count\nRoww,U,3\n",
            "c.csv:2: no information set 'Roww'; legal: Row, Column (did you mean 'Row'?)",
        ),
        ("infoset,action,count\nRow,X,3\n", "c.csv:2: no action 'X' at 'Row'; legal: U, D"),
        ("infoset,action,count\nRow,U,-3\n", "c.csv:2: -3.0 choices of 'U'"),
        ("infoset,action,count\nRow,U,many\n", "c.csv:2: the count 'many'"),
        ("infoset,action,count\nRow,U\n", "c.csv:2: 2 cells"),
        ("infoset,action,count\nRow,U,1\n\nRow,U,1\n", "c.csv:4: 'U' at 'Row' again"),
        ("infoset,action,count\n", "c.csv:1: no choices"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioFault) as caught:
            read(path, "c.csv", paths(PENNIES))
        assert str(caught.value).startswith(said)
    path.write_text("infoset,action,count\nRow,U,3\nColumn,L,2.5\n", encoding="utf-8")
    assert read(path, "c.csv", paths(PENNIES)) == {"Row": {"U": 3.0}, "Column": {"L": 2.5}}
