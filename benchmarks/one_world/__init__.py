"""The same crisis as one-world-at-a-time Mesa: one agent an actor, one model a world, plain Python floats.

Written for speed as an expert would short of arrays of worlds: numbers worked out once a scenario, local names, draws
made only where they matter, a menu's logit in one pass, no copying. The quantal rule only, and no burn-in. It gives the
outcomes of ``escalation.worlds.ensemble.simulate``, world by world (tests/test_benchmarks.py).
"""

from benchmarks.one_world.crisis import OneWorld, run

__all__ = ["OneWorld", "run"]
