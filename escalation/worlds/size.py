"""How large a sweep will be, before it is run: parts, memory and disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from escalation.model.lanes import SHARED
from escalation.worlds.ensemble import BLOCK
from escalation.worlds.tasks import MOST_ROWS, Study

# As measured on the shipped scenarios; another scenario's actors and acts may take twice or half of it.
STATE_BYTES: Final = 2_000
"""A world while it runs: its state, and its snapshots at the marked weeks."""
NUMBER_BYTES: Final = 6_400
"""A world's numbers in lanes (``model.lanes``), where few worlds of a block share a point."""
TABLE_BYTES: Final = 5_200
"""A point's tables while it runs."""
SETTING_BYTES: Final = 48
"""A value of a key at a point, with what reading or drawing it leaves behind."""
POINT_BYTES: Final = 800
"""A point beside its values and totals, and"""
TOLD_BYTES: Final = 500
"""what the page and the text hold of it."""
BASE_BYTES: Final = 5_000_000
"""What the smallest sweep takes before it is told of, and"""
PAGE_BYTES: Final = 8_000_000
"""while its page is made."""
PLANE_BYTES: Final = 25_000_000
CELL_BYTES: Final = 14_000
"""The pictures of a plane, and each of its points, while they are drawn."""
PART_BYTES: Final = 1_200
"""A part's file without its worlds and points."""
ROW_BYTES: Final = 300
"""A point's totals in a part's file, compressed; fewer where there are few worlds to tell of:"""
WORLD_BYTES: Final = 15
RESULT_BYTES: Final = 220
"""A point's row in results.csv, without its keys."""
ENTRY_BYTES: Final = 590
"""The same in sweep.json, with its names."""
VALUE_BYTES: Final = 14
"""A number as text, with its comma: 20 if it has all its digits, 4 if it was typed."""


@dataclass(frozen=True, slots=True)
class Size:
    """``parts``, and bytes of ``memory`` (beside the libraries) and of ``disk``."""

    parts: int
    memory: int
    disk: int


def size_of(studies: Sequence[Study], *, workers: int, block: int | None = None) -> Size:
    """The size of sweeps that are run one after another, all of whose totals are held till the end.

    The first is that of the points, which the tables, the page and the text tell of.
    """
    parts = sum(study.parts for study in studies)
    told = len(studies[0].points)
    keys = studies[0].points.keys
    held, war_bits = BASE_BYTES + told * POINT_BYTES, 0
    on_disk = told * (RESULT_BYTES + ENTRY_BYTES + sum(len(key) + 4 + 2 * VALUE_BYTES for key in keys))
    busiest = 0
    for study in studies:
        points, worlds = len(study.points), study.total
        held += points * (8 * study.layout.columns + SETTING_BYTES * len(keys))
        war_bits += worlds // 8
        rows = points * len(study.batches) if study.batched else points + study.parts
        a_row = min(ROW_BYTES, WORLD_BYTES * study.worlds)
        on_disk += study.parts * PART_BYTES + rows * a_row + worlds // 8
        on_disk += len(study.scenario.resolved_toml()) + points * len(keys) * VALUE_BYTES
        a_part = study.worlds if study.batched else worlds  # under precision it is of one point
        tables = 1 if study.batched else min(-(-study.part // study.worlds), points, MOST_ROWS)
        in_block = min(BLOCK if block is None else block, study.part, a_part)
        a_world = STATE_BYTES + (NUMBER_BYTES if tables > 1 and study.worlds < SHARED else 0)
        busiest = max(busiest, in_block * a_world + tables * TABLE_BYTES)
    shape = studies[0].points.shape or ()
    is_plane = len(shape) == 2 and max(shape) > 1
    telling = told * TOLD_BYTES + (PLANE_BYTES + told * CELL_BYTES if is_plane else PAGE_BYTES)
    # what the workers have is let go before anything is told of the points
    return Size(parts, held + war_bits + max(workers * busiest, telling), on_disk)
