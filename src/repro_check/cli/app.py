"""The commands there are; each is imported only when it is called."""

from __future__ import annotations

import click

from repro_check import __version__
from repro_check.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Check files or the whole repository.",
    "rule": "Explain one rule.",
    "rules": "List all rules.",
    "baseline": "Accept today's findings and fail only on new ones.",
    "init": "Write settings, pre-commit hooks and a workflow for this repository.",
    "config": "Show the experiments and the config that each really runs with.",
    "checkpoint": "Look into model files without loading them.",
    "data": "Record and verify the digests of data.",
    "deps": "Freeze the dependencies, and check that somebody else can install them.",
    "secrets": "Find credentials in files and in history, and label what was found.",
    "smoke": "Run the checkpoint on a clean machine.",
    "release": "Everything that must hold before publishing.",
    "settings": "Show the settings of repro-check that hold here, or their JSON Schema.",
    "version": "Print the version.",
}


class _Commands(LazyGroup):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from error


@click.group(
    cls=_Commands,
    summaries=_COMMANDS,
    package=__package__,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="repro-check", message="%(prog)s %(version)s")
def app() -> None:
    """Find out why other people will not be able to reproduce this work."""
