"""The command that does what a call of ``escalation.sweep`` does, for the manifest: to be read, and to go on with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from escalation.scenario.scenario import Scenario
from escalation.worlds.refusals import POINTS, SCENARIO

REFERENCE = "reference"
_OPTIONS = ("seed", "horizon", "rule", "workers", "block", "cluster", "precision")


def command_of(
    out: Path, scenario: object, worlds: int, vary: Mapping[str, object], given: Mapping[str, Any]
) -> list[str]:
    """The words of the command; what has no words, a scenario or a table made in Python, is taken from ``out``.

    ``given`` are the other arguments of ``sweep`` by their names; those that are None are left out.
    """
    words = ["escalation", "sweep", _scenario(scenario, out)]
    points = given.get("points")
    if points is not None:
        words += ["--points", os.fspath(points) if isinstance(points, (str, os.PathLike)) else str(out / POINTS)]
    for key, spec in vary.items():
        words += ["--vary", key if spec is None else f"{key}={_listed(spec)}"]
    if given.get("sample") is not None:
        words += ["--sample", str(given["sample"])]
    if given.get("against") is not None:
        words += ["--against", _scenario(given["against"], out / REFERENCE)]
    words += ["-n", str(worlds)]
    for name in _OPTIONS:
        if given.get(name) is not None and not (name == "rule" and isinstance(scenario, Scenario)):
            words += [f"--{name}", str(given[name])]
    if not isinstance(scenario, Scenario):  # a scenario in the folder has them in it
        for key, value in (given.get("overrides") or {}).items():
            words += ["--set", f"{key}={_plain(value)}"]
    return [*words, "--out", str(out)]


def _scenario(scenario: object, folder: Path) -> str:
    return os.fspath(scenario) if isinstance(scenario, (str, os.PathLike)) else str(folder / SCENARIO)


def _listed(spec: object) -> str:
    """``LO:HI:N`` as it is, a sequence or an array as ``a,b,c``."""
    if isinstance(spec, str):
        return spec
    tolist = getattr(spec, "tolist", None)
    values: Any = tolist() if callable(tolist) else spec
    return ",".join(map(_plain, values))


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
