"""The odds of war over many points, all in the same worlds, and how each point differs from a reference.

The reference is the scenario as it stands, run in the same worlds as one point more, or another scenario at the same
points. Where a point is as dangerous as its reference lies the break-even.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from escalation.analysis.bars import bar
from escalation.analysis.contrasts import Contrast, contrasts
from escalation.analysis.intervals import newcombe
from escalation.analysis.odds import MOST_WORLDS
from escalation.analysis.point_results import PointResults, pairs_of
from escalation.analysis.prepare import prepared
from escalation.analysis.sequences import Seen, enough_at
from escalation.analysis.spread import SharedLuck
from escalation.analysis.sweep_command import command_of
from escalation.analysis.sweep_result import REFERENCE, Paired, Reference, SweepResult
from escalation.model.rules import RULES
from escalation.scenario.points import Points, alone, design, listed, rechecked
from escalation.scenario.points_file import read_points
from escalation.scenario.scenario import Scenario
from escalation.worlds.cluster import executor
from escalation.worlds.executors import Executor
from escalation.worlds.folder import Ran, table_lines, write_pieces
from escalation.worlds.runs import PAGE, RESULTS, SWEEP
from escalation.worlds.store import Store, holds, kept_parts, read_failures
from escalation.worlds.sweep import Enough, Failure, PointsRun, Progress, Standing, run_points, so_far
from escalation.worlds.tasks import PART, Study, part_size
from escalation.worlds.totals import Totals

if TYPE_CHECKING:
    import pandas as pd

Source = Scenario | str | os.PathLike[str]

WORLDS: Final = 1_000
"""Worlds a point, unless another number is given."""


def worlds_of(given: int | None, precision: float | None) -> int:
    """Worlds a point; with ``precision`` the most that it may take, the same as for one run."""
    if given is not None:
        return given
    return WORLDS if precision is None else MOST_WORLDS


@dataclass(frozen=True)
class SweepPlan:
    """A sweep that has been checked and not yet run; ``beside`` are the reference's scenario and points."""

    scenario: Scenario
    points: Points
    worlds: int
    seed: int
    horizon: int
    beside: Scenario
    beside_points: Points
    against: bool

    @property
    def reference(self) -> str:
        """What each point is set beside, as the manifest holds it."""
        where = "at the same point" if self.against else "as it stands"
        return f"{self.beside.name} {where} ({self.beside.digest()[:16]})"

    @property
    def all_worlds(self) -> int:
        """Worlds of all points and of the reference."""
        return self.worlds * (len(self.points) + len(self.beside_points))

    @property
    def world_weeks(self) -> int:
        """Weeks of all those worlds, were none at war before the horizon."""
        return self.all_worlds * self.horizon

    def studies(self, batched: bool = False) -> tuple[Study, Study]:
        """The points' and the reference's work; ``batched`` where each point stops when it is precise enough."""
        both = ((self.scenario, self.points), (self.beside, self.beside_points))
        first, second = (
            Study(
                scenario,
                points,
                self.worlds,
                self.seed,
                self.horizon,
                PART if batched else part_size(self.worlds * len(points)),
                batched,
            )
            for scenario, points in both
        )
        return first, second


def plan_sweep(
    scenario: Source,
    vary: Mapping[str, object] | None = None,
    *,
    points: Points | str | os.PathLike[str] | Sequence[Mapping[str, object]] | pd.DataFrame | None = None,
    sample: str | None = None,
    worlds: int = WORLDS,
    seed: int = 0,
    horizon: int = 52,
    against: Source | None = None,
    overrides: Mapping[str, object] | None = None,
    rule: str | None = None,
) -> SweepPlan:
    """Check everything that ``sweep`` is asked for. Raises ScenarioFault and ``ValueError`` as it does."""
    for name, number in (("worlds", worlds), ("horizon", horizon)):
        if number < 1:
            raise ValueError(f"{name}: {number}; legal: 1 or more")
    if points is not None and (vary or sample):
        raise ValueError("points: the list is the design; legal: points alone, or vary and sample")
    ready = prepared(scenario, rule=rule, overrides=overrides)
    chosen = design(ready, vary, sample=sample, seed=seed, rules=RULES) if points is None else _listed(ready, points)
    if against is None:
        return SweepPlan(ready, chosen, worlds, seed, horizon, ready, alone(ready, chosen), False)
    other = prepared(against, rule=rule, overrides=overrides)
    shared = rechecked(other, chosen, f"--against {other.name}")
    return SweepPlan(ready, chosen, worlds, seed, horizon, other, shared, True)


