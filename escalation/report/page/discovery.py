"""The part of the plausible space in which an answer fails or holds, as ranges of a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from escalation.report.page.parts import Section


def section(found: Mapping[str, Any] | None, names: Mapping[str, str]) -> Section | None:
    """The box in words and as ranges; None without a search."""
    if found is None:
        return None
    raise NotImplementedError(names)
