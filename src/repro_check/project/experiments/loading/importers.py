"""Who imports a name that a module binds at its top level."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.origins.bindings import Keys
from repro_check.sources.kinds import Role

if TYPE_CHECKING:
    from repro_check.project.project import Project


class Imported(msgspec.Struct, frozen=True):
    """A name of another file under which a module's name is known there.

    Attributes:
        path: the importing file.
        block: where it imports.
        alias: the name that it binds; "*" where it takes all names.
        inside: what is asked of that name: `("cfg",)` where the module itself is imported.
    """

    path: str
    block: int
    alias: str
    inside: Keys = ()


class Importers:
    """The imports of a repository, by what they import.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, path: str, name: str) -> tuple[Imported, ...]:
        """The imports of a name of a module, and those of the module itself."""
        whole = (
            msgspec.structs.replace(item, inside=() if item.alias == "*" else (name,))
            for item in self._table.get((path, ""), ())
        )
        return (*self._table.get((path, name), ()), *whole)

    @cached_property
    def _table(self) -> dict[tuple[str, str], list[Imported]]:
        table: dict[tuple[str, str], list[Imported]] = {}
        modules = self._project.modules
        for file in self._project.python.readable(Role.PRODUCT):
            for item in file.facts.imports:
                if not modules.may_be_own(item.module):
                    continue
                made = Imported(file.path, item.block, item.alias or item.name)
                found = modules.find(item.module, file.path)
                if found is not None:
                    is_whole = item.name in {"", "*"}
                    star = msgspec.structs.replace(made, alias="*") if item.name == "*" else made
                    table.setdefault((found, "" if is_whole else item.name), []).append(star)
                if item.name not in {"", "*"}:
                    separator = "" if item.module.endswith(".") else "."
                    inner = modules.find(f"{item.module}{separator}{item.name}", file.path)
                    if inner is not None and inner != found:
                        table.setdefault((inner, ""), []).append(made)
        return table
