"""`repro-check config`."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "list": "List the experiments: how each is started, and where it is documented.",
    "show": "Show the config that an experiment runs with, and where each value is written.",
}


class _LazyGroup(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"repro_check.cli.config.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group("config", cls=_LazyGroup)
def command() -> None:
    """Show the experiments of this repository and the config that each really runs with.

    Nothing of the repository is run. `repro-check settings` shows the settings of repro-check.
    """
