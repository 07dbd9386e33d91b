"""A thesis file: read whole, or every fault of it at once with its line; and a thesis written without Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from escalation.analysis.thesis import thesis
from escalation.analysis.thesis_file import read_thesis
from escalation.report.quantities import to_markdown
from escalation.report.thesis import text
from escalation.scenario.experiments import experiments_dir, studies
from escalation.scenario.faults import ScenarioFault

SOUND = """\
schema = 1
title = "A thesis of one's own"
question = "Do errors matter?"
source = "a test"
horizons = [14, 21]

[arms.strike]
scenario = "strike"

[arms.careful]
scenario = "strike"
set = { "errors.scale" = 0 }

[claims.A]
statement = "Errors make war likelier."
quantity = "war"
arm = "strike"
comparator = "careful"
direction = "above"
confirms = "more wars with errors"
refutes = "fewer"
"""


def _file(folder: Path, content: str) -> str:
    path = folder / "mine.toml"
    path.write_text(content, encoding="utf-8")
    return str(path)


def _faults(folder: Path, content: str) -> list[str]:
    with pytest.raises(ScenarioFault) as caught:
        read_thesis(_file(folder, content))
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


@pytest.mark.parametrize("name", [study.name for study in studies()])
def test_every_shipped_thesis_is_sound(name: str) -> None:
    found = read_thesis(name)
    assert found.name == name
    assert found.claims
    assert all(claim.statement and claim.confirms and claim.refutes for claim in found.claims)


@pytest.mark.parametrize("folder", sorted(path for path in experiments_dir().iterdir() if path.is_dir()))
def test_every_study_has_question_prediction_and_finding(folder: Path) -> None:
    page = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("**Question.**", "**Prediction, made before the run", "**Finding.**"):
        assert part in page
    assert re.search(r"(^|`)escalation [a-z]", page, re.MULTILINE), "a study says which command runs it"


def test_a_thesis_is_written_without_python(tmp_path: Path) -> None:
    result = thesis(_file(tmp_path, SOUND), draws=8, worlds=4, horizon=3, side=False)
    assert [(claim.id, claim.horizon_days) for claim in result.claims] == [("A", 14), ("A", 21)]
    assert result.claims[0].comparator == "strike"
    assert (result.decomposition, result.order, result.structure) == ((), {}, None)
    assert "Do errors matter?" in text(result)
    assert result.to_json()["thesis"] == "mine"


def test_a_path_in_a_thesis_is_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('schema = 1\ntitle = "Ours"\nextends = "strike"\n', encoding="utf-8")
    content = SOUND.replace('[arms.strike]\nscenario = "strike"', '[arms.strike]\nscenario = "ours.toml"')
    found = read_thesis(_file(tmp_path, content))
    assert [arm.read().name for arm in found.arms] == ["ours", "strike"]


def test_a_folder_stands_for_the_thesis_in_it(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.toml").write_text(SOUND, encoding="utf-8")
    assert read_thesis(tmp_path / "mine").name == "mine"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("schema = 1", "schema = 2", "mine.toml:1: schema: unknown value 2; the version of this format: 1"),
        ('question = "Do errors matter?"\n', "", "mine.toml:1: question: missing"),
        ("horizons = [14, 21]", "horizons = [14, 20]", "mine.toml:5: horizons: 20 days is no horizon"),
        ("horizons = [14, 21]", "horizons = [14, 14]", "mine.toml:5: horizons: 14 days twice"),
        ('[arms.careful]\nscenario = "strike"', '[arms.careful]\nscenario = "strik"', "arms.careful.scenario: 'strik'"),
        ('"errors.scale" = 0', '"errors.scal" = 0', "mine.toml:12: arms.careful.set.errors.scal: unknown key"),
        (
            '"errors.scale" = 0',
            '"errors.scale" = 11',
            "mine.toml:12: arms.careful.set.errors.scale: 11 is out of range",
        ),
        ('quantity = "war"', 'quantity = "wars"', "mine.toml:16: claims.A.quantity: no quantity 'wars'"),
        ('comparator = "careful"', 'comparator = "carefull"', "(did you mean 'careful'?)"),
        ('comparator = "careful"', 'comparator = "strike"', "claims.A.comparator: the arm itself"),
        ('direction = "above"', 'direction = "up"', "mine.toml:19: claims.A.direction: unknown value 'up'"),
        ('direction = "above"\n', "", "claims.A.direction: missing"),
        ('direction = "above"', 'direction = "above"\nfactr = 2', "mine.toml:20: claims.A.factr: unknown field"),
        ('direction = "above"', 'direction = "above"\nrefuted = 1', "claims.A.refuted: 1 lies within what is claimed"),
        ('direction = "above"', 'direction = "above"\ncompare = "log-ratio"', "claims.A.compare: no ratio of counts"),
        ('comparator = "careful"', "factor = 2", "claims.A.factor: a factor of nothing"),
        ('quantity = "war"', 'quantity = "reply_unbounded"', "reply_unbounded cannot be compared between arms"),
        ('confirms = "more wars with errors"\n', "", "claims.A.confirms: missing"),
        ("[claims.A]", "[claims.A]\nhorizons = [3]", "claims.A.horizons: 3 days is no horizon"),
        ("[claims.A]", "[surprise]\nx = 1\n\n[claims.A]", "mine.toml:14: surprise: unknown key"),
        ("[claims.A]", '[mechanisms.m]\ntitle = "m"\nset = { "errors.luck" = 0 }\n\n[claims.A]', "no number of arm"),
        ("[claims.A]", '[order]\narms = ["strike", "x"]\nsays = "x"\n\n[claims.A]', "order.arms: no arm 'x'"),
        ("[arms.careful]", "[arms.absolute]", "'absolute' stands for no comparator"),
        (
            "[claims.A]",
            '[laboratory]\nact = "strike"\nwithout = "careful"\nover = "errors.scal"\n\n[claims.A]',
            "mine.toml:17: laboratory.over: errors.scal: unknown key",
        ),
        (
            "[claims.A]",
            '[laboratory]\nact="strike"\nwithout="careful"\nover="errors.aim"\nalso = "errors.aim=3:1"\n\n[claims.A]',
            "mine.toml:18: laboratory.also: errors.aim",
        ),
    ],
)
def test_a_fault_names_its_line_its_key_and_what_is_legal(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in SOUND
    faults = _faults(tmp_path, SOUND.replace(old, new))
    assert any(fault in line for line in faults), faults


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    broken = SOUND.replace("[14, 21]", "[13]").replace('"war"', '"wars"').replace('"above"', '"up"')
    faults = _faults(tmp_path, broken)
    assert len(faults) == 3
    assert [int(fault.split(":")[1]) for fault in faults] == sorted(int(fault.split(":")[1]) for fault in faults)


@pytest.mark.parametrize("content", ["", "x = ", "schema = 1\n", "\0", SOUND + "[claims.A]\n"])
def test_what_is_no_thesis_is_a_fault(tmp_path: Path, content: str) -> None:
    assert _faults(tmp_path, content)


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(ScenarioFault, match="did you mean 'safer'"):
        read_thesis("saver")


def test_a_horizon_short_of_every_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="legal: 13 or more"):
        thesis("restraint-trap", draws=8, worlds=2, horizon=4)


def test_the_page_names_every_quantity_as_it_is(root: Path) -> None:
    page = (root / "docs" / "theses.md").read_text(encoding="utf-8")
    assert page.endswith(to_markdown()), "run: python -m escalation.report.quantities, and replace the table"


def test_the_example_of_the_page_is_a_sound_thesis(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "theses.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    found = read_thesis(_file(tmp_path, example))
    assert [claim.id for claim in found.claims] == ["E1"]
    assert found.claims[0].reported.factor == 2
