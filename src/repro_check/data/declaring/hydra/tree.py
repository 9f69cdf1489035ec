"""A folder of configs that Hydra composes."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.data.declaring.hydra.defaults import defaults_of, has_defaults, package_header
from repro_check.data.declaring.hydra.parts import Composed, Part, TreeFile, package_of
from repro_check.data.declaring.hydra.walk import Walk

if TYPE_CHECKING:
    from repro_check.project.project import Project


class HydraTree:
    """A folder of configs that Hydra composes.

    Args:
        project: the repository.
        root: the folder, relative to the repository's root.
    """

    def __init__(self, project: Project, root: str) -> None:
        self._project = project
        self.root = root
        self._files: dict[str, TreeFile | None] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All configs of the tree."""
        top = f"{self.root}/" if self.root else ""
        return tuple(
            file.path[len(top) :].removesuffix(".yaml")
            for file in self._project.tree.below(self.root)
            if file.path.endswith(".yaml")
        )

    def primaries(self) -> tuple[str, ...]:
        """The configs at the top that compose others."""
        return tuple(name for name in self.names if "/" not in name and self._composes(name))

    def file(self, name: str) -> TreeFile | None:
        """A config of the tree; None if there is none, or it cannot be read."""
        if name not in self._files:
            self._files[name] = self._read(name)
        return self._files[name]

    def compose(self, primary: str, chosen: str) -> Composed:
        """The parts of a configuration that begins at `primary` and has the config `chosen` in it.

        Raises:
            Unresolved: the defaults lists go round in circles.
        """
        walk = Walk(self, {})
        parts = walk.settled(primary)
        if any(part.file and part.file.name == chosen for part in parts):
            return Composed(parts, walk.choices)
        group, _, name = chosen.rpartition("/")
        walk = Walk(self, {group: name} if group else {})
        parts = walk.settled(primary, then=chosen)
        return Composed(parts, walk.choices)

    def lone(self, name: str) -> tuple[Part, ...]:
        """The part of a single config, at the package that its folder or header gives."""
        file = self.file(name)
        return (Part(package_of(file), file),) if file else ()

    def _composes(self, name: str) -> bool:
        config = self._project.configs.get(self._path(name))
        return config is not None and has_defaults(config.facts)

    def _path(self, name: str) -> str:
        return posixpath.join(self.root, f"{name}.yaml")

    def _read(self, name: str) -> TreeFile | None:
        config = self._project.configs.get(self._path(name))
        if config is None:
            return None
        header = package_header(self._project.text(config.file) or "")
        file = TreeFile(name, {entry.keys: entry for entry in config.facts.entries}, header)
        file.defaults = defaults_of(config.facts)
        return file
