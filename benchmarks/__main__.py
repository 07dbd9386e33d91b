"""``python -m benchmarks [--write FILE] [--scale FILE] [--long]``: speed against two baselines, memory, start-up."""

import argparse
import datetime
import sys
from pathlib import Path

from benchmarks import contest, machine, page, phases, probes, scale
from escalation.scenario.loader import load
from escalation.worlds.ensemble import BLOCK

HORIZON = 52
ROUNDS = 15
FEW, MANY = 100, 8 * BLOCK
"""Crises of one-world Mesa and of the others in a round: about as long, and so is what a busy moment hits."""
WORKER_WORLDS, WORKER_ROUNDS = 80_000, 3
LONG_WORKER_WORLDS, LONG_WORKER_ROUNDS = 250_000, 18
MEMORY_WORLDS = (20_000, 80_000)


def progress(what):
    print(what, file=sys.stderr, flush=True)


def measure(long, command):
    facts = machine.facts()
    scenario = load(probes.SCENARIO)
    progress("compiling, and checking that all give the same outcomes")
    contest.same_outcomes(scenario, HORIZON)
    times = contest.contest(scenario, HORIZON, ROUNDS, FEW, MANY, progress)
    worlds, rounds = (LONG_WORKER_WORLDS, LONG_WORKER_ROUNDS) if long else (WORKER_WORLDS, WORKER_ROUNDS)
    by_workers, apart = contest.worker_contest(scenario, HORIZON, rounds, worlds, progress)
    progress("phase by phase")
    spent = phases.by_phase(scenario, HORIZON, BLOCK)
    progress("uncompiled kernels")
    plain = probes.uncompiled(8, 8)
    progress("memory")
    megabytes = {worlds: probes.memory(worlds) for worlds in MEMORY_WORLDS}
    progress("start-up, and a first use that compiles")
    return page.Measured(
        scenario=probes.SCENARIO,
        actors=len(scenario.actors),
        horizon=HORIZON,
        date=datetime.date.today().isoformat(),
        command=command,
        long=long,
        facts=facts,
        contest=times,
        workers=by_workers,
        apart=apart,
        phases=spent,
        uncompiled=plain,
        memory=megabytes,
        start_up=probes.start_up(),
        part=probes.part(),
        grid=probes.grid() if long else None,
    )


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--write", metavar="FILE", type=Path, help="write the page there as well")
    parser.add_argument("--scale", metavar="FILE", type=Path, help="renew the measured figures of this page")
    parser.add_argument("--long", action="store_true", help="two workers against one on a minute of work, in turns")
    options = parser.parse_args()
    command = " ".join(["python -m benchmarks", *(["--long"] if options.long else [])])
    found = measure(options.long, command)
    text = page.render(found)
    print(text, end="")
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    if options.scale:
        scale.write(options.scale, found)


if __name__ == "__main__":
    main()
