"""`repro-check config list`."""

from __future__ import annotations

import click

from repro_check.cli.config.asking import asked, output_format
from repro_check.cli.output import say, style_of
from repro_check.project.experiments.loading.loader_kinds import LoaderKind
from repro_check.project.experiments.naming.starting import start_command
from repro_check.project.project import Project
from repro_check.render.config_list import Started, list_text

_FEW = 3


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
        say(f"No experiment was found: {_why_none(project)}.")
        return
    style = style_of("auto")
    click.echo(list_text(found, style), color=style.color)
    hint = "`repro-check config show NAME` (or its place) prints what one of them runs with."
    if opened.here:
        hint += "\nThe commands start at the top of the repository."
    say(f"\n{hint}", err=True)


def _why_none(project: Project) -> str:
    # what is read as JSON is mostly data
    loaders = [
        loader for loader in project.experiments.loaders.every if loader.kind is not LoaderKind.JSON
    ]
    if not loaders:
        return "no program here loads a config in a way that is known"
    places = [f"{each.path}:{each.span.line} ({each.kind.value})" for each in loaders[:_FEW]]
    more = f" and {len(loaders) - _FEW} more" if len(loaders) > _FEW else ""
    return (
        f"which config is loaded at {', '.join(places)}{more}, neither a documented command nor the "
        "code says; a command in the README would, and `repro-check config show FILE` shows a config "
        "as it is read there"
    )
