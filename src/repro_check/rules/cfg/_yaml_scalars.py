"""Plain YAML scalars that YAML 1.1 does not read as they look."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from repro_check.project.experiments.hydra.scalars import UnreadableScalarError, omegaconf_scalar
from repro_check.sources.config import ConfigFacts, Entry
from repro_check.text import pattern

# PyYAML's own float needs a point and a sign (yaml/resolver.py, the resolver of `float`)
_EXPONENT = pattern(r"([-+]?)(\d{1,6}(?:\.\d*)?|\.\d+)([eE])([-+]?)(\d{1,3})")
_OCTAL = pattern(r"[-+]?0[0-7_]+")
_WORDS = frozenset({"on", "off", "yes", "no"})
_NAMES = pattern(
    r"(?i)(^|[-_])(id|ids|hash|commit|sha\d*|rev|revision|version|name|tag|tags|run|exp|experiment|path|"
    r"file|dir|uuid|title|label|labels|description|notes?)$"
)
_MODES = pattern(r"(?i)(mode|umask|chmod|perms?|permissions?)$")
_LARGEST = 308
_LONGEST = 40


class Surprise(enum.Enum):
    """What is unexpected."""

    TEXT = "text"
    OCTAL = "octal"
    SEXAGESIMAL = "sexagesimal"
    TRUTH = "truth"


class Odd(msgspec.Struct, frozen=True):
    """A scalar that is not read as it looks.

    Attributes:
        read_as: what the loader makes of it, as code.
        better: what to write instead.
    """

    entry: Entry
    surprise: Surprise
    read_as: str
    better: str

    @property
    def name(self) -> str:
        """The dotted name of its key."""
        return ".".join(map(str, self.entry.keys))

    @property
    def key(self) -> str:
        """The last key that is a name; "" if there is none."""
        return next((key for key in reversed(self.entry.keys) if isinstance(key, str)), "")


def odd_scalars(facts: ConfigFacts) -> Iterator[Odd]:
    """The scalars of a YAML file that are not read as they look, in document order."""
    texts: set[tuple[str | int, ...]] | None = None
    for entry in facts.entries:
        if entry.kind != "scalar" or entry.is_quoted or not _is_plain(entry):
            continue
        if entry.tag == "str":
            yield from _exponent(entry)
        elif entry.tag in {"int", "float"}:
            yield from _number(entry)
        elif entry.tag == "bool" and isinstance(entry.keys[-1], int):
            texts = _lists_of_texts(facts) if texts is None else texts
            word = entry.text.lower()
            if word in _WORDS and entry.keys[:-1] in texts:
                value = str(word in {"on", "yes"})
                yield Odd(entry, Surprise.TRUTH, value, f'"{entry.text}"')


def _is_plain(entry: Entry) -> bool:
    """Whether the text stands in the file as it is: no block, no continued line, and below a key."""
    span = entry.span
    width = span.end_column - span.column
    return bool(entry.keys) and span.line == span.end_line and width == len(entry.text)


def _exponent(entry: Entry) -> Iterator[Odd]:
    found = _EXPONENT.fullmatch(entry.text) if entry.text[:1] in "-+.0123456789" else None
    odd = Odd(entry, Surprise.TEXT, f'"{entry.text}"', "")
    if found is None or int(found[5]) > _LARGEST or _NAMES.search(odd.key):
        return
    sign, digits, letter, direction, power = found.groups()
    digits = f"0{digits}" if digits.startswith(".") else digits
    digits = digits if "." in digits else f"{digits}.0"
    better = f"{sign}{digits}{letter}{direction or '+'}{power}"
    yield msgspec.structs.replace(odd, better=better)


def _number(entry: Entry) -> Iterator[Odd]:
    is_octal = entry.text.lstrip("-+")[:1] == "0" and _OCTAL.fullmatch(entry.text) is not None
    if len(entry.text) > _LONGEST or not (is_octal or ":" in entry.text):
        return
    try:
        value = omegaconf_scalar(entry)
    except UnreadableScalarError:
        return
    better = f'"{entry.text}"'
    if not is_octal:
        yield Odd(entry, Surprise.SEXAGESIMAL, repr(value), better)
    elif value != int(entry.text.replace("_", "")):
        odd = Odd(entry, Surprise.OCTAL, repr(value), better)
        if not _MODES.search(odd.key):
            yield odd


def _lists_of_texts(facts: ConfigFacts) -> set[tuple[str | int, ...]]:
    """The lists that hold a text which is no number."""
    return {
        entry.keys[:-1]
        for entry in facts.entries
        if entry.keys and isinstance(entry.keys[-1], int) and entry.tag == "str"
    }
