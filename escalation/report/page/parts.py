"""What a page is made of: sections of paragraphs, lists, tables, figures and commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from escalation.report.page.canvas import Chart


@dataclass(frozen=True)
class Text:
    """A paragraph; ``kind`` is empty, ``lead`` for a section's first answer, or ``note`` for small print."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Items:
    """A list of plain sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: a head, and rows of which the first cell names the row; the first ``words`` columns are text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True)
class Command:
    """A command as one types it."""

    text: str


@dataclass(frozen=True)
class Figures:
    """Big numbers side by side, each with what it counts."""

    numbers: tuple[tuple[str, str], ...]


Block: TypeAlias = Text | Items | Table | Command | Figures | Chart


@dataclass(frozen=True)
class Section:
    """One section of the page, with the id that the table of contents leads to."""

    id: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Its figures."""
        return tuple(block for block in self.blocks if isinstance(block, Chart))


@dataclass(frozen=True)
class Page:
    """A page: its title and the sentences below it, its sections, and what stands at its foot.

    ``banner`` says, before all else, what the page lacks.
    """

    title: str
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...] = field(default=())
    banner: str = ""

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every figure, in order."""
        return tuple(chart for section in self.sections for chart in section.charts)


def block_kind(block: Block) -> str:
    """The name of a block's kind, by which the template sets it."""
    return type(block).__name__.lower()


def present(sections: Sequence[Section | None]) -> tuple[Section, ...]:
    """Those that have something to say."""
    return tuple(section for section in sections if section is not None)
