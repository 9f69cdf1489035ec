"""The shell lines of a notebook's cells: `!pip install x`, `%conda install x`, `%%bash`.

What IPython hands to a shell or to its own pip and conda magics
(https://ipython.readthedocs.io/en/stable/interactive/magics.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from repro_check.sources.lines import Lines
from repro_check.sources.magics import plain_python
from repro_check.sources.notebook import cells_of, load, source_of
from repro_check.sources.shell_places import ShellCommand, placed_commands
from repro_check.text import pattern

_SHELL_CELL = pattern(r"\s*%%(?:bash|sh|shell|script\s+(?:ba)?sh)\b[^\n]*\n?")
_SHELL_LINE = pattern(
    r"\s*(?:(?P<mark>!+|%(?=(?:pip|conda|mamba|micromamba|uv)\b))|(?:pip3?|conda|mamba)\s+(?:install|create)\s)"
)
_NOT_BREAK = pattern(r"[^\n]")


class CellCommand(NamedTuple):
    """A shell command and the cell, from 1, that it stands in."""

    cell: int
    command: ShellCommand


def shell_commands(data: bytes) -> Iterator[CellCommand]:
    """The shell commands of a notebook's code cells, in order.

    Raises:
        Unreadable: no JSON, or no notebook.
    """
    for number, raw in enumerate(cells_of(load(data)), start=1):
        if raw.get("cell_type") != "code":
            continue
        source = source_of(raw)
        text = _shell_text(source)
        if text.strip():
            for command in placed_commands(text, Lines(source).span):
                yield CellCommand(number, command)


def _shell_text(source: str) -> str:
    """The source with everything that is no shell text blanked, all offsets kept."""
    cell = _SHELL_CELL.match(source)
    if cell:
        return _NOT_BREAK.sub(" ", cell[0]) + source[cell.end() :]
    if plain_python(source) is None:
        return ""
    parts: list[str] = []
    is_continued = False
    for line in source.split("\n"):
        found = None if is_continued else _SHELL_LINE.match(line)
        if is_continued or found:
            at = found.end("mark") if found and found["mark"] else 0
            parts.append(" " * at + line[at:])
            is_continued = line.rstrip().endswith("\\")
        else:
            parts.append(" " * len(line))
    return "\n".join(parts)
