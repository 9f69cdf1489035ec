"""TOML as lock files hold it: decoded by tomllib, with the lines at which their packages stand.

Nine tenths of a lock are lines that name one artifact each, or one name. They are put into fewer words
before tomllib sees them, which makes it four times as fast and loses nothing of interest.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module

from repro_check.findings import Span
from repro_check.sources.dependencies.locks.values import PYPI
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

# `{url = "…", hash = "sha256:…", size = 1},`: a whole line of its own, and nothing that nests
_ARTIFACT = pattern(
    r'^([ \t]+|sdist = )\{ ?(?:url|file|path) = "[^"\\\n]*"'
    r'(?:, [\w-]+ = (?:"[^"\\\n]*"|[\d:TZ.+-]+|\{ ?\w+ = "[^"\\\n]*" ?\}))* ?\}(,?)\r?$',
    re.MULTILINE,
)
# `{ name = "numpy" },`: a dependency of which nothing else is said
_NAME = pattern(r'^[ \t]+\{ name = ("[^"\\\n]+") \},\r?$', re.MULTILINE)
_FROM_PYPI = f'\nsource = {{ registry = "{PYPI}" }}\n'
# tomllib needs quadratic time for a key of many parts
_MANY_PARTS = pattern(r'(?:\.[ \t]*[\w"\'-]{1,80}[ \t]*){200}')


def load_toml(text: str) -> dict[str, object]:
    """The document, some of its lines in fewer words.

    On a line of its own an artifact stands there as 1 (with a hash) or 0, and a table that has nothing
    but a name as that name. A source that is PyPI is left out.

    Raises:
        Unreadable: broken syntax, or nested too deeply.
    """
    if _MANY_PARTS.search(text):
        raise Unreadable("a key has too many parts")
    reader = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    short = _NAME.sub(r"\1,", _ARTIFACT.sub(_counted, text).replace(_FROM_PYPI, "\n\n"))
    try:
        document: dict[str, object] = reader.loads(short)
    except reader.TOMLDecodeError as error:
        # lines stay lines, so the place holds for the file as well
        raise Unreadable(f"is no TOML: {str(error)[:200]}") from error
    except (RecursionError, ValueError) as error:
        raise Unreadable("is nested too deeply, or holds a number that is too long") from error
    return document


def hashes_in(artifacts: object) -> int:
    """How many of the artifacts of a package carry a hash."""
    each = artifacts if isinstance(artifacts, list) else [artifacts]
    return sum(
        1
        for one in each
        if one == 1 or (isinstance(one, dict) and bool(one.get("hash") or one.get("hashes")))
    )


def header_lines(text: str, name: str, count: int) -> list[int]:
    """The 1-based lines of the names below the headers `[[name]]`, in document order.

    Args:
        text: the document.
        name: of the array of tables.
        count: how many packages the document holds; where the headers that are found are not as
            many (the array was written in another form), each is said to stand in line 1.
    """
    lines = []
    line, at = 1, 0
    for found in re.finditer(rf"^\[\[ *{name} *\]\]([^\n]*\n)(name\b)?", text, re.MULTILINE):
        line += text.count("\n", at, found.start())
        at = found.start()
        lines.append(line + (found[2] is not None))
    return lines if len(lines) == count else [1] * count


class Places:
    """The places of names that stand in a table one after another.

    Args:
        text: the document.
        line: the 1-based line in which the search begins.
        form: how a name is written; the braces stand for it.
        after: words below that line after which the names stand.
    """

    def __init__(self, text: str, line: int, *, form: str = 'name = "{}"', after: str = "") -> None:
        self._text = text
        self._form = form
        self._line = line
        self._start = _offset(text, line)
        self._at = self._first = max(text.find(after, self._start), self._start)

    def of(self, name: str) -> Span:
        """The place of the next one with this name; the first line where there is none."""
        words = self._form.replace("{}", name)
        found = self._text.find(words, self._at)
        found = self._text.find(words, self._first) if found < 0 else found
        if found < 0:
            return Span(self._line, 1, self._line, 1)
        self._at = found + len(words)
        start = found + self._form.index("{}")
        line = self._line + self._text.count("\n", self._start, start)
        column = start - self._text.rfind("\n", 0, start)
        return Span(line, column, line, column + len(name))


def _offset(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
    return at


def _counted(found: re.Match[str]) -> str:
    return f"{found[1]}{1 if 'hash' in found[0] else 0}{found[2]}"
