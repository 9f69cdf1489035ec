"""Finds configs along a search path, and reads each file at most once."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import msgspec

from repro_check.project.experiments.effective import Origin
from repro_check.project.experiments.hydra.documents import (
    Document,
    empty_document,
    read_document,
)
from repro_check.project.experiments.hydra.elements import Element
from repro_check.project.experiments.hydra.search import SearchPath
from repro_check.project.experiments.hydra.trees import NOWHERE, Leaf, MapNode
from repro_check.sources.config import ConfigFacts

# What Hydra 1.3 brings (hydra/conf); a plugin may add groups and options below `hydra/`.
_HYDRA_DEFAULTS = (
    ("output", "default"),
    ("launcher", "basic"),
    ("sweeper", "basic"),
    ("help", "default"),
    ("hydra_help", "default"),
    ("hydra_logging", "default"),
    ("job_logging", "default"),
    ("callbacks", None),
    ("env", "default"),
)
# How Hydra calls the config of a program that names none.
NO_CONFIG = "_dummy_empty_config_"
_HYDRA_CONFIGS = frozenset(
    ["hydra/config", *(f"hydra/{group}/{option}" for group, option in _HYDRA_DEFAULTS)]
    + [f"hydra/{kind}_logging/{name}" for kind in ("hydra", "job") for name in ("none", "disabled")]
    + ["hydra/hydra_logging/hydra_debug", "hydra/job_logging/stdout"]
)


class ConfigSource(Protocol):
    """Where the facts and texts of config files come from."""

    @property
    def paths(self) -> Collection[str]:
        """The paths of all files that may be configs, relative to the root."""
        ...

    def facts(self, path: str) -> ConfigFacts | None:
        """The facts of a file, or None where it cannot be read."""
        ...

    def text(self, path: str) -> str | None:
        """The text of a file."""
        ...


class Stored(msgspec.Struct, frozen=True):
    """The configs that code registers in Hydra's ConfigStore, as far as they can be seen.

    Attributes:
        names: `group/name`, or `name` at the top.
        is_complete: false where code registers more than these.
    """

    names: frozenset[str] = frozenset()
    is_complete: bool = True


class Library:
    """The config files of a repository: which there are, and what each says.

    Args:
        source: where they come from.
    """

    def __init__(self, source: ConfigSource) -> None:
        self._source = source
        self._read: dict[tuple[str, bool], Document] = {}
        self.files = frozenset(source.paths)
        self.folders: dict[str, list[str]] = {"": []}
        for path in sorted(self.files):
            folder, name = posixpath.split(path)
            known = folder in self.folders
            self.folders.setdefault(folder, []).append(name)
            while not known and folder:
                folder = posixpath.dirname(folder)
                known = folder in self.folders
                self.folders.setdefault(folder, [])

    def document(self, path: str, *, is_modern: bool) -> Document:
        """What the file of a path says."""
        key = (path, is_modern)
        if key not in self._read:
            facts = self._source.facts(path)
            text = self._source.text(path) if facts else None
            if facts is None or text is None:
                self._read[key] = empty_document(path, is_known=False)
            else:
                self._read[key] = read_document(facts, text, path, is_modern=is_modern)
        return self._read[key]


class Repository:
    """The configs of a library along one search path.

    Args:
        library: the files.
        search_path: where to look.
        stored: what code registers.
        is_modern: whether version_base is 1.2 or later, where `.yml` files are no configs.
    """

    def __init__(
        self, library: Library, search_path: SearchPath, stored: Stored, *, is_modern: bool
    ) -> None:
        self.library = library
        self.search_path = search_path
        self.stored = stored
        self.is_modern = is_modern

    def find(self, config: str) -> Document | None:
        """The config of a path without suffix; None where there is surely none."""
        if config in _HYDRA_CONFIGS or config == NO_CONFIG:
            return _hydra_document(config)
        path = self.file_of(config)
        if path is not None:
            return self.library.document(path, is_modern=self.is_modern)
        if config.startswith("hydra/"):
            return empty_document()
        if self._may_exist(config):
            return empty_document(is_known=False)
        return None

    def file_of(self, config: str) -> str | None:
        """The file of a config, or None where the repository has none."""
        suffixes = (".yaml",) if self.is_modern else (".yaml", ".yml")
        name = config if config.endswith(suffixes) else f"{config}.yaml"
        for folder in self.search_path.folders:
            path = _normal(folder, name)
            if path in self.library.files:
                return path
        return None

    def is_stored(self, config: str) -> bool:
        """Whether code registers a config of this name."""
        return config in self.stored.names

    def has_group(self, group: str) -> bool:
        """Whether a name is a config group; an unknown search path has none."""
        if group.startswith("hydra/") or group == "hydra":
            return True
        if any(name.startswith(f"{group}/") for name in self.stored.names):
            return True
        return any(
            _normal(folder, group) in self.library.folders for folder in self.search_path.folders
        )

    def may_have_group(self, group: str) -> bool:
        """Whether what cannot be seen may have such a group."""
        return "." not in group and (not self.search_path.is_whole or not self.stored.is_complete)

    def options(self, group: str) -> tuple[str, ...]:
        """The options of a group, sorted."""
        found = {
            name[len(group) + 1 :]
            for name in (*self.stored.names, *_HYDRA_CONFIGS)
            if name.startswith(f"{group}/") and "/" not in name[len(group) + 1 :]
        }
        for folder in self.search_path.folders:
            for name in self.library.folders.get(_normal(folder, group), ()):
                stem, dot, suffix = name.rpartition(".")
                if (dot and suffix == "yaml") or (suffix == "yml" and not self.is_modern):
                    found.add(stem)
        return tuple(sorted(found))

    def _may_exist(self, config: str) -> bool:
        if not self.search_path.is_whole or not self.stored.is_complete:
            return True
        return config in self.stored.names


def _normal(folder: str, name: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, name))
    return "" if path == "." else path


def _hydra_document(config: str) -> Document:
    document = empty_document()
    if config == "hydra/config":
        document.defaults = tuple(
            Element(NOWHERE, group, option) for group, option in _HYDRA_DEFAULTS
        )
    return document


def facts_source(files: Mapping[str, tuple[ConfigFacts, str]]) -> ConfigSource:
    """A source of facts and texts that are at hand, by their paths."""
    return _Held(files)


class _Held:
    def __init__(self, files: Mapping[str, tuple[ConfigFacts, str]]) -> None:
        self._files = files

    @property
    def paths(self) -> Collection[str]:
        return self._files.keys()

    def facts(self, path: str) -> ConfigFacts | None:
        return self._files[path][0]

    def text(self, path: str) -> str | None:
        return self._files[path][1]


def hydra_searchpath(document: Document) -> tuple[tuple[str, Origin], ...]:
    """The entries of `hydra.searchpath` in a primary config."""
    node: object = document.body
    for key in ("hydra", "searchpath"):
        node = node.children.get(key) if isinstance(node, MapNode) else None
    children: Iterable[object] = getattr(node, "children", ())
    return tuple(
        (item.value, item.origin)
        for item in children
        if isinstance(item, Leaf) and isinstance(item.value, str)
    )
