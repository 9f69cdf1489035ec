"""The fix that makes a deep copy of what would stay live."""

from __future__ import annotations

from functools import cached_property

from repro_check.findings import Edit, Fix, Safety, Span
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import imported_as, insert_import


class DeepCopies:
    """Fixes of one file; the import that they share is looked for once."""

    def __init__(self, file: PythonFile, project: Project) -> None:
        self._file = file
        self._project = project

    def fix(self, value: Span, block: int) -> Fix | None:
        """Wrap an expression in `copy.deepcopy`; unsafe, since reported numbers will change.

        Args:
            value: the expression's place.
            block: where it stands.
        """
        file = self._file
        deepcopy = imported_as(file, "copy.deepcopy", block)
        edits: list[Edit] = []
        if not deepcopy:
            if file.scopes.binding("copy", block) >= 0 or self._importing is None:
                return None
            edits.append(self._importing)
            deepcopy = "copy.deepcopy"
        start = Span(value.line, value.column, value.line, value.column)
        end = Span(value.end_line, value.end_column, value.end_line, value.end_column)
        edits.append(Edit(file.location(start), f"{deepcopy}("))
        edits.append(Edit(file.location(end), ")"))
        return Fix(Safety.UNSAFE, "Keep a deep copy", tuple(edits))

    @cached_property
    def _importing(self) -> Edit | None:
        text = None if self._file.notebook else self._project.text_at(self._file.path)
        return insert_import(self._file, text, "import copy") if text else None
