"""Entries of an INI file as setuptools reads `setup.cfg`, with their places.

The dialect is that of `configparser`: values go on in indented lines, comments stand in lines of their
own (https://docs.python.org/3/library/configparser.html#supported-ini-file-structure).
"""

from __future__ import annotations

import msgspec

from repro_check.findings import Span
from repro_check.sources.config import ConfigFacts, Entry
from repro_check.sources.decoding import LIMITS, Limits, decode
from repro_check.sources.lines import Lines
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_SECTION = pattern(r"\[([^\]]+)\]")
_PAIR = pattern(r"([^\s=:][^=:]*?)[ \t]*[=:][ \t]*(.*?)[ \t]*$")


class _Piece(msgspec.Struct, frozen=True):
    text: str
    span: Span


def read_ini(data: bytes, *, limits: Limits = LIMITS) -> ConfigFacts:
    """Facts of an INI file: sections are maps, a value of several lines is a list of them.

    What is neither a section nor a pair is passed over.

    Raises:
        Unreadable: not text, or over one of the limits.
    """
    text = decode(data, limits)
    lines = Lines(text)
    entries = [Entry((), "map", "", "", None, lines.span(0, len(text)))]
    section, key, key_span = "", "", None
    pieces: list[_Piece] = []
    outer = 0

    def close() -> None:
        nonlocal pieces
        if key_span is not None:
            entries.extend(_value((section, key), key_span, pieces))
            if len(entries) > limits.entries:
                raise Unreadable(f"has more than {limits.entries:,} values")
        pieces = []

    for number, row in enumerate(lines.rows(), 1):
        line = row.strip()
        if not line or line[0] in "#;":
            continue
        indent = row.index(line)
        if indent > outer and key_span is not None:
            pieces.append(_piece(number, indent, line))
            continue
        header = _SECTION.match(line)
        pair = None if header else _PAIR.match(line)
        if header or pair:
            close()
            key_span = None
        if header:
            section = header[1]
            span = _piece(number, indent, header[0]).span
            entries.append(Entry((section,), "map", "", "", span, span))
        elif pair:
            key, key_span = pair[1], _piece(number, indent, pair[1]).span
            pieces = [_piece(number, indent + pair.start(2), pair[2])] if pair[2] else []
        outer = indent
    close()
    return ConfigFacts("ini", tuple(entries))


def _piece(number: int, start: int, text: str) -> _Piece:
    return _Piece(text, Span(number, start + 1, number, start + len(text) + 1))


def _value(keys: tuple[str, str], key_span: Span, pieces: list[_Piece]) -> list[Entry]:
    if len(pieces) == 1 and pieces[0].span.line == key_span.line:
        return [Entry(keys, "scalar", "str", pieces[0].text, key_span, pieces[0].span)]
    if not pieces:
        return [Entry(keys, "scalar", "str", "", key_span, key_span)]
    first, last = pieces[0].span, pieces[-1].span
    whole = Span(first.line, first.column, last.end_line, last.end_column)
    items = [
        Entry((*keys, at), "scalar", "str", piece.text, None, piece.span)
        for at, piece in enumerate(pieces)
    ]
    return [Entry(keys, "list", "", "", key_span, whole), *items]
