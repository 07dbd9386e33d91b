"""A group of commands of which only the one that is called is imported, so that help answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from escalation.cli.shell import DONE, exit_code_of
from escalation.scenario.faults import closest


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of the group: what it does in a line, and how to import it."""

    summary: str
    load: Callable[[], click.Command]


class LazyGroup(click.Group):
    """Commands by name; ``entries`` are listed in the order of the table, under their headings."""

    def __init__(self, *, entries: dict[str, dict[str, Entry]], **settings: Any) -> None:
        """``entries``: heading -> name -> entry."""
        super().__init__(**settings)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the table's order."""
        return [name for group in self.entries.values() for name in group]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None for a name that is not in the table."""
        for group in self.entries.values():
            if cmd_name in group:
                return group[cmd_name].load()
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``args`` start with. Raises ``click.UsageError`` with the nearest name."""
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-"):
            near = closest(args[0], names)
            hint = f" Did you mean {near!r}?" if near else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without importing what is in it."""
        widest = max(len(name) for name in self.list_commands(ctx))
        for heading, group in self.entries.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), entry.summary) for name, entry in group.items()])

    def main(self, args: Sequence[str] | None = None, *_: Any, **settings: Any) -> NoReturn:
        """Run, report what goes wrong on stderr, and leave with the exit code that the contract names."""
        settings["standalone_mode"] = False
        settings.setdefault("auto_envvar_prefix", "ESCALATION")
        try:
            code = super().main(args, **settings)
        except (Exception, KeyboardInterrupt) as error:
            code = exit_code_of(error)
        sys.exit(code if isinstance(code, int) else DONE)
