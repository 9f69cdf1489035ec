"""Links, images, definitions and URLs in a Markdown text whose code and comments are blanked."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from repro_check.sources.markdown import Link
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_check.sources.lines import Lines

# Every repetition is bounded or begins with its own character, so no input makes them slow.
_DEFINITION = pattern(
    r"^ {0,3}\[(?!\^)([^\[\]\r\n]{1,500})\]:[ \t]{0,20}(?:<([^<>\s]{1,2000})>|(\S{1,2000}))",
    re.MULTILINE,
)
_HTML = pattern(
    r"<(a|img|source|video)\b[^<>]{0,1000}?\s(?:href|src)\s{0,10}=\s{0,10}[\"']?([^\"'<>\s]{1,2000})",
    re.IGNORECASE,
)
_URL = pattern(r"https?://[^\s<>\"'`|\[\]{}\\]{1,2000}", re.IGNORECASE)
_MARK = pattern(r"\\.|[\[\]]|\n[ \t\r]*\n", re.DOTALL)
_TARGET = pattern(
    r"\(\s{0,10}(?:<([^<>\r\n]*)>|([^\s()<]?[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s{1,10}(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s{0,10}\)"
)
_MAX_TEXT = 500
_MAX_NESTED = 20
_MAX_TARGET = 2_500


def find_links(text: str, plain: str, lines: Lines) -> list[Link]:
    """All links, in document order.

    Args:
        text: the whole text, from which the words are taken.
        plain: the same with code and comments blanked, in which links are looked for.
        lines: the lines of `text`.
    """
    taken = bytearray(len(text))
    found: list[tuple[int, int, Link]] = []
    for source in (
        _bracketed(text, plain),
        _definitions(text, plain),
        _html(plain),
        _urls(plain, taken),
    ):
        for words, target, start, end, is_image in source:
            taken[start:end] = b"\1" * (end - start)
            found.append((start, end, Link(words, target, lines.span(start, end), is_image)))
    return [link for _, _, link in sorted(found, key=lambda item: item[:2])]


Found = tuple[str, str, int, int, bool]


def _bracketed(text: str, plain: str) -> Iterator[Found]:
    # Bounded, so that nested links cannot make a text of quadratic length.
    stack: deque[int] = deque(maxlen=_MAX_NESTED)
    for mark in _MARK.finditer(plain):
        if mark[0] == "[":
            stack.append(mark.start())
        elif mark[0] != "]":
            if mark[0][0] == "\n":
                stack.clear()
        elif stack:
            start = stack.pop()
            target = _TARGET.match(plain, mark.end(), mark.end() + _MAX_TARGET)
            if target:
                words = text[start + 1 : min(mark.start(), start + 1 + _MAX_TEXT)]
                is_image = plain.startswith("!", start - 1) and start > 0
                where = target[1] if target[1] is not None else target[2]
                yield words, where, start - is_image, target.end(), is_image


def _definitions(text: str, plain: str) -> Iterator[Found]:
    for found in _DEFINITION.finditer(plain):
        start = found.start() + found[0].index("[")
        yield text[found.start(1) : found.end(1)], found[2] or found[3], start, found.end(), False


def _html(plain: str) -> Iterator[Found]:
    for found in _HTML.finditer(plain):
        yield "", found[2], found.start(), found.end(), found[1].lower() != "a"


def _urls(plain: str, taken: bytearray) -> Iterator[Found]:
    for found in _URL.finditer(plain):
        if not taken[found.start()]:
            url = found[0].rstrip(".,;:!?*_~")
            while url.endswith(")") and url.count(")") > url.count("("):
                url = url[:-1].rstrip(".,;:!?*_~")
            yield url, url, found.start(), found.start() + len(url), False
