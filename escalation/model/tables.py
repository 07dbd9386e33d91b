"""From a scenario and parameter rows to the arrays that the week works on, error channels applied."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from escalation.model.arrays import Floats, Ints, Tables
from escalation.model.errors import (
    aim,
    attribution,
    control,
    execution,
    fragility,
    identification,
    perception,
    signal,
    survival,
)
from escalation.model.layout import COLUMNS, FIRST_ALLY, FIRST_PROXY, GENERAL
from escalation.scenario.design import Values
from escalation.scenario.keys import dotted
from escalation.scenario.registry import Owner
from escalation.scenario.scenario import Act, Scenario


def _table(values: Values, keys: Sequence[str]) -> Floats:
    """Array (rows, keys) of the numbers ``keys``."""
    table = np.empty((values.rows, len(keys)))
    table[:] = [values[key][0] for key in keys]
    for place, key in enumerate(keys):
        if not values.fixed(key):
            table[:, place] = values[key]
    return table


def _instances(values: Values, owner: Owner, names: Collection[str]) -> Floats:
    """Array (rows, instances, columns) of one kind of owner."""
    columns = COLUMNS[owner]
    table = _table(values, [dotted(owner, name, key) for name in names for key in columns])
    return table.reshape(values.rows, len(names), len(columns))


def _general(scenario: Scenario, values: Values) -> Floats:
    """Array (rows, columns) of the world's, the defender's and the challenger's numbers."""
    owners = {"defender": scenario.defender.name, "challenger": scenario.challenger.name}
    split = [key.partition(".") for key in GENERAL]
    keys = (f"{owners[first]}.{rest}" if first in owners else f"{first}{dot}{rest}" for first, dot, rest in split)
    return _table(values, list(keys))


def _links(acts: tuple[Act, ...], instruments: Mapping[str, int], countries: Mapping[str, int]) -> Ints:
    rows = [(instruments[act.instrument] if act.instrument else -1, countries.get(act.country, -1)) for act in acts]
    return np.array(rows, dtype=np.int64).reshape(len(acts), 2)


def build(scenario: Scenario, values: Values) -> Tables:
    """Tables of ``scenario`` for the parameter rows of ``values``, with the error channels' multipliers applied.

    Raises ``ValueError`` where a scenario has more actors than the draws have room for.
    """
    proxies, allies = scenario.in_role("proxy"), scenario.in_role("ally")
    if len(proxies) > FIRST_ALLY - FIRST_PROXY or len(allies) > 32:
        raise ValueError(f"{scenario.name}: at most {FIRST_ALLY - FIRST_PROXY} proxies and 32 allies")
    defender_acts, challenger_acts = scenario.acts[scenario.defender.name], scenario.acts[scenario.challenger.name]
    instruments = {tool.name: i for i, tool in enumerate(scenario.instruments)}
    countries = {country.name: i for i, country in enumerate(scenario.countries)}
    ally_index = {ally.name: i for i, ally in enumerate(allies)}

    general = _general(scenario, values)
    scale = values["errors.scale"]

    def channel(name: str) -> NDArray[np.float64]:
        return np.asarray(scale * values[f"errors.{name}"], dtype=np.float64)

    tools = _instances(values, "instrument", instruments)
    agents = _instances(values, "proxy", [actor.name for actor in proxies])
    aim.apply(tools, channel("aim"))
    control.apply(agents, channel("control"))
    identification.apply(general, channel("identification"))
    attribution.apply(general, channel("attribution"))
    execution.apply(general, channel("execution"))
    perception.apply(general, channel("perception"))
    signal.apply(general, channel("signal"))
    fragility.apply(general, channel("fragility"))
    survival.apply(general, channel("survival"))

    proxy_links = np.array(
        [
            (
                instruments[actor.harass_with or ""],
                instruments[actor.kill_with or ""],
                countries[actor.host or ""],
                ally_index[actor.against] if actor.against else -1,
            )
            for actor in proxies
        ],
        dtype=np.int64,
    ).reshape(len(proxies), 4)
    order_instrument = np.full(len(challenger_acts), 0, dtype=np.int64)
    rungs = [float(values[dotted("act", f"{act.actor}.{act.name}", "rung")][0]) for act in challenger_acts]
    if len(proxies):
        for b, rung in enumerate(rungs):
            order_instrument[b] = proxy_links[0, 1 if rung >= 5.5 else 0]
    return Tables(
        general=general,
        proxies=agents,
        allies=_instances(values, "ally", [actor.name for actor in allies]),
        instruments=tools,
        defender_acts=_instances(values, "act", [f"{a.actor}.{a.name}" for a in defender_acts]),
        challenger_acts=_instances(values, "act", [f"{a.actor}.{a.name}" for a in challenger_acts]),
        countries=_instances(values, "country", countries),
        proxy_links=proxy_links,
        ally_links=np.array([(countries[a.country or ""],) for a in allies], dtype=np.int64).reshape(len(allies), 1),
        defender_links=_links(defender_acts, instruments, countries),
        challenger_links=_links(challenger_acts, instruments, countries),
        order_instrument=order_instrument,
    )
