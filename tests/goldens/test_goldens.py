"""Golden transcripts, replayed line by line: any change of the model's behaviour shows here, and is to be meant.

Refreshed only by ``make goldens`` (``python -m tests.goldens refresh``).
"""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path

import pytest

from escalation.report.log import record
from escalation.report.transcript import transcript
from escalation.scenario.loader import load, shipped

FOLDER = Path(__file__).parent
GOLDENS = sorted(FOLDER.glob("*.txt"))


def test_every_scenario_has_a_war_a_near_miss_and_a_calm() -> None:
    kinds = ("war", "near-miss", "calm")
    assert {path.stem for path in GOLDENS} == {f"{name}-{kind}" for name in shipped() for kind in kinds}


@pytest.mark.parametrize("path", GOLDENS, ids=[path.stem for path in GOLDENS])
def test_a_golden_transcript_replays(path: Path) -> None:
    head, *golden = path.read_text(encoding="utf-8").splitlines()
    asked = json.loads(head)
    scenario = load(asked["scenario"])
    log = record(scenario, asked["world"], seed=asked["seed"], horizon=asked["horizon"], priors=asked["priors"])
    for number, (now, then) in enumerate(zip_longest(transcript(log), golden), 2):
        assert now == then, f"{path.name}:{number}"
    assert (log.ending == "war") == (asked["kind"] == "war")
    if asked["kind"] == "calm":
        assert log.tallies["peak"] < 10
