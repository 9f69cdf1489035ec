"""What a repository says about its dependencies."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.project.environment.locks import COMPILED, Lock, find_locks
from repro_check.project.environment.manifests import (
    Manifest,
    find_manifests,
    find_scripts,
)
from repro_check.project.environment.packages import is_library, is_work
from repro_check.sources.dependencies.model import Declared, Locked
from repro_check.sources.kinds import Kind
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.project import Project

# what installs, and what every environment brings along
_TOOLS = frozenset({"python", "pip", "setuptools", "wheel", "conda", "uv", "nodejs"})
_EXPERIMENT = pattern(
    r"(^|[-_.])(experiments?|papers?|reproduc\w*|replicat\w*|research|train|training)([-_.]|$)",
    re.IGNORECASE,
)
_SCRIPT_LOCK = ".py.lock"
_CONDA_EXACT = pattern(r"[^\s=<>!~*|,]+(?:\s*={1,2}\s*|\s+)\d[\w.+!]*(?:\s*=\s*\S+)?")


class Environment:
    """The manifests and the locks of a project.

    Args:
        project: whose files say so.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """All files of the product that declare dependencies, scripts (PEP 723) last."""
        return (*self.files, *self.scripts)

    @cached_property
    def files(self) -> tuple[Manifest, ...]:
        """The manifests that are files of their own."""
        return tuple(find_manifests(self._project))

    @cached_property
    def scripts(self) -> tuple[Manifest, ...]:
        """The scripts that declare their dependencies themselves (PEP 723)."""
        return tuple(find_scripts(self._project))

    @cached_property
    def locks(self) -> tuple[Lock, ...]:
        """The lock files, and the requirement files that a tool compiled."""
        return tuple(find_locks(self._project))

    @cached_property
    def is_library(self) -> bool:
        """Whether it is a package that others install, and so should not pin."""
        return is_library(self._project)

    @cached_property
    def is_work(self) -> bool:
        """Whether what is packaged is work to be repeated: documents run its training scripts."""
        return self._project.settings.library is None and is_work(self._project)

    @cached_property
    def has_image(self) -> bool:
        """Whether a Dockerfile begins with an image that is named by its digest."""
        return any(
            "FROM" in text and re.search(r"^FROM\s+\S+@sha256:", text, re.MULTILINE)
            for file in self._project.tree.files
            if file.kind is Kind.DOCKERFILE and (text := self._project.text(file))
        )

    def manifest(self, path: str) -> Manifest | None:
        """The manifest of a path."""
        return next((each for each in self.manifests if each.path == path), None)

    def with_includes(self, manifest: Manifest) -> tuple[Manifest, ...]:
        """A manifest and those that are read with it, each once; circles end where they began."""
        found = {manifest.path: manifest}
        waiting = [manifest]
        while waiting:
            for path in waiting.pop().includes:
                included = self.manifest(path)
                if included is not None and path not in found:
                    found[path] = included
                    waiting.append(included)
        return tuple(found.values())

    def declared(self, name: str) -> tuple[tuple[Manifest, Declared], ...]:
        """Where a distribution, by its normalised name, is declared."""
        return self._declared.get(name, ())

    def locked(self, name: str) -> tuple[tuple[Lock, Locked], ...]:
        """Where a distribution, by its normalised name, is locked."""
        return tuple((lock, one) for lock in self.locks for one in lock.packages(name))

    def open_dependencies(self, manifest: Manifest) -> tuple[Declared, ...]:
        """Those whose version neither the file nor a lock or a pinned file for it decides."""
        if any(_freezes(lock, manifest) for lock in self.locks):
            return ()
        pinned = {
            one.name
            for other in self.files
            if covers(other.path, manifest.path)
            for one in needed(other)
            if is_recorded(one)
        }
        return tuple(one for one in needed(manifest) if one.name not in pinned)

    @cached_property
    def _declared(self) -> dict[str, tuple[tuple[Manifest, Declared], ...]]:
        found: dict[str, list[tuple[Manifest, Declared]]] = {}
        for manifest in self.manifests:
            for one in manifest.facts.declared:
                found.setdefault(one.name, []).append((manifest, one))
        return {name: tuple(places) for name, places in found.items()}


def needed(manifest: Manifest) -> tuple[Declared, ...]:
    """The distributions of an index that the work and its experiments need, or that constrain it."""
    return tuple(
        one
        for one in manifest.facts.declared
        if one.origin in {"index", "conda"}
        and one.name
        and one.name not in _TOOLS
        and (
            one.role in {"runtime", "constraint"}
            or (one.role == "group" and _EXPERIMENT.search(one.group))
        )
    )


def is_recorded(one: Declared) -> bool:
    """Whether the version is written down; conda's `=1.2` hardly ever changes what is installed."""
    return one.is_pinned or (
        one.origin == "conda" and _CONDA_EXACT.fullmatch(one.text.strip()) is not None
    )


def _freezes(lock: Lock, manifest: Manifest) -> bool:
    """Whether a lock file was made for a manifest; a script has a lock of its own (uv)."""
    if lock.path.endswith(_SCRIPT_LOCK):
        return lock.path == f"{manifest.path}.lock"
    return lock.tool != COMPILED and covers(lock.path, manifest.path)


def covers(path: str, other: str) -> bool:
    """Whether what a file records holds for another one: it lies above, below or beside it."""
    one, two = (f"{posixpath.dirname(each)}/".lstrip("/") for each in (path, other))
    return one.startswith(two) or two.startswith(one)
