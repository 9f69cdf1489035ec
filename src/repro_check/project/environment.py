"""Declared and locked dependencies of a repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Span
from repro_check.sources.kinds import Kind
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.files import ConfigFile, RequirementsFile
    from repro_check.project.project import Project

_LOCKS = pattern(
    r"(^|/)(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pixi\.lock|conda-lock\.ya?ml|"
    r"[\w.-]*conda-lock[\w.-]*|pylock(\.[\w-]+)?\.toml|conda-(linux|osx|win)[\w-]*\.lock)$"
)
_DEVELOPMENT = pattern(
    r"(^|[-_./])(dev|develop|development|test|tests|testing|docs?|lint|ci|build|optional)([-_./]|$)",
    re.IGNORECASE,
)
_CONDA_FILE = pattern(r"(^|/)(conda[-_.]?)?env(ironment)?[\w.-]*\.ya?ml$", re.IGNORECASE)
# what installs, and what every environment brings along
_TOOLS = frozenset({"python", "pip", "setuptools", "wheel", "conda", "uv", "nodejs"})
_EXACT = pattern(r"=*\s*\d[\w.+!]*")


class Dependency(msgspec.Struct, frozen=True):
    """One distribution that a file declares: its normalised name, and the text at its place."""

    name: str
    text: str
    span: Span
    is_pinned: bool


class DependencyFile(msgspec.Struct, frozen=True):
    """A file that declares dependencies.

    Attributes:
        is_runtime: whether the work itself needs them, not only its tests and documentation.
    """

    path: str
    dependencies: tuple[Dependency, ...]
    is_runtime: bool


class Environment(msgspec.Struct, frozen=True):
    """What a repository says about its dependencies.

    Attributes:
        locks: paths of lock files.
        files: requirement files, conda environments and the dependencies of `pyproject.toml`.
        is_library: whether it is a package that others install, and so should not pin.
        has_image: whether a Dockerfile begins with an image that is named by its digest.
    """

    locks: tuple[str, ...]
    files: tuple[DependencyFile, ...]
    is_library: bool
    has_image: bool

    def open_dependencies(self, file: DependencyFile) -> tuple[Dependency, ...]:
        """Those whose version neither the file nor a lock or a pinned file for it decides."""
        if any(_covers(lock, file.path) for lock in self.locks):
            return ()
        pinned = {
            dependency.name
            for other in self.files
            if _covers(other.path, file.path)
            for dependency in other.dependencies
            if dependency.is_pinned
        }
        return tuple(one for one in file.dependencies if one.name not in pinned)


def describe_environment(project: Project) -> Environment:
    """Read the environment from the files of a project."""
    return Environment(
        tuple(file.path for file in project.tree.files if _LOCKS.search(file.path)),
        tuple(_files(project)),
        _is_library(project),
        any(
            "FROM" in text and re.search(r"^FROM\s+\S+@sha256:", text, re.MULTILINE)
            for file in project.tree.files
            if file.kind is Kind.DOCKERFILE and (text := project.text(file))
        ),
    )


def is_conda_environment(file: ConfigFile) -> bool:
    """Whether a YAML file describes a conda environment (RL has an `env.yaml` of its own)."""
    facts = file.facts
    has_sign = facts.get("channels") or facts.get("prefix") or _CONDA_FILE.search(file.path)
    return facts.format == "yaml" and bool(has_sign) and facts.get("dependencies") is not None


def _files(project: Project) -> Iterator[DependencyFile]:
    for requirements in project.requirements.readable():
        if requirements.is_product:
            path = requirements.path
            is_constraint = "constraint" in posixpath.basename(path).lower()
            # what is compiled from `x.in` is installed from `x.txt`
            is_input = path.endswith(".in") and f"{path.removesuffix('.in')}.txt" in project.tree
            is_runtime = not (is_constraint or is_input or _DEVELOPMENT.search(path))
            yield DependencyFile(path, tuple(_of_requirements(requirements)), is_runtime)
    for config in project.configs.readable():
        if config.is_product and config.facts.format in {"yaml", "toml"}:
            is_project = config.path.endswith("pyproject.toml")
            if is_project and project.settings.library is None and _is_package(config):
                continue
            made = tuple(_of_project(config) if is_project else _of_conda(config))
            if made:
                yield DependencyFile(config.path, made, not _DEVELOPMENT.search(config.path))


def _of_requirements(file: RequirementsFile) -> Iterator[Dependency]:
    for item in file.facts.items:
        if item.kind == "requirement" and item.name not in _TOOLS:
            yield Dependency(item.name, item.name, item.span, item.is_pinned)


def _of_conda(file: ConfigFile) -> Iterator[Dependency]:
    from repro_check.sources.environment import read_environment

    if not is_conda_environment(file):
        return
    facts = read_environment(file.facts)
    for one in facts.dependencies:
        # conda's `=1.2` leaves the third part open, which hardly ever changes what is installed
        is_pinned = one.is_pinned or _EXACT.fullmatch(one.version) is not None
        if one.name and one.name not in _TOOLS and not one.name.startswith("_"):
            yield Dependency(_conda_name(one.name), one.name, one.span, is_pinned)
    for item in facts.pip:
        if item.kind == "requirement":
            yield Dependency(item.name, item.name, item.span, item.is_pinned)


def _of_project(file: ConfigFile) -> Iterator[Dependency]:
    from repro_check.sources.requirement_item import normal_name, requirement

    for entry in file.facts.entries:
        if entry.kind != "scalar":
            continue
        match entry.keys:
            case ("project", "dependencies", int()):
                item = requirement(entry.text, entry.span)
                if item.kind == "requirement":
                    yield Dependency(item.name, item.name, entry.span, item.is_pinned)
            case ("tool", "poetry", "dependencies", str(name)) if name not in _TOOLS:
                is_pinned = _EXACT.fullmatch(entry.text) is not None
                yield Dependency(normal_name(name), name, entry.span, is_pinned)


def _conda_name(name: str) -> str:
    return {"pytorch": "torch"}.get(name, name.replace("_", "-"))


def _covers(path: str, other: str) -> bool:
    """Whether what a file records holds for another one: it lies above, below or beside it."""
    one, two = (f"{posixpath.dirname(each)}/".lstrip("/") for each in (path, other))
    return one.startswith(two) or two.startswith(one)


def _is_library(project: Project) -> bool:
    """A package with a build system and a name is meant to be installed by others."""
    if project.settings.library is not None:
        return project.settings.library
    if "setup.py" in project.tree:
        text = project.text_at("setup.py") or ""
        if "install_requires" in text or "classifiers" in text:
            return True
    config = project.configs.get("pyproject.toml")
    return config is not None and _is_package(config)


def _is_package(file: ConfigFile) -> bool:
    """Whether a `pyproject.toml` names a package and what builds it."""
    facts = file.facts
    modes = (facts.get("tool", "poetry", "package-mode"), facts.get("tool", "uv", "package"))
    if any(mode is not None and mode.text.lower() == "false" for mode in modes):
        return False
    has_name = facts.get("project", "name") or facts.get("tool", "poetry", "name")
    return bool(has_name) and any(entry.keys[:1] == ("build-system",) for entry in facts.entries)
