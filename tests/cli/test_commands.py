"""The command line as a user meets it: real processes, exit codes, both streams, and files left behind."""

from __future__ import annotations

import csv
import json
import logging
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from escalation import compiled
from escalation.model import warm
from tests.cli.conftest import Here

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
SCENARIO_COMMANDS = ("list", "describe", "diff", "new", "check", "schema")
COMMANDS = (
    *SCENARIO_COMMANDS,
    "run",
    "solve",
    "compare",
    "sweep",
    "attribute",
    "explain",
    "claim",
    "thesis",
    "ls",
    "report",
    "export",
    "odd",
    "verify",
)


def one_object(text: str) -> dict[str, object]:
    """Stdout held exactly one JSON object."""
    value, end = json.JSONDecoder().raw_decode(text)
    assert text[end:].strip() == ""
    assert isinstance(value, dict)
    return value


# -- help, version, mistypes -----------------------------------------------------------------------------------
def test_help_lists_every_command(cli: Cli) -> None:
    done = cli("--help")
    assert done.returncode == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in done.stdout] == []
    assert done.stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(here: Here, command: str) -> None:
    done = here(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: escalation {command}")


def test_version(here: Here) -> None:
    assert here("--version").stdout.split()[0] == "escalation"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["rum", "strike"], "'run'"),
        (["run", "strike", "--hrizon", "3"], "--horizon"),
        (["run", "strik"], "'strike'"),
        (["run", "strike", "--set", "errors.am=0"], "'errors.aim'"),
        (["run", "strike", "--rule", "quantel"], "'quantal'"),
    ],
)
def test_a_mistype_gets_a_suggestion_and_exit_2(here: Here, words: list[str], hint: str) -> None:
    done = here(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "strike", "-n", "0"],
        ["run", "strike", "--precision", "0"],
        ["run", "strike", "--precision", "0.5"],
        ["ls", "nowhere"],
        ["export", "nowhere", "--format", "parquet"],
        ["run", "strike", "--horizon", "0"],
        ["run", "strike", "--seed", "-1"],
        ["run", "strike", "--set", "errors.aim"],
        ["run", "strike", "--set", "errors.aim="],
        ["run", "strike", "--set", "errors.aim=zero"],
        ["run", "strike", "--set", "errors.aim=11"],
        ["run", "strike", "--set", "errors.aim=0", "--set", "errors.aim=1"],
        ["run", "base"],
        ["compare", "strike"],
        ["explain", "strike"],
        ["explain", "strike", "--world", "-1"],
        ["check", "nowhere.toml"],
        ["thesis", "--horizon", "1"],
        ["thesis", "nowhere.toml"],
        ["thesis", "saver"],
        ["thesis", "--rule", "quantall"],
        ["claim", "strike", "war"],
        ["claim", "strike", "wars < 0.2"],
        ["claim", "strik", "war < 0.2"],
        ["claim", "strike", "war < war(nowhere.toml)"],
        ["verify", "--evidence", "none"],
    ],
)
def test_bad_usage_is_exit_2_and_prints_nothing(here: Here, words: list[str]) -> None:
    done = here(*words)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


# -- scenarios -------------------------------------------------------------------------------------------------
def test_list_and_diff(here: Here) -> None:
    scenarios, _, theses = here("list").stdout.partition("\n\nTheses")
    names = [line.split()[0] for line in scenarios.splitlines()]
    assert names[:3] == ["accord", "nonresponse", "strike"]
    held = one_object(here("list", "--json").stdout)
    assert [row["name"] for row in held["scenarios"]] == names  # type: ignore[index,attr-defined]
    assert [row["name"] for row in held["theses"]] == ["restraint-trap", "safer"]  # type: ignore[index,attr-defined]
    assert all(name in theses for name in ("restraint-trap", "safer"))
    different = one_object(here("diff", "strike", "strike-no-errors", "--json").stdout)
    keys = [row["key"] for row in different["differences"]]  # type: ignore[attr-defined]
    assert "errors.scale" in keys
    assert "do not differ" in here("diff", "strike", "strike").stdout


def test_describe_gives_every_number_its_source(here: Here) -> None:
    held = one_object(here("describe", "strike", "--json").stdout)
    assert {"scenario", "actors", "parameters", "events", "errors"} <= set(held)
    assert all(number["source"] for number in held["parameters"])  # type: ignore[attr-defined]
    text = here("describe", "strike").stdout
    assert "rest on judgement" in text
    assert "errors.aim" in text


