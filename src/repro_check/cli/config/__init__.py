"""`repro-check config`."""

from __future__ import annotations

import click

from repro_check.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "List the experiments: how each is started, and where it is documented.",
    "show": "Show the config that an experiment runs with, and where each value is written.",
}


@click.group("config", cls=LazyGroup, summaries=_COMMANDS, package=__name__)
def command() -> None:
    """Show the experiments of this repository and the config that each really runs with.

    Nothing of the repository is run. `repro-check settings` shows the settings of repro-check.
    """
