"""The folder of a sweep: its manifest first, then every part as it finishes, so that it can be killed at any moment.

A part is ``parts/<number>-<first 16 hex digits of its SHA-256>.npz``, written under a temporary name, synced and
renamed (``folder.write_bytes``): what is there is whole or can be told to be damaged. A part of which a point failed is
there in pieces, files of the same number with some of its points each. Taking a sweep up again reads all of them back,
runs what is missing, and refuses a folder whose scenario, points, sizes, seed or model are not those asked for.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import json
import re
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from escalation.worlds import folder as files
from escalation.worlds.certificates import Certified, told
from escalation.worlds.folder import FAILURES, INCOMPLETE, MANIFEST, PARTS, RUNNING, STATUS_COMPLETE, FolderTaken, Ran
from escalation.worlds.locks import Lock, holder
from escalation.worlds.refusals import POINTS, SCENARIO, difference, points_csv
from escalation.worlds.tasks import Part, Study

if TYPE_CHECKING:
    from escalation.worlds.sweep import Failure, PointsRun

_PART: Final = re.compile(r"(\d+)-([0-9a-f]{16})\.npz")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CERTIFIED: Final = "certified"
_SECONDS: Final = 1.0
"""Between two writings of the list of failures: it may be long, and the next run does not need it."""


class DiskFull(OSError):
    """There is no room left for a sweep's folder; what was written before is whole."""


class Damaged(ValueError):
    """A part's file is not what was once written."""


