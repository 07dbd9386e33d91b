"""From a run folder to its page. What ``--out`` writes and what ``report DIR`` writes anew come from here alone."""

from __future__ import annotations

from pathlib import Path

from escalation.report.page import runs, sweeps, theses
from escalation.report.page.material import Material, read
from escalation.report.page.parts import Page
from escalation.report.page.render import write
from escalation.worlds.runs import NoRun

_PAGES = {"thesis": theses.page, "run": runs.page, "sweep": sweeps.page}


def page(material: Material) -> Page:
    """The page of what a folder holds. Raises ``NoRun`` where that is not enough for one."""
    make = _PAGES.get(material.kind)
    if make is None:
        raise NoRun(f"there is no page for a {material.kind or 'run of an unknown kind'}; legal: {', '.join(_PAGES)}")
    document = material.get(material.kind)
    if document is None:
        raise NoRun(f"{material.kind}.json is missing: the page is made of it")
    try:
        return make(material, document)
    except (KeyError, IndexError, TypeError) as fault:
        raise NoRun(f"{material.kind}.json is not what this version writes: {fault!r}") from fault


def write_page(folder: Path) -> list[Path]:
    """Write ``report.html`` and its figures into a run folder, from its files; what was written, the page first.

    Raises ``NoRun`` for a folder that does not hold enough, and ``OSError``.
    """
    return write(page(read(folder)), folder)
