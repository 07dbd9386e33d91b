"""What a sweep leaves in its folder beside results.csv: the figure, sweep.json, and the page that is made of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from escalation.analysis import sweep as analysis
from escalation.analysis.sweep_result import SweepResult
from escalation.report import heatmap
from escalation.report.page import build
from escalation.report.sweep import headline
from escalation.worlds.folder import write_pieces
from escalation.worlds.runs import SWEEP

Asked = ParamSpec("Asked")


def write_sweep(result: SweepResult, folder: Path) -> None:
    """The figure, and sweep.json, of which the page is made; points that are missing are marked as missing."""
    heatmap.sweep_figure(result, folder)
    write_pieces(folder / SWEEP, result.json_pieces(headline=headline(result)))


def finish_folder(result: SweepResult) -> None:
    """Write them and the page, if the sweep has a folder. Raises ``NoRun`` as ``write_page`` does."""
    if result.folder is not None:
        folder = Path(result.folder)
        write_sweep(result, folder)
        build.write_page(folder)


def _finished(run: Callable[Asked, SweepResult]) -> Callable[Asked, SweepResult]:
    @wraps(run)
    def sweep(*args: Asked.args, **named: Asked.kwargs) -> SweepResult:
        named.setdefault("finish", finish_folder)
        return run(*args, **named)

    return sweep


sweep = _finished(analysis.sweep)
"""``escalation.sweep``: that of ``analysis``, and in ``out`` the folder that the command leaves."""
