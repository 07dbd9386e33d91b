"""Every kind of fault, with the file and line it is reported on, what is legal, and a suggestion."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation.scenario import files
from escalation.scenario.faults import Fault, ScenarioFault, closest
from escalation.scenario.loader import check, load

Write = Callable[[str, str], Path]

RESOLUTE = (
    'type.resolute = { value = 0.6, unit = "probability", role = "uncertain", prior = "beta(6, 4)", '
    'range = [0.1, 0.95], source = "judgement", as_of = 2020-01-02 }'
)
POWER = 'power = { value = 0.5, unit = "ratio", role = "constant", source = "judgement", as_of = 2020-01-02 }'
AIM = 'aim = { value = 1, unit = "multiplier", role = "lever", range = [0, 10]'
JUDGED = 'source = "judgement", as_of = 2020-01-02 }'
UNCERTAIN = 'unit = "probability", role = "uncertain"'


def number(table: str) -> tuple[str, str]:
    return RESOLUTE, f"type.resolute = {table}"


ONE_FAULT = {
    "unknown number": (
        (POWER, POWER + "\npowr = 1"),
        ("pakistan.powr", "unknown key", "", "power"),
    ),
    "unknown group of numbers": (
        (RESOLUTE, RESOLUTE + "\ntipe.x = 1"),
        ("india.tipe", "unknown key", "", "type"),
    ),
    "unknown number in a group": (
        (RESOLUTE, RESOLUTE + "\ntype.resolut = 1"),
        ("india.type.resolut", "unknown key", "legal: resolute, successor_resolute", "resolute"),
    ),
    "unknown table": (
        ("[errors]", '[actor.x]\nrole = "ally"\n[errors]'),
        ("actor", "unknown key", "an actor (jem, india, pakistan", "actors"),
    ),
    "a group that is a number": (
        ("pressure.slope = { ", "pressure = { "),
        ("pakistan.pressure", "a group of numbers", "legal below it: slope", ""),
    ),
    "wrong unit": (
        number(f'{{ value = 0.6, unit = "percent", role = "constant", {JUDGED}'),
        ("india.type.resolute.unit", "wrong unit 'percent'", "the unit is 'probability'", "probability"),
    ),
    "wrong type of value": (
        number(f'{{ value = "high", unit = "probability", role = "constant", {JUDGED}'),
        ("india.type.resolute.value", "'high' is not legal here", "a finite number", ""),
    ),
    "bool for a value": (
        number(f'{{ value = true, unit = "probability", role = "constant", {JUDGED}'),
        ("india.type.resolute.value", "true is not legal here", "a finite number", ""),
    ),
    "bool for a number": (
        (RESOLUTE, "type.resolute = true"),
        ("india.type.resolute", "true is not a number", "from 0 to 1 (probability)", ""),
    ),
    "nan": (
        number(f'{{ value = nan, unit = "probability", role = "constant", {JUDGED}'),
        ("india.type.resolute.value", "nan is out of range", "a finite number", ""),
    ),
    "inf in a range": (
        number(f'{{ value = 0.5, {UNCERTAIN}, prior = "beta(6, 4)", range = [0.1, inf], {JUDGED}'),
        ("india.type.resolute.range", "inf is out of range", "[low, high]", ""),
    ),
    "range of three": (
        number(f'{{ value = 0.5, {UNCERTAIN}, prior = "beta(6, 4)", range = [0.1, 0.5, 0.9], {JUDGED}'),
        ("india.type.resolute.range", "[0.1, 0.5, 0.9] is not legal here", "[low, high]", ""),
    ),
    "out of range": (
        number(f'{{ value = 1.6, unit = "probability", role = "constant", {JUDGED}'),
        ("india.type.resolute", "1.6 is out of range", "from 0 to 1 (probability)", ""),
    ),
    "unknown number of an act": (
        ("[acts.india.hold]", "[acts.india.hold]\nnone.of = 1"),
        ("acts.india.hold.none", "unknown key", "", ""),
    ),
    "value outside its own range": (
        number(f'{{ value = 0.99, {UNCERTAIN}, prior = "beta(6, 4)", range = [0.1, 0.95], {JUDGED}'),
        ("india.type.resolute", "0.99 is outside its own range", "from 0.1 to 0.95", ""),
    ),
    "range outside the bounds": (
        number(f'{{ value = 0.9, {UNCERTAIN}, prior = "beta(6, 4)", range = [0.1, 1.5], {JUDGED}'),
        ("india.type.resolute.range", "[0.1, 1.5] leaves the legal bounds", "from 0 to 1", ""),
    ),
    "range that falls": (
        number(f'{{ value = 0.5, {UNCERTAIN}, prior = "beta(6, 4)", range = [0.9, 0.1], {JUDGED}'),
        ("india.type.resolute.range", "[0.9, 0.1] falls", "low below high", ""),
    ),
    "prior outside the range": (
        number(f'{{ value = 0.5, {UNCERTAIN}, prior = "uniform(2, 3)", range = [0.1, 0.9], {JUDGED}'),
        ("india.type.resolute.prior", "uniform(2, 3) lies outside the range", "some mass from 0.1 to 0.9", ""),
    ),
    "misspelt prior": (
        number(f'{{ value = 0.5, {UNCERTAIN}, prior = "betta(2, 3)", range = [0.1, 0.9], {JUDGED}'),
        ("india.type.resolute.prior", "unknown prior 'betta'", "", ""),
    ),
    "uncertain without a prior": (
        number(f"{{ value = 0.5, {UNCERTAIN}, range = [0.1, 0.9], {JUDGED}"),
        ("india.type.resolute.prior", "missing", "an uncertain number has a prior", ""),
    ),
    "uncertain without a range": (
        number(f'{{ value = 0.5, {UNCERTAIN}, prior = "beta(2, 3)", {JUDGED}'),
        ("india.type.resolute.range", "missing", "has a range", ""),
    ),
    "constant with a prior": (
        number(f'{{ value = 0.5, unit = "probability", role = "constant", prior = "beta(2, 3)", {JUDGED}'),
        ("india.type.resolute.prior", "a constant has no prior", "", ""),
    ),
    "unknown role": (
        number(f'{{ value = 0.5, unit = "probability", role = "constnt", {JUDGED}'),
        ("india.type.resolute.role", "unknown value 'constnt'", "'constant', 'uncertain' or 'lever'", "constant"),
    ),
    "no source": (
        number('{ value = 0.5, unit = "probability", role = "constant", as_of = 2020-01-02 }'),
        ("india.type.resolute.source", "missing", "where it comes from", ""),
    ),
    "empty source": (
        number('{ value = 0.5, unit = "probability", role = "constant", source = " ", as_of = 2020-01-02 }'),
        ("india.type.resolute.source", "' ' is not legal here", "not empty", ""),
    ),
    "date in quotes": (
        number('{ value = 0.5, unit = "probability", role = "constant", source = "x", as_of = "2020-01-02" }'),
        ("india.type.resolute.as_of", "'2020-01-02' is not legal here", "a date without quotes", ""),
    ),
    "leak from the future": (
        number('{ value = 0.5, unit = "probability", role = "constant", source = "x", as_of = 2020-01-03 }'),
        ("india.type.resolute.as_of", "leaks from the future", "evidence up to 2020-01-02", ""),
    ),
    "unknown field of a number": (
        number(f'{{ value = 0.5, unit = "probability", role = "constant", rnge = [0, 1], {JUDGED}'),
        ("india.type.resolute.rnge", "unknown field", "", "range"),
    ),
    "bare value without anything below": (
        (RESOLUTE, "type.resolute = 0.5"),
        ("india.type.resolute", "a bare value overrides nothing", "needs its source", ""),
    ),
    "later that is not later": (
        number(
            f'{{ value = 0.5, unit = "probability", role = "constant", {JUDGED[:-2]}, '
            'later = { value = 0.4, source = "x", as_of = 2020-01-02 } }'
        ),
        ("india.type.resolute.later.as_of", "2020-01-02 is not later", "after 2020-01-02", ""),
    ),
    "later out of range": (
        number(
            f'{{ value = 0.5, unit = "probability", role = "constant", {JUDGED[:-2]}, '
            'later = { value = 4, source = "x", as_of = 2021-01-02 } }'
        ),
        ("india.type.resolute.later", "4 is out of range", "from 0 to 1", ""),
    ),
    "unknown field of later": (
        number(
            f'{{ value = 0.5, unit = "probability", role = "constant", {JUDGED[:-2]}, '
            'later = { value = 0.4, source = "x", as_of = 2021-01-02, unit = "x" } }'
        ),
        ("india.type.resolute.later.unit", "unknown field", "", ""),
    ),
    "lever out of its legal bounds": (
        (AIM, AIM.replace("value = 1", "value = 11")),
        ("errors.aim", "11 is out of range", "from 0 to 10 (multiplier)", ""),
    ),
    "missing number": ((POWER, ""), ("pakistan.power", "missing number", "from 0.01 to 10 (ratio)", "")),
    "no such patron": (
        ('patron = "pakistan"', 'patron = "pakstan"'),
        ("actors.jem.patron", "no challenger 'pakstan'", "legal: pakistan", "pakistan"),
    ),
    "no such ally": (
        ('against = "afghanistan_government"', 'against = "afghan_government"'),
        (
            "actors.jem.against",
            "no ally 'afghan_government'",
            "legal: afghanistan_government",
            "afghanistan_government",
        ),
    ),
    "no such host": (
        ('host = "kashmir"', 'host = "kashmer"'),
        ("actors.jem.host", "no country 'kashmer'", "", "kashmir"),
    ),
    "no such instrument": (
        ('harass_with = "rifle"', 'harass_with = "rifles"'),
        ("actors.jem.harass_with", "no instrument 'rifles'", "", "rifle"),
    ),
    "no such instrument of an act": (
        ('instrument = "car_bomb"', 'instrument = "car_bom"'),
        ("acts.pakistan.order_bombing.instrument", "no instrument 'car_bom'", "", "car_bomb"),
    ),
    "no such country of an act": (
        ('country = "kashmir"', 'country = "kashmire"'),
        ("acts.pakistan.artillery_duel.country", "no country 'kashmire'", "theatre", "kashmir"),
    ),
    "no such country of an ally": (
        ('country = "afghanistan"', 'country = "afganistan"'),
        ("actors.afghanistan_government.country", "no country 'afganistan'", "", "afghanistan"),
    ),
    "patron of an ally": (
        ('country = "afghanistan"', 'country = "afghanistan"\npatron = "pakistan"'),
        ("actors.afghanistan_government.patron", "not a field of an ally", "legal: country", ""),
    ),
    "rule of a proxy": (
        ('patron = "pakistan"', 'patron = "pakistan"\nrule = "quantal"'),
        ("actors.jem.rule", "not a field of a proxy", "legal: patron", ""),
    ),
    "proxy without a host": (
        ('host = "kashmir"\n', ""),
        ("actors.jem.host", "missing", "country where its attacks fall", ""),
    ),
    "proxy that misses no one": (
        ('against = "afghanistan_government"\n', ""),
        ("actors.jem.against", "missing, though some attacks miss the defender", "jem.aim_defender", ""),
    ),
    "civilians as a side": (
        ('side = "India\'s partners"', 'side = "Civilian"'),
        ("actors.afghanistan_government.side", "civilians are no side", "", ""),
    ),
    "unknown field of an actor": (
        ('rule = "quantal"', 'rulle = "quantal"'),
        ("actors.pakistan.rulle", "unknown field", "", "rule"),
    ),
    "two challengers": (
        ('role = "ally"\n', 'role = "challenger"\n'),
        ("actors.afghanistan_government.role", "a second challenger beside pakistan", "exactly one challenger", ""),
    ),
    "no defender": (
        ('role = "defender"', 'role = "ally"'),
        ("actors", "no defender", "exactly one actor", ""),
    ),
    "unknown actor role": (
        ('role = "proxy"', 'role = "proxi"'),
        ("actors.jem.role", "unknown value 'proxi'", "'defender', 'challenger', 'proxy' or 'ally'", "proxy"),
    ),
    "a name in capitals": (
        ("[past.uri]", "[past.Uri]"),
        ("past.Uri", "'Uri' is not a name", "small letters", ""),
    ),
    "acts of someone unknown": (
        ("[errors]", '[acts.indya.hold]\ntitle = "x"\n[errors]'),
        ("acts.indya", "unknown actor", "", "india"),
    ),
    "acts of an ally": (
        ("[errors]", '[acts.jem.hold]\ntitle = "x"\n[errors]'),
        ("acts.jem", "only the defender and the challenger have acts", "india, pakistan", ""),
    ),
    "past act unknown": (
        ('act = "protest"', 'act = "protests"'),
        ("past.mumbai.act", "no act of india 'protests'", "", "protest"),
    ),
    "past that is to come": (
        ("date = 2016-09-29", "date = 2019-09-29"),
        ("past.uri.date", "2019-09-29 is not past", "up to the start, 2019-02-26", ""),
    ),
    "event of an unknown kind": (
        ('kind = "talk"', 'kind = "tolk"'),
        ("events.speeches.kind", "unknown value 'tolk'", "", "talk"),
    ),
    "event with an unknown act": (
        ('actor = "india"\nact = "camp_strike"', 'actor = "india"\nact = "camp_strik"'),
        ("events.strike.act", "no act of india 'camp_strik'", "", "camp_strike"),
    ),
    "event of an unknown actor": (
        ('actor = "india"\nact = "camp_strike"', 'actor = "indio"\nact = "camp_strike"'),
        ("events.strike.actor", "no actor 'indio'", "", "india"),
    ),
    "event in week 0": (
        ("week = 13", "week = 0"),
        ("events.election.week", "0 is out of range", "a whole number from 1", ""),
    ),
    "sanctions beyond 1": (
        ("size = 0.3", "size = 3"),
        ("events.trade.size", "3 is out of range", "from 0 to 1", ""),
    ),
    "event with an act that is none": (
        ('kind = "talk"', 'kind = "talk"\nact = "hold"'),
        ("events.speeches.act", "an event of kind 'talk' has no act", "", ""),
    ),
    "standing at war": (
        ("rung = 4\n", "rung = 10\n"),
        ("start.rung", "10 is out of range", "1 to 9", ""),
    ),
    "wrong version": (
        ("schema = 1", "schema = 2"),
        ("schema", "unknown value 2", "the version of this format: 1", ""),
    ),
}


@pytest.mark.parametrize("case", ONE_FAULT)
def test_each_fault_has_its_line_and_its_remedy(case: str, edit) -> None:
    (old, new), (key, what, legal, suggestion) = ONE_FAULT[case]
    edited = edit(old, new)
    faults = check(edited.path)
    assert faults, "the fault was not seen"
    fault = next((fault for fault in faults if fault.key == key), None)
    assert fault is not None, [str(fault) for fault in faults]
    assert fault.file == str(edited.path)
    rows = edited.path.read_text(encoding="utf-8").splitlines()
    assert fault.line is not None
    last = fault.key.rsplit(".", 1)[-1]
    owner = fault.key.rsplit(".", 2)[-2] if "." in fault.key else last
    assert any(word in rows[fault.line - 1] for word in (last, owner)), rows[fault.line - 1]
    if last in new and key != "actors":
        added = range(edited.line, edited.line + new.count("\n") + 1)
        assert fault.line in added
    assert what in fault.what
    assert legal in fault.legal
    assert fault.suggestion == suggestion


@pytest.mark.parametrize(
    "case",
    [
        "wrong unit",
        "out of range",
        "nan",
        "missing number",
        "leak from the future",
        "no such patron",
        "unknown number",
        "prior outside the range",
        "two challengers",
        "standing at war",
    ],
)
def test_one_mistake_makes_few_faults(case: str, edit) -> None:
    (old, new), (key, *_) = ONE_FAULT[case]
    keys = [fault.key for fault in check(edit(old, new).path)]
    assert keys.count(key) == 1
    if case != "two challengers":  # an ally that becomes a challenger lacks a challenger's numbers
        assert keys == [key]


def test_all_faults_at_once_in_the_order_of_the_file(edit) -> None:
    edited = edit(RESOLUTE, RESOLUTE.replace("probability", "percent"))
    text = edited.path.read_text(encoding="utf-8")
    for case in (
        "unknown number",
        "no such patron",
        "event in week 0",
        "standing at war",
        "lever out of its legal bounds",
    ):
        (old, new), _ = ONE_FAULT[case]
        text = text.replace(old, new)
    edited.path.write_text(text, encoding="utf-8")
    faults = check(edited.path)
    assert [fault.key for fault in faults] == [
        "start.rung",
        "actors.jem.patron",
        "errors.aim",
        "india.type.resolute.unit",
        "pakistan.powr",
        "events.election.week",
    ]
    assert [fault.line for fault in faults] == sorted(fault.line or 0 for fault in faults)
    with pytest.raises(ScenarioFault) as caught:
        load(edited.path)
    assert list(caught.value.faults) == faults
    assert str(caught.value).count("\n") == len(faults) - 1


def test_several_faults_of_one_number(edit) -> None:
    bad = 'type.resolute = { value = 7, unit = "percent", role = "uncertain", prior = "bta(1, 2)", as_of = 2021-01-01 }'
    keys = {fault.key for fault in check(edit(RESOLUTE, bad).path)}
    assert keys >= {
        "india.type.resolute",
        "india.type.resolute.unit",
        "india.type.resolute.prior",
        "india.type.resolute.source",
    }


def test_a_flag_is_0_or_1(dyad) -> None:
    with pytest.raises(ScenarioFault, match=r"0\.5 is not a flag; 0 or 1"):
        dyad.with_overrides({"acts.india.hold.warned": 0.5})


def test_how_a_fault_reads() -> None:
    fault = Fault("mine.toml", 4, "us.powr", "unknown key", "legal: power", "power")
    assert str(fault) == "mine.toml:4: us.powr: unknown key; legal: power (did you mean 'power'?)"
    assert str(Fault("mine.toml", None, "", "no such file")) == "mine.toml: no such file"


def test_closest_ignores_case_and_gives_up() -> None:
    assert closest("STRIKE", ["strike", "accord"]) == "strike"
    assert closest("zebra", ["strike", "accord"]) == ""


# -- files that can't be read -----------------------------------------------------------------------------------


def only(path: Path | str) -> Fault:
    faults = check(path)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_empty_file(write: Write, text: str) -> None:
    fault = only(write("empty.toml", text))
    assert (fault.line, fault.what) == (1, "the file is empty")


def test_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\x7fELF\x00\x01\x02")
    assert only(path).what == "a binary file"


def test_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("schema = 1\ntitle = 'é'\n".encode("latin-1"))
    fault = only(path)
    assert (fault.line, fault.what) == (2, "not UTF-8")


def test_a_byte_order_mark_is_no_fault(balakot: Path, tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbf" + balakot.read_bytes())
    assert check(path) == []


def test_windows_line_ends_keep_the_lines(edit) -> None:
    edited = edit(RESOLUTE, RESOLUTE.replace("probability", "percent"))
    edited.path.write_bytes(edited.path.read_bytes().replace(b"\n", b"\r\n"))
    assert only(edited.path).line == edited.line


def test_50_megabytes_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    path.write_bytes(b"a = 1\n" * (50_000_000 // 6))
    begun = time.perf_counter()
    fault = only(path)
    assert time.perf_counter() - begun < 1.0
    assert fault.what == "too large for a scenario"
    assert fault.legal == "at most 1000000 bytes"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("schema = 1\ntitle = \n", 2, "Invalid value"),
        ("schema = 1\n\ntitle 'x'\n", 3, "Expected '='"),
        ("schema = 1\nschema = 1\n", 2, "set twice"),
        ("[start]\n[start]\n", 2, "opened twice"),
        ("a = { b = 1, b = 2 }\n", 1, "not TOML"),
        ("schema = 1\ntitle = 'x", 2, "not TOML"),
        ("x = 1" + "0" * 5000, 1, "not TOML"),
        ("x = " + "[" * 20_000, 1, "nested too deep"),
        ("x." * 20 + "y = 1", 1, "nested too deep"),
    ],
)
def test_not_toml(write: Write, text: str, line: int, what: str) -> None:
    fault = only(write("broken.toml", text))
    assert fault.line == line
    assert what in fault.what


def test_no_such_file_folder_or_device(tmp_path: Path) -> None:
    assert only(tmp_path / "missing.toml").what == "no such file"
    assert only(f"{tmp_path}/").what == "a folder, not a file"
    assert only("/dev/zero").what == "not a file"
    assert "cannot be read" in only("nul\0byte/x.toml").what or only("nul\0byte/x.toml").what == "no such file"


def test_the_path_is_shown_as_given(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("mine.toml", "schema = 2\n")
    monkeypatch.chdir(path.parent)
    assert {fault.file for fault in check("mine.toml")} == {"mine.toml"}
    assert {fault.file for fault in check("./mine.toml")} == {"./mine.toml"}


# -- extensions -------------------------------------------------------------------------------------------------


def test_a_fault_of_the_parent_names_the_parent(edit, write: Write) -> None:
    edited = edit(RESOLUTE, RESOLUTE.replace("probability", "percent"))
    child = write("child.toml", 'schema = 1\nextends = "edited.toml"\n[pakistan]\npower = 11\n')
    faults = [(fault.file, fault.line, fault.key) for fault in check(child)]
    assert faults == [(str(child), 4, "pakistan.power"), (str(edited.path), edited.line, "india.type.resolute.unit")]


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ('"nowhere.toml"', "nowhere.toml: no such file"),
        ('"."', "no scenario '.'"),
        ('"no-such-name"', "no scenario 'no-such-name'"),
        ("3", "not a name or a path"),
        ('""', "not a name or a path"),
    ],
)
def test_extends_nothing(write: Write, target: str, what: str) -> None:
    child = write("child.toml", f"schema = 1\nextends = {target}\n")
    fault = only(child)
    assert (fault.file, fault.line, fault.key) == (str(child), 2, "extends")
    assert what in fault.what


def test_a_shipped_name_gets_a_suggestion(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "strike.toml").write_text("schema = 1\n", encoding="utf-8")
    monkeypatch.setattr(files, "shipped_dir", lambda: shelf)
    assert only("striek").suggestion == "strike"
    assert only(write("child.toml", 'schema = 1\nextends = "strik"\n')).suggestion == "strike"


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_of_extensions(write: Write, length: int) -> None:
    for place in range(length):
        write(f"f{place}.toml", f'schema = 1\nextends = "f{(place + 1) % length}.toml"\n')
    path = write("f0.toml", f'schema = 1\n\nextends = "f{1 % length}.toml"\n')
    fault = only(path)
    names = [f"f{place}.toml" for place in range(length)]
    assert fault.what == f"goes round in a circle: {' -> '.join([*names, 'f0.toml'])}"
    assert fault.key == "extends"


def test_a_file_without_actors_says_so(write: Write) -> None:
    keys = {fault.key for fault in check(write("bare.toml", "schema = 1\n"))}
    assert {"title", "start", "actors", "acts", "instruments", "countries", "perception.bias"} <= keys


@pytest.mark.parametrize(
    "text",
    [
        "schema = 1\nactors = 3\nacts = [1]\nstart = 'x'\nus = 4\n",
        "schema = 1\n[actors]\nus = 4\n[acts]\nus = 4\n[acts.iran]\nhold = 1\n",
        "schema = 1\n[[actors]]\nrole = 'ally'\n",
        "schema = 1\n[errors]\naim = [1]\nscale = { }\ncontrol = { value = [] }\n",
        "schema = 1\n[actors.errors]\nrole = 'ally'\n[actors.start]\nrole = 'proxy'\n",
        "schema = 1\n[actors.us]\nremove = true\n[events.x]\nremove = false\n[acts.us.x]\nremove = 1\n",
        "schema = 1\n'' = 3\n'a.b' = 3\n[actors.'']\nrole = []\n",
        "schema = 1\n[actors.us]\nrole = ['defender']\n[actors.them]\nrole = { a = 1 }\n[us]\ntype = 1\n",
    ],
)
def test_odd_shapes_are_faults_and_no_traceback(write: Write, text: str) -> None:
    assert all(fault.what for fault in check(write("odd.toml", text)))
    assert check(write("odd.toml", text))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_never_raises_anything_else(balakot: Path, tmp_path: Path, data: st.DataObject) -> None:
    rows = balakot.read_text(encoding="utf-8").splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(rows) - 1))
        cut = data.draw(st.integers(0, max(len(rows[place]) - 1, 0)))
        junk = data.draw(st.sampled_from(["", "0", "true", "nan", "'x'", "{ }", "[]", "-1e999", "= 1", ".x", "]", "#"]))
        rows[place] = rows[place][:cut] + junk + rows[place][cut + data.draw(st.integers(0, 8)) :]
    path = tmp_path / "damaged.toml"
    path.write_text("\n".join(rows), encoding="utf-8")
    for fault in check(path):
        assert fault.file == str(path)
        assert fault.line is None or 1 <= fault.line <= len(rows)
