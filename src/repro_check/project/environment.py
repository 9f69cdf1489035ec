"""Declared and locked dependencies of a repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from repro_check.project.files import RequirementsFile
    from repro_check.project.project import Project

_LOCKS = re.compile(
    r"(^|/)(uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pixi\.lock|conda-lock\.ya?ml|"
    r"[\w.-]*conda-lock[\w.-]*|pylock(\.[\w-]+)?\.toml|conda-(linux|osx|win)[\w-]*\.lock)$"
)
_FROZEN_NAME = re.compile(r"(lock|frozen|freeze|pinned)", re.IGNORECASE)
_DEVELOPMENT = re.compile(
    r"(^|[-_./])(dev|develop|development|test|tests|testing|docs?|lint|ci|build|optional)([-_./]|$)",
    re.IGNORECASE,
)


class Environment(msgspec.Struct, frozen=True):
    """What a repository says about its dependencies.

    Attributes:
        locks: paths of lock files.
        compiled: paths of requirement files in which every requirement is pinned.
        floating: paths of requirement files for running the work that leave versions open.
        is_library: whether it is a package that others install, and so should not pin.
    """

    locks: tuple[str, ...]
    compiled: tuple[str, ...]
    floating: tuple[str, ...]
    is_library: bool


def describe_environment(project: Project) -> Environment:
    """Read the environment from the files of a project."""
    locks = tuple(file.path for file in project.tree.files if _LOCKS.search(file.path))
    compiled, floating = [], []
    for requirements in project.requirements.readable():
        items = [item for item in requirements.facts.items if item.kind in _INSTALLS]
        if not items:
            continue
        if all(item.is_pinned for item in items):
            compiled.append(requirements.path)
        elif _is_runtime(project, requirements):
            floating.append(requirements.path)
    return Environment(locks, tuple(compiled), tuple(floating), _is_library(project))


_INSTALLS = frozenset({"requirement", "url", "file", "editable"})


def _is_runtime(project: Project, requirements: RequirementsFile) -> bool:
    is_constraint = "constraint" in requirements.path.rpartition("/")[2].lower()
    # what stands beside `x.txt` in `x.in` is meant to float
    has_output = requirements.path.removesuffix(".in") + ".txt" in project.tree
    return (
        requirements.is_product
        and not is_constraint
        and not (requirements.path.endswith(".in") and has_output)
        and not _DEVELOPMENT.search(requirements.path)
    )


def _is_library(project: Project) -> bool:
    """A package with a build system and a name is meant to be installed by others."""
    if project.settings.library is not None:
        return project.settings.library
    if "setup.py" in project.tree:
        text = project.text_at("setup.py") or ""
        if "install_requires" in text or "classifiers" in text:
            return True
    config = project.configs.get("pyproject.toml")
    if config is None:
        return False
    keys = {entry.keys for entry in config.facts.entries}
    has_name = ("project", "name") in keys or ("tool", "poetry", "name") in keys
    is_unpackaged = ("tool", "poetry", "package-mode") in keys
    return has_name and any(key[:1] == ("build-system",) for key in keys) and not is_unpackaged