def test_a_new_scenario_is_sound_runs_and_is_not_overwritten(here: Here, tmp_path: Path) -> None:
    made = here("new", "mine")
    assert made.returncode == 0
    before = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert here("check", "mine.toml").returncode == 0
    again = here("new", "mine")
    assert again.returncode == 2
    assert "already there" in again.stderr
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == before
    assert here("new", "child", "--extends", "mine.toml").returncode == 0
    ran = one_object(here("run", "child.toml", "-n", "4", "--horizon", "2", "--json").stdout)
    assert ran["scenario"] == "child"


def test_check_reports_all_faults_of_all_files_at_once(here: Here, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'schema = 1\ntitle = "a"\nextends = "strike"\n[errors]\naim = 99\nperceptoin = 1\n', encoding="utf-8"
    )
    (tmp_path / "b.toml").write_text(
        'schema = 1\ntitle = "b"\nextends = "strike"\n[actors.us]\nrule = "quantle"\n', encoding="utf-8"
    )
    done = here("check", "a.toml", "b.toml", "strike")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "a.toml:5:",
        "a.toml:6:",
        "b.toml:5:",
    ]
    assert "did you mean 'perception'" in lines[1]
    assert "did you mean 'quantal'" in lines[2]
    assert done.stdout.startswith("strike: sound")
    held = one_object(here("check", "a.toml", "--json").stdout)
    assert (held["sound"], len(held["files"][0]["faults"])) == (False, 2)  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.toml", b""),
        ("binary.toml", b"\x7fELF\x00\x00"),
        ("latin.toml", b'title = "\xe9"'),
        ("cycle.toml", b'schema = 1\ntitle = "c"\nextends = "cycle.toml"\n'),
        ("actor.toml", b'schema = 1\ntitle = "x"\nextends = "strike"\n[actors.us]\nremove = true\n'),
        ("unit.toml", b'schema = 1\ntitle = "x"\nextends = "strike"\nerrors.aim = { value = 1, unit = "week" }\n'),
        ("large.toml", b"# " + b"x" * 50_000_000),
    ],
)
def test_bad_files_are_refused_by_every_command_that_reads_them(
    here: Here, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    for words in (["check", name], ["run", name, "--out", "made"], ["describe", name]):
        done = here(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(name)
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "made").exists()


def test_schema_and_odd(here: Here, tmp_path: Path) -> None:
    assert "draft-07" in str(one_object(here("schema").stdout)["$schema"])
    assert here("odd", "--out", "model.md").returncode == 0
    assert (tmp_path / "model.md").read_text(encoding="utf-8") == here("odd").stdout
    assert here("odd", "--out", "nowhere/model.md").returncode == 2


# -- runs ------------------------------------------------------------------------------------------------------
def test_run_says_one_sentence_first_and_then_what_works(here: Here) -> None:
    done = here("run", "strike", "-n", "60", "--horizon", "3", "--set", 'us.rule="level-k"')
    assert done.returncode == 0
    assert "60 crises became all-out war" in done.stdout.splitlines()[0]
    offered = [line.strip() for line in done.stdout.split("What to try next")[1].splitlines() if line.strip()]
    assert len(offered) >= 4
    explain = shlex.split(offered[0].split("  ")[0])
    assert explain[:2] == ["escalation", "explain"]
    assert explain[-2:] == ["--set", 'us.rule="level-k"']
    told = here(*explain[1:])
    assert told.returncode == 0
    assert "How it ended" in told.stdout


def test_run_json_is_one_object_on_stdout(cli: Cli, here: Here) -> None:
    words = ["run", "strike", "-n", "50", "--horizon", "4", "--seed", "7"]
    done = cli(*words, "--json")
    held = one_object(done.stdout)
    assert (held["scenario"], held["seed"], held["worlds"], held["horizon_weeks"]) == ("strike", 7, 50, 4)
    again = one_object(here(*words, "--json", "--block", "9", "--workers", "1").stdout)
    assert again == held
    other = one_object(here(*words, "--json", "--priors").stdout)
    assert other["digest"] != held["digest"]


def test_the_environment_sets_options(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALATION_RUN_WORLDS", "3")
    monkeypatch.setenv("ESCALATION_RUN_HORIZON", "2")
    assert one_object(here("run", "strike", "--json").stdout)["worlds"] == 3


def test_a_dry_run_runs_nothing(here: Here, tmp_path: Path) -> None:
    held = one_object(here("run", "strike", "-n", "1000", "--dry-run", "--json", "--out", "made").stdout)
    assert (held["worlds"], held["world_weeks"]) == (1000, 52_000)
    assert float(str(held["estimated_seconds"])) > 0
    assert "Nothing was run" in here("run", "strike", "--dry-run").stdout
    assert list(tmp_path.iterdir()) == []


def test_quiet_is_quiet(here: Here) -> None:
    assert here("run", "strike", "-n", "4", "--horizon", "1", "-q").stderr == ""


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["run", "strike", "-n", "20"], ["this machine"]),
        (["run", "strike", "-n", "20", "--priors"], ["worlds that each have their own numbers"]),
        (["run", "strike", "-n", "20", "--priors", "--quiet"], []),
        (["explain", "strike", "--world", "1", "--horizon", "2"], ["this machine"]),
        (["sweep", "strike", "--vary", "errors.scale=0:2:3", "-n", "9", "--seed", "x"], []),
    ],
    ids=["run", "over the priors", "quiet", "explain", "refused"],
)
def test_the_compiler_is_told_of_when_it_is_waited_for(
    here: Here, monkeypatch: pytest.MonkeyPatch, words: list[str], what: list[str]
) -> None:
    done: set[bool] = set()
    monkeypatch.setattr(compiled, "is_warm", lambda rows=False: rows in done)
    monkeypatch.setattr(warm, "_compile", done.add)
    if "--priors" in words:
        done.add(False)
    logger = logging.getLogger("escalation")
    monkeypatch.setattr(logger, "handlers", [])
    told = [line for line in here(*words).stderr.splitlines() if "compiling" in line]
    assert told == [f"compiling for {kind}, less than a minute, once" for kind in what]


