"""What the other files of a repository say about the values that one config refers to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.data.declaring.hydra.lookup import agreed, look_up
from repro_check.data.declaring.hydra.parts import Composed, package_of
from repro_check.data.declaring.hydra.tree import HydraTree
from repro_check.data.declaring.interpolation import Keys, Unresolved
from repro_check.data.declaring.root_variable import folder_in_variable
from repro_check.sources.expressions import Literal

if TYPE_CHECKING:
    from repro_check.project.files import ConfigFile
    from repro_check.project.project import Project
    from repro_check.sources.config import Entry

_TOPS = frozenset({"conf", "confs", "config", "configs", "cfg", "cfgs", "hydra_configs"})
_MAINS = frozenset({"hydra.main", "hydra.initialize", "hydra.experimental.initialize"})


class ConfigSurroundings:
    """The Hydra tree in which a config stands, if it stands in one, and what code sets.

    Implements `interpolation.Surroundings`. Nothing is read before it is asked for.
    """

    def __init__(self, config: ConfigFile, project: Project) -> None:
        self._project = project
        self._path = config.path

    @cached_property
    def package(self) -> Keys:
        """Where the config's own keys stand in the whole configuration.

        Raises:
            Unresolved: at several places.
        """
        packages = {
            part.package
            for composed in self._composed
            for part in composed.parts
            if part.file is not None and part.file.name == self._name
        }
        if len(packages) > 1:
            raise Unresolved
        file = self._tree.file(self._name) if self._tree else None
        return packages.pop() if packages else package_of(file) if file else ()

    def entry(self, keys: Keys) -> Entry | None:
        """The entry at these keys of the whole configuration.

        Where no primary config leads to it, all options of the tree that define it must agree.

        Raises:
            Unresolved: they do not, or a choice is open.
        """
        if self._tree is None:
            return None
        found = [look_up(composed.parts, keys) for composed in self._composed]
        if entry := agreed(entry for entry in found if entry is not None):
            return entry
        lone = (look_up(self._tree.lone(name), keys) for name in self._tree.names)
        return agreed(entry for entry in lone if entry is not None)

    def known(self, resolver: str, argument: str) -> str | None:
        """The folder in an environment variable that code sets, or the choice of an option."""
        if resolver == "oc.env":
            return folder_in_variable(argument, self._project)
        group = argument.removeprefix("runtime.choices.")
        if resolver != "hydra" or group == argument:
            return None
        choices = {composed.choices.get(group, "") for composed in self._composed}
        choice = choices.pop() if len(choices) == 1 else ""
        return None if choice == "???" or "${" in choice else choice or None

    @cached_property
    def _tree(self) -> HydraTree | None:
        if not self._path.endswith(".yaml"):
            return None
        folders = _folders_above(self._path)
        named = {folder for folder, _ in self._mains}.intersection(folders)
        if named:
            # With two trees, one inside the other, it is not known which of them is meant.
            return HydraTree(self._project, named.pop()) if len(named) == 1 else None
        for folder in reversed(folders):
            tree = HydraTree(self._project, folder)
            if tree.primaries():
                return tree
            if posixpath.basename(folder).lower() in _TOPS:
                # The tree begins here, and its primary config is not known.
                return None
        return None

    @cached_property
    def _name(self) -> str:
        return self._path_in(self._tree) if self._tree else ""

    def _path_in(self, tree: HydraTree) -> str:
        return posixpath.relpath(self._path, tree.root or ".").removesuffix(".yaml")

    @cached_property
    def _composed(self) -> tuple[Composed, ...]:
        tree = self._tree
        if tree is None:
            return ()
        named = {name for folder, name in self._mains if folder == tree.root and tree.file(name)}
        primaries = (*sorted(named),) if named else tree.primaries()
        if self._name in primaries or "/" not in self._name:
            primaries = (self._name,)
        return tuple(tree.compose(primary, self._name) for primary in primaries)

    @cached_property
    def _mains(self) -> tuple[tuple[str, str], ...]:
        """The config folders and primary configs that code names, relative to the root."""
        return tuple(_mains(self._project))


def _mains(project: Project) -> Iterator[tuple[str, str]]:
    for file in project.python.readable():
        if not any(item.module.split(".")[0] == "hydra" for item in file.facts.imports):
            continue
        for call in file.facts.calls:
            if call.target not in _MAINS:
                continue
            folder = call.argument(0, "config_path")
            name = call.argument(1, "config_name") if call.target == "hydra.main" else None
            if isinstance(folder, Literal) and isinstance(folder.value, str):
                written = name.value if isinstance(name, Literal) else None
                yield (
                    _within(posixpath.dirname(file.path), folder.value),
                    str(written or "").removesuffix(".yaml"),
                )


def _within(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined


def _folders_above(path: str) -> list[str]:
    """The folders that hold a file, the nearest first, the root ("") last."""
    folders = []
    while path:
        path = posixpath.dirname(path)
        folders.append(path)
    return folders
