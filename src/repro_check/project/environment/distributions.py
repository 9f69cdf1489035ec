"""Which distributions the code of a repository needs, by what it imports."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.project.environment.import_names import ImportNames, Shipped
from repro_check.project.environment.installed import Installed
from repro_check.project.environment.own_names import OwnNames
from repro_check.project.environment.third_party import (
    Need,
    ThirdPartyImport,
    third_party_imports,
)
from repro_check.sources.kinds import Role
from repro_check.sources.requirement_item import normal_name

if TYPE_CHECKING:
    from repro_check.project.project import Project

# every environment has them
_EVERYWHERE = frozenset({"setuptools", "pkg_resources", "pip", "wheel", "_distutils_hack"})
_NEEDED = {Need.ALWAYS: 0, Need.LATER: 1, Need.SOMETIMES: 2, Need.OPTIONAL: 3}


class Needed(msgspec.Struct, frozen=True):
    """A distribution that code imports.

    Attributes:
        shipped: who ships the module, the most used distribution first.
        uses: the imports, the most certain and then the first ones first.
    """

    shipped: Shipped
    uses: tuple[ThirdPartyImport, ...]

    @property
    def name(self) -> str:
        """The normalised name of the distribution that most people install for it."""
        return self.shipped.distributions[0]

    @property
    def need(self) -> Need:
        """When the most certain one of the imports is run."""
        return self.uses[0].need


class Distributions:
    """The outside imports of a repository, and who ships what they import.

    Args:
        project: the repository.
        environment: variables of the process, which name an active environment.
    """

    def __init__(self, project: Project, environment: Mapping[str, str] = os.environ) -> None:
        self._project = project
        self._environment = environment
        self._shipped: dict[str, Shipped | None] = {}

    @cached_property
    def own(self) -> OwnNames:
        """The names of the repository's own modules and distributions."""
        return OwnNames(self._project)

    @cached_property
    def imports(self) -> tuple[ThirdPartyImport, ...]:
        """The imports of code that is not the repository's own, in the order of paths and places."""
        found = third_party_imports(self._project, self.own)
        return tuple(item for item in found if not self._is_own(item.module))

    def needed(self, role: Role = Role.PRODUCT) -> tuple[Needed, ...]:
        """The known distributions that the code of one role imports, by name.

        Imports in `setup.py` do not count: they are for building.
        """
        found: dict[str, tuple[Shipped, list[ThirdPartyImport]]] = {}
        for item in self.imports:
            shipped = None if item.role is not role else self.shipped(item.module)
            if shipped is not None and not item.path.endswith("setup.py"):
                first = shipped.distributions[0]
                found.setdefault(first, (shipped, []))[1].append(item)
        return tuple(
            Needed(shipped, tuple(sorted(uses, key=lambda use: _NEEDED[use.need])))
            for _, (shipped, uses) in sorted(found.items())
        )

    def shipped(self, module: str) -> Shipped | None:
        """Who ships a module, by its dotted name; None if that is not known.

        The bundled map is asked first; then whether a lock or a manifest names a distribution as the
        module is called; then what is installed.
        """
        root = module.partition(".")[0]
        found = self._names.find(module)
        if found is not None or root in _EVERYWHERE:
            return found
        if root not in self._shipped:
            self._shipped[root] = next(self._guesses(root), None)
        return self._shipped[root]

    def _guesses(self, root: str) -> Iterator[Shipped]:
        environment, name = self._project.environment, normal_name(root)
        if environment.locked(name) or environment.declared(name):
            yield Shipped(root, (name,))
        installed = self._installed.find(root)
        if installed:
            yield Shipped(root, installed)

    def _is_own(self, module: str) -> bool:
        root = module.partition(".")[0]
        names = {normal_name(root)}
        if self.own.distributions:
            shipped = self._names.find(module)
            names.update(shipped.distributions if shipped is not None else ())
        return not names.isdisjoint(self.own.distributions)

    @cached_property
    def _names(self) -> ImportNames:
        return ImportNames()

    @cached_property
    def _installed(self) -> Installed:
        return Installed(self._project.root, self._environment)
