"""Dotted keys of numbers: which are legal for an owner, and what they are called in a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, TypeAlias

from escalation.scenario.registry import ROLES, Owner, Quantity, owned_by

Branch: TypeAlias = "dict[str, Branch | Quantity]"

_TABLES: Final[dict[Owner, str]] = {"instrument": "instruments", "act": "acts", "country": "countries"}


def prefix_of(owner: Owner, instance: str = "") -> str:
    """The table that holds an owner's numbers; ``instance`` of an act is ``<actor>.<act>``.

    >>> prefix_of("act", "us.hold"), prefix_of("defender", "us"), prefix_of("world")
    ('acts.us.hold', 'us', '')
    """
    if owner == "world":
        return ""
    return f"{_TABLES[owner]}.{instance}" if owner in _TABLES else instance


def dotted(owner: Owner, instance: str, key: str) -> str:
    """The full dotted key of one number.

    >>> dotted("instrument", "rocket", "p_kill")
    'instruments.rocket.p_kill'
    """
    prefix = prefix_of(owner, instance)
    return f"{prefix}.{key}" if prefix else key


@cache
def tree_of(owner: Owner) -> Branch:
    """The owner's legal keys as nested tables, quantities at the leaves."""
    root: Branch = {}
    for quantity in owned_by(owner):
        *groups, last = quantity.key.split(".")
        branch = root
        for group in groups:
            below = branch.setdefault(group, {})
            assert isinstance(below, dict), f"{quantity.key} lies below another quantity"
            branch = below
        branch[last] = quantity
    return root


def owners_in(tree: Mapping[str, object]) -> list[tuple[Owner, str]]:
    """Every owner of numbers that a (perhaps faulty) file names, as (owner, instance)."""
    found: list[tuple[Owner, str]] = [("world", "")]
    for name, entry in _tables_in(tree.get("actors")):
        role = entry.get("role")
        found.extend((known, name) for known in ROLES if known == role)
    found.extend(("instrument", name) for name, _ in _tables_in(tree.get("instruments")))
    for actor, acts in _tables_in(tree.get("acts")):
        found.extend(("act", f"{actor}.{name}") for name, _ in _tables_in(acts))
    found.extend(("country", name) for name, _ in _tables_in(tree.get("countries")))
    return found


def number_keys(tree: Mapping[str, object]) -> dict[str, Quantity]:
    """Every number that the actors, instruments, acts and countries of a file may have, by dotted key."""
    return {
        dotted(owner, instance, quantity.key): quantity
        for owner, instance in owners_in(tree)
        for quantity in owned_by(owner)
    }


def _tables_in(value: object) -> list[tuple[str, Mapping[str, object]]]:
    if not isinstance(value, Mapping):
        return []
    return [(name, entry) for name, entry in value.items() if isinstance(entry, Mapping)]
