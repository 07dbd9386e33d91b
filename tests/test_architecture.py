"""The data flows one way: every module of the package is read, and what it imports is held against the order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ORDER = (
    ("compiled", "baton", "locking", "maths", "ladder", "draws"),
    ("scenario",),
    ("model", "games"),
    ("worlds",),
    ("analysis", "history"),
    ("report",),
    ("cli", "dashboard"),
)
TIER = {name: tier for tier, names in enumerate(ORDER) for name in names}
DOORS = ("escalation", "escalation.__main__")
"""The public door and the command's: they may reach anything, and no module may come back in through them."""

AGENTS = ("mesa", "escalation.model.actors", "escalation.model.crisis")
PICKLES = ("pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal")
NETWORK = ("socket", "urllib", "requests", "httpx", "aiohttp", "ftplib", "http.client")
KEEP_OFF = {"escalation.analysis": AGENTS, "escalation.history": AGENTS, "escalation": (*PICKLES, *NETWORK)}
MOST_LINES = 600
MACHINE_PATH = re.compile(r"/(?:work|farm|root|bash_jobs|home/\w+|Users/\w+|tmp/\w+)/")
SHARED_FOLDER = re.compile(r"\.\./shared")
REGISTRY_HOST = re.compile(r"pypi\.org|python[h]osted|anaconda\.org|conda\.io", re.IGNORECASE)
TEXTS = {".py", ".toml", ".md", ".cfg", ".txt", ".yml", ".yaml", ".html", ".csv", ".j2", ".svg", ".css", ".js"}


@dataclass(frozen=True)
class Module:
    """One parsed file of the package; ``imports`` holds (line, dotted name), those inside functions included."""

    name: str
    path: Path
    tree: ast.Module
    lines: int
    imports: tuple[tuple[int, str], ...]


def read(package: Path) -> dict[str, Module]:
    paths = sorted(package.rglob("*.py"))
    names = {path: _dotted(package, path) for path in paths}
    known = frozenset(names.values())
    modules = {}
    for path, name in names.items():
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, str(path))
        imports = tuple(_imports(tree, name, path.name == "__init__.py", known))
        modules[name] = Module(name, path, tree, len(text.splitlines()), imports)
    return modules


