"""Reads overrides (https://hydra.cc/docs/1.3/advanced/override_grammar/basic/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from repro_check.project.experiments.effective import Origin, Problem
from repro_check.project.experiments.hydra.functions import call
from repro_check.project.experiments.hydra.overrides import SWEEPS, Change, Choice, Override, Sweep
from repro_check.project.experiments.hydra.tokens import GrammarError, Token, tokens
from repro_check.project.experiments.hydra.trees import Plain
from repro_check.text import pattern

if TYPE_CHECKING:
    import re

Element: TypeAlias = "Plain | Sweep"

_LONGEST = 10_000
_DEEPEST = 50
_END = Token("end", "")
_WORDS = frozenset("id null int float bool interpolation char : escape space".split())
_ESCAPED_QUOTE = {"'": pattern(r"\\+'"), '"': pattern(r'\\+"')}


def read_override(text: str, origin: Origin) -> Override | Problem:
    """An override of a command line, or why Hydra refuses it.

    Args:
        text: one argument, without the quotes of the shell.
        origin: its place.
    """
    try:
        return _Reader(text).override(origin)
    except GrammarError as error:
        message = f"`{_short(text)}` is no override that Hydra can read: {error}"
        return Problem("malformed", message, origin, text.partition("=")[0])


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


class _Reader:
    """A recursive descent over the tokens; the grammar needs one token of look-ahead."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise GrammarError(f"it has {len(text):,} characters")
        self._text = text
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    def override(self, origin: Origin) -> Override:
        change = Change.SET
        if self._accept("~"):
            change = Change.DELETE
        elif self._accept("+"):
            change = Change.FORCE if self._accept("+") else Change.ADD
        key, package = self._key(), None
        if self._accept("@"):
            package = self._package()
        value: Element = None
        if change is not Change.DELETE or self._peek().kind != "end":
            self._expect("=", "it has no `=`")
            value = "" if self._peek().kind == "end" else self._value()
        self._expect("end", f"`{self._peek().text}` is left over")
        return Override(self._text, change, key, package, value, origin)

    def _key(self) -> str:
        first = self._peek()
        key = self._package()
        if first.kind == "id":
            while self._accept("/"):
                key += "/" + self._expect("id", "a name is missing after `/`").text
        return key

    def _package(self) -> str:
        if self._peek().kind in {"id", "special", "dotted"}:
            return self._next().text
        return ""

    def _value(self) -> Element:
        first = self._element()
        if self._peek().kind != ",":
            return first
        values = [_plain(first)]
        while self._accept(","):
            values.append(_plain(self._element()))
        return Choice(tuple(values), is_simple=True)

    def _element(self) -> Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise GrammarError(f"it is nested more than {_DEEPEST} levels deep")
        token = self._peek()
        value: Element
        if token.kind == "[":
            value = self._list()
        elif token.kind == "{":
            value = self._map()
        elif token.kind == "id" and self._peek(1).kind == "(":
            value = self._function()
        elif token.kind == "quoted":
            value = _unquoted(self._next().text)
        else:
            value = self._primitive(_WORDS)
        self._depth -= 1
        return value

    def _list(self) -> Plain:
        self._next()
        values: list[Plain] = []
        if not self._accept("]"):
            values.append(_plain(self._element()))
            while self._accept(","):
                values.append(_plain(self._element()))
            self._expect("]", "a list is not closed")
        return values

    def _map(self) -> Plain:
        self._next()
        values: dict[str, Plain] = {}
        if not self._accept("}"):
            self._pair(values)
            while self._accept(","):
                self._pair(values)
            self._expect("}", "a map is not closed")
        return values

    def _pair(self, values: dict[str, Plain]) -> None:
        key = self._primitive(_WORDS - {":", "interpolation"})
        if key is None:
            raise GrammarError("null is no key of a map")
        self._expect(":", "a map needs `key: value`")
        values[str(key)] = _plain(self._element())

    def _function(self) -> Element:
        name = self._next().text
        self._next()
        args: list[Element] = []
        named: dict[str, Element] = {}
        if not self._accept(")"):
            self._argument(args, named)
            while self._accept(","):
                self._argument(args, named)
            self._expect(")", f"`{name}(` is not closed")
        return call(name, args, named)

    def _argument(self, args: list[Element], named: dict[str, Element]) -> None:
        if self._peek().kind == "id" and self._peek(1).kind == "=":
            name = self._next().text
            self._next()
            named[name] = self._element()
        elif named:
            raise GrammarError("an argument without a name stands behind one with a name")
        else:
            args.append(self._element())

    def _primitive(self, allowed: frozenset[str]) -> bool | int | float | str | None:
        found: list[Token] = []
        while self._peek().kind in allowed:
            found.append(self._next())
        if not found:
            raise GrammarError(f"a value is missing before `{self._peek().text or 'the end'}`")
        if found[0].kind == "space":
            found = found[1:]
            if not found:
                raise GrammarError("a value of blanks needs quotes")
        if found[-1].kind == "space":
            found.pop()
        if len(found) > 1:
            return "".join(t.text[1::2] if t.kind == "escape" else t.text for t in found)
        return _single(found[0])

    def _peek(self, ahead: int = 0) -> Token:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else _END

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _accept(self, kind: str) -> bool:
        if self._peek().kind != kind:
            return False
        self._at += 1
        return True

    def _expect(self, kind: str, message: str) -> Token:
        if self._peek().kind != kind:
            raise GrammarError(message)
        return self._next()


def _single(token: Token) -> bool | int | float | str | None:
    try:
        if token.kind == "int":
            return int(token.text)
        if token.kind == "float":
            return float(token.text)
    except ValueError as error:
        raise GrammarError(f"a number of {len(token.text):,} characters") from error
    if token.kind == "null":
        return None
    if token.kind == "bool":
        return token.text.lower() == "true"
    return token.text[1::2] if token.kind == "escape" else token.text


def _plain(value: Element) -> Plain:
    if isinstance(value, SWEEPS):
        raise GrammarError("a sweep cannot stand inside another value")
    return value


def _unquoted(text: str) -> str:
    """The text of a quoted value: backslashes before a quote are halved, others stay."""
    quote, rest = text[0], text[1:]
    return _ESCAPED_QUOTE[quote].sub(_halved, rest)[:-1] if "\\" in rest else rest[:-1]


def _halved(found: re.Match[str]) -> str:
    whole = found[0]
    # the closing quote is kept even where an even number of backslashes stands before it
    kept = whole[1::2]
    return kept if kept.endswith(whole[-1]) else kept + whole[-1]
