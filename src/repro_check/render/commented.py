"""Lines with comments in a column of their own."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from repro_check.render.ansi import paint
from repro_check.render.style import Style
from repro_check.render.visible import columns, defuse, visible

DIM = "2"
GREEN = "32"
RED = "31"
YELLOW = "33"


class Line(msgspec.Struct, frozen=True):
    """A line to print.

    Attributes:
        text: what stands on it.
        comment: what stands behind `# ` in the column of comments; may be empty.
        color: of the text, as SGR parameters; "" for none.
        comment_color: of the comment.
    """

    text: str
    comment: str = ""
    color: str = ""
    comment_color: str = DIM


def commented(lines: Iterable[Line], style: Style) -> str:
    """The lines as text without the last newline: secrets scrubbed, comments aligned, painted.

    The comments start behind the longest text that leaves room for them; longer texts push theirs out.
    """
    from repro_check.secrets.scrub import scrub

    listed = list(lines)
    texts = scrub("\n".join(visible(line.text) for line in listed)).split("\n")
    comments = scrub("\n".join(visible(line.comment) for line in listed)).split("\n")
    column = _column(texts, comments, style.width)
    shown = []
    for line, text, comment in zip(listed, texts, comments, strict=True):
        painted = paint(defuse(text), line.color, style)
        if comment:
            gap = " " * max(column - columns(text), 2)
            painted += gap + paint(defuse(f"# {comment}"), line.comment_color, style)
        shown.append(painted)
    return "\n".join(shown)


def _column(texts: list[str], comments: list[str], width: int) -> int:
    longest = max(map(columns, comments), default=0)
    room = max(width - longest - 4, width * 3 // 5)
    widths = [columns(text) for text, note in zip(texts, comments, strict=True) if note]
    return max((each for each in widths if each <= room), default=0) + 2
