"""The blocks of a Markdown text, line by line, and the text with code and comments blanked."""

from __future__ import annotations

from collections.abc import Iterator

from repro_check.sources.lines import Lines
from repro_check.sources.markdown import Code, Fence, Heading, HtmlComment, Table
from repro_check.sources.markdown_inline import Hidden, hidden_in
from repro_check.sources.markdown_lines import (
    Opening,
    cells,
    fence_at,
    is_break,
    is_closing,
    is_list_item,
    is_table_rule,
)
from repro_check.text import pattern

_ATX = pattern(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_UNDERLINE = pattern(r" {0,3}(?:=+|-+)[ \t]*")
_NOT_BREAK = pattern(r"[^\r\n]")


class Blocks:
    """One pass over a text, from the first line to the last."""

    def __init__(self, text: str) -> None:
        self.lines = Lines(text)
        self.headings: list[Heading] = []
        self.fences: list[Fence] = []
        self.comments: list[HtmlComment] = []
        self.tables: list[Table] = []
        self._text = text
        self._rows = self.lines.rows()
        self._hidden = Hidden()
        self._paragraph = -1
        self._table_end = 0
        self._is_list = False

    def run(self) -> None:
        """Find all blocks."""
        at = self._front_matter()
        while at < len(self._rows):
            at = self._block(at)
        for start, end in self._hidden.comments:
            inside = self._text[start + 4 : end].removesuffix("-->").strip()
            self.comments.append(HtmlComment(inside, self.lines.span(start, end)))

    def codes(self) -> Iterator[Code]:
        """The code spans of more than one word."""
        for start, end in self._hidden.codes:
            inside = self._text[start:end].strip("`").strip()
            if " " in inside:
                yield Code(inside, self.lines.line_of(start))

    def plain(self) -> str:
        """The text with everything in code and comments blanked, all offsets kept."""
        parts, last = [], 0
        for start, end in self._hidden.ranges:
            parts += [self._text[last:start], _NOT_BREAK.sub(" ", self._text[start:end])]
            last = end
        return "".join(parts) + self._text[last:]

    def _front_matter(self) -> int:
        if self._rows[0].rstrip() != "---":
            return 0
        for at in range(1, len(self._rows)):
            if self._rows[at].rstrip() in {"---", "..."}:
                self._hide(0, at)
                return at + 1
        return 0

    def _block(self, at: int) -> int:
        """Read the block that begins on this line; the line after it."""
        line, start = self._rows[at], self.lines.starts[at]
        done = self._hidden.end
        if start < done:
            self._paragraph = -1
            if start + len(line) > done:
                hidden_in(self._text, line, start, done - start, self._hidden)
            return at + 1
        opening = fence_at(line)
        if opening:
            self._paragraph = -1
            return self._fence(at, opening)
        prefix = "\t" if line.startswith("\t") else "    "
        if self._paragraph < 0 and not self._is_list and line.startswith(prefix) and line.strip():
            return self._indented(at, prefix)
        hidden_in(self._text, line, start, 0, self._hidden)
        self._text_line(at, line, start)
        return at + 1

    def _text_line(self, at: int, line: str, start: int) -> None:
        was_blank = self._paragraph < 0
        heading = _ATX.match(line)
        if is_list_item(line):
            self._is_list = True
        elif heading or (was_blank and line[:1].strip()):
            self._is_list = False
        if heading:
            self._heading(len(heading[1]), start + heading.end(), line[heading.end() :])
        elif _UNDERLINE.fullmatch(line) and self._is_plain_paragraph():
            first = self.lines.starts[self._paragraph]
            self._heading(1 if "=" in line else 2, first, self._text[first:start].rstrip())
        elif not line.strip() or is_break(line) or line.lstrip().startswith("<!--"):
            self._paragraph = -1
        else:
            if was_blank or at == self._table_end or line.lstrip().startswith(">"):
                self._paragraph = at
            self._table(at)

    def _is_plain_paragraph(self) -> bool:
        """Whether the lines above belong to a paragraph that an underline makes a heading."""
        if self._paragraph < 0 or self._is_list or self._paragraph < self._table_end:
            return False
        return not self._rows[self._paragraph].lstrip().startswith(">")

    def _heading(self, level: int, start: int, written: str) -> None:
        text = written.strip()
        start += len(written) - len(written.lstrip())
        bare = text.rstrip("#")
        if not bare or bare[-1] in " \t":
            text = bare.rstrip()
        self._paragraph = -1
        self.headings.append(Heading(level, text, self.lines.span(start, start + len(text))))

    def _fence(self, at: int, opening: Opening) -> int:
        end, is_closed = at + 1, False
        while end < len(self._rows) and not is_closed:
            line = self._rows[end]
            if opening.is_quoted and not line.lstrip().startswith(">"):
                break
            is_closed = is_closing(line, opening)
            end += 1
        marks = " \t>" if opening.is_quoted else " \t"
        self._code(at + 1, end - is_closed, opening.column, marks, opening.language)
        self._hide(at, end - 1)
        return end

    def _indented(self, at: int, prefix: str) -> int:
        end, last = at, at
        while end < len(self._rows):
            line = self._rows[end]
            if line.strip() and not line.startswith(prefix):
                break
            end += 1
            if line.strip():
                last = end
        self._code(at, last, len(prefix), " \t", None)
        self._hide(at, last - 1)
        return last

    def _code(self, first: int, end: int, indent: int, marks: str, language: str | None) -> None:
        rows = self._rows[first:end]
        if any(row[:indent].strip(marks) for row in rows):
            indent = 0
        text = "\n".join(row[indent:] for row in rows)
        fence = Fence(language or "", text, first + 1, indent, is_indented=language is None)
        self.fences.append(fence)

    def _table(self, at: int) -> None:
        if at < self._table_end or at + 1 >= len(self._rows):
            return
        header = cells(self._rows[at])
        if not header or not is_table_rule(self._rows[at + 1], len(header)):
            return
        end = at + 2
        while end < len(self._rows) and not _begins_block(self._rows[end]):
            end += 1
        width = len(header)
        rows = [(cells(row) or (row.strip(),)) for row in self._rows[at + 2 : end]]
        padded = tuple((row + ("",) * width)[:width] for row in rows)
        last = self.lines.starts[end - 1] + len(self._rows[end - 1])
        self._table_end = end
        self.tables.append(Table(header, padded, self.lines.span(self.lines.starts[at], last)))

    def _hide(self, first: int, last: int) -> None:
        last = min(last, len(self._rows) - 1)
        end = self.lines.starts[last] + len(self._rows[last])
        self._hidden.ranges.append((self.lines.starts[first], end))


def _begins_block(line: str) -> bool:
    """Whether the line cannot be a row of the table above it."""
    bare = line.strip()
    is_marked = not bare or bare.startswith((">", "<!--"))
    return is_marked or is_break(line) or bool(_ATX.match(line) or fence_at(line))
