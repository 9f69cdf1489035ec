"""Paths of the author's machine that lead into the repository, written so that they do everywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from repro_check.findings import Edit, Fix, Safety
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.rules.insertion import insert_import, source_of
from repro_check.sources.lines import Lines
from repro_check.sources.python import MODULE, PathLiteral
from repro_check.sources.scopes import imported_name

# a name alone (`/home/ada/config.yaml`) may be that of another file
_FEWEST_PARTS = 2
_BORROWED = ("str", "__file__")


def relative_to_repository(project: Project, file: PythonFile, literal: PathLiteral) -> Fix | None:
    """Name a file of the repository by its place from this module; None for any other path.

    Args:
        project: the repository.
        file: where the path stands.
        literal: the path.
    """
    tail = _tail(project, literal.value)
    text = None if file.notebook or not tail else project.text_at(file.path)
    if text is None or not _is_replaceable(text, literal):
        return None
    scopes = file.scopes
    if any(scopes.binding(name, literal.block) >= 0 for name in _BORROWED):
        return None
    written, edits = _imported(file, literal), []
    if not written:
        importing = insert_import(file, text, "from pathlib import Path")
        if importing is None or scopes.binding("Path", literal.block) >= 0:
            return None
        edits.append(importing)
        written = "Path"
    up = file.path.count("/")
    new = f'str({written}(__file__).resolve().parents[{up}] / "{tail}")'
    edits.append(Edit(file.location(literal.span), new))
    return Fix(Safety.UNSAFE, "Start from the place of this module", tuple(edits))


def _tail(project: Project, path: str) -> str:
    """The longest tail of a path that is a file of the repository."""
    parts = path.replace("\\\\", "/").replace("\\", "/").split("/")
    tails = ("/".join(parts[at:]) for at in range(1, len(parts) - _FEWEST_PARTS + 1))
    return next((tail for tail in tails if tail in project.tree and tail.isprintable()), "")


def _imported(file: PythonFile, literal: PathLiteral) -> str:
    """How the module writes `pathlib.Path`, if it has imported it above the literal; else ""."""
    for item in file.facts.imports:
        brings = imported_name(item)
        if item.block != MODULE or item.span.line >= literal.span.line:
            continue
        if brings in {"pathlib", "pathlib.Path"}:
            written = item.alias + "pathlib.Path"[len(brings) :]
            if file.scopes.target(written, literal.block) == "pathlib.Path":
                return written
    return ""


def _is_replaceable(text: str, literal: PathLiteral) -> bool:
    """Whether the literal is a whole text of one line, where any expression may stand."""
    source, span = source_of(text, literal.span), literal.span
    try:
        is_whole = bool(source) and ast.literal_eval(source) == literal.value
    except (SyntaxError, ValueError):
        return False
    before = Lines(text).rows()[span.line - 1][: span.column - 1]
    if not is_whole or '"' in literal.value or before[-1:].isalnum():
        return False
    return (span.line, len(before.encode())) not in set(_bound(ast.parse(text)))


def _bound(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Where constants stand that only a constant may replace: in f-strings, patterns and types."""
    for node in ast.walk(tree):
        inside: list[ast.AST] = []
        if isinstance(node, (ast.JoinedStr, ast.MatchValue, ast.MatchMapping)):
            inside = [node]
        elif isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation:
            inside = [node.annotation]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns:
            inside = [node.returns]
        for each in inside:
            for part in ast.walk(each):
                if isinstance(part, ast.Constant):
                    yield part.lineno, part.col_offset
