"""Facts of a configuration file (YAML, TOML, JSON): its keys and values with exact places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.sources.decoding import LIMITS, Limits, decode
from repro_check.sources.unreadable import Unreadable
from repro_check.text import pattern

if TYPE_CHECKING:
    from typing import Protocol

    class _Reader(Protocol):
        def __call__(self, text: str, *, limits: Limits) -> ConfigFacts: ...


# Jinja, as cookiecutter and copier use it; `${{ }}` is GitHub's and stands in plain YAML.
_TEMPLATE = pattern(r"(?<!\$)\{\{|\{%")


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One key (or list item) of a configuration file.

    Attributes:
        keys: the way from the document's top, list positions as integers.
        kind: "map", "list" or "scalar".
        tag: for a scalar the type its reader gives it under YAML 1.1 (`str int float bool null
            timestamp`, or the name of a custom tag); "" for maps and lists.
        text: the scalar as written, without quotes and with its escapes resolved; "" for maps and
            lists.
        key_span: the place of the key itself; None for list items and the top.
        span: the place of the value, quotes and brackets included. A value reached by a YAML alias
            has the place of its anchor; a TOML table that of its header, or of the key that first
            names it.
        is_quoted: whether the scalar was quoted.
    """

    keys: tuple[str | int, ...]
    kind: str
    tag: str
    text: str
    key_span: Span | None
    span: Span
    is_quoted: bool = False


class ConfigFacts(msgspec.Struct, frozen=True, array_like=True):
    """What one configuration file says: all its entries, in document order.

    Keys that YAML merges in (`<<`) stand where the `<<` stands. `documents` counts the documents of
    a YAML stream; only the first one has entries. `duplicates` are the places of keys that the same
    map already had: both entries are kept, and readers take the last one.
    """

    format: str
    entries: tuple[Entry, ...]
    documents: int = 1
    duplicates: tuple[Span, ...] = ()

    def get(self, *keys: str | int) -> Entry | None:
        """The entry at these keys, the last one if there are several; the top for no keys."""
        for entry in reversed(self.entries):
            if entry.keys == keys:
                return entry
        return None

    def children(self, keys: tuple[str | int, ...]) -> tuple[Entry, ...]:
        """The entries one step below these keys, in document order."""
        depth = len(keys) + 1
        return tuple(e for e in self.entries if len(e.keys) == depth and e.keys[:-1] == keys)

    def leaves(self) -> tuple[Entry, ...]:
        """The scalars, in document order."""
        return tuple(entry for entry in self.entries if entry.kind == "scalar")


def read_yaml(data: bytes, *, limits: Limits = LIMITS) -> ConfigFacts:
    """Facts of a YAML stream, read as PyYAML reads it (YAML 1.1), without constructing a value.

    Raises:
        Unreadable: not text, broken syntax, a template, or over one of the limits.
    """
    from repro_check.sources.yaml_positions import yaml_facts

    return _facts(yaml_facts, "YAML", decode(data, limits), limits)


def read_toml(data: bytes, *, limits: Limits = LIMITS) -> ConfigFacts:
    """Facts of a TOML document (https://toml.io/en/v1.0.0).

    Raises:
        Unreadable: not text, broken syntax, a template, or over one of the limits.
    """
    from repro_check.sources.toml_positions import toml_facts

    return _facts(toml_facts, "TOML", decode(data, limits), limits)


def read_json(data: bytes, *, limits: Limits = LIMITS) -> ConfigFacts:
    """Facts of a JSON document, in the dialect of Python's `json` (NaN and Infinity are numbers).

    Raises:
        Unreadable: not text, broken syntax, comments, a template, or over one of the limits.
    """
    from repro_check.sources.json_positions import json_facts

    return _facts(json_facts, "JSON", decode(data, limits), limits)


def _facts(reader: _Reader, name: str, text: str, limits: Limits) -> ConfigFacts:
    try:
        return reader(text, limits=limits)
    except Unreadable as error:
        if _TEMPLATE.search(text):
            raise Unreadable(f"is a template, not plain {name}") from error
        raise
