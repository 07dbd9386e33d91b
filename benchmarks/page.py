"""The measurements as one Markdown page, each goal beside what was measured."""

from dataclasses import dataclass
from statistics import median

from benchmarks.contest import Times, ratio

SECONDS_TO_COMPILE = 20.0
SECONDS_TO_HELP = 0.2
MEGABYTES = 400.0
TIMES_FASTER = 250.0
TIMES_SLOWER = 1.7
TIMES_BY_TWO = 1.9
"""Two workers over one, on a minute of work, in rounds; on less, two have to win."""
GRID_CRISES, GRID_SECONDS = 20 * 20 * 10_000, 90.0


@dataclass
class Measured:
    """All that one run of ``python -m benchmarks`` has found out."""

    scenario: str
    actors: int
    horizon: int
    date: str
    command: str
    long: bool  # two workers against one on a minute of work
    facts: dict[str, str]
    contest: dict[str, Times]
    workers: dict[int, Times]
    apart: list[float]  # how many times as much two processes do as one, by round
    phases: dict[str, float]  # microseconds a live world-week
    uncompiled: float  # seconds a live world-week
    memory: dict[int, float]  # megabytes by number of worlds
    start_up: dict[str, float]  # seconds
    part: dict[str, float]  # one part of a sweep: seconds, live weeks, bytes on disk, megabytes
    grid: float | None  # seconds of a sweep of four million crises, where there was time for it

    @property
    def gains(self) -> list[float]:
        """How many times faster two workers are than one, by round: wall time."""
        return [one / two for one, two in zip(self.workers[1].wall, self.workers[2].wall, strict=True)]

    @property
    def gain(self) -> float:
        """The median of ``gains``."""
        return median(self.gains)


def verdict(value, goal, most):
    """``met`` or ``MISSED``: ``value`` has to be at most ``goal``, or at least that."""
    return "met" if (value <= goal if most else value >= goal) else "**MISSED**"


def table(head, rows, align="---:"):
    """A Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *[align] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows)) + "\n"


def goals(found):
    lean, low, high = ratio(found.contest["one-world Mesa"], found.contest["model"])
    slower, least, most = ratio(found.contest["model"], found.contest["fused"])
    first = next(seconds for name, seconds in found.start_up.items() if name.startswith("first use"))
    shown = found.start_up["escalation --help"]
    megabytes = max(found.memory.values())
    one, two = found.workers[1], found.workers[2]
    gain, together = found.gain, median(two.wall)
    apiece = TIMES_BY_TWO if found.long else 1.0
    grid = found.grid if found.grid is not None else GRID_CRISES * together / two.crises
    how = "a sweep of 20 by 20 points" if found.grid is not None else "by the rate of two workers"
    return [
        (
            "times as fast as one-world Mesa",
            f"{lean:.0f} ({low:.0f} to {high:.0f})",
            f"at least {TIMES_FASTER:.0f}",
            verdict(lean, TIMES_FASTER, False),
        ),
        (
            "times the time of the fused loop",
            f"{slower:.2f} ({least:.2f} to {most:.2f})",
            f"at most {TIMES_SLOWER}",
            verdict(slower, TIMES_SLOWER, True),
        ),
        (
            "first use, compiling",
            f"{first:.1f} s",
            f"under {SECONDS_TO_COMPILE:.0f} s",
            verdict(first, SECONDS_TO_COMPILE, True),
        ),
        (
            "memory above the imports",
            f"{megabytes:.0f} MB",
            f"under {MEGABYTES:.0f} MB",
            verdict(megabytes, MEGABYTES, True),
        ),
        (
            f"two workers over one, {len(one.wall)} rounds of {median(one.wall):.0f} s of work",
            f"{gain:.2f} ({min(found.gains):.2f} to {max(found.gains):.2f})",
            f"at least {apiece}",
            verdict(gain, apiece, False),
        ),
        (
            f"{GRID_CRISES:,} crises, {how}",
            f"{grid:.0f} s",
            f"under {GRID_SECONDS:.0f} s",
            verdict(grid, GRID_SECONDS, True),
        ),
        ("help", f"{shown:.2f} s", f"within {SECONDS_TO_HELP} s", verdict(shown, SECONDS_TO_HELP, True)),
    ]


def contenders(found):
    rows = []
    for name, times in found.contest.items():
        week, rate = times.a_week, times.crises_a_second
        actor = median(week) / found.actors * 1e9
        rows.append(
            [
                name,
                f"{min(week) * 1e6:.3g}",
                f"{median(week) * 1e6:.3g}",
                f"{actor:,.0f}",
                f"{max(rate):,.0f}",
                f"{median(rate):,.0f}",
                f"{median(times.wall) / median(times.cpu):.2f}",
            ]
        )
    week = found.uncompiled
    crises = 1.0 / (week * found.horizon)
    rows.append(
        ["model, uncompiled", f"{week * 1e6:,.0f}", "", f"{week / found.actors * 1e9:,.0f}", f"{crises:.2g}", "", ""]
    )
    head = ["", "µs a week, best", "median", "ns an actor-week", "crises/s, best", "median", "wall/CPU"]
    return table(head, rows)


def workers(found):
    rows = [
        [
            str(count),
            f"{min(times.wall):.2f}",
            f"{median(times.wall):.2f}",
            f"{median(times.cpu):.2f}",
            f"{times.crises / median(times.wall):,.0f}",
        ]
        for count, times in found.workers.items()
    ]
    head = ["workers", "wall s, best", "median", "CPU s", "crises/s"]
    crises, apart = found.workers[1].crises, found.apart
    return table(head, rows) + (
        f"\n{crises:,} crises in each run; {len(found.gains)} rounds, in which each goes first by turns.\n"
        f"Two workers are {found.gain:.2f} times as fast as one ({min(found.gains):.2f} to {max(found.gains):.2f}).\n"
        f"Two processes of one worker each, which share nothing but the machine, do {median(apart):.2f} times as much\n"
        f"as one in these rounds ({min(apart):.2f} to {max(apart):.2f}): two cores have about that to give.\n"
    )


def phases(found):
    total = sum(found.phases.values())
    rows = [[name, f"{spent:.3f}", f"{spent / total:.0%}"] for name, spent in found.phases.items()]
    return table(["phase", "µs a live world-week", "share"], [*rows, ["total", f"{total:.3f}", "100%"]])


def memory(found):
    rows = [[f"{worlds:,}", f"{megabytes:.0f}"] for worlds, megabytes in found.memory.items()]
    return table(["one-year crises in a sweep, two workers", "peak MB above the imports"], rows)


def render(found):
    """The page as text."""
    rounds = len(found.contest["model"].cpu)
    machine = table(["", "measured on"], [[name, value] for name, value in found.facts.items()], "---")
    few, many = found.contest["one-world Mesa"].crises, found.contest["model"].crises
    return f"""# Performance

