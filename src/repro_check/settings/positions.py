"""Find the line of a key in TOML text.

The standard parser keeps no positions, so they are found by a light second look at the text, only
when an error needs one. The text is known to be valid TOML by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value from the document's top: keys, and positions in lists from 0."""

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}\n]"
    r"|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]")
_KEY = re.compile(rf"\s*({_DOTTED})[ \t]*=")


def locate(text: str, keys: KeyPath) -> int:
    """The line (from 1) of the innermost part of `keys` that the text spells out; 1 if none does.

    `text` must be valid TOML. Keys inside inline tables and lists have the line of the statement
    that holds them.
    """
    best, line = 0, 1
    for at, path in _spelled(text):
        depth = len(path)
        if depth > best and path == keys[:depth]:
            best, line = depth, at
    return line


def _spelled(text: str) -> Iterator[tuple[int, KeyPath]]:
    """Each header and key with its line and its full path."""
    table: KeyPath = ()
    sizes: dict[KeyPath, int] = {}
    for line, statement in _statements(text):
        if header := _HEADER.match(statement):
            table = _table_path(_parts(header[2]), sizes, is_list=header[1] == "[[")
            yield line, table
        elif key := _KEY.match(statement):
            yield line, table + _parts(key[1])


def _table_path(parts: KeyPath, sizes: dict[KeyPath, int], *, is_list: bool) -> KeyPath:
    """The path of a header; `sizes` counts the tables of each list so far and is updated."""
    path: KeyPath = ()
    for position, part in enumerate(parts, 1):
        path += (part,)
        if position == len(parts) and is_list:
            sizes[path] = sizes.get(path, 0) + 1
        if path in sizes:
            path += (sizes[path] - 1,)
    return path


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with the line on which it starts; comments are dropped."""
    line, start, depth, pieces = 1, 1, 0, list[str]()
    for token in _TOKEN.finditer(text):
        piece = token[0]
        if piece == "\n" and depth == 0:
            yield start, "".join(pieces)
            pieces.clear()
            start = line + 1
        elif not piece.startswith("#"):
            depth += (piece in "[{") - (piece in "]}")
            pieces.append(piece)
        line += piece.count("\n")
    yield start, "".join(pieces)
