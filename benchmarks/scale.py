"""The measured figures of ``docs/scale.md``, and what follows from them for 10⁹ crises, between its two marks."""

from pathlib import Path

from benchmarks.page import table

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PART = 16_384
"""Worlds a part of a sweep, up to 67 million worlds; beyond, parts grow (``worlds.tasks``)."""
LARGE_PART = 244_141
"""Worlds a part at 10⁹."""
PRICE = 0.05
"""Of a core-hour, as an example."""
SIZES = {"4 million (20 × 20 points of 10,000)": 4e6, "10⁸": 1e8, "10⁹": 1e9}


def spell(seconds):
    """Seconds in the unit that suits them."""
    for unit, length in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2.0 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def measured(found):
    """The list and the tables, as text; ``found`` is ``page.Measured``."""
    part = found.part
    a_crisis = found.horizon * part["seconds"] / part["weeks"]
    listed = [
        ["time of a week of one world, in a part of a sweep", f"{part['seconds'] / part['weeks'] * 1e6:.2f} µs"],
        [f"a part of {PART:,} worlds, three points", f"{part['seconds']:.1f} s, {part['bytes'] / 1e3:.1f} kB on disk"],
        ["libraries and compiled code, before the first world", f"{part['resident']:.0f} MB a process"],
        ["a part under way, beside them", f"{part['megabytes']:.0f} MB a worker"],
        ["two workers over one", f"{found.gain:.2f}"],
    ]
    work = []
    for name, crises in SIZES.items():
        seconds = crises * a_crisis
        work.append(
            [
                name,
                f"{seconds / 3600.0:.2g}",
                spell(seconds / 2.0),
                spell(seconds / 64.0),
                spell(seconds / 1000.0),
                f"{seconds / 3600.0 * PRICE:.2g}",
            ]
        )
    head = ["worlds of 52 weeks", "core-hours", "on 2 cores", "on 64", "on 1,000", f"cost at {PRICE} a core-hour"]
    large = LARGE_PART * a_crisis
    on = f"{found.facts['processor']}, Python {found.facts['Python']}"
    return f"""Measured on {found.date} by `{found.command}`, {on};
scenario `{found.scenario}`, {found.horizon} weeks.

{table(["quantity", "figure"], listed)}
{table(head, work)}
A part of {LARGE_PART:,} worlds, as at 10⁹, takes {spell(large)} of one core: that is the most that a worker can lose.
"""


def written(text, found):
    """``text`` of the page with what stands between the marks renewed. Raises ``ValueError`` without the marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/scale.md: {BEGIN} and {END} are not both there")
    return f"{before}{BEGIN}\n{measured(found)}{END}{after}"


def write(path: Path, found):
    """Renew the page at ``path``."""
    path.write_text(written(path.read_text(encoding="utf-8"), found), encoding="utf-8")
