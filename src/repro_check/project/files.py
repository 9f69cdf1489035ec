"""The subjects that rules are asked about: one class for each kind of file.

A subject joins a path with its facts, and makes findings whose places are right for that kind of file
(in a notebook: cell and line inside the cell).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from repro_check.findings import (
    Confidence,
    Edit,
    Finding,
    Fix,
    Location,
    Related,
    Safety,
    Severity,
    Span,
)
from repro_check.project.constants import Constants
from repro_check.sources.directives import Directive
from repro_check.sources.discovery import SourceFile
from repro_check.sources.expressions import Expression
from repro_check.sources.kinds import Role
from repro_check.sources.python import EMPTY_MODULE, Call, ModuleFacts
from repro_check.sources.scopes import Scopes

if TYPE_CHECKING:  # with what they import 2 ms, which a hook on a Python file can do without
    from repro_check.sources.config import ConfigFacts  # noqa: F401 - a base names it, as text
    from repro_check.sources.markdown import MarkdownFacts  # noqa: F401
    from repro_check.sources.notebook import NotebookFacts
    from repro_check.sources.requirements import RequirementFacts  # noqa: F401

FactsT = TypeVar("FactsT")


class Subject:
    """A file of the repository, as rules see it."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.path = file.path
        self.role = file.role

    @property
    def is_product(self) -> bool:
        """Whether the file is part of the work itself: no test, no documentation, not vendored."""
        return self.role is Role.PRODUCT

    def location(self, span: Span | None) -> Location:
        """The place of a span of this file."""
        return Location(path=self.path, span=span)

    def finding(
        self,
        span: Span | None,
        message: str,
        *,
        help: str,  # noqa: A002 - the word that every document uses for it
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        related: Iterable[Related] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding at a place of this file."""
        return Finding(
            message=message,
            location=self.location(span),
            help=help,
            severity=severity,
            confidence=confidence,
            related=tuple(related),
            fix=fix,
        )

    def replace(self, span: Span, text: str, *, title: str, safety: Safety) -> Fix:
        """A fix of one edit in this file."""
        return Fix(safety, title, (Edit(self.location(span), text),))

    def related(self, span: Span, message: str) -> Related:
        """A second place, in this file."""
        return Related(self.location(span), message)


class FactsSubject(Subject, Generic[FactsT]):
    """A file with facts."""

    def __init__(self, file: SourceFile, facts: FactsT) -> None:
        super().__init__(file)
        self.facts = facts


class PythonFile(FactsSubject[ModuleFacts]):
    """Python code: a module, or the joined code cells of a notebook.

    A module that cannot be read is a subject all the same, since others may import it: it says
    nothing, and what it does is not known.
    """

    def __init__(
        self, file: SourceFile, facts: ModuleFacts | None, notebook: NotebookFacts | None = None
    ) -> None:
        super().__init__(file, EMPTY_MODULE if facts is None else facts)
        self.notebook = notebook
        self.is_known = facts is not None

    @cached_property
    def scopes(self) -> Scopes:
        """Name look-up in this module."""
        return Scopes(
            blocks=self.facts.blocks,
            functions=self.facts.functions,
            classes=self.facts.classes,
            imports=self.facts.imports,
            assignments=self.facts.assignments,
            declared=self.facts.declared,
        )

    @property
    def called(self) -> Collection[str]:
        """The last parts of what the calls call: "backward" for `losses[0].backward()`."""
        return self._called.keys()

    def calls_named(self, *lasts: str) -> list[Call]:
        """The calls of what is written with one of these last parts, in the order of the facts."""
        found = sorted(at for last in lasts for at in self._called.get(last, ()))
        return [self.facts.calls[at] for at in found]

    @property
    def targets(self) -> Collection[str]:
        """What the calls call of outside, each once, dotted."""
        return self._targeted.keys()

    def calls_to(self, *targets: str) -> list[Call]:
        """The calls whose target is one of these, in the order of the facts."""
        found = sorted(at for target in targets for at in self._targeted.get(target, ()))
        return [self.facts.calls[at] for at in found]

    @cached_property
    def _targeted(self) -> dict[str, list[int]]:
        table: dict[str, list[int]] = {}
        for at, call in enumerate(self.facts.calls):
            if call.target:
                table.setdefault(call.target, []).append(at)
        return table

    @cached_property
    def _called(self) -> dict[str, list[int]]:
        table: dict[str, list[int]] = {}
        for at, call in enumerate(self.facts.calls):
            name = call.name
            table.setdefault(name[name.rfind(".") + 1 :], []).append(at)
        return table

    @cached_property
    def constants(self) -> Constants:
        """The settled names of this module."""
        return Constants(self)

    def target(self, expression: Expression, block: int) -> str:
        """What a name or a called name stands for, if an import or a builtin decides it."""
        name = getattr(expression, "name", None)
        return self.scopes.target(name, block) if isinstance(name, str) else ""

    def location(self, span: Span | None) -> Location:
        """The place of a span of the code; in a notebook with its cell."""
        if self.notebook is None or span is None:
            return Location(path=self.path, span=span)
        cell, inside = self.notebook.place(span)
        return Location(path=self.path, cell=cell, span=inside)


class Notebook(FactsSubject["NotebookFacts"]):
    """A notebook's cells; its code is a `PythonFile` of the same path."""

    def cell(self, number: int) -> Location:
        """The place of a whole cell, counted from 1."""
        return Location(path=self.path, cell=number, span=Span(1, 1, 1, 1))


class ConfigFile(FactsSubject["ConfigFacts"]):
    """A YAML, TOML or JSON file."""


class RequirementsFile(FactsSubject["RequirementFacts"]):
    """A pip requirement or constraint file."""


class MarkdownFile(FactsSubject["MarkdownFacts"]):
    """A Markdown file."""


class ShellFile(Subject):
    """A shell script or a Makefile, as text."""

    def __init__(self, file: SourceFile, text: str) -> None:
        super().__init__(file)
        self.text = text


class CommitMessage(Subject):
    """The message of the commit that is being made, and the paths that it changes."""

    def __init__(self, file: SourceFile, text: str, changed: tuple[str, ...]) -> None:
        super().__init__(file)
        self.text = text
        self.changed = changed


class SuppressionsFile:
    """All suppression comments in scope, and those that cover nothing."""

    def __init__(
        self,
        *,
        unused: tuple[tuple[Location, Directive], ...],
        every: tuple[tuple[Location, Directive], ...],
    ) -> None:
        self.unused = unused
        self.every = every
