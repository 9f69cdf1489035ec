"""Facts of a Markdown file: headings, code blocks, links, comments and tables, with their places.

A scanner for CommonMark (https://spec.commonmark.org/0.31.2/) with GitHub's tables, as READMEs use
it; what is inside code or comments is neither a heading nor a link.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.sources.decoding import LIMITS, Limits, decode
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_check.sources.lines import Lines

_HTML_HEADING = pattern(
    r"<h(?P<level>[1-6])(?:\s[^<>]{0,500})?>\s{0,100}(?P<text>.{0,500}?)\s{0,100}</h(?P=level)>",
    re.IGNORECASE | re.DOTALL,
)


class Heading(msgspec.Struct, frozen=True, array_like=True):
    """A heading, also of HTML; `text` is its Markdown without the marks, at `span`."""

    level: int
    text: str
    span: Span


class Fence(msgspec.Struct, frozen=True, array_like=True):
    """A code block.

    Attributes:
        language: the first word of the info string in lower case, without braces and dots; "" if
            there is none.
        text: the lines inside, without the `indent` characters that all of them begin with.
        line: the line of the first line inside.
        indent: how many characters were taken from the front of each line, so that a column of
            `text` plus `indent` is a column of the file.
        is_indented: an indented block, which has no fence and no language.
    """

    language: str
    text: str
    line: int
    indent: int = 0
    is_indented: bool = False


class Code(msgspec.Struct, frozen=True, array_like=True):
    """A code span of more than one word, without its ticks, and its line."""

    text: str
    line: int


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A link, an image, a reference definition, a bare URL, or an HTML `href` or `src`.

    Attributes:
        text: the words shown, the label of a definition, or the URL itself.
        target: where it leads, as written.
        span: the place of the whole link.
        is_image: whether it shows a picture.
    """

    text: str
    target: str
    span: Span
    is_image: bool = False


class HtmlComment(msgspec.Struct, frozen=True, array_like=True):
    """An HTML comment; `text` is what stands between `<!--` and `-->`, stripped."""

    text: str
    span: Span


class Table(msgspec.Struct, frozen=True, array_like=True):
    """A table: the cells of its header and rows, stripped; every row as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    span: Span


class MarkdownFacts(msgspec.Struct, frozen=True, array_like=True):
    """What one Markdown file says, each kind in document order."""

    headings: tuple[Heading, ...] = ()
    fences: tuple[Fence, ...] = ()
    links: tuple[Link, ...] = ()
    comments: tuple[HtmlComment, ...] = ()
    tables: tuple[Table, ...] = ()
    codes: tuple[Code, ...] = ()


def read_markdown(data: bytes, *, limits: Limits = LIMITS) -> MarkdownFacts:
    """Facts of a Markdown file; any text is valid Markdown.

    Raises:
        Unreadable: not text, or too large.
    """
    from repro_check.sources.markdown_blocks import Blocks
    from repro_check.sources.markdown_links import find_links

    text = decode(data, limits)
    blocks = Blocks(text)
    blocks.run()
    plain = blocks.plain()
    headings = [*blocks.headings, *_html_headings(text, plain, blocks.lines)]
    return MarkdownFacts(
        headings=tuple(sorted(headings, key=lambda heading: heading.span.line)),
        fences=tuple(blocks.fences),
        links=tuple(find_links(text, plain, blocks.lines)),
        comments=tuple(blocks.comments),
        tables=tuple(blocks.tables),
        codes=tuple(blocks.codes()),
    )


def _html_headings(text: str, plain: str, lines: Lines) -> Iterator[Heading]:
    for found in _HTML_HEADING.finditer(plain):
        start, end = found.span("text")
        yield Heading(int(found["level"]), text[start:end], lines.span(start, end))
