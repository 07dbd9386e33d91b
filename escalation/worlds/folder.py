"""The folder that a run leaves behind: what was run, by what, and what came out.

Files are written under temporary names and renamed, the manifest last: a folder with a manifest is complete.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from escalation import __version__
from escalation.scenario.scenario import Scenario

SCHEMA = 1
MANIFEST = "manifest.json"
LIBRARIES = ("numpy", "scipy", "numba", "mesa")


class FolderTaken(ValueError):
    """The folder holds something that this command did not write."""


@dataclass(frozen=True)
class Ran:
    """A command that is being run: its words, its seed, and when it started."""

    command: Sequence[str]
    seed: int
    started: dt.datetime

    @classmethod
    def now(cls, command: Sequence[str], seed: int) -> Ran:
        """A command that starts now."""
        return cls(command, seed, dt.datetime.now(dt.UTC))


def claim(folder: Path) -> Path:
    """Make ``folder``, or take one that is empty or that an earlier run has left.

    Raises ``FolderTaken`` for a folder that holds anything else, or for a file of that name.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderTaken(f"{folder} is a file")
    if folder.is_dir() and any(folder.iterdir()) and not _is_ours(folder):
        raise FolderTaken(f"{folder} holds something else; name a folder that is new, empty or of an earlier run")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _is_ours(folder: Path) -> bool:
    try:
        held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and "escalation" in held.get("versions", {})


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` to ``path`` in one step: a reader sees the old file or the new one. Returns ``path``."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as CSV text, with the keys of the first as the head. Floats are written so that they read back equal."""
    lines: list[str] = []

    class Lines:
        def write(self, line: str) -> None:
            lines.append(line)

    if rows:
        writer = csv.DictWriter(Lines(), list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return "".join(lines)


def manifest(ran: Ran, scenarios: Sequence[Scenario], **more: Any) -> dict[str, Any]:
    """What was run and by what; ``more`` is added as it is."""
    return {
        "schema": SCHEMA,
        "command": list(ran.command),
        "seed": ran.seed,
        "scenarios": [
            {
                "name": scenario.name,
                "title": scenario.title,
                "path": scenario.path,
                "digest": scenario.digest(),
                "evidence": scenario.evidence,
            }
            for scenario in scenarios
        ],
        "versions": versions(),
        "git_commit": git_commit(),
        "started": ran.started.isoformat(timespec="seconds"),
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        **more,
    }


def versions() -> dict[str, str]:
    """Versions of Python, of this program and of the libraries that a result may depend on."""
    found = {"python": platform.python_version(), "escalation": __version__}
    return found | {name: metadata.version(name) for name in LIBRARIES}


def git_commit() -> str | None:
    """Commit of the checkout that this program runs from, ``+changes`` where its files differ; None outside one."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return f"{commit}+changes" if _git(root, "status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip()


def write_folder(
    folder: Path,
    ran: Ran,
    scenarios: Sequence[Scenario],
    files: Mapping[str, str],
    **more: Any,
) -> None:
    """Write a run's ``files`` (name -> text), the resolved scenario(s) and, last, the manifest.

    One scenario is written as ``scenario.toml``, several as ``scenario-<name>.toml``. ``more`` goes into the
    manifest. The folder must have been claimed (``claim``).
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    for scenario in scenarios:
        name = "scenario.toml" if len(scenarios) == 1 else f"scenario-{scenario.name}.toml"
        write_text(folder / name, scenario.resolved_toml())
    for name, text in files.items():
        write_text(folder / name, text)
    held = manifest(ran, scenarios, **more)
    write_text(folder / MANIFEST, json.dumps(held, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
