"""Where the time of a week goes: CPU time of each phase of the model, by wrapping its kernels while a block runs."""

import time
from collections import Counter
from contextlib import contextmanager

from escalation.model import allies, challenger, defender, nature, proxies
from escalation.model.crisis import Crisis
from escalation.model.layout import N_WEEKS

PHASES = {
    "drift of beliefs and capacities": (nature, "drift"),
    "proxies": (proxies, "act"),
    "perception and attribution": (nature, "attribute"),
    "defender": (defender, "decide"),
    "challenger": (challenger, "decide"),
    "allies": (allies, "act"),
    "accidents": (nature, "accidents"),
    "close of the week": (nature, "close"),
}
REST = "Mesa, Python and the exchange's masks"


@contextmanager
def watched(spent):
    """While open, each phase adds its CPU seconds to the counter ``spent``."""
    kept = {name: getattr(module, attribute) for name, (module, attribute) in PHASES.items()}

    def wrap(name):
        phase = kept[name]

        def timed(*arguments):
            before = time.process_time()
            outcome = phase(*arguments)
            spent[name] += time.process_time() - before
            return outcome

        return timed

    try:
        for name, (module, attribute) in PHASES.items():
            setattr(module, attribute, wrap(name))
        yield
    finally:
        for name, (module, attribute) in PHASES.items():
            setattr(module, attribute, kept[name])


def by_phase(scenario, horizon, worlds, seed=0):
    """Microseconds a live world-week by phase, the rest last."""
    crisis = Crisis(scenario, worlds, seed=seed)
    spent = Counter()
    before = time.process_time()
    with watched(spent):
        for _ in range(horizon):
            crisis.step()
    total = time.process_time() - before
    weeks = int(crisis.state.N[N_WEEKS].sum())
    crisis.release()
    spent[REST] = total - sum(spent.values())
    return {name: spent[name] / weeks * 1e6 for name in (*PHASES, REST)}
