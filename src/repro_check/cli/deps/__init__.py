"""`repro-check deps`."""

from __future__ import annotations

import click

from repro_check.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Check what is declared and frozen, and that the lock still installs (--fresh).",
    "freeze": "Make the frozen file with the tool that the repository uses.",
}


@click.group("deps", cls=LazyGroup, summaries=_COMMANDS, package=__name__)
def command() -> None:
    """Freeze the dependencies so that somebody else can install them, and check that they can."""
