"""Where in a dict display or a call to put one more item, at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from repro_check.findings import Edit, Span
from repro_check.project.files import PythonFile
from repro_check.sources.lines import Lines
from repro_check.text import pattern

_OWN_LINE = pattern(r"\s*(\w+\s*=\s*)?")


def append_items(
    file: PythonFile, text: str, outer: Span, last: tuple[Span, Span], items: Sequence[str]
) -> Edit | None:
    """Items behind the last one of a display or of a call's arguments, on lines of their own if it is.

    Args:
        file: the module, which is no notebook.
        text: its text.
        outer: the display or call, up to and with its closing bracket.
        last: where the last item starts (its key or value), and its value.
        items: what to add, at least one.

    Returns:
        The edit; None where more than a comma stands between the last item and the bracket, so that
        the item may end elsewhere (in a parenthesis) or has a comment of its own.
    """
    start, value = last
    lines = Lines(text)
    if outer.end_line > len(lines.starts):
        return None
    end = lines.starts[value.end_line - 1] + value.end_column - 1
    bracket = lines.starts[outer.end_line - 1] + outer.end_column - 2
    if text[end:bracket].strip() not in {"", ","}:
        return None
    row = lines.starts[start.line - 1]
    before = text[row : row + start.column - 1]
    is_alone = start.line > outer.line and _OWN_LINE.fullmatch(before) is not None
    indent = re.match(r"\s*", before)
    separator = f",\n{indent[0]}" if is_alone and indent is not None else ", "
    place = Span(value.end_line, value.end_column, value.end_line, value.end_column)
    return Edit(file.location(place), "".join(f"{separator}{item}" for item in items))
