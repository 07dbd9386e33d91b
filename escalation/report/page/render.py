"""A page as HTML: one file with its style and figures inside, no script, and nothing to fetch."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from escalation.report.page.parts import Page, block_kind
from escalation.worlds.folder import write_text
from escalation.worlds.runs import PAGE

if TYPE_CHECKING:
    from jinja2 import Environment

FIGURES: Final = "figures"
"""The folder beside the page that holds each figure as PNG and PDF."""


def html(page: Page) -> str:
    """The whole page. The same page is the same text, to the byte."""
    css = files("escalation.report.page").joinpath("page.css").read_text(encoding="utf-8")
    return _environment().get_template("page.html.j2").render(page=page, css=css, kind_of=block_kind).lstrip()


def write(page: Page, folder: Path) -> list[Path]:
    """Write the page and its figures into ``folder``; what was written, the page first.

    Figures of an earlier page that this one has not are deleted.
    """
    text = html(page)
    figures = folder / FIGURES
    if page.charts:
        figures.mkdir(exist_ok=True)
    written = [path for chart in page.charts for path in chart.save(figures)]
    for stale in set(figures.glob("*.*")) - set(written):
        stale.unlink()
    return [write_text(folder / PAGE, text), *written]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("escalation.report.page", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
