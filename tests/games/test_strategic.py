"""Strategic estimation: chances by simulated errors, coefficients where they were planted, and published tables."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from escalation.games import catalog
from escalation.games.build import end, game, move
from escalation.games.homotopy import Branch
from escalation.games.likelihood import fit as fit_lambda
from escalation.games.paths import paths
from escalation.games.solve import solve
from escalation.games.strategic import ERRORS, Utilities, _forward, fit, fit_scale, probabilities, read
from escalation.scenario.faults import ScenarioFault
from tests.games.printed import KENKEL_SIGNORINO

MODEL = Utilities(["1", "stake"], ["1"], ["arms"], ["1", "arms", "allies"])
PLANTED = np.array([0.4, -0.8, 1.0, 0.7, -0.3, 0.9, 0.6])


def disputes(errors: str, count: int, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Disputes played out with errors drawn, one for each action or payoff: no formula of a chance is used for 1."""
    rng = np.random.default_rng(seed)
    data = {name: rng.normal(size=count) for name in ("stake", "arms", "allies")}
    one = np.ones(count)
    keep = np.column_stack([one, data["stake"]]) @ PLANTED[:2]
    yielding, resisted = PLANTED[2] * one, PLANTED[3] * data["arms"]
    own = np.column_stack([one, data["arms"], data["allies"]]) @ PLANTED[4:]
    draw = rng.gumbel if errors == "logit" else rng.normal
    e = draw(size=(5, count))
    p = np.exp(probabilities([-1e6 * one, 0 * one, 0 * one, own], errors)[:, 2])
    if errors == "private":
        challenge = p * (resisted + e[0]) + (1 - p) * (yielding + e[1]) > keep + e[2]
    else:
        challenge = p * resisted + (1 - p) * yielding + e[0] > keep + e[2]
    resist = own + e[3] > e[4]
    return data, np.where(challenge, np.where(resist, 2, 1), 0)


@pytest.mark.parametrize("errors", ERRORS)
def test_planted_coefficients_are_found(errors: str) -> None:
    data, outcomes = disputes(errors, 6000, 3)
    found = fit(data, outcomes, MODEL, errors)
    assert found.names[:2] == ("u1(status quo): 1", "u1(status quo): stake")
    assert np.abs(found.coefficients - PLANTED).max() < 0.25
    assert np.abs((found.coefficients - PLANTED) / found.standard_errors).max() < 3.5
    at_the_planted = probabilities(
        [
            np.column_stack([data.get(name, np.ones(len(outcomes))) for name in names]) @ part
            for names, part in zip(MODEL.each, np.split(PLANTED, [2, 3, 4]), strict=True)
        ],
        errors,
    )
    # Twice the difference is chi-squared with seven degrees of freedom: 24.3 with a chance of one in a thousand.
    ahead = found.log_likelihood - float(at_the_planted[np.arange(len(outcomes)), outcomes].sum())
    assert 0.0 < 2.0 * ahead < 24.3


@pytest.mark.parametrize("errors", ERRORS)
def test_standard_errors_are_those_of_repeated_samples(errors: str) -> None:
    found = [fit(*disputes(errors, 1500, seed), MODEL, errors) for seed in range(30)]
    spread = np.std([each.coefficients for each in found], axis=0)
    stated = np.mean([each.standard_errors for each in found], axis=0)
    # 30 samples know a spread to 13 in 100; seven are looked at.
    assert np.all((spread / stated > 0.6) & (spread / stated < 1.4))


@pytest.mark.parametrize("errors", ERRORS)
def test_slopes_are_the_derivatives(errors: str) -> None:
    for utilities in ([0.3, -0.2, 0.8, 0.5], [2.0, 1.0, -3.0, -4.0], [-1.0, 0.0, 0.0, 9.0]):
        _, slopes = _forward([np.array([u]) for u in utilities], errors)
        for outcome in range(3):
            by_hand = approx_fprime(
                np.array(utilities), lambda u, k=outcome: probabilities([[x] for x in u], errors)[0, k], 1e-7
            )
            assert slopes[0, outcome] == pytest.approx(by_hand, abs=1e-5)


def test_chances_too_small_for_a_number_have_logarithms() -> None:
    for errors in ERRORS:
        log_p, slopes = _forward([np.array([u]) for u in (0.0, 1.0, 1.0, -400.0)], errors)
        assert np.all(np.isfinite(log_p))
        assert np.all(np.isfinite(slopes))
        assert np.exp(log_p).sum() == pytest.approx(1.0)


def test_with_logit_errors_it_is_quantal_response() -> None:
    made = catalog.load("strategic-deterrence").game
    solution = solve(made, "quantal", 2.0).strategies
    # The payoffs in the file, times lambda.
    log_p = probabilities([[0.0], [2.0], [-1.0], [1.6]])[0]
    assert math.exp(log_p[0]) == pytest.approx(solution["challenge?"]["status quo"], abs=1e-12)
    assert math.exp(log_p[2] - math.log1p(-math.exp(log_p[0]))) == pytest.approx(solution["resist?"]["resist"])


