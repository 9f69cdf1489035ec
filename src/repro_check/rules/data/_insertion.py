"""Where in a module to insert an import and the first statements of a function."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from repro_check.findings import Edit, Span
from repro_check.project.files import PythonFile
from repro_check.sources.python import MODULE, Function


def insert_first(
    file: PythonFile, text: str, function: Function, statements: Sequence[str], importing: str
) -> tuple[Edit, ...]:
    """Statements that run before all others of a function, and the import that they need.

    Args:
        file: the module, which is no notebook.
        text: its text.
        function: one of the module's top level, without `*` and `**` parameters.
        statements: lines without indentation.
        importing: `from x import y`, whose name the module must not use for something else.

    Returns:
        The edits; () where there is no line to put them.
    """
    if file.scopes.binding(importing.rpartition(" ")[2], MODULE) >= 0:
        return ()
    tree = ast.parse(text)
    named = function.name_span.line
    body = next((_body(node) for node in tree.body if _starts_at(node, named)), None)
    at, below = (_first(body) if body else 0), _after_imports(tree.body)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if body is None or not 0 < below <= at <= len(lines):
        return ()
    indent = lines[at - 1][: body[-1].col_offset]
    if not indent or indent.strip():
        return ()
    new = "".join(f"{indent}{statement}\n" for statement in statements)
    return (_insert(file, below, f"{importing}\n"), _insert(file, at, new))


def _starts_at(node: ast.stmt, line: int) -> bool:
    return isinstance(node, ast.FunctionDef) and node.lineno == line


def _body(node: ast.stmt) -> Sequence[ast.stmt] | None:
    """The statements of a function; None where its parameters may be more than they look."""
    if not isinstance(node, ast.FunctionDef) or node.args.vararg or node.args.kwarg:
        return None
    return node.body


def _first(body: Sequence[ast.stmt]) -> int:
    """The line before which a first statement goes; 0 if there is nothing but a docstring."""
    value = body[0].value if isinstance(body[0], ast.Expr) else None
    is_docstring = isinstance(value, ast.Constant) and isinstance(value.value, str)
    if is_docstring and len(body) == 1:
        return 0
    first = body[1] if is_docstring else body[0]
    decorators: list[ast.expr] = getattr(first, "decorator_list", [])
    return min([first.lineno, *(item.lineno for item in decorators)])


def _after_imports(body: Sequence[ast.stmt]) -> int:
    """The line below the imports with which a module begins; 0 if there are none."""
    line = 0
    for at, statement in enumerate(body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            line = (statement.end_lineno or statement.lineno) + 1
        elif line or at or not isinstance(statement, ast.Expr):
            break
    return line


def _insert(file: PythonFile, line: int, text: str) -> Edit:
    return Edit(file.location(Span(line, 1, line, 1)), text)
