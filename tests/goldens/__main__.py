"""``python -m tests.goldens refresh``: the only writer of the golden transcripts.

For each shipped scenario three worlds are looked for: the first that came to war, the one without war that went
furthest, and the calmest. Where no world of a batch comes to war, the next batch is asked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from escalation.report.log import record
from escalation.report.transcript import transcript
from escalation.scenario.loader import load, shipped
from escalation.worlds.ensemble import simulate
from escalation.worlds.outcomes import Outcomes

FOLDER = Path(__file__).parent
WORLDS = 4000
BATCHES = ((52, False), (52, True), (208, True))
"""Weeks, and whether the uncertain numbers are drawn from their priors."""


def choose(outcomes: Outcomes) -> dict[str, int]:
    """Worlds by kind: ``war`` (if there is one), ``near-miss`` and ``calm``."""
    end = outcomes.end
    at_peace = np.flatnonzero(end.tally("ending") == 0)
    peak, rungs = end.tally("peak")[at_peace], end.tally("rung_sum")[at_peace]
    kinds = {"near-miss": int(at_peace[peak.argmax()]), "calm": int(at_peace[np.lexsort((rungs, peak))[0]])}
    if end.war.any():
        kinds["war"] = int(end.war.argmax())
    return kinds


def refresh() -> None:
    """Write every transcript anew and remove those that no scenario stands for any more."""
    written = set()
    for name in shipped():
        scenario = load(name)
        found: dict[str, dict[str, object]] = {}
        for horizon, priors in BATCHES:
            outcomes = simulate(scenario, WORLDS, horizon=horizon, priors=priors)
            for kind, world in choose(outcomes).items():
                asked = {"scenario": name, "kind": kind, "world": world, "seed": 0}
                found.setdefault(kind, {**asked, "horizon": horizon, "priors": priors})
            if "war" in found:
                break
        else:
            raise SystemExit(f"{name}: no world of {len(BATCHES)} x {WORLDS} came to war")
        for kind, asked in found.items():
            log = record(scenario, asked["world"], seed=0, horizon=asked["horizon"], priors=asked["priors"])
            path = FOLDER / f"{name}-{kind}.txt"
            path.write_text("\n".join([json.dumps(asked), *transcript(log)]) + "\n", encoding="utf-8")
            written.add(path)
            print(f"{path.name}: world {asked['world']}, {asked['horizon']} weeks, priors {asked['priors']}")
    for path in set(FOLDER.glob("*.txt")) - written:
        path.unlink()
        print(f"{path.name} removed")


if __name__ == "__main__":
    if sys.argv[1:] != ["refresh"]:
        raise SystemExit("usage: python -m tests.goldens refresh")
    refresh()
