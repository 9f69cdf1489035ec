"""F-strings as Python 3.12 and later read them, for interpreters that cannot: PEP 701.

Since then the expressions in an f-string may hold the quotes that surround it, backslashes, comments and
line breaks, and may be nested as deep as one likes.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

import msgspec

from repro_check.text import pattern

_OPENING = pattern(r"#[^\n]*|(?P<prefix>(?:(?<!\w)[A-Za-z]{1,2})?)(?P<quote>'''|\"\"\"|'|\")")
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_CONVERSION = pattern(r"\s*(![rsa])?\s*$")
_DEEPEST = 12


class FString(msgspec.Struct, frozen=True):
    """An f-string or t-string in a text: its letters in front, and the offsets where it begins and ends."""

    prefix: str
    start: int
    end: int
    expressions: tuple[str, ...]


def f_strings(text: str) -> Iterator[FString]:
    """The outermost f-strings and t-strings of a source text, plain strings and comments passed over.

    One that is never closed ends the search, since nothing behind it can be told from text.
    """
    at = 0
    while found := _OPENING.search(text, at):
        if not found["quote"]:
            at = found.end()
            continue
        read = _read_string(text, found, 0)
        if read is None:
            return
        at = read.end
        if _is_formatted(read.prefix):
            yield read


def is_sound(string: FString) -> bool:
    """Whether each expression of an f-string is one, the f-strings inside it put aside."""
    return all(_is_expression(without_f_strings(each)) for each in string.expressions)


def without_f_strings(text: str, *, letters: str = "ft") -> str:
    """The text with `""` for each f-string ("f") or t-string ("t") whose expressions are sound."""
    pieces = []
    at = 0
    for string in f_strings(text):
        if set(letters) & set(string.prefix.lower()) and is_sound(string):
            pieces += [text[at : string.start], '""']
            at = string.end
    return "".join([*pieces, text[at:]])


def _is_formatted(prefix: str) -> bool:
    return bool({"f", "t"} & set(prefix.lower()))


def _is_expression(text: str) -> bool:
    inner = text.rstrip()
    if inner.endswith("=") and not inner.endswith(("==", "!=", "<=", ">=")):
        inner = inner[:-1]  # `f"{x=}"`
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(f"(\n{inner}\n)", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(inner.strip())


def _read_string(text: str, opening: re.Match[str], depth: int) -> FString | None:
    """The string that begins at an opening quote; None if it is never closed."""
    prefix, quote = opening["prefix"], opening["quote"]
    is_formatted = _is_formatted(prefix)
    expressions: list[str] = []
    at = opening.end()
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
        elif text.startswith(quote, at):
            return FString(prefix, opening.start(), at + len(quote), tuple(expressions))
        elif character == "\n" and len(quote) == 1:
            return None
        elif is_formatted and character == "{":
            if text.startswith("{{", at):
                at += 2
                continue
            end = _read_field(text, at + 1, expressions, depth)
            if end is None:
                return None
            at = end
        else:
            at += 1
    return None


def _read_field(text: str, start: int, expressions: list[str], depth: int) -> int | None:
    """The offset behind a replacement field, whose expressions are added; None if it has no end."""
    if depth > _DEEPEST:
        return None
    at, brackets = start, 0
    while at < len(text):
        character = text[at]
        opening = _OPENING.match(text, at)
        if opening is not None:
            nested = _read_string(text, opening, depth + 1) if opening["quote"] else None
            if opening["quote"] and nested is None:
                return None
            at = opening.end() if nested is None else nested.end
        elif brackets == 0 and character in ":}":
            expressions.append(_CONVERSION.sub("", text[start:at]))
            return at + 1 if character == "}" else _read_format(text, at + 1, expressions, depth)
        else:
            brackets += _BRACKETS.get(character, 0)
            at += 1
    return None


def _read_format(text: str, start: int, expressions: list[str], depth: int) -> int | None:
    """The offset behind a format specification and its field."""
    at = start
    while at < len(text):
        if text[at] == "}":
            return at + 1
        if text[at] == "{":
            end = _read_field(text, at + 1, expressions, depth + 1)
            if end is None:
                return None
            at = end
        else:
            at += 1
    return None
