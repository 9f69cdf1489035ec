"""Which lock of a repository a container is made from, and what has to be known of its surroundings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from repro_check.deps.container.model import Source
from repro_check.sources.dependencies.locks.pip_compile import compiled
from repro_check.sources.kinds import Role
from repro_check.text import pattern

if TYPE_CHECKING:
    from repro_check.project.environment import Lock
    from repro_check.project.project import Project

_TOOLS = (
    "uv",
    "poetry",
    "pdm",
    "pixi",
    "conda-lock",
    "pipenv",
    "pylock",
    "pip-compile",
    "conda",
)
_ASIDE = pattern(
    r"(?i)(^|[-_./])(dev|develop|tests?|docs?|lint|ci|build|optional|osx|win)([-_./]|$)"
)
_EXACT = pattern(r"={0,3}\s*(3\.\d+(?:\.\d+)?)(?:\.\*)?")
# what a tracker wrote down of one run
_OF_A_RUN = pattern(r"(^|/)(wandb|mlruns|lightning_logs|runs|outputs|multirun|\.hydra)/")
_ASKED = frozenset({"requirement", "url"})


def main_lock(project: Project) -> Lock | None:
    """The lock that the work itself runs from: near the top, for no mere tests; None if there is none."""

    def order(lock: Lock) -> tuple[int, int, str]:
        rank = _TOOLS.index(lock.tool) if lock.tool in _TOOLS else len(_TOOLS)
        return lock.path.count("/"), rank, lock.path

    locks = sorted((one for one in frozen_files(project) if _is_usable(one)), key=order)
    return next((one for one in locks if one.facts.packages), None)


def frozen_files(project: Project) -> Iterator[Lock]:
    """The locks of the product, and the requirement files in which a person pinned every line."""
    from repro_check.project.environment import Lock

    known = set()
    for lock in project.environment.locks:
        file = project.tree.get(lock.path)
        if file is not None and file.role is Role.PRODUCT:
            known.add(lock.path)
            yield lock
    for requirements in project.requirements.readable(Role.PRODUCT):
        if requirements.path in known or requirements.path.endswith(".in"):
            continue
        asked = [item for item in requirements.facts.items if item.kind in _ASKED]
        if asked and all(item.is_pinned for item in asked):
            yield Lock(requirements.path, "pip-compile", partial(compiled, requirements.facts))


def _is_usable(lock: Lock) -> bool:
    is_whole = not lock.path.endswith(".py.lock") and "constraint" not in lock.path.lower()
    return is_whole and _ASIDE.search(lock.path) is None and _OF_A_RUN.search(lock.path) is None


def source_of(project: Project, lock: Lock, *, base_image: str = "") -> Source:
    """What a container is made from.

    Args:
        project: the repository.
        lock: one of its locks.
        base_image: to begin with instead of the one that fits.
    """
    return Source(
        lock=lock.path,
        text=project.text_at(lock.path) or "",
        facts=lock.facts,
        python=_declared_python(project, posixpath.dirname(lock.path)),
        is_package=_is_package(project, posixpath.dirname(lock.path)),
        paths=tuple(file.path for file in project.tree.files),
        base_image=base_image,
    )


def _declared_python(project: Project, folder: str) -> str:
    """The version that the repository names: in a file for that beside the lock or at the top first."""
    kinds = ("file", "conda", "image", "command", "ci", "readme")
    said = [one for one in project.pythons if one.kind in kinds]
    said.sort(key=lambda one: (kinds.index(one.kind), one.path.count("/")))
    places = {folder, ""}
    near = [one for one in said if one.kind != "file" or posixpath.dirname(one.path) in places]
    exact = (found[1] for one in near if (found := _EXACT.fullmatch(one.specifier.strip())))
    return next(exact, "")


def _is_package(project: Project, folder: str) -> bool:
    config = project.configs.get(posixpath.join(folder, "pyproject.toml"))
    if config is None:
        return False
    facts = config.facts
    modes = (facts.get("tool", "poetry", "package-mode"), facts.get("tool", "uv", "package"))
    if any(mode is not None and mode.text.lower() == "false" for mode in modes):
        return False
    return any(entry.keys[:1] == ("build-system",) for entry in facts.entries)
