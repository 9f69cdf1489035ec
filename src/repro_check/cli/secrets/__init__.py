"""`repro-check secrets`."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "scan": "Look for secrets in files, or with --history in all that git still remembers.",
    "audit": "Say of each finding whether it is a secret; kept in .secrets.baseline.",
}


class _LazyGroup(click.Group):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in {*_COMMANDS, *ctx.help_option_names}:
            args = ["scan", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"repro_check.cli.secrets.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group("secrets", cls=_LazyGroup)
def command() -> None:
    """Find credentials in files and in history; `scan` may be left out.

    Nothing is ever sent anywhere, and at most the first four characters of a secret are shown.
    """
