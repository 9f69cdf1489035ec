"""`repro-check checkpoint`."""

from __future__ import annotations

import click

from repro_check.cli.checkpoint.show import command as show


@click.group("checkpoint")
def command() -> None:
    """Look into model files without loading them."""


command.add_command(show)
