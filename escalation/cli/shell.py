"""What the command line does around every command: exit codes, one JSON object, progress, and notes on stderr."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from escalation.scenario.faults import ScenarioFault

if TYPE_CHECKING:
    from escalation.scenario.scenario import Scenario

DONE = 0
OUR_FAULT = 1
BAD_USAGE = 2
SOME_FAILED = 3
NOT_SUPPORTED = 4
INTERRUPTED = 130

SECONDS_A_POINT = 0.1
"""What foresight takes to solve a point on one core, rounded up: 400 draws of strike and of accord, November 2026."""

DEBUG = "ESCALATION_DEBUG"
COMPILING_FORESIGHT = "compiling foresight for this machine, half a minute, once"


def emit_json(value: Mapping[str, object]) -> None:
    """Print one JSON object on stdout, numbers that JSON does not know (NaN) being a fault of ours."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def note(text: str) -> None:
    """Say something on stderr, where it disturbs no output."""
    click.echo(text, err=True)


def coloured() -> bool:
    """Whether stdout takes colour: a terminal, and no NO_COLOR (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


@contextmanager
def usage_faults(prefix: str = "") -> Iterator[None]:
    """What an analysis says of an argument that is not legal, as bad usage; faults of a scenario are told elsewhere."""
    try:
        yield
    except ScenarioFault:
        raise
    except ValueError as fault:
        raise click.UsageError(f"{prefix}{fault}") from None


class Advance(Protocol):
    """A bar: called with the world-weeks just finished; ``tell`` puts a few words beside it."""

    def __call__(self, done: int, /) -> None:
        """Move on by ``done`` world-weeks."""

    def tell(self, text: str) -> None:
        """Show ``text`` beside the bar, in place of what stood there."""


def foreseen_by(scenario: Scenario, worlds: int, priors: bool) -> int | None:
    """How many points of the parameters foresight may have to solve; None where no rule plans."""
    from escalation.model.rules import PLANNERS

    rules = {scenario.defender.rule, scenario.challenger.rule}
    return None if PLANNERS.isdisjoint(rules) else worlds if priors else 1


def tell_of_compiling() -> None:
    """Have it said on stderr, above the bar, when the compiler is waited for: ``escalation.model.warm`` logs it."""
    import logging

    class Notes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            from tqdm import tqdm

            tqdm.write(record.getMessage(), file=sys.stderr)

    logger = logging.getLogger("escalation")
    if not any(handler.name == "notes" for handler in logger.handlers):
        notes = Notes()
        notes.name = "notes"
        logger.addHandler(notes)


def say_ahead(foreseen: int | None = None, workers: int = 1) -> None:
    """Say on stderr what a run waits for before it moves: the compiler, and points that foresight has to solve.

    ``foreseen`` is how many these may be; None where no rule plans.
    """
    tell_of_compiling()
    if foreseen is None:
        return
    from escalation.model.foresight import cache

    if not cache.is_warm():
        note(COMPILING_FORESIGHT)
    if foreseen > 1:
        seconds = foreseen * SECONDS_A_POINT / workers
        note(f"foresight: up to {foreseen:,} points of the parameters to solve, about {seconds:,.0f} seconds")


@contextmanager
def progress(total: int | None, quiet: bool, foreseen: int | None = None, workers: int = 1) -> Iterator[Advance]:
    """A bar on stderr for ``total`` world-weeks, shown on a terminal only; before it what the run waits for.

    ``foreseen`` and ``workers`` as in ``say_ahead``. Without a total, where a run ends when it knows enough, it counts.
    """
    from tqdm import tqdm

    if not quiet:
        say_ahead(foreseen, workers)
    hidden = quiet or not sys.stderr.isatty()
    with tqdm(total=total, unit=" world-weeks", unit_scale=True, disable=hidden, file=sys.stderr, leave=False) as bar:

        class Bar:
            def __call__(self, done: int, /) -> None:
                bar.update(done)

            def tell(self, text: str) -> None:
                bar.set_postfix_str(text)

        yield Bar()
    if not quiet:
        say_foresight()


def say_foresight() -> None:
    """Say on stderr what foresight has cost, if any rule has planned in this process."""
    foresight = sys.modules.get("escalation.model.foresight")
    if foresight is not None and foresight.LEDGER.cost.points:
        note(str(foresight.LEDGER.cost))


def exit_code_of(error: BaseException) -> int:
    """Report an error on stderr as its kind asks, and return the exit code that goes with it."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        note("interrupted")
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, ScenarioFault):
        note(str(error))
        return BAD_USAGE
    if os.environ.get(DEBUG, "") not in ("", "0"):
        traceback.print_exception(error, file=sys.stderr)
    else:
        note(f"escalation: a fault of ours: {type(error).__name__}: {error}\nSet {DEBUG}=1 to see where.")
    return OUR_FAULT