Written by `{found.command}` on {found.date}; not edited by hand. Scenario `{found.scenario}`, {found.horizon} weeks,
{found.actors} actors, quantal rule, central values, recording nothing but the tallies.

{table(["goal", "measured", "wanted", ""], [list(row) for row in goals(found)])}
Ratios are medians over {rounds} rounds (lowest to highest in brackets) of CPU time for a live world-week. The
contenders take turns within a round, so that a busy moment hits all of them.

## What is compared

- *One-world Mesa* (`benchmarks/one_world/`): one Mesa model a world, one agent an actor, lean plain Python: floats,
  numbers worked out once a scenario, no NumPy and no compiler in the week, draws only where they matter.
- *Model*: the package, Mesa agents whose steps call compiled kernels over a block of worlds; one thread.
- *Fused* (`benchmarks/fused.py`): the same week as one compiled loop without Mesa or Python inside, a tile of worlds at
  a time that stays in cache. It calls the model's own kernels, compiled to SIMD code: the ratio to it is about what
  Mesa, the interpreter and passing a block through memory cost. It is no lower bound: its tiles are smaller than
  blocks, and what a call begins with is done more often. Nor does it tell what other kernels (intrinsics, 32-bit
  numbers) would gain.

Before the clocks start, the three are checked to give the same whole numbers, world by world. A round is {few} crises
of one-world Mesa and {many:,} of the others. A week is a live world-week: worlds that have ended cost little and
count for nothing.

{contenders(found)}
*A parameter row a world* is `run --priors`, with drawing the numbers and working out their tables in it. The last row
is the model's own functions left uncompiled, as tests run them (`ESCALATION_COMPILE=0`), on a few worlds.

## Two workers

{workers(found)}
## Where a week goes

{phases(found)}
## Memory

{memory(found)}
What a sweep of twenty points adds to the package with its compiled code loaded; results are summed up as they come.

## Start-up

{table(["command", "seconds"], [[name, f"{seconds:.2f}"] for name, seconds in found.start_up.items()])}
Wall time of a new process, the best of several but for the first use, which is one try with an empty cache.

## Machine

{machine}"""