class Store:
    """A sweep's folder. ``notes`` collects what the user should be told: damaged parts, other versions of libraries.

    ``reference`` says what the sweep is set beside: a folder that was begun with another is refused at once, and not
    when its turn comes. ``name`` is what the folder is called where notes name its files, ``replaced`` are files of an
    earlier run that go once the folder is taken, ``beside`` is a folder in it that goes where the sweep is begun anew.
    ``more`` goes into the manifest as it is.
    """

    def __init__(
        self,
        folder: Path,
        ran: Ran,
        *,
        resume: bool = False,
        reference: str = "",
        name: str = "",
        replaced: Sequence[str] = (),
        beside: str = "",
        **more: Any,
    ) -> None:
        self.folder = folder
        self._name = name and f"{name}/"
        self._replaced = replaced
        self._beside = beside
        self._held = False
        self.notes: list[str] = []
        self._ran = ran
        self._resume = resume
        self._reference = reference
        self._more = more
        self._manifest: dict[str, Any] = {}
        self._failures: dict[tuple[int, int], dict[str, Any]] = {}
        self._listed = 0.0
        self._mark = ""

    # -- begin and end -----------------------------------------------------------------------------------------
    def check(self, study: Study) -> None:
        """Whether the folder can be taken for ``study``, as far as can be told without touching it.

        Raises ``FolderTaken`` as ``begun`` does.
        """
        files.check(self.folder, resume=self._resume)
        if (writer := holder(self.folder)) is not None:
            raise FolderTaken(f"{self.folder} is being written by process {writer}")
        self._to_go_on_with(study)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for longer than its parts are run: its sweep is complete only once ``complete`` is called.

        Raises as ``begun`` does.
        """
        with self._taken():
            self._held = True
            try:
                yield
            finally:
                self._held = False

    @contextmanager
    def begun(self, study: Study) -> Iterator[None]:
        """Take the folder for ``study`` and hold it; what was not brought to its ``end`` is left as incomplete.

        Raises ``FolderTaken`` for a folder that holds something else, another sweep, a sweep that was not finished and
        is not to be resumed, or that another process is writing; ``DiskFull`` where there is no room.
        """
        with nullcontext() if self._held else self._taken():
            with self.room():
                self._open(study)
            yield

    @contextmanager
    def _taken(self) -> Iterator[None]:
        with self.room():
            files.claim(self.folder, resume=self._resume)
        with ExitStack() as held:
            with self.room():
                held.enter_context(Lock(self.folder))
            try:
                yield
            finally:
                if self._manifest.get("status") == RUNNING:
                    self._close_as(INCOMPLETE)

    def _open(self, study: Study) -> None:
        identity = study.identity()
        # of the folder as it is now that nobody else writes to it
        files.claim(self.folder, resume=self._resume)
        held = self._to_go_on_with(study)
        for name in self._replaced:
            (self.folder / name).unlink(missing_ok=True)
        files.sweep_leftovers(self.folder)
        self._mark = _mark_of(identity)
        parts = self.folder / PARTS
        if held is None:
            if self._beside:
                shutil.rmtree(self.folder / self._beside, ignore_errors=True)
            (self.folder / MANIFEST).unlink(missing_ok=True)
            for path in [*parts.glob("*"), self.folder / FAILURES]:
                path.unlink(missing_ok=True)
            self._manifest = files.manifest(
                self._ran,
                [study.scenario],
                kind="sweep",
                study=identity,
                points=len(study.points),
                point_kind=study.points.kind,
                keys=list(study.points.keys),
                worlds=study.worlds,
                horizon_weeks=study.horizon,
                reference=self._reference,
                **self._more,
            )
        else:
            self._failures = {_place(record): record for record in read_failures(self.folder)}
            self._compare_versions(held)
            self._manifest = {**held, **self._more}
        self._manifest |= {"status": RUNNING, "finished": None}
        self._write_manifest()
        parts.mkdir(exist_ok=True)
        files.sweep_leftovers(parts)
        for name, pieces in ((SCENARIO, _resolved), (POINTS, points_csv)):
            if held is None or not (self.folder / name).exists():
                files.write_pieces(self.folder / name, pieces(study))

    def _to_go_on_with(self, study: Study) -> dict[str, Any] | None:
        """The manifest of the sweep to go on with, None for one to begin. Raises ``FolderTaken`` for another sweep."""
        held = files.held_manifest(self.folder) if self._resume else None
        if held is not None and (why := difference(self.folder, held, study, self._reference)):
            raise FolderTaken(why)
        return held

    def end(self, run: PointsRun) -> None:
        """Write down what came out; the sweep is complete unless points have failed, or the folder is ``held``.

        Raises ``DiskFull``.
        """
        self._manifest |= {"digest": run.digest, "worlds_counted": run.worlds, **told(run.certified)}
        if run.failed:
            self._close_as(INCOMPLETE)
        elif not self._held:
            self.complete()

    def complete(self) -> None:
        """Write down that all is there. Raises ``DiskFull``."""
        self._close_as(STATUS_COMPLETE)

    def _close_as(self, status: str) -> None:
        self._manifest |= {"status": status, "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
        if status == STATUS_COMPLETE:
            with self.room():
                self._write_failures()
                self._write_manifest()
            return
        try:
            self._write_failures()
            self._write_manifest()
        except OSError:
            # no room even for this; "running" without a holder of the lock says the same
            self.notes.append(f"{self.folder / MANIFEST} could not be brought up to date")

    def _write_manifest(self) -> None:
        files.write_json(self.folder / MANIFEST, self._manifest)

    @property
    def resume_command(self) -> str:
        """The command that takes this sweep up again."""
        return files.resume_command(self._manifest or {"command": self._ran.command})

    # -- parts ---------------------------------------------------------------------------------------------------
    def parts(self) -> Iterator[Part]:
        """The parts that the folder holds, checked; a damaged one is deleted, noted, and so run again."""
        for path in sorted((self.folder / PARTS).iterdir()):
            try:
                part = read_part(path, self._mark)
            except Damaged as fault:
                self.notes.append(f"{self._name}{PARTS}/{path.name}: {fault}; it is computed anew")
                path.unlink()
                continue
            self._mended(part)
            yield part

    def keep(self, part: Part) -> None:
        """Write a part. Raises ``DiskFull`` where there is no room."""
        data = _packed(part, self._mark)
        name = f"{part.number:06d}-{hashlib.sha256(data).hexdigest()[:16]}.npz"
        with self.room():
            files.write_bytes(self.folder / PARTS / name, data)
        self._mended(part)

    def fail(self, failure: Failure) -> None:
        """Write down that a point has failed, now or soon. Raises ``DiskFull`` where there is no room."""
        record = asdict(failure)
        self._failures[_place(record)] = record
        self._list_failures()

    def _mended(self, part: Part) -> None:
        if self._failures:
            gone = [self._failures.pop((part.number, point), None) for point in part.points]
            if any(gone):
                self._list_failures()

    def _list_failures(self) -> None:
        if time.monotonic() - self._listed > _SECONDS:
            with self.room():
                self._write_failures()
            self._listed = time.monotonic()

    def _write_failures(self) -> None:
        if self._failures:
            lines = [json.dumps(self._failures[place], ensure_ascii=False) for place in sorted(self._failures)]
            files.write_text(self.folder / FAILURES, "\n".join(lines) + "\n")
        else:
            (self.folder / FAILURES).unlink(missing_ok=True)

    # -- faults --------------------------------------------------------------------------------------------------
    @contextmanager
    def room(self) -> Iterator[None]:
        """Whatever is written here: ``DiskFull`` where there is no room for it, which says how to go on."""
        try:
            yield
        except OSError as error:
            if error.errno not in _FULL:
                raise
            what = f"no room left for {self.folder}; what was written is whole. Free some and go on: "
            raise DiskFull(error.errno, what + self.resume_command) from error

    def _compare_versions(self, held: Mapping[str, Any]) -> None:
        now = files.versions()
        for name, version in held["versions"].items():
            if now.get(name) != version:
                self.notes.append(f"{name} was {version} when this sweep was begun and is {now.get(name)} now")


def holds(folder: Path, study: Study) -> bool:
    """Whether a folder is that of ``study``, and not of something else."""
    held = files.held_manifest(folder)
    return held is not None and held.get("study") == study.identity()


def kept_parts(folder: Path, study: Study) -> Iterator[Part]:
    """The parts that the folder of ``study`` holds, read without taking it; damaged ones are left out."""
    mark = _mark_of(study.identity())
    for path in sorted((folder / PARTS).glob("*.npz")):
        try:
            yield read_part(path, mark)
        except Damaged:
            continue


def _mark_of(identity: Mapping[str, Any]) -> str:
    """By what a part says of which sweep it is."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def read_part(path: Path, mark: str) -> Part:
    """A part from its file, checked against the checksum in its name and the ``mark`` of the sweep that it is of.

    Raises ``Damaged`` if it is anything else than what was written.
    """
    named = _PART.fullmatch(path.name)
    data = path.read_bytes()
    if named is None:
        raise Damaged("not the name of a part")
    if hashlib.sha256(data).hexdigest()[:16] != named[2]:
        raise Damaged("its bytes do not match the checksum in its name")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            if str(held["mark"]) != mark:
                raise Damaged("it belongs to another sweep")
            number, first_point, size = held["place"].tolist()
            solved = held[_CERTIFIED].tolist() if _CERTIFIED in held else []
            part = Part(number, first_point, size, held["sums"], held["war"], tuple(map(_certified, solved)))
    except (KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged(f"it cannot be read ({error})") from None
    if part.number != int(named[1]):
        raise Damaged(f"it is part {part.number}")
    return part


def read_failures(folder: Path) -> list[dict[str, Any]]:
    """What ``failures.jsonl`` of a folder lists: part, points and their settings, worlds, error, message, traceback."""
    path = folder / FAILURES
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _place(failure: Mapping[str, Any]) -> tuple[int, int]:
    """Where a failure stands among others: its part and its first point."""
    return int(failure["part"]), int(failure["points"][0])


def _packed(part: Part, mark: str) -> bytes:
    stream = io.BytesIO()
    place = np.array([part.number, part.first_point, part.size], dtype=np.int64)
    held = {"mark": np.array(mark), "place": place, "sums": part.sums, "war": part.war}
    if part.certified:
        held[_CERTIFIED] = np.array([astuple(one) for one in part.certified], dtype=np.float64)
    np.savez_compressed(stream, allow_pickle=False, **held)
    return stream.getvalue()


def _certified(row: Sequence[float]) -> Certified:
    point, sweeps, residual, settled, seconds = row
    return Certified(int(point), int(sweeps), residual, settled > 0.0, seconds)


def _resolved(study: Study) -> Iterator[str]:
    yield study.scenario.resolved_toml()
