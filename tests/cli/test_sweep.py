"""``escalation sweep`` as a user meets it: designs, refusals, folders, exit codes, both streams."""

from __future__ import annotations

import csv
import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from escalation.worlds import sweep as engine
from escalation.worlds.locks import Lock
from escalation.worlds.store import Store
from escalation.worlds.tasks import Part
from tests.cli.conftest import Done, Here

SMALL = ("-n", "60", "--horizon", "4", "-q")
GRID = ("--vary", "errors.scale=0:3:2", "--vary", "us.rule=quantal,level-k")


@pytest.fixture
def here(here: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    """``here("strike", ...)``: ``escalation sweep strike ...``, which also goes into the manifest.

    With ``alone`` the words are the whole command.
    """

    def run(*words: str, alone: bool = False) -> Done:
        full = words if alone else ("sweep", *words)
        monkeypatch.setattr(sys, "argv", ["escalation", *full])
        return cast(Done, here(*full))

    return run


def held(done: Done, code: int = 0) -> dict[str, Any]:
    assert done.returncode == code, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


def test_a_grid_prints_a_table_and_one_json_object(here: Here) -> None:
    done = here("strike", *GRID, *SMALL)
    assert done.returncode == 0
    assert "rows: errors.scale; columns: us.rule" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    found = held(here("strike", *GRID, *SMALL, "--json"))
    assert (found["points"], found["worlds"], found["shape"]) == (4, 60, [2, 2])
    assert [(row["errors.scale"], row["us.rule"]) for row in found["rows"]] == [
        (0.0, "quantal"),
        (0.0, "level-k"),
        (3.0, "quantal"),
        (3.0, "level-k"),
    ]


@pytest.mark.parametrize("words", [("--workers", "1"), ("--block", "7"), ("--workers", "3", "--block", "33")])
def test_neither_workers_nor_blocks_change_the_digest(here: Here, words: tuple[str, ...]) -> None:
    usual = held(here("strike", *GRID, *SMALL, "--json"))
    assert held(here("strike", *GRID, *SMALL, "--json", *words)) == usual


def test_samples_and_lists(here: Here) -> None:
    sample = held(
        here("strike", "--sample", "lhs:3", "--vary", "errors.scale=0:2", "--vary", "fragility.f", *SMALL, "--json")
    )
    assert (sample["kind"], sample["points"], [key["key"] for key in sample["keys"]]) == (
        "lhs",
        3,
        ["errors.scale", "fragility.f"],
    )
    Path("points.csv").write_text("errors.scale,us.rule\n0,quantal\n2,level-k\n", encoding="utf-8")
    listed = held(here("strike", "--points", "points.csv", *SMALL, "--json"))
    assert (listed["kind"], listed["shape"], listed["rows"][1]["us.rule"]) == ("list", None, "level-k")


def test_set_and_rule_hold_at_every_point_and_in_the_reference(here: Here) -> None:
    found = held(here("strike", "--vary", "errors.aim=0:3:2", "--set", "errors.scale=0", *SMALL, "--json"))
    assert len({row["war_odds"] for row in found["rows"]}) == 1
    assert [row["only_point"] + row["only_reference"] for row in found["rows"]] == [0, 0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing to vary"),
        (("--vary", "errors.scal=0:1:2"), "did you mean 'errors.scale'"),
        (("--vary", "errors.scale=0:11:2"), "--vary: errors.scale: 11 is out of range; from 0 to 10"),
        (("--vary", "errors.scale=0:1:2", "--vary", "errors.scale=1"), "given twice"),
        (("--vary", "=1"), "legal is KEY=LO:HI:N"),
        (("--vary", "us.rule=quantal,levelk"), "did you mean 'level-k'"),
        (("--vary", "errors.scale", "--sample", "sobol:6"), "4 or 8"),
        (("--vary", "errors.scale=0:1:2", "--points", "x.csv"), "--points is the whole design"),
        (("--points", "x.csv"), "x.csv: No such file"),
        (("--vary", "errors.scale=0:1:2", "--against", "strik"), "did you mean 'strike'"),
        (("--vary", "errors.scale=0:1:2", "--precision", "0.6"), "--precision"),
        (("--vary", "errors.scale=0:1:2", "--hrizon", "3"), "--horizon"),
        (("--vary", "errors.scale=0:1:2", "--priors"), "legal: --sample priors:N"),
    ],
)
def test_bad_usage_is_exit_2_and_leaves_nothing(here: Here, words: tuple[str, ...], said: str) -> None:
    done = here("strike", *words, "--out", "out")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("out").exists()


