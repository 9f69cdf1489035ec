"""`repro-check data diff`."""

from __future__ import annotations

import sys

import click
import msgspec

from repro_check.cli.data.asking import asked, output_format, reading
from repro_check.cli.output import say
from repro_check.data import State
from repro_check.data.repository import verify_all
from repro_check.render.data_text import diff_lines, unread_lines


@click.command("diff")
@click.argument("configs", nargs=-1)
@output_format
@reading
def command(
    configs: tuple[str, ...], output_format: str, cluster: str | None, remote: bool
) -> None:
    """Name every file of the data of CONFIGS (default: all) that differs from what was recorded.

    Exit code 0: nothing differs; 1: something does; 3: something could not be checked.
    """
    found = []
    with asked(configs, address=cluster, remote=remote) as opened:
        means = msgspec.structs.replace(opened.means, most_changes=sys.maxsize)
        checks = verify_all(
            opened.session.project,
            means=means,
            announce=opened.announce,
            includes=opened.includes,
        )
        for item in checks:
            found.append(item)
            if output_format == "text" and (lines := list(diff_lines(item))):
                opened.say("\n".join(lines))
        unread = list(opened.unread())
    if output_format == "json":
        from repro_check.render.data_document import document

        click.echo(document(found, unread=unread))
    elif unread:
        say("\n".join(unread_lines(unread)))
    states = {item.verdict.state for item in found}
    if State.MISMATCH in states:
        sys.exit(1)
    sys.exit(3 if unread or states - {State.MATCH, State.NOT_RECORDED} else 0)
