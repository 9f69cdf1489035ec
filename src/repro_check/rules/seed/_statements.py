"""Statements of a module's text: the list in which one stands, and moving or deleting it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from repro_check.findings import Edit, Span
from repro_check.project.files import PythonFile
from repro_check.rules.insertion import indent_of
from repro_check.sources.lines import Lines


class Place(msgspec.Struct, frozen=True):
    """A statement that fills its lines alone: the statements of its block, and its position there."""

    block: Sequence[ast.stmt]
    at: int

    @property
    def statement(self) -> ast.stmt:
        """The statement."""
        return self.block[self.at]


def place_of(tree: ast.Module, text: str, span: Span) -> Place | None:
    """The statement that has this span; None where there is none, or more stands in its lines."""
    if indent_of(text, span) is None:
        return None
    for block in _blocks(tree):
        for at, statement in enumerate(block):
            if (statement.lineno, statement.end_lineno) == (span.line, span.end_line):
                return Place(block, at)
    return None


def index_around(block: Sequence[ast.stmt], span: Span) -> int | None:
    """The position of the statement of a block in whose lines a span lies; None for none."""
    for at, statement in enumerate(block):
        if first_line(statement) <= span.line and span.end_line <= (statement.end_lineno or 0):
            return at
    return None


def move_above(
    file: PythonFile, text: str, block: Sequence[ast.stmt], moved: range, target: int
) -> tuple[Edit, ...]:
    """The edits that put statements of a block above an earlier one of it; () if they share lines.

    Args:
        file: the module, which is no notebook.
        text: its text.
        block: the statements.
        moved: the positions of those that are moved.
        target: the position of the one above which they go.
    """
    lines = Lines(text).rows()
    first, last = block[moved[0]], block[moved[-1]]
    end = last.end_lineno or 0
    column = block[target].col_offset
    above = lines[first_line(block[target]) - 1]
    is_alone = all(indent_of(text, _lines_span(lines, block[at])) is not None for at in moved)
    if end >= len(lines) or above[:column].strip() or not is_alone:
        return ()
    if target and (block[target - 1].end_lineno or 0) >= first_line(block[target]):
        return ()
    taken = "".join(f"{line}\n" for line in lines[first.lineno - 1 : end])
    return (
        Edit(file.location(Span(first.lineno, 1, end + 1, 1)), ""),
        insert_line(file, first_line(block[target]), taken),
    )


def delete(file: PythonFile, text: str, place: Place) -> Edit | None:
    """The edit that deletes a statement; None if its block would be empty."""
    statement = place.statement
    end = statement.end_lineno or 0
    if len(place.block) == 1 or end >= len(Lines(text).rows()):
        return None
    return Edit(file.location(Span(statement.lineno, 1, end + 1, 1)), "")


def insert_line(file: PythonFile, line: int, text: str) -> Edit:
    """The edit that puts whole lines above a line."""
    return Edit(file.location(Span(line, 1, line, 1)), text)


def first_line(statement: ast.stmt) -> int:
    """The line of a statement, or of its first decorator."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(item.lineno for item in decorators)])


def read_in(statements: Iterable[ast.stmt]) -> set[str]:
    """The plain names that are read."""
    return {
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def changed_in(statements: Iterable[ast.stmt]) -> set[str]:
    """The plain names that are bound, also inside, and the roots of attributes and items that are."""
    return {
        name
        for statement in statements
        for node in ast.walk(statement)
        for name in _changed_by(node)
    }


def _changed_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(
        node.ctx, ast.Load
    ):
        root: ast.expr = node
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name):
            yield root.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name


def _blocks(tree: ast.Module) -> Iterator[Sequence[ast.stmt]]:
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield value


def _lines_span(lines: Sequence[str], statement: ast.stmt) -> Span:
    """The span of a statement in characters."""

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode()) + 1

    end = statement.end_lineno or statement.lineno
    return Span(
        statement.lineno,
        column(statement.lineno, statement.col_offset),
        end,
        column(end, statement.end_col_offset or 0),
    )
