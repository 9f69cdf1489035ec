"""What a repository tells people and machines to install by command."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Location, Span
from repro_check.project.environment.told_commands import ToldCommand, told_commands
from repro_check.sources.dependencies.installs import Install, read_install
from repro_check.sources.kinds import Role

if TYPE_CHECKING:
    from repro_check.project.project import Project
    from repro_check.sources.dependencies.model import Declared


class InstallCommand(msgspec.Struct, frozen=True):
    """A command that installs, and where it is told."""

    told: ToldCommand
    install: Install

    @property
    def path(self) -> str:
        """The file in which it is written."""
        return self.told.path

    @property
    def is_product(self) -> bool:
        """Whether that file belongs to the work itself."""
        return self.told.role is Role.PRODUCT

    def location(self, span: Span | None = None) -> Location:
        """The place of one of its words, or of the whole command."""
        return self.told.location(span or self.install.span)


class Installs:
    """The install commands of a project, read once.

    Args:
        project: whose READMEs, scripts, containers, workflows and notebooks tell them.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def told(self) -> tuple[ToldCommand, ...]:
        """All commands of the texts that speak of an installer or an interpreter."""
        return tuple(told_commands(self._project))

    @cached_property
    def commands(self) -> tuple[InstallCommand, ...]:
        """Those that install, in the order of their files."""
        found = ((told, read_install(told.command)) for told in self.told)
        return tuple(InstallCommand(told, install) for told, install in found if install)

    def of(self, name: str) -> Iterator[tuple[InstallCommand, Declared]]:
        """The commands of the work itself that install a distribution (normalised name)."""
        for command in self.commands:
            if command.is_product:
                for one in command.install.declared:
                    if one.name == name:
                        yield command, one
