"""The text of a Python file, and its syntax tree, with one kind of error."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import warnings

from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

_PYTHON_2_ERROR = pattern(r"Missing parentheses in call to|parameters cannot be parenthesized")
# statements and operators that Python 3 has not: docs.python.org/3/whatsnew/3.0.html
_PYTHON_2 = pattern(
    r"^\s*(print\s+[\"\w%]|print\s*>>|exec\s+[\"\w]|raise\s+[\w.]+\s*,\s*\S)|<>|"
    r"\b(0[xX][0-9a-fA-F]+|\d+)[lL]\b|\b[uU][rR]\"|`[^`]+`"
)
_STRING = pattern(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|#.*")


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
    """`ast.parse`, with one kind of error and without warnings about the checked code.

    Raises:
        Unreadable: with the line, and whether Python 2 or a later version of Python 3 would read it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(_syntax_message(text, error)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable("cannot be parsed: nested too deeply or malformed") from error


def _syntax_message(text: str, error: SyntaxError) -> str:
    from repro_check.sources.python_later import later_version

    message = error.msg
    place = f"line {error.lineno}: " if error.lineno else ""
    rows = text.split("\n")
    row = rows[error.lineno - 1] if error.lineno and error.lineno <= len(rows) else ""
    if _PYTHON_2_ERROR.search(message) or _PYTHON_2.search(_STRING.sub('""', row)):
        return f"{place}is written for Python 2 ({message})"
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    later = later_version(text)
    if later is not None:
        return f"{place}needs Python {later[0]}.{later[1]} or later (read as Python {running})"
    if "multiple exception types" in message:  # PEP 758 allows them again
        return f"{place}is written for Python 2, or for 3.14 and later ({message})"
    return f"{place}{message} (read as Python {running})"


def columns(row: str) -> list[int]:
    """For each byte of a line in UTF-8, and its end, the character that it belongs to."""
    columns = [at for at, character in enumerate(row) for _ in character.encode()]
    return [*columns, len(row)]
