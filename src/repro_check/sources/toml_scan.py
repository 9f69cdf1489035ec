"""Where the keys and values of a TOML document stand; it trusts the document to be valid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.sources.decoding import Limits

Keys = tuple[str | int, ...]

_BLANK = pattern(r"(?:[ \t\r\n]|#[^\n]*)*")
_INDENT = pattern(r"[ \t]*")
# Unrolled loops: every step begins with its own character, so matching is linear.
_BASIC = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_LITERAL = r"'[^'\n]*'"
_KEY = pattern(rf"[A-Za-z0-9_-]+|{_BASIC}|{_LITERAL}")
_SCALAR = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*"{3,5}'
    r"|'''[^']*(?:'{1,2}(?!')[^']*)*'{3,5}"
    rf"|{_BASIC}|{_LITERAL}"
    r"|\d{4}-\d\d-\d\d(?:[Tt ]\d\d:[^\s,\]}#]*)?"
    r"|[^\s,\]}#'\"\[{]+",
    re.DOTALL,
)
_ESCAPE = pattern(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class ScanError(Exception):
    """The document is not what TOML allows, at a 0-based offset."""

    def __init__(self, offset: int, what: str) -> None:
        self.offset = offset
        self.what = what
        super().__init__(what)


class Place(msgspec.Struct, frozen=True):
    """One entry: its keys, its kind, and the offsets of its key and value."""

    keys: Keys
    kind: str
    key: tuple[int, int] | None
    start: int
    end: int


class Part(msgspec.Struct, frozen=True):
    """One part of a dotted key."""

    name: str
    start: int
    end: int


class Scan:
    """Reads a document once, from the first character to the last."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.places = [Place((), "map", None, 0, len(text))]
        self._text = text
        self._limits = limits
        self._at = 0
        self._known: dict[Keys, int] = {(): 0}
        self._tables: dict[Keys, int] = {}

    def run(self) -> None:
        """Fill `places`, in document order.

        Raises:
            ScanError: the document is broken.
            Unreadable: it is over one of the limits.
        """
        table: Keys = ()
        while self._skip_to():
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Keys:
        text, start = self._text, self._at
        brackets = "[[" if text.startswith("[[", start) else "["
        self._at += len(brackets)
        parts = self._dotted()
        self._expect("]" * len(brackets))
        end = self._at
        keys: Keys = ()
        for part in parts[:-1]:
            keys = self._enter(keys, part)
        last = parts[-1]
        keys = (*keys, last.name)
        key = (last.start, last.end)
        if brackets == "[":
            self._add(Place(keys, "map", key, start, end))
            return keys
        if keys not in self._tables:
            self._add(Place(keys, "list", key, start, end))
        index = self._tables.get(keys, 0)
        self._tables[keys] = index + 1
        self._add(Place((*keys, index), "map", None, start, end))
        return (*keys, index)

    def _pair(self, table: Keys) -> None:
        parts = self._dotted()
        self._expect("=")
        for part in parts[:-1]:
            table = self._enter(table, part)
        last = parts[-1]
        self._value((*table, last.name), (last.start, last.end))

    def _value(self, keys: Keys, key: tuple[int, int] | None) -> None:
        start = self._indent()
        opening = self._text[start : start + 1]
        if opening == "[":
            self._collection(keys, key, "list", "]")
        elif opening == "{":
            self._collection(keys, key, "map", "}")
        else:
            found = _SCALAR.match(self._text, start)
            if found is None:
                raise ScanError(start, "a value is missing")
            self._at = found.end()
            self._add(Place(keys, "scalar", key, start, self._at))

    def _collection(self, keys: Keys, key: tuple[int, int] | None, kind: str, closing: str) -> None:
        start = self._at
        self._add(Place(keys, kind, key, start, start))
        self._at += 1
        count = 0
        while self._skip_to() and self._text[self._at] != closing:
            if kind == "list":
                self._value((*keys, count), None)
            else:
                self._pair(keys)
            count += 1
            if self._skip_to() and self._text[self._at] == ",":
                self._at += 1
            elif not self._text.startswith(closing, self._at):
                break
        self._expect(closing)
        self._add(Place(keys, kind, key, start, self._at))

    def _enter(self, keys: Keys, part: Part) -> Keys:
        """The table that one part of a dotted key leads to; named here first, it gets an entry."""
        keys = (*keys, part.name)
        if keys not in self._known:
            place = (part.start, part.end)
            self._add(Place(keys, "map", place, *place))
        return (*keys, self._tables[keys] - 1) if keys in self._tables else keys

    def _add(self, place: Place) -> None:
        if len(place.keys) > self._limits.depth:
            raise Unreadable(f"is nested more than {self._limits.depth} levels deep")
        if len(self.places) >= self._limits.entries:
            raise Unreadable(f"has more than {self._limits.entries:,} values")
        # A table may get its own header after a header below it has named it.
        index = self._known.setdefault(place.keys, len(self.places))
        self.places[index : index + 1] = [place]

    def _dotted(self) -> list[Part]:
        parts: list[Part] = []
        while True:
            start = self._indent()
            found = _KEY.match(self._text, start)
            if found is None:
                raise ScanError(start, "a key is missing")
            if len(parts) >= self._limits.depth:
                raise Unreadable(f"a key has more than {self._limits.depth} parts")
            self._at = found.end()
            parts.append(Part(self._name(found[0]), start, self._at))
            if self._indent() >= len(self._text) or self._text[self._at] != ".":
                return parts
            self._at += 1

    def _name(self, written: str) -> str:
        if written[0] not in "'\"":
            return written
        return _ESCAPE.sub(_unescape, written[1:-1]) if written[0] == '"' else written[1:-1]

    def _expect(self, mark: str) -> None:
        if not self._text.startswith(mark, self._indent()):
            raise ScanError(self._at, f"{mark} is missing")
        self._at += len(mark)

    def _indent(self) -> int:
        found = _INDENT.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _skip_to(self) -> bool:
        """Skip blanks and comments; whether anything follows."""
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if not code:
        return _ESCAPED.get(found[3], found[3])
    # Whether it is a character at all is for tomllib to say.
    return chr(min(int(code, 16), 0x10FFFF))
