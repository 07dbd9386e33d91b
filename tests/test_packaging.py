"""The wheel holds all that the command needs, and the command's help stays light."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCENARIOS = (
    "accord",
    "nonresponse",
    "strike",
    "proportional",
    "strike-assurance",
    "strike-no-control-loss",
    "strike-no-errors",
    "strike-no-learning",
)
THESES = ("restraint-trap", "safer")
HEAVY = {"mesa", "scipy", "numba", "matplotlib", "pandas", "pydantic"}
HELP_SECONDS = 0.2


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout, by the installed setuptools: no network."""
    source = tmp_path_factory.mktemp("source") / "escalation"
    source.mkdir()
    for folder in ("escalation", "scenarios", "experiments"):
        if (root / folder).is_dir():
            shutil.copytree(root / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    built = tmp_path_factory.mktemp("built")
    _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(source)], built)
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's contents in a folder of their own; dependencies come from the interpreter that runs the tests."""
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site)]
    _run([*pip, str(wheel)], site)
    return site


def _run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_wheel_holds_every_module(wheel: Path, root: Path) -> None:
    kinds = ("*.py", "*.j2", "*.css")
    written = {str(path.relative_to(root)) for kind in kinds for path in (root / "escalation").rglob(kind)}
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    assert {*written, "escalation/py.typed"} <= packed
    assert {name.split("/")[0].split("-")[0] for name in packed} == {"escalation"}


@pytest.mark.parametrize("folder", ["scenarios", "experiments"])
def test_the_wheel_holds_every_file_that_analysts_edit(wheel: Path, root: Path, folder: str) -> None:
    files = (path for path in (root / folder).rglob("*") if path.is_file() and path.suffix in (".toml", ".md"))
    written = {path.relative_to(root / folder).as_posix() for path in files}
    assert written
    place = f"escalation/shipped/{folder}/"
    with zipfile.ZipFile(wheel) as archive:
        packed = {name.removeprefix(place) for name in archive.namelist() if name.startswith(place)}
    assert packed == written


def test_the_wheel_holds_the_reference_games(wheel: Path, root: Path) -> None:
    games = root / "escalation" / "games" / "catalog"
    written = {str(path.relative_to(root)) for path in games.rglob("*.?fg")}
    with zipfile.ZipFile(wheel) as archive:
        assert len(written) > 20
        assert written <= set(archive.namelist())


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        text = archive.read(name).decode()
        licensed = any(name.endswith(".dist-info/licenses/LICENSE") for name in archive.namelist())
    for line in ("Requires-Python: >=3.11", "License-Expression: MIT", "Requires-Dist: mesa[network]<4,>=3.3"):
        assert line in text.splitlines()
    assert licensed
    assert "Description-Content-Type: text/markdown" in text


def test_the_wheel_works_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    where = "import escalation, importlib.resources as r; print(escalation.__file__); "
    where += "print(*sorted(f.name for f in (r.files('escalation') / 'shipped' / 'scenarios').iterdir()), sep='\\n')"
    path, *files = _run([sys.executable, "-c", where], tmp_path, PYTHONPATH=str(installed)).splitlines()
    assert Path(path).is_relative_to(installed)
    assert {f"{name}.toml" for name in SCENARIOS} <= set(files)

    listed = _run([sys.executable, "-m", "escalation", "list"], tmp_path, PYTHONPATH=str(installed))
    assert all(name in listed for name in (*SCENARIOS, *THESES))
    read = "from escalation.analysis.thesis_file import read_thesis; print(read_thesis('restraint-trap').path)"
    path = _run([sys.executable, "-c", read], tmp_path, PYTHONPATH=str(installed)).strip()
    assert Path(path).is_relative_to(installed)
    assert "Usage" in _run([sys.executable, "-m", "escalation", "--help"], tmp_path, PYTHONPATH=str(installed))
    version = _run([str(installed / "bin" / "escalation"), "--version"], tmp_path, PYTHONPATH=str(installed))
    assert "0.1.0" in version
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["run", "--help"], ["thesis", "--help"], ["claim", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str], root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "escalation", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "click" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="this system does not report a child's processor time")
def test_help_answers_at_once(root: Path, tmp_path: Path) -> None:
    """In processor time, the best of several: what else runs on the machine must not decide."""
    command = [sys.executable, "-m", "escalation", "--help"]
    spent = []
    for _ in range(5):
        child = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        spent.append(usage.ru_utime + usage.ru_stime)
    assert min(spent) < HELP_SECONDS


@pytest.mark.parametrize(
    "words", [["--help"], ["sweep", "--help"], ["check", "strike"], ["describe", "strike"], ["ls"]]
)
def test_what_runs_nothing_never_loads_the_compiler(words: list[str], root: Path, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from escalation.cli.main import main\n"
        f"sys.argv = ['escalation', *{words!r}]\n"
        "try: main()\n"
        "except SystemExit as done: assert not done.code, done.code\n"
        "assert 'numba' not in sys.modules and 'mesa' not in sys.modules\n"
    )
    _run([sys.executable, "-c", script], tmp_path, PYTHONPATH=str(root))


def test_public_names_come_on_first_use(root: Path, tmp_path: Path) -> None:
    script = (
        "import sys, escalation\n"
        f"early = {HEAVY!r} & set(sys.modules)\n"
        "assert not early, early\n"
        "assert set(escalation.__all__) <= set(dir(escalation))\n"
        "for name in escalation.__all__: assert getattr(escalation, name) is not None, name\n"
        "assert callable(escalation.run) and isinstance(escalation.Crisis, type)\n"
        "try: escalation.nothing\n"
        "except AttributeError as fault: assert 'nothing' in str(fault)\n"
        "else: raise SystemExit('an unknown name was found')\n"
    )
    _run([sys.executable, "-c", script], tmp_path, PYTHONPATH=str(root))
