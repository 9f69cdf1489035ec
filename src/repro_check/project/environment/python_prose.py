"""Which Python a README asks for, in the words of its sections on installing, and in its badges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from repro_check.findings import Span
from repro_check.sources.lines import Lines
from repro_check.sources.markdown import MarkdownFacts
from repro_check.text import pattern

_INSTALLING = pattern(
    r"install|requirement|prerequisite|set-?\s?up|environment|depend|getting started|quick\s?-?start|"
    r"build|安装|环境|要求",
    re.IGNORECASE,
)
_PYTHON = pattern(
    r"\bpython\**`?\s{0,3}(?:versions?\s{0,3})?[(\[*`]{0,3}\s?"
    r"(?P<operator>>=|==|=|≥|>|\\>=|~=|~)?\s{0,2}v?(?P<version>[23]\.\d{1,2}(?:\.\d{1,2})?)(?![\d.]*\d)",
    re.IGNORECASE,
)
_NOT = pattern(
    r"\b(?:not|no longer|drop(?:ped|s)?|deprecat\w*|unlike|except|below|under|<)\s[^.\n]{0,30}$",
    re.IGNORECASE,
)
_BADGE = pattern(r"badge/python-v?(3\.\d{1,2})(\+|%2B|-|_)", re.IGNORECASE)


class Prose(NamedTuple):
    """A version that is told; `specifier` is its lower bound unless `==` is written."""

    specifier: str
    span: Span
    text: str


def python_in_prose(facts: MarkdownFacts, text: str) -> Iterator[Prose]:
    """The versions of Python that a text on installing names.

    A bare "Python 3.8" is read as 3.8 or later: few authors mean that later ones fail, and whoever
    takes the word for a pin would be told of contradictions that are none.
    """
    lines = Lines(text)
    code = {fence.line + row for fence in facts.fences for row in range(fence.text.count("\n") + 1)}
    for start, end in _sections(facts, lines):
        for found in _PYTHON.finditer(text, start, end):
            is_code = lines.line_of(found.start()) in code
            if not is_code and not _NOT.search(text, max(start, found.start() - 60), found.start()):
                version = found["version"]
                is_exact = found["operator"] in {"==", "="}
                wild = "" if version.count(".") > 1 else ".*"
                specifier = f"=={version}{wild}" if is_exact else f">={version}"
                yield Prose(specifier, lines.span(*found.span()), found[0].strip())
    for found in _BADGE.finditer(text):
        yield Prose(f">={found[1]}", lines.span(*found.span()), f"Python {found[1]}")


def _sections(facts: MarkdownFacts, lines: Lines) -> Iterator[tuple[int, int]]:
    """The stretches of text below headings on installing, up to the next heading of any level."""
    starts = [heading.span.line for heading in facts.headings]
    ends = [*starts[1:], len(lines.starts) + 1]
    for heading, end in zip(facts.headings, ends, strict=False):
        if _INSTALLING.search(heading.text):
            last = lines.starts[end - 1] if end <= len(lines.starts) else len(lines.text)
            yield lines.starts[heading.span.line - 1], last
