"""Where a report goes: the terminal, or a file."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from repro_check.errors import ReproCheckError
from repro_check.findings import Report
from repro_check.render import Physical, Style, render


def style_of(color: str, *, statistics: bool = False, quiet: bool = False) -> Style:
    """How to write for this output: colour and links only for a terminal, NO_COLOR honoured."""
    is_terminal = sys.stdout.isatty()
    use_color = color == "always" or (
        color == "auto" and is_terminal and not os.environ.get("NO_COLOR")
    )
    if color == "auto" and os.environ.get("FORCE_COLOR"):
        use_color = True
    return Style(
        color=use_color,
        links=use_color and is_terminal,
        width=min(shutil.get_terminal_size((100, 24)).columns, 120),
        statistics=statistics,
        footer=not quiet,
    )


def emit(
    report: Report, output_format: str, *, style: Style, file: str | None, physical: Physical
) -> None:
    """Write a report in a format.

    Raises:
        ReproCheckError: the file cannot be written.
    """
    if file is None:
        click.echo(render(report, output_format, style, physical=physical), nl=False, color=True)
        return
    plain = Style(width=style.width, statistics=style.statistics, footer=style.footer)
    text = render(report, output_format, plain, physical=physical)
    try:
        Path(file).write_text(text, "utf-8")
    except OSError as error:
        raise ReproCheckError(
            f"the report cannot be written: {error.strerror}", where=file
        ) from error
