"""From character offsets to lines and columns."""

from __future__ import annotations

from bisect import bisect_right

from repro_check.findings import Span
from repro_check.text import pattern

_BREAK = pattern(r"\r\n?|\n")


class Lines:
    """The line starts of one text, for turning 0-based offsets into spans.

    Lines end where editors end them (LF, CR LF, CR), not where `str.splitlines` does: a form feed
    or a U+2028 inside a YAML comment must not shift every line below it.
    """

    __slots__ = ("starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def rows(self) -> list[str]:
        """The lines without their breaks."""
        ends = [*self.starts[1:], len(self.text)]
        pairs = zip(self.starts, ends, strict=True)
        return [self.text[start:end].rstrip("\r\n") for start, end in pairs]

    def line_of(self, offset: int) -> int:
        """The 1-based line of an offset."""
        return bisect_right(self.starts, offset)

    def span(self, start: int, end: int) -> Span:
        """The span of `text[start:end]`."""
        starts = self.starts
        line = bisect_right(starts, start)
        last = line if end == start else bisect_right(starts, end)
        return Span(line, start - starts[line - 1] + 1, last, end - starts[last - 1] + 1)

    def text_at(self, span: Span) -> str:
        """The text that stands at a span: the inverse of `span`."""
        start = self.starts[span.line - 1] + span.column - 1
        return self.text[start : self.starts[span.end_line - 1] + span.end_column - 1]
