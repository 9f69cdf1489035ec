"""A source line with a mark under the exact place, whatever characters it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from repro_check.render.visible import columns, glyph

if TYPE_CHECKING:
    from repro_check.findings import Span

_TAB = "    "
_CUT = "..."


class Snippet(msgspec.Struct, frozen=True):
    """A line ready to print; `before` and `length` of the mark are terminal columns."""

    text: str
    before: int
    length: int


def snippet(source: str, span: Span, room: int) -> Snippet:
    """The first line of `source`, cropped to `room` columns around the span.

    Tabs take four columns, wide characters two, combining marks none. A span over several lines
    is marked to the end of its first. The work is bounded by `room`, not by the line's length.
    """
    line = source.partition("\n")[0].rstrip("\r")
    start = min(max(span.column - 1, 0), len(line))
    stop = len(line.rstrip()) if span.end_line > span.line else span.end_column - 1
    stop = min(max(stop, start), len(line))

    first = _first_shown(line, start, stop, room)
    lead = _CUT if first else ""
    shown = _fitting(line[first : first + room], room - len(lead))
    tail = ""
    if first + len(shown) < len(line):
        tail = _CUT
        shown = _fitting(line[first : first + room], room - len(lead) - len(tail))

    marked = shown[max(start - first, 0) : stop - first]
    return Snippet(
        lead + "".join(shown) + tail,
        len(lead) + _width(shown[: start - first]),
        max(_width(marked), 1),
    )


def _first_shown(line: str, start: int, stop: int, room: int) -> int:
    """The index to begin at: 0 if the mark then fits, else so that it starts a third in."""
    if stop <= room and len(_fitting(line[:stop], room - len(_CUT))) == stop:
        return 0
    leading = line[max(start - room, 0) : start]
    return start - len(_fitting(leading[::-1], room // 3))


def _fitting(text: str, room: int) -> list[str]:
    """The glyphs of the longest prefix that fits into `room` columns."""
    if text.isascii() and text.isprintable():
        return list(text[: max(room, 0)])
    glyphs: list[str] = []
    for character in text:
        shown = _TAB if character == "\t" else glyph(character)
        room -= columns(shown)
        if room < 0:
            break
        glyphs.append(shown)
    return glyphs


def _width(glyphs: list[str]) -> int:
    return columns("".join(glyphs))
