"""The words of shell text, with their places: quotes, substitutions, redirections, continuations.

As much of the shell's grammar (POSIX.1-2017, Shell Command Language, 2.2 to 2.7) as command lines
in READMEs, scripts and Makefiles use. Nothing is expanded.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# Blanks after the backslash are a common slip in READMEs, so they continue the line here too.
_SPACE = pattern(r"(?:[ \t]|\\[ \t]*(?:\r\n?|\n))+")
_LINE = pattern(r"[^\r\n]*(?:\r\n?|\n)?")
_OPERATOR = pattern(r"&&|\|\||;;|[;|&()]")
_REDIRECT = pattern(r"\d?(?:<<<|<<-?|<>|>>|>&|<&|>\||[<>])|&>>?")
# `<path/to/data>` in a README is a placeholder, not two redirections.
_PLACEHOLDER = pattern(r"<[A-Za-z][^<>|;&\r\n]{0,200}>")
_PLAIN = pattern(r"[^ \t\r\n\\'\"`$;|&()<>]+")
_QUOTED = pattern(r"'([^'\r\n]*)'|\"([^\"\\\r\n]*(?:\\(?:\r\n|[^\0])[^\"\\\r\n]*)*)\"")
_RAW = pattern(r"`[^`\r\n]*`|\$\{[^}\r\n]*\}|\$(?!\()")
_ESCAPE = pattern(r"\\(?:(\r\n|[\r\n])|([\"\\$`]))")
_PAREN = pattern(r"[()\r\n]")


class Word(msgspec.Struct, frozen=True):
    """A word without its quotes, and its offsets with them."""

    text: str
    start: int
    end: int


class _Broken(Exception):  # noqa: N818 - a signal inside this module
    """A quote or bracket does not close on its line."""


def simple_commands(text: str) -> Iterator[tuple[Word, ...]]:
    """The simple commands of a text: their words, without redirections and operators.

    A logical line whose quotes do not close gives none, and the line after it is read as if
    nothing had happened. The bodies of here-documents are passed over.
    """
    at, lines = 0, _LinePlaces(text)
    while at < len(text):
        line = _LogicalLine(text, at)
        yield from line.commands
        at = line.end
        for word in line.heredocs:
            at = lines.behind(word, at)


class _LinePlaces:
    """Where each line of a text stands, looked up by its words; built when first asked."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: dict[str, list[int]] = {}

    def behind(self, words: str, at: int) -> int:
        """The offset behind the next line of exactly these words; `at` if there is none."""
        if not self._ends:
            for line in _LINE.finditer(self._text):
                self._ends.setdefault(line[0].strip(), []).append(line.end())
        ends = self._ends.get(words, [])
        index = bisect_right(ends, at)
        return ends[index] if index < len(ends) else at


class _LogicalLine:
    """The commands from one offset to the end of the logical line that begins there."""

    def __init__(self, text: str, at: int) -> None:
        self.commands: list[tuple[Word, ...]] = []
        self._text = text
        self._at = at
        self._words: list[Word] = []
        self.heredocs: list[str] = []
        try:
            while self._step():
                pass
        except _Broken:
            self._words.clear()
            self.commands.clear()
            self.heredocs.clear()
        self._flush()
        found = _LINE.match(text, self._at)
        self.end = found.end() if found else len(text)

    def _step(self) -> bool:
        """Read one word or operator; False at the end of the line."""
        text = self._text
        blank = _SPACE.match(text, self._at)
        if blank:
            self._at = blank.end()
        if self._at >= len(text) or text[self._at] in "\r\n#":
            return False
        redirect = _REDIRECT.match(text, self._at)
        operator = _OPERATOR.match(text, self._at)
        if redirect and not _PLACEHOLDER.match(text, self._at):
            self._at = redirect.end()
            self._redirect(redirect[0].lstrip("0123456789"))
        elif operator:
            self._flush()
            self._at = operator.end()
        else:
            self._words.append(self._word())
        return True

    def _redirect(self, operator: str) -> None:
        blank = _SPACE.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        target = self._word() if self._text[self._at : self._at + 1].strip("\r\n;|&()<>") else None
        if target and operator in {"<<", "<<-"}:
            self.heredocs.append(target.text)

    def _word(self) -> Word:
        text, start = self._text, self._at
        parts: list[str] = []
        at = start
        while at < len(text):
            found = _PLAIN.match(text, at) or _RAW.match(text, at) or _PLACEHOLDER.match(text, at)
            if found:
                parts.append(found[0])
                at = found.end()
                continue
            mark = text[at]
            if mark in "'\"":
                quoted = _QUOTED.match(text, at)
                if not quoted:
                    raise _Broken
                inside = quoted[1] if quoted[1] is not None else _ESCAPE.sub(r"\2", quoted[2])
                parts.append(inside)
                at = quoted.end()
            elif mark == "\\" and not _SPACE.match(text, at):
                parts.append(text[at + 1 : at + 2])
                at += 2
            elif mark == "$":
                end = self._substitution_end(at)
                parts.append(text[at:end])
                at = end
            elif mark == "`":
                raise _Broken
            elif mark == "(" and at > start and text[at + 1 : at + 2] != ")":
                # bash wants quotes here, zsh and authors do not: `seed=range(20)`, `lr=choice(1,2)`
                end = self._substitution_end(at)
                parts.append(text[at:end])
                at = end
            else:
                break
        self._at = min(at, len(text))
        return Word("".join(parts), start, self._at)

    def _substitution_end(self, at: int) -> int:
        depth = 0
        for mark in _PAREN.finditer(self._text, at):
            if mark[0] not in "()":
                break
            depth += 1 if mark[0] == "(" else -1
            if not depth:
                return mark.end()
        raise _Broken

    def _flush(self) -> None:
        if self._words:
            self.commands.append(tuple(self._words))
            self._words = []
