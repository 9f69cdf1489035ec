"""Where words and reports go: the terminal, or a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from repro_check.atomic import write_atomic
from repro_check.errors import ReproCheckError
from repro_check.findings import Report
from repro_check.render import Physical, Style, render
from repro_check.render.visible import defuse, glyph, visible, visible_lines

_PIPED = "\t\f\ufeff\u200c\u200d"
"""Tab, form feed, byte order mark and the joiners: sources hold them, and none steers a terminal."""


def say(text: str, *, err: bool = False) -> None:
    """Print text that may hold words of the repository, with nothing that a reader would obey.

    Lines stay lines, so a path or a name goes through `visible` first.

    Args:
        text: what to print, without the last newline.
        err: print it on standard error.
    """
    from repro_check.secrets.scrub import scrub

    click.echo(defuse(visible_lines(scrub(text))), err=err)


def say_error(error: ReproCheckError) -> None:
    """Print an error on standard error; its place stays on one line."""
    where = f"{visible(error.where)}: " if error.where else ""
    say(f"repro-check: {where}{error.what}" + (f"\n  {error.fix}" if error.fix else ""), err=True)


def say_diff(text: str) -> None:
    """Print a diff so that `git apply` can take it from a pipe, and a terminal obeys none of it.

    Tabs stay. What else ordinary sources hold (a carriage return at the end of a line, a form feed,
    a byte order mark, joiners) stays only where the output is no terminal. Every other character that
    does not print is escaped, and so is a line that the GitHub runner would take for a command: such
    a diff does not apply, and `--fix` is the way. The same holds where a secret had to be hidden.
    """
    from repro_check.secrets.scrub import scrub

    is_terminal = sys.stdout.isatty()
    lines = (_diff_line(line, is_terminal=is_terminal) for line in scrub(text).split("\n"))
    click.echo("\n".join(lines), nl=False)


def _diff_line(line: str, *, is_terminal: bool) -> str:
    end = "\r" if line.endswith("\r") and not is_terminal else ""
    line = line.removesuffix(end)
    # the runner compares by culture, which passes over joiners and marks
    bare = "".join(character for character in line if character not in _PIPED)
    # a lone `::` is no command: it opens a literal block in many docstrings
    if "##[" in bare or (bare.lstrip().startswith("::") and bare.count("::") > 1):
        return defuse(visible(line)) + end
    kept = "\t" if is_terminal else _PIPED
    return "".join(char if char in kept else glyph(char) for char in line) + end


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
        width=_width(is_terminal=is_terminal),
        statistics=statistics,
        footer=not quiet,
    )


def _width(*, is_terminal: bool) -> int:
    if not is_terminal and "COLUMNS" not in os.environ:
        return 100
    import shutil  # with what it imports 1 ms, which a hook, whose output is a pipe, can do without

    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def emit(
    report: Report, output_format: str, *, style: Style, file: str | None, physical: Physical
) -> None:
    """Write a report in a format; a file is written whole or not at all.

    Raises:
        ReproCheckError: the file cannot be written; what was there is intact.
    """
    if file is None:
        click.echo(render(report, output_format, style, physical=physical), nl=False, color=True)
        return
    plain = Style(width=style.width, statistics=style.statistics, footer=style.footer)
    text = render(report, output_format, plain, physical=physical)
    # a pipe or a device, such as /dev/stdout, is written to and never replaced
    if os.path.isfile(file) or not os.path.exists(file):
        write_atomic(Path(file), text.encode())
        return
    try:
        Path(file).write_text(text, "utf-8")
    except OSError as error:
        raise ReproCheckError(
            f"the report cannot be written: {error.strerror}", where=file
        ) from error
