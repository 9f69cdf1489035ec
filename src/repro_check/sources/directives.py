"""The comments by which a user talks to repro-check: `# repro-check: ignore[SEED004] -- reason`.

The form follows ruff and zizmor; the reason after `--` is required, since a suppression that says
nothing is the first thing that a later reader has to undo (astral-sh/ruff#8453, #21270).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from repro_check.findings import Span
from repro_check.text import pattern

MARK = "repro-check:"
_FORM = pattern(
    r"repro-check:[ \t]*(?P<scope>ignore-file|ignore)(?![\w-])[ \t]*(?:\[(?P<codes>[^\]\n]{0,400})\])?"
    r"(?:[ \t]*--(?!>)[ \t]*(?P<reason>[^\n]{0,400}))?"
)
_OPENING = pattern(r"(?:^|\s)#+\s*$")


class Directive(msgspec.Struct, frozen=True, array_like=True):
    """One suppression comment.

    Attributes:
        line: the line that it stands on.
        is_alone: nothing but the comment stands on the line, so it also covers the line below.
        is_file_wide: `ignore-file`.
        codes: rule codes or names; empty when no bracket was written.
        reason: the text after `--`.
        span: the place of the directive itself.
    """

    line: int
    is_alone: bool
    is_file_wide: bool
    codes: tuple[str, ...]
    reason: str
    span: Span


def read_directives(text: str, *, opening: str = "#", closing: str = "") -> tuple[Directive, ...]:
    """Directives in the comments of any text whose comments run from `opening` to `closing`."""
    if MARK not in text:
        return ()
    lines = text.split("\n")
    return tuple(
        directive
        for number, line in enumerate(lines, start=1)
        if MARK in line
        for directive in _in_line(line, number, opening, closing)
    )


def _in_line(line: str, number: int, opening: str, closing: str) -> Iterator[Directive]:
    at = line.find(MARK)
    start = line.rfind(opening, 0, at)
    if start < 0 or line[start + len(opening) : at].strip():
        return
    directive = directive_at(line, at, number, is_alone=not line[:start].strip(), closing=closing)
    if directive:
        yield directive


def directive_at(
    line: str, at: int, number: int, *, is_alone: bool, closing: str = ""
) -> Directive | None:
    """The directive that begins at character `at` (0-based) of a line, if it has the right form."""
    found = _FORM.match(line, at)
    if found is None:
        return None
    reason = (found["reason"] or "").strip()
    written = found[0].rstrip()
    if closing:
        reason = reason.removesuffix(closing).strip()
        written = written.removesuffix(closing).rstrip()
    codes = tuple(code.strip() for code in (found["codes"] or "").split(",") if code.strip())
    return Directive(
        line=number,
        is_alone=is_alone,
        is_file_wide=found["scope"] == "ignore-file",
        codes=codes,
        reason=reason,
        span=Span(number, at + 1, number, at + 1 + len(written)),
    )


def in_comments(
    comments: Iterable[tuple[int, int, str]], rows: Sequence[str]
) -> tuple[Directive, ...]:
    """Directives in comments given as (line, 0-based column, comment text)."""
    found = []
    for number, column, comment in comments:
        at = comment.find(MARK)
        # a comment of another tool may stand before ours, with a `#` of its own
        if at < 0 or not _OPENING.search(comment, 0, at):
            continue
        line = rows[number - 1]
        is_alone = not line[:column].strip()
        directive = directive_at(line, column + at, number, is_alone=is_alone)
        if directive:
            found.append(directive)
    return tuple(found)


def in_html_comments(comments: Iterable[tuple[str, Span]], text: str) -> tuple[Directive, ...]:
    """Directives in HTML comments given as (text between the marks, place of the comment)."""
    rows = text.split("\n")
    found = []
    for said, span in comments:
        row = rows[span.line - 1].rstrip("\r")
        at = row.find(MARK, span.column - 1)
        if said.startswith(MARK) and at >= 0:
            is_alone = not row[: span.column - 1].strip()
            directive = directive_at(row, at, span.line, is_alone=is_alone, closing="-->")
            if directive:
                found.append(directive)
    return tuple(found)
