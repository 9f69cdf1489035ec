"""What a renderer is given besides the report, and what it is.

No renderer looks at the terminal, the environment or the disk: whoever calls decides on colour,
links and width, and says where a place in a notebook lies in its file.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from repro_check.findings import Location, Report, Span


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How a report is to look.

    Attributes:
        color: write ANSI colours.
        links: write OSC 8 hyperlinks to the rules' pages.
        width: columns of the terminal, for wrapping help and cropping source lines.
        statistics: add how often each rule fired, where the format is for people.
        footer: write the summary; False leaves the findings only (`--quiet`).
    """

    color: bool = False
    links: bool = False
    width: int = 80
    statistics: bool = False
    footer: bool = True


Physical = Callable[[Location], Span | None]
"""Where a place lies in its file as stored: for a notebook, the lines of the JSON text."""

Renderer = Callable[[Report, Style, Physical], str]
"""Turns a report into a document that ends with a newline (or is empty)."""


def own_span(location: Location) -> Span | None:
    """The place's own span where it counts lines of the file, None inside a notebook cell."""
    return location.span if location.cell is None else None
