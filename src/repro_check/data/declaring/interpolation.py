"""OmegaConf interpolation as far as a static reading can tell: `${a.b}`, `${.c}`, `${oc.env:X,d}`.

Grammar: omegaconf.readthedocs.io/en/latest/grammar.html. A value is taken only where it cannot be
otherwise. What depends on the environment, on the time or on a resolver's code stays unresolved,
which is not the same as wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, TypeAlias

import msgspec

from repro_check.text import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from repro_check.sources.config import Entry

Keys: TypeAlias = tuple[str | int, ...]
_RESOLVER = pattern(r"(?P<name>[A-Za-z_][\w.]*):(?P<arguments>.*)", re.DOTALL)
# What `$X`, `%X%`, `{x}` and `{{ x }}` stand for is known to a shell or a program only.
_VARIABLE = pattern(r"[${}]|%[A-Za-z_]\w*%")
_WHERE_TRAINING_STARTS = "."
_STEPS = 1_000
_LONGEST = 4_096


class Unresolved(Exception):  # noqa: N818 - it names a state
    """A value that may be one thing or another; raised by `Surroundings`, never by `resolve`."""


class Surroundings(Protocol):
    """What other files say about the values that a file only refers to."""

    @property
    def package(self) -> Keys:
        """Where the file's own keys stand in the whole configuration; () for at its top."""
        ...

    def entry(self, keys: Keys) -> Entry | None:
        """The entry at these keys of the whole configuration; its `keys` are these.

        Raises:
            Unresolved: there are several, and which one holds is not known.
        """
        ...

    def known(self, resolver: str, argument: str) -> str | None:
        """What `${resolver:argument}` is: an environment variable, a choice of an option."""
        ...


Reading: TypeAlias = "Callable[[Entry, Mapping[Keys, Entry]], str | None]"
"""`resolve`, or the same with surroundings."""


def resolve(
    entry: Entry, entries: Mapping[Keys, Entry], around: Surroundings | None = None
) -> str | None:
    """The text of a scalar with its interpolations filled in.

    Args:
        entry: the scalar.
        entries: all entries of its file by their keys.
        around: what stands around the file; None for a file that stands alone.

    Returns:
        The text, or None where it cannot be known: an environment variable without a default, a
        key that nobody defines, another resolver, a shell or format variable, a circle.
    """
    try:
        resolver = _Resolver(entries, around)
        text = resolver.fill(entry.text, (*resolver.package(entry.text), *entry.keys))
    except Unresolved:
        return None
    return None if _VARIABLE.search(text) else text


class _Resolver:
    """One evaluation. All keys are those of the whole configuration."""

    def __init__(self, entries: Mapping[Keys, Entry], around: Surroundings | None) -> None:
        self.entries = entries
        self.around = around
        self.open: set[Keys] = set()
        self.steps = 0

    def package(self, text: str) -> Keys:
        """Where the file stands; not asked for a text that refers to nothing."""
        return self.around.package if self.around and "${" in text else ()

    def fill(self, text: str, at: Keys) -> str:
        """Replace every `${...}` in `text`, which stands at the keys `at`."""
        parts: list[str] = []
        while (start := text.find("${")) >= 0:
            if text[:start].endswith("\\"):
                raise Unresolved
            end = _closing(text, start)
            parts += text[:start], self.value(text[start + 2 : end], at)
            text = text[end + 1 :]
            if sum(map(len, parts)) > _LONGEST:
                raise Unresolved
        return "".join(parts) + text

    def value(self, inner: str, at: Keys) -> str:
        """What `${inner}` stands for."""
        self.steps += 1
        if self.steps > _STEPS:
            raise Unresolved
        if call := _RESOLVER.fullmatch(inner.strip()):
            return self.call(call["name"], call["arguments"], at)
        entry = self.find(self.fill(inner, at).strip(), at)
        if entry is None:
            raise Unresolved
        return self.text_of(entry)

    def call(self, name: str, arguments: str, at: Keys) -> str:
        """What a resolver gives."""
        first, *rest = _split(arguments)
        first = self.fill(first, at).strip()
        if name == "hydra":
            return self.known("hydra", first)
        if name == "oc.select":
            entry = self.find(first, at)
            if entry is not None and entry.text != "???":
                return self.text_of(entry)
        elif name in ("oc.env", "env"):
            try:
                return self.known("oc.env", first)
            except Unresolved:
                if not rest:
                    raise
        else:
            raise Unresolved
        return self.default(rest, at)

    def default(self, rest: list[str], at: Keys) -> str:
        """What stands behind the comma."""
        default = rest[0].strip() if len(rest) == 1 else ""
        if default in ("", "null"):
            raise Unresolved
        is_quoted = len(default) > 1 and default[0] == default[-1] and default[0] in "'\""
        return self.fill(default[1:-1] if is_quoted else default, at)

    def known(self, resolver: str, argument: str) -> str:
        """What can be known of the run and of its environment."""
        if (resolver, argument) in (("hydra", "runtime.cwd"), ("oc.env", "PWD")):
            return _WHERE_TRAINING_STARTS
        found = self.around.known(resolver, argument) if self.around else None
        if found is None:
            raise Unresolved
        return found

    def find(self, name: str, at: Keys) -> Entry | None:
        """The entry that `a.b` or, relative to the value at `at`, `.b` and `..b` name."""
        found = self.entry(_target(name, at))
        return found if found is not None else self.entry(_target(name, at, as_index=True))

    def entry(self, keys: Keys) -> Entry | None:
        """The entry at these keys, in the whole configuration or else in this file."""
        package: Keys = ()
        if self.around:
            found = self.around.entry(keys)
            if found is not None:
                return found
            package = self.around.package
        if keys[: len(package)] == package and keys[len(package) :] in self.entries:
            return _moved(self.entries[keys[len(package) :]], keys)
        return self.entries.get(keys)

    def text_of(self, entry: Entry) -> str:
        """A scalar's text, filled in."""
        is_open = entry.kind != "scalar" or entry.tag == "null" or entry.text == "???"
        if is_open or entry.keys in self.open:
            raise Unresolved
        self.open.add(entry.keys)
        text = self.fill(entry.text, entry.keys)
        self.open.discard(entry.keys)
        return text


def _moved(entry: Entry, keys: Keys) -> Entry:
    return entry if entry.keys == keys else msgspec.structs.replace(entry, keys=keys)


def _closing(text: str, start: int) -> int:
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0 and text[position] == "}":
            return position
    raise Unresolved


def _split(arguments: str) -> list[str]:
    """The arguments of a resolver: at the first comma outside of braces, quotes not regarded."""
    depth = 0
    for position, character in enumerate(arguments):
        depth += (character in "{[") - (character in "}]")
        if character == "," and depth == 0:
            return [arguments[:position], arguments[position + 1 :]]
    return [arguments]


def _target(name: str, at: Keys, *, as_index: bool = False) -> Keys:
    stem = name.lstrip(".")
    dots = len(name) - len(stem)
    stem = re.sub(r"\[([^\s.:\[\]]+)\]", r".\1", stem)
    if not re.fullmatch(r"[^\s.:\[\]]+(?:\.[^\s.:\[\]]+)*", stem) or dots > len(at):
        raise Unresolved
    base = at[: len(at) - dots] if dots else ()
    parts = stem.split(".")
    return (*base, *(int(part) if as_index and part.isdecimal() else part for part in parts))
