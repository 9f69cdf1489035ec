"""A small JSON reader that knows where everything stands.

The grammar is RFC 8259 with the additions of Python's `json` (NaN, Infinity, -Infinity). It keeps
its own stack, so depth is bounded by a limit and not by Python's.
"""

from __future__ import annotations

from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts, Entry
from repro_check.sources.decoding import LIMITS, Limits, encodable
from repro_check.sources.lines import Lines
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SPACE = pattern(r"[ \t\n\r]*")
_PLAIN = pattern(
    r"(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|-?Infinity|NaN)"
    r"|(?P<boolean>true|false)|(?P<null>null)"
)


class Node(msgspec.Struct, frozen=True, gc=False):
    """One JSON value.

    Attributes:
        kind: "object", "array", "string", "number", "boolean" or "null".
        value: a string's value, or the literal as written; "" for objects and arrays.
        span: the place of the value, with its quotes or brackets.
        children: the values of an object or array, in document order.
        keys: the keys of an object, one string node for each child.
    """

    kind: str
    value: str
    span: Span
    children: tuple[Node, ...] = ()
    keys: tuple[Node, ...] = ()

    def find(self, keys: Iterable[str | int]) -> Node | None:
        """The value at the end of a way through objects (the last of equal keys) and arrays."""
        node = self
        for key in keys:
            if isinstance(key, int):
                if node.kind != "array" or not 0 <= key < len(node.children):
                    return None
                node = node.children[key]
            else:
                pairs = zip(reversed(node.keys), reversed(node.children), strict=False)
                found = next((child for name, child in pairs if name.value == key), None)
                if found is None:
                    return None
                node = found
        return node


class _Open:
    """An object (with keys) or array (without) whose end has not been seen yet."""

    __slots__ = ("children", "keys", "start")

    def __init__(self, start: int, keys: list[Node] | None) -> None:
        self.start = start
        self.keys = keys
        self.children: list[Node] = []

    @property
    def closing(self) -> str:
        return "]" if self.keys is None else "}"


def parse(text: str, *, limits: Limits = LIMITS) -> Node:
    """The tree of one JSON document.

    Raises:
        Unreadable: not JSON, too deep, or too many values.
    """
    return _Reader(text, limits).document()


class _Reader:
    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text
        self._lines = Lines(text)
        self._limits = limits
        self._at = 0
        self._count = 0
        self._stack: list[_Open] = []

    def document(self) -> Node:
        self._skip()
        while True:
            node = self._value()
            while node is not None:
                mark = self._skip()
                if self._stack:
                    node = self._next(node, mark)
                elif mark:
                    raise self._refuse("something follows the end of the document")
                else:
                    return node

    def _value(self) -> Node | None:
        """The value that begins here; None if it only opened."""
        self._count += 1
        if self._count > self._limits.entries:
            raise self._refuse(f"more than {self._limits.entries:,} values")
        opening = self._text[self._at : self._at + 1]
        if opening not in {"{", "["}:
            return self._scalar()
        if len(self._stack) >= self._limits.depth:
            raise self._refuse(f"nested more than {self._limits.depth} levels deep")
        top = _Open(self._at, [] if opening == "{" else None)
        self._stack.append(top)
        self._at += 1
        if self._skip() == top.closing:
            return self._close()
        self._key(top)
        return None

    def _next(self, node: Node, mark: str) -> Node | None:
        """Add a value to what holds it: that, if it closes here; None if another value follows."""
        top = self._stack[-1]
        top.children.append(node)
        if mark == top.closing:
            return self._close()
        if mark != ",":
            raise self._refuse("a comma or a closing bracket is missing")
        self._at += 1
        if self._skip() == top.closing:
            raise self._refuse("a comma before a closing bracket")
        self._key(top)
        return None

    def _close(self) -> Node:
        done = self._stack.pop()
        self._at += 1
        span = self._lines.span(done.start, self._at)
        children = tuple(done.children)
        if done.keys is None:
            return Node("array", "", span, children)
        return Node("object", "", span, children, tuple(done.keys))

    def _key(self, top: _Open) -> None:
        if top.keys is None:
            return
        if self._text[self._at : self._at + 1] != '"':
            raise self._refuse("a key in double quotes is missing")
        top.keys.append(self._scalar())
        if self._skip() != ":":
            raise self._refuse("a colon after the key is missing")
        self._at += 1
        self._skip()

    def _scalar(self) -> Node:
        text, start = self._text, self._at
        if text.startswith('"', start):
            try:
                value, self._at = scanstring(text, start + 1, True)
            except JSONDecodeError as error:
                self._at = error.pos
                what = error.msg[:1].lower() + error.msg[1:]
                raise self._refuse(what.removesuffix(" at").removesuffix(" starting")) from error
            return Node("string", value, self._lines.span(start, self._at))
        found = _PLAIN.match(text, start)
        if found is None:
            raise self._refuse("a value is missing")
        self._at = found.end()
        return Node(found.lastgroup or "", found[0], self._lines.span(start, self._at))

    def _skip(self) -> str:
        """The character behind white space, "" at the end."""
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _refuse(self, what: str) -> Unreadable:
        if self._text.startswith(("//", "/*", "#"), self._at):
            what = "comments are not part of JSON"
        elif not self._text.strip():
            what = "is empty, and so no JSON"
        elif self._at >= len(self._text):
            what = f"{what} (the file ends here)"
        return Unreadable(f"line {self._lines.line_of(self._at)}: {what}")


def json_facts(text: str, *, limits: Limits = LIMITS) -> ConfigFacts:
    """Entries of one JSON document.

    Raises:
        Unreadable: as `parse`.
    """
    entries: list[Entry] = []
    duplicates: list[Span] = []
    waiting: list[tuple[tuple[str | int, ...], Span | None, Node]] = [
        ((), None, parse(text, limits=limits))
    ]
    while waiting:
        keys, key_span, node = waiting.pop()
        entries.append(_entry(keys, key_span, node))
        if node.kind == "object":
            duplicates.extend(_duplicates(node))
            pairs = list(zip(node.keys, node.children, strict=True))
            waiting.extend(((*keys, encodable(k.value)), k.span, v) for k, v in reversed(pairs))
        else:
            items = list(enumerate(node.children))
            waiting.extend(((*keys, index), None, item) for index, item in reversed(items))
    return ConfigFacts("json", tuple(entries), 1, tuple(duplicates))


def _duplicates(node: Node) -> Iterator[Span]:
    seen: set[str] = set()
    for key in node.keys:
        if key.value in seen:
            yield key.span
        seen.add(key.value)


def _entry(keys: tuple[str | int, ...], key_span: Span | None, node: Node) -> Entry:
    if node.kind in {"object", "array"}:
        kind = "map" if node.kind == "object" else "list"
        return Entry(keys, kind, "", "", key_span, node.span)
    is_string = node.kind == "string"
    text = encodable(node.value) if is_string else node.value
    tag = {"string": "str", "boolean": "bool", "null": "null"}.get(node.kind)
    if tag is None:
        tag = "int" if node.value.lstrip("-").isdigit() else "float"
    return Entry(keys, "scalar", tag, text, key_span, node.span, is_quoted=is_string)
