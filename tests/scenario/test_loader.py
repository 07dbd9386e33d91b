"""Loading: extensions, overrides, evidence, the shelf of shipped scenarios."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from escalation.scenario import files
from escalation.scenario.faults import ScenarioFault
from escalation.scenario.loader import (
    check,
    load,
    loads,
    shipped,
    shipped_dir,
    shipped_headers,
    shipped_path,
)
from escalation.scenario.number import DEFAULT_SOURCE, EVIDENCE_DATE
from escalation.scenario.registry import OWNERS, owned_by
from escalation.scenario.scenario import Scenario

Write = Callable[[str, str], Path]


@pytest.fixture
def child(balakot: Path, write: Write) -> Callable[[str], Path]:
    """``child(text)``: a file that extends the fixture by its path."""

    def make(text: str) -> Path:
        write("balakot.toml", balakot.read_text(encoding="utf-8"))
        return write("child.toml", f'schema = 1\nextends = "balakot.toml"\n{text}')

    return make


def test_the_fixture_is_sound_and_uses_every_kind_of_table(balakot: Path, dyad: Scenario) -> None:
    assert check(balakot) == []
    assert {actor.role for actor in dyad.actors} == {"defender", "challenger", "proxy", "ally"}
    kinds = {event.kind for event in dyad.events}
    assert kinds == {"act", "leader_change", "shock", "talk", "assurance", "threat", "sanctions"}
    assert all([dyad.past, dyad.instruments, dyad.countries, dyad.uncertain(), dyad.levers()])


def test_every_number_is_there_in_the_registrys_order(dyad: Scenario) -> None:
    expected = [
        number.key
        for owner in OWNERS
        for instance in dyad.instances(owner)
        for number in dyad.by_owner(owner, instance)
    ]
    assert list(dyad.numbers) == expected
    assert len(set(expected)) == len(expected)
    assert dyad.column("act", "india.hold", "rung").value == 1.0
    assert dyad.column("world", "", "errors.aim") is dyad.numbers["errors.aim"]
    with pytest.raises(KeyError):
        dyad.by_owner("proxy", "india")


def test_order_of_actors_and_acts(dyad: Scenario) -> None:
    assert [actor.name for actor in dyad.actors] == ["india", "pakistan", "jem", "afghanistan_government"]
    assert (dyad.defender.name, dyad.challenger.name) == ("india", "pakistan")
    assert list(dyad.acts) == ["india", "pakistan"]
    rungs = [dyad.column("act", f"india.{act.name}", "rung").value for act in dyad.acts["india"]]
    assert rungs == sorted(rungs)
    assert (dyad.acts["india"][0].name, dyad.acts["india"][-1].name) == ("hold", "all_out")
    assert [actor.name for actor in dyad.in_role("proxy")] == ["jem"]
    assert dyad.defender.rule == "quantal"


def test_defaults_of_the_registry_fill_the_gaps(dyad: Scenario) -> None:
    expected = {q.key for q in owned_by("world") if q.default is not None and q.key != "errors.aim"}
    found = {key for key in expected if dyad.numbers[key].source == DEFAULT_SOURCE}
    assert found == expected
    assert all(dyad.numbers[key].is_default and not dyad.numbers[key].is_judgement for key in found)


# -- extensions -------------------------------------------------------------------------------------------------


def test_an_empty_extension_changes_nothing_but_the_name(child, dyad: Scenario) -> None:
    same = load(child(""))
    assert same.name == "child"
    assert same.numbers == dyad.numbers
    assert (same.title, same.actors, same.events) == (dyad.title, dyad.actors, dyad.events)


def test_a_bare_value_drops_what_belonged_to_the_old_one(child) -> None:
    number = load(child("[jem]\naim_defender = 0.7\n")).numbers["jem.aim_defender"]
    assert (number.value, number.role, number.prior, number.later, number.note) == (0.7, "constant", None, None, "")
    assert (number.source, number.as_of, number.range) == ("set by child.toml", EVIDENCE_DATE, (0.5, 1.0))


def test_a_bare_value_may_leave_the_plausible_range_but_not_the_legal_one(child) -> None:
    number = load(child("[jem]\naim_defender = 0.1\n")).numbers["jem.aim_defender"]
    assert (number.value, number.range) == (0.1, None)
    with pytest.raises(ScenarioFault, match=r"child.toml:4: jem.aim_defender: 1.1 is out of range; from 0 to 1"):
        load(child("[jem]\naim_defender = 1.1\n"))


def test_a_lever_stays_a_lever(child) -> None:
    number = load(child("[errors]\naim = 3\n")).numbers["errors.aim"]
    assert (number.value, number.role, number.range) == (3.0, "lever", (0.0, 10.0))


def test_a_bare_value_over_a_default(child) -> None:
    number = load(child("[errors]\nscale = 0\n")).numbers["errors.scale"]
    assert (number.value, number.role, number.source) == (0.0, "constant", "set by child.toml")


def test_a_table_over_a_default(child) -> None:
    number = load(child('[learning]\nscale = { value = 0.5, source = "a guess" }\n')).numbers["learning.scale"]
    assert (number.value, number.unit, number.role, number.source) == (0.5, "multiplier", "constant", "a guess")
    assert number.as_of == EVIDENCE_DATE


def test_a_table_is_merged_over_the_parents(child) -> None:
    number = load(child('[india.type]\nresolute = { source = "a poll" }\n')).numbers["india.type.resolute"]
    assert (number.value, str(number.prior), number.source) == (0.6, "beta(6, 4)", "a poll")
    text = '[india.type]\nresolute = { value = 0.2, source = "a poll", as_of = 2019-05-01 }\n'
    number = load(child(text)).numbers["india.type.resolute"]
    assert (number.value, number.prior, number.role, number.source) == (0.2, None, "constant", "a poll")
    text = '[india.type]\nresolute = { value = 0.2, prior = "beta(2, 8)", source = "a poll" }\n'
    number = load(child(text)).numbers["india.type.resolute"]
    assert (str(number.prior), number.role, number.range) == ("beta(2, 8)", "uncertain", (0.1, 0.95))


def test_tables_merge_key_by_key(child, dyad: Scenario) -> None:
    text = (
        "[start]\nrung = 6\n[events.strike]\non = false\n[past.mumbai]\non = true\n[acts.india.hold]\ntitle = 'wait'\n"
    )
    scenario = load(child(text))
    assert scenario.start.rung == 6
    assert scenario.start.date == dyad.start.date
    assert not next(event for event in scenario.events if event.name == "strike").on
    assert next(past for past in scenario.past if past.name == "mumbai").on
    assert scenario.acts["india"][0].title == "wait"


def test_removal(child) -> None:
    text = "[events.strike]\nremove = true\n[past.uri]\nremove = true\n[acts.india.cell_leader]\nremove = true\n"
    scenario = load(child(text))
    assert "strike" not in [event.name for event in scenario.events]
    assert [past.name for past in scenario.past] == ["mumbai"]
    assert "cell_leader" not in [act.name for act in scenario.acts["india"]]
    assert not any(key.startswith("acts.india.cell_leader") for key in scenario.numbers)


def test_an_actor_goes_with_its_numbers(child) -> None:
    scenario = load(child("[actors.jem]\nremove = true\n"))
    assert [actor.name for actor in scenario.actors] == ["india", "pakistan", "afghanistan_government"]
    assert not any(key.startswith("jem.") for key in scenario.numbers)


def test_removals_that_fail(child) -> None:
    faults = check(child("[events.strik]\nremove = true\n[past.uri]\nremove = true\non = false\n"))
    assert [(fault.line, fault.key, fault.suggestion) for fault in faults] == [
        (4, "events.strik.remove", "strike"),
        (6, "past.uri.remove", ""),
    ]


def test_three_files_deep(child, write: Write) -> None:
    child("[errors]\naim = 3\nscale = 2\n")
    scenario = load(write("grandchild.toml", 'schema = 1\nextends = "child.toml"\ntitle = "third"\nerrors.aim = 4\n'))
    assert scenario.title == "third"
    assert scenario.numbers["errors.aim"].source == "set by grandchild.toml"
    assert scenario.numbers["errors.scale"].source == "set by child.toml"


def test_extends_a_path_from_another_folder(child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child("")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "far.toml").write_text('schema = 1\nextends = "../child.toml"\nerrors.aim = 5\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path.parent)
    assert load(inner / "far.toml").numbers["errors.aim"].value == 5.0


def test_abstract_is_not_inherited(child, write: Write) -> None:
    assert load(child("abstract = true\n")).abstract
    assert not load(write("next.toml", 'schema = 1\nextends = "child.toml"\n')).abstract


# -- overrides --------------------------------------------------------------------------------------------------


def test_overrides_of_every_kind(balakot: Path) -> None:
    overrides = {
        "errors.scale": 0,
        "india.type.resolute": {"value": 0.5, "prior": "beta(5, 5)", "role": "uncertain", "range": (0.1, 0.9)},
        "acts.india.hold.cost": 0.2,
        "india.rule": "level_k",
        "events.strike.on": False,
        "events.summer.week": 30,
        "events.summer.weeks": 2,
        "events.trade.size": 0.5,
        "past.mumbai.on": True,
        "start.rung": 3,
        "start.burn_in_weeks": 0,
    }
    scenario = load(balakot, overrides)
    events = {event.name: event for event in scenario.events}
    assert scenario.numbers["errors.scale"].value == 0.0
    assert scenario.numbers["errors.scale"].source == "set by --set"
    assert str(scenario.numbers["india.type.resolute"]) == "0.5 probability ~ beta(5, 5) on [0.1, 0.9]"
    assert scenario.column("act", "india.hold", "cost").value == 0.2
    assert scenario.defender.rule == "level_k"
    assert not events["strike"].on
    assert (events["summer"].week, events["summer"].weeks, events["trade"].size) == (30, 2, 0.5)
    assert next(past for past in scenario.past if past.name == "mumbai").on
    assert (scenario.start.rung, scenario.start.burn_in_weeks) == (3, 0)
    assert scenario.name == "balakot"
    assert load(balakot).with_overrides(overrides) == scenario


def test_no_overrides_change_nothing(dyad: Scenario) -> None:
    assert dyad.with_overrides({}) == dyad


def test_numbers_of_numpy_are_numbers(dyad: Scenario) -> None:
    changed = dyad.with_overrides({"errors.aim": np.float64(2), "start.rung": np.int64(3)})
    assert (changed.numbers["errors.aim"].value, changed.start.rung) == (2.0, 3)


def test_a_later_value_gives_way_to_an_override(balakot: Path) -> None:
    assert load(balakot, {"jem.aim_defender": 0.8}, "all").numbers["jem.aim_defender"].value == 0.8


def test_faults_of_overrides_come_all_at_once(balakot: Path) -> None:
    overrides = {
        "errors.aym": 1,
        "pakistan.power": 99,
        "india.rul": "x",
        "start.rung": True,
        "events.strike.kind": "talk",
    }
    with pytest.raises(ScenarioFault) as caught:
        load(balakot, overrides)
    found = {fault.key: fault for fault in caught.value.faults}
    assert set(found) == set(overrides)
    assert {fault.file for fault in found.values()} == {"--set"}
    assert (found["errors.aym"].suggestion, found["india.rul"].suggestion) == ("errors.aim", "india.rule")
    assert str(found["pakistan.power"]) == "--set: pakistan.power: 99 is out of range; from 0.01 to 10 (ratio)"


# -- evidence ---------------------------------------------------------------------------------------------------


def test_all_evidence_puts_later_parts_in_force(balakot: Path, dyad: Scenario) -> None:
    later = load(balakot, evidence="all")
    number = later.numbers["jem.aim_defender"]
    assert (number.value, str(number.prior), number.range) == (0.95, "beta(19, 1)", (0.6, 1.0))
    assert number.as_of == dt.date(2021, 12, 31)
    changed = [key for key in dyad.numbers if dyad.numbers[key] != later.numbers[key]]
    assert changed == ["jem.aim_defender"]
    assert later != dyad
    assert later.digest() != dyad.digest()
    assert later.resolved_toml() == dyad.resolved_toml()


# -- the shelf --------------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(balakot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "base.toml").write_text("abstract = true\n" + balakot.read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("zebra", "strike", "apple", "accord", "strike-no-errors"):
        text = f'schema = 1\nextends = "base"\ntitle = "{name} of the shelf"\n'
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(files, "shipped_dir", lambda: folder)
    return folder


def test_the_contracts_order_comes_first(shelf: Path) -> None:
    assert shipped() == ["accord", "strike", "strike-no-errors", "apple", "zebra"]
    heads = {head.name: head for head in shipped_headers()}
    assert heads["base"].abstract
    assert heads["apple"].title == "apple of the shelf"


def test_a_name_loads_from_anywhere(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("strike").title == "strike of the shelf"
    assert load("strike").path == "shelf/strike.toml"
    assert shipped_path("strike") == shelf / "strike.toml"
    with pytest.raises(KeyError):
        shipped_path("../shelf/strike")


def test_a_file_without_suffix_in_the_working_folder(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text('schema = 1\nextends = "strike"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("mine").name == "mine"


def test_text_may_extend_a_shipped_scenario(shelf: Path) -> None:
    assert loads('schema = 1\nextends = "strike"\nerrors.aim = 2\n').numbers["errors.aim"].value == 2.0
    with pytest.raises(ScenarioFault, match="a shipped scenario's name"):
        loads('schema = 1\nextends = "nothing"\n')


def test_every_shipped_file_is_sound() -> None:
    assert shipped_dir().is_dir()
    faults = [str(fault) for path in sorted(shipped_dir().glob("*.toml")) for fault in check(path)]
    assert faults == []


def test_the_loader_is_imported_without_heavy_libraries(root: Path) -> None:
    code = (
        "import sys, escalation.scenario.loader, escalation.scenario.scenario\n"
        "print([name for name in ('pydantic', 'numpy', 'scipy', 'numba', 'mesa', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
