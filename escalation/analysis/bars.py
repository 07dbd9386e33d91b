"""A progress bar for a sweep: in a notebook as its widget, on a terminal as a line, elsewhere not at all."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from escalation.worlds.sweep import Progress, Standing


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", {})


@contextmanager
def bar(hidden: bool = False) -> Iterator[Progress]:
    """A bar of worlds done, with the rate, the time left and the odds of war so far."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without widgets gets a line of text, which will do
        from tqdm.auto import tqdm

    hidden = hidden or not (in_notebook() or sys.stderr.isatty())
    with tqdm(total=0, unit=" worlds", unit_scale=True, disable=hidden, file=sys.stderr, leave=False) as shown:

        def tell(standing: Standing) -> None:
            if shown.disable:
                return
            if shown.total != standing.most:
                shown.reset(standing.most)  # its clock too: nothing was run before
                shown.initial = 0
            if found := standing.kept - shown.initial:  # what a folder held counts as done, and for no speed
                shown.initial += found
                shown.n += found
                shown.last_print_n += found
            if standing.odds is not None:
                shown.set_postfix_str(f"odds so far {100 * standing.odds:.2f} in 100", refresh=False)
            shown.update(standing.done - shown.n)

        yield tell