def test_a_notebook_is_told_of_it_too(root: Path, tmp_path: Path) -> None:
    code = (
        "from escalation.model import warm; from escalation import compiled; "
        "compiled.is_warm = lambda rows=False: rows; warm._compile = lambda rows: None; "
        "import escalation; escalation.run('strike', 5, horizon=1)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "compiling for this machine" in ran.stderr


def test_compare_is_paired(here: Here) -> None:
    words = ["compare", "nonresponse", "strike", "-n", "80", "--horizon", "3"]
    held = one_object(here(*words, "--json").stdout)
    assert held["paired"] is True
    assert len(held["arms"]) == 2  # type: ignore[arg-type]
    text = here(*words).stdout
    assert "strike less nonresponse" in text


def test_explain_tells_the_world_of_the_run(here: Here, tmp_path: Path) -> None:
    assert here("run", "strike", "-n", "6", "--horizon", "5", "--out", "r", "--priors").returncode == 0
    with (tmp_path / "r" / "worlds.csv").open(encoding="utf-8") as stream:
        worlds = list(csv.DictReader(stream))
    log = one_object(here("explain", "strike", "--world", "4", "--horizon", "5", "--priors", "--json").stdout)
    tallies = log["tallies"]
    assert isinstance(tallies, dict)
    for name in ("attacks", "peak", "dead_civilian", "weeks", "war_week"):
        assert int(worlds[4][name]) == tallies[name]


def test_thesis_leaves_a_folder(here: Here, tmp_path: Path) -> None:
    words = ["thesis", "--draws", "8", "-n", "2", "--horizon", "2", "--as-written", "--out", "t"]
    done = here(*words, "--json")
    assert done.returncode == 0, done.stderr
    held = one_object(done.stdout)
    assert {"claims", "decomposition"} <= set(held)
    manifest = json.loads((tmp_path / "t" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["draws"], manifest["horizon_weeks"]) == (8, 2)
    assert len(manifest["scenarios"]) == 8
    assert {"thesis.toml", "results.csv", "scenario-strike.toml"} <= {path.name for path in (tmp_path / "t").iterdir()}
    page = (tmp_path / "t" / "report.html").read_text(encoding="utf-8")
    assert "Did the strike of 3 January 2020" in page
    assert "t/report.html" in done.stderr
    assert "Which errors the wars come of" not in page
    again = here("report", "t")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "t" / "report.html").read_text(encoding="utf-8") == page


def test_a_claim_that_is_supported_is_exit_0_and_else_4(here: Here) -> None:
    words = ["--draws", "24", "-n", "2", "--horizon", "2"]
    done = here("claim", "strike", "war < 0.99", *words, "--json")
    assert done.returncode == 0, done.stderr
    assert one_object(done.stdout)["verdict"] == "supported"
    done = here("claim", "strike", "war > 0.99", *words)
    assert done.returncode == 4
    assert done.stdout.startswith("Contradicted: ")


def test_a_claim_that_cannot_be_read_gets_a_caret(here: Here) -> None:
    done = here("claim", "strike", "war << 0.2")
    assert (done.returncode, done.stdout) == (2, "")
    shown, below = done.stderr.splitlines()[:2]
    assert shown == "war << 0.2"
    assert below.startswith("     ^ ")


def test_the_faults_of_a_thesis_come_with_their_lines(here: Here, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('schema = 1\ntitle = "x"\nclaims = 3\n', encoding="utf-8")
    done = here("thesis", "mine.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "mine.toml:3: claims" in done.stderr
    assert "mine.toml:1: arms: missing table" in done.stderr
    assert here("check", "mine.toml").stderr == done.stderr


def test_an_interrupt_among_the_other_models_keeps_the_verdicts(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from escalation.analysis import structure

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(structure, "run_settings", interrupted)
    (tmp_path / "mine.toml").write_text(
        'schema = 1\ntitle = "x"\nquestion = "x?"\nsource = "x"\nhorizons = [14]\n'
        '[arms.strike]\nscenario = "strike"\nshown = true\n'
        '[claims.A]\nstatement = "War."\nquantity = "war"\narm = "strike"\ndirection = "below"\nthreshold = 0.5\n'
        'confirms = "peace"\nrefutes = "war"\n',
        encoding="utf-8",
    )
    done = here("thesis", "mine.toml", "--draws", "8", "-n", "2", "--horizon", "2", "--out", "t")
    assert done.returncode == 130
    assert "verdicts are whole" in done.stderr
    held = json.loads((tmp_path / "t" / "thesis.json").read_text(encoding="utf-8"))
    assert held["claims"]
    assert held["structure"]["complete"] is False
    assert "“War” (A)" in (tmp_path / "t" / "report.html").read_text(encoding="utf-8")


def test_verify_labels_every_row(here: Here) -> None:
    done = here("verify", "-n", "40", "--json")
    assert done.returncode == 0, done.stderr
    assert {row["label"] for row in one_object(done.stdout)["rows"]} == {  # type: ignore[attr-defined]
        "input",
        "fitted",
        "emergent",
    }


# -- folders ---------------------------------------------------------------------------------------------------
def test_a_run_folder_repeats_the_run(cli: Cli, here: Here, tmp_path: Path) -> None:
    words = ["run", "strike", "-n", "40", "--horizon", "13", "--set", "errors.aim=2", "--out", "kept", "--json"]
    held = one_object(cli(*words).stdout)
    folder = tmp_path / "kept"
    tables = {"manifest.json", "scenario.toml", "run.json", "results.csv", "worlds.csv"}
    assert {path.name for path in folder.iterdir()} == {*tables, "report.html", "figures"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == ["escalation", *words]
    assert manifest["digest"] == held["digest"]
    assert {"python", "numpy", "numba", "mesa", "escalation"} <= set(manifest["versions"])
    assert manifest["started"] <= manifest["finished"]
    again = one_object(here("run", "kept/scenario.toml", "-n", "40", "--horizon", "13", "--json").stdout)
    assert again["digest"] == held["digest"]
    with (folder / "results.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["days"] for row in rows] == ["14", "90"]
    assert float(rows[-1]["war_odds"]) == held["war"]["odds"]  # type: ignore[index]
    assert here(*words).returncode == 0, "a folder of an earlier run may be written again"


def test_a_folder_that_holds_something_else_is_left_alone(here: Here, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("mine", "file"):
        done = here("run", "strike", "-n", "4", "--horizon", "1", "--out", name)
        assert done.returncode == 2
        assert name in done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.doc"]


# -- faults and interrupts -------------------------------------------------------------------------------------
def _broken(root: Path, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a program whose analysis fails."""
    script = (
        "import escalation.analysis.odds as odds\n"
        "def run(*_, **__): raise RuntimeError('the sky fell')\n"
        "odds.run = run\n"
        "from escalation.cli.main import main\n"
        "main()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, "run", "strike", "-n", "2", "-q"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_fault_of_ours_is_exit_1_and_short(root: Path, tmp_path: Path) -> None:
    done = _broken(root, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "a fault of ours: RuntimeError: the sky fell" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in _broken(root, tmp_path, ESCALATION_DEBUG="1").stderr


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_is_exit_130(root: Path, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "escalation", "run", "strike", "-n", "4000000", "--block", "512", "-q", "--out", "runs"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while child.poll() is None and not (tmp_path / "runs").exists():  # claimed as the last thing before worlds are run
        time.sleep(0.1)
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (130, "")
    assert err == "interrupted: nothing was kept, and nothing written\n"
    assert not (tmp_path / "runs").exists()