def _listed(
    scenario: Scenario, points: Points | str | os.PathLike[str] | Sequence[Mapping[str, object]] | pd.DataFrame
) -> Points:
    if isinstance(points, Points):
        return rechecked(scenario, points, "points", RULES)
    if isinstance(points, (str, os.PathLike)):
        return read_points(points, scenario, RULES)
    to_dict = getattr(points, "to_dict", None)
    listing: Any = to_dict("records") if callable(to_dict) else points
    rows: list[Mapping[str, object]] = list(listing)
    keys = list(rows[0]) if rows else []
    for place, row in enumerate(rows):
        if set(row) != set(keys):
            raise ValueError(f"points: point {place} names other keys than the first; legal: the same in all")
    return listed(scenario, keys, [[row[key] for key in keys] for row in rows], lambda _: ("points", None), RULES)


def paired(point: NDArray[np.bool_], reference: NDArray[np.bool_]) -> Paired | None:
    """The difference of a point from its reference over the worlds that both have, (worlds,) each; None without any.

    Where one of them ran further, the other's worlds are the first of its own.
    """
    n = min(len(point), len(reference))
    if n == 0:
        return None
    b, a = point[:n], reference[:n]
    both, only_a, only_b = int(np.sum(a & b)), int(np.sum(a & ~b)), int(np.sum(b & ~a))
    low, high = newcombe(both, only_a, only_b, n - both - only_a - only_b)
    return Paired((only_b - only_a) / n, low, high, only_a, only_b, n)


def _ignored(_: object) -> None:
    """What is done by default before a sweep, and before its folder is complete."""


def sweep(
    scenario: Source,
    vary: Mapping[str, object] | None = None,
    *,
    points: Points | str | os.PathLike[str] | Sequence[Mapping[str, object]] | pd.DataFrame | None = None,
    sample: str | None = None,
    worlds: int | None = None,
    seed: int = 0,
    horizon: int = 52,
    against: Source | None = None,
    overrides: Mapping[str, object] | None = None,
    rule: str | None = None,
    workers: int = 2,
    block: int | None = None,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    cluster: str | None = None,
    precision: float | None = None,
    progress: Progress | bool | None = None,
    finish: Callable[[SweepResult], None] = _ignored,
) -> SweepResult:
    """Run ``worlds`` worlds of a scenario, 1,000, at every point for ``horizon`` weeks; every point has the same ones.

    ``vary`` maps a dotted key to ``"LO:HI:N"``, ``"LO:HI:N:log"``, ``"a,b,c"``, a sequence or an array: together a
    grid, the first key varying slowest. ``sample`` (``lhs:N``, ``sobol:N``, ``priors:N``) draws the points instead,
    from ``"LO:HI"`` or, for None, from the number's own plausible range. ``points`` lists them: a CSV file, a table, or
    mappings. Each point is set beside the scenario as it stands, or beside ``against`` at the same point.

    With ``precision`` each point runs until the 95 % interval of its odds has that half-width, or to ``worlds`` at most
    (a million, if it is not given).
    ``out`` keeps all in a folder, with which ``resume`` goes on; ``cluster`` is a Dask scheduler's address or
    ``local``. ``progress`` is told of the ``Standing``; True or None shows a bar in a notebook or on a terminal.
    ``finish`` is called with the result before the folder is said to be complete.

    Raises ScenarioFault for a bad scenario, key or value, ``ValueError`` for sizes below 1, and what
    ``worlds.store`` and ``worlds.cluster`` raise for a folder or a cluster that cannot be used.
    """
    plan = plan_sweep(
        scenario,
        vary,
        points=points,
        sample=sample,
        worlds=worlds_of(worlds, precision),
        seed=seed,
        horizon=horizon,
        against=against,
        overrides=overrides,
        rule=rule,
    )
    settings: dict[str, Any] = {"workers": workers, "block": block, "cluster": cluster, "precision": precision}
    settings |= {"out": None if out is None else Path(out), "resume": resume, "finish": finish}
    if out is not None:
        given: dict[str, Any] = {
            "points": points,
            "sample": sample,
            "seed": seed,
            "horizon": horizon,
            "against": against,
            "rule": rule,
        }
        given |= {
            "overrides": overrides,
            "workers": workers,
            "block": block,
            "cluster": cluster,
            "precision": precision,
        }
        settings["command"] = command_of(Path(out), scenario, plan.worlds, vary or {}, given)
    if callable(progress):
        return run_sweep(plan, **settings, progress=progress)
    with bar(hidden=progress is False) as tell:
        return run_sweep(plan, **settings, progress=tell)


