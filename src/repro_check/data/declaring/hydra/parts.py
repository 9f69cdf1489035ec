"""The files of a Hydra tree, and the steps in which they become one configuration."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from repro_check.data.declaring.hydra.defaults import Default
from repro_check.data.declaring.interpolation import Keys, Unresolved

if TYPE_CHECKING:
    from repro_check.sources.config import Entry


class TreeFile:
    """One file of the tree.

    Attributes:
        name: its path from the tree's top without the suffix: `paths/default`.
        header: the package that its first lines give.
    """

    def __init__(self, name: str, entries: Mapping[Keys, Entry], header: str | None) -> None:
        self.name = name
        self.group = posixpath.dirname(name)
        self.header = header
        self.entries = entries
        self.defaults: tuple[Default, ...] = ()

    def at(self, keys: Keys) -> Entry | None:
        """The file's entry at its own keys.

        Raises:
            Unresolved: something that is no mapping stands above them.
        """
        if keys[:1] == ("defaults",):
            return None
        if keys in self.entries:
            return self.entries[keys]
        for length in range(1, len(keys)):
            above = self.entries.get(keys[:length])
            if above is not None and above.kind != "map":
                raise Unresolved
        return None


class Part(NamedTuple):
    """A step of the composition: the keys of `file` under `package`; later parts win.

    `options` stands for an open choice, each with its own parts. Without file and options it is
    something that is not in the repository. `is_floating`: versions of Hydra put it first or last.
    """

    package: Keys
    file: TreeFile | None = None
    options: tuple[tuple[Part, ...], ...] = ()
    is_floating: bool = False


class Composed(msgspec.Struct, frozen=True):
    """The parts in their order, and the options that were chosen, by group."""

    parts: tuple[Part, ...]
    choices: dict[str, str]


def package_of(file: TreeFile) -> Keys:
    """The package of a config that is chosen at the tree's top."""
    return package("", file.group.replace("/", "."), None, file.header)


def package(parent: str, group: str, written: str | None, header: str | None) -> Keys:
    """The package of a config under the package of its parent (`_get_final_package` in Hydra).

    Raises:
        Unresolved: it is named by a keyword whose meaning changed between versions of Hydra.
    """
    if written is None and header is not None:
        parent = ""
    own = written if written is not None else header if header is not None else group
    own = "" if own == "_here_" else own
    if "_name_" in own or "_group_" in own:
        raise Unresolved
    full = ".".join(filter(None, (parent, own)))
    full = full.rpartition("_global_")[2]
    return tuple(filter(None, full.split(".")))
