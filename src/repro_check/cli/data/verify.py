"""`repro-check data verify`."""

from __future__ import annotations

import sys

import click

from repro_check.cli.data.asking import asked, output_format, reading
from repro_check.cli.output import say
from repro_check.data import State
from repro_check.data.repository import verify_all
from repro_check.render.data_text import unread_lines, verdict_lines


@click.command("verify")
@click.argument("configs", nargs=-1)
@output_format
@reading
def command(
    configs: tuple[str, ...], output_format: str, cluster: str | None, remote: bool
) -> None:
    """Compare data with the digests that CONFIGS (default: all) record.

    Exit code 0: all match; 1: a mismatch; 3: something could not be checked.
    """
    found = []
    with asked(configs, address=cluster, remote=remote) as opened:
        checks = verify_all(
            opened.session.project,
            means=opened.means,
            announce=opened.announce,
            includes=opened.includes,
        )
        for item in checks:
            found.append(item)
            if output_format == "text":
                opened.say("\n".join(verdict_lines(item)))
        unread = list(opened.unread())
    if output_format == "json":
        from repro_check.render.data_document import document

        click.echo(document(found, unread=unread))
    elif unread:
        say("\n".join(unread_lines(unread)))
    elif not found:
        click.echo(
            "No config here declares data with a digest. `repro-check data lock` records it."
        )
    states = {item.verdict.state for item in found}
    if State.MISMATCH in states:
        sys.exit(1)
    sys.exit(3 if unread or states - {State.MATCH} else 0)