def run_sweep(
    plan: SweepPlan,
    *,
    workers: int = 2,
    block: int | None = None,
    out: Path | None = None,
    resume: bool = False,
    cluster: str | None = None,
    precision: float | None = None,
    progress: Progress | None = None,
    command: Sequence[str] = (),
    begin: Callable[[Executor], None] = _ignored,
    finish: Callable[[SweepResult], None] = _ignored,
) -> SweepResult:
    """Run a checked sweep; arguments as in ``sweep``. ``command`` goes into the manifest.

    What was in the folder is as it was until it is known that nothing stands against the sweep: then ``begin`` is
    called, with who does the work. ``finish`` is called with the result before the folder is said to be complete.
    """
    whole = _Whole(plan.all_worlds, progress)
    enough = None if precision is None else enough_at(precision)
    first = second = None
    if out is not None:
        ran = Ran.now(command, plan.seed)
        replaced = (RESULTS, SWEEP, PAGE)  # of an earlier sweep; this one's are written at its end
        more: dict[str, Any] = {"shape": plan.points.shape, "precision": precision}
        first = Store(out, ran, resume=resume, reference=plan.reference, replaced=replaced, beside=REFERENCE, **more)
        second = Store(out / REFERENCE, ran, resume=resume, name=REFERENCE)
        for store, study in zip((first, second), plan.studies(enough is not None), strict=True):
            store.check(study)  # a sweep that ended in its reference is not finished either
    with executor(workers, cluster) as shared, ExitStack() as held:
        if first is not None:
            held.enter_context(first.held())
        begin(shared)

        def run(scenario: Scenario, points: Points, store: Store | None, stop: Enough | None) -> PointsRun:
            return run_points(
                scenario,
                points,
                plan.worlds,
                seed=plan.seed,
                horizon=plan.horizon,
                executor=shared,
                block=block,
                store=store,
                precision=stop,
                progress=whole.stage(),
            )

        main = run(plan.scenario, plan.points, first, enough)
        beside = run(plan.beside, plan.beside_points, second, _enough_beside(plan, main, enough))
        notes = dict.fromkeys(note for store in (first, second) if store is not None for note in store.notes)
        result = _result(plan, main, beside, out, precision, tuple(notes))
        if first is not None:
            with first.room():
                write_pieces(first.folder / RESULTS, table_lines(result.rows()))
                finish(result)
            if not result.failures:
                first.complete()
    return result


def interrupted(plan: SweepPlan, out: Path, precision: float | None = None) -> SweepResult | None:
    """What a folder holds of a sweep that was stopped before its end: the points so far. Nothing is run.

    Results are written as at the end of a sweep. None, and nothing written, where no point has been begun there.
    """
    enough = None if precision is None else enough_at(precision)
    first, second = plan.studies(enough is not None)
    main = _kept(first, out, enough)
    if not main.kept and not main.failed:
        return None
    beside = _kept(second, out / REFERENCE, _enough_beside(plan, main, enough))
    result = _result(plan, main, beside, out, precision, ())
    write_pieces(out / RESULTS, table_lines(result.rows()))
    return result


def _kept(study: Study, folder: Path, enough: Enough | None) -> PointsRun:
    """What a folder holds of ``study``: nothing, where it is not its folder."""
    if not holds(folder, study):
        return so_far(study, (), (), enough)
    failed = []
    for told in read_failures(folder):
        places = {name: tuple(told[name]) for name in ("points", "settings")}
        failed.append(Failure(**{**told, **places}))
    return so_far(study, kept_parts(folder, study), failed, enough)


