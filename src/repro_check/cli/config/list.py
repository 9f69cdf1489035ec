"""`repro-check config list`."""

from __future__ import annotations

import click

from repro_check.cli.config.asking import asked, output_format
from repro_check.cli.output import say, style_of
from repro_check.project.experiments.naming.starting import start_command
from repro_check.render.config_list import Started, list_text


@click.command("list")
@output_format
def command(output_format: str) -> None:
    """List the experiments of this folder, by the program that runs them.

    Each with its name, where it is documented or defined, and a command that starts it. What `config
    show` takes is the name, the place, or the path of a config file.
    """
    opened = asked()
    project = opened.session.project
    found = [Started(each, start_command(project, each)) for each in opened.experiments]
    if output_format == "json":
        from repro_check.render.config_document import list_document

        click.echo(list_document(found))
        return
    if not found:
        say("No experiment was found: no program here loads a config in a way that is known.")
        return
    style = style_of("auto")
    click.echo(list_text(found, style), color=style.color)
    hint = "`repro-check config show NAME` (or its place) prints what one of them runs with."
    if opened.here:
        hint += "\nThe commands start at the top of the repository."
    say(f"\n{hint}", err=True)
