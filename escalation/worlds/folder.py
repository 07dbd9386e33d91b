"""The folder that a run leaves behind: what was run, by what, and what came out.

Files are written under temporary names, synced and renamed, the manifest of a run last: a folder with a manifest is
complete. A sweep writes its manifest first (``worlds.store``), with a ``status`` that is ``complete`` only at the end.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import platform
import shlex
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from escalation import __version__
from escalation.scenario.scenario import Scenario

SCHEMA = 1
MANIFEST = "manifest.json"
LIBRARIES = ("numpy", "scipy", "numba", "mesa")
LOCK = ".lock"
PARTS, FAILURES = "parts", "failures.jsonl"
RUNNING, INCOMPLETE, STATUS_COMPLETE = "running", "incomplete", "complete"
_TEMPORARY = ".tmp"


class FolderTaken(ValueError):
    """The folder holds something that this command did not write, or must not write over."""


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


def claim(folder: Path, *, resume: bool = False) -> Path:
    """Make ``folder``, or take one that is empty or that an earlier run has left.

    Raises as ``check`` does.
    """
    check(folder, resume=resume)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check(folder: Path, *, resume: bool = False) -> None:
    """Whether ``folder`` may be written to; nothing is made or changed.

    Raises ``FolderTaken`` for a folder that holds what no run has left, for a file of that name, and, unless
    ``resume``, for a sweep that was not finished.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderTaken(f"{folder} is a file")
    held = held_manifest(folder)
    if held is None and folder.is_dir() and any(not _is_passing(path) for path in folder.iterdir()):
        raise FolderTaken(f"{folder} holds something else; name a folder that is new, empty or of an earlier run")
    if held is not None and held.get("status", STATUS_COMPLETE) != STATUS_COMPLETE and not resume:
        raise FolderTaken(f"{folder} holds a sweep that was not finished; go on with it: {resume_command(held)}")


def held_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest in ``folder``; None if there is none, or none of ours."""
    try:
        held = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) and "escalation" in held.get("versions", {}) else None


def resume_command(held: Mapping[str, Any]) -> str:
    """The command, as one types it, that takes up again what a manifest holds."""
    command = [str(word) for word in held.get("command", [])]
    return shlex.join(command if "--resume" in command else [*command, "--resume"])


def sweep_leftovers(folder: Path) -> None:
    """Delete what writers that were killed have left under temporary names."""
    for path in folder.glob(f".*{_TEMPORARY}"):
        path.unlink(missing_ok=True)


def _is_passing(path: Path) -> bool:
    return path.name == LOCK or (path.name.startswith(".") and path.suffix == _TEMPORARY)


def write_bytes(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path`` in one step. Returns ``path``.

    A reader, or whoever comes after a power cut, sees the old file or the new one.
    """
    return _write(path, (data,))


def write_pieces(path: Path, pieces: Iterable[str]) -> Path:
    """``write_bytes`` of a text in UTF-8 that is made as it is written, and never held as a whole."""
    return _write(path, (piece.encode() for piece in pieces))


def _write(path: Path, pieces: Iterable[bytes]) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return path


def write_text(path: Path, text: str) -> Path:
    """``write_bytes`` of a text in UTF-8."""
    return write_bytes(path, text.encode())


def as_json(value: Mapping[str, Any]) -> str:
    """A JSON object as the text of a file."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, value: Mapping[str, Any]) -> Path:
    """``write_bytes`` of a JSON object."""
    return write_text(path, as_json(value))


def _sync_folder(folder: Path) -> None:
    """Make a rename last: the name stands in the folder's own data. Not every system lets one open a folder."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def table(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV text, with the keys of the first as the head. Floats are written so that they read back equal."""
    return "".join(table_lines(rows))


def table_lines(rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """The lines of ``table``, each made when its turn comes."""
    lines: list[str] = []

    class Lines:
        def write(self, line: str) -> None:
            lines.append(line)

    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(Lines(), list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
        yield from lines
        lines.clear()


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
    write_json(folder / MANIFEST, manifest(ran, scenarios, **more))
