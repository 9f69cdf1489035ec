"""`repro-check data`."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "lock": "Write the digests of data into configs, and what they hold into repro-data.lock.",
    "verify": "Compare data with the digests that configs record.",
    "status": "Show all declared data in a table.",
    "diff": "Name every file that differs from what was recorded.",
    "hash": "Print the digest of a file, a folder or a bucket.",
}


class _LazyGroup(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"repro_check.cli.data.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group("data", cls=_LazyGroup)
def command() -> None:
    """Record the digests of data in configs, and verify them."""
