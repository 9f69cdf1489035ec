"""The instructions of a Dockerfile: lines joined, comments inside left out, here-documents apart.

Follows the reference (https://docs.docker.com/reference/dockerfile/, "Format", "Parser directives",
"Here-Documents") and its parser (moby/buildkit, frontend/dockerfile/parser).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from repro_check.text import pattern

_LINE = pattern(r"[^\r\n]*(?:\r\n?|\n|\Z)")
_DIRECTIVE = pattern(r"#\s*([A-Za-z]\w*)\s*=\s*(\S*)\s*")
_KEYWORD = pattern(r"\s*([A-Za-z]+)(?=\s|$)\s*")
_HEREDOC = pattern(r"<<(-?)(['\"]?)([A-Za-z_]\w*)\2")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})


class Heredoc(NamedTuple):
    """The body of a here-document, and its offset in the file."""

    text: str
    start: int


class Instruction(msgspec.Struct, frozen=True):
    """One instruction.

    Attributes:
        keyword: in upper case.
        text: what stands behind it: one character for each of the file, where line ends, marks of
            continuation and comments have become spaces.
        start: the offset of `text` in the file.
        heredocs: the bodies that follow it.
    """

    keyword: str
    text: str
    start: int
    heredocs: tuple[Heredoc, ...] = ()


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions of a file, in order; what is none is passed over.

    An `ONBUILD` gives the instruction behind it, though it runs only in images that begin with this one.
    """
    lines = _Lines(text)
    while lines.at < len(lines.rows):
        row, start = lines.rows[lines.at]
        if not row.strip() or row.lstrip().startswith("#"):
            lines.at += 1
            continue
        joined = lines.joined()
        keyword, begin = _keyword(joined)
        heredocs = tuple(lines.heredocs(joined)) if keyword in _WITH_HEREDOC else ()
        if keyword:
            yield Instruction(keyword, joined[begin:], start + begin, heredocs)


def _keyword(joined: str) -> tuple[str, int]:
    """The keyword of an instruction in upper case, and where its text begins."""
    found = _KEYWORD.match(joined)
    if found and found[1].upper() == "ONBUILD":
        found = _KEYWORD.match(joined, found.end())
    return (found[1].upper(), found.end()) if found else ("", 0)


class _Lines:
    """The physical lines with their offsets, and the one that is read next."""

    def __init__(self, text: str) -> None:
        self.rows = [(found[0], found.start()) for found in _LINE.finditer(text)]
        self.at = 0
        self._escape = "\\"
        self._words: dict[str, list[int]] = {}
        self._directives()

    def _directives(self) -> None:
        for row, _ in self.rows:
            found = _DIRECTIVE.fullmatch(row.strip())
            if found is None:
                return
            if found[1].lower() == "escape" and found[2] in {"\\", "`"}:
                self._escape = found[2]
            self.at += 1

    def joined(self) -> str:
        """The text of the instruction that begins here, up to its last line."""
        parts: list[str] = []
        while self.at < len(self.rows):
            row = self.rows[self.at][0]
            self.at += 1
            bare = row.strip()
            if parts and (not bare or bare.startswith("#")):
                parts.append(" " * len(row))
                continue
            if not bare.endswith(self._escape):
                parts.append(row.rstrip("\r\n"))
                break
            kept = row.rstrip()[:-1]
            parts.append(kept + " " * (len(row) - len(kept)))
        return "".join(parts)

    def heredocs(self, joined: str) -> Iterator[Heredoc]:
        """The here-documents that an instruction names, in the lines behind it."""
        for found in _HEREDOC.finditer(joined):
            end = self._next(found[3], has_tabs=bool(found[1]))
            if end is None:
                return
            start = self.rows[self.at][1]
            yield Heredoc("".join(row for row, _ in self.rows[self.at : end]), start)
            self.at = end + 1

    def _next(self, word: str, *, has_tabs: bool) -> int | None:
        """The next line of exactly this word, with tabs before it where they are allowed."""
        if not self._words:
            for number, (row, _) in enumerate(self.rows):
                self._words.setdefault(row.rstrip("\r\n"), []).append(number)
                if row.startswith("\t"):
                    self._words.setdefault(f"\t{row.strip()}", []).append(number)
        every = [self._words.get(word, [])]
        if has_tabs:
            every.append(self._words.get(f"\t{word}", []))
        found = [ends[at] for ends in every if (at := bisect_left(ends, self.at)) < len(ends)]
        return min(found, default=None)
