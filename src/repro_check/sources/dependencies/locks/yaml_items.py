"""The items of a list of a YAML lock, line by line.

A lock of pixi has 20,000 lines, for which the C loader of PyYAML takes half a second. What tools
write is laid out in one way, so lines and indents suffice; another layout is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_KEY = pattern(r"""(['"]?)([^\s'":#][^'":#]*?)\1:(?:\s+(.*))?$""")
_EMPTY = ("", "[]", "{}", "null", "~")


class Item(msgspec.Struct):
    """One item of a list.

    Attributes:
        line: where it begins, from 1.
        scalars: its keys with one value, without quotes.
        lists: its keys with a list or a table: the items, or the keys of the table.
    """

    line: int
    scalars: dict[str, str]
    lists: dict[str, list[str]]


def yaml_items(text: str, section: str) -> Iterator[Item]:
    """The items of the list under one key of the document.

    Raises:
        Unreadable: laid out otherwise than tools write it.
    """
    current: Item | None = None
    key, base = "", 0
    for number, indent, rest in _lines(text, section):
        if rest[:2] == "- " and (current is None or indent == base):
            if current:
                yield current
            current, base = Item(number, {}, {}), indent
            first = rest[2:].lstrip(" ")
            if first[:1] in "{[&*":
                raise Unreadable(f"line {number}: this is not how a tool lays out its lock")
            key = _take(current, first) or key
        elif current is None:
            raise Unreadable(f"line {number}: an item of {section} is missing")
        elif rest[:2] == "- ":
            current.lists.setdefault(key, []).append(plain(rest[2:]))
        elif indent == base + 2:
            key = _take(current, rest) or key
        elif indent == base + 4 and key in current.lists and (found := _KEY.match(rest.rstrip())):
            current.lists[key].append(found[2])
    if current:
        yield current


def _take(item: Item, written: str) -> str:
    """Note one `key: value` of an item; the key, or "" where a longer value goes on."""
    found = _KEY.match(written.rstrip())
    if not found:
        return ""
    key, value = found[2], plain(found[3] or "")
    if value in _EMPTY:
        item.lists[key] = []
    else:
        item.scalars[key] = value
    return key


def _lines(text: str, section: str) -> Iterator[tuple[int, int, str]]:
    """Number, indent and rest of the lines under one key of the document."""
    is_inside = False
    for number, line in enumerate(text.split("\n"), 1):
        rest = line.lstrip(" ")
        if not rest or rest[0] in "#\r":
            continue
        if len(rest) < len(line) or rest[:2] == "- ":
            if is_inside:
                yield number, len(line) - len(rest), rest
            continue
        found = _KEY.match(rest.rstrip())
        if not found and rest.rstrip() not in ("---", "..."):
            raise Unreadable(f"line {number}: this is no YAML that a tool has written")
        is_inside = found is not None and found[2] == section


def plain(written: str) -> str:
    """A scalar without quotes and without the blanks around it."""
    value = written.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1].replace("''", "'") if value[0] == "'" else value[1:-1]
    return value
