"""The logical lines of a requirements file: continuations joined, comments set apart.

Follows pip's own preprocessing (pip/_internal/req/req_file.py: join_lines, ignore_comments).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = pattern(r"[^\r\n]*(?:\r\n?|\n|\Z)")
_COMMENT = pattern(r"(?:^|(?<=\s))#.*")


class LogicalLine(msgspec.Struct, frozen=True):
    """One line as pip sees it.

    Attributes:
        text: the joined text without its comment.
        comment: the comment as written; of several, the first.
        comment_at: the offset of the comment in the file; -1 if there is none.
        pieces: for each physical part its offset in `text` and its offset in the file.
    """

    text: str
    comment: str
    comment_at: int
    pieces: tuple[tuple[int, int], ...]

    def offset(self, index: int, *, is_end: bool = False) -> int:
        """Where the character at an index of `text` stands in the file.

        An end offset belongs to the character before it, which may stand on an earlier line.
        """
        at = bisect_right(self.pieces, index - 1 if is_end else index, key=lambda piece: piece[0])
        joined, physical = self.pieces[max(at - 1, 0)]
        return physical + index - joined


def logical_lines(text: str) -> Iterator[LogicalLine]:
    """The logical lines that hold anything, a comment alone included."""
    parts: list[tuple[int, str]] = []
    for found in _LINE.finditer(text):
        line = found[0].rstrip("\r\n")
        is_comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            parts.append((found.start(), line.rstrip("\\")))
            continue
        parts.append((found.start(), line))
        yield from _joined(parts)
        parts = []
    yield from _joined(parts)


def _joined(parts: list[tuple[int, str]]) -> Iterator[LogicalLine]:
    text, pieces = "", []
    comment, comment_at = "", -1
    for start, line in parts:
        found = _COMMENT.search(line)
        if found and comment_at < 0:
            comment, comment_at = found[0].rstrip(), start + found.start()
        kept = line[: found.start()] if found else line
        pieces.append((len(text), start))
        text += kept
        if found:
            break
    if text.strip() or comment_at >= 0:
        yield LogicalLine(text, comment, comment_at, tuple(pieces))
