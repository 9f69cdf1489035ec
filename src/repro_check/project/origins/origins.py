"""Where values come from: the questions that rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from repro_check.findings import Location
from repro_check.project.origins.model import Origin, Summary, summary_of
from repro_check.project.origins.places import At
from repro_check.project.origins.records import Records
from repro_check.project.origins.walk import Tools, Walk
from repro_check.sources.expressions import Expression

if TYPE_CHECKING:
    from repro_check.project.files import PythonFile
    from repro_check.project.project import Project


class Provenance(msgspec.Struct, frozen=True):
    """All that is known of where a value comes from.

    Attributes:
        origins: the places, with marks for ranks and conditions.
        summary: what they say together.
        recorded: where a drawn value is written down, if it is.
    """

    origins: tuple[Origin, ...]
    summary: Summary
    recorded: Location | None = None

    @property
    def drawn(self) -> tuple[Origin, ...]:
        """What draws the value anew in every run."""
        return tuple(origin for origin in self.origins if origin.is_drawn)


class Origins:
    """Where the values of a repository come from.

    Unknown means that nothing may be concluded. Nothing is run or imported.

    Args:
        project: the repository.
    """

    def __init__(self, project: Project) -> None:
        self._tools = Tools(project)
        self._records: dict[str, Records] = {}
        self._known: dict[tuple[str, object, int], Provenance] = {}

    def of(self, file: PythonFile, expression: Expression, block: int) -> tuple[Origin, ...]:
        """The places where the value of an expression may come from.

        Args:
            file: where it is written.
            expression: the expression.
            block: the block in which it is evaluated.
        """
        return self.provenance(file, expression, block).origins

    def summary(self, file: PythonFile, expression: Expression, block: int) -> Summary:
        """What these places say together."""
        return self.provenance(file, expression, block).summary

    def provenance(self, file: PythonFile, expression: Expression, block: int) -> Provenance:
        """The places, what they say together, and where a drawn value is written down."""
        key = (file.path, expression, block)
        if key not in self._known:
            walk = Walk(self._tools)
            found = tuple(walk.value(At(file, block), expression))
            recorded = self._recorded(walk) if any(o.is_drawn for o in found) else None
            summary = summary_of(found, is_recorded=recorded is not None)
            self._known[key] = Provenance(found, summary, recorded)
        return self._known[key]

    def _recorded(self, walk: Walk) -> Location | None:
        for path, scope, name in sorted(walk.trail):
            file = walk.project.python[path]
            if path not in self._records:
                self._records[path] = Records(file)
            span = self._records[path].of(scope, name)
            if span is not None:
                return file.location(span)
        return None
