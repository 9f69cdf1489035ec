"""OmegaConf interpolation as far as one file can tell: `${a.b}`, `${.c}`, `${oc.env:X,default}`.

Grammar: omegaconf.readthedocs.io/en/latest/grammar.html. What depends on another file, on the
environment or on a resolver's code stays unresolved, which is not the same as wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_check.sources.config import Entry

Keys: TypeAlias = tuple[str | int, ...]
_ENVIRONMENT = re.compile(r"(?:oc\.)?env:[^,${}]*(?:,(?P<default>.*))?", re.DOTALL)
_STEPS = 1_000
_LONGEST = 4_096


class _Unresolved(Exception):  # noqa: N818 - caught below, never seen
    pass


def resolve(entry: Entry, entries: Mapping[Keys, Entry]) -> str | None:
    """The text of a scalar with its interpolations filled in.

    Args:
        entry: the scalar.
        entries: all entries of its file by their keys.

    Returns:
        The text, or None where it cannot be known from this file: an environment variable without
        a default, a key that is not here, another resolver, a shell or format variable, a circle.
    """
    try:
        text = _Resolver(entries).fill(entry.text, entry.keys)
    except _Unresolved:
        return None
    return None if re.search(r"[${}]", text) else text


class _Resolver:
    def __init__(self, entries: Mapping[Keys, Entry]) -> None:
        self.entries = entries
        self.open: set[Keys] = set()
        self.steps = 0

    def fill(self, text: str, at: Keys) -> str:
        """Replace every `${...}` in `text`, which stands at the keys `at`."""
        parts: list[str] = []
        while (start := text.find("${")) >= 0:
            end = _closing(text, start)
            parts += text[:start], self.value(text[start + 2 : end], at)
            text = text[end + 1 :]
            if sum(map(len, parts)) > _LONGEST:
                raise _Unresolved
        return "".join(parts) + text

    def value(self, inner: str, at: Keys) -> str:
        """What `${inner}` stands for."""
        self.steps += 1
        if self.steps > _STEPS:
            raise _Unresolved
        if environment := _ENVIRONMENT.fullmatch(inner.strip()):
            default = (environment["default"] or "null").strip()
            if default == "null":
                raise _Unresolved
            is_quoted = len(default) > 1 and default[0] == default[-1] and default[0] in "'\""
            return self.fill(default[1:-1] if is_quoted else default, at)
        name = self.fill(inner, at).strip()
        entry = self.entries.get(_target(name, at))
        if entry is None:
            entry = self.entries.get(_target(name, at, as_index=True))
        if entry is None or entry.kind != "scalar" or entry.tag == "null" or entry.text == "???":
            raise _Unresolved
        if entry.keys in self.open:
            raise _Unresolved
        self.open.add(entry.keys)
        text = self.fill(entry.text, entry.keys)
        self.open.discard(entry.keys)
        return text


def _closing(text: str, start: int) -> int:
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0 and text[position] == "}":
            return position
    raise _Unresolved


def _target(name: str, at: Keys, *, as_index: bool = False) -> Keys:
    """The keys that `a.b` or, relative to the value at `at`, `.b` and `..b` name."""
    stem = name.lstrip(".")
    dots = len(name) - len(stem)
    if not re.fullmatch(r"[^\s.:\[\]]+(?:\.[^\s.:\[\]]+)*", stem) or dots > len(at):
        raise _Unresolved
    base = at[: len(at) - dots] if dots else ()
    parts = stem.split(".")
    return (*base, *(int(part) if as_index and part.isdecimal() else part for part in parts))
