"""Groups of commands, each of which is imported only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that knows the names and summaries of its commands without importing them.

    Args:
        summaries: the summary of each by its name, in the order of the help.
        package: the package whose module of that name holds it, as `command`.
        default: the command that is meant where none is named; "" for none.
    """

    def __init__(
        self, *args: Any, summaries: Mapping[str, str], package: str, default: str = "", **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._summaries = summaries
        self._package = package
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front of words that name none."""
        known = {*self._summaries, *ctx.help_option_names}
        if self._default and (not args or args[0] not in known):
            args = [self._default, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(self._summaries)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of that name."""
        if cmd_name not in self._summaries:
            return None
        module = importlib.import_module(f"{self._package}.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help from the summaries, so that it imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))
