"""Which files belong to one program: what imports a file, and all that these import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from repro_check.project.project import Project
from repro_check.sources.kinds import Role


class ProgramFiles:
    """The files of programs, by their imports; tests are none.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def above(self, path: str) -> frozenset[str]:
        """A file and those that import it by any way."""
        return _closed({path}, self._importers)

    def around(self, path: str) -> frozenset[str]:
        """A file, those that import it by any way, and all that any of these imports."""
        return _closed(self.above(path), self._imported)

    @cached_property
    def _imported(self) -> dict[str, frozenset[str]]:
        return {
            file.path: self._project.modules.imports(file)
            for file in self._project.python.readable(Role.PRODUCT)
        }

    @cached_property
    def _importers(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path, imported in self._imported.items():
            for each in imported:
                found.setdefault(each, set()).add(path)
        return found


def _closed(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    found = set(start)
    waiting = list(found)
    while waiting:
        for path in edges.get(waiting.pop(), ()):
            if path not in found:
                found.add(path)
                waiting.append(path)
    return frozenset(found)
