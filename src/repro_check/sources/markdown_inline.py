"""Inline code and HTML comments: what of a line of Markdown is no prose."""

from __future__ import annotations

from repro_check.text import pattern

_TICKS = pattern(r"`+")


class Hidden:
    """The stretches of a text that are code or comments, in order.

    Attributes:
        ranges: start and end offsets of all of them.
        comments: those that are comments.
        codes: those that are code spans, with their ticks.
        end: where the last comment ends, perhaps on a later line.
        is_endless: no `-->` follows any more, so there is no need to look again.
    """

    def __init__(self) -> None:
        self.ranges: list[tuple[int, int]] = []
        self.comments: list[tuple[int, int]] = []
        self.codes: list[tuple[int, int]] = []
        self.end = 0
        self.is_endless = False


def hidden_in(text: str, line: str, start: int, at: int, hidden: Hidden) -> None:
    """Add the code spans and comments of one line, whichever begins first.

    Args:
        text: the whole text, since a comment may end on a later line.
        line: the line, which begins at offset `start`.
        start: where it begins.
        at: the character of the line from which to look.
        hidden: where they are added.
    """
    spans = _code_spans(line, at)
    indent = len(line) - len(line.lstrip(" ")) if at == 0 else -1
    comment = line.find("<!--", at)
    for span_start, span_end in spans:
        while at <= comment < span_start:
            at = _comment(text, start + comment, hidden, is_block=comment == indent) - start
            comment = line.find("<!--", at)
        if span_start >= at:
            hidden.ranges.append((start + span_start, start + span_end))
            hidden.codes.append((start + span_start, start + span_end))
            at = span_end
            if -1 < comment < at:
                comment = line.find("<!--", at)
    while comment >= at:
        at = _comment(text, start + comment, hidden, is_block=comment == indent) - start
        comment = line.find("<!--", at)


def _comment(text: str, start: int, hidden: Hidden, *, is_block: bool) -> int:
    """Add the comment that begins at an offset; where to look on.

    One that never ends hides all that follows if it begins a line, and is plain text otherwise.
    """
    end = -1 if hidden.is_endless else text.find("-->", start + 4)
    if end < 0:
        hidden.is_endless = True
        if not is_block:
            return start + 4
    hidden.end = end + 3 if end >= 0 else len(text)
    hidden.comments.append((start, hidden.end))
    hidden.ranges.append((start, hidden.end))
    return hidden.end


def _code_spans(line: str, at: int) -> list[tuple[int, int]]:
    """Backtick runs paired with the next run of the same length (CommonMark 6.1)."""
    runs = [found.span() for found in _TICKS.finditer(line, at)]
    following: dict[int, int] = {}
    closers = [-1] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        closers[index] = following.get(length, -1)
        following[length] = index
    spans, index = [], 0
    while index < len(runs):
        start = runs[index][0]
        is_escaped = start > 0 and line[start - 1] == "\\"
        if closers[index] < 0 or is_escaped:
            index += 1
            continue
        spans.append((start, runs[closers[index]][1]))
        index = closers[index] + 1
    return spans
