"""What a run folder holds for its page, read back from its files: the page is never made of anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from escalation.scenario.loader import load
from escalation.scenario.scenario import Scenario
from escalation.worlds import documents
from escalation.worlds.folder import STATUS_COMPLETE
from escalation.worlds.runs import ROWS, SWEEP, NoRun, manifest_of

Document: TypeAlias = Mapping[str, Any]

DOCUMENTS: Final = ("thesis", "run", "sweep", "world", "record")
"""JSON files of a run folder from which pages are made, by their names without ``.json``."""


@dataclass(frozen=True)
class Material:
    """A run folder's manifest and documents. A document that is not there is None."""

    folder: Path
    manifest: Document
    documents: Mapping[str, Document]

    def get(self, name: str) -> Document | None:
        """One document."""
        return self.documents.get(name)

    @property
    def kind(self) -> str:
        """What was run: ``thesis``, ``run``, ``sweep`` or another."""
        return str(self.manifest.get("kind") or (self.manifest.get("command") or ["", ""])[1])

    @cached_property
    def titles(self) -> dict[str, str]:
        """The titles of the scenarios by name."""
        return {str(held["name"]): str(held["title"]) for held in self.manifest["scenarios"]}

    def short(self, arm: str) -> str:
        """What an arm is called where there is little room: its title up to the colon, or else its name."""
        title = self.titles.get(arm)
        return arm if title is None else title.partition(":")[0]

    def scenario(self, name: str) -> Scenario:
        """A scenario as the run had it. Raises ``NoRun`` where the folder does not hold it."""
        for path in (self.folder / f"scenario-{name}.toml", self.folder / "scenario.toml"):
            if path.is_file():
                return load(path)
        raise NoRun(f"the scenario {name} is missing")


def read(folder: Path) -> Material:
    """The material of a run folder. Raises ``NoRun`` for a folder that is not one, or whose run has not finished.

    A sweep that ended with points missing, or was interrupted, has left a sweep.json that says which.
    """
    if not folder.is_dir():
        raise NoRun("there is no such folder")
    manifest = manifest_of(folder)
    unfinished = manifest.get("status", STATUS_COMPLETE) != STATUS_COMPLETE
    if unfinished and not (folder / SWEEP).is_file():
        raise NoRun("its sweep was not finished")
    found = {name: _document(folder / f"{name}.json") for name in DOCUMENTS}
    return Material(folder, manifest, {name: held for name, held in found.items() if held is not None})


def _document(path: Path) -> Document | None:
    try:
        held = documents.read(path, ROWS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NoRun(f"{path.name} cannot be read: {error.strerror}") from None
    except ValueError:
        raise NoRun(f"{path.name} is not JSON") from None
    if not isinstance(held, dict):
        raise NoRun(f"{path.name} is not a JSON object")
    return held
