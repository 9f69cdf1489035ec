"""`repro-check checkpoint`."""

from __future__ import annotations

import click

from repro_check.cli.lazy import LazyGroup

_COMMANDS = {"show": "Show what a model file holds, and what loading it would run."}


@click.group("checkpoint", cls=LazyGroup, summaries=_COMMANDS, package=__name__)
def command() -> None:
    """Look into model files without loading them."""
