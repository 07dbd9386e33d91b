"""What a sweep leaves in its folder beside results.csv: the figure, sweep.json, and the page that is made of it."""

from __future__ import annotations

from pathlib import Path

from escalation.analysis.sweep_result import SweepResult
from escalation.report import heatmap
from escalation.report.page import build
from escalation.report.sweep import headline
from escalation.worlds.folder import write_pieces
from escalation.worlds.runs import SWEEP


def write_sweep(result: SweepResult, folder: Path) -> None:
    """Write them; points that are missing are marked as missing. Raises ``NoRun`` as ``write_page`` does."""
    heatmap.sweep_figure(result, folder)
    write_pieces(folder / SWEEP, result.json_pieces(headline=headline(result)))
    build.write_page(folder)