def _dotted(package: Path, path: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.Module, name: str, is_package: bool, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name != "escalation" or alias.asname or _opens_door(tree):
                    yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            here = name.split(".") if is_package else name.split(".")[:-1]
            start = here[: len(here) - node.level + 1] if node.level else []
            source = ".".join([*start, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                # Version is the one name that any module may take from the public door.
                if inner == "escalation.__version__":
                    continue
                yield node.lineno, inner if inner in known or source == "escalation" else source
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"} and name not in DOORS:
            target = node.args[0] if node.args else None
            literal = isinstance(target, ast.Constant) and isinstance(target.value, str)
            yield node.lineno, target.value if literal else "an imported name that is not a literal"


def _opens_door(tree: ast.Module) -> bool:
    """Whether more is taken from the package itself than where it lies and which version it is."""
    taken = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return any(node.value.id == "escalation" and not node.attr.startswith("__") for node in taken)


def _called(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def violations(package: Path) -> list[str]:
    """Every breach of the order and of the prohibitions, as ``file:line: what``."""
    modules = read(package)
    return [
        *(fault for module in modules.values() for fault in _direction(module)),
        *(fault for module in modules.values() for fault in _kept_off(module)),
        *(fault for module in modules.values() for fault in _body(module)),
        *_cycles(modules),
    ]


def _within(name: str, folder: str) -> bool:
    return name == folder or name.startswith(f"{folder}.")


def _direction(module: Module) -> Iterator[str]:
    if module.name in DOORS:
        return
    folder = module.name.split(".")[1]
    if folder not in TIER:
        yield f"{module.path}:1: {folder} has no place in the order"
        return
    for line, target in module.imports:
        where = f"{module.path}:{line}"
        if target.startswith("an imported name"):
            yield f"{where}: {target}: its direction cannot be seen"
        if not _within(target, "escalation"):
            continue
        other = target.split(".")[1] if "." in target else ""
        if other not in TIER:
            yield f"{where}: {target}: comes in through the public door, import the module itself"
        elif TIER[other] > TIER[folder]:
            yield f"{where}: {folder} imports {target}, which lies to its right"


def _kept_off(module: Module) -> Iterator[str]:
    for folder, names in KEEP_OFF.items():
        if not _within(module.name, folder):
            continue
        for line, target in module.imports:
            if any(_within(target, name) for name in names):
                yield f"{module.path}:{line}: {folder} must not import {target}"


def _body(module: Module) -> Iterator[str]:
    if module.lines > MOST_LINES:
        yield f"{module.path}:{MOST_LINES}: {module.lines} lines; a module has one job, and at most {MOST_LINES} lines"
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
            yield f"{module.path}:{node.lineno}: calls {node.func.id}"
        for keyword in node.keywords:
            allowed = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            if keyword.arg == "allow_pickle" and not allowed:
                yield f"{module.path}:{node.lineno}: lets NumPy unpickle"


def _cycles(modules: dict[str, Module]) -> Iterator[str]:
    graph: dict[str, set[str]] = {}
    for module in modules.values():
        if module.name not in DOORS:
            own = module.name.split(".")[1]
            others = {target.split(".")[1] for _, target in module.imports if target.startswith("escalation.")}
            graph.setdefault(own, set()).update(others - {own})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as fault:
        yield f"a cycle of imports: {' -> '.join(fault.args[1])}"


def strays(root: Path) -> list[str]:
    """Text of the checkout that names this machine, a folder beside the checkout, or a package registry's host."""
    faults = []
    for path in sorted(_texts(root)):
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in (MACHINE_PATH, SHARED_FOLDER, REGISTRY_HOST):
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                faults.append(f"{path.relative_to(root)}:{line}: names {match.group()}")
    return faults


def _texts(root: Path) -> Iterator[Path]:
    for folder in ("escalation", "scenarios", "experiments", "docs", "tests", "benchmarks", ".ci"):
        inner = (path for path in (root / folder).rglob("*") if "__pycache__" not in path.parts)
        yield from (path for path in inner if path.is_file() and (path.suffix in TEXTS or not path.suffix))
    yield from (path for path in root.glob("*") if path.is_file() and (path.suffix in TEXTS or not path.suffix))


def test_the_package_keeps_to_the_order(root: Path) -> None:
    assert violations(root / "escalation") == []


def test_nothing_names_this_machine(root: Path) -> None:
    assert strays(root) == []


@pytest.mark.parametrize(
    ("module", "text", "fault"),
    [
        ("scenario/a.py", "import escalation.model.week", "lies to its right"),
        ("scenario/a.py", "def late():\n    from escalation.worlds import ensemble", "lies to its right"),
        ("scenario/a.py", "from ..model import week", "lies to its right"),
        ("scenario/a.py", "from importlib import import_module\nimport_module('escalation.cli')", "lies to its right"),
        ("scenario/a.py", "import importlib\nimportlib.import_module(input())", "cannot be seen"),
        ("ladder.py", "from escalation import scenario", "lies to its right"),
        ("analysis/a.py", "from escalation import run", "public door"),
        ("analysis/a.py", "import escalation\nescalation.run()", "public door"),
        ("analysis/a.py", "def late():\n    import mesa", "must not import mesa"),
        ("history/a.py", "from mesa import Model", "must not import mesa"),
        ("history/a.py", "from escalation.model.actors.iran import Iran", "must not import escalation.model.actors"),
        ("worlds/store.py", "import pickle", "must not import pickle"),
        ("cli/a.py", "import urllib.request", "must not import urllib.request"),
        ("worlds/store.py", "import numpy\nnumpy.load('x', allow_pickle=True)", "unpickle"),
        ("cli/a.py", "eval('1')", "calls eval"),
        ("model/week.py", "exec('1')", "calls exec"),
        ("model/long.py", "x = 1\n" * (MOST_LINES + 1), "one job"),
        ("odds/a.py", "x = 1", "no place in the order"),
    ],
)
def test_a_planted_violation_is_caught(tmp_path: Path, module: str, text: str, fault: str) -> None:
    package = _plant(tmp_path, {module: text})
    faults = violations(package)
    assert len(faults) == 1, faults
    assert fault in faults[0]


def test_a_planted_cycle_is_caught(tmp_path: Path) -> None:
    package = _plant(
        tmp_path, {"model/a.py": "from escalation.games import b", "games/b.py": "from escalation.model import a"}
    )
    assert ["a cycle of imports" in fault for fault in violations(package)] == [True]


def test_what_the_order_allows_is_left_alone(tmp_path: Path) -> None:
    package = _plant(
        tmp_path,
        {
            "model/week.py": "from escalation import __version__\nfrom escalation.scenario.a import x\nimport mesa",
            "scenario/a.py": "import escalation\nx = escalation.__file__",
            "scenario/b.py": "from escalation.scenario.a import x",
            "cli/a.py": "def late():\n    from escalation.analysis import odds\n    import scipy",
            "analysis/odds.py": "from escalation.worlds.store import y\nimport numpy",
            "worlds/store.py": "import numpy\ny = numpy.load('x', allow_pickle=False)",
        },
    )
    assert violations(package) == []


@pytest.mark.parametrize("stray", ["/" + "work/main", "/home/" + "ann/x", "../" + "shared/design", "pypi" + ".org"])
def test_a_planted_stray_is_caught(tmp_path: Path, stray: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "guide.md").write_text(f"See\n{stray}/there\n", encoding="utf-8")
    assert [fault.split(" names ")[0] for fault in strays(tmp_path)] == ["docs/guide.md:2:"]


def _plant(folder: Path, modules: dict[str, str]) -> Path:
    package = folder / "escalation"
    for name, text in {"__init__.py": "", **modules}.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package
