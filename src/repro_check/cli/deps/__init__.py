"""`repro-check deps`."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "check": "Check what is declared and frozen, and that the lock still installs (--fresh).",
    "freeze": "Make the frozen file with the tool that the repository uses.",
}


class _LazyGroup(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"repro_check.cli.deps.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group("deps", cls=_LazyGroup)
def command() -> None:
    """Freeze the dependencies so that somebody else can install them, and check that they can."""
