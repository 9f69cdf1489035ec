"""`repro-check data status`."""

from __future__ import annotations

import click

from repro_check.cli.data.asking import asked, output_format, reading
from repro_check.cli.output import say
from repro_check.data import State
from repro_check.data.repository import not_declared, verify_all
from repro_check.render.data_text import table, unread_lines


@click.command("status")
@click.argument("configs", nargs=-1)
@output_format
@reading
def command(
    configs: tuple[str, ...], output_format: str, cluster: str | None, remote: bool
) -> None:
    """Show the data that CONFIGS (default: all) declare, and what has become of them.

    Exit code 0 whatever is found: `verify` is for checks.
    """
    with asked(configs, address=cluster, remote=remote) as opened:
        project = opened.session.project
        found = list(
            verify_all(
                project, means=opened.means, announce=opened.announce, includes=opened.includes
            )
        )
        unread = list(opened.unread())
        others = list(not_declared(project, includes=opened.includes))
    if output_format == "json":
        from repro_check.render.data_document import document

        click.echo(document(found, others, unread=unread))
        return
    lines = [*table(found, others), *unread_lines(unread)]
    say("\n".join(lines) if lines else "No config declares data.")
    if others or any(item.verdict.state is State.NOT_RECORDED for item in found):
        say("`repro-check data lock` records what is not recorded or not declared.", err=True)
