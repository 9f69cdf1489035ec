"""Where in a module to insert an import, the first statements of a function, or a statement beside."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from repro_check.findings import Edit, Span
from repro_check.project.files import PythonFile
from repro_check.sources.python import MODULE, Function
from repro_check.sources.scopes import imported_name


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
    lines = lines_of(text)
    if body is None or not 0 < below <= at <= len(lines):
        return ()
    indent = lines[at - 1][: body[-1].col_offset]
    if not indent or indent.strip():
        return ()
    new = "".join(f"{indent}{statement}\n" for statement in statements)
    return (_insert(file, below, f"{importing}\n"), _insert(file, at, new))


def insert_import(file: PythonFile, text: str, importing: str) -> Edit | None:
    """An import below those with which a module begins, or at its top; None if it cannot be put.

    Args:
        file: the module, which is no notebook.
        text: its text.
        importing: `import x` or `from x import y`, whose name the module must not use otherwise.
    """
    if file.scopes.binding(importing.rpartition(" ")[2], MODULE) >= 0:
        return None
    return insert_below_imports(file, text, [importing])


def insert_below_imports(file: PythonFile, text: str, lines: Sequence[str]) -> Edit | None:
    """Lines below the imports with which a module begins, or at its top; None if there is no place.

    Args:
        file: the module, which is no notebook.
        text: its text.
        lines: without indentation.
    """
    body = ast.parse(text).body
    line = _after_imports(body) or _first(body)
    new = "".join(f"{each}\n" for each in lines)
    return _insert(file, line, new) if 0 < line <= len(lines_of(text)) else None


def imported_as(file: PythonFile, dotted: str, block: int) -> str:
    """How a module writes what it has imported at its top (`copy.deepcopy`); "" if it has not."""
    found = ""
    nearest = 0
    for item in file.facts.imports:
        brings = imported_name(item)
        is_part = dotted == brings or dotted.startswith(f"{brings}.")
        if item.block == MODULE and is_part and len(brings) > nearest:
            written = item.alias + dotted[len(brings) :]
            if file.scopes.target(written, block) == dotted:
                found, nearest = written, len(brings)
    return found


def indent_of(text: str, span: Span) -> str | None:
    """The indentation of a statement that fills its lines alone; None for any other.

    Args:
        text: the module's text.
        span: of the statement.
    """
    lines = lines_of(text)
    if span.end_line > len(lines):
        return None
    before = lines[span.line - 1][: span.column - 1]
    after = lines[span.end_line - 1][span.end_column - 1 :].strip()
    return None if before.strip() or (after and not after.startswith("#")) else before


def insert_below(file: PythonFile, text: str, span: Span, statements: Sequence[str]) -> Edit:
    """Lines below a statement whose indentation is known; see `indent_of`."""
    indent = indent_of(text, span) or ""
    lines = lines_of(text)
    end = len(lines[span.end_line - 1]) + 1
    new = "".join(f"\n{indent}{statement}" for statement in statements)
    return Edit(file.location(Span(span.end_line, end, span.end_line, end)), new)


def source_of(text: str, span: Span) -> str:
    """The text of a span that lies in one line; "" for a longer one."""
    return source_in(lines_of(text), span)


def source_in(lines: Sequence[str], span: Span) -> str:
    """The same, of a text in lines, for who asks about many spans of it."""
    if span.line != span.end_line or span.line > len(lines):
        return ""
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


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


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
