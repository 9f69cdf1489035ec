"""The fix for a seeding statement that comes too late: move it above what it should come before."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from repro_check.findings import Fix, Safety
from repro_check.project.files import PythonFile
from repro_check.project.libraries import seeded_by
from repro_check.project.project import Project
from repro_check.rules.seed._first_seeds import Late
from repro_check.rules.seed._statements import (
    changed_in,
    index_around,
    move_above,
    place_of,
    read_in,
)
from repro_check.sources.python import Call


def seeding_moved_up(project: Project, late: Late) -> Fix | None:
    """Move the seeding statement, and those right below it, above the first draw beside them.

    Returns:
        The fix; None where the two do not stand in one list of statements, or where what the seed is
        read from may be set in between.
    """
    here = late.seed_place
    file, text = project.python[here.path], project.text_at(here.path)
    call = here.call
    if file.notebook is not None or text is None or call is None or call.use != "dropped":
        return None
    place = place_of(ast.parse(text), text, call.span)
    if place is None:
        return None
    draws = [each for each in late.draw_places if each.path == here.path]
    found = [index_around(place.block, each.action.span) for each in draws]
    targets = [at for at in found if at is not None and at < place.at]
    if not targets or late.draw_place.call is None:
        return None
    target = min(targets)
    moved = range(place.at, _end(project, file, place.block, place.at))
    between = place.block[target : place.at]
    if not _reads_the_same(project, between, [place.block[at] for at in moved]):
        return None
    edits = move_above(file, text, place.block, moved, target)
    return Fix(Safety.UNSAFE, "Seed before anything is drawn", edits) if edits else None


def _end(project: Project, file: PythonFile, block: Sequence[ast.stmt], at: int) -> int:
    """Behind the last of the seeding statements that follow each other."""
    seeding = {
        call.span.line
        for call in file.facts.calls
        if call.use == "dropped" and _seeds(project, file, call)
    }
    while at + 1 < len(block) and _is_call(block[at + 1]) and block[at + 1].lineno in seeding:
        at += 1
    return at + 1


def _seeds(project: Project, file: PythonFile, call: Call) -> bool:
    return bool(seeded_by(project.calls.outside_target(file.path, call)))


def _is_call(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)


def _reads_the_same(
    project: Project, between: Sequence[ast.stmt], moved: Sequence[ast.stmt]
) -> bool:
    """Whether what is read has the same value above the statements in between."""
    reads = read_in(moved)
    if reads & changed_in(between):
        return False
    attributes = _attributes_in(moved)
    if not attributes & _passed_in(between):
        return True
    return not any(_sets_seed(each) for each in project.python.readable())


def _attributes_in(statements: Sequence[ast.stmt]) -> set[str]:
    """The plain names of which an attribute or an item is read (`args.seed`), but for what is called."""
    called = {
        id(part)
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        for part in ast.walk(node.func)
    }
    return {
        node.value.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, (ast.Attribute, ast.Subscript))
        and id(node) not in called
        and isinstance(node.value, ast.Name)
    }


def _passed_in(statements: Sequence[ast.stmt]) -> set[str]:
    """The plain names that calls are given whole, or whose methods are called."""
    found: set[str] = set()
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Call):
            given = [*node.args, *(item.value for item in node.keywords)]
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            found |= {each.id for each in (*given, owner) if isinstance(each, ast.Name)}
    return found


def _sets_seed(file: PythonFile) -> bool:
    """Whether a file sets some object's `seed` after it is made; not its own `self.seed`."""
    return any(
        _is_seed_of_another(getattr(target, "name", ""))
        for item in file.facts.assignments
        for target in item.targets
    ) or any(call.target == "builtins.setattr" for call in file.facts.calls)


def _is_seed_of_another(name: str) -> bool:
    owner, _, attribute = name.rpartition(".")
    return bool(owner) and owner != "self" and "seed" in attribute.lower()
