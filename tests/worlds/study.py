"""A small sweep that many tests run, and the program that runs it in a process of its own to be killed."""

from __future__ import annotations

import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from escalation.scenario.loader import load
from escalation.scenario.points import Points, Setting
from escalation.scenario.scenario import Scenario
from escalation.worlds import tasks
from escalation.worlds.executors import Control, Executor, Threads
from escalation.worlds.folder import Ran
from escalation.worlds.store import Store
from escalation.worlds.sweep import PointsRun, run_points

if TYPE_CHECKING:
    import pytest

HORIZON = 3
PART = 24


@cache
def scenario() -> Scenario:
    """The crisis that the sweep is of."""
    return load("strike", {"war.sd": 0.5})


def points() -> Points:
    """Three axes, one of which is no number."""
    settings = tuple(
        (rule, scale, resolute) for rule in ("quantal", "level-k") for scale in (0.0, 2.0) for resolute in (0.3, 0.6)
    )
    return Points("grid", ("us.rule", "errors.scale", "us.type.resolute"), settings, (2, 2, 2))


def sweep(worlds: int = 40, *, workers: int = 2, executor: Executor | None = None, **more: object) -> PointsRun:
    """The sweep with ``worlds`` a point; ``more`` as ``run_points`` takes it."""
    with executor or Threads(workers) as ready:
        asked: dict[str, object] = {"horizon": HORIZON, "part": PART, **more}
        return run_points(scenario(), points(), worlds, executor=ready, **asked)  # type: ignore[arg-type]


def store(folder: Path, *, resume: bool = False) -> Store:
    """The folder of the sweep, as the command would take it."""
    return Store(folder, Ran.now(["escalation", "sweep", "strike", "--out", str(folder)], 0), resume=resume)


def plant(monkeypatch: pytest.MonkeyPatch, *settings: Setting) -> list[tuple[Setting, ...]]:
    """Let every task in which one of the ``settings`` stands end in an error; returns the settings of all tasks run."""
    right, ran = tasks.run_task, []

    def run_task(task: tasks.Task, control: Control) -> tasks.Part:
        ran.append(task.settings)
        if any(setting in task.settings for setting in settings):
            raise ZeroDivisionError("planted")
        return right(task, control)

    monkeypatch.setattr("escalation.worlds.sweep.run_task", run_task)
    return ran


if __name__ == "__main__":
    # --resume: a folder that is not there yet is begun
    where, number, pause = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    sizes = {"horizon": int(sys.argv[4]), "part": int(sys.argv[5])}
    try:
        sweep(number, store=store(where, resume=True), progress=lambda _: time.sleep(pause), **sizes)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.exit(130)
    except OSError as error:
        print(error, flush=True)
        sys.exit(1)