def _enough_beside(plan: SweepPlan, main: PointsRun, enough: Enough | None) -> Enough | None:
    """When the reference has worlds enough: the scenario as it stands as far as any of the points beside it."""
    if enough is None or plan.against:
        return enough
    return partial(_as_far_as, max(total.n for total in main.totals))


def _as_far_as(worlds: int, total: Totals) -> bool:
    return total.n >= worlds


class _Whole:
    """The standing of points and reference together, told as of one sweep; the odds are those of the points."""

    def __init__(self, most: int, progress: Progress | None) -> None:
        self._most = most
        self._progress = progress
        self._before = self._now = Standing(0, most, 0, 0, 0, 0.0)
        self._stages = 0

    def stage(self) -> Progress | None:
        """Told of the standing of the next run."""
        if self._progress is None:
            return None
        self._before, first = self._now, self._stages == 0
        self._stages += 1
        return lambda standing: self._tell(standing, first)

    def _tell(self, standing: Standing, first: bool) -> None:
        before = self._before
        self._now = Standing(
            before.done + standing.done,
            self._most,
            before.kept + standing.kept,
            standing.wars if first else before.wars,
            standing.counted if first else before.counted,
            before.seconds + standing.seconds,
        )
        if self._progress is not None:
            self._progress(self._now)


def _result(
    plan: SweepPlan,
    main: PointsRun,
    beside: PointsRun,
    out: Path | None,
    precision: float | None,
    notes: tuple[str, ...],
) -> SweepResult:
    pairs = pairs_of(len(plan.points))
    drawn, luck, luck_beside = plan.points.kind == "priors", SharedLuck(), SharedLuck()
    own = None if plan.against else _bits(beside, 0)
    for point in range(len(plan.points)):
        bits, other = _bits(main, point), _bits(beside, point) if plan.against else own
        if bits is not None and other is not None and (pair := paired(bits, other)) is not None:
            pairs[point] = astuple(pair)
        if drawn and bits is not None:
            luck.take(bits)
        if drawn and bits is not None and other is not None:
            n = min(len(bits), len(other))
            luck_beside.take(bits[:n].astype(np.int8) - other[:n])
    results = PointResults(
        plan.scenario, plan.points.settings, main.totals, main.enough, pairs, _bounds(main.totals, precision)
    )
    others = PointResults(
        plan.beside,
        plan.beside_points.settings,
        beside.totals,
        beside.enough,
        bounds=_bounds(beside.totals, precision),
    )
    shape, told = plan.points.shape, tuple[Contrast, ...]()
    if shape is not None:
        odds = np.array([np.nan if found.stated is None else found.stated.odds for found in results])
        told = contrasts(odds, shape, partial(_bits, main))
    failures = [
        {
            "run": name,
            "part": failure.part,
            "points": list(failure.points),
            "settings": list(failure.settings),
            "worlds": failure.worlds,
            "error": failure.error,
            "message": failure.message,
        }
        for name, run in (("points", main), (REFERENCE, beside))
        for failure in run.failed
    ]
    return SweepResult(
        scenario=plan.scenario,
        points=plan.points,
        results=results,
        reference=Reference(plan.beside.name, plan.against, others),
        seed=plan.seed,
        horizon=plan.horizon,
        worlds=plan.worlds,
        digest=main.digest,
        failures=tuple(failures),
        folder=None if out is None else str(out),
        precision=precision,
        notes=notes,
        certified=main.certified,
        shifts=(luck.shift(), luck_beside.shift()),
        contrasts=told,
    )


def _bits(run: PointsRun, point: int) -> NDArray[np.bool_] | None:
    """Which worlds of a point came to war, or the first of them; None where some are missing."""
    return run.war_bits(point) if run.whole(point) else None


def _bounds(totals: Sequence[Totals], precision: float | None) -> NDArray[np.float64] | None:
    """Low and high of each point's odds, (points, 2), where the number of worlds was not fixed beforehand."""
    return None if precision is None else np.array([Seen.of_totals(total).odds() for total in totals])
