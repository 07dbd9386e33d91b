"""Arguments and options that several commands share, defined once."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])

LARGEST_SEED: Final = 2**63 - 1


USUAL_HORIZON: Final = 52


class Overrides(dict[str, object]):
    """Dotted key -> value, and ``texts``, the pairs as they were typed."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        super().__init__()
        self.texts = texts


def overrides_of(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> Overrides:
    """``KEY=VALUE`` texts as a mapping of dotted key to value. Raises ``click.BadParameter``."""
    overrides = Overrides(pairs)
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not equals or not key or not text.strip():
            raise click.BadParameter(f"{pair!r}: legal is KEY=VALUE, such as errors.aim=0")
        try:
            tree = tomllib.loads(f"value = {text}")
        except tomllib.TOMLDecodeError:
            hint = f"; a word needs quotes: '{key}=\"{text.strip()}\"'" if text.strip().isprintable() else ""
            raise click.BadParameter(f"{pair!r}: {text.strip()!r} is not a TOML value{hint}") from None
        if set(tree) != {"value"}:
            raise click.BadParameter(f"{pair!r}: more than one value")
        if key in overrides:
            raise click.BadParameter(f"{key} is given twice")
        overrides[key] = tree["value"]
    return overrides


scenario: Final = click.argument("scenario")
worlds: Final = click.option(
    "-n", "--worlds", type=click.IntRange(min=1), default=10_000, show_default=True, help="How many worlds to run."
)
seed: Final = click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    default=0,
    show_default=True,
    help="Seed of all draws; world N of a seed is the same world in every scenario.",
)
priors: Final = click.option("--priors", is_flag=True, help="Draw every uncertain number from its prior, once a world.")
overrides: Final = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    callback=overrides_of,
    help="Override a number or a switch by its dotted key; the value is a TOML literal. May be repeated.",
)
rule: Final = click.option("--rule", metavar="NAME", help="Decision rule of the defender and of the challenger.")
workers: Final = click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Threads; no result depends on it."
)
block: Final = click.option(
    "--block", type=click.IntRange(min=1), default=4096, show_default=True, help="Worlds a block; likewise."
)
as_json: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
quiet: Final = click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr.")


def horizon(default: int = USUAL_HORIZON) -> Callable[[F], F]:
    """``--horizon WEEKS``, by default ``default`` weeks."""
    return click.option(
        "--horizon",
        type=click.IntRange(1, 5200),
        default=default,
        show_default=True,
        metavar="WEEKS",
        help="Weeks to run.",
    )


def out(text: str) -> Callable[[F], F]:
    """``--out DIR``: the folder that a run is written to."""
    return click.option("--out", type=click.Path(file_okay=False, path_type=None), metavar="DIR", help=text)


def again(seed: int, horizon: int, priors: bool, overrides: Overrides, rule: str | None) -> str:
    """The options, as one types them, under which world N of a run is world N again; empty for the defaults."""
    parts = ["--seed", str(seed)] if seed else []
    parts += ["--horizon", str(horizon)] if horizon != USUAL_HORIZON else []
    parts += ["--priors"] if priors else []
    for text in overrides.texts:
        parts += ["--set", text]
    parts += ["--rule", rule] if rule else []
    return shlex.join(parts)


def together(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one decorator, shown by ``--help`` in the order given."""

    def apply(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return apply
