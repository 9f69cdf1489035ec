"""`repro-check version`."""

from __future__ import annotations

import click

from repro_check import __version__


@click.command("version")
def command() -> None:
    """Print the version."""
    click.echo(f"repro-check {__version__}")
