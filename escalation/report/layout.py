"""Plain text set out in columns, at most 100 wide; bold and dim on a terminal only."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 100
LEAST_LAST = 20
"""Room below which a last column goes to a line of its own."""

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def bold(text: str, colour: bool) -> str:
    """``text`` in bold where ``colour`` is on."""
    return f"{_BOLD}{text}{_PLAIN}" if colour else text


def dim(text: str, colour: bool) -> str:
    """``text`` dimmed where ``colour`` is on."""
    return f"{_DIM}{text}{_PLAIN}" if colour else text


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    """``text`` in lines of at most WIDTH; words are never cut, so a long path may stand out."""
    after = indent if hanging is None else hanging
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    )


def columns(rows: Sequence[Sequence[str]], left: int = 1, indent: str = "  ", gap: str = "  ") -> list[str]:
    """Rows of cells as aligned lines: the first ``left`` columns to the left, the others to the right.

    The last column is wrapped, or put on a line of its own, if it is one of the left ones and the line would be wider
    than WIDTH.
    """
    if not rows:
        return []
    count = max(len(row) for row in rows)
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(len(row[i]) for row in full) for i in range(count)]
    lines = []
    for row in full:
        cells = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = (indent + gap.join(cells)).rstrip()
        if left < count or len(line) <= WIDTH:
            lines.append(line)
            continue
        head = indent + gap.join(cells[:-1]) + gap
        if len(head) > WIDTH - LEAST_LAST:
            lines += [head.rstrip(), *wrapped(row[-1], indent * 3)]
        else:
            lines += wrapped(row[-1], head, " " * len(head))
    return lines