def test_resume_needs_a_folder(here: Here) -> None:
    done = here("strike", *GRID, "--resume")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--resume needs --out" in done.stderr


def test_a_dry_run_counts_and_runs_nothing(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("something was run")

    monkeypatch.setattr("escalation.analysis.sweep.run_points", never)
    words = ("strike", "--vary", "errors.scale=0:2:5", "--vary", "us.type.resolute=0.1:0.9:4", "-n", "100", "--dry-run")
    found = held(here(*words, "--json", "--out", "out"))
    assert (found["points"], found["all_worlds"], found["world_weeks"]) == (20, 2100, 2100 * 52)
    assert found["parts"] == 3
    assert min(found["memory_bytes"], found["disk_bytes"], found["estimated_seconds"]) > 0
    assert [key["role"] for key in found["keys"]] == ["lever", "uncertain"]
    text = " ".join(here(*words).stdout.split())
    assert "2,100 worlds of 52 weeks" in text
    assert "errors.scale: a lever" in text
    assert not Path("out").exists()


def test_the_disk_that_a_dry_run_names_is_enough(here: Here) -> None:
    words = ("strike", "--vary", "errors.scale=0:3:30", "-n", "200", "--horizon", "3", "-q")
    named = held(here(*words, "--dry-run", "--json"))["disk_bytes"]
    assert here(*words, "--out", "out").returncode == 0
    pictures = ("heatmap.svg", "heatmap.png", "report.html", "figures")  # as large for few worlds as for many
    files = [path for path in Path("out").rglob("*") if path.is_file() and not {*pictures} & {*path.parts}]
    used = sum(path.stat().st_size for path in files)
    assert used / 2 < named < 3 * used


def test_a_dry_run_of_draws_says_that_all_are_drawn_at_once(here: Here) -> None:
    words = ("strike", "--sample", "priors:20", "-n", "100", "--dry-run")
    every = held(here(*words, "--json"))["uncertain_numbers"]
    text = " ".join(here(*words).stdout.split())
    assert f"20 draws of all {every} uncertain numbers at once, each from its prior" in text
    assert "learning." not in text


def test_a_precision_that_is_missed_is_said_by_text_page_json_and_dry_run(here: Here) -> None:
    words = ("strike", "--vary", "errors.scale=0,3", "--horizon", "4", "--precision", "0.01", "-q")
    done = " ".join(here(*words, "-n", "1000", "--out", "out").stdout.split())
    told = held(here(*words, "-n", "1000", "--json"))
    assert told["wider"]["points"] == [1]
    wide = f"is wider, up to ± {100 * told['wider']['half_width']:.2f} in 100, at the most of 1,000 worlds"
    assert f"run until ± 1 in 100; one point {wide}" in done
    assert f"Run until ± 1 in 100: one point {wide}." in Path("out/report.html").read_text(encoding="utf-8")
    free = held(here(*words, "--dry-run", "--json"))
    assert free["precision"] == {"asked": 0.01, "most_worlds": 1_000_000}
    text = " ".join(here(*words, "--dry-run").stdout.split())
    assert "2 points of at most 1,000,000 worlds" in text
    assert "At most about" in text


# -- experiment files --------------------------------------------------------------------------------------------
EXPERIMENT = """[sweep]
scenario = "strike"
worlds = 40
horizon = 3
against = "nonresponse"

[sweep.vary]
errors.scale = "0:2:3"
"us.rule" = ["quantal"]
"""


def test_an_experiment_file_is_run_and_the_command_line_wins(here: Here) -> None:
    Path("x.toml").write_text(EXPERIMENT, encoding="utf-8")
    found = held(here("x.toml", "-q", "--json"))
    assert (found["worlds"], found["horizon_weeks"], found["shape"]) == (40, 3, [3, 1])
    assert found["reference"] == {"scenario": "nonresponse", "same_points": True}
    other = held(here("x.toml", "-q", "--json", "-n", "30", "--vary", "errors.scale=1,2", "--against", "accord"))
    assert (other["worlds"], other["shape"], other["reference"]["scenario"]) == (30, [2, 1], "accord")


def test_a_rule_that_there_is_not_is_told_by_the_file_and_line_that_asked_for_it(here: Here) -> None:
    Path("p.csv").write_text("errors.scale,us.rule\n0,quantal\n\n1,levelk\n2,levelk\n3,prospekt\n", encoding="utf-8")
    done = here("strike", "--points", "p.csv", *SMALL)
    assert (done.returncode, done.stdout) == (2, "")
    first, second = done.stderr.splitlines()
    assert first.startswith("p.csv:4: us.rule: no rule 'levelk'; legal: quantal, ")
    assert first.endswith("(did you mean 'level-k'?)")
    assert second.startswith("p.csv:6: us.rule: no rule 'prospekt'")
    Path("x.toml").write_text(EXPERIMENT.replace('["quantal"]', '["quantal", "levelk"]'), encoding="utf-8")
    assert here("x.toml", "-q").stderr.startswith("x.toml:9: us.rule: no rule 'levelk'")
    listing = '[sweep]\nscenario = "strike"\npoints = "p.csv"\n'
    Path("y.toml").write_text(listing, encoding="utf-8")
    assert here("y.toml", "-q").stderr.startswith("p.csv:4: us.rule: no rule 'levelk'")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("errors.scale =", "errors.scal =", "x.toml:8: errors.scal: unknown key"),
        ("0:2:3", "0:20:3", "x.toml:8: errors.scale: 20 is out of range"),
        ("worlds = 40", "world = 40", "x.toml:3: sweep.world: unknown key"),
        ("nonresponse", "nonrespons", "did you mean 'nonresponse'"),
    ],
)
def test_a_bad_experiment_is_told_by_line(here: Here, old: str, new: str, said: str) -> None:
    Path("x.toml").write_text(EXPERIMENT.replace(old, new), encoding="utf-8")
    done = here("x.toml", "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


# -- folders -----------------------------------------------------------------------------------------------------
def test_a_folder_holds_what_the_contract_says(here: Here) -> None:
    found = held(here("strike", *GRID, *SMALL, "--out", "out", "--json"))
    names = {path.name for path in Path("out").iterdir()}
    assert {"manifest.json", "scenario.toml", "results.csv", "parts", "heatmap.svg", "heatmap.png"} <= names
    with Path("out/results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:6] == ["errors.scale", "us.rule", "war_odds", "war_low", "war_high", "worlds"]
    assert [float(row["war_odds"]) for row in rows] == [row["war_odds"] for row in found["rows"]]
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert (manifest["status"], manifest["digest"]) == ("complete", found["digest"])
    assert manifest["command"][:3] == ["escalation", "sweep", "strike"]
    again = held(here("strike", *GRID, *SMALL, "--out", "out", "--json", "--resume"))
    assert again == found


def test_another_sweep_in_the_folder_is_refused_with_what_differs(here: Here) -> None:
    assert here("strike", *GRID, *SMALL, "--out", "out").returncode == 0
    done = here("strike", *GRID, *SMALL, "--seed", "1", "--out", "out", "--resume")
    assert done.returncode == 2
    assert "seed: 0 there, 1 asked for" in done.stderr
    done = here("strike", *GRID, *SMALL, "--against", "nonresponse", "--out", "out", "--resume")
    assert done.returncode == 2
    assert "reference: strike as it stands" in done.stderr
    assert "nonresponse at the same point" in done.stderr
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("dear", encoding="utf-8")
    assert here("strike", *GRID, *SMALL, "--out", "mine").returncode == 2
    assert [path.name for path in Path("mine").iterdir()] == ["letter.txt"]


def test_a_failed_point_is_exit_3_and_run_alone_by_resume(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("strike", "--vary", "errors.scale=0,1,2,3", "-n", "200", "--horizon", "2", "-q", "--out", "out")
    whole = held(here(*words[:-1], "whole", "--json"))
    real = engine.run_task
    ran: list[tuple[Any, ...]] = []

    def watched(task: Any, control: Any) -> Any:
        ran.append(task.settings)
        if planted and task.number == 0 and (2.0,) in task.settings:
            raise RuntimeError("planted")
        return real(task, control)

    monkeypatch.setattr(engine, "run_task", watched)
    planted = True
    done = here(*words)
    assert done.returncode == 3
    assert "One point failed; the rest is kept:\n  errors.scale 2: RuntimeError: planted (200 worlds)" in done.stdout
    assert "One point failed, the rest is kept; only what failed is run again by: escalation sweep" in done.stderr
    assert done.stderr.rstrip().endswith("--resume")
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "Of four points, one failed." in page
    assert "RuntimeError: planted" in page
    assert ">failed<" in page
    assert here("report", "out", alone=True).returncode == 0
    assert Path("out/report.html").read_text(encoding="utf-8") == page
    rows = Path("out/results.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[4] for row in rows] == ["worlds", "200", "200", "0", "200"]
    told = held(here(*words, "--resume", "--json"), code=3)["failures"]
    assert [(one["run"], one["points"], one["settings"]) for one in told] == [("points", [2], [{"errors.scale": 2.0}])]
    (listed,) = Path("out/failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(listed)["settings"] == [{"errors.scale": 2.0}]
    planted = False
    ran.clear()
    mended = held(here(*words, "--resume", "--json"))
    assert ran == [((2.0,),)]
    assert {**mended, "folder": ""} == {**whole, "folder": ""}
    assert 'class="banner"' not in Path("out/report.html").read_text(encoding="utf-8")
    assert not Path("out/failures.jsonl").exists()


def test_where_all_points_failed_nothing_is_said_to_be_kept(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(task: Any, control: Any) -> Any:
        raise RuntimeError("planted")

    monkeypatch.setattr(engine, "run_task", failing)
    done = here("strike", "--vary", "errors.scale=0,1,2", "-n", "60", "--horizon", "2", "-q", "--out", "out")
    assert done.returncode == 3
    assert "All three points and the reference failed; nothing is kept:" in done.stdout
    assert "the rest" not in done.stdout + done.stderr
    assert "All three points failed: the odds of all-out war" in " ".join(done.stdout.split())
    assert "All three points failed." in Path("out/report.html").read_text(encoding="utf-8")


def test_a_sweep_begun_anew_leaves_nothing_of_the_old_one_to_be_read(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("strike", "--vary", "errors.scale=0,1", "-n", "60", "--horizon", "2", "-q", "--out", "out")
    assert here(*words).returncode == 0

    stopped_once(monkeypatch, bool)
    assert here(*words).returncode == 130
    assert not {"results.csv", "sweep.json", "report.html"} & {path.name for path in Path("out").iterdir()}


def stopped_once(monkeypatch: pytest.MonkeyPatch, enough: Callable[[list[Part]], bool]) -> None:
    """Ctrl-C, once the parts kept so far are ``enough``."""
    kept: list[Part] = []
    keep = Store.keep

    def keeping(self: Store, part: Part) -> None:
        keep(self, part)
        kept.append(part)
        if enough(kept):
            raise KeyboardInterrupt

    monkeypatch.setattr(Store, "keep", keeping)


def state_of(here: Here) -> dict[str, Any]:
    """What ``ls`` says of the only folder there is."""
    (run,) = held(here("ls", "--json", alone=True))["runs"]
    assert isinstance(run, dict)
    return run


def bytes_below(folder: str) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_an_interrupt_in_the_reference_leaves_an_unfinished_folder(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("nonresponse", "--vary", "errors.scale=2", "--against", "strike", "-n", "20000", "--horizon", "2")
    words = (*words, "--precision", "0.01", "--out", "out", "-q")
    run_points = engine.run_points

    def begun(scenario: Any, *given: Any, **named: Any) -> Any:
        if scenario.name == "strike":
            stopped_once(patched, lambda parts: 0 in {part.number for part in parts})
        return run_points(scenario, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr("escalation.analysis.sweep.run_points", begun)
        done = here(*words)
    assert done.returncode == 130, done.stderr
    assert state_of(here)["state"] == "incomplete"
    before = bytes_below("out")
    refused = here(*words)
    assert (refused.returncode, bytes_below("out")) == (2, before)
    assert "not finished; go on with it: escalation sweep nonresponse" in refused.stderr
    assert here(*words, "--resume").returncode == 0
    assert state_of(here)["state"] == "complete"
    whole = json.loads(Path("out/sweep.json").read_text(encoding="utf-8"))
    assert whole["missing"] == {"failed": [], "not_run": [], "short": [], "short_beside": []}
    assert 'class="banner"' not in Path("out/report.html").read_text(encoding="utf-8")


def test_a_sweep_stopped_while_it_is_drawn_is_unfinished_until_it_is_gone_on_with(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    from escalation.report import heatmap

    def stopping(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(heatmap, "sweep_figure", stopping)
        done = here("strike", *GRID, *SMALL, "--out", "out")
    assert done.returncode == 130, done.stderr
    assert done.stderr.startswith("interrupted: what is done is kept; go on:")
    run = state_of(here)
    assert (run["state"], run["fault"]) == ("incomplete", None)
    assert run["resume"].startswith("escalation sweep strike")
    assert f"go on with it: {run['resume']}" in here("ls", alone=True).stdout
    parts = bytes_below("out/parts")
    assert here("strike", *GRID, *SMALL, "--out", "out").returncode == 2
    assert bytes_below("out/parts") == parts
    monkeypatch.setattr(engine, "run_task", None)  # nothing is left to run
    assert here("strike", *GRID, *SMALL, "--out", "out", "--resume").returncode == 0
    assert state_of(here)["state"] == "complete"
    assert Path("out/report.html").exists()


def test_a_full_disk_while_drawing_says_so_and_how_to_go_on(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    from escalation.report import heatmap

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(heatmap, "sweep_figure", full)
        done = here("strike", *GRID, *SMALL, "--out", "out")
    assert done.returncode == 1
    assert done.stderr.startswith("no room left for out; what was written is whole. Free some and go on: escalation ")
    assert done.stderr.rstrip().endswith("--resume")
    assert state_of(here)["state"] == "incomplete"
    again = held(here("strike", *GRID, *SMALL, "--out", "out", "--resume", "--json"))
    assert again["digest"] == held(here("strike", *GRID, *SMALL, "--json"))["digest"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--seed", "3"), "seed: 0 there, 3 asked for"),
        (("--horizon", "5"), "horizon weeks: 4 there, 5 asked for"),
        (("--precision", "0.1"), "precision: this is run with --precision, that sweep without"),
        (("--vary", "errors.aim=1,2"), "points: errors.scale, us.rule varies there, errors.scale, us.rule, errors.aim"),
        (("--against", "nonresponse"), "reference: strike as it stands"),
        (("--cluster", "tcp://127.0.0.1:1"), "--cluster: no Dask scheduler answers"),
    ],
)
def test_a_refused_resume_leaves_every_byte_as_it_was(
    here: Here, monkeypatch: pytest.MonkeyPatch, change: tuple[str, ...], said: str
) -> None:
    from escalation import compiled
    from escalation.analysis import sweep as analysis
    from escalation.worlds.cluster import NoCluster

    def nowhere(workers: int, cluster: str | None) -> Any:
        raise NoCluster(f"no Dask scheduler answers at {cluster}")

    loud = ("-n", "60", "--horizon", "4")
    assert here("strike", *GRID, *loud, "--out", "out").returncode == 0
    before = bytes_below("out")
    assert {"results.csv", "sweep.json", "report.html"} <= {path.name for path in before}
    monkeypatch.setattr(analysis, "executor", nowhere)
    monkeypatch.setattr(compiled, "is_warm", lambda *_: False)
    for words in (("--resume",), () if "--cluster" in change else ("--resume", "-q")):
        done = here("strike", *GRID, *loud, *change, "--out", "out", *words)
        assert (done.returncode, bytes_below("out")) == (2, before)
        assert said in done.stderr
        assert "compiling" not in done.stderr


def test_a_refused_resume_leaves_the_changed_experiments_folder_alone(here: Here) -> None:
    Path("x.toml").write_text(EXPERIMENT, encoding="utf-8")
    assert here("x.toml", "-q", "--out", "out").returncode == 0
    before = bytes_below("out")
    Path("x.toml").write_text(EXPERIMENT.replace("0:2:3", "0:2:5"), encoding="utf-8")
    done = here("x.toml", "-q", "--out", "out", "--resume")
    assert (done.returncode, bytes_below("out")) == (2, before)
    assert "points: 3 there, 5 asked for" in done.stderr
    assert "point 1: errors.scale 1.0, us.rule quantal there, errors.scale 0.5, us.rule quantal asked" in done.stderr


def test_a_sweep_begun_anew_and_stopped_takes_nothing_of_the_old_reference(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("strike", "--vary", "errors.scale=0,1", "-n", "60", "--horizon", "2", "-q", "--out", "out")
    assert here(*words).returncode == 0
    with monkeypatch.context() as patched:
        stopped_once(patched, bool)
        assert here(*words, "--seed", "3").returncode == 130
    again = held(here(*words, "--seed", "3", "--resume", "--json"))
    assert again["digest"] == held(here(*words[:-2], "--seed", "3", "--json"))["digest"]


def test_other_libraries_are_told_once_and_damage_by_its_place(here: Here) -> None:
    words = ("strike", "--vary", "errors.scale=0,1", "-n", "60", "--horizon", "2", "--out", "out")
    assert here(*words).returncode == 0
    for path in Path("out").rglob("manifest.json"):
        then = json.loads(path.read_text(encoding="utf-8"))
        then["versions"]["numba"] = "0.1"
        path.write_text(json.dumps(then), encoding="utf-8")
    (damaged,) = Path("out/reference/parts").glob("*.npz")
    damaged.write_bytes(b"")
    said = here(*words, "--resume").stderr
    assert said.count("numba was 0.1 when this sweep was begun") == 1
    assert f"reference/parts/{damaged.name}: " in said


def test_a_full_disk_is_said_and_not_a_fault_of_ours(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = here("strike", *GRID, *SMALL, "--out", "out")
    assert done.returncode == 1
    assert "no room left for out" in done.stderr
    assert "--resume" in done.stderr
    assert "fault of ours" not in done.stderr


@pytest.mark.parametrize("more", [(), ("--precision", "0.0001"), ("--against", "nonresponse")])
def test_the_page_of_a_stopped_sweep_is_made_when_it_is_asked_for(
    here: Here, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    words = ("strike", "--vary", "errors.scale=0,1", "--vary", "us.rule=quantal,level-k", "-n", "9000")
    words = (*words, "--horizon", "2", *more, "--out", "out")
    with monkeypatch.context() as patched:
        stopped_once(patched, lambda parts: len(parts) == 2)
        assert "the page of what is done: escalation report out\n" in here(*words).stderr
    with Lock(Path("out")):
        assert "out is being written by process" in here("report", "out", alone=True).stderr
    done = here("report", "out", alone=True)
    if "--against" in more:
        assert done.returncode == 2
        assert "its sweep was not finished, and what it is set beside was not begun" in done.stderr
        return
    assert (done.returncode, done.stdout) == (0, "out/report.html\n"), done.stderr
    found = json.loads(Path("out/sweep.json").read_text(encoding="utf-8"))
    assert found["shape"] == [2, 2]
    assert 0 < sum(row["worlds"] for row in found["rows"]) < 4 * 9000
    assert found["missing"]["not_run"] or found["missing"]["short"]
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert 'class="banner"' in page
    assert "--resume" in page
    whole = held(here(*words, "--resume", "--json"))
    assert whole["missing"] == {"failed": [], "not_run": [], "short": [], "short_beside": []}
    assert 'class="banner"' not in Path("out/report.html").read_text(encoding="utf-8")
    assert whole["digest"] == held(here(*words[:-2], "--json"))["digest"]


def test_a_cluster_without_workers_is_said_to_be_waited_for(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    settings = {"n_workers": 0, "threads_per_worker": 1, "dashboard_address": None}

    def waiting(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("escalation.analysis.sweep.run_points", waiting)
    with distributed.LocalCluster(host="127.0.0.1", **settings) as cluster:
        address = cluster.scheduler.address
        done = here("strike", *GRID, "--cluster", address)
        assert f"--cluster: no worker has come to {address} yet; waiting for one\n" in done.stderr
        cluster.scale(1)
        cluster.wait_for_workers(1)
        assert "waiting for one" not in here("strike", *GRID, "--cluster", address).stderr