def test_the_scale_of_logit_errors_is_one_over_lambda() -> None:
    # Payoffs as in Kenkel and Signorino's fixed utilities.
    made = game(
        "attack",
        ["Market", "Government"],
        move(
            "Market",
            "attack?",
            {
                "no": end("no", 1, 0),
                "attack": move("Government", "defend?", {"devalue": end("d", -1, 0), "defend": end("w", 0, 1)}),
            },
        ),
    )
    counts = {"attack?": {"no": 7152, "attack": 88}, "defend?": {"devalue": 42, "defend": 46}}
    by_branch = fit_lambda([(Branch(paths(made)), counts)])
    found = fit_scale((1, -1, 0, 1), (7152, 42, 46))
    assert math.exp(-found.coefficients[0]) == pytest.approx(by_branch.rationality, rel=1e-6)
    assert found.log_likelihood == pytest.approx(by_branch.log_likelihood, abs=1e-8)


def test_a_published_scale_of_errors() -> None:
    """Kenkel and Signorino (2014), section 3.3, from the counts that they print: to every digit."""
    found = fit_scale((1, -1, 0, 1), (7152, 42, 46), "private")
    assert found.coefficients[0] == pytest.approx(-1.0513, abs=5e-5)
    assert found.standard_errors[0] == pytest.approx(0.0199, abs=5e-5)
    assert found.log_likelihood == pytest.approx(-646.54, abs=5.1e-3)
    assert 2 - 2 * found.log_likelihood == pytest.approx(1295.1, abs=5e-2)
    assert found.observations == 7240


@pytest.mark.skipif("LEBLANG2003" not in os.environ, reason="LEBLANG2003 names no file: see docs/games.md")
def test_a_published_table_of_strategic_estimates() -> None:
    """Kenkel and Signorino (2014), section 3.3, after Leblang (2003): all 19 coefficients, from the data in their R

    package, which this project does not ship. Two of them differ by one in the last digit.
    """
    utilities = Utilities(*(list(part) for part in KENKEL_SIGNORINO))
    path = Path(os.environ["LEBLANG2003"])
    data, outcomes = read(path, str(path), "outcome", ["no attack", "devaluation", "defense"], utilities)
    found = fit(data, outcomes, utilities, "private")
    printed = [value for part in KENKEL_SIGNORINO for value in part.values()]
    assert found.coefficients == pytest.approx(printed, abs=1.5e-4)
    assert found.log_likelihood == pytest.approx(-482.02, abs=5e-3)
    assert found.observations == 7240


def test_what_has_no_likeliest_value_is_refused() -> None:
    data, outcomes = disputes("logit", 400, 1)
    for utilities in (
        Utilities(["1"], ["1"], ["1"], ["1"]),  # only two differences bear on a choice
        Utilities(["1"], [], [], ["1", "told"]),  # tells resistance without error
    ):
        with pytest.raises(ValueError, match="no likeliest values"):
            fit(data | {"told": (outcomes == 2) - 0.5}, outcomes, utilities)
    with pytest.raises(ValueError, match="each of 0, 1 and 2"):
        fit(data, np.minimum(outcomes, 1), MODEL)
    with pytest.raises(ValueError, match="name a column"):
        fit(data, outcomes, Utilities())
    with pytest.raises(ValueError, match="'arms': a finite number for each of the 400"):
        fit(data | {"arms": np.zeros(3)}, outcomes, MODEL)
    with pytest.raises(ValueError, match="no column 'alms'; legal: stake, arms, allies"):
        fit(data, outcomes, Utilities(["alms"], ["1"], [], ["1"]))
    with pytest.raises(ValueError, match="no errors 'cauchy'; legal: logit, probit, private"):
        fit(data, outcomes, MODEL, "cauchy")
    with pytest.raises(ValueError, match="no scale of errors"):
        fit_scale((0, 1, 1, 1), (0, 0, 10))
    with pytest.raises(ValueError, match="no scale of errors"):
        fit_scale((0, 1, 1, 1), (10, 0, 0))


def test_a_file_of_disputes_is_read_and_its_faults_have_lines(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    few = Utilities(["1", "stake"], [], [], ["1", "arms"])
    words = ["peace", "yields", "war"]
    path.write_text('"",how,stake,arms\n1,peace,0.5,2\n\n2,war,-1,3e-1\n', encoding="utf-8")
    data, outcomes = read(path, "d.csv", "how", words, few)
    assert outcomes.tolist() == [0, 2]
    assert data["stake"].tolist() == [0.5, -1.0]
    assert data["arms"].tolist() == [2.0, 0.3]
    for text, said in (
        ("how,stake\n", "d.csv:1: no column 'arms'; expected one of how, stake"),
        ("how,stake,arms\npeace,1\n", "d.csv:2: 2 cells; expected 3, as in the head"),
        ("how,stake,arms\npeace,1,2\nWar,1,2\n", "d.csv:3: how is 'War'; expected one of peace, yields, war"),
        ("how,stake,arms\npeace,NA,2\n", "d.csv:2: stake is 'NA'; expected a number"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioFault) as caught:
            read(path, "d.csv", "how", words, few)
        assert str(caught.value).startswith(said)
