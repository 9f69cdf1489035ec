r"""Text from a repository, made harmless to look at.

A file name, a message or a source line may hold terminal escapes (OSC 52 writes the clipboard),
bidirectional overrides that show code in another order than it runs (Trojan Source,
CVE-2021-42574), or a workflow command for the GitHub runner. Such characters are shown as Python
would write them (`\x1b`, `\u202e`), so a reader sees that they are there.
"""

from __future__ import annotations

import re
import unicodedata

from repro_check.text import pattern

_RUNNER_COMMAND = pattern(r"^([^\S\n]*):(?=:)|#(?=#\[)", re.MULTILINE)


def visible(text: str) -> str:
    """The text on one line, with every character that does not print shown by its escape."""
    return text if text.isprintable() else "".join(map(glyph, text))


def visible_lines(text: str) -> str:
    """The same for text of several lines, which stay lines."""
    return "\n".join(map(visible, text.split("\n")))


def glyph(character: str) -> str:
    """One character, or its escape if it does not print (controls, formats, lone surrogates).

    Wide and unbreakable spaces stay: they are text in many languages.
    """
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def columns(text: str) -> int:
    """How many terminal columns printable text takes (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def defuse(document: str) -> str:
    """The document without anything that the GitHub runner would obey.

    Any step's output is read for commands, whatever its format: `::error::` at the start of a
    line, after white space, and the older `##[error]` anywhere in it (actions/runner,
    ActionCommand.cs). A file name at the start of a line is enough.
    """
    return _RUNNER_COMMAND.sub(_escape_first, document)


def _escape_first(match: re.Match[str]) -> str:
    return rf"{match[1]}\x3a" if match[1] is not None else r"\x23"


def encodable(text: str) -> str:
    """The text with lone surrogates (bytes of a file name that are not UTF-8) as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
