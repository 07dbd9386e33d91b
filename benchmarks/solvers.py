"""``python -m benchmarks.solvers [--write FILE]``: time of the game solvers against game size, beside pygambit's.

Both solve the same files in one run, in turns, so that what else the machine does falls on both; what counts is the
ratio. Each of Gambit's solutions runs in a process of its own, for on trees it can crash.
"""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks import machine
from benchmarks.page import table
from escalation.games import efg, nfg
from escalation.games.build import bimatrix, end, game, move
from escalation.games.find import find
from escalation.games.solve import solve

ROUNDS = 3
RATIONALITY = 1.0
SECONDS = 15
"""After which pygambit is stopped."""
TABLES = (2, 5, 10, 20, 40)
TREES = ((1, 2), (2, 2), (3, 2), (4, 2), (5, 2))
CENTIPEDES = (4, 16, 64, 256)

GAMBIT = """
import json, sys, time
import pygambit
path, tree, lam = sys.argv[1], sys.argv[2] == "tree", float(sys.argv[3])
game = (pygambit.read_efg if tree else pygambit.read_nfg)(path)
start = time.perf_counter()
found = pygambit.qre.logit_solve_lambda(game, lam=[lam])
print(json.dumps(time.perf_counter() - start))
"""


def random_table(size):
    """Two players with ``size`` strategies each, payoffs uniform on whole numbers from 0 to 9."""
    rng = np.random.default_rng(size)
    names = [str(number) for number in range(size)]
    cells = [[tuple(map(int, rng.integers(0, 10, size=2))) for _ in names] for _ in names]
    return bimatrix(f"{size} by {size}", ("Row", names), ("Column", names), cells)


def hidden_moves(stages, actions):
    """Two players in turns, each of whom remembers its own moves and never sees the other's."""
    rng = np.random.default_rng(stages)

    def grow(left, histories):
        if left == 0:
            return end("", *map(int, rng.integers(0, 10, size=2)))
        who = left % 2
        label = f"{who} after {histories[who] or 'none'}"
        return move(
            "AB"[who],
            label,
            {
                str(a): grow(left - 1, tuple(h + str(a) if i == who else h for i, h in enumerate(histories)))
                for a in range(actions)
            },
        )

    return game(f"{stages} hidden move{'s' * (stages > 1)} each", ["A", "B"], grow(2 * stages, ("", "")))


def centipede(moves):
    """A centipede whose pot grows by one: perfect information, as deep as it is long."""
    branch = end("last", moves, moves)
    for place in reversed(range(moves)):
        who = place % 2
        take = end(f"take {place}", *((place + 2, place) if who == 0 else (place, place + 2)))
        branch = move("AB"[who], f"move {place}", {"take": take, "pass": branch})
    return game(f"centipede of {moves}", ["A", "B"], branch)


def ours(path):
    """Seconds to solve and certify, and the residual."""
    made = find(str(path))
    start = perf_counter()
    solution = solve(made, "quantal", RATIONALITY)
    return perf_counter() - start, solution.residual


def theirs(path):
    """Seconds that pygambit takes for the same, or in a word how it ended without a solution."""
    kind = "tree" if path.suffix == ".efg" else "table"
    try:
        done = subprocess.run(
            [sys.executable, "-c", GAMBIT, str(path), kind, str(RATIONALITY)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "stopped"
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else "crashed"


def gambit_version():
    try:
        return version("pygambit")
    except PackageNotFoundError:
        return None


def cases():
    for size in TABLES:
        made = random_table(size)
        yield made.title, f"{2 * size} strategies", ".nfg", nfg.write(made)
    for stages, actions in TREES:
        made = hidden_moves(stages, actions)
        yield made.title, f"{len(made.personal)} sets, {len(made.ends)} ends", ".efg", efg.write(made)
    for moves in CENTIPEDES:
        made = centipede(moves)
        yield made.title, f"{len(made.personal)} sets, {len(made.ends)} ends", ".efg", efg.write(made)


def rows(folder, progress):
    has_gambit = gambit_version() is not None
    for number, (title, size, ending, text) in enumerate(cases()):
        progress(title)
        path = folder / f"{number}{ending}"
        path.write_text(text, encoding="utf-8")
        mine, other, residual, ended = [], [], 0.0, "" if has_gambit else "not installed"
        for _ in range(ROUNDS):
            seconds, residual = ours(path)
            mine.append(seconds)
            # A solution that takes seconds is not repeated.
            if not ended and sum(other) < 2.0:
                taken = theirs(path)
                if isinstance(taken, str):
                    ended = taken
                else:
                    other.append(taken)
        yield [
            title,
            size,
            f"{1000 * median(mine):,.1f}",
            ended or f"{1000 * median(other):,.1f}",
            ratio(mine, other, ended),
            f"{residual:.0e}",
        ]


def ratio(mine, other, ended):
    """How many times as long pygambit takes; at least, where it was stopped."""
    if ended == "stopped":
        return f"> {SECONDS / median(mine):,.0f}"
    return "" if ended else f"{median(other) / median(mine):.2f}"


def page(found):
    facts = machine.facts()
    shown = [f"- {name}: {facts[name]}" for name in ("processor", "cores", "load at the start", "Python", "escalation")]
    shown.append(f"- pygambit: {gambit_version() or 'not installed'}")
    head = ["game", "size", "here, ms", "pygambit, ms", "pygambit / here", "residual here"]
    return "\n".join(
        [
            "# Time of the game solvers",
            "",
            f"The logit quantal response equilibrium at lambda = {RATIONALITY:g}: of tables in strategic form, of",
            f"trees in agent form. Medians of {ROUNDS} solutions each, in turns and in one run; `make solvers` takes",
            f"them again and rewrites this page. Measured on {datetime.date.today().isoformat()}.",
            "",
            *shown,
            "",
            "The time here holds the certificate as well: residual, regret of each player, and beliefs. Gambit is",
            "compiled C++ and solves small games faster than Python can call NumPy; the figures to read are the",
            f"ratios, and how both grow. *Stopped*: after {SECONDS} seconds; *crashed*: its process died or raised.",
            "Trees of perfect information are solved backwards here, without a branch to follow. Hidden moves are",
            "taken in turns by two players, each of whom sees only its own.",
            "",
            table(head, found),
        ]
    )


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.solvers", description=__doc__)
    parser.add_argument("--write", metavar="FILE", type=Path, help="write the page there as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = list(rows(Path(folder), lambda what: print(what, file=sys.stderr, flush=True)))
    text = page(found)
    print(text)
    if options.write is not None:
        from escalation.worlds.folder import write_text

        write_text(options.write, text.rstrip() + "\n")


if __name__ == "__main__":
    main()
