"""The command ``escalation``: the table of its commands, each imported only when it is called."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import NoReturn, cast

import click

from escalation import __version__
from escalation.cli.lazy import Entry, LazyGroup
from escalation.cli.shell import INTERRUPTED


def _entry(summary: str, module: Callable[[], ModuleType]) -> Entry:
    return Entry(summary, lambda: cast(click.Command, module().command))


ENTRIES = {
    "Scenarios": {
        "list": _entry("The shipped scenarios, theses and games.", lambda: import_module("escalation.cli.list")),
        "describe": _entry(
            "Actors, events, and every number with its source.", lambda: import_module("escalation.cli.describe")
        ),
        "diff": _entry("What differs between two scenarios.", lambda: import_module("escalation.cli.diff")),
        "new": _entry("Write a commented scenario file to start from.", lambda: import_module("escalation.cli.new")),
        "check": _entry("Every fault of scenario files, at once.", lambda: import_module("escalation.cli.check")),
        "schema": _entry(
            "A JSON Schema of scenario files, for editors.", lambda: import_module("escalation.cli.schema")
        ),
    },
    "Runs": {
        "run": _entry("The odds of war in one scenario.", lambda: import_module("escalation.cli.run")),
        "compare": _entry("Scenarios side by side, world by world.", lambda: import_module("escalation.cli.compare")),
        "sweep": _entry(
            "The odds over many points, and the break-even.", lambda: import_module("escalation.cli.sweep")
        ),
        "explain": _entry("One world as a story, week by week.", lambda: import_module("escalation.cli.explain")),
        "claim": _entry("One claim, such as 'war < 0.2': does it hold?", lambda: import_module("escalation.cli.claim")),
        "thesis": _entry("A thesis' claims, over the priors.", lambda: import_module("escalation.cli.thesis")),
    },
    "Why, and what would flip it": {
        "attribute": _entry("Which error caused which war.", lambda: import_module("escalation.cli.attribute")),
        "break-even": _entry(
            "Where two scenarios are equally dangerous.", lambda: import_module("escalation.cli.break_even")
        ),
        "sensitivity": _entry(
            "Which uncertain numbers the odds hang on.", lambda: import_module("escalation.cli.sensitivity")
        ),
        "discover": _entry(
            "In which part of the plausible space a claim fails.", lambda: import_module("escalation.cli.discover")
        ),
    },
    "Run folders": {
        "ls": _entry("The runs written below a folder.", lambda: import_module("escalation.cli.ls")),
        "report": _entry("The page of a run folder, anew.", lambda: import_module("escalation.cli.report")),
        "export": _entry("A run or sweep as Parquet or NetCDF.", lambda: import_module("escalation.cli.export")),
    },
    "Games": {
        "solve": _entry("A game's solution, certified.", lambda: import_module("escalation.cli.solve")),
    },
    "The model": {
        "odd": _entry("The model in ODD form, from its code.", lambda: import_module("escalation.cli.odd")),
        "verify": _entry("Model against record.", lambda: import_module("escalation.cli.verify")),
    },
}


@click.group(
    cls=LazyGroup,
    entries=ENTRIES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="SCENARIO is a shipped name (escalation list) or the path of a file. "
    "Exit codes: 0 done, 1 a fault of ours, 2 bad usage or a bad file, "
    "3 some points of a sweep failed, 4 a claim is not supported, 130 interrupted.",
)
@click.version_option(__version__, prog_name="escalation", message="%(prog)s %(version)s")
def cli() -> None:
    """How likely is war between two states in a crisis?

    A scenario file says who they are, what they can do and how sure anyone can be of it; the program runs the crisis
    in many worlds and counts. Start with: escalation run strike
    """
    import logging

    logging.getLogger("escalation").addHandler(logging.NullHandler())  # commands say what is logged, unless --quiet


def main() -> NoReturn:
    """Run the command line and leave with its exit code; after an interrupt at once.

    A thread that compiles, or a cluster's connections, cannot be stopped within a second: by now all that is kept is
    written and let go of, so that the process ends without them. Processes that it has begun see that it is gone, and
    end too.
    """
    try:
        cli.main(prog_name="escalation")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _leave_at_once()
        raise


def _leave_at_once() -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if processes := sys.modules.get("multiprocessing"):
        for child in processes.active_children():
            child.kill()
        # gives back semaphores, which nobody else would without complaining
        import_module("multiprocessing.util")._run_finalizers(0)
    os._exit(INTERRUPTED)
