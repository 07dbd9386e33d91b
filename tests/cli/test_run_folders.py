"""``ls`` and ``export``: run folders found, told, and handed on, broken ones too."""

from __future__ import annotations

import builtins
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import xarray

from escalation.report.folders import bytes_of
from escalation.worlds.folder import LOCK
from escalation.worlds.locks import Lock
from tests.cli.conftest import Here

SWEEP = ("sweep", "strike", "-n", "40", "--horizon", "2", "-q")


def manifest(folder: Path, **changes: Any) -> dict[str, Any]:
    path = folder / "manifest.json"
    held: dict[str, Any] = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    path.write_text(json.dumps(held), encoding="utf-8")
    return held


def listed(here: Here, folder: str = ".") -> dict[str, dict[str, Any]]:
    done = here("ls", folder, "--json")
    assert done.returncode == 0, done.stderr
    return {run["folder"]: run for run in json.loads(done.stdout)["runs"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run and a sweep over two keys, one of them a rule."""
    from click.testing import CliRunner

    from escalation.cli.main import cli

    folder = tmp_path_factory.mktemp("made")
    run = ["run", "strike", "-n", "40", "--horizon", "2", "--seed", "3", "-q", "--out", str(folder / "runs" / "one")]
    grid = ["--vary", "errors.scale=0:2:3", "--vary", "us.rule=quantal,level-k", "--out", str(folder / "grid")]
    points = ["--vary", "errors.scale=0:2", "--vary", "errors.aim=0:2", "--sample", "lhs:3"]
    for words in (run, [*SWEEP, *grid], [*SWEEP, *points, "--out", str(folder / "points")]):
        done = CliRunner().invoke(cli, words, prog_name="escalation")
        assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def runs(made: Path, tmp_path: Path) -> Path:
    """A copy of them in the folder in which the command runs."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


# -- ls --------------------------------------------------------------------------------------------------------
def test_ls_tells_what_the_folders_say(here: Here, runs: Path) -> None:
    held = listed(here)
    assert set(held) == {"runs/one", "grid", "points"}
    run, grid = held["runs/one"], held["grid"]
    told = json.loads((runs / "runs" / "one" / "manifest.json").read_text(encoding="utf-8"))
    assert (run["kind"], run["scenarios"], run["seed"], run["worlds"], run["points"]) == (
        "run",
        ["strike"],
        3,
        40,
        None,
    )
    assert (run["state"], run["digest"], run["written"]) == ("complete", told["digest"], told["finished"])
    assert run["war_odds"]["least"] == run["war_odds"]["greatest"]
    assert run["bytes"] == sum(path.stat().st_size for path in (runs / "runs" / "one").rglob("*") if path.is_file())
    assert (grid["kind"], grid["worlds"], grid["points"], grid["failed_parts"]) == ("sweep", 40, 6, 0)
    assert grid["war_odds"]["least"] < grid["war_odds"]["greatest"]
    assert listed(here, "grid").keys() == {"grid"}


def test_ls_puts_the_newest_first(here: Here, runs: Path) -> None:
    for name, day in (("points", 3), ("grid", 2), ("runs/one", 1)):
        manifest(runs / name, finished=f"2026-11-0{day}T12:00:00+00:00")
    assert list(listed(here)) == ["points", "grid", "runs/one"]
    manifest(runs / "grid", finished="2027-01-01T12:00:00+00:00")
    assert next(iter(listed(here))) == "grid"
    lines = here("ls").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["folder", "grid", "points", "runs/one"]
    assert "sweep strike (6 x 40)" in lines[1]
    assert len(max(lines, key=len)) <= 120


def test_ls_says_what_is_not_finished_or_failed(here: Here, runs: Path) -> None:
    manifest(runs / "grid", status="running")
    manifest(runs / "points", status="incomplete")
    (runs / "points" / "failures.jsonl").write_text('{"part": 0}\n{"part": 2}\n', encoding="utf-8")
    (runs / "points" / "results.csv").unlink()
    (runs / "grid" / LOCK).write_text("1", encoding="utf-8")
    held = listed(here)
    assert (held["points"]["state"], held["points"]["failed_parts"]) == ("incomplete", 2)
    assert held["points"]["war_odds"] is None
    assert held["grid"]["state"] == "incomplete", "nobody holds the lock that a killed sweep left"
    with Lock(runs / "grid"):
        assert listed(here)["grid"]["state"] == "running"
    assert "incomplete, 2 failed" in here("ls").stdout


def broken_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema": 1, ', encoding="utf-8")


def foreign_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('["icons"]', encoding="utf-8")


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def no_results(folder: Path) -> None:
    (folder / "results.csv").unlink()


def broken_results(folder: Path) -> None:
    (folder / "results.csv").write_bytes(b"days,war_odds\n14,\xff\n")


def words_for_odds(folder: Path) -> None:
    (folder / "results.csv").write_text("days,war_odds\n14,many\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (broken_manifest, "manifest.json is not JSON"),
        (foreign_manifest, "manifest.json is not of this program"),
        (no_manifest, "there is no manifest.json"),
        (no_results, "results.csv is missing"),
        (broken_results, "results.csv cannot be read"),
        (words_for_odds, "results.csv cannot be read"),
    ],
)
def test_ls_lists_a_broken_folder_as_broken(here: Here, runs: Path, spoil: Any, fault: str) -> None:
    spoil(runs / "runs" / "one")
    held = listed(here)
    assert held["runs/one"]["state"] == "broken"
    assert held["runs/one"]["fault"].startswith(fault)
    assert held["grid"]["state"] == "complete"
    assert fault in here("ls").stdout


def test_ls_survives_manifests_with_nonsense_in_them(here: Here, runs: Path) -> None:
    nonsense = {"scenarios": "strike", "command": 3, "seed": "x", "worlds": True, "finished": "soon", "digest": 7}
    manifest(runs / "runs" / "one", kind=5, **nonsense)
    run = listed(here)["runs/one"]
    assert [run[name] for name in ("kind", "seed", "worlds", "digest", "scenarios")] == [None, None, None, None, []]
    assert here("ls").returncode == 0
    assert here("export", "runs/one", "--format", "parquet").returncode == 0


def test_ls_leaves_what_is_not_ours_out(here: Here, tmp_path: Path) -> None:
    for name, held in (("web", '{"name": "app"}'), ("empty", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(held, encoding="utf-8")
    (tmp_path / "parts").mkdir()
    (tmp_path / "scenario.toml").write_text("", encoding="utf-8")
    done = here("ls", "web")
    assert done.stdout.startswith("No run was written below web.")
    assert listed(here, "web") == {}


@pytest.mark.parametrize(("size", "said"), [(0, "0 B"), (999, "999 B"), (4200, "4.2 kB"), (25_400_000, "25 MB")])
def test_sizes_are_said_shortly(size: int, said: str) -> None:
    assert bytes_of(size) == said


# -- export ----------------------------------------------------------------------------------------------------
def test_a_run_goes_into_parquet_world_by_world(here: Here, runs: Path) -> None:
    done = here("export", "runs/one", "--format", "parquet")
    assert (done.returncode, done.stdout) == (0, "runs/one/worlds.parquet\n")
    table = pyarrow.parquet.read_table(runs / "runs" / "one" / "worlds.parquet")
    lines = (runs / "runs" / "one" / "worlds.csv").read_text(encoding="utf-8").splitlines()
    assert table.column_names == lines[0].split(",")
    assert table.num_rows == 40
    assert [str(value) for value in table.to_pylist()[7].values()] == lines[8].split(",")
    held = json.loads((runs / "runs" / "one" / "manifest.json").read_text(encoding="utf-8"))
    assert table.schema.metadata[b"escalation.digest"].decode() == held["digest"]
    assert table.schema.metadata[b"escalation.scenario"] == b"strike"


def test_a_sweep_goes_into_parquet_point_by_point(here: Here, runs: Path) -> None:
    done = here("export", "grid", "--format", "parquet", "--to", "table.parquet")
    assert (done.returncode, done.stdout) == (0, "table.parquet\n")
    frame = pyarrow.parquet.read_table(runs / "table.parquet").to_pandas()
    assert list(frame["errors.scale"]) == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]
    assert list(frame["us.rule"][:2]) == ["quantal", "level-k"]
    assert frame["worlds"].sum() == 240


def test_a_grid_goes_into_netcdf_on_its_axes(here: Here, runs: Path) -> None:
    done = here("export", "grid", "--format", "netcdf")
    assert done.returncode == 0, done.stderr
    with xarray.open_dataset(runs / "grid" / "results.nc") as held:
        assert held["war_odds"].dims == ("errors.scale", "us.rule")
        assert held["war_odds"].shape == (3, 2)
        assert held["errors.scale"].values.tolist() == [0.0, 1.0, 2.0]
        assert [str(rule) for rule in held["us.rule"].values] == ["quantal", "level-k"]
        assert (held["errors.scale"].attrs["role"], held["us.rule"].attrs["role"]) == ("lever", "structure")
        assert held["errors.scale"].attrs["units"]
        assert held.attrs["scenario"] == "strike"
        last = held["war_odds"].sel({"errors.scale": 2.0, "us.rule": "level-k"}).item()
    rows = (runs / "grid" / "results.csv").read_text(encoding="utf-8").splitlines()
    assert last == float(rows[6].split(",")[2])


def test_other_points_go_into_netcdf_in_a_row(here: Here, runs: Path) -> None:
    assert here("export", "points", "--format", "netcdf", "--to", "points.nc").returncode == 0
    with xarray.open_dataset(runs / "points.nc") as held:
        assert held["war_odds"].dims == ("point",)
        assert held["errors.aim"].dims == ("point",)
        assert held.sizes["point"] == 3


@pytest.mark.parametrize("seed", [7, 2**31 - 1, 2**31, 3_000_000_000, 2**63 - 1])
def test_a_seed_of_any_size_is_read_back_from_netcdf(here: Here, runs: Path, seed: int) -> None:
    manifest(runs / "grid", seed=seed)
    done = here("export", "grid", "--format", "netcdf")
    assert done.returncode == 0, done.stderr
    with xarray.open_dataset(runs / "grid" / "results.nc") as held:
        assert int(held.attrs["seed"]) == seed


def test_an_unfinished_sweep_is_exported_with_a_note(here: Here, runs: Path) -> None:
    manifest(runs / "grid", status="incomplete")
    done = here("export", "grid", "--format", "parquet")
    assert done.returncode == 0
    assert "grid is incomplete" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("runs/one", "--format", "netcdf"), "NetCDF is for sweeps"),
        (("runs", "--format", "parquet"), "there is no manifest.json"),
        (("grid", "--format", "parquet", "--to", "nowhere/x.parquet"), "No such file or directory"),
        (("grid", "--format", "csv"), "'parquet'"),
        (("grid",), "--format"),
    ],
)
def test_what_cannot_be_exported_is_exit_2(here: Here, runs: Path, words: tuple[str, ...], said: str) -> None:
    before = sorted(path.name for path in (runs / "grid").iterdir())
    done = here("export", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in (runs / "grid").iterdir()) == before


@pytest.mark.parametrize(
    ("form", "library", "extra"), [("parquet", "pyarrow", "parquet"), ("netcdf", "xarray", "grid")]
)
def test_a_missing_library_names_its_extra(
    here: Here, runs: Path, monkeypatch: pytest.MonkeyPatch, form: str, library: str, extra: str
) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == library:
            raise ImportError(name)
        return found(name, *rest)

    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    done = here("export", "grid", "--format", form)
    assert done.returncode == 2
    assert f"pip install 'escalation[{extra}]'" in done.stderr


def test_a_file_is_whole_or_not_there(here: Here, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(path.name for path in (runs / "grid").iterdir())
    monkeypatch.setattr(os, "fsync", full)
    done = here("export", "grid", "--format", "parquet")
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert sorted(path.name for path in (runs / "grid").iterdir()) == before
