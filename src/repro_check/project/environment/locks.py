"""The lock files of a repository, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from repro_check.sources.dependencies.locks.reading import lock_tool, read_lock
from repro_check.sources.dependencies.model import Locked, LockFacts
from repro_check.sources.unreadable import Unreadable

if TYPE_CHECKING:
    from repro_check.project.files import RequirementsFile
    from repro_check.project.project import Project

COMPILED = "pip-compile"


class Lock:
    """One lock file.

    Attributes:
        path: of the file.
        tool: what wrote it, as in `LockFacts.tool`.
    """

    def __init__(self, path: str, tool: str, read: Callable[[], LockFacts]) -> None:
        self.path = path
        self.tool = tool
        self._read = read

    @cached_property
    def facts(self) -> LockFacts:
        """What it freezes; nothing if it cannot be read, which `reason` tells."""
        return self._known[0]

    @property
    def reason(self) -> str:
        """Why it cannot be read; "" if it can."""
        return self._known[1]

    @cached_property
    def _known(self) -> tuple[LockFacts, str]:
        try:
            return self._read(), ""
        except Unreadable as error:
            return LockFacts(tool=self.tool), error.reason

    def packages(self, name: str) -> tuple[Locked, ...]:
        """The packages of a normalised name; several where platforms differ."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> dict[str, tuple[Locked, ...]]:
        found: dict[str, list[Locked]] = {}
        for package in self.facts.packages:
            found.setdefault(package.name, []).append(package)
        return {name: tuple(packages) for name, packages in found.items()}


def find_locks(project: Project) -> Iterator[Lock]:
    """The lock files, and requirement files that pip-compile or uv wrote, sorted by path."""
    requirements = project.requirements
    for file in project.tree.files:
        tool = lock_tool(file.path)
        if tool:
            yield Lock(file.path, tool, _reader(project, file.path))
        elif file.path in requirements.paths:
            subject = requirements.get(file.path)
            if subject is not None and subject.facts.compiled_by:
                yield Lock(file.path, COMPILED, _compiled(subject))


def _reader(project: Project, path: str) -> Callable[[], LockFacts]:
    def read() -> LockFacts:
        text = project.text_at(path)
        if text is None:
            raise Unreadable("cannot be read as text")
        return read_lock(path, text.encode("utf-8", "replace"))

    return read


def _compiled(file: RequirementsFile) -> Callable[[], LockFacts]:
    def read() -> LockFacts:
        from repro_check.sources.dependencies.locks.pip_compile import compiled

        return compiled(file.facts)

    return read
