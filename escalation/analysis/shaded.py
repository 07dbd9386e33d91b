"""A table with shaded cells, as HTML for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, how dark it is (0 to 1, None for no shade), whether it is bold, and a hint to hover for."""

    text: str
    shade: float | None = None
    strong: bool = False
    hint: str = ""


def shaded_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], left_out: int) -> str:
    """The table; ``left_out`` rows more than are given are mentioned below it."""
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    more = f"<p>{left_out:,} more rows: to_frame()</p>" if left_out > 0 else ""
    return f"<table><caption>{escape(caption)}</caption><tr>{top}</tr>{body}</table>{more}"


def _cell(cell: Cell) -> str:
    hint = f' title="{escape(cell.hint, quote=True)}"' if cell.hint else ""
    style = ""
    if cell.shade is not None:
        # black on at most half-strength orange keeps a contrast of 7:1 or more
        style = f' style="background-color: rgba(230, 97, 1, {0.55 * cell.shade:.2f}); color: black"'
    text = escape(cell.text)
    return f"<td{hint}{style}>{f'<b>{text}</b>' if cell.strong else text}</td>"
