"""A sweep cut into parts: one flat list of (point, replication), point by point, in pieces of a fixed size.

The replication is the world's number, so that all points share their draws. Where the cuts fall depends on the size of
the sweep alone, never on blocks, workers or what was done before: a part that is missing is always the same part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.scenario.design import Values
from escalation.scenario.loader import override
from escalation.scenario.points import Points, Setting, is_structural
from escalation.scenario.scenario import Scenario
from escalation.worlds.certificates import Certified, certified
from escalation.worlds.ensemble import BLOCK, Crises, cuts, planned, run_block
from escalation.worlds.executors import Control
from escalation.worlds.totals import MOST_WORLDS, Ints, Layout, tell

PART: Final = 16_384
"""Worlds a part, as a rule: seconds of work, so that little is lost with it, in a file that is small beside it."""
SMALLEST_PART: Final = 1_024
SPREAD: Final = 64
"""Smaller sweeps are cut into this many parts, so that there is work for several workers, and progress to be seen."""
MOST_PARTS: Final = 4_096
"""Larger sweeps have larger parts: a folder of thousands of files is handled with ease, one of millions is not."""
FIRST_LOOK: Final = 4_096
"""Worlds of a point before ``precision`` is first looked at; each batch after adds half of what there is."""
MOST_ROWS: Final = 2_048
"""Points whose tables are in memory together, at 5 kB each."""


_ROOT: Final = Path(__file__).parents[1]
_KEEPERS: Final = ("documents", "folder", "locks", "refusals", "runs", "size", "store")
"""Modules beside this one that see a part only once it has been made."""


class WrongModel(Exception):
    """A worker holds another version of the model."""


def part_size(total: int) -> int:
    """Worlds a part of a sweep of ``total`` worlds."""
    usual = min(PART, max(SMALLEST_PART, -(-total // SPREAD)))
    return max(usual, -(-total // MOST_PARTS))


def batches(most: int, part: int) -> tuple[tuple[int, int], ...]:
    """First world and size of each batch of a point under ``precision``, up to ``most`` worlds.

    A batch is half of what came before it, and at most ``part``.
    """
    found: list[tuple[int, int]] = []
    done, size = 0, min(FIRST_LOOK, part)
    while done < most:
        size = min(size, most - done)
        found.append((done, size))
        done += size
        size = min(max(done // 2, 1), part)
    return tuple(found)


@dataclass(frozen=True)
class Task:
    """One part, with all that is needed to run it anywhere.

    Worlds ``first .. first + size - 1`` of the flat list that starts with point ``first_point``; ``settings`` are those
    of the points that it touches, ``worlds`` how many each point has.
    """

    number: int
    scenario: Scenario
    keys: tuple[str, ...]
    first_point: int
    settings: tuple[Setting, ...]
    first: int
    size: int
    worlds: int
    seed: int
    horizon: int
    block: int
    model: str

    @property
    def points(self) -> range:
        """The points that it touches."""
        return range(self.first_point, self.first_point + len(self.settings))

    def only(self, points: range) -> Task:
        """The worlds of some of its points, which must be neighbours."""
        skipped, end = points.start - self.first_point, points.stop - self.first_point
        begin = max(skipped * self.worlds - self.first, 0)
        return replace(
            self,
            first_point=points.start,
            settings=self.settings[skipped:end],
            first=0 if skipped else self.first,
            size=min(end * self.worlds - self.first, self.size) - begin,
        )

    def halves(self) -> tuple[Task, ...]:
        """The same worlds as two tasks, each of half of the points; none where there is one point only."""
        points, middle = self.points, len(self.settings) // 2
        return (self.only(points[:middle]), self.only(points[middle:])) if middle else ()


@dataclass(frozen=True)
class Part:
    """What a part came to: ``sums`` (points, columns of ``Layout``), and war at the horizon, eight worlds a byte.

    Where a point of it has failed there may be several of one ``number``, each of some of the part's points.
    """

    number: int
    first_point: int
    size: int
    sums: Ints
    war: NDArray[np.uint8]
    certified: tuple[Certified, ...] = ()

    @property
    def points(self) -> range:
        """The points that it touches."""
        return range(self.first_point, self.first_point + len(self.sums))


@dataclass(frozen=True)
class Study:
    """All that decides what a sweep comes to. ``part`` is the worlds a part; ``batched``: each part is one point's."""

    scenario: Scenario
    points: Points
    worlds: int
    seed: int
    horizon: int
    part: int
    batched: bool = False

    def __post_init__(self) -> None:
        for name, number in (("worlds", self.worlds), ("horizon", self.horizon), ("part", self.part)):
            if number < 1:
                raise ValueError(f"{name}: {number}; legal: 1 or more")
        if self.worlds > MOST_WORLDS:
            raise ValueError(f"worlds: {self.worlds}; legal: up to {MOST_WORLDS} a point")
        if not len(self.points):
            raise ValueError("a sweep of no points")

    @property
    def total(self) -> int:
        """Worlds of all points; under ``precision`` the most that there may be."""
        return self.worlds * len(self.points)

    @cached_property
    def layout(self) -> Layout:
        """How the totals stand in columns."""
        return Layout.of(self.horizon, tuple(country.name for country in self.scenario.countries))

    @cached_property
    def batches(self) -> tuple[tuple[int, int], ...]:
        """First world and size of each batch of a point; of a sweep that is not batched there are none."""
        return batches(self.worlds, self.part) if self.batched else ()

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.points) * len(self.batches) if self.batched else -(-self.total // self.part)

    def span(self, number: int) -> tuple[int, int, int]:
        """First point of a part, the world of that point with which it begins, and the part's size."""
        if self.batched:
            point, batch = divmod(number, len(self.batches))
            return point, *self.batches[batch]
        begin = number * self.part
        point, first = divmod(begin, self.worlds)
        return point, first, min(self.part, self.total - begin)

    def points_of(self, number: int) -> range:
        """The points that a part touches."""
        point, first, size = self.span(number)
        return range(point, point + -(-(first + size) // self.worlds))

    def task(self, number: int, block: int = BLOCK) -> Task:
        """A part, ready to be run in blocks of ``block`` worlds."""
        point, first, size = self.span(number)
        touched = self.points_of(number)
        return Task(
            number=number,
            scenario=self.scenario,
            keys=self.points.keys,
            first_point=point,
            settings=self.points.settings[touched.start : touched.stop],
            first=first,
            size=size,
            worlds=self.worlds,
            seed=self.seed,
            horizon=self.horizon,
            block=block,
            model=model_version(),
        )

    def identity(self) -> dict[str, Any]:
        """What must be the same for two sweeps to share their parts, as a manifest holds it."""
        return {
            "scenario": self.scenario.digest(),
            "points": self.points.digest(),
            "worlds": self.worlds,
            "seed": self.seed,
            "horizon_weeks": self.horizon,
            "part_worlds": self.part,
            "batched": self.batched,
            "model": model_version(),
        }


def run_task(task: Task, control: Control) -> Part:
    """Run a part, block by block; ``control`` is told of the worlds done.

    Raises ``Stopped`` where ``control`` asks for it, and ``WrongModel`` where this is not the model that was asked for.
    """
    if task.model != model_version():
        raise WrongModel(f"this worker holds model {model_version()}, the sweep is of model {task.model}")
    layout = Layout.of(task.horizon, tuple(country.name for country in task.scenario.countries))
    sums = layout.blank(len(task.settings))
    war = np.zeros(task.size, dtype=np.bool_)
    solved: list[Certified] = []
    for variant, points in variants(task):
        begin = max(points.start * task.worlds - task.first, 0)
        end = min(points.stop * task.worlds - task.first, task.size)
        owner, numbers = np.divmod(np.arange(task.first + begin, task.first + end, dtype=np.int64), task.worlds)
        values = _values(variant, task, points)
        ready = planned(variant, values, owner - points.start, numbers)
        with Crises(ready, task.seed) as crises:
            for first, size in cuts(ready.rows, task.block):
                chosen = slice(first, first + size)
                ran = run_block(crises, first, size, horizon=task.horizon, marks=layout.weeks, control=control)
                tell(layout, ran.at, ran.civilians, numbers[chosen], owner[chosen], sums)
                war[begin + first : begin + first + size] = ran.at[task.horizon].war
                control.advance(size)
        solved += certified(variant, ready.tables, ready.rows, task.first_point + points.start)
    return Part(task.number, task.first_point, task.size, sums, np.packbits(war), tuple(solved))


def variants(task: Task) -> Iterator[tuple[Scenario, range]]:
    """Runs of neighbouring points that share all but numbers, as the scenario that they share and their places."""
    places = [place for place, key in enumerate(task.keys) if is_structural(task.scenario, key)]
    known: dict[tuple[object, ...], Scenario] = {(): task.scenario}
    first = 0
    while first < len(task.settings):
        choice = tuple(task.settings[first][place] for place in places)
        end = first + 1
        while (
            end < min(len(task.settings), first + MOST_ROWS)
            and tuple(task.settings[end][place] for place in places) == choice
        ):
            end += 1
        if choice not in known:
            changes = {task.keys[place]: value for place, value in zip(places, choice, strict=True)}
            known[choice] = override(task.scenario, changes)
        yield known[choice], range(first, end)
        first = end


def _values(variant: Scenario, task: Task, points: range) -> Values:
    columns: dict[str, Any] = {key: number.value for key, number in variant.numbers.items()}
    for place, key in enumerate(task.keys):
        if not is_structural(task.scenario, key):
            columns[key] = np.array([task.settings[point][place] for point in points], dtype=np.float64)
    return Values(len(points), columns)


def model_sources() -> list[Path]:
    """Every source of which ``run_task`` makes a part: all that this module imports, and what they import in turn.

    Whole folders, for what is added to one must not be forgotten here; of ``worlds`` without the modules that only keep
    parts or tell of them, so that no sweep is refused because its folder is read in another way.
    """
    found = [path for path in _ROOT.glob("*.py") if not path.name.startswith("__")]
    found += [path for folder in ("model", "scenario") for path in (_ROOT / folder).rglob("*.py")]
    found += [path for path in (_ROOT / "worlds").glob("*.py") if path.stem not in _KEEPERS]
    return sorted(found)


@cache
def model_version() -> str:
    """Hash of all sources that decide what a part holds, as 16 hexadecimal digits."""
    sha = hashlib.sha256()
    for source in model_sources():
        text = source.read_bytes()
        sha.update(f"{source.relative_to(_ROOT).as_posix()} {len(text)}\n".encode() + text)
    return sha.hexdigest()[:16]
