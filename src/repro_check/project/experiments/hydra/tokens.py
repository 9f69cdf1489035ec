"""Splits an override into the tokens of Hydra's override grammar (hydra/grammar/OverrideLexer.g4).

As in ANTLR the longest token wins, and among equally long ones the first of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from repro_check.text import pattern

_INT = r"(?:0|[1-9](?:_?[0-9])*)"
_POINT = rf"(?:(?:{_INT})?\.[0-9](?:_?[0-9])*|{_INT}\.)"
_EXPONENT = rf"(?:{_POINT}|{_INT})[eE][+-]?[0-9](?:_?[0-9])*"
_SPECIAL = r"[a-zA-Z_$][a-zA-Z0-9_$-]*"
_ID = r"[a-zA-Z_][a-zA-Z0-9_-]*"
_KEY = (
    ("=", pattern(r"=[ \t]*")),
    ("~", pattern("~")),
    ("+", pattern(r"\+")),
    ("@", pattern("@")),
    ("/", pattern("/")),
    ("id", pattern(_ID)),
    ("special", pattern(_SPECIAL)),
    ("dotted", pattern(rf"(?:{_SPECIAL}|{_INT})(?:\.(?:{_SPECIAL}|{_INT}))+")),
)
_VALUE = (
    ("(", pattern(r"[ \t]*\([ \t]*")),
    (",", pattern(r"[ \t]*,[ \t]*")),
    (")", pattern(r"[ \t]*\)")),
    ("[", pattern(r"\[[ \t]*")),
    ("]", pattern(r"[ \t]*\]")),
    ("{", pattern(r"\{[ \t]*")),
    ("}", pattern(r"[ \t]*\}")),
    (":", pattern(r"[ \t]*:[ \t]*")),
    ("=", pattern(r"[ \t]*=[ \t]*")),
    ("float", pattern(rf"[+-]?(?:{_EXPONENT}|{_POINT}|[Ii][Nn][Ff]|[Nn][Aa][Nn])")),
    ("int", pattern(rf"[+-]?{_INT}")),
    ("bool", pattern(r"[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]")),
    ("null", pattern(r"[Nn][Uu][Ll][Ll]")),
    ("char", pattern(r"[/\-\\+.$%*@?|]")),
    ("id", pattern(_ID)),
    ("escape", pattern(r"(?:\\[\\()\[\]{}:=, \t])+")),
    ("space", pattern(r"[ \t]+")),
    ("quoted", pattern(r"""(["'])(?:\\.|(?!\1|\\).)*\1""", re.DOTALL)),
    ("interpolation", pattern(r"\$\{[^}]+\}")),
)
_BY_MODE = {"key": _KEY, "value": _VALUE}


class Token(msgspec.Struct, frozen=True):
    """One token: its kind and its text."""

    kind: str
    text: str


class GrammarError(ValueError):
    """An override that Hydra's grammar does not allow."""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of an override; behind the first `=` those of a value.

    Raises:
        GrammarError: a character that begins no token.
    """
    at, mode = 0, "key"
    while at < len(text):
        best = Token("", "")
        for kind, form in _BY_MODE[mode]:
            found = form.match(text, at)
            if found and len(found[0]) > len(best.text):
                best = Token(kind, found[0])
        if not best.kind:
            raise GrammarError(f"`{text[at]}` cannot stand here without quotes")
        yield best
        at += len(best.text)
        if best.kind == "=":
            mode = "value"
