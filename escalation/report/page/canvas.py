"""Figures in two widths, one for a desk or a print and one for a phone, as SVG in the page and as files beside it.

Text stays text in the SVG, so that it can be read aloud, searched and tested for collisions; nothing is told by colour
alone. Matplotlib is imported only when a figure is drawn.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from escalation.worlds.folder import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, NARROW = 7.2, 3.4
"""Inches. At 96 pixels an inch the narrow one fills a phone of 360 pixels, so that 9 points are 12 pixels there."""
KINDS: Final = ("png", "pdf")

# Okabe and Ito 2008, told apart with any of the common colour-blindnesses; light ones fill, dark ones draw.
BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7"
INK, MUTED, FAINT, PALE = "#1a1a1a", "#595959", "#c8c8c8", "#eeeeee"

_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_GEOMETRY: Final = ("d", "x", "y", "width", "height", "transform")
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")
"""Lengths are in points: two decimals are finer than any screen or print, and half as long."""
_STYLE: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "escalation",  # the same figure twice is the same file
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Bitstream Vera Sans"],
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.0,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9.0,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
}

_PROLOGUE_POINTS: Final = 13.0
"""Height of a line of a title or a note, in points."""


@dataclass(frozen=True)
class Chart:
    """A figure: ``draw`` makes it for a phone (True) or a desk (False).

    ``title`` says what it shows; ``description`` tells those who do not see it what is to be seen; ``note`` how to read
    it. All are plain text, computed.
    """

    name: str
    title: str
    description: str
    note: str
    draw: Callable[[bool], Figure]

    def svg(self, narrow: bool) -> str:
        """The figure as an SVG element for the page, its ids its own, with its title and description."""
        with style():
            figure = self.draw(narrow)
            stream = io.StringIO()
            figure.savefig(stream, format="svg", metadata={"Date": None}, facecolor="none")
        return _inlined(stream.getvalue(), f"{self.name}-{'narrow' if narrow else 'wide'}", self)

    def save(self, folder: Path) -> list[Path]:
        """Write ``name``.png and .pdf into ``folder``, with title and note, to stand alone; what was written."""
        with style():
            figure = self.draw(False)
            _alone(figure, self.title, f"{self.note} Simulated, not observed.".strip())
            figure.draw_without_rendering()
            figure.set_layout_engine("none")  # it stands as it is: no need to set it again for each kind
            return [write_bytes(folder / f"{self.name}.{kind}", _bytes(figure, kind)) for kind in KINDS]


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib's settings for the page's figures, for as long as it lasts."""
    import matplotlib

    settings: Any = _STYLE  # Matplotlib's own type is a literal of all its names
    with matplotlib.rc_context(settings):
        yield


def canvas(narrow: bool, height: float) -> Figure:
    """An empty figure of the page's width and ``height`` inches, for no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(NARROW if narrow else WIDE, height))


def folded(text: str, width: int) -> str:
    """``text`` in lines of at most ``width`` characters; words are not cut, dotted keys after a dot or underscore."""
    lines = []
    for line in textwrap.wrap(text, width, break_long_words=False):
        while len(line) > width and (cut := max(line.rfind(".", 0, width), line.rfind("_", 0, width)) + 1):
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    return "\n".join(lines)


def brief(text: str, most: int) -> str:
    """``text`` cut after a word where it is longer than ``most``; the whole stands in the page's tables."""
    return text if len(text) <= most else textwrap.shorten(text, most, placeholder="…")


def ticks(axes: Axes, *, bare: bool = False) -> None:
    """Ticks without marks; with ``bare`` no line at the left either."""
    axes.tick_params(length=0)
    if bare:
        axes.spines["left"].set_visible(False)


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """``places`` moved as little as it takes to lie ``gap`` apart and within ``low`` and ``high``, in their order.

    Labels at the ends of lines are set so: none covers another. Where there is no room for all, they share what there
    is evenly.
    """
    if not places:
        return []
    gap = min(gap, (high - low) / max(len(places) - 1, 1))
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[tuple[float, int]] = []  # (where a block of labels begins, how many)
    for place in (places[i] for i in order):
        blocks.append((place, 1))
        while len(blocks) > 1 and blocks[-2][0] + gap * blocks[-2][1] > blocks[-1][0]:
            (first, n), (second, m) = blocks[-2:]
            wanted = (first * n + (second - gap * n) * m) / (n + m)
            blocks[-2:] = [(wanted, n + m)]
    result = [0.0] * len(places)
    spread = [first + gap * k for first, n in blocks for k in range(n)]
    for k, i in enumerate(order):
        floor, ceiling = low + gap * k, high - gap * (len(places) - 1 - k)
        result[i] = min(max(spread[k], floor), ceiling)
    return result


def _bytes(figure: Figure, kind: str) -> bytes:
    stream = io.BytesIO()
    metadata = {"pdf": {"CreationDate": None}, "png": {}}[kind]
    figure.savefig(stream, format=kind, dpi=160, metadata=metadata, facecolor="white")
    return stream.getvalue()


def _alone(figure: Figure, title: str, note: str) -> None:
    """Give a figure its title above and its note below, and the height that they take."""
    width = figure.get_figwidth()
    head, foot = folded(title, int(width * 11.5)), folded(note, int(width * 16.5))
    lines = head.count("\n") + foot.count("\n") + 3
    figure.set_figheight(figure.get_figheight() + lines * _PROLOGUE_POINTS / 72.0)
    figure.suptitle(head, fontsize=11, fontweight="bold", x=0.01, ha="left")
    figure.supxlabel(foot, fontsize=7.5, x=0.01, ha="left", color=MUTED)


def _inlined(text: str, name: str, chart: Chart) -> str:
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(text)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key.endswith("href"):
                element.set(key, value.replace("#", f"#{name}-", 1))
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))
            elif key in _GEOMETRY:
                element.set(key, _LONG.sub(lambda number: f"{float(number[0]):.2f}", value))
        if element.tag == f"{{{_SVG}}}style":
            element.text = None  # matplotlib's only rule is of line joins, and would hold in the whole page
    title, description = ElementTree.Element(f"{{{_SVG}}}title"), ElementTree.Element(f"{{{_SVG}}}desc")
    title.set("id", f"{name}-title")
    title.text = chart.title
    description.set("id", f"{name}-desc")
    description.text = chart.description
    root.insert(0, title)
    root.insert(1, description)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    root.set("aria-describedby", f"{name}-desc")
    root.set("class", name.rpartition("-")[2])
    root.set("style", "stroke-linejoin: round; stroke-linecap: butt")
    return ElementTree.tostring(root, encoding="unicode")
