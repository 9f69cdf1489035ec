"""Whether draws are seeded at all: without, their order decides nothing that could be repeated."""

from __future__ import annotations

from functools import cached_property

from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.sources.kinds import Role
from repro_check.text import pattern

_SEEDS = pattern(r"(^|_)(\w*_)?seed(_\w*)?$|PRNGKey$")
_MAKERS = ("Random", "RandomState", "default_rng")


class Seeding:
    """Answers for one repository, looked up once.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, file: PythonFile) -> bool:
        """Whether a file seeds, or one that imports it, or one that imports that one."""
        paths = [file.path]
        for path in paths:  # grows while it is walked
            if _seeds(self._project.python[path]):
                return True
            paths += [one for one in self._importers.get(path, ()) if one not in paths]
        return False

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        table: dict[str, list[str]] = {}
        for file in self._project.python.readable(Role.PRODUCT):
            for path in self._project.modules.imports(file):
                table.setdefault(path, []).append(file.path)
        return table


def _seeds(file: PythonFile) -> bool:
    return any(_SEEDS.search(last) for last in file.called) or any(
        call.args or call.keywords for call in file.calls_named(*_MAKERS)
    )
