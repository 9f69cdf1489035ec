"""`repro-check settings`."""

from __future__ import annotations

import click

from repro_check.cli import opening
from repro_check.cli.output import say
from repro_check.render.visible import visible
from repro_check.settings import Settings, settings_schema


@click.command("settings")
@click.argument("path", default=".")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the settings.")
def command(path: str, schema: bool) -> None:
    """Show the settings that hold for PATH (default: this folder), and where they come from."""
    if schema:
        import json

        click.echo(json.dumps(settings_schema(), indent=2))
        return
    opened = opening.open_place((path,))
    show_settings(opened, opened.loaded.settings)


def show_settings(opened: opening.Opened, settings: Settings) -> None:
    """Print settings as TOML-like lines, with their file."""
    import json

    import msgspec

    source = opened.loaded.path
    say(
        f"# from {visible(str(source))}" if source else "# the defaults: no settings file was found"
    )
    say(f"# root {visible(str(opened.root))}")
    for key, value in msgspec.to_builtins(settings).items():
        say(f"{key} = {json.dumps(value)}")
