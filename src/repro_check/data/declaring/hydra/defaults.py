"""What one file of a Hydra tree says of its place: its defaults list and its package header.

Sources: hydra.cc/docs/advanced/defaults_list and hydra.cc/docs/advanced/overriding_packages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.sources.config import ConfigFacts, Entry

SELF = "_self_"
MISSING = "???"
_HEADER = pattern(r"#\s*@package:?\s+(\S+)")


class Default(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a defaults list.

    Attributes:
        group: the folder of the option as written, without the leading slash; "" for a config
            beside the file.
        name: the option: a file's stem; "" for none (null), `???` for one that must be chosen.
        package: what stands behind `@`; None if nothing does.
        is_absolute: whether the group is read from the tree's top.
        is_group: whether it is `group: option`, which others can override, and not a bare name.
    """

    group: str
    name: str
    package: str | None = None
    is_absolute: bool = False
    is_group: bool = False
    is_override: bool = False
    is_optional: bool = False

    @property
    def is_self(self) -> bool:
        """Whether it is the place of the file's own keys."""
        return not self.is_group and self.name == SELF

    @property
    def is_open(self) -> bool:
        """Whether the file alone does not tell which option it is."""
        return self.name == MISSING or "${" in self.name


def defaults_of(facts: ConfigFacts) -> tuple[Default, ...]:
    """The elements of a file's defaults list, in order; () if it has none."""
    return tuple(
        default
        for item in facts.children(("defaults",))
        if isinstance(item.keys[-1], int)
        for default in _elements(item, facts)
    )


def has_defaults(facts: ConfigFacts) -> bool:
    """Whether the file composes others."""
    entry = facts.get("defaults")
    return entry is not None and entry.kind == "list"


def package_header(text: str) -> str | None:
    """The package in a file's header (`# @package _global_`), or None.

    Hydra reads `# @` lines up to the first line that is neither one of them nor empty; the empty
    header and `_group_` mean the package that the folder gives.
    """
    for line in text.splitlines():
        if match := _HEADER.match(line.strip()):
            return None if match[1] == "_group_" else match[1]
        if line.strip() and not re.match(r"\s*#\s*@", line):
            return None
    return None


def _elements(item: Entry, facts: ConfigFacts) -> Iterator[Default]:
    if item.kind == "scalar":
        if item.text and item.tag != "null":
            path, _, package = item.text.partition("@")
            group, _, name = path.rpartition("/")
            yield _default(group, name, package, is_absolute=path.startswith("/"))
        return
    for pair in facts.children(item.keys):
        *words, path = str(pair.keys[-1]).split()
        group, _, package = path.partition("@")
        options = (pair,) if pair.kind == "scalar" else facts.children(pair.keys)
        for option in options:
            yield _default(
                group,
                "" if option.tag == "null" else option.text,
                package,
                is_absolute=group.startswith("/"),
                is_group=True,
                is_override="override" in words,
                is_optional="optional" in words,
            )


def _default(group: str, name: str, package: str, **marks: bool) -> Default:
    stem = name.removesuffix(".yaml")
    return Default(group=group.strip("/"), name=stem, package=package or None, **marks)
