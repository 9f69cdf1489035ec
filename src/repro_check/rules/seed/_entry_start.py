"""Where running an entry point begins, so that a statement put there comes before all that matters."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence

import msgspec

from repro_check.project.calls import Node
from repro_check.project.entries import Entry, main_guard
from repro_check.project.files import PythonFile
from repro_check.project.project import Project
from repro_check.project.timeline import Step
from repro_check.rules.seed._statements import first_line
from repro_check.sources.lines import Lines
from repro_check.sources.python import MODULE

_DEPTH = 8


class Start(msgspec.Struct, frozen=True):
    """The place above the first statement of a function, of the guarded block or of a script.

    Attributes:
        block: the block of facts of which it is the beginning.
        line: the line above which a statement goes.
        indent: its indentation.
        before: the first line of that block from which anything is reached that has to come after.
        above: what goes above the statement, to part it from the imports.
    """

    block: int
    line: int
    indent: str
    before: int
    above: str = ""


def entry_start(
    project: Project, entry: Entry, text: str, is_after: Callable[[Step], bool]
) -> Start | None:
    """The innermost start of an entry point before all steps that have to come after it.

    That is a function of its file that the guarded block calls once, or that is a command; else the
    guarded block; else, for a script without one, what follows the imports at its top.

    Args:
        project: the repository.
        entry: an entry point that is no notebook.
        text: the text of its file.
        is_after: whether a step of its run has to come after the start.

    Returns:
        The place; None where some of these steps may run before, or in another process.
    """
    file = project.python[entry.path]
    steps = project.timeline.steps(entry, depth=_DEPTH).steps
    later = [step for step in steps if is_after(step)]
    if not later or len({step.process for step in later}) > 1:
        return None
    tree, guard = ast.parse(text), main_guard(file.facts)
    for block in _functions(project, file, entry, steps):
        before = _first_within(file, later, Node(file.path, block), block)
        if before:
            return _start_of(text, _body_of(file, tree, block), block, before)
    if later[0].process != 0:
        return None
    block = MODULE if guard is None else guard
    before = _first_within(file, later, Node(file.path, MODULE), block)
    if not before or (guard is None and len(entry.nodes) > 1):
        return None
    body = tree.body if guard is None else _body_of(file, tree, guard)
    return _start_of(text, body, block, before)


def _functions(
    project: Project, file: PythonFile, entry: Entry, steps: Sequence[Step]
) -> Iterator[int]:
    """The functions at the top level of the file that running it calls once, from its own top."""
    first = {
        target.node.block
        for step in steps
        if not step.chain and step.call is not None and not step.is_in_loop
        for target in project.callers.targets(step.path, step.call)
        if target.is_sure and target.node.path == file.path
    }
    first |= {node.block for node in entry.nodes if node.path == file.path} - {MODULE}
    for function in file.facts.functions:
        node = Node(file.path, function.block)
        is_plain = (
            "." not in function.qualname and file.facts.blocks[function.block].parent == MODULE
        )
        if function.block not in first or not is_plain or project.calls.is_generator(node):
            continue
        if len(project.callers.calls_of(node)) <= 1:
            yield function.block


def _first_within(file: PythonFile, later: Sequence[Step], node: Node, block: int) -> int:
    """The first line of a block through which steps are reached; 0 if some are reached otherwise."""
    lines = []
    for step in later:
        ways = [each for each in (*step.chain, step) if each.node == node]
        inside = [each for each in ways if file.facts.is_inside(each.action.block, block)]
        own = [each for each in inside if each.process == step.process]
        if not own or (step.process and node.block == MODULE):
            return 0
        lines.append(own[0].action.span.line)
    return min(lines)


def _body_of(file: PythonFile, tree: ast.Module, block: int) -> Sequence[ast.stmt]:
    line = file.facts.blocks[block].span.line
    for node in tree.body:
        starts = {node.lineno, first_line(node)}
        if line in starts and isinstance(node, (ast.FunctionDef, ast.If)):
            return node.body
    return ()


def _start_of(text: str, body: Sequence[ast.stmt], block: int, before: int) -> Start | None:
    rest = [item for item in body if not _is_docstring(item)]
    lines = Lines(text).rows()
    if block == MODULE:
        imports = list(itertools.takewhile(_is_import, rest))
        line = (imports[-1].end_lineno or 0) + 1 if imports else 0
        return Start(block, line, "", before, "\n") if 0 < line <= before else None
    if not rest:
        return None
    line = first_line(rest[0])
    indent = lines[line - 1][: rest[0].col_offset]
    is_alone = bool(indent) and not indent.strip() and line <= before
    top = max((item.end_lineno or 0 for item in body if _is_docstring(item)), default=0)
    while is_alone and line - 1 > top and lines[line - 2].startswith(f"{indent}#"):
        line -= 1  # a comment belongs to what stands below it
    return Start(block, line, indent, before) if is_alone else None


def _is_docstring(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Import, ast.ImportFrom))
