"""How large a sweep will be, before it is run: parts, memory and disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from escalation.worlds.ensemble import BLOCK
from escalation.worlds.tasks import MOST_ROWS, Study

# As measured on the shipped scenarios; another scenario's actors and acts may take twice or half of it.
STATE_BYTES: Final = 2_000
"""A world while it runs: its state, and its snapshots at the marked weeks."""
NUMBER_BYTES: Final = 6_400
"""A world's numbers in lanes (``model.lanes``), where worlds of several points share a block."""
TABLE_BYTES: Final = 5_200
"""A point's tables while it runs."""
SETTING_BYTES: Final = 32
"""A value of a key at a point."""
PART_BYTES: Final = 1_200
"""A part's file without its worlds and points."""
ROW_BYTES: Final = 300
"""A point's totals in a part's file, compressed."""
RESULT_BYTES: Final = 300
"""A point's row in results.csv."""


@dataclass(frozen=True, slots=True)
class Size:
    """``parts``, and bytes of ``memory`` (beside the libraries) and of ``disk``."""

    parts: int
    memory: int
    disk: int


def size_of(studies: Sequence[Study], *, workers: int, block: int | None = None) -> Size:
    """The size of sweeps that are run one after another, all of whose totals are held till the end."""
    parts = sum(study.parts for study in studies)
    held = on_disk = 0
    busiest = 0
    for study in studies:
        points, worlds = len(study.points), study.total
        held += points * (8 * study.layout.columns + SETTING_BYTES * len(study.points.keys)) + worlds // 8
        rows = points if study.batched else points + study.parts
        on_disk += study.parts * PART_BYTES + rows * (ROW_BYTES + RESULT_BYTES) + worlds // 8
        on_disk += len(study.scenario.resolved_toml())
        tables = min(-(-study.part // study.worlds), points, MOST_ROWS)
        in_block = min(BLOCK if block is None else block, study.part, worlds)
        a_world = STATE_BYTES + (NUMBER_BYTES if tables > 1 else 0)
        busiest = max(busiest, in_block * a_world + tables * TABLE_BYTES)
    return Size(parts, held + workers * busiest, on_disk)
