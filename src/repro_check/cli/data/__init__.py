"""`repro-check data`."""

from __future__ import annotations

import click

from repro_check.cli.lazy import LazyGroup

_COMMANDS = {
    "lock": "Write the digests of data into configs, and what they hold into repro-data.lock.",
    "verify": "Compare data with the digests that configs record.",
    "status": "Show all declared data in a table.",
    "diff": "Name every file that differs from what was recorded.",
    "hash": "Print the digest of a file, a folder or a bucket.",
}


@click.group("data", cls=LazyGroup, summaries=_COMMANDS, package=__name__)
def command() -> None:
    """Record the digests of data in configs, and verify them."""
