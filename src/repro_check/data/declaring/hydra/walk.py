"""The walk along defaults lists that puts the parts of a configuration into their order."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from repro_check.data.declaring.hydra.defaults import Default
from repro_check.data.declaring.hydra.parts import Part, TreeFile, package, package_of
from repro_check.data.declaring.interpolation import Keys, Unresolved

_DEEPEST = 30
_MOST_PARTS = 2_000


class Files(Protocol):
    """The files of a tree by their names."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        ...

    def file(self, name: str) -> TreeFile | None:
        """One of them; None if there is none, or it cannot be read."""
        ...


class Walk:
    """One walk along the defaults lists.

    Args:
        tree: the files.
        chosen: options that are taken whatever the lists say, by group.

    Attributes:
        choices: the options that were taken, by group.
    """

    def __init__(self, tree: Files, chosen: Mapping[str, str]) -> None:
        self.tree = tree
        self.chosen = dict(chosen)
        self.heeded: dict[str, str] = {}
        self.overrides: dict[str, str] = {}
        self.choices: dict[str, str] = {}
        self.count = 0

    def settled(self, primary: str, then: str = "") -> tuple[Part, ...]:
        """The parts, walked again until all overrides that are met are heeded."""
        for _ in range(4):
            self.heeded, self.overrides, self.choices, self.count = self.overrides, {}, {}, 0
            parts = tuple(self.parts(primary, (), 0, is_primary=True))
            if then and not any(part.file and part.file.name == then for part in parts):
                file = self.tree.file(then)
                parts += tuple(self.parts(then, package_of(file), 0)) if file else ()
            if self.overrides == self.heeded:
                return parts
        raise Unresolved

    def parts(self, name: str, at: Keys, depth: int, *, is_primary: bool = False) -> Iterator[Part]:
        """The parts of a config and of what it composes."""
        self.count += 1
        if depth > _DEEPEST or self.count > _MOST_PARTS:
            raise Unresolved
        file = self.tree.file(name)
        if file is None:
            yield Part(at)
            return
        has_self = False
        for default in file.defaults:
            if default.is_self:
                has_self = True
                yield Part(at, file)
            else:
                yield from self.below(file, at, default, depth)
        if not has_self:
            yield Part(at, file, is_floating=is_primary and bool(file.defaults))

    def below(self, file: TreeFile, at: Keys, default: Default, depth: int) -> Iterator[Part]:
        """The parts of one element of the defaults list of `file`."""
        base = "" if default.is_absolute else file.group
        group = posixpath.join(base, default.group) if base else default.group
        parent = ".".join(map(str, at))
        relative = default.group.replace("/", ".")
        key = _override_key(group, package(parent, relative, default.package, None))
        if default.is_override:
            if self.overrides.setdefault(key, default.name) != default.name:
                raise Unresolved
            return
        if default.is_group:
            taken = self.chosen.get(key, self.heeded.get(key, default.name))
            default = msgspec.structs.replace(default, name=taken)
            self.choices[key] = taken
        if "/" in default.name:
            # Hydra 1.4 takes the folder in an option's name as a part of its package, 1.3 does not.
            raise Unresolved
        if default.is_open:
            yield self.open_choice(group, parent, relative, default, depth)
        elif default.name:
            name = posixpath.join(group, default.name)
            option = self.tree.file(name)
            if option is None and (default.is_optional or group.split("/")[0] == "hydra"):
                return
            header = option.header if option else None
            yield from self.parts(
                name, package(parent, relative, default.package, header), depth + 1
            )

    def open_choice(
        self, group: str, parent: str, relative: str, default: Default, depth: int
    ) -> Part:
        """All options of a group of which it is not known which is taken."""
        options = []
        for name in self.tree.names:
            file = self.tree.file(name) if posixpath.dirname(name) == group else None
            if file is not None:
                at = package(parent, relative, default.package, file.header)
                options.append(tuple(self.parts(name, at, depth + 1)))
        return Part(package(parent, relative, default.package, None), options=tuple(options))


def _override_key(group: str, at: Keys) -> str:
    """How others name an element of a defaults list (`get_override_key` in Hydra)."""
    dotted = ".".join(map(str, at))
    return group if dotted == group.replace("/", ".") else f"{group}@{dotted}"
