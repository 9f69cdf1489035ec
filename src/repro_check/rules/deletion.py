"""How to delete a statement."""

from __future__ import annotations

import ast

from repro_check.findings import Edit, Span
from repro_check.project.files import PythonFile
from repro_check.rules.insertion import indent_of
from repro_check.sources.lines import Lines


def delete_statement(file: PythonFile, text: str, span: Span) -> Edit | None:
    """The edit that deletes a statement of one line, with the comment behind it.

    Args:
        file: the module, which is no notebook.
        text: its text.
        span: of the statement.

    Returns:
        The edit; None where something else stands in its line, or nothing else in its block.
    """
    rows = Lines(text).rows()
    is_continued = span.line > 1 and rows[span.line - 2].endswith("\\")
    if span.line != span.end_line or is_continued or indent_of(text, span) is None:
        return None
    if not _has_neighbour(ast.parse(text), span.line):
        return None
    if span.line < len(rows):
        return Edit(file.location(Span(span.line, 1, span.line + 1, 1)), "")
    return Edit(file.location(Span(span.line, 1, span.line, len(rows[-1]) + 1)), "")


def _has_neighbour(tree: ast.Module, line: int) -> bool:
    """Whether the block of the statement that begins in a line has another one."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and any(item.lineno == line for item in block):
                return isinstance(node, ast.Module) or len(block) > 1
    return False
