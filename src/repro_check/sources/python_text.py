"""The text of a Python file, and its syntax tree, with one kind of error."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import warnings

from repro_check.sources.unreadable import Unreadable


def decode(data: bytes) -> str:
    """Source text under PEP 263 (declared encoding, UTF-8 by default), with plain line ends.

    Raises:
        Unreadable: null bytes, an unknown encoding, or bytes that it does not allow.
    """
    if b"\0" in data:
        raise Unreadable("holds null bytes, so it is not Python source")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise Unreadable(f"cannot be decoded: {error}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str) -> ast.Module:
    """`ast.parse`, with one kind of error and without warnings about the checked code."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(_syntax_message(error)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable("cannot be parsed: nested too deeply or malformed") from error


def _syntax_message(error: SyntaxError) -> str:
    message = error.msg
    place = f"line {error.lineno}: " if error.lineno else ""
    if "Missing parentheses in call to" in message:
        return f"{place}is written for Python 2 ({message})"
    if "multiple exception types" in message:  # PEP 758 allows them again
        return f"{place}is written for Python 2, or for 3.14 and later ({message})"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{place}{message} (read as Python {version})"


def columns(row: str) -> list[int]:
    """For each byte of a line in UTF-8, and its end, the character that it belongs to."""
    columns = [at for at, character in enumerate(row) for _ in character.encode()]
    return [*columns, len(row)]
