"""Places in a text, each kept in one integer: a big repository's facts hold three million."""

from __future__ import annotations

from typing import TypeAlias

from repro_check.findings import Span

At: TypeAlias = int | tuple[int, int, int, int]
"""A place: a packed integer, or line, column, end line and end column where those do not fit."""

_MOST = (1 << 14) - 1
_LAST_LINE = (1 << 21) - 1


def packed(line: int, column: int, end_line: int, end_column: int) -> At:
    """A `Span` as one integer below 2**63: line, column, further lines, end column.

    The line has 21 bits and the others 14 each, which only generated code does not keep to.
    """
    more = end_line - line
    if column > _MOST or end_column > _MOST or more > _MOST or line > _LAST_LINE:
        return line, column, end_line, end_column
    return line << 42 | column << 28 | more << 14 | end_column


def unpacked(at: At) -> Span:
    """The span that was packed."""
    if not isinstance(at, int):
        return Span(*at)
    line = at >> 42
    return Span(line, at >> 28 & _MOST, line + (at >> 14 & _MOST), at & _MOST)


def line_of(at: At) -> int:
    """The line on which a place begins."""
    return at >> 42 if isinstance(at, int) else at[0]


def lines_of(at: At) -> range:
    """The lines that a place covers."""
    if not isinstance(at, int):
        return range(at[0], at[2] + 1)
    line = at >> 42
    return range(line, line + (at >> 14 & _MOST) + 1)


TOP = packed(1, 1, 1, 1)
"""The beginning of a text."""
