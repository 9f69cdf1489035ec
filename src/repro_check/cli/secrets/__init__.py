"""`repro-check secrets`."""

from __future__ import annotations

import click

from repro_check.cli.lazy import LazyGroup

_COMMANDS = {
    "scan": "Look for secrets in files, or with --history in all that git still remembers.",
    "audit": "Say of each finding whether it is a secret; kept in .secrets.baseline.",
}


@click.group("secrets", cls=LazyGroup, summaries=_COMMANDS, package=__name__, default="scan")
def command() -> None:
    """Find credentials in files and in history; `scan` may be left out.

    Nothing is ever sent anywhere, and at most the first four characters of a secret are shown.
    """
