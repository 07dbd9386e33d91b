"""The contenders on the same scenario and seed, timed in turns: A B C A B C ..., so that a busy moment hits all."""

import time
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from benchmarks import fused, one_world, probes
from benchmarks.one_world.case import Case
from escalation.model.layout import N_WEEKS
from escalation.worlds.ensemble import BLOCK, plan, simulate

ROWS = "model, a parameter row a world"


@dataclass
class Times:
    """CPU and wall seconds of one contender, round by round, and what was done in each."""

    crises: int
    live_weeks: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def timed(self, work):
        """Run ``work``, which returns its live world-weeks."""
        cpu, wall = time.process_time(), time.perf_counter()
        weeks = work()
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)
        self.live_weeks.append(weeks)

    @property
    def a_week(self):
        """CPU seconds a live world-week, by round."""
        return [cpu / weeks for cpu, weeks in zip(self.cpu, self.live_weeks, strict=True)]

    @property
    def crises_a_second(self):
        """By round, of CPU time."""
        return [self.crises / cpu for cpu in self.cpu]


def ratio(slow, fast):
    """How many times longer ``slow`` takes for a live world-week than ``fast``: median over rounds, lowest, highest."""
    found = [a / b for a, b in zip(slow.a_week, fast.a_week, strict=True)]
    return median(found), min(found), max(found)


def same_outcomes(scenario, horizon, few=20, many=600):
    """Check that all three give the same whole numbers. Raises ``RuntimeError`` naming the one that does not."""
    reference = simulate(scenario, many, horizon=horizon, workers=1)
    loop = fused.simulate(plan(scenario, many), horizon=horizon)
    if not (np.array_equal(loop.N, reference.end.tallies) and np.array_equal(loop.civilians, reference.civilians)):
        raise RuntimeError("the fused loop does not give the model's outcomes")
    case = Case(scenario)
    for number in range(few):
        world = one_world.run(case, number, horizon=horizon)
        if world.tallies != reference.end.tallies[:, number].tolist():
            raise RuntimeError(f"one-world Mesa does not give the model's outcomes in world {number}")


def contest(scenario, horizon, rounds, few, many, progress):
    """``Times`` of one-world Mesa (``few`` crises a round), the model and the fused loop (``many`` each), and of the
    model with a parameter row a world (half of that): draws from the priors and tables included."""
    case = Case(scenario)

    def lean(seed):
        return sum(one_world.run(case, n, seed=seed, horizon=horizon).tallies[N_WEEKS] for n in range(few))

    def model(seed):
        outcome = simulate(scenario, many, seed=seed, horizon=horizon, block=BLOCK, workers=1)
        return int(outcome.end.tallies[N_WEEKS].sum())

    def loop(seed):
        return int(fused.simulate(plan(scenario, many), seed=seed, horizon=horizon).N[N_WEEKS].sum())

    def by_row(seed):
        outcome = simulate(scenario, many // 2, seed=seed, horizon=horizon, priors=True, workers=1)
        return int(outcome.end.tallies[N_WEEKS].sum())

    contenders = {
        "one-world Mesa": (lean, Times(few)),
        "model": (model, Times(many)),
        "fused": (loop, Times(many)),
        ROWS: (by_row, Times(many // 2)),
    }
    for seed in range(rounds):
        for name, (work, times) in contenders.items():
            progress(f"round {seed + 1} of {rounds}: {name}")
            times.timed(lambda work=work, seed=seed: work(seed))
    return {name: times for name, (_, times) in contenders.items()}


def worker_contest(scenario, horizon, rounds, worlds, progress):
    """``Times`` of ``worlds`` crises by one worker and by two, through ``simulate``, and how many times as much as one
    worker two processes do, by round. Each goes first by turns, so that what else the machine does hits all.
    """
    contenders = {1: Times(worlds), 2: Times(worlds)}
    together = []
    with probes.Apart() as processes:
        for seed in range(rounds):
            progress(f"round {seed + 1} of {rounds}: one worker, two, and two processes")
            for place in range(3):
                workers = 1 + (place + seed) % 3
                if workers > 2:
                    together.append(processes.run(worlds, seed, horizon))
                    continue

                def work(workers=workers, seed=seed):
                    outcome = simulate(scenario, worlds, seed=seed, horizon=horizon, workers=workers)
                    return int(outcome.end.tallies[N_WEEKS].sum())

                contenders[workers].timed(work)
    return contenders, [one / both for one, both in zip(contenders[1].wall, together, strict=True)]
