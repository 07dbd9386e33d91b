"""What only a process of its own can tell: memory, start-up, compilation, and kernels left uncompiled.

``python -m benchmarks.probes memory 10000`` and ``... uncompiled 8 4`` are the child processes; they print JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENARIO = "nonresponse"
POINTS = 20
"""Points of the sweep whose memory is measured."""
PART = 16_384
"""Worlds of the part that is measured: what a sweep cuts itself into."""
ROOT = Path(__file__).resolve().parent.parent


def child(*arguments, module="benchmarks.probes", **environment):
    """Wall seconds and output of ``python -m module arguments``. Raises ``CalledProcessError`` if it fails."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    before = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return time.perf_counter() - before, done.stdout


def best_of(times, *arguments):
    """Shortest wall seconds of the command ``escalation`` with ``arguments``."""
    return min(child(*arguments, module="escalation")[0] for _ in range(times))


def start_up():
    """Wall seconds of commands as a user runs them; the first use with an empty cache of machine code."""
    one = ("run", SCENARIO, "-n", "1", "--json")
    with tempfile.TemporaryDirectory() as empty:
        first, _ = child(*one, module="escalation", NUMBA_CACHE_DIR=empty)
    return {
        "escalation --help": best_of(5, "--help"),
        f"escalation check {SCENARIO}": best_of(3, "check", SCENARIO),
        "first use: one crisis, compiling": first,
        "one crisis, compiled already": best_of(3, *one),
    }


def memory(worlds):
    """Peak megabytes above the imports of a process that sweeps ``worlds`` one-year crises by two workers."""
    return json.loads(child("memory", str(worlds))[1])["megabytes"]


def uncompiled(worlds, weeks):
    """CPU seconds a live world-week with the kernels left as Python."""
    return json.loads(child("uncompiled", str(worlds), str(weeks), ESCALATION_COMPILE="0")[1])["seconds"]


def _peak():
    """Most megabytes that this program has held: what getrusage tells begins with what its parent held."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024.0
    raise RuntimeError("the system does not tell how much memory was held")


def _memory(worlds):
    from escalation.analysis.sweep import sweep
    from escalation.scenario.loader import load
    from escalation.worlds.ensemble import simulate

    scenario = load(SCENARIO)
    simulate(scenario, 1, horizon=1)  # the compiled code is loaded: an import of its own kind
    before = _peak()
    sweep(SCENARIO, {"errors.scale": f"0:2:{POINTS}"}, worlds=int(worlds) // POINTS, progress=False)
    return {"megabytes": _peak() - before}


def part():
    """One part of a sweep: CPU seconds, live world-weeks, bytes on disk, megabytes held before and megabytes more."""
    return json.loads(child("part")[1])


def _part():
    from escalation.analysis.sweep import plan_sweep
    from escalation.worlds.executors import Threads
    from escalation.worlds.folder import Ran
    from escalation.worlds.store import Store
    from escalation.worlds.sweep import run_points

    def run(worlds):
        """CPU seconds, live world-weeks and bytes on disk of so many worlds of each of three points."""
        plan = plan_sweep(SCENARIO, {"errors.scale": "0.5:1.5:3"}, worlds=worlds)
        with tempfile.TemporaryDirectory() as folder, Threads(1) as one:
            store = Store(Path(folder, "part"), Ran.now(["benchmarks"], 0))
            cpu = time.process_time()
            ran = run_points(plan.scenario, plan.points, worlds, executor=one, store=store, part=PART)
            seconds = time.process_time() - cpu
            written = sum(file.stat().st_size for file in Path(folder, "part", "parts").iterdir())
            return seconds, sum(totals.tallies["weeks"] for totals in ran.totals), written

    run(1)
    before = _peak()
    run(PART // 3)  # what a process imports, and asks of the system, once is not what a part costs
    one, two = run(PART // 3), run(2 * PART // 3)  # nor is what a sweep begins with: it is in both
    seconds, weeks, written = (more - less for less, more in zip(one, two, strict=True))
    return {
        "seconds": seconds,
        "weeks": weeks,
        "bytes": written,
        "resident": before,
        "megabytes": _peak() - before,
    }


def grid():
    """Wall seconds of four million crises: a sweep of 20 by 20 points as a user asks for it, and all that it writes."""
    with tempfile.TemporaryDirectory() as folder:
        vary = [word for key in ("errors.scale=0:2:20", "choice.rationality=0.2:0.6:20") for word in ("--vary", key)]
        out = ("-n", "10000", "--out", str(Path(folder, "grid")), "--quiet")
        return child("sweep", SCENARIO, *vary, *out, module="escalation")[0]


class Apart:
    """Two processes that share nothing but the machine, kept ready to run crises by one worker each."""

    def __enter__(self):
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        command, pipe = [sys.executable, "-m", "benchmarks.probes", "alone"], subprocess.PIPE
        environment = {**os.environ, "PYTHONPATH": path}
        self._children = [
            subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) for _ in range(2)
        ]
        for child in self._children:
            child.stdout.readline()
        return self

    def __exit__(self, kind, error, trace):
        for child in self._children:
            child.stdin.close()
            child.wait()
            child.stdout.close()

    def run(self, worlds, seed, horizon):
        """Wall seconds of ``worlds`` crises, half by either, which begin together."""
        for child in self._children:
            child.stdin.write(f"{worlds // 2} {seed} {horizon}\n")
            child.stdin.flush()
        return max(float(child.stdout.readline()) for child in self._children)


def _alone():
    from escalation.scenario.loader import load
    from escalation.worlds.ensemble import simulate

    scenario = load(SCENARIO)
    simulate(scenario, 1, horizon=1)
    print("ready", flush=True)
    for line in sys.stdin:
        worlds, seed, horizon = map(int, line.split())
        before = time.perf_counter()
        simulate(scenario, worlds, seed=seed, horizon=horizon, workers=1)
        print(time.perf_counter() - before, flush=True)


def _uncompiled(worlds, weeks):
    from escalation.model.layout import N_WEEKS
    from escalation.scenario.loader import load
    from escalation.worlds.ensemble import simulate

    scenario = load(SCENARIO)
    before = time.process_time()
    outcome = simulate(scenario, int(worlds), horizon=int(weeks), workers=1)
    return {"seconds": (time.process_time() - before) / int(outcome.end.tallies[N_WEEKS].sum())}


if __name__ == "__main__":
    print(
        json.dumps(
            {"alone": _alone, "memory": _memory, "part": _part, "uncompiled": _uncompiled}[sys.argv[1]](*sys.argv[2:])
        )
    )
