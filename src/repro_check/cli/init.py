"""`repro-check init`."""

from __future__ import annotations

import sys

import click

from repro_check.cli import opening
from repro_check.cli.output import say, say_diff
from repro_check.render.visible import visible
from repro_check.setup import apply, plan, unified_diff


@click.command("init")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--diff", "diff_only", is_flag=True, help="Show what would be written, and stop.")
def command(yes: bool, diff_only: bool) -> None:
    """Write settings, pre-commit hooks and a GitHub workflow for this repository.

    Shows a diff first; existing files are added to, never replaced.
    """
    opened = opening.open_place((), isolated=True)
    changes = plan(opened.root)
    if not changes:
        click.echo("Everything is set up already.")
        return
    say_diff(unified_diff(changes))
    for change in changes:
        if change.note:
            say(f"{visible(change.path)}: {change.note}")
    if diff_only:
        return
    if not yes:
        if not sys.stdin.isatty():
            click.echo("Nothing was written. `repro-check init --yes` writes it.", err=True)
            sys.exit(2)
        if not click.confirm("Write these changes?"):
            click.echo("Nothing was written.")
            return
    apply(changes, opened.root)
    click.echo("Written. Next: `pre-commit install`, then `repro-check check`.")
